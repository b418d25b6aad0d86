# SPDX-License-Identifier: EUPL-1.2
"""For finance and contract managers: budgets, contracts and demands."""

from types import ModuleType
from typing import Final

from api.pages.finance import budgets, contracts, demands, drafts, figures, terms

PAGES: Final[tuple[ModuleType, ...]] = (budgets, drafts, figures, contracts, demands, terms)
"""The modules with its routes."""
