# SPDX-License-Identifier: EUPL-1.2
"""What is answered about what residents say of what was used."""

from datetime import date
from uuid import UUID

from api.schemas import Answer, Instant
from api.schemas_settling import LineUse
from ledger.rules.confirmations import WordKind


class SaidOf(Answer):
    """One line that was spoken of."""

    line: int
    number: int
    was_settled: bool


class Word(Answer):
    """What a resident said of lines of a redemption."""

    id: UUID
    redemption_id: UUID
    kind: WordKind
    note: str
    told_by: str
    person_id: UUID
    lines: tuple[SaidOf, ...]
    actor_id: UUID
    at: Instant
    recorded_at: Instant


class UnconfirmedLine(Answer):
    """A line of which something is asked, and nothing was said."""

    id: UUID
    use: LineUse
    entitlement_id: UUID
    provider_id: UUID
    cents: int
    asked: str
    may_be_paid: bool
    silence_from: date | None
