# SPDX-License-Identifier: EUPL-1.2
"""The disk is full from any write on: the order is refused, and passes once when there is room again.

Full while the log grows, while it is moved into the database, while the database is made or closed; with
the write that fails done by half or not at all. See test_io_errors.py, which does the same with errors.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, cycle
from typing import Final

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from tests import figures
from tests.faults.cuts import quick_folder
from tests.faults.errands import ERRANDS, redeem
from tests.faults.storage import FULL, Fault, Kind
from tests.faults.sweep import Found, Rig, Way, empty, rig, starts

FAULTS: Final = (Fault(codes=FULL, at=0, lasting=True), Fault(codes=FULL, at=0, lasting=True, half=True))
"""No byte of the write that fails is there, or the first half of it."""


@pytest.fixture
def small_disk() -> Iterator[Rig]:
    with quick_folder() as folder, rig(folder) as made:
        yield made


def test_a_disk_that_is_full_at_some_writes_refuses_and_goes_on_when_there_is_room(small_disk: Rig) -> None:
    began, found, folder = time.monotonic(), Found(), small_disk.images.parent
    orders = starts(folder / "start", *ERRANDS)
    for (number, start), way in zip(enumerate(orders), cycle(Way), strict=False):
        small_disk.sweep(start, way, FAULTS[number % 2], count(1 + number % 5, 5), found)
    small_disk.sweep(empty("make", folder / "make"), Way.NEW, FAULTS[0], count(1, 50), found)
    _note(found, began)
    assert found.faults == []
    assert found.points > 30
    assert found.by_kind.keys() == {Kind.WRITE}


@pytest.mark.prove
def test_a_disk_that_is_full_at_every_write_refuses_and_goes_on_when_there_is_room(small_disk: Rig) -> None:
    """All orders, all ways; every write from scale 4 on."""
    began, found, folder = time.monotonic(), Found(), small_disk.images.parent
    step = max(1, round(4 / figures.scale()))
    for start in starts(folder / "start", *ERRANDS):
        for way in Way:
            for fault in FAULTS:
                small_disk.sweep(start, way, fault, count(1, step), found)
    small_disk.sweep(empty("make", folder / "make"), Way.NEW, FAULTS[1], count(1, 3 * step), found)
    _note(found, began)
    assert found.faults == []


def _note(found: Found, began: float) -> None:
    figures.note(
        "T6 disk full",
        database="sqlite",
        trials=found.points,
        failures=len(found.faults),
        of="points",
        seconds=time.monotonic() - began,
        told=found.refused,
        images=found.images,
    )


def test_a_commit_whose_failure_is_swallowed_is_seen(
    small_disk: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the caller is not told, and nothing is there."""
    commit = Session.commit

    def swallow(session: Session) -> None:
        with suppress(OperationalError):
            commit(session)

    monkeypatch.setattr(Session, "commit", swallow)
    found, folder = Found(), small_disk.images.parent
    (start,) = starts(folder / "start", redeem)
    small_disk.sweep(start, Way.OPEN, FAULTS[0], count(1, 5), found)
    assert any("not told" in each for each in found.faults), found
