# SPDX-License-Identifier: EUPL-1.2
"""Reference data as judging needs it: providers, contracts, services and published rules, remembered.

Nearly every redemption needs the same few rows. They are remembered for as long as the edition in the
database is the same: triggers name a new one at every change, so that asking for one row per batch
proves that what is remembered still holds. Nothing is ever judged by yesterday's contract.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import and_, select
from sqlmodel import col

from ledger.bulk import Among, Asked, Query, mine
from ledger.db import Work
from ledger.offers import Agreed, Chosen, Priced
from ledger.roles import ActingAs
from ledger.rules.facts import Law, Period
from ledger.rules.funding import AnyFunding
from ledger.rules.restrictions import AnyRestriction
from ledger.tables import (
    BudgetMode,
    Contract,
    ContractLine,
    ContractVersion,
    Edition,
    Programme,
    ProgrammeVersion,
    Provider,
    Service,
)
from ledger.units import Measure
from ledger.wire import Plain

OFFERS_MAX: Final = 20_000
"""How many offers are kept worked out; past it all are worked out anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A provider, as far as a rule may know it."""

    id: UUID
    agb: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruled:
    """A programme with the rules that are in force."""

    id: UUID
    is_hard: bool
    """Whether its budget may not go below zero."""
    version: int
    restrictions: tuple[AnyRestriction, ...]
    funding: AnyFunding


@dataclass(kw_only=True, eq=False)
class Reference:
    """The reference data of one municipality in one edition; what was not asked for yet is not there."""

    edition: UUID | None
    """None where there is none: then nothing is remembered."""
    providers: dict[UUID, Party] = field(default_factory=dict)
    contracts: dict[UUID, dict[Law, tuple[Agreed, ...]]] = field(default_factory=dict)
    """The published ones, by provider and law."""
    programmes: dict[UUID, Ruled] = field(default_factory=dict)
    measures: dict[tuple[Law, str], Measure] = field(default_factory=dict)
    """How services are sold, by law and product code."""
    acting: dict[bytes, ActingAs] = field(default_factory=dict)
    """Whom keys prove, by their digest; filled by actors."""
    _offers: dict[tuple[UUID, Law, str, date], tuple[Chosen, ...]] = field(default_factory=dict)

    def offers(self, provider_id: UUID, law: Law, service: str, day: date) -> tuple[Chosen, ...]:
        """What the contracts of a provider offer of a service on a day."""
        key = (provider_id, law, service, day)
        found = self._offers.get(key)
        if found is None:
            if len(self._offers) >= OFFERS_MAX:
                self._offers.clear()
            agreed = self.contracts.get(provider_id, {}).get(law, ())
            found = self._offers[key] = tuple(each.chosen(service, day) for each in agreed)
        return found

    def complete(
        self, work: Work, *, providers: Set[UUID], programmes: Set[UUID], services: Set[str]
    ) -> None:
        """Fetch of these what is not there yet. What does not exist is asked for again next time."""
        if lacking := providers - self.providers.keys():
            self.contracts.update(_contracts(work, lacking))
            self.providers.update(_providers(work, lacking))
        if lacking := programmes - self.programmes.keys():
            self.programmes.update(_programmes(work, lacking))
        if unknown := services - {code for _, code in self.measures}:
            self.measures.update(_measures(work, unknown))


_REMEMBERED: WeakKeyDictionary[Any, dict[str, Reference]] = WeakKeyDictionary()
"""By the pool of connections, and so by database; by municipality."""


def of(work: Work) -> Reference:
    """The reference data that is in force now, as far as it is remembered."""
    return remembered(work, ask(work).rows)


def ask(work: Work) -> Asked:
    """Which edition is in force."""
    return _EDITION.ask(work)


def remembered(work: Work, found: Sequence[Plain]) -> Reference:
    """What is remembered of the edition that was found."""
    edition = found[0][0] if found else None
    if edition is None:
        return Reference(edition=None)
    known = _REMEMBERED.setdefault(work.session.connection().engine.pool, {})
    reference = known.get(work.municipality_id)
    if reference is None or reference.edition != edition:
        reference = known[work.municipality_id] = Reference(edition=edition)
    return reference


_EDITION = Query(select(col(Edition.edition)).where(mine(Edition)))

_PROVIDERS = Query(
    select(col(Provider.id), col(Provider.agb)).where(mine(Provider), Among(col(Provider.id), "ids"))
)


def _providers(work: Work, ids: Set[UUID]) -> dict[UUID, Party]:
    return {id_: Party(id=id_, agb=agb) for id_, agb in _PROVIDERS.rows(work, ids=ids)}


_PROGRAMMES = Query(
    select(
        col(Programme.id),
        col(Programme.mode),
        col(ProgrammeVersion.version),
        col(ProgrammeVersion.restrictions),
        col(ProgrammeVersion.funding),
    )
    .join(
        ProgrammeVersion,
        and_(
            col(ProgrammeVersion.municipality_id) == col(Programme.municipality_id),
            col(ProgrammeVersion.programme_id) == col(Programme.id),
            col(ProgrammeVersion.version) == col(Programme.published_version),
        ),
    )
    .where(mine(Programme), Among(col(Programme.id), "ids"))
)


def _programmes(work: Work, ids: Set[UUID]) -> dict[UUID, Ruled]:
    """The published version of each."""
    return {
        id_: Ruled(
            id=id_,
            is_hard=mode is BudgetMode.HARD,
            version=version,
            restrictions=restrictions,
            funding=funding,
        )
        for id_, mode, version, restrictions, funding in _PROGRAMMES.rows(work, ids=ids)
    }


_MEASURES = Query(
    select(col(Service.law), col(Service.code), col(Service.measure)).where(
        mine(Service), Among(col(Service.code), "codes")
    )
)


def _measures(work: Work, codes: Set[str]) -> dict[tuple[Law, str], Measure]:
    return {(law, code): measure for law, code, measure in _MEASURES.rows(work, codes=codes)}


_VERSION_IN_FORCE = and_(
    col(ContractVersion.municipality_id) == col(Contract.municipality_id),
    col(ContractVersion.contract_id) == col(Contract.id),
    col(ContractVersion.version) == col(Contract.published_version),
)
_LINE_IN_FORCE = and_(
    col(ContractLine.municipality_id) == col(Contract.municipality_id),
    col(ContractLine.contract_id) == col(Contract.id),
    col(ContractLine.version) == col(Contract.published_version),
)
_CONTRACTS = Query(
    select(
        col(Contract.id),
        col(Contract.provider_id),
        col(Contract.law),
        col(ContractVersion.version),
        col(ContractVersion.valid_from),
        col(ContractVersion.valid_until),
        col(ContractVersion.areas),
    )
    .join(ContractVersion, _VERSION_IN_FORCE)
    .where(mine(Contract), Among(col(Contract.provider_id), "providers"))
    .order_by(col(Contract.id))
)
_LINES = Query(
    select(
        col(Contract.id),
        col(ContractLine.service),
        col(ContractLine.valid_from),
        col(ContractLine.valid_until),
        col(ContractLine.tariff),
    )
    .join(ContractLine, _LINE_IN_FORCE)
    .where(mine(Contract), Among(col(Contract.provider_id), "providers"))
    .order_by(col(Contract.id), col(ContractLine.line))
)


def _contracts(work: Work, providers: Set[UUID]) -> dict[UUID, dict[Law, tuple[Agreed, ...]]]:
    """The published contracts of these providers that have lines."""
    lines = _by_service(_LINES.rows(work, providers=providers))
    found: dict[UUID, dict[Law, tuple[Agreed, ...]]] = {id_: {} for id_ in providers}
    for id_, provider_id, law, version, start, until, areas in _CONTRACTS.rows(work, providers=providers):
        if id_ not in lines:
            continue
        period = Period(start=start, until=until)
        agreed = Agreed(id=id_, version=version, period=period, areas=areas, lines=lines[id_])
        found[provider_id][law] = (*found[provider_id].get(law, ()), agreed)
    return found


def _by_service(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, dict[str, tuple[Priced, ...]]]:
    """Lines by contract and service, in their order."""
    lines: defaultdict[UUID, dict[str, tuple[Priced, ...]]] = defaultdict(dict)
    for contract_id, service, start, until, tariff in rows:
        line = (Period(start=start, until=until), tariff)
        lines[contract_id][service] = (*lines[contract_id].get(service, ()), line)
    return lines
