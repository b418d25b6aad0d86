# SPDX-License-Identifier: EUPL-1.2
"""The books: accounts with two counters that only grow, and entries that are never changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from ledger.columns import Choice, Count, Id, Instant
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables.base import GROWS, Row, in_municipality
from ledger.units import Unit


def _only(name: str, column: str, where: str, *, unique: bool = False) -> Index:
    """An index of the few rows that are ever looked for by this column; the others cost nothing."""
    condition = text(where)
    return Index(
        name, "municipality_id", column, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


DEBTS = (EntryKind.REVERSE, EntryKind.TERM_BACK, EntryKind.INTEREST)
"""Kinds by which a provider comes to owe something, where they are booked on its receivable."""

_DEBTS = ", ".join(f"'{kind}'" for kind in DEBTS)


class Bound(StrEnum):
    """On which side of zero an account must stay. Its balance is credits - debits."""

    AT_LEAST_ZERO = "at_least_zero"
    """Nothing can be taken that is not there."""
    AT_MOST_ZERO = "at_most_zero"
    """A receivable: what is owed to us, never the other way round."""
    FREE = "free"
    """The outside world, and soft budgets."""


class Account(Row, table=True):
    """One pot of one unit. Only entries.post changes the counters."""

    __table_args__ = (
        in_municipality(),
        UniqueConstraint("municipality_id", "owner_id", "kind", "unit", "stripe"),
        CheckConstraint("debits >= 0 AND credits >= 0", name="counters_grow"),
        CheckConstraint("bound <> 'at_least_zero' OR debits <= credits", name="not_below_zero"),
        CheckConstraint("bound <> 'at_most_zero' OR credits <= debits", name="not_above_zero"),
        GROWS,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose books."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7."""
    kind: AccountKind = Field(sa_column=Column(Choice(AccountKind), nullable=False))
    """Its place in the chart of accounts."""
    owner_id: UUID = Field(sa_type=Id)
    """The budget, entitlement, contract, care agreement, provider or payment; zero for the municipality."""
    unit: Unit = Field(sa_column=Column(Choice(Unit), nullable=False))
    """What it counts."""
    stripe: int = Field(sa_type=Count, default=0)
    """0, 1, 2 …: accounts that many write to at once come in several, each with counters of its own."""
    bound: Bound = Field(sa_column=Column(Choice(Bound), nullable=False))
    """On which side of zero it must stay."""
    debits: int = Field(sa_type=Count, default=0)
    """All that ever went out."""
    credits: int = Field(sa_type=Count, default=0)
    """All that ever came in."""

    @property
    def balance(self) -> int:
        """What came in less what went out."""
        return self.credits - self.debits


class Entry(Row, table=True):
    """One balanced booking: amount moves from the debit account to the credit account. Append-only.

    No foreign keys: entries.post proves for each batch that both accounts exist and count this unit,
    audit proves it of all that was ever booked (docs/decisions/0014).
    """

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        Index("ix_entry_cause", "municipality_id", "cause_id"),
        _only("ix_entry_owed", "credit_account_id", "unit = 'eurocent' AND kind IN ('redeem', 'capture')"),
        _only("ix_entry_taken_back", "debit_account_id", f"unit = 'eurocent' AND kind IN ({_DEBTS})"),
        _only("ix_entry_funded", "credit_account_id", "kind IN ('fund', 'fund_back')"),
        _only("ix_entry_reverses", "reverses_id", "reverses_id IS NOT NULL"),
        # Parts of one entry may be taken back apart: taken_back sees to it that this is not done twice.
        _only(
            "uq_entry_reverses", "reverses_id", "reverses_id IS NOT NULL AND kind <> 'reverse'", unique=True
        ),
        GROWS,
    )

    municipality_id: str = Field(sa_type=Text, primary_key=True)
    """Whose books."""
    id: UUID = Field(sa_type=Id, primary_key=True)
    """UUIDv7, minted by the ledger."""
    kind: EntryKind = Field(sa_column=Column(Choice(EntryKind), nullable=False))
    """Why it was booked."""
    debit_account_id: UUID = Field(sa_type=Id)
    """Where it comes from."""
    credit_account_id: UUID = Field(sa_type=Id)
    """Where it goes."""
    unit: Unit = Field(sa_column=Column(Choice(Unit), nullable=False))
    """The unit of both accounts."""
    amount: int = Field(sa_type=Count)
    """More than zero."""
    cause_id: UUID = Field(sa_type=Id)
    """The fact behind it: a redemption, reversal, amendment, funding, settlement …"""
    line: int = Field(sa_type=Count, default=0)
    """Which line of that fact; 0 where it has none."""
    reverses_id: UUID | None = Field(sa_type=Id, default=None)
    """The entry it mirrors, wholly or in part; each is mirrored once, but for what is reversed in parts."""
    at: datetime = Field(sa_type=Instant)
    """When it happened; a reversal bears the instant of what it takes back."""
    recorded_at: datetime = Field(sa_type=Instant)
    """When we learned it."""
    actor_id: UUID = Field(sa_type=Id)
    """Who did it."""
