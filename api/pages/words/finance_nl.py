# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain Dutch (B1): budgets, contracts and demands."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./budgets": "Budgetten",
    "nav./contracts": "Contracten",
    "nav./demands": "Vorderingen",
}
