# SPDX-License-Identifier: EUPL-1.2
"""Clients that redeem cent after cent while servers fail, and remember every answer.

They do what the API asks of its callers: an answer that did not come is unknown, and the same is sent again
with the same id until there is one.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from ledger import db
from ledger.scans import Outcome, Redeemed, RedemptionRefused, Scan
from ledger.tables import Redemption
from tests.faults.standby import PATIENCE_S
from tests.world import AIDS, World

PAUSE_S: Final = 0.02
"""Between an answer that did not come and sending it again."""


@dataclass
class Journal:
    """What was sent, and what was answered to it."""

    sent: dict[UUID, Scan] = field(default_factory=dict)
    answers: dict[UUID, Outcome] = field(default_factory=dict)
    unknown: int = 0
    """How many times an answer did not come."""

    @property
    def acknowledged(self) -> dict[UUID, Redeemed]:
        """What the ledger said it has booked."""
        found = list(self.answers.items())
        return {scan_id: answer for scan_id, answer in found if isinstance(answer, Redeemed)}

    def lost(self, world: World) -> set[UUID]:
        """What was acknowledged and is not there."""
        return self.acknowledged.keys() - booked(world)


@dataclass
class Spender:
    """One client: redeems a cent of its right, time after time, until that is used up or it is stopped."""

    world: World
    right_id: UUID
    provider_id: UUID
    journal: Journal
    stop: Event

    def run(self) -> None:
        """Every scan gets a definite answer before the next is sent."""
        while not self.stop.is_set():
            scan = self.world.scan(self.right_id, service=AIDS, quantity=1, provider_id=self.provider_id)
            self.journal.sent[scan.id] = scan
            if isinstance(self.answered(scan), RedemptionRefused):
                return

    def answered(self, scan: Scan) -> Outcome | None:
        """Sent again for as long as no answer comes; None when it was stopped before one came."""
        while not self.stop.is_set():
            try:
                (outcome,) = self.world.redeem(scan)
            except DBAPIError:
                self.journal.unknown += 1
                time.sleep(PAUSE_S)
                continue
            self.journal.answers[scan.id] = outcome
            return outcome
        return None


@dataclass
class Crew:
    """Some spenders at work on some rights, in threads."""

    rights: Sequence[UUID]
    journal: Journal
    threads: Sequence[Thread]
    stop: Event

    def wait_for(self, acknowledged: int) -> None:
        """Until so many were acknowledged."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.journal.acknowledged) < acknowledged:
            assert time.monotonic() < deadline, f"only {len(self.journal.acknowledged)} were acknowledged"
            time.sleep(0.002)

    def finish(self) -> None:
        """Until all have used up their right."""
        for thread in self.threads:
            thread.join(PATIENCE_S)
        assert not any(thread.is_alive() for thread in self.threads), "a client got no answer at all"


@contextmanager
def crew(world: World, engine: Engine, *, cents: int) -> Iterator[Crew]:
    """Two rights of so many cents, and for each two clients with different providers, at work."""
    rights = [world.grant(amount_cents=cents).id for _ in range(2)]
    journal, stop = Journal(), Event()
    spenders = [
        Spender(replace(world, engine=engine), right_id, provider_id, journal, stop)
        for right_id in rights
        for provider_id in (world.provider_id, world.other_provider_id)
    ]
    threads = [Thread(target=spender.run) for spender in spenders]
    for thread in threads:
        thread.start()
    try:
        yield Crew(rights, journal, threads, stop)
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_S)


def booked(world: World) -> set[UUID]:
    """The ids of all redemptions."""
    with db.reading(world.engine) as session:
        return set(session.scalars(select(col(Redemption.id))))


def assert_kept(world: World, journal: Journal, *, rights: Sequence[UUID], cents: int) -> None:
    """All that was acknowledged is there once, word for word; no more is; each right is used up exactly."""
    assert journal.sent.keys() == journal.answers.keys()
    assert journal.lost(world) == set()
    accepted = journal.acknowledged
    mine = {scan_id for scan_id in booked(world) if scan_id in journal.sent}
    assert mine == accepted.keys(), "a refused one was booked"
    assert len(accepted) == cents * len(rights)
    assert [world.left(right_id) for right_id in rights] == [0] * len(rights)
    assert world.redeem(*(journal.sent[scan_id] for scan_id in accepted)) == list(accepted.values())
    world.assert_books_agree()
