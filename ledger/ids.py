# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: UUIDv7 (RFC 9562 section 5.7), minted where the fact is born."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, SafeUUID

NOBODY = UUID(int=0)
"""The owner of accounts that belong to the municipality as a whole."""

_TAIL_BITS = 74
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Mint:
    """Makes ids from a clock and a source of random bits; each is greater than the one before."""

    def __init__(self, clock_ms: Callable[[], int], random_bits: Callable[[int], int]) -> None:
        self._clock_ms = clock_ms
        self._random_bits = random_bits
        self._lock = threading.Lock()
        self._last_ms = 0
        self._last_tail = 0

    def new(self) -> UUID:
        """The next id."""
        return self.many(1)[0]

    def many(self, count: int) -> list[UUID]:
        """The next ids, in ascending order; nobody else's lie between them."""
        with self._lock:
            return [self._next(self._clock_ms()) for _ in range(count)]

    def _next(self, ms: int) -> UUID:
        if ms > self._last_ms:
            self._last_ms, self._last_tail = ms, self._random_bits(_TAIL_BITS - 1)
        else:
            self._last_tail += 1 + self._random_bits(32)
        return _assemble(self._last_ms, self._last_tail)


_mint = Mint(lambda: time.time_ns() // 1_000_000, secrets.randbits)


def uuid7() -> UUID:
    """A new UUIDv7; within one process each is greater than the one before."""
    return _mint.new()


def uuid7s(count: int) -> list[UUID]:
    """So many new UUIDv7, ascending."""
    return _mint.many(count)


@contextmanager
def seeded(seed: int, at: datetime) -> Iterator[None]:
    """Inside, ids follow from the seed alone, all of them minted at one instant. For the demo and
    for tests: they can be guessed.
    """
    global _mint
    before = _mint
    ms = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    _mint = Mint(lambda: ms, Random(seed).getrandbits)
    try:
        yield
    finally:
        _mint = before


def derived(parent: UUID, name: str) -> UUID:
    """The UUIDv7 of a part of a fact: the parent's time, and a hash of the parent and the name.

    The same parent and name always give the same id, so a file that is read twice names the
    same redemptions.
    """
    digest = hashlib.sha256(parent.bytes + name.encode()).digest()
    return _assemble(parent.int >> 80, int.from_bytes(digest, "big") >> (256 - _TAIL_BITS))


def lowest(at: datetime) -> UUID:
    """Below every id that is minted at or after this instant, by a clock that is right."""
    return of_int(((at - _EPOCH) // timedelta(milliseconds=1)) << 80)


def is_uuid7(value: UUID) -> bool:
    """Whether the value is a UUID of version 7 in the RFC variant."""
    return value.version == 7


def _assemble(ms: int, tail: int) -> UUID:
    """48 bits of time, version 7, 12 bits, variant 10, 62 bits."""
    tail &= (1 << _TAIL_BITS) - 1
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return of_int(ms << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


def of_int(value: int) -> UUID:
    """The UUID of 128 bits. Without what UUID() checks, which takes three times as long."""
    made = object.__new__(UUID)
    object.__setattr__(made, "int", value)
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made
