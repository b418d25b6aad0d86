# SPDX-License-Identifier: EUPL-1.2
"""Journal lines as CSV: read back exactly, harmless in a spreadsheet, whole numbers, flat memory."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedFile
from ledger.formats.journal_csv import COLUMNS, JournalLine, lines
from ledger.units import AMOUNT_MAX

LINE = JournalLine(
    entry_id=UUID("01957a3c-8e00-7000-8000-000000000001"),
    at=datetime(2026, 1, 1, 22, 59, tzinfo=UTC),
    recorded_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    kind="redeem",
    account_code="payable",
    account_description="Te betalen",
    party="Zorg & Zó B.V.",
    credit_cents=1234,
    cause_id=UUID("01957a3c-8e00-7000-8000-000000000002"),
    actor_id=UUID("01957a3c-8e00-7000-8000-000000000003"),
)


def read(*rows: JournalLine) -> list[dict[str, str]]:
    text = b"".join(lines(rows)).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_line_says_everything_under_its_header() -> None:
    assert read(LINE) == [
        {
            "entry_id": str(LINE.entry_id),
            "at": "2026-01-01",
            "recorded_at": "2026-01-02T03:04:05.000006+00:00",
            "kind": "redeem",
            "account_code": "payable",
            "account_description": "Te betalen",
            "party": "Zorg & Zó B.V.",
            "debit_cents": "0",
            "credit_cents": "1234",
            "cause_id": str(LINE.cause_id),
            "actor_id": str(LINE.actor_id),
        }
    ]


def test_without_rows_there_is_only_the_header() -> None:
    assert b"".join(lines([])) == ",".join(COLUMNS).encode() + b"\r\n"


def test_the_day_is_the_dutch_one_and_the_instant_is_utc() -> None:
    elsewhere = timezone(timedelta(hours=-5))
    late = replace(
        LINE,
        at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
        recorded_at=datetime(2026, 6, 30, 20, 0, tzinfo=elsewhere),
    )
    (row,) = read(late)
    assert (row["at"], row["recorded_at"]) == ("2026-07-01", "2026-07-01T01:00:00.000000+00:00")


def test_nobody_and_nothing_are_empty_cells() -> None:
    (row,) = read(replace(LINE, party=None, actor_id=None))
    assert (row["party"], row["actor_id"]) == ("", "")


@pytest.mark.parametrize("field", ["kind", "account_code", "account_description", "party"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_be_a_formula_is_made_harmless(field: str, start: str) -> None:
    text = f'{start}HYPERLINK("http://example.org")'
    cells: dict[str, Any] = {field: text}
    (row,) = read(replace(LINE, **cells))
    assert row[field] == f"'{text}"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_a_name_is_read_back_with_at_most_an_apostrophe_before_it(name: str) -> None:
    (row,) = read(replace(LINE, party=name))
    assert row["party"].removeprefix("'") == name.removeprefix("'")
    assert not row["party"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["credit_cents"] == "1234"


@given(st.lists(st.integers(1, AMOUNT_MAX), max_size=20))
def test_what_is_read_back_sums_to_what_was_booked(amounts_cents: list[int]) -> None:
    sides = [
        side
        for cents in amounts_cents
        for side in (
            replace(LINE, credit_cents=cents),
            replace(LINE, debit_cents=cents, credit_cents=0),
        )
    ]
    rows = read(*sides)
    assert sum(int(row["debit_cents"]) for row in rows) == sum(amounts_cents)
    assert sum(int(row["credit_cents"]) for row in rows) == sum(amounts_cents)


WRONG: list[tuple[str, Any, str]] = [
    ("credit_cents", 0, "line 3"),
    ("credit_cents", -5, "line 3"),
    ("credit_cents", AMOUNT_MAX + 1, "line 3"),
    ("debit_cents", 1, "line 3"),
    ("debit_cents", -1, "line 3"),
    ("at", datetime(2026, 1, 1), "line 3, at"),  # noqa: DTZ001 - the naive instant is the test
    ("recorded_at", datetime(2026, 1, 1), "line 3, recorded_at"),  # noqa: DTZ001 - the same
    ("kind", "\0", "line 3, kind"),
    ("account_code", "\ud800", "line 3, account_code"),
    ("account_description", "a\0", "line 3, account_description"),
    ("party", "Jansen\udfff", "line 3, party"),
]


@pytest.mark.parametrize(("field", "value", "place"), WRONG)
def test_what_is_not_one_side_of_an_entry_is_refused_with_its_line(
    field: str, value: Any, place: str
) -> None:
    received: list[bytes] = []
    with pytest.raises(MalformedFile) as refusal:
        received.extend(lines([LINE, replace(LINE, **{field: value})]))
    assert refusal.value.place == place
    assert "Jansen" not in str(refusal.value)
    assert len(received) == 2


def peak_bytes(count: int) -> int:
    def rows() -> Iterator[JournalLine]:
        for number in range(count):
            yield replace(LINE, credit_cents=number + 1)

    tracemalloc.start()
    try:
        size = sum(len(chunk) for chunk in lines(rows()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > count * 150
    return peak


def test_twenty_thousand_lines_take_no_more_memory_than_a_thousand() -> None:
    peak_bytes(10)  # what is made once is made before measuring
    assert peak_bytes(20_000) < 2 * peak_bytes(1_000)
