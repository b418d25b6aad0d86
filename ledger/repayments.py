# SPDX-License-Identifier: EUPL-1.2
"""Repayments: money that comes in for demands, by its reference or because somebody says what it is for.

It is booked up to what is left of the demand. What is more than that stays among the lines of the bank that
somebody has to look at, until it is placed elsewhere. Only statements book: what a notice tells of money that
came in, a statement tells as well.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from ledger import bulk, db, demands, entries, runs
from ledger.clock import day_start, dutch_day
from ledger.db import Work
from ledger.demands import Told
from ledger.entries import Posting
from ledger.errors import NotFound, Refused
from ledger.ids import NOBODY, uuid7
from ledger.recoveries import DemandOver
from ledger.rules.demands import DemandState, Standing
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    BankLine,
    BankMessageKind,
    BankStatement,
    Demand,
    DemandStep,
    DemandStepKind,
    LineOutcome,
)
from ledger.units import Unit

ASSIGNABLE: Final = (LineOutcome.UNMATCHED, LineOutcome.OVERPAID, LineOutcome.AMOUNT_DIFFERS)
"""Outcomes of lines of which somebody may say for which demand they are."""


@dataclass(kw_only=True, eq=False)
class BankLineNotFound(NotFound):
    """There is no such line of the bank here."""

    code = "bank_line_not_found"
    statement_id: UUID
    line: int


@dataclass(kw_only=True, eq=False)
class BankLineNotAssignable(Refused):
    """The line is no money that came in by a statement and waits for somebody to place it."""

    code = "bank_line_not_assignable"
    statement_id: UUID
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """A line of a statement by which money came in for a demand."""

    line: int
    demand_id: UUID
    cents: int
    day: date


@dataclass(kw_only=True)
class _Case:
    """A demand while lines are placed on it, each seeing what the earlier ones took."""

    demand: Demand
    standing: Standing
    steps: int
    left_cents: int

    def take(self, cents: int) -> int:
        """What of an amount is for this demand; the rest is more than is left of it."""
        taken = min(cents, self.left_cents)
        self.left_cents -= taken
        return taken


def receive(work: Work, statement: BankStatement, credits: Sequence[Credit]) -> list[LineOutcome]:
    """Book what came in; outcomes[i] is what became of credits[i]. The caller works alone (runs.locked)."""
    cases = _cases(work, {each.demand_id for each in credits})
    outcomes, taken = [], []
    for each in credits:
        case = cases[each.demand_id]
        cents = case.take(each.cents)
        if case.standing.withdrawn:
            outcomes.append(LineOutcome.UNMATCHED)
            continue
        outcomes.append(LineOutcome.REPAID if cents == each.cents else LineOutcome.OVERPAID)
        if cents:
            taken.append(_row(work, statement.id, each, case, cents))
    # After this point only writes.
    _write(work, taken, cases)
    return outcomes


def assign(work: Work, statement_id: UUID, line: int, demand_id: UUID) -> Told:
    """Say that a line which waits to be looked at is for a demand; again changes nothing.

    Of the line all is booked that no demand has, up to what is left of this one. Raises BankLineNotFound,
    BankLineNotAssignable, DemandNotFound, DemandOver.
    """
    runs.locked(work)
    row = work.session.get(BankLine, (work.municipality_id, statement_id, line))
    if row is None:
        raise BankLineNotFound(statement_id=statement_id, line=line)
    told = demands.get(work, demand_id)
    rest = row.cents - placed(work, [row])[statement_id, line]
    is_known = any((each.statement_id, each.line) == (statement_id, line) for each in told.steps)
    if is_known and (not rest or told.state is DemandState.PAID):
        return told
    statement = db.rows(work, BankStatement, [statement_id])[statement_id]
    is_money = statement.kind is BankMessageKind.STATEMENT and row.outcome in ASSIGNABLE
    if not is_money or rest <= 0:
        raise BankLineNotAssignable(statement_id=statement_id, line=line)
    if told.state in {DemandState.PAID, DemandState.WITHDRAWN}:
        raise DemandOver(id=demand_id, demand_state=told.state)
    case = _case(told)
    day = row.booked_on or dutch_day(work.now)
    credit = Credit(line=line, demand_id=demand_id, cents=rest, day=day)
    # After this point only writes.
    _write(work, [_row(work, statement_id, credit, case, case.take(rest))], {demand_id: case})
    return demands.get(work, demand_id)


def placed(work: Work, lines: Sequence[BankLine]) -> Counter[tuple[UUID, int]]:
    """What of these lines is booked on demands, in cents, by statement and line."""
    statement = (
        select(col(DemandStep.statement_id), col(DemandStep.line), func.sum(col(DemandStep.cents)))
        .where(
            col(DemandStep.municipality_id) == work.municipality_id,
            col(DemandStep.statement_id).in_({each.statement_id for each in lines}),
        )
        .group_by(col(DemandStep.statement_id), col(DemandStep.line))
    )
    found: Counter[tuple[UUID, int]] = Counter()
    for statement_id, line, cents in work.session.execute(statement):
        found[statement_id, line] = int(cents)
    return found


def _cases(work: Work, demand_ids: set[UUID]) -> dict[UUID, _Case]:
    return {told.demand.id: _case(told) for told in demands.found(work, demand_ids)}


def _case(told: Told) -> _Case:
    return _Case(
        demand=told.demand,
        standing=told.standing,
        steps=len(told.steps),
        left_cents=told.standing.left_cents,
    )


def _row(work: Work, statement_id: UUID, credit: Credit, case: _Case, cents: int) -> DemandStep:
    case.steps += 1
    return DemandStep(
        municipality_id=work.municipality_id,
        demand_id=credit.demand_id,
        number=case.steps,
        id=uuid7(),
        kind=DemandStepKind.REPAID,
        cents=cents,
        day=credit.day,
        statement_id=statement_id,
        line=credit.line,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )


def _write(work: Work, rows: Sequence[DemandStep], cases: dict[UUID, _Case]) -> None:
    """The steps and their entries, from the outside world to what each provider owes."""
    if not rows:
        return
    bulk.insert(work, DemandStep, [row.model_dump() for row in rows])
    entries.locked(work, {NOBODY, *(cases[row.demand_id].demand.provider_id for row in rows)})
    treasury = entries.pot(work, (AccountKind.TREASURY, NOBODY, Unit.EUROCENT))
    entries.post(
        work,
        [_posting(work, row, cases[row.demand_id].demand.provider_id, treasury.id) for row in rows],
        opening=[treasury],
    )


def _posting(work: Work, row: DemandStep, provider_id: UUID, treasury_id: UUID) -> Posting:
    return Posting(
        kind=EntryKind.REPAID,
        debit_account_id=treasury_id,
        credit_account_id=entries.pot(work, (AccountKind.RECEIVABLE, provider_id, Unit.EUROCENT)).id,
        unit=Unit.EUROCENT,
        amount=row.cents,
        cause_id=row.id,
        at=day_start(row.day),
    )
