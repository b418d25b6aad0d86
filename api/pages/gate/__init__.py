# SPDX-License-Identifier: EUPL-1.2
"""For gatekeepers: residents, decisions, entitlements, letters and what waits for a colleague."""

from types import ModuleType
from typing import Final

PAGES: Final[tuple[ModuleType, ...]] = ()
"""The modules with its routes."""
