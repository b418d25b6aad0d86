# SPDX-License-Identifier: EUPL-1.2
"""Periods: every day is in exactly one day, week, month and year, also at the odd edges of the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.facts import Period
from ledger.rules.periods import Per, count, last_monday, next_start, period_of

VALIDITY = Period(start=date(2026, 1, 7), until=date(2028, 2, 29))
CALENDAR = [Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR]

TABLE = [
    (date(2026, 6, 10), Per.DAY, date(2026, 6, 10), date(2026, 6, 10)),
    (date(2026, 6, 14), Per.WEEK, date(2026, 6, 8), date(2026, 6, 14)),
    (date(2026, 6, 15), Per.WEEK, date(2026, 6, 15), date(2026, 6, 21)),
    (date(2027, 1, 3), Per.WEEK, date(2026, 12, 28), date(2027, 1, 3)),
    (date(2026, 3, 29), Per.DAY, date(2026, 3, 29), date(2026, 3, 29)),
    (date(2026, 10, 25), Per.WEEK, date(2026, 10, 19), date(2026, 10, 25)),
    (date(2028, 2, 29), Per.MONTH, date(2028, 2, 1), date(2028, 2, 29)),
    (date(2027, 2, 1), Per.MONTH, date(2027, 2, 1), date(2027, 2, 28)),
    (date(2100, 2, 28), Per.MONTH, date(2100, 2, 1), date(2100, 2, 28)),
    (date(2026, 12, 31), Per.MONTH, date(2026, 12, 1), date(2026, 12, 31)),
    (date(2026, 12, 31), Per.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 1, 1), Per.TOTAL, VALIDITY.start, VALIDITY.until),
    (date(9999, 12, 31), Per.WEEK, date(9999, 12, 27), date(9999, 12, 31)),
    (date(9999, 12, 31), Per.MONTH, date(9999, 12, 1), date(9999, 12, 31)),
    (date(1, 1, 1), Per.WEEK, date(1, 1, 1), date(1, 1, 7)),
]


@pytest.mark.parametrize(("day", "per", "start", "until"), TABLE)
def test_the_period_of_a_day(day: date, per: Per, start: date, until: date) -> None:
    assert period_of(day, per, VALIDITY) == Period(start=start, until=until)


@given(st.dates(), st.sampled_from(CALENDAR))
def test_a_period_holds_its_day_and_the_next_begins_after_it(day: date, per: Per) -> None:
    period = period_of(day, per, VALIDITY)
    assert period.holds(day)
    first = next_start(period)
    if first is None:
        assert period.until == date.max
    else:
        assert not period.holds(first)
        assert period_of(first, per, VALIDITY).start == first


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(0, 1500),
    st.sampled_from(CALENDAR),
)
def test_counting_periods_is_walking_through_them(first: date, days: int, per: Per) -> None:
    last = first + timedelta(days=days)
    walked = {period_of(first + timedelta(days=n), per, VALIDITY).start for n in range(days + 1)}
    assert count(first, last, per) == len(walked)


def test_the_whole_validity_is_one_period() -> None:
    assert count(VALIDITY.start, date(2028, 1, 1), Per.TOTAL) == 1
    assert next_start(Period(start=VALIDITY.start)) is None


def test_nothing_is_counted_backwards() -> None:
    assert [count(date(2026, 6, 10), date(2026, 6, 9), per) for per in Per] == [0] * len(Per)


def test_a_period_holds_its_first_and_its_last_day() -> None:
    period = Period(start=date(2026, 6, 1), until=date(2026, 6, 30))
    days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [period.holds(day) for day in days] == [False, True, True, False]
    assert Period(start=date(2026, 6, 1)).holds(date.max)


def test_a_week_begins_on_monday() -> None:
    assert last_monday(date(2026, 6, 14)) == date(2026, 6, 8)
    assert last_monday(date(2026, 6, 8)) == date(2026, 6, 8)
