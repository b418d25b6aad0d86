# SPDX-License-Identifier: EUPL-1.2
"""Contacts: whom at a provider a municipality writes to."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlmodel import Field

from ledger.columns import Count, Id, Instant, Parsed
from ledger.tables.base import STRICT, Row, refers


class ContactPurpose(StrEnum):
    """What a contact is written to about."""

    FINANCE = "finance"
    """What is paid, and on which account."""
    CONTRACT = "contract"
    """Contracts and tariffs."""
    GENERAL = "general"
    """All else."""


class Contact(Row, table=True):
    """One version of a contact of a provider. Append-only: who was a contact on a day stays known."""

    __table_args__ = (
        refers("provider_id", "provider"),
        CheckConstraint("language IN ('nl', 'en')", name="language"),
        Index("ix_contact_provider", "municipality_id", "provider_id", "id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose relation."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7 of the contact; the same in all its versions."""
    version: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …; the highest is in force. The ETag."""
    provider_id: UUID = Field(sa_type=Id)
    """Of which provider; the same in all versions."""
    name: str = Field(sa_type=Text)
    """Who opens what is sent: a person or a department."""
    email: str = Field(sa_type=Text)
    """Where it is sent."""
    purposes: tuple[ContactPurpose, ...] = Field(
        sa_column=Column(Parsed(tuple[ContactPurpose, ...]), nullable=False)
    )
    """What for; in order, at least one."""
    language: str = Field(sa_type=Text)
    """In which language: nl or en."""
    ended_at: datetime | None = Field(sa_type=Instant, default=None)
    """When the contact ended, in its last version; None before."""
    actor_id: UUID = Field(sa_type=Id)
    """Who entered this version."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When; from then on it is in force."""
