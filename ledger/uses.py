# SPDX-License-Identifier: EUPL-1.2
"""Uses: what of a redemption stands behind an entry by which something came to be owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from ledger.db import Work
from ledger.rules.funding import EntryKind
from ledger.tables import Entry, FollowUp, Redemption, RedemptionLine, TakenBack
from ledger.tables.base import linked
from ledger.units import Unit


@dataclass(frozen=True, kw_only=True)
class Use:
    """What of a redemption a line is for."""

    redemption_id: UUID
    line: int
    service: str
    unit: Unit
    quantity: int
    service_day: date


def uses(work: Work, entry_ids: Collection[UUID]) -> dict[UUID, Use]:
    """What was redeemed or captured by these entries, by entry; others are absent."""
    not_used = func.coalesce(col(TakenBack.quantity), 0)
    statement = (
        select(
            col(Entry.id),
            col(RedemptionLine.redemption_id),
            col(RedemptionLine.line),
            col(RedemptionLine.service),
            col(RedemptionLine.unit),
            col(RedemptionLine.quantity) - not_used,
            col(Redemption.service_day),
        )
        .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
        .join(
            RedemptionLine,
            linked(
                RedemptionLine,
                Entry,
                col(RedemptionLine.redemption_id)
                == func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id)),
                col(RedemptionLine.line) == col(Entry.line),
            ),
        )
        .join(
            Redemption,
            linked(Redemption, RedemptionLine, col(Redemption.id) == col(RedemptionLine.redemption_id)),
        )
        .outerjoin(
            TakenBack,
            linked(
                TakenBack,
                Entry,
                col(TakenBack.follow_up_id) == col(FollowUp.id),
                col(TakenBack.line) == col(Entry.line),
            ),
        )
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.id).in_(entry_ids),
            col(Entry.kind).in_([EntryKind.REDEEM, EntryKind.CAPTURE]),
        )
    )
    return {
        entry_id: Use(
            redemption_id=redemption_id,
            line=line,
            service=service,
            unit=unit,
            quantity=quantity,
            service_day=day,
        )
        for entry_id, redemption_id, line, service, unit, quantity, day in work.session.execute(statement)
    }
