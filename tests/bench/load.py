# SPDX-License-Identifier: EUPL-1.2
"""The load generator, in its own process: `python -m tests.bench.load ORDER` answers one line of JSON.

Keep-alive connections over loopback, one request under way on each. The bytes of a request are made
beforehand but for the id in its path, so that the generator costs little beside what it measures.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Self, cast

import uvloop

from tests.bench.rows import median, percentile

PATIENCE_S: Final = 5
"""What is then still unanswered is counted as such."""
UNANSWERED: Final = b"unanswered"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What load to give."""

    port: int
    requests: str
    """A file of JSON: [[secret, body], ...]."""
    clients: int
    seconds: float
    warm_s: float
    seed: int

    def run(self, folder: Path) -> "Tally":
        """Give it from another process, and wait for what came of it."""
        path = folder / "order.json"
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        command = [sys.executable, "-m", "tests.bench.load", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return Tally(**json.loads(done.stdout))


@dataclass(kw_only=True)
class Tally:
    """What came back in the time that counts."""

    seconds: float = 0.0
    worked_s: float = 0.0
    """Processor time of the server in that time, taken as even over the warm-up and it."""
    statuses: dict[str, int] = field(default_factory=dict)
    latencies_us: list[int] = field(default_factory=list)
    """Of the answers 201: redeemed now, no replay."""
    waiting_us: list[int] = field(default_factory=list)
    """How long those waited that were never answered; they count in the percentiles."""
    busy: float = 0.0
    """Which share of its time the generator was at work; near 1 it would itself be the limit."""
    other: str = ""
    """One answer that was no 201."""

    @property
    def rate(self) -> float:
        """Accepted per second."""
        return len(self.latencies_us) / self.seconds

    @property
    def refused(self) -> dict[str, int]:
        """Every other answer, by status."""
        return {status: count for status, count in self.statuses.items() if status != "201"}


@dataclass(frozen=True, kw_only=True)
class Level:
    """Several rounds at one number of clients."""

    rate: float
    """0 where nothing was accepted."""
    p50_ms: float | None
    """None where nothing was accepted and nothing waited."""
    p99_ms: float | None
    refused: dict[str, int]
    other: str
    busy: float
    worked_us: float | None
    """Processor time of the server for each request."""

    @classmethod
    def of(cls, tallies: Sequence[Tally]) -> Self:
        """The median of the rates; percentiles over all answers of all rounds."""
        waited = [latency for each in tallies for latency in each.latencies_us + each.waiting_us]
        ordered = sorted(waited)
        refused: Counter[str] = Counter()
        for each in tallies:
            refused.update(each.refused)
        return cls(
            rate=median([each.rate for each in tallies]),
            p50_ms=percentile(ordered, 50) / 1000 if ordered else None,
            p99_ms=percentile(ordered, 99) / 1000 if ordered else None,
            refused=dict(refused),
            other=next((each.other for each in tallies if each.other), ""),
            busy=max(each.busy for each in tallies),
            worked_us=sum(each.worked_s for each in tallies) / len(waited) * 1e6 if waited else None,
        )

    @property
    def remark(self) -> str | None:
        """What a reader must know of it."""
        counts = ", ".join(f"{status}: {count}" for status, count in sorted(self.refused.items()))
        said = [f"other answers: {counts}"] if self.refused else []
        said += [f"such as {self.other}"] if self.other else []
        said += [f"the load generator was busy {self.busy:.0%} of its time"] if self.busy > 0.8 else []
        return "; ".join(said) or None


@dataclass(kw_only=True)
class _Run:
    order: Order
    rests: list[bytes]
    tally: Tally = field(default_factory=Tally)
    counted_from: float = 0.0
    until: float = 0.0
    statuses: Counter[bytes] = field(default_factory=Counter)

    async def __call__(self) -> None:
        loop = asyncio.get_running_loop()
        chosen = random.Random(self.order.seed)
        self.counted_from = time.perf_counter() + self.order.warm_s
        self.until = self.counted_from + self.order.seconds
        clients = []
        for _ in range(self.order.clients):
            requests = self._requests(chosen.randrange(len(self.rests)))
            made = partial(_Client, self, requests, loop.create_future())
            clients.append((await loop.create_connection(made, "127.0.0.1", self.order.port))[1])
        await asyncio.sleep(self.counted_from - time.perf_counter())
        before = time.process_time()
        await asyncio.sleep(self.until - time.perf_counter())
        self.tally.busy = (time.process_time() - before) / self.order.seconds
        await asyncio.wait([each.closed for each in clients], timeout=PATIENCE_S)
        self.tally.seconds = self.order.seconds
        silent = [each for each in clients if not each.closed.done()]
        if silent:
            self.statuses[UNANSWERED] = len(silent)
        now = time.perf_counter()
        self.tally.waiting_us = [int((now - each.sent_at) * 1_000_000) for each in silent]
        self.tally.statuses = {status.decode(): count for status, count in self.statuses.items()}

    def _requests(self, place: int) -> Iterator[bytes]:
        """Another id and another right each time; clients begin at other places, so they rarely meet."""
        while True:
            yield b"PUT /v1/redemptions/" + _uuid7() + self.rests[place % len(self.rests)]
            place += 1

    def answered(self, answer: bytes, sent_at: float, now: float) -> None:
        """Counted when it came in the time that counts."""
        if not self.counted_from <= now <= self.until:
            return
        status = answer[9:12]
        self.statuses[status] += 1
        if status == b"201":
            self.tally.latencies_us.append(int((now - sent_at) * 1_000_000))
        elif not self.tally.other:
            self.tally.other = answer.partition(b"\r\n\r\n")[2][:200].decode(errors="replace")


class _Client(asyncio.Protocol):
    """One connection that sends the next request as soon as the answer is whole."""

    def __init__(self, run: _Run, requests: Iterator[bytes], closed: "asyncio.Future[None]") -> None:
        self.run, self.requests, self.closed = run, requests, closed
        self.held = b""
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self.held += data
        if not _is_whole(self.held):
            return
        now = time.perf_counter()
        self.run.answered(self.held, self.sent_at, now)
        self.held = b""
        if now < self.run.until:
            self._send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)

    def _send(self) -> None:
        self.sent_at = time.perf_counter()
        self.transport.write(next(self.requests))


def _is_whole(answer: bytes) -> bool:
    """Whether the head and as many bytes as it announces are there."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    start = head.index(b"content-length:") + 15
    stop = head.find(b"\r\n", start)
    return len(answer) >= end + 4 + int(head[start : stop if stop > 0 else end])


def _rest(secret: str, body: str) -> bytes:
    """All of a request after the id in its path."""
    raw = body.encode()
    head = (
        f" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def _uuid7() -> bytes:
    """A UUIDv7 of this millisecond."""
    random_bits = random.getrandbits(74)
    high, low = random_bits >> 62, random_bits & ((1 << 62) - 1)
    whole = (int(time.time() * 1000) << 80) | (7 << 76) | (high << 64) | (2 << 62) | low
    text = f"{whole:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}".encode()


def main(path: str) -> None:
    """See the module."""
    order = Order(**json.loads(Path(path).read_text(encoding="utf-8")))
    requests = json.loads(Path(order.requests).read_text(encoding="utf-8"))
    run = _Run(order=order, rests=[_rest(secret, body) for secret, body in requests])
    uvloop.run(run())
    sys.stdout.write(json.dumps(asdict(run.tally)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
