# SPDX-License-Identifier: EUPL-1.2
"""The calendar of the demo: five weeks that end yesterday; all that happens in it happens at one of these."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ledger.clock import AMSTERDAM

EARLIEST, LATEST = date(2026, 2, 10), date(2031, 12, 31)
"""Between these days the contracts of region.yml say what the story needs."""


@dataclass(frozen=True)
class Days:
    """The days of the story, counted from the day it is told."""

    today: date

    def back(self, days: int) -> date:
        """So many days ago."""
        return self.today - timedelta(days=days)

    @property
    def set_up(self) -> date:
        """Everything is prepared on this day."""
        return self.back(35)

    @property
    def granted(self) -> date:
        """The first day of all entitlements: the first of the month in which they are granted."""
        return self.back(33).replace(day=1)

    @property
    def last(self) -> date:
        """The last day of all entitlements that have one."""
        return date(self.today.year + 1, 12, 31)

    @property
    def used(self) -> list[date]:
        """The days on which entitlements are used, the last of them yesterday."""
        return [self.back(days) for days in range(30, 0, -1)]

    @property
    def settled(self) -> tuple[date, date]:
        """The last days of both settlement runs."""
        return self.back(15), self.back(1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the Dutch clock, aware, UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=AMSTERDAM).astimezone(UTC)
