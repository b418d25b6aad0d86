# SPDX-License-Identifier: EUPL-1.2
"""How SQLite finds its rows: what anybody asks never reads a table that grows from end to end.

Its plans follow from what ledger/migrations/statistics.py tells it, so an empty database shows them all.
"""

import re
import shutil
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from ledger import db
from ledger.ids import uuid7
from ledger.tables import metadata
from tests.api.browsing import Scene, Visitor
from tests.api.calls import CALLS
from tests.api.matrix import Stage, routes
from tests.api.places import DOORS, addresses, reader
from tests.api.served import Served
from tests.api.two_towns import HERE
from tests.api.watched import on_sqlite

WHOLE = re.compile(
    r"SCAN (\w+)|SEARCH (\w+) USING "
    r"(?!.*(?:ix_entry_funded|ix_bank_line_look_at|ix_resident_word_disputed|ix_code_revoked))"
    r".*\(municipality_id=\?\)$"
)
"""A step of a plan that reads all rows of a table, or all of a municipality; fundings, disputes,
revoked codes, and lines that somebody has to look at, are few."""
PIECE = re.compile(r"WHERE \w+\.municipality_id = \? (AND \w+\.id > \? )?ORDER BY \w+\.id( DESC)?\s+LIMIT")
"""A piece of a list, in the order of its key, stops after so many rows."""
NOTHING = "WHERE 0 = 1"
"""A question that is always answered no: its plan names the table, but no row is read."""
SMALL = {
    "actor",
    "approval",
    "approval_decision",
    "budget",
    "contract",
    "contract_version",
    "edition",
    "gathered",
    "terms_computed",
    "municipality",
    "programme",
    "programme_version",
    "service",
    "settlement_run",
    "statutory_rates",
}
"""What a municipality has a few, or hundreds, of."""
GROWING = metadata.tables.keys() - SMALL
PROVING = {"/v1/books/_check", "/v1/audit-file", "/v1/journal", "/v1/year-close/{year}"}
"""Read everything there is, or of a period: that is what they are for."""


CHOSEN_FROM = {"provider", "account_change", "payee_check", "care_agreement"}
"""What a page looks through whole: providers to choose from, what waits for a second person at their
accounts, and the agreements of drawing rights that nobody approved."""
TOTALS = "GROUP BY account.kind, account.unit"
"""The first page of the books adds all accounts up: that is what it is for."""


def whole(connection: Any, statement: str, given: Any) -> set[str]:
    """The tables that grow and that this statement reads whole."""
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)]
    return {name for step in steps for found in WHOLE.findall(step) for name in found} & GROWING


@pytest.fixture(scope="module")
def said(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Every statement of every route, with its parameters."""
    stage = Stage.over(on_sqlite(sqlite_template, tmp_path_factory.mktemp("plans")))
    heard: dict[str, Any] = {}

    def hear(connection: Any, cursor: Any, statement: str, given: Any, *more: Any) -> None:
        heard.setdefault(statement, given[0] if isinstance(given, list) else given)

    event.listen(stage.database.engine, "before_cursor_execute", hear)
    doors = {(method, path): action for method, path, action in routes(stage.app)}
    for call in CALLS:
        action = doors[call.method, call.path]
        for caller in stage.callers:
            able = caller.opens and caller.town == HERE and (action is None or caller.may(action))
            if able and call.path not in PROVING:
                stage.ask(caller, call, call.of(stage.parties[f"{HERE} a"]))
        stage.database.reset()
    yield heard
    stage.close()


def reading_whole(
    said: dict[str, Any], template: Path, *, but: Set[str] = frozenset()
) -> tuple[dict[str, set[str]], int]:
    """The statements that read a growing table whole, with the tables; and how many were explained."""
    explained, connection = 0, db.SQLITE.connect(str(template))
    reading = {}
    for statement, given in said.items():
        verb = statement.split()[0]
        asks = verb in ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH") and NOTHING not in statement
        if asks and not PIECE.search(statement):
            explained += 1
            if tables := whole(connection, statement, given) - but:
                reading[statement] = tables
    connection.close()
    return reading, explained


def test_no_question_reads_a_growing_table_whole(said: dict[str, Any], sqlite_template: Path) -> None:
    reading, explained = reading_whole(said, sqlite_template)
    assert reading == {}, "\n".join(f"{tables} {text}" for text, tables in reading.items())
    assert explained > 100


def test_no_page_reads_a_growing_table_whole(sqlite_served: Served, sqlite_template: Path) -> None:
    """Every page that is looked at, by a role that sees it; its next piece too."""
    found = addresses(Scene.over(sqlite_served))
    heard: dict[str, Any] = {}

    def hear(connection: Any, cursor: Any, statement: str, given: Any, *more: Any) -> None:
        heard.setdefault(statement, given[0] if isinstance(given, list) else given)

    event.listen(sqlite_served.world.engine, "before_cursor_execute", hear)
    for method, path, door in DOORS:
        if method == "GET":
            visitor = Visitor.forced(sqlite_served, reader(door))
            for question in ("", f"?before={uuid7()}", f"?after={uuid7()}"):
                visitor.see(f"{found[path]}{question}")
    assert any(TOTALS in each for each in heard)
    asked = {statement: given for statement, given in heard.items() if TOTALS not in statement}
    reading, explained = reading_whole(asked, sqlite_template, but=CHOSEN_FROM)
    assert reading == {}, "\n".join(f"{tables} {text}" for text, tables in reading.items())
    assert explained > 60


def test_without_what_it_is_told_it_reads_every_account(
    said: dict[str, Any], sqlite_template: Path, tmp_path: Path
) -> None:
    """The negative control: what a right holds was once looked for among all accounts."""
    path = shutil.copy(sqlite_template, tmp_path)
    for untold in (False, True):
        connection = db.SQLITE.connect(str(path))
        held = next(each for each in said if "account.credits - account.debits" in each and "json" in each)
        assert whole(connection, held, said[held]) == ({"account"} if untold else set())
        connection.execute("DROP TABLE IF EXISTS sqlite_stat1")
        connection.close()
