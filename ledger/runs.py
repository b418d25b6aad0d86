# SPDX-License-Identifier: EUPL-1.2
"""Settlement runs: drafted, looked at, released or withdrawn, and then followed until the bank's last word.

A draft sets lines apart, and books only what contract terms are worth by then. What a release books is in
releases, what reviewers do with lines in reviews, what the bank says in bank_answers and bank_statements.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from ledger import contract_terms, open_items
from ledger.clock import day_after, day_start, dutch_day
from ledger.db import Work
from ledger.errors import Conflict, NotFound, Refused
from ledger.inputs import Day, Id7, Input, fingerprint
from ledger.rules import run_plan
from ledger.rules.states import RUNS, RunCommand, RunState
from ledger.tables import Municipality, RunRelease, RunStep, SettlementRun


@dataclass(kw_only=True, eq=False)
class RunNotFound(NotFound):
    """There is no such settlement run here."""

    code = "settlement_run_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class RunExists(Conflict):
    """This id was used for a run with other content."""

    code = "settlement_run_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class RequestedInPast(Refused):
    """The bank cannot be asked to pay on a day that is behind."""

    code = "settlement_requested_in_past"
    requested_on: date
    today: date


@dataclass(kw_only=True, eq=False)
class UntilInFuture(Refused):
    """A day that has not come cannot be settled."""

    code = "settlement_until_in_future"
    until: date
    today: date


@dataclass(kw_only=True, eq=False)
class RunNotReady(Refused):
    """The run is at a point where this cannot be done with it."""

    code = "settlement_run_not_ready"
    id: UUID
    state: str
    command: str


@dataclass(kw_only=True, eq=False)
class SubmitterPlanned(Refused):
    """A run that was drafted by plan is not submitted by the account that drafted it."""

    code = "submitter_planned"
    id: UUID


class DraftOrder(Input):
    """Settle all that happened up to and including a Dutch day; ask the bank to pay on a day."""

    id: Id7
    until: Day
    requested_on: Day


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step in the life of a run."""

    state: RunState
    reason: str
    actor_id: UUID
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Run:
    """A settlement run as it is, with all that happened to it."""

    id: UUID
    until: date
    """Last Dutch day, inclusive."""
    requested_on: date
    sample_bps: int
    """How many lines in ten thousand must be looked at before release."""
    sample_seed: str
    actor_id: UUID
    """Who drafted it."""
    recorded_at: datetime
    is_planned: bool
    """It is the one that the municipality's plan names for this last day."""
    steps: tuple[Step, ...]
    release: RunRelease | None
    """What was let go; None before that."""

    @property
    def state(self) -> RunState:
        """What it is now."""
        return self.steps[-1].state

    @property
    def count(self) -> int:
        """How many payments; 0 before the release."""
        return self.release.count if self.release else 0

    @property
    def total_cents(self) -> int:
        """Of all payments together; 0 before the release."""
        return self.release.total_cents if self.release else 0


def draft(work: Work, order: DraftOrder) -> Run:
    """Set apart every line on a payable account that is free and happened up to the last day asked.

    Nothing is booked but what contract terms are worth by then. The seed of its sample is drawn here, and
    published with it. The same id with the same content gives the same run. Raises RunExists,
    UntilInFuture, RequestedInPast.
    """
    municipality = locked(work)
    known = work.session.get(SettlementRun, (work.municipality_id, order.id))
    if known is not None:
        if known.fingerprint != fingerprint(order):
            raise RunExists(id=order.id)
        return get(work, order.id)
    today = dutch_day(work.now)
    if order.until > today:
        raise UntilInFuture(until=order.until, today=today)
    if order.requested_on < today:
        raise RequestedInPast(requested_on=order.requested_on, today=today)
    # After this point only writes.
    work.session.add(_row(work, order, municipality.sample_bps))
    work.session.flush()
    advance(work, order.id, RunState.DRAFTED)
    computed = contract_terms.compute(work, order.until)
    open_items.gather(work)
    open_items.mend(work)
    open_items.set_apart(work, order.id, day_start(day_after(order.until)))
    contract_terms.hold(work, order.id, computed.unjudged)
    return get(work, order.id)


def submit(work: Work, run_id: UUID) -> Run:
    """Hand a draft over for review. Raises RunNotFound, RunNotReady, and SubmitterPlanned: what a timer
    drafts, a person submits.
    """
    _, state = required(work, run_id, RunCommand.SUBMIT)
    run = get(work, run_id)
    if run.is_planned and run.actor_id == work.actor_id:
        raise SubmitterPlanned(id=run_id)
    # After this point only writes.
    advance(work, run_id, state)
    return get(work, run_id)


def withdraw(work: Work, run_id: UUID, reason: str) -> Run:
    """Give a run up before money moved; its lines are free for the next. Raises RunNotFound, RunNotReady."""
    _, state = required(work, run_id, RunCommand.WITHDRAW)
    # After this point only writes.
    open_items.let_go(work, run_id)
    advance(work, run_id, state, reason)
    return get(work, run_id)


def get(work: Work, run_id: UUID) -> Run:
    """A run as it is. Raises RunNotFound."""
    return _shown(work, [row(work, run_id)])[0]


def listed(work: Work, *, before: UUID | None = None, limit: int = 50) -> list[Run]:
    """Runs, the newest first; with before only those with a lower id: the last one seen."""
    statement = select(SettlementRun).where(col(SettlementRun.municipality_id) == work.municipality_id)
    if before is not None:
        statement = statement.where(col(SettlementRun.id) < before)
    return _shown(
        work, work.session.scalars(statement.order_by(col(SettlementRun.id).desc()).limit(limit)).all()
    )


def locked(work: Work) -> Municipality:
    """The municipality's row: whoever works on runs waits here for who does so already."""
    statement = (
        select(Municipality)
        .where(col(Municipality.municipality_id) == work.municipality_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return work.session.scalars(statement).one()


def required(work: Work, run_id: UUID, command: RunCommand) -> tuple[RunState, RunState]:
    """What the run is and becomes by this command; locked. Raises RunNotFound, RunNotReady."""
    locked(work)
    row(work, run_id)
    state = states(work, [run_id])[run_id]
    after = RUNS.get((state, command))
    if after is None:
        raise RunNotReady(id=run_id, state=state, command=command)
    return state, after


def advance(work: Work, run_id: UUID, state: RunState, reason: str = "") -> None:
    """Write the next step of a run that is locked."""
    number = work.session.scalar(
        select(func.count()).where(
            col(RunStep.municipality_id) == work.municipality_id, col(RunStep.run_id) == run_id
        )
    )
    work.session.add(
        RunStep(
            municipality_id=work.municipality_id,
            run_id=run_id,
            number=(number or 0) + 1,
            state=state,
            reason=reason,
            actor_id=work.actor_id,
            recorded_at=work.now,
        )
    )
    work.session.flush()


def row(work: Work, run_id: UUID) -> SettlementRun:
    """The run as it was asked for. Raises RunNotFound."""
    found = work.session.get(SettlementRun, (work.municipality_id, run_id))
    if found is None:
        raise RunNotFound(id=run_id)
    return found


def states(work: Work, run_ids: Collection[UUID]) -> dict[UUID, RunState]:
    """What these runs are now."""
    return {run_id: steps[-1].state for run_id, steps in _steps(work, run_ids).items()}


def _row(work: Work, order: DraftOrder, sample_bps: int) -> SettlementRun:
    return SettlementRun(
        municipality_id=work.municipality_id,
        sample_bps=sample_bps,
        sample_seed=secrets.token_hex(16),
        fingerprint=fingerprint(order),
        actor_id=work.actor_id,
        recorded_at=work.now,
        **order.model_dump(),
    )


def _shown(work: Work, rows: Sequence[SettlementRun]) -> list[Run]:
    ids = [each.id for each in rows]
    steps, releases = _steps(work, ids), _releases(work, ids)
    return [
        Run(
            **each.model_dump(exclude={"municipality_id", "fingerprint"}),
            is_planned=each.id == run_plan.run_id(work.municipality_id, each.until),
            steps=tuple(steps[each.id]),
            release=releases.get(each.id),
        )
        for each in rows
    ]


def _steps(work: Work, run_ids: Collection[UUID]) -> Mapping[UUID, list[Step]]:
    statement = (
        select(RunStep)
        .where(col(RunStep.municipality_id) == work.municipality_id, col(RunStep.run_id).in_(run_ids))
        .order_by(col(RunStep.run_id), col(RunStep.number))
    )
    found: dict[UUID, list[Step]] = {}
    for each in work.session.scalars(statement):
        known: Any = each.model_dump(include={"state", "reason", "actor_id", "recorded_at"})
        found.setdefault(each.run_id, []).append(Step(**known))
    return found


def _releases(work: Work, run_ids: Collection[UUID]) -> dict[UUID, RunRelease]:
    statement = select(RunRelease).where(
        col(RunRelease.municipality_id) == work.municipality_id, col(RunRelease.run_id).in_(run_ids)
    )
    return {each.run_id: each for each in work.session.scalars(statement)}
