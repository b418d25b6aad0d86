# SPDX-License-Identifier: EUPL-1.2
"""Journal lines as CSV for a financial system or a spreadsheet: one line per debit or credit, streamed.

UTF-8 with a header, comma, CR LF, amounts as whole cents. Text that a spreadsheet would run as a formula
is made harmless by tables_csv.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from ledger.clock import dutch_day
from ledger.errors import MalformedFile
from ledger.formats import tables_csv
from ledger.units import AMOUNT_MAX

COLUMNS: Final = (
    "entry_id",
    "at",
    "recorded_at",
    "kind",
    "account_code",
    "account_description",
    "party",
    "debit_cents",
    "credit_cents",
    "cause_id",
    "actor_id",
)
"""The header, in this order."""

_NOT_TEXT: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalLine:
    """One side of an entry: of debit and credit one is above zero, the other is zero."""

    entry_id: UUID
    at: datetime
    """When it happened; written as the Dutch calendar day."""
    recorded_at: datetime
    """When we learned it; written as ISO 8601, UTC, to the microsecond."""
    kind: str
    account_code: str
    account_description: str
    party: str | None = None
    debit_cents: int = 0
    credit_cents: int = 0
    cause_id: UUID
    actor_id: UUID | None = None


def lines(rows: Iterable[JournalLine]) -> Iterator[bytes]:
    """The header and then each row, one line in memory at a time.

    Raises MalformedFile while streaming, with the line of the file: a row that is not one side of an
    entry, an instant without a zone, or a character that no text file holds.
    """
    cells = (_cells(row, place=f"line {number}") for number, row in enumerate(rows, start=2))
    for line in tables_csv.lines(COLUMNS, cells):
        yield line.encode("utf-8")


def _cells(row: JournalLine, *, place: str) -> tuple[object, ...]:
    _judge_amounts(row, place)
    _judge(row.at.tzinfo is not None, f"{place}, at", "has no time zone")
    _judge(row.recorded_at.tzinfo is not None, f"{place}, recorded_at", "has no time zone")
    return (
        row.entry_id,
        dutch_day(row.at),
        row.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        _text(row.kind, f"{place}, kind"),
        _text(row.account_code, f"{place}, account_code"),
        _text(row.account_description, f"{place}, account_description"),
        _text(row.party or "", f"{place}, party"),
        row.debit_cents,
        row.credit_cents,
        row.cause_id,
        row.actor_id,
    )


def _judge_amounts(row: JournalLine, place: str) -> None:
    zero, amount_cents = sorted((row.debit_cents, row.credit_cents))
    _judge(zero == 0 < amount_cents, place, "is not either a debit or a credit above zero")
    _judge(amount_cents <= AMOUNT_MAX, place, f"is above {AMOUNT_MAX} cents")


def _text(value: str, place: str) -> str:
    _judge(not _NOT_TEXT.search(value), place, "has a character that no text file holds")
    return value


def _judge(sound: bool, place: str, fault: str) -> None:
    if not sound:
        raise MalformedFile(place=place, fault=fault)
