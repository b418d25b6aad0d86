# SPDX-License-Identifier: EUPL-1.2
"""More requests at once than the served product has threads and connections: all are answered, and soon.

Whoever holds locks must never wait for a thread that only those who wait for these locks could give back.
"""

from collections import Counter
from pathlib import Path

from ledger.ids import derived
from ledger.tables import Role
from tests.faults import reckoning
from tests.faults.fleet import Fleet
from tests.faults.journal import Errand, Journal, Story, stories
from tests.faults.reckoning import Finding
from tests.faults.service import PRODUCT, Nursery, Product
from tests.faults.siege import Scene
from tests.world import World

CROWD = 100
"""The web framework has 40 threads, the ledger 18 connections."""
PATIENCE_S = 20.0
"""Less than the 30 seconds after which who waits for a connection, or to write to SQLite, gives up."""


def crowded(
    world: World, nursery: Nursery, folder: Path, *, factory: str = PRODUCT, patience_s: float = PATIENCE_S
) -> tuple[list[Story], list[Finding]]:
    """All at once redeem some of one right, and then all at once take it back; nobody asks twice."""
    product = Product.over(world, nursery, folder, factory=factory)
    journal = Journal(folder / "journal", is_synced=False)
    with product.running():
        scene = Scene.granted(product, world, clients=1, plenty=CROWD)
        secret = product.secrets[Role.PROVIDER]
        fleet = Fleet.of(CROWD, product.port, secret, journal, timeout_s=patience_s)
        redemptions = _redemptions(scene)
        fleet.send_once(redemptions)
        fleet.close()  # the server hangs up on who is silent for five seconds
        fleet.send_once([_reversal(each) for each in redemptions])
        fleet.close()
    journal.close()
    told = stories(journal.path)
    findings = reckoning.lost(world, told) + reckoning.audited(world)
    world.engine.dispose()
    return told, findings


def statuses(told: list[Story]) -> Counter[int]:
    """How often each status was answered; 0 is no answer in time."""
    return Counter(attempt.status for story in told for attempt in story.attempts)


def test_100_at_once_on_one_right_are_all_answered_soon(
    world: World, nursery: Nursery, tmp_path: Path
) -> None:
    told, findings = crowded(world, nursery, tmp_path)
    assert statuses(told) == {201: 2 * CROWD}
    assert findings == []


def test_a_product_that_lets_all_to_its_desks_at_once_is_seen_to_hang(
    sqlite_world: World, nursery: Nursery, tmp_path: Path
) -> None:
    """Negative control: those who wait for a lock have every thread, also that of who has the lock."""
    factory = "tests.faults.mistaken:without_turns"
    told, _ = crowded(sqlite_world, nursery, tmp_path, factory=factory, patience_s=8.0)
    assert statuses(told)[0] > CROWD // 2


def _redemptions(scene: Scene) -> list[Errand]:
    """Some cents of one right, each under an id of its own."""
    (wishes,) = scene.wishes("crowd")
    wishes.shared = scene.shared[:1]
    wanted = (wishes.next() for _ in range(10 * CROWD))
    return [each for each in wanted if each.expected is None][:CROWD]


def _reversal(redemption: Errand) -> Errand:
    """All of it taken back: it locks the same accounts by another way through the product."""
    id_ = derived(redemption.id, "reversal")
    return Errand(
        id=id_,
        intent=f"{redemption.intent} back",
        right_id=redemption.right_id,
        path=f"/v1/redemptions/{redemption.id}/reversals/{id_}",
        body={"reason": "test", "at": redemption.body["at"]},
    )
