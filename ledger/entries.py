# SPDX-License-Identifier: EUPL-1.2
"""The only writer of money: entries and the counters of accounts, always together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, case, insert, or_, select, update
from sqlmodel import col

from ledger.columns import Choice
from ledger.db import Work
from ledger.ids import uuid7
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import Account, Bound, Entry
from ledger.units import Unit

_RANK = {
    AccountKind.ENTITLEMENT: 1,
    AccountKind.RESERVED: 2,
    AccountKind.BUDGET: 3,
    AccountKind.TREASURY: 4,
    AccountKind.PAYABLE: 5,
    AccountKind.RECEIVABLE: 6,
    AccountKind.DELIVERED: 7,
    AccountKind.IN_PAYMENT: 8,
}

LOCK_ORDER = (case(_RANK, value=col(Account.kind)), col(Account.id))
"""Whoever locks accounts locks them in this order, also over several statements: what is judged
first (what a right and a budget still hold), then what is booked to. By id alone, a payable that is
older than the treasury and a budget that is younger would let two operations wait for each other."""

BOUNDS = {
    AccountKind.TREASURY: Bound.FREE,
    AccountKind.RECEIVABLE: Bound.AT_MOST_ZERO,
}
"""Accounts that may go below zero; every other kind may not, but a soft budget."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """An entry to be booked: draft, accounts and cause."""

    kind: EntryKind
    debit_account_id: UUID
    credit_account_id: UUID
    unit: Unit
    amount: int
    cause_id: UUID
    line: int = 0
    reverses_id: UUID | None = None
    at: datetime


def post(work: Work, postings: Sequence[Posting]) -> list[UUID]:
    """Book the postings in the order given and move the counters; ids answer in the same order.

    The caller has locked the accounts and judged that they can carry it. The guarded UPDATE and
    the CHECKs judge once more: when they refuse it is a bug, and the transaction must roll back.
    """
    if not postings:
        return []
    entry_ids = [uuid7() for _ in postings]
    _move_counters(work, postings)
    rows = [
        {
            "municipality_id": work.municipality_id,
            "id": entry_id,
            "recorded_at": work.now,
            "actor_id": work.actor_id,
            **{name: getattr(posting, name) for name in Posting.__slots__},
        }
        for entry_id, posting in zip(entry_ids, postings, strict=True)
    ]
    work.session.connection().execute(insert(Entry), rows)
    return entry_ids


def _move_counters(work: Work, postings: Iterable[Posting]) -> None:
    """One guarded UPDATE per account with the sum of the batch, in the order of their ids."""
    debits: defaultdict[tuple[UUID, Unit], int] = defaultdict(int)
    credits: defaultdict[tuple[UUID, Unit], int] = defaultdict(int)
    for posting in postings:
        debits[posting.debit_account_id, posting.unit] += posting.amount
        credits[posting.credit_account_id, posting.unit] += posting.amount
    moves = [
        {
            "p_municipality": work.municipality_id,
            "p_id": account_id,
            "p_unit": unit,
            "p_debit": debits[account_id, unit],
            "p_credit": credits[account_id, unit],
        }
        for account_id, unit in sorted({*debits, *credits})
    ]
    moved = work.session.connection().execute(_GUARDED, moves).rowcount
    if moved != len(moves):  # not an assert statement: this must hold under python -O as well
        raise AssertionError("an account does not exist, has another unit, or would pass its bound")


_AFTER = (
    col(Account.credits) + bindparam("p_credit"),
    col(Account.debits) + bindparam("p_debit"),
)
_GUARDED = (
    update(Account)
    .where(
        col(Account.municipality_id) == bindparam("p_municipality"),
        col(Account.id) == bindparam("p_id"),
        col(Account.unit) == bindparam("p_unit", type_=Choice(Unit)),
        or_(
            col(Account.bound) == Bound.FREE,
            and_(col(Account.bound) == Bound.AT_LEAST_ZERO, _AFTER[0] >= _AFTER[1]),
            and_(col(Account.bound) == Bound.AT_MOST_ZERO, _AFTER[0] <= _AFTER[1]),
        ),
    )
    .values(credits=_AFTER[0], debits=_AFTER[1])
)


def open_accounts(
    work: Work,
    wanted: Iterable[tuple[AccountKind, UUID, Unit]],
    *,
    bound: Bound | None = None,
) -> None:
    """Make the accounts that do not exist yet: (kind, owner, unit) each. Safe to repeat.

    bound overrides what the kind says: a soft budget is FREE.
    """
    keys = sorted(set(wanted))
    known = {
        (account.kind, account.owner_id, account.unit)
        for account in locked(work, {owner for _, owner, _ in keys})
    }
    rows = [
        {
            "municipality_id": work.municipality_id,
            "id": uuid7(),
            "kind": kind,
            "owner_id": owner,
            "unit": unit,
            "bound": bound or BOUNDS.get(kind, Bound.AT_LEAST_ZERO),
            "debits": 0,
            "credits": 0,
        }
        for kind, owner, unit in keys
        if (kind, owner, unit) not in known
    ]
    if rows:
        work.session.connection().execute(insert(Account), rows)


def locked(work: Work, owners: Iterable[UUID]) -> Sequence[Account]:
    """All accounts of these owners, freshly read and locked in LOCK_ORDER."""
    statement = _accounts_of(work, owners).order_by(*LOCK_ORDER).with_for_update()
    return work.session.scalars(statement.execution_options(populate_existing=True)).all()


def seen(work: Work, owners: Iterable[UUID]) -> Sequence[Account]:
    """All accounts of these owners as they are, without locking them."""
    return work.session.scalars(_accounts_of(work, owners)).all()


def _accounts_of(work: Work, owners: Iterable[UUID]) -> Select[Account]:
    return select(Account).where(
        col(Account.municipality_id) == work.municipality_id, col(Account.owner_id).in_(set(owners))
    )


Places: TypeAlias = Mapping[tuple[AccountKind, UUID, Unit], Account]
"""Accounts by their kind, owner and unit: their place in the chart."""


def by_place(accounts: Iterable[Account]) -> dict[tuple[AccountKind, UUID, Unit], Account]:
    """The accounts by their place."""
    return {(each.kind, each.owner_id, each.unit): each for each in accounts}
