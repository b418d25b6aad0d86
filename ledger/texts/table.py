# SPDX-License-Identifier: EUPL-1.2
"""Every error the ledger has, with an example of what is said about it: the source of docs/errors.md.

The classes are found by importing all of ledger by name, at run time: this file knows none of them.
"""

import dataclasses
import pkgutil
import types
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import ledger
from ledger.errors import (
    Conflict,
    Forbidden,
    LedgerError,
    Malformed,
    NotFound,
    Refused,
    Unauthenticated,
)
from ledger.rules import refusals
from ledger.texts import Language, say

FAMILIES: dict[type[LedgerError], str] = {
    NotFound: "NotFound (404)",
    refusals.Reason: "Reason (409)",
    Refused: "Refused (409)",
    Conflict: "Conflict (409)",
    Forbidden: "Forbidden (403)",
    Unauthenticated: "Unauthenticated (401)",
    Malformed: "Malformed (400)",
}
"""A class of errors with the status it is answered with; what is in none of them is our own trouble: 500."""

HEAD = """# Errors

Everything the ledger refuses: the public code, which never changes and is never reused, its family with the
HTTP status, and what is said about it with made-up facts. `python -m ledger.texts` prints this page; a test
compares them.

| code | family | Nederlands | English |
|---|---|---|---|
"""

_ID = UUID("01957a3c-8e00-7000-8000-000000000001")
_NOT_IMPORTED = ("ledger.migrations.", "ledger.texts.__main__")
_EXAMPLES: dict[str, object] = {
    "agb": "01234567",
    "allowed": ("01234567", "01234568"),
    "action": "redeem",
    "area": "1234",
    "asked": 90,
    "asked_cents": 3115,
    "cbs": "0344",
    "ceiling_cents": 2990,
    "column": "identity",
    "command": "release",
    "currency": "USD",
    "demand_state": "paid",
    "covered": ("02A03", "02A05"),
    "first_day": date(2026, 3, 16),
    "from_day": date(2026, 3, 9),
    "expected_cents": 125000,
    "expected_sha256": "9f86d081",
    "faults": ("line 3, municipalities: Field required", "line 8: is empty"),
    "fault": "is empty",
    "found_cents": 124999,
    "found_sha256": "60303ae2",
    "funded_cents": 5000000,
    "last_day": date(2026, 12, 31),
    "law": "wmo",
    "left": 40,
    "left_cents": 1250,
    "line": 2,
    "measure": "hour",
    "most": 180,
    "most_cents": 2990,
    "municipality": "0344",
    "municipality_id": "0344",
    "name": "Hulp thuis",
    "names": ("Hulp thuis", "Vervoer"),
    "numbers": ("2026-17", "2026-18"),
    "lines": ("abc", "def"),
    "number": 7,
    "other_role": "finance",
    "per": "week",
    "place": "line 12",
    "product_group": "02",
    "programme": "Hulp thuis",
    "rate_cents": 3115,
    "rate_class": "informal",
    "reason": refusals.BudgetTooLow(asked_cents=3115, left_cents=1250),
    "reasons": (refusals.CodeExpired(), refusals.BalanceTooLow(unit="eurocent", asked=3115, left=1250)),
    "reference": "2026-0042",
    "role": "gatekeeper",
    "service": "02A04",
    "service_day": date(2026, 3, 9),
    "services": ("02A03", "02A05"),
    "state": "drafted",
    "statement": "2026-03-001",
    "sent_on": date(2026, 3, 6),
    "today": date(2026, 3, 9),
    "unit": "minute",
    "until": date(2026, 3, 31),
    "version": 3,
    "year": 2026,
    "waits_for": ("gatekeeper", "paying_agent"),
}
_EXAMPLES_OF_ONE: dict[tuple[str, str], object] = {
    ("unit_not_covered", "covered"): "day_part",
    ("account_nobody_to_tell", "days"): 60,
    ("service_day_in_future", "first_day"): date(2026, 3, 9),
    ("reference_twice", "reference"): "F-1001",
    ("reference_claimed", "reference"): "F-1001",
    ("contract_number_taken", "number"): "2026-17",
    ("token_foreign_key", "key_id"): "0a1b2c3d",
    ("token_forged", "key_id"): "0a1b2c3d",
    ("bank_statement_of_another_account", "iban_end"): "4300",
    ("answered_file_unknown", "message"): "ANSWER-2026-03-001",
    ("malformed_file", "place"): "line 12, element Begindatum",
    ("malformed_file", "fault"): "is empty (RS033)",
    ("mandate_is_legal", "kind"): "curator",
    ("invalid_identifier", "kind"): "agb",
    ("invalid_identifier", "fault"): "is not 8 digits",
    ("keyring_unreadable", "place"): "keys.json:3",
    ("keyring_unreadable", "fault"): "is open to group or others: chmod 600",
    ("vault_seal_broken", "table"): "vault_record",
    ("database_unsafe", "fault"): "SQLite 3.40.1 is older than 3.51.3",
    ("manual_code_unreadable", "fault"): "check",
    ("token_unreadable", "fault"): "base45",
}


def page() -> str:
    """docs/errors.md, with a line per code in the order of the codes."""
    lines = {found.code: _line(found) for found in sorted(classes(), key=lambda each: each.code)}
    return HEAD + "".join(lines.values())


def classes() -> list[type[LedgerError]]:
    """Every class of error in ledger that has a code, in the order of module and name."""
    for module in pkgutil.walk_packages(ledger.__path__, "ledger."):
        if not module.name.startswith(_NOT_IMPORTED):
            import_module(module.name)
    found = {each for each in _below(LedgerError) if each.__module__.startswith("ledger.")}
    return sorted((each for each in found if hasattr(each, "code")), key=lambda e: (e.__module__, e.__name__))


def family(error: type[LedgerError]) -> str:
    """The family of a class, with its HTTP status."""
    return next((name for kin, name in FAMILIES.items() if issubclass(error, kin)), "LedgerError (500)")


def examples(error: type[LedgerError]) -> list[LedgerError]:
    """An error with made-up facts, and one more for every fact that may be absent, without that fact."""
    hints = {name: hint for name, hint in get_type_hints(error).items() if name in _facts(error)}
    facts = {name: _example(error.code, name, hint) for name, hint in hints.items()}
    optional = [name for name, hint in hints.items() if types.NoneType in get_args(hint)]
    return [error(**facts), *(error(**{**facts, name: None}) for name in optional)]


def _line(error: type[LedgerError]) -> str:
    example = examples(error)[0]
    told = [say(example, language) for language in Language]
    cells = [f"`{error.code}`", family(error), *(f"**{each.title}.** {each.detail}" for each in told)]
    row = " | ".join(cell.replace("|", "/") for cell in cells)
    return f"| {row.replace(str(_ID), '0195…0001')} |\n"


def _below(error: type[LedgerError]) -> Iterator[type[LedgerError]]:
    for each in error.__subclasses__():
        yield each
        yield from _below(each)


def _facts(error: type[LedgerError]) -> Iterable[str]:
    return {field.name for field in dataclasses.fields(error)}


def _example(code: str, name: str, hint: Any) -> object:
    """A made-up fact: by its code and name, else by its name, else by its type."""
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not types.NoneType]
    if get_origin(hint) in {tuple, list}:
        kinds = [get_origin(hint)]
    known = _EXAMPLES_OF_ONE.get((code, name), _EXAMPLES.get(name))
    return _BY_TYPE[kinds[0]] if known is None else known


_BY_TYPE: dict[object, object] = {
    str: "abc",
    int: 2,
    bool: True,
    date: date(2026, 3, 9),
    datetime: datetime(2026, 3, 9, 8, 30, tzinfo=UTC),
    UUID: _ID,
    tuple: ("abc", "def"),
    list: ["abc", "def"],
}
