# SPDX-License-Identifier: EUPL-1.2
"""Who looked at whom, and why: one line per look, in the transaction of the look itself.

No line, no look: when the transaction does not commit, nothing was answered either (NEN 7513).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator
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


class OwnPurpose(StrEnum):
    """Why we look where nobody types why. Stored as it is, and told in the language of who reads."""

    LETTER_WITH_CODE = "letter_with_code"
    """To address the letter that brings a code."""
    LETTER_WITH_DECISION = "letter_with_decision"
    """To address the letter that tells what was decided."""
    IDENTITY_PROVIDER = "identity_provider"
    """The person logged in elsewhere, and was recognised."""
    ONE_TIME_CODE = "one_time_code"
    """To send a code to log in with by e-mail."""
    WHO_ACTS_FOR_WHOM = "who_acts_for_whom"
    """To name who represents somebody to the other of the two."""
    ALLOCATION_MESSAGE = "allocation_message"
    """To recognise whom a message of allocations is about."""
    COMMAND_LINE_GRANT = "command_line_grant"
    """To recognise to whom something is granted by a command."""
    ERASURE = "erasure_asked"
    """To destroy what is known of the person."""
    MANDATE = "mandate"
    """Somebody may act for somebody, or no longer; its id follows after a space."""


def own_purpose(purpose: str) -> OwnPurpose | None:
    """Which of ours a stored purpose is; None for what somebody typed."""
    key, _, rest = purpose.partition(" ")
    if key not in set(OwnPurpose) or bool(rest) != (key == OwnPurpose.MANDATE):
        return None
    return OwnPurpose(key) if not rest or _is_id(rest) else None


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _own_words(purpose: str) -> str:
    if own_purpose(purpose) is not None:
        raise ValueError("a purpose is told in words of one's own")
    return purpose


Purpose = Annotated[Text, AfterValidator(_own_words)]
"""Why somebody looks, as they type it: never one of our own, which would be told as the system's."""


class Look(Input):
    """One look, about to be noted."""

    action: LookAction
    person_id: UUID | None
    """None where a search found nobody."""
    purpose: Text
    """Why: in the words of who looked, without a name or a number, or one of our own; not empty."""


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
            "purpose": str(look.purpose),
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
