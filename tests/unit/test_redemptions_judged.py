# SPDX-License-Identifier: EUPL-1.2
"""Where, when and by whom a right is used: contracts, places, prices, plans, mandates, caps and days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger import contracts, people, programmes
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.periods import Per
from ledger.rules.refusals import CapReached
from ledger.rules.restrictions import Cap, Item, OnlyItems, OnlyProviders, UsesMax
from ledger.rules.tariffs import PerMeasure
from ledger.scans import NoSuchProvider, NoSuchRight, Redeemed, RedemptionRefused, ScanLine
from ledger.tables import BudgetMode, MandateKind
from ledger.units import Unit
from ledger.vault import Identity
from tests.world import AIDS, GUIDANCE, HOUSEHOLD, NOON, RIDES, World, by_another

HOUR = 31_15


def test_what_is_not_there_is_not_found(world: World) -> None:
    right = world.grant()
    unknown, elsewhere = world.redeem(world.scan(uuid7()), world.scan(right.id, provider_id=uuid7()))
    assert isinstance(unknown, NoSuchRight)
    assert isinstance(elsewhere, NoSuchProvider)


def test_a_provider_without_a_contract_is_refused(world: World) -> None:
    right = world.grant()
    code = world.code(right.id).token
    assert world.reasons(code=code, provider_id=world.helper_id) == [
        "provider_not_contracted",
        "provider_not_allowed",
    ]
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
        service=HOUSEHOLD,
        tariff=PerMeasure(rate_cents=changes.pop("rate", HOUR)),
        valid_from=date(2026, 1, 1),
    )
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
        contracts.publish(by_another(work), [given.id])
    return given.id


def test_of_two_contracts_the_one_that_serves_the_place_is_taken(world: World) -> None:
    right = world.grant(area="1114")
    second = contract(world, areas=("1114",))
    world.redeemed(right.id, provider_id=world.other_provider_id)
    assert (world.payable(second), world.payable(world.other_contract_id)) == (HOUR, 0)
    world.assert_books_agree()


def test_a_neighbourhood_counts_as_a_place(world: World) -> None:
    identity = Identity(surname="Bos", birth_date=date(1950, 1, 1), postcode="1114AA")
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
    right = sqlite_world.grant(
        restrictions=(sqlite_world.named(), Cap(per=Per.DAY, unit=Unit.MINUTE, most=60))
    )
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


def test_who_the_programme_names_still_needs_the_code_of_the_resident(world: World) -> None:
    """A programme that lists its providers does not let them claim on every right under it."""
    listed = programmes.ProgrammeInput(
        id=uuid7(), law=Law.WMO, name="Lijst", mode=BudgetMode.SOFT, restrictions=(world.named(),)
    )
    with world.work() as work:
        programmes.draft(work, [listed])
        programmes.publish(by_another(work), [listed.id])
    right = world.grant(programme_id=listed.id, restrictions=()).id
    assert world.reasons(right) == ["code_required"]
    assert world.redeemed(code=world.code(right).token).price_cents == HOUR
    assert world.reasons(code=world.code(right).token, provider_id=world.helper_id) == [
        "provider_not_contracted",
        "provider_not_allowed",
    ]
