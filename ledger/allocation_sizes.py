# SPDX-License-Identifier: EUPL-1.2
"""Sizes of allocations: how much message 301 gives, in our units, and until when."""

from dataclasses import dataclass
from datetime import date, datetime

from ledger.formats import weeks
from ledger.formats.iwmo301 import Allocation
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap
from ledger.units import Unit

UNITS = {
    "01": (Unit.MINUTE, 1),
    "04": (Unit.MINUTE, 60),
    "14": (Unit.DAY, 1),
    "16": (Unit.DAY_PART, 1),
    "82": (Unit.PIECE, 1),
    "83": (Unit.EUROCENT, 1),
    "84": (Unit.PIECE, 1),
}
"""Codelijst WJ756 to our units, and how many of ours one of theirs is. Euros (83) come in cents."""

PERIODS = {"1": Per.DAY, "2": Per.WEEK, "4": Per.MONTH}
"""Codelijst WMO757; 6 is the total within the validity."""

IN_TOTAL = "6"

OPEN_FROM_YEAR = 2900
"""Some senders write a last day in a far year for "no last day"."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much an allocation holds, in our units."""

    unit: Unit | None = None
    amount_cents: int | None = None
    quantity: int | None = None
    expected: int | None = None
    cap: Cap | None = None

    @classmethod
    def of(cls, allocation: Allocation, now: datetime) -> "Size":
        """Budget, a total, or so much per period; no limit where the message has no size at all.

        A size of zero is kept, so that the grant refuses it: it must not become "no limit".
        """
        if allocation.budget_cents is not None:
            return cls(unit=Unit.EUROCENT, amount_cents=allocation.budget_cents)
        if allocation.volume is None or allocation.unit is None or allocation.frequency is None:
            return cls()
        unit, factor = UNITS[allocation.unit]
        volume = allocation.volume * factor
        if allocation.frequency == IN_TOTAL:
            is_money = unit is Unit.EUROCENT
            return cls(unit=unit, amount_cents=volume) if is_money else cls(unit=unit, quantity=volume)
        cap = Cap(per=PERIODS[allocation.frequency], unit=unit, most=volume)
        last = last_day(allocation) or _year_end(allocation.valid_from, now)
        total = weeks.total_volume(volume, allocation.frequency, allocation.valid_from, last)
        return cls(unit=unit, cap=cap, expected=None if unit is Unit.EUROCENT else total)


def last_day(allocation: Allocation) -> date | None:
    """The last day; a year that only means "open", such as 9999, is no last day."""
    last = allocation.valid_until
    return None if last is None or last.year >= OPEN_FROM_YEAR else last


def _year_end(first: date, now: datetime) -> date:
    """Until when an open allocation is committed: the end of this year, or of the year it begins in."""
    return date(max(first.year, now.year), 12, 31)
