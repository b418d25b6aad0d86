# SPDX-License-Identifier: EUPL-1.2
"""Calendar periods of caps: days, ISO weeks, months, years, and the whole validity.

The calendar ends at 31 December 9999, which many systems write for "open": nothing here passes it.
"""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from ledger.rules.facts import Period


class Per(StrEnum):
    """The period a cap holds for. Weeks begin on Monday (ISO 8601); all are Dutch calendar days."""

    DAY = "day"
    """One calendar day."""
    WEEK = "week"
    """Monday up to and including Sunday."""
    MONTH = "month"
    """A calendar month."""
    YEAR = "year"
    """A calendar year."""
    TOTAL = "total"
    """The whole validity."""


def period_of(day: date, per: Per, validity: Period) -> Period:
    """The calendar period that holds the day; for TOTAL the validity itself."""
    if per is Per.DAY:
        return Period(start=day, until=day)
    if per is Per.WEEK:
        monday = last_monday(day)
        return Period(start=monday, until=days_later(monday, 6))
    if per is Per.MONTH:
        last = monthrange(day.year, day.month)[1]
        return Period(start=day.replace(day=1), until=day.replace(day=last))
    if per is Per.YEAR:
        return Period(start=date(day.year, 1, 1), until=date(day.year, 12, 31))
    return validity


def next_start(period: Period) -> date | None:
    """The first day after the period; None for one without end, or that ends with the calendar."""
    if period.until is None or period.until == date.max:
        return None
    return period.until + timedelta(days=1)


def days_later(day: date, days: int) -> date:
    """So many days later, at most the last day of the calendar."""
    return day + timedelta(days=min(days, (date.max - day).days))


def count(first: date, last: date, per: Per) -> int:
    """How many periods are touched from first up to and including last; TOTAL is one."""
    if last < first:
        return 0
    if per is Per.DAY:
        return (last - first).days + 1
    if per is Per.WEEK:
        return (last - last_monday(first)).days // 7 + 1
    if per is Per.MONTH:
        return (last.year - first.year) * 12 + last.month - first.month + 1
    return last.year - first.year + 1 if per is Per.YEAR else 1


def last_monday(day: date) -> date:
    """The Monday on or before the day."""
    return day - timedelta(days=day.weekday())
