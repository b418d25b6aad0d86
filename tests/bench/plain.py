# SPDX-License-Identifier: EUPL-1.2
"""The hand-written baseline on SQLite: plain sqlite3 doing a check, a transfer and two balance updates.

The driver and the pragmas are the product's own, so it is as durable as ours.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from typing import Any
from uuid import UUID

from ledger.ids import uuid7
from tests.bench import databases, scenery

PRICE_CENTS = 31_15
TABLES = (
    "CREATE TABLE pot (id BLOB PRIMARY KEY, credits INTEGER NOT NULL, debits INTEGER NOT NULL,"
    " CHECK (debits <= credits)) STRICT, WITHOUT ROWID",
    "CREATE TABLE transfer (id BLOB PRIMARY KEY, debit BLOB NOT NULL, credit BLOB NOT NULL,"
    " cents INTEGER NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)


def build(url: str, tokens: Sequence[bytes], *, providers: int) -> None:
    """The tables in an empty database, with a pot for each of these codes and each provider."""
    with closing(databases.sqlite(url)) as connection:
        for table in TABLES:
            connection.execute(table)
        connection.execute("BEGIN IMMEDIATE")
        pots = [(token, 10**12, 0) for token in tokens]
        pots += [(provider(number), 10**12, 0) for number in range(providers)]
        connection.executemany("INSERT INTO pot VALUES (?, ?, ?)", pots)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def provider(number: int) -> bytes:
    """Whose pot is credited."""
    return b"provider %7d" % number


def transfer(connection: Any, id: UUID, token: bytes, owed: bytes) -> int:
    """Check, transfer, two balances; what is left. The caller begins and commits."""
    found = connection.execute("SELECT credits - debits FROM pot WHERE id = ?", (token,)).fetchone()
    assert found is not None, "a code that is not there"
    assert found[0] >= PRICE_CENTS, "a pot that is empty"
    row = (id.bytes, token, owed, PRICE_CENTS, time.time_ns() // 1000)
    connection.execute("INSERT INTO transfer VALUES (?, ?, ?, ?, ?)", row)
    connection.execute("UPDATE pot SET debits = debits + ? WHERE id = ?", (PRICE_CENTS, token))
    connection.execute("UPDATE pot SET credits = credits + ? WHERE id = ?", (PRICE_CENTS, owed))
    return int(found[0]) - PRICE_CENTS


def rate(url: str, tokens: Sequence[bytes], *, providers: int, batch: int, seconds: float) -> float:
    """Redemptions per second, one commit for each batch."""
    done, owners = 0, [provider(number) for number in range(providers)]
    with closing(databases.sqlite(url)) as connection:
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            connection.execute("BEGIN IMMEDIATE")
            for _ in range(batch):
                transfer(connection, uuid7(), tokens[done % len(tokens)], owners[done % providers])
                done += 1
            connection.execute("COMMIT")
        return done / (time.perf_counter() - began)


def redeemer(url: str) -> Callable[[UUID, bytes], Awaitable[int]]:
    """One redemption in one transaction, from an asynchronous server; it blocks, which is fastest."""
    connection = databases.sqlite(url)

    async def redeem(id: UUID, code: bytes) -> int:
        connection.execute("BEGIN IMMEDIATE")
        left = transfer(connection, id, scenery.mark_of(code), provider(id.int % 16))
        connection.execute("COMMIT")
        return left

    return redeem
