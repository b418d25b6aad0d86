# SPDX-License-Identifier: EUPL-1.2
"""On which account a provider is paid: changes with their decisions, and what banks say of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field

from ledger.columns import Choice, Day, Flag, Id, Instant
from ledger.tables.base import STRICT, Row, refers


class PayeeOutcome(StrEnum):
    """What a bank says of an account and the name of its holder."""

    MATCH = "match"
    """The name is that of the holder."""
    CLOSE_MATCH = "close_match"
    """Nearly; the bank told the name it knows."""
    NO_MATCH = "no_match"
    """It is the account of somebody else: nothing is paid until two people say otherwise."""
    NOT_POSSIBLE = "not_possible"
    """The bank could not say."""
    NOT_PAYABLE = "not_payable"
    """A payment was refused or came back because of the account: as with no_match."""


class AccountChange(Row, table=True):
    """A wish to pay a provider on another account. Append-only; waits for somebody else's decision."""

    __table_args__ = (
        refers("provider_id", "provider"),
        Index("ix_account_change_provider", "municipality_id", "provider_id", "id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    provider_id: UUID = Field(sa_type=Id)
    """Whose account."""
    account_holder_name: str = Field(sa_type=Text)
    """The name exactly as the bank has it."""
    iban: str = Field(sa_type=Text)
    """The new account."""
    asked_by: str = Field(sa_type=Text)
    """Who at the provider asked for it, and how that was checked."""
    asked_by_contact_id: UUID | None = Field(sa_type=Id, default=None)
    """Which contact of the provider asked; None where none did. All others are told."""
    actor_id: UUID = Field(sa_type=Id)
    """Who entered it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class AccountDecision(Row, table=True):
    """What was decided on a change of account, once. Append-only."""

    __table_args__ = (
        refers("change_id", "account_change"),
        Index("ix_account_decision_effective", "municipality_id", "effective_on"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    change_id: UUID = Field(sa_type=Id, primary_key=True)
    """On which change."""
    approved: bool = Field(sa_type=Flag)
    """Whether it will be paid there."""
    effective_on: date | None = Field(sa_type=Day, default=None)
    """From which Dutch day on; None where it was not approved."""
    reason: str = Field(sa_type=Text)
    """Why, in words."""
    told_otherwise: str | None = Field(sa_type=Text, default=None)
    """How the provider was told of it by letter or telephone; None: by notices to its contacts."""
    actor_id: UUID = Field(sa_type=Id)
    """Who decided; never who entered it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


_BLOCKING = text("outcome IN ('no_match', 'not_payable')")


class PayeeCheck(Row, table=True):
    """What a bank said of an account and a name. Append-only; the newest of both counts."""

    __table_args__ = (
        refers("provider_id", "provider"),
        Index("ix_payee_check_provider", "municipality_id", "provider_id", "id"),
        Index(
            "ix_payee_check_blocking",
            "municipality_id",
            "provider_id",
            sqlite_where=_BLOCKING,
            postgresql_where=_BLOCKING,
            info={"few": True},
        ),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who asked."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    provider_id: UUID = Field(sa_type=Id)
    """Of which provider."""
    account_holder_name: str = Field(sa_type=Text)
    """The name that was asked about."""
    iban: str = Field(sa_type=Text)
    """The account that was asked about."""
    outcome: PayeeOutcome = Field(sa_column=Column(Choice(PayeeOutcome), nullable=False))
    """What the bank said."""
    name_at_bank: str | None = Field(sa_type=Text, default=None)
    """At a close match: the name the bank knows."""
    source: str = Field(sa_type=Text)
    """Where it was said: an answer or statement of the bank, or by whom it was entered."""
    actor_id: UUID = Field(sa_type=Id)
    """Who entered it, or read in the bank's message."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class PayeeOverride(Row, table=True):
    """Somebody says that a provider may be paid all the same; two people are needed. Append-only."""

    __table_args__ = (refers("check_id", "payee_check"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who pays."""
    check_id: UUID = Field(sa_type=Id, primary_key=True)
    """Against which check."""
    actor_id: UUID = Field(sa_type=Id, primary_key=True)
    """Who; each counts once, and accounts of one person as one."""
    reason: str = Field(sa_type=Text)
    """Why, in words."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""
