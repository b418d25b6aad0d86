# SPDX-License-Identifier: EUPL-1.2
"""Changes: every command in every state, what each moves, and that a change happens once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import col

from ledger import db, entitlement_changes
from ledger.entitlement_changes import (
    Amendment,
    AnyChange,
    BelowUsed,
    ChangeExists,
    Ending,
    EndsBeforeStart,
    Order,
    Resumption,
    Suspension,
    UsedAfter,
)
from ledger.errors import LedgerError
from ledger.ids import NOBODY, uuid7
from ledger.rules.facts import EntitlementKind, Period
from ledger.rules.funding import AccountKind
from ledger.rules.periods import Per
from ledger.rules.refusals import BudgetTooLow
from ledger.rules.restrictions import Cap, Item, OnlyItems, OnlyServices
from ledger.tables import Entitlement, EntitlementChange, FollowUpKind
from ledger.units import AMOUNT_MAX, Unit
from tests.world import HOUSEHOLD, NOON, World

TODAY = NOON.date()
WHY: dict[str, Any] = {"reason": "herindicatie", "at": NOON}
WEEKLY = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=600)


def code(outcome: Any) -> str:
    return outcome.code if isinstance(outcome, LedgerError) else "done"


def changed(outcome: Any) -> Entitlement:
    assert isinstance(outcome, Entitlement), outcome
    return outcome


def whole(world: World, right: Entitlement) -> tuple[Any, ...]:
    """All that a refused change must leave alone."""
    with db.reading(world.engine) as session:
        row = session.get(Entitlement, (world.municipality_id, right.id))
        assert row is not None
        every = select(EntitlementChange).where(col(EntitlementChange.entitlement_id) == right.id)
        history = len(session.scalars(every).all())
    return (row.model_dump(), history, world.entries(), budget(world, right), world.left(right.id))


def budget(world: World, right: Entitlement) -> int:
    return world.balance(AccountKind.BUDGET, right.budget_id)


# -------------------------------------------------------------------- every command in every state


def _suspend(world: World, right: Entitlement) -> None:
    changed(world.change(right.id, Suspension(from_day=date(2026, 6, 1), **WHY)))


def _end(world: World, right: Entitlement) -> None:
    changed(world.change(right.id, Ending(last_day=date(2026, 6, 9), **WHY)))


def _use(world: World, right: Entitlement) -> None:
    world.redeemed(right.id, quantity=180)


def _close(world: World, right: Entitlement) -> None:
    _end(world, right)
    with world.work() as work:
        assert right.id in entitlement_changes.expire(work, today=TODAY, claim_days=0)


STATES: dict[str, Callable[[World, Entitlement], None]] = {
    "granted": lambda world, right: None,
    "used": _use,
    "suspended": _suspend,
    "ended": _end,
    "closed": _close,
}
COMMANDS: dict[str, AnyChange] = {
    "raise": Amendment(amount_cents=150_00, **WHY),
    "lower": Amendment(amount_cents=50_00, **WHY),
    "extend": Amendment(valid_until=date(2027, 1, 31), **WHY),
    "shorten": Amendment(valid_until=date(2026, 6, 5), **WHY),
    "open": Amendment(open_ended=True, **WHY),
    "quantity": Amendment(quantity=60, **WHY),
    "suspend": Suspension(from_day=date(2026, 7, 1), **WHY),
    "resume": Resumption(first_day=TODAY, **WHY),
    "end": Ending(last_day=date(2026, 6, 5), **WHY),
}
FINE = dict.fromkeys(COMMANDS, "done") | {"quantity": "limit_missing", "resume": "nothing_suspended"}
ANSWERS = {
    "granted": FINE,
    "used": FINE | {"lower": "below_used", "shorten": "used_after_end", "end": "used_after_end"},
    "suspended": FINE | {"resume": "done"},
    "ended": FINE,
    "closed": dict.fromkeys(COMMANDS, "entitlement_closed"),
}
"""Of each state: what each command answers."""


@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state(world: World, state: str) -> None:
    answers = {}
    for name, command in COMMANDS.items():
        right = world.grant()
        STATES[state](world, right)
        before = whole(world, right)
        answers[name] = code(world.change(right.id, command))
        if answers[name] != "done":
            assert whole(world, right) == before, name
    assert answers == ANSWERS[state]
    world.assert_books_agree()


def test_what_can_be_redeemed_in_every_state(world: World) -> None:
    expected = {
        "granted": [],
        "used": ["balance_too_low"],
        "suspended": ["entitlement_suspended"],
        "ended": ["entitlement_ended"],
        "closed": ["entitlement_ended", "balance_too_low"],
    }
    for state, reach in STATES.items():
        right = world.grant()
        reach(world, right)
        outcome = world.redeem(world.scan(right.id))[0]
        assert [reason.code for reason in getattr(outcome, "reasons", [])] == expected[state], state
    world.assert_books_agree()


def test_care_before_the_closing_is_told_that_it_is_closed(world: World) -> None:
    right = world.grant()
    _close(world, right)
    yesterday = NOON - timedelta(days=1)
    assert world.reasons(right.id, at=yesterday) == ["entitlement_closed", "balance_too_low"]


# ------------------------------------------------------------------------------------- raise, lower


def test_raising_and_lowering_move_the_difference(world: World) -> None:
    right = world.grant()
    assert changed(world.change(right.id, Amendment(amount_cents=150_00, **WHY))).amount_cents == 150_00
    assert (world.left(right.id), budget(world, right)) == (150_00, -150_00)
    after = changed(world.change(right.id, Amendment(amount_cents=80_00, **WHY)))
    assert (after.committed_cents, after.version) == (80_00, 3)
    assert (world.left(right.id), budget(world, right)) == (80_00, -80_00)
    world.assert_books_agree()


def test_it_can_be_lowered_to_what_was_used_and_not_one_cent_further(world: World) -> None:
    right = world.grant(quantity=240, quantity_unit=Unit.MINUTE)
    world.redeemed(right.id)
    world.redeemed(right.id, reserve=True, quantity=30)
    before = whole(world, right)
    cents = world.change(right.id, Amendment(amount_cents=46_72, **WHY))
    minutes = world.change(right.id, Amendment(quantity=89, **WHY))
    assert isinstance(cents, BelowUsed)
    assert isinstance(minutes, BelowUsed)
    assert [(each.unit, each.least) for each in (cents, minutes)] == [("eurocent", 46_73), ("minute", 90)]
    assert code(world.change(right.id, Amendment(amount_cents=50_00, quantity=89, **WHY))) == "below_used"
    assert whole(world, right) == before
    changed(world.change(right.id, Amendment(amount_cents=46_73, quantity=90, **WHY)))
    assert (world.left(right.id), world.left(right.id, Unit.MINUTE)) == (0, 0)
    world.assert_books_agree()


def test_a_hard_budget_refuses_a_raise_it_cannot_carry(world: World) -> None:
    world.fund(cents=120_00)
    right = world.grant(programme_id=world.hard_programme_id)
    before = whole(world, right)
    refusal = world.change(right.id, Amendment(amount_cents=120_01, valid_until=date(2027, 1, 1), **WHY))
    assert isinstance(refusal, BudgetTooLow)
    assert (refusal.asked_cents, refusal.left_cents) == (20_01, 20_00)
    assert whole(world, right) == before
    changed(world.change(right.id, Amendment(amount_cents=120_00, **WHY)))
    assert budget(world, right) == 0
    world.assert_books_agree()


def test_a_quantity_without_an_amount_takes_its_commitment_along(world: World) -> None:
    menu = OnlyServices(services=frozenset({HOUSEHOLD}))
    right = world.grant(
        amount_cents=None, quantity=600, quantity_unit=Unit.MINUTE, restrictions=(world.named(), menu)
    )
    assert world.left(right.id) == 311_50
    world.redeemed(right.id, quantity=60)
    changed(world.change(right.id, Amendment(quantity=1200, **WHY)))
    assert (budget(world, right), world.left(right.id)) == (-623_00, 623_00 - 31_15)
    changed(world.change(right.id, Amendment(quantity=60, **WHY)))
    assert (budget(world, right), world.left(right.id), world.left(right.id, Unit.MINUTE)) == (-31_15, 0, 0)
    world.assert_books_agree()


def test_a_commitment_is_never_more_than_an_amount_can_be(world: World) -> None:
    menu = OnlyServices(services=frozenset({HOUSEHOLD}))
    right = world.grant(
        amount_cents=None, quantity=1, quantity_unit=Unit.MINUTE, restrictions=(world.named(), menu)
    )
    changed(world.change(right.id, Amendment(quantity=AMOUNT_MAX, **WHY)))
    assert budget(world, right) == -AMOUNT_MAX
    world.assert_books_agree()


def test_a_change_of_rules_leaves_something_that_sets_a_limit(world: World) -> None:
    """What could not be granted cannot be made by a change either."""
    menu = OnlyServices(services=frozenset({HOUSEHOLD}))
    capped = world.grant(amount_cents=None, restrictions=(WEEKLY, menu))
    plan = OnlyItems(items=(Item(service=HOUSEHOLD, providers=frozenset({world.AGB})),))
    arranged = world.grant(kind=EntitlementKind.ARRANGEMENT, restrictions=(plan,))
    for right, rules, expected in ((capped, (menu,), "limit_missing"), (arranged, (WEEKLY,), "plan_missing")):
        before = whole(world, right)
        assert code(world.change(right.id, Amendment(restrictions=rules, **WHY))) == expected
        assert whole(world, right) == before
    changed(world.change(capped.id, Amendment(restrictions=(WEEKLY,), **WHY)))
    changed(world.change(arranged.id, Amendment(restrictions=(plan, WEEKLY), **WHY)))


# ------------------------------------------------------------------------- extend, shorten, suspend


def test_an_extension_makes_later_days_pass(world: World) -> None:
    right = world.grant(valid_until=date(2026, 6, 9))
    assert world.reasons(right.id) == ["entitlement_ended"]
    changed(world.change(right.id, Amendment(valid_until=TODAY, **WHY)))
    assert world.redeemed(right.id).price_cents == 31_15


def test_it_cannot_end_before_a_day_on_which_it_was_used(world: World) -> None:
    right = world.grant()
    world.redeemed(right.id)
    for change in (Amendment(valid_until=date(2026, 6, 9), **WHY), Ending(last_day=date(2026, 6, 9), **WHY)):
        refusal = world.change(right.id, change)
        assert isinstance(refusal, UsedAfter)
        assert refusal.last_used_day == TODAY
    assert changed(world.change(right.id, Ending(last_day=TODAY, **WHY))).valid_until == TODAY
    world.assert_books_agree()


def test_an_end_lies_in_the_validity(world: World) -> None:
    right = world.grant(valid_from=date(2026, 2, 1), valid_until=date(2026, 12, 31))
    for change, latest in (
        (Ending(last_day=date(2026, 1, 31), **WHY), date(2026, 12, 31)),
        (Ending(last_day=date(2027, 1, 1), **WHY), date(2026, 12, 31)),
        (Amendment(valid_until=date(2026, 1, 31), **WHY), None),  # that may extend it
    ):
        refusal = world.change(right.id, change)
        assert isinstance(refusal, EndsBeforeStart)
        assert (refusal.first_day, refusal.last_day) == (date(2026, 2, 1), latest)
    assert changed(world.change(right.id, Ending(last_day=date(2026, 2, 1), **WHY))).version == 2


def test_a_suspension_has_a_first_and_a_last_day(world: World) -> None:
    right = world.grant()
    changed(world.change(right.id, Suspension(from_day=date(2026, 6, 8), until_day=TODAY, **WHY)))
    refusal = world.refused(right.id)
    assert [(each.code, each.facts) for each in refusal.reasons] == [
        ("entitlement_suspended", {"from_day": date(2026, 6, 8), "first_day": date(2026, 6, 11)})
    ]
    assert world.redeemed(right.id, at=NOON - timedelta(days=3)).price_cents == 31_15
    world.later(days=1)
    assert world.redeemed(right.id).price_cents == 31_15


def test_a_suspension_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError):
        Suspension(from_day=TODAY, until_day=TODAY - timedelta(days=1), **WHY)


def test_an_amendment_cannot_both_set_and_take_away_the_last_day() -> None:
    with pytest.raises(ValidationError):
        Amendment(valid_until=TODAY, open_ended=True, **WHY)


@pytest.mark.parametrize("nothing", [{}, {"amount_cents": None}, {"open_ended": False}])
def test_an_amendment_asks_for_something(nothing: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="nothing is changed"):
        Amendment(**nothing, **WHY)


def test_a_resumption_cuts_suspensions_from_its_day_on(world: World) -> None:
    right = world.grant()
    for first, last in (
        (date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 6, 1), None),
        (date(2026, 8, 1), None),
    ):
        changed(world.change(right.id, Suspension(from_day=first, until_day=last, **WHY)))
    after = changed(world.change(right.id, Resumption(first_day=date(2026, 6, 10), **WHY)))
    assert after.suspensions == (
        Period(start=date(2026, 3, 1), until=date(2026, 3, 31)),
        Period(start=date(2026, 6, 1), until=date(2026, 6, 9)),
    )
    assert world.redeemed(right.id).price_cents == 31_15
    assert code(world.change(right.id, Resumption(first_day=TODAY, **WHY))) == "nothing_suspended"


# ------------------------------------------------------------------------------------------- expire


def expire(world: World, today: date, claim_days: int = 90, most: int = 1000) -> list[UUID]:
    with world.work() as work:
        return entitlement_changes.expire(work, today=today, claim_days=claim_days, most=most)


def test_what_is_left_returns_when_nothing_can_be_claimed_any_more(world: World) -> None:
    right = world.grant(valid_until=date(2026, 6, 30), quantity=240, quantity_unit=Unit.MINUTE)
    world.redeemed(right.id)
    assert expire(world, date(2026, 9, 28)) == []
    assert expire(world, date(2026, 9, 29)) == [right.id]
    assert expire(world, date(2026, 9, 29)) == []
    assert (world.left(right.id), world.left(right.id, Unit.MINUTE)) == (0, 0)
    assert (budget(world, right), world.balance(AccountKind.TREASURY, NOBODY, Unit.MINUTE)) == (-31_15, -60)
    world.assert_books_agree()


def test_an_open_reservation_and_an_open_end_wait(world: World) -> None:
    held, open_ended = world.grant(valid_until=TODAY), world.grant(valid_until=None)
    done = world.redeemed(held.id, reserve=True)
    world.later(days=200)
    assert expire(world, world.now.date()) == []
    world.follow_up(done.id, FollowUpKind.RELEASE)
    assert expire(world, world.now.date()) == [held.id]
    assert world.left(open_ended.id) == 100_00
    world.assert_books_agree()


def test_at_most_so_many_expire_at_once(world: World) -> None:
    rights = sorted(world.grant(valid_until=TODAY).id for _ in range(3))
    done = [expire(world, date(2027, 1, 1), most=2) for _ in range(3)]
    assert done == [rights[:2], rights[2:], []]
    world.assert_books_agree()


# ------------------------------------------------------------------------------- ids and batches


@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_change_twice_is_one(sqlite_world: World, name: str) -> None:
    world = sqlite_world
    right = world.grant(quantity=240, quantity_unit=Unit.MINUTE)
    _suspend(world, right)
    order = Order(id=uuid7(), entitlement_id=right.id, change=COMMANDS[name])
    with world.work() as work:
        first, second = entitlement_changes.change(work, [order, order])
    assert changed(first).version == changed(second).version == 3
    before = whole(world, right)
    with world.work() as work:
        assert changed(entitlement_changes.change(work, [order])[0]).version == 3
    assert whole(world, right) == before
    world.assert_books_agree()


def test_the_same_id_with_other_content_is_a_conflict(world: World) -> None:
    right, other = world.grant(), world.grant()
    order = Order(id=uuid7(), entitlement_id=right.id, change=COMMANDS["raise"])
    others = [
        order.model_copy(update={"change": COMMANDS["lower"]}),
        order.model_copy(update={"entitlement_id": other.id}),
        Order(id=right.id, entitlement_id=right.id, change=COMMANDS["raise"]),
    ]
    with world.work() as work:
        outcomes = entitlement_changes.change(work, [order, *others])
    assert [type(each) for each in outcomes] == [Entitlement, ChangeExists, ChangeExists, ChangeExists]
    assert (world.left(right.id), world.left(other.id)) == (150_00, 100_00)
    world.assert_books_agree()


def test_changes_in_a_batch_see_each_other_and_refused_ones_leave_no_trace(world: World) -> None:
    right = world.grant()
    world.redeemed(right.id)
    cents = (40_00, 31_14, 35_00)
    orders = [
        Order(id=uuid7(), entitlement_id=right.id, change=Amendment(amount_cents=each, **WHY))
        for each in cents
    ]
    orders.append(Order(id=uuid7(), entitlement_id=uuid7(), change=COMMANDS["raise"]))
    with world.work() as work:
        outcomes = entitlement_changes.change(work, orders)
    assert [code(each) for each in outcomes] == ["done", "below_used", "done", "entitlement_not_found"]
    assert (world.left(right.id), budget(world, right)) == (35_00 - 31_15, -35_00)
    world.assert_books_agree()


def test_the_history_holds_every_version_whole(world: World) -> None:
    right = world.grant()
    world.now = datetime(2026, 6, 11, 12, tzinfo=UTC)
    for name in ("raise", "suspend", "end"):
        changed(world.change(right.id, COMMANDS[name]))
    with db.reading(world.engine) as session:
        every = select(EntitlementChange).order_by(col(EntitlementChange.version))
        rows = [row.model_copy() for row in session.scalars(every)]
    assert [(row.version, str(row.kind), row.reason) for row in rows] == [
        (1, "granted", ""),
        (2, "amended", "herindicatie"),
        (3, "suspended", "herindicatie"),
        (4, "ended", "herindicatie"),
    ]
    assert [row.content["amount_cents"] for row in rows] == [100_00, 150_00, 150_00, 150_00]
    assert [row.content["valid_until"] for row in rows] == ["2026-12-31"] * 3 + ["2026-06-05"]
    world.assert_books_agree()
