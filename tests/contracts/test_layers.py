# SPDX-License-Identifier: EUPL-1.2
"""Who may import whom, who writes money, who commits: docs/house-style.md, checked on the syntax tree.

The checker takes sources as a dict of path to text, so that made-up sources can show that it still
sees each kind of violation.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

GROUND = {"units", "clock", "collector", "ids", "errors", "identifiers", "token", "manual_code", "tries"}
FAMILIES = {"rules", "formats", "texts"}
STORAGE = {"columns", "db", "postgresql", "wire", "bulk", "migrations"}

MAY_IMPORT = {
    "ground": {"ground"},
    "rules": {"ground", "rules"},
    "formats": {"ground", "formats"},
    "texts": {"ground", "rules", "texts"},
    "storage": {"ground", "rules", "storage"},
    "entries": {"ground", "rules", "storage", "entries"},
    "operations": {"ground", "rules", "formats", "texts", "storage", "entries", "operations"},
    "api": {"ground", "rules", "formats", "texts", "storage", "entries", "operations", "api"},
    "cli": {"ground", "rules", "formats", "texts", "storage", "entries", "operations", "cli"},
}
"""Layer to the layers it may import, lowest first."""

EDGE_LIBRARIES = {"fastapi", "starlette", "uvicorn", "typer", "rich", "click", "httpx"}
"""What speaks HTTP or terminal: never in ledger/."""
DATABASE_LIBRARIES = {"sqlalchemy", "sqlmodel", "psycopg", "alembic", "sqlite3", "pysqlite3"}
"""What reaches a database: never in the pure layers."""
PURE = {"ground", "rules", "formats", "texts"}
CLI_WITH_API = {"cli/serve.py", "cli/demo.py", "cli/notices.py"}

WRITES_ENTRIES = {"insert", "update", "delete", "Statement"}
WRITES_COUNTERS = {"update", "delete", "Statement"}


def test_the_house_keeps_its_own_rules() -> None:
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for top in ("ledger", "api", "cli")
        for path in (ROOT / top).rglob("*.py")
    }
    assert {"ledger/errors.py", "api/__init__.py", "cli/__init__.py"} <= sources.keys()
    assert list(violations(sources)) == []


ALLOWED = {
    "ledger/ids.py": "from uuid import UUID",
    "ledger/rules/facts.py": "from ledger.units import Unit\nfrom pydantic import BaseModel",
    "ledger/formats/sepa.py": "from ledger import ids\nfrom . import camt",
    "ledger/texts/nl.py": "from ledger.rules.restrictions import AnyRestriction",
    "ledger/tables/money.py": "class Entry: ...\nclass Account: ...\nEntry()",
    "ledger/tables_old.py": "from sqlmodel import SQLModel",
    "ledger/db.py": "import sqlalchemy\ndef transaction(session): session.commit()",
    "ledger/entries.py": "from ledger.tables.money import Account\nupdate(Account)\ninsert(Entry)\nEntry()",
    "ledger/redemptions.py": "from ledger import entries\nfrom .formats import sepa\ninsert(Account)",
    "ledger/audit.py": "select(Entry)\nsum(x.amount for x in entries)",
    "ledger/controls/cases.py": "from ..texts import nl",
    "api/app.py": "import fastapi\nfrom ledger import redemptions\nx: float = 0.5",
    "cli/serve.py": "from api.app import create_app",
    "cli/demo.py": "import api.app\nfrom ledger.entitlements import grant",
}


def test_a_house_that_keeps_the_rules_is_left_in_peace() -> None:
    assert list(violations(ALLOWED)) == []


BROKEN = [
    ("ledger/clock.py", "from ledger.rules import facts", "ground imports rules"),
    ("ledger/clock.py", "import ledger.tables.money", "ground imports storage"),
    ("ledger/units.py", "from sqlalchemy import Integer", "ground imports sqlalchemy"),
    ("ledger/rules/tariffs.py", "from ledger import db", "rules imports storage"),
    ("ledger/rules/tariffs.py", "from ledger.tables import Entry", "rules imports storage"),
    ("ledger/rules/tariffs.py", "from ..contracts import x", "rules imports operations"),
    ("ledger/rules/tariffs.py", "from ledger.texts import nl", "rules imports texts"),
    ("ledger/rules/tariffs.py", "def f():\n    from ledger import entries", "rules imports entries"),
    ("ledger/rules/__init__.py", "from .. import audit", "rules imports operations"),
    ("ledger/formats/sepa.py", "from ledger import payments", "formats imports operations"),
    ("ledger/formats/sepa.py", "from ledger.rules import facts", "formats imports rules"),
    ("ledger/formats/sepa.py", "import sqlite3", "formats imports sqlite3"),
    ("ledger/texts/nl.py", "from ledger.formats import csv", "texts imports formats"),
    ("ledger/tables.py", "from ledger import entries", "storage imports entries"),
    ("ledger/tables/money.py", "from ledger import redemptions", "storage imports operations"),
    ("ledger/columns.py", "from ledger.formats import csv", "storage imports formats"),
    ("ledger/migrations/env.py", "from ledger import audit", "storage imports operations"),
    ("ledger/entries.py", "from ledger import redemptions", "entries imports operations"),
    ("ledger/audit.py", "from api import app", "operations imports api"),
    ("ledger/proofs/log.py", "import cli", "operations imports cli"),
    ("ledger/audit.py", "from tests import world", "operations imports tests"),
    *(("ledger/audit.py", f"import {name}", f"operations imports {name}") for name in sorted(EDGE_LIBRARIES)),
    ("ledger/audit.py", "from fastapi.responses import Response", "operations imports fastapi"),
    ("api/app.py", "from cli import serve", "api imports cli"),
    ("cli/settle.py", "from api import app", "cli imports api"),
    ("cli/settle.py", "import api.app as x", "cli imports api"),
    ("cli/shop/serve.py", "from api import app", "cli imports api"),
    ("ledger/audit.py", "session.commit()", "commits"),
    ("ledger/entries.py", "session.commit()", "commits"),
    ("api/app.py", "self.session.commit()", "commits"),
    ("cli/settle.py", "with x as s: s.commit()", "commits"),
    ("ledger/audit.py", "insert(Entry)", "writes Entry"),
    ("ledger/audit.py", "sa.insert(money.Entry).values(x)", "writes Entry"),
    ("ledger/audit.py", "update(Entry.__table__)", "writes Entry"),
    ("ledger/audit.py", "Entry.__table__.insert()", "writes Entry"),
    ("ledger/audit.py", "delete(Entry)", "writes Entry"),
    ("ledger/audit.py", "session.add(Entry(amount=1))", "writes Entry"),
    ("api/app.py", "tables.Entry()", "writes Entry"),
    ("ledger/audit.py", "update(Account)", "writes Account"),
    ("cli/settle.py", "update(tables.Account).values(debits=0)", "writes Account"),
    ("ledger/db.py", "update(Account)", "writes Account"),
    ("ledger/units.py", "x = float(1)", "float"),
    ("ledger/audit.py", "def f(x: float): ...", "float"),
    ("ledger/audit.py", "import decimal", "decimal"),
    ("ledger/formats/sepa.py", "from decimal import Decimal", "decimal"),
]


@pytest.mark.parametrize(("path", "source", "fault"), BROKEN)
def test_each_way_to_break_a_rule_is_seen(path: str, source: str, fault: str) -> None:
    assert list(violations({path: source})) == [f"{path}:{source.count(chr(10)) + 1}: {fault}"]


def violations(sources: Mapping[str, str]) -> Iterator[str]:
    """Every broken rule as 'path:line: what', in the order of paths and lines."""
    for path, text in sorted(sources.items()):
        found = {
            (line, fault) for node in ast.walk(ast.parse(text, path)) for line, fault in _faults(path, node)
        }
        for line, fault in sorted(found):
            yield f"{path}:{line}: {fault}"


def _faults(path: str, node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import() | ast.ImportFrom():
            for name in _imported(path, node):
                if fault := _import_fault(path, imported=name):
                    yield node.lineno, fault
        case ast.Call():
            if fault := _call_fault(path, node):
                yield node.lineno, fault
        case ast.Name(id="float") if path.startswith("ledger/"):
            yield node.lineno, "float"


def _imported(path: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The full dotted names; from a bare package, the names taken out of it."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    folders = path.split("/")[: -node.level] if node.level else []
    module = ".".join([*folders, *([node.module] if node.module else [])])
    yield from (f"{module}.{alias.name}" for alias in node.names)


def _import_fault(path: str, *, imported: str) -> str | None:
    own, other = _layer(_dotted(path)), _layer(imported)
    assert own is not None, path
    top = imported.split(".")[0]
    if top == "decimal" and path.startswith("ledger/"):
        return "decimal"
    if top in EDGE_LIBRARIES and path.startswith("ledger/"):
        return f"{own} imports {top}"
    if top in DATABASE_LIBRARIES and own in PURE:
        return f"{own} imports {top}"
    if other is None or other in MAY_IMPORT[own]:
        return None
    if other == "api" and path in CLI_WITH_API:
        return None
    return f"{own} imports {other}"


def _call_fault(path: str, node: ast.Call) -> str | None:
    verb = _last_name(node.func)
    if verb == "commit" and isinstance(node.func, ast.Attribute) and path != "ledger/db.py":
        return "commits"
    if path == "ledger/entries.py" or path.startswith("ledger/tables"):
        return None
    if verb == "Entry":
        return "writes Entry"
    written = {_table(argument) for argument in node.args[:2]}  # bulk.insert names the work first
    if isinstance(node.func, ast.Attribute):
        written.add(_table(node.func.value))
    if verb in WRITES_ENTRIES and "Entry" in written:
        return "writes Entry"
    if verb in WRITES_COUNTERS and "Account" in written:
        return "writes Account"
    return None


def _layer(name: str) -> str | None:
    """The layer of a dotted name; None for what is not ours."""
    top, _, rest = name.partition(".")
    if top in {"api", "cli", "tests"}:
        return top
    if top != "ledger":
        return None
    noun = rest.split(".")[0]
    if noun in GROUND or not noun:
        return "ground"
    if noun in FAMILIES:
        return noun
    if noun in STORAGE or noun.startswith("tables"):
        return "storage"
    return "entries" if noun == "entries" else "operations"


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _last_name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def _table(node: ast.expr) -> str | None:
    """The table an expression names: Entry, tables.Entry and Entry.__table__ are one."""
    if isinstance(node, ast.Attribute) and node.attr == "__table__":
        return _last_name(node.value)
    return _last_name(node)
