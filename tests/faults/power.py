# SPDX-License-Identifier: EUPL-1.2
"""What a disk may hold after a power cut.

The model: a sync makes what was written to that one file durable, a folder sync the names. Of what is
not durable yet any part may be there, in pieces of 512 bytes, of any file, in any order; a name that
was made or taken away may be so or not. A sync that failed makes nothing durable, now or later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.storage import (
    Acknowledged,
    Event,
    FolderSynced,
    Opened,
    Storage,
    Synced,
    Truncated,
    Unlinked,
    Written,
)

SECTOR: Final = 512
"""The smallest piece that a disk writes whole or not at all."""

TORN: Final = 0.25
"""The share of the writes not kept whole of which pieces are kept."""


@dataclass
class File:
    """What of a file is durable, what is not yet, and what a process sees."""

    durable: bytes = b""
    seen: bytearray = field(default_factory=bytearray)
    """With all that was ever written, as the operating system shows it until the power is cut; the same
    as durable and pending together, unless a sync failed."""
    pending: list[Written | Truncated] = field(default_factory=list)
    forgotten: bool = False
    """Whether a sync failed: some of what is seen will never be durable."""

    def happens(self, event: Written | Truncated) -> None:
        """Seen at once, durable later or never."""
        self.pending.append(event)
        if isinstance(event, Truncated):
            del self.seen[event.size :]
        else:
            _put(self.seen, event.offset, event.content)

    def sync(self, *, failed: bool) -> None:
        """What is pending becomes durable; after a failure it never will (Linux forgets that it must)."""
        if not failed:
            self.durable = self.kept(None)
        self.forgotten = self.forgotten or (failed and bool(self.pending))
        self.pending = []

    def kept(self, draw: Random | None) -> bytes:
        """The durable bytes with all that is pending, or with what is drawn of it: whole writes and
        pieces of writes.
        """
        if not self.pending:
            return self.durable
        if draw is None and not self.forgotten:
            return bytes(self.seen)  # the same, and faster
        content, share = bytearray(self.durable), 1.0 if draw is None else draw.random()
        for each in self.pending:
            chance = 0.0 if draw is None else draw.random()
            if isinstance(each, Truncated):
                if chance < share:
                    del content[each.size :]
            elif chance < share:
                _put(content, each.offset, each.content)
            elif draw is not None and chance < share + (1 - share) * TORN:
                for offset, piece in _pieces(each):
                    if draw.random() < share:
                        _put(content, offset, piece)
        return bytes(content)


def _put(content: bytearray, offset: int, piece: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(piece)] = piece


def _pieces(written: Written) -> Iterator[tuple[int, bytes]]:
    """Cut at the boundaries of the sectors of the file."""
    at, end = written.offset, written.offset + len(written.content)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, written.content[at - written.offset : until - written.offset]
        at = until


Image = dict[str, bytes]
"""The files that are found when the power is back, by name."""


@dataclass(kw_only=True)
class Disk:
    """The disk beneath a storage, event after event."""

    files: dict[int, File]
    names: dict[Path, int]
    """The names as they are durable."""
    renamed: list[tuple[Path, int | None]] = field(default_factory=list)
    """Names that were made or taken away, not durable yet."""
    syncs_folders: bool = True
    """False: the first sync of a new file makes its own name durable and no other (SQLite ignores it
    when the folder cannot be synced then)."""
    _synced: int = 0
    _nothing: dict[int, Image] = field(default_factory=dict)

    @classmethod
    def of(cls, storage: Storage, *, syncs_folders: bool = True) -> "Disk":
        """As the storage was at its start."""
        files = {file: File(content, bytearray(content)) for file, content in storage.start.items()}
        return cls(files=files, names=dict(storage.names_at_start), syncs_folders=syncs_folders)

    def happens(self, event: Event) -> None:
        """One event more."""
        match event:
            case Opened(file, path, made=True):
                self.files[file] = File()
                self.renamed.append((path, file))
            case Unlinked(path):
                self.renamed.append((path, None))
            case Written(file) | Truncated(file):
                self.files[file].happens(event)
            case Synced(file, failed=failed):
                self.files[file].sync(failed=failed)
                self._synced = file
            case FolderSynced(after_sync=after_sync):
                self._folder_synced(own_name_only=after_sync and not self.syncs_folders)
            case Acknowledged():
                self._nothing = {}  # the same image is to hold more now

    def _folder_synced(self, *, own_name_only: bool) -> None:
        if not own_name_only:
            self.names, self.renamed = self._named(len(self.renamed)), []
            return
        own = {path: file for path, file in self.renamed if file == self._synced}
        self.names.update(own)
        self.renamed = [(path, file) for path, file in self.renamed if path not in own]

    def _named(self, kept: int) -> dict[Path, int]:
        """With the first so many new names: a file system's journal keeps their order."""
        names = dict(self.names)
        for path, file in self.renamed[:kept]:
            if file is None:
                names.pop(path, None)
            else:
                names[path] = file
        return names

    def _image(self, names_kept: int, content: Callable[[File], bytes]) -> Image:
        return {path.name: content(self.files[file]) for path, file in self._named(names_kept).items()}

    def images(self, drawn: int, draw: Random) -> Iterator[Image]:
        """What may be there: every way of the names, times nothing, everything and some by chance."""
        pending = any(each.pending for each in self.files.values())
        for names_kept in range(len(self.renamed) + 1):
            nothing = self._image(names_kept, lambda file: file.durable)
            if self._nothing.get(names_kept) != nothing:  # the same until the next sync
                self._nothing[names_kept] = nothing
                yield nothing
            if pending:
                yield self._image(names_kept, lambda file: file.kept(None))
                for _ in range(drawn):
                    yield self._image(names_kept, lambda file: file.kept(draw))

    def in_time(self) -> Image:
        """What will be there when all that is not durable yet has become so."""
        return self._image(len(self.renamed), lambda file: file.kept(None))
