# SPDX-License-Identifier: EUPL-1.2
"""The databases that are measured: a durable PostgreSQL cluster, and SQLite files on the same disk.

fsync is on, and SQLite has the product's own pragmas. The settings of PostgreSQL are the same for
ours and for every baseline.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, text

from ledger import db, migrations
from tests import postgres

POSTGRESQL: Final = "postgresql"
SQLITE: Final = "sqlite"
KINDS: Final = (POSTGRESQL, SQLITE)

SETTINGS: Final = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=1GB",
    "effective_cache_size=8GB",
    "max_wal_size=8GB",
    "checkpoint_timeout=15min",
    "maintenance_work_mem=512MB",
)
"""Beside these PostgreSQL's own defaults. The large WAL keeps checkpoints out of the short rounds."""


@dataclass(kw_only=True)
class Databases:
    """Where databases are made; all are gone at the end."""

    folder: Path
    cluster_url: str
    _templates: dict[str, str] = field(default_factory=dict)

    def fresh(self, kind: str, name: str) -> str:
        """The URL of a new, migrated, empty database."""
        url = self.bare(kind, name)
        engine = db.connect(url)
        migrations.upgrade(engine)
        engine.dispose()
        return url

    def bare(self, kind: str, name: str) -> str:
        """The URL of a new database without anything in it."""
        if kind == SQLITE:
            return f"sqlite:///{self.folder / name}.db"
        self._administer(f"CREATE DATABASE {name}")
        return self.cluster_url.replace("/postgres?", f"/{name}?")

    def copied(self, url: str, name: str) -> str:
        """The URL of a copy; nobody may be connected to the original."""
        if url.startswith(SQLITE):
            path = self.folder / f"{name}.db"
            shutil.copy(url.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {_name(url)}")
        return self.cluster_url.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        """It is gone, and so is its room on the disk."""
        if url.startswith(SQLITE):
            path = url.removeprefix("sqlite:///")
            for end in ("", "-wal", "-shm"):
                Path(path + end).unlink(missing_ok=True)
        else:
            self._administer(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def _administer(self, command: str) -> None:
        engine = db.connect(self.cluster_url)
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(command))
        engine.dispose()


@contextmanager
def opened() -> Iterator[Databases]:
    """A cluster and a folder, until the end."""
    folder = Path(tempfile.mkdtemp(prefix="tegoed-bench-"))
    try:
        with postgres.cluster(settings=SETTINGS) as url:
            yield Databases(folder=folder, cluster_url=url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settled(engine: Engine) -> None:
    """Statistics fresh, and no write left over from seeding: what is measured next pays only for itself.

    SQLite keeps those that the product gives it.
    """
    if engine.dialect.name == SQLITE:
        plain = sqlite(engine.url.render_as_string())
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.close()
        return
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
        connection.execute(text("CHECKPOINT"))


def sqlite(url: str) -> Any:
    """The product's driver with the product's pragmas; transactions are said by hand."""
    connection = db.SQLITE.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
    for pragma in db.PRAGMAS:
        connection.execute(pragma)
    return connection


def folder_of(cluster_url: str) -> str:
    """Where the socket of the cluster is."""
    return cluster_url.partition("?host=")[2]


def _name(url: str) -> str:
    return url.split("?")[0].rpartition("/")[2]
