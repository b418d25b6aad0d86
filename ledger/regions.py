# SPDX-License-Identifier: EUPL-1.2
"""Regions: what a region file says of a municipality, put into its ledger in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from ledger import (
    budgets,
    catalogue,
    contacts,
    contract_versions,
    contracts,
    entries,
    ids,
    municipalities,
    programmes,
    providers,
)
from ledger.budgets import Funding
from ledger.db import Work
from ledger.errors import Refused
from ledger.region_file import BudgetTarget, Region, RegionFileWrong, RegionPart, read
from ledger.tables import Budget, Municipality

__all__ = ["BudgetLowered", "Loaded", "Region", "RegionFileWrong", "RegionPart", "load", "read"]


@dataclass(kw_only=True, eq=False)
class BudgetLowered(Refused):
    """The file asks for less than the budget was funded with; a file only raises budgets."""

    code = "budget_lowered"
    programme: str
    year: int
    funded_cents: int
    asked_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """How many of the things in the file were made, changed, or there already.

    Things are the municipality, its services, providers with their contacts, contracts, programmes and
    budgets.
    """

    created: int
    changed: int
    unchanged: int
    waiting: int = 0
    """How many contracts and programmes of the file wait for somebody else to publish them."""


def load(work: Work, part: RegionPart) -> Loaded:
    """Put one municipality of a region file in its ledger: contracts and programmes are drafted, for
    somebody else to publish, and budgets funded up to their amount. The same part again changes
    nothing; what a file does not name stays.

    Raises BudgetLowered, and what putting and drafting raise; then nothing may be kept.
    """
    assert work.municipality_id == part.cbs, "a part is loaded for its own municipality"
    before = _state(work)
    municipalities.put(work, part.municipality)
    budgets.open_treasury(work)
    catalogue.put(work, part.services)
    providers.put(work, part.providers)
    contacts.put(work, part.contacts)
    rules = programmes.draft(work, part.programmes)
    agreed = contracts.draft(work, part.contracts)
    _fund(work, part.budgets)
    loaded = _compared(before, _state(work), things=_count(part))
    waiting = sum(not each.published for each in rules) + sum(not each.published for each in agreed)
    return replace(loaded, waiting=waiting)


def _fund(work: Work, targets: Iterable[BudgetTarget]) -> None:
    """Fund the difference between what the file says and what was funded, under lock."""
    wanted = {(target.programme_id, target.year): target.cents for target in targets}
    opened = budgets.opened(work, wanted)
    entries.locked(work, {ids.NOBODY, *(budget.id for budget in opened.values())})
    fundings = []
    for state in budgets.listed(work):
        cents = wanted.get((state.programme_id, state.year))
        if cents is None or cents == state.funded_cents:
            continue
        if cents < state.funded_cents:
            raise BudgetLowered(
                programme=state.programme,
                year=state.year,
                funded_cents=state.funded_cents,
                asked_cents=cents,
            )
        fundings.append(_funding(work, opened[state.programme_id, state.year], cents, state.funded_cents))
    budgets.fund(work, fundings)


def _funding(work: Work, budget: Budget, cents: int, funded_cents: int) -> Funding:
    """Under lock: what was funded already is not asked for again, so the funding needs no name of its own."""
    return Funding(
        id=ids.uuid7(),
        programme_id=budget.programme_id,
        year=budget.year,
        cents=cents - funded_cents,
        at=work.now,
    )


_State: TypeAlias = dict[tuple[str, UUID | str], object]


def _state(work: Work) -> _State:
    """What there is: each thing with something that changes whenever it does."""
    row = work.session.get(Municipality, work.municipality_id)
    state: _State = {}
    if row is not None:
        state["municipality", row.municipality_id] = (row.name, row.debtor_name, row.debtor_iban)
    state |= {("service", each.id): each.version for each in catalogue.listed(work)}
    known = providers.listed(work)
    state |= {("provider", each.id): each.version for each in known}
    theirs = contacts.listed(work, [each.id for each in known])
    state |= {("contact", each.id): each.version for each in theirs}
    state |= {("contract", each.content.id): each for each in contract_versions.newest(work)}
    state |= {("programme", each.content.id): each for each in programmes.newest(work)}
    state |= {("budget", each.id): each.funded_cents for each in budgets.listed(work)}
    return state


def _compared(before: _State, after: _State, *, things: int) -> Loaded:
    created = len(after.keys() - before.keys())
    changed = sum(1 for key in before if after[key] != before[key])
    return Loaded(created=created, changed=changed, unchanged=things - created - changed)


def _count(part: RegionPart) -> int:
    listed = (part.services, part.providers, part.contacts, part.contracts, part.programmes, part.budgets)
    return 1 + sum(map(len, listed))
