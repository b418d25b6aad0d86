# SPDX-License-Identifier: EUPL-1.2
"""Long work that lasts until a test says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event
from time import monotonic, sleep
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from api.deps import Desk
from api.jobs import Jobs, Piece, Tell
from ledger import db
from ledger.tables import Job, JobKind
from tests.api.served import Served


@dataclass
class Slow:
    """A piece that lasts until somebody says so, and then does what it should."""

    do: Callable[..., Piece]
    begun: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)

    def __call__(self, desk: Desk, job: Job, tell: Tell) -> Piece:
        tell(3, 7)
        self.begun.set()
        assert self.go_on.wait(30)
        return self.do(desk, job, tell)


def the_jobs(served: Served) -> Jobs:
    found: Any = served.client.app
    assert isinstance(found.state.jobs, Jobs)
    return found.state.jobs


def open_jobs(served: Served) -> int:
    with db.reading(served.world.engine) as session:
        db.act_for(session, served.world.municipality_id)
        return len(session.scalars(select(col(Job.id)).where(col(Job.finished_at).is_(None))).all())


def all_done(served: Served) -> None:
    """Wait until nothing is open, whichever thread has it in hand."""
    until = monotonic() + 30
    while open_jobs(served):
        assert monotonic() < until
        sleep(0.02)


@contextmanager
def slow(served: Served, kind: JobKind) -> Iterator[Slow]:
    """While it lasts nobody waits for jobs of this kind."""
    own = the_jobs(served)
    known = own.doers[kind]
    slowed = Slow(known.do)
    own.doers, own.patience_s = {**own.doers, kind: replace(known, do=slowed)}, 0.0
    try:
        yield slowed
    finally:
        slowed.go_on.set()
        all_done(served)
        own.doers, own.patience_s = {**own.doers, kind: known}, 30.0
