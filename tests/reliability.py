# SPDX-License-Identifier: EUPL-1.2
"""docs/reliability.md is made here: words from tests/reliability.md.in, figures from what a run noted.

python -m tests.reliability FIGURES.jsonl [JUNIT.xml] writes docs/reliability.jsonl (the raw figures: one line
about the run, one about its tests, one per note) and then the page. Without arguments it makes the page anew
from docs/reliability.jsonl. Comments in the words are left out.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from lxml import etree

from ledger.db import SQLITE
from tests import figures, postgres

ROOT: Final = Path(__file__).parents[1]
WORDS: Final = ROOT / "tests" / "reliability.md.in"
RAW: Final = ROOT / "docs" / "reliability.jsonl"
PAGE: Final = ROOT / "docs" / "reliability.md"
PLACE: Final = "{{ figures }}"
"""Where in the words the figures go."""

COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
OWN: Final = {
    "proof",
    "database",
    "trials",
    "of",
    "failures",
    "seconds",
    "at",
    "python",
    "test",
    "exhaustive",
}
"""What every note has; all else is a further count, a seed or a word."""
WORDS_MAX: Final = 3
"""Of more different words in one row only their number is shown; the raw figures have them all."""

Line = Mapping[str, Any]


def page(words: str, lines: Sequence[Line]) -> str:
    """The whole document."""
    said = re.sub(r"\n{3,}", "\n\n", COMMENT.sub("", words))
    assert said.count(PLACE) == 1, f"the words need {PLACE} once"
    return said.replace(PLACE, figured(lines))


def figured(lines: Sequence[Line]) -> str:
    """What ran, where and how it ended; then a row per proof, database and what was counted."""
    run = next((line["run"] for line in lines if "run" in line), None)
    tests = next((line["tests"] for line in lines if "tests" in line), None)
    notes = [line for line in lines if "proof" in line]
    parts = [*([_ran(run)] if run else []), *(_ended(tests) if tests else [])]
    if notes:
        failed = {_file(name) for name in tests["failed"]} if tests else set()
        parts.append("\n".join([*_HEAD, *(_row(group, failed) for group in _grouped(notes))]))
    return "\n\n".join(parts) or "Nothing was run yet."


_HEAD: Final = (
    "| proof | database | trials | failures | what this allows | notes | seconds | counts and seeds |",
    "|---|---|---|---|---|---|---|---|",
)


def _ran(run: Line) -> str:
    return (
        f"Run on {run['on']}, commit {run['commit']}: Python {run['python']}, SQLite {run['sqlite']}, "
        f"PostgreSQL {run['postgresql']}, {run['system']}, {run['cores']} processor cores, "
        f"PROVE_SCALE {run['scale']}."
    )


def _ended(tests: Line) -> list[str]:
    said = f"{tests['passed']:,} tests passed, {len(tests['failed']):,} failed"
    skipped = f", {tests['skipped']:,} were skipped" if tests["skipped"] else ""
    parts = [f"{said}{skipped}, in {tests['seconds']:,.0f} seconds of tests."]
    if tests["failed"]:
        held = "\n".join(f"* `{name}`" for name in tests["failed"])
        parts.append(f"**These did not hold:**\n\n{held}")
    return parts


# --------------------------------------------------------------------------------------- rows


def _grouped(notes: Iterable[Line]) -> list[list[Line]]:
    ordered = sorted(notes, key=_place)
    return [list(group) for _, group in groupby(ordered, key=_place)]


def _place(note: Line) -> tuple[int, str, str, str, str]:
    """T10 comes after T9."""
    number = re.match(r"T(\d+)", note["proof"])
    order = int(number[1]) if number else 0
    return order, note["proof"], note["database"], note["of"], note.get("exhaustive", "")


def _row(group: Sequence[Line], failed: set[str]) -> str:
    """failed has the files in which a test failed: it may have been about this, and have noted nothing."""
    first = group[0]
    doubted = any(_file(note.get("test", "")) in failed for note in group)
    trials, failures = (sum(note[key] for note in group) for key in ("trials", "failures"))
    cells = (
        first["proof"],
        first["database"],
        f"{trials:,} {first['of']}",
        f"{failures:,}" if not failures else f"**{failures:,}**",
        "**a test beside it failed**"
        if doubted and not failures
        else allowed(trials, failures, first["of"], first.get("exhaustive")),
        f"{len(group):,}",
        f"{sum(note['seconds'] for note in group):,.0f}",
        _further(group),
    )
    return f"| {' | '.join(cell.replace('|', ',') for cell in cells)} |"


def _file(test: str) -> str:
    return test.partition("::")[0]


def allowed(trials: int, failures: int, of: str, exhaustive: str | None = None) -> str:
    """What so many failures in so many trials say about the chance of one.

    No failure in n independent trials: below 3/n with 95 % confidence (the rule of three).
    """
    if failures:
        return "**it does not hold**"
    if exhaustive:
        return f"exhaustive over {exhaustive}"
    if trials < 4:
        return "too few to say"
    return f"below {3 / trials:.2g} per {_one(of)} (95 %)"


def _one(of: str) -> str:
    """cancels: cancel."""
    return of.removesuffix("s")


def _further(group: Sequence[Line]) -> str:
    """Counts added up; words and seeds once each."""
    counts: Counter[str] = Counter()
    words: dict[str, list[str]] = {}
    for note in group:
        for key, value in note.items():
            if key in OWN:
                continue
            if isinstance(value, int) and not key.startswith("seed") and key not in _SAME:
                counts[key] += value
            elif str(value) not in words.setdefault(key, []):
                words[key].append(str(value))
    said = [f"{count:,} {key.replace('_', ' ')}" for key, count in counts.items()]
    return "; ".join([*said, *(_listed(key, each) for key, each in words.items())])


_SAME: Final = {"standbys", "clients", "routes", "callers", "scale"}
"""Whole numbers that say how it was set up: not to be added up."""


def _listed(key: str, values: Sequence[str]) -> str:
    name = key.replace("_", " ")
    if len(values) > WORDS_MAX:
        return f"{len(values):,} different values of {name}"
    return f"{name} {', '.join(values)}"


# ------------------------------------------------------------------------------------- gathering


def gathered(noted: Path, results: Path | None) -> list[Line]:
    """The raw figures of a run: where it ran, how its tests ended, what they noted, in one order."""
    text = noted.read_text(encoding="utf-8") if noted.exists() else ""
    notes = sorted(
        (json.loads(line) for line in text.splitlines()), key=lambda note: (_place(note), note["at"])
    )
    tests = [{"tests": ended(results.read_bytes())}] if results and results.exists() else []
    return [{"run": surroundings()}, *tests, *notes]


def ended(junit: bytes) -> dict[str, Any]:
    """How the tests of a JUnit file ended; what failed by name."""
    cases = etree.fromstring(junit).findall(".//testcase")
    failed = sorted({_name(case) for case in cases if _has(case, "failure", "error")})
    skipped = sum(_has(case, "skipped") for case in cases)
    names = {_name(case) for case in cases}
    return {
        "passed": len(names) - len(failed) - skipped,
        "failed": failed,
        "skipped": skipped,
        "seconds": round(sum(float(str(case.get("time", "0"))) for case in cases)),
    }


def _has(case: etree._Element, *tags: str) -> bool:
    return any(case.find(tag) is not None for tag in tags)


def _name(case: etree._Element) -> str:
    return f"{str(case.get('classname')).replace('.', '/')}.py::{case.get('name')}"


def surroundings() -> dict[str, Any]:
    """What the figures are of: the code, the versions, the machine."""
    answered = _said(str(postgres.binaries() / "postgres"), "--version")
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "python": platform.python_version(),
        "sqlite": SQLITE.sqlite_version,
        "postgresql": answered.split()[2],
        "system": f"{platform.system()} on {platform.machine()}",
        "cores": os.cpu_count(),
        "scale": figures.scale(),
    }


def _commit() -> str:
    """And whether the code was another than it says."""
    try:
        commit = _said("git", "rev-parse", "--short=12", "HEAD")
        changed = _said("git", "status", "--porcelain", "--", ".", ":!docs/reliability.*")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit} with changes" if changed else commit


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def read(raw: Path) -> list[Line]:
    """The raw figures."""
    return [json.loads(line) for line in raw.read_text(encoding="utf-8").splitlines()]


def main(*given: str) -> None:
    """See the module."""
    if given:
        noted, *results = map(Path, given)
        lines = gathered(noted, results[0] if results else None)
        RAW.write_text(
            "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8"
        )
    PAGE.write_text(page(WORDS.read_text(encoding="utf-8"), read(RAW)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
