# SPDX-License-Identifier: EUPL-1.2
"""What an entitlement without an amount will cost at most: its quantity at the dearest tariff in force.

The commitment (verplichting) must be known when it is granted; what turns out dearer is committed
when it is redeemed, what turns out cheaper returns at the end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import col

from ledger.db import Work
from ledger.rules.facts import Law
from ledger.rules.restrictions import AnyRestriction, OnlyItems, OnlyServices, named_providers
from ledger.rules.tariffs import AnyTariff
from ledger.tables import Contract, ContractLine, Provider, Service
from ledger.units import AMOUNT_MAX, Measure


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity, and the rules that say of what and from whom."""

    law: Law
    quantity: int | None
    restrictions: tuple[AnyRestriction, ...]

    @property
    def services(self) -> frozenset[str]:
        """The product codes it is for; empty when it is open to all."""
        for rule in self.restrictions:
            if isinstance(rule, OnlyServices):
                return rule.services
            if isinstance(rule, OnlyItems):
                return frozenset(item.service for item in rule.items)
        return frozenset()


@dataclass(frozen=True, slots=True)
class _Rate:
    law: Law
    service: str
    agb: str | None
    tariff: AnyTariff
    measure: Measure


def of_grants(work: Work, wanted: Mapping[UUID, Wanted]) -> dict[UUID, int]:
    """The estimate of each, in eurocents; 0 where no tariff is known yet, or no quantity is set."""
    services = frozenset().union(*(each.services for each in wanted.values()))
    rates = _rates(work, services) if services else []
    return {key: _dearest(each, rates) for key, each in wanted.items()}


def _dearest(wanted: Wanted, rates: Iterable[_Rate]) -> int:
    if wanted.quantity is None:
        return 0
    prices = [
        rate.tariff.most_cents(wanted.quantity, rate.measure)
        for rate in rates
        if rate.law is wanted.law and rate.service in wanted.services and _may_deliver(wanted, rate)
    ]
    return min(max(prices, default=0), AMOUNT_MAX)


def _may_deliver(wanted: Wanted, rate: _Rate) -> bool:
    named = named_providers(wanted.restrictions, rate.service)
    return named is None or rate.agb in named


def _rates(work: Work, services: frozenset[str]) -> list[_Rate]:
    """The tariffs of these services in all published contracts, in one query."""
    statement = (
        select(
            col(Contract.law),
            col(ContractLine.service),
            col(Provider.agb),
            col(ContractLine.tariff),
            col(Service.measure),
        )
        .join(
            ContractLine,
            and_(
                col(ContractLine.municipality_id) == col(Contract.municipality_id),
                col(ContractLine.contract_id) == col(Contract.id),
                col(ContractLine.version) == col(Contract.published_version),
            ),
        )
        .join(
            Provider,
            and_(
                col(Provider.municipality_id) == col(Contract.municipality_id),
                col(Provider.id) == col(Contract.provider_id),
            ),
        )
        .join(
            Service,
            and_(
                col(Service.municipality_id) == col(Contract.municipality_id),
                col(Service.law) == col(Contract.law),
                col(Service.code) == col(ContractLine.service),
            ),
        )
        .where(col(Contract.municipality_id) == work.municipality_id, col(ContractLine.service).in_(services))
    )
    return [_Rate(*row) for row in work.session.execute(statement)]
