# SPDX-License-Identifier: EUPL-1.2
"""A bad network before the API: a TCP proxy on loopback that does to each request what its seed says.

It knows of HTTP only where a message ends. The fault of a request follows from the seed, its path and how
often that path was seen, so a run can be repeated whatever order the threads of the clients take.
"""

import asyncio
import re
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from threading import Thread
from typing import Final

PASSES_AFTER: Final = 6
"""A path that was seen so often meets no more faults: every client comes to an end."""
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_GATEWAY: Final = b"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<p>:("


class Fault(StrEnum):
    """What the network does to one request."""

    NONE = "none"
    """Nothing."""
    ANSWER_DROPPED = "answer_dropped"
    """It is answered, thus committed; the answer never arrives and the connection is reset."""
    ANSWER_CUT = "answer_cut"
    """A part of the answer arrives, then the connection ends."""
    REQUEST_CUT = "request_cut"
    """A part of the request arrives at the API, then both connections are reset."""
    HALF_OPEN = "half_open"
    """The request arrives; nobody takes the answer, and neither side learns that the other is gone."""
    HALF_REQUEST = "half_request"
    """A part of the request arrives and the rest never does; neither side learns of it."""
    DUPLICATED = "duplicated"
    """It arrives twice at once; one of the answers comes back."""
    REPEATED_LATER = "repeated_later"
    """It is answered, and arrives once more some time later."""
    REORDERED = "reordered"
    """It arrives when the client has given up, tried again, and gone on."""
    STALLED = "stalled"
    """It arrives at once; the answer comes when the client has given up."""
    TRICKLED = "trickled"
    """Both ways a few bytes at a time."""
    GATEWAY = "gateway"
    """It is answered; what the client gets is a 504 of a proxy on the way."""


FAULTS: Final = tuple(each for each in Fault if each is not Fault.NONE)


@dataclass(eq=False)
class Side:
    """One end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def message(self) -> bytes:
        """One whole request or answer. Raises IncompleteReadError where it ends before."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        return head + (await self.reader.readexactly(int(found[1])) if found else b"")

    async def say(self, piece: bytes) -> None:
        """Send on."""
        self.writer.write(piece)
        await self.writer.drain()

    def reset(self) -> None:
        """RST: the other side gets an error, and not an orderly end."""
        raw = self.writer.get_extra_info("socket")
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(kw_only=True)
class Proxy:
    """Listens on a port of its own, in a thread of its own."""

    upstream: int
    """The port of the API."""
    seed: int
    rate: float
    """Which part of the requests meets a fault."""
    patience_s: float
    """How long a client waits for an answer; what stalls takes longer."""
    faults: tuple[Fault, ...] = FAULTS
    port: int = 0
    counts: Counter[Fault] = field(default_factory=Counter)
    """How often each fault happened."""
    _seen: Counter[bytes] = field(default_factory=Counter)
    _open: list[Side] = field(default_factory=list)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    @contextmanager
    def serving(self) -> Iterator["Proxy"]:
        """Until the end; what is under way is broken off then."""
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), loop).result(10)
            self._loop = loop
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._stop(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    def settle(self) -> None:
        """Wait until all that was held back has arrived."""
        asyncio.run_coroutine_threadsafe(self._settled(), self._loop).result(60)

    @property
    def requests(self) -> int:
        """How many came from clients."""
        return self.counts.total()

    # ------------------------------------------------------------------------------------ the loop

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        tasks = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for side in self._open:
            side.reset()

    async def _settled(self) -> None:
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client: request after request until one side has enough."""
        client = Side(reader, writer)
        self._open.append(client)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                request = await client.message()
                await self._do(self._fault_of(request), request, client)

    def _fault_of(self, request: bytes) -> Fault:
        path = request.split(b" ", 2)[1]
        self._seen[path] += 1
        draw = Random(f"{self.seed} {path!r} {self._seen[path]}")
        is_spared = self._seen[path] >= PASSES_AFTER or draw.random() >= self.rate
        fault = Fault.NONE if is_spared else draw.choice(self.faults)
        self.counts[fault] += 1
        return fault

    async def _do(self, fault: Fault, request: bytes, client: Side) -> None:
        """One request meets its fault."""
        acts: dict[Fault, Callable[[bytes, Side], Awaitable[None]]] = {
            Fault.NONE: self._pass,
            Fault.ANSWER_DROPPED: self._drop_answer,
            Fault.ANSWER_CUT: self._cut_answer,
            Fault.REQUEST_CUT: self._cut_request,
            Fault.HALF_OPEN: self._half_open,
            Fault.HALF_REQUEST: self._half_request,
            Fault.DUPLICATED: self._duplicate,
            Fault.REPEATED_LATER: self._repeat_later,
            Fault.REORDERED: self._reorder,
            Fault.STALLED: self._stall,
            Fault.TRICKLED: self._trickle,
            Fault.GATEWAY: self._gateway,
        }
        await acts[fault](request, client)

    # ------------------------------------------------------------------------------------ the faults

    async def _pass(self, request: bytes, client: Side) -> None:
        await client.say(await self._answered(request))

    async def _drop_answer(self, request: bytes, client: Side) -> None:
        await self._answered(request)
        client.reset()

    async def _cut_answer(self, request: bytes, client: Side) -> None:
        answer = await self._answered(request)
        await client.say(answer[: Random(request).randrange(1, len(answer))])
        client.writer.close()

    async def _cut_request(self, request: bytes, client: Side) -> None:
        api = await self._connected()
        await api.say(_part(request))
        await asyncio.sleep(0.01)  # let it be read before the reset, or nothing of it arrives
        api.reset()
        client.reset()

    async def _half_open(self, request: bytes, client: Side) -> None:
        api = await self._connected()
        await api.say(request)
        await client.reader.read()  # until the client has enough; the API is told nothing

    async def _half_request(self, request: bytes, client: Side) -> None:
        api = await self._connected()
        await api.say(_part(request))
        await client.reader.read()

    async def _duplicate(self, request: bytes, client: Side) -> None:
        answers = await asyncio.gather(self._answered(request), self._answered(request))
        await client.say(answers[Random(request).randrange(2)])

    async def _repeat_later(self, request: bytes, client: Side) -> None:
        self._later(request, Random(request).uniform(0, 2 * self.patience_s))
        await self._pass(request, client)

    async def _reorder(self, request: bytes, client: Side) -> None:
        self._later(request, self.patience_s * Random(request).uniform(1.1, 3))
        await client.reader.read()

    async def _stall(self, request: bytes, client: Side) -> None:
        answer = await self._answered(request)
        await asyncio.sleep(self.patience_s * 1.2)
        await client.say(answer)

    async def _trickle(self, request: bytes, client: Side) -> None:
        api = await self._connected()
        await _slowly(request, api, self.patience_s / 4)
        await _slowly(await api.message(), client, self.patience_s / 4)
        api.writer.close()

    async def _gateway(self, request: bytes, client: Side) -> None:
        await self._answered(request)
        await client.say(_GATEWAY)

    # ------------------------------------------------------------------------------------ the API

    async def _connected(self) -> Side:
        side = Side(*await asyncio.open_connection("127.0.0.1", self.upstream))
        self._open.append(side)
        return side

    async def _answered(self, request: bytes) -> bytes:
        """What the API answers to a request on a connection of its own."""
        api = await self._connected()
        await api.say(request)
        answer = await api.message()
        api.writer.close()
        self._open.remove(api)
        return answer

    def _later(self, request: bytes, wait_s: float) -> None:
        """Let it arrive then, whoever still waits for it."""

        async def arrive() -> None:
            await asyncio.sleep(wait_s)
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._answered(request)

        task = asyncio.create_task(arrive())
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _part(request: bytes) -> bytes:
    """Some of it, and never all."""
    return request[: Random(request).randrange(1, len(request))]


async def _slowly(message: bytes, to: Side, within_s: float) -> None:
    size = max(1, len(message) // 12)
    for at in range(0, len(message), size):
        await to.say(message[at : at + size])
        await asyncio.sleep(within_s / 12)
