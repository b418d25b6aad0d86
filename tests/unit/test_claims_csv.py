# SPDX-License-Identifier: EUPL-1.2
"""Claims files as spreadsheets write them; what is no claims file is refused whole, with the place."""

import pytest

from ledger.errors import MalformedFile
from ledger.formats.claims_csv import BYTES_MAX, CsvLine, read

HEADER = "reference,service,quantity,service_date,entitlement"
LINE = "A1,01A04,60,2026-06-10,0197"
VALUES = {
    "reference": "A1",
    "service": "01A04",
    "quantity": "60",
    "service_date": "2026-06-10",
    "entitlement": "0197",
}


def lines(text: str, encoding: str = "utf-8") -> list[CsvLine]:
    return list(read(text.encode(encoding)))


def fault(source: bytes) -> tuple[str, str]:
    with pytest.raises(MalformedFile) as caught:
        list(read(source))
    return caught.value.place, caught.value.fault


SAME = {
    "comma": f"{HEADER}\n{LINE}\n",
    "semicolon": f"{HEADER}\n{LINE}\n".replace(",", ";"),
    "windows line ends": f"{HEADER}\r\n{LINE}\r\n",
    "no last line end": f"{HEADER}\n{LINE}",
    "byte order mark": f"\ufeff{HEADER}\n{LINE}\n",
    "quotes": '"reference","service","quantity","service_date","entitlement"\n'
    '"A1","01A04","60","2026-06-10","0197"\n',
    "capitals and blanks in the header": " Reference , SERVICE,quantity ,service_date,Entitlement\n" + LINE,
    "blanks around values": f"{HEADER}\n A1 ,01A04, 60,2026-06-10 , 0197\n",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_line_however_it_is_written(text: str) -> None:
    assert lines(text) == [CsvLine(2, VALUES)]


def test_columns_may_come_in_any_order() -> None:
    header, values = "service_date,entitlement,quantity,reference,service", "2026-06-10,0197,60,A1,01A04"
    assert lines(f"{header}\n{values}") == [CsvLine(2, VALUES)]


def test_law_and_number_may_name_the_right() -> None:
    header = "reference,service,quantity,service_date,law,allocation_number,price_cents"
    (line,) = lines(f"{header}\nA1,01A04,60,2026-06-10,wmo,7,\n")
    assert (line.values["law"], line.values["allocation_number"], line.values["price_cents"]) == (
        "wmo",
        "7",
        "",
    )


def test_line_numbers_are_those_of_the_file() -> None:
    text = f"{HEADER}\n\n{LINE}\n,,,,\n   \n{LINE}\n"
    assert [line.line for line in lines(text)] == [3, 6]


def test_too_few_and_too_many_values_are_told_for_the_line_alone() -> None:
    found = lines(f"{HEADER}\nA1,01A04\n{LINE},x\n{LINE}\n")
    assert [line.values.get("") for line in found] == [
        "2 values for 5 columns",
        "6 values for 5 columns",
        None,
    ]


def test_a_header_alone_has_no_lines() -> None:
    assert lines(HEADER) == []


NO_CLAIMS_FILE = {
    "nothing at all": (b"", "line 1", "missing columns"),
    "missing columns": (
        b"reference,service,entitlement\n",
        "line 1",
        "missing columns: quantity, service_date",
    ),
    "unknown columns": (f"{HEADER},bsn\n".encode(), "line 1", "unknown columns: bsn"),
    "a column twice": (f"{HEADER},service\n".encode(), "line 1", "columns twice: service"),
    "no way to name the right": (
        b"reference,service,quantity,service_date,law\n",
        "line 1",
        "needs the column",
    ),
    "another separator": (HEADER.replace(",", "\t").encode(), "line 1", "unknown columns"),
    "latin 1": ("réference".encode("latin-1"), "byte 1", "not UTF-8"),
    "utf 16": (HEADER.encode("utf-16"), "byte 0", "not UTF-8"),
    "a nul character": (f"{HEADER}\nA\0".encode(), "file", "NUL"),
    "an open quote": (f'{HEADER}\n"A1,01A04\n'.encode(), "line 2", "unexpected end of data"),
    "text after a quote": (
        f'{HEADER}\n"A1"x,01A04,60,2026-06-10,0197\n'.encode(),
        "line 2",
        "expected after",
    ),
    "a value without end": (f"{HEADER}\n{'x' * 140_000}\n".encode(), "line 2", "field larger"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00", "file", "NUL"),
}


@pytest.mark.parametrize(("source", "place", "part"), NO_CLAIMS_FILE.values(), ids=NO_CLAIMS_FILE.keys())
def test_what_is_no_claims_file_is_refused_with_the_place_of_the_fault(
    source: bytes, place: str, part: str
) -> None:
    found = fault(source)
    assert found[0] == place
    assert part in found[1]


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert fault(b"x" * (BYTES_MAX + 1)) == ("file", f"larger than {BYTES_MAX} bytes")
