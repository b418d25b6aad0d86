# SPDX-License-Identifier: EUPL-1.2
"""What waits for a gatekeeper: each list is short, bounded, and leads to where one does it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlmodel import col

from ledger import db, ids
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.tables import (
    Approver,
    CareAgreement,
    CareApproval,
    CareDecline,
    Code,
    CodeRequest,
    Entitlement,
)
from ledger.tables.base import linked

SOON: Final = timedelta(days=42)
"""How long before its last day an entitlement is looked at again: six weeks to decide anew."""

ASKED: Final = timedelta(days=90)
"""How long a question for a new code is looked at; who still has none after it asks again."""


def unapproved_care(work: Work, approver: Approver, *, limit: int) -> Sequence[CareAgreement]:
    """Care agreements that wait for this approver, the oldest first; of a right that is closed
    none does, and what somebody said no to neither.
    """
    given = exists().where(
        linked(CareApproval, CareAgreement, col(CareApproval.agreement_id) == col(CareAgreement.id)),
        col(CareApproval.approver) == approver,
    )
    declined = exists().where(
        linked(CareDecline, CareAgreement, col(CareDecline.agreement_id) == col(CareAgreement.id))
    )
    statement = (
        select(CareAgreement)
        .join(
            Entitlement,
            linked(CareAgreement, Entitlement, col(Entitlement.id) == col(CareAgreement.entitlement_id)),
        )
        .where(
            col(CareAgreement.municipality_id) == work.municipality_id,
            col(Entitlement.closed_at).is_(None),
            ~given,
            ~declined,
        )
    )
    return work.session.scalars(statement.order_by(col(CareAgreement.id)).limit(limit)).all()


def ending(work: Work, *, after: UUID | None = None, limit: int) -> Sequence[Entitlement]:
    """Entitlements whose last day is near, the nearest first; those that come after one of them."""
    today = dutch_day(work.now)
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.closed_at).is_(None),
        col(Entitlement.valid_until) >= today,
        col(Entitlement.valid_until) <= today + SOON,
    )
    last = db.rows(work, Entitlement, {after}).get(after) if after else None
    if last is not None:
        seen = tuple_(col(Entitlement.valid_until), col(Entitlement.id))
        statement = statement.where(seen > (last.valid_until, last.id))
    ordered = statement.order_by(col(Entitlement.valid_until), col(Entitlement.id))
    return work.session.scalars(ordered.limit(limit)).all()


def blocked(work: Work, *, limit: int) -> Sequence[Entitlement]:
    """Entitlements of which a code was blocked or withdrawn and no code opens now: they need a letter."""
    today = dutch_day(work.now)
    revoked = select(col(Code.entitlement_id)).where(
        col(Code.municipality_id) == work.municipality_id, col(Code.revoked_at).is_not(None)
    )
    works = exists().where(
        linked(Code, Entitlement, col(Code.entitlement_id) == col(Entitlement.id)),
        col(Code.revoked_at).is_(None),
        col(Code.expires_at) > work.now,
    )
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.id).in_(revoked),
        col(Entitlement.closed_at).is_(None),
        col(Entitlement.valid_until).is_(None) | (col(Entitlement.valid_until) >= today),
        ~works,
    )
    return work.session.scalars(statement.order_by(col(Entitlement.id)).limit(limit)).all()


def asked_codes(work: Work, *, limit: int) -> Sequence[Entitlement]:
    """Entitlements for which a resident asked for a new code, in ASKED, that was not made yet."""
    answered = exists().where(
        linked(Code, CodeRequest, col(Code.entitlement_id) == col(CodeRequest.entitlement_id)),
        col(Code.recorded_at) >= col(CodeRequest.recorded_at),
    )
    waiting = select(col(CodeRequest.entitlement_id)).where(
        col(CodeRequest.municipality_id) == work.municipality_id,
        col(CodeRequest.id) >= ids.lowest(work.now - ASKED),
        ~answered.correlate(CodeRequest),
    )
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.id).in_(waiting),
        col(Entitlement.closed_at).is_(None),
    )
    return work.session.scalars(statement.order_by(col(Entitlement.id)).limit(limit)).all()
