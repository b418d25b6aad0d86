# SPDX-License-Identifier: EUPL-1.2
"""Time: aware UTC instants inside, Dutch calendar days through one function."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The present instant, aware, UTC. Only the edges (api, cli) call this."""
    return datetime.now(UTC)


def dutch_day(instant: datetime) -> date:
    """The calendar day in the Netherlands at this instant.

    Raises ValueError for a naive instant: without a zone the day is a guess.
    """
    if instant.tzinfo is None:
        raise ValueError("a naive instant has no calendar day")
    return instant.astimezone(AMSTERDAM).date()


def day_start(day: date) -> datetime:
    """The first instant of a Dutch calendar day, aware, UTC (days of 23 and 25 hours exist)."""
    return datetime.combine(day, time(), tzinfo=AMSTERDAM).astimezone(UTC)


def day_after(day: date) -> date:
    """The next calendar day."""
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    """The previous calendar day."""
    return day - timedelta(days=1)
