# SPDX-License-Identifier: EUPL-1.2
"""Settlement runs, their lines, the bank, and the accounts that are paid on."""

from types import ModuleType
from typing import Final

from api.jobs import Doer
from api.pages.settling import bank, downloads, lines, payees, run_jobs, runs
from ledger.tables import JobKind

PAGES: Final[tuple[ModuleType, ...]] = (runs, lines, downloads, bank, payees)
"""The modules with its routes."""

DOERS: Final[dict[JobKind, Doer]] = run_jobs.DOERS
"""How its long work is done."""
