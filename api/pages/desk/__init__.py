# SPDX-License-Identifier: EUPL-1.2
"""For a provider at its desk: claims, what is payable and held, statements, contracts, staff."""

from types import ModuleType
from typing import Final

from api.pages.desk import agreements, claims, payable, redemptions

PAGES: Final[tuple[ModuleType, ...]] = (claims, redemptions, payable, agreements)
"""The modules with its routes."""
