# SPDX-License-Identifier: EUPL-1.2
"""Tables as CSV: what a spreadsheet reads back, and what it must not run."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from ledger.formats import tables_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_be_a_formula_is_made_harmless(start: str) -> None:
    (_, line) = tables_csv.lines(["a"], [[f"{start}HYPERLINK(1)"]])
    assert next(csv.reader(io.StringIO(line, newline=""))) == [f"'{start}HYPERLINK(1)"]


def test_values_come_back_as_they_were() -> None:
    id_ = UUID("01957a3c-8e00-7000-8000-000000000001")
    row = [id_, -5, None, date(2026, 1, 2), datetime(2026, 1, 2, 3, tzinfo=UTC), 'a "b", c', True]
    text = "".join(tables_csv.lines(["a"] * 7, [row]))
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [
        str(id_),
        "-5",
        "",
        "2026-01-02",
        "2026-01-02T03:00:00+00:00",
        'a "b", c',
        "True",
    ]
    assert text.count("\r\n") == 2


def test_rows_are_asked_for_one_by_one() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[int]]:
        for number in range(3):
            asked.append(number)
            yield [number]

    written = tables_csv.lines(["n"], rows())
    assert next(written) == "n\r\n"
    assert asked == []
