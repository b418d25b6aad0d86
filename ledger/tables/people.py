# SPDX-License-Identifier: EUPL-1.2
"""People: pseudonyms, the encrypted vault apart, mandates, and the log of every look."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Day, Id, Instant
from ledger.tables.base import STRICT, Row, in_municipality, refers


class MandateKind(StrEnum):
    """On what ground somebody acts for a resident."""

    PARENT = "parent"
    """A parent with custody."""
    GUARDIAN = "guardian"
    """Voogd."""
    CURATOR = "curator"
    """Curatele."""
    ADMINISTRATOR = "administrator"
    """Bewindvoerder: looks after money."""
    MENTOR = "mentor"
    """Mentorschap: looks after care."""
    AUTHORISED = "authorised"
    """Volmacht: named by the resident."""


class IndexKind(StrEnum):
    """By what a person can be found, exactly."""

    BSN = "bsn"
    """The personal number."""
    NAME_AND_BIRTH = "name_and_birth"
    """Surname without case or accents, and day of birth."""


class Person(Row, table=True):
    """A resident or a representative, without anything that says who."""

    __table_args__ = (in_municipality(), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7: the pseudonym used everywhere else."""
    area: str | None = Field(sa_type=Text, default=None)
    """The four digits of the postcode where care is given."""
    neighbourhood: str | None = Field(sa_type=Text, default=None)
    """CBS neighbourhood or district code, where known."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class VaultRecord(Row, table=True):
    """What says who a person is, encrypted under a key of its own (AES-256-GCM envelope)."""

    __table_args__ = (refers("person_id", "person"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    person_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of whom."""
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    """The record's data key, wrapped by the municipality's key; destroying it erases the person."""
    sealed: bytes = Field(sa_type=LargeBinary)
    """Nonce and ciphertext of the identity."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class VaultIndex(Row, table=True):
    """A blind index: finds a person by an exact value without storing the value."""

    __table_args__ = (
        refers("person_id", "person"),
        Index("ix_vault_index_person", "municipality_id", "person_id"),
        Index(
            "uq_vault_index_bsn",
            "municipality_id",
            "digest",
            unique=True,
            sqlite_where=text("kind = 'bsn'"),
            postgresql_where=text("kind = 'bsn'"),
        ),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    kind: IndexKind = Field(sa_column=Column(Choice(IndexKind), primary_key=True))
    """By what."""
    digest: bytes = Field(sa_type=LargeBinary, primary_key=True)
    """HMAC-SHA-256 of the value, under a key that is not in the database."""
    person_id: UUID = Field(sa_type=Id, primary_key=True)
    """Who it is."""


class Mandate(Row, table=True):
    """Somebody may act for a resident, from a day until a day."""

    __table_args__ = (
        refers("holder_id", "person"),
        refers("representative_id", "person"),
        Index("ix_mandate_holder", "municipality_id", "holder_id"),
        Index("ix_mandate_representative", "municipality_id", "representative_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    holder_id: UUID = Field(sa_type=Id)
    """For whom."""
    representative_id: UUID = Field(sa_type=Id)
    """Who acts."""
    kind: MandateKind = Field(sa_column=Column(Choice(MandateKind), nullable=False))
    """On what ground."""
    valid_from: date = Field(sa_type=Day)
    """First day."""
    valid_until: date | None = Field(sa_type=Day, default=None)
    """Last day, inclusive; None is open."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class LinkCode(Row, table=True):
    """A code by which a resident names this person as who acts for them; shown once, and it opens once."""

    __table_args__ = (
        refers("person_id", "person"),
        refers("mandate_id", "mandate"),
        UniqueConstraint("municipality_id", "digest"),
        Index("ix_link_code_person", "municipality_id", "person_id"),
        Index("ix_link_code_mandate", "municipality_id", "mandate_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    person_id: UUID = Field(sa_type=Id)
    """Who is willing to act for who types it."""
    digest: bytes = Field(sa_type=LargeBinary)
    """HMAC-SHA-256 of the code under a key in the keyring."""
    recorded_by: UUID = Field(sa_type=Id)
    """The account that asked for it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it was made."""
    expires_at: datetime = Field(sa_type=Instant)
    """From when it opens nothing."""
    closed_at: datetime | None = Field(sa_type=Instant, default=None)
    """When it was used, or a later one took its place."""
    mandate_id: UUID | None = Field(sa_type=Id, default=None)
    """What was given with it."""


class LinkTry(Row, table=True):
    """How often in a row a resident typed a code that was not right."""

    __table_args__ = (refers("person_id", "person"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    person_id: UUID = Field(sa_type=Id, primary_key=True)
    """Who typed."""
    failures: int = Field(sa_type=Count, default=0)
    """How many in a row were wrong."""
    blocked_until: datetime | None = Field(sa_type=Instant, default=None)
    """Until when every try is refused, because of those before."""


class AccessLog(Row, table=True):
    """One look at who a person is. Append-only (NEN 7513: who, what, when, whose, why)."""

    __table_args__ = (Index("ix_access_log_person", "municipality_id", "person_id"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    actor_id: UUID = Field(sa_type=Id)
    """Who looked."""
    action: str = Field(sa_type=Text)
    """A ledger.access_log.LookAction: search, read, letter …"""
    person_id: UUID | None = Field(sa_type=Id, default=None)
    """At whom; None where a search found nobody."""
    purpose: str = Field(sa_type=Text)
    """Why, in the words of who looked."""
    at: datetime = Field(sa_type=Instant)
    """When."""
