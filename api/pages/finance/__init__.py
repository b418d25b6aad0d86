# SPDX-License-Identifier: EUPL-1.2
"""For finance and contract managers: budgets, contracts and demands."""

from types import ModuleType
from typing import Final

PAGES: Final[tuple[ModuleType, ...]] = ()
"""The modules with its routes."""
