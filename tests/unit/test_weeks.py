# SPDX-License-Identifier: EUPL-1.2
"""Days, weeks and months a period touches, with the recomputed examples of IV076 and IV077."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.formats.weeks import days_touched, months_touched, total_volume, weeks_touched

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))

WEEKLY: list[tuple[date, date, int]] = [
    (date(2025, 10, 7), date(2025, 10, 31), 4),
    (date(2025, 11, 1), date(2025, 11, 30), 5),
    (date(2025, 12, 1), date(2025, 12, 30), 5),
    (date(2025, 10, 7), date(2025, 12, 30), 13),
    (date(2025, 7, 7), date(2025, 7, 31), 4),
    (date(2025, 8, 1), date(2025, 8, 31), 5),
    (date(2025, 9, 1), date(2025, 9, 7), 1),
    (date(2025, 7, 7), date(2025, 9, 7), 9),
    (date(2025, 11, 12), date(2025, 11, 30), 3),
    (date(2025, 10, 5), date(2025, 10, 6), 2),
    (date(2026, 12, 31), date(2027, 1, 1), 1),
]


@pytest.mark.parametrize(("first", "last", "weeks"), WEEKLY)
def test_weeks_of_the_examples(first: date, last: date, weeks: int) -> None:
    assert weeks_touched(first, last) == weeks
    assert total_volume(3, "2", first, last) == 3 * weeks


@given(DAYS, st.integers(0, 1000))
def test_every_count_equals_counting_one_by_one(first: date, length: int) -> None:
    days = [first + timedelta(days=offset) for offset in range(length + 1)]
    assert days_touched(first, days[-1]) == len(days)
    assert weeks_touched(first, days[-1]) == len({day.isocalendar()[:2] for day in days})
    assert months_touched(first, days[-1]) == len({(day.year, day.month) for day in days})


def test_full_months_of_2020_to_2030_have_four_five_or_six_weeks() -> None:
    firsts = [date(year, month, 1) for year in range(2020, 2031) for month in range(1, 13)]
    firsts_after = [*firsts[1:], date(2031, 1, 1)]
    weeks = [weeks_touched(a, b - timedelta(days=1)) for a, b in zip(firsts, firsts_after, strict=True)]
    assert [weeks.count(number) for number in (4, 5, 6)] == [2, 102, 28]


def test_volume_in_total_is_the_volume() -> None:
    assert total_volume(40, "6", date(2025, 1, 1), date(2025, 12, 31)) == 40


def test_a_broken_month_counts_whole() -> None:
    assert total_volume(15, "4", date(2025, 10, 14), date(2025, 10, 31)) == 15


def test_volume_per_day_counts_both_ends() -> None:
    assert total_volume(2, "1", date(2025, 10, 14), date(2025, 10, 15)) == 4


def test_a_period_that_ends_before_it_begins_is_a_mistake() -> None:
    for count in (days_touched, weeks_touched, months_touched):
        with pytest.raises(ValueError, match="period"):
            count(date(2025, 1, 2), date(2025, 1, 1))


@pytest.mark.parametrize("frequency", ["", "3", "5", "per week"])
def test_an_unknown_frequency_is_a_mistake(frequency: str) -> None:
    with pytest.raises(ValueError, match="frequency"):
        total_volume(1, frequency, date(2025, 1, 1), date(2025, 1, 2))
