# SPDX-License-Identifier: EUPL-1.2
"""For administrators: accounts with their roles, and with what they log in."""

from types import ModuleType
from typing import Final

from api.pages.accounts import accounts, proofs, settings

PAGES: Final[tuple[ModuleType, ...]] = (accounts, proofs, settings)
"""The modules with its routes."""
