# SPDX-License-Identifier: EUPL-1.2
"""What happens to a redemption later: every command in every state, and where all goes back to."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from ledger import entitlement_changes, follow_ups
from ledger.errors import LedgerError
from ledger.ids import NOBODY, uuid7
from ledger.rules.funding import AccountKind
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap, UsesMax
from ledger.runs import DraftOrder
from ledger.scans import Redeemed, ScanLine
from ledger.standing import Followed, FollowUpExists, MoreThanRedeemed, Order, Outcome, Part
from ledger.tables import FollowUpKind
from ledger.units import Unit
from tests import settling
from tests.settling import Settled
from tests.world import AIDS, HOUSEHOLD, NOON, RIDES, World

CAPTURE, RELEASE, REVERSAL = FollowUpKind.CAPTURE, FollowUpKind.RELEASE, FollowUpKind.REVERSAL
HOUR = 31_15


def both(world: World) -> UUID:
    """A right of euros and minutes."""
    return world.grant(amount_cents=100_00, quantity=240, quantity_unit=Unit.MINUTE).id


def pots(world: World, right: UUID) -> dict[str, tuple[int, int]]:
    """Cents and minutes: left, reserved, and owed or delivered."""
    minute = Unit.MINUTE
    return {
        "left": (world.left(right), world.left(right, minute)),
        "reserved": (
            world.balance(AccountKind.RESERVED, right),
            world.balance(AccountKind.RESERVED, right, minute),
        ),
        "used": (world.payable(), world.balance(AccountKind.DELIVERED, world.provider_id, minute)),
    }


def followed(outcome: Outcome) -> Followed:
    assert isinstance(outcome, Followed), outcome
    return outcome


def code(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, LedgerError) else "done"


# -------------------------------------------------------------------- every command in every state

STATES: dict[str, tuple[bool, tuple[tuple[FollowUpKind, dict[str, int]], ...]]] = {
    "redeemed": (False, ()),
    "partly reversed": (False, ((REVERSAL, {"line_1": 20}),)),
    "reversed": (False, ((REVERSAL, {}),)),
    "reserved": (True, ()),
    "captured": (True, ((CAPTURE, {}),)),
    "partly captured": (True, ((CAPTURE, {"line_1": 20}),)),
    "released": (True, ((RELEASE, {}),)),
    "captured, then reversed": (True, ((CAPTURE, {}), (REVERSAL, {}))),
}
COMMANDS = {
    "redeemed": ("redemption_not_reserved", "redemption_not_reserved", "done"),
    "partly reversed": ("redemption_not_reserved", "redemption_not_reserved", "line_already_reversed"),
    "reversed": ("redemption_not_reserved", "redemption_not_reserved", "line_already_reversed"),
    "reserved": ("done", "done", "reservation_not_captured"),
    "captured": ("reservation_already_resolved", "reservation_already_resolved", "done"),
    "partly captured": ("reservation_already_resolved", "reservation_already_resolved", "done"),
    "released": ("reservation_already_resolved", "reservation_already_resolved", "reservation_not_captured"),
    "captured, then reversed": (
        "reservation_already_resolved",
        "reservation_already_resolved",
        "line_already_reversed",
    ),
}
"""Of each state: what capture, release and reversal answer."""


@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state(world: World, state: str) -> None:
    reserve, history = STATES[state]
    for kind, expected in zip((CAPTURE, RELEASE, REVERSAL), COMMANDS[state], strict=True):
        right = both(world)
        done = world.redeemed(right, reserve=reserve)
        for earlier, parts in history:
            followed(world.follow_up(done.id, earlier, id=uuid7(), **parts))
        before = (pots(world, right), world.entries())
        assert code(world.follow_up(done.id, kind)) == expected, kind
        if expected != "done":
            assert (pots(world, right), world.entries()) == before
    world.assert_books_agree()


# ------------------------------------------------------------------------------------- reservations


def test_a_reservation_is_set_aside_and_captured_whole(world: World) -> None:
    right = both(world)
    held = world.redeemed(right, reserve=True)
    assert held.reserved
    assert pots(world, right) == {"left": (68_85, 180), "reserved": (HOUR, 60), "used": (0, 0)}
    answer = followed(world.follow_up(held.id, CAPTURE))
    assert (answer.taken_back_cents, answer.standing_cents) == (0, HOUR)
    assert pots(world, right) == {"left": (68_85, 180), "reserved": (0, 0), "used": (HOUR, 60)}
    world.assert_books_agree()


def test_a_part_is_captured_and_the_rest_goes_back(world: World) -> None:
    right = both(world)
    held = world.redeemed(right, reserve=True)
    answer = followed(world.follow_up(held.id, CAPTURE, line_1=20))
    assert (answer.taken_back_cents, answer.standing_cents) == (20_77, 10_38)
    assert pots(world, right) == {"left": (89_62, 220), "reserved": (0, 0), "used": (10_38, 20)}
    world.assert_books_agree()


def test_lines_that_are_not_named_are_not_captured(world: World) -> None:
    right = world.grant().id
    lines = (ScanLine(service=HOUSEHOLD, quantity=60), ScanLine(service=RIDES, quantity=2))
    held = world.redeemed(right, lines=lines, reserve=True)
    answer = followed(world.follow_up(held.id, CAPTURE, line_2=1))
    assert (answer.taken_back_cents, answer.standing_cents) == (HOUR + 7_25, 7_25)
    assert (world.left(right), world.payable()) == (100_00 - 7_25, 7_25)
    world.assert_books_agree()


def test_a_released_reservation_leaves_nothing_behind(world: World) -> None:
    right = both(world)
    held = world.redeemed(right, reserve=True)
    answer = followed(world.follow_up(held.id, RELEASE))
    assert (answer.taken_back_cents, answer.standing_cents) == (HOUR, 0)
    assert pots(world, right) == {"left": (100_00, 240), "reserved": (0, 0), "used": (0, 0)}
    world.assert_books_agree()


def test_what_is_reserved_cannot_be_used_by_another(world: World) -> None:
    right = world.grant(amount_cents=HOUR).id
    held = world.redeemed(right, reserve=True)
    assert world.reasons(right, service=AIDS, quantity=1) == ["balance_too_low"]
    followed(world.follow_up(held.id, RELEASE))
    assert world.redeemed(right).remaining_cents == 0
    world.assert_books_agree()


def test_care_in_the_future_can_be_reserved_and_is_captured_when_it_was_given(world: World) -> None:
    """Nobody is paid for care that was not given: not by a redemption, and not by a reservation."""
    right = both(world)
    held = world.redeemed(right, reserve=True, at=NOON + timedelta(days=30))
    assert held.service_day == date(2026, 7, 10)
    before = (pots(world, right), world.entries())
    assert code(world.follow_up(held.id, CAPTURE)) == "service_day_in_future"
    assert (pots(world, right), world.entries()) == before
    world.later(days=30)
    followed(world.follow_up(held.id, CAPTURE))
    assert world.payable() == HOUR
    world.assert_books_agree()


def test_a_reservation_in_the_future_can_be_released_today(world: World) -> None:
    held = world.redeemed(both(world), reserve=True, at=NOON + timedelta(days=30))
    assert followed(world.follow_up(held.id, RELEASE)).standing_cents == 0
    world.assert_books_agree()


def test_a_reservation_lies_inside_the_validity(world: World) -> None:
    right = world.grant(valid_until=date(2026, 7, 9))
    ahead = NOON + timedelta(days=30)
    assert world.reasons(right.id, reserve=True, at=ahead) == ["entitlement_ended"]


# ---------------------------------------------------------------------------------------- reversals


def test_a_reversal_gives_everything_back_once(world: World) -> None:
    right = both(world)
    done = world.redeemed(right)
    answer = followed(world.follow_up(done.id, REVERSAL))
    assert (answer.taken_back_cents, answer.standing_cents) == (HOUR, 0)
    assert pots(world, right) == {"left": (100_00, 240), "reserved": (0, 0), "used": (0, 0)}
    assert code(world.follow_up(done.id, REVERSAL)) == "line_already_reversed"
    assert pots(world, right)["left"] == (100_00, 240)
    world.assert_books_agree()


def test_a_part_of_a_line_is_reversed_at_its_share_and_then_no_more(world: World) -> None:
    right = both(world)
    done = world.redeemed(right)
    answer = followed(world.follow_up(done.id, REVERSAL, line_1=30))
    assert (answer.taken_back_cents, answer.standing_cents) == (15_58, 15_57)
    assert code(world.follow_up(done.id, REVERSAL, line_1=30)) == "line_already_reversed"
    assert pots(world, right)["used"] == (15_57, 30)
    world.assert_books_agree()


def test_a_release_is_whole(world: World) -> None:
    """The rest would be set aside for good."""
    right = both(world)
    held = world.redeemed(right, reserve=True)
    assert code(world.follow_up(held.id, RELEASE, line_1=59)) == "release_is_whole"
    assert pots(world, right)["reserved"] == (HOUR, 60)
    assert followed(world.follow_up(held.id, RELEASE, line_1=60)).standing_cents == 0
    world.assert_books_agree()


def test_lines_are_reversed_one_by_one(world: World) -> None:
    right = world.grant().id
    lines = (ScanLine(service=HOUSEHOLD, quantity=60), ScanLine(service=RIDES, quantity=2))
    done = world.redeemed(right, lines=lines)
    assert followed(world.follow_up(done.id, REVERSAL, line_2=2)).standing_cents == HOUR
    assert followed(world.follow_up(done.id, REVERSAL)).standing_cents == 0
    assert (world.left(right), world.payable()) == (100_00, 0)
    world.assert_books_agree()


def test_more_than_there_is_and_lines_that_are_not_there_are_refused(world: World) -> None:
    done = world.redeemed(both(world))
    too_much = world.follow_up(done.id, REVERSAL, line_1=61)
    assert isinstance(too_much, MoreThanRedeemed)
    assert (too_much.line, too_much.asked, too_much.left) == (1, 61, 60)
    assert code(world.follow_up(done.id, REVERSAL, line_2=1)) == "redemption_line_not_found"
    assert code(world.follow_up(uuid7(), REVERSAL)) == "redemption_not_found"
    parts = (Part(line=1, quantity=40), Part(line=1, quantity=21))
    order = Order(id=uuid7(), kind=REVERSAL, redemption_id=done.id, parts=parts, reason="x", at=NOON)
    with world.work() as work:
        assert code(follow_ups.follow_up(work, [order])[0]) == "more_than_redeemed"
    world.assert_books_agree()


def test_what_was_reversed_can_be_used_again_in_caps_and_uses(world: World) -> None:
    cap = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=60)
    right = world.grant(restrictions=(world.named(), cap, UsesMax(most=1))).id
    done = world.redeemed(right)
    assert world.reasons(right) == ["cap_reached", "uses_exhausted"]
    followed(world.follow_up(done.id, REVERSAL))
    again = world.redeemed(right)
    followed(world.follow_up(again.id, REVERSAL, line_1=30))
    assert world.reasons(right, quantity=30) == ["uses_exhausted"]


def settle(world: World, until: date | None = None) -> Settled:
    order = DraftOrder(id=uuid7(), until=until or world.now.date(), requested_on=world.now.date())
    with world.work() as work:
        return settling.settle(work, order)


def test_what_was_paid_already_becomes_owed_by_the_provider(world: World) -> None:
    right = both(world)
    done = world.redeemed(right)
    assert settle(world).total_cents == HOUR
    followed(world.follow_up(done.id, REVERSAL, line_1=30))
    assert world.balance(AccountKind.RECEIVABLE, world.provider_id) == -15_58
    assert pots(world, right) == {"left": (84_43, 210), "reserved": (0, 0), "used": (0, 30)}
    world.redeemed(right)
    run = settle(world)
    assert [(s.gross_cents, s.set_off_cents, s.net_cents) for s in run.settlements] == [(HOUR, 15_58, 15_57)]
    assert world.balance(AccountKind.RECEIVABLE, world.provider_id) == 0
    world.assert_books_agree()


def test_the_day_of_the_care_decides_when_a_capture_is_settled_not_who_captures(world: World) -> None:
    held = world.redeemed(both(world), reserve=True)
    world.later(days=40)
    followed(world.follow_up(held.id, CAPTURE))
    assert settle(world, until=date(2026, 6, 30)).total_cents == HOUR
    world.assert_books_agree()


def test_a_captured_reservation_that_was_paid_is_recovered_too(world: World) -> None:
    right = both(world)
    held = world.redeemed(right, reserve=True)
    followed(world.follow_up(held.id, CAPTURE, line_1=30))
    settle(world)
    followed(world.follow_up(held.id, REVERSAL))
    assert world.balance(AccountKind.RECEIVABLE, world.provider_id) == -15_58
    assert pots(world, right)["left"] == (100_00, 240)
    world.assert_books_agree()


def test_what_comes_back_after_the_expiry_goes_on_to_the_budget(world: World) -> None:
    right = world.grant(
        amount_cents=100_00, quantity=240, quantity_unit=Unit.MINUTE, valid_until=date(2026, 6, 30)
    )
    done = world.redeemed(right.id)
    world.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with world.work() as work:
        assert entitlement_changes.expire(work, today=date(2026, 12, 1), claim_days=90) == [right.id]
    assert world.balance(AccountKind.BUDGET, right.budget_id) == -HOUR
    followed(world.follow_up(done.id, REVERSAL))
    assert pots(world, right.id) == {"left": (0, 0), "reserved": (0, 0), "used": (0, 0)}
    assert world.balance(AccountKind.BUDGET, right.budget_id) == 0
    assert world.balance(AccountKind.TREASURY, NOBODY, Unit.MINUTE) == 0
    world.assert_books_agree()


def test_a_line_without_a_price_is_reversed_in_quantity_only(world: World) -> None:
    right = both(world)
    done = world.redeemed(right, price_cents=0)
    followed(world.follow_up(done.id, REVERSAL))
    assert pots(world, right)["left"] == (100_00, 240)
    world.assert_books_agree()


# ------------------------------------------------------------------------------- ids and batches


def test_the_same_follow_up_twice_is_one(world: World) -> None:
    right = both(world)
    done = world.redeemed(right)
    order = Order(id=uuid7(), kind=REVERSAL, redemption_id=done.id, reason="dubbel", at=NOON)
    with world.work() as work:
        first, second = follow_ups.follow_up(work, [order, order])
    assert isinstance(first, Followed)
    assert first == second
    before = world.entries()
    with world.work() as work:
        assert follow_ups.follow_up(work, [order]) == [first]
    assert world.entries() == before
    world.assert_books_agree()


def test_the_same_id_with_other_content_is_a_conflict(world: World) -> None:
    one, two = world.redeemed(both(world)), world.redeemed(both(world))
    order = Order(id=uuid7(), kind=REVERSAL, redemption_id=one.id, reason="dubbel", at=NOON)
    others = [
        order.model_copy(update={"redemption_id": two.id}),
        order.model_copy(update={"reason": "anders"}),
        order.model_copy(update={"parts": (Part(line=1, quantity=1),)}),
    ]
    with world.work() as work:
        first, *rest = follow_ups.follow_up(work, [order, *others])
    assert isinstance(first, Followed)
    assert all(isinstance(each, FollowUpExists) for each in rest)
    with world.work() as work:
        assert all(isinstance(each, FollowUpExists) for each in follow_ups.follow_up(work, others))
    world.assert_books_agree()


def test_a_batch_on_one_redemption_is_done_in_the_order_given(world: World) -> None:
    """Capture half, then reverse it, then try once more: each sees what the one before it did."""
    right, other = both(world), both(world)
    held = world.redeemed(right, reserve=True)
    beside = world.redeemed(other)
    orders = [
        Order(id=uuid7(), kind=kind, redemption_id=of.id, parts=parts, reason="x", at=NOON)
        for of, kind, parts in (
            (held, CAPTURE, (Part(line=1, quantity=30),)),
            (held, REVERSAL, ()),
            (beside, REVERSAL, (Part(line=1, quantity=61),)),
            (held, REVERSAL, ()),
            (beside, REVERSAL, ()),
        )
    ]
    with world.work() as work:
        outcomes = follow_ups.follow_up(work, orders)
    assert [code(each) for each in outcomes] == [
        "done",
        "done",
        "more_than_redeemed",
        "line_already_reversed",
        "done",
    ]
    assert pots(world, right)["left"] == pots(world, other)["left"] == (100_00, 240)
    world.assert_books_agree()


@pytest.mark.parametrize("quantity", [0, -1, 1.5, True, 10**12 + 1])
def test_a_part_is_a_whole_quantity_above_zero(quantity: object) -> None:
    with pytest.raises(ValidationError):
        Part.model_validate({"line": 1, "quantity": quantity})


def test_a_redemption_of_a_claimed_reservation_keeps_its_answer(world: World) -> None:
    right = both(world)
    scan = world.scan(right, reserve=True)
    (first,) = world.redeem(scan)
    assert isinstance(first, Redeemed)
    followed(world.follow_up(first.id, CAPTURE, line_1=1))
    assert world.redeem(scan) == [first]
