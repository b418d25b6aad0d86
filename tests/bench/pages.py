# SPDX-License-Identifier: EUPL-1.2
"""Pages: how long the server takes for each, at the size of the demo and at a hundred times that.

In process, without a network: what is counted is the door, the reading, and the making of the page.
"""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from ledger import codes, db, entitlements, people, redemptions
from ledger.ids import uuid7
from ledger.people import PersonInput
from ledger.scans import Redeemed
from ledger.tables import Role
from ledger.vault import Identity
from tests.api.browsing import Scene, Visitor
from tests.api.places import DOORS, addresses, reader
from tests.api.served import Served
from tests.api.slowly import the_jobs
from tests.bench.databases import KINDS, settled
from tests.bench.rows import Goal, Row, median
from tests.bench.scenery import pieces
from tests.bench.stage import Stage
from tests.world import World

PART: Final = "pages"
PEOPLE: Final = 10
"""Residents at the size of the demo, each with one entitlement and code."""
USES: Final = 6
"""Redemptions of each."""
GOAL_MS: Final = {1: 100.0, 100: 250.0}
"""What a page may take, by how many times the demo there is."""
ROUNDS: Final = 5
_AT_ONCE: Final = 500


def rows(stage: Stage) -> Iterator[Row]:
    """The slowest pages first, at each size on each database."""
    for kind in KINDS:
        for times in (1, stage.sizes.crowd):
            url = stage.databases.fresh(kind, f"pages_{times}")
            yield from _measured(url, kind, times)
            stage.databases.drop(url)


def _measured(url: str, kind: str, times: int) -> Iterator[Row]:
    engine = db.connect(url)
    scene = Scene.over(Served.over(World.build(engine)))
    the_jobs(scene.served).patience_s = 600.0  # what a page is of is there, however long it took
    _crowd(scene.served.world, PEOPLE * times)
    found = addresses(scene)
    settled(engine)
    bare = _took(Visitor(served=scene.served), "/v1/health")
    for milliseconds, path, role in sorted(_each(scene, found), reverse=True):
        yield Row(
            part=PART,
            name=f"{path} for {role}, {_size(times)}",
            database=kind,
            value=milliseconds,
            unit="ms",
            baseline=bare,
            against="whether the service works: /v1/health",
            goal=Goal.most(GOAL_MS[100 if times > 1 else 1], "value", "g"),
        )
    engine.dispose()


def _size(times: int) -> str:
    return "as the demo" if times == 1 else f"{times} x the demo"


def _each(scene: Scene, found: dict[str, str]) -> Iterator[tuple[float, str, Role]]:
    """Pages; what is fetched as a file is measured as bulk work."""
    for method, path, door in DOORS:
        if method == "GET":
            role = reader(door)
            visitor = Visitor.forced(scene.served, role)
            if visitor.see(found[path]).headers["content-type"].startswith("text/html"):
                yield _took(visitor, found[path]), path, role


def _took(visitor: Visitor, address: str) -> float:
    """Milliseconds; the first time, which makes what is kept afterwards, is not counted."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = visitor.see(address)
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code < 500, (address, answer.status_code)
    return median(taken[1:])


def _crowd(world: World, count: int) -> None:
    """So many residents with an entitlement and a code, each used as often, on different days."""
    for numbers in pieces(range(count), _AT_ONCE):
        holders = [uuid7() for _ in numbers]
        with world.work() as work:
            people.register(
                work, world.keys, [_person(id_, n) for id_, n in zip(holders, numbers, strict=True)]
            )
        grants = [world.grant_of(holder_id=each, amount_cents=1_000_00) for each in holders]
        with world.work() as work:
            outcomes = entitlements.grant(work, grants)
        assert not any(isinstance(each, Exception) for each in outcomes)
        with world.work() as work:
            codes.issue(
                work, world.keys, [codes.IssueOrder(id=uuid7(), entitlement_id=each.id) for each in grants]
            )
        for use in range(USES):
            _use(world, [each.id for each in grants], days=use)


def _use(world: World, rights: list[UUID], *, days: int) -> None:
    scans = [
        world.scan(each, at=world.now - timedelta(days=days, minutes=n)) for n, each in enumerate(rights)
    ]
    with world.work() as work:
        outcomes = redemptions.redeem(work, scans)
    assert all(isinstance(each, Redeemed) for each in outcomes), outcomes[0]


def _person(id: UUID, number: int) -> PersonInput:
    identity = Identity(
        surname=f"Bewoner{number}", birth_date=date(1944, 3, 9), postcode="1112AB", city="Diemen"
    )
    return PersonInput(id=id, identity=identity)
