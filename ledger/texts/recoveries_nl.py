# SPDX-License-Identifier: EUPL-1.2
"""What we say in Dutch, plain (level B1), about errors of demands, interest and money that comes back."""

from collections.abc import Mapping
from typing import Final

from ledger.texts.forms import Detail

RECOVERIES: Final[Mapping[str, tuple[str, Detail]]] = {
    "demand_not_found": (
        "Wij kunnen deze vordering niet vinden",
        "Er is geen vordering met kenmerk {id}.",
    ),
    "demand_exists_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} is al een andere vordering gemaakt. Gebruik een nieuw kenmerk.",
    ),
    "demand_exceeds_debt": (
        "De aanbieder hoeft niet zoveel terug te betalen",
        "U vordert {asked_cents}. De aanbieder moet nog {most_cents} terugbetalen waarvoor geen vordering "
        "loopt.",
    ),
    "demand_backdated": (
        "Deze dag is al voorbij",
        "Een vordering gaat op zijn vroegst vandaag weg, {today}. U vulde {sent_on} in.",
    ),
    "demand_over": (
        "Deze vordering loopt niet meer",
        "Vordering {id} is {demand_state}.",
    ),
    "demander_withdraws": (
        "U hebt deze vordering zelf gemaakt",
        "Wie vordering {id} maakt, trekt haar niet in. Vraag een collega.",
    ),
    "interest_in_future": (
        "Deze dag is er nog niet",
        "U kunt geen rente berekenen tot en met {until}. De laatste dag die nu kan, is {today}.",
    ),
    "interest_charged": (
        "De rente is al verder berekend",
        "U vraagt rente tot en met {until}, maar die is al berekend tot en met {last_day}.",
    ),
    "interest_rates_missing": (
        "De wettelijke rente is niet bekend",
        "Van {first_day} tot en met {last_day} weten wij het percentage van de wettelijke rente niet. Zoek "
        "het op en voer het in. Er is niets berekend.",
    ),
    "budget_lacks_interest": (
        "Er is te weinig over op het budget",
        "De rente van {asked_cents} kan niet van het budget terug. Er is nog {left_cents}. Verhoog eerst het "
        "budget.",
    ),
    "statutory_rates_unknown_between": (
        "Er zit een gat tussen de rentes",
        "Van {first_day} tot en met {last_day} is niet bekend welke rente geldt. Voer eerst die in.",
    ),
    "statutory_rates_exist_with_other_content": (
        "Dit kenmerk is al gebruikt",
        "Met kenmerk {id} zijn al andere rentepercentages ingevoerd. Gebruik een nieuw kenmerk.",
    ),
    "bank_line_not_found": (
        "Wij kunnen deze regel van de bank niet vinden",
        "Afschrift {statement_id} heeft geen regel {line}.",
    ),
    "bank_line_not_assignable": (
        "Deze regel kan niet bij een vordering",
        "Regel {line} van afschrift {statement_id} is geen ontvangst die nog een plaats zoekt.",
    ),
}
