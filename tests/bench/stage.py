# SPDX-License-Identifier: EUPL-1.2
"""The stage: what every part of the run works with. Sceneries are built once, when they are first needed."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import hand, plain
from tests.bench.databases import KINDS, POSTGRESQL, Databases, settled
from tests.bench.rows import Row
from tests.bench.scenery import Party, Right, Scenery, mark_of
from tests.bench.sizes import Sizes

Part = Callable[["Stage"], Iterator[Row]]
"""A part of the run: yields each row as soon as it is measured."""


@dataclass(kw_only=True)
class Stage:
    """Databases, sizes, and what was measured so far."""

    databases: Databases
    sizes: Sizes
    until: float
    """On the monotonic clock: when the run must be over."""
    tpcb_url: str = ""
    """The database of pgbench, once it is there."""
    tpcb_best: int = 0
    """The number of clients with which pgbench is fastest; 0 until it was tried."""
    _sceneries: dict[str, Scenery] = field(default_factory=dict)
    _hands: dict[str, str] = field(default_factory=dict)

    @property
    def left_s(self) -> float:
        """Seconds until the run must be over."""
        return self.until - time.monotonic()

    @property
    def folder(self) -> Path:
        """For files; gone at the end."""
        return self.databases.folder

    @property
    def log(self) -> Path:
        """What servers complain of."""
        return self.folder / "servers.log"

    def scenery(self, kind: str) -> Scenery:
        """The municipality that is redeemed in, on this kind of database."""
        if kind not in self._sceneries:
            url = self.databases.fresh(kind, "scenery")
            sizes = self.sizes
            found = Scenery.build(url, folder=self.folder, parties=sizes.providers, rights=sizes.rights)
            found.use(sizes.used)
            settled(found.engine)
            self._sceneries[kind] = found
        return self._sceneries[kind]

    def by_hand(self, kind: str) -> str:
        """The hand-written tables on this kind of database, with the codes of the scenery."""
        if kind not in self._hands:
            url = self.databases.bare(kind, "by_hand")
            builder = hand.build if kind == POSTGRESQL else plain.build
            builder(url, self.marks(kind), providers=self.sizes.providers)
            self._hands[kind] = url
        return self._hands[kind]

    def marks(self, kind: str) -> list[bytes]:
        """What the hand-written tables know the codes of the scenery by."""
        return [mark_of(right.token.encode()) for right in self.scenery(kind).rights]

    def requests(self, kind: str, name: str, rights: list[Right], parties: list[Party]) -> str:
        """A file of requests for the load generator."""
        path = self.folder / f"requests-{kind}-{name}.json"
        path.write_text(json.dumps(self.scenery(kind).requests(rights, parties)), encoding="utf-8")
        return str(path)

    def close(self) -> None:
        """Let go of every connection."""
        for each in self._sceneries.values():
            each.engine.dispose()


__all__ = ["KINDS", "Part", "Stage"]
