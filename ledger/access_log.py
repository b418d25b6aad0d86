# SPDX-License-Identifier: EUPL-1.2
"""Who looked at whom, and why: one line per look, in the transaction of the look itself.

No line, no look: when the transaction does not commit, nothing was answered either (NEN 7513).
"""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import col

from ledger.db import Work
from ledger.ids import uuid7
from ledger.inputs import Input, Text
from ledger.tables import AccessLog


class LookAction(StrEnum):
    """What was done with the identity of a person."""

    SEARCH = "search"
    """Looked for, by number or by name and day of birth; also when nobody was found."""
    READ = "read"
    """Shown to who asked."""
    LETTER = "letter"
    """Printed on a letter."""
    LOGIN = "login"
    """Sent or told a code to log in with."""
    IMPORT = "import"
    """Matched with a line of a message."""
    CORRECT = "correct"
    """Replaced by what is right now."""
    ERASE = "erase"
    """Destroyed."""
    MANDATE_GIVEN = "mandate_given"
    """Somebody may act for the person, or the person for somebody."""
    MANDATE_ENDED = "mandate_ended"
    """That ends."""


class Look(Input):
    """One look, about to be noted."""

    action: LookAction
    person_id: UUID | None
    """None where a search found nobody."""
    purpose: Text
    """Why, in the words of who looked; not empty, and without a name or a number."""


def note(work: Work, looks: Sequence[Look]) -> list[UUID]:
    """Note the looks, in the order given, as done by the actor of this work; their ids.

    In a session that keeps nothing (db.reading) this is a bug: the look would leave no trace.
    """
    if not work.session.info.get("keeps", True):  # not an assert statement: must hold under python -O
        raise AssertionError("a look at a person needs a transaction, not a reading")
    ids = [uuid7() for _ in looks]
    rows = [
        {
            "municipality_id": work.municipality_id,
            "id": look_id,
            "actor_id": work.actor_id,
            "action": look.action.value,
            "person_id": look.person_id,
            "purpose": look.purpose,
            "at": work.now,
        }
        for look_id, look in zip(ids, looks, strict=True)
    ]
    if rows:
        work.session.connection().execute(insert(AccessLog), rows)
    return ids


def newest(work: Work, *, before: UUID | None = None, limit: int = 100) -> Sequence[AccessLog]:
    """All looks, latest first; before is the last id of the page already seen, exclusive."""
    statement = select(AccessLog).where(col(AccessLog.municipality_id) == work.municipality_id)
    if before is not None:
        statement = statement.where(col(AccessLog.id) < before)
    return work.session.scalars(statement.order_by(col(AccessLog.id).desc()).limit(limit)).all()


def of_person(
    work: Work, person_id: UUID, *, before: UUID | None = None, limit: int = 100
) -> Sequence[AccessLog]:
    """The looks at one person, latest first; before is the last id of the page already seen, exclusive."""
    statement = select(AccessLog).where(
        col(AccessLog.municipality_id) == work.municipality_id, col(AccessLog.person_id) == person_id
    )
    if before is not None:
        statement = statement.where(col(AccessLog.id) < before)
    return work.session.scalars(statement.order_by(col(AccessLog.id).desc()).limit(limit)).all()
