# SPDX-License-Identifier: EUPL-1.2
"""One order while the disk fails at one operation, then again on a disk that works, then a power cut."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError

from ledger import audit, db, migrations
from ledger.db import Work
from ledger.tables import metadata
from tests.faults.cuts import Cuts, put, unsound
from tests.faults.errands import Errand, Send, moved, on_watched_disk
from tests.faults.power import Image
from tests.faults.storage import Acknowledged, Closed, Event, Fault, Kind, Opened, Storage, Synced, Written
from tests.world import World

_COUNTS: Final = {
    table.name: str(select(func.count()).select_from(table)) for table in metadata.sorted_tables
}


AUDIT_EVERY: Final = 10
"""The product proves its books at one point in so many; it takes as long as all the rest of a point."""


class Way(StrEnum):
    """When the disk begins to fail."""

    OPEN = "open"
    """On a connection that has worked before."""
    NEW = "new"
    """From the opening of the database on."""
    BESIDE = "beside"
    """On a connection that has worked before, beside another that stays open."""
    CHECKPOINTING = "checkpointing"
    """On a connection that moves its log into the database at every commit."""
    CLOSING = "closing"
    """When the order is acknowledged and the process closes its connections."""


@dataclass(frozen=True)
class Start:
    """A database as it is found, an order for it, and how many rows each table has when it is carried out."""

    name: str
    world: World
    files: Image
    send: Send
    rows: Mapping[str, int]


@dataclass
class Found:
    """What was found out at the points of a sweep."""

    points: int = 0
    by_kind: Counter[Kind] = field(default_factory=Counter)
    refused: int = 0
    """How often the caller was told that it failed."""
    images: int = 0
    faults: list[str] = field(default_factory=list)
    """What broke a promise, at which point."""


@dataclass(frozen=True, kw_only=True)
class Rig:
    """The product on a disk that fails when it is told to; one for many points, so that nothing is
    compiled again.
    """

    storage: Storage
    engine: Engine
    """On that storage."""
    at_rest: Engine
    """On the same file, past the storage."""
    images: Path
    """Where power cuts are looked at."""

    def sweep(self, start: Start, way: Way, fault: Fault, points: Iterable[int], found: Found) -> None:
        """Each of these points, until one lies after the last operation."""
        for at in points:
            self.storage.fault = broken = replace(fault, struck=[])
            faults = list(self._point(at, start, way, broken, found))
            if not broken.struck:
                return
            found.points += 1
            found.by_kind[broken.struck[0]] += 1
            found.faults += [f"{start.name}, {way}, {broken.struck[0]} {at}: {each}" for each in faults]

    def _point(self, at: int, start: Start, way: Way, fault: Fault, found: Found) -> Iterator[str]:
        lay(self.storage.folder, start.files)
        self.storage.begin()
        there = moved(start.world, self.engine)
        with ExitStack() as stack:
            stack.callback(self.engine.dispose)
            self._before(start, way, there, stack)
            fault.seen, fault.at = 0, at
            told = self._fails(start, way, there)
            fault.mend()
            if not fault.struck:
                return
            found.refused += told
            yield from () if told else self._carried_out(start)
            yield from self._again(start, there)
            yield from acknowledged_after_failed_sync(self.storage.events)
            yield from self._cut(found)
        yield from self._rested(start, audits=at % AUDIT_EVERY == 0)

    def _before(self, start: Start, way: Way, there: World, stack: ExitStack) -> None:
        if way is Way.BESIDE:
            stack.callback(self.engine.raw_connection().close)
        if way is Way.CLOSING:
            start.send(there)
        elif way is not Way.NEW:
            there.entries()
        if way is Way.CHECKPOINTING:
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_autocheckpoint=1")

    def _fails(self, start: Start, way: Way, there: World) -> bool:
        """Whether the caller was told; anything but an error of the database is a bug."""
        try:
            if way is Way.CLOSING:
                self.engine.dispose()
            else:
                start.send(there)
        except DBAPIError:
            return True
        return False

    def _carried_out(self, start: Start) -> Iterator[str]:
        """The caller was not told of any fault, so all of it is there."""
        with closing(self.engine.raw_connection()) as connection:
            if (rows := rows_of(connection.cursor())) != start.rows:
                yield f"not told, and rows {rows}, not {start.rows}"

    def _again(self, start: Start, there: World) -> Iterator[str]:
        """The same order passes once the disk works, and is the same order when it is sent once more."""
        for _ in range(2):
            try:
                start.send(there)
            except DBAPIError as error:
                yield f"sent again it failed: {error.orig}"

    def _cut(self, found: Found) -> Iterator[str]:
        """At every acknowledgement, and now; the connections are still open."""
        last = len(self.storage.events) - 1
        cuts = Cuts(
            storage=self.storage,
            folder=self.images,
            drawn=1,
            draw=Random(last),
            wanted=lambda number, event: number == last or isinstance(event, Acknowledged),
            proves_states=False,  # the last is, at rest
        )
        tally = cuts.run()
        found.images += tally.images
        if tally.failures:
            yield f"power cut: {dict(tally.by_verdict)}"

    def _rested(self, start: Start, *, audits: bool) -> Iterator[str]:
        """Everything happened once, and the books agree; by the product's own proof, if asked."""
        with closing(db.SQLITE.connect(self.storage.folder / "ledger.db")) as connection:
            yield from unsound(connection)
            if (rows := rows_of(connection)) != start.rows:
                yield f"rows {rows}, not {start.rows}"
        if audits:
            with db.reading(self.at_rest) as session:
                work = Work(
                    session=session,
                    municipality_id=start.world.municipality_id,
                    actor_id=start.world.actor_id,
                    now=start.world.now,
                )
                yield from (f"audit: {each}" for each in audit.check(work).findings)
            self.at_rest.dispose()


@contextmanager
def rig(folder: Path) -> Iterator[Rig]:
    """A rig in a folder of its own."""
    for each in ("live", "images"):
        (folder / each).mkdir()
    storage = Storage(folder=folder / "live", fault=Fault(codes={}, at=0))
    at_rest = db.connect(f"sqlite:///{folder / 'live' / 'ledger.db'}")
    with on_watched_disk(storage) as engine:
        yield Rig(storage=storage, engine=engine, at_rest=at_rest, images=folder / "images")


def empty(name: str, folder: Path) -> Start:
    """No database yet; the order is to make one."""
    folder.mkdir()
    engine = db.connect(f"sqlite:///{folder / 'ledger.db'}")
    world = World(engine=engine)

    def make(there: World) -> None:
        migrations.upgrade(there.engine)
        with db.transaction(there.engine):
            pass  # acknowledges it

    make(world)
    engine.dispose()
    with closing(db.SQLITE.connect(folder / "ledger.db")) as connection:
        return Start(name, world, {}, make, rows_of(connection))


def starts(folder: Path, *errands: Errand) -> Iterator[Start]:
    """For each errand a small municipality with an order for it."""
    folder.mkdir()
    path = folder / "ledger.db"
    engine = db.connect(f"sqlite:///{path}")
    migrations.upgrade(engine)
    world = World.build(engine)
    engine.dispose()
    built = {path.name: path.read_bytes()}
    for errand in errands:
        lay(folder, built)
        send = errand(world)
        engine.dispose()
        files = {path.name: path.read_bytes()}
        send(world)
        engine.dispose()
        with closing(db.SQLITE.connect(path)) as connection:
            rows = rows_of(connection)
        yield Start(errand.__name__, world, files, send, rows)


def lay(folder: Path, files: Image) -> None:
    """These files and no other in a folder."""
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        put(folder / name, content)


def acknowledged_after_failed_sync(events: Iterable[Event]) -> Iterator[str]:
    """A connection that could not make its log durable may not acknowledge anything any more.

    Where all of the log was durable already, as before it is moved into the database, nothing hangs on it.
    """
    logs: dict[int, bool] = {}
    """Whether a log holds anything that is not durable."""
    failed: set[int] = set()
    for event in events:
        match event:
            case Opened(file, path, made) if path.name.endswith("-wal"):
                logs[file] = logs.get(file, False) and not made
            case Written(file) if file in logs:
                logs[file] = True
            case Synced(file, failed=False) if file in logs:
                logs[file] = False
            case Synced(file, opening, failed=True) if logs.get(file):
                failed.add(opening)
            case Closed(_, opening):
                failed.discard(opening)
            case Acknowledged() if failed:
                yield "acknowledged on a connection whose sync failed"
                return


def rows_of(connection: Any) -> dict[str, int]:
    """How many rows each table has."""
    return {name: connection.execute(each).fetchone()[0] for name, each in _COUNTS.items()}
