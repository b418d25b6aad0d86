# SPDX-License-Identifier: EUPL-1.2
"""What a provider is told about one settlement: values that foot to the cent before anything is printed.

No name and no personal number of a resident belongs in any of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from ledger.units import Unit

Language: TypeAlias = Literal["nl", "en"]
Unpaid: TypeAlias = Literal["blocked", "carried_over", "waiting"]
"""Why a run settled nothing with a provider: nothing is paid on its account, its lines together are not above
zero, or each of them waits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementLine:
    """One redeemed line that is settled."""

    contract_number: str
    service_code: str
    service_name: str
    service_day: date
    redemption_id: UUID
    """The redemption; where there is none the payment that came back, or else the fact that was booked."""
    client_reference: str
    """By what the provider knows the client: an allocation or relation number, or the tail of a code."""
    quantity: int
    """In unit; below zero when it is taken back."""
    unit: Unit
    price_cents: int
    """Below zero when it is taken back."""
    corrected: bool = False
    """Takes back or replaces what an earlier line said."""
    remark: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryLine:
    """All lines of one service under one contract, together."""

    contract_number: str
    service_code: str
    service_name: str
    line_count: int
    quantity: int
    unit: Unit
    total_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ComputedValue:
    """One number that went into a computing, for machines."""

    name: str
    value: int
    unit: str
    """Such as cents, days or basis_points."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComputedLine:
    """One step of an amount that a term of the contract gives; no redemption is behind it."""

    contract_number: str
    amount_id: UUID
    """Lines of one amount sum to it."""
    title: str
    first_day: date
    last_day: date
    """Inclusive."""
    inputs: tuple[tuple[str, str], ...]
    """What went into it: a name and a value, as they are to be read."""
    values: tuple[ComputedValue, ...]
    """The same, for machines."""
    formula_code: str
    formula: str
    """In words, so that a person can do it again with the inputs."""
    result_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldLine:
    """One line that is not settled yet, and why."""

    line: StatementLine
    reason_code: str
    reason: str
    since: date


@dataclass(frozen=True, kw_only=True, slots=True)
class SetOff:
    """Kept back for something the provider had to give back."""

    why: str
    run_id: UUID | None = None
    """The run that left it owed, when a run did."""
    redemption_id: UUID | None = None
    """The redemption that was taken back, when it was one."""
    amount_id: UUID | None = None
    """The amount of a contract term, when it was one."""
    amount_cents: int
    """More than zero."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One settlement of one provider, complete but for its lines, which are streamed beside it.

    gross = summary + computed; net = gross - set_off; still owed = previously owed - set_off. One that
    does not foot is a bug and cannot be made.
    """

    language: Language
    municipality_name: str
    """As the signature: Gemeente Voorbeeldstad."""
    provider_name: str
    """Trade name."""
    provider_agb: str | None
    provider_kvk: str | None
    run_id: UUID
    settlement_id: UUID | None
    """None: the run settled nothing with the provider."""
    reference: str
    """RF creditor reference (ISO 11649) that stands on the provider's bank statement; empty without one."""
    until: date
    """Last Dutch day of what is settled, inclusive."""
    requested_on: date
    """The day on which the bank is asked to pay."""
    creditor_name: str
    creditor_iban: str
    previous_owed_cents: int
    """What the provider still had to give back before this run."""
    gross_cents: int
    set_off_cents: int
    net_cents: int
    """What is paid; 0 means no payment."""
    still_owed_cents: int
    """What the provider has to give back after this run."""
    made_at: datetime
    summary: tuple[SummaryLine, ...]
    """All lines by contract and service, also when they are too many to print."""
    computed: tuple[ComputedLine, ...] = ()
    computed_back: tuple[ComputedLine, ...] = ()
    """How the amounts of terms that are set off were computed; in no total."""
    set_offs: tuple[SetOff, ...] = ()
    held: tuple[HeldLine, ...] = ()
    """In no total."""
    sender_lines: tuple[str, ...] = ()
    """How the municipality is reached: address, telephone, website."""
    unpaid: Unpaid | None = None
    """Why the run settled nothing; None where it did."""

    def __post_init__(self) -> None:
        assert self.gross_cents == self.lines_cents + self.computed_cents, "gross is not what its parts are"
        assert self.set_off_cents == sum(each.amount_cents for each in self.set_offs), "set off without why"
        assert self.net_cents == self.gross_cents - self.set_off_cents, "net is not gross less set-off"
        assert self.net_cents >= 0, "a statement pays or does not; it never asks"
        assert (self.settlement_id is None) == (self.unpaid is not None), "what is not settled says why"
        assert self.still_owed_cents == self.previous_owed_cents - self.set_off_cents, "owed does not foot"

    @property
    def lines_cents(self) -> int:
        """All lines together."""
        return sum(each.total_cents for each in self.summary)

    @property
    def computed_cents(self) -> int:
        """All computed amounts together."""
        return sum(each.result_cents for each in self.computed)

    @property
    def held_cents(self) -> int:
        """All that is held, together."""
        return sum(each.line.price_cents for each in self.held)

    @property
    def line_count(self) -> int:
        """How many lines are settled."""
        return sum(each.line_count for each in self.summary)


def summed(lines: Iterable[StatementLine]) -> tuple[SummaryLine, ...]:
    """Lines by contract, service and unit, in that order; one line is in memory at a time."""
    groups: dict[tuple[str, str, Unit], _Group] = {}
    for line in lines:
        key = (line.contract_number, line.service_code, line.unit)
        group = groups.setdefault(key, _Group(service_name=line.service_name))
        group.line_count += 1
        group.quantity += line.quantity
        group.total_cents += line.price_cents
    return tuple(_summary_line(key, groups[key]) for key in sorted(groups))


@dataclass(kw_only=True, slots=True)
class _Group:
    service_name: str
    line_count: int = 0
    quantity: int = 0
    total_cents: int = 0


def _summary_line(key: tuple[str, str, Unit], group: _Group) -> SummaryLine:
    contract_number, service_code, unit = key
    return SummaryLine(
        contract_number=contract_number,
        service_code=service_code,
        service_name=group.service_name,
        line_count=group.line_count,
        quantity=group.quantity,
        unit=unit,
        total_cents=group.total_cents,
    )
