# SPDX-License-Identifier: EUPL-1.2
"""What comes in: text, days and instants that can be stored anywhere, and fingerprints that stay."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.inputs import Day, Input, LongText, Moment, Text, fingerprint

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
