# SPDX-License-Identifier: EUPL-1.2
"""The specification of a statement as CSV and XLSX, read back by readers that know nothing of the writer."""

import csv
import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.formats import statement_table
from ledger.formats.statement import (
    ComputedLine,
    ComputedValue,
    HeldLine,
    SetOff,
    Statement,
    StatementLine,
    SummaryLine,
    summed,
)
from ledger.formats.statement_table import (
    COMPUTED_COLUMNS,
    HELD_COLUMNS,
    LINE_COLUMNS,
    csv_computed,
    csv_held,
    csv_lines,
    write_xlsx,
)
from ledger.formats.statement_words import TEXT_LENGTH_MAX
from ledger.units import AMOUNT_MAX, Unit

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RUN, SETTLEMENT = (UUID(int=0x01957A3C8E0070008000000000000000 + n) for n in (1, 2))
NUMBERED_FROM_1899 = date(1899, 12, 30)

LINE = StatementLine(
    contract_number="WMO-2026-001",
    service_code="02A03",
    service_name="Hulp bij het huishouden",
    service_day=date(2026, 10, 1),
    redemption_id=UUID("01957a3c-8e00-7000-8000-00000000abcd"),
    client_reference="T-4711",
    quantity=150,
    unit=Unit.MINUTE,
    price_cents=77_88,
)
TAKEN_BACK = replace(LINE, quantity=-150, price_cents=-77_88, corrected=True, remark="dubbel gedeclareerd")
OTHER = replace(LINE, contract_number="WMO-2026-002", service_code="07A02", unit=Unit.DAY_PART, price_cents=1)
LINES = (LINE, OTHER, TAKEN_BACK, LINE)
TERM = ComputedLine(
    contract_number="WMO-2026-001",
    amount_id=UUID("01957a3c-8e00-7000-8000-00000000cafe"),
    title="Vast bedrag",
    first_day=date(2026, 10, 1),
    last_day=date(2026, 10, 31),
    inputs=(("Per jaar", "€ 120.000,00"), ("Deel", "1/12")),
    values=(ComputedValue(name="yearly_cents", value=120_000_00, unit="cents"),),
    formula_code="instalment_fixed",
    formula="Per jaar gedeeld door 12.",
    result_cents=10_000_00,
)
SET_OFF = SetOff(why="Terugvordering", run_id=RUN, amount_cents=1_05)
HELD = HeldLine(line=LINE, reason_code="double_visit", reason="Twee bezoeken", since=date(2026, 11, 2))


def made_of(lines: Iterable[StatementLine], **changes: Any) -> Statement:
    """A statement that foots, whatever its parts."""
    parts: dict[str, Any] = {"computed": (TERM,), "set_offs": (SET_OFF,), "held": (HELD,)}
    parts |= {"summary": summed(lines)} | changes
    gross = sum(each.total_cents for each in parts["summary"])
    gross += sum(each.result_cents for each in parts["computed"])
    set_off = sum(each.amount_cents for each in parts["set_offs"])
    facts: dict[str, Any] = {
        "language": "nl",
        "municipality_name": "Gemeente Voorbeeldstad",
        "provider_name": "De Brug",
        "provider_agb": None,
        "provider_kvk": "12345678",
        "run_id": RUN,
        "settlement_id": SETTLEMENT,
        "reference": "RF18539007547034",
        "until": date(2026, 10, 31),
        "requested_on": date(2026, 11, 27),
        "creditor_name": "Stichting De Brug",
        "creditor_iban": "NL91ABNA0417164300",
        "previous_owed_cents": 250_00,
        "gross_cents": gross,
        "set_off_cents": set_off,
        "net_cents": gross - set_off,
        "still_owed_cents": 250_00 - set_off,
        "made_at": datetime(2026, 11, 25, 9, tzinfo=UTC),
    }
    return Statement(**(facts | parts))


def read_csv(lines: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines), newline="")))


def xlsx(statement: Statement, lines: Iterable[StatementLine]) -> bytes:
    written = io.BytesIO()
    write_xlsx(statement, lines=lines, to=written)
    return written.getvalue()


def sheets_of(content: bytes) -> dict[str, list[list[str | None]]]:
    """Name of each sheet to its rows of texts and of numbers as they are written."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        book = etree.fromstring(parts.read("xl/workbook.xml"))
        names = [sheet.get("name", "") for sheet in book.iter(f"{SHEET}sheet")]
        return {
            name: list(rows_of(parts.read(f"xl/worksheets/sheet{number}.xml")))
            for number, name in enumerate(names, start=1)
        }


def rows_of(sheet: bytes) -> Iterator[list[str | None]]:
    """The cells of each row by column; None where nothing is written."""
    for row in etree.fromstring(sheet).iter(f"{SHEET}row"):
        cells: list[str | None] = [None] * 14
        for cell in row.iter(f"{SHEET}c"):
            cells[ord(cell.get("r", "A")[0]) - ord("A")] = "".join(map(str, cell.itertext()))
        yield cells


def cents(text: str | None) -> int:
    """What a number written in euros is in cents, exactly; refuses parts of a cent."""
    whole, _, rest = (text or "").partition(".")
    assert len(rest) == 2
    return int(whole + rest)


def test_the_csv_says_everything_of_every_line() -> None:
    rows = read_csv(csv_lines(made_of(LINES), lines=LINES))
    assert len(rows) == len(LINES) + 1
    term = rows[-1]
    assert (term["service"], term["service_name"], term["price_cents"]) == ("term", "Vast bedrag", "1000000")
    assert (term["redemption_id"], term["remark"]) == (str(TERM.amount_id), TERM.formula)
    assert rows[2] == dict(
        zip(
            LINE_COLUMNS,
            (
                "WMO-2026-001",
                "02A03",
                "Hulp bij het huishouden",
                "2026-10-01",
                "01957a3c-8e00-7000-8000-00000000abcd",
                "T-4711",
                "-150",
                "minute",
                "-7788",
                "true",
                "dubbel gedeclareerd",
            ),
            strict=True,
        )
    )


def test_the_csv_of_what_is_held_says_why_and_since_when() -> None:
    (row,) = read_csv(csv_held(made_of(LINES)))
    assert tuple(row) == HELD_COLUMNS
    assert (row["reason_code"], row["reason"], row["since"]) == (
        "double_visit",
        "Twee bezoeken",
        "2026-11-02",
    )
    assert row["price_cents"] == "7788"


def test_the_sheet_says_everything_of_every_line() -> None:
    sheets = sheets_of(xlsx(made_of(LINES), LINES))
    header, *rows = sheets["Alle regels"]
    assert header[:4] == ["Contract", "Code", "Dienst", "Datum"]
    assert len(rows) == len(LINES)
    day = str((LINE.service_day - NUMBERED_FROM_1899) // timedelta(days=1))
    assert rows[2][:11] == [
        "WMO-2026-001",
        "02A03",
        "Hulp bij het huishouden",
        day,
        "T-4711",
        "-150",
        "minuten",
        "-77.88",
        "ja",
        "dubbel gedeclareerd",
        str(LINE.redemption_id),
    ]


def test_the_other_sheets_tell_the_whole_statement() -> None:
    sheets = sheets_of(xlsx(made_of(LINES), LINES))
    overview = {row[0]: row[1] for row in sheets["Afrekening"]}
    assert overview["KvK-nummer"] == "12345678"
    assert "AGB-code" not in overview
    assert overview["Wij betalen u"] == "10076.84"
    assert overview["Verrekend met wat u moest terugbetalen"] == "-1.05"
    assert sheets["Totaal per contract en dienst"][-1][:7] == ["Totaal", None, None, "4", None, None, "77.89"]
    assert sheets["Berekende bedragen"][1][4:7] == [
        "Per jaar: € 120.000,00; Deel: 1/12",
        "Per jaar gedeeld door 12.",
        "10000.00",
    ]
    assert sheets["Wat wij verrekenen"][1][:4] == ["Terugvordering", str(RUN), None, "1.05"]
    assert sheets["Wat wij nog niet betalen"][1][11:13] == ["double_visit", "Twee bezoeken"]


def test_the_workbook_speaks_the_language_of_the_statement_and_leaves_out_empty_sheets() -> None:
    bare = made_of((), language="en", computed=(), set_offs=(), held=())
    sheets = sheets_of(xlsx(bare, ()))
    assert list(sheets) == ["Statement", "Total per contract and service", "All lines"]
    assert len(sheets["All lines"]) == 1


def test_computed_steps_are_in_a_csv_of_their_own_with_what_is_set_off() -> None:
    statement = made_of((), computed_back=(replace(TERM, result_cents=-1_05, formula_code="earlier"),))
    settled, back = read_csv(csv_computed(statement))
    assert tuple(settled) == COMPUTED_COLUMNS
    assert (settled["inputs"], settled["settled"]) == ("yearly_cents=12000000 cents", "true")
    assert (back["formula"], back["result_cents"], back["settled"]) == ("earlier", "-105", "false")
    assert statement.gross_cents == 10_000_00, "what is set off is in no total"


def test_csv_sheet_and_statement_sum_to_the_same_cent() -> None:
    lines = tuple(replace(LINE, price_cents=(-1) ** n * (n * 7919 + 1)) for n in range(3001))
    statement = made_of(lines)
    *in_csv, term = [int(row["price_cents"]) for row in read_csv(csv_lines(statement, lines=lines))]
    in_sheet = [cents(row[7]) for row in sheets_of(xlsx(statement, lines))["Alle regels"][1:]]
    assert in_csv == in_sheet == [line.price_cents for line in lines]
    assert sum(in_sheet) == statement.lines_cents
    assert sum(in_csv) + term == statement.gross_cents


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x")',
    "{=1}",
    "http://example.org",
    "007",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_a_link_or_a_number_is_text(text: str) -> None:
    line = replace(LINE, contract_number=text, client_reference=text, remark=text, service_name=text)
    statement = made_of((line,), held=(replace(HELD, reason=text),), provider_name=text)
    content = xlsx(statement, (line,))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]
        assert not [name for name in parts.namelist() if b"<hyperlink" in parts.read(name)]
    assert sheets_of(content)["Alle regels"][1][0] == text.strip()
    row, _ = read_csv(csv_lines(statement, lines=[line]))
    assert row["remark"] == (f"'{text.strip()}" if text.strip()[0] in "=+-@" else text.strip())


def test_hostile_characters_and_lengths_break_neither_file() -> None:
    said = 'a\x00b\ud800 <&>"]]>\n,; _x0041_ \u202e漢😀 ' + "x" * 50_000
    line = replace(LINE, remark=said)
    statement = made_of((line,))
    (_, row) = sheets_of(xlsx(statement, (line,)))["Alle regels"]
    in_csv, _ = read_csv(csv_lines(statement, lines=[line]))
    assert in_csv["remark"].startswith('ab <&>"]]> ,; _x0041_ 漢😀 xxx')
    assert len(in_csv["remark"]) == TEXT_LENGTH_MAX
    assert (row[9] or "").replace("_x005F_x0041_", "_x0041_") == in_csv["remark"]


@given(st.lists(st.integers(min_value=-AMOUNT_MAX, max_value=AMOUNT_MAX), min_size=60, max_size=80))
@settings(max_examples=20, deadline=None)
def test_every_amount_is_in_the_sheet_exactly(amounts: list[int]) -> None:
    lines = [replace(LINE, price_cents=amount) for amount in amounts]
    made_up_for = replace(TERM, result_cents=max(-sum(amounts), 0))
    statement = made_of(lines, computed=(made_up_for,), set_offs=(), held=())
    rows = sheets_of(xlsx(statement, lines))["Alle regels"][1:]
    assert [cents(row[7]) for row in rows] == amounts


def test_the_same_statement_is_the_same_workbook() -> None:
    assert xlsx(made_of(LINES), LINES) == xlsx(made_of(LINES), iter(LINES))


AMISS = [LINES[:-1], (*LINES, LINE), (*LINES[:-1], replace(LINE, price_cents=1))]


@pytest.mark.parametrize("lines", AMISS)
def test_lines_that_do_not_foot_are_a_bug_and_leave_no_file(
    lines: tuple[StatementLine, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    to = io.BytesIO()
    with pytest.raises(AssertionError, match="do not foot"):
        write_xlsx(made_of(LINES), lines=lines, to=to)
    assert to.getvalue() == b""
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(AssertionError, match="do not foot"):
        list(csv_lines(made_of(LINES), lines=lines))


def test_more_lines_than_a_sheet_holds_are_refused_before_any_is_read() -> None:
    group = SummaryLine(
        contract_number="1",
        service_code="02A03",
        service_name="Hulp",
        line_count=statement_table.ROWS_MAX + 1,
        quantity=1,
        unit=Unit.MINUTE,
        total_cents=1,
    )
    with pytest.raises(AssertionError, match="more lines than a sheet holds"):
        xlsx(made_of((), summary=(group,)), ())


@pytest.mark.parametrize("write", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_lines(write: str, tmp_path: Path) -> None:
    assert peak_bytes(write, 2_000, tmp_path) < peak_bytes(write, 500, tmp_path) + 100_000


def test_keeping_the_lines_would_be_seen(tmp_path: Path) -> None:
    assert peak_bytes("kept", 2_000, tmp_path) > peak_bytes("kept", 500, tmp_path) + 100_000


def peak_bytes(write: str, count: int, folder: Path) -> int:
    """The most memory held at once while so many lines are written."""
    group = replace(summed([LINE])[0], line_count=count, total_cents=count * LINE.price_cents)
    statement = made_of((), summary=(group,))
    lines = (replace(LINE, redemption_id=UUID(int=n)) for n in range(count))
    tracemalloc.start()
    with (folder / write).open("wb") as to:
        match write:
            case "xlsx":
                write_xlsx(statement, lines=lines, to=to)
            case "csv":
                to.writelines(text.encode() for text in csv_lines(statement, lines=lines))
            case _:
                to.writelines([text.encode() for text in csv_lines(statement, lines=lines)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
