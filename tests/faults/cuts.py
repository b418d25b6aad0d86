# SPDX-License-Identifier: EUPL-1.2
"""Cuts the power at every boundary of what a storage saw, wakes SQLite up on what may be left, and judges.

The measure is the strictest there is: the database must be, byte for byte, what it was after the last
acknowledgement, or after the next one. Each of those states is proven by itself.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, Final

from sqlalchemy import select

from ledger import db
from ledger.tables import metadata
from tests.faults.power import Disk, Image
from tests.faults.storage import Acknowledged, Event, Storage

_READS: Final = {table.name: str(select(table)) for table in metadata.sorted_tables}
"""The whole of each table."""


_MEMORY: Final = Path("/dev", "shm")


class Verdict(StrEnum):
    """What was found when the power was back."""

    WHOLE = "whole"
    """The database as it was after the last acknowledgement, or after the next one."""
    LOST = "lost"
    """An older state: something that was acknowledged is gone."""
    BROKEN = "broken"
    """No state that ever was, or not a database at all."""


@dataclass
class Tally:
    """How many images were judged, and how."""

    images: int = 0
    boundaries: int = 0
    by_verdict: Counter[Verdict] = field(default_factory=Counter)
    sampled: list[Image] = field(default_factory=list)
    """Some of the whole ones."""

    def add(self, verdict: Verdict) -> None:
        """One image more."""
        self.images += 1
        self.by_verdict[verdict] += 1

    def __iadd__(self, other: "Tally") -> "Tally":
        self.images += other.images
        self.boundaries += other.boundaries
        self.by_verdict += other.by_verdict
        return self

    @property
    def failures(self) -> int:
        """How many were not whole."""
        return self.images - self.by_verdict[Verdict.WHOLE]


@dataclass(kw_only=True)
class Cuts:
    """Cuts at the boundaries that are wanted: after each event of a storage."""

    storage: Storage
    folder: Path
    """Where the images are put, one after another."""
    drawn: int
    """How many images by chance per boundary and way of the names."""
    draw: Random
    wanted: Callable[[int, Event], bool] = lambda number, event: True
    """Which boundaries, by the number of the event before them and that event."""
    sample_every: int = 0
    """One image in so many is kept, to go on with."""
    syncs_folders: bool = True
    """See power.Disk."""
    proves_states: bool = True
    """Whether the books of the states that images are compared with are looked at, too."""

    def run(self) -> Tally:
        """Judge all images."""
        tally = Tally()
        states, disk, acknowledged = self._states(tally), self._disk(), 0
        for number, event in enumerate(self.storage.events):
            disk.happens(event)
            acknowledged += isinstance(event, Acknowledged)
            if not self.wanted(number, event):
                continue
            tally.boundaries += 1
            for image in disk.images(self.drawn, self.draw):
                self._judge(image, states, acknowledged, tally)
        return tally

    def _states(self, tally: Tally) -> list[bytes]:
        """The database at the start and after each acknowledgement, as the disk will have it in time.

        It must have the very rows that were read from the live database at that moment: else something
        was acknowledged that will never be durable.
        """
        disk = self._disk()
        states = [awake(disk.in_time(), self.folder)]
        for event in self.storage.events:
            disk.happens(event)
            if isinstance(event, Acknowledged):
                states.append(awake(disk.in_time(), self.folder))
                tally.add(self._verdict_on_state(event))
        return states

    def _verdict_on_state(self, event: Acknowledged) -> Verdict:
        path = self.folder / "ledger.db"
        if digest_of(path) != event.content:
            return Verdict.LOST
        if self.proves_states:
            with closing(db.SQLITE.connect(path)) as connection:
                return Verdict.BROKEN if unsound(connection) else Verdict.WHOLE
        return Verdict.WHOLE

    def _judge(self, image: Image, states: Sequence[bytes], acknowledged: int, tally: Tally) -> None:
        verdict = _verdict(image, self.folder, states, acknowledged)
        tally.add(verdict)
        if self.sample_every and tally.images % self.sample_every == 0 and verdict is Verdict.WHOLE:
            tally.sampled.append(image)

    def _disk(self) -> Disk:
        return Disk.of(self.storage, syncs_folders=self.syncs_folders)


def _verdict(image: Image, folder: Path, states: Sequence[bytes], acknowledged: int) -> Verdict:
    try:
        found = awake(image, folder)
    except db.SQLITE.DatabaseError:
        return Verdict.BROKEN
    if found in states[acknowledged : acknowledged + 2]:
        return Verdict.WHOLE
    return Verdict.LOST if found in states[:acknowledged] else Verdict.BROKEN


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is one: no real disk need be waited for, as its failing is simulated."""
    folder = Path(mkdtemp(prefix="tegoed-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def awake(image: Image, folder: Path) -> bytes:
    """The database file once SQLite has recovered from this image: the first look reads the log or rolls
    the journal back, and the last connection that closes moves the log into the file.
    """
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-journal"):
        put(folder / name, image.get(name))
    connection = db.SQLITE.connect(folder / "ledger.db", isolation_level=None)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    finally:
        connection.close()
    return (folder / "ledger.db").read_bytes()


def put(path: Path, content: bytes | None) -> None:
    """This content in this file, or no such file; written over what was there, which is the faster way."""
    if content is None:
        path.unlink(missing_ok=True)
        return
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(content)
        file.truncate()


def digest_of(path: Path | str) -> bytes:
    """Of every row of every table, in the order in which they are kept."""
    with closing(db.SQLITE.connect(path, uri=True, isolation_level=None)) as connection:
        schema = connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
        digest, there = sha256(repr(schema).encode()), {name for name, _ in schema}
        for name, statement in _READS.items():
            if name in there:
                digest.update(repr(connection.execute(statement).fetchall()).encode())
        return digest.digest()


def unsound(connection: Any) -> list[str]:
    """What is wrong by SQLite's own checks; counters that are not the sum of their entries, and units
    that do not sum to zero.
    """
    is_made = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'entry'").fetchall()
    checks = ("PRAGMA foreign_key_check", *(_BOOKS if is_made else ()))
    found = {each: connection.execute(each).fetchall() for each in checks}
    sound: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    return [*([] if sound == "ok" else [sound]), *(f"{each}: {rows}" for each, rows in found.items() if rows)]


_BOOKS: Final = (
    "SELECT unit FROM account GROUP BY municipality_id, unit HAVING sum(credits - debits) <> 0",
    "SELECT id FROM account WHERE debits <>"
    " (SELECT coalesce(sum(amount), 0) FROM entry WHERE debit_account_id = account.id)",
    "SELECT id FROM account WHERE credits <>"
    " (SELECT coalesce(sum(amount), 0) FROM entry WHERE credit_account_id = account.id)",
)
"""Each finds rows where the books disagree with themselves."""
