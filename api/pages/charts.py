# SPDX-License-Identifier: EUPL-1.2
"""Charts: numbers become points in a drawing of SVG. Beside each stands a table with the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 260
"""Of the drawing; a page scales it."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 26, 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a chart, in the words of the page."""

    name: str
    values: Sequence[int]
    style: str
    """Its class in the style sheet: line-1, line-2 … differ in colour and in dashes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A chart as a template needs it."""

    width: int
    height: int
    base: float
    """Where zero is, from above."""
    top: float
    most: int
    """The value at the top."""
    lines: tuple[tuple[Line, str], ...]
    """Each line with its points as SVG writes them."""
    ticks: tuple[tuple[float, str], ...]
    """Places along the bottom, with their labels."""


def drawn(lines: Sequence[Line], labels: Sequence[str]) -> Drawn:
    """Lines over the same places, from zero; below zero nothing is drawn."""
    most = max((value for line in lines for value in line.values), default=0) or 1
    places = [_across(each, len(labels)) for each in range(len(labels))]
    return Drawn(
        width=WIDTH,
        height=HEIGHT,
        base=HEIGHT - _BOTTOM,
        top=_TOP,
        most=most,
        lines=tuple((line, _points(line.values, places, most)) for line in lines),
        ticks=tuple(zip(places, labels, strict=True)),
    )


def _points(values: Sequence[int], places: Sequence[float], most: int) -> str:
    room = HEIGHT - _BOTTOM - _TOP
    heights = (HEIGHT - _BOTTOM - room * max(value, 0) / most for value in values)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(places, heights, strict=False))


def _across(place: int, count: int) -> float:
    step = (WIDTH - _LEFT - _RIGHT) / max(count, 1)
    return _LEFT + step * (place + 0.5)
