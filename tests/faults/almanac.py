# SPDX-License-Identifier: EUPL-1.2
"""The Dutch calendar from first principles: whole numbers only, no time zone file, no calendar library.

Summer time lasts from the last Sunday of March, 01:00 UTC, to the last Sunday of October, 01:00 UTC
(Directive 2000/84/EC); an hour ahead of UTC in winter, two in summer. Good from 1996 on. The product uses
zoneinfo and datetime: where both agree on every instant, neither can be wrong alone.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.rules.periods import Per

SECONDS: Final = 86_400
HOUR: Final = 3_600
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def number_of(year: int, month: int, day: int) -> int:
    """How many days a day lies after 1 January 1970; years begin in March, so that leap days come last."""
    if month < 3:
        year, month = year - 1, month + 12
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day
    return days - 719_469


def civil(number: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days."""
    shifted = number + 719_468
    era, of_era = divmod(shifted, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    place = (5 * of_year + 2) // 153
    month = place + 3 if place < 10 else place - 9
    return year + era * 400 + (month < 3), month, of_year - (153 * place + 2) // 5 + 1


def weekday(number: int) -> int:
    """0 is Monday. 1 January 1970 was a Thursday."""
    return (number + 3) % 7


def change(year: int, month: int) -> int:
    """The second since 1970 at which the clock changes in March or October of a year."""
    last = number_of(year, month, 31)
    sunday = last - (weekday(last) + 1) % 7
    return sunday * SECONDS + HOUR


def offset(second: int) -> int:
    """How far the Netherlands is ahead of UTC."""
    year = civil(second // SECONDS)[0]
    return 2 * HOUR if change(year, 3) <= second < change(year, 10) else HOUR


def second_of(instant: datetime) -> int:
    """The last whole second of UTC at or before an instant."""
    return (instant - EPOCH) // timedelta(seconds=1)


def day_of(instant: datetime) -> int:
    """The number of the Dutch day of an instant."""
    second = second_of(instant)
    return (second + offset(second)) // SECONDS


def start_of(number: int) -> int:
    """The second at which a Dutch day begins: the only one that is midnight there."""
    (start,) = (
        second
        for second in (number * SECONDS - HOUR, number * SECONDS - 2 * HOUR)
        if second + offset(second) == number * SECONDS
    )
    return start


def period_of(number: int, per: Per) -> tuple[int, int]:
    """The first and the last day of the calendar period of a day."""
    year, month, _ = civil(number)
    return {
        Per.DAY: lambda: (number, number),
        Per.WEEK: lambda: (number - weekday(number), number - weekday(number) + 6),
        Per.MONTH: lambda: (
            number_of(year, month, 1),
            number_of(year + month // 12, month % 12 + 1, 1) - 1,
        ),
        Per.YEAR: lambda: (number_of(year, 1, 1), number_of(year + 1, 1, 1) - 1),
    }[per]()


def as_date(number: int) -> date:
    """The day as the ledger writes it."""
    return date(*civil(number))


def as_instant(second: int) -> datetime:
    """The instant as the ledger writes it."""
    return EPOCH + timedelta(seconds=second)
