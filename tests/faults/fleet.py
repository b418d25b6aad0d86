# SPDX-License-Identifier: EUPL-1.2
"""Clients on connections of their own, which send their errands until they are told yes or no.

Nobody believes more than was said: only a whole 200 or 201 is a yes, only a 4xx is a no.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event
from typing import Any, Final

from ledger.ids import uuid7
from tests.faults.journal import Attempt, Errand, Journal, Verdict
from tests.faults.wishes import Wishes

PATIENCE_S: Final = 60.0
"""Whoever is not told yes or no by then has found a server that does not answer."""
PAUSE_S: Final = 0.05
"""Before the same is tried again: Retry-After counts for people; a test has less time."""
LONGEST_S: Final = 20.0
"""The longest that anybody waits for one answer."""


def verdict_of(status: int) -> Verdict:
    """What a whole answer with this status says. A 5xx, also of a proxy on the way, says nothing."""
    if status in (200, 201):
        return Verdict.DONE
    return Verdict.REFUSED if 400 <= status < 500 and status not in (408, 425, 429) else Verdict.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What a client does when it is told nothing. The defaults are right; others are negative controls."""

    on_silence: Verdict = Verdict.UNKNOWN
    """What it believes then."""
    new_id_on_retry: bool = False
    """Whether it mints another id for the same wish."""


@dataclass
class Line:
    """One connection to the API, opened again when it broke."""

    port: int
    secret: str
    journal: Journal
    timeout_s: float = 10.0
    habits: Habits = field(default_factory=Habits)

    def __post_init__(self) -> None:
        self._connection = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        self._headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}

    def send(self, errand: Errand) -> Attempt:
        """Once; noted before and after."""
        started = time.monotonic()
        self.journal.trying(errand, started)
        status, body = self._asked(errand)
        attempt = Attempt(
            id=errand.id,
            verdict=verdict_of(status) if status else self.habits.on_silence,
            status=status,
            body=body,
            started=started,
            ended=time.monotonic(),
        )
        self.journal.told(attempt)
        return attempt

    def insist(self, errand: Errand, over: Event) -> Attempt:
        """The same again until it is told yes or no, or until it is over."""
        deadline = time.monotonic() + PATIENCE_S
        attempt = self.send(errand)
        while attempt.verdict is Verdict.UNKNOWN and not over.is_set():
            assert time.monotonic() < deadline, f"no answer to {errand} but {attempt}"
            time.sleep(PAUSE_S)
            self._wait_longer()
            errand = _under_new_id(errand) if self.habits.new_id_on_retry else errand
            attempt = self.send(errand)
        self._connection.timeout = self.timeout_s
        return attempt

    def _wait_longer(self) -> None:
        """Twice as long after each silence: else slow answers are never waited for, and all ask in vain."""
        self._connection.timeout = min(2 * float(self._connection.timeout or 1), LONGEST_S)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _asked(self, errand: Errand) -> tuple[int, Any]:
        """The status and the body; 0 and the kind of error where no whole answer came."""
        try:
            self._connection.request("PUT", errand.path, json.dumps(errand.body), self._headers)
            response = self._connection.getresponse()
            return response.status, _read(response.status, response.read())
        except (OSError, HTTPException, ValueError) as error:
            self._connection.close()
            return 0, type(error).__name__


def _read(status: int, text: bytes) -> Any:
    """The body; what is no JSON is a proxy's, and then the status alone counts. Raises ValueError."""
    return json.loads(text) if verdict_of(status) is not Verdict.UNKNOWN else text.decode(errors="replace")


def _under_new_id(errand: Errand) -> Errand:
    id_ = uuid7()
    return replace(errand, id=id_, path=errand.path.replace(str(errand.id), str(id_)))


@dataclass
class Fleet:
    """Clients that work at once, until all is sent or until it is over."""

    lines: Sequence[Line]
    journal: Journal
    over: Event = field(default_factory=Event)
    recent: deque[Errand] = field(default_factory=lambda: deque(maxlen=12))
    """What was begun lately, by whomever: to be sent by another at the same time."""

    @classmethod
    def of(cls, size: int, port: int, secret: str, journal: Journal, **more: Any) -> "Fleet":
        """So many clients."""
        return cls([Line(port, secret, journal, **more) for _ in range(size)], journal)

    def work(self, wishes: Sequence[Wishes], *, each: int, meanwhile: Callable[[], None]) -> None:
        """Every client sends so many wishes of its own; meanwhile something happens that may end it."""
        self.over.clear()
        self.recent.clear()
        with ThreadPoolExecutor(len(self.lines)) as threads:
            waiting = [
                threads.submit(self._client, *pair, each) for pair in zip(self.lines, wishes, strict=True)
            ]
            try:
                meanwhile()
            except BaseException:
                self.over.set()
                raise
        for each_one in waiting:
            each_one.result()

    def send(self, errands: Sequence[Errand]) -> list[Attempt]:
        """All of these until they are answered, shared among the clients."""
        self.over.clear()
        piles = [errands[at :: len(self.lines)] for at in range(len(self.lines))]
        with ThreadPoolExecutor(len(self.lines)) as threads:
            sent = threads.map(
                lambda line, pile: [line.insist(each, self.over) for each in pile], self.lines, piles
            )
            return [attempt for pile in sent for attempt in pile]

    def send_once(self, errands: Sequence[Errand]) -> None:
        """Each errand by a client of its own, all at the same time; nobody tries again."""
        with ThreadPoolExecutor(len(errands)) as threads:
            list(threads.map(Line.send, self.lines, errands))

    def close(self) -> None:
        """All hang up."""
        for line in self.lines:
            line.close()

    def _client(self, line: Line, wishes: Wishes, each: int) -> None:
        for _ in range(each):
            if self.over.is_set():
                return
            errand = self._again(wishes.draw) or wishes.next()
            is_shared = errand.expected is None
            if is_shared:
                self.recent.append(errand)
            attempt = line.insist(errand, self.over)
            wishes.learn(attempt)
            if not is_shared and attempt.verdict is Verdict.DONE:
                self.recent.append(errand)  # before, another might send it when its turn is over

    def _again(self, draw: Random) -> Errand | None:
        """Sometimes what was sent before, or is being sent by another right now."""
        if not self.recent or draw.random() > 0.15:
            return None
        return self.recent[draw.randrange(len(self.recent))]
