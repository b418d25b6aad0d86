# SPDX-License-Identifier: EUPL-1.2
"""Settlement runs, their lines, the bank, and the accounts that are paid on."""

from types import ModuleType
from typing import Final

from api.pages.settling import bank, downloads, lines, payees, runs

PAGES: Final[tuple[ModuleType, ...]] = (runs, lines, downloads, bank, payees)
"""The modules with its routes."""
