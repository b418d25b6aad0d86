# SPDX-License-Identifier: EUPL-1.2
"""Debts: what a provider must give back, entry by entry, and what of it nobody has paid or demanded yet.

The books hold what a provider has to give back as one amount. A debt is an entry that made it more: a line
taken back after it was settled, a contract term that came out below zero, interest on a demand. Debts are
paid in the order in which they were booked, but for those that are demanded: see rules/demands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger.db import Work
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Account,
    Entitlement,
    Entry,
    FollowUp,
    Redemption,
    TermAmount,
)
from ledger.tables.base import linked
from ledger.tables.books import DEBTS
from ledger.units import Unit

_KINDS: Final[list[ColumnElement[Any]]] = [literal_column(f"'{kind}'") for kind in DEBTS]
_EUROCENT: Final[ColumnElement[Any]] = literal_column(f"'{Unit.EUROCENT}'")


def is_debt() -> ColumnElement[bool]:
    """Whether an entry is a debt where its debit account is a receivable; in words of the index for it."""
    return and_(col(Entry.unit) == _EUROCENT, col(Entry.kind).in_(_KINDS))


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """One entry by which a provider came to owe something."""

    entry_id: UUID
    kind: EntryKind
    cents: int
    budget_id: UUID
    """The budget that gets it back."""
    redemption_id: UUID | None
    """What was taken back; None where it is no redemption."""
    service_day: date | None
    contract_id: UUID | None
    """Whose term came out below zero."""
    first: date | None
    """First day of the term's period."""
    last: date | None
    """Last day, inclusive."""


def of_receivable(work: Work, account_id: UUID, *, only: Select[UUID] | None = None) -> list[Debt]:
    """The debts on a receivable in the order in which they are paid; of entries of a query only, where given.

    But for interest, which is part of the demand it is on.
    """
    target = aliased(Account)
    statement = (
        select(
            col(Entry.id),
            col(Entry.kind),
            col(Entry.amount),
            func.coalesce(col(Entitlement.budget_id), col(target.owner_id)),
            col(Redemption.id),
            col(Redemption.service_day),
            col(TermAmount.contract_id),
            col(TermAmount.first),
            col(TermAmount.last),
        )
        .join(target, linked(target, Entry, col(target.id) == col(Entry.credit_account_id)))
        .outerjoin(Entitlement, linked(Entitlement, target, col(Entitlement.id) == col(target.owner_id)))
        .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
        .outerjoin(
            Redemption, linked(Redemption, FollowUp, col(Redemption.id) == col(FollowUp.redemption_id))
        )
        .outerjoin(TermAmount, linked(TermAmount, Entry, col(TermAmount.id) == col(Entry.cause_id)))
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.debit_account_id) == account_id,
            is_debt(),
            col(Entry.kind) != EntryKind.INTEREST,
        )
        .order_by(col(Entry.id))
    )
    if only is not None:
        statement = statement.where(col(Entry.id).in_(only))
    return [Debt(**_named(row)) for row in work.session.execute(statement)]


def _named(row: Any) -> dict[str, Any]:
    names = ("entry_id", "kind", "cents", "budget_id", "redemption_id", "service_day")
    return dict(zip((*names, "contract_id", "first", "last"), row, strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How much of a debt."""

    debt: Debt
    cents: int


def free(debts: Sequence[Debt], *, demanded: Mapping[UUID, int], paid_cents: int) -> list[Share]:
    """What of debts is left, the oldest first: neither demanded, in cents by entry, nor paid otherwise."""
    shares = []
    for debt in debts:
        open_cents = debt.cents - demanded.get(debt.entry_id, 0)
        taken = min(paid_cents, open_cents)
        paid_cents -= taken
        if open_cents > taken:
            shares.append(Share(debt=debt, cents=open_cents - taken))
    return shares


def first(shares: Sequence[Share], cents: int) -> list[Share]:
    """The oldest of these that are so much together; all of them where they are less."""
    found = []
    for share in shares:
        taken = min(share.cents, cents)
        cents -= taken
        if taken:
            found.append(Share(debt=share.debt, cents=taken))
    return found


def receivables(work: Work, provider_ids: Sequence[UUID]) -> dict[UUID, Account]:
    """The receivable of each provider; absent where it has none."""
    statement = select(Account).where(
        col(Account.municipality_id) == work.municipality_id,
        col(Account.owner_id).in_(provider_ids),
        col(Account.kind) == AccountKind.RECEIVABLE,
        col(Account.unit) == Unit.EUROCENT,
    )
    fresh = statement.execution_options(populate_existing=True)
    return {row.owner_id: row for row in work.session.scalars(fresh)}
