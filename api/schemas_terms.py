# SPDX-License-Identifier: EUPL-1.2
"""What is answered about contract terms: what was entered for them, and what they came to."""

from datetime import date
from uuid import UUID

from api.schemas import Answer, Instant
from ledger.rules.terms_facts import PopulationGroup
from ledger.rules.terms_lines import Formula, InputUnit, Refusal
from ledger.tables import NoticeKind, TermKind


class Evidence(Answer):
    """What is shown to have been available in one period."""

    id: UUID
    contract_id: UUID
    number: int
    first: date
    last: date
    available: int
    actor_id: UUID
    recorded_at: Instant


class PopulationFigure(Answer):
    """How many people of a group there are in a calendar year."""

    id: UUID
    group: PopulationGroup
    year: int
    persons: int
    actor_id: UUID
    recorded_at: Instant


class HistoricalCost(Answer):
    """What the function of a contract cost in a calendar year."""

    id: UUID
    contract_id: UUID
    year: int
    cents: int
    actor_id: UUID
    recorded_at: Instant


class TermInput(Answer):
    """One number a line is computed from."""

    name: str
    value: int
    unit: InputUnit


class TermLine(Answer):
    """One step of a computing; anybody can make the result from the inputs."""

    line: int
    formula: Formula
    inputs: tuple[TermInput, ...]
    result_cents: int


class TermAmount(Answer):
    """What one term came to for one period, as a difference with what was computed before."""

    id: UUID
    contract_id: UUID
    version: int
    number: int
    kind: TermKind
    first: date
    last: date
    result_cents: int
    recorded_at: Instant
    lines: tuple[TermLine, ...]


class TermNotice(Answer):
    """What there is to know of one term and period."""

    id: UUID
    contract_id: UUID
    number: int
    first: date
    last: date
    kind: NoticeKind
    refusal: Refusal | None
    missing: tuple[str, ...]
    at_basis_points: int
    cents: int
    most_cents: int
    recorded_at: Instant
