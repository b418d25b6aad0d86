# SPDX-License-Identifier: EUPL-1.2
"""For residents and who represents them: what they have, what was used, and what they think of it."""

from types import ModuleType
from typing import Final

from api.pages.resident import agreements, claims, mandates, overview, uses

PAGES: Final[tuple[ModuleType, ...]] = (overview, uses, mandates, agreements, claims)
"""The modules with its routes."""
