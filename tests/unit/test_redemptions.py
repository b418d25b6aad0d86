# SPDX-License-Identifier: EUPL-1.2
"""What a redemption promises, on SQLite and on PostgreSQL: judged at once, booked whole, never more than is left."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from ledger import contracts, people, redemptions
from ledger.ids import NOBODY, uuid7
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind
from ledger.rules.periods import Per
from ledger.rules.refusals import BalanceTooLow, BudgetTooLow, CapReached
from ledger.rules.restrictions import Cap, Item, OnlyItems, OnlyProviders, OnlyServices, UsesMax
from ledger.rules.tariffs import PerMeasure
from ledger.scans import (
    NoSuchProvider,
    NoSuchRight,
    Outcome,
    Redeemed,
    RedemptionExists,
    RedemptionRefused,
    ScanLine,
    ScanTerms,
)
from ledger.tables import MandateKind
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


# --------------------------------------------------------------------------------------- who and where


def test_what_is_not_there_is_not_found(world: World) -> None:
    right = world.grant()
    unknown, elsewhere = world.redeem(
        world.scan(uuid7()), world.scan(right.id, provider_id=uuid7())
    )  # fmt: skip
    assert isinstance(unknown, NoSuchRight)
    assert isinstance(elsewhere, NoSuchProvider)


def test_a_provider_without_a_contract_is_refused(world: World) -> None:
    right = world.grant()
    code = world.code(right.id).token
    assert world.reasons(code=code, provider_id=world.helper_id) == [
        "provider_not_contracted", "provider_not_allowed"
    ]  # fmt: skip
    assert world.reasons(right.id, service="99X99") == ["service_unknown", "service_not_contracted"]


def test_a_contract_that_ended_yesterday_pays_only_until_then(world: World) -> None:
    right = world.grant()
    world.now = datetime(2026, 7, 1, 10, tzinfo=UTC)
    others = {"provider_id": world.other_provider_id}
    assert world.reasons(right.id, **others) == ["contract_not_in_force"]
    assert world.redeemed(right.id, at=world.now - timedelta(days=1), **others).price_cents == HOUR


def test_a_service_outside_the_contract_is_refused(world: World) -> None:
    right = world.grant()
    others = {"provider_id": world.other_provider_id}
    assert world.reasons(right.id, service=RIDES, **others) == ["service_not_contracted"]


def test_an_area_that_is_not_served_is_refused(world: World) -> None:
    """The other provider serves 1112; an area on the right goes before the holder's own."""
    others = {"provider_id": world.other_provider_id}
    assert world.redeemed(world.grant().id, **others).price_cents == HOUR
    assert world.reasons(world.grant(area="1114").id, **others) == ["area_not_served"]


def contract(world: World, **changes: Any) -> UUID:
    """One more contract of the first provider, for all of 2026."""
    line = contracts.LineInput(
        service=HOUSEHOLD, tariff=PerMeasure(rate_cents=changes.pop("rate", HOUR)), valid_from=date(2026, 1, 1)
    )  # fmt: skip
    content: dict[str, Any] = {
        "id": uuid7(),
        "provider_id": world.other_provider_id,
        "law": Law.WMO,
        "number": f"C-{uuid7()}"[:30],
        "valid_from": date(2026, 1, 1),
        "lines": (line,),
    }
    given = contracts.ContractInput(**content | changes)
    with world.work() as work:
        contracts.draft(work, [given])
        contracts.publish(work, [given.id])
    return given.id


def test_of_two_contracts_the_one_that_serves_the_place_is_taken(world: World) -> None:
    right = world.grant(area="1114")
    second = contract(world, areas=("1114",))
    world.redeemed(right.id, provider_id=world.other_provider_id)
    assert (world.payable(second), world.payable(world.other_contract_id)) == (HOUR, 0)
    world.assert_books_agree()


def test_a_neighbourhood_counts_as_a_place(world: World) -> None:
    identity = people.Identity(surname="Bos", birth_date=date(1950, 1, 1), postcode="1114AA")
    resident = people.PersonInput(id=uuid7(), identity=identity, neighbourhood="BU03840101")
    with world.work() as work:
        people.register(work, world.keys, [resident])
    contract(world, areas=("BU03840101",))
    right = world.grant(holder_id=resident.id)
    assert world.redeemed(right.id, provider_id=world.other_provider_id).price_cents == HOUR


def test_one_cent_above_the_tariff_is_refused_and_less_is_paid_as_asked(world: World) -> None:
    right = world.grant()
    assert world.reasons(right.id, price_cents=HOUR + 1) == ["price_above_tariff"]
    assert world.redeemed(right.id, price_cents=HOUR).price_cents == HOUR
    assert world.redeemed(right.id, price_cents=30_00).price_cents == 30_00
    assert world.redeemed(right.id, price_cents=0).price_cents == 0
    assert world.payable() == HOUR + 30_00
    world.assert_books_agree()


def test_a_service_sold_by_amount_costs_its_amount(world: World) -> None:
    right = world.grant(amount_cents=600_00)
    assert world.reasons(right.id, service=AIDS, quantity=500_01) == ["price_above_tariff"]
    assert world.redeemed(right.id, service=AIDS, quantity=500_00).price_cents == 500_00
    world.assert_books_agree()


def test_an_item_of_a_plan_is_for_its_own_providers(world: World) -> None:
    plan = OnlyItems(
        items=(
            Item(service=HOUSEHOLD, providers=frozenset({world.AGB})),
            Item(service=GUIDANCE, providers=frozenset({world.OTHER_AGB})),
        )
    )
    right = world.grant(kind=EntitlementKind.ARRANGEMENT, amount_cents=200_00, restrictions=(plan,)).id
    others = {"provider_id": world.other_provider_id}
    assert world.redeemed(right).price_cents == HOUR
    assert world.redeemed(right, service=GUIDANCE, **others).price_cents == 60_00
    assert world.reasons(right, service=GUIDANCE) == ["code_required", "not_in_plan"]
    assert world.reasons(right, **others) == ["code_required", "not_in_plan"]
    assert world.left(right) == 200_00 - HOUR - 60_00
    world.assert_books_agree()


def test_who_acts_for_a_resident_needs_a_mandate_on_that_day(world: World) -> None:
    right, daughter = world.grant(), world.person(surname="Bos")
    mandate = people.MandateInput(
        id=uuid7(),
        holder_id=world.holder_id,
        representative_id=daughter,
        kind=next(iter(MandateKind)),
        valid_from=date(2026, 6, 1),
        valid_until=date(2026, 6, 9),
    )
    assert world.reasons(right.id, acting_person_id=daughter) == ["mandate_missing"]
    with world.work() as work:
        people.give(work, [mandate])
    assert world.reasons(right.id, acting_person_id=daughter) == ["mandate_missing"]
    yesterday = NOON - timedelta(days=1)
    assert world.redeemed(right.id, acting_person_id=daughter, at=yesterday).price_cents == HOUR
    assert world.redeemed(right.id, acting_person_id=world.holder_id).price_cents == HOUR


# -------------------------------------------------------------------------------------------- days


def test_caps_see_what_the_same_batch_used(world: World) -> None:
    cap = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=150)
    right = world.grant(amount_cents=900_00, restrictions=(world.named(), cap))
    lines = (ScanLine(service=HOUSEHOLD, quantity=60), ScanLine(service=HOUSEHOLD, quantity=31))
    outcomes = world.redeem(*(world.scan(right.id) for _ in range(3)), world.scan(right.id, quantity=30))
    assert [isinstance(each, Redeemed) for each in outcomes] == [True, True, False, True]
    refusal = outcomes[2]
    assert isinstance(refusal, RedemptionRefused)
    (reason,) = refusal.reasons
    assert isinstance(reason, CapReached)
    assert (reason.left, reason.first_day) == (30, date(2026, 6, 15))
    world.later(days=7)
    assert isinstance(world.redeem(world.scan(right.id, lines=(*lines, lines[0])))[0], RedemptionRefused)
    assert world.redeemed(right.id, lines=lines).price_cents == HOUR + 16_09
    world.assert_books_agree()


def test_uses_are_counted_in_the_batch_and_after_it(world: World) -> None:
    right = world.grant(restrictions=(world.named(), UsesMax(most=2))).id
    outcomes = world.redeem(*(world.scan(right, service=RIDES, quantity=1) for _ in range(3)))
    assert [isinstance(each, Redeemed) for each in outcomes] == [True, True, False]
    assert world.reasons(right, service=RIDES, quantity=1) == ["uses_exhausted"]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
    ],
)
def test_the_service_day_is_the_dutch_day_also_when_the_clock_changes(
    sqlite_world: World, at: datetime, day: date
) -> None:
    right = sqlite_world.grant(restrictions=(sqlite_world.named(), Cap(per=Per.DAY, unit=Unit.MINUTE, most=60)))
    assert sqlite_world.redeemed(right.id, at=at).service_day == day
    assert sqlite_world.reasons(right.id, at=at) == ["cap_reached"]


def test_nothing_is_redeemed_before_it_was_given(world: World) -> None:
    right = world.grant()
    assert world.reasons(right.id, at=NOON + timedelta(minutes=6)) == ["service_day_in_future"]
    assert world.reasons(right.id, at=NOON + timedelta(days=1)) == ["service_day_in_future"]
    assert world.redeemed(right.id, at=NOON + timedelta(minutes=5)).price_cents == HOUR


def test_without_a_code_only_who_the_right_names_may_claim(world: World) -> None:
    named = OnlyProviders(providers=frozenset({world.OTHER_AGB}))
    assert world.reasons(world.grant(restrictions=()).id) == ["code_required"]
    assert world.reasons(world.grant(restrictions=(named,)).id) == ["code_required", "provider_not_allowed"]


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
