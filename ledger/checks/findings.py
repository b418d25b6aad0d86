# SPDX-License-Identifier: EUPL-1.2
"""Findings: where the books disagree with themselves, and the statements that look for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Executable

from ledger.db import Work

PIECE = 1000
"""How many rows are in memory at once."""


class FindingKind(StrEnum):
    """What disagrees. Public and stable: never reused for another meaning."""

    ACCOUNT_COUNTER = "account_counter"
    """A counter of an account is not what its entries sum to."""
    UNIT_SUM = "unit_sum"
    """The balances of all accounts of a unit are not zero together."""
    ACCOUNT_BOUND = "account_bound"
    """An account is on the wrong side of zero for its kind."""
    BOUND_OF_KIND = "bound_of_kind"
    """An account has another bound than its kind, or its programme, gives it."""
    ENTRY_UNIT = "entry_unit"
    """An entry counts another unit than one of its accounts, or an account is not there."""
    ENTRY_CHART = "entry_chart"
    """An entry of this kind does not go between accounts of these kinds."""
    ENTRY_CAUSE = "entry_cause"
    """There is no fact behind an entry."""
    REVERSAL_UNKNOWN = "reversal_unknown"
    """An entry reverses one that is not there."""
    REVERSAL_AMOUNT = "reversal_amount"
    """An entry reverses more than was booked."""
    REVERSAL_AT = "reversal_at"
    """An entry does not bear the instant of what it takes back."""
    REVERSED_TWICE = "reversed_twice"
    """More than one entry reverses the same, and they are not parts of it."""
    REDEMPTION_PRICE = "redemption_price"
    """The price of a redemption is not that of its lines."""
    REDEMPTION_ENTRIES = "redemption_entries"
    """The entries of a line are not what it says, or what a follow-up says of it."""
    REDEMPTION_ACCOUNT = "redemption_account"
    """An entry of a redemption is on an account of somebody else."""
    REDEMPTION_PARTY = "redemption_party"
    """A redemption names an entitlement or a provider that is not there, or a line a redemption."""
    TAKEN_BACK = "taken_back"
    """More was taken back of a line than it holds, or not what the follow-up says."""
    ENTITLEMENT_VERSION = "entitlement_version"
    """The history of an entitlement has gaps, or does not end at its present version."""
    ENTITLEMENT_CONTENT = "entitlement_content"
    """An entitlement is not what its last change made it."""
    ENTITLEMENT_COMMITMENT = "entitlement_commitment"
    """What is committed to an entitlement is not what was booked for it."""
    ENTITLEMENT_USAGE = "entitlement_usage"
    """What was used of an entitlement is not what went out of its account."""
    ENTITLEMENT_CLOSED = "entitlement_closed"
    """A closed entitlement still holds something."""
    CODE_ENTITLEMENT = "code_entitlement"
    """A code opens nothing."""
    APPROVAL = "approval"
    """What was approved was not carried out as it was asked, or what was not approved was."""
    SETTLEMENT_LINE = "settlement_line"
    """A line of a settlement is not an entry on a payable of that provider, for that amount."""
    SETTLEMENT_GROSS = "settlement_gross"
    """The gross of a settlement is not the sum of its lines."""
    SETTLEMENT_NET = "settlement_net"
    """The net of a settlement is not its gross less what is set off."""
    SETTLEMENT_ENTRIES = "settlement_entries"
    """The entries of a settlement are not what it says."""
    SETTLEMENT_ACCOUNT = "settlement_account"
    """An entry of a settlement is on an account of somebody else."""
    SETTLEMENT_UNTIL = "settlement_until"
    """A run settled what happened after its last day."""
    SETTLEMENT_DISPUTED = "settlement_disputed"
    """A line was settled that its resident disputed, and nobody let go."""
    SETTLEMENT_UNCONFIRMED = "settlement_unconfirmed"
    """A line was settled that its resident still had to confirm."""
    PAYMENT_AMOUNT = "payment_amount"
    """A payment is not the net of its settlement."""
    PAYMENT_RUN = "payment_run"
    """A payment is in another run than its settlement."""
    PAYMENT_ACCOUNT = "payment_account"
    """What came into an account of a payment is not its amount."""
    PAYMENT_STATE = "payment_state"
    """What went out of an account of a payment is not what the bank said of it."""
    OPEN_ITEMS = "open_items"
    """What is owed to a provider and not settled is not what its payable accounts hold."""
    OPEN_ITEM = "open_item"
    """An open item is not an entry that is owed and not settled."""
    ACCOUNT_UNTOLD = "account_untold"
    """A change of account was approved and there is no notice of it, nor was it told otherwise."""
    TERM_FORMULA = "term_formula"
    """The inputs of a line of a contract term do not make its result."""
    TERM_LINES = "term_lines"
    """What a contract term came to is not the sum of its lines."""
    TERM_ENTRIES = "term_entries"
    """The entries of a contract term are not what it came to."""
    TERM_ACCOUNT = "term_account"
    """An entry of a contract term is on an account of somebody else."""
    DEMAND_DEBTS = "demand_debts"
    """The debts that a demand is for are not together what it demands."""
    DEMAND_OWED = "demand_owed"
    """What is left of the demands on a provider is more than it owes."""
    DEMAND_ENTRIES = "demand_entries"
    """The entries of a step of a demand are not what it says."""
    DEMAND_ACCOUNT = "demand_account"
    """An entry of a demand is on an account of somebody else."""
    DEMAND_FORMULA = "demand_formula"
    """The numbers of a line of interest do not make its amount."""
    DEMAND_INTEREST = "demand_interest"
    """What was charged on a demand is not the sum of the lines of its interest."""
    DEMAND_LINE = "demand_line"
    """What is booked by a line of the bank is not what the line brought."""
    RUN_COUNT = "run_count"
    """A run, or a file of it, has another number of payments than it says."""
    RUN_TOTAL = "run_total"
    """The payments of a run, or of a file of it, are not together what it says."""
    RUN_FILE = "run_file"
    """The payment file made again is not the file of the run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One disagreement: what, where, what should be there and what is."""

    kind: FindingKind
    place: str
    """Names the rows, by what they are and their ids."""
    expected: int | str
    found: int | str


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A statement that answers only what disagrees: the ids for the place, then expected and found."""

    kind: FindingKind
    place: str
    """With {} for each id."""
    statement: Executable

    def findings(self, work: Work) -> Iterator[Finding]:
        """Not streamed, which is dearer: books that agree answer nothing, and a report holds the rest."""
        for *ids, expected, found in work.session.connection().execute(self.statement):
            place = self.place.format(*(plain(each) for each in ids))
            yield Finding(kind=self.kind, place=place, expected=plain(expected), found=plain(found))


def plain(value: Any) -> int | str:
    """A number as an int (PostgreSQL sums into another type), all else as text."""
    if value is None:
        return "nothing"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | UUID):
        return str(value)
    return int(value)
