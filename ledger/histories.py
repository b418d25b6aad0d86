# SPDX-License-Identifier: EUPL-1.2
"""Redemptions as they are on record: their lines, and all that happened to them later."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import inspect, select
from sqlmodel import col

from ledger import db
from ledger.db import Work
from ledger.scans import RedemptionNotFound
from ledger.tables import FollowUp, Redemption, RedemptionLine

R = TypeVar("R", RedemptionLine, FollowUp)


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """One redemption from its beginning to now."""

    redemption: Redemption
    lines: Sequence[RedemptionLine]
    """In their order."""
    follow_ups: Sequence[FollowUp]
    """Oldest first."""

    @property
    def standing_cents(self) -> int:
        """What of its price stands: after the last follow-up, else all of it."""
        taken_back = sum(each.taken_back_cents for each in self.follow_ups)
        return self.redemption.price_cents - taken_back


def of_redemptions(work: Work, ids: Sequence[UUID]) -> list[History]:
    """The histories of these redemptions, in this order. Raises RedemptionNotFound for the first unknown."""
    found = db.rows(work, Redemption, ids)
    for redemption_id in ids:
        if redemption_id not in found:
            raise RedemptionNotFound(id=redemption_id)
    lines = _grouped(work, RedemptionLine, ids, "line")
    follow_ups = _grouped(work, FollowUp, ids, "id")
    return [History(redemption=found[id_], lines=lines[id_], follow_ups=follow_ups[id_]) for id_ in ids]


def _grouped(work: Work, table: type[R], ids: Sequence[UUID], order: str) -> defaultdict[UUID, list[R]]:
    """The rows of these redemptions, by redemption, in the order of a column."""
    statement = (
        select(table)
        .where(col(table.municipality_id) == work.municipality_id, col(table.redemption_id).in_(set(ids)))
        .order_by(inspect(table).columns[order])
    )
    grouped: defaultdict[UUID, list[R]] = defaultdict(list)
    for row in work.session.scalars(statement):
        grouped[row.redemption_id].append(row)
    return grouped
