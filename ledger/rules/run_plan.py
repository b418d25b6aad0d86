# SPDX-License-Identifier: EUPL-1.2
"""Run plans: on which Dutch days a settlement run is due, what it settles, and when the bank is to pay.

A week is an ISO week, from Monday to Sunday. A working day is Monday to Friday: no plan knows the days on
which banks are closed, and what a bank does with such a day is agreed with the bank.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, Field

from ledger.clock import day_after, day_before, day_start
from ledger.ids import derived, of_int
from ledger.rules.facts import Day
from ledger.rules.tariffs import RULE

_SATURDAY = 6
_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One run of a plan."""

    planned_on: Day
    """The day on which it is due."""
    until: Day
    """Last day of what it settles, inclusive."""
    requested_on: Day
    """The day on which the bank is asked to pay, when it is drafted on the day it is due."""


class RunPlan(BaseModel):
    """When runs are due: its parameters, last(), following() and paid_on()."""

    model_config = RULE

    def last(self, today: Day) -> Planned | None:
        """The run that was due last, today included; None where none is planned."""
        raise NotImplementedError

    def following(self, today: Day) -> Planned | None:
        """The first run that is due after today; None where none is planned."""
        raise NotImplementedError

    def paid_on(self, drafted_on: Day) -> Day:
        """The day on which the bank is asked to pay a run that is drafted on a day."""
        raise NotImplementedError


class NoPlan(RunPlan):
    """People draft every run."""

    kind: Literal["none"] = "none"

    def last(self, today: Day) -> Planned | None:
        """See RunPlan."""
        return None

    def following(self, today: Day) -> Planned | None:
        """See RunPlan."""
        return None

    def paid_on(self, drafted_on: Day) -> Day:
        """See RunPlan."""
        return drafted_on


class _Periodic(RunPlan):
    """Whole periods are settled, some days after they ended."""

    periods_back: Annotated[int, Field(ge=1, le=3, strict=True)] = 1
    """Which week or month is the last that is settled; 1: the one before the day on which the run is due."""
    pays_after: Annotated[int, Field(ge=0, le=30, strict=True)] = 2
    """How many working days after it was drafted the bank is asked to pay."""

    def last(self, today: Day) -> Planned | None:
        """See RunPlan."""
        return self._planned(self._on_or_before(today))

    def following(self, today: Day) -> Planned | None:
        """See RunPlan."""
        return self._planned(self._after(self._on_or_before(today)))

    def _planned(self, on: Day) -> Planned:
        return Planned(planned_on=on, until=self._until(on), requested_on=self.paid_on(on))

    def paid_on(self, drafted_on: Day) -> Day:
        """See RunPlan."""
        return working_day(drafted_on, after=self.pays_after)

    def _on_or_before(self, today: Day) -> Day:
        raise NotImplementedError

    def _after(self, planned_on: Day) -> Day:
        raise NotImplementedError

    def _until(self, planned_on: Day) -> Day:
        raise NotImplementedError


class Weekly(_Periodic):
    """A run on a day of every week, up to and including the Sunday of an earlier week."""

    kind: Literal["weekly"] = "weekly"
    weekday: Annotated[int, Field(ge=1, le=7, strict=True)]
    """1 is Monday."""

    def _on_or_before(self, today: Day) -> Day:
        return today - timedelta(days=(today.isoweekday() - self.weekday) % 7)

    def _after(self, planned_on: Day) -> Day:
        return planned_on + _WEEK

    def _until(self, planned_on: Day) -> Day:
        return planned_on - timedelta(days=self.weekday) - (self.periods_back - 1) * _WEEK


class Monthly(_Periodic):
    """A run on a day of every month, up to and including the last day of an earlier month."""

    kind: Literal["monthly"] = "monthly"
    day: Annotated[int, Field(ge=1, le=28, strict=True)]
    """Every month has it."""

    def _on_or_before(self, today: Day) -> Day:
        return today.replace(day=self.day) if today.day >= self.day else self._in_month(today, back=1)

    def _after(self, planned_on: Day) -> Day:
        return self._in_month(planned_on, back=-1)

    def _until(self, planned_on: Day) -> Day:
        return day_before(self._in_month(planned_on, back=self.periods_back - 1).replace(day=1))

    def _in_month(self, day: Day, *, back: int) -> Day:
        months = day.year * 12 + day.month - 1 - back
        return date(months // 12, months % 12 + 1, self.day)


AnyRunPlan: TypeAlias = Annotated[NoPlan | Weekly | Monthly, Field(discriminator="kind")]
"""Every plan a municipality may have."""


def working_day(day: Day, *, after: int) -> Day:
    """So many working days after a day; 0 is the day itself, or the Monday after a Saturday or Sunday."""
    found = day
    while after or found.isoweekday() >= _SATURDAY:
        found = day_after(found)
        if after and found.isoweekday() < _SATURDAY:
            after -= 1
    return found


def run_id(municipality_id: str, until: Day) -> UUID:
    """The id of the planned run of a municipality up to and including a day: whoever drafts it, and however
    often, it is one run. Its time is that of the end of the period.
    """
    ms = max(int(day_start(day_after(until)).timestamp()), 0) * 1000  # ids hold no time before 1970
    return derived(of_int(ms << 80), f"planned run {municipality_id} {until}")
