# SPDX-License-Identifier: EUPL-1.2
"""Four eyes: what one person does not grant alone, and what waits for somebody else.

Grants and changes look here while they are judged. Only a decision that is written down lets more than the
limit through; approvals writes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import bulk, municipalities
from ledger.db import Work
from ledger.errors import Conflict, LedgerError, Refused
from ledger.inputs import Input
from ledger.tables import Approval, ApprovalDecision, ApprovalKind
from ledger.tables.base import linked


@dataclass(kw_only=True, eq=False)
class ApprovalExists(Conflict):
    """This id was used to ask for something else."""

    code: ClassVar[str] = "approval_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class NotApproved(Refused):
    """Somebody else decided against it, for good; asking again takes another id."""

    code: ClassVar[str] = "not_approved"
    id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """It passed every rule and waits for somebody else; nothing is booked yet. Amounts in eurocents."""

    id: UUID
    """Of what was asked, and so of the approval."""
    cents: int
    """What would be committed in all; 0 where nobody can say yet."""
    limit_cents: int
    """What one person grants alone."""


@dataclass(kw_only=True)
class Threshold:
    """What a batch needs to know of approvals, as it is after what was judged before."""

    work: Work
    limit_cents: int | None
    asked: dict[UUID, Approval]
    decided: dict[UUID, bool]
    fresh: list[Approval] = field(default_factory=list)

    def answer(self, id_: UUID, mark: bytes) -> Waiting | LedgerError | None:
        """What was answered to this before; None where it is new, or was approved."""
        earlier = self.asked.get(id_)
        if earlier is None:
            return None
        if earlier.fingerprint != mark:
            return ApprovalExists(id=id_)
        if id_ not in self.decided:
            return Waiting(id=id_, cents=earlier.cents, limit_cents=earlier.limit_cents)
        return None if self.decided[id_] else NotApproved(id=id_)

    def stops(self, id_: UUID, cents: int | None) -> bool:
        """Whether so much needs an approval that is not there. None is what nobody can say: it does."""
        if self.limit_cents is None or self.decided.get(id_):
            return False
        return cents is None or cents > self.limit_cents

    def hold(
        self, kind: ApprovalKind, asked: Input, mark: bytes, *, id_: UUID, entitlement_id: UUID, cents: int
    ) -> Waiting:
        """Keep what was asked for somebody else to decide on."""
        assert self.limit_cents is not None, "something stopped it"
        number = getattr(asked, "allocation_number", None)
        row = Approval(
            municipality_id=self.work.municipality_id,
            id=id_,
            kind=kind,
            entitlement_id=entitlement_id,
            content=asked.model_dump(mode="json"),
            fingerprint=mark,
            cents=cents,
            limit_cents=self.limit_cents,
            allocation_number=number,
            actor_id=self.work.actor_id,
            recorded_at=self.work.now,
        )
        self.asked[id_] = row
        self.fresh.append(row)
        return Waiting(id=id_, cents=cents, limit_cents=self.limit_cents)

    def write(self) -> None:
        """What waits from now on, in the order of their ids."""
        rows = sorted(self.fresh, key=lambda each: each.id)
        bulk.insert(self.work, Approval, [row.model_dump() for row in rows])


def load(work: Work, ids: Iterable[UUID]) -> Threshold:
    """The limit as it is now, and what was asked and decided under these ids. Raises MunicipalityNotSetUp."""
    statement = (
        select(Approval, col(ApprovalDecision.approved))
        .outerjoin(
            ApprovalDecision,
            linked(ApprovalDecision, Approval, col(ApprovalDecision.approval_id) == col(Approval.id)),
        )
        .where(col(Approval.municipality_id) == work.municipality_id, col(Approval.id).in_(set(ids)))
    )
    found = list(work.session.execute(statement))
    return Threshold(
        work=work,
        limit_cents=municipalities.get(work).grant_alone_cents,
        asked={row.id: row for row, _ in found},
        decided={row.id: approved for row, approved in found if approved is not None},
    )
