# SPDX-License-Identifier: EUPL-1.2
"""Codes made and verified, letters printed, and how long the command line takes to start."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.bench.databases import KINDS
from tests.bench.job import Order
from tests.bench.rows import Goal, Row, median
from tests.bench.stage import Stage

LETTERS: Final = "letters"
CODES: Final = "codes"
CLI: Final = "cli"


def codes(stage: Stage) -> Iterator[Row]:
    """Made and stored in batches of 500; then read, which checks the signature of each."""
    for kind in KINDS:
        scenery, path = stage.scenery(kind), stage.folder / f"rights-{kind}.json"
        count = min(stage.sizes.codes, len(scenery.rights))
        path.write_text(json.dumps([str(each.id) for each in scenery.rights]), encoding="utf-8")
        order = Order(
            url=scenery.url, keys_path=str(scenery.keys_path), count=count, given={"rights": str(path)}
        )
        done = order.run("codes")
        for step, taken in done.seconds.items():
            yield Row(part=CODES, name=f"codes {step}", database=kind, value=count / taken, unit="per s")


def letters(stage: Stage) -> Iterator[Row]:
    """Composed and printed on one core; the memory peak beside a tenth of them."""
    for kind in KINDS:
        scenery, count = stage.scenery(kind), stage.sizes.letters
        small, full = (
            Order(url=scenery.url, keys_path=str(scenery.keys_path), count=each).run("letters")
            for each in (max(count // 10, 1), count)
        )
        yield Row(
            part=LETTERS,
            name="letters as PDF, on one core",
            database=kind,
            value=count / full.seconds["letters"],
            unit="per s",
            goal=Goal.least(50, "value", "e"),
        )
        yield Row(
            part=LETTERS,
            name=f"memory peak of {count} letters",
            database=kind,
            value=full.peak_mb,
            unit="MB",
            baseline=small.peak_mb,
            against=f"{max(count // 10, 1)} of them",
            goal=Goal.most(1.25, "ratio", "e"),
        )


def starts(stage: Stage) -> Iterator[Row]:
    """The median of several starts; the files are in memory after the first."""
    tegoed = str(Path(sys.executable).with_name("tegoed"))
    scenery = stage.scenery("sqlite")
    where = ["--database", scenery.url, "--keys", str(scenery.keys_path)]
    bare = _start_s([sys.executable, "-c", "pass"], stage.sizes.starts)
    commands = {
        "tegoed --help": [tegoed, "--help"],
        "tegoed balance, of one right": [tegoed, "balance", str(scenery.rights[0].id), *where],
    }
    for name, command in commands.items():
        yield Row(
            part=CLI,
            name=name,
            database="sqlite" if "balance" in name else "-",
            value=_start_s(command, stage.sizes.starts),
            unit="s",
            baseline=bare,
            against="python -c pass",
            goal=Goal.most(0.5, "value", "f"),
        )


def _start_s(command: Sequence[str], times: int) -> float:
    """From asking to the end, the first time left out."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return median(taken[1:])
