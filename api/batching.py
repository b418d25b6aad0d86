# SPDX-License-Identifier: EUPL-1.2
"""The group-commit queue: redemptions that are sent at the same time are judged and committed together.

While one batch of a municipality is being booked, what arrives waits and is the next batch. So nobody
waits for a clock: alone, a redemption goes at once; in a crowd, hundreds share one commit. Every
sender gets the outcome of its own scan, after the commit. Who gives up waiting changes nothing: its
scan is booked all the same, and sent again it gets the same answer.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.deps import House
from ledger import actors, redemptions
from ledger.errors import LedgerError
from ledger.roles import ActingAs
from ledger.scans import Redeemed, Scan

BATCH_MAX: Final = 256
"""The most scans of one batch: enough to make the commit cheap, few enough to answer within milliseconds."""
WAITING_MAX: Final = 4096
"""The most scans that may wait, of all municipalities together."""
WORKERS: Final = 4
"""How many municipalities are booked at the same time."""


class Full(Exception):
    """Too many are waiting, or the server is closing: nothing was done, and trying again is safe."""


@dataclass(frozen=True, slots=True)
class Done:
    """A redemption that is committed; is_new says whether this very request made it."""

    redeemed: Redeemed
    is_new: bool


Answer: TypeAlias = Done | LedgerError | None
"""None: the sender's key or roles are not what they were; the ordinary way tells what is wrong."""


@dataclass(slots=True, eq=False)
class Ticket:
    """One scan in the queue, with who sends it and by which key it was proven."""

    scan: Scan
    acting: ActingAs
    key_digest: bytes
    future: "asyncio.Future[Answer]"


@dataclass(eq=False)
class _Queue:
    """Who waits on one event loop."""

    lines: defaultdict[str, deque[Ticket]] = field(default_factory=lambda: defaultdict(deque))
    """By municipality: a batch is always of one."""
    busy: set[str] = field(default_factory=set)
    """Municipalities of which a batch is being booked, or about to be."""
    waiting: int = 0


@dataclass(kw_only=True, eq=False)
class Batcher:
    """The queue of one running application; all but `_booked` runs on the event loop.

    A server has one event loop. Where there are several, as under test clients, each has a queue of
    its own, for what waits on one loop cannot be told by another; locks keep their batches apart.
    """

    house: House
    batch_max: int = BATCH_MAX
    waiting_max: int = WAITING_MAX
    _queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = field(default_factory=WeakKeyDictionary)
    _threads: ThreadPoolExecutor | None = field(default_factory=lambda: _threads())

    async def redeem(self, scan: Scan, acting: ActingAs, key_digest: bytes) -> Answer:
        """The outcome of this scan, once it is committed. Raises Full, and what the booking raised."""
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(loop, _Queue())
        if self.closed or queue.waiting >= self.waiting_max:
            raise Full
        ticket = Ticket(scan, acting, key_digest, loop.create_future())
        queue.lines[acting.municipality_id].append(ticket)
        queue.waiting += 1
        if acting.municipality_id not in queue.busy:
            queue.busy.add(acting.municipality_id)
            loop.call_soon(self._start, queue, acting.municipality_id)
        return await ticket.future

    @property
    def closed(self) -> bool:
        """Whether nothing is taken in any more."""
        return self._threads is None

    def open(self) -> None:
        """Take in; an application that was closed may be started again."""
        if self._threads is None:
            self._threads = _threads()

    def close(self) -> None:
        """Wait for what is being booked; nothing is taken in any more, what waits is told to try again."""
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=True)

    def _start(self, queue: _Queue, municipality_id: str) -> None:
        """Book all that wait, or rest when nobody does."""
        line = queue.lines[municipality_id]
        if not line:
            queue.busy.discard(municipality_id)
            return
        tickets = [line.popleft() for _ in range(min(len(line), self.batch_max))]
        queue.waiting -= len(tickets)
        if self._threads is None:
            self._told(queue, municipality_id, tickets, [Full()] * len(tickets))
            return
        booking = asyncio.get_running_loop().run_in_executor(self._threads, self._booked, tickets)
        booking.add_done_callback(lambda done: self._told(queue, municipality_id, tickets, done.result()))

    def _told(
        self,
        queue: _Queue,
        municipality_id: str,
        tickets: Sequence[Ticket],
        answers: Sequence[Answer | Exception],
    ) -> None:
        """To each its own answer; then the next batch. Who has left is not told."""
        for ticket, answer in zip(tickets, answers, strict=True):
            if ticket.future.done():
                continue
            if isinstance(answer, Exception) and not isinstance(answer, LedgerError):
                ticket.future.set_exception(answer)
            else:
                ticket.future.set_result(answer)
        self._start(queue, municipality_id)

    def _booked(self, tickets: Sequence[Ticket]) -> list[Answer | Exception]:
        """In a thread: judge and commit. A scan that breaks its batch is found by halving, breaks alone."""
        try:
            return list(self._commit(tickets))
        except Exception as error:
            if len(tickets) == 1 or _is_away(error):
                return [error] * len(tickets)
        half = len(tickets) // 2
        return [*self._booked(tickets[:half]), *self._booked(tickets[half:])]

    def _commit(self, tickets: Sequence[Ticket]) -> list[Answer]:
        with self.house.writing(tickets[0].acting) as desk:
            proven = actors.proven(desk.work, {ticket.key_digest for ticket in tickets})
            current = [ticket for ticket in tickets if proven.get(ticket.key_digest) == ticket.acting]
            outcomes = redemptions.redeem(desk.work, [ticket.scan for ticket in current])
        seen: set[object] = set()
        answers: dict[int, Answer] = {}
        for ticket, outcome in zip(current, outcomes, strict=True):
            if isinstance(outcome, LedgerError):
                answers[id(ticket)] = outcome
            else:
                is_new = desk.is_new(outcome) and outcome.id not in seen
                answers[id(ticket)] = Done(outcome, is_new)
                seen.add(outcome.id)
        return [answers.get(id(ticket)) for ticket in tickets]


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="batch")


def _is_away(error: Exception) -> bool:
    """Whether it is the database's trouble, not a scan's: then halving only asks more of it."""
    is_cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_cut or isinstance(error, OperationalError | PoolTimeout)
