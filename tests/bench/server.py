# SPDX-License-Identifier: EUPL-1.2
"""A server in its own process: `python -m tests.bench.server bare|hand|ours [DATABASE [KEYS]]`.

All are served alike: one worker, uvloop, httptools, no access log. The first line it writes is its port.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

START_S: Final = 60
PATIENCE_S: Final = 10
"""A server that has not ended by then is killed."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server."""

    port: int
    pid: int

    @property
    def worked_s(self) -> float:
        """The processor time it has had, all threads together."""
        fields = (
            Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
        )
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def peak_mb(self) -> float:
        """The most memory it ever had, as Linux counts it (VmHWM)."""
        return peak_mb(str(self.pid))


def peak_mb(pid: str = "self") -> float:
    """The most memory a process ever had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(found.split()[1]) / 1024


@contextmanager
def serving(*what: str, log: Path) -> Iterator[Served]:
    """A server that answers, until the end. What it complains of goes to a file."""
    command = [sys.executable, "-m", "tests.bench.server", *what]
    with (
        log.open("a", encoding="utf-8") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as running,
    ):
        try:
            assert running.stdout is not None
            port = int(running.stdout.readline())
            _greet(port)
            yield Served(port=port, pid=running.pid)
        finally:
            running.terminate()
            try:
                running.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                running.kill()


def _greet(port: int) -> None:
    """Wait until it answers at all; a 404 will do."""
    connection = HTTPConnection("127.0.0.1", port, timeout=START_S)
    connection.request("GET", "/v1/health")
    connection.getresponse().read()
    connection.close()


def main(what: str, *given: str) -> None:
    """See the module."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(1024)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        _app(what, *given),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _app(what: str, *given: str) -> FastAPI:
    from tests.bench import bare

    if what == "bare":
        return bare.build()
    if what == "hand":
        return bare.build(bare.by_hand(*given))
    from api.app import create_app
    from api.settings import Settings

    database, keys = given
    return create_app(Settings(database=database, keys=Path(keys)))


if __name__ == "__main__":
    main(*sys.argv[1:])
