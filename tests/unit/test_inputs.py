# SPDX-License-Identifier: EUPL-1.2
"""What comes in: text, days and instants that can be stored anywhere, and fingerprints that stay."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.ids import NOBODY, uuid7
from ledger.inputs import Amount, Area, Bsn, Day, Id7, Input, LongText, Moment, Text, Validity, fingerprint
from ledger.units import AMOUNT_MAX

ROOT = Path(__file__).parents[2]
PROGRAM = """
from ledger.inputs import fingerprint
from ledger.rules.restrictions import OnlyServices
print(fingerprint(OnlyServices(services=frozenset({"01A04", "02A03", "07A03", "08V01", "11X01"}))).hex())
"""


class At(Input):
    """Something that happened."""

    at: Moment


def test_a_set_has_the_same_fingerprint_in_every_process() -> None:
    found = {_fingerprint_in_a_process(seed) for seed in ("1", "2", "3", "4")}
    assert len(found) == 1


def _fingerprint_in_a_process(hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_one_instant_in_two_time_zones_has_one_fingerprint() -> None:
    here, there = At.model_validate({"at": "2026-06-10T12:00:00+02:00"}), {"at": "2026-06-10T10:00:00Z"}
    assert fingerprint(here) == fingerprint(At.model_validate(there))
    assert fingerprint(here) != fingerprint(At.model_validate({"at": "2026-06-10T12:00:00Z"}))


@pytest.mark.parametrize("value", [0, 20260131, 1.5, "0", "20260131", "1767225600", True])
def test_a_number_is_no_day_and_no_instant(value: object) -> None:
    for kind in (Day, Moment):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize("value", ["0001-01-01", "1799-12-31", "3000-01-01", "9999-12-31"])
def test_days_outside_our_time_are_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(f"{value}T00:00:00+14:00")


def test_a_day_is_read_as_written() -> None:
    assert TypeAdapter(Day).validate_python("2026-01-31") == date(2026, 1, 31)
    assert TypeAdapter(Day).validate_python(date(2026, 1, 31)) == date(2026, 1, 31)


@pytest.mark.parametrize("value", ["a\0b", "a\x1bb", "a\nb", "a\x85b", "a￿b"])
def test_control_characters_in_a_line_are_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(value)


def test_text_of_several_lines_keeps_its_lines() -> None:
    assert TypeAdapter(LongText).validate_python("a\r\nb\n\tc") == "a\nb\n\tc"
    with pytest.raises(ValidationError):
        TypeAdapter(LongText).validate_python("a\0b")


@pytest.mark.parametrize("value", [0, -1, 0.5, 1.0, "1", True, False, None, AMOUNT_MAX + 1, 2**63])
def test_an_amount_is_a_whole_number_above_zero(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Amount).validate_python(value)
    assert [TypeAdapter(Amount).validate_python(each) for each in (1, AMOUNT_MAX)] == [1, AMOUNT_MAX]


def test_an_id_is_of_version_7() -> None:
    assert TypeAdapter(Id7).validate_python(str(made := uuid7())) == made
    for value in (NOBODY, uuid4(), "x"):
        with pytest.raises(ValidationError):
            TypeAdapter(Id7).validate_python(value)


def test_what_was_typed_is_never_repeated_in_an_error() -> None:
    """It may be a personal number."""

    class Typed(Input):
        bsn: Bsn

    with pytest.raises(ValidationError) as caught:
        Typed.model_validate({"bsn": "123456789"})
    assert "123456789" not in str(caught.value)


def test_names_are_read_in_both_styles_and_nothing_unknown_passes() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert Validity.model_validate({"validFrom": first, "valid_until": last}) == Validity(
        valid_from=first, valid_until=last
    )
    with pytest.raises(ValidationError):
        Validity.model_validate({"validFrom": first, "valid_to": last})


def test_a_validity_ends_on_or_after_its_first_day() -> None:
    day = date(2028, 2, 29)
    assert Validity(valid_from=day, valid_until=day).valid_until == day
    with pytest.raises(ValidationError):
        Validity(valid_from=day, valid_until=date(2028, 2, 28))


def test_an_area_is_a_postcode_or_a_neighbourhood() -> None:
    for value in ("1112", "BU03840101", "WK038401"):
        assert TypeAdapter(Area).validate_python(value) == value
    for value in ("0112", "1112AB", "bu03840101", "GM0384", ""):
        with pytest.raises(ValidationError):
            TypeAdapter(Area).validate_python(value)
