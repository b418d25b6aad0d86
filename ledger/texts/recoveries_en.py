# SPDX-License-Identifier: EUPL-1.2
"""What we say in English about errors of demands, interest and money that comes back."""

from collections.abc import Mapping
from typing import Final

from ledger.texts.forms import Detail

RECOVERIES: Final[Mapping[str, tuple[str, Detail]]] = {
    "demand_not_found": (
        "We cannot find this demand",
        "There is no demand with id {id}.",
    ),
    "demand_exists_with_other_content": (
        "This id was used already",
        "Another demand was made with id {id}. Use a new id.",
    ),
    "demand_exceeds_debt": (
        "The provider does not have to pay back that much",
        "You demand {asked_cents}. The provider owes {most_cents} for which no demand stands.",
    ),
    "demand_backdated": (
        "This day has passed",
        "A demand is sent today, {today}, or later. You filled in {sent_on}.",
    ),
    "demand_over": (
        "This demand does not stand any more",
        "Demand {id} is {demand_state}.",
    ),
    "demander_withdraws": (
        "You made this demand yourself",
        "Who makes demand {id} does not withdraw it. Ask a colleague.",
    ),
    "interest_in_future": (
        "This day has not come yet",
        "Interest cannot be charged up to and including {until}. The last day that can be now is {today}.",
    ),
    "interest_charged": (
        "Interest was charged further already",
        "You ask interest up to and including {until}, but it was charged up to and including {last_day}.",
    ),
    "interest_rates_missing": (
        "The statutory rate is not known",
        "From {first_day} up to and including {last_day} we do not know the rate of statutory interest. Look "
        "it up and enter it. Nothing was charged.",
    ),
    "budget_lacks_interest": (
        "Too little is left of the budget",
        "The interest of {asked_cents} cannot be taken off the budget again. It holds {left_cents}. Raise "
        "the budget first.",
    ),
    "statutory_rates_unknown_between": (
        "There is a gap between the rates",
        "From {first_day} up to and including {last_day} no rate is known. Enter that one first.",
    ),
    "statutory_rates_exist_with_other_content": (
        "This id was used already",
        "Other rates were entered with id {id}. Use a new id.",
    ),
    "bank_line_not_found": (
        "We cannot find this line of the bank",
        "Statement {statement_id} has no line {line}.",
    ),
    "bank_line_not_assignable": (
        "This line cannot be placed on a demand",
        "Line {line} of statement {statement_id} is no money received that still has to be placed.",
    ),
}
