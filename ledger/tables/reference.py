# SPDX-License-Identifier: EUPL-1.2
"""Reference data: municipalities, the catalogue, providers, contracts, programmes and budgets."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ledger.columns import Choice, Count, Day, Flag, Id, Instant, Parsed
from ledger.rules.confirmations import AnyConfirmation, NotAsked
from ledger.rules.facts import Law
from ledger.rules.funding import AnyFunding
from ledger.rules.restrictions import AnyRestriction
from ledger.rules.run_plan import AnyRunPlan, NoPlan
from ledger.rules.tariffs import AnyTariff
from ledger.rules.terms import ContractTerm
from ledger.tables.base import STRICT, Row, in_municipality, refers
from ledger.units import Measure


class ProviderKind(StrEnum):
    """Who is paid."""

    ORGANISATION = "organisation"
    """A care provider with an AGB code and a KvK number."""
    HELPER = "helper"
    """A person or firm that a resident contracts under a drawing right; needs no AGB code."""


class BudgetMode(StrEnum):
    """What happens when the budget is spent."""

    HARD = "hard"
    """Issuing stops."""
    SOFT = "soft"
    """Issuing goes on and the shortage is signalled: the Wmo is open-ended."""


class Municipality(Row, table=True):
    """One gemeente: the owner of everything below it."""

    __table_args__ = (CheckConstraint("length(municipality_id) = 4", name="cbs_code"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """CBS code, four digits."""
    name: str = Field(sa_type=Text)
    """Official name."""
    debtor_name: str = Field(sa_type=Text, default="")
    """Account-holder name of the account that pays."""
    debtor_iban: str = Field(sa_type=Text, default="")
    """IBAN that pays; empty until finance has set it."""
    tax_number: str = Field(sa_type=Text, default="")
    """RSIN or VAT number, which an audit file must name; empty until it was set."""
    sample_bps: int = Field(sa_type=Count, default=1500)
    """How many lines in ten thousand of a settlement run must be looked at before its release."""
    account_wait_days: int = Field(sa_type=Count, default=5)
    """How many days an approved change of a provider's account waits before it is paid there."""
    payments_per_file: int = Field(sa_type=Count, default=10_000)
    """The most payments in one file for the bank."""
    payment_file_version: str = Field(sa_type=Text, default="pain.001.001.09")
    """Of which version the files are: pain.001.001.09, or pain.001.001.03 for an older bank."""
    run_plan: AnyRunPlan = Field(
        sa_column=Column(Parsed(AnyRunPlan), nullable=False, default=NoPlan()), default=NoPlan()
    )
    """On which days settlement runs are drafted by themselves."""
    grant_alone_cents: int | None = Field(sa_type=Count, default=None)
    """Above how many eurocents one person does not grant or raise an entitlement alone; None: no limit."""
    letter_address: tuple[str, ...] = Field(
        sa_column=Column(Parsed(tuple[str, ...]), nullable=False, default=()), default=()
    )
    """The lines of its address at the top of its letters."""
    letter_web: str = Field(sa_type=Text, default="")
    """The website that its letters name; empty: in general words."""
    letter_phone: str = Field(sa_type=Text, default="")
    """The telephone number that its letters name; empty: in general words."""
    pages_address: str = Field(sa_type=Text, default="")
    """Where its residents find these pages: https and a host; empty: letters lead to no page."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class Service(Row, table=True):
    """A product that may be bought, by its five-character code."""

    __table_args__ = (
        in_municipality(),
        UniqueConstraint("municipality_id", "law", "code"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose catalogue."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    law: Law = Field(sa_column=Column(Choice(Law), nullable=False))
    """Under which law."""
    code: str = Field(sa_type=Text)
    """Product code: five characters, the first two are the category."""
    name: str = Field(sa_type=Text)
    """What people call it, in Dutch."""
    measure: Measure = Field(sa_column=Column(Choice(Measure), nullable=False))
    """What it is sold by."""
    segment: str | None = Field(sa_type=Text, default=None)
    """A (severe, rare), B (specialist) or C (light), where the municipality uses segments."""
    product_group: str | None = Field(sa_type=Text, default=None)
    """The group budgets are made for."""
    version: int = Field(sa_type=Count, default=1)
    """Grows with every edit; the ETag."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned this version."""


class Edition(Row, table=True):
    """Which edition of the reference data is in force: triggers give it a new name at every change.

    Who remembers reference data asks for this one row, and knows whether what it remembers still holds.
    """

    __table_args__ = (in_municipality(), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose reference data."""
    edition: UUID = Field(sa_type=Id)
    """A random name, never used twice: also a change that is rolled back leaves no trace."""


class Provider(Row, table=True):
    """Who gives care and is paid for it."""

    __table_args__ = (
        in_municipality(),
        UniqueConstraint("municipality_id", "agb"),
        CheckConstraint("kind = 'helper' OR agb IS NOT NULL", name="agb_of_organisation"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose relation; a provider of two municipalities is a row in each."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    kind: ProviderKind = Field(sa_column=Column(Choice(ProviderKind), nullable=False))
    """Organisation or helper."""
    agb: str | None = Field(sa_type=Text, default=None)
    """AGB code, eight digits."""
    kvk: str | None = Field(sa_type=Text, default=None)
    """Chamber of Commerce number, eight digits."""
    trade_name: str = Field(sa_type=Text)
    """The name people know."""
    account_holder_name: str = Field(sa_type=Text)
    """The name exactly as the bank has it (Verification of Payee compares it)."""
    iban: str = Field(sa_type=Text)
    """Where it is paid."""
    entered_by: UUID = Field(sa_type=Id)
    """Who entered it at first, with the account it was paid on then."""
    version: int = Field(sa_type=Count, default=1)
    """Grows with every edit; the ETag."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned this version."""


_NOT_WITHDRAWN: Final = text("withdrawn_at IS NULL")


class Contract(Row, table=True):
    """An agreement between the municipality and one provider under one law; its content is versioned."""

    __table_args__ = (
        refers("provider_id", "provider"),
        Index(
            "uq_contract_number",
            "municipality_id",
            "number",
            unique=True,
            sqlite_where=_NOT_WITHDRAWN,
            postgresql_where=_NOT_WITHDRAWN,
        ),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    provider_id: UUID = Field(sa_type=Id, index=True)
    """With whom."""
    law: Law = Field(sa_column=Column(Choice(Law), nullable=False))
    """Under which law."""
    number: str = Field(sa_type=Text)
    """The number on paper."""
    published_version: int | None = Field(sa_type=Count, default=None)
    """The version in force; None while there are only drafts."""
    withdrawn_at: datetime | None = Field(sa_type=Instant, default=None)
    """When its draft was given up before anything was ever in force: until it is drafted anew, its number is
    free. None for every other."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class ContractVersion(Row, table=True):
    """One version of a contract; frozen once published or withdrawn."""

    __table_args__ = (refers("contract_id", "contract"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    contract_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which contract."""
    version: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …"""
    valid_from: date = Field(sa_type=Day)
    """First day."""
    valid_until: date | None = Field(sa_type=Day, default=None)
    """Last day, inclusive; None is open."""
    areas: tuple[str, ...] = Field(sa_column=Column(Parsed(tuple[str, ...]), nullable=False))
    """Postcodes (four digits) or neighbourhood codes served; empty is the whole municipality."""
    acceptance_duty: bool = Field(sa_type=Flag, default=False)
    """Whether the provider must take every resident who comes (acceptatieplicht)."""
    ceiling_cents: int | None = Field(sa_type=Count, default=None)
    """The most paid in a calendar year; None is no ceiling."""
    terms: tuple[ContractTerm, ...] = Field(
        sa_column=Column(Parsed(tuple[ContractTerm, ...]), nullable=False), default=()
    )
    """What is paid, or kept back, by period besides the price of each use."""
    drafted_by: UUID = Field(sa_type=Id)
    """The account that wrote this content; neither it nor another of the same person publishes it."""
    published_at: datetime | None = Field(sa_type=Instant, default=None)
    """When it was frozen; None while it is a draft."""
    published_by: UUID | None = Field(sa_type=Id, default=None)
    """The account that put it in force; None while it is a draft."""
    withdrawn_at: datetime | None = Field(sa_type=Instant, default=None)
    """When a draft was given up; it stays as it was, and is never published."""
    withdrawn_by: UUID | None = Field(sa_type=Id, default=None)
    """The account that gave it up."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class ContractLine(Row, table=True):
    """One service at one tariff in one version of a contract, with its own validity."""

    __table_args__ = (refers("contract_id", "contract"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    contract_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which contract."""
    version: int = Field(sa_type=Count, primary_key=True)
    """Of which version."""
    line: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 … as given."""
    service: str = Field(sa_type=Text)
    """Product code."""
    tariff: AnyTariff = Field(sa_column=Column(Parsed(AnyTariff), nullable=False))
    """What it may cost."""
    valid_from: date = Field(sa_type=Day)
    """First day of this tariff."""
    valid_until: date | None = Field(sa_type=Day, default=None)
    """Last day, inclusive; None is open."""


class Programme(Row, table=True):
    """A municipality's rules and budgets for one law and product group; its rules are versioned."""

    __table_args__ = (in_municipality(), UniqueConstraint("municipality_id", "name"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose programme."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    law: Law = Field(sa_column=Column(Choice(Law), nullable=False))
    """Under which law."""
    name: str = Field(sa_type=Text)
    """What people call it."""
    product_group: str | None = Field(sa_type=Text, default=None)
    """The product group its budgets are for; None takes what no other programme takes."""
    mode: BudgetMode = Field(sa_column=Column(Choice(BudgetMode), nullable=False))
    """Hard or soft."""
    published_version: int | None = Field(sa_type=Count, default=None)
    """The version in force; None while there are only drafts."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class RateCeiling(SQLModel):
    """The most a care agreement may pay per measure of a service (the municipal ordinance)."""

    service: str
    """Product code."""
    rate_class: str
    """formal or informal."""
    ceiling_cents: int
    """Per measure of the service."""


class ProgrammeVersion(Row, table=True):
    """One version of a programme's rules; frozen once published."""

    __table_args__ = (refers("programme_id", "programme"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose programme."""
    programme_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which programme."""
    version: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …"""
    restrictions: tuple[AnyRestriction, ...] = Field(
        sa_column=Column(Parsed(tuple[AnyRestriction, ...]), nullable=False)
    )
    """Rules for every redemption under this programme."""
    funding: AnyFunding = Field(sa_column=Column(Parsed(AnyFunding), nullable=False))
    """Which entries follow."""
    confirmation: AnyConfirmation = Field(
        sa_column=Column(Parsed(AnyConfirmation), nullable=False), default=NotAsked()
    )
    """What is asked of the resident before a use is paid."""
    rate_ceilings: tuple[RateCeiling, ...] = Field(
        sa_column=Column(Parsed(tuple[RateCeiling, ...]), nullable=False)
    )
    """Ceilings for care agreements."""
    drafted_by: UUID = Field(sa_type=Id)
    """The account that wrote this content; neither it nor another of the same person publishes it."""
    published_at: datetime | None = Field(sa_type=Instant, default=None)
    """When it was frozen; None while it is a draft."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""


class Budget(Row, table=True):
    """The money of one programme for one calendar year; the amount is on its account."""

    __table_args__ = (
        refers("programme_id", "programme"),
        UniqueConstraint("municipality_id", "programme_id", "year"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose budget."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7; owns the budget account."""
    programme_id: UUID = Field(sa_type=Id)
    """Of which programme."""
    year: int = Field(sa_type=Count)
    """Calendar year."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""
