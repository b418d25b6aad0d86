# SPDX-License-Identifier: EUPL-1.2
"""Tables as CSV for spreadsheets: RFC 4180, UTF-8, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The header and then each row, as lines with CR LF; one line is in memory at a time.

    Text that begins with = + - @, a tab or a carriage return gets an apostrophe before it (OWASP,
    CSV injection). Numbers stay numbers, None is empty, instants are ISO 8601.
    """
    yield _line(columns)
    for row in rows:
        yield _line([_cell(value) for value in row])


def _line(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool() | int():
            return value
        case datetime() | date():
            return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
