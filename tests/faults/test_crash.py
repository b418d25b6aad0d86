# SPDX-License-Identifier: EUPL-1.2
"""Killed, interrupted, out of space: what was acknowledged is there once, the rest can be sent again."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from ledger import db, redemptions
from ledger.scans import Redeemed
from ledger.tables import Redemption
from tests import figures
from tests.faults.redeemer import Redeemer, noted
from tests.world import AIDS, World

ROOT = Path(__file__).parents[2]
KILLS_SEED = 7


@pytest.fixture
def right_id(world: World) -> UUID:
    """A right of 5,000 euros: half a million redemptions of a cent."""
    return world.grant(amount_cents=5_000_00).id


def started(world: World, right_id: UUID, journal: Path, *how: str) -> subprocess.Popen[bytes]:
    """A process that redeems."""
    url = world.engine.url.render_as_string(hide_password=False)
    given = (url, str(journal), world.municipality_id, str(right_id), str(world.provider_id), *how)
    return subprocess.Popen([sys.executable, "-m", "tests.faults.redeemer", *given], cwd=ROOT)


def killed(world: World, right_id: UUID, journal: Path, after_s: float, *how: str) -> None:
    """Started, and killed so long after its first acknowledgement."""
    had = len(noted(journal, "ack"))
    process = started(world, right_id, journal, *how)
    deadline = time.monotonic() + 60
    while len(noted(journal, "ack")) == had and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(after_s)
    process.kill()
    assert process.wait(30) == -9, "it ended by itself"
    assert len(noted(journal, "ack")) > had, "it never redeemed anything"


def booked(world: World) -> list[UUID]:
    """The ids of all redemptions."""
    with db.reading(world.engine) as session:
        return list(session.scalars(select(col(Redemption.id))))


def lost(world: World, journal: Path) -> set[UUID]:
    """What was acknowledged and is not there."""
    return set(noted(journal, "ack")) - set(booked(world))


def assert_whole(world: World, right_id: UUID, journal: Path) -> None:
    """All that was acknowledged is there once; the one that was not is answered, once; the books agree."""
    assert lost(world, journal) == set()
    there, tried = booked(world), noted(journal, "try")
    assert set(there) <= set(tried)
    assert world.left(right_id) == 5_000_00 - len(there)
    redeemer = Redeemer(
        engine=world.engine,
        journal=0,
        municipality_id=world.municipality_id,
        right_id=right_id,
        provider_id=world.provider_id,
    )
    unacknowledged = set(tried) - set(noted(journal, "ack"))
    for scan_id in unacknowledged:
        first, again = (world.redeem(redeemer.scan(scan_id))[0] for _ in range(2))
        assert isinstance(first, Redeemed), first
        assert first == again
    assert len(booked(world)) == len(set(there) | unacknowledged)
    assert world.left(right_id) == 5_000_00 - len(booked(world))
    world.assert_books_agree()


# ---------------------------------------------------------------------------------- killed


def test_a_killed_process_loses_nothing_it_acknowledged(world: World, right_id: UUID, tmp_path: Path) -> None:
    kill_often(world, right_id, tmp_path / "journal", kills=2)


@pytest.mark.prove
def test_a_process_killed_100_times_loses_nothing_it_acknowledged(
    world: World, right_id: UUID, tmp_path: Path
) -> None:
    kills, began = round(100 * figures.scale()), time.monotonic()
    kill_often(world, right_id, tmp_path / "journal", kills=kills)
    figures.note(
        "T4 kill -9 of one process",
        database=world.engine.dialect.name,
        trials=kills,
        failures=0,
        of="kills",
        seconds=time.monotonic() - began,
        acknowledged=len(noted(tmp_path / "journal", "ack")),
        seed=KILLS_SEED,
    )


def kill_often(world: World, right_id: UUID, journal: Path, *, kills: int) -> None:
    """Killed at random moments, each time in a database that was killed before."""
    draw = Random(KILLS_SEED)
    for _ in range(kills):
        killed(world, right_id, journal, draw.uniform(0.0, 0.3))
        world.engine.dispose()
        assert_whole(world, right_id, journal)


def test_acknowledging_before_the_commit_is_seen_to_lose(
    world: World, right_id: UUID, tmp_path: Path
) -> None:
    """Negative control: with this mistake in the process, the test above fails."""
    killed(world, right_id, tmp_path / "journal", 0.02, "acks-first")
    assert len(lost(world, tmp_path / "journal")) == 1


# -------------------------------------------------------------------------------- interrupted


def test_an_interrupt_between_commit_and_answer_is_healed_by_sending_it_again(world: World) -> None:
    right = world.grant()
    scan, answers = world.scan(right.id), []

    def answer() -> None:
        answers.append(world.redeem(scan)[0])
        raise KeyboardInterrupt  # the power of the server goes, the answer never leaves

    with pytest.raises(KeyboardInterrupt):
        answer()
    world.later(hours=3)
    assert world.redeem(scan) == answers
    assert world.left(right.id) == 100_00 - 31_15
    world.assert_books_agree()


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, MemoryError, ValueError])
def test_an_interrupt_before_the_commit_leaves_nothing(world: World, interrupt: type[BaseException]) -> None:
    right = world.grant()
    scan, before = world.scan(right.id), world.entries()

    def work_and_stop() -> None:
        with world.work() as work:
            redemptions.redeem(work, [scan])
            raise interrupt

    with pytest.raises(interrupt):
        work_and_stop()
    assert (world.entries(), world.left(right.id), booked(world)) == (before, 100_00, [])
    assert isinstance(world.redeem(scan)[0], Redeemed)
    world.assert_books_agree()


def test_a_commit_that_fails_leaves_nothing_and_the_next_one_works(world: World) -> None:
    right = world.grant()
    scan, before = world.scan(right.id), world.entries()

    def fail(connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("the disk is gone"))

    event.listen(world.engine, "commit", fail)
    with pytest.raises(OperationalError):
        world.redeem(scan)
    event.remove(world.engine, "commit", fail)
    assert (world.entries(), world.left(right.id), booked(world)) == (before, 100_00, [])
    assert isinstance(world.redeem(scan)[0], Redeemed)
    world.assert_books_agree()


def test_a_fault_after_any_statement_leaves_nothing(world: World) -> None:
    """Each statement of a redemption in turn fails when it is done."""
    right = world.grant()
    world.redeemed(right.id)
    scan, before, number = world.scan(right.id), world.entries(), 0

    def fail_at(at: int) -> bool:
        seen = 0

        def fail(*_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == at:
                raise OSError("input/output error")

        event.listen(world.engine, "after_cursor_execute", fail)
        try:
            world.redeem(scan)
        except OSError:
            return True
        finally:
            event.remove(world.engine, "after_cursor_execute", fail)
        return False

    while fail_at(number + 1):
        number += 1
        assert (world.entries(), world.left(right.id)) == (before, 100_00 - 31_15)
    assert number > 8
    assert world.left(right.id) == 100_00 - 2 * 31_15
    world.assert_books_agree()


# ------------------------------------------------------------------------------------- full disk


def test_a_database_that_may_not_grow_refuses_cleanly_and_goes_on_when_it_may(sqlite_world: World) -> None:
    right = sqlite_world.grant(amount_cents=5_000_00)
    small = replace(sqlite_world, engine=db.connect(str(sqlite_world.engine.url)))
    event.listen(small.engine, "connect", _may_grow_a_little)
    scans = [sqlite_world.scan(right.id, service=AIDS, quantity=1) for _ in range(400)]
    accepted = 0

    def fill() -> None:
        nonlocal accepted
        for scan in scans:
            small.redeem(scan)
            accepted += 1

    with pytest.raises(OperationalError, match="full"):
        fill()
    small.engine.dispose()
    assert 0 < accepted < 400
    assert len(booked(sqlite_world)) == accepted
    assert sqlite_world.left(right.id) == 5_000_00 - accepted
    sqlite_world.assert_books_agree()
    assert all(isinstance(each, Redeemed) for each in sqlite_world.redeem(*scans))
    assert sqlite_world.left(right.id) == 5_000_00 - len(scans)
    sqlite_world.assert_books_agree()


def _may_grow_a_little(connection: Any, record: object) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages + 12}")


def test_a_disk_that_is_full_refuses_cleanly_and_goes_on_when_there_is_room(
    sqlite_world: World, tmp_path: Path
) -> None:
    """The file size limit of the process stands for the disk: the write itself fails, in the log file."""
    right = sqlite_world.grant(amount_cents=5_000_00)
    sqlite_world.engine.dispose()
    journal, database = tmp_path / "journal", Path(str(sqlite_world.engine.url.database))
    most = database.stat().st_size + 64 * 1024
    assert started(sqlite_world, right.id, journal, "at-most", str(most)).wait(100) == 0
    assert len(noted(journal, "full")) == 1
    assert len(noted(journal, "ack")) > 0
    assert_whole(sqlite_world, right.id, journal)


def test_nothing_half_done_is_ever_seen_by_a_reader(sqlite_world: World) -> None:
    """While one redeems, another sees each redemption with its entries, or not at all."""
    right = sqlite_world.grant()
    other = replace(sqlite_world, engine=db.connect(str(sqlite_world.engine.url)))
    with sqlite_world.work() as work:
        redemptions.redeem(work, [sqlite_world.scan(right.id)])
        assert (booked(other), other.left(right.id)) == ([], 100_00)
    assert (len(booked(other)), other.left(right.id)) == (1, 100_00 - 31_15)
    other.engine.dispose()
