# SPDX-License-Identifier: EUPL-1.2
"""Contract terms: years that sum to the cent, windows that join, and nothing said that is not known."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ledger.rules.facts import Period
from ledger.rules.terms import AnyTerm
from ledger.rules.terms_availability import Availability, Minimum
from ledger.rules.terms_basis import AnyBasis, AvailableMeans, Fixed, HistoricalCost, Population
from ledger.rules.terms_ceiling import Ceiling, YearAmount
from ledger.rules.terms_facts import PopulationGroup, TermFacts
from ledger.rules.terms_lines import (
    Formula,
    InputUnit,
    Refusal,
    TermLine,
    TermRefused,
    TermStatement,
    recompute,
)
from ledger.rules.terms_schedule import AnySchedule, EqualParts, NamedDays, Share, instalments
from ledger.units import AMOUNT_MAX

ADAPTER: TypeAdapter[Any] = TypeAdapter(AnyTerm)
OPEN = Period(start=date(2020, 1, 1))
MONTHLY = EqualParts(kind="monthly")
QUARTERLY = EqualParts(kind="quarterly", pays="in_advance")
FOUR_WEEKLY = EqualParts(kind="four_weekly")
NAMED = NamedDays(
    shares=(
        Share(month=1, day=15, basis_points=5000),
        Share(month=7, day=1, basis_points=3333),
        Share(month=12, day=1, basis_points=1667),
    )
)
SCHEDULES: list[EqualParts | NamedDays] = [MONTHLY, QUARTERLY, FOUR_WEEKLY, NAMED]
AMOUNTS = st.integers(0, AMOUNT_MAX)
DAYS = st.dates(date(2020, 1, 1), date(2022, 12, 31))


def year_facts(year: int, validity: Period = OPEN, **known: Any) -> TermFacts:
    return TermFacts(first=date(year, 1, 1), last=date(year, 12, 31), validity=validity, **known)


def lump(cents: int, schedule: AnySchedule, minimum: Minimum | None = None) -> Availability:
    return Availability(basis=Fixed(yearly_cents=cents), schedule=schedule, minimum=minimum)


def values(line: TermLine) -> dict[str, int]:
    return {each.name: each.value for each in line.inputs}


# --------------------------------------------------------------------------------------- schedules


PIECES = [
    (MONTHLY, 2026, 12, (date(2026, 2, 1), date(2026, 2, 28), date(2026, 2, 28))),
    (MONTHLY, 2028, 12, (date(2028, 2, 1), date(2028, 2, 29), date(2028, 2, 29))),
    (QUARTERLY, 2026, 4, (date(2026, 4, 1), date(2026, 6, 30), date(2026, 4, 1))),
    (FOUR_WEEKLY, 2026, 13, (date(2026, 1, 26), date(2026, 2, 22), date(2026, 2, 22))),
    (NAMED, 2026, 3, (date(2026, 7, 1), date(2026, 11, 30), date(2026, 7, 1))),
]


@pytest.mark.parametrize(("schedule", "year", "count", "second"), PIECES)
def test_a_year_is_cut_into_its_instalments(
    schedule: EqualParts | NamedDays, year: int, count: int, second: tuple[date, date, date]
) -> None:
    slots = schedule.slots(year)
    assert len(slots) == count
    assert (slots[1].first, slots[1].last, slots[1].due_day) == second


@given(st.integers(2000, 2100), st.sampled_from(SCHEDULES))
def test_instalments_cover_every_day_of_a_year_once(year: int, schedule: EqualParts | NamedDays) -> None:
    slots = schedule.slots(year)
    assert (slots[0].first, slots[-1].last) == (date(year, 1, 1), date(year, 12, 31))
    assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(slots))
    assert all(one.parts_through == two.parts_before for one, two in pairwise(slots))
    assert (slots[0].parts_before, slots[-1].parts_through) == (0, slots[-1].parts_of_year)
    assert all(each.first <= each.due_day <= each.last for each in slots)


@given(st.integers(2000, 2100))
def test_a_four_weekly_part_ends_on_a_sunday_and_the_last_with_the_year(year: int) -> None:
    *slots, last = FOUR_WEEKLY.slots(year)
    assert {each.last.weekday() for each in slots} == {6}
    assert {(each.last - each.first).days + 1 for each in slots[1:]} == {28}
    assert 25 <= (slots[0].last - slots[0].first).days + 1 <= 31
    assert 25 <= (last.last - last.first).days + 1 <= 35


# ---------------------------------------------------------------------------------------- lump sums


@given(AMOUNTS, st.integers(2020, 2040), st.sampled_from(SCHEDULES))
def test_the_instalments_of_a_year_sum_to_its_amount(cents: int, year: int, schedule: AnySchedule) -> None:
    said = lump(cents, schedule).statement(year_facts(year))
    assert said.result_cents == cents
    assert not said.refusals
    for line in said.lines:
        known = values(line)
        share = Fraction(known["parts_through"] - known["parts_before"], known["parts_of_year"])
        assert abs(line.result_cents - cents * share) <= 1
        assert recompute(line) == line.result_cents


BROKEN = [
    # 365,000 euros a year in twelve parts of 30,416.67 (the running total is rounded)
    (Period(start=date(2026, 3, 16)), date(2026, 3, 16), date(2026, 3, 31), 15_698_93),
    (Period(start=date(2020, 1, 1), until=date(2026, 3, 15)), date(2026, 3, 1), date(2026, 3, 15), 14_717_74),
    (Period(start=date(2028, 2, 29)), date(2028, 2, 29), date(2028, 2, 29), 1_048_85),
    (Period(start=date(2027, 2, 28)), date(2027, 2, 28), date(2027, 2, 28), 1_086_31),
    (Period(start=date(2026, 4, 7), until=date(2026, 4, 7)), date(2026, 4, 7), date(2026, 4, 7), 1_013_89),
]


@pytest.mark.parametrize(("validity", "first", "last", "cents"), BROKEN)
def test_of_a_broken_month_the_days_in_force_are_paid(
    validity: Period, first: date, last: date, cents: int
) -> None:
    said = lump(365_000_00, MONTHLY).statement(year_facts(first.year, validity))
    line = next(each for each in said.lines if each.first == first)
    assert (line.last, line.result_cents, line.formula) == (last, cents, Formula.INSTALMENT_FIXED)


def test_a_line_tells_every_number_it_is_made_of() -> None:
    validity = Period(start=date(2026, 3, 16))
    line = lump(365_000_00, MONTHLY).statement(year_facts(2026, validity)).lines[0]
    assert [(each.name, each.value, each.unit) for each in line.inputs] == [
        ("yearly_cents", 365_000_00, InputUnit.CENTS),
        ("parts_before", 2, InputUnit.PARTS),
        ("parts_through", 3, InputUnit.PARTS),
        ("parts_of_year", 12, InputUnit.PARTS),
        ("days_before", 15, InputUnit.DAYS),
        ("days_through", 31, InputUnit.DAYS),
        ("days_of_period", 31, InputUnit.DAYS),
    ]


DUE = [
    (MONTHLY, Period(start=date(2026, 1, 1), until=date(2026, 6, 10)), date(2026, 6, 10)),
    (QUARTERLY, Period(start=date(2026, 5, 4), until=date(2026, 6, 30)), date(2026, 5, 4)),
    (NAMED, Period(start=date(2026, 1, 1), until=date(2026, 1, 9)), date(2026, 1, 9)),
    (NAMED, Period(start=date(2026, 1, 1), until=date(2026, 3, 9)), date(2026, 1, 15)),
]


@pytest.mark.parametrize(("schedule", "validity", "due"), DUE)
def test_an_instalment_falls_due_on_a_day_in_force(
    schedule: EqualParts | NamedDays, validity: Period, due: date
) -> None:
    found = instalments(schedule, validity, first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert found[-1].due_day == due


@given(AMOUNTS, st.sampled_from(SCHEDULES), DAYS, st.lists(DAYS, min_size=1, max_size=4))
def test_windows_that_join_sum_to_the_whole(
    cents: int, schedule: AnySchedule, start: date, marks: list[date]
) -> None:
    term, validity = lump(cents, schedule), Period(start=start)
    marks = sorted({*marks, date(2023, 1, 1)})
    first, *_, last = (*marks, marks[-1] - timedelta(days=1))
    whole = term.statement(TermFacts(first=first, last=last, validity=validity))
    parts = [
        term.statement(TermFacts(first=one, last=two - timedelta(days=1), validity=validity))
        for one, two in pairwise(marks)
    ]
    assert tuple(line for part in parts for line in part.lines) == whole.lines


@given(AMOUNTS, st.sampled_from(SCHEDULES), st.dates(date(2026, 1, 2), date(2026, 12, 31)))
def test_two_versions_of_a_contract_that_join_pay_one_year(
    cents: int, schedule: AnySchedule, second: date
) -> None:
    term = lump(cents, schedule)
    halves = (Period(start=date(2026, 1, 1), until=second - timedelta(days=1)), Period(start=second))
    assert sum(term.statement(year_facts(2026, each)).result_cents for each in halves) == cents


# -------------------------------------------------------------------------------------------- bases


YOUTHS = {(PopulationGroup.YOUTHS, 2025): 12_345, (PopulationGroup.INHABITANTS, 2026): 50_000}
COST = {2023: 100_000_00, 2024: 110_000_01, 2025: 120_000_01}

BASES: list[tuple[AnyBasis, int, dict[str, int]]] = [
    (Fixed(yearly_cents=7), 7, {"yearly_cents": 7}),
    (
        HistoricalCost(years=(2023, 2024), take="average", index_basis_points=10_250),
        107_625_01,  # 107,625.005: half a cent up
        {"cost_2023_cents": 100_000_00, "cost_2024_cents": 110_000_01, "index_basis_points": 10_250},
    ),
    (
        HistoricalCost(years=(2023, 2025), take="last", index_basis_points=9_000),
        108_000_01,  # 108,000.009
        {"cost_2025_cents": 120_000_01, "index_basis_points": 9_000},
    ),
    (
        AvailableMeans(available_cents=100_00, weight=1, weight_total=3, weight_before=1),
        33_34,
        {"available_cents": 100_00, "weight_before": 1, "weight": 1, "weight_total": 3},
    ),
    (
        Population(
            group=PopulationGroup.YOUTHS, per_person_cents=4_15, weight_basis_points=11_000, years_back=1
        ),
        56_354_93,  # 56,354.925
        {"persons_youths_2025": 12_345, "per_person_cents": 4_15, "weight_basis_points": 11_000},
    ),
    (
        Population(group=PopulationGroup.INHABITANTS, per_person_cents=2_00),
        100_000_00,
        {"persons_inhabitants_2026": 50_000, "per_person_cents": 2_00, "weight_basis_points": 10_000},
    ),
]


@pytest.mark.parametrize(("basis", "cents", "inputs"), BASES)
def test_a_basis_gives_the_yearly_amount_and_its_own_inputs(
    basis: AnyBasis, cents: int, inputs: dict[str, int]
) -> None:
    facts = year_facts(2026, population=YOUTHS, historical_cost_cents=COST)
    said = Availability(basis=basis, schedule=MONTHLY).statement(facts)
    assert said.result_cents == cents
    assert all(inputs.items() <= values(line).items() for line in said.lines)
    assert all(recompute(line) == line.result_cents for line in said.lines)


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1, max_size=4).filter(any))
def test_the_shares_of_all_providers_are_the_available_means(cents: int, weights: list[int]) -> None:
    shares = [
        AvailableMeans(
            available_cents=cents, weight=each, weight_total=sum(weights), weight_before=sum(weights[:place])
        )
        for place, each in enumerate(weights)
    ]
    said = [Availability(basis=each, schedule=QUARTERLY).statement(year_facts(2026)) for each in shares]
    assert sum(each.result_cents for each in said) == cents


UNKNOWN: list[tuple[AnyBasis, Refusal, tuple[str, ...]]] = [
    (
        HistoricalCost(years=(2021, 2022, 2023), take="average", index_basis_points=10_000),
        Refusal.COST_MISSING,
        ("2021", "2022"),
    ),
    (
        HistoricalCost(years=(2023, 2026), take="last", index_basis_points=10_000),
        Refusal.COST_MISSING,
        ("2026",),
    ),
    (
        Population(group=PopulationGroup.YOUTHS, per_person_cents=1),
        Refusal.POPULATION_MISSING,
        ("youths 2026",),
    ),
    (
        Population(group=PopulationGroup.INHABITANTS, per_person_cents=AMOUNT_MAX),
        Refusal.AMOUNT_TOO_LARGE,
        (),
    ),
]


@pytest.mark.parametrize(("basis", "reason", "missing"), UNKNOWN)
def test_what_is_not_known_is_refused_by_name_and_not_zero(
    basis: AnyBasis, reason: Refusal, missing: tuple[str, ...]
) -> None:
    facts = year_facts(2026, population=YOUTHS, historical_cost_cents=COST)
    said = Availability(basis=basis, schedule=QUARTERLY).statement(facts)
    assert said.lines == ()
    assert [(each.first.month, each.reason, each.missing) for each in said.refusals] == [
        (month, reason, missing) for month in (1, 4, 7, 10)
    ]


# ------------------------------------------------------------------------------------- availability


JANUARY = Period(start=date(2026, 1, 1), until=date(2026, 1, 31))
HOURS = Minimum(basis_points=9_500, agreed=40, agreed_per_days=7, below="in_proportion")  # 177.14 in January
BEDS = Minimum(basis_points=9_500, agreed=4, agreed_per_days=1, below="refuse")  # 124 in January
EXACT = Minimum(basis_points=9_500, agreed=20, agreed_per_days=31, below="in_proportion")
WITHHELD, LOWERED = Formula.AVAILABILITY_WITHHELD, Formula.AVAILABILITY_LOWERED

SHOWN = [
    (HOURS, 169, [10_000_00]),  # 168.29 is enough
    (HOURS, 168, [10_000_00, -516_13]),  # 168 of 177.142857
    (HOURS, 0, [10_000_00, -10_000_00]),
    (HOURS, 400, [10_000_00]),
    (EXACT, 19, [10_000_00]),  # the minimum itself
    (BEDS, 118, [10_000_00]),  # 117.8 is enough
    (BEDS, 117, [10_000_00, -10_000_00]),
]


@pytest.mark.parametrize(("minimum", "shown", "cents"), SHOWN)
def test_below_the_minimum_a_line_of_its_own_keeps_back(
    minimum: Minimum, shown: int, cents: list[int]
) -> None:
    facts = TermFacts(first=JANUARY.start, last=date(2026, 1, 31), validity=OPEN, evidence={JANUARY: shown})
    said = lump(120_000_00, MONTHLY, minimum).statement(facts)
    assert [line.result_cents for line in said.lines] == cents
    assert [line.formula for line in said.lines[1:]] == [
        LOWERED if minimum is HOURS else WITHHELD for _ in cents[1:]
    ]
    assert [each.reason for each in said.refusals] == (
        [Refusal.AVAILABILITY_TOO_LOW] if minimum is BEDS and cents[1:] else []
    )
    assert all(recompute(line) == line.result_cents for line in said.lines)


@given(AMOUNTS, st.integers(0, 300), st.sampled_from([HOURS, BEDS]))
def test_more_available_is_never_paid_less(cents: int, shown: int, minimum: Minimum) -> None:
    paid = [
        lump(cents, MONTHLY, minimum)
        .statement(
            TermFacts(first=JANUARY.start, last=date(2026, 1, 31), validity=OPEN, evidence={JANUARY: each})
        )
        .result_cents
        for each in (shown, shown + 1)
    ]
    assert 0 <= paid[0] <= paid[1]


def test_without_evidence_only_that_period_waits() -> None:
    facts = TermFacts(first=JANUARY.start, last=date(2026, 2, 28), validity=OPEN, evidence={JANUARY: 400})
    said = lump(120_000_00, MONTHLY, HOURS).statement(facts)
    assert [line.first for line in said.lines] == [JANUARY.start]
    assert said.refusals == (
        TermRefused(
            first=date(2026, 2, 1),
            last=date(2026, 2, 28),
            reason=Refusal.EVIDENCE_MISSING,
            missing=("2026-02-01/2026-02-28",),
        ),
    )


def test_evidence_for_other_days_than_those_in_force_is_no_evidence() -> None:
    facts = year_facts(2026, Period(start=date(2026, 1, 2), until=date(2026, 1, 31)), evidence={JANUARY: 400})
    assert lump(1, MONTHLY, HOURS).statement(facts).refusals[0].reason is Refusal.EVIDENCE_MISSING


AGAIN = [
    (None, 400, [10_000_00]),
    (10_000_00, 400, []),
    (0, 400, [10_000_00, 0]),
    (10_000_00, 168, [10_000_00, -516_13, -10_000_00]),
    (9_483_87, 400, [10_000_00, -9_483_87]),
]


@pytest.mark.parametrize(("earlier", "shown", "cents"), AGAIN)
def test_computed_again_a_period_gives_the_difference(
    earlier: int | None, shown: int, cents: list[int]
) -> None:
    known = {} if earlier is None else {JANUARY.start: earlier}
    facts = TermFacts(
        first=JANUARY.start,
        last=date(2026, 1, 31),
        validity=OPEN,
        evidence={JANUARY: shown},
        earlier=known,
    )
    said = lump(120_000_00, MONTHLY, HOURS).statement(facts)
    assert [line.result_cents for line in said.lines] == cents
    assert all(recompute(line) == line.result_cents for line in said.lines)


ENDED = [
    # paid in advance for the second quarter; then the contract turns out to end earlier, or to begin later
    (Period(start=date(2020, 1, 1), until=date(2026, 5, 10)), [13_186_81, -30_000_00]),  # 40 of 91 days
    (Period(start=date(2020, 1, 1), until=date(2026, 3, 31)), [-30_000_00]),
    (Period(start=date(2026, 5, 11)), [16_813_19, -30_000_00]),
]


@pytest.mark.parametrize(("validity", "cents"), ENDED)
def test_what_was_paid_for_days_no_longer_in_force_is_taken_back(validity: Period, cents: list[int]) -> None:
    facts = TermFacts(
        first=date(2026, 4, 1),
        last=date(2026, 6, 30),
        validity=validity,
        earlier={date(2026, 1, 1): 30_000_00, date(2026, 4, 1): 30_000_00},
    )
    said = lump(120_000_00, QUARTERLY).statement(facts)
    assert [line.result_cents for line in said.lines] == cents
    assert all(line.last in (validity.until, date(2026, 6, 30)) for line in said.lines)
    assert all(recompute(line) == line.result_cents for line in said.lines)


def test_of_days_no_longer_in_force_nothing_is_taken_back_that_was_not_paid() -> None:
    earlier = {date(2026, 4, 1): 0, date(2026, 6, 30): 5}
    facts = year_facts(2026, Period(start=date(2027, 1, 1)), earlier=earlier)
    found = [(each.first, each.last, each.result_cents) for each in lump(1, QUARTERLY).statement(facts).lines]
    assert found == [(date(2026, 6, 30), date(2026, 6, 30), -5)]


def test_a_period_that_falls_due_after_the_window_is_not_taken_back() -> None:
    facts = TermFacts(
        first=date(2026, 1, 1), last=date(2026, 1, 14), validity=OPEN, earlier={date(2026, 1, 1): 10_000_00}
    )
    assert lump(120_000_00, MONTHLY).statement(facts) == TermStatement()


# ------------------------------------------------------------------------------------ all the terms


TERMS = [
    *(Availability(basis=basis, schedule=NAMED, minimum=HOURS) for basis, _, _ in BASES),
    *(lump(1, schedule) for schedule in SCHEDULES),
    Ceiling(
        scope="product_group",
        scope_code="45",
        amounts=(YearAmount(year=2026, cents=1),),
        paid_beyond_basis_points=1,
        signals_at=(8_000,),
    ),
]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_read_back_as_it_was_written(term: AnyTerm) -> None:
    assert ADAPTER.validate_json(ADAPTER.dump_json(term)) == term
    assert ADAPTER.validate_json(ADAPTER.dump_json(term, by_alias=True)) == term


MONTH = {"kind": "monthly"}
FIXED = {"kind": "fixed", "yearly_cents": 1}
MEANS = {"kind": "available_means", "available_cents": 1, "weight": 2, "weight_total": 3}
COSTS = {"kind": "historical_cost", "take": "last", "index_basis_points": 1}
AMOUNT = {"year": 2026, "cents": 1}
WRONG: list[dict[str, Any]] = [
    {"kind": "bonus"},
    {"kind": "availability", "basis": FIXED},
    {"kind": "availability", "basis": FIXED, "schedule": {"kind": "weekly"}},
    {"kind": "availability", "basis": {**FIXED, "yearly_cents": 1.5}, "schedule": MONTH},
    {"kind": "availability", "basis": {**MEANS, "weight_before": 2}, "schedule": MONTH},
    {"kind": "availability", "basis": {**COSTS, "years": [2025, 2024]}, "schedule": MONTH},
    {"kind": "availability", "basis": {**COSTS, "years": []}, "schedule": MONTH},
    *(
        {"kind": "availability", "basis": FIXED, "schedule": {"kind": "named_days", "shares": shares}}
        for shares in (
            [{"month": 2, "day": 29, "basis_points": 10_000}],
            [{"month": 2, "day": 1, "basis_points": 9_999}],
            [{"month": 3, "day": 1, "basis_points": 5_000}, {"month": 2, "day": 1, "basis_points": 5_000}],
        )
    ),
    {"kind": "ceiling", "scope": "contract", "scope_code": "45", "amounts": [AMOUNT]},
    {"kind": "ceiling", "scope": "segment", "amounts": [AMOUNT]},
    {"kind": "ceiling", "scope": "contract", "amounts": [AMOUNT, AMOUNT]},
    {"kind": "ceiling", "scope": "contract", "amounts": []},
    {"kind": "ceiling", "scope": "contract", "amounts": [AMOUNT], "paid_beyond_basis_points": 10_000},
    {"kind": "ceiling", "scope": "contract", "amounts": [AMOUNT], "signals_at": [9_000, 8_000]},
]


@pytest.mark.parametrize("term", WRONG)
def test_a_term_that_means_nothing_is_not_read(term: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(term)


def test_an_altered_line_no_longer_agrees_with_its_numbers() -> None:
    said = lump(365_000_00, MONTHLY).statement(year_facts(2026, Period(start=date(2026, 3, 16))))
    line = said.lines[0]
    for place, more in ((0, 100), (1, -1), (2, 1), (3, -1), (4, 1), (5, -1), (6, 1)):
        given = line.inputs[place]
        other = replace(given, value=given.value + more)
        altered = replace(line, inputs=(*line.inputs[:place], other, *line.inputs[place + 1 :]))
        assert recompute(altered) != line.result_cents, given.name
    assert recompute(replace(line, result_cents=0)) == line.result_cents


UNTOLD = [
    {"last": date(2025, 12, 31)},
    {"evidence": {JANUARY: -1}},
    {"population": {(PopulationGroup.YOUTHS, 2026): -1}},
    {"historical_cost_cents": {2026: -1}},
]


@pytest.mark.parametrize("wrong", UNTOLD)
def test_facts_that_cannot_be_are_a_bug_of_the_caller(wrong: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        replace(year_facts(2026), **wrong)
