# SPDX-License-Identifier: EUPL-1.2
"""The daily work: redemptions with what was taken back, and claims."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Day, Flag, Id, Instant
from ledger.tables.base import GROWS, STRICT, Row, refers
from ledger.units import Unit

UNDONE: Final = "undone_at_the_door"
"""The reason of a follow-up where nobody was asked why; told in the language of who reads."""


class FollowUpKind(StrEnum):
    """What happened to a redemption afterwards."""

    CAPTURE = "capture"
    """A reservation became owed, wholly or in part; the rest went back."""
    RELEASE = "release"
    """A reservation went back whole."""
    REVERSAL = "reversal"
    """Lines were taken back, wholly or in part."""


class Redemption(Row, table=True):
    """One use of an entitlement, or a reservation of one. Append-only.

    No foreign keys, as with entries: it was judged from the very rows it refers to, the entitlement
    locked, and those are never deleted (docs/decisions/0014).
    """

    __table_args__ = (
        Index("ix_redemption_use", "municipality_id", "entitlement_id", "service_day"),
        Index("ix_redemption_provider", "municipality_id", "provider_id", "id"),
        Index(
            "ix_redemption_claim",
            "municipality_id",
            "claim_id",
            sqlite_where=text("claim_id IS NOT NULL"),
            postgresql_where=text("claim_id IS NOT NULL"),
        ),
        GROWS,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose ledger."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by the scanner or the claim."""
    entitlement_id: UUID = Field(sa_type=Id)
    """What was used."""
    entitlement_version: int = Field(sa_type=Count)
    """Judged against this version of it."""
    programme_version: int = Field(sa_type=Count)
    """And this version of the programme."""
    provider_id: UUID = Field(sa_type=Id)
    """Who gave it."""
    code_id: UUID | None = Field(sa_type=Id, default=None)
    """Which code was shown; None for a claim."""
    claim_id: UUID | None = Field(sa_type=Id, default=None)
    """Of which claim; None for a scan."""
    claim_line: int | None = Field(sa_type=Count, default=None)
    """Line in the claim's file."""
    reserved: bool = Field(sa_type=Flag, default=False)
    """Set aside, to be captured or released."""
    service_day: date = Field(sa_type=Day)
    """The Dutch day on which care was or will be given."""
    price_cents: int = Field(sa_type=Count)
    """Of all lines together."""
    remaining_cents: int | None = Field(sa_type=Count, default=None)
    """What was left of the amount after it; None where money sets no limit."""
    remaining_quantity: int | None = Field(sa_type=Count, default=None)
    """What was left of the quantity after it; None where it sets no limit."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was sent: a resend has the same."""
    actor_id: UUID = Field(sa_type=Id)
    """Who sent it."""
    at: datetime = Field(sa_type=Instant)
    """When care was given, by the sender's word."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class RedemptionLine(Row, table=True):
    """One service in a redemption, written with it. Append-only; no foreign key, as the redemption."""

    __table_args__ = (GROWS,)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose ledger."""
    redemption_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which redemption."""
    line: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …"""
    service: str = Field(sa_type=Text)
    """Product code."""
    unit: Unit = Field(sa_column=Column(Choice(Unit), nullable=False))
    """Of the quantity."""
    quantity: int = Field(sa_type=Count)
    """How much."""
    price_cents: int = Field(sa_type=Count)
    """What it costs."""
    agreement_id: UUID = Field(sa_type=Id)
    """The contract, or care agreement, it was given under."""
    agreement_version: int = Field(sa_type=Count)
    """Its version; 1 for a care agreement."""


class FollowUp(Row, table=True):
    """A capture, release or reversal of a redemption. Append-only."""

    __table_args__ = (
        refers("redemption_id", "redemption"),
        Index("ix_follow_up_redemption", "municipality_id", "redemption_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose ledger."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by who decides it."""
    redemption_id: UUID = Field(sa_type=Id)
    """Of which redemption."""
    kind: FollowUpKind = Field(sa_column=Column(Choice(FollowUpKind), nullable=False))
    """What happened."""
    taken_back_cents: int = Field(sa_type=Count)
    """How much of the price it took back."""
    standing_cents: int = Field(sa_type=Count)
    """What of the price stood after it."""
    reason: str = Field(sa_type=Text)
    """Why, in words."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was sent: a resend has the same."""
    actor_id: UUID = Field(sa_type=Id)
    """Who did it."""
    at: datetime = Field(sa_type=Instant)
    """When."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class TakenBack(Row, table=True):
    """What a follow-up takes off one line. Append-only; a line is released once, and reversed once.

    What is left of it may be reversed once more, where a review rejects it.
    """

    __table_args__ = (
        refers("follow_up_id", "follow_up"),
        UniqueConstraint("municipality_id", "redemption_id", "line", "kind", "turn"),
        CheckConstraint("quantity >= 0 AND price_cents >= 0", name="not_negative"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose ledger."""
    follow_up_id: UUID = Field(sa_type=Id, primary_key=True)
    """By which follow-up."""
    line: int = Field(sa_type=Count, primary_key=True)
    """Of which line."""
    redemption_id: UUID = Field(sa_type=Id)
    """Of which redemption."""
    kind: FollowUpKind = Field(sa_column=Column(Choice(FollowUpKind), nullable=False))
    """As the follow-up's; a capture takes back what it did not use."""
    turn: int = Field(sa_type=Count, default=1)
    """1; 2 of what was left of a line, and a review rejected."""
    quantity: int = Field(sa_type=Count)
    """How much less, in the line's unit."""
    price_cents: int = Field(sa_type=Count)
    """How much less money."""


class Claim(Row, table=True):
    """A provider's declaration: a file, or one line sent by a resident. Append-only."""

    __table_args__ = (
        refers("provider_id", "provider"),
        UniqueConstraint("municipality_id", "provider_id", "sha256"),
        Index("ix_claim_actor", "municipality_id", "actor_id", "id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose ledger."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    provider_id: UUID = Field(sa_type=Id)
    """Who is to be paid."""
    sha256: bytes = Field(sa_type=LargeBinary)
    """Of the file: the same file again is the same claim."""
    lines: int = Field(sa_type=Count)
    """How many lines."""
    price_cents: int = Field(sa_type=Count)
    """Of all lines together."""
    actor_id: UUID = Field(sa_type=Id)
    """Who sent it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we received it."""
