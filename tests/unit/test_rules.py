# SPDX-License-Identifier: EUPL-1.2
"""Rules: a table of every refusal in the order in which reasons are told, and what each rule lets pass."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.rules.facts import CodeState, EntitlementKind, Facts, Offer, Period, Use
from ledger.rules.periods import Per
from ledger.rules.refusals import AreaNotServed, CapReached, ClaimTooLate, Reason, Suspended
from ledger.rules.restrictions import (
    STATUTORY,
    AnyRestriction,
    Cap,
    ClaimWithin,
    Item,
    OnlyCategories,
    OnlyItems,
    OnlyProviders,
    OnlyServices,
    Restriction,
    UsesMax,
    named_providers,
    reasons,
)
from ledger.rules.tariffs import AtCost, PerMeasure, PerUse
from ledger.units import Measure, Unit

WEDNESDAY = date(2026, 6, 10)
HELP, RIDES = "01A04", "08V01"
OURS, OTHERS = "42420001", "42420002"
YEAR = Period(start=date(2026, 1, 1), until=date(2026, 12, 31))
MAY, JULY = Period(start=date(2026, 5, 1), until=date(2026, 5, 31)), Period(start=date(2026, 7, 1))
TARIFF = PerMeasure(rate_cents=31_15)


def offer(**changes: Any) -> Offer:
    """A contract for all of 2026 with the service at 31.15 an hour."""
    content: dict[str, Any] = {"period": YEAR, "line": YEAR, "tariff": TARIFF}
    return Offer(**content | changes)


def facts(**changes: Any) -> Facts:
    """An hour of help today on a voucher for 2026 that passes every rule, but for what is changed."""
    content: dict[str, Any] = {
        "today": WEDNESDAY,
        "service_day": WEDNESDAY,
        "kind": EntitlementKind.VOUCHER,
        "validity": YEAR,
        "code": CodeState.VALID,
        "service": HELP,
        "measure": Measure.HOUR,
        "quantity": 60,
        "provider_agb": OURS,
        "offer": offer(),
        "area": "1112",
    }
    return Facts(**content | changes)


def used(day: date, quantity: int, *, service: str = HELP, cents: int = 0, unit: Unit = Unit.MINUTE) -> Use:
    return Use(day=day, service=service, unit=unit, quantity=quantity, cents=cents)


def codes(found: Iterable[Reason]) -> list[str]:
    return [reason.code for reason in found]


PGB: dict[str, Any] = {"kind": EntitlementKind.DRAWING_RIGHT, "code": CodeState.NONE}
BY_AMOUNT: dict[str, Any] = {"measure": Measure.EURO, "offer": offer(tariff=PerUse(cents=100))}
WEEKLY = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=59)
RIDES_CAP = Cap(per=Per.DAY, unit=Unit.PIECE, most=1, services=frozenset({RIDES}))
PLAN = OnlyItems(items=(Item(service=HELP, providers=frozenset({OTHERS})), Item(service=RIDES)))

TABLE: list[tuple[str, dict[str, Any], tuple[AnyRestriction, ...]]] = [
    ("code_revoked", {"code": CodeState.REVOKED}, ()),
    ("code_expired", {"code": CodeState.EXPIRED}, ()),
    ("code_not_yet_valid", {"code": CodeState.NOT_YET_VALID}, ()),
    ("code_required", {"code": CodeState.NONE}, ()),
    ("code_required", {"code": CodeState.NONE, "named_providers": frozenset({OTHERS})}, ()),
    ("code_required", {"code": CodeState.NONE, "named_providers": frozenset()}, ()),
    (
        "code_required",
        {"code": CodeState.NONE, "named_providers": frozenset({OURS}), "provider_agb": None},
        (),
    ),
    ("service_day_in_future", {"ahead": True}, ()),
    ("entitlement_not_yet_valid", {"validity": JULY}, ()),
    ("entitlement_ended", {"validity": MAY}, ()),
    ("entitlement_closed", {"closed": True}, ()),
    ("entitlement_suspended", {"suspensions": (Period(start=WEDNESDAY, until=WEDNESDAY),)}, ()),
    ("entitlement_suspended", {"suspensions": (Period(start=date(2026, 6, 1)),)}, ()),
    ("service_unknown", {"measure": None}, ()),
    ("unit_not_covered", {"quantity_unit": Unit.PIECE}, ()),
    ("provider_not_contracted", {"offer": None}, ()),
    ("contract_not_in_force", {"offer": offer(period=MAY)}, ()),
    ("contract_not_in_force", {"offer": offer(period=JULY)}, ()),
    ("service_not_contracted", {"offer": offer(line=None)}, ()),
    ("service_not_contracted", {"offer": offer(line=MAY)}, ()),
    ("service_not_contracted", {"offer": offer(line=JULY)}, ()),
    ("service_not_contracted", {"offer": offer(tariff=None)}, ()),
    ("care_agreement_missing", {**PGB, "offer": None}, ()),
    ("care_agreement_missing", {**PGB, "offer": offer(line=None)}, ()),
    ("care_agreement_missing", {**PGB, "offer": offer(tariff=None)}, ()),
    ("care_agreement_not_approved", {**PGB, "offer": offer(approvals_missing=("gatekeeper",))}, ()),
    ("contract_not_in_force", {**PGB, "offer": offer(period=MAY)}, ()),
    ("area_not_served", {"offer": offer(areas=("1113",))}, ()),
    ("area_not_served", {"offer": offer(areas=("1112",)), "area": None}, ()),
    ("area_not_served", {"offer": offer(areas=("BU03840101",)), "neighbourhood": "BU03840102"}, ()),
    ("price_above_tariff", {"asked_cents": 31_16}, ()),
    ("price_above_tariff", {**BY_AMOUNT, "quantity": 101}, ()),
    ("mandate_missing", {"mandated": False}, ()),
    ("service_not_covered", {}, (OnlyServices(services=frozenset({RIDES})),)),
    ("service_not_covered", {}, (OnlyCategories(categories=frozenset({"08"})),)),
    ("provider_not_allowed", {}, (OnlyProviders(providers=frozenset({OTHERS})),)),
    ("provider_not_allowed", {"provider_agb": None}, (OnlyProviders(providers=frozenset({OURS})),)),
    ("not_in_plan", {}, (PLAN,)),
    ("not_in_plan", {"service": "07A03"}, (PLAN,)),
    ("not_in_plan", {"provider_agb": None}, (PLAN,)),
    ("cap_reached", {}, (WEEKLY,)),
    ("unit_not_covered", {}, (Cap(per=Per.WEEK, unit=Unit.PIECE, most=59),)),
    ("uses_exhausted", {"uses": 3}, (UsesMax(most=3),)),
    ("claim_too_late", {"service_day": date(2026, 6, 8)}, (ClaimWithin(days=1),)),
]  # fmt: skip
"""One row per reason, in the order in which reasons are told: what differs from a use that passes."""


@pytest.mark.parametrize(("expected", "changes", "own"), TABLE)
def test_each_rule_alone_says_no(
    expected: str, changes: dict[str, Any], own: tuple[AnyRestriction, ...]
) -> None:
    assert codes(reasons(facts(**changes), own)) == [expected]


def test_what_passes_every_rule_has_no_reasons() -> None:
    assert reasons(facts(), ()) == []


def test_the_table_has_every_reason_a_rule_can_tell() -> None:
    told_elsewhere = {"code_unknown", "code_foreign", "code_asks_more", "balance_too_low", "budget_too_low"}
    every = {each.code for each in Reason.__subclasses__()}
    assert {row[0] for row in TABLE} == every - told_elsewhere


def test_all_reasons_are_told_at_once_in_the_order_of_the_rules() -> None:
    own = (
        OnlyServices(services=frozenset({RIDES})),
        OnlyCategories(categories=frozenset({"08"})),
        OnlyProviders(providers=frozenset({OTHERS})),
        PLAN,
        WEEKLY,
        UsesMax(most=1),
        ClaimWithin(days=0),
    )
    everything = facts(
        service_day=date(2026, 6, 9),
        code=CodeState.REVOKED,
        ahead=True,
        validity=JULY,
        suspensions=(Period(start=date(2026, 6, 1)),),
        quantity_unit=Unit.PIECE,
        offer=offer(line=MAY, areas=("1113",)),
        asked_cents=31_16,
        mandated=False,
        uses=1,
    )
    assert codes(reasons(everything, own)) == [
        "code_revoked",
        "service_day_in_future",
        "entitlement_not_yet_valid",
        "entitlement_suspended",
        "unit_not_covered",
        "service_not_contracted",
        "area_not_served",
        "price_above_tariff",
        "mandate_missing",
        "service_not_covered",
        "service_not_covered",
        "provider_not_allowed",
        "not_in_plan",
        "cap_reached",
        "uses_exhausted",
        "claim_too_late",
    ]


def test_own_rules_are_told_in_the_order_they_are_given() -> None:
    rules = (UsesMax(most=1), OnlyServices(services=frozenset({RIDES})))
    assert codes(reasons(facts(uses=1), rules)) == ["uses_exhausted", "service_not_covered"]
    assert codes(reasons(facts(uses=1), rules[::-1])) == ["service_not_covered", "uses_exhausted"]


PASSES: list[tuple[str, dict[str, Any], tuple[AnyRestriction, ...]]] = [
    ("named without a code", {"code": CodeState.NONE, "named_providers": frozenset({OURS})}, ()),
    ("a drawing right without a code", {**PGB, "provider_agb": None}, ()),
    ("a reservation ahead", {"ahead": True, "reserving": True}, ()),
    ("the first day", {"validity": Period(start=WEDNESDAY)}, ()),
    ("the last day", {"validity": Period(start=date(2026, 1, 1), until=WEDNESDAY)}, ()),
    ("before a suspension", {"suspensions": (Period(start=date(2026, 6, 11)),)}, ()),
    ("after a suspension", {"suspensions": (Period(start=date(2026, 6, 1), until=date(2026, 6, 9)),)}, ()),
    ("the unit it holds", {"quantity_unit": Unit.MINUTE}, ()),
    ("the first day of a contract", {"offer": offer(period=Period(start=WEDNESDAY))}, ()),
    ("the last day of a tariff", {"offer": offer(line=Period(start=YEAR.start, until=WEDNESDAY))}, ()),
    ("a served postcode", {"offer": offer(areas=("1111", "1112"))}, ()),
    ("a served neighbourhood", {"offer": offer(areas=("BU03840101",)), "neighbourhood": "BU03840101"}, ()),
    ("the tariff to the cent", {"asked_cents": 31_15}, ()),
    ("nothing at all", {"asked_cents": 0}, ()),
    ("a mandate", {"mandated": True}, ()),
    ("a service of the menu", {}, (OnlyServices(services=frozenset({HELP, RIDES})),)),
    ("a category", {}, (OnlyCategories(categories=frozenset({"01"})),)),
    ("a named provider", {}, (OnlyProviders(providers=frozenset({OURS, OTHERS})),)),
    ("an item of its provider", {"provider_agb": OTHERS}, (PLAN,)),
    ("an item of any provider", {"service": RIDES}, (PLAN,)),
    ("the cap to the minute", {}, (Cap(per=Per.DAY, unit=Unit.MINUTE, most=60),)),
    ("a cap on other services", {}, (RIDES_CAP,)),
    ("the last use", {"uses": 2}, (UsesMax(most=3),)),
    ("the last day to claim", {"service_day": date(2026, 6, 9)}, (ClaimWithin(days=1),)),
    ("the same day", {}, (ClaimWithin(days=0),)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "own"), [row[1:] for row in PASSES], ids=[row[0].replace(" ", "_") for row in PASSES]
)
def test_what_just_fits_passes(changes: dict[str, Any], own: tuple[AnyRestriction, ...]) -> None:
    assert reasons(facts(**changes), own) == []


# ----------------------------------------------------------------------------------------- caps

CAPS = [
    (Per.DAY, date(2026, 6, 10), date(2026, 6, 11), date(2026, 6, 11)),
    (Per.WEEK, date(2026, 6, 8), date(2026, 6, 7), date(2026, 6, 15)),
    (Per.WEEK, date(2026, 6, 14), date(2026, 6, 15), date(2026, 6, 15)),
    (Per.MONTH, date(2026, 6, 30), date(2026, 5, 31), date(2026, 7, 1)),
    (Per.YEAR, date(2026, 1, 1), date(2025, 12, 31), None),
    (Per.TOTAL, date(2026, 12, 31), date(2025, 12, 31), None),
]


@pytest.mark.parametrize(("per", "inside", "outside", "first_day"), CAPS)
def test_a_cap_counts_its_own_period_and_no_other(
    per: Per, inside: date, outside: date, first_day: date | None
) -> None:
    cap = Cap(per=per, unit=Unit.MINUTE, most=90)
    assert cap.refusal(facts(usage=[used(outside, 90)])) is None
    refusal = cap.refusal(facts(usage=[used(inside, 40)]))
    assert isinstance(refusal, CapReached)
    assert (refusal.per, refusal.unit, refusal.most, refusal.left) == (per, "minute", 90, 50)
    assert refusal.first_day == first_day
    assert cap.refusal(facts(usage=[used(inside, 30)])) is None


def test_the_next_period_is_told_only_inside_the_validity() -> None:
    cap = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=30)
    for last_day, expected in ((date(2026, 6, 14), None), (date(2026, 6, 15), date(2026, 6, 15))):
        refusal = cap.refusal(facts(validity=Period(start=YEAR.start, until=last_day)))
        assert isinstance(refusal, CapReached)
        assert refusal.first_day == expected


def test_a_week_spans_two_years() -> None:
    """Week 53 of 2026 runs from Monday 28 December up to and including Sunday 3 January 2027."""
    cap = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=90)
    validity = Period(start=YEAR.start)
    new_year = facts(service_day=date(2027, 1, 1), validity=validity, offer=None)
    in_week = [used(date(2026, 12, 28), 20), used(date(2027, 1, 3), 20)]
    refusal = cap.refusal(_with(new_year, in_week))
    assert isinstance(refusal, CapReached)
    assert (refusal.left, refusal.first_day) == (50, date(2027, 1, 4))
    beside = [used(date(2026, 12, 27), 90), used(date(2027, 1, 4), 90)]
    assert cap.refusal(_with(new_year, beside)) is None


def _with(plain: Facts, usage: list[Use]) -> Facts:
    content = {name: getattr(plain, name) for name in Facts.__slots__}
    return Facts(**content | {"usage": usage})


def test_29_february_belongs_to_its_month() -> None:
    cap = Cap(per=Per.MONTH, unit=Unit.MINUTE, most=60)
    leap = facts(service_day=date(2028, 2, 29), validity=Period(start=YEAR.start), offer=None)
    assert cap.refusal(leap) is None
    refusal = cap.refusal(_with(leap, [used(date(2028, 2, 1), 1)]))
    assert isinstance(refusal, CapReached)
    assert refusal.first_day == date(2028, 3, 1)
    assert cap.refusal(_with(leap, [used(date(2028, 3, 1), 60)])) is None


def test_a_money_cap_counts_prices_of_every_unit() -> None:
    cap = Cap(per=Per.MONTH, unit=Unit.EUROCENT, most=50_00)
    rides = used(date(2026, 6, 1), 3, service=RIDES, cents=18_85, unit=Unit.PIECE)
    assert cap.refusal(facts(usage=[rides])) is None
    refusal = cap.refusal(facts(usage=[rides], asked_cents=31_15, offer=offer(tariff=PerUse(cents=31_16))))
    assert refusal is None
    over = cap.refusal(facts(usage=[used(date(2026, 6, 1), 1, cents=18_86)]))
    assert isinstance(over, CapReached)
    assert over.left == 31_14


def test_a_quantity_cap_counts_only_its_unit_and_services() -> None:
    cap = Cap(per=Per.DAY, unit=Unit.MINUTE, most=60, services=frozenset({HELP}))
    other = [used(WEDNESDAY, 60, service=RIDES), used(WEDNESDAY, 60, unit=Unit.PIECE)]
    assert cap.refusal(facts(usage=other)) is None
    assert cap.refusal(facts(usage=[*other, used(WEDNESDAY, 1)])) is not None


CARRY = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=60, carry_over=True)
MONDAYS = [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15)]
JUNE = Period(start=date(2026, 6, 3), until=date(2026, 6, 30))
"""From a Wednesday: a week that is touched counts whole."""


def weekly(day: date, quantity: int, usage: list[Use]) -> Reason | None:
    return CARRY.refusal(facts(service_day=day, quantity=quantity, usage=usage, validity=JUNE))


def test_what_was_left_in_earlier_periods_carries_over() -> None:
    assert weekly(WEDNESDAY, 120, []) is None
    assert weekly(WEDNESDAY, 100, [used(date(2026, 6, 3), 20)]) is None
    refusal = weekly(WEDNESDAY, 101, [used(date(2026, 6, 3), 20)])
    assert isinstance(refusal, CapReached)
    assert (refusal.most, refusal.left, refusal.first_day) == (100, 100, date(2026, 6, 15))


def test_nothing_carries_over_from_before_the_validity() -> None:
    assert weekly(date(2026, 6, 3), 61, [used(date(2026, 5, 1), 10)]) is not None
    assert weekly(date(2026, 6, 3), 60, [used(date(2026, 5, 1), 10)]) is None


def test_without_carry_over_nothing_is_carried() -> None:
    plain = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=60)
    assert plain.refusal(facts(quantity=61, validity=JUNE)) is not None


def test_a_late_claim_cannot_take_what_a_later_week_used_already() -> None:
    """Weeks of 60: the third used 150 of 180, so the first two together have 30 left, not 120."""
    third = [used(date(2026, 6, 17), 150)]
    refusal = weekly(date(2026, 6, 3), 31, third)
    assert isinstance(refusal, CapReached)
    assert refusal.left == 30
    assert weekly(date(2026, 6, 3), 30, third) is None


def test_out_of_order_never_uses_more_than_in_order() -> None:
    """Whatever order three uses arrive in, the cumulative room holds at the end of every week."""
    wanted = [(date(2026, 6, 3), 60), (date(2026, 6, 8), 70), (date(2026, 6, 17), 120)]
    for order in (wanted, wanted[::-1], [wanted[1], wanted[2], wanted[0]]):
        usage: list[Use] = []
        for day, quantity in order:
            if weekly(day, quantity, usage) is None:
                usage.append(used(day, quantity))
        for weeks, monday in enumerate(MONDAYS, start=1):
            sunday = date(monday.year, monday.month, monday.day + 6)
            assert sum(use.quantity for use in usage if use.day <= sunday) <= 60 * weeks


def test_a_total_with_an_open_end_counts_everything() -> None:
    total = Cap(per=Per.TOTAL, unit=Unit.MINUTE, most=100)
    for cap in (total, Cap(per=Per.TOTAL, unit=Unit.MINUTE, most=100, carry_over=True)):
        usage = [used(date(2026, 1, 1), 20), used(date(2030, 1, 1), 20)]
        open_ended = Period(start=YEAR.start)
        assert cap.refusal(facts(validity=open_ended, usage=usage)) is None
        refusal = cap.refusal(facts(validity=open_ended, usage=[*usage, used(date(2027, 1, 1), 1)]))
        assert isinstance(refusal, CapReached)
        assert (refusal.left, refusal.first_day) == (59, None)


@pytest.mark.parametrize("per", list(Per))
@pytest.mark.parametrize("carry_over", [False, True])
def test_the_last_day_there_is_can_be_judged(per: Per, carry_over: bool) -> None:
    last = date(9999, 12, 31)
    cap = Cap(per=per, unit=Unit.MINUTE, most=1, carry_over=carry_over)
    validity = Period(start=date(9999, 12, 31), until=last)
    refusal = cap.refusal(facts(service_day=last, validity=validity, usage=[used(last, 1)]))
    assert isinstance(refusal, CapReached)
    assert refusal.first_day is None


# ------------------------------------------------------------------------------ what is told


def test_a_suspension_tells_the_first_day_that_would_pass() -> None:
    week, open_end = Period(start=WEDNESDAY, until=date(2026, 6, 16)), Period(start=date(2026, 6, 15))
    next_week = Period(start=date(2026, 6, 17), until=date(2026, 6, 23))
    for suspensions, expected in (
        ((week,), date(2026, 6, 17)),
        ((week, next_week), date(2026, 6, 24)),
        ((next_week, week), date(2026, 6, 24)),
        ((week, open_end), None),
        ((Period(start=WEDNESDAY, until=date.max),), None),
    ):
        (reason,) = reasons(facts(suspensions=suspensions), ())
        assert isinstance(reason, Suspended)
        assert (reason.from_day, reason.first_day) == (WEDNESDAY, expected)


def test_a_claim_within_years_of_the_last_day_there_is_passes() -> None:
    assert ClaimWithin(days=3650).refusal(facts(service_day=date(9999, 12, 1))) is None


def test_too_late_tells_the_last_day() -> None:
    (reason,) = reasons(facts(service_day=date(2026, 2, 27)), (ClaimWithin(days=2),))
    assert isinstance(reason, ClaimTooLate)
    assert reason.last_day == date(2026, 3, 1)


def test_an_unserved_place_is_named() -> None:
    (reason,) = reasons(facts(offer=offer(areas=("1113",)), area=None, neighbourhood="BU03840102"), ())
    assert isinstance(reason, AreaNotServed)
    assert reason.area == "BU03840102"


NAMED = [
    ((), None),
    ((WEEKLY,), None),
    ((OnlyProviders(providers=frozenset({OURS})),), {OURS}),
    ((PLAN,), {OTHERS}),
    ((PLAN, OnlyProviders(providers=frozenset({OURS, OTHERS}))), {OTHERS}),
    ((OnlyProviders(providers=frozenset({OURS, OTHERS})), PLAN), {OTHERS}),
    ((OnlyProviders(providers=frozenset({OURS})), OnlyProviders(providers=frozenset({OTHERS}))), set()),
    ((OnlyItems(items=(Item(service=HELP),)), OnlyProviders(providers=frozenset({OURS}))), {OURS}),
    ((OnlyItems(items=(Item(service=HELP),)),), None),
]


@pytest.mark.parametrize(("rules", "expected"), NAMED)
def test_only_providers_that_every_rule_names_are_named(
    rules: tuple[Restriction, ...], expected: set[str] | None
) -> None:
    assert named_providers(rules, HELP) == expected


BAD_RULES = [
    {"kind": "only_services", "services": []},
    {"kind": "only_services", "services": ["01a04"]},
    {"kind": "only_categories", "categories": ["1"]},
    {"kind": "only_providers", "providers": []},
    {"kind": "only_items", "items": []},
    {"kind": "cap", "per": "week", "unit": "minute", "most": 0},
    {"kind": "cap", "per": "week", "unit": "minute", "most": -1},
    {"kind": "cap", "per": "week", "unit": "minute", "most": 1.5},
    {"kind": "cap", "per": "week", "unit": "minute", "most": True},
    {"kind": "cap", "per": "week", "unit": "minute", "most": 10**12 + 1},
    {"kind": "cap", "per": "fortnight", "unit": "minute", "most": 1},
    {"kind": "cap", "per": "week", "unit": "hour", "most": 1},
    {"kind": "uses_max", "most": 0},
    {"kind": "claim_within", "days": -1},
    {"kind": "nobody_knows"},
    {"kind": "uses_max", "most": 1, "surprise": 1},
]


@pytest.mark.parametrize("content", BAD_RULES)
def test_a_rule_that_makes_no_sense_is_refused(content: dict[str, Any]) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(AnyRestriction)
    with pytest.raises(ValidationError):
        adapter.validate_python(content)


def test_statutory_rules_cannot_be_given_as_data() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(AnyRestriction)
    assert len(STATUTORY) == 9
    with pytest.raises(ValidationError):
        adapter.validate_python({"kind": "mandated"})


def test_a_tariff_of_real_costs_has_a_maximum() -> None:
    lent = {"measure": Measure.EURO, "offer": offer(tariff=AtCost(up_to_cents=500_00))}
    assert reasons(facts(quantity=500_00, **lent), ()) == []
    assert codes(reasons(facts(quantity=500_01, **lent), ())) == ["price_above_tariff"]
