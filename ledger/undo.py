# SPDX-License-Identifier: EUPL-1.2
"""Undoing at the door: who redeemed it takes all of it back, within minutes, without saying why.

A wrong button is not a correction: later, or by somebody else, a redemption is reversed with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import db, follow_ups, ids
from ledger.clock import day_start, dutch_day
from ledger.db import Work
from ledger.errors import LedgerError, Refused
from ledger.scans import RedemptionNotFound
from ledger.standing import Followed, Order
from ledger.tables import UNDONE, FollowUpKind, Redemption

WITHIN: Final = timedelta(minutes=10)
"""How long after it was recorded: as long as one stands at the door."""


@dataclass(kw_only=True, eq=False)
class UndoTooLate(Refused):
    """More minutes have gone by than it may be undone in, or somebody else redeemed it."""

    code: ClassVar[str] = "undo_too_late"
    minutes: int


def undo(work: Work, redemption_id: UUID, *, id: UUID) -> Followed:
    """Take a redemption back; id is the follow-up's, and the same id again gets the same answer.

    Raises RedemptionNotFound, UndoTooLate, and what follow_ups refuses.
    """
    row = db.rows(work, Redemption, {redemption_id}).get(redemption_id)
    if row is None:
        raise RedemptionNotFound(id=redemption_id)
    if not may_undo(work, row):
        raise UndoTooLate(minutes=int(WITHIN.total_seconds()) // 60)
    order = Order(id=id, kind=FollowUpKind.REVERSAL, redemption_id=row.id, reason=UNDONE, at=row.recorded_at)
    (outcome,) = follow_ups.follow_up(work, [order])
    if isinstance(outcome, LedgerError):
        raise outcome
    return outcome


def may_undo(work: Work, row: Redemption) -> bool:
    """Whether it is of who asks, was used at once, and was recorded within the window."""
    is_own = row.actor_id == work.actor_id and row.claim_id is None and not row.reserved
    return is_own and work.now < row.recorded_at + WITHIN


def today(work: Work, provider_id: UUID, *, limit: int) -> Sequence[Redemption]:
    """What a provider's devices recorded on this Dutch day, the newest first; claims are not among them.

    A device mints ids from its own clock; of one that is more than a day wrong the redemptions are not here.
    """
    begins = day_start(dutch_day(work.now))
    statement = select(Redemption).where(
        col(Redemption.municipality_id) == work.municipality_id,
        col(Redemption.provider_id) == provider_id,
        col(Redemption.id) >= ids.lowest(begins - timedelta(days=1)),
        col(Redemption.recorded_at) >= begins,
        col(Redemption.claim_id).is_(None),
    )
    ordered = statement.order_by(col(Redemption.recorded_at).desc(), col(Redemption.id).desc())
    return work.session.scalars(ordered.limit(limit)).all()
