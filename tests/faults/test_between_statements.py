# SPDX-License-Identifier: EUPL-1.2
"""The same request once more, by another process, between any two statements of the first: still one fact.

A race that threads meet once in a hundred runs is met here every run: before each statement of a request
the whole same request is served elsewhere, until it is done or waits for a lock of the first.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine, event, text
from starlette.testclient import TestClient

from api.app import build
from api.deps import House
from ledger import db
from ledger.db import Work
from ledger.roles import BOUND, MAY
from ledger.tables import Entitlement
from tests import figures
from tests.api.calls import CALLS, Asked, Call
from tests.api.matrix import Caller, Stage, routes
from tests.api.two_towns import HERE
from tests.api.watched import on_postgresql

PATIENCE_S = 20
CHANGING = [call for call in CALLS if call.method != "GET" and not call.path.endswith("_check")]
CONSUMING = [call for call in CHANGING if call.path.startswith("/v1/redemptions/{id}")]
"""What leaves less for the next."""
REDEEMING = next(call for call in CONSUMING if call.variant == "for a provider, with a code")
ONCE = [call for call in CHANGING if call.path == "/v1/own-mandates/{id}"]
"""What uses up a code that opens once."""
MINTING = [call for call in CHANGING if call.method == "PUT" and call not in (*CONSUMING, *ONCE)]
"""What may be asked a dozen times of the same database: nothing of it can be done only once."""


@dataclass
class Meeting:
    """One application that is interrupted, and another over the same database that does not know it."""

    stage: Stage
    other: TestClient
    engine: Engine
    """Of the other."""
    met: int = 0
    """How many times a request met itself."""
    wrong: list[str] = field(default_factory=list)

    def everywhere(self, call: Call, *, afresh: bool) -> None:
        """Before each statement in turn; afresh: each time with the database as it was furnished."""
        caller, place = self._caller(call), 0
        while True:
            asked = call.of(self.stage.parties[f"{HERE} a"])
            first, second = self._at(caller, call, asked, place)
            if second is not None:
                self.met += 1
                self.wrong += [
                    f"{call} | before statement {place} | {each}" for each in _faults(first, second)
                ]
            if afresh or second is None:
                self.engine.dispose()
                self.stage.database.reset()
            if second is None:
                return
            place += 1

    def _at(self, caller: Caller, call: Call, asked: Asked, place: int) -> tuple[Response, Response | None]:
        """Both answers; the other's is None when the request has no such statement."""
        seen, begun = [0], list[Future[Response]]()

        def interrupt(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            seen[0] += 1
            if seen[0] == place + 1:
                begun.append(threads.submit(self._elsewhere, caller, call, asked))
                self._until_it_waits(begun[0])

        with ThreadPoolExecutor(1) as threads, _hearing(self.stage.database.engine, interrupt):
            first = self.stage.ask(caller, call, asked)
            return first, begun[0].result(PATIENCE_S) if begun else None

    def _elsewhere(self, caller: Caller, call: Call, asked: Asked) -> Response:
        return self.other.request(
            call.method,
            asked.path,
            headers={"Authorization": f"Bearer {caller.secret}"},
            params=dict(asked.query),
            json=asked.body,
            content=asked.content,
        )

    def _until_it_waits(self, answer: Future[Response]) -> None:
        """Until it is answered or stands before a lock, which only who is interrupted can hold."""
        deadline = monotonic() + PATIENCE_S
        while not answer.done() and monotonic() < deadline:
            with self.engine.connect() as connection:
                if connection.scalar(WAITING):
                    return
            sleep(0.002)

    def _caller(self, call: Call) -> Caller:
        """The first of party a's municipality who may, the staff before who is bound."""
        doors = {(method, path): action for method, path, action in routes(self.stage.app)}
        action = doors[call.method, call.path]
        assert action is not None
        able = [
            each
            for each in self.stage.callers
            if each.opens and each.town == HERE and each.role and action in MAY[each.role]
        ]
        return min(able, key=lambda each: each.role in BOUND)


WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def _faults(first: Response, second: Response) -> Iterator[str]:
    """One does it, the other is answered the same; neither meets a fault of ours."""
    both = f"{first.status_code} {second.status_code}: {first.text[:200]} {second.text[:200]}"
    is_put = first.request.method == "PUT"
    if max(first.status_code, second.status_code) >= (300 if is_put else 500):
        yield both
    elif is_put and _fact(first) != _fact(second):
        yield f"two answers: {both}"


def _fact(answer: Response) -> dict[str, Any]:
    """What was answered, but for a code, which is signed anew each time it is told."""
    return {name: value for name, value in answer.json().items() if name != "token"}


@contextmanager
def _hearing(engine: Engine, hook: Callable[..., None]) -> Iterator[None]:
    event.listen(engine, "before_cursor_execute", hook)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", hook)


@pytest.fixture(scope="module")
def meeting(postgresql_template: str) -> Iterator[Meeting]:
    """Over one furnished PostgreSQL."""
    with on_postgresql(postgresql_template) as database:
        stage = Stage.over(database)
        house: House = stage.app.state.house
        engine = db.connect(database.engine.url.render_as_string(hide_password=False))
        other = build(House(engine=engine, keyring=house.keyring, now=house.now))
        with TestClient(other, raise_server_exceptions=False) as client:
            yield Meeting(stage=stage, other=client, engine=engine)
        engine.dispose()
        stage.close()


@pytest.mark.parametrize("call", [*MINTING, *ONCE, REDEEMING], ids=str)
def test_a_request_that_meets_itself_is_one_fact(call: Call, meeting: Meeting) -> None:
    meeting.wrong.clear()
    meeting.everywhere(call, afresh=call not in MINTING)
    assert meeting.wrong == []
    assert meeting.met


@pytest.mark.prove
def test_every_request_meets_itself_before_every_statement(meeting: Meeting) -> None:
    started, meeting.met = monotonic(), 0
    meeting.wrong.clear()
    for call in CHANGING:
        meeting.everywhere(call, afresh=True)
    figures.note(
        "T8 between statements",
        database="postgresql",
        trials=meeting.met,
        failures=len(meeting.wrong),
        of="meetings",
        seconds=monotonic() - started,
        routes=len(CHANGING),
    )
    assert meeting.wrong == []


def test_what_is_written_last_must_be_read_first(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: rows read before the changes that name them are missed, and it shows."""
    rows = db.rows

    def early(work: Work, table: Any, ids: Any, **more: Any) -> Any:
        return {} if table is Entitlement else rows(work, table, ids, **more)

    monkeypatch.setattr(db, "rows", early)
    meeting.wrong.clear()
    meeting.everywhere(next(call for call in CHANGING if call.path == "/v1/entitlements/{id}"), afresh=False)
    assert any("500" in each for each in meeting.wrong)
