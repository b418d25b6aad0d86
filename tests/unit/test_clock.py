# SPDX-License-Identifier: EUPL-1.2
"""Clock: every instant has one Dutch day, also in the nights in which the clock changes."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.clock import day_after, day_before, day_start, dutch_day, now

INSTANTS = [
    # winter: UTC+1
    (datetime(2026, 1, 1, 22, 59, 59, tzinfo=UTC), date(2026, 1, 1)),
    (datetime(2026, 1, 1, 23, 0, tzinfo=UTC), date(2026, 1, 2)),
    # summer: UTC+2
    (datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
    (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    # 29 March 2026 has 23 hours: it begins in winter time and ends in summer time
    (datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC), date(2026, 3, 28)),
    (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
    (datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
    (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
    # 25 October 2026 has 25 hours: the other way round
    (datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC), date(2026, 10, 24)),
    (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
    (datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC), date(2026, 10, 25)),
    (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    # 29 February, New Year
    (datetime(2028, 2, 28, 23, 0, tzinfo=UTC), date(2028, 2, 29)),
    (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    # any offset
    (datetime(2026, 6, 10, 1, 0, tzinfo=timezone(timedelta(hours=14))), date(2026, 6, 9)),
]


@pytest.mark.parametrize(("instant", "day"), INSTANTS)
def test_the_dutch_day_of_an_instant(instant: datetime, day: date) -> None:
    assert dutch_day(instant) == day


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 28), 24),
        (date(2026, 3, 29), 23),
        (date(2026, 3, 30), 24),
        (date(2026, 10, 25), 25),
        (date(2028, 2, 29), 24),
    ],
)
def test_days_of_the_clock_change_have_23_and_25_hours(day: date, hours: int) -> None:
    assert day_start(day_after(day)) - day_start(day) == timedelta(hours=hours)


def test_the_hour_that_comes_twice_is_one_day() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert dutch_day(first) == dutch_day(second) == date(2026, 10, 25)


@given(st.dates(date(1900, 1, 1), date(2999, 12, 30)))
def test_a_day_runs_from_its_start_to_the_start_of_the_next(day: date) -> None:
    start, end = day_start(day), day_start(day_after(day))
    assert dutch_day(start) == day
    assert dutch_day(start - timedelta(microseconds=1)) == day_before(day)
    assert dutch_day(end - timedelta(microseconds=1)) == day
    assert start.tzinfo is UTC


def test_a_naive_instant_has_no_day() -> None:
    with pytest.raises(ValueError, match="naive"):
        dutch_day(datetime(2026, 6, 10, 12, tzinfo=UTC).replace(tzinfo=None))
    assert now().tzinfo is UTC
