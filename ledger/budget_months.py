# SPDX-License-Identifier: EUPL-1.2
"""A budget through its year: what was committed and used, month by month."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlmodel import col

from ledger.db import Work
from ledger.rules.funding import AccountKind
from ledger.tables import Account, Entitlement, FollowUp, FollowUpKind, Redemption, TakenBack
from ledger.tables.base import linked
from ledger.units import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """From the first of January up to and including the last day of a month. In eurocents."""

    first_day: date
    """Of the month."""
    committed_cents: int
    """For entitlements that begin up to then: what was committed and did not come back, as it is now."""
    used_cents: int
    """Of care given up to then, less what was taken back; what is only set aside is not among it."""


def months(work: Work, budget_id: UUID, year: int) -> list[Month]:
    """The twelve months of a year, each with what came before it; care of later years is in no used_cents.

    What terms of contracts cost is in neither: it is no entitlement's.
    """
    given = work.session.execute(_given(work, budget_id)).all()
    back = work.session.execute(_taken_back(work, budget_id)).all()
    held = work.session.execute(_held(work, budget_id)).all()
    used = _by_month(((day, cents) for _, day, cents in given), year)
    used.subtract(_by_month(((day, cents) for _, day, cents in back), year))
    committed = _by_month(((begin, cents) for begin, _, cents in given), year)
    committed.subtract(_by_month(((begin, cents) for begin, _, cents in back), year))
    committed.update(_by_month(held, year))
    return [
        Month(
            first_day=date(year, month, 1),
            committed_cents=sum(committed[each] for each in range(month + 1)),
            used_cents=sum(used[each] for each in range(month + 1)),
        )
        for month in range(1, 13)
    ]


def _by_month(rows: Iterable[Sequence[Any]], year: int) -> Counter[int]:
    """Cents by month; what is of an earlier year counts before January."""
    found: Counter[int] = Counter()
    for day, cents in rows:
        assert isinstance(day, date), "the first column is a day"
        if day.year <= year:
            found[day.month if day.year == year else 0] += int(cents or 0)
    return found


def _held(work: Work, budget_id: UUID) -> "Select[date, int]":
    """What entitlements hold now, also set aside, by their first day."""
    owns = linked(Account, Entitlement, col(Account.owner_id) == col(Entitlement.id))
    return (
        select(col(Entitlement.valid_from), func.sum(col(Account.credits) - col(Account.debits)))
        .join(Account, owns)
        .where(
            col(Entitlement.municipality_id) == work.municipality_id,
            col(Entitlement.budget_id) == budget_id,
            col(Account.kind).in_([AccountKind.ENTITLEMENT, AccountKind.RESERVED]),
            col(Account.unit) == Unit.EUROCENT,
        )
        .group_by(col(Entitlement.valid_from))
    )


def _given(work: Work, budget_id: UUID) -> "Select[date, date, int]":
    """What was redeemed, by the first day of the entitlement and the day of the care."""
    return (
        select(
            col(Entitlement.valid_from), col(Redemption.service_day), func.sum(col(Redemption.price_cents))
        )
        .join(Redemption, _OF_RIGHT)
        .where(
            col(Entitlement.municipality_id) == work.municipality_id,
            col(Entitlement.budget_id) == budget_id,
            _is_used(),
        )
        .group_by(col(Entitlement.valid_from), col(Redemption.service_day))
    )


def _taken_back(work: Work, budget_id: UUID) -> "Select[date, date, int]":
    """What was taken back of that, by the same days."""
    return (
        select(col(Entitlement.valid_from), col(Redemption.service_day), func.sum(col(TakenBack.price_cents)))
        .join(Redemption, _OF_RIGHT)
        .join(TakenBack, linked(Redemption, TakenBack, col(TakenBack.redemption_id) == col(Redemption.id)))
        .where(
            col(Entitlement.municipality_id) == work.municipality_id,
            col(Entitlement.budget_id) == budget_id,
            _is_used(),
        )
        .group_by(col(Entitlement.valid_from), col(Redemption.service_day))
    )


def _is_used() -> ColumnElement[bool]:
    """Redeemed at once, or set aside and then used."""
    captured = exists().where(
        linked(FollowUp, Redemption, col(FollowUp.redemption_id) == col(Redemption.id)),
        col(FollowUp.kind) == FollowUpKind.CAPTURE,
    )
    return ~col(Redemption.reserved) | captured


_OF_RIGHT = linked(Redemption, Entitlement, col(Entitlement.id) == col(Redemption.entitlement_id))
