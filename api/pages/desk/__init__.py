# SPDX-License-Identifier: EUPL-1.2
"""For a provider at its desk: claims, what is payable and held, statements, contracts, staff."""

from types import ModuleType
from typing import Final

PAGES: Final[tuple[ModuleType, ...]] = ()
"""The modules with its routes."""
