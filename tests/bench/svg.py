# SPDX-License-Identifier: EUPL-1.2
"""Bar charts as SVG, by hand: a dozen bars need no plotting library.

A chart has a ground of its own, so that it can be read on a light page and on a dark one; where the
reader's system is dark, the ground is too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from tests.bench.rows import number

WIDTH: Final = 860
LABEL: Final = 350
ROOM: Final = 90
"""Right of the longest bar, for its figure."""
BAR: Final = 14
STEP: Final = 44
TOP: Final = 64

STYLE: Final = """
  .ground { fill: #ffffff; stroke: #d0d7de; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .small { font-size: 12px; fill: #59636e; }
  .postgresql { fill: #0969da; }
  .sqlite { fill: #1a7f37; }
  .none { fill: #8250df; }
  .baseline { fill: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d; }
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .postgresql { fill: #4493f8; }
    .sqlite { fill: #3fb950; }
    .none { fill: #ab7df8; }
    .baseline { fill: #656c76; }
  }
"""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One figure, and what it is compared with."""

    label: str
    database: str
    value: float
    baseline: float | None = None


def chart(title: str, bars: Sequence[Bar]) -> str:
    """Horizontal bars from the top down, each with its baseline in grey below it; linear from zero."""
    height = TOP + STEP * len(bars) + 12
    longest = max([each.value for each in bars] + [each.baseline or 0 for each in bars])
    scale = (WIDTH - LABEL - ROOM) / longest if longest else 0
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>',
        f'<text class="title" x="16" y="28">{escape(title)}</text>',
        *_legend(bars),
    ]
    for place, bar in enumerate(bars):
        lines += _bar(bar, TOP + STEP * place, scale)
    return "\n".join([*lines, "</svg>", ""])


def _legend(bars: Sequence[Bar]) -> Iterator[str]:
    names = [name for name in ("postgresql", "sqlite") if any(bar.database == name for bar in bars)]
    names += ["baseline"] if any(bar.baseline for bar in bars) else []
    for place, name in enumerate(names):
        x = 16 + place * 110
        yield f'<rect class="{name}" x="{x}" y="40" width="12" height="12"/>'
        yield f'<text class="small" x="{x + 18}" y="50">{name}</text>'


def _bar(bar: Bar, y: int, scale: float) -> Iterator[str]:
    kind = bar.database if bar.database in ("postgresql", "sqlite") else "none"
    yield f'<text x="{LABEL - 12}" y="{y + BAR + 3}" text-anchor="end">{escape(bar.label)}</text>'
    yield from _one(kind, bar.value, y, scale)
    if bar.baseline:
        yield from _one("baseline", bar.baseline, y + BAR + 2, scale)


def _one(kind: str, value: float, y: int, scale: float) -> Iterator[str]:
    width = max(value * scale, 1)
    yield f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>'
    yield f'<text class="small" x="{LABEL + width + 6:.1f}" y="{y + BAR - 3}">{number(value)}</text>'
