# SPDX-License-Identifier: EUPL-1.2
"""For gatekeepers: residents, decisions, entitlements, letters and what waits for a colleague."""

from types import ModuleType
from typing import Final

from api.jobs import Doer
from api.pages.gate import (
    batches,
    care,
    changes,
    grants,
    letter_logins,
    messages,
    refusals,
    representatives,
    residents,
    rights,
    uses,
    worklist,
)
from ledger.tables import JobKind

PAGES: Final[tuple[ModuleType, ...]] = (
    worklist,
    residents,
    representatives,
    letter_logins,
    refusals,
    grants,
    rights,
    changes,
    uses,
    batches,
    care,
)
"""The modules with its routes."""

DOERS: Final[dict[JobKind, Doer]] = {JobKind.ALLOCATIONS: messages.READING}
"""How its long work is done."""
