# SPDX-License-Identifier: EUPL-1.2
"""What a command shows: tables for people on a terminal, or one JSON object for programs."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ledger.texts import forms, words_en
from ledger.units import Unit

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def console() -> "Console":
    """Where tables are drawn: standard output; in a file or a pipe nothing is folded at 80 columns."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 180
    return Console(highlight=False, markup=False, emoji=False, width=width)


def say(text: str = "") -> None:
    """A line for people."""
    console().print(text, soft_wrap=True)


def show(as_json: bool, value: object, lines: Iterable[str]) -> None:
    """The value as JSON, or else the lines."""
    if as_json:
        write_json(value)
        return
    for line in lines:
        say(line)


def write_json(value: object) -> None:
    """One JSON object on one line of standard output."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """The value in terms of JSON: snake_case names, ISO days and instants, ids and hashes as text."""
    match value:
        case None | bool() | int() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return plain(value.value)
        case UUID() | Path():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case Mapping():
            return {str(plain(name)): plain(each) for name, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return plain(value.model_dump())
    return [plain(each) for each in value]


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; numbers stand to the right."""
    from rich.table import Table

    listed = [list(row) for row in rows]
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for place, name in enumerate(columns):
        is_number = bool(listed) and all(_is_number(row[place]) for row in listed)
        drawn.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in listed:
        drawn.add_row(*(cell(value) for value in row))
    console().print(drawn)


def cell(value: object) -> str:
    """A value as it stands in a table."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return forms.grouped(value, words_en.WORDS)
    return str(value)


def _is_number(value: object) -> bool:
    text = str(value)
    return (isinstance(value, int) and not isinstance(value, bool)) or text.lstrip("-").startswith("€")


def euros(cents: int) -> str:
    """Eurocents as money."""
    return forms.euros(cents, words_en.WORDS)


def amount(quantity: int | None, unit: Unit | None) -> str:
    """A quantity with its unit; empty where there is none."""
    if quantity is None or unit is None:
        return ""
    said = forms.amount(abs(quantity), unit, words_en.WORDS)
    return f"-{said}" if quantity < 0 else said


def progress(*, hidden: bool) -> "Progress":
    """A progress bar on standard error; none where nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    on_error = Console(stderr=True)
    return Progress(*columns, console=on_error, transient=True, disable=hidden or not on_error.is_terminal)
