# SPDX-License-Identifier: EUPL-1.2
"""Recovery: demands for what providers must give back, all that happens to them, and statutory rates."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Day, Id, Instant, Parsed
from ledger.rules.interest import Rate
from ledger.tables.base import STRICT, Row, in_municipality, refers


class DemandStepKind(StrEnum):
    """What happened to a demand."""

    SENT = "sent"
    """It was made, and sent to the provider."""
    INTEREST = "interest"
    """Statutory interest was charged on it."""
    INTEREST_BACK = "interest_back"
    """Interest that was charged was taken back: money came in earlier than was known, or it was withdrawn."""
    REPAID = "repaid"
    """The provider paid, all of it or a part."""
    WITHDRAWN = "withdrawn"
    """It was given up: what was left of it is an ordinary debt again."""


class StatutoryRates(Row, table=True):
    """The statutory rates as somebody looked them up. Append-only; those loaded last count."""

    __table_args__ = (in_municipality(), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Who uses them."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    steps: tuple[Rate, ...] = Field(sa_column=Column(Parsed(tuple[Rate, ...]), nullable=False))
    """Each with the day from which it holds, in the order of these days."""
    known_until: date = Field(sa_type=Day)
    """The last day for which somebody has looked up that the last one holds, inclusive."""
    source: str = Field(sa_type=Text)
    """Where they were looked up, such as a number of the Staatsblad."""
    actor_id: UUID = Field(sa_type=Id)
    """Who loaded them."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class Demand(Row, table=True):
    """What a provider is told to pay back by a day. Append-only; what happens to it are its steps."""

    __table_args__ = (
        refers("provider_id", "provider"),
        UniqueConstraint("municipality_id", "reference"),
        Index("ix_demand_provider", "municipality_id", "provider_id", "id"),
        CheckConstraint("cents > 0", name="cents_positive"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """To whom it is owed."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    provider_id: UUID = Field(sa_type=Id)
    """Who must pay back."""
    cents: int = Field(sa_type=Count)
    """How much, without interest; more than zero."""
    reference: str = Field(sa_type=Text)
    """RF creditor reference (ISO 11649) the provider pays with: finds the demand on a bank statement."""
    sent_on: date = Field(sa_type=Day)
    """The day it is sent."""
    due_on: date = Field(sa_type=Day)
    """The last day on which it can be paid without interest."""
    reason: str = Field(sa_type=Text)
    """Why it is demanded, in words; the provider sees it."""
    budget_id: UUID = Field(sa_type=Id)
    """The budget of the oldest debt it is for: that gets the interest."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of what was asked: a resend has the same."""
    actor_id: UUID = Field(sa_type=Id)
    """Who made it."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class DemandDebt(Row, table=True):
    """One debt, or a part of it, that a demand is for. Append-only; together they are the demand."""

    __table_args__ = (refers("demand_id", "demand"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """To whom it is owed."""
    demand_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which demand."""
    entry_id: UUID = Field(sa_type=Id, primary_key=True)
    """The entry by which it came to be owed; their order is the order in which debts are paid."""
    cents: int = Field(sa_type=Count)
    """How much of it is demanded; more than zero."""


class DemandStep(Row, table=True):
    """One thing that happened to a demand. Append-only; its id is the cause of its entry."""

    __table_args__ = (
        refers("demand_id", "demand"),
        UniqueConstraint("municipality_id", "id"),
        Index(
            "ix_demand_step_line",
            "municipality_id",
            "statement_id",
            "line",
            sqlite_where=text("statement_id IS NOT NULL"),
            postgresql_where=text("statement_id IS NOT NULL"),
        ),
        CheckConstraint("cents > 0 OR kind = 'withdrawn'", name="cents_positive"),
        CheckConstraint("(kind = 'repaid') = (statement_id IS NOT NULL)", name="repaid_by_statement"),
        STRICT,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """To whom it is owed."""
    demand_id: UUID = Field(sa_type=Id, primary_key=True)
    """Which demand."""
    number: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …: two people who act at once cannot both be next."""
    id: UUID = Field(sa_type=Id)
    """UUIDv7, minted by the ledger: says in which order steps and settlements happened."""
    kind: DemandStepKind = Field(sa_column=Column(Choice(DemandStepKind), nullable=False))
    """What happened."""
    cents: int = Field(sa_type=Count)
    """How much; more than zero, and 0 of a withdrawal."""
    day: date = Field(sa_type=Day)
    """Of sending, of the bank's booking or of withdrawal; of interest the last day it is over, inclusive."""
    rates_id: UUID | None = Field(sa_type=Id, default=None)
    """By which rates interest was computed."""
    statement_id: UUID | None = Field(sa_type=Id, default=None)
    """By which statement of the bank money came in."""
    line: int | None = Field(sa_type=Count, default=None)
    """By which line of it."""
    reason: str = Field(sa_type=Text, default="")
    """Why, in words; of a withdrawal."""
    actor_id: UUID = Field(sa_type=Id)
    """Who did it, read in the statement, or said what its line was for."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When."""


class DemandInterest(Row, table=True):
    """One line of the interest on a demand up to a day; anybody can make it from its numbers. Append-only.

    The lines of a step are of all interest up to its day; it charges what these are more than was charged.
    """

    __table_args__ = (refers("demand_id", "demand"), STRICT)

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """To whom it is owed."""
    demand_id: UUID = Field(sa_type=Id, primary_key=True)
    """Of which demand."""
    number: int = Field(sa_type=Count, primary_key=True)
    """By which step of it."""
    line: int = Field(sa_type=Count, primary_key=True)
    """1, 2, 3 …"""
    first: date = Field(sa_type=Day)
    """First day."""
    last: date = Field(sa_type=Day)
    """Last day, inclusive."""
    principal_cents: int = Field(sa_type=Count)
    """On how much: what was left of the demand, with the interest of full years before."""
    basis_points: int = Field(sa_type=Count)
    """The yearly rate in hundredths of a percent."""
    days: int = Field(sa_type=Count)
    """How many days."""
    days_of_year: int = Field(sa_type=Count)
    """Of how many in the year that runs from the first day of interest."""
    cents: int = Field(sa_type=Count)
    """principal x rate x days / days of the year, half a cent up."""
