# SPDX-License-Identifier: EUPL-1.2
"""What residents say of what was used: confirmed, disputed, or the dispute withdrawn."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Flag, Id, Instant
from ledger.rules.confirmations import WordKind
from ledger.tables.base import STRICT, Row, refers

_DISPUTES = text("kind = 'disputed'")


class ResidentWord(Row, table=True):
    """What a resident said of one line of a redemption. Append-only; the one with the highest number counts.

    A row knows whether the line was settled by then: two instants cannot tell, as a release takes a while.
    """

    __table_args__ = (
        refers("redemption_id", "redemption"),
        refers("person_id", "person"),
        UniqueConstraint("municipality_id", "id", "line"),
        Index("ix_resident_word_redemption", "municipality_id", "redemption_id"),
        Index(
            "ix_resident_word_disputed",
            "municipality_id",
            "entry_id",
            sqlite_where=_DISPUTES,
            postgresql_where=_DISPUTES,
            info={"few": True},
        ),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    entry_id: UUID = Field(sa_type=Id, primary_key=True)
    """The entry by which the line came to be owed."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 … of this line."""
    redemption_id: UUID = Field(sa_type=Id)
    """Of which redemption."""
    line: int = Field(sa_type=Count)
    """Of which line of it."""
    id: UUID = Field(sa_type=Id)
    """UUIDv7, minted by who sends it; lines that were spoken of at once have the same."""
    kind: WordKind = Field(sa_column=Column(Choice(WordKind), nullable=False))
    """What was said."""
    note: str = Field(sa_type=Text, default="")
    """In words; of a dispute why. Not for the provider."""
    person_id: UUID = Field(sa_type=Id)
    """Whose use it is: the holder of the entitlement."""
    told_by: str = Field(sa_type=Text, default="")
    """Who told it and how; never empty where staff wrote it down."""
    was_settled: bool = Field(sa_type=Flag, default=False)
    """Whether the line was settled before it was said: then it takes nothing back by itself."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was sent: a resend has the same."""
    actor_id: UUID = Field(sa_type=Id)
    """Who sent it."""
    at: datetime = Field(sa_type=Instant)
    """When it was said."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""
