# SPDX-License-Identifier: EUPL-1.2
"""What a redemption promises: judged at once, booked whole, once, and never more than is left."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from ledger import redemptions
from ledger.ids import NOBODY, uuid7
from ledger.rules.funding import AccountKind
from ledger.rules.periods import Per
from ledger.rules.refusals import BalanceTooLow, BudgetTooLow
from ledger.rules.restrictions import Cap, OnlyServices
from ledger.scans import (
    NoSuchProvider,
    Outcome,
    Redeemed,
    RedemptionExists,
    RedemptionRefused,
    ScanLine,
    ScanTerms,
)
from ledger.units import AMOUNT_MAX, Unit
from tests.world import AIDS, GUIDANCE, HOUSEHOLD, NOON, RIDES, World

HOUR = 31_15


def snapshot(world: World, *rights: UUID) -> tuple[int, ...]:
    """All that a refused scan must leave alone: entries, balances of these rights, what is owed."""
    pots = [world.left(right, unit) for right in rights for unit in Unit]
    return (world.entries(), world.payable(), world.payable(world.other_contract_id), *pots)


def told(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, RedemptionRefused), outcome
    return [reason.code for reason in outcome.reasons]


def test_an_hour_is_booked_at_the_tariff(world: World) -> None:
    right = world.grant()
    done = world.redeemed(right.id, quantity=90)
    assert done.price_cents == 46_73  # 31.15 x 1.5 = 46.725, half a cent up
    assert done.remaining_cents == 100_00 - 46_73
    assert (world.left(right.id), world.payable()) == (53_27, 46_73)
    assert world.balance(AccountKind.DELIVERED, world.provider_id, Unit.MINUTE) == 90
    world.assert_books_agree()


# ------------------------------------------------------------------------- what is left, to the cent


def test_the_last_cent_passes_and_one_cent_more_does_not(world: World) -> None:
    right = world.grant(amount_cents=HOUR, restrictions=(world.named(),))
    before = snapshot(world, right.id)
    refusal = world.refused(right.id, quantity=61)
    (reason,) = refusal.reasons
    assert isinstance(reason, BalanceTooLow)
    assert (reason.unit, reason.asked, reason.left) == ("eurocent", 31_67, 31_15)
    assert snapshot(world, right.id) == before
    assert world.redeemed(right.id).remaining_cents == 0
    assert world.reasons(right.id, service=AIDS, quantity=1) == ["balance_too_low"]
    world.assert_books_agree()


def test_two_thousand_redemptions_in_one_batch_take_exactly_what_fits(world: World) -> None:
    """A voucher of 1.000,00 and rides of 7,25: 137 fit, and 1863 are told what is left."""
    right = world.grant(amount_cents=1000_00)
    outcomes = world.redeem(*(world.scan(right.id, service=RIDES, quantity=1) for _ in range(2000)))
    assert [isinstance(each, Redeemed) for each in outcomes] == [True] * 137 + [False] * 1863
    assert {tuple(told(each)) for each in outcomes[137:]} == {("balance_too_low",)}
    assert (world.left(right.id), world.payable()) == (1000_00 - 137 * 7_25, 137 * 7_25)
    assert world.entries() == 1 + 2 * 137
    world.assert_books_agree()


def test_a_small_one_still_fits_after_a_big_one_was_refused(world: World) -> None:
    right, other = world.grant(amount_cents=40_00), world.grant()
    outcomes = world.redeem(
        world.scan(right.id), world.scan(right.id), world.scan(other.id), world.scan(right.id, quantity=10)
    )
    assert [isinstance(each, Redeemed) for each in outcomes] == [True, False, True, True]
    assert (world.left(right.id), world.left(other.id)) == (40_00 - HOUR - 5_19, 100_00 - HOUR)
    assert world.payable() == 2 * HOUR + 5_19
    world.assert_books_agree()


def test_all_lines_pass_or_none(world: World) -> None:
    right = world.grant(amount_cents=40_00)
    before = snapshot(world, right.id)
    one, two = ScanLine(service=HOUSEHOLD, quantity=60), ScanLine(service=RIDES, quantity=2)
    assert world.reasons(right.id, lines=(one, two)) == ["balance_too_low"]
    assert snapshot(world, right.id) == before
    done = world.redeemed(right.id, lines=(one, ScanLine(service=RIDES, quantity=1)))
    assert [(line.line, line.price_cents) for line in done.lines] == [(1, HOUR), (2, 7_25)]
    assert (world.left(right.id), world.payable()) == (40_00 - HOUR - 7_25, HOUR + 7_25)
    world.assert_books_agree()


def test_euros_and_a_quantity_are_drawn_together_or_not_at_all(world: World) -> None:
    right = world.grant(amount_cents=50_00, quantity=90, quantity_unit=Unit.MINUTE)
    done = world.redeemed(right.id)
    assert (done.remaining_cents, done.remaining_quantity) == (50_00 - HOUR, 30)
    before = snapshot(world, right.id)
    assert world.reasons(right.id, quantity=31) == ["balance_too_low"]
    assert world.reasons(right.id, quantity=37) == ["balance_too_low", "balance_too_low"]
    assert snapshot(world, right.id) == before
    assert world.redeemed(right.id, quantity=30).remaining_quantity == 0
    assert world.left(right.id) == 50_00 - HOUR - 15_58
    world.assert_books_agree()


def test_a_quantity_in_another_unit_is_refused(world: World) -> None:
    right = world.grant(quantity=10, quantity_unit=Unit.PIECE)
    assert world.reasons(right.id) == ["unit_not_covered"]


def test_a_quantity_without_an_amount_commits_at_the_tariff(world: World) -> None:
    """600 minutes at the dearest tariff of the menu are committed when it is granted."""
    menu = OnlyServices(services=frozenset({HOUSEHOLD, GUIDANCE}))
    right = world.grant(
        amount_cents=None, quantity=600, quantity_unit=Unit.MINUTE, restrictions=(world.named(), menu)
    )
    assert world.left(right.id) == 600_00
    assert world.balance(AccountKind.BUDGET, right.budget_id) == -600_00
    done = world.redeemed(right.id, quantity=600)
    assert (done.remaining_cents, done.remaining_quantity) == (None, 0)
    assert world.left(right.id) == 600_00 - 10 * HOUR
    world.assert_books_agree()


def unlimited(world: World, **changes: Any) -> UUID:
    """A cap of hours and no money of its own: what is used is committed when it is used."""
    cap = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=600)
    return world.grant(**{"amount_cents": None, "restrictions": (world.named(), cap)} | changes).id


def test_a_soft_budget_goes_below_zero_on_use(world: World) -> None:
    right = unlimited(world)
    world.redeemed(right)
    assert (world.left(right), world.payable()) == (0, HOUR)
    assert world.balance(AccountKind.TREASURY, NOBODY) == 0
    world.assert_books_agree()


def test_a_hard_budget_refuses_what_it_cannot_carry_on_use(world: World) -> None:
    world.fund(cents=50_00)
    right = unlimited(world, programme_id=world.hard_programme_id)
    outcomes = world.redeem(*(world.scan(right) for _ in range(3)))
    assert [isinstance(each, Redeemed) for each in outcomes] == [True, False, False]
    refusal = outcomes[1]
    assert isinstance(refusal, RedemptionRefused)
    (reason,) = refusal.reasons
    assert isinstance(reason, BudgetTooLow)
    assert (reason.asked_cents, reason.left_cents) == (HOUR, 50_00 - HOUR)
    assert (world.left(right), world.payable()) == (0, HOUR)
    world.assert_books_agree()


def test_where_money_has_no_limit_a_single_price_still_has(world: World) -> None:
    """A price past the largest amount is refused as too high, and the books stay as they were."""
    right = world.grant(amount_cents=None)
    before = snapshot(world, right.id)
    assert world.reasons(right.id, quantity=AMOUNT_MAX) == ["balance_too_low"]
    assert snapshot(world, right.id) == before
    world.assert_books_agree()


def test_a_balance_in_one_municipality_cannot_be_used_in_another(world: World) -> None:
    right = world.grant()
    with world.work(municipality_id="0363") as work:
        (outcome,) = redemptions.redeem(work, [world.scan(right.id)])
    assert isinstance(outcome, NoSuchProvider)


# ---------------------------------------------------------------------------------- the same id again


def test_the_same_scan_twice_in_one_batch_is_one_redemption(world: World) -> None:
    right = world.grant()
    scan = world.scan(right.id)
    first, second = world.redeem(scan, scan)
    assert isinstance(first, Redeemed)
    assert first == second
    assert (world.left(right.id), world.entries()) == (100_00 - HOUR, 3)
    world.assert_books_agree()


def test_the_same_scan_in_a_later_batch_gets_its_first_answer_word_for_word(world: World) -> None:
    right = world.grant(amount_cents=200_00, quantity=600, quantity_unit=Unit.MINUTE)
    scan = world.scan(right.id)
    (first,) = world.redeem(scan)
    world.redeemed(right.id)
    world.later(days=40)
    before = snapshot(world, right.id)
    assert world.redeem(scan) == [first]
    assert snapshot(world, right.id) == before
    world.assert_books_agree()


def test_the_same_id_with_other_content_is_a_conflict(world: World) -> None:
    right = world.grant()
    first = world.scan(right.id)
    others = [
        world.scan(right.id, id=first.id, quantity=61),
        world.scan(right.id, id=first.id, price_cents=1),
        world.scan(right.id, id=first.id, provider_id=world.other_provider_id),
        world.scan(right.id, id=first.id, at=NOON - timedelta(microseconds=1)),
        world.scan(world.grant().id, id=first.id),
    ]
    outcomes = world.redeem(first, *others)
    assert isinstance(outcomes[0], Redeemed)
    again = world.redeem(*others)
    for outcome in (*outcomes[1:], *again):
        assert isinstance(outcome, RedemptionExists)
        assert outcome.id == first.id
    assert world.left(right.id) == 100_00 - HOUR
    world.assert_books_agree()


def test_a_refused_id_may_be_used_again(world: World) -> None:
    right = world.grant(amount_cents=HOUR)
    scan_id = uuid7()
    assert world.reasons(right.id, id=scan_id, quantity=61) == ["balance_too_low"]
    assert world.redeemed(right.id, id=scan_id).id == scan_id


# ------------------------------------------------------------------------------------------- quotes


def quoted(world: World, *scans: Any, today: date | None = None) -> list[Outcome]:
    with world.work() as work:
        return redemptions.quote(work, scans, today=today)


def test_a_quote_answers_what_redeem_would_and_books_nothing(world: World) -> None:
    right = world.grant(amount_cents=40_00)
    scans = [world.scan(right.id), world.scan(right.id), world.scan(right.id, quantity=10)]
    before = snapshot(world, right.id)
    answers = quoted(world, *scans)
    assert snapshot(world, right.id) == before
    booked = world.redeem(*scans)
    assert (answers[0], answers[2]) == (booked[0], booked[2])
    assert told(answers[1]) == told(booked[1])
    world.assert_books_agree()


def test_a_quote_for_another_day_judges_as_on_that_day(world: World) -> None:
    right, july = world.grant(), date(2026, 7, 1)
    at = datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert told(quoted(world, world.scan(right.id, at=at))[0]) == ["service_day_in_future"]
    (answer,) = quoted(world, world.scan(right.id, at=at), today=july)
    assert isinstance(answer, Redeemed)
    others = world.scan(right.id, at=at, provider_id=world.other_provider_id)
    assert told(quoted(world, others, today=july)[0]) == ["contract_not_in_force"]


# ------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("quantity", [0, -1, 10**12 + 1, 1.0, 0.5, "60", True, None])
def test_a_quantity_is_a_whole_number_above_zero(quantity: object) -> None:
    with pytest.raises(ValidationError):
        ScanLine.model_validate({"service": HOUSEHOLD, "quantity": quantity})


@pytest.mark.parametrize("price", [-1, 10**12 + 1, 1.5, "1", True])
def test_a_price_is_a_whole_number_of_cents(price: object) -> None:
    with pytest.raises(ValidationError):
        ScanLine.model_validate({"service": HOUSEHOLD, "quantity": 1, "price_cents": price})


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": ()},
        {"lines": ({"service": HOUSEHOLD, "quantity": 1},) * 31},
        {"entitlement_id": None},
        {"code": "TR1:X"},
        {"at": "2026-06-10T12:00:00"},
        {"reserve": "yes"},
        {"surprise": 1},
    ],
)
def test_a_scan_that_is_not_clear_is_refused(wrong: dict[str, Any]) -> None:
    content = {
        "entitlement_id": uuid7(),
        "provider_id": uuid7(),
        "lines": ({"service": HOUSEHOLD, "quantity": 1},),
        "at": "2026-06-10T12:00:00Z",
    }
    ScanTerms.model_validate(content)
    with pytest.raises(ValidationError):
        ScanTerms.model_validate(content | wrong)
