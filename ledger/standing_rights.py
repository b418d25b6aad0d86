# SPDX-License-Identifier: EUPL-1.2
"""What a resident has, as they should see it: in plain words, what is left, and where it can be used.

A batch of rights at a time; nothing here says who anybody is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlmodel import col

from ledger import balances, db, letters
from ledger.balances import Balance
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.rules.facts import EntitlementKind, Offer, Period
from ledger.rules.restrictions import (
    AnyRestriction,
    Item,
    OnlyCategories,
    OnlyItems,
    OnlyProviders,
    OnlyServices,
)
from ledger.tables import (
    Code,
    Contract,
    ContractLine,
    ContractVersion,
    Entitlement,
    EntitlementChange,
    Person,
    Programme,
    ProgrammeVersion,
    Provider,
    Redemption,
    Service,
)
from ledger.tables.base import linked
from ledger.texts.given import Given

PLACES_MAX: Final = 500
"""How many providers are named at most: more than a municipality contracts under one law."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """One entitlement with what is left of it."""

    right: Entitlement
    balance: Balance
    given: Given
    stops: tuple[Period, ...]
    """When nothing may be used of it: what holds today, and what is still to come."""


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
    given, today = letters.given(work, rights), dutch_day(work.now)
    return [
        Held(right=right, balance=balance, given=given[right.id], stops=_stops(right, today))
        for right, balance in zip(rights, found, strict=True)
    ]


def _stops(right: Entitlement, today: date) -> tuple[Period, ...]:
    return tuple(each for each in right.suspensions if each.until is None or each.until >= today)


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

    First those that are there for this very area, then those of the whole municipality; by name. As the
    rules of the programme and its own say, which a redemption is judged by. Of a drawing right there are
    none: the resident chooses, and agrees with whom.
    """
    if right.kind is EntitlementKind.DRAWING_RIGHT:
        return Places(places=[], area=_place(work, right)[0], is_cut=False)
    rules, place = (*_of_programme(work, right), *right.restrictions), _place(work, right)
    found: dict[UUID, _At] = {}
    for provider_id, name, agb, areas, code, service in work.session.execute(_contracted(work, right)):
        if _covered(rules, code, agb) and Offer(period=_ANY, line=None, areas=areas).serves(*place):
            at = found.setdefault(provider_id, _At(name=name))
            at.services.add(service)
            at.areas.append(areas)
    places = [
        Where(
            provider_id=provider_id,
            trade_name=at.name,
            services=tuple(sorted(at.services)),
            areas=at.served,
        )
        for provider_id, at in sorted(found.items(), key=lambda each: (not each[1].served, each[1].name))
    ]
    return Places(places=places[:PLACES_MAX], area=place[0], is_cut=len(places) > PLACES_MAX)


@dataclass(kw_only=True, slots=True)
class _At:
    """What was found of one provider, of all its contracts together."""

    name: str
    services: set[str] = field(default_factory=set)
    areas: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def served(self) -> tuple[str, ...]:
        """Everywhere where one contract names no areas."""
        return tuple(sorted({area for each in self.areas for area in each})) if all(self.areas) else ()


_ANY: Final = Period(start=date.min, until=None)
"""The days were asked of the database."""


def _of_programme(work: Work, right: Entitlement) -> tuple[AnyRestriction, ...]:
    """The rules of the programme that are in force."""
    of_version = linked(
        Programme,
        ProgrammeVersion,
        col(ProgrammeVersion.programme_id) == col(Programme.id),
        col(ProgrammeVersion.version) == col(Programme.published_version),
    )
    statement = (
        select(ProgrammeVersion)
        .join(Programme, of_version)
        .where(
            col(Programme.municipality_id) == work.municipality_id, col(Programme.id) == right.programme_id
        )
    )
    version = work.session.scalars(statement).one_or_none()
    return version.restrictions if version else ()


def _place(work: Work, right: Entitlement) -> tuple[str | None, str | None]:
    """Where the care is given, as a redemption is judged: its own area, else where the holder lives."""
    if right.area:
        return right.area, None
    holder = db.rows(work, Person, {right.holder_id})[right.holder_id]
    return holder.area, holder.neighbourhood


def _covered(rules: Sequence[AnyRestriction], service: str, agb: str | None) -> bool:
    """Whether no rule keeps this service away from this provider."""
    for rule in rules:
        match rule:
            case OnlyServices(services=named) if service not in named:
                return False
            case OnlyCategories(categories=named) if service[:2] not in named:
                return False
            case OnlyProviders(providers=named) if agb not in named:
                return False
            case OnlyItems(items=items) if not any(_is_for(item, service, agb) for item in items):
                return False
    return True


def _is_for(item: Item, service: str, agb: str | None) -> bool:
    return item.service == service and (item.providers is None or agb in item.providers)


def _contracted(work: Work, right: Entitlement) -> "Select[UUID, str, str | None, tuple[str, ...], str, str]":
    day = dutch_day(work.now)
    return (
        select(
            col(Provider.id),
            col(Provider.trade_name),
            col(Provider.agb),
            col(ContractVersion.areas),
            col(Service.code),
            col(Service.name),
        )
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


def of_holders(
    work: Work, holder_ids: Collection[UUID], *, before: UUID | None, limit: int
) -> Sequence[Entitlement]:
    """The entitlements of these residents, the latest minted first; before is exclusive."""
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.holder_id).in_(holder_ids),
    )
    if before is not None:
        statement = statement.where(col(Entitlement.id) < before)
    return work.session.scalars(statement.order_by(col(Entitlement.id).desc()).limit(limit)).all()


def changes(work: Work, right_id: UUID, *, limit: int) -> Sequence[EntitlementChange]:
    """The last changes of an entitlement, the oldest of these first."""
    statement = select(EntitlementChange).where(
        col(EntitlementChange.municipality_id) == work.municipality_id,
        col(EntitlementChange.entitlement_id) == right_id,
    )
    last = work.session.scalars(statement.order_by(col(EntitlementChange.version).desc()).limit(limit))
    return last.all()[::-1]


def newest(work: Work, *, before: UUID | None, limit: int) -> Sequence[Entitlement]:
    """The entitlements of the municipality, the latest minted first; before is exclusive."""
    statement = select(Entitlement).where(col(Entitlement.municipality_id) == work.municipality_id)
    if before is not None:
        statement = statement.where(col(Entitlement.id) < before)
    return work.session.scalars(statement.order_by(col(Entitlement.id).desc()).limit(limit)).all()


def of_reference(work: Work, reference: str, *, limit: int) -> Sequence[Entitlement]:
    """The entitlements that a decision of this number gave, in capitals or not; the latest minted first."""
    statement = select(Entitlement).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.reference_folded) == reference.casefold(),
    )
    return work.session.scalars(statement.order_by(col(Entitlement.id).desc()).limit(limit)).all()


def uses(work: Work, right_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Redemption]:
    """What was redeemed of an entitlement, the latest day of care first; before is exclusive."""
    statement = select(Redemption).where(
        col(Redemption.municipality_id) == work.municipality_id,
        col(Redemption.entitlement_id) == right_id,
    )
    last = db.rows(work, Redemption, {before}).get(before) if before else None
    if last is not None:
        seen = tuple_(col(Redemption.service_day), col(Redemption.id))
        statement = statement.where(seen < (last.service_day, last.id))
    ordered = statement.order_by(col(Redemption.service_day).desc(), col(Redemption.id).desc())
    return work.session.scalars(ordered.limit(limit)).all()


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
