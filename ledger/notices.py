# SPDX-License-Identifier: EUPL-1.2
"""Notices: the outbox. Written in the transaction of what they tell of, sent afterwards, every try kept.

Who sends knows the network; the ledger says what waits, and notes what became of it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from ledger import bulk, db
from ledger.db import Work
from ledger.errors import NotFound
from ledger.ids import uuid7s
from ledger.tables import Contact, DeliveryOutcome, Notice, NoticeAbout, NoticeDelivery
from ledger.tables.base import linked

AGAIN_AFTER: Final = timedelta(minutes=30)
"""How long after a try that failed the next one comes. Source: RFC 5321 section 4.5.4.1."""

TRIED_FOR: Final = timedelta(days=5)
"""How long it is tried. Source: RFC 5321 section 4.5.4.1, four to five days."""

DETAIL_MAX: Final = 500
"""Characters kept of what a mail server says."""


@dataclass(kw_only=True, eq=False)
class NoticeNotFound(NotFound):
    """There is no such notice here."""

    code = "notice_not_found"
    id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A notice before it is written down."""

    contact: Contact
    """The version whose address it goes to."""
    about: NoticeAbout
    cause_id: UUID
    subject: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A notice with whom it is for, and every try to send it, the oldest first."""

    notice: Notice
    contact: Contact
    deliveries: tuple[NoticeDelivery, ...]

    @property
    def outcome(self) -> DeliveryOutcome | None:
        """What became of it; None: nobody tried yet."""
        return self.deliveries[-1].outcome if self.deliveries else None


def write(work: Work, drafts: Sequence[Draft]) -> None:
    """Put notices in the outbox; they are sent when this transaction is committed, and only then."""
    rows: list[dict[str, Any]] = [
        {
            "municipality_id": work.municipality_id,
            "id": id_,
            "provider_id": each.contact.provider_id,
            "contact_id": each.contact.id,
            "contact_version": each.contact.version,
            "about": each.about,
            "cause_id": each.cause_id,
            "language": each.contact.language,
            "subject": each.subject,
            "body": each.body,
            "recorded_at": work.now,
        }
        for id_, each in zip(uuid7s(len(drafts)), drafts, strict=True)
    ]
    bulk.insert(work, Notice, rows)


def waiting(work: Work, again: Collection[UUID] = ()) -> list[Told]:
    """What is to be sent now, the oldest first: never taken, and not tried a moment ago.

    again names notices that were given up, or failed just now, and are tried all the same.
    """
    found = _found(work, ~_is(DeliveryOutcome.SENT))
    return [each for each in found if each.notice.id in again or _is_due(work, each)]


def note(work: Work, notice_id: UUID, outcome: DeliveryOutcome, detail: str) -> NoticeDelivery:
    """Keep what became of a try to send. What failed for TRIED_FOR is given up.

    Raises NoticeNotFound.
    """
    notice = db.rows(work, Notice, [notice_id], lock=True).get(notice_id)
    if notice is None:
        raise NoticeNotFound(id=notice_id)
    if outcome is DeliveryOutcome.FAILED and notice.recorded_at <= work.now - TRIED_FOR:
        outcome = DeliveryOutcome.GIVEN_UP
    # After this point only writes.
    row = NoticeDelivery(
        municipality_id=work.municipality_id,
        notice_id=notice_id,
        number=len(_deliveries(work, [notice_id])[notice_id]) + 1,
        outcome=outcome,
        detail=detail[:DETAIL_MAX],
        actor_id=work.actor_id,
        recorded_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def get(work: Work, notice_id: UUID) -> Told:
    """A notice. Raises NoticeNotFound."""
    found = _found(work, col(Notice.id) == notice_id)
    if not found:
        raise NoticeNotFound(id=notice_id)
    return found[0]


def listed(work: Work, provider_id: UUID | None = None) -> list[Told]:
    """The notices about one provider, the oldest first; without one all that were never sent."""
    if provider_id is None:
        return _found(work, ~_is(DeliveryOutcome.SENT))
    return _found(work, col(Notice.provider_id) == provider_id)


def written(municipality_id: str, cause_id: Mapped[UUID], about: NoticeAbout) -> Select[UUID]:
    """The notices of this kind about what a statement finds in this column."""
    return select(col(Notice.id)).where(
        col(Notice.municipality_id) == municipality_id,
        col(Notice.cause_id) == cause_id,
        col(Notice.about) == about,
    )


def all_sent(
    municipality_id: str, cause_id: Mapped[UUID], about: NoticeAbout, *, before: datetime
) -> ColumnElement[bool]:
    """Whether there are such notices, and each was sent before an instant."""
    found = written(municipality_id, cause_id, about)
    late = ~_is(DeliveryOutcome.SENT, col(NoticeDelivery.recorded_at) < before)
    return and_(found.exists(), ~found.where(late).exists())


def _is(outcome: DeliveryOutcome, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether some try of the notice had this outcome."""
    of_notice = linked(NoticeDelivery, Notice, col(NoticeDelivery.notice_id) == col(Notice.id))
    return exists().where(of_notice, col(NoticeDelivery.outcome) == outcome, *more)


def _is_due(work: Work, told: Told) -> bool:
    if told.outcome is None:
        return True
    last = told.deliveries[-1]
    return last.outcome is DeliveryOutcome.FAILED and last.recorded_at <= work.now - AGAIN_AFTER


def _found(work: Work, *conditions: ColumnElement[bool]) -> list[Told]:
    statement = (
        select(Notice, Contact)
        .join(
            Contact,
            linked(
                Notice,
                Contact,
                col(Notice.contact_id) == col(Contact.id),
                col(Notice.contact_version) == col(Contact.version),
            ),
        )
        .where(col(Notice.municipality_id) == work.municipality_id, *conditions)
        .order_by(col(Notice.id))
    )
    rows = work.session.execute(statement).all()
    tries = _deliveries(work, [notice.id for notice, _ in rows])
    return [
        Told(notice=notice, contact=contact, deliveries=tuple(tries[notice.id])) for notice, contact in rows
    ]


def _deliveries(work: Work, notice_ids: Collection[UUID]) -> defaultdict[UUID, list[NoticeDelivery]]:
    statement = (
        select(NoticeDelivery)
        .where(
            col(NoticeDelivery.municipality_id) == work.municipality_id,
            col(NoticeDelivery.notice_id).in_(notice_ids),
        )
        .order_by(col(NoticeDelivery.notice_id), col(NoticeDelivery.number))
    )
    found: defaultdict[UUID, list[NoticeDelivery]] = defaultdict(list)
    for each in work.session.scalars(statement):
        found[each.notice_id].append(each)
    return found
