# SPDX-License-Identifier: EUPL-1.2
"""The full specification of a statement as CSV for machines and as XLSX for people, in flat memory.

Both hold every line to the cent, however many there are, and neither holds a formula. Amounts are
eurocents in the CSV and euros with two decimals in the XLSX.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from ledger.clock import dutch_day
from ledger.formats import tables_csv
from ledger.formats.statement import (
    ComputedLine,
    HeldLine,
    Language,
    SetOff,
    Statement,
    StatementLine,
)
from ledger.formats.statement_words import SENTENCES, day, plain, unit_word
from ledger.units import Unit

ROWS_MAX: Final = 1_000_000
"""No settlement has more lines; a sheet holds 1,048,576 rows."""

LINE_COLUMNS: Final = (
    "contract",
    "service",
    "service_name",
    "service_day",
    "redemption_id",
    "client_reference",
    "quantity",
    "unit",
    "price_cents",
    "corrected",
    "remark",
)
"""The header of both CSV files."""

HELD_COLUMNS: Final = (*LINE_COLUMNS, "reason_code", "reason", "since")


COMPUTED_COLUMNS: Final = (
    "contract",
    "amount_id",
    "term",
    "first_day",
    "last_day",
    "formula",
    "inputs",
    "explained",
    "result_cents",
    "settled",
)
"""settled is false for what is set off: that is in no total."""


def csv_lines(statement: Statement, *, lines: Iterable[StatementLine]) -> Iterator[str]:
    """Every settled line as CSV, and after them every computed amount: together the gross amount.

    One line is in memory at a time. Ends in an AssertionError when the lines are not the ones that the
    statement sums.
    """
    rows = (_line_cells(line) for line in _footing(statement, lines))
    return tables_csv.lines(LINE_COLUMNS, chain(rows, map(_computed_as_line, statement.computed)))


def csv_computed(statement: Statement) -> Iterator[str]:
    """Every step of every computed amount with its inputs, also of those that are set off, as CSV."""
    settled = ((each, "true") for each in statement.computed)
    back = ((each, "false") for each in statement.computed_back)
    return tables_csv.lines(COMPUTED_COLUMNS, (_computed_cells(*each) for each in chain(settled, back)))


def csv_held(statement: Statement) -> Iterator[str]:
    """Every line that is held, with why and since when, as CSV."""
    rows = (
        (*_line_cells(each.line), plain(each.reason_code), plain(each.reason), each.since)
        for each in statement.held
    )
    return tables_csv.lines(HELD_COLUMNS, rows)


def write_xlsx(statement: Statement, *, lines: Iterable[StatementLine], to: BinaryIO) -> None:
    """The whole statement as a workbook, in its language; the same bytes for the same input.

    Rows go to temporary files, so that memory is flat. Nothing is written to the file before all is
    complete; raises AssertionError when the lines are not the ones that the statement sums.
    """
    assert statement.line_count <= ROWS_MAX, "more lines than a sheet holds"
    with tempfile.TemporaryDirectory(prefix="statement-") as folder:
        made = Path(folder, "statement.xlsx")
        book = _workbook(made, statement)
        try:
            _fill(_Sheets(book=book, statement=statement), _footing(statement, lines))
        finally:
            book.close()  # also closes its temporary files when the lines are amiss
        with made.open("rb") as complete:
            shutil.copyfileobj(complete, to)


def _footing(statement: Statement, lines: Iterable[StatementLine]) -> Iterator[StatementLine]:
    """The same lines; at the end they have to be what the statement says they sum to."""
    count, cents = 0, 0
    for line in lines:
        count += 1
        cents += line.price_cents
        yield line
    assert (count, cents) == (statement.line_count, statement.lines_cents), "the lines do not foot"


def _line_cells(line: StatementLine) -> tuple[object, ...]:
    return (
        plain(line.contract_number),
        plain(line.service_code),
        plain(line.service_name),
        line.service_day,
        line.redemption_id,
        plain(line.client_reference),
        line.quantity,
        str(line.unit),
        line.price_cents,
        "true" if line.corrected else "false",
        plain(line.remark),
    )


def _computed_as_line(each: ComputedLine) -> tuple[object, ...]:
    """A step of a computed amount in the columns of lines; its quantity is its money."""
    money = (each.result_cents, str(Unit.EUROCENT), each.result_cents)
    named = (plain(each.contract_number), "term", plain(each.title), each.last_day, each.amount_id, "")
    return *named, *money, "false", plain(each.formula)


def _computed_cells(each: ComputedLine, settled: str) -> tuple[object, ...]:
    inputs = "; ".join(f"{one.name}={one.value} {one.unit}" for one in each.values)
    days, words = (each.first_day, each.last_day), (each.formula_code, inputs, plain(each.formula))
    named = (plain(each.contract_number), each.amount_id, plain(each.title))
    return *named, *days, *words, each.result_cents, settled


def _workbook(path: Path, statement: Statement) -> Any:
    """An empty workbook. The library has annotations but no py.typed, hence the import by name."""
    xlsxwriter: Any = import_module("xlsxwriter")
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    title = f"{SENTENCES[statement.language]['title']} {statement.reference}".rstrip()
    author = plain(statement.municipality_name)
    book.set_properties({"title": plain(title), "author": author, "created": statement.made_at})
    return book


class _Sheets:
    """The sheets of one workbook, each with its header, filled row by row."""

    def __init__(self, *, book: Any, statement: Statement) -> None:
        self.statement = statement
        self.say = SENTENCES[statement.language]
        self._book = book
        self._bold = book.add_format({"bold": True, "font_color": "#17365c"})
        self._money = book.add_format({"num_format": "#,##0.00"})
        self._number = book.add_format({"num_format": "#,##0"})
        self._day = book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})

    def add(self, title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[object]]) -> None:
        """One sheet: named columns with their widths in characters, and rows in the order given."""
        sheet = self._book.add_worksheet(self.say[title][:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for column, (name, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, self.say.get(name, ""), self._bold)
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells):
                self._write(sheet, row, column, value)

    def _write(self, sheet: Any, row: int, column: int, value: object) -> None:
        """Text is written as text, whatever it begins with."""
        match value:
            case _Euros():
                sheet.write_number(row, column, value, self._money)
            case int():
                sheet.write_number(row, column, value, self._number)
            case date():
                sheet.write_datetime(row, column, value, self._day)
            case str() | UUID() if value:
                sheet.write_string(row, column, plain(str(value)))


class _Euros(Fraction):
    """An exact number of euros that the library writes down exactly.

    It formats every number for 16 digits, and would make € 9,89 into 9.890000000000001. Should it
    ever ask in another way, it gets the nearest number there is, as for any fraction.
    """

    def __format__(self, asked: str) -> str:
        cents = self.numerator * (100 // self.denominator)
        whole, rest = divmod(abs(cents), 100)
        return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


def _euros(cents: int) -> _Euros:
    return _Euros(cents, 100)


_LINE_HEADER: Final = (
    ("contract", 18),
    ("service_code", 10),
    ("service_name", 34),
    ("day", 12),
    ("client", 24),
    ("quantity", 12),
    ("unit", 16),
    ("amount_euros", 15),
    ("corrected", 11),
    ("remark", 40),
    ("redemption", 38),
)
"""Names of sentences, with the widths of their columns."""

_SUMMARY_HEADER: Final = (
    ("contract", 18),
    ("service_code", 10),
    ("service_name", 34),
    ("line_count", 10),
    ("quantity", 14),
    ("unit", 16),
    ("amount_euros", 15),
)
_COMPUTED_HEADER: Final = (
    ("contract", 18),
    ("term", 34),
    ("first_day", 12),
    ("last_day", 12),
    ("inputs", 50),
    ("formula", 60),
    ("amount_euros", 15),
)
_SET_OFF_HEADER: Final = (("why", 60), ("run", 38), ("redemption", 38), ("amount_euros", 15))
_HELD_HEADER: Final = (*_LINE_HEADER, ("reason_code", 18), ("reason", 50), ("since", 12))


def _fill(sheets: _Sheets, lines: Iterable[StatementLine]) -> None:
    """Every sheet in the order of reading; one without rows is left out, but never the lines."""
    statement = sheets.statement
    sheets.add("title", (("title", 50), ("", 45)), _overview(statement))
    sheets.add("summary", _SUMMARY_HEADER, _summary_rows(statement))
    sheets.add("lines", _LINE_HEADER, (_line_row(line, statement.language) for line in lines))
    if statement.computed:
        sheets.add("computed", _COMPUTED_HEADER, map(_computed_row, statement.computed))
    if statement.set_offs:
        sheets.add("set_offs", _SET_OFF_HEADER, map(_set_off_row, statement.set_offs))
    if statement.computed_back:
        sheets.add("computed_back", _COMPUTED_HEADER, map(_computed_row, statement.computed_back))
    if statement.held:
        held = (_held_row(each, statement.language) for each in statement.held)
        sheets.add("held", _HELD_HEADER, held)


def _overview(statement: Statement) -> Iterator[tuple[object, ...]]:
    facts: dict[str, object] = {
        "provider": statement.provider_name,
        "agb": statement.provider_agb,
        "kvk": statement.provider_kvk,
        "reference": statement.reference,
        "settlement": statement.settlement_id,
        "run": statement.run_id,
        "made_on": dutch_day(statement.made_at),
        "previous_owed": _euros(statement.previous_owed_cents),
        "gross": _euros(statement.gross_cents),
        "set_off": _euros(-statement.set_off_cents),
        "net": _euros(statement.net_cents),
        "still_owed": _euros(statement.still_owed_cents),
        "held": _euros(statement.held_cents),
    }
    say = SENTENCES[statement.language]
    if statement.unpaid is not None:
        facts["open"] = facts.pop("held")
    yield (statement.municipality_name,)
    yield (say["what"].format(until=day(statement.until, statement.language)),)
    yield from ((say[name], value) for name, value in facts.items() if value not in (None, ""))
    if statement.unpaid is not None:
        yield (say[statement.unpaid],)


def _summary_rows(statement: Statement) -> Iterator[tuple[object, ...]]:
    for each in statement.summary:
        yield (
            each.contract_number,
            each.service_code,
            each.service_name,
            each.line_count,
            each.quantity,
            unit_word(each.unit, statement.language),
            _euros(each.total_cents),
        )
    total = SENTENCES[statement.language]["total"]
    yield total, None, None, statement.line_count, None, None, _euros(statement.lines_cents)


def _line_row(line: StatementLine, language: Language) -> tuple[object, ...]:
    return (
        line.contract_number,
        line.service_code,
        line.service_name,
        line.service_day,
        line.client_reference,
        line.quantity,
        unit_word(line.unit, language),
        _euros(line.price_cents),
        SENTENCES[language]["yes"] if line.corrected else None,
        line.remark,
        line.redemption_id,
    )


def _computed_row(each: ComputedLine) -> tuple[object, ...]:
    inputs = "; ".join(f"{name}: {value}" for name, value in each.inputs)
    days = each.first_day, each.last_day
    return each.contract_number, each.title, *days, inputs, each.formula, _euros(each.result_cents)


def _set_off_row(each: SetOff) -> tuple[object, ...]:
    return each.why, each.run_id, each.redemption_id, _euros(each.amount_cents)


def _held_row(each: HeldLine, language: Language) -> tuple[object, ...]:
    return *_line_row(each.line, language), each.reason_code, each.reason, each.since
