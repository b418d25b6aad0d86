# SPDX-License-Identifier: EUPL-1.2
"""Redemptions in batches in one process, judged by our rules, each batch one durable commit."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger import redemptions
from ledger.errors import LedgerError
from ledger.scans import Scan
from tests.bench import baselines, pgbench
from tests.bench.databases import KINDS, POSTGRESQL
from tests.bench.rows import Goal, Row, median
from tests.bench.scenery import Scenery
from tests.bench.stage import Stage

PART: Final = "batches"
JUDGED_AT: Final = 500
"""The size of a batch at which the goals are judged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What one round took."""

    done: int
    reading_s: float
    """Building the scans: checking terms and signatures."""
    redeeming_s: float
    """Load, judge, write and commit."""


def rows(stage: Stage) -> Iterator[Row]:
    """Each size on each database; the baseline of the largest takes turns with ours."""
    for kind in KINDS:
        for batch in stage.sizes.batches:
            yield from _size(stage, kind, batch)


def _size(stage: Stage, kind: str, batch: int) -> Iterator[Row]:
    scenery = stage.scenery(kind)
    one_round(scenery, batch, seconds=stage.sizes.warm_s)
    rounds, baseline, hand = [], [], []
    for turn in range(stage.sizes.rounds):
        rounds.append(one_round(scenery, batch, seconds=stage.sizes.round_s / 2, start=turn * 1013))
        hand.append(baselines.by_hand(stage, kind, batch))
        if kind == POSTGRESQL:
            baseline.append(_best_of_pgbench(stage))
    judged = batch == JUDGED_AT
    least = 1.5 if kind == POSTGRESQL else 0.3
    redeemed = median([each.done / each.redeeming_s for each in rounds])
    yield Row(
        part=PART,
        name=f"redemptions in process, batches of {batch}",
        database=kind,
        value=redeemed,
        unit="per s",
        baseline=median(baseline or hand),
        against=f"pgbench TPC-B-like, {stage.tpcb_best} clients"
        if baseline
        else f"plain sqlite3, {batch} a commit",
        goal=Goal.least(least, "ratio", "b") if judged else None,
        plot="Redemptions in one process, per second",
    )
    if kind == POSTGRESQL:
        yield Row(
            part=PART,
            name=f"the same beside a hand-written redemption, batches of {batch}",
            database=kind,
            value=redeemed,
            unit="per s",
            baseline=median(hand),
            against="hand-written PL/pgSQL from Python, without rules",
        )
    yield Row(
        part=PART,
        name=f"the same with the signatures read, batches of {batch}",
        database=kind,
        value=median([each.done / (each.redeeming_s + each.reading_s) for each in rounds]),
        unit="per s",
    )


def one_round(scenery: Scenery, batch: int, *, seconds: float, start: int = 0) -> Round:
    """Batch after batch until so many seconds were spent. Every scan must be accepted."""
    at = scenery.now - timedelta(hours=1)
    done, reading_s, redeeming_s = start, 0.0, 0.0
    while redeeming_s + reading_s < seconds:
        began = time.perf_counter()
        scans = [_scan(scenery, number, at) for number in range(done, done + batch)]
        read = time.perf_counter()
        redeem(scenery, scans)
        redeeming_s += time.perf_counter() - read
        reading_s += read - began
        done += batch
    return Round(done=done - start, reading_s=reading_s, redeeming_s=redeeming_s)


def redeem(scenery: Scenery, scans: list[Scan]) -> None:
    """One batch, committed. What is refused is a fault of the benchmark."""
    with scenery.work() as work:
        outcomes = redemptions.redeem(work, scans)
    refused = [each for each in outcomes if isinstance(each, LedgerError)]
    assert not refused, (len(refused), refused[0])


def _scan(scenery: Scenery, number: int, at: datetime) -> Scan:
    rights, parties = scenery.rights, scenery.parties
    right = number % len(rights)
    return scenery.scan(rights[right], parties[right % len(parties)], at)


def _best_of_pgbench(stage: Stage) -> float:
    if not stage.tpcb_best:
        baselines.tpcb(stage)
    return pgbench.rate(stage.tpcb_url, clients=stage.tpcb_best, seconds=stage.sizes.round_s / 2)
