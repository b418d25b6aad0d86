# SPDX-License-Identifier: EUPL-1.2
"""Offers: under which contract or care agreement a line falls, and what that offers. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias
from uuid import UUID

from ledger.rules.facts import Offer, Period
from ledger.rules.tariffs import PerMeasure, Tariff

Priced: TypeAlias = tuple[Period, Tariff]
"""A contract line: when it holds, and its tariff."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Under which contract or care agreement one line falls, and what that offers."""

    agreement_id: UUID | None = None
    version: int = 1
    offer: Offer | None = None


NOTHING = Chosen()
"""The provider offers nothing of the kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreed:
    """A contract in force, with its lines by service."""

    id: UUID
    version: int
    period: Period
    areas: tuple[str, ...] = ()
    lines: Mapping[str, tuple[Priced, ...]] = field(default_factory=dict)

    def chosen(self, service: str, day: date) -> Chosen:
        """What it offers of a service; the line of the day, else the last one."""
        lines = self.lines.get(service, ())
        line = next((each for each in lines if each[0].holds(day)), lines[-1] if lines else None)
        offer = Offer(
            period=self.period,
            line=line[0] if line else None,
            areas=self.areas,
            tariff=line[1] if line else None,
        )
        return Chosen(agreement_id=self.id, version=self.version, offer=offer)


@dataclass(frozen=True, kw_only=True, slots=True)
class Care:
    """A care agreement with the approvals it still needs."""

    id: UUID
    service: str
    period: Period
    rate_cents: int
    missing: tuple[str, ...]

    @property
    def chosen(self) -> Chosen:
        """What it offers of its own service."""
        tariff = PerMeasure(rate_cents=self.rate_cents)
        offer = Offer(period=self.period, line=self.period, tariff=tariff, approvals_missing=self.missing)
        return Chosen(agreement_id=self.id, offer=offer)


def best(offers: Iterable[Chosen], day: date, *, area: str | None, neighbourhood: str | None) -> Chosen:
    """The first of those that fit best on this day at this place."""
    return max(offers, key=lambda each: _fit(each.offer, day, area, neighbourhood), default=NOTHING)


def _fit(offer: Offer | None, day: date, area: str | None, neighbourhood: str | None) -> tuple[bool, ...]:
    """How well an offer fits: in force with the service, approved and where the care is given, is best."""
    if offer is None:
        return (False, False, False, False, False)
    in_force = offer.period.holds(day)
    has_line = offer.line is not None
    on_the_day = offer.line is not None and offer.line.holds(day)
    approved = in_force and on_the_day and not offer.approvals_missing
    return (
        approved and offer.serves(area, neighbourhood),
        approved,
        in_force and on_the_day,
        has_line,
        in_force,
    )
