# SPDX-License-Identifier: EUPL-1.2
"""For residents and who represents them: what they have, what was used, and what they think of it."""

from types import ModuleType
from typing import Final

PAGES: Final[tuple[ModuleType, ...]] = ()
"""The modules with its routes."""
