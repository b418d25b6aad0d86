# SPDX-License-Identifier: EUPL-1.2
"""For auditors: the books, any entry with its story, samples and checks."""

from types import ModuleType
from typing import Final

from api.pages.audit import books, checks

PAGES: Final[tuple[ModuleType, ...]] = (books, checks)
"""The modules with its routes."""
