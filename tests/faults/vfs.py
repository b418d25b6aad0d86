# SPDX-License-Identifier: EUPL-1.2
"""A watched disk beneath the product's own driver: all that SQLite asks of its files is written down,
and may be refused.

It is SQLite's own unix VFS under another name: its table of functions is copied, and those that touch
a file are led past here first. So the product runs as it is, on its own driver, version and PRAGMAs,
with real files, locks and shared memory; url() names the VFS in the database URL.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any, ClassVar, Final

from ledger import db
from tests.faults.storage import Kind, Storage

_I, _P, _L = c_int, c_void_p, c_int64
_Open = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)
_Delete = ctypes.CFUNCTYPE(_I, _P, _P, _I)
_OpenFolder = ctypes.CFUNCTYPE(_I, _P, POINTER(_I))
_SetCall = ctypes.CFUNCTYPE(_I, _P, c_char_p, _P)
_GetCall = ctypes.CFUNCTYPE(_P, _P, c_char_p)
_Plain = ctypes.CFUNCTYPE(_I, _P)
_Amount = ctypes.CFUNCTYPE(_I, _P, _P, _I, _L)
_Number = ctypes.CFUNCTYPE(_I, _P, _I)
_Size = ctypes.CFUNCTYPE(_I, _P, _L)
_Pointer = ctypes.CFUNCTYPE(_I, _P, _P)
_ShmMap = ctypes.CFUNCTYPE(_I, _P, _I, _I, _I, _P)
_ShmLock = ctypes.CFUNCTYPE(_I, _P, _I, _I, _I)


SHM_TAKES: Final = 2
"""The flag of a call that takes a lock. Source: sqlite3.h."""


class _Vfs(Structure):
    """sqlite3_vfs, version 3. Source: sqlite3.h."""

    _fields_: ClassVar = [
        ("iVersion", _I), ("szOsFile", _I), ("mxPathname", _I), ("pNext", _P), ("zName", c_char_p),
        ("pAppData", _P), ("xOpen", _Open), ("xDelete", _Delete), ("xAccess", _P), ("xFullPathname", _P),
        ("xDlOpen", _P), ("xDlError", _P), ("xDlSym", _P), ("xDlClose", _P), ("xRandomness", _P),
        ("xSleep", _P), ("xCurrentTime", _P), ("xGetLastError", _P), ("xCurrentTimeInt64", _P),
        ("xSetSystemCall", _SetCall), ("xGetSystemCall", _GetCall), ("xNextSystemCall", _P),
    ]  # fmt: skip


class _Methods(Structure):
    """sqlite3_io_methods, version 3. Source: sqlite3.h."""

    _fields_: ClassVar = [
        ("iVersion", _I), ("xClose", _Plain), ("xRead", _Amount), ("xWrite", _Amount), ("xTruncate", _Size),
        ("xSync", _Number), ("xFileSize", _Pointer), ("xLock", _Number), ("xUnlock", _P),
        ("xCheckReservedLock", _P), ("xFileControl", _P), ("xSectorSize", _P),
        ("xDeviceCharacteristics", _P), ("xShmMap", _ShmMap), ("xShmLock", _ShmLock), ("xShmBarrier", _P),
        ("xShmUnmap", _P), ("xFetch", _P), ("xUnfetch", _P),
    ]  # fmt: skip


def url(path: Path, name: str) -> str:
    """The URL of a database on a watched disk."""
    return f"sqlite:///file:{path}?vfs={name}&uri=true"


@contextmanager
def watched(storage: Storage) -> Iterator[str]:
    """SQLite asks this storage for everything, under the name that is yielded."""
    vfs = _Watched(storage)
    vfs.register()
    try:
        yield vfs.name
    finally:
        vfs.unregister()


class _Watched:
    """The copied tables; alive as long as SQLite may call them."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.name = f"watched-{id(self):x}"
        self.library = ctypes.CDLL(db.SQLITE._sqlite3.__file__)
        self.library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self.unix: Any = self.library.sqlite3_vfs_find(b"unix").contents
        self.table: Any = _Vfs.from_buffer_copy(self.unix)
        self.table.pNext, self.table.zName = None, self.name.encode()
        self.table.xOpen, self.table.xDelete = _Open(self._open), _Delete(self._delete)
        self.methods: dict[int, Any] = {}
        """Our copy of each table of methods that the unix VFS gives its files, by the address of its own."""
        self.below: dict[int, Any] = {}
        """The unix VFS's own methods of each open file."""
        self.open_folder = _OpenFolder(self._open_folder)

    def register(self) -> None:
        """Known to SQLite from here on. The folder calls of the unix VFS are watched too."""
        self.unix_open_folder = _OpenFolder(self.unix.xGetSystemCall(self._unix(), b"openDirectory"))
        self._set_open_folder(ctypes.cast(self.open_folder, c_void_p))
        assert self.library.sqlite3_vfs_register(ctypes.byref(self.table), 0) == 0

    def unregister(self) -> None:
        """No longer known; every connection must be closed."""
        assert self.below == {}, "a file is still open"
        self.library.sqlite3_vfs_unregister(ctypes.byref(self.table))
        self._set_open_folder(ctypes.cast(self.unix_open_folder, c_void_p))

    def _set_open_folder(self, function: c_void_p) -> None:
        assert self.unix.xSetSystemCall(self._unix(), b"openDirectory", function) == 0

    def _unix(self) -> int:
        return ctypes.addressof(self.unix)

    # ------------------------------------------------------------------------- names

    def _open(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        path = Path(ctypes.string_at(name).decode()) if name else None
        if code := self.storage.refuses(Kind.OPEN):
            c_void_p.from_address(file).value = None  # nothing is open, nothing to be closed
            return code
        there = path is not None and path.exists()
        code = int(self.unix.xOpen(vfs, name, file, flags, out))
        if code == 0:
            table = c_void_p.from_address(file).value
            assert table is not None
            self.below[file] = _Methods.from_address(table)
            c_void_p.from_address(file).value = ctypes.addressof(self._led_past_here(table))
            self.storage.opened(file, path, there=there)
        return code

    def _delete(self, vfs: int, name: int, sync_folder: int) -> int:
        if code := self.storage.refuses(Kind.DELETE):
            return code
        path = Path(ctypes.string_at(name).decode())
        if path.exists():
            self.storage.unlinked(path)
        return int(self.unix.xDelete(vfs, name, sync_folder))

    def _open_folder(self, name: int, out: Any) -> int:
        """The unix VFS opens a folder, by the name of a file in it, only to sync it."""
        code = self.unix_open_folder(name, out)
        if code == 0 and Path(ctypes.string_at(name).decode()).parent == self.storage.folder:
            self.storage.folder_synced()
        return int(code)

    # ------------------------------------------------------------------------- files

    def _led_past_here(self, table: int) -> Any:
        if table not in self.methods:
            copy: Any = _Methods.from_buffer_copy(_Methods.from_address(table))
            copy.xClose, copy.xSync = _Plain(self._close), _Number(self._sync)
            copy.xWrite, copy.xTruncate = _Amount(self._write), _Size(self._truncate)
            if self.storage.watches_reads:
                copy.xRead = _Amount(self._watch(Kind.READ, "xRead"))
                copy.xFileSize = _Pointer(self._watch(Kind.SIZE, "xFileSize"))
                copy.xLock = _Number(self._watch(Kind.LOCK, "xLock"))
                copy.xShmMap = _ShmMap(self._watch(Kind.SHM_MAP, "xShmMap"))
                copy.xShmLock = _ShmLock(self._shm_lock)
            self.methods[table] = copy
        return self.methods[table]

    def _watch(self, kind: Kind, method: str) -> Callable[..., int]:
        def call(file: int, *arguments: Any) -> int:
            return self.storage.refuses(kind) or int(getattr(self.below[file], method)(file, *arguments))

        return call

    def _shm_lock(self, file: int, offset: int, count: int, flags: int) -> int:
        """Giving a lock back does not fail: SQLite would not ask whether it did."""
        code = self.storage.refuses(Kind.SHM_LOCK) if flags & SHM_TAKES else 0
        return code or int(self.below[file].xShmLock(file, offset, count, flags))

    def _close(self, file: int) -> int:
        self.storage.closed(file)
        return int(self.below.pop(file).xClose(file))

    def _write(self, file: int, content: int, size: int, offset: int) -> int:
        code = self.storage.refuses(Kind.WRITE)
        kept = self.storage.kept_of(size) if code else size
        if kept:
            self.storage.written(file, offset, ctypes.string_at(content, kept))
            code = int(self.below[file].xWrite(file, content, kept, offset)) or code
        return code

    def _truncate(self, file: int, size: int) -> int:
        if code := self.storage.refuses(Kind.TRUNCATE):
            return code
        self.storage.truncated(file, size)
        return int(self.below[file].xTruncate(file, size))

    def _sync(self, file: int, flags: int) -> int:
        if code := self.storage.refuses(Kind.SYNC):
            self.storage.sync_failed(file)
            return code
        self.storage.synced(file)
        return int(self.below[file].xSync(file, flags))
