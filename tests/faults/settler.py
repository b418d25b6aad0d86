# SPDX-License-Identifier: EUPL-1.2
"""A process that does one step of a settlement run, and is killed at a boundary that was told beforehand.

python -m tests.faults.settler

It imports the product once and forks for each order, a line of JSON. The boundaries of a step are those
before each of its statements, before its commit, and after it: 1, 2, 3 … A killed fork is really killed
(SIGKILL to itself); at a PostgreSQL it may instead lose its backend (pg_terminate_backend), as when the
server fails.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from ledger import bank_word, db, payment_files, releases, reviews, runs
from ledger.db import Work
from ledger.reviews import Marks
from ledger.runs import DraftOrder

ROOT: Final = Path(__file__).parents[2]
CUT_OFF: Final = 3
"""How a fork ends whose backend was taken away."""
DRY: Final = 0
"""Not killed, and nothing kept: only the boundaries are counted."""

Step = Callable[[Work, Any], object]

STEPS: Final[dict[str, Step]] = {
    "draft": lambda work, given: runs.draft(work, DraftOrder(**given)),
    "submit": lambda work, given: runs.submit(work, UUID(given)),
    "mark": lambda work, given: reviews.mark(work, UUID(given["run"]), Marks(marks=given["marks"])),
    "withdraw": lambda work, given: runs.withdraw(work, UUID(given), "toch niet"),
    "release": lambda work, given: releases.release(work, UUID(given)),
    "export": lambda work, given: payment_files.export(work, UUID(given)),
    "read": lambda work, given: bank_word.read(work, BytesIO(Path(given).read_bytes())),
}


@dataclass(kw_only=True)
class _Doom:
    """Counts boundaries, and ends the process at one of them."""

    at: int
    terminates: Engine | None = None
    """By which to take the backend away in place of killing."""
    early: str | None = None
    """For a negative control: commits before a statement that begins so, as a step in two parts would."""
    seen: int = 0

    def boundary(self, connection: Any = None) -> None:
        """One more."""
        self.seen += 1
        if self.seen != self.at:
            return
        if self.terminates is None or connection is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            pid = connection.connection.dbapi_connection.info.backend_pid
            with self.terminates.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    def statement(self, connection: Any, cursor: Any, said: str, *_: Any) -> None:
        """Before each statement."""
        if self.early and said.startswith(self.early):
            cursor.execute("COMMIT")
            cursor.execute("BEGIN IMMEDIATE")
            os.kill(os.getpid(), signal.SIGKILL)
        self.boundary(connection)


class _Dry(Exception):
    """All is counted, and nothing is to be kept."""


def _do(engine: Engine, order: dict[str, Any], doom: _Doom) -> None:
    """The step, with the end that awaits it."""
    event.listen(engine, "before_cursor_execute", doom.statement)
    event.listen(engine, "commit", doom.boundary)
    try:
        with db.transaction(engine) as session:
            work = Work(
                session=session,
                municipality_id=order["municipality"],
                actor_id=UUID(order["actor"]),
                now=datetime.fromisoformat(order["now"]),
            )
            STEPS[order["step"]](work, order["given"])
            if order["at"] == DRY:
                raise _Dry
        doom.boundary()
    finally:
        event.remove(engine, "before_cursor_execute", doom.statement)
        event.remove(engine, "commit", doom.boundary)


def _counted(engine: Engine, order: dict[str, Any]) -> int:
    """How many boundaries a step has; here and not in a fork, so that forks find its statements prepared."""
    doom = _Doom(at=DRY)
    with suppress(_Dry):
        _do(engine, order, doom)
    engine.dispose()  # no connection is carried into a fork
    return doom.seen + 2


def _forked(engine: Engine, order: dict[str, Any]) -> int:
    """How a fork ended that did the step."""
    pid = os.fork()
    if pid == 0:
        terminates = db.connect(order["url"]) if order["terminated"] else None
        try:
            _do(engine, order, _Doom(at=order["at"], terminates=terminates, early=order["early"]))
        except DBAPIError:
            os._exit(CUT_OFF)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def main() -> None:
    """See the module."""
    engines: dict[str, Engine] = {}
    for line in sys.stdin:
        order = json.loads(line)
        engine = engines.setdefault(order["url"], db.connect(order["url"]))
        answer = _counted(engine, order) if order["at"] == DRY else _forked(engine, order)
        os.write(1, f"{answer}\n".encode())


@dataclass(kw_only=True)
class Settler:
    """The process, as a test orders it."""

    url: str
    municipality: str
    now: datetime
    _process: Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.settler"]
        self._process = Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE)

    def boundaries(self, step: str, given: Any, actor: UUID) -> int:
        """How many boundaries a step has now; nothing is done."""
        self._order(step, given, actor, at=DRY)
        return self._told()

    def killed(self, step: str, given: Any, actor: UUID, *, at: int, **more: Any) -> None:
        """The step, until it is killed at a boundary."""
        self._order(step, given, actor, at=at, **more)
        assert self._told() == (CUT_OFF if more.get("terminated") else -signal.SIGKILL), (step, at)

    def _order(self, step: str, given: Any, actor: UUID, **more: Any) -> None:
        order = {
            "url": self.url,
            "municipality": self.municipality,
            "now": self.now.isoformat(),
            "step": step,
            "given": given,
            "actor": str(actor),
            "terminated": False,
            "early": None,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order | more).encode() + b"\n")
        self._process.stdin.flush()

    def _told(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "it ended by itself"
        return int(line)

    def close(self) -> None:
        """It ends with its input."""
        self._process.communicate()


if __name__ == "__main__":
    main()
