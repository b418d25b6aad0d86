# SPDX-License-Identifier: EUPL-1.2
"""Single redemptions over HTTP on loopback, and the same load on a bare endpoint, by turns."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from tests.bench.databases import KINDS, POSTGRESQL
from tests.bench.load import Level, Order, Tally
from tests.bench.rows import Goal, Row, number
from tests.bench.server import Served, serving
from tests.bench.stage import Stage

PART: Final = "http"
JUDGED_AT: Final = 32
"""The number of clients at which the goals are judged."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A running server, and what it is asked."""

    served: Served
    requests: str


def rows(stage: Stage) -> Iterator[Row]:
    """Rate, p50 and p99 at each number of clients; then the round trip of one client; then memory."""
    with ExitStack() as stack:
        targets = {kind: _ours(stage, stack, kind) for kind in KINDS}
        requests = targets[POSTGRESQL].requests
        targets["bare"] = Target(
            served=stack.enter_context(serving("bare", log=stage.log)), requests=requests
        )
        for kind in KINDS:
            served = stack.enter_context(serving("hand", stage.by_hand(kind), log=stage.log))
            targets[f"hand {kind}"] = Target(served=served, requests=targets[kind].requests)
        for clients in stage.sizes.clients:
            names = [name for name in targets if clients == 1 or not name.startswith("hand")]
            levels = measured(stage, {name: targets[name] for name in names}, clients)
            yield from _of_level(levels, clients)
        for kind in KINDS:
            yield _memory(kind, targets[kind].served)


def measured(stage: Stage, targets: Mapping[str, Target], clients: int) -> dict[str, Level]:
    """Every target under the same load, by turns, so that what disturbs one disturbs all."""
    tallies: dict[str, list[Tally]] = {name: [] for name in targets}
    for turn in range(stage.sizes.rounds):
        for name, target in targets.items():
            order = Order(
                port=target.served.port,
                requests=target.requests,
                clients=clients,
                seconds=stage.sizes.round_s,
                warm_s=stage.sizes.warm_s,
                seed=turn,
            )
            worked = target.served.worked_s
            tally = order.run(stage.folder)
            tally.worked_s = (
                (target.served.worked_s - worked) * order.seconds / (order.seconds + order.warm_s)
            )
            tallies[name].append(tally)
    return {name: Level.of(found) for name, found in tallies.items()}


def _ours(stage: Stage, stack: ExitStack, kind: str) -> Target:
    scenery = stage.scenery(kind)
    requests = stage.requests(kind, "spread", scenery.rights, scenery.parties)
    served = stack.enter_context(serving("ours", scenery.url, str(scenery.keys_path), log=stage.log))
    return Target(served=served, requests=requests)


def _of_level(levels: Mapping[str, Level], clients: int) -> Iterator[Row]:
    bare, at = levels["bare"], f"{clients} client{'s' if clients > 1 else ''}"
    judged = clients == JUDGED_AT
    yield Row(
        part=PART,
        name=f"bare FastAPI endpoint, {at}",
        database="-",
        value=bare.rate,
        unit="per s",
        remark=_joined(f"p50 {number(bare.p50_ms)} ms, p99 {number(bare.p99_ms)} ms", bare.remark),
    )
    for kind in KINDS:
        ours = levels[kind]
        yield Row(
            part=PART,
            name=f"single redemptions over HTTP, {at}",
            database=kind,
            value=ours.rate,
            unit="per s",
            baseline=bare.rate,
            against="bare FastAPI endpoint",
            goal=Goal.least(0.4, "ratio", "a") if judged else None,
            remark=ours.remark,
            plot="Single redemptions over HTTP, per second",
        )
        yield from _latencies(kind, at, ours, bare, judged=judged)
        yield Row(
            part=PART,
            name=f"processor time of the server for each, {at}",
            database=kind,
            value=ours.worked_us,
            unit="us",
            baseline=bare.worked_us,
            against="bare FastAPI endpoint",
        )
        if clients == 1:
            yield _round_trip(kind, ours, levels[f"hand {kind}"])


def _latencies(kind: str, at: str, ours: Level, bare: Level, *, judged: bool) -> Iterator[Row]:
    for percent, mine, theirs in ((50, ours.p50_ms, bare.p50_ms), (99, ours.p99_ms, bare.p99_ms)):
        yield Row(
            part=PART,
            name=f"p{percent} of these, {at}",
            database=kind,
            value=mine,
            unit="ms",
            baseline=theirs,
            against="bare FastAPI endpoint",
            goal=Goal.most(4, "ratio", "a") if judged and percent == 99 else None,
        )


def _round_trip(kind: str, ours: Level, hand: Level) -> Row:
    return Row(
        part=PART,
        name="median round trip of one client",
        database=kind,
        value=ours.p50_ms,
        unit="ms",
        baseline=hand.p50_ms,
        against="hand-written endpoint: one hand-written transaction in a bare endpoint",
        goal=Goal.most(2, "ratio", "a"),
    )


def _memory(kind: str, served: Served) -> Row:
    return Row(
        part=PART,
        name="memory peak of the server after all of this",
        database=kind,
        value=served.peak_mb,
        unit="MB",
    )


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)
