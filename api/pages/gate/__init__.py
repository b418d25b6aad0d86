# SPDX-License-Identifier: EUPL-1.2
"""For gatekeepers: residents, decisions, entitlements, letters and what waits for a colleague."""

from types import ModuleType
from typing import Final

from api.pages.gate import batches, care, grants, letter_logins, refusals, residents, rights, worklist

PAGES: Final[tuple[ModuleType, ...]] = (
    worklist,
    residents,
    letter_logins,
    refusals,
    grants,
    rights,
    batches,
    care,
)
"""The modules with its routes."""
