# SPDX-License-Identifier: EUPL-1.2
"""Refusals: a request for support that was not granted, with why, so that it can be told and objected to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import insert, select
from sqlmodel import col

from ledger import db
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.errors import Conflict, NotFound, Refused
from ledger.inputs import Day, Id7, Input, ShortText
from ledger.people import PersonNotFound
from ledger.rules.facts import Law
from ledger.tables import Person, Refusal


@dataclass(kw_only=True, eq=False)
class RefusalNotFound(NotFound):
    """There is no such refusal here."""

    code = "refusal_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class RefusalExists(Conflict):
    """This id was used for another refusal."""

    code = "refusal_exists"
    id: UUID


@dataclass(kw_only=True, eq=False)
class DecidedLater(Refused):
    """The day of the decision has not come yet."""

    code = "decided_later"
    day: Day


def _lines(text: str) -> str:
    """Without empty lines around it, and one kind of line end."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


Words = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), AfterValidator(_lines)
]
"""What the resident reads: one line or more."""


class RefusalTerms(Input):
    """What was asked, and why it is refused."""

    holder_id: Id7
    law: Law
    reference: ShortText | None = None
    asked: Words
    reason: Words
    decided_on: Day


class RefusalInput(RefusalTerms):
    """The terms with the id of the refusal."""

    id: Id7


def refuse(work: Work, asked: Sequence[RefusalInput]) -> list[Refusal]:
    """Keep refusals, all or none; the same again changes nothing.

    Raises PersonNotFound, RefusalExists, DecidedLater.
    """
    known = db.rows(work, Refusal, [each.id for each in asked])
    people = db.rows(work, Person, {each.holder_id for each in asked})
    fresh: dict[UUID, Refusal] = {}
    for each in asked:
        if each.holder_id not in people:
            raise PersonNotFound(person_id=each.holder_id)
        if each.decided_on > dutch_day(work.now):
            raise DecidedLater(day=each.decided_on)
        before = known.get(each.id) or fresh.get(each.id)
        if (
            before is not None
            and before.model_dump(include=set(RefusalInput.model_fields)) != each.model_dump()
        ):
            raise RefusalExists(id=each.id)
        if before is None:
            fresh[each.id] = _row(work, each)
    # -- judged; from here on only writes --
    if fresh:
        work.session.connection().execute(insert(Refusal), [row.model_dump() for row in fresh.values()])
    return [known.get(each.id) or fresh[each.id] for each in asked]


def get(work: Work, refusal_id: UUID) -> Refusal:
    """One refusal. Raises RefusalNotFound."""
    found = db.rows(work, Refusal, [refusal_id]).get(refusal_id)
    if found is None:
        raise RefusalNotFound(id=refusal_id)
    return found


def of_holder(work: Work, holder_id: UUID, *, limit: int) -> Sequence[Refusal]:
    """What was refused to one resident, the newest first."""
    statement = select(Refusal).where(
        col(Refusal.municipality_id) == work.municipality_id, col(Refusal.holder_id) == holder_id
    )
    return work.session.scalars(statement.order_by(col(Refusal.id).desc()).limit(limit)).all()


def _row(work: Work, asked: RefusalInput) -> Refusal:
    return Refusal(
        municipality_id=work.municipality_id,
        actor_id=work.actor_id,
        recorded_at=work.now,
        **asked.model_dump(),
    )
