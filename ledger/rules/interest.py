# SPDX-License-Identifier: EUPL-1.2
"""Statutory interest on money that is paid late: per day, compounded after every full year.

Source: Burgerlijk Wetboek boek 6. Art. 119 lid 1: interest over the time of default. Art. 119a lid 1
(commercial agreements) and 119b (where a public body owes): from the day after the last day of
payment up to and including the day of payment. Art. 119 lid 2, 119a lid 3: after every year the sum
is raised by the interest over that year; the year runs from the first day of interest. Art. 120:
rates are set by decree, and a new rate holds from its first day for interest that is already running.

No rates are built in: the municipality keeps them, and says until which day they are known. The law
does not say how a part of a year is counted, and practice differs; see DayCount.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from ledger.clock import day_after, day_before
from ledger.rules.facts import Day
from ledger.units import share_cents

WHOLE = 10_000
"""Basis points in a whole: 1015 is 10.15%."""


class DayCount(StrEnum):
    """What a day is a part of."""

    INTEREST_YEAR = "interest_year"
    """The days of the year that runs from the first day of interest: 366 where it holds a 29 February.

    A full year at one rate is then exactly that rate, as a yearly rate says.
    """
    FIXED_365 = "fixed_365"
    """Always 365, as many collectors count; a year that holds a 29 February gives a day more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A yearly rate that holds from a day on."""

    from_day: Day
    basis_points: int
    """Hundredths of a percent; 1015 is 10.15%."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """The rates of one kind of statutory interest, in the order of their days."""

    steps: tuple[Rate, ...]
    known_until: Day
    """The last day for which somebody has looked up that the last rate still holds, inclusive."""

    def __post_init__(self) -> None:
        assert all(one.from_day < other.from_day for one, other in pairwise(self.steps)), "in order"
        assert all(each.basis_points >= 0 for each in self.steps), "no rate is below zero"


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """What was paid of the sum on a day: it bears interest up to and including that day."""

    day: Day
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InterestLine:
    """Interest over one run of days at one rate over one sum."""

    first: Day
    last: Day
    """Inclusive."""
    principal_cents: int
    """On which sum: the principal and the interest of full years before, less what was paid."""
    basis_points: int
    days: int
    days_of_year: int
    cents: int
    """principal x rate x days / days of the year, half a cent up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RatesMissing:
    """There is no interest, for on these days no rate is known."""

    first: Day
    last: Day
    """Inclusive."""


def interest(
    *,
    principal_cents: int,
    start_day: Day,
    end_day: Day,
    rates: Rates,
    paid: Sequence[Paid] = (),
    day_count: DayCount = DayCount.INTEREST_YEAR,
) -> tuple[InterestLine, ...] | RatesMissing:
    """The interest from start_day up to and including end_day by year, rate and sum; or what lacks.

    Nothing where end_day lies before start_day, and no line for days on which nothing was left. What was paid
    is taken off the principal first, and the interest after that: no more is asked than the law allows.
    """
    assert principal_cents >= 0, "interest is on what is owed"
    assert all(each.cents > 0 for each in paid), "what is paid is more than nothing"
    assert end_day.year < date.max.year, "a year that runs must end in the calendar"
    if end_day < start_day:
        return ()
    if missing := _missing(start_day, end_day, rates):
        return missing
    lines: list[InterestLine] = []
    for first, last in _years(start_day, end_day):
        whole = (last - first).days + 1 if day_count is DayCount.INTEREST_YEAR else 365
        of_year = list(_year_lines(principal_cents, first, min(last, end_day), rates, paid, whole))
        principal_cents += sum(each.cents for each in of_year)
        lines += of_year
    return tuple(lines)


def recompute(line: InterestLine) -> int:
    """What the line's own numbers make; a line that was written well has this amount."""
    return _cents(line.principal_cents, line.basis_points, line.days, line.days_of_year)


def _cents(principal_cents: int, basis_points: int, days: int, days_of_year: int) -> int:
    return share_cents(principal_cents, basis_points * days, WHOLE * days_of_year)


def _missing(start_day: Day, end_day: Day, rates: Rates) -> RatesMissing | None:
    if not rates.steps or rates.known_until < start_day:
        return RatesMissing(first=start_day, last=end_day)
    if start_day < rates.steps[0].from_day:
        return RatesMissing(first=start_day, last=min(end_day, day_before(rates.steps[0].from_day)))
    if rates.known_until < end_day:
        return RatesMissing(first=day_after(rates.known_until), last=end_day)
    return None


def _years(start_day: Day, end_day: Day) -> Iterator[tuple[Day, Day]]:
    """The years that run from start_day and begin no later than end_day: first and last day of each."""
    first, place = start_day, 0
    while first <= end_day:
        place += 1
        following = _same_day(start_day, start_day.year + place)
        yield first, day_before(following)
        first = following


def _same_day(day: Day, year: int) -> Day:
    """The same day in another year; 29 February is 1 March in a year that has none."""
    if (day.month, day.day) == (2, 29):
        return day_after(date(year, 2, 28))
    return day.replace(year=year)


def _year_lines(
    principal_cents: int, first: Day, last: Day, rates: Rates, paid: Sequence[Paid], days_of_year: int
) -> Iterator[InterestLine]:
    """One year, or the begun part of it, cut where the rate changes and after each payment."""
    changes = {each.from_day for each in rates.steps} | {day_after(each.day) for each in paid}
    begins = sorted({first} | {day for day in changes if first < day <= last})
    for begin, following in pairwise([*begins, day_after(last)]):
        rate = [each.basis_points for each in rates.steps if each.from_day <= begin][-1]
        left = principal_cents - sum(each.cents for each in paid if each.day < begin)
        if left > 0 or not paid:
            days = (following - begin).days
            yield InterestLine(
                first=begin,
                last=day_before(following),
                principal_cents=left,
                basis_points=rate,
                days=days,
                days_of_year=days_of_year,
                cents=_cents(left, rate, days, days_of_year),
            )
