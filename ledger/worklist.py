# SPDX-License-Identifier: EUPL-1.2
"""What waits for a gatekeeper: each list is short, bounded, and leads to where one does it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select, tuple_, union_all
from sqlmodel import col

from ledger import db, ids
from ledger.clock import day_after, day_start, dutch_day
from ledger.db import Work
from ledger.rules.facts import EntitlementKind
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

RENEWED: Final = timedelta(days=28)
"""How long before a code runs out its next letter is due: four weeks to print, post and find it."""

RAN_OUT: Final = timedelta(days=180)
"""How long after a code ran out a letter is looked for: as long as a code lasts."""

ASKED: Final = timedelta(days=90)
"""How long a question for a new code, or a grant without one, is looked at; after it one asks again."""


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


def lacking_letters(work: Work, *, limit: int) -> Sequence[Entitlement]:
    """Entitlements that no code opens, or none for longer than RENEWED though they last longer themselves.

    Those for which a resident asked are in asked_codes. A drawing right, and what a message allocated to a
    provider, is used without a code: of these only where one was made before. What was granted longer than
    ASKED ago without a code, or had one that ran out longer than RAN_OUT ago, is told otherwise.
    """
    today = dutch_day(work.now)
    of_it = linked(Code, Entitlement, col(Code.entitlement_id) == col(Entitlement.id))
    reaches_its_end = or_(
        *(
            and_(col(Entitlement.valid_until) == day, col(Code.expires_at) >= day_start(day_after(day)))
            for day in (today + timedelta(days=ahead) for ahead in range(RENEWED.days + 1))
        )
    )
    lasts = exists().where(
        of_it,
        col(Code.revoked_at).is_(None),
        or_(col(Code.expires_at) > work.now + RENEWED, reaches_its_end),
    )
    needs_one = and_(
        col(Entitlement.kind) != EntitlementKind.DRAWING_RIGHT, col(Entitlement.allocation_number).is_(None)
    )
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.id).in_(_candidates(work)),
        col(Entitlement.closed_at).is_(None),
        col(Entitlement.valid_until).is_(None) | (col(Entitlement.valid_until) >= today),
        or_(needs_one, exists().where(of_it)),
        ~lasts,
        col(Entitlement.id).not_in(_asked(work)),
    )
    return work.session.scalars(statement.order_by(col(Entitlement.id)).limit(limit)).all()


def _candidates(work: Work) -> "Select[UUID]":
    """Among which entitlements those are that lack a letter, so that not all are looked at."""
    own = work.municipality_id
    revoked: Select[UUID] = select(col(Code.entitlement_id).label("id")).where(
        col(Code.municipality_id) == own, col(Code.revoked_at).is_not(None)
    )
    running_out: Select[UUID] = select(col(Code.entitlement_id).label("id")).where(
        col(Code.municipality_id) == own,
        col(Code.expires_at) > work.now - RAN_OUT,
        col(Code.expires_at) <= work.now + RENEWED,
    )
    granted: Select[UUID] = select(col(Entitlement.id).label("id")).where(
        col(Entitlement.municipality_id) == own, col(Entitlement.id) >= ids.lowest(work.now - ASKED)
    )
    return select(union_all(revoked, running_out, granted).subquery().c.id)


def asked_codes(work: Work, *, limit: int) -> Sequence[Entitlement]:
    """Entitlements for which a resident asked for a new code, in ASKED, that was not made yet."""
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.id).in_(_asked(work)),
        col(Entitlement.closed_at).is_(None),
        col(Entitlement.valid_until).is_(None) | (col(Entitlement.valid_until) >= dutch_day(work.now)),
    )
    return work.session.scalars(statement.order_by(col(Entitlement.id)).limit(limit)).all()


def newest_codes(work: Work, rights: Sequence[Entitlement]) -> Mapping[UUID, Code]:
    """The code that was made last of each of these entitlements; one without any is absent."""
    statement = select(Code).where(
        col(Code.municipality_id) == work.municipality_id,
        col(Code.entitlement_id).in_([each.id for each in rights]),
    )
    ordered = statement.order_by(col(Code.recorded_at), col(Code.id))
    return {row.entitlement_id: row for row in work.session.scalars(ordered)}


def _asked(work: Work) -> "Select[UUID]":
    """For which entitlements a code was asked that was not made yet."""
    answered = exists().where(
        linked(Code, CodeRequest, col(Code.entitlement_id) == col(CodeRequest.entitlement_id)),
        col(Code.recorded_at) >= col(CodeRequest.recorded_at),
    )
    return select(col(CodeRequest.entitlement_id)).where(
        col(CodeRequest.municipality_id) == work.municipality_id,
        col(CodeRequest.id) >= ids.lowest(work.now - ASKED),
        ~answered.correlate(CodeRequest),
    )
