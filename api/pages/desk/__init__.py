# SPDX-License-Identifier: EUPL-1.2
"""For a provider at its desk: claims, what is payable and held, statements, contracts, staff."""

from types import ModuleType
from typing import Final

from api.pages.desk import agreements, claims, devices, payable, redemptions

PAGES: Final[tuple[ModuleType, ...]] = (claims, redemptions, payable, agreements, devices)
"""The modules with its routes."""
