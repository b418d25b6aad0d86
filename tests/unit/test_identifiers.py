# SPDX-License-Identifier: EUPL-1.2
"""Identifiers against published vectors and against python-stdnum, which was written by others."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import iso11649
from stdnum.nl import bsn as stdnum_bsn
from stdnum.nl import postcode as stdnum_postcode

from ledger import identifiers
from ledger.errors import InvalidIdentifier

REFUSED: list[tuple[Callable[[str], str], str]] = [
    (identifiers.bsn, "999900007"),
    (identifiers.bsn, "000000000"),
    (identifiers.bsn, "99990006"),
    (identifiers.bsn, "9999000060"),
    (identifiers.bsn, "9999.00.006"),
    (identifiers.bsn, "٩٩٩٩٠٠٠٠٦"),
    (identifiers.agb, "4242000"),
    (identifiers.agb, "4242000A"),
    (identifiers.kvk, "123456789"),
    (identifiers.municipality, "384"),
    (identifiers.iban, "NL91ABNA0417164301"),
    (identifiers.iban, "NL91ABNA041716430"),
    (identifiers.iban, "NL91ABNA04171643000"),
    (identifiers.iban, "NL91ABNA04171643O0"),
    (identifiers.iban, "NL00AAAA4546500000"),
    (identifiers.iban, "BE00"),
    (identifiers.iban, ""),
    (identifiers.postcode, "0123AB"),
    (identifiers.postcode, "1234A"),
    (identifiers.postcode, "1234SS"),
    (identifiers.postcode, "123"),
    (identifiers.product_code, "01A0"),
    (identifiers.product_code, "01a03"),
    (identifiers.product_code, "01A03\n"),
    (identifiers.email, "zonder-apenstaart.nl"),
    (identifiers.email, "een@twee@voorbeeld.nl"),
    (identifiers.email, "jan@voorbeeld"),
    (identifiers.email, "jan.@voorbeeld.nl"),
    (identifiers.email, "jan@-voorbeeld.nl"),
    (identifiers.email, "jan@voorbeeld.nl\n"),
    (identifiers.email, "jan@voorbeeld.nl\r\nBcc: x@y.nl"),
    (identifiers.email, "zoé@voorbeeld.nl"),
    (identifiers.email, f"{65 * 'a'}@voorbeeld.nl"),
    (identifiers.email, "jan.999900006@voorbeeld.nl"),
]

NEVER_MADE = frozenset({"00", "01", "99"})
"""Check digits that mod 97-10 never makes; stdnum lets their aliases pass, we do not."""

ACCEPTED: list[tuple[Callable[[str], str], str, str]] = [
    (identifiers.bsn, "999900006", "999900006"),
    (identifiers.bsn, " 012345672 ", "012345672"),
    (identifiers.agb, "42420001", "42420001"),
    (identifiers.kvk, "01234567", "01234567"),
    (identifiers.municipality, "0363", "0363"),
    (identifiers.iban, "nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
    (identifiers.iban, "BE68 5390 0754 7034", "BE68539007547034"),
    (identifiers.iban, "DE89370400440532013000", "DE89370400440532013000"),
    (identifiers.iban, "MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
    (identifiers.postcode, "1234 ab", "1234AB"),
    (identifiers.postcode, "1234", "1234"),
    (identifiers.product_code, "01A03", "01A03"),
    (identifiers.email, "fin.adm+zorg@mail.voorbeeld.nl", "fin.adm+zorg@mail.voorbeeld.nl"),
    (identifiers.email, "c999900007@voorbeeld.nl", "c999900007@voorbeeld.nl"),
]


@pytest.mark.parametrize(("check", "value"), REFUSED)
def test_a_wrong_number_is_refused_and_not_repeated(check: Callable[[str], str], value: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        check(value)
    assert refusal.value.kind == check.__name__
    assert not value or value not in str(refusal.value)


@pytest.mark.parametrize(("check", "value", "stored"), ACCEPTED)
def test_a_right_number_is_stored_in_one_form(check: Callable[[str], str], value: str, stored: str) -> None:
    assert check(value) == stored
    assert check(stored) == stored


def test_the_test_range_of_citizen_numbers_has_9091_values() -> None:
    numbers = [f"{number:09d}" for number in range(999900000, 1000000000)]
    passing = [number for number in numbers if _passes(identifiers.bsn, number)]
    assert len(passing) == 9091
    assert (passing[0], passing[-1]) == ("999900006", "999999990")


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_citizen_numbers_are_judged_as_stdnum_does(number: str) -> None:
    assert _passes(identifiers.bsn, number) == stdnum_bsn.is_valid(number)


@given(st.from_regex(r"[A-Z]{4}[0-9]{10}", fullmatch=True), st.integers(2, 98))
def test_dutch_accounts_are_judged_as_stdnum_does(account: str, check_digits: int) -> None:
    number = f"NL{check_digits:02d}{account}"
    right = f"NL{stdnum_iban.calc_check_digits('NL00' + account)}{account}"
    assert identifiers.iban(right) == right
    assert _passes(identifiers.iban, number) == stdnum_iban.is_valid(number)


@given(st.text("0123456789ABCZ NLBEDFR", max_size=40))
def test_what_stdnum_takes_for_an_account_passes(number: str) -> None:
    if stdnum_iban.is_valid(number) and number.replace(" ", "")[2:4] not in NEVER_MADE:
        assert _passes(identifiers.iban, number)


@given(st.from_regex(r"[0-9]{4} ?[A-Za-z]{2}", fullmatch=True))
def test_postcodes_are_judged_as_stdnum_does(code: str) -> None:
    assert _passes(identifiers.postcode, code) == stdnum_postcode.is_valid(code)


def test_the_published_creditor_reference() -> None:
    assert identifiers.rf_reference("539007547034") == "RF18539007547034"
    assert identifiers.is_rf_reference("RF18539007547034")


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21))
def test_creditor_references_satisfy_stdnum(body: str) -> None:
    reference = identifiers.rf_reference(body)
    assert len(reference) <= 25
    assert identifiers.is_rf_reference(reference)
    assert iso11649.is_valid(reference)


@given(st.from_regex(r"RF[0-9]{2}[0-9A-Z]{1,21}", fullmatch=True))
def test_creditor_references_are_judged_as_stdnum_does(reference: str) -> None:
    if reference[2:4] not in NEVER_MADE:
        assert identifiers.is_rf_reference(reference) == iso11649.is_valid(reference)


@pytest.mark.parametrize(
    "reference", ["", "RF18", "rf18539007547034", "RF18 5390 0754 7034", "RF19539007547034"]
)
def test_what_is_no_creditor_reference(reference: str) -> None:
    assert not identifiers.is_rf_reference(reference)


@pytest.mark.parametrize("body", ["", "a", "1" * 22, "1-2"])
def test_a_body_we_should_not_have_made_is_a_mistake(body: str) -> None:
    with pytest.raises(ValueError, match="RF reference"):
        identifiers.rf_reference(body)


def _passes(check: Callable[[str], str], value: str) -> bool:
    try:
        check(value)
    except InvalidIdentifier:
        return False
    return True
