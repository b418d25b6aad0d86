# SPDX-License-Identifier: EUPL-1.2
"""How many days, weeks and months a period touches, and what an allocation then amounts to in all.

Calendar facts only. Source: iWmo/iJw IV076 and IV077 (effort-based): a week or month that is touched
counts whole. Weeks begin on Monday (ISO 8601); first and last day are both part of a period.
"""

from datetime import date

PER_DAY, PER_WEEK, PER_MONTH, IN_TOTAL = "1", "2", "4", "6"
"""Codes of list WMO757."""


def days_touched(first: date, last: date) -> int:
    """How many calendar days the period has. Raises ValueError when it ends before it begins."""
    if last < first:
        raise ValueError("a period ends on or after its first day")
    return (last - first).days + 1


def weeks_touched(first: date, last: date) -> int:
    """How many ISO weeks have a day in the period."""
    return (days_touched(first, last) + first.weekday() + 6) // 7


def months_touched(first: date, last: date) -> int:
    """How many calendar months have a day in the period."""
    days_touched(first, last)
    return (last.year - first.year) * 12 + last.month - first.month + 1


def total_volume(volume: int, frequency: str, first: date, last: date) -> int:
    """What a volume per frequency (WMO757) comes to over a whole allocation, in the volume's unit.

    Raises ValueError for a frequency outside the list. The cap of one month's claim is another figure:
    the same count over that month, but always six weeks for household help (IV076).
    """
    if frequency == IN_TOTAL:
        return volume
    counts = {PER_DAY: days_touched, PER_WEEK: weeks_touched, PER_MONTH: months_touched}
    if frequency not in counts:
        raise ValueError("a frequency is 1, 2, 4 or 6")
    return volume * counts[frequency](first, last)
