# SPDX-License-Identifier: EUPL-1.2
"""What is answered about demands, interest on them, and statutory rates."""

from datetime import date
from uuid import UUID

from api.schemas import Answer, Instant
from ledger.rules.demands import DemandState
from ledger.rules.funding import EntryKind
from ledger.tables import DemandStepKind


class RateStep(Answer):
    """A yearly rate in hundredths of a percent, that holds from a day on."""

    from_day: date
    basis_points: int


class StatutoryRates(Answer):
    """Statutory rates as somebody looked them up."""

    id: UUID
    steps: tuple[RateStep, ...]
    known_until: date
    source: str
    actor_id: UUID
    recorded_at: Instant


class Demand(Answer):
    """What a provider is told to pay back, and how far that is."""

    id: UUID
    provider_id: UUID
    cents: int
    reference: str
    sent_on: date
    due_on: date
    reason: str
    state: DemandState
    interest_cents: int
    paid_cents: int
    left_cents: int
    actor_id: UUID
    recorded_at: Instant


class DemandedDebt(Answer):
    """One debt that a demand is for: a line that was taken back, or a term that came out below zero."""

    entry_id: UUID
    kind: EntryKind
    cents: int
    redemption_id: UUID | None
    service_day: date | None
    contract_id: UUID | None
    first: date | None
    last: date | None


class InterestLine(Answer):
    """Interest over a run of days at one rate over one sum; anybody can compute it again."""

    first: date
    last: date
    principal_cents: int
    basis_points: int
    days: int
    days_of_year: int
    cents: int


class DemandStep(Answer):
    """One thing that happened to a demand; the lines are of all interest up to its day."""

    number: int
    kind: DemandStepKind
    cents: int
    day: date
    statement_id: UUID | None
    line: int | None
    reason: str
    actor_id: UUID
    recorded_at: Instant
    interest: tuple[InterestLine, ...]


class PaidPart(Answer):
    """What came in for a demand, or was set off against it, on a day."""

    day: date
    cents: int


class DemandStory(Demand):
    """A demand with why it is made and all that happened to it."""

    debts: tuple[DemandedDebt, ...]
    paid: tuple[PaidPart, ...]
    steps: tuple[DemandStep, ...]
