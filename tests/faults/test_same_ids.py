# SPDX-License-Identifier: EUPL-1.2
"""The same ids for other rights, in opposite order, at once: one batch passes, the other meets a conflict.

No lock is shared, so they meet at the primary key: whoever comes second waits for the first. Rows go in by
the order of their ids, whatever the order of the orders; else each could wait for the other.
"""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from ledger import entitlement_changes, entitlements, follow_ups, redemptions, standing
from ledger.entitlement_changes import Amendment
from ledger.ids import uuid7
from ledger.tables import FollowUpKind
from tests.faults.at_once import Crowd
from tests.world import AIDS, World, is_refusal

Call = Callable[[World], list[Any]]


def redeeming(world: World, ids: Sequence[UUID]) -> Call:
    """A scan for each id, on a right of its own."""
    right = world.grant()
    scans = [world.scan(right.id, id=id_, service=AIDS, quantity=1) for id_ in ids]
    return lambda own: own.redeem(*scans)


def granting(world: World, ids: Sequence[UUID]) -> Call:
    """A grant for each id, to somebody of its own."""
    holder_id = world.person()
    grants = [world.grant_of(id=id_, holder_id=holder_id) for id_ in ids]

    def grant(own: World) -> list[Any]:
        with own.work() as work:
            return list(entitlements.grant(work, grants))

    return grant


def reversing(world: World, ids: Sequence[UUID]) -> Call:
    """A reversal for each id, of redemptions of a right of its own."""
    right = world.grant()
    used = [world.redeemed(right.id, service=AIDS, quantity=1).id for _ in ids]
    orders = [
        standing.Order(id=id_, kind=FollowUpKind.REVERSAL, redemption_id=use, reason="test", at=world.now)
        for id_, use in zip(ids, used, strict=True)
    ]

    def reverse(own: World) -> list[Any]:
        with own.work() as work:
            return list(follow_ups.follow_up(work, orders))

    return reverse


def amending(world: World, ids: Sequence[UUID]) -> Call:
    """An amendment for each id, of rights of its own."""
    change = Amendment(amount_cents=200_00, reason="test", at=world.now)
    orders = [
        entitlement_changes.Order(id=id_, entitlement_id=world.grant().id, change=change) for id_ in ids
    ]

    def amend(own: World) -> list[Any]:
        with own.work() as work:
            return list(entitlement_changes.change(work, orders))

    return amend


BATCHES = {
    "redemption": redeeming,
    "entitlement": granting,
    "follow_up": reversing,
    "entitlement_change": amending,
}
"""What writes each table whose ids come from outside."""


def opposite(engine: Engine, table: str) -> list[list[Any] | Exception]:
    """Two batches with the same ids, the second in the opposite order."""
    world = World.build(engine)
    ids = [uuid7() for _ in range(4)]
    calls = [BATCHES[table](world, ids), BATCHES[table](world, ids[::-1])]
    slowed(engine, table)
    answers = Crowd(world).at_once(calls)
    world.assert_books_agree()
    return answers


@pytest.mark.parametrize("table", BATCHES)
def test_the_same_ids_in_opposite_order_never_deadlock(postgresql_engine: Engine, table: str) -> None:
    answers = opposite(postgresql_engine, table)
    assert [each for each in answers if isinstance(each, Exception)] == []
    refused = sorted(sum(map(is_refusal, each)) for each in answers if isinstance(each, list))
    assert refused == [0, 4]


@pytest.mark.parametrize(
    ("table", "module"), [("redemption", redemptions), ("entitlement_change", entitlement_changes)]
)
def test_without_the_order_of_ids_the_deadlock_is_seen(
    postgresql_engine: Engine, table: str, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "sorted", lambda rows, key: list(rows), raising=False)
    answers = opposite(postgresql_engine, table)
    assert [True for each in answers if isinstance(each, OperationalError) and "deadlock" in str(each)]


def slowed(engine: Engine, table: str) -> None:
    """Every row takes a while to insert, so that two batches meet in the middle for sure."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$"
            )
        )
        connection.execute(
            text(f"CREATE TRIGGER slow BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION slow()")
        )
