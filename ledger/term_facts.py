# SPDX-License-Identifier: EUPL-1.2
"""Facts of contract terms, of many contracts at once: what was delivered, entered and computed before."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, extract, func, or_, select
from sqlmodel import col

from ledger.db import Work
from ledger.rules.facts import Law, Period
from ledger.rules.terms_facts import Delivered, PopulationGroup
from ledger.tables import (
    Contract,
    Entitlement,
    FollowUp,
    FollowUpKind,
    HistoricalCost,
    PopulationFigure,
    Redemption,
    RedemptionLine,
    Service,
    TakenBack,
    TermAmount,
    TermEvidence,
    TermKind,
)
from ledger.units import Unit

ROWS_AT_ONCE = 5000
"""How many rows of deliveries are in memory at once."""

Key: TypeAlias = tuple[int, TermKind]
"""Which term of a contract: its number, and its kind."""


@dataclass(kw_only=True, slots=True)
class Earlier:
    """What was computed for one period of one term before."""

    last: date
    """Of what was computed last."""
    cents: int = 0
    budget_id: UUID | None = None
    """Which budget bore it last; None: it came to nothing."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What people entered; of what was entered twice the last."""

    population: Mapping[tuple[PopulationGroup, int], int]
    evidence: Mapping[tuple[UUID, int], Mapping[Period, int]]
    """By contract and number of the term."""
    costs: Mapping[UUID, Mapping[int, int]]
    """By contract, then year."""


def earlier(work: Work, contract_ids: Collection[UUID]) -> dict[UUID, dict[Key, dict[date, Earlier]]]:
    """What was computed for the terms of these contracts: by contract, term and first day of the period."""
    found: dict[UUID, dict[Key, dict[date, Earlier]]] = {}
    statement = select(TermAmount).where(
        col(TermAmount.municipality_id) == work.municipality_id, col(TermAmount.contract_id).in_(contract_ids)
    )
    for row in work.session.scalars(statement.order_by(col(TermAmount.id))):
        periods = found.setdefault(row.contract_id, {}).setdefault((row.number, row.kind), {})
        known = periods.setdefault(row.first, Earlier(last=row.last))
        known.last, known.cents = row.last, known.cents + row.result_cents
        known.budget_id = row.budget_id or known.budget_id
    return found


def figures(work: Work, contract_ids: Collection[UUID]) -> Figures:
    """All that was entered for these contracts, and for the municipality."""
    people: dict[tuple[PopulationGroup, int], int] = {}
    for counted in _entered(work, PopulationFigure):
        people[counted.group, counted.year] = counted.persons
    evidence: defaultdict[tuple[UUID, int], dict[Period, int]] = defaultdict(dict)
    for shown in _entered(work, TermEvidence, col(TermEvidence.contract_id).in_(contract_ids)):
        period = Period(start=shown.first, until=shown.last)
        evidence[shown.contract_id, shown.number][period] = shown.available
    costs: defaultdict[UUID, dict[int, int]] = defaultdict(dict)
    for spent in _entered(work, HistoricalCost, col(HistoricalCost.contract_id).in_(contract_ids)):
        costs[spent.contract_id][spent.year] = spent.cents
    return Figures(population=people, evidence=evidence, costs=costs)


def delivered(
    work: Work, contracts: Mapping[UUID, Contract], years: Mapping[int, Collection[UUID]], last: date
) -> dict[UUID, Sequence[Delivered]]:
    """What was delivered in each of these calendar years under the contracts named with it, less take-backs.

    By service and month of the care, up to and including the last day. What is reserved is not delivered
    until it is captured.
    """
    asked = {id_ for ids in years.values() for id_ in ids}
    if not asked:
        return {}
    contracts = {id_: contracts[id_] for id_ in asked}
    given = _given(years, last)
    sums: defaultdict[_Place, _Sum] = defaultdict(_Sum)
    for statement, sign in (
        (_lines(work, contracts, given), 1),
        (_taken_back(work, contracts, given), -1),
    ):
        rows = work.session.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})
        for contract_id, service, unit, year, month, quantity, cents in rows:
            one = sums[contract_id, date(int(year), int(month), 1), service, unit]
            one.quantity += sign * int(quantity)
            one.cents += sign * int(cents)
    services = _services(work)
    found: dict[UUID, list[Delivered]] = {contract_id: [] for contract_id in contracts}
    for (contract_id, month, code, unit), one in sorted(sums.items()):
        of_service = services.get((contracts[contract_id].law, code))
        found[contract_id].append(
            Delivered(
                month=month,
                service=code,
                product_group=of_service.product_group if of_service else None,
                segment=of_service.segment if of_service else None,
                unit=unit,
                quantity=one.quantity,
                cents=one.cents,
            )
        )
    return dict(found)


def payers(
    work: Work, contracts: Mapping[UUID, Contract], years: Collection[int]
) -> dict[tuple[UUID, int], UUID]:
    """The programme that paid most under each of these contracts, by contract and calendar year."""
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    total = func.sum(col(RedemptionLine.price_cents))
    year = extract("year", col(Redemption.service_day))
    statement = (
        _care(select(col(RedemptionLine.agreement_id), year, col(Entitlement.programme_id)), work, contracts)
        .join(
            Entitlement,
            (col(Entitlement.municipality_id) == col(Redemption.municipality_id))
            & (col(Entitlement.id) == col(Redemption.entitlement_id)),
        )
        .where(col(Redemption.service_day).between(first, last))
        .group_by(col(RedemptionLine.agreement_id), year, col(Entitlement.programme_id))
        .order_by(total, col(Entitlement.programme_id).desc())
    )
    rows = work.session.execute(statement)
    return {(contract_id, int(of_year)): programme_id for contract_id, of_year, programme_id in rows}


_Place: TypeAlias = tuple[UUID, date, str, Unit]


@dataclass(kw_only=True, slots=True)
class _Sum:
    quantity: int = field(default=0)
    cents: int = field(default=0)


def _entered(work: Work, table: Any, *conditions: ColumnElement[bool]) -> Iterator[Any]:
    """Rows in the order in which they were entered."""
    statement = select(table).where(col(table.municipality_id) == work.municipality_id, *conditions)
    yield from work.session.scalars(statement.order_by(col(table.recorded_at), col(table.id)))


def _lines(
    work: Work, contracts: Mapping[UUID, Contract], given: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    sums = (func.sum(col(RedemptionLine.quantity)), func.sum(col(RedemptionLine.price_cents)))
    return _care(select(*_PLACE, *sums), work, contracts).where(given, _is_delivered()).group_by(*_PLACE)


def _taken_back(
    work: Work, contracts: Mapping[UUID, Contract], given: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    sums = (func.sum(col(TakenBack.quantity)), func.sum(col(TakenBack.price_cents)))
    return (
        _care(select(*_PLACE, *sums), work, contracts)
        .join(
            TakenBack,
            (col(TakenBack.municipality_id) == col(RedemptionLine.municipality_id))
            & (col(TakenBack.redemption_id) == col(RedemptionLine.redemption_id))
            & (col(TakenBack.line) == col(RedemptionLine.line)),
        )
        .where(given, _is_delivered())
        .group_by(*_PLACE)
    )


_PLACE = (
    col(RedemptionLine.agreement_id),
    col(RedemptionLine.service),
    col(RedemptionLine.unit),
    extract("year", col(Redemption.service_day)),
    extract("month", col(Redemption.service_day)),
)


def _care(
    statement: Select[*tuple[Any, ...]], work: Work, contracts: Mapping[UUID, Contract]
) -> Select[*tuple[Any, ...]]:
    """Of redemption lines under these contracts; by provider, for that is how they are found."""
    return (
        statement.select_from(Redemption)
        .join(
            RedemptionLine,
            (col(RedemptionLine.municipality_id) == col(Redemption.municipality_id))
            & (col(RedemptionLine.redemption_id) == col(Redemption.id)),
        )
        .where(
            col(Redemption.municipality_id) == work.municipality_id,
            col(Redemption.provider_id).in_({each.provider_id for each in contracts.values()}),
            col(RedemptionLine.agreement_id).in_(contracts),
        )
    )


def _given(years: Mapping[int, Collection[UUID]], last: date) -> ColumnElement[bool]:
    """In one of the years, under one of the contracts of that year."""
    return or_(
        *(
            and_(
                col(Redemption.service_day).between(date(year, 1, 1), min(date(year, 12, 31), last)),
                col(RedemptionLine.agreement_id).in_(ids),
            )
            for year, ids in years.items()
        )
    )


def _is_delivered() -> ColumnElement[bool]:
    captured = exists().where(
        col(FollowUp.municipality_id) == col(Redemption.municipality_id),
        col(FollowUp.redemption_id) == col(Redemption.id),
        col(FollowUp.kind) == FollowUpKind.CAPTURE,
    )
    return or_(~col(Redemption.reserved), captured)


def _services(work: Work) -> dict[tuple[Law, str], Service]:
    statement = select(Service).where(col(Service.municipality_id) == work.municipality_id)
    return {(row.law, row.code): row for row in work.session.scalars(statement)}
