# SPDX-License-Identifier: EUPL-1.2
"""Restrictions: may this be redeemed? Each is data with one pure method over Facts.

STATUTORY rules hold for every redemption; the closed union AnyRestriction is what a programme or an
entitlement may add. Order is the order in which reasons are told.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field

from ledger.rules import refusals as no
from ledger.rules.facts import CodeState, EntitlementKind, Facts, Period, Use
from ledger.rules.periods import Per, count, days_later, next_start, period_of
from ledger.rules.tariffs import RULE
from ledger.units import AMOUNT_MAX, Unit

Code: TypeAlias = Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")]
Agb: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{8}$")]
Positive: TypeAlias = Annotated[int, Field(gt=0, le=AMOUNT_MAX, strict=True)]


class Restriction(BaseModel):
    """One rule: its parameters, and refusal()."""

    model_config = RULE

    def refusal(self, facts: Facts) -> no.Reason | None:
        """The reason this rule says no, or None."""
        raise NotImplementedError


# ------------------------------------------------------------------ what holds for every redemption


class CodeInForce(Restriction):
    """The code that was shown is ours and in force; without one, the provider must be named."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        match facts.code:
            case CodeState.REVOKED:
                return no.CodeRevoked()
            case CodeState.EXPIRED:
                return no.CodeExpired()
            case CodeState.NOT_YET_VALID:
                return no.CodeNotYetValid()
            case CodeState.NONE:
                return None if self._may_go_without(facts) else no.CodeRequired()
            case CodeState.VALID:
                return None

    @staticmethod
    def _may_go_without(facts: Facts) -> bool:
        if facts.kind is EntitlementKind.DRAWING_RIGHT:
            return True
        return facts.named_providers is not None and facts.provider_agb in facts.named_providers


class NotInFuture(Restriction):
    """Care is redeemed on or after the day it was given; only a reservation may lie ahead."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.reserving or not facts.ahead:
            return None
        return no.ServiceDayInFuture(service_day=facts.service_day, first_day=facts.service_day)


class WithinValidity(Restriction):
    """The service day lies in the validity, last day inclusive, and the entitlement is not closed."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.service_day < facts.validity.start:
            return no.NotYetValid(first_day=facts.validity.start)
        if facts.validity.until and facts.service_day > facts.validity.until:
            return no.AfterEnd(last_day=facts.validity.until)
        return no.Closed() if facts.closed else None


class NotSuspended(Restriction):
    """No suspension covers the service day."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        for period in facts.suspensions:
            if period.holds(facts.service_day):
                return no.Suspended(from_day=period.start, first_day=_first_free(period, facts.suspensions))
        return None


def _first_free(period: Period, suspensions: Iterable[Period]) -> date | None:
    """The first day after the period on which no other suspension holds; None: not known yet."""
    first = next_start(period)
    for other in sorted(suspensions, key=lambda each: each.start):
        if first is not None and other.holds(first):
            first = next_start(other)
    return first


class InCatalogue(Restriction):
    """The product code is in the catalogue, and the entitlement holds its unit."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.unit is None:
            return no.ServiceUnknown(service=facts.service)
        if facts.quantity_unit in (None, facts.unit):
            return None
        return no.UnitNotCovered(unit=facts.unit, covered=str(facts.quantity_unit))


class Contracted(Restriction):
    """The provider has a contract for that service on that day (drawing rights: a care agreement)."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        offer = facts.offer
        if facts.kind is EntitlementKind.DRAWING_RIGHT:
            return self._agreed(facts)
        if offer is None:
            return no.ProviderNotContracted()
        if not offer.period.holds(facts.service_day):
            return no.ContractNotInForce(from_day=offer.period.start, last_day=offer.period.until)
        if offer.line is None or not offer.line.holds(facts.service_day) or offer.tariff is None:
            return no.ServiceNotContracted(service=facts.service)
        return None

    @staticmethod
    def _agreed(facts: Facts) -> no.Reason | None:
        offer = facts.offer
        if offer is None or offer.line is None or offer.tariff is None:
            return no.CareAgreementMissing()
        if offer.approvals_missing:
            return no.CareAgreementNotApproved(waits_for=offer.approvals_missing)
        if not offer.period.holds(facts.service_day):
            return no.ContractNotInForce(from_day=offer.period.start, last_day=offer.period.until)
        return None


class AreaServed(Restriction):
    """The contract serves the place where the care is given; unknown places are not served."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.offer is None or facts.offer.serves(facts.area, facts.neighbourhood):
            return None
        return no.AreaNotServed(area=facts.area or facts.neighbourhood)


class NotAboveTariff(Restriction):
    """The price asked is at most the tariff of that day."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        asked, most = facts.price_cents, facts.most_cents
        if asked is None or most is None or asked <= most:
            return None
        return no.PriceAboveTariff(asked_cents=asked, most_cents=most)


class Mandated(Restriction):
    """Who acts for the holder had a mandate on that day."""

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        return no.MandateMissing() if facts.mandated is False else None


STATUTORY: tuple[Restriction, ...] = (
    CodeInForce(),
    NotInFuture(),
    WithinValidity(),
    NotSuspended(),
    InCatalogue(),
    Contracted(),
    AreaServed(),
    NotAboveTariff(),
    Mandated(),
)
"""The rules no programme can leave out, in the order in which reasons are told."""


# --------------------------------------------- what a programme or an entitlement may add, as data


class OnlyServices(Restriction):
    """Only these product codes: one is a single service, more are a menu."""

    kind: Literal["only_services"] = "only_services"
    services: frozenset[Code] = Field(min_length=1)

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.service in self.services:
            return None
        return no.ServiceNotCovered(service=facts.service, covered=tuple(sorted(self.services)))


class OnlyCategories(Restriction):
    """Only product codes of these categories (the first two characters of a code)."""

    kind: Literal["only_categories"] = "only_categories"
    categories: frozenset[Annotated[str, Field(pattern=r"^[0-9A-Z]{2}$")]] = Field(min_length=1)

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.service[:2] in self.categories:
            return None
        return no.ServiceNotCovered(service=facts.service, covered=tuple(sorted(self.categories)))


class OnlyProviders(Restriction):
    """Only these providers, by AGB code."""

    kind: Literal["only_providers"] = "only_providers"
    providers: frozenset[Agb] = Field(min_length=1)

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.provider_agb in self.providers:
            return None
        return no.ProviderNotAllowed(allowed=tuple(sorted(self.providers)))


class Item(BaseModel):
    """One item of an arrangement: a service, and who may give it (None: any contracted provider)."""

    model_config = RULE

    service: Code
    providers: frozenset[Agb] | None = None

    def covers(self, facts: Facts) -> bool:
        """Whether this item is for that service at that provider."""
        return self.service == facts.service and (
            self.providers is None or facts.provider_agb in self.providers
        )


class OnlyItems(Restriction):
    """Only the items of the plan: each a service with its own providers."""

    kind: Literal["only_items"] = "only_items"
    items: tuple[Item, ...] = Field(min_length=1)

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        return None if any(item.covers(facts) for item in self.items) else no.NotInPlan(service=facts.service)


class Cap(Restriction):
    """At most so much per period, of all services or of some.

    With carry_over, what was left in earlier periods of the validity adds to this one.
    Redemptions may arrive out of order, so later periods that were used are judged too.
    """

    kind: Literal["cap"] = "cap"
    per: Per
    unit: Unit
    most: Positive
    services: frozenset[Code] | None = None
    carry_over: bool = False

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        if facts.unit is None or (self.services is not None and facts.service not in self.services):
            return None  # InCatalogue refuses what the catalogue does not know
        taken = self._taken(facts)
        if taken is None:
            return no.UnitNotCovered(unit=facts.unit, covered=self.unit)
        most, left = self._room(facts)
        if taken <= left:
            return None
        period = period_of(facts.service_day, self.per, facts.validity)
        first_day = next_start(period)
        if first_day and not facts.validity.holds(first_day):
            first_day = None
        return no.CapReached(per=self.per, unit=self.unit, most=most, left=max(left, 0), first_day=first_day)

    def _taken(self, facts: Facts) -> int | None:
        """What this redemption would take in the cap's unit; None: it cannot be counted."""
        if self.unit is Unit.EUROCENT:
            return facts.price_cents or 0
        return facts.quantity if facts.unit is self.unit else None

    def _room(self, facts: Facts) -> tuple[int, int]:
        """The most in the period of the service day, and what is left of it."""
        period = period_of(facts.service_day, self.per, facts.validity)
        if not self.carry_over:
            return self.most, self.most - self._used(facts.usage, period.start, period.until)
        last_day = period.until or facts.service_day
        later = sorted({use.day for use in facts.usage if use.day > last_day})
        rooms = [self._cumulative(facts, last_day)]
        rooms += [
            self._cumulative(facts, period_of(day, self.per, facts.validity).until or day) for day in later
        ]
        return rooms[0] + self._used(facts.usage, period.start, last_day), min(rooms)

    def _cumulative(self, facts: Facts, last_day: date) -> int:
        """What is left of all periods from the start of the validity up to and including last_day."""
        start = facts.validity.start
        return self.most * count(start, last_day, self.per) - self._used(facts.usage, start, last_day)

    def _used(self, usage: Iterable[Use], start: date, until: date | None) -> int:
        return sum(
            use.cents if self.unit is Unit.EUROCENT else use.quantity
            for use in usage
            if use.day >= start
            and (until is None or use.day <= until)
            and (self.services is None or use.service in self.services)
            and (self.unit is Unit.EUROCENT or use.unit is self.unit)
        )


class UsesMax(Restriction):
    """At most so many redemptions in all."""

    kind: Literal["uses_max"] = "uses_max"
    most: Positive

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        return None if facts.uses < self.most else no.UsesExhausted(most=self.most)


class ClaimWithin(Restriction):
    """Claimed at most so many days after the service day."""

    kind: Literal["claim_within"] = "claim_within"
    days: Annotated[int, Field(ge=0, le=3650, strict=True)]

    def refusal(self, facts: Facts) -> no.Reason | None:
        """See Restriction."""
        last_day = days_later(facts.service_day, self.days)
        return None if facts.today <= last_day else no.ClaimTooLate(last_day=last_day)


AnyRestriction: TypeAlias = Annotated[
    OnlyServices | OnlyCategories | OnlyProviders | OnlyItems | Cap | UsesMax | ClaimWithin,
    Field(discriminator="kind"),
]
"""Every rule a programme or an entitlement may hold."""


def named_providers(restrictions: Iterable[Restriction], service: str) -> frozenset[str] | None:
    """The AGB codes that every naming restriction names for a service; None when none names anybody."""
    named: frozenset[str] | None = None
    for rule in restrictions:
        if (found := _named_by(rule, service)) is not None:
            named = found if named is None else named & found
    return named


def _named_by(rule: Restriction, service: str) -> frozenset[str] | None:
    if isinstance(rule, OnlyProviders):
        return rule.providers
    if isinstance(rule, OnlyItems):
        items = [item.providers for item in rule.items if item.service == service and item.providers]
        return frozenset().union(*items) if items else None
    return None


def reasons(facts: Facts, restrictions: Iterable[Restriction]) -> list[no.Reason]:
    """Every rule that says no, statutory ones first, in the order given."""
    found = (rule.refusal(facts) for rule in (*STATUTORY, *restrictions))
    return [reason for reason in found if reason is not None]
