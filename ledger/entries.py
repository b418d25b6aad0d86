# SPDX-License-Identifier: EUPL-1.2
"""The only writer of money: entries and the counters of accounts, always together.

An account that many write to at once (the outside world, what is owed to a provider, what it
delivered, a soft budget) comes in stripes: several rows of the same place, and each transaction
writes to the stripe of its own connection. So nobody waits for a counter. What a place holds is the
sum of its stripes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Select, case, select
from sqlmodel import col

from ledger import bulk
from ledger.db import Work
from ledger.ids import derived, uuid7s
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import Account, Bound, Entry
from ledger.units import Unit
from ledger.wire import Heard, together

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

STRIPES: Final = 16
"""How many stripes a place may have on PostgreSQL; SQLite has one writer, and needs one."""

STRIPED: Final = frozenset({AccountKind.TREASURY, AccountKind.PAYABLE, AccountKind.DELIVERED})
"""Kinds that come in stripes, and soft budgets: a redemption never has to ask what they hold."""

Place: TypeAlias = tuple[AccountKind, UUID, Unit]
"""Where an account stands in the chart: kind, owner, unit."""

Places: TypeAlias = Mapping[Place, Account]
"""Accounts by their place; of several stripes the first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pot:
    """An account as far as booking on it needs it; it need not exist yet. Its id follows from its place."""

    id: UUID
    kind: AccountKind
    owner_id: UUID
    unit: Unit
    stripe: int
    bound: Bound

    @property
    def order(self) -> tuple[int, UUID]:
        """LOCK_ORDER, in memory."""
        return _RANK[self.kind], self.id


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
    actor_id: UUID | None = None
    """Who did it; None: who does the work."""


def post(work: Work, postings: Sequence[Posting], *, opening: Collection[Pot] = ()) -> list[UUID]:
    """Book the postings in the order given and move the counters; ids answer in the same order.

    The caller has locked what can be lacking, and judged that it can carry it. The guarded UPDATE and
    the CHECKs judge once more: when they refuse it is a bug, and the transaction must roll back.
    Accounts in `opening` are made where they do not exist yet, and need no lock: nothing of them
    can be lacking, as money only comes in, or they may be below zero.
    """
    if not postings:
        return []
    debits, credits = _sums(postings)
    fresh = {pot.id: pot for pot in opening if pot.id in debits or pot.id in credits}
    ids = [*({**debits, **credits}.keys() - fresh.keys())]
    pots = sorted(fresh.values(), key=lambda pot: pot.order)
    entry_ids = uuid7s(len(postings))
    rows = [_row(work, id_, each) for id_, each in zip(entry_ids, postings, strict=True)]
    with together(work):
        moved = _move(work, ids, debits, credits, postings)
        added = _add(work, pots, debits, credits)
        bulk.insert(work, Entry, rows)
    _require(moved, len(ids), "an account does not exist, has another unit, or would pass its bound")
    _require(added, len(pots), "an account has another unit than its place says")
    return entry_ids


def _require(heard: Heard | None, count: int, otherwise: str) -> None:
    if (heard.touched if heard else 0) != count:  # must hold under python -O as well
        raise AssertionError(otherwise)


def _row(work: Work, entry_id: UUID, posting: Posting) -> dict[str, object]:
    return {
        "municipality_id": work.municipality_id,
        "id": entry_id,
        "kind": posting.kind,
        "debit_account_id": posting.debit_account_id,
        "credit_account_id": posting.credit_account_id,
        "unit": posting.unit,
        "amount": posting.amount,
        "cause_id": posting.cause_id,
        "line": posting.line,
        "reverses_id": posting.reverses_id,
        "at": posting.at,
        "recorded_at": work.now,
        "actor_id": posting.actor_id or work.actor_id,
    }


def _sums(postings: Iterable[Posting]) -> tuple[defaultdict[UUID, int], defaultdict[UUID, int]]:
    """What goes out of and what comes into each account."""
    debits: defaultdict[UUID, int] = defaultdict(int)
    credits: defaultdict[UUID, int] = defaultdict(int)
    for posting in postings:
        debits[posting.debit_account_id] += posting.amount
        credits[posting.credit_account_id] += posting.amount
    return debits, credits


def _move(
    work: Work,
    ids: Sequence[UUID],
    debits: Mapping[UUID, int],
    credits: Mapping[UUID, int],
    postings: Iterable[Posting],
) -> Heard | None:
    """One guarded UPDATE for all accounts that exist, each with the sum of the batch."""
    if not ids:
        return None
    units = {each.debit_account_id: each.unit for each in postings}
    units |= {each.credit_account_id: each.unit for each in postings}
    columns: dict[str, Sequence[Any]] = {
        "debits": [debits.get(each, 0) for each in ids],
        "credits": [credits.get(each, 0) for each in ids],
        "municipality_id": [work.municipality_id] * len(ids),
        "id": ids,
        "unit": [units[each] for each in ids],
    }
    return _GUARDED.run(work, columns)


_GUARDED = bulk.Statement(
    Account,
    ("debits", "credits", "municipality_id", "id", "unit"),
    "UPDATE account SET debits = account.debits + given.debits, credits = account.credits + given.credits"
    " FROM {given} WHERE account.municipality_id = given.municipality_id AND account.id = given.id"
    " AND account.unit = given.unit AND (account.bound = 'free' OR (account.bound = 'at_least_zero'"
    " AND account.credits + given.credits >= account.debits + given.debits) OR (account.bound ="
    " 'at_most_zero' AND account.credits + given.credits <= account.debits + given.debits))",
)


def _add(
    work: Work, pots: Sequence[Pot], debits: Mapping[UUID, int], credits: Mapping[UUID, int]
) -> Heard | None:
    """Add to accounts that may have to be made first, in LOCK_ORDER."""
    if not pots:
        return None
    columns = _columns(work, pots) | {
        "debits": [debits.get(pot.id, 0) for pot in pots],
        "credits": [credits.get(pot.id, 0) for pot in pots],
    }
    return _ADDED.run(work, columns)


_PLACE: Final = ("municipality_id", "id", "kind", "owner_id", "unit", "stripe", "bound")
_ADDED = bulk.Statement(
    Account,
    (*_PLACE, "debits", "credits"),
    "INSERT INTO account (municipality_id, id, kind, owner_id, unit, stripe, bound, debits, credits)"
    " SELECT * FROM {given} WHERE true ON CONFLICT (municipality_id, id) DO UPDATE SET"
    " debits = account.debits + excluded.debits, credits = account.credits + excluded.credits"
    " WHERE account.unit = excluded.unit",
)
_OPENED = bulk.Statement(
    Account,
    (*_PLACE, "debits", "credits"),
    "INSERT INTO account (municipality_id, id, kind, owner_id, unit, stripe, bound, debits, credits)"
    " SELECT * FROM {given} WHERE true ON CONFLICT (municipality_id, id) DO NOTHING",
)


def _columns(work: Work, pots: Sequence[Pot]) -> dict[str, Sequence[Any]]:
    return {
        "municipality_id": [work.municipality_id] * len(pots),
        **{name: [getattr(pot, name) for pot in pots] for name in _PLACE[1:]},
    }


def pot(work: Work, place: Place, *, soft: bool = False) -> Pot:
    """The account to book on at this place: where the place comes in stripes, that of this connection.

    soft says of a budget that it may go below zero.
    """
    kind, owner_id, unit = place
    soft = soft and kind is AccountKind.BUDGET
    number = stripe(work) if soft or kind in STRIPED else 0
    return _pot(kind, owner_id, unit, number, soft)


@lru_cache(maxsize=65536)
def _pot(kind: AccountKind, owner_id: UUID, unit: Unit, stripe: int, soft: bool) -> Pot:
    bound = Bound.FREE if soft else BOUNDS.get(kind, Bound.AT_LEAST_ZERO)
    return Pot(
        id=derived(owner_id, f"{kind.value} {unit.value} {stripe}"),
        kind=kind,
        owner_id=owner_id,
        unit=unit,
        stripe=stripe,
        bound=bound,
    )


def stripe(work: Work) -> int:
    """Which stripe the work's connection writes to: transactions on one connection never meet."""
    connection = work.session.connection()
    if connection.dialect.name != "postgresql":
        return 0
    driver: Any = connection.connection.driver_connection
    return int(driver.info.backend_pid) % STRIPES


def open_accounts(work: Work, wanted: Iterable[Place], *, bound: Bound | None = None) -> None:
    """Make the accounts that do not exist yet, the first stripe of each place. Safe to repeat.

    bound overrides what the kind says: a soft budget is FREE.
    """
    pots = [_pot(*place, 0, bound is Bound.FREE) for place in set(wanted)]
    if pots:
        pots.sort(key=lambda each: each.order)
        _OPENED.run(work, _columns(work, pots) | dict.fromkeys(("debits", "credits"), [0] * len(pots)))


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


def by_place(accounts: Iterable[Account]) -> dict[Place, Account]:
    """The accounts by their place; of several stripes the first."""
    ordered = sorted(accounts, key=lambda each: -each.stripe)
    return {(each.kind, each.owner_id, each.unit): each for each in ordered}


def held(accounts: Iterable[Account]) -> Counter[Place]:
    """What each place holds: the balances of its stripes together."""
    sums: Counter[Place] = Counter()
    for each in accounts:
        sums[each.kind, each.owner_id, each.unit] += each.balance
    return sums
