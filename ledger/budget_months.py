# SPDX-License-Identifier: EUPL-1.2
"""A budget through its year: what was committed and used, month by month."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from ledger.db import Work
from ledger.tables import Entitlement, Redemption, TakenBack
from ledger.tables.base import linked


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """From the first of January up to and including the last day of a month. In eurocents."""

    first_day: date
    """Of the month."""
    committed_cents: int
    """For entitlements that begin up to then, as committed now."""
    used_cents: int
    """Of care given up to then, less what was taken back."""


def months(work: Work, budget_id: UUID, year: int) -> list[Month]:
    """The twelve months of a year, each with what came before it; care of later years is in none."""
    committed = _by_month(work.session.execute(_committed(work, budget_id)).all(), year)
    used = _by_month(work.session.execute(_used(work, budget_id)).all(), year)
    used.subtract(_by_month(work.session.execute(_taken_back(work, budget_id)).all(), year))
    return [
        Month(
            first_day=date(year, month, 1),
            committed_cents=sum(committed[each] for each in range(month + 1)),
            used_cents=sum(used[each] for each in range(month + 1)),
        )
        for month in range(1, 13)
    ]


def _by_month(rows: Iterable[Sequence[object]], year: int) -> Counter[int]:
    """Cents by month; what is of an earlier year counts before January."""
    found: Counter[int] = Counter()
    for day, cents in rows:
        assert isinstance(day, date), "the first column is a day"
        if day.year <= year:
            found[day.month if day.year == year else 0] += int(str(cents or 0))
    return found


def _committed(work: Work, budget_id: UUID) -> "Select[date, int]":
    return (
        select(col(Entitlement.valid_from), func.sum(col(Entitlement.committed_cents)))
        .where(
            col(Entitlement.municipality_id) == work.municipality_id, col(Entitlement.budget_id) == budget_id
        )
        .group_by(col(Entitlement.valid_from))
    )


def _used(work: Work, budget_id: UUID) -> "Select[date, int]":
    return (
        select(col(Redemption.service_day), func.sum(col(Redemption.price_cents)))
        .join(Entitlement, _OF_RIGHT)
        .where(
            col(Redemption.municipality_id) == work.municipality_id, col(Entitlement.budget_id) == budget_id
        )
        .group_by(col(Redemption.service_day))
    )


def _taken_back(work: Work, budget_id: UUID) -> "Select[date, int]":
    return (
        select(col(Redemption.service_day), func.sum(col(TakenBack.price_cents)))
        .join(TakenBack, linked(Redemption, TakenBack, col(TakenBack.redemption_id) == col(Redemption.id)))
        .join(Entitlement, _OF_RIGHT)
        .where(
            col(Redemption.municipality_id) == work.municipality_id, col(Entitlement.budget_id) == budget_id
        )
        .group_by(col(Redemption.service_day))
    )


_OF_RIGHT = linked(Redemption, Entitlement, col(Entitlement.id) == col(Redemption.entitlement_id))
