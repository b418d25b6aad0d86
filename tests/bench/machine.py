# SPDX-License-Identifier: EUPL-1.2
"""The machine a run was made on, in words that help to read its figures; no name and no path of it."""

import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ledger import db
from tests import postgres
from tests.bench.databases import SETTINGS
from tests.bench.rows import number


def described() -> Iterator[tuple[str, str]]:
    """What it is, line by line."""
    yield "measured", datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC")
    yield "processor", f"{_after('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores"
    yield "memory", f"{int(_after('/proc/meminfo', 'MemTotal').split()[0]) / 1024 / 1024:.1f} GiB"
    release = ".".join(platform.release().split(".")[:2])
    yield "system", f"{_after('/etc/os-release', 'PRETTY_NAME', '=')}, Linux {release}"
    yield "disk", f"{_file_system()}, {number(fdatasync_rate())} writes of 8 KiB made durable per second"
    yield "load before", ", ".join(f"{each:.2f}" for each in os.getloadavg())
    yield "Python", platform.python_version()
    yield "PostgreSQL", f"{_postgres_version()}; {', '.join(SETTINGS)}"
    yield (
        "SQLite",
        f"{db.SQLITE.sqlite_version}; {', '.join(each.removeprefix('PRAGMA ') for each in db.PRAGMAS)}",
    )


def fdatasync_rate(writes: int = 300) -> float:
    """How often a second 8 KiB become durable, one after another, in a file that has its size."""
    with tempfile.TemporaryFile() as file:
        file.write(b"\0" * 8192 * writes)
        os.fsync(file.fileno())
        began = time.perf_counter()
        for place in range(writes):
            os.pwrite(file.fileno(), b"\1" * 8192, place * 8192)
            os.fdatasync(file.fileno())
        return writes / (time.perf_counter() - began)


def _after(path: str, name: str, separator: str = ":") -> str:
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(separator)
        if key.strip() == name:
            return value.strip().strip('"')
    return "unknown"


def _file_system() -> str:
    """The kind of file system that temporary files are on."""
    command = ["stat", "-f", "-c", "%T", tempfile.gettempdir()]
    found = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return f"{found or 'unknown'} file system"


def _postgres_version() -> str:
    command = [f"{postgres.binaries()}/postgres", "--version"]
    return subprocess.run(command, capture_output=True, text=True).stdout.split()[2]
