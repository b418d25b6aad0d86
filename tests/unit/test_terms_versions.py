# SPDX-License-Identifier: EUPL-1.2
"""Versions of a contract: every day is of one, and every year has the ceilings of one."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.facts import Period
from ledger.rules.terms_versions import YEARS, Span, spans

UNTIL = date(2027, 6, 30)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@st.composite
def versions(draw: st.DrawFn) -> list[tuple[int, Period]]:
    starts = draw(st.lists(DAYS, min_size=1, max_size=5))
    lasts = [draw(st.none() | st.integers(0, 900)) for _ in starts]
    return [
        (number, Period(start=start, until=None if days is None else start + timedelta(days=days)))
        for number, (start, days) in enumerate(zip(starts, lasts, strict=True), start=1)
    ]


def test_an_only_version_holds_from_its_first_day() -> None:
    stated = Period(start=date(2025, 3, 1), until=date(2027, 12, 31))
    assert spans([(1, stated)], until=UNTIL, through=UNTIL) == [
        Span(
            version=1,
            validity=stated,
            paid=Period(start=date(2025, 3, 1), until=UNTIL),
            capped=Period(start=date(2025, 1, 1), until=UNTIL),
        )
    ]


def test_a_newer_version_ends_the_one_before_and_has_the_ceilings_of_its_year() -> None:
    old, new = Period(start=date(2025, 3, 1)), Period(start=date(2026, 7, 1))
    first, second = spans([(1, old), (2, new)], until=UNTIL, through=UNTIL)
    assert first.validity == first.paid == Period(start=date(2025, 3, 1), until=date(2026, 6, 30))
    assert first.capped == Period(start=date(2025, 1, 1), until=date(2025, 12, 31))
    assert second.paid == Period(start=date(2026, 7, 1), until=UNTIL)
    assert second.capped == Period(start=date(2026, 1, 1), until=UNTIL)


def test_a_version_that_begins_later_has_no_word_yet_but_ends_the_other() -> None:
    first, second = spans(
        [(1, Period(start=date(2027, 1, 1))), (2, Period(start=date(2027, 9, 1)))], until=UNTIL, through=UNTIL
    )
    assert first.validity.until == date(2027, 8, 31)
    assert first.capped == Period(start=date(2027, 1, 1), until=UNTIL)
    assert (second.paid, second.capped) == (None, None)


def test_a_version_that_is_replaced_whole_says_nothing() -> None:
    old, new = Period(start=date(2026, 1, 1)), Period(start=date(2025, 1, 1))
    assert [each.version for each in spans([(1, old), (2, new)], until=UNTIL, through=UNTIL)] == [2]


def test_ceilings_are_looked_back_at_for_some_years_only() -> None:
    (span,) = spans([(1, Period(start=date(1990, 1, 1)))], until=UNTIL, through=UNTIL)
    assert span.capped == Period(start=date(2027 - YEARS + 1, 1, 1), until=UNTIL)


@given(versions(), DAYS)
def test_every_day_is_of_the_newest_version_that_has_begun(
    stated: list[tuple[int, Period]], day: date
) -> None:
    found = [each.version for each in spans(stated, until=UNTIL, through=UNTIL) if _holds(each.paid, day)]
    begun = [number for number, period in stated if period.start <= day <= UNTIL]
    assert found == begun[-1:]


@given(versions(), st.integers(2024, 2028))
def test_every_year_has_the_ceilings_of_one_version(stated: list[tuple[int, Period]], year: int) -> None:
    last = min(date(year, 12, 31), UNTIL)
    found = [
        each.version
        for each in spans(stated, until=UNTIL, through=UNTIL)
        if _holds(each.capped, date(year, 1, 1))
    ]
    begun = [number for number, period in stated if period.start <= last and year <= UNTIL.year]
    assert found == begun[-1:]


def _holds(period: Period | None, day: date) -> bool:
    return period is not None and period.holds(day)
