# SPDX-License-Identifier: EUPL-1.2
"""What the database holds when a history is over, by plain selects: rows, entries, accounts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from ledger import db
from ledger.tables import Account, EntitlementChange, Entry, FollowUp, Redemption, RedemptionLine
from tests.faults.history import Answer, Books, Held, Leg, Pot, Row
from tests.world import NOON, World


def books_of(world: World, rights: Collection[UUID]) -> Books:
    """All that was written about these rights after they were granted, and all accounts."""
    with db.reading(world.engine) as session:
        used = list(_redemptions(session))
        right_of = {row.id: row.right for row in used}
        rows = [*used, *_follow_ups(session, right_of), *_amendments(session)]
        accounts = session.scalars(select(Account)).all()
        places = {each.id: (each.kind, each.owner_id, each.unit) for each in accounts}
        legs = list(_legs(session, places))
    held: Counter[tuple[Any, UUID, Any]] = Counter()
    for each in accounts:
        held[each.kind, each.owner_id, each.unit] += each.balance
    return Books(
        rows=tuple(row for row in rows if row.right in rights and row.stamp),
        legs=tuple(leg for leg in legs if leg.right in rights and leg.stamp),
        held=tuple(Held(str(k), owner, str(unit), n) for (k, owner, unit), n in held.items()),
    )


def stamp_of(recorded_at: datetime) -> int:
    """Which call wrote it; 0 is the grant."""
    return (recorded_at - NOON) // timedelta(microseconds=1)


def _redemptions(session: Session) -> Iterator[Row]:
    lines: defaultdict[UUID, list[Any]] = defaultdict(list)
    for line in session.scalars(select(RedemptionLine).order_by(col(RedemptionLine.line))):
        lines[line.redemption_id] += [line.service, line.quantity, line.price_cents]
    for row in session.scalars(select(Redemption)):
        stamp = stamp_of(row.recorded_at)
        who = (row.id, row.entitlement_id, row.provider_id, row.reserved)
        left = (row.remaining_cents, row.remaining_quantity)
        says = Answer("redeemed", (*who, row.price_cents, *left, stamp, *lines[row.id]))
        yield Row(row.id, row.entitlement_id, stamp, says)


def _follow_ups(session: Session, right_of: dict[UUID, UUID]) -> Iterator[Row]:
    for row in session.scalars(select(FollowUp)):
        says = Answer("followed", (row.taken_back_cents, row.standing_cents))
        yield Row(row.id, right_of[row.redemption_id], stamp_of(row.recorded_at), says)


def _amendments(session: Session) -> Iterator[Row]:
    for row in session.scalars(select(EntitlementChange)):
        after = row.content
        says = Answer("amended", (row.version, after["amount_cents"], after["quantity"]))
        yield Row(row.id, row.entitlement_id, stamp_of(row.recorded_at), says)


def _legs(session: Session, places: dict[UUID, tuple[Any, UUID, Any]]) -> Iterator[Leg]:
    """The sides of entries that touch what a right holds or has set aside."""
    for entry in session.scalars(select(Entry)):
        stamp = stamp_of(entry.recorded_at)
        for account, sign in ((entry.debit_account_id, -1), (entry.credit_account_id, 1)):
            kind, owner, unit = places[account]
            if kind in set(Pot):
                pot = Pot(kind)
                yield Leg(entry.id.int, entry.cause_id, stamp, owner, pot, str(unit), sign * entry.amount)
