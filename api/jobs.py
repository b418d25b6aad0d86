# SPDX-License-Identifier: EUPL-1.2
"""Who does the jobs: a few threads beside the requests, so that nobody waits for long work in their browser.

What is asked is committed before it is begun; see ledger.jobs for what that is worth. Whoever asked waits a
moment for it: most work is done by then. At its start, and every so often after, a server takes up what
was left.
"""

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.deps import Desk, House
from api.pages.faults import Told, told
from api.pages.words import Teller
from ledger import actors, db, jobs
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.ids import NOBODY
from ledger.roles import Action, NotAllowed
from ledger.tables import Job, JobKind
from ledger.texts import Language, say

AT_ONCE: Final = 2
"""How many jobs one server does at the same time; each holds a connection beside those of the desks."""

WATCH_S: Final = 30.0
"""How often a server looks whether a job was left: by a server that died, or when the database was away."""

PATIENCE_S: Final = 2.0
"""How long who asked waits before the page says that it is being done."""

_LOG: Final = logging.getLogger("tegoed.api")


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One piece that was done."""

    outcome: Mapping[str, Any]
    """What came of it and of the pieces before it, in terms of JSON."""
    parts: int = 1
    """How many parts of the job it was."""


Tell: TypeAlias = Callable[[int, int], None]
"""How far a piece is: so many done, of so many."""


@dataclass(kw_only=True, eq=False)
class Stopped(Exception):
    """Raised by a piece that is refused and has more to tell than why: nothing of it is kept but that."""

    error: LedgerError
    outcome: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Doer:
    """How jobs of one kind are done."""

    action: Action
    """What who asked must still be allowed to do when it is done."""
    do: Callable[[Desk, Job, Tell], Piece]
    """Does the next piece. What it raises of the ledger, or as Stopped, refuses the job."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A job as a page shows it."""

    job: Job
    refusal: Told | None
    """Why it was refused."""
    done: int
    """Of total, as far as is known just now."""
    total: int

    @property
    def is_open(self) -> bool:
        """Whether it waits, or is being done."""
        return self.job.finished_at is None


@dataclass(kw_only=True, eq=False)
class Jobs:
    """The jobs of one running application."""

    house: House
    doers: Mapping[JobKind, Doer]
    patience_s: float = PATIENCE_S
    watch_s: float = WATCH_S
    _threads: ThreadPoolExecutor | None = field(default_factory=lambda: _threads())
    _told: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    """How far the piece in hand is, by job: what a transaction does is seen by none until its end."""
    _in_hand: set[UUID] = field(default_factory=set)
    """Between two pieces nobody holds the row of a job; these are passed by all the same."""
    _one_begins: Lock = field(default_factory=Lock)
    _closed: Event = field(default_factory=Event)
    _watch: Thread | None = None

    def open(self) -> None:
        """Take up what was left; an application that was closed may be started again."""
        if self._threads is None:
            self._threads = _threads()
        for municipality_id in self.house.keyring:
            self._threads.submit(self._work_off, municipality_id)
        self._closed.clear()
        self._watch = Thread(target=self._watched, name="jobs left", daemon=True)
        self._watch.start()

    def close(self) -> None:
        """Wait for the pieces that are being done; the others wait for the next start."""
        threads, self._threads = self._threads, None
        self._closed.set()
        if self._watch is not None:
            self._watch.join()
        if threads is not None:
            threads.shutdown(wait=True, cancel_futures=True)

    def do(self, municipality_id: str) -> None:
        """Begin with what was asked just now, and wait a moment for it."""
        if (threads := self._threads) is not None:
            wait([threads.submit(self._work_off, municipality_id)], timeout=self.patience_s)

    def standing(self, job: Job, language: Language) -> Standing:
        """How far it is, in the reader's language."""
        done, total = self._told.get(job.id, (job.done_count, job.total_count))
        return Standing(job=job, refusal=_refusal(job, language), done=done, total=total)

    def _watched(self) -> None:
        """Begin with what was left, beside those who ask now; never more than once at a time."""
        begun: dict[str, Future[None]] = {}
        while not self._closed.wait(self.watch_s):
            try:
                for municipality_id in self._due():
                    before, threads = begun.get(municipality_id), self._threads
                    if threads is not None and (before is None or before.done()):
                        begun[municipality_id] = threads.submit(self._work_off, municipality_id)
            except Exception as error:  # told once a round: the database may be away for long
                _note(error, "looking for jobs that were left")

    def _due(self) -> Iterator[str]:
        """The municipalities in which something was left."""
        for municipality_id in self.house.keyring:
            with db.reading(self.house.engine) as session:
                db.act_for(session, municipality_id)
                work = _work(session, municipality_id, NOBODY, self.house.now())
                is_due = jobs.is_due(work, but=set(self._in_hand))
            if is_due:
                yield municipality_id

    def _work_off(self, municipality_id: str) -> None:
        """All that is open and that nobody else does."""
        try:
            while self._threads is not None and (job := self._begun(municipality_id)):
                self._do_whole(job)
        except Exception as error:
            _note(error, f"the jobs of {municipality_id}, which rest for a while")

    def _begun(self, municipality_id: str) -> Job | None:
        with self._one_begins:
            with db.transaction(self.house.engine) as session:
                work = _work(session, municipality_id, NOBODY, self.house.now())
                job = jobs.begin(work, but=self._in_hand)
            if job is not None:
                self._in_hand.add(job.id)
            return job

    def _do_whole(self, job: Job) -> None:
        """Until it is done, refused, breaks off, or the server closes."""
        try:
            while self._threads is not None and self._do_piece(job):
                pass
        except Exception as error:
            _note(error, f"job {job.id}")
        finally:
            self._told.pop(job.id, None)
            self._in_hand.discard(job.id)

    def _do_piece(self, begun: Job) -> bool:
        """Whether there is more to do."""
        with db.transaction(self.house.engine) as session:
            work = _work(session, begun.municipality_id, begun.actor_id, self.house.now())
            job = jobs.held(work, begun.id)
            if job is None:
                return False
            try:
                piece = self._tried(work, job)
            except Stopped as stopped:
                jobs.finish(work, job, stopped.outcome, refusal=told_in_all(stopped.error, is_brief=True))
                return False
            except LedgerError as error:
                jobs.finish(work, job, job.outcome, refusal=told_in_all(error))
                return False
            jobs.get_on(work, job, piece.parts, piece.outcome)
            return job.finished_at is None

    def _tried(self, work: Work, job: Job) -> Piece:
        """What is refused leaves no trace, and neither does a trial."""
        try:
            with work.session.begin_nested():
                piece = self._done(work, job)
                if job.is_trial:
                    raise _NotKept(piece)
                return piece
        except _NotKept as done:
            return done.piece

    def _done(self, work: Work, job: Job) -> Piece:
        doer = self.doers[job.kind]
        acting = actors.in_force(work, job.actor_id)
        if acting is None or not acting.may(doer.action):
            raise NotAllowed(action=doer.action.value)
        desk = Desk(house=self.house, acting=acting, work=work)
        return doer.do(desk, job, lambda done, total: self._told.update({job.id: (done, total)}))


@dataclass(eq=False)
class _NotKept(Exception):
    """Takes what a trial showed out of a savepoint that is rolled back."""

    piece: Piece


def _work(session: Any, municipality_id: str, actor_id: UUID, now: datetime) -> Work:
    return Work(session=session, municipality_id=municipality_id, actor_id=actor_id, now=now)


def _refusal(job: Job, language: Language) -> Told | None:
    if job.refusal is None:
        return None
    if not job.refusal:
        teller = Teller(language)
        return Told(status=500, title=teller.say("job.broken"), detail=teller.say("job.broken.detail"))
    return of_words(job.refusal, language)


def of_words(words: Mapping[str, Any], language: Language) -> Told:
    """A refusal that was told in every language, in one of them."""
    each = words[language.value]
    return Told(status=each["status"], title=each["title"], detail=each["detail"], items=tuple(each["items"]))


def told_in_all(error: LedgerError, *, is_brief: bool = False) -> dict[str, Any]:
    """In every language, for who asked may read another than who looks; briefly without the reasons within.

    Raises what is our own trouble.
    """
    found = {}
    for language in Language:
        each = told(error, language)
        found[language.value] = {
            "status": each.status,
            "title": each.title,
            "detail": say(error, language).detail if is_brief else each.detail,
            "items": [] if is_brief else list(each.items),
        }
    return found


def _note(error: Exception, where: str) -> None:
    """What kind of error and on which lines; never its message, which may hold values."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("%s in %s\n%s", type(error).__name__, where, lines)


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="job")
