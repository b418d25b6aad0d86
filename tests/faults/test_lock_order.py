# SPDX-License-Identifier: EUPL-1.2
"""Operations of different kinds at once, over the same budget, treasury and payable: nobody waits in a ring.

A contract's payable is older than the treasury, and a budget of a new year younger, so an order by id alone
makes rings; the order by kind does not.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from ledger.ids import uuid7
from ledger.runs import DraftOrder
from ledger.tables import FollowUpKind
from tests import settling
from tests.faults.at_once import Crowd
from tests.world import World

ROUNDS = 12


def test_redeem_reverse_grant_and_settle_at_once_never_deadlock(engine: Engine) -> None:
    world = World.build(engine)
    rights = [world.grant(amount_cents=10_000_00) for _ in range(4)]
    booked = [[world.redeemed(right.id).id for _ in range(ROUNDS)] for right in rights[2:]]
    calls: list[Callable[[World], Any]] = []
    for turn in range(ROUNDS):
        calls += [_redeem(right.id) for right in rights[:2]]
        calls += [_reverse(ids[turn]) for ids in booked]
        calls.append(lambda each: each.grant(amount_cents=1_00))
    calls.append(_settle)
    outcomes = Crowd(world).at_once(calls)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    world.assert_books_agree()


def _redeem(right_id: UUID) -> Callable[[World], Any]:
    return lambda world: world.redeemed(right_id, quantity=1)


def _reverse(redemption_id: UUID) -> Callable[[World], Any]:
    return lambda world: world.follow_up(redemption_id, FollowUpKind.REVERSAL)


def _settle(world: World) -> Any:
    order = DraftOrder(id=uuid7(), until=world.now.date(), requested_on=date(2026, 6, 12))
    with world.work() as work:
        return settling.settle(work, order)
