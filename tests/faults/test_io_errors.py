# SPDX-License-Identifier: EUPL-1.2
"""The disk fails at any single operation, once or until it is mended: nothing acknowledged is lost.

Each point: an order while one read, write, sync, lock … fails; the caller is told; the disk works again;
the same order passes, once. Then the power is cut: what a failed sync did not keep is gone by then. The
product runs as it is, on a watched disk (vfs.py).
"""

import time
from collections.abc import Iterator, Mapping
from itertools import count, cycle
from typing import Final

import pytest
from sqlmodel import Session

from tests import figures
from tests.faults.cuts import quick_folder
from tests.faults.errands import ERRANDS, Errand, Send, redeem, redeem_for_each
from tests.faults.storage import IO_ERRORS, Fault, Kind
from tests.faults.sweep import Found, Rig, Way, empty, rig, starts
from tests.world import AIDS, World

SYNC: Final[Mapping[Kind, int]] = {Kind.SYNC: IO_ERRORS[Kind.SYNC]}
WRITE: Final[Mapping[Kind, int]] = {Kind.WRITE: IO_ERRORS[Kind.WRITE]}
ALL_BUT_SYNC: Final[Mapping[Kind, int]] = {
    kind: code for kind, code in IO_ERRORS.items() if kind is not Kind.SYNC
}

FAULTS: Final = (
    Fault(codes=IO_ERRORS, at=0),
    Fault(codes=ALL_BUT_SYNC, at=0, lasting=True),
    Fault(codes=WRITE, at=0, half=True),
    Fault(codes=SYNC, at=0),
)
"""Anything once; anything but a sync until it is mended; a write that is half done; syncs alone. Syncs that
fail on and on have a test of their own, at the end: there the promise has its limit.
"""


@pytest.fixture
def broken_disk() -> Iterator[Rig]:
    with quick_folder() as folder, rig(folder) as made:
        yield made


def test_an_error_of_the_disk_at_some_points_loses_nothing(broken_disk: Rig) -> None:
    """Some of the operations of each order, and every sync."""
    began, found = time.monotonic(), Found()
    orders = starts(broken_disk.images.parent / "start", *ERRANDS)
    for (number, start), way in zip(enumerate(orders), cycle(Way), strict=False):
        broken_disk.sweep(start, way, FAULTS[number % 3], count(1 + number, 9), found)
        broken_disk.sweep(start, way, FAULTS[3], count(1), found)
    _note(found, began)
    assert found.faults == []
    assert found.points > 50
    assert found.by_kind.keys() >= {Kind.READ, Kind.WRITE, Kind.SYNC}


def test_a_sync_that_fails_anywhere_loses_nothing(broken_disk: Rig) -> None:
    """In every way a redemption can meet it, and in the making of the database."""
    began, found = time.monotonic(), Found()
    folder = broken_disk.images.parent
    redemption, many = starts(folder / "start", redeem, redeem_for_each)
    making = empty("make", folder / "make")
    for way in Way:
        broken_disk.sweep(redemption, way, FAULTS[3], count(1), found)
    broken_disk.sweep(many, Way.OPEN, FAULTS[3], count(1), found)
    broken_disk.sweep(making, Way.NEW, FAULTS[3], count(1), found)
    _note(found, began)
    assert found.faults == []
    assert found.by_kind.keys() == {Kind.SYNC}


@pytest.mark.prove
def test_an_error_of_the_disk_at_every_point_loses_nothing(broken_disk: Rig) -> None:
    """All orders, all ways, all faults; every operation from scale 8 on, every sync always."""
    began, found = time.monotonic(), Found()
    folder = broken_disk.images.parent
    step = max(1, round(STEP / figures.scale()))
    for number, start in enumerate(starts(folder / "start", *ERRANDS)):
        for fault in FAULTS:
            for way in Way:
                first = 1 if fault.codes is SYNC else 1 + number % step
                every = 1 if fault.codes is SYNC else step
                broken_disk.sweep(start, way, fault, count(first, every), found)
    making = empty("make", folder / "make")
    for fault in FAULTS:
        broken_disk.sweep(making, Way.NEW, fault, count(1, 5 * step), found)
    _note(found, began)
    assert found.faults == []


STEP: Final = 8
"""Of the long tier at scale 1: every eighth operation, but every sync."""


def _note(found: Found, began: float) -> None:
    figures.note(
        "T5 I/O errors",
        database="sqlite",
        trials=found.points,
        failures=len(found.faults),
        of="points",
        seconds=time.monotonic() - began,
        told=found.refused,
        images=found.images,
    )


# ------------------------------------------------------------------------ without the guards


def test_going_on_after_a_sync_that_failed_is_seen(broken_disk: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a transaction that cannot be committed gives its connection back to the pool."""
    monkeypatch.setattr(Session, "invalidate", Session.rollback)
    found = swept(broken_disk, redeem, Way.OPEN, FAULTS[3])
    assert any("whose sync failed" in each for each in found.faults), found


def test_a_new_id_at_every_try_is_seen(broken_disk: Rig) -> None:
    """Negative control: what is sent again is not the same order."""

    def redeem_anew(world: World) -> Send:
        right_id = world.grant().id

        def send(there: World) -> None:
            there.redeemed(right_id, service=AIDS, quantity=1)

        return send

    found = swept(broken_disk, redeem_anew, Way.OPEN, FAULTS[3])
    assert any("rows" in each for each in found.faults), found


def test_syncs_that_fail_until_the_connections_are_closed_are_seen_to_lose(broken_disk: Rig) -> None:
    """The limit of the promise. A log that could not be synced, nor moved into the database at the close,
    is read again by the next connection, out of the memory of the operating system. An order sent again
    is then answered from it, and gone when the power is cut. After a sync that failed the machine is to
    be started again before the ledger is.
    """
    found = swept(broken_disk, redeem_for_each, Way.OPEN, Fault(codes=SYNC, at=0, lasting=True))
    assert any("power cut" in each and "lost" in each for each in found.faults), found


def swept(broken_disk: Rig, errand: Errand, way: Way, fault: Fault) -> Found:
    """Every point of one order."""
    found = Found()
    (start,) = starts(broken_disk.images.parent / "start", errand)
    broken_disk.sweep(start, way, fault, count(1), found)
    assert found.points > 0
    return found
