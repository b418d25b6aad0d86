# SPDX-License-Identifier: EUPL-1.2
"""Messages from the bank: each file is read once, whole or not at all; what nobody can match is listed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, or_, select, tuple_
from sqlmodel import col

from ledger import lists, runs
from ledger.db import Work
from ledger.errors import Conflict, NotFound
from ledger.ids import uuid7
from ledger.tables import (
    TO_LOOK_AT,
    BankLine,
    BankMessage,
    BankMessageKind,
    BankStatement,
    DemandStep,
    LineOutcome,
)

_LOOK_AT: Final = col(BankLine.outcome).in_([literal_column(f"'{each}'") for each in TO_LOOK_AT])
"""In words that the index of these few lines is made for."""


@dataclass(kw_only=True, eq=False)
class BankMessageNotFound(NotFound):
    """There is no such message from the bank here."""

    code = "bank_message_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class StatementChanged(Conflict):
    """A statement of this name was read before, and said something else."""

    code = "bank_statement_changed"
    statement: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A message from the bank with what became of its lines."""

    message: BankMessage
    statements: tuple[BankStatement, ...]
    """Those that were new in it, in their order."""
    outcomes: Mapping[LineOutcome, int]
    """How many lines."""


def seen(work: Work, source: BinaryIO) -> tuple[bytes, BankMessage | None]:
    """The SHA-256 of a file, and the message it was read as before; the source is at its beginning again.

    Whoever reads messages waits here for who does so already.
    """
    runs.locked(work)
    readable: Any = source  # every file opened for reading bytes has readinto, which its type does not say
    digest = file_digest(readable, "sha256").digest()
    source.seek(0)
    statement = select(BankMessage).where(
        col(BankMessage.municipality_id) == work.municipality_id, col(BankMessage.sha256) == digest
    )
    return digest, work.session.scalars(statement).one_or_none()


def begin(work: Work, kind: BankMessageKind, message_id: str, sha256: bytes) -> BankMessage:
    """Write the message itself."""
    message = BankMessage(
        municipality_id=work.municipality_id,
        id=uuid7(),
        kind=kind,
        message_id=message_id,
        sha256=sha256,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )
    work.session.add(message)
    work.session.flush()
    return message


def get(work: Work, message_id: UUID) -> Reading:
    """A message as it was read. Raises BankMessageNotFound."""
    message = work.session.get(BankMessage, (work.municipality_id, message_id))
    if message is None:
        raise BankMessageNotFound(id=message_id)
    return reading(work, message)


def reading(work: Work, message: BankMessage) -> Reading:
    """What became of a message."""
    statements = work.session.scalars(
        select(BankStatement)
        .where(
            col(BankStatement.municipality_id) == work.municipality_id,
            col(BankStatement.message_id) == message.id,
        )
        .order_by(col(BankStatement.id))
    ).all()
    counted = work.session.execute(
        select(col(BankLine.outcome), func.count())
        .where(
            col(BankLine.municipality_id) == work.municipality_id,
            col(BankLine.statement_id).in_([each.id for each in statements]),
        )
        .group_by(col(BankLine.outcome))
    )
    outcomes: Counter[LineOutcome] = Counter()
    for outcome, many in counted:
        outcomes[outcome] = many
    return Reading(message=message, statements=tuple(statements), outcomes=outcomes)


def listed(work: Work, *, after: UUID | None = None, limit: int = 50) -> list[BankMessage]:
    """Messages in the order they were read."""
    return lists.page(work, BankMessage, after=after, limit=limit)


def recent(work: Work, *, before: UUID | None = None, limit: int = 50) -> list[BankMessage]:
    """Messages, the one read last first; before is the message seen last."""
    statement = select(BankMessage).where(col(BankMessage.municipality_id) == work.municipality_id)
    if before is not None:
        statement = statement.where(col(BankMessage.id) < before)
    return list(work.session.scalars(statement.order_by(col(BankMessage.id).desc()).limit(limit)))


def to_look_at(
    work: Work, *, after: tuple[UUID, int] | None = None, limit: int = 50
) -> list[tuple[BankStatement, BankLine]]:
    """Lines that no program can settle, with their statements, the oldest first.

    But for those that somebody has placed on demands to the last cent.
    """
    statement = (
        select(BankStatement, BankLine)
        .join(
            BankStatement,
            (col(BankStatement.municipality_id) == col(BankLine.municipality_id))
            & (col(BankStatement.id) == col(BankLine.statement_id)),
        )
        .where(col(BankLine.municipality_id) == work.municipality_id, _LOOK_AT, _is_open())
    )
    if after is not None:
        place = tuple_(col(BankLine.statement_id), col(BankLine.number))
        statement = statement.where(place > after)
    ordered = statement.order_by(col(BankLine.statement_id), col(BankLine.number)).limit(limit)
    return [(found, line) for found, line in work.session.execute(ordered)]


def _is_open() -> ColumnElement[bool]:
    """Whether a line is not, or not all of it, booked on demands."""
    placed = (
        select(func.sum(col(DemandStep.cents)))
        .where(
            col(DemandStep.municipality_id) == col(BankLine.municipality_id),
            col(DemandStep.statement_id) == col(BankLine.statement_id),
            col(DemandStep.line) == col(BankLine.number),
        )
        .scalar_subquery()
    )
    return or_(placed.is_(None), placed < col(BankLine.cents))
