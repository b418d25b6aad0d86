# SPDX-License-Identifier: EUPL-1.2
"""The code that is read out: every slip of one symbol or one swap is noticed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import manual_code
from ledger.manual_code import ManualCodeUnreadable

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEY = bytes(range(32))
SAMPLE = [manual_code.new() for _ in range(200)]


def fault(text: str) -> str:
    with pytest.raises(ManualCodeUnreadable) as refused:
        manual_code.normal(text)
    return refused.value.fault


def bare(code: str) -> str:
    return code.replace("-", "")


def test_a_new_code_has_the_printed_form_and_is_normal() -> None:
    for code in SAMPLE:
        assert [len(part) for part in code.split("-")] == [4, 5, 5]
        assert set(bare(code)) <= set(SYMBOLS)
        assert manual_code.normal(code) == code
    assert len(set(SAMPLE)) == len(SAMPLE)


def test_the_check_is_the_value_modulo_1021() -> None:
    assert manual_code.normal("0000-00000-00000") == "0000-00000-00000"
    assert manual_code.normal("0000-00000-001" + "01") == "0000-00000-00101"
    largest = 2**60 - 1
    check = largest % 1021
    assert manual_code.normal("Z" * 12 + SYMBOLS[check // 32] + SYMBOLS[check % 32])


def test_every_wrong_symbol_is_noticed() -> None:
    for code in SAMPLE[:60]:
        symbols = bare(code)
        for place, right in enumerate(symbols):
            for wrong in SYMBOLS.replace(right, ""):
                assert fault(symbols[:place] + wrong + symbols[place + 1 :]) == "check"


def test_every_swap_of_neighbours_is_noticed() -> None:
    for code in SAMPLE:
        symbols = bare(code)
        for place in range(len(symbols) - 1):
            a, b = symbols[place], symbols[place + 1]
            if a != b:
                assert fault(symbols[:place] + b + a + symbols[place + 2 :]) == "check"


def test_nearly_every_random_string_is_refused() -> None:
    chance = random.Random(1)
    passed = 0
    for _ in range(5000):
        try:
            manual_code.normal("".join(chance.choices(SYMBOLS, k=14)))
        except ManualCodeUnreadable:
            continue
        passed += 1
    assert passed < 20


@pytest.mark.parametrize(
    "typed",
    ["0000-00000-00101", "0000 00000 00101", "00000000000101", " oOo0-0oo00-0Oi0L\n", "0000–00000‑00I0l"],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert manual_code.normal(typed) == "0000-00000-00101"


@given(st.sampled_from(SAMPLE), st.data())
def test_any_case_and_any_spacing_is_understood(code: str, data: st.DataObject) -> None:
    parts = [
        data.draw(st.sampled_from([symbol, symbol.lower()]))
        + data.draw(st.sampled_from(["", " ", "-", "\t"]))
        for symbol in bare(code)
    ]
    assert manual_code.normal("".join(parts)) == code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", "length"),
        ("0000-00000-0000", "length"),
        ("0000-00000-000000", "length"),
        ("0" * 10_000, "length"),
        (" " * 100 + "0" * 14, "length"),
        ("0000-00000-0000U", "symbol"),
        ("0000-00000-0000ı", "symbol"),
        ("0000-00000-0000ſ", "symbol"),
        ("0000-00000-0000٠", "symbol"),
        ("0000_00000_00000", "symbol"),
        ("0000-00000-00001", "check"),
        ("ZZZZ-ZZZZZ-ZZZZZ", "check"),
    ],
)
def test_what_is_no_code_is_refused_with_its_fault(typed: str, expected: str) -> None:
    assert fault(typed) == expected


@given(st.text())
def test_random_text_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(ManualCodeUnreadable):
        manual_code.normal(text)


def test_the_digest_is_the_same_for_every_spelling() -> None:
    code = SAMPLE[0]
    digest = manual_code.digest(code, KEY, "0363")
    assert digest == manual_code.digest(bare(code).lower(), KEY, "0363")
    assert len(digest) == 32


def test_the_digest_depends_on_code_key_and_municipality() -> None:
    code = SAMPLE[0]
    digests = {
        manual_code.digest(code, KEY, "0363"),
        manual_code.digest(SAMPLE[1], KEY, "0363"),
        manual_code.digest(code, bytes(32), "0363"),
        manual_code.digest(code, KEY, "0599"),
    }
    assert len(digests) == 4


def test_the_digest_of_what_is_no_code_is_refused() -> None:
    with pytest.raises(ManualCodeUnreadable):
        manual_code.digest("0000-00000-00001", KEY, "0363")
