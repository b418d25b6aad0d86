# SPDX-License-Identifier: EUPL-1.2
"""A primary is lost and its synchronous standby takes over: what was acknowledged is there, once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from ledger import db
from tests import figures
from tests.faults.spenders import assert_kept, crew
from tests.faults.standby import Servers, servers, until
from tests.world import World

CENTS = 30
"""Of each of the two rights of a failover."""


# ------------------------------------------------------------------------------- how a primary is lost


def killed(together: Servers, draw: Random) -> None:
    """All its processes at once, and the standby takes over."""
    together.primary.kill()
    together.promote()


def killed_while_it_waits(together: Servers, draw: Random) -> None:
    """No standby can be reached, so that commits wait for one; then the primary is gone."""
    together.primary.door.shut()
    time.sleep(draw.uniform(0.1, 0.4))
    together.primary.kill()
    together.promote()


def frozen(together: Servers, draw: Random) -> None:
    """It stands still with its connections open; when it wakes up another is the primary; it is killed."""
    together.primary.freeze()
    old = together.promote()
    old.thaw()
    time.sleep(draw.uniform(0.05, 0.3))
    old.kill()


def cut_off(together: Servers, draw: Random) -> None:
    """Nobody reaches it but who is on its side, and it runs on beside the new primary for a while."""
    together.primary.door.shut()
    old = together.promote()
    time.sleep(draw.uniform(0.05, 0.3))
    old.kill()


Loss = Callable[[Servers, Random], None]
LOSSES: tuple[Loss, ...] = (killed, killed_while_it_waits, frozen, cut_off)


def fail_over(together: Servers, world: World, lose: Loss, draw: Random) -> int:
    """Clients at work, the primary lost, clients at work again; how often an answer did not come."""
    engine = db.connect(together.url(by_door=lose is cut_off))
    world = replace(world, engine=engine)
    with crew(world, engine, cents=CENTS) as busy:
        busy.wait_for(draw.randrange(CENTS // 4, CENTS * 3 // 2))
        old = together.primary
        lose(together, draw)
        together.rejoin(old, rewind=draw.random() < 0.5)
        busy.finish()
    assert_kept(world, busy.journal, rights=busy.rights, cents=CENTS)
    until(lambda: together.attached() == len(together.standbys), "the lost one streams again")
    engine.dispose()
    return busy.journal.unknown


def trials(
    folder: Path, world: World, *, number: int, standbys: int, losses: Sequence[Loss] = LOSSES, seed: int
) -> None:
    """So many failovers one after another, each of the servers that the one before left; and a note of it."""
    draw, unknown, began = Random(seed), 0, time.monotonic()
    with servers(folder, standbys=standbys) as together:
        for turn in range(number):
            unknown += fail_over(together, world, losses[turn % len(losses)], draw)
    figures.note(
        "T9 failover",
        database="postgresql",
        trials=number,
        of="failovers",
        failures=0,
        seconds=time.monotonic() - began,
        standbys=standbys,
        redemptions=number * 2 * CENTS,
        unknown=unknown,
        seed=seed,
    )


def test_a_standby_that_takes_over_has_all_that_was_acknowledged(origin: tuple[Path, World]) -> None:
    trials(*origin, number=1, standbys=1, losses=(killed_while_it_waits,), seed=1)


def test_the_furthest_of_two_standbys_takes_over_from_a_primary_that_is_cut_off(
    origin: tuple[Path, World],
) -> None:
    trials(*origin, number=1, standbys=2, losses=(cut_off,), seed=2)


@pytest.mark.prove
@pytest.mark.parametrize("standbys", [1, 2])
def test_fifteen_failovers_in_a_row_lose_nothing(origin: tuple[Path, World], standbys: int) -> None:
    trials(*origin, number=round(15 * figures.scale()), standbys=standbys, seed=Random().randrange(10**9))


# --------------------------------------------------------------------------------- negative controls


def lost_by(folder: Path, world: World, lose: Loss, *, names: str | None = None, standbys: int = 1) -> int:
    """How many acknowledged redemptions the new primary does not have; names as for servers()."""
    with servers(folder, standbys=standbys, names=names) as together:
        engine = db.connect(together.url())
        world = replace(world, engine=engine)
        with crew(world, engine, cents=1_000) as busy:
            busy.wait_for(10)
            lose(together, Random(0))
            busy.stop.set()
            together.go_on_alone()  # enough was seen: let them end
        missing = len(busy.journal.lost(world))
        engine.dispose()
    return missing


def test_asynchronous_replication_is_seen_to_lose_acknowledgements(origin: tuple[Path, World]) -> None:
    assert lost_by(*origin, killed_while_it_waits, names="") > 0


def test_going_on_without_the_standby_is_seen_to_lose_acknowledgements(origin: tuple[Path, World]) -> None:
    """The standby is down, and so that work can go on the primary is told to wait for none."""

    def go_on_alone(together: Servers, draw: Random) -> None:
        together.primary.door.shut()
        together.go_on_alone()
        time.sleep(0.5)
        together.primary.kill()
        together.promote()

    assert lost_by(*origin, go_on_alone) > 0


def test_promoting_the_standby_that_is_behind_is_seen_to_lose_acknowledgements(
    origin: tuple[Path, World],
) -> None:
    def promote_the_last(together: Servers, draw: Random) -> None:
        behind, _ = together.standbys
        behind.let_go()
        time.sleep(0.5)
        together.primary.kill()
        together.primary = behind
        behind.promote()

    assert lost_by(*origin, promote_the_last, standbys=2) > 0
