# SPDX-License-Identifier: EUPL-1.2
"""The profile: where the time of a batch goes. Clocks are put around the steps of the walk, nothing else."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from sqlmodel import Session

from ledger import redemptions, shelves
from ledger.books import Books
from tests.bench import batches
from tests.bench.databases import KINDS
from tests.bench.rows import Row
from tests.bench.scenery import Scenery
from tests.bench.stage import Stage

PART: Final = "shares"
STEPS: Final[Mapping[str, tuple[Any, str]]] = {
    "loading": (shelves, "load"),
    "judging": (Books, "judge"),
    "writing": (redemptions, "_write"),
    "committing": (Session, "commit"),
}
"""What is done for each step, in the order of the walk."""


def rows(stage: Stage) -> Iterator[Row]:
    """Microseconds per redemption of each step, for each size of batch on each database."""
    for kind in KINDS:
        for batch in stage.sizes.batches:
            yield from _size(stage.scenery(kind), kind, batch, seconds=stage.sizes.round_s)


def _size(scenery: Scenery, kind: str, batch: int, *, seconds: float) -> Iterator[Row]:
    batches.one_round(scenery, batch, seconds=seconds / 3)
    with _clocked() as spent:
        worked = time.process_time()
        found = batches.one_round(scenery, batch, seconds=seconds)
        worked = time.process_time() - worked
    whole = found.redeeming_s
    taken = {step: spent[step] for step in STEPS} | {"all else": whole - sum(spent.values())}
    for step, taken_s in taken.items():
        yield _row(kind, f"{step}, batches of {batch}", taken_s, found.done, whole)
    waited = max(0.0, whole + found.reading_s - worked)
    yield _row(kind, f"of all this waiting for disk or server, batches of {batch}", waited, found.done, whole)


def _row(kind: str, name: str, taken_s: float, done: int, whole_s: float) -> Row:
    return Row(
        part=PART,
        name=name,
        database=kind,
        value=taken_s / done * 1e6,
        unit="us",
        baseline=whole_s / done * 1e6,
        against="the whole redemption",
    )


@contextmanager
def _clocked() -> Iterator[defaultdict[str, float]]:
    """Seconds spent in each step while inside; no step is inside another."""
    spent: defaultdict[str, float] = defaultdict(float)
    with ExitStack() as stack:
        for step, (owner, name) in STEPS.items():
            clocked = _timed(getattr(owner, name), step, spent)
            stack.enter_context(patch.object(owner, name, clocked))
        yield spent


def _timed(function: Callable[..., Any], step: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*given, **named)
        finally:
            spent[step] += time.perf_counter() - began

    return timed
