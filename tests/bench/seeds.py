# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: S608 - only names and numbers of our own are put into these statements
"""Stored redemptions by the million, made inside the database from a few real ones.

One real redemption per provider is the model. A copy has its columns, whatever they are, but another
id, right, code, day and instant; its entries likewise, so that the books still balance to the cent
and audit agrees. Indexes that are no constraint are made anew afterwards, which is faster.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import psycopg

from ledger import db
from ledger.rules.funding import AccountKind
from ledger.tables import metadata
from ledger.units import Unit
from tests.bench.databases import SQLITE
from tests.bench.scenery import MUNICIPALITY, Scenery

PIECE: Final = 500_000
"""Copies made by one statement."""
KEYS: Final = MappingProxyType({"redemption": "id", "redemption_line": "redemption_id", "entry": "cause_id"})
"""What is copied, and the column that says of which redemption a row is."""


@dataclass(frozen=True, kw_only=True)
class Models:
    """The real redemptions to copy, and how many rights the copies go round."""

    redemption_ids: tuple[UUID, ...]
    """One per provider; as many as divide the number of rights and of copies."""
    rights: int


def store(scenery: Scenery, models: Models, count: int) -> None:
    """So many redemptions more. count and rights are multiples of the number of models."""
    assert count % len(models.redemption_ids) == 0
    assert models.rights % len(models.redemption_ids) == 0
    with _connected(scenery.url) as sql:
        _prepare(sql, models)
        copies = _Copies(sql=sql, scenery=scenery, models=models, count=count)
        with sql.without_indexes():
            for start in range(0, count, PIECE):
                for table in KEYS:
                    copies.write(table, start)
        _count(sql, models, count)
        for table in ("right", "model", *KEYS):
            sql.run(f"DROP TABLE seed_{table}")


# ------------------------------------------------------------------------------- what differs by database


@dataclass(kw_only=True)
class _Sql:
    """A connection that says the few things the two databases say differently."""

    connection: Any
    is_sqlite: bool

    def run(self, text: str, *given: Any) -> Any:
        """One statement; {n} numbers and ids are put in by us, never by anybody else."""
        if not given:
            return self.connection.execute(text)
        return self.connection.execute(text if self.is_sqlite else text.replace("?", "%s"), given)

    def numbers(self, start: int, stop: int) -> str:
        """A table `seq` of the column n."""
        if self.is_sqlite:
            return (
                f"(WITH RECURSIVE s(n) AS (SELECT {start} UNION ALL SELECT n + 1 FROM s WHERE n < {stop - 1})"
                " SELECT n FROM s) AS seq"
            )
        return f"(SELECT n::bigint FROM generate_series({start}, {stop - 1}) AS n) AS seq"

    def id(self, milliseconds: str, tag: str) -> str:
        """A UUIDv7 from two SQL expressions and the number n of the copy."""
        tail = f"((({tag}) * {1 << 40}) + n)"
        if self.is_sqlite:
            return f"unhex(printf('%012x7%03x8%015x', {milliseconds}, n % 4096, {tail}))"
        return (
            f"(lpad(to_hex(({milliseconds})::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')"
            f" || '8' || lpad(to_hex({tail}::bigint), 15, '0'))::uuid"
        )

    def instant(self, seconds: str) -> str:
        """From seconds since 1970."""
        return f"(({seconds}) * 1000000)" if self.is_sqlite else f"to_timestamp({seconds})"

    def day(self, seconds: str) -> str:
        """The day of seconds that lie at noon."""
        if self.is_sqlite:
            return f"date({seconds}, 'unixepoch')"
        return f"(to_timestamp({seconds}) AT TIME ZONE 'UTC')::date"

    @contextmanager
    def without_indexes(self) -> Iterator[None]:
        """Those that are no constraint are gone meanwhile; SQLite is told anew what it was told of them."""
        found, told = list(self._indexes()), self._told()
        for name, _ in found:
            self.run(f"DROP INDEX {name}")
        yield
        for _, made_by in found:
            self.run(made_by)
        left = set(self._told())
        for each in (row for row in told if row not in left):
            self.run("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", *each)

    def _told(self) -> list[tuple[str, str, str]]:
        """What it is told of indexes, the last word last; an index that is dropped takes it along."""
        if not self.is_sqlite:
            return []
        told: list[tuple[str, str, str]] = self.run(
            "SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY rowid"
        ).fetchall()
        return told

    def _indexes(self) -> Iterator[tuple[str, str]]:
        tables = ", ".join(f"'{table}'" for table in KEYS)
        if self.is_sqlite:
            where = f"type = 'index' AND sql IS NOT NULL AND tbl_name IN ({tables})"
            yield from self.run(f"SELECT name, sql FROM sqlite_master WHERE {where}").fetchall()
            return
        constraints = "SELECT conname FROM pg_constraint"
        where = f"tablename IN ({tables}) AND indexname NOT IN ({constraints})"
        yield from self.run(f"SELECT indexname, indexdef FROM pg_indexes WHERE {where}").fetchall()


@contextmanager
def _connected(url: str) -> Iterator[_Sql]:
    """A connection for bulk work: no foreign keys judged, and SQLite does not wait for the disk."""
    if not url.startswith(SQLITE):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET synchronous_commit = off")
            connection.execute("SET work_mem = '512MB'")
            yield _Sql(connection=connection, is_sqlite=False)
        return
    connection = db.SQLITE.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    yield _Sql(connection=connection, is_sqlite=True)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


# ------------------------------------------------------------------------------------------ the copying


def _prepare(sql: _Sql, models: Models) -> None:
    """seed_right numbers the rights, each with its code and its pot; the others hold the rows to copy."""
    sql.run(
        "CREATE TABLE seed_right AS"
        " SELECT row_number() OVER (ORDER BY e.id) - 1 AS i, e.id AS entitlement_id,"
        " (SELECT c.id FROM code AS c WHERE c.municipality_id = e.municipality_id"
        "  AND c.entitlement_id = e.id LIMIT 1) AS code_id, a.id AS pot_id"
        " FROM entitlement AS e JOIN account AS a ON a.municipality_id = e.municipality_id"
        f" AND a.owner_id = e.id AND a.kind = '{AccountKind.ENTITLEMENT.value}'"
        f" AND a.unit = '{Unit.EUROCENT.value}' WHERE e.municipality_id = '{MUNICIPALITY}'"
    )
    sql.run("CREATE UNIQUE INDEX seed_right_i ON seed_right (i)")
    kind = "BLOB" if sql.is_sqlite else "uuid"
    sql.run(f"CREATE TABLE seed_model (t INTEGER PRIMARY KEY, id {kind}, pot_id {kind})")
    for number, id_ in enumerate(models.redemption_ids):
        sql.run(
            "INSERT INTO seed_model SELECT ?, r.id, s.pot_id FROM redemption AS r"
            " JOIN seed_right AS s ON s.entitlement_id = r.entitlement_id WHERE r.id = ?",
            number,
            id_.bytes if sql.is_sqlite else id_,
        )
    for table, key in KEYS.items():
        sql.run(
            f"CREATE TABLE seed_{table} AS SELECT t.t, t.pot_id AS model_pot_id, m.* FROM seed_model AS t"
            f" JOIN {table} AS m ON m.municipality_id = '{MUNICIPALITY}' AND m.{key} = t.id"
        )
        sql.run(f"CREATE INDEX seed_{table}_t ON seed_{table} (t)")
    if not sql.is_sqlite:
        sql.run("ANALYZE seed_right, " + ", ".join(f"seed_{table}" for table in KEYS))


@dataclass(frozen=True, kw_only=True)
class _Copies:
    """The SQL of all that a copy has otherwise than its model, as expressions of its number n."""

    sql: _Sql
    scenery: Scenery
    models: Models
    count: int

    def write(self, table: str, start: int) -> None:
        """One piece, in the order of the ids."""
        changed = self._changed(table)
        names = [column.name for column in metadata.tables[table].columns]
        values = ", ".join(changed.get(name, f"m.{name}") for name in names)
        numbers = self.sql.numbers(start, min(start + PIECE, self.count))
        self.sql.run(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {numbers}"
            f" CROSS JOIN seed_right AS s CROSS JOIN seed_{table} AS m"
            f" WHERE s.i = n % {self.models.rights} AND m.t = n % {len(self.models.redemption_ids)}"
        )  # both walk seq and look up the rest, so the rows come in the order of their ids unsorted

    def _changed(self, table: str) -> Mapping[str, str]:
        days = max((self.scenery.now - timedelta(days=1) - self._first).days, 1)
        noon = f"({int(self._first.timestamp())} + n * {days} / {self.count} * 86400)"
        minted = f"({int(self._first.timestamp()) * 1000} + n * {days * 86_400_000 // self.count})"
        redemption_id = self.sql.id(minted, "0")
        instants = {"at": self.sql.instant(noon), "recorded_at": self.sql.instant(f"{noon} + 60")}
        if table == "redemption_line":
            return {"redemption_id": redemption_id}
        if table == "entry":  # at most one in each unit: so the unit tells their ids apart
            tag = f"CASE m.unit WHEN '{Unit.EUROCENT.value}' THEN 1 ELSE 2 END"
            pot = "CASE m.{0} WHEN m.model_pot_id THEN s.pot_id ELSE m.{0} END"
            ends = {name: pot.format(name) for name in ("debit_account_id", "credit_account_id")}
            return {"id": self.sql.id(minted, tag), "cause_id": redemption_id, **ends, **instants}
        right = {"entitlement_id": "s.entitlement_id", "code_id": "s.code_id"}
        return {"id": redemption_id, "service_day": self.sql.day(noon), **right, **instants}

    @property
    def _first(self) -> datetime:
        return datetime.combine(self.scenery.first, time(11), UTC)


def _count(sql: _Sql, models: Models, count: int) -> None:
    """Move the counters of the accounts as the copied entries say."""
    each, of = count // len(models.redemption_ids), f"municipality_id = '{MUNICIPALITY}' AND account.id ="
    for side, column in (("debits", "debit_account_id"), ("credits", "credit_account_id")):
        sums = (
            f"SELECT {column} AS id, sum(amount) * {each} AS moved FROM seed_entry"
            f" WHERE {column} <> model_pot_id GROUP BY {column}"
        )
        sql.run(f"UPDATE account SET {side} = {side} + s.moved FROM ({sums}) AS s WHERE {of} s.id")
    uses = f"({count // models.rights} + CASE WHEN i < {count % models.rights} THEN 1 ELSE 0 END)"
    price = "(SELECT max(amount) FROM seed_entry WHERE debit_account_id = model_pot_id)"
    sql.run(
        f"UPDATE account SET debits = debits + s.moved FROM (SELECT pot_id, {uses} * {price} AS moved"
        f" FROM seed_right) AS s WHERE {of} s.pot_id"
    )
