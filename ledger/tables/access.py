# SPDX-License-Identifier: EUPL-1.2
"""Access: who may act, in which roles, with which keys, and who is logged in on the pages."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from ledger.columns import Choice, Id, Instant
from ledger.tables.base import STRICT, Row, in_municipality, refers


class Role(StrEnum):
    """What somebody is, for one municipality. What each may do is one table in ledger/roles."""

    ADMINISTRATOR = "administrator"
    """Makes accounts and gives roles; touches no money and sees no residents."""
    GATEKEEPER = "gatekeeper"
    """Decides who gets what: grants, amends, issues codes."""
    CONTRACT_MANAGER = "contract_manager"
    """Catalogue, providers, contracts, tariffs, programmes."""
    FINANCE = "finance"
    """Budgets, settlements, payment files."""
    PAYING_AGENT = "paying_agent"
    """Gives the second approval of care agreements."""
    AUDITOR = "auditor"
    """Reads everything that is not a personal name or number, and changes nothing."""
    PROVIDER = "provider"
    """Redeems and claims for one provider."""
    HOLDER = "holder"
    """A resident or representative: sees and claims for one person."""


class Actor(Row, table=True):
    """Who acts: a person's account or a system."""

    __table_args__ = (
        in_municipality(),
        Index("ix_actor_identity", "municipality_id", "identity"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    name: str = Field(sa_type=Text)
    """Of the account or system."""
    provider_id: UUID | None = Field(sa_type=Id, default=None)
    """For which provider it acts; only with the role provider."""
    person_id: UUID | None = Field(sa_type=Id, default=None)
    """Which person it is; only with the role holder."""
    identity: str | None = Field(sa_type=Text, default=None)
    """Who the human behind it is, as the identity provider or personnel office names them; never a BSN.
    Accounts with one identity are one person; None: nobody says, and the account is a person of its own."""
    disabled_at: datetime | None = Field(sa_type=Instant, default=None)
    """From when it may do nothing."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class ActorRole(Row, table=True):
    """One role of one actor."""

    __table_args__ = (refers("actor_id", "actor"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    actor_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of whom."""
    role: Role = Field(sa_column=Column(Choice(Role), primary_key=True))
    """Which role."""


class ApiKey(Row, table=True):
    """A secret that proves an actor; only its hash is kept."""

    __table_args__ = (
        refers("actor_id", "actor"),
        UniqueConstraint("digest"),
        Index("ix_api_key_actor", "municipality_id", "actor_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    actor_id: UUID = Field(sa_type=Id)
    """Whose."""
    digest: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of a secret of 256 random bits; unique over all municipalities, as it is looked up first."""
    revoked_at: datetime | None = Field(sa_type=Instant, default=None)
    """From when it opens nothing."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it was made."""


class LoginSession(Row, table=True):
    """Somebody is logged in on the pages, on a key; what the key no longer opens, the session does not."""

    __table_args__ = (
        refers("actor_id", "actor"),
        refers("key_id", "api_key"),
        UniqueConstraint("digest"),
        Index("ix_login_session_actor", "municipality_id", "actor_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    digest: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of a secret of 256 random bits that only the browser has; unique over all municipalities."""
    actor_id: UUID = Field(sa_type=Id)
    """Who."""
    key_id: UUID = Field(sa_type=Id)
    """On which key; once it is revoked the session opens nothing."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it began."""
    used_at: datetime = Field(sa_type=Instant)
    """When it was used last, to the minute."""
    expires_at: datetime = Field(sa_type=Instant)
    """From when it opens nothing, however much it is used."""
    ended_at: datetime | None = Field(sa_type=Instant, default=None)
    """When somebody logged out."""
