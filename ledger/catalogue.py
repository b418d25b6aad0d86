# SPDX-License-Identifier: EUPL-1.2
"""The catalogue: which services may be bought under which law, and what each is sold by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import db
from ledger.db import Work
from ledger.errors import ChangedMeanwhile, Conflict
from ledger.inputs import Id7, Input, ProductCode, ShortText
from ledger.rules.facts import Law
from ledger.tables import CareAgreement, Contract, ContractLine, Entitlement, Service
from ledger.units import Measure

Key: TypeAlias = tuple[Law, str]
"""A law and a product code: together they name one service."""


@dataclass(kw_only=True, eq=False)
class ServiceCodeTaken(Conflict):
    """Another service has this code under this law already."""

    code = "service_code_taken"
    id: UUID
    """Of the service that has it."""
    law: str
    service: str


@dataclass(kw_only=True, eq=False)
class ServiceIsAnother(Conflict):
    """A service keeps its law and code; another product is another service."""

    code = "service_is_another"
    id: UUID


@dataclass(kw_only=True, eq=False)
class MeasureInUse(Conflict):
    """Tariffs were agreed per the measure it has; another measure needs another code."""

    code = "measure_in_use"
    id: UUID
    measure: str
    """The one it keeps."""


class ServiceContent(Input):
    """What a service is."""

    law: Law
    code: ProductCode
    """Five digits or capitals; the first two are the category."""
    name: ShortText
    measure: Measure
    segment: Literal["A", "B", "C"] | None = None
    product_group: ShortText | None = None
    """The group budgets are made for."""


class ServiceInput(ServiceContent):
    """A service with its id."""

    id: Id7


def put(
    work: Work, services: Sequence[ServiceInput], expected: Mapping[UUID, int] | None = None
) -> list[Service]:
    """Make or change services; rows[i] is what services[i] became. The same content changes nothing.

    expected names the version a change starts from, by id; services that are not in it are not
    compared. Raises ServiceCodeTaken, ServiceIsAnother, MeasureInUse, ChangedMeanwhile; then
    nothing of the batch may be kept.
    """
    shelf = _load(work, services, expected or {})
    rows = [shelf.take(service) for service in services]
    # After this point only writes.
    work.session.add_all(rows)
    work.session.flush()
    return rows


def listed(work: Work) -> list[Service]:
    """Every service of the municipality, by law and code."""
    statement = select(Service).where(col(Service.municipality_id) == work.municipality_id)
    return list(work.session.scalars(statement.order_by(col(Service.law), col(Service.code))))


@dataclass(kw_only=True)
class _Shelf:
    """The services a batch touches, as they are after what was judged before."""

    work: Work
    rows: dict[UUID, Service]
    keys: dict[Key, UUID]
    in_use: set[Key]
    expected: Mapping[UUID, int]

    def take(self, service: ServiceInput) -> Service:
        """The row of one service after this input."""
        row = self.rows.get(service.id)
        if row is not None and _content(row) == service:
            return row
        version = row.version if row else 0
        if self.expected.get(service.id, version) != version:
            raise ChangedMeanwhile(id=service.id, version=version)
        return self._make(service) if row is None else self._change(row, service)

    def _make(self, service: ServiceInput) -> Service:
        key = (service.law, service.code)
        if key in self.keys:
            raise ServiceCodeTaken(id=self.keys[key], law=service.law, service=service.code)
        row = Service(
            municipality_id=self.work.municipality_id, recorded_at=self.work.now, **service.model_dump()
        )
        self.rows[service.id], self.keys[key] = row, service.id
        return row

    def _change(self, row: Service, service: ServiceInput) -> Service:
        if (row.law, row.code) != (service.law, service.code):
            raise ServiceIsAnother(id=row.id)
        if row.measure is not service.measure and (row.law, row.code) in self.in_use:
            raise MeasureInUse(id=row.id, measure=row.measure)
        row.sqlmodel_update(service, update={"version": row.version + 1, "recorded_at": self.work.now})
        return row


def _content(row: Service) -> ServiceInput:
    return ServiceInput.model_construct(**{name: getattr(row, name) for name in ServiceInput.model_fields})


def _load(work: Work, services: Sequence[ServiceInput], expected: Mapping[UUID, int]) -> _Shelf:
    codes = {service.code for service in services}
    same_codes = work.session.scalars(
        select(Service).where(
            col(Service.municipality_id) == work.municipality_id, col(Service.code).in_(codes)
        )
    )
    rows = db.rows(work, Service, {service.id for service in services}, lock=True)
    changed = {rows[s.id].code for s in services if s.id in rows and rows[s.id].measure is not s.measure}
    return _Shelf(
        work=work,
        rows=rows,
        keys={(row.law, row.code): row.id for row in same_codes},
        in_use=_in_use(work, changed) if changed else set(),
        expected=expected,
    )


def _in_use(work: Work, codes: Iterable[str]) -> set[Key]:
    """Which of these codes have a tariff in a contract, or a rate in a care agreement."""
    contracted = (
        select(col(Contract.law), col(ContractLine.service))
        .join_from(
            ContractLine,
            Contract,
            (col(Contract.municipality_id) == col(ContractLine.municipality_id))
            & (col(Contract.id) == col(ContractLine.contract_id)),
        )
        .where(
            col(ContractLine.municipality_id) == work.municipality_id, col(ContractLine.service).in_(codes)
        )
    )
    agreed = (
        select(col(Entitlement.law), col(CareAgreement.service))
        .join_from(
            CareAgreement,
            Entitlement,
            (col(Entitlement.municipality_id) == col(CareAgreement.municipality_id))
            & (col(Entitlement.id) == col(CareAgreement.entitlement_id)),
        )
        .where(
            col(CareAgreement.municipality_id) == work.municipality_id, col(CareAgreement.service).in_(codes)
        )
    )
    found = (work.session.execute(statement) for statement in (contracted, agreed))
    return {(law, service) for rows in found for law, service in rows}
