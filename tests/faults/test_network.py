# SPDX-License-Identifier: EUPL-1.2
"""A bad network before the served product: each wish has its effect once, and unknown is never yes or no."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ledger.tables import Role
from tests import figures
from tests.faults import reckoning
from tests.faults.fleet import Fleet, Habits
from tests.faults.journal import Journal, Verdict, stories, unknown
from tests.faults.proxy import Fault, Proxy
from tests.faults.reckoning import Finding, Kind
from tests.faults.service import Nursery, Product
from tests.faults.siege import Scene
from tests.faults.wishes import ASKED_MAX
from tests.world import World

CLIENTS = 12
PATIENCE_S = 0.4
"""How long a client waits for an answer here."""
WISHES = 11
"""Of each client in one storm: about 300 requests."""


@dataclass(kw_only=True)
class Weather:
    """Storms over one installation; what was found and counted in all of them."""

    world: World
    product: Product
    folder: Path
    seed: int
    findings: list[Finding] = field(default_factory=list)
    proxies: list[Proxy] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests of clients met the network."""
        return sum(each.requests for each in self.proxies)

    @property
    def faults(self) -> int:
        """How many of them met a fault."""
        return self.requests - sum(each.counts[Fault.NONE] for each in self.proxies)

    def storm(self, *, each: int = WISHES, habits: Habits | None = None, **of_proxy: Any) -> None:
        """Clients send their wishes until they are told yes or no; then all is reckoned."""
        number = len(self.proxies)
        # A right that is filled again may book what was refused before, when a copy of it arrives late.
        scene = Scene.granted(
            self.product, self.world, clients=CLIENTS, plenty=3, own_cents=ASKED_MAX * WISHES
        )
        journal = Journal(self.folder / f"journal-{number}.jsonl", is_synced=False)
        given = {"seed": self.seed + number, "rate": 0.45, "patience_s": PATIENCE_S}
        proxy = Proxy(upstream=self.product.port, **given | of_proxy)
        with proxy.serving():
            fleet = Fleet.of(
                CLIENTS,
                proxy.port,
                self.product.secrets[Role.PROVIDER],
                journal,
                timeout_s=PATIENCE_S,
                habits=habits or Habits(),
            )
            fleet.work(scene.wishes(f"{self.seed}/{number}"), each=each, meanwhile=lambda: None)
            proxy.settle()
            if habits is None:
                fleet.send(unknown(stories(journal.path)))
            fleet.close()
        self.proxies.append(proxy)
        self.findings += reckoning.reckon(self.world, scene.shared, stories(journal.path))
        self.findings += reckoning.audited(self.world)
        self.world.engine.dispose()
        journal.close()


def weathered(world: World, nursery: Nursery, folder: Path, *, requests: int, seed: int) -> Weather:
    """Storms until so many requests met the network; noted with the figures."""
    began = time.monotonic()
    product = Product.over(world, nursery, folder)
    weather = Weather(world=world, product=product, folder=folder, seed=seed)
    with product.running():
        while weather.requests < requests:
            weather.storm()
    figures.note(
        "T10 network",
        database=world.engine.dialect.name,
        trials=weather.requests,
        failures=len(weather.findings),
        of="requests",
        seconds=time.monotonic() - began,
        seed=seed,
        faults=weather.faults,
    )
    return weather


# --------------------------------------------------------------------------------------- promises


def test_on_a_bad_network_each_wish_has_its_effect_once(
    world: World, nursery: Nursery, tmp_path: Path
) -> None:
    weather = weathered(world, nursery, tmp_path, requests=1, seed=10)
    assert weather.findings == []
    assert set(weather.proxies[0].counts) == set(Fault), "a fault was never drawn"


@pytest.mark.prove
def test_in_10_000_requests_each_wish_has_its_effect_once(
    world: World, nursery: Nursery, tmp_path: Path
) -> None:
    weather = weathered(world, nursery, tmp_path, requests=int(10_000 * figures.scale()), seed=1_000)
    assert weather.findings == []


# ------------------------------------------------------------------------------ negative controls


@pytest.mark.parametrize(
    ("habits", "fault", "kind"),
    [
        (Habits(new_id_on_retry=True), Fault.ANSWER_DROPPED, Kind.DOUBLED),
        (Habits(on_silence=Verdict.REFUSED), Fault.ANSWER_DROPPED, Kind.REFUSED_YET_BOOKED),
        (Habits(on_silence=Verdict.DONE), Fault.REQUEST_CUT, Kind.LOST),
    ],
    ids=["a new id on every retry", "silence is a no", "silence is a yes"],
)
def test_a_mistaken_client_is_seen(
    sqlite_world: World, nursery: Nursery, tmp_path: Path, habits: Habits, fault: Fault, kind: Kind
) -> None:
    """The product cannot help whoever mints another id, or believes what nobody said."""
    product = Product.over(sqlite_world, nursery, tmp_path)
    weather = Weather(world=sqlite_world, product=product, folder=tmp_path, seed=10)
    with product.running():
        weather.storm(each=3, habits=habits, faults=(fault,))
    assert kind in {each.kind for each in weather.findings}
