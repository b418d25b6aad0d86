# SPDX-License-Identifier: EUPL-1.2
"""Notices: what must be told to contacts, written with the fact it is about, and every try to send it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from ledger.columns import Choice, Count, Id, Instant
from ledger.tables.base import STRICT, Row, refers


class NoticeAbout(StrEnum):
    """What a notice tells."""

    ACCOUNT_ENTERED = "account_entered"
    """Somebody asked to pay the provider on another account."""
    ACCOUNT_APPROVED = "account_approved"
    """The provider will be paid on another account."""
    CONTACT_ADDED = "contact_added"
    """The provider got another contact."""
    CONTACT_CHANGED = "contact_changed"
    """A contact of the provider is another, or is reached elsewhere."""
    CONTACT_ENDED = "contact_ended"
    """Somebody is no contact of the provider any longer."""


class DeliveryOutcome(StrEnum):
    """What became of a try to send a notice."""

    SENT = "sent"
    """The mail server took it."""
    FAILED = "failed"
    """Not now: it is tried again."""
    GIVEN_UP = "given_up"
    """The mail server will never take it, or did not for days: tried again only when somebody says so."""


class Notice(Row, table=True):
    """What one contact must be told. Append-only; written in the transaction of what it is about."""

    __table_args__ = (
        refers("provider_id", "provider"),
        ForeignKeyConstraint(
            ["municipality_id", "contact_id", "contact_version"],
            ["contact.municipality_id", "contact.id", "contact.version"],
        ),
        Index("ix_notice_provider", "municipality_id", "provider_id", "id"),
        Index("ix_notice_cause", "municipality_id", "cause_id", "about"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who tells it."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by the ledger; the message is known by it."""
    provider_id: UUID = Field(sa_type=Id)
    """About which provider."""
    contact_id: UUID = Field(sa_type=Id)
    """To whom."""
    contact_version: int = Field(sa_type=Count)
    """In which version of the contact: its name, and the address as it was."""
    about: NoticeAbout = Field(sa_column=Column(Choice(NoticeAbout), nullable=False))
    """What it tells."""
    cause_id: UUID = Field(sa_type=Id)
    """The change of account, or the contact, that it is about."""
    language: str = Field(sa_type=Text)
    """In which language it is written: nl or en."""
    subject: str = Field(sa_type=Text)
    """Its subject, as it was written."""
    body: str = Field(sa_type=Text)
    """Its text, as it was written."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it was written."""


class NoticeDelivery(Row, table=True):
    """One try to send a notice. Append-only."""

    __table_args__ = (refers("notice_id", "notice"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who tells it."""
    notice_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which notice."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …"""
    outcome: DeliveryOutcome = Field(sa_column=Column(Choice(DeliveryOutcome), nullable=False))
    """What became of it."""
    detail: str = Field(sa_type=Text)
    """What the mail server said."""
    actor_id: UUID = Field(sa_type=Id)
    """Who sent."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""
