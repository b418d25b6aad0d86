# SPDX-License-Identifier: EUPL-1.2
"""Databases that can be watched for any write, and brought back to what was kept: the matrix needs both.

Watching costs microseconds, so that every cell can be held against "nothing was written".
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, text

from ledger import db
from tests.conftest import administer


class Database(Protocol):
    """How a kind of database is watched and brought back."""

    @property
    def engine(self) -> Engine:
        """What the application works on."""

    def keep(self) -> None:
        """What is in it now is what reset() brings back."""

    def reset(self) -> None:
        """Bring back what was kept."""

    def mark(self) -> object:
        """Something that is another whenever anything was written since; it may be another without."""


@dataclass
class OnSqlite:
    """One file: every commit of somebody else moves its data_version."""

    path: Path
    engine: Engine
    watcher: Any = None

    def keep(self) -> None:
        """See Database."""
        self._close()
        shutil.copy(self.path, self._kept)
        self._watch()

    def reset(self) -> None:
        """See Database."""
        self._close()
        for end in ("-wal", "-shm"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)
        shutil.copy(self._kept, self.path)
        self._watch()

    def mark(self) -> int:
        """See Database."""
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    @property
    def _kept(self) -> Path:
        return self.path.with_suffix(".kept")

    def _close(self) -> None:
        """The last connection to close moves all that is in the WAL to the file."""
        if self.watcher is not None:
            self.watcher.close()
        self.engine.dispose()

    def _watch(self) -> None:
        self.watcher = db.SQLITE.connect(str(self.path))


def on_sqlite(template: Path, folder: Path) -> OnSqlite:
    """A migrated file of its own."""
    path = folder / "ledger.db"
    shutil.copy(template, path)
    return OnSqlite(path=path, engine=db.connect(f"sqlite:///{path}"))


@dataclass
class OnPostgresql:
    """A database cloned from its kept twin; every transaction that writes takes a number."""

    url: str
    engine: Engine

    def keep(self) -> None:
        """See Database."""
        self.engine.dispose()
        administer(self.url, "CREATE DATABASE kept_matrix TEMPLATE ledger_matrix STRATEGY FILE_COPY")

    def reset(self) -> None:
        """See Database."""
        self.engine.dispose()
        administer(self.url, "DROP DATABASE ledger_matrix WITH (FORCE)")
        administer(self.url, "CREATE DATABASE ledger_matrix TEMPLATE kept_matrix STRATEGY FILE_COPY")

    def mark(self) -> str:
        """See Database."""
        with self.engine.connect() as connection:
            return str(connection.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")))


@contextmanager
def on_postgresql(url: str) -> Iterator[OnPostgresql]:
    """A migrated database of its own in this cluster, dropped afterwards with its twin."""
    administer(url, "CREATE DATABASE ledger_matrix TEMPLATE template_ledger STRATEGY FILE_COPY")
    found = OnPostgresql(url=url, engine=db.connect(url.replace("/postgres?", "/ledger_matrix?")))
    yield found
    found.engine.dispose()
    for name in ("ledger_matrix", "kept_matrix"):
        administer(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
