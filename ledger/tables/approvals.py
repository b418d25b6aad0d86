# SPDX-License-Identifier: EUPL-1.2
"""Grants and changes above what one person grants alone: what was asked, and what somebody else decided."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlmodel import Field

from ledger.columns import Choice, Count, Flag, Id, Instant, Parsed
from ledger.tables.base import STRICT, Row, in_municipality, refers


class ApprovalKind(StrEnum):
    """What waits."""

    GRANT = "grant"
    """An entitlement that is not there yet."""
    CHANGE = "change"
    """A change of one that is."""


class Approval(Row, table=True):
    """What was asked and needs somebody else's approval. Append-only; nothing of it is booked meanwhile."""

    __table_args__ = (
        in_municipality(),
        Index("ix_approval_allocation", "municipality_id", "allocation_number"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who would give it."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """That of the entitlement or of the change it asks for."""
    kind: ApprovalKind = Field(sa_column=Column(Choice(ApprovalKind), nullable=False))
    """Grant or change."""
    entitlement_id: UUID = Field(sa_type=Id)
    """Which entitlement it would make, or change."""
    content: dict[str, Any] = Field(sa_column=Column(Parsed(dict[str, Any]), nullable=False))
    """Exactly what was asked."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of it: a resend has the same."""
    cents: int = Field(sa_type=Count)
    """What would be committed to the entitlement in all, in eurocents; 0 where nobody can say yet."""
    limit_cents: int = Field(sa_type=Count)
    """What one person granted alone at that time, in eurocents."""
    allocation_number: int | None = Field(sa_type=Count, default=None)
    """ToewijzingNummer of message 301, by which its next version finds it."""
    actor_id: UUID = Field(sa_type=Id)
    """Who asked."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class ApprovalDecision(Row, table=True):
    """What somebody else decided, once. Append-only."""

    __table_args__ = (refers("approval_id", "approval"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who would give it."""
    approval_id: UUID = Field(sa_type=Id, primary_key=True)
    """On what."""
    approved: bool = Field(sa_type=Flag)
    """Whether it was carried out, in the same transaction."""
    reason: str = Field(sa_type=Text)
    """Why, in words."""
    actor_id: UUID = Field(sa_type=Id)
    """Who decided; never who asked."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""
