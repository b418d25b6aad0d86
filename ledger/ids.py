# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: UUIDv7 (RFC 9562 section 5.7), minted where the fact is born."""

import hashlib
import secrets
import threading
import time
from uuid import UUID

NOBODY = UUID(int=0)
"""The owner of accounts that belong to the municipality as a whole."""

_TAIL_BITS = 74
_lock = threading.Lock()
_last_ms = 0
_last_tail = 0


def uuid7() -> UUID:
    """A new UUIDv7; within one process each is greater than the one before."""
    global _last_ms, _last_tail
    with _lock:
        ms = time.time_ns() // 1_000_000
        if ms > _last_ms:
            _last_ms, _last_tail = ms, secrets.randbits(_TAIL_BITS - 1)
        else:
            _last_tail += 1 + secrets.randbits(32)
        return _assemble(_last_ms, _last_tail)


def derived(parent: UUID, name: str) -> UUID:
    """The UUIDv7 of a part of a fact: the parent's time, and a hash of the parent and the name.

    The same parent and name always give the same id, so a file that is read twice names the
    same redemptions.
    """
    digest = hashlib.sha256(parent.bytes + name.encode()).digest()
    return _assemble(parent.int >> 80, int.from_bytes(digest, "big") >> (256 - _TAIL_BITS))


def is_uuid7(value: UUID) -> bool:
    """Whether the value is a UUID of version 7 in the RFC variant."""
    return value.version == 7


def _assemble(ms: int, tail: int) -> UUID:
    """48 bits of time, version 7, 12 bits, variant 10, 62 bits."""
    tail &= (1 << _TAIL_BITS) - 1
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=ms << 80 | 7 << 76 | high << 64 | 2 << 62 | low)
