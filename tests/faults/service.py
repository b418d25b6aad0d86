# SPDX-License-Identifier: EUPL-1.2
"""The served product as a process on loopback that is started, killed with SIGKILL and started again.

To whoever tests it is a black box with an address. See nursery.py for how it is started quickly.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from socket import socket
from typing import Any, Final

from ledger import actors, keys
from ledger.actors import ActorInput
from ledger.ids import uuid7
from ledger.tables import Role
from tests.world import World

ROOT: Final = Path(__file__).parents[2]
PRODUCT: Final = "api.app:create_app"
PATIENCE_S: Final = 60.0
"""A server that is not there by then never will be."""


class Nursery:
    """The process that starts servers."""

    def __init__(self) -> None:
        command = (sys.executable, "-m", "tests.faults.nursery")
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._answer() == "ready"

    def ask(self, **order: Any) -> int:
        """Order something; the number that is answered."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def close(self) -> None:
        """It kills whatever still runs."""
        self._process.communicate(timeout=30)

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@dataclass(kw_only=True)
class Product:
    """One installation: a database, a keyring, a port, and mostly a process that serves them."""

    nursery: Nursery
    environment: Mapping[str, str]
    log: Path
    secrets: Mapping[Role, str]
    factory: str = PRODUCT
    port: int = field(default_factory=lambda: free_port())
    pid: int | None = None

    @classmethod
    def over(cls, world: World, nursery: Nursery, folder: Path, *, factory: str = PRODUCT) -> "Product":
        """Not started yet, with an account for whoever gives and one for the provider who redeems."""
        keys.write(folder / "keys.json", {world.municipality_id: world.keys})
        environment = {
            "TEGOED_DATABASE": world.engine.url.render_as_string(hide_password=False),
            "TEGOED_KEYS": str(folder / "keys.json"),
        }
        secrets = {role: _account(world, role) for role in (Role.GATEKEEPER, Role.PROVIDER)}
        world.engine.dispose()
        return cls(
            nursery=nursery,
            environment=environment,
            log=folder / "server.log",
            secrets=secrets,
            factory=factory,
        )

    def start(self) -> None:
        """Start it, and wait until it says that it is well."""
        assert self.pid is None
        self.pid = self.nursery.ask(
            what="serve",
            factory=self.factory,
            port=self.port,
            log=str(self.log),
            environment=dict(self.environment),
        )
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_well():
            assert time.monotonic() < deadline, f"it does not come up:\n{self.told()}"
            time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        assert self.pid is not None
        os.kill(self.pid, signal.SIGKILL)
        ended_by = self.nursery.ask(what="reap", pid=self.pid)
        self.pid = None
        assert ended_by == signal.SIGKILL, f"it ended by itself ({ended_by}):\n{self.told()}"

    def told(self) -> str:
        """The last of its log."""
        return self.log.read_text()[-4000:] if self.log.exists() else ""

    @contextmanager
    def running(self) -> Iterator["Product"]:
        """Started; killed afterwards when nobody did so before."""
        self.start()
        try:
            yield self
        finally:
            if self.pid is not None:
                self.kill()

    def _is_well(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/v1/health")
            response = connection.getresponse()
            return bool(json.loads(response.read()).get("status") == "ok")
        except (OSError, HTTPException, ValueError):
            return False
        finally:
            connection.close()


def free_port() -> int:
    """A port below those that are given to who connects: it stays free while the server is dead.

    Else a client that knocks in vain could be given the very port it knocks at, and speak to itself.
    """
    draw = Random(os.urandom(8))
    while True:
        port = draw.randrange(15_000, 30_000)
        with socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _account(world: World, role: Role) -> str:
    """The key of a new account with this role; a provider's is of the world's first."""
    actor = ActorInput(
        id=uuid7(),
        name=f"faults {role}",
        roles=frozenset({role}),
        provider_id=world.provider_id if role is Role.PROVIDER else None,
    )
    with world.work() as work:
        actors.put(work, [actor])
        return actors.new_key(work, actor.id)
