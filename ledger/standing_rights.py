# SPDX-License-Identifier: EUPL-1.2
"""What a resident has, as they should see it: in plain words, what is left, and where it can be used.

A batch of rights at a time; nothing here says who anybody is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from ledger import balances, db, letters
from ledger.balances import Balance
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.rules.facts import EntitlementKind
from ledger.rules.restrictions import OnlyItems, OnlyProviders, OnlyServices
from ledger.tables import (
    Code,
    Contract,
    ContractLine,
    ContractVersion,
    Entitlement,
    Person,
    Provider,
    Redemption,
    Service,
)
from ledger.tables.base import linked
from ledger.texts.given import Given

PLACES_MAX = 200
"""How many services of providers are told at most; where there are more, it says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """One entitlement with what is left of it."""

    right: Entitlement
    balance: Balance
    given: Given


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """A provider where an entitlement can be used today."""

    provider_id: UUID
    trade_name: str
    services: tuple[str, ...]
    """The names of those of its services that this entitlement is for."""
    areas: tuple[str, ...]
    """What it serves; empty is the whole municipality."""


def held(work: Work, rights: Sequence[Entitlement]) -> list[Held]:
    """These entitlements, in the order given."""
    found = balances.of_entitlements(work, [each.id for each in rights])
    given = letters.given(work, rights)
    return [
        Held(right=right, balance=balance, given=given[right.id])
        for right, balance in zip(rights, found, strict=True)
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where an entitlement can be used."""

    places: list[Where]
    area: str | None
    """Where the care is given, as far as it is known: the four digits of a postcode."""
    is_cut: bool
    """Whether there are more than can be told."""


def where(work: Work, right: Entitlement) -> Places:
    """The contracted providers that give what this is for, today and where the care is given.

    First those that are there for this very area, then those of the whole municipality; by name. Of a
    drawing right there are none: the resident chooses, and agrees with whom.
    """
    person = db.rows(work, Person, [right.holder_id])[right.holder_id]
    area = right.area or person.area
    if right.kind is EntitlementKind.DRAWING_RIGHT:
        return Places(places=[], area=area, is_cut=False)
    here = {area, None if right.area else person.neighbourhood}
    rows = work.session.execute(_contracted(work, right)).all()
    found: dict[UUID, tuple[Provider, ContractVersion, list[str]]] = {}
    for provider, version, service in rows[:PLACES_MAX]:
        if not version.areas or not here.isdisjoint(version.areas):
            found.setdefault(provider.id, (provider, version, []))[2].append(service.name)
    places = [
        Where(
            provider_id=provider.id,
            trade_name=provider.trade_name,
            services=tuple(sorted(set(names))),
            areas=version.areas,
        )
        for provider, version, names in sorted(
            found.values(), key=lambda each: (not each[1].areas, each[0].trade_name)
        )
    ]
    return Places(places=places, area=area, is_cut=len(rows) > PLACES_MAX)


def _contracted(work: Work, right: Entitlement) -> "Select[Provider, ContractVersion, Service]":
    day, (services, agbs) = dutch_day(work.now), _named(right)
    statement = (
        select(Provider, ContractVersion, Service)
        .join(Contract, linked(Provider, Contract, col(Contract.provider_id) == col(Provider.id)))
        .join(
            ContractVersion,
            linked(
                Contract,
                ContractVersion,
                col(ContractVersion.contract_id) == col(Contract.id),
                col(ContractVersion.version) == col(Contract.published_version),
            ),
        )
        .join(
            ContractLine,
            linked(
                Contract,
                ContractLine,
                col(ContractLine.contract_id) == col(Contract.id),
                col(ContractLine.version) == col(Contract.published_version),
            ),
        )
        .join(
            Service,
            linked(
                Contract,
                Service,
                col(Service.law) == col(Contract.law),
                col(Service.code) == col(ContractLine.service),
            ),
        )
        .where(
            col(Contract.municipality_id) == work.municipality_id,
            col(Contract.law) == right.law,
            col(ContractVersion.valid_from) <= day,
            or_(col(ContractVersion.valid_until).is_(None), col(ContractVersion.valid_until) >= day),
            col(ContractLine.valid_from) <= day,
            or_(col(ContractLine.valid_until).is_(None), col(ContractLine.valid_until) >= day),
        )
    )
    if services is not None:
        statement = statement.where(col(Service.code).in_(services))
    if agbs is not None:
        statement = statement.where(col(Provider.agb).in_(agbs))
    return statement.order_by(col(Provider.trade_name), col(Service.name)).limit(PLACES_MAX + 1)


def _named(right: Entitlement) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """The services and providers (AGB) that its own restrictions name; None where they name none."""
    services: frozenset[str] | None = None
    agbs: frozenset[str] | None = None
    for rule in right.restrictions:
        match rule:
            case OnlyServices(services=named):
                services = named if services is None else services & named
            case OnlyItems(items=items):
                named = frozenset(item.service for item in items)
                services = named if services is None else services & named
            case OnlyProviders(providers=named):
                agbs = named if agbs is None else agbs & named
    return services, agbs


def newest(work: Work, *, before: UUID | None, limit: int) -> Sequence[Entitlement]:
    """The entitlements of the municipality, the latest minted first; before is exclusive."""
    statement = select(Entitlement).where(col(Entitlement.municipality_id) == work.municipality_id)
    if before is not None:
        statement = statement.where(col(Entitlement.id) < before)
    return work.session.scalars(statement.order_by(col(Entitlement.id).desc()).limit(limit)).all()


def of_holders(
    work: Work, holder_ids: Collection[UUID], *, before: UUID | None, limit: int
) -> Sequence[Entitlement]:
    """The entitlements of these residents, the latest minted first; before is exclusive."""
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id, col(Entitlement.holder_id).in_(holder_ids)
    )
    if before is not None:
        statement = statement.where(col(Entitlement.id) < before)
    return work.session.scalars(statement.order_by(col(Entitlement.id).desc()).limit(limit)).all()


def uses(work: Work, right_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Redemption]:
    """What was redeemed of an entitlement, the latest minted first; before is exclusive."""
    statement = select(Redemption).where(
        col(Redemption.municipality_id) == work.municipality_id,
        col(Redemption.entitlement_id) == right_id,
    )
    if before is not None:
        statement = statement.where(col(Redemption.id) < before)
    return work.session.scalars(statement.order_by(col(Redemption.id).desc()).limit(limit)).all()


def on_day(work: Work, right_id: UUID, provider_id: UUID, day: date) -> int:
    """How many redemptions there are of an entitlement by one provider on a day, also taken back ones."""
    statement = select(func.count()).where(
        col(Redemption.municipality_id) == work.municipality_id,
        col(Redemption.entitlement_id) == right_id,
        col(Redemption.provider_id) == provider_id,
        col(Redemption.service_day) == day,
    )
    return work.session.scalar(statement) or 0


def live_codes(work: Work, right_ids: Sequence[UUID]) -> Mapping[UUID, list[Code]]:
    """The codes that open these entitlements now; a right without one is absent."""
    statement = select(Code).where(
        col(Code.municipality_id) == work.municipality_id,
        col(Code.entitlement_id).in_(right_ids),
        col(Code.revoked_at).is_(None),
        col(Code.expires_at) > work.now,
    )
    found: dict[UUID, list[Code]] = {}
    for row in work.session.scalars(statement.order_by(col(Code.id))):
        found.setdefault(row.entitlement_id, []).append(row)
    return found
