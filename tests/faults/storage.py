# SPDX-License-Identifier: EUPL-1.2
"""What was asked of the disk, in order, and which of it is refused.

The events are what power.py plays again to know what a disk would still hold after a power cut.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias


class Kind(StrEnum):
    """What SQLite asks of a disk and may be refused."""

    READ = "read"
    """Bytes of a file."""
    WRITE = "write"
    """Bytes into a file."""
    TRUNCATE = "truncate"
    """A shorter file."""
    SYNC = "sync"
    """All that was written to a file to be durable."""
    SIZE = "size"
    """How long a file is."""
    LOCK = "lock"
    """A lock on the database file."""
    OPEN = "open"
    """A file, made where it is not there."""
    DELETE = "delete"
    """A file gone."""
    SHM_MAP = "shm_map"
    """A part of the index of the log, in shared memory."""
    SHM_LOCK = "shm_lock"
    """A lock on that index."""


IO_ERRORS: Final[Mapping[Kind, int]] = MappingProxyType(
    {
        Kind.READ: 266,
        Kind.WRITE: 778,
        Kind.SYNC: 1034,
        Kind.TRUNCATE: 1546,
        Kind.SIZE: 1802,
        Kind.DELETE: 2570,
        Kind.LOCK: 3850,
        Kind.OPEN: 14,
        Kind.SHM_LOCK: 5130,
        Kind.SHM_MAP: 5386,
    }
)
"""What the unix VFS answers when the operating system says EIO. Source: sqlite3.h."""

FULL: Final[Mapping[Kind, int]] = MappingProxyType({Kind.WRITE: 13})
"""What it answers when the operating system says ENOSPC."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file was opened; made, where it was not there."""

    file: int
    path: Path
    made: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """One opening of a file came to its end."""

    file: int
    opening: int


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes were handed over; not durable yet."""

    file: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    """A file was cut off; not durable yet."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """All that was written to a file is durable; or it failed, and nothing is known of it."""

    file: int
    opening: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A name was taken away; not durable yet."""

    path: Path


@dataclass(frozen=True, slots=True)
class FolderSynced:
    """All names are durable as they are."""

    after_sync: bool
    """Done by the first sync of a new file, not for a file that was taken away."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A COMMIT returned: from here on the caller may count on it."""

    content: bytes
    """The digest of all rows at that moment."""


Event: TypeAlias = Opened | Closed | Written | Truncated | Synced | Unlinked | FolderSynced | Acknowledged


@dataclass(kw_only=True)
class Fault:
    """Which operation fails, and how."""

    codes: Mapping[Kind, int]
    """The kinds that count and may fail, and what SQLite is told."""
    at: int
    """Which of them fails first, counted from 1; 0 for none."""
    lasting: bool = False
    """All after it fail too, until it is mended."""
    half: bool = False
    """Of a write that fails the first half is there all the same."""
    seen: int = 0
    """How many there were."""
    struck: list[Kind] = field(default_factory=list)
    """What failed."""

    def meets(self, kind: Kind) -> int:
        """What SQLite is told about this operation: 0 where it may pass."""
        if kind not in self.codes:
            return 0
        self.seen += 1
        if not self.at or not (self.seen == self.at or (self.lasting and self.seen > self.at)):
            return 0
        self.struck.append(kind)
        return self.codes[kind]

    def mend(self) -> None:
        """Nothing fails any more."""
        self.at = 0


@dataclass(kw_only=True)
class Storage:
    """One folder, from its beginning on."""

    folder: Path
    fault: Fault | None = None

    def __post_init__(self) -> None:
        self.watches_reads = self.fault is not None
        """What changes nothing is of interest only where it may fail."""
        self.begin()

    def begin(self) -> None:
        """From now on: what is there is durable, and nothing has happened."""
        self.events: list[Event] = []
        self.names: dict[Path, int] = {}
        self.start: dict[int, bytes] = {}
        self._openings: dict[int, tuple[int, int]] = {}
        self._count, self._syncing = 0, False
        for path in sorted(self.folder.iterdir()):
            if not path.name.endswith("-shm"):  # shared memory is made again
                self.names[path] = self._number()
                self.start[self.names[path]] = path.read_bytes()
        self.names_at_start = dict(self.names)

    def _number(self) -> int:
        self._count += 1
        return self._count

    def refuses(self, kind: Kind) -> int:
        """The error that SQLite is told instead; 0 for none."""
        return self.fault.meets(kind) if self.fault else 0

    @contextmanager
    def sound(self) -> Iterator[None]:
        """Inside, nothing fails and nothing counts."""
        fault, self.fault = self.fault, None
        try:
            yield
        finally:
            self.fault = fault

    def kept_of(self, size: int) -> int:
        """How much of a write that fails is there all the same."""
        return size // 2 if self.fault and self.fault.half else 0

    def opened(self, handle: int, path: Path | None, *, there: bool) -> None:
        """A handle stands for a file from now on; one without a name is of no interest."""
        if path is None:
            return
        if not there:
            self.names[path] = self._number()
        file = self.names[path]
        self._openings[handle] = (file, self._number())
        self.events.append(Opened(file, path, made=not there))

    def closed(self, handle: int) -> None:
        """A handle stands for nothing any more."""
        if opening := self._openings.pop(handle, None):
            self.events.append(Closed(*opening))

    def written(self, handle: int, offset: int, content: bytes) -> None:
        """Bytes go into a file."""
        if opening := self._openings.get(handle):
            self._syncing = False
            self.events.append(Written(opening[0], offset, content))

    def truncated(self, handle: int, size: int) -> None:
        """A file is cut off."""
        if opening := self._openings.get(handle):
            self._syncing = False
            self.events.append(Truncated(opening[0], size))

    def synced(self, handle: int) -> None:
        """A file is made durable."""
        if opening := self._openings.get(handle):
            self._syncing = True
            self.events.append(Synced(*opening))

    def sync_failed(self, handle: int) -> None:
        """A file was to be made durable, and that failed."""
        if opening := self._openings.get(handle):
            self.events.append(Synced(*opening, failed=True))

    def unlinked(self, path: Path) -> None:
        """A name is taken away."""
        self._syncing = False
        self.names.pop(path)
        self.events.append(Unlinked(path))

    def folder_synced(self) -> None:
        """The names are made durable."""
        self.events.append(FolderSynced(after_sync=self._syncing))
        self._syncing = False
