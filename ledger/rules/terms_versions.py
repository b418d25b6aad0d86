# SPDX-License-Identifier: EUPL-1.2
"""Versions: which version of a contract says what its terms are worth on which days. Pure.

A version holds from its first day until the day before a newer one begins, or replaces it whole. Ceilings
are of calendar years: the ceilings of a year are those of the version that holds at its end, or on the
day that is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from ledger.clock import day_before
from ledger.rules.facts import Day, Period

YEARS: Final = 10
"""How many calendar years ceilings are looked back at; what is taken back of older care changes none."""

_FIRST_YEAR: Final = 2000
"""No ceiling is of an older year."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The days on which one version of a contract holds, and what of them is looked at."""

    version: int
    validity: Period
    """When it is in force and none is newer."""
    paid: Period | None
    """The days on which its instalments fall due, up to the day that is looked at; None: none yet."""
    capped: Period | None
    """The calendar years whose ceilings it says, up to the day that is looked at; None: no year."""


def spans(versions: Sequence[tuple[int, Period]], *, until: Day, through: Day) -> list[Span]:
    """The spans of published versions, the oldest first, as versions are given.

    until is the last day of instalments, through of ceilings; both inclusive.
    """
    ends = _ends(versions)
    begun = [start for _, start, _, _ in ends if start <= through]
    last_years = {one: other.year - 1 for one, other in pairwise(begun)}
    oldest = first_capped(through)
    return [
        Span(
            version=version,
            validity=Period(start=start, until=valid_until),
            paid=_period(start, until if end is None else min(until, end)),
            capped=_period(
                max(oldest, date(start.year, 1, 1)),
                min(through, date(last_years.get(start, through.year), 12, 31)),
            )
            if start <= through
            else None,
        )
        for version, start, valid_until, end in ends
    ]


def first_capped(through: Day) -> Day:
    """The first day of the first calendar year whose ceilings are looked at."""
    return date(max(through.year - YEARS + 1, _FIRST_YEAR), 1, 1)


def _ends(versions: Sequence[tuple[int, Period]]) -> list[tuple[int, Day, Day | None, Day | None]]:
    """version, first day, last day in force, and the day before a newer one; without those replaced whole."""
    found: list[tuple[int, Day, Day | None, Day | None]] = []
    newer: Day | None = None
    for version, stated in reversed(versions):
        if newer is None or stated.start < newer:
            end = None if newer is None else day_before(newer)
            lasts = [each for each in (stated.until, end) if each is not None]
            found.append((version, stated.start, min(lasts, default=None), end))
            newer = stated.start
    return found[::-1]


def _period(first: Day, last: Day) -> Period | None:
    return Period(start=first, until=last) if first <= last else None
