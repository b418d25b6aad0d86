# SPDX-License-Identifier: EUPL-1.2
"""Statutory rates: as somebody looked them up, until a day that they know of. Nothing is built in.

What is asked for is the rate of Burgerlijk Wetboek boek 6 art. 119, also for debts under public law (Algemene
wet bestuursrecht art. 4:98): money paid without ground is no price that is late, as in art. 119a.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlmodel import col

from ledger import runs
from ledger.clock import day_after
from ledger.db import Work
from ledger.errors import Conflict
from ledger.inputs import Day, Id7, Input, Text
from ledger.rules.interest import Rate, Rates
from ledger.tables import StatutoryRates

STEPS_MAX = 200
_BASIS_POINTS_MOST = 10_000


@dataclass(kw_only=True, eq=False)
class RatesExist(Conflict):
    """This id was used for other rates."""

    code = "statutory_rates_exist_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class RatesUnknownBetween(Conflict):
    """Between the rates that are known and this one lie days for which nobody looked one up."""

    code = "statutory_rates_unknown_between"
    first_day: date
    last_day: date


class RateInput(Input):
    """A yearly rate in hundredths of a percent, that holds from a day on."""

    from_day: Day
    basis_points: Annotated[int, Field(strict=True, ge=0, le=_BASIS_POINTS_MOST)]


class RatesBody(Input):
    """All rates that are asked for, the oldest first."""

    steps: Annotated[tuple[RateInput, ...], Field(min_length=1, max_length=STEPS_MAX)]
    known_until: Day
    """The last day for which somebody has looked up that the last rate holds, inclusive."""
    source: Text
    """Where they were looked up."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(one.from_day >= other.from_day for one, other in pairwise(self.steps)):
            raise ValueError("the days are in order, none twice")
        if self.known_until < self.steps[-1].from_day:
            raise ValueError("the last day lies before the first")
        return self


class RatesInput(RatesBody):
    """Rates under an id."""

    id: Id7


def put(work: Work, asked: RatesInput) -> StatutoryRates:
    """Load rates; from now on these are used. The same id with the same content changes nothing.

    Raises RatesExist.
    """
    steps = tuple(Rate(from_day=each.from_day, basis_points=each.basis_points) for each in asked.steps)
    row = StatutoryRates(
        municipality_id=work.municipality_id,
        id=asked.id,
        steps=steps,
        known_until=asked.known_until,
        source=asked.source,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )
    known = work.session.get(StatutoryRates, (work.municipality_id, asked.id))
    if known is not None:
        told = (known.steps, known.known_until, known.source)
        if told != (row.steps, row.known_until, row.source):
            raise RatesExist(id=asked.id)
        return known
    # After this point only writes.
    work.session.add(row)
    work.session.flush()
    return row


class RateAdded(RateInput):
    """A rate that holds from a day on, after those that are known already."""

    id: Id7
    known_until: Day
    source: Text


def add(work: Work, asked: RateAdded) -> StatutoryRates:
    """Load the rates that are known with one more; those from its first day on are replaced by it.

    The same again changes nothing. Raises RatesExist, RatesUnknownBetween, and ValidationError where the last
    day lies before.
    """
    runs.locked(work)  # of two at once the second adds to what the first left
    known = next(iter(listed(work)), None)
    if known and known.id != asked.id and (gap := day_after(known.known_until)) < asked.from_day:
        raise RatesUnknownBetween(first_day=gap, last_day=asked.from_day - timedelta(days=1))
    before = [each for each in (known.steps if known else ()) if each.from_day < asked.from_day]
    steps = [RateInput(from_day=each.from_day, basis_points=each.basis_points) for each in before]
    steps.append(RateInput(from_day=asked.from_day, basis_points=asked.basis_points))
    return put(
        work,
        RatesInput(id=asked.id, steps=tuple(steps), known_until=asked.known_until, source=asked.source),
    )


def listed(work: Work) -> list[StatutoryRates]:
    """All that were loaded, those that count now first."""
    statement = (
        select(StatutoryRates)
        .where(col(StatutoryRates.municipality_id) == work.municipality_id)
        .order_by(col(StatutoryRates.recorded_at).desc(), col(StatutoryRates.id).desc())
    )
    return list(work.session.scalars(statement))


def rates(row: StatutoryRates) -> Rates:
    """As the rule takes them."""
    return Rates(steps=row.steps, known_until=row.known_until)
