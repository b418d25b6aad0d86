# SPDX-License-Identifier: EUPL-1.2
"""Providers that a run settled nothing with, though they had lines: noted, so that they can be told why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, func, insert, literal, select
from sqlmodel import col

from ledger.columns import Instant
from ledger.db import Work
from ledger.formats.statement import Unpaid
from ledger.rules.funding import AccountKind
from ledger.tables import (
    Account,
    LeftOut,
    LeftOutReason,
    Settlement,
    SettlementRun,
    Unsettled,
)
from ledger.tables.base import linked
from ledger.units import Unit

_WHY: Final[Mapping[LeftOutReason, Unpaid]] = {
    LeftOutReason.PAYEE_BLOCKED: "blocked",
    LeftOutReason.CARRIED_OVER: "carried_over",
}
"""Reasons why nothing at all of a provider is settled; others are of lines, which then each wait."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a run left of one provider. Amounts in eurocents."""

    run_id: UUID
    provider_id: UUID
    until: date
    """Last Dutch day of the run, inclusive."""
    lines: int
    cents: int
    owed_cents: int
    reasons: tuple[LeftOutReason, ...]
    recorded_at: datetime


def note(work: Work, run_id: UUID) -> None:
    """Write down every provider of a released run that has lines left out and no settlement."""
    settled = exists().where(
        col(Settlement.municipality_id) == col(LeftOut.municipality_id),
        col(Settlement.run_id) == col(LeftOut.run_id),
        col(Settlement.provider_id) == col(LeftOut.provider_id),
    )
    owed = (
        select(func.coalesce(func.sum(col(Account.debits) - col(Account.credits)), 0))
        .where(
            col(Account.municipality_id) == col(LeftOut.municipality_id),
            col(Account.owner_id) == col(LeftOut.provider_id),
            col(Account.kind) == AccountKind.RECEIVABLE,
            col(Account.unit) == Unit.EUROCENT,
        )
        .scalar_subquery()
    )
    names = ["municipality_id", "run_id", "provider_id", "lines", "cents", "owed_cents", "recorded_at"]
    rows = (
        select(
            col(LeftOut.municipality_id),
            col(LeftOut.run_id),
            col(LeftOut.provider_id),
            func.count(),
            func.sum(col(LeftOut.cents)),
            owed,
            literal(work.now, Instant()),
        )
        .where(col(LeftOut.municipality_id) == work.municipality_id, col(LeftOut.run_id) == run_id, ~settled)
        .group_by(col(LeftOut.municipality_id), col(LeftOut.run_id), col(LeftOut.provider_id))
    )
    work.session.execute(insert(Unsettled).from_select(names, rows))


def get(work: Work, run_id: UUID, provider_id: UUID) -> Told | None:
    """What a run left of a provider; None where it settled with it, or had nothing of it."""
    mine = [col(Unsettled.run_id) == run_id, col(Unsettled.provider_id) == provider_id]
    return next(iter(_told(work, mine, col(Unsettled.run_id), 1)), None)


def of_provider(work: Work, provider_id: UUID, *, before: UUID | None = None, limit: int = 50) -> list[Told]:
    """The runs that settled nothing with a provider, the newest first; with before only those of lower id."""
    conditions: list[Any] = [col(Unsettled.provider_id) == provider_id]
    if before is not None:
        conditions.append(col(Unsettled.run_id) < before)
    return _told(work, conditions, col(Unsettled.run_id).desc(), limit)


def of_run(work: Work, run_id: UUID, *, after: UUID | None = None, limit: int = 50) -> list[Told]:
    """The providers that a run settled nothing with, in the order of their ids; after is the last seen."""
    conditions: list[Any] = [col(Unsettled.run_id) == run_id]
    if after is not None:
        conditions.append(col(Unsettled.provider_id) > after)
    return _told(work, conditions, col(Unsettled.provider_id), limit)


@dataclass(frozen=True, kw_only=True)
class Stayed:
    """Lines of one provider that a run did not settle, for one reason. Amounts in eurocents."""

    provider_id: UUID
    reason: LeftOutReason
    lines: int
    cents: int


def stayed(work: Work, run_id: UUID, *, limit: int) -> list[Stayed]:
    """What a released run did not settle, by provider and reason; the most money first."""
    cents = func.sum(col(LeftOut.cents))
    grouped = (col(LeftOut.provider_id), col(LeftOut.reason))
    statement = (
        select(*grouped, func.count(), cents)
        .where(col(LeftOut.municipality_id) == work.municipality_id, col(LeftOut.run_id) == run_id)
        .group_by(*grouped)
        .order_by(cents.desc(), *grouped)
        .limit(limit)
    )
    return [
        Stayed(provider_id=provider_id, reason=reason, lines=lines, cents=int(total))
        for provider_id, reason, lines, total in work.session.execute(statement)
    ]


def why(told: Told) -> Unpaid:
    """Why nothing was settled, as the statement says it."""
    return next((words for reason, words in _WHY.items() if reason in told.reasons), "waiting")


def _told(work: Work, conditions: Sequence[Any], order: Any, limit: int) -> list[Told]:
    statement = (
        select(Unsettled, col(SettlementRun.until))
        .join(
            SettlementRun,
            linked(SettlementRun, Unsettled, col(SettlementRun.id) == col(Unsettled.run_id)),
        )
        .where(col(Unsettled.municipality_id) == work.municipality_id, *conditions)
        .order_by(order)
        .limit(limit)
    )
    rows = work.session.execute(statement).all()
    reasons = _reasons(work, [row for row, _ in rows])
    return [
        Told(
            until=until,
            reasons=tuple(each for each in LeftOutReason if each in reasons[row.run_id, row.provider_id]),
            **row.model_dump(exclude={"municipality_id"}),
        )
        for row, until in rows
    ]


def _reasons(work: Work, rows: Sequence[Unsettled]) -> Mapping[tuple[UUID, UUID], set[LeftOutReason]]:
    """Why lines were left out, by run and provider."""
    statement = (
        select(col(LeftOut.run_id), col(LeftOut.provider_id), col(LeftOut.reason))
        .distinct()
        .where(
            col(LeftOut.municipality_id) == work.municipality_id,
            col(LeftOut.provider_id).in_({row.provider_id for row in rows}),
            col(LeftOut.run_id).in_({row.run_id for row in rows}),
        )
    )
    found: dict[tuple[UUID, UUID], set[LeftOutReason]] = {}
    for run_id, provider_id, reason in work.session.execute(statement):
        found.setdefault((run_id, provider_id), set()).add(reason)
    return found
