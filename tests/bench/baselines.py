# SPDX-License-Identifier: EUPL-1.2
"""What the same machine does without us: pgbench, a redemption by hand in PL/pgSQL, plain sqlite3."""

from collections.abc import Iterator
from typing import Final

from tests.bench import hand, pgbench, plain
from tests.bench.databases import POSTGRESQL, SQLITE
from tests.bench.rows import Row
from tests.bench.stage import Stage

PART: Final = "baselines"
CLIENTS: Final = (1, 8, 32)


def rows(stage: Stage) -> Iterator[Row]:
    """Each by itself; the best of pgbench is remembered for the batches."""
    for clients, found in tpcb(stage).items():
        yield _row(f"pgbench TPC-B-like, prepared, {clients} clients", POSTGRESQL, found)
    script = stage.folder / "hand.pgbench"
    script.write_text(hand.script(stage.sizes.rights, providers=stage.sizes.providers), encoding="utf-8")
    for clients in CLIENTS:
        url, seconds = stage.by_hand(POSTGRESQL), stage.sizes.round_s
        found = pgbench.rate(url, clients=clients, seconds=seconds, script=script)
        yield _row(f"redemption by hand, one PL/pgSQL call each, {clients} clients", POSTGRESQL, found)
    for batch in stage.sizes.batches:
        yield _row(
            f"redemptions by hand from Python, {batch} a call", POSTGRESQL, by_hand(stage, POSTGRESQL, batch)
        )
    for batch in stage.sizes.batches:
        yield _row(f"plain sqlite3, {batch} a commit", SQLITE, by_hand(stage, SQLITE, batch))


def tpcb(stage: Stage) -> dict[int, float]:
    """The rate of pgbench's own transaction by number of clients."""
    if not stage.tpcb_url:
        stage.tpcb_url = stage.databases.bare(POSTGRESQL, "tpcb")
        pgbench.prepare(stage.tpcb_url, scale=stage.sizes.pgbench_scale)
    found = {
        each: pgbench.rate(stage.tpcb_url, clients=each, seconds=stage.sizes.round_s) for each in CLIENTS
    }
    stage.tpcb_best = max(found, key=lambda each: found[each])
    return found


def by_hand(stage: Stage, kind: str, batch: int) -> float:
    """The hand-written rate from one Python process."""
    measure = hand.rate if kind == POSTGRESQL else plain.rate
    return measure(
        stage.by_hand(kind),
        stage.marks(kind),
        providers=stage.sizes.providers,
        batch=batch,
        seconds=stage.sizes.round_s / 2,
    )


def _row(name: str, kind: str, found: float) -> Row:
    return Row(part=PART, name=name, database=kind, value=found, unit="per s")
