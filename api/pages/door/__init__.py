# SPDX-License-Identifier: EUPL-1.2
"""For a provider at the door: scan or type a code, quote, confirm, undo, and what was done today."""

from types import ModuleType
from typing import Final

from api.pages.door import scan, today

PAGES: Final[tuple[ModuleType, ...]] = (scan, today)
"""The modules with its routes."""
