# SPDX-License-Identifier: EUPL-1.2
"""Rows: one measured figure beside its baseline and its goal. Pure: no clock, no database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, Literal, Self

Of = Literal["value", "ratio"]

TIMES: Final = "times"
"""The unit of a figure that is itself a ratio."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """What a figure, or its ratio to the baseline, has to reach."""

    limit: float
    at_least: bool
    """Else: at most."""
    of: Of
    letter: str
    """Which of the goals of docs/benchmarks.md it belongs to: a to g."""

    @classmethod
    def least(cls, limit: float, of: Of, letter: str) -> Self:
        """A goal from below."""
        return cls(limit=limit, at_least=True, of=of, letter=letter)

    @classmethod
    def most(cls, limit: float, of: Of, letter: str) -> Self:
        """A goal from above."""
        return cls(limit=limit, at_least=False, of=of, letter=letter)

    def text(self, unit: str) -> str:
        """As it is printed: (a) >= 0.4 x baseline."""
        shown = f"{number(self.limit)} x baseline" if self.of == "ratio" else f"{number(self.limit)} {unit}"
        return f"({self.letter}) {'>=' if self.at_least else '<='} {shown}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure. Without a value it was not measured, and the remark says why."""

    part: str
    """The part of the run that measured it."""
    name: str
    database: str
    """postgresql, sqlite, or - where none takes part."""
    value: float | None
    unit: str
    baseline: float | None = None
    """In the same unit, from the same run."""
    against: str | None = None
    """What the baseline is."""
    goal: Goal | None = None
    remark: str | None = None
    plot: str | None = None
    """The plot that shows it."""
    label: str | None = None
    """How the plot calls it; None: by its name."""

    @property
    def ratio(self) -> float | None:
        """The value over the baseline."""
        if self.value is None or not self.baseline:
            return None
        return self.value / self.baseline

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal. What was not measured is not met."""
        if self.goal is None:
            return None
        judged = self.value if self.goal.of == "value" else self.ratio
        if judged is None:
            return False
        return judged >= self.goal.limit if self.goal.at_least else judged <= self.goal.limit

    def json(self) -> str:
        """One line of docs/benchmarks.jsonl."""
        content: dict[str, Any] = {
            "name": self.name,
            "database": self.database,
            "value": _rounded(self.value),
            "unit": self.unit,
            "baseline": _rounded(self.baseline),
            "ratio": _rounded(self.ratio),
            "goal": self.goal.text(self.unit) if self.goal else None,
            "met": self.met,
            "against": self.against,
            "remark": self.remark,
            "part": self.part,
        }
        return json.dumps(content, ensure_ascii=False)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest of these that percent of them do not exceed (nearest rank). ordered is sorted."""
    if not ordered:
        raise ValueError("a percentile of nothing")
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def median(values: Sequence[float]) -> float:
    """The middle one; of an even number the lower of the two, so that it was really measured."""
    return percentile(sorted(values), 50)


def number(value: float | None) -> str:
    """For people: three figures that matter, thousands apart."""
    if value is None:
        return "-"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
