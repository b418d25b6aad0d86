# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: S608 - only numbers of our own are put into these statements
"""The hand-written baseline on PostgreSQL: set-based redemption in PL/pgSQL (hand.sql), from Python."""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool

from ledger.ids import uuid7
from tests.bench import scenery

SQL = Path(__file__).with_name("hand.sql")
PRICE_CENTS = 31_15
CALL = "SELECT * FROM redeem(%s::uuid[], %s::bytea[], %s::int[], %s::bigint[])"


def build(url: str, tokens: Sequence[bytes], *, providers: int) -> None:
    """The tables in an empty database, with a right for each of these codes."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL.read_bytes())
        with connection.cursor().copy("COPY right_pot (right_id, credits) FROM STDIN") as copy:
            rights = [uuid7() for _ in tokens]
            for right in rights:
                copy.write_row((right, 10**12))
        with connection.cursor().copy("COPY code FROM STDIN") as copy:
            for number, (token, right) in enumerate(zip(tokens, rights, strict=True)):
                copy.write_row((token, right, "2999-01-01", number))
        connection.execute("INSERT INTO owed SELECT generate_series(0, %s - 1)", [providers])
        connection.execute("VACUUM (ANALYZE)")


def script(codes: int, *, providers: int) -> str:
    """One redemption by one call, as pgbench runs it."""
    return (
        f"\\set code random(0, {codes - 1})\n\\set provider random(0, {providers - 1})\n"
        "SELECT redeem(ARRAY[gen_random_uuid()], "
        "ARRAY[(SELECT token_id FROM code WHERE number = :code::int)], "
        f"ARRAY[:provider::int], ARRAY[{PRICE_CENTS}::bigint]);\n"
    )


def rate(url: str, tokens: Sequence[bytes], *, providers: int, batch: int, seconds: float) -> float:
    """Redemptions per second from Python, one connection, one commit for each batch."""
    done, place = 0, 0
    with closing(psycopg.connect(url)) as connection:
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            chosen = [tokens[(place + i) % len(tokens)] for i in range(batch)]
            place += batch
            owed = [i % providers for i in range(batch)]
            given = [[uuid7() for _ in chosen], chosen, owed, [PRICE_CENTS] * batch]
            done += len(connection.execute(CALL, given).fetchall())
            connection.commit()
        return done / (time.perf_counter() - began)


def redeemer(url: str) -> Callable[[UUID, bytes], Awaitable[int]]:
    """One redemption by one call, from an asynchronous server."""
    pool = AsyncConnectionPool(url, min_size=4, max_size=8, open=False)

    async def redeem(id: UUID, code: bytes) -> int:
        await pool.open()
        async with pool.connection() as connection:
            given = [[id], [scenery.mark_of(code)], [id.int % 16], [PRICE_CENTS]]
            rows = await (await connection.execute(CALL, given)).fetchall()
        assert rows, "a code that is not there"
        return int(rows[0][1])

    return redeem
