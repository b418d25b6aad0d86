# SPDX-License-Identifier: EUPL-1.2
"""A real PostgreSQL for the tests: a cluster of its own in a temporary folder, gone afterwards."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


def binaries() -> Path:
    """Where initdb and postgres are: PG_BIN, else Debian's newest."""
    if given := os.environ.get("PG_BIN"):
        return Path(given)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql, or set PG_BIN")
    return found[-1]


def runs_as() -> str | None:
    """PostgreSQL refuses root: then an unprivileged user runs it."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def cluster(*, settings: tuple[str, ...] = ("fsync=off",)) -> Iterator[str]:
    """A running cluster; yields the URL of its database postgres, over a socket in its folder."""
    user, folder = runs_as(), Path(mkdtemp(prefix="tegoed-pg-"))
    if user:
        shutil.chown(folder, user=user)
    bin_, data = binaries(), folder / "data"
    options = " ".join(f"-c {each}" for each in (*settings, "max_connections=200", "listen_addresses=''"))

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    try:
        run(f"{bin_}/initdb", "-D", str(data), "-U", "tegoed", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(
            f"{bin_}/pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"),
            "-o", f"-k {folder} {options}", "start",
        )  # fmt: skip
        yield f"postgresql://tegoed@/postgres?host={folder}"
    finally:
        if (data / "postmaster.pid").exists():
            run(f"{bin_}/pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
