# SPDX-License-Identifier: EUPL-1.2
"""For a provider at its desk: claims, what is payable and held, statements, contracts, staff."""

from types import ModuleType
from typing import Final

from api.jobs import Doer
from api.pages.desk import agreements, claim_jobs, claims, devices, payable, redemptions
from ledger.tables import JobKind

PAGES: Final[tuple[ModuleType, ...]] = (claims, redemptions, payable, agreements, devices)
"""The modules with its routes."""

DOERS: Final[dict[JobKind, Doer]] = {JobKind.CLAIM: claim_jobs.CLAIMING}
"""How its long work is done."""
