# SPDX-License-Identifier: EUPL-1.2
"""What one more redemption costs when 10^4, 10^5, 10^6 and 10^7 are stored already.

The databases of all sizes stand side by side and are measured by turns, so that what disturbs one
disturbs all. Each batch is of other rights, far apart.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from ledger import db, redemptions
from ledger.scans import Redeemed, Scan
from tests.bench import seeds
from tests.bench.batches import redeem
from tests.bench.databases import KINDS, settled
from tests.bench.rows import Goal, Row, median, number
from tests.bench.scenery import CAPPED_EACH, Right, Scenery
from tests.bench.stage import Stage

PART: Final = "growth"
JUDGED_AT: Final = 10_000_000
"""How many are stored where the goal is judged; a quick run does not come so far."""
BATCH: Final = 100
SINGLES: Final = 3
"""How many single redemptions are measured beside each batch."""
SLOWER: Final = 12
"""Ten times as many rows take that many times as long to make, at most."""

BYTES_EACH: Final = 4000
"""Room on the disk for one more, with its indexes and log, on both databases together."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Milliseconds of one redemption, in each batch or single one that was measured."""

    batches: list[float] = field(default_factory=list)
    singles: list[float] = field(default_factory=list)
    capped: list[float] = field(default_factory=list)


@dataclass(kw_only=True)
class _Grown:
    """The databases of one kind, by how much they hold."""

    plain: Scenery
    models: seeds.Models
    by_size: dict[int, Scenery] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    """How long it took to fill each."""


def rows(stage: Stage) -> Iterator[Row]:
    """Fill both kinds at once, one on each core; then measure each by itself."""
    grown = {kind: _begin(stage, kind) for kind in KINDS}
    with ThreadPoolExecutor(len(KINDS)) as threads:
        for size in stage.sizes.stored:
            kinds = [kind for kind in KINDS if _fits(stage, grown[kind], size)]
            for filled in [threads.submit(_fill, stage, grown[kind], kind, size) for kind in kinds]:
                filled.result()
    for kind in KINDS:
        costs = _measure(stage, grown[kind])
        yield from _rows(stage, kind, costs, grown[kind])
        for scenery in grown[kind].by_size.values():
            scenery.engine.dispose()
            stage.databases.drop(scenery.url)


def _begin(stage: Stage, kind: str) -> _Grown:
    """Rights with codes, and one real redemption per provider to copy."""
    url = stage.databases.fresh(kind, "plain")
    rights = stage.sizes.growth_rights
    scenery = Scenery.build(url, folder=stage.folder, parties=stage.sizes.providers, rights=rights)
    scans = [_scan(scenery, scenery.rights[i], i) for i in range(stage.sizes.providers)]
    with scenery.work() as work:
        outcomes = redemptions.redeem(work, scans)
    ids = tuple(each.id for each in outcomes if isinstance(each, Redeemed))
    settled(scenery.engine)
    scenery.engine.dispose()
    return _Grown(plain=scenery, models=seeds.Models(redemption_ids=ids, rights=rights))


def _fits(stage: Stage, grown: _Grown, size: int) -> bool:
    """Whether there is time for it, going by the size before, and room on the disk."""
    before = max(grown.seconds.values(), default=0.0)
    room = shutil.disk_usage(stage.folder).free
    return before * SLOWER < stage.left_s and size * BYTES_EACH < room


def _fill(stage: Stage, grown: _Grown, kind: str, size: int) -> None:
    began = time.monotonic()
    url = stage.databases.copied(grown.plain.url, f"grown_{size}")
    scenery = replace(grown.plain, engine=db.connect(url), url=url)
    seeds.store(scenery, grown.models, size)
    settled(scenery.engine)
    grown.by_size[size] = scenery
    grown.seconds[size] = time.monotonic() - began


def _measure(stage: Stage, grown: _Grown) -> dict[int, Costs]:
    """Round after round, in each round every size; the first rounds warm up and are not counted."""
    costs = {size: Costs() for size in grown.by_size}
    plain = [each for i, each in enumerate(grown.plain.rights) if i % CAPPED_EACH]
    capped = grown.plain.rights[::CAPPED_EACH]
    warm = max(stage.sizes.growth_batches // 4, 2)
    for turn in range(-warm, stage.sizes.growth_batches):
        for size, scenery in grown.by_size.items():
            found = costs[size] if turn >= 0 else Costs()
            found.batches.append(_cost_ms(scenery, _some(plain, turn, BATCH)))
            found.capped.append(_cost_ms(scenery, _some(capped, turn, BATCH)))
            singles = _some(plain, -turn, BATCH)[:SINGLES]
            found.singles.extend(_cost_ms(scenery, [right]) for right in singles)
    return costs


def _some(rights: Sequence[Right], turn: int, count: int) -> list[Right]:
    """Others every turn, for as long as there are; far apart, so that they share no pages."""
    step = max(len(rights) // count, 1)
    return [rights[(i * step + turn) % len(rights)] for i in range(count)]


def _cost_ms(scenery: Scenery, rights: Sequence[Right]) -> float:
    scans = [_scan(scenery, right, i) for i, right in enumerate(rights)]
    began = time.perf_counter()
    redeem(scenery, scans)
    return (time.perf_counter() - began) * 1000 / len(scans)


def _scan(scenery: Scenery, right: Right, number: int) -> Scan:
    party = scenery.parties[number % len(scenery.parties)]
    return scenery.scan(right, party, scenery.now - timedelta(hours=1))


def _rows(stage: Stage, kind: str, costs: dict[int, Costs], grown: _Grown) -> Iterator[Row]:
    loads = (
        ("in batches of 100", "batches", True),
        ("by itself", "singles", True),
        ("in batches of 100, of rights with a cap", "capped", False),
    )
    sizes = stage.sizes
    for how, name, judged in loads:
        first = median(getattr(costs[sizes.stored[0]], name))
        for size in sizes.stored:
            found = getattr(costs[size], name) if size in costs else None
            uses = f"{number(size / sizes.growth_rights)} earlier uses of each right"
            yield Row(
                part=PART,
                name=f"a redemption {how}, {size:,} stored",
                database=kind,
                value=median(found) if found else None,
                unit="ms",
                baseline=first,
                against=f"{sizes.stored[0]:,} stored",
                goal=Goal.most(1.2, "ratio", "c") if judged and size == JUDGED_AT else None,
                remark=_remark(uses, grown.seconds.get(size)),
                plot=f"Growth: a redemption {how}, ms",
                label=f"{size:,} stored",
            )


def _remark(uses: str, seconds: float | None) -> str:
    if seconds is None:
        return "filling it did not fit in what was left of this run; make bench-growth does it alone"
    return f"{uses}; filled in {seconds:.0f} s"
