# SPDX-License-Identifier: EUPL-1.2
"""The report of a run: lines on the terminal, docs/benchmarks.jsonl, docs/benchmarks.md and its plots."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.bench.rows import Row, number
from tests.bench.svg import Bar, chart

GOALS: Final[Mapping[str, str]] = {
    "a": "single redemptions over HTTP, judged and durable, at 32 clients: at least 40 % of the bare "
    "endpoint's rate, p99 at most 4 times its p99; at one client at most twice a hand-written round trip",
    "b": "batches of 500 in one process: at least 1.5 times the best pgbench TPC-B-like rate of the same "
    "server; on SQLite at least 30 % of plain sqlite3 in groups of 500",
    "c": "a redemption with 10,000,000 stored costs at most 1.2 times one with 10,000 stored",
    "d": "a hot provider or budget costs at most 1.2 times the same load spread out",
    "e": "100,000 allocations in 60 s, 10,000 claim lines in 5 s, 100,000 payments with their file in 30 s, "
    "50 letters per second on one core; memory flat: at most 1.25 times the peak of a tenth",
    "f": "the command line starts in half a second",
    "g": "a page takes the server at most 100 ms at the size of the demo, and 250 ms at a hundred times that",
}

PARTS: Final[Mapping[str, str]] = {
    "baselines": "What the machine does without us",
    "http": "Single redemptions over HTTP",
    "hot": "Hot spots",
    "batches": "Batches in one process",
    "shares": "Where the time of a batch goes",
    "bulk": "Bulk work",
    "letters": "Letters",
    "codes": "Codes",
    "cli": "The command line",
    "pages": "Pages",
    "growth": "Growth",
}
"""The parts in the order of the run, and their headings."""

READING: Final = """## How it is measured

* Ours and the baseline of a row are measured in the same run, by turns where both are quick, so that what
  disturbs the one disturbs the other. Absolute figures differ between machines; ratios much less.
* Everything is durable: PostgreSQL with `fsync`, SQLite with the product's own pragmas, also for the
  baselines.
* HTTP: a real server process (one worker, uvloop, httptools, no access log) on loopback, and a load
  generator in a process of its own that keeps its connections open and sends the next request when the
  answer is whole. Each request is a `PUT /v1/redemptions/{id}` with a new id and the signed code of one of
  thousands of rights, from one of many providers, each with a key of its own. Only 201 counts; other
  answers are counted apart and shown. One right in five has a cap per month, so that its earlier uses are
  looked up.
* The bare endpoint is FastAPI with the same body and the same answer, as models, that judges and keeps
  nothing. The hand-written endpoint adds one hand-written transaction to it: one call of a PL/pgSQL
  function, or four statements on SQLite. Neither has accounts, rules, history or settlement, nor checks a
  signature or a key.
* In one process: `redemptions.redeem` on scans that were built before, and with building them (which checks
  the signature) inside. Plain sqlite3 does a check, a transfer and two balance updates per redemption.
* Hot spots: the cost of a redemption is the inverse of the rate at 32 clients.
* Bulk work runs in a process of its own on a fresh database; its memory peak is VmHWM of that process.
  Without the memory of the PostgreSQL server.
* Growth: stored redemptions are copies, made inside the database, of real ones: with their lines, entries
  and counters, so that `audit` agrees. The databases of all sizes are measured by turns, every batch on
  other rights, far apart.
* After setting up PostgreSQL analyses its tables, and a warm-up goes before all that is counted.
"""


def line(row: Row) -> str:
    """One row as the terminal shows it."""
    met = {True: "met", False: "NOT MET", None: ""}[row.met]
    against = f"{number(row.ratio)} x {number(row.baseline)}" if row.ratio is not None else ""
    goal = row.goal.text(row.unit) if row.goal else ""
    value = f"{number(row.value)} {row.unit}" if row.value is not None else "not measured"
    text = f"{row.name[:66]:<66} {row.database:<10} {value:>16} {against:>18}  {goal:<28} {met}"
    return text.rstrip() + (f"\n    {row.remark}" if row.remark else "")


def write(
    rows: Sequence[Row], machine: Sequence[tuple[str, str]], folder: Path, *, seconds: float, note: str | None
) -> None:
    """The three forms: JSON lines, the page, the plots it shows. The note says what kind of run it was."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.jsonl").write_text("".join(row.json() + "\n" for row in rows), encoding="utf-8")
    plots = folder / "benchmarks"
    plots.mkdir(exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    drawn = {title: file_name(title) for title in _titles(rows)}
    for title, name in drawn.items():
        (plots / name).write_text(chart(title, _bars(rows, title)), encoding="utf-8")
    page = "\n".join(_page(rows, machine, drawn, seconds=seconds, note=note))
    (folder / "benchmarks.md").write_text(page, encoding="utf-8")


def file_name(title: str) -> str:
    """growth-cost-of-a-redemption-ms.svg"""
    words = "".join(character if character.isalnum() else " " for character in title.lower()).split()
    return "-".join(words) + ".svg"


def _titles(rows: Sequence[Row]) -> list[str]:
    """The plots that have something to show, in the order of their rows."""
    return list(dict.fromkeys(row.plot for row in rows if row.plot and row.value is not None))


def _bars(rows: Sequence[Row], title: str) -> list[Bar]:
    return [
        Bar(
            label=_label(row.label or row.name), database=row.database, value=row.value, baseline=row.baseline
        )
        for row in rows
        if row.plot == title and row.value is not None
    ]


def _label(name: str) -> str:
    return name if len(name) <= 52 else name[:51] + "…"


def _page(
    rows: Sequence[Row],
    machine: Sequence[tuple[str, str]],
    drawn: Mapping[str, str],
    *,
    seconds: float,
    note: str | None,
) -> Iterator[str]:
    yield "# Benchmarks\n"
    yield (
        "Made by `make bench`; nothing here is written by hand. The same as lines of JSON: "
        "[benchmarks.jsonl](benchmarks.jsonl). On your machine: `make bench QUICK=1`, in three minutes.\n"
    )
    if note:
        yield f"**{note}**\n"
    yield "## Goals\n"
    yield "| goal | reached |"
    yield "|---|---|"
    for letter, text in GOALS.items():
        judged = [row for row in rows if row.goal and row.goal.letter == letter]
        yield f"| ({letter}) {text} | {_reached(judged)} |"
    yield "\n## The machine\n"
    yield "| | |"
    yield "|---|---|"
    for name, found in machine:
        yield f"| {name} | {found} |"
    yield f"| the run took | {seconds / 60:.1f} minutes |\n"
    yield READING
    for part, heading in PARTS.items():
        yield from _part([row for row in rows if row.part == part], heading, drawn)


def _reached(judged: Sequence[Row]) -> str:
    met = sum(row.met is True for row in judged)
    if not judged:
        return "not measured"
    return f"{'yes' if met == len(judged) else 'no'}: {met} of {len(judged)}"


def _part(rows: Sequence[Row], heading: str, drawn: Mapping[str, str]) -> Iterator[str]:
    if not rows:
        return
    yield f"## {heading}\n"
    yield "| what | database | figure | baseline | ratio | goal | met | |"
    yield "|---|---|---:|---:|---:|---|---|---|"
    for row in rows:
        value = "not measured" if row.value is None else f"{number(row.value)} {row.unit}"
        baseline = f"{number(row.baseline)} ({row.against})" if row.baseline is not None else ""
        ratio = number(row.ratio) if row.ratio is not None else ""
        goal = row.goal.text(row.unit) if row.goal else ""
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        cells = (row.name, row.database, value, baseline, ratio, goal, met, row.remark or "")
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    yield ""
    for title in _titles(rows):
        yield f"![{title}](benchmarks/{drawn[title]})\n"
