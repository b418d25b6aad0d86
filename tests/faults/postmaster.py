# SPDX-License-Identifier: EUPL-1.2
"""The PostgreSQL server of a test, killed and started again in its own folder."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Engine

from tests import postgres

PATIENCE_S = 60.0
"""Recovery that takes longer has failed."""


@dataclass(frozen=True)
class Postmaster:
    """The server that tests/postgres.py started in this folder."""

    folder: Path

    @classmethod
    def of(cls, engine: Engine) -> "Postmaster":
        """The one behind an engine over a socket."""
        query = parse_qs(urlsplit(engine.url.render_as_string(hide_password=False)).query)
        return cls(Path(query["host"][0]))

    def kill(self) -> None:
        """SIGKILL of the postmaster: its children find out by themselves, also those in a commit."""
        first_line = (self._data / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(first_line), signal.SIGKILL)

    def stop_at_once(self) -> None:
        """The immediate stop: every process quits where it is, and nothing is written."""
        assert self._pg_ctl("-m", "immediate", "stop") == 0

    def start(self) -> None:
        """With the options of the last time; it recovers from its log. Waits for orphans of a kill."""
        deadline = time.monotonic() + PATIENCE_S
        while self._pg_ctl("-l", str(self.folder / "log"), "restart"):
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-4000:]
            time.sleep(0.05)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _pg_ctl(self, *words: str) -> int:
        command = (f"{postgres.binaries()}/pg_ctl", "-D", str(self._data), "-w", *words)
        return subprocess.run(
            command,
            user=self._data.stat().st_uid,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
