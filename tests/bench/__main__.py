# SPDX-License-Identifier: EUPL-1.2
"""`make bench`: python -m tests.bench [--quick] [--only PART ...] [--limit SECONDS] [--out FOLDER].

Prints each figure as soon as it is there. A full run writes docs/; every other writes var/bench/.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ledger import collector
from tests.bench import (
    baselines,
    batches,
    bulk,
    growth,
    hot,
    machine,
    over_http,
    pages,
    paper,
    report,
    shares,
)
from tests.bench.databases import opened
from tests.bench.rows import Row
from tests.bench.sizes import FULL, QUICK
from tests.bench.stage import Part, Stage

PARTS: Final[Mapping[str, Part]] = {
    "baselines": baselines.rows,
    "http": over_http.rows,
    "hot": hot.rows,
    "batches": batches.rows,
    "shares": shares.rows,
    "bulk": bulk.rows,
    "letters": paper.letters,
    "codes": paper.codes,
    "cli": paper.starts,
    "pages": pages.rows,
    "growth": growth.rows,
}
"""In the order in which they run: growth comes last, and takes what time is left."""

QUICKLY: Final = (
    "A quick run: small sizes and short rounds, to see that everything works. Its figures measure nothing."
)
PARTLY: Final = "A run of some parts only."


def main(given: Sequence[str]) -> int:
    """Run the parts; 0 also when goals are not met: that is in the report."""
    options = _options(given)
    sizes = QUICK if options.quick else FULL
    chosen = options.only or list(PARTS)
    whole = not (options.quick or options.only)
    folder = Path(options.out or ("docs" if whole else "var/bench"))
    collector.rarely()  # as the server does
    began, rows = time.monotonic(), []
    described = list(machine.described())
    with opened() as databases:
        stage = Stage(databases=databases, sizes=sizes, until=began + (options.limit or sizes.limit_s))
        try:
            for name in chosen:
                rows += _run(stage, name)
        finally:
            stage.close()
    seconds = time.monotonic() - began
    note = None if whole else QUICKLY if options.quick else PARTLY
    report.write(rows, described, folder, seconds=seconds, note=note)
    missed = [row for row in rows if row.met is False]
    judged = sum(row.goal is not None for row in rows)
    _say(f"\n{judged - len(missed)} of {judged} goals met in {seconds / 60:.1f} minutes")
    _say(f"see {folder}/benchmarks.md")
    for row in missed:
        _say(f"not met: {row.name}, {row.database}")
    return 0


def _options(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure, beside baselines.")
    parser.add_argument("--quick", action="store_true", help="small sizes: three minutes")
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), help="only this part; may be repeated"
    )
    parser.add_argument("--limit", type=int, help="the most seconds it may take")
    parser.add_argument("--out", help="where the report goes")
    return parser.parse_args(given)


def _run(stage: Stage, name: str) -> list[Row]:
    """One part, or a row that says why not."""
    budget_s = stage.sizes.budget_s[name]
    _say(f"\n{report.PARTS[name]} (about {budget_s} s; {stage.left_s:.0f} s left)")
    if stage.left_s < budget_s / 4:
        why = f"not begun: {stage.left_s:.0f} s were left of this run"
        rows = [Row(part=name, name=report.PARTS[name], database="-", value=None, unit="", remark=why)]
        _say(report.line(rows[0]))
        return rows
    began, rows = time.monotonic(), []
    for row in PARTS[name](stage):
        rows.append(row)
        _say(report.line(row))
    _say(f"    {name} took {time.monotonic() - began:.0f} s")
    return rows


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
