# SPDX-License-Identifier: EUPL-1.2
"""Connections, and the only commit in the project.

SQLite is set up as its authors' guarantees need it: synchronous before journal_mode, one writer at
a time by BEGIN IMMEDIATE, no memory map. See docs/decisions/0004 for the driver. How PostgreSQL is
connected to is in postgresql, which is imported only where it is used.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlmodel import Session

from ledger.errors import LedgerError

SQLITE: Any = import_module("pysqlite3")
"""The DB-API driver that carries its own SQLite; it has no type stubs, hence the import by name."""

SQLITE_MIN = (3, 51, 3)
"""Older ones can corrupt a WAL that two connections checkpoint at once (3.7.0 up to 3.51.2)."""

PRAGMAS = (
    "PRAGMA synchronous=EXTRA",  # first: else the switch to WAL itself is not yet durable
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE deletes rows behind the append-only triggers
    "PRAGMA busy_timeout=30000",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",  # what is erased from the vault is overwritten, not only unlinked
    "PRAGMA cache_size=-65536",
)


@dataclass(kw_only=True, eq=False)
class DatabaseUnsafe(LedgerError):
    """This database cannot keep our promises; the ledger refuses to start on it."""

    code = "database_unsafe"
    fault: str


def connect(url: str) -> Engine:
    """An engine for sqlite:///path or postgresql://…; nothing is opened yet.

    Its errors name no values, so that none ends up in a log. Raises DatabaseUnsafe for a SQLite
    older than SQLITE_MIN or an unknown kind of database.
    """
    if url.startswith("sqlite:"):
        return _sqlite(url)
    if url.startswith("postgresql"):
        plain = url.replace("postgresql://", "postgresql+psycopg://", 1)
        engine = create_engine(plain, pool_size=8, max_overflow=10, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "do_connect", import_module("ledger.postgresql").connect)
        return engine
    raise DatabaseUnsafe(fault="the URL must begin with sqlite:/// or postgresql://")


def _sqlite(url: str) -> Engine:
    if SQLITE.sqlite_version_info < SQLITE_MIN:
        raise DatabaseUnsafe(fault=f"SQLite {SQLITE.sqlite_version} is older than 3.51.3")
    engine = create_engine(url, module=SQLITE, connect_args={"timeout": 30}, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver opens no transactions of its own: "begin" does
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One unit of work: in which transaction, for whom, by whom, and the one instant it is recorded at."""

    session: Session
    municipality_id: str
    actor_id: UUID
    now: datetime
    """Becomes recorded_at of every fact in this work; aware, UTC."""

    def __post_init__(self) -> None:
        act_for(self.session, self.municipality_id)


def act_for(session: Session, municipality_id: str) -> None:
    """Until it ends, this transaction sees and writes rows of one municipality only.

    On PostgreSQL, by its row-level security: without this a transaction sees no rows at all. SQLite
    has no such thing; there a municipality that must be alone gets a file of its own.
    """
    _tell_policies(session, "tegoed.municipality", municipality_id)


def show_key(session: Session, digest: bytes) -> None:
    """Until it ends, this transaction sees of which municipality the key or session with this digest is."""
    _tell_policies(session, "tegoed.key", digest.hex())


def _tell_policies(session: Session, name: str, value: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SELECT set_config(%s, %s, true)", (name, value))


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed on leaving, or not at all when anything is raised."""
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        yield session
        try:
            session.commit()
        except BaseException:
            session.invalidate()  # SQLite may still hold the transaction: never back into the pool
            raise


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one consistent state and can keep nothing; rows stay readable after it."""
    options = {"sqlite_begin": "DEFERRED"}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ"}
    with Session(engine.execution_options(**options), expire_on_commit=False, autoflush=False) as session:
        session.info["keeps"] = False  # access_log refuses to note a look here
        yield session
        session.expunge_all()  # what was read stays readable; a rollback would expire it
        session.rollback()


R = TypeVar("R")


def rows(work: Work, table: type[R], ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, R]:
    """The rows of a table with these ids in this municipality, by id; in the order of their ids.

    With lock they are locked in that order (PostgreSQL; SQLite has one writer) and freshly read.
    """
    columns = inspect(table).columns
    statement = (
        select(table, columns["id"])
        .where(columns["municipality_id"] == work.municipality_id, columns["id"].in_(set(ids)))
        .order_by(columns["id"])
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return {row_id: row for row, row_id in work.session.execute(statement)}
