# SPDX-License-Identifier: EUPL-1.2
"""Access: who may act, in which roles, with which keys, and who is logged in on the pages."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from ledger.columns import Choice, Count, Flag, Id, Instant
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


class Proof(StrEnum):
    """By what somebody showed who they are when they logged in."""

    KEY = "key"
    """With a secret key, as a system would."""
    PASSWORD = "password"  # noqa: S105 - the name of a way, not a secret
    """With a user name, a password and a code that changes."""
    IDENTITY_PROVIDER = "identity_provider"
    """At the identity provider of the municipality, or at DigiD or eHerkenning behind a broker."""
    LETTER = "letter"
    """With the code of a letter that was sent to their address."""
    DEMO = "demo"
    """By choosing an account of the demonstration, where everything is made up."""


class LoginSession(Row, table=True):
    """Somebody is logged in on the pages; what their account or key no longer opens, the session does not."""

    __table_args__ = (
        refers("actor_id", "actor"),
        refers("key_id", "api_key"),
        CheckConstraint("(proof = 'key') = (key_id IS NOT NULL)", name="key_for_key"),
        UniqueConstraint("digest"),
        Index("ix_login_session_actor", "municipality_id", "actor_id"),
        Index("ix_login_session_over", "municipality_id", "expires_at"),
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
    proof: Proof = Field(sa_column=Column(Choice(Proof), nullable=False))
    """By what they showed who they are."""
    key_id: UUID | None = Field(sa_type=Id, default=None)
    """On which key, only with the proof key; once it is revoked the session opens nothing."""
    proven_at: datetime = Field(sa_type=Instant)
    """When they showed it last: what weighs much asks it again after a while."""
    agent: str | None = Field(sa_type=Text, default=None)
    """What browser it was, as it calls itself; so that somebody knows their own sessions."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it began."""
    used_at: datetime = Field(sa_type=Instant)
    """When it was used last, to the minute."""
    expires_at: datetime = Field(sa_type=Instant)
    """From when it opens nothing, however much it is used."""
    ended_at: datetime | None = Field(sa_type=Instant, default=None)
    """When somebody logged out."""


class LoginInvitation(Row, table=True):
    """Somebody may set up, once, how they log in with a password; again for who forgot it."""

    __table_args__ = (
        refers("actor_id", "actor"),
        UniqueConstraint("digest"),
        Index("ix_login_invitation_actor", "municipality_id", "actor_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    digest: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of a secret of 256 random bits; unique over all municipalities, as it is looked up first."""
    actor_id: UUID = Field(sa_type=Id)
    """Who is invited."""
    login_name: str = Field(sa_type=Text)
    """Under which name they will log in."""
    recorded_by: UUID = Field(sa_type=Id)
    """Who invites them."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it was made."""
    expires_at: datetime = Field(sa_type=Instant)
    """From when it opens nothing."""
    used_at: datetime | None = Field(sa_type=Instant, default=None)
    """When it was used, or a later one took its place."""


class Device(Row, table=True):
    """A browser on a telephone or computer that a provider redeems with at doors."""

    __table_args__ = (
        refers("provider_id", "provider"),
        UniqueConstraint("municipality_id", "digest"),
        Index("ix_device_provider", "municipality_id", "provider_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    provider_id: UUID = Field(sa_type=Id)
    """Whose."""
    name: str = Field(sa_type=Text)
    """What its people call it."""
    digest: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of a secret of 256 random bits that only the browser has."""
    recorded_by: UUID = Field(sa_type=Id)
    """Who enrolled it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""
    approved_by: UUID | None = Field(sa_type=Id, default=None)
    """Who else approved it; None: nobody yet."""
    approved_at: datetime | None = Field(sa_type=Instant, default=None)
    """When."""
    revoked_by: UUID | None = Field(sa_type=Id, default=None)
    """Who said that it is lost, or not used any more."""
    revoked_at: datetime | None = Field(sa_type=Instant, default=None)
    """From when nothing is redeemed with it."""
    used_at: datetime | None = Field(sa_type=Instant, default=None)
    """When somebody redeemed with it last."""


class DeviceRule(Row, table=True):
    """Whether a provider's people redeem at doors with approved devices only."""

    __table_args__ = (refers("provider_id", "provider"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    provider_id: UUID = Field(sa_type=Id, primary_key=True)
    """Whose people."""
    is_needed: bool = Field(sa_type=Flag)
    """Whether a device is asked."""
    recorded_by: UUID = Field(sa_type=Id)
    """Who decided so."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class IdentityLink(Row, table=True):
    """Whom an identity provider knows by some value is this account."""

    __table_args__ = (
        refers("actor_id", "actor"),
        Index("ix_identity_link_actor", "municipality_id", "actor_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    digest: bytes = Field(sa_type=LargeBinary, primary_key=True)
    """HMAC-SHA-256 of provider and value, under a key that is not in the database."""
    actor_id: UUID = Field(sa_type=Id)
    """Who it is."""
    issuer: str = Field(sa_type=Text)
    """The provider, as it calls itself."""
    recorded_by: UUID = Field(sa_type=Id)
    """Who said so."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class LetterLogin(Row, table=True):
    """How a resident logs in with the code of a letter and a code that is sent or told to them each time."""

    __table_args__ = (
        refers("person_id", "person"),
        UniqueConstraint("municipality_id", "digest"),
        Index("ix_letter_login_person", "municipality_id", "person_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7; the code of the letter is derived from it and a key in the keyring."""
    person_id: UUID = Field(sa_type=Id)
    """To whom the letter is."""
    digest: bytes = Field(sa_type=LargeBinary)
    """HMAC-SHA-256 of the code of the letter, under a key that is not in the database."""
    recorded_by: UUID = Field(sa_type=Id)
    """Who made the letter."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it was made."""
    expires_at: datetime = Field(sa_type=Instant)
    """From when it opens nothing."""
    revoked_at: datetime | None = Field(sa_type=Instant, default=None)
    """From when it opens nothing because the letter was lost."""
    one_time_digest: bytes | None = Field(sa_type=LargeBinary, default=None)
    """HMAC-SHA-256 of the newest one-time code; None: it was used, or there was none."""
    one_time_until: datetime | None = Field(sa_type=Instant, default=None)
    """From when the one-time code opens nothing."""
    asks: int = Field(sa_type=Count, default=0)
    """How many one-time codes were asked since somebody logged in with one."""
    ask_from: datetime | None = Field(sa_type=Instant, default=None)
    """From when another one may be asked."""
    failures: int = Field(sa_type=Count, default=0)
    """How many one-time codes in a row were wrong."""
    blocked_until: datetime | None = Field(sa_type=Instant, default=None)
    """Until when every try is refused, because of those before."""
    used_at: datetime | None = Field(sa_type=Instant, default=None)
    """When somebody logged in with it last."""


class LocalLogin(Row, table=True):
    """How an account logs in with a user name, a password and a code that changes every half minute."""

    __table_args__ = (
        refers("actor_id", "actor"),
        refers("invitation_id", "login_invitation"),
        UniqueConstraint("digest"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """For which municipality."""
    actor_id: UUID = Field(sa_type=Id, primary_key=True)
    """Whose."""
    digest: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of the user name; unique over all municipalities, as it is looked up first."""
    password: str = Field(sa_type=Text)
    """Its Argon2id hash with salt and parameters (RFC 9106)."""
    invitation_id: UUID = Field(sa_type=Id)
    """With which it was set up; the secret of the codes is derived from it and a key in the keyring."""
    last_step: int = Field(sa_type=Count)
    """The half minute of the last code that was taken: a code opens once."""
    failures: int = Field(sa_type=Count, default=0)
    """How many tries in a row were wrong."""
    blocked_until: datetime | None = Field(sa_type=Instant, default=None)
    """Until when every try is refused, because of those before."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When the password was chosen."""
