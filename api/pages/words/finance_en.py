# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain English: budgets, contracts and demands."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "nav./budgets": "Budgets",
    "nav./contracts": "Contracts",
    "nav./demands": "Demands",
}
