# SPDX-License-Identifier: EUPL-1.2
"""Claims files: CSV with named columns, read line by line; a bad line is told, never skipped.

Columns: reference, service, quantity, service_date, and either entitlement (an id) or law with
allocation_number; price_cents may be left out. Separator comma or semicolon, UTF-8, one header.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.errors import MalformedFile

BYTES_MAX = 25_000_000
"""A larger file is refused whole, as the standard does for messages (OP179)."""

NEEDED = frozenset({"reference", "service", "quantity", "service_date"})
RIGHTS = frozenset({"entitlement", "law", "allocation_number"})
KNOWN = NEEDED | RIGHTS | {"price_cents"}
_NAME = re.compile(r"[a-z][a-z_]{0,39}")


@dataclass(frozen=True, slots=True)
class CsvLine:
    """One line as it stands in the file; nothing is judged yet."""

    line: int
    """Line number in the file; the header is 1."""
    values: dict[str, str]


def read(source: bytes) -> Iterator[CsvLine]:
    """The lines of a claims file. Raises MalformedFile for a file that is not one."""
    if len(source) > BYTES_MAX:
        raise MalformedFile(place="file", fault=f"larger than {BYTES_MAX} bytes")
    text = _text(source)
    header = text.split("\n", 1)[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        _check_header(names)
        for row in rows:
            if any(value.strip() for value in row):
                yield _line(rows.line_num, names, row)
    except csv.Error as error:
        raise MalformedFile(place=f"line {rows.line_num}", fault=str(error)) from None


def _text(source: bytes) -> str:
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedFile(place=f"byte {error.start}", fault="not UTF-8") from None
    if "\0" in text:
        raise MalformedFile(place="file", fault="holds a NUL character: not a text file")
    return text


def _check_header(names: list[str]) -> None:
    """Every needed column once, no unknown one, and a way to name the entitlement."""
    faults = []
    if missing := sorted(NEEDED - set(names)):
        faults.append(f"missing columns: {', '.join(missing)}")
    if unknown := sorted(set(names) - KNOWN):
        faults.append(f"unknown columns: {', '.join(_told(names, unknown))}")
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        faults.append(f"columns twice: {', '.join(doubled)}")
    if "entitlement" not in names and not {"law", "allocation_number"} <= set(names):
        faults.append("needs the column entitlement, or law and allocation_number")
    if faults:
        raise MalformedFile(place="line 1", fault="; ".join(faults))


def _told(names: list[str], unknown: list[str]) -> list[str]:
    """Names of columns. Of a file without a header the first line is somebody's data: none is repeated."""
    if not KNOWN & set(names):
        return ["…"]
    shown = [name for name in unknown if _NAME.fullmatch(name)]
    return shown if len(shown) == len(unknown) else [*shown, "…"]


def _line(number: int, names: list[str], row: list[str]) -> CsvLine:
    if len(row) != len(names):
        return CsvLine(number, {"": f"{len(row)} values for {len(names)} columns"})
    return CsvLine(number, {name: value.strip() for name, value in zip(names, row, strict=True)})
