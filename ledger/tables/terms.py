# SPDX-License-Identifier: EUPL-1.2
"""Contract terms: what they came to and how, what was entered for it, and what people must know of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlmodel import Field

from ledger.columns import Choice, Count, Day, Id, Instant, Parsed
from ledger.rules.terms_facts import PopulationGroup
from ledger.rules.terms_lines import Formula, Input, Refusal
from ledger.tables.base import STRICT, Row, in_municipality, refers


class TermKind(StrEnum):
    """What kind of term an amount is of; a number that becomes another kind of term starts anew."""

    AVAILABILITY = "availability"
    """A lump sum for being available."""
    CEILING = "ceiling"
    """The most that is paid in a calendar year."""


class NoticeKind(StrEnum):
    """What somebody must know of a term."""

    REFUSED = "refused"
    """A run of days got no amount."""
    REACHED = "reached"
    """A share of a ceiling was reached."""
    BUDGET_LACKING = "budget_lacking"
    """The budget did not hold what the term came to; it is tried again at the next run."""


class TermAmount(Row, table=True):
    """What one term came to for one period, as one computing found it: a difference with those before.

    Append-only; the cause of its entries.
    """

    __table_args__ = (
        refers("contract_id", "contract"),
        refers("budget_id", "budget"),
        Index("ix_term_amount_contract", "municipality_id", "contract_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by the ledger."""
    contract_id: UUID = Field(sa_type=Id)
    """Of which contract."""
    version: int = Field(sa_type=Count)
    """By which version of it."""
    number: int = Field(sa_type=Count)
    """Which term of the contract; 0 is the ceiling of the contract itself."""
    kind: TermKind = Field(sa_column=Column(Choice(TermKind), nullable=False))
    """What kind of term it was."""
    first: date = Field(sa_type=Day)
    """First day of the period; says which period it is."""
    last: date = Field(sa_type=Day)
    """Last day, inclusive; of a ceiling the last day that was looked at."""
    budget_id: UUID | None = Field(sa_type=Id, default=None)
    """Which budget bears it; None where it came to nothing."""
    result_cents: int = Field(sa_type=Count)
    """What its lines sum to; below zero is kept back."""
    actor_id: UUID = Field(sa_type=Id)
    """Who drafted the run it was computed for."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class TermLine(Row, table=True):
    """One step of the computing of an amount; anybody can make the result from the inputs. Append-only."""

    __table_args__ = (refers("amount_id", "term_amount"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    amount_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which amount."""
    line: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …"""
    formula: Formula = Field(sa_column=Column(Choice(Formula), nullable=False))
    """How it is computed."""
    inputs: tuple[Input, ...] = Field(sa_column=Column(Parsed(tuple[Input, ...]), nullable=False))
    """From which numbers, in the order in which a person would use them."""
    result_cents: int = Field(sa_type=Count)
    """What the formula makes of them."""


class TermNotice(Row, table=True):
    """What somebody must know of one term and period, told once. Append-only."""

    __table_args__ = (
        refers("contract_id", "contract"),
        Index("ix_term_notice_contract", "municipality_id", "contract_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """Derived from what it says and of what: the same notice has the same."""
    contract_id: UUID = Field(sa_type=Id)
    """Of which contract."""
    number: int = Field(sa_type=Count)
    """Which term of it."""
    first: date = Field(sa_type=Day)
    """First day of the period."""
    last: date = Field(sa_type=Day)
    """Last day, inclusive."""
    kind: NoticeKind = Field(sa_column=Column(Choice(NoticeKind), nullable=False))
    """What it is about."""
    refusal: Refusal | None = Field(sa_column=Column(Choice(Refusal), nullable=True), default=None)
    """Why there is no amount; of a refusal."""
    missing: tuple[str, ...] = Field(sa_column=Column(Parsed(tuple[str, ...]), nullable=False))
    """Names of what would have to be known first: years, groups of people, services."""
    at_basis_points: int = Field(sa_type=Count, default=0)
    """Which share of a ceiling was reached."""
    cents: int = Field(sa_type=Count, default=0)
    """What counted towards the ceiling, or what the budget was asked for."""
    most_cents: int = Field(sa_type=Count, default=0)
    """The ceiling, or what the budget held."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When it was found first."""


class TermsComputed(Row, table=True):
    """Up to where contract terms were computed last, so that the next computing need not read all care."""

    __table_args__ = (in_municipality(), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose."""
    until: date = Field(sa_type=Day)
    """The last day that was looked at, inclusive."""
    through: UUID = Field(sa_type=Id)
    """The newest entry that was there."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class TermEvidence(Row, table=True):
    """What is shown to have been available in one period. Append-only; the one entered last counts."""

    __table_args__ = (
        refers("contract_id", "contract"),
        CheckConstraint("available >= 0", name="not_negative"),
        Index("ix_term_evidence_contract", "municipality_id", "contract_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by who enters it."""
    contract_id: UUID = Field(sa_type=Id)
    """Of which contract."""
    number: int = Field(sa_type=Count)
    """Which term of it."""
    first: date = Field(sa_type=Day)
    """First day of the instalment that is in force."""
    last: date = Field(sa_type=Day)
    """Last such day, inclusive."""
    available: int = Field(sa_type=Count)
    """In what the term agreed on: hours, beds, minutes."""
    actor_id: UUID = Field(sa_type=Id)
    """Who entered it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class PopulationFigure(Row, table=True):
    """How many people of a group there are in a calendar year. Append-only; the one entered last counts."""

    __table_args__ = (in_municipality(), CheckConstraint("persons >= 0", name="not_negative"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Of which municipality."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by who enters it."""
    group: PopulationGroup = Field(sa_column=Column(Choice(PopulationGroup), nullable=False))
    """Who is counted."""
    year: int = Field(sa_type=Count)
    """Calendar year."""
    persons: int = Field(sa_type=Count)
    """How many."""
    actor_id: UUID = Field(sa_type=Id)
    """Who entered it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class HistoricalCost(Row, table=True):
    """What the function of a contract cost in a calendar year. Append-only; the one entered last counts."""

    __table_args__ = (
        refers("contract_id", "contract"),
        CheckConstraint("cents >= 0", name="not_negative"),
        Index("ix_historical_cost_contract", "municipality_id", "contract_id"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose contract."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by who enters it."""
    contract_id: UUID = Field(sa_type=Id)
    """Of which contract."""
    year: int = Field(sa_type=Count)
    """Calendar year; it may be long before the contract."""
    cents: int = Field(sa_type=Count)
    """Of the whole year."""
    actor_id: UUID = Field(sa_type=Id)
    """Who entered it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""
