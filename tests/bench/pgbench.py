# SPDX-License-Identifier: EUPL-1.2
"""pgbench on the same server: its own TPC-B-like transaction, or a script of ours."""

import os
import re
import subprocess
from pathlib import Path

from tests import postgres
from tests.bench.databases import folder_of

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def prepare(url: str, *, scale: int) -> None:
    """Its tables in an empty database, with their statistics."""
    _run(url, "-i", "-q", "-s", str(scale))


def rate(url: str, *, clients: int, seconds: float, script: Path | None = None) -> float:
    """Transactions per second, prepared, with as many threads as there are cores at most."""
    threads = min(clients, os.cpu_count() or 1)
    what = ["-f", str(script)] if script else []
    timed = ["-c", str(clients), "-j", str(threads), "-T", str(max(round(seconds), 1))]
    found = _TPS.search(_run(url, "-n", "-M", "prepared", *timed, *what))
    assert found is not None, "pgbench names its rate"
    return float(found[1])


def _run(url: str, *options: str) -> str:
    name = url.split("?")[0].rpartition("/")[2]
    command = [f"{postgres.binaries()}/pgbench", "-h", folder_of(url), "-U", "tegoed", *options, name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
