# SPDX-License-Identifier: EUPL-1.2
"""Many callers at once, each with a connection of its own, all released by one barrier."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError

from ledger import db
from tests.world import World

T = TypeVar("T")
PATIENCE_S = 100
"""Whoever waits longer has met a deadlock that nobody ended."""


@dataclass
class Crowd:
    """Worlds that are one municipality over connections of their own."""

    world: World
    say_instead: tuple[str, str] | None = None
    """For negative controls: what is said to the database, and what is said instead."""
    options: dict[str, Any] = field(default_factory=dict)
    """For negative controls: execution options."""

    def at_once(self, calls: Sequence[Callable[[World], T]]) -> list[T | Exception]:
        """What each call answered or raised, in their order."""
        engines = [self._engine() for _ in calls]
        worlds = [replace(self.world, engine=engine.execution_options(**self.options)) for engine in engines]
        barrier = Barrier(len(calls))

        def run(call: Callable[[World], T], world: World) -> T | Exception:
            barrier.wait(PATIENCE_S)
            try:
                return retried(lambda: call(world))
            except Exception as error:
                return error

        try:
            with ThreadPoolExecutor(len(calls)) as threads:
                waiting = [threads.submit(run, *each) for each in zip(calls, worlds, strict=True)]
                return [each.result(PATIENCE_S) for each in waiting]
        finally:
            for engine in engines:
                engine.dispose()

    def _engine(self) -> Engine:
        engine = db.connect(self.world.engine.url.render_as_string(hide_password=False))
        if self.say_instead:
            old, new = self.say_instead

            def rewrite(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> Any:
                return statement.replace(old, new), given

            event.listen(engine, "before_cursor_execute", rewrite, retval=True)
        return engine


def retried(call: Callable[[], T]) -> T:
    """Once more when another made the same rows meanwhile, as the API does it: then it is a replay."""
    try:
        return call()
    except IntegrityError:
        return call()
