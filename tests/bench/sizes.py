# SPDX-License-Identifier: EUPL-1.2
"""How much is measured, and for how long: the full run (30 minutes) and the quick one (3 minutes)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """The full run."""

    quick: bool = False
    rights: int = 4000
    """Signed codes that the load is spread over."""
    providers: int = 50
    used: int = 20_000
    """Redemptions that are stored when the load begins: databases plan for what they know of."""
    clients: tuple[int, ...] = (1, 8, 32, 128)
    batches: tuple[int, ...] = (1, 32, 500)
    rounds: int = 3
    """Ours and the baseline take turns so often; of their rates the median counts."""
    round_s: float = 3.0
    """What is counted of one round."""
    warm_s: float = 1.5
    """What goes before it and is not counted."""
    pgbench_scale: int = 50
    """At least the number of clients, else they wait for one another's branch; 100,000 accounts each."""
    allocations: int = 100_000
    claim_lines: int = 10_000
    payments: int = 100_000
    codes: int = 4000
    letters: int = 300
    crowd: int = 100
    """How many times the demo the pages are asked of beside the demo itself."""
    starts: int = 9
    """How often the command line is started."""
    stored: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)
    """Redemptions that are there already when the cost of one more is measured."""
    growth_rights: int = 10_000
    """Over which these go round."""
    growth_batches: int = 24
    """Measured at each size, by turns."""
    budget_s: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType(
            {
                "baselines": 60,
                "http": 240,
                "hot": 140,
                "batches": 120,
                "shares": 30,
                "bulk": 330,
                "letters": 30,
                "codes": 30,
                "cli": 20,
                "pages": 120,
                "growth": 520,
            }
        )
    )
    """What each part may take; one that no longer fits in limit_s is not begun, and its row says so."""
    limit_s: int = 1800


FULL: Final = Sizes()

QUICK: Final = Sizes(
    quick=True,
    rights=400,
    providers=20,
    used=2000,
    rounds=1,
    round_s=0.8,
    warm_s=0.5,
    pgbench_scale=10,
    allocations=1000,
    claim_lines=1000,
    payments=2000,
    codes=300,
    letters=40,
    crowd=5,
    starts=3,
    stored=(10_000, 100_000),
    growth_rights=400,
    growth_batches=6,
    budget_s=MappingProxyType(
        {
            "baselines": 15,
            "http": 35,
            "hot": 20,
            "batches": 20,
            "shares": 10,
            "bulk": 30,
            "letters": 5,
            "codes": 5,
            "cli": 5,
            "pages": 15,
            "growth": 20,
        }
    ),
    limit_s=180,
)
