# SPDX-License-Identifier: EUPL-1.2
"""Hot spots: all redemptions with one provider, or from one budget, beside the same load spread out."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from tests.bench.databases import KINDS
from tests.bench.load import Level
from tests.bench.over_http import JUDGED_AT, Target, measured
from tests.bench.rows import Goal, Row
from tests.bench.server import serving
from tests.bench.stage import Stage

PART: Final = "hot"
BUDGETS: Final = 16
"""Over how many budgets the spread load goes."""


def rows(stage: Stage) -> Iterator[Row]:
    """Over HTTP at 32 clients, the four loads by turns."""
    for kind in KINDS:
        with ExitStack() as stack:
            levels = measured(stage, _targets(stage, stack, kind), JUDGED_AT)
        yield _row(kind, "provider", levels["one provider"], levels["spread"])
        yield _row(kind, "budget", levels["one budget"], levels["many budgets"])


def _targets(stage: Stage, stack: ExitStack, kind: str) -> dict[str, Target]:
    scenery = stage.scenery(kind)
    few = max(stage.sizes.rights // 4, BUDGETS)
    one_budget = scenery.grant(few, scenery.programme("one budget"), amount=False)
    each = few // BUDGETS
    programmes = [scenery.programme(f"budget {number}") for number in range(BUDGETS)]
    granted = [scenery.grant(each, programme, amount=False) for programme in programmes]
    many_budgets = [right for by_turns in zip(*granted, strict=True) for right in by_turns]
    loads = {
        "spread": (scenery.rights, scenery.parties),
        "one provider": (scenery.rights, scenery.parties[:1]),
        "many budgets": (many_budgets, scenery.parties),
        "one budget": (one_budget, scenery.parties),
    }
    served = stack.enter_context(serving("ours", scenery.url, str(scenery.keys_path), log=stage.log))
    return {
        name: Target(served=served, requests=stage.requests(kind, name.replace(" ", "-"), rights, parties))
        for name, (rights, parties) in loads.items()
    }


def _row(kind: str, what: str, hot: Level, spread: Level) -> Row:
    return Row(
        part=PART,
        name=f"a redemption with one hot {what}, {JUDGED_AT} clients",
        database=kind,
        value=_cost_ms(hot),
        unit="ms",
        baseline=_cost_ms(spread),
        against=f"the same load over many {what}s",
        goal=Goal.most(1.2, "ratio", "d"),
        remark=hot.remark or spread.remark,
        plot="Hot spots: cost of a redemption, ms",
    )


def _cost_ms(level: Level) -> float | None:
    """Time of the server for one redemption: the inverse of the rate; None where none was accepted."""
    return 1000 / level.rate if level.rate else None
