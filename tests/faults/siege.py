# SPDX-License-Identifier: EUPL-1.2
"""A siege: clients ask, something is killed, it comes back, all is sent again, and all is reckoned."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any, Final

from ledger.ids import uuid7
from ledger.tables import Role
from tests.faults import reckoning
from tests.faults.fleet import Fleet
from tests.faults.journal import Attempt, Journal, Story, stories, unknown
from tests.faults.reckoning import Finding
from tests.faults.service import Product
from tests.faults.wishes import Own, Right, Wishes
from tests.world import World

CLIENTS: Final = 8
FOR_EVER: Final = 1_000_000
"""More errands than any siege lasts."""
FIRST_ANSWER_S: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The rights of one round: some are shared by all clients, and each client has one alone."""

    shared: tuple[Right, ...]
    own: tuple[Right, ...]

    @classmethod
    def granted(
        cls, product: Product, world: World, *, clients: int, plenty: int = 1, own_cents: int = 5_00
    ) -> "Scene":
        """Granted over HTTP. With plenty 1 there is less than a round asks for."""
        shared = (
            Right(id=uuid7(), cents=6_00 * plenty),
            Right(id=uuid7(), cents=50_00 * plenty, minutes=15 * plenty),
            Right(id=uuid7(), cents=9_00 * plenty),
        )
        own = tuple(Right(id=uuid7(), cents=own_cents) for _ in range(clients))
        for right in (*shared, *own):
            _put(product, f"/v1/entitlements/{right.id}", right.grant(world))
        code = _put(product, f"/v1/codes/{uuid7()}", {"entitlementId": str(shared[2].id)})["token"]
        shown = Right(id=shared[2].id, cents=shared[2].cents, code=code)
        return cls(shared=(*shared[:2], shown), own=own)

    def wishes(self, name: str) -> list[Wishes]:
        """What each client wants; the same name gives the same wishes."""
        return [
            Wishes(
                name=f"{name}/{at}",
                draw=Random(f"{name}/{at}"),
                shared=self.shared,
                own=Own(right, right.cents),
            )
            for at, right in enumerate(self.own)
        ]


@dataclass(kw_only=True)
class Siege:
    """Rounds over one installation, each ending in a strike; what was found and counted in all of them."""

    world: World
    product: Product
    folder: Path
    seed: int
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._draw = Random(self.seed)

    def round(self, number: int, strike: Callable[["Siege"], None], *, audits: bool = True) -> None:
        """Clients ask, the strike falls 5 to 400 ms after the first acknowledgements, and all is reckoned."""
        scene = Scene.granted(self.product, self.world, clients=CLIENTS)
        journal = Journal(self.folder / f"journal-{number}.jsonl")
        fleet = Fleet.of(CLIENTS, self.product.port, self.product.secrets[Role.PROVIDER], journal)
        wishes = scene.wishes(f"{self.seed}/{number}")
        fleet.work(wishes, each=FOR_EVER, meanwhile=lambda: self._struck(fleet, strike))
        if self.product.pid is None:
            self.product.start()  # before anybody looks: it heals its database itself
        self.findings += reckoning.lost(self.world, stories(journal.path))
        told = self._sent_again(fleet, journal)
        self.findings += reckoning.reckon(self.world, scene.shared, told)
        self.findings += reckoning.audited(self.world) if audits else []
        self.world.engine.dispose()
        fleet.close()
        journal.close()

    def _struck(self, fleet: Fleet, strike: Callable[["Siege"], None]) -> None:
        deadline = time.monotonic() + FIRST_ANSWER_S
        while fleet.journal.acknowledged < CLIENTS:
            assert time.monotonic() < deadline, f"nothing is acknowledged:\n{self.product.told()}"
            time.sleep(0.002)
        time.sleep(self._draw.uniform(0.005, 0.400))
        strike(self)
        fleet.over.set()
        self.counts["kills"] += 1

    def _sent_again(self, fleet: Fleet, journal: Journal) -> list[Story]:
        """First what is unknown, until it is answered; then what was acknowledged, for the same answer."""
        before = stories(journal.path)
        answers = fleet.send(unknown(before))
        fleet.send([each.errand for each in before if each.acknowledged])
        self._count(before, answers)
        return stories(journal.path)

    def _count(self, before: Sequence[Story], answers: Sequence[Attempt]) -> None:
        self.counts["acknowledged"] += sum(bool(each.acknowledged) for each in before)
        self.counts["refused"] += sum(not each.acknowledged and bool(each.attempts) for each in before) - len(
            answers
        )
        self.counts["unknown"] += len(answers)
        self.counts["booked but unanswered"] += sum(each.status == 200 for each in answers)
        self.counts["answers 503"] += sum(a.status == 503 for each in before for a in each.attempts)


def _put(product: Product, path: str, body: Any) -> Any:
    """What the gatekeeper is answered, who asks before the siege."""
    connection = HTTPConnection("127.0.0.1", product.port, timeout=30)
    headers = {
        "Authorization": f"Bearer {product.secrets[Role.GATEKEEPER]}",
        "Content-Type": "application/json",
    }
    connection.request("PUT", path, json.dumps(body), headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    assert response.status == 201, text
    return json.loads(text)
