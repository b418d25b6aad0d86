# SPDX-License-Identifier: EUPL-1.2
"""Rights: entitlements with their history, their codes, and care agreements under drawing rights."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Day, Id, Instant, Parsed
from ledger.rules.facts import EntitlementKind, Law, Period
from ledger.rules.restrictions import AnyRestriction
from ledger.tables.base import STRICT, Row, in_municipality, refers
from ledger.units import Unit


class ChangeKind(StrEnum):
    """What happened to an entitlement."""

    GRANTED = "granted"
    """It began."""
    AMENDED = "amended"
    """Raised, lowered, extended or shortened."""
    SUSPENDED = "suspended"
    """Nothing may be used from a day on."""
    RESUMED = "resumed"
    """It may be used again from a day on."""
    ENDED = "ended"
    """Its last day was set; what is left returns when it expires."""
    EXPIRED = "expired"
    """What was left went back to the budget."""


class RateClass(StrEnum):
    """Which tariff of the municipal ordinance applies to a helper."""

    FORMAL = "formal"
    """A professional."""
    INFORMAL = "informal"
    """The resident's own network."""


class Approver(StrEnum):
    """Whose approval a care agreement needs (Uitvoeringsregeling Wmo 2015, art. 2a)."""

    GATEKEEPER = "gatekeeper"
    """The municipality: does it meet the need, at an allowed rate."""
    PAYING_AGENT = "paying_agent"
    """The paying agent: is it lawful and workable."""


class Entitlement(Row, table=True):
    """What one resident may use: the right that holds the balance. This row is its latest version."""

    __table_args__ = (
        refers("programme_id", "programme"),
        refers("holder_id", "person"),
        refers("budget_id", "budget"),
        UniqueConstraint("municipality_id", "law", "allocation_number"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        Index("ix_entitlement_holder", "municipality_id", "holder_id"),
        Index("ix_entitlement_budget", "municipality_id", "budget_id"),
        Index("ix_entitlement_reference", "municipality_id", "reference_folded"),
        Index(
            "ix_entitlement_ending",
            "municipality_id",
            "valid_until",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who gave it."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7; owns the entitlement and reserved accounts."""
    kind: EntitlementKind = Field(sa_column=Column(Choice(EntitlementKind), nullable=False))
    """How it may be spent."""
    law: Law = Field(sa_column=Column(Choice(Law), nullable=False))
    """Under which law."""
    programme_id: UUID = Field(sa_type=Id)
    """Under which rules."""
    budget_id: UUID = Field(sa_type=Id)
    """Which budget carries the commitment: that of the year it begins in."""
    holder_id: UUID = Field(sa_type=Id)
    """Whose it is."""
    valid_from: date = Field(sa_type=Day)
    """First day."""
    valid_until: date | None = Field(sa_type=Day, default=None)
    """Last day, inclusive; None is open."""
    amount_cents: int | None = Field(sa_type=Count, default=None)
    """The most it may cost; None: money sets no limit, only the quantity and the rules do."""
    committed_cents: int = Field(sa_type=Count, default=0)
    """What was committed from the budget when it was granted or amended."""
    quantity: int | None = Field(sa_type=Count, default=None)
    """The most that may be used, in quantity_unit; None: no limit in quantity."""
    quantity_unit: Unit | None = Field(sa_column=Column(Choice(Unit), nullable=True), default=None)
    """Minute, day_part, day or piece."""
    expected_quantity: int | None = Field(sa_type=Count, default=None)
    """What will probably be used where only caps limit it; the commitment was estimated from it."""
    restrictions: tuple[AnyRestriction, ...] = Field(
        sa_column=Column(Parsed(tuple[AnyRestriction, ...]), nullable=False)
    )
    """Its own rules: services, providers, caps, uses."""
    area: str | None = Field(sa_type=Text, default=None)
    """The four digits of the postcode where care is given; None takes the holder's."""
    suspensions: tuple[Period, ...] = Field(
        sa_column=Column(Parsed(tuple[Period, ...]), nullable=False), default=()
    )
    """When it may not be used."""
    reference: str | None = Field(sa_type=Text, default=None)
    """The number of the decision (beschikking)."""
    reference_folded: str | None = Field(sa_type=Text, default=None)
    """The same without capitals: whoever looks for it may type them or not."""
    note: str | None = Field(sa_type=Text, default=None)
    """Results that were agreed, and what the plan counts on: own strength, general provisions. The resident
    reads it."""
    allocation_number: int | None = Field(sa_type=Count, default=None)
    """ToewijzingNummer of message 301; unique under a law."""
    decided_at: datetime | None = Field(sa_type=Instant, default=None)
    """Toewijzingsdatum and -tijd of the version in force; the latest wins."""
    closed_at: datetime | None = Field(sa_type=Instant, default=None)
    """When what was left went back to the budget."""
    version: int = Field(sa_type=Count, default=1)
    """The number of its latest change."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned the latest version."""


class EntitlementChange(Row, table=True):
    """One change of an entitlement, with its whole content after it. Append-only."""

    __table_args__ = (
        refers("entitlement_id", "entitlement"),
        UniqueConstraint("municipality_id", "entitlement_id", "version"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who gave it."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7 of the change; a grant has the entitlement's own."""
    entitlement_id: UUID = Field(sa_type=Id)
    """Of which entitlement."""
    version: int = Field(sa_type=Count)
    """1 is the grant."""
    kind: ChangeKind = Field(sa_column=Column(Choice(ChangeKind), nullable=False))
    """What happened."""
    content: dict[str, Any] = Field(sa_column=Column(Parsed(dict[str, Any]), nullable=False))
    """What the entitlement was after it."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was asked: a resend has the same."""
    reason: str = Field(sa_type=Text)
    """Why, in words."""
    actor_id: UUID = Field(sa_type=Id)
    """Who did it."""
    at: datetime = Field(sa_type=Instant)
    """When it was decided."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class Refusal(Row, table=True):
    """A request for support that was refused. Append-only: another decision is another fact."""

    __table_args__ = (
        refers("holder_id", "person"),
        Index("ix_refusal_holder", "municipality_id", "holder_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who refused."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    holder_id: UUID = Field(sa_type=Id)
    """Who asked."""
    law: Law = Field(sa_column=Column(Choice(Law), nullable=False))
    """Under which law."""
    reference: str | None = Field(sa_type=Text, default=None)
    """The municipality's own number of the decision."""
    asked: str = Field(sa_type=Text)
    """What was asked for, in words; lines are things."""
    reason: str = Field(sa_type=Text)
    """Why it was refused, in the words that the resident reads."""
    decided_on: date = Field(sa_type=Day)
    """The day of the decision."""
    actor_id: UUID = Field(sa_type=Id)
    """Who decided."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class Code(Row, table=True):
    """What is printed or shown; can be revoked and replaced without touching the balance."""

    __table_args__ = (
        refers("entitlement_id", "entitlement"),
        UniqueConstraint("municipality_id", "token_id"),
        UniqueConstraint("municipality_id", "manual_digest"),
        Index("ix_code_entitlement", "municipality_id", "entitlement_id"),
        Index("ix_code_expiry", "municipality_id", "expires_at", "entitlement_id"),
        Index(
            "ix_code_revoked",
            "municipality_id",
            "entitlement_id",
            sqlite_where=text("revoked_at IS NOT NULL"),
            postgresql_where=text("revoked_at IS NOT NULL"),
            info={"few": True},
        ),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who issued it."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    entitlement_id: UUID = Field(sa_type=Id)
    """What it opens."""
    token_id: bytes = Field(sa_type=LargeBinary)
    """The 128 random bits inside the signed token (cti)."""
    manual_digest: bytes = Field(sa_type=LargeBinary)
    """HMAC-SHA-256 of the manual code; the code itself is only on paper."""
    sealed_manual: bytes = Field(sa_type=LargeBinary)
    """The manual code under the municipality's key, so that the same letter can be printed again."""
    key_id: bytes = Field(sa_type=LargeBinary)
    """Which key signed it."""
    issued_at: datetime = Field(sa_type=Instant)
    """From when it may be used."""
    expires_at: datetime = Field(sa_type=Instant)
    """Until when, exclusive: at most 180 days."""
    revoked_at: datetime | None = Field(sa_type=Instant, default=None)
    """From when it may not be used any more."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class CodeRequest(Row, table=True):
    """A resident asks for a new code; it is answered by the next code of the entitlement."""

    __table_args__ = (
        refers("entitlement_id", "entitlement"),
        Index("ix_code_request_entitlement", "municipality_id", "entitlement_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who is asked."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    entitlement_id: UUID = Field(sa_type=Id)
    """For what."""
    actor_id: UUID = Field(sa_type=Id)
    """Who asked."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class CodeKey(Row, table=True):
    """The public half of a key that signs codes; the private half is not in the database."""

    __table_args__ = (in_municipality(), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who signs."""
    key_id: bytes = Field(sa_type=LargeBinary, primary_key=True)
    """The first four bytes of the SHA-256 of the public key."""
    public_key: bytes = Field(sa_type=LargeBinary)
    """P-256 point."""
    recorded_at: datetime = Field(sa_type=Instant)
    """From when it signs."""
    retired_at: datetime | None = Field(sa_type=Instant, default=None)
    """From when it signs no more; what it signed stays valid until it expires."""


class CareAgreement(Row, table=True):
    """A zorgovereenkomst: a resident and a helper agree on a service at a rate, under a drawing right."""

    __table_args__ = (
        refers("entitlement_id", "entitlement"),
        refers("provider_id", "provider"),
        Index("ix_care_agreement_entitlement", "municipality_id", "entitlement_id"),
        Index("ix_care_agreement_provider", "municipality_id", "provider_id", "id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7; owns the payable account."""
    entitlement_id: UUID = Field(sa_type=Id)
    """The drawing right it spends."""
    provider_id: UUID = Field(sa_type=Id)
    """The helper or organisation that is paid."""
    service: str = Field(sa_type=Text)
    """Product code."""
    rate_class: RateClass = Field(sa_column=Column(Choice(RateClass), nullable=False))
    """Formal or informal."""
    rate_cents: int = Field(sa_type=Count)
    """Per measure of the service; at most the ceiling of its class."""
    ceiling_cents: int = Field(sa_type=Count)
    """The ceiling it was held against."""
    valid_from: date = Field(sa_type=Day)
    """First day."""
    valid_until: date | None = Field(sa_type=Day, default=None)
    """Last day, inclusive; None is open."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was agreed: a resend has the same."""
    actor_id: UUID = Field(sa_type=Id)
    """Who entered it."""
    at: datetime = Field(sa_type=Instant)
    """When it was agreed."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class CareDecline(Row, table=True):
    """An approver says no to a care agreement, for good: another agreement is another. Append-only."""

    __table_args__ = (refers("agreement_id", "care_agreement"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    agreement_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which agreement."""
    approver: Approver = Field(sa_column=Column(Choice(Approver), nullable=False))
    """In which role."""
    reason: str = Field(sa_type=Text)
    """Why, in the words that the resident reads."""
    actor_id: UUID = Field(sa_type=Id)
    """Who."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class CareApproval(Row, table=True):
    """One of the two approvals of a care agreement. Append-only."""

    __table_args__ = (
        refers("agreement_id", "care_agreement"),
        UniqueConstraint("municipality_id", "agreement_id", "actor_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose resident."""
    agreement_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which agreement."""
    approver: Approver = Field(sa_column=Column(Choice(Approver), primary_key=True))
    """In which role."""
    actor_id: UUID = Field(sa_type=Id)
    """Who; never the same for both."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""
