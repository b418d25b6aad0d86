# SPDX-License-Identifier: EUPL-1.2
"""Recoveries: statutory interest on demands that were not paid in time, and the giving up of demands.

Interest is booked when somebody charges it up to a day: all of it up to that day, less what was charged
before. It is computed anew each time, on what was left of the demand on each day, so what came in earlier
than was known is put right at the next charge. It goes to the budget of the oldest debt the demand is for:
that had to do without the money. Who withdraws a demand is not who made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import actors, bulk, demands, entries, runs, statutory_rates
from ledger.clock import day_after, day_start, dutch_day
from ledger.db import Work
from ledger.demands import Told
from ledger.entries import Posting
from ledger.errors import Refused
from ledger.rules.demands import DemandState
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.interest import InterestLine, RatesMissing, interest
from ledger.tables import (
    Budget,
    BudgetMode,
    DemandInterest,
    DemandStep,
    DemandStepKind,
    Programme,
    StatutoryRates,
)
from ledger.tables.base import linked
from ledger.units import Unit


@dataclass(kw_only=True, eq=False)
class DemandOver(Refused):
    """Nothing of the demand is left, or it was withdrawn."""

    code = "demand_over"
    id: UUID
    demand_state: str


@dataclass(kw_only=True, eq=False)
class DemanderWithdraws(Refused):
    """Who makes a demand does not give it up."""

    code = "demander_withdraws"
    id: UUID


@dataclass(kw_only=True, eq=False)
class InterestInFuture(Refused):
    """Of a day that has not come, nobody knows what will be paid."""

    code = "interest_in_future"
    until: date
    today: date


@dataclass(kw_only=True, eq=False)
class InterestCharged(Refused):
    """Interest was charged up to a later day already."""

    code = "interest_charged"
    until: date
    last_day: date


@dataclass(kw_only=True, eq=False)
class InterestRatesMissing(Refused):
    """For these days nobody has looked up the statutory rate."""

    code = "interest_rates_missing"
    first_day: date
    last_day: date


@dataclass(kw_only=True, eq=False)
class BudgetLacksInterest(Refused):
    """The budget that got the interest does not hold it any more, and may not go below zero."""

    code = "budget_lacks_interest"
    asked_cents: int
    left_cents: int


def charge_interest(work: Work, demand_id: UUID, until: date) -> Told:
    """Book the interest up to and including a Dutch day, less what was charged; again changes nothing.

    Interest that was charged and is not owed after all is taken back, as far as it was not paid. Raises
    DemandNotFound, DemandOver (it was withdrawn), InterestInFuture, InterestCharged, InterestRatesMissing,
    BudgetLacksInterest.
    """
    runs.locked(work)
    told = demands.get(work, demand_id)
    _require_chargeable(work, told, until)
    rates, lines = _computed(work, told, until)
    due_cents = sum(each.cents for each in lines) - told.standing.interest_cents
    if due_cents < 0:
        due_cents = -min(-due_cents, told.standing.left_interest_cents)
    # After this point only writes.
    if due_cents:
        row = _book(work, told, due_cents, until, rates)
        bulk.insert(work, DemandInterest, [_line(row, n, each).model_dump() for n, each in _numbered(lines)])
    return demands.get(work, demand_id)


def withdraw(work: Work, demand_id: UUID, reason: str) -> Told:
    """Give up a demand that somebody else made; again changes nothing.

    Interest on it that was not paid is taken back. What else was left of it stays a debt, which can be set
    off or demanded anew. Raises DemandNotFound, DemandOver, DemanderWithdraws, BudgetLacksInterest.
    """
    runs.locked(work)
    told = demands.get(work, demand_id)
    if told.state is DemandState.WITHDRAWN:
        return told
    if told.state is DemandState.PAID:
        raise DemandOver(id=demand_id, demand_state=told.state)
    if work.actor_id in actors.faces(work, [told.demand.actor_id]):
        raise DemanderWithdraws(id=demand_id)
    # After this point only writes.
    today, number = dutch_day(work.now), len(told.steps) + 1
    if given_up := told.standing.left_interest_cents:
        number = _book(work, told, -given_up, today, None).number + 1
    demands.step(work, demand_id, number, kind=DemandStepKind.WITHDRAWN, cents=0, day=today, reason=reason)
    return demands.get(work, demand_id)


def _require_chargeable(work: Work, told: Told, until: date) -> None:
    today = dutch_day(work.now)
    if told.state is DemandState.WITHDRAWN:
        raise DemandOver(id=told.demand.id, demand_state=told.state)
    if until > today:
        raise InterestInFuture(until=until, today=today)
    charged = [each.day for each in told.steps if each.rates_id is not None]
    if charged and until < max(charged):
        raise InterestCharged(until=until, last_day=max(charged))


def _computed(work: Work, told: Told, until: date) -> tuple[StatutoryRates | None, Sequence[InterestLine]]:
    """All interest up to a day; none of days that are not late."""
    start = day_after(told.demand.due_on)
    if until < start:
        return None, ()
    known = statutory_rates.listed(work)
    if not known:
        raise InterestRatesMissing(first_day=start, last_day=until)
    found = interest(
        principal_cents=told.demand.cents,
        start_day=start,
        end_day=until,
        rates=statutory_rates.rates(known[0]),
        paid=told.standing.paid,
    )
    if isinstance(found, RatesMissing):
        raise InterestRatesMissing(first_day=found.first, last_day=found.last)
    return known[0], found


def _book(work: Work, told: Told, cents: int, until: date, rates: StatutoryRates | None) -> DemandStep:
    """A step and its entry; below zero is taken back."""
    kind = DemandStepKind.INTEREST if cents > 0 else DemandStepKind.INTEREST_BACK
    row = demands.step(
        work,
        told.demand.id,
        len(told.steps) + 1,
        kind=kind,
        cents=abs(cents),
        day=until,
        rates_id=rates.id if rates else None,
    )
    _post(work, told, row)
    return row


def _post(work: Work, told: Told, row: DemandStep) -> None:
    """Between the receivable and the budget, both locked; a soft budget may be made here."""
    budget_id, provider_id = told.demand.budget_id, told.demand.provider_id
    is_soft = _mode(work, budget_id) is BudgetMode.SOFT
    place = (AccountKind.BUDGET, budget_id, Unit.EUROCENT)
    accounts = entries.locked(work, {budget_id, provider_id})
    budget = entries.pot(work, place, soft=is_soft)
    receivable = entries.pot(work, (AccountKind.RECEIVABLE, provider_id, Unit.EUROCENT))
    is_charge = row.kind is DemandStepKind.INTEREST
    held = entries.held(accounts)[place]
    if not is_charge and not is_soft and held < row.cents:
        raise BudgetLacksInterest(asked_cents=row.cents, left_cents=held)
    debit, credit = (receivable, budget) if is_charge else (budget, receivable)
    posting = Posting(
        kind=EntryKind.INTEREST if is_charge else EntryKind.INTEREST_BACK,
        debit_account_id=debit.id,
        credit_account_id=credit.id,
        unit=Unit.EUROCENT,
        amount=row.cents,
        cause_id=row.id,
        at=day_start(row.day),
    )
    entries.post(work, [posting], opening=[budget] if is_soft else [])


def _mode(work: Work, budget_id: UUID) -> BudgetMode:
    statement = (
        select(col(Programme.mode))
        .join(Budget, linked(Budget, Programme, col(Budget.programme_id) == col(Programme.id)))
        .where(col(Budget.municipality_id) == work.municipality_id, col(Budget.id) == budget_id)
    )
    return work.session.scalars(statement).one()


def _numbered(lines: Sequence[InterestLine]) -> enumerate[InterestLine]:
    return enumerate(lines, start=1)


def _line(row: DemandStep, number: int, line: InterestLine) -> DemandInterest:
    return DemandInterest(
        municipality_id=row.municipality_id,
        demand_id=row.demand_id,
        number=row.number,
        line=number,
        first=line.first,
        last=line.last,
        principal_cents=line.principal_cents,
        basis_points=line.basis_points,
        days=line.days,
        days_of_year=line.days_of_year,
        cents=line.cents,
    )
