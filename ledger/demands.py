# SPDX-License-Identifier: EUPL-1.2
"""Demands: what a provider must pay back, for debts that no settlement will set off, or not soon.

A demand is for debts that nobody has demanded, the oldest first. While it stands settlements go on setting
off: that lowers it. What is charged on it and how it is given up is in recoveries, what comes in for it in
repayments.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import select
from sqlmodel import col

from ledger import bulk, db, debts, lists, payment_files, runs
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.debts import Share
from ledger.errors import Conflict, NotFound, Refused
from ledger.ids import uuid7
from ledger.inputs import Amount, Day, Id7, Input, Text, fingerprint
from ledger.providers import ProviderUnknown
from ledger.rules.demands import DemandState, Move, MoveKind, Standing, standings
from ledger.tables import (
    Account,
    Demand,
    DemandDebt,
    DemandInterest,
    DemandStep,
    DemandStepKind,
    Provider,
    Settlement,
)

TERM: Final = timedelta(weeks=6)
"""How long a provider has to pay. Source: Algemene wet bestuursrecht art. 4:87 lid 1."""


@dataclass(kw_only=True, eq=False)
class DemandNotFound(NotFound):
    """There is no such demand here."""

    code = "demand_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class DemandExists(Conflict):
    """This id was used for a demand with other content."""

    code = "demand_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class DemandExceedsDebt(Refused):
    """The provider owes less than this that is not demanded already."""

    code = "demand_exceeds_debt"
    asked_cents: int
    most_cents: int


@dataclass(kw_only=True, eq=False)
class DemandBackdated(Refused):
    """A demand is not sent on a day that has passed: interest would run over days nobody knew of it."""

    code = "demand_backdated"
    sent_on: date
    today: date


class DemandBody(Input):
    """What a provider is told to pay back, by when, and why."""

    provider_id: UUID
    cents: Amount
    sent_on: Day
    due_on: Day | None = None
    """The last day to pay without interest; six weeks after it is sent, unless it is named."""
    reason: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.due_on is not None and self.due_on < self.sent_on:
            raise ValueError("the last day lies before the first")
        return self


class DemandInput(DemandBody):
    """A demand under its id."""

    id: Id7


@dataclass(frozen=True, kw_only=True)
class Told:
    """A demand as it is, with all that a provider may know of it."""

    demand: Demand
    standing: Standing
    steps: Sequence[DemandStep]
    """The oldest first."""

    @property
    def state(self) -> DemandState:
        """How far it is."""
        return self.standing.state


def make(work: Work, asked: DemandInput) -> Told:
    """Demand a part or all of what a provider must give back; the same id with the same content is the same.

    Raises DemandExists, ProviderUnknown, DemandBackdated, DemandExceedsDebt.
    """
    runs.locked(work)
    known = work.session.get(Demand, (work.municipality_id, asked.id))
    if known is not None:
        if known.fingerprint != fingerprint(asked):
            raise DemandExists(id=asked.id)
        return get(work, asked.id)
    shares = _judge(work, asked)
    # After this point only writes.
    row = _row(work, asked, shares[0].debt.budget_id)
    work.session.add(row)
    work.session.flush()
    bulk.insert(work, DemandDebt, [_debt_row(row, each) for each in shares])
    step(work, row.id, 1, kind=DemandStepKind.SENT, cents=row.cents, day=row.sent_on)
    return get(work, asked.id)


def get(work: Work, demand_id: UUID) -> Told:
    """A demand as it is. Raises DemandNotFound."""
    row = work.session.get(Demand, (work.municipality_id, demand_id))
    if row is None:
        raise DemandNotFound(id=demand_id)
    return _told(work, [row])[0]


def found(work: Work, ids: Collection[UUID]) -> list[Told]:
    """These demands as they are, in the order of their ids; those that are not there are absent."""
    return _told(work, list(db.rows(work, Demand, ids).values()))


def listed(
    work: Work, *, provider_id: UUID | None = None, after: UUID | None = None, limit: int = 50
) -> list[Told]:
    """Demands, of one provider or of all, in the order in which they were born."""
    return _told(work, lists.page(work, Demand, after=after, limit=limit, provider_id=provider_id))


def newest(work: Work, provider_id: UUID, *, limit: int) -> list[Told]:
    """What was demanded of a provider, the newest first."""
    return _told(work, lists.newest(work, Demand, limit=limit, provider_id=provider_id))


def _told(work: Work, rows: Sequence[Demand]) -> list[Told]:
    """These demands as they are; _told(…)[i] is of rows[i]."""
    of_providers = books(work, {row.provider_id for row in rows})
    return [
        Told(
            demand=row,
            standing=of_providers[row.provider_id].standings[row.id],
            steps=of_providers[row.provider_id].steps[row.id],
        )
        for row in rows
    ]


def why(work: Work, row: Demand) -> list[Share]:
    """The debts that a demand is for, with how much of each; the oldest first."""
    mine = (col(DemandDebt.municipality_id) == work.municipality_id, col(DemandDebt.demand_id) == row.id)
    cents = {each.entry_id: each.cents for each in work.session.scalars(select(DemandDebt).where(*mine))}
    account = debts.receivables(work, [row.provider_id])[row.provider_id]
    owed = debts.of_receivable(work, account.id, only=select(col(DemandDebt.entry_id)).where(*mine))
    return [Share(debt=each, cents=cents[each.entry_id]) for each in owed]


def interest_lines(work: Work, demand_id: UUID) -> list[DemandInterest]:
    """How interest on a demand was computed, step by step."""
    statement = (
        select(DemandInterest)
        .where(
            col(DemandInterest.municipality_id) == work.municipality_id,
            col(DemandInterest.demand_id) == demand_id,
        )
        .order_by(col(DemandInterest.number), col(DemandInterest.line))
    )
    return list(work.session.scalars(statement))


@dataclass(frozen=True, kw_only=True)
class Book:
    """The demands of one provider."""

    standings: Mapping[UUID, Standing]
    """By demand, the oldest first."""
    steps: Mapping[UUID, Sequence[DemandStep]]
    """By demand, the oldest first."""


def books(work: Work, provider_ids: Collection[UUID]) -> dict[UUID, Book]:
    """All demands of these providers as they are."""
    steps: dict[UUID, dict[UUID, list[DemandStep]]] = {id_: {} for id_ in provider_ids}
    for provider_id, row in work.session.execute(_steps(work, provider_ids)):
        steps[provider_id].setdefault(row.demand_id, []).append(row)
    moves: dict[UUID, list[Move]] = {
        provider_id: [_move(row) for rows in of_demands.values() for row in rows]
        for provider_id, of_demands in steps.items()
    }
    for row in work.session.scalars(_set_offs(work, provider_ids)):
        moves[row.provider_id].append(_set_off(row))
    return {
        provider_id: Book(standings=standings(moves[provider_id]), steps=of_demands)
        for provider_id, of_demands in steps.items()
    }


def step(work: Work, demand_id: UUID, number: int, **content: Any) -> DemandStep:
    """Write the next step of a demand; the caller works alone on demands (runs.locked)."""
    row = DemandStep(
        municipality_id=work.municipality_id,
        demand_id=demand_id,
        number=number,
        id=uuid7(),
        actor_id=work.actor_id,
        recorded_at=work.now,
        **content,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _judge(work: Work, asked: DemandInput) -> list[Share]:
    """The debts that are demanded, the oldest first."""
    account = debts.receivables(work, [asked.provider_id]).get(asked.provider_id)
    if work.session.get(Provider, (work.municipality_id, asked.provider_id)) is None or account is None:
        raise ProviderUnknown(id=asked.provider_id)
    today = dutch_day(work.now)
    if asked.sent_on < today:
        raise DemandBackdated(sent_on=asked.sent_on, today=today)
    shares = _free(work, account)
    most = sum(each.cents for each in shares)
    if asked.cents > most:
        raise DemandExceedsDebt(asked_cents=asked.cents, most_cents=most)
    return debts.first(shares, asked.cents)


def _free(work: Work, account: Account) -> list[Share]:
    """What a provider owes that is neither demanded nor paid."""
    known = books(work, [account.owner_id])[account.owner_id]
    paid_cents = account.credits
    for standing in known.standings.values():
        paid_cents -= standing.paid_cents
    for steps in known.steps.values():
        paid_cents -= sum(each.cents for each in steps if each.kind is DemandStepKind.INTEREST_BACK)
    demanded = _demanded(work, known)
    return debts.free(debts.of_receivable(work, account.id), demanded=demanded, paid_cents=paid_cents)


def _demanded(work: Work, known: Book) -> dict[UUID, int]:
    """By entry, in cents: all that demands that stand are for, and what was paid of those given up."""
    statement = (
        select(DemandDebt)
        .where(
            col(DemandDebt.municipality_id) == work.municipality_id,
            col(DemandDebt.demand_id).in_(known.standings),
        )
        .order_by(col(DemandDebt.demand_id), col(DemandDebt.entry_id))
    )
    left = {
        id_: each.principal_paid_cents if each.withdrawn else each.cents
        for id_, each in known.standings.items()
    }
    cents: dict[UUID, int] = {}
    for row in work.session.scalars(statement):
        taken = min(row.cents, left[row.demand_id])
        left[row.demand_id] -= taken
        cents[row.entry_id] = cents.get(row.entry_id, 0) + taken
    return cents


def _row(work: Work, asked: DemandInput, budget_id: UUID) -> Demand:
    return Demand(
        municipality_id=work.municipality_id,
        id=asked.id,
        provider_id=asked.provider_id,
        cents=asked.cents,
        reference=payment_files.reference(asked.id),
        sent_on=asked.sent_on,
        due_on=asked.due_on or asked.sent_on + TERM,
        reason=asked.reason,
        budget_id=budget_id,
        fingerprint=fingerprint(asked),
        actor_id=work.actor_id,
        recorded_at=work.now,
    )


def _debt_row(row: Demand, share: Share) -> dict[str, Any]:
    return {
        "municipality_id": row.municipality_id,
        "demand_id": row.id,
        "entry_id": share.debt.entry_id,
        "cents": share.cents,
    }


def _steps(work: Work, provider_ids: Collection[UUID]) -> Any:
    return (
        select(col(Demand.provider_id), DemandStep)
        .join(
            DemandStep,
            (col(DemandStep.municipality_id) == col(Demand.municipality_id))
            & (col(DemandStep.demand_id) == col(Demand.id)),
        )
        .where(col(Demand.municipality_id) == work.municipality_id, col(Demand.provider_id).in_(provider_ids))
        .order_by(col(DemandStep.demand_id), col(DemandStep.number))
    )


def _set_offs(work: Work, provider_ids: Collection[UUID]) -> Any:
    return select(Settlement).where(
        col(Settlement.municipality_id) == work.municipality_id,
        col(Settlement.provider_id).in_(provider_ids),
        col(Settlement.set_off_cents) > 0,
    )


def _move(row: DemandStep) -> Move:
    return Move(id=row.id, kind=MoveKind(row.kind), cents=row.cents, day=row.day, demand_id=row.demand_id)


def _set_off(row: Settlement) -> Move:
    return Move(
        id=row.id,
        kind=MoveKind.SET_OFF,
        cents=row.set_off_cents,
        day=dutch_day(row.recorded_at),
        demand_id=None,
    )
