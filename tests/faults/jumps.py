# SPDX-License-Identifier: EUPL-1.2
"""A server whose clock jumps back and forth between requests, and what must still be true.

The clock decides what lies ahead and which day it is; it never decides whether something is known already,
nor what was settled.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ledger import redemptions, runs
from ledger.db import Work
from ledger.ids import uuid7
from ledger.scans import Outcome, Redeemed, Scan
from tests import settling
from tests.faults import almanac, instants
from tests.world import World

Send = Callable[[Work, Sequence[Scan]], list[Outcome]]
SLACK = timedelta(minutes=5)
"""How far ahead a device's clock may run: docs/rules.md."""
AMOUNT = 130_00
"""Enough for six hours at any tariff there is, of the nine that are asked."""


@dataclass
class Story:
    """One right, nine scans that are sent again and again, and settlements, while the clock jumps."""

    world: World
    chance: random.Random
    send: Send = redemptions.redeem
    seen: int = 0
    """How many instants the clock stood at."""
    first: dict[UUID, Redeemed] = field(default_factory=dict)
    settled: int = 0
    wrong: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """Everything that was lost, doubled or answered in two ways."""
        base = almanac.as_instant(self.chance.choice(instants.SPOTS))
        self._pay_everything()
        before = self.settled
        first_day = almanac.as_date(almanac.day_of(base) - 1000)
        right = self.world.grant(amount_cents=AMOUNT, valid_from=first_day, valid_until=None).id
        scans = [
            self.world.scan(right, quantity=60, at=base + timedelta(hours=self.chance.randint(-60, 60)))
            for _ in range(9)
        ]
        for _ in range(12):
            self._step(base, scans)
        self._pay_everything()
        taken = sum(each.price_cents for each in self.first.values())
        found = (self.world.left(right), self.settled - before, self.world.payable())
        if found != (AMOUNT - taken, taken, 0):
            self.wrong.append(f"{taken} was redeemed; left, settled and still payable are {found}")
        return self.wrong

    def _step(self, base: datetime, scans: list[Scan]) -> None:
        """The clock jumps, and some scans are sent, many of them again; or what there is is settled."""
        self.seen += 1
        jump = self.chance.choice((timedelta(days=730), timedelta(hours=60), timedelta(minutes=90)))
        self.world.now = base + jump * self.chance.uniform(-1, 1)
        if self.chance.random() < 0.25:
            self._settle(self.chance.randint(0, 2))
            return
        sent = self.chance.sample(scans, self.chance.randint(1, 5))
        wanted = [self._expected(scan) for scan in sent]
        with self.world.work() as work:
            outcomes = self.send(work, sent)
        for scan, want, outcome in zip(sent, wanted, outcomes, strict=True):
            self._judge(scan, want, outcome)

    def _expected(self, scan: Scan) -> bool | None:
        """Whether it lies ahead is for the clock alone; None where it was redeemed before."""
        if scan.id in self.first:
            return None
        at, now = scan.terms.at, self.world.now
        return at <= now + SLACK and almanac.day_of(at) <= almanac.day_of(now)

    def _judge(self, scan: Scan, want: bool | None, outcome: Outcome) -> None:
        if want is None:
            if outcome != self.first[scan.id]:
                self.wrong.append(f"{scan.id} was answered {self.first[scan.id]}, and then {outcome}")
        elif isinstance(outcome, Redeemed):
            self.first[scan.id] = outcome
            if not want:
                self.wrong.append(f"{scan.terms.at} lies ahead of {self.world.now} and passed")
        elif want and "balance_too_low" not in instants.made_of(outcome):
            self.wrong.append(f"{scan.terms.at} does not lie ahead of {self.world.now}: {outcome}")

    def _pay_everything(self) -> None:
        """At an instant after all others."""
        self.world.now = instants.LONG_AFTER
        self._settle(0)

    def _settle(self, days_ago: int) -> None:
        today = almanac.day_of(self.world.now)
        order = runs.DraftOrder(
            id=uuid7(), until=almanac.as_date(today - days_ago), requested_on=almanac.as_date(today)
        )
        with self.world.work() as work:
            self.settled += settling.settle(work, order).total_cents


def by_the_clock(work: Work, scans: Sequence[Scan]) -> list[Outcome]:
    """What must not be: a request that is later than now by its own recording is taken for a new one."""
    known = redemptions.quote(work, scans)
    fresh = [
        Scan(id=uuid7(), terms=scan.terms)
        if isinstance(answer, Redeemed) and answer.recorded_at > work.now
        else scan
        for scan, answer in zip(scans, known, strict=True)
    ]
    return redemptions.redeem(work, fresh)
