# SPDX-License-Identifier: EUPL-1.2
"""Approvals: somebody else decides on grants and changes that one person does not make alone.

What is approved is judged again as of now, and carried out in the name of who asked it, in the transaction of
the decision. What waits, and from how much on, is in four_eyes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, select
from sqlmodel import col

from ledger import actors, db, entitlement_changes, entitlements
from ledger.change_orders import Order
from ledger.db import Work
from ledger.entitlements import Grant
from ledger.errors import Conflict, LedgerError, NotFound, Refused
from ledger.four_eyes import Waiting
from ledger.inputs import Input, Text, fingerprint
from ledger.tables import Approval, ApprovalDecision, ApprovalKind, Entitlement
from ledger.tables.base import linked


@dataclass(kw_only=True, eq=False)
class ApprovalNotFound(NotFound):
    """Nothing was asked under this id."""

    code: ClassVar[str] = "approval_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ApprovalDecided(Conflict):
    """It was decided on before, otherwise or for another reason."""

    code: ClassVar[str] = "approval_decided"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ApproverAsked(Refused):
    """Who asks does not decide; accounts of one person are one."""

    code: ClassVar[str] = "approver_asked"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ApprovalOvertaken(Refused):
    """Something newer was decided on the entitlement since this was asked."""

    code: ClassVar[str] = "approval_overtaken"
    id: UUID


class DecisionInput(Input):
    """What is decided on what waits."""

    approved: Annotated[bool, Field(strict=True)]
    reason: Text


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, with what was decided on it; None: it waits."""

    approval: Approval
    decision: ApprovalDecision | None

    @property
    def grant(self) -> Grant | None:
        """Exactly what was asked, where that is a grant."""
        is_grant = self.approval.kind is ApprovalKind.GRANT
        return Grant.model_validate(self.approval.content) if is_grant else None

    @property
    def order(self) -> Order | None:
        """Exactly what was asked, where that is a change."""
        is_change = self.approval.kind is ApprovalKind.CHANGE
        return Order.model_validate(self.approval.content) if is_change else None


def decide(work: Work, approval_id: UUID, asked: DecisionInput) -> Asked:
    """Approve, and so carry out, or refuse for good what somebody else asked; the same again changes nothing.

    Raises ApprovalNotFound, ApprovalDecided, ApproverAsked, ApprovalOvertaken, and whatever refuses the
    grant or the change now; then nothing may be kept.
    """
    db.rows(work, Approval, [approval_id], lock=True)
    found = get(work, approval_id)
    if found.decision is not None:
        if (found.decision.approved, found.decision.reason) != (asked.approved, asked.reason):
            raise ApprovalDecided(id=approval_id)
        return found
    if work.actor_id in actors.faces(work, [found.approval.actor_id]):
        raise ApproverAsked(id=approval_id)
    if asked.approved:
        _refuse_overtaken(work, found)
    # After this point only writes; what is carried out is judged by its own rules first.
    work.session.add(
        ApprovalDecision(
            municipality_id=work.municipality_id,
            approval_id=approval_id,
            approved=asked.approved,
            reason=asked.reason,
            actor_id=work.actor_id,
            recorded_at=work.now,
        )
    )
    work.session.flush()
    if asked.approved:
        _carry_out(replace(work, actor_id=found.approval.actor_id), found)
    return get(work, approval_id)


def get(work: Work, approval_id: UUID) -> Asked:
    """What was asked under this id. Raises ApprovalNotFound."""
    found = _read(work, _asked(work).where(col(Approval.id) == approval_id))
    if not found:
        raise ApprovalNotFound(id=approval_id)
    return found[0]


def decisions(work: Work, ids: Iterable[UUID]) -> dict[UUID, ApprovalDecision]:
    """What somebody else decided on these grants and changes, by their id; what needed nobody is absent."""
    statement = select(ApprovalDecision).where(
        col(ApprovalDecision.municipality_id) == work.municipality_id,
        col(ApprovalDecision.approval_id).in_(set(ids)),
    )
    return {row.approval_id: row for row in work.session.scalars(statement)}


def listed(work: Work, *, waiting: bool, after: UUID | None = None, limit: int) -> list[Asked]:
    """At most limit of what waits, or of all that was ever asked, with an id above after; by id."""
    statement = _asked(work)
    if waiting:
        statement = statement.where(col(ApprovalDecision.approval_id).is_(None))
    if after is not None:
        statement = statement.where(col(Approval.id) > after)
    return _read(work, statement.order_by(col(Approval.id)).limit(limit))


def of_allocations(work: Work, numbers: Iterable[int]) -> list[Asked]:
    """Every grant that was asked for with one of these allocation numbers, the oldest first."""
    wanted = col(Approval.allocation_number).in_(set(numbers))
    return _read(work, _asked(work).where(wanted).order_by(col(Approval.recorded_at), col(Approval.id)))


def _carry_out(work: Work, found: Asked) -> None:
    """As it was asked, whole. Raises what refuses it now."""
    outcome: Entitlement | Waiting | LedgerError
    if grant := found.grant:
        assert fingerprint(grant) == found.approval.fingerprint, "what was asked reads back as it was"
        (outcome,) = entitlements.grant(work, [grant])
    else:
        assert found.order is not None, "it is one or the other"
        assert fingerprint(found.order) == found.approval.fingerprint, "what was asked reads back as it was"
        (outcome,) = entitlement_changes.change(work, [found.order])
    if isinstance(outcome, LedgerError):
        raise outcome
    assert isinstance(outcome, Entitlement), "what is approved does not wait"


def _refuse_overtaken(work: Work, found: Asked) -> None:
    """A change says what holds from its decision on: it does not undo what was decided later."""
    if (order := found.order) is None:
        return
    right = db.rows(work, Entitlement, [order.entitlement_id], lock=True)[order.entitlement_id]
    if right.decided_at is not None and order.change.at < right.decided_at:
        raise ApprovalOvertaken(id=found.approval.id)


def _asked(work: Work) -> "Select[Approval, ApprovalDecision]":
    return (
        select(Approval, ApprovalDecision)
        .outerjoin(
            ApprovalDecision,
            linked(ApprovalDecision, Approval, col(ApprovalDecision.approval_id) == col(Approval.id)),
        )
        .where(col(Approval.municipality_id) == work.municipality_id)
    )


def _read(work: Work, statement: "Select[Approval, ApprovalDecision]") -> list[Asked]:
    return [Asked(approval=one, decision=other) for one, other in work.session.execute(statement)]
