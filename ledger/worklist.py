# SPDX-License-Identifier: EUPL-1.2
"""What waits for a gatekeeper: each list is short, bounded, and leads to where one does it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlmodel import col

from ledger.clock import dutch_day
from ledger.db import Work
from ledger.tables import Approver, CareAgreement, CareApproval, Code, CodeRequest, Entitlement
from ledger.tables.base import linked

SOON: Final = timedelta(days=42)
"""How long before its last day an entitlement is looked at again: six weeks to decide anew."""


def unapproved_care(work: Work, approver: Approver, *, limit: int) -> Sequence[CareAgreement]:
    """Care agreements that wait for this approver, the oldest first."""
    given = exists().where(
        linked(CareApproval, CareAgreement, col(CareApproval.agreement_id) == col(CareAgreement.id)),
        col(CareApproval.approver) == approver,
    )
    statement = select(CareAgreement).where(
        col(CareAgreement.municipality_id) == work.municipality_id, ~given
    )
    return work.session.scalars(statement.order_by(col(CareAgreement.id)).limit(limit)).all()


def ending(work: Work, *, limit: int) -> Sequence[Entitlement]:
    """Entitlements whose last day is near, the nearest first."""
    today = dutch_day(work.now)
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.closed_at).is_(None),
        col(Entitlement.valid_until) >= today,
        col(Entitlement.valid_until) <= today + SOON,
    )
    ordered = statement.order_by(col(Entitlement.valid_until), col(Entitlement.id))
    return work.session.scalars(ordered.limit(limit)).all()


def blocked(work: Work, *, limit: int) -> Sequence[Entitlement]:
    """Entitlements of which every code was blocked or withdrawn, and none made since: they need a letter."""
    today = dutch_day(work.now)
    of_right = linked(Code, Entitlement, col(Code.entitlement_id) == col(Entitlement.id))
    revoked = exists().where(of_right, col(Code.revoked_at).is_not(None))
    works = exists().where(of_right, col(Code.revoked_at).is_(None))
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.closed_at).is_(None),
        col(Entitlement.valid_until).is_(None) | (col(Entitlement.valid_until) >= today),
        revoked,
        ~works,
    )
    return work.session.scalars(statement.order_by(col(Entitlement.id)).limit(limit)).all()


def asked_codes(work: Work, *, limit: int) -> Sequence[Entitlement]:
    """Entitlements for which a resident asked for a new code that was not made yet."""
    answered = exists().where(
        linked(Code, CodeRequest, col(Code.entitlement_id) == col(CodeRequest.entitlement_id)),
        col(Code.recorded_at) >= col(CodeRequest.recorded_at),
    )
    waits = exists().where(
        linked(CodeRequest, Entitlement, col(CodeRequest.entitlement_id) == col(Entitlement.id)),
        ~answered.correlate(CodeRequest),
    )
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id, col(Entitlement.closed_at).is_(None), waits
    )
    return work.session.scalars(statement.order_by(col(Entitlement.id)).limit(limit)).all()
