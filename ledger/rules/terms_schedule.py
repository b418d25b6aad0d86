# SPDX-License-Identifier: EUPL-1.2
"""Schedules: a calendar year cut into instalments without a gap; together they are the yearly amount."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, Field, model_validator

from ledger.clock import day_after, day_before
from ledger.rules.facts import Day, Period
from ledger.rules.tariffs import RULE
from ledger.rules.terms_lines import WHOLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One instalment of a calendar year, as if the contract were in force on all its days."""

    first: Day
    last: Day
    """Inclusive."""
    due_day: Day
    parts_before: int
    """The parts of the year before this instalment."""
    parts_through: int
    """The parts of the year up to and including this instalment."""
    parts_of_year: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Instalment:
    """The days of a slot on which the contract is in force."""

    slot: Slot
    first: Day
    last: Day
    """Inclusive."""

    @property
    def due_day(self) -> Day:
        """The slot's own due day, or the nearest day in force."""
        return min(max(self.slot.due_day, self.first), self.last)

    @property
    def period(self) -> Period:
        """The days in force, as evidence names them."""
        return Period(start=self.first, until=self.last)


class EqualParts(BaseModel):
    """Equal parts of the year, paid on the first or on the last day of each."""

    model_config = RULE

    kind: Literal["monthly", "four_weekly", "quarterly"]
    """four_weekly: thirteen parts, each up to the Sunday of ISO week 4, 8, ... 48; the first begins on
    1 January and the last ends on 31 December, so that a calendar year is always whole."""
    pays: Literal["in_advance", "in_arrears"] = "in_arrears"

    def slots(self, year: int) -> tuple[Slot, ...]:
        """The instalments of a calendar year, in order."""
        lasts = tuple(self._lasts(year))
        firsts = (date(year, 1, 1), *(day_after(each) for each in lasts[:-1]))
        return tuple(
            Slot(
                first=first,
                last=last,
                due_day=first if self.pays == "in_advance" else last,
                parts_before=place,
                parts_through=place + 1,
                parts_of_year=len(lasts),
            )
            for place, (first, last) in enumerate(zip(firsts, lasts, strict=True))
        )

    def _lasts(self, year: int) -> Iterator[Day]:
        if self.kind == "four_weekly":
            yield from (date.fromisocalendar(year, week, 7) for week in range(4, 49, 4))
            yield date(year, 12, 31)
        else:
            for month in range(1, 13) if self.kind == "monthly" else range(3, 13, 3):
                yield date(year, month, monthrange(year, month)[1])


class Share(BaseModel):
    """A part of the yearly amount that is paid on a day of every year."""

    model_config = RULE

    month: Annotated[int, Field(ge=1, le=12, strict=True)]
    day: Annotated[int, Field(ge=1, le=31, strict=True)]
    basis_points: Annotated[int, Field(gt=0, le=WHOLE, strict=True)]

    @model_validator(mode="after")
    def _in_every_year(self) -> Self:
        date(2026, self.month, self.day)  # a year without 29 February: raises ValueError for what is no day
        return self


class NamedDays(BaseModel):
    """Named days of every year, each with its share.

    A share is for the days from its own up to the next; the first also for those before it.
    """

    model_config = RULE

    kind: Literal["named_days"] = "named_days"
    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=53)]

    @model_validator(mode="after")
    def _whole_and_in_order(self) -> Self:
        if sum(each.basis_points for each in self.shares) != WHOLE:
            raise ValueError(f"the shares of a year sum to {WHOLE} basis points")
        if any((a.month, a.day) >= (b.month, b.day) for a, b in pairwise(self.shares)):
            raise ValueError("the days are in order, none twice")
        return self

    def slots(self, year: int) -> tuple[Slot, ...]:
        """The instalments of a calendar year, in order."""
        dues = [date(year, each.month, each.day) for each in self.shares]
        firsts = [date(year, 1, 1), *dues[1:]]
        lasts = [*(day_before(due) for due in dues[1:]), date(year, 12, 31)]
        parts = [0, *accumulate(each.basis_points for each in self.shares)]
        return tuple(
            Slot(
                first=firsts[i],
                last=lasts[i],
                due_day=due,
                parts_before=parts[i],
                parts_through=parts[i + 1],
                parts_of_year=WHOLE,
            )
            for i, due in enumerate(dues)
        )


AnySchedule: TypeAlias = Annotated[EqualParts | NamedDays, Field(discriminator="kind")]
"""Every way in which a yearly amount may be paid."""


def instalments(
    schedule: EqualParts | NamedDays, validity: Period, *, first: Day, last: Day
) -> list[Instalment]:
    """The instalments that fall due from first up to and including last, in order.

    Every instalment falls due on one day, so windows that join without a gap hold each exactly once.
    """
    years = range(first.year, last.year + 1)
    found = (_in_force(slot, validity) for year in years for slot in schedule.slots(year))
    return [each for each in found if each and first <= each.due_day <= last]


def _in_force(slot: Slot, validity: Period) -> Instalment | None:
    first = max(slot.first, validity.start)
    last = min(slot.last, validity.until or slot.last)
    return Instalment(slot=slot, first=first, last=last) if first <= last else None
