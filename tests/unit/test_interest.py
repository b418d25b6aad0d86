# SPDX-License-Identifier: EUPL-1.2
"""Statutory interest: per day, compounded after full years, and never at a rate that nobody looked up."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.interest import (
    DayCount,
    InterestLine,
    Paid,
    Rate,
    Rates,
    RatesMissing,
    interest,
    recompute,
)

RATES = Rates(
    steps=(
        Rate(from_day=date(2023, 7, 1), basis_points=1200),
        Rate(from_day=date(2024, 1, 1), basis_points=1250),
        Rate(from_day=date(2024, 7, 1), basis_points=1225),
    ),
    known_until=date(2027, 12, 31),
)
FLAT = Rates(steps=(Rate(from_day=date(2000, 1, 1), basis_points=600),), known_until=date(2099, 12, 31))
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def lines_of(
    principal: int, start: date, end: date, rates: Rates = FLAT, by: DayCount = DayCount.INTEREST_YEAR
) -> tuple[InterestLine, ...]:
    found = interest(principal_cents=principal, start_day=start, end_day=end, rates=rates, day_count=by)
    assert isinstance(found, tuple)
    return found


def total(principal: int, start: date, end: date, by: DayCount = DayCount.INTEREST_YEAR) -> int:
    return sum(each.cents for each in lines_of(principal, start, end, by=by))


TABLE = [
    # first and last day inclusive; 1,000 euros at 6%
    (date(2026, 1, 1), date(2026, 1, 1), DayCount.INTEREST_YEAR, [(1_000_00, 1, 365, 16)]),  # 16.4
    (date(2026, 3, 10), date(2026, 3, 20), DayCount.INTEREST_YEAR, [(1_000_00, 11, 365, 1_81)]),  # 180.8
    (date(2026, 1, 1), date(2026, 12, 31), DayCount.INTEREST_YEAR, [(1_000_00, 365, 365, 60_00)]),
    (date(2028, 1, 1), date(2028, 12, 31), DayCount.INTEREST_YEAR, [(1_000_00, 366, 366, 60_00)]),
    (date(2028, 1, 1), date(2028, 12, 31), DayCount.FIXED_365, [(1_000_00, 366, 365, 60_16)]),  # 6016.4
    # the year that runs from 2 February 2024 holds a 29 February, also for days in 2025
    (date(2024, 2, 2), date(2025, 1, 31), DayCount.INTEREST_YEAR, [(1_000_00, 365, 366, 59_84)]),  # 5983.6
    # the year that runs from 1 March 2023 holds 29 February 2024, that from 1 March 2024 does not
    (
        date(2023, 3, 1),
        date(2024, 3, 1),
        DayCount.INTEREST_YEAR,
        [(1_000_00, 366, 366, 60_00), (1_060_00, 1, 365, 17)],  # 17.4
    ),
    (
        date(2026, 4, 15),
        date(2028, 4, 14),
        DayCount.INTEREST_YEAR,
        [(1_000_00, 365, 365, 60_00), (1_060_00, 366, 366, 63_60)],
    ),
    (
        date(2024, 2, 29),
        date(2025, 3, 1),
        DayCount.INTEREST_YEAR,
        [(1_000_00, 366, 366, 60_00), (1_060_00, 1, 365, 17)],
    ),
]


@pytest.mark.parametrize(("start", "end", "by", "expected"), TABLE)
def test_interest_is_counted_by_days_and_raised_after_full_years(
    start: date, end: date, by: DayCount, expected: list[tuple[int, int, int, int]]
) -> None:
    found = lines_of(1_000_00, start, end, by=by)
    assert [(each.principal_cents, each.days, each.days_of_year, each.cents) for each in found] == expected
    assert (found[0].first, found[-1].last) == (start, end)


def test_a_year_is_cut_where_the_rate_changes() -> None:
    found = lines_of(3_796_99, date(2023, 11, 11), date(2024, 11, 11), RATES, DayCount.FIXED_365)
    assert [(e.first, e.last, e.basis_points, e.days, e.principal_cents, e.cents) for e in found] == [
        (date(2023, 11, 11), date(2023, 12, 31), 1200, 51, 3_796_99, 63_66),
        (date(2024, 1, 1), date(2024, 6, 30), 1250, 182, 3_796_99, 236_66),
        (date(2024, 7, 1), date(2024, 11, 10), 1225, 133, 3_796_99, 169_49),
        (date(2024, 11, 11), date(2024, 11, 11), 1225, 1, 4_266_80, 1_43),
    ]


def test_what_was_paid_bears_no_interest_after_its_day() -> None:
    """1,000 euros from 1 March 2026; 400 paid on 10 March, and 636 in the second year."""
    paid = (Paid(day=date(2026, 3, 10), cents=400_00), Paid(day=date(2027, 3, 5), cents=636_00))
    found = interest(
        principal_cents=1_000_00,
        start_day=date(2026, 3, 1),
        end_day=date(2027, 12, 31),
        rates=FLAT,
        paid=paid,
    )
    assert isinstance(found, tuple)
    assert [(e.first, e.last, e.principal_cents, e.days, e.cents) for e in found] == [
        (date(2026, 3, 1), date(2026, 3, 10), 1_000_00, 10, 1_64),  # 164.4
        (date(2026, 3, 11), date(2027, 2, 28), 600_00, 355, 35_01),  # 3501.4
        (date(2027, 3, 1), date(2027, 3, 5), 636_65, 5, 52),  # 1036.65 - 400, of 366 days: 52.2
        (date(2027, 3, 6), date(2027, 12, 31), 65, 301, 3),  # 3.2
    ]
    early = interest(
        principal_cents=1_000_00,
        start_day=date(2026, 3, 1),
        end_day=date(2026, 3, 2),
        rates=FLAT,
        paid=(Paid(day=date(2026, 2, 1), cents=1_000_00),),
    )
    assert early == ()


@given(st.integers(1, 10**9), DAYS, st.integers(0, 1500), st.integers(0, 1500), st.integers(1, 10**9))
def test_paying_earlier_or_more_never_costs_more(
    principal: int, start: date, days: int, when: int, cents: int
) -> None:
    end = start + timedelta(days=days)

    def after(day: int, much: int) -> int:
        paid = (Paid(day=start + timedelta(days=day), cents=much),)
        found = interest(principal_cents=principal, start_day=start, end_day=end, rates=FLAT, paid=paid)
        assert isinstance(found, tuple)
        assert [each.cents for each in found] == [recompute(each) for each in found]
        return sum(each.cents for each in found)

    slack = 2 * (days // 365 + 2)  # each line is rounded by itself
    assert after(when, cents) <= total(principal, start, end) + slack
    assert after(when, cents) <= after(when + 30, cents) + slack
    assert after(when, cents + 1) <= after(when, cents) + slack


def test_half_a_cent_goes_up() -> None:
    half = Rates(steps=(Rate(from_day=date(2026, 1, 1), basis_points=5000),), known_until=date(2026, 12, 31))
    assert lines_of(1, date(2026, 1, 1), date(2026, 12, 31), half)[0].cents == 1


MISSING = [
    (date(2023, 6, 30), date(2023, 7, 1), RATES, date(2023, 6, 30), date(2023, 6, 30)),
    (date(2023, 1, 1), date(2023, 2, 1), RATES, date(2023, 1, 1), date(2023, 2, 1)),
    (date(2027, 12, 31), date(2028, 1, 2), RATES, date(2028, 1, 1), date(2028, 1, 2)),
    (date(2028, 2, 1), date(2028, 2, 2), RATES, date(2028, 2, 1), date(2028, 2, 2)),
    (
        date(2026, 1, 1),
        date(2026, 1, 2),
        Rates(steps=(), known_until=date(2030, 1, 1)),
        date(2026, 1, 1),
        date(2026, 1, 2),
    ),
]


@pytest.mark.parametrize(("start", "end", "rates", "first", "last"), MISSING)
def test_a_day_without_a_known_rate_refuses_the_whole(
    start: date, end: date, rates: Rates, first: date, last: date
) -> None:
    found = interest(principal_cents=100, start_day=start, end_day=end, rates=rates)
    assert found == RatesMissing(first=first, last=last)


def test_nothing_is_owed_before_it_is_late() -> None:
    assert lines_of(1_000_00, date(2026, 3, 2), date(2026, 3, 1)) == ()


@given(st.integers(0, 10**12), DAYS, st.integers(0, 2500), st.sampled_from(DayCount))
def test_lines_join_without_a_gap_and_each_is_its_own_numbers(
    principal: int, start: date, days: int, by: DayCount
) -> None:
    end = start + timedelta(days=days)
    found = lines_of(principal, start, end, by=by)
    assert sum(each.days for each in found) == days + 1
    assert all((each.last - each.first).days + 1 == each.days for each in found)
    assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(found))
    assert [each.cents for each in found] == [recompute(each) for each in found]


@given(st.integers(0, 10**9), DAYS, st.integers(0, 2500))
def test_interest_never_falls_with_a_day_or_a_cent_more(principal: int, start: date, days: int) -> None:
    end = start + timedelta(days=days)
    found = total(principal, start, end)
    assert found <= total(principal, start, end + timedelta(days=1))
    assert found <= total(principal + 1, start, end)


@given(st.integers(0, 10**9), st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(1, 5))
def test_full_years_are_compound_interest_to_the_cent_a_year(principal: int, start: date, years: int) -> None:
    month, day = (3, 1) if (start.month, start.day) == (2, 29) else (start.month, start.day)
    end = date(start.year + years, month, day) - timedelta(days=1)
    if (start.month, start.day) == (2, 29) and years == 4:
        end = date(start.year + 4, 2, 28)
    exact = principal * (Fraction(106, 100) ** years - 1)
    assert abs(total(principal, start, end) - exact) <= years


def test_an_altered_line_no_longer_agrees_with_its_numbers() -> None:
    (line,) = lines_of(1_000_00, date(2026, 1, 1), date(2026, 6, 30))
    altered = [
        replace(line, principal_cents=line.principal_cents + 100_00),
        replace(line, basis_points=601),
        replace(line, days=line.days + 1),
        replace(line, days_of_year=366),
        replace(line, cents=line.cents + 1),
    ]
    assert all(recompute(each) != each.cents for each in altered)


UNTOLD = [
    lambda: Rates(steps=(RATES.steps[1], RATES.steps[0]), known_until=date(2027, 1, 1)),
    lambda: Rates(steps=(RATES.steps[0], RATES.steps[0]), known_until=date(2027, 1, 1)),
    lambda: Rates(steps=(replace(RATES.steps[0], basis_points=-1),), known_until=date(2027, 1, 1)),
    lambda: interest(principal_cents=-1, start_day=date(2026, 1, 1), end_day=date(2026, 1, 1), rates=FLAT),
]


@pytest.mark.parametrize("wrong", UNTOLD)
def test_what_cannot_be_is_a_bug_of_the_caller(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(AssertionError):
        wrong()
