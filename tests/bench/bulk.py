# SPDX-License-Identifier: EUPL-1.2
"""Bulk work: allocations imported, a claims file, a settlement with its payment file; time and memory.

Each is done twice, at a tenth and at its full size, each time on a database of its own and in a
process of its own. Memory is flat when the peak does not grow with the size.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.bench import messages, payees
from tests.bench.databases import KINDS, settled
from tests.bench.job import Done, Order
from tests.bench.rows import Goal, Row, number
from tests.bench.scenery import HOUSEHOLD, Scenery
from tests.bench.stage import Stage

PART: Final = "bulk"
FLAT: Final = 1.25
"""How much higher the peak may be at ten times the size."""
TOO_LONG: Final = 3
"""What would take so many times its goal is not done at full size."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One kind of bulk work."""

    job: str
    what: str
    steps: tuple[str, ...]
    """The steps that count for the goal."""
    count: int
    full: int
    goal_s: float
    """For `full` of them."""
    prepare: Callable[[Stage, Scenery, int], dict[str, str]]
    """Sets the scene for so many; what the job is given beside."""
    rights: int = 1
    beside: Mapping[str, str] = field(default_factory=dict)
    """Steps that are measured beside those of the goal, and what they do."""

    @property
    def limit_s(self) -> float:
        """The goal for as many as are done in this run."""
        return self.goal_s * self.count / self.full


def rows(stage: Stage) -> Iterator[Row]:
    """Every task on every database."""
    for task in _tasks(stage):
        for kind in KINDS:
            yield from _task(stage, task, kind)


def _tasks(stage: Stage) -> tuple[Task, ...]:
    sizes = stage.sizes
    return (
        Task(
            job="allocations",
            what="allocations imported from files of message 301",
            steps=("import",),
            count=sizes.allocations,
            full=100_000,
            goal_s=60,
            prepare=_allocations,
        ),
        Task(
            job="claim",
            what="claim lines read, judged and booked from one file",
            steps=("claim",),
            count=sizes.claim_lines,
            full=10_000,
            goal_s=5,
            prepare=_claims,
            rights=max(min(1000, sizes.claim_lines // 10), 1),
        ),
        Task(
            job="settle",
            what="payments settled, with their payment file",
            steps=("settle", "file"),
            count=sizes.payments,
            full=100_000,
            goal_s=30,
            prepare=_payments,
            beside={"statement": "entries of a bank statement read, matched and booked"},
        ),
    )


def _task(stage: Stage, task: Task, kind: str) -> Iterator[Row]:
    tenth = max(task.count // 10, 2)
    small = _done(stage, task, kind, tenth)
    small_s = _seconds(task, small)
    expected = small_s * task.count / tenth
    name = f"{task.count:,} {task.what}"
    if expected > task.limit_s * TOO_LONG and not stage.sizes.quick:
        goal = Goal.most(task.limit_s, "value", "e")
        remark = f"not done: {tenth:,} took {small_s:.1f} s and {small.peak_mb:.0f} MB"
        yield Row(part=PART, name=name, database=kind, value=None, unit="s", goal=goal, remark=remark)
        yield _rate(task, kind, tenth / small_s)
        return
    full = _done(stage, task, kind, task.count)
    seconds = _seconds(task, full)
    steps = ", ".join(f"{step} {taken:.1f} s" for step, taken in full.seconds.items())
    yield Row(
        part=PART,
        name=name,
        database=kind,
        value=seconds,
        unit="s",
        goal=Goal.most(task.limit_s, "value", "e"),
        remark=steps if len(full.seconds) > 1 else None,
    )
    yield _rate(task, kind, task.count / seconds)
    for step, what in task.beside.items():
        taken = full.seconds[step]
        yield Row(part=PART, name=f"{task.count:,} {what}", database=kind, value=taken, unit="s")
    yield Row(
        part=PART,
        name=f"memory peak of {name}",
        database=kind,
        value=full.peak_mb,
        unit="MB",
        baseline=small.peak_mb,
        against=f"{tenth:,} of them",
        goal=Goal.most(FLAT, "ratio", "e"),
    )


def _rate(task: Task, kind: str, per_s: float) -> Row:
    return Row(
        part=PART,
        name=task.what,
        database=kind,
        value=per_s,
        unit="per s",
        remark=f"the goal needs {number(task.full / task.goal_s)}",
        plot="Bulk work, per second",
    )


def _seconds(task: Task, done: Done) -> float:
    return sum(done.seconds[step] for step in task.steps)


def _done(stage: Stage, task: Task, kind: str, count: int) -> Done:
    """On a database of its own, gone afterwards."""
    url = stage.databases.fresh(kind, f"{task.job}_{count}")
    scenery = Scenery.build(url, folder=stage.folder, parties=5, rights=0)
    scenery.rights = scenery.grant(task.rights, scenery.programme_id, amount=task.job != "claim")
    given = task.prepare(stage, scenery, count)
    settled(scenery.engine)
    scenery.engine.dispose()
    order = Order(url=url, keys_path=str(scenery.keys_path), count=count, given=given)
    done = order.run(task.job)
    stage.databases.drop(url)
    return done


def _allocations(stage: Stage, scenery: Scenery, count: int) -> dict[str, str]:
    folder = stage.folder / f"messages-{scenery.engine.dialect.name}-{count}"
    messages.write(scenery, folder, count // messages.EACH)
    return {"folder": str(folder), "messages": str(count // messages.EACH)}


def _claims(stage: Stage, scenery: Scenery, count: int) -> dict[str, str]:
    path = stage.folder / f"claims-{scenery.engine.dialect.name}-{count}.csv"
    day = scenery.now.date().isoformat()
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("reference", "entitlement", "service", "quantity", "service_date"))
        for i in range(count):
            right = scenery.rights[i % len(scenery.rights)]
            lines.writerow((f"R{i}", right.id, HOUSEHOLD, 60, day))
    return {"file": str(path), "provider": str(scenery.parties[0].provider_id)}


def _payments(stage: Stage, scenery: Scenery, count: int) -> dict[str, str]:
    payees.owe(scenery, count)
    return {"file": str(stage.folder / f"payments-{scenery.engine.dialect.name}-{count}.xml")}
