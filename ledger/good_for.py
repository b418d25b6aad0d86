# SPDX-License-Identifier: EUPL-1.2
"""Good for: what a code is good for at this provider, now. Asked at the door before anything is redeemed.

Nothing of the resident is told but what is needed to choose: the services, the price, and what is left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from ledger import redemptions
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.ids import uuid7
from ledger.rules.facts import Law
from ledger.rules.refusals import ProviderNotContracted, Reason
from ledger.rules.tariffs import AtCost
from ledger.scans import Redeemed, RedemptionRefused, Scan, ScanLine, ScanTerms
from ledger.shown import Shown
from ledger.tables import CareAgreement, Contract, ContractLine, Entitlement, Service
from ledger.tables.base import linked
from ledger.units import Measure, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodFor:
    """One service that this code pays for here."""

    service: str
    name: str
    measure: Measure
    price_cents: int | None
    """Of one measure (an hour, a piece); None where the price is what is asked."""
    left_cents: int | None
    """Left of the amount; None where money sets no limit."""
    left_quantity: int | None
    """Left of the quantity; None where it sets no limit."""
    left_unit: Unit | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """A service that the provider has a contract or an agreement for, under some law."""

    law: Law
    service: str
    name: str
    measure: Measure
    price_cents: int | None

    @property
    def smallest(self) -> ScanLine:
        """The least that can be redeemed of it; only asked, never booked."""
        price = 1 if self.price_cents is None and self.measure is not Measure.EURO else None
        return ScanLine(service=self.service, quantity=1, price_cents=price)


def of_code(work: Work, provider_id: UUID, code: str, shown: Shown) -> list[GoodFor]:
    """What this code pays for at this provider today, by name; at least one.

    Raises RedemptionRefused with the reasons why there is none.
    """
    candidates = _candidates(work, provider_id)
    outcomes = redemptions.quote_each(
        work, [_scan(work, provider_id, code, shown, each.smallest) for each in candidates]
    )
    offers = [
        _offer(each, outcome)
        for each, outcome in zip(candidates, outcomes, strict=True)
        if isinstance(outcome, Redeemed)
    ]
    if not offers:
        raise RedemptionRefused(reasons=_why_none(outcomes, shown))
    return offers


def _scan(work: Work, provider_id: UUID, code: str, shown: Shown, line: ScanLine) -> Scan:
    terms = ScanTerms(provider_id=provider_id, code=code, lines=(line,), at=work.now)
    return Scan(id=uuid7(), terms=terms, shown=shown)


def _offer(candidate: _Candidate, smallest: Redeemed) -> GoodFor:
    """What was asked for is left as well."""
    cents, quantity = smallest.remaining_cents, smallest.remaining_quantity
    asked = sum(line.quantity for line in smallest.lines)
    return GoodFor(
        service=candidate.service,
        name=candidate.name,
        measure=candidate.measure,
        price_cents=candidate.price_cents,
        left_cents=None if cents is None else cents + smallest.price_cents,
        left_quantity=None if quantity is None else quantity + asked,
        left_unit=smallest.quantity_unit,
    )


def _why_none(outcomes: Sequence[object], shown: Shown) -> list[Reason]:
    """What all services are refused for; where they differ, everything that was said."""
    if shown.refusal is not None:
        return [shown.refusal]
    said = [each.reasons for each in outcomes if isinstance(each, RedemptionRefused)]
    if not said:
        return [ProviderNotContracted()]
    everything = {str(reason): reason for reasons in said for reason in reasons}
    everywhere = {
        name: reason
        for name, reason in everything.items()
        if all(any(str(other) == name for other in reasons) for reasons in said)
    }
    return list((everywhere or everything).values())


def _candidates(work: Work, provider_id: UUID) -> list[_Candidate]:
    """By name; one of each service, at the tariff that is read first."""
    found: dict[tuple[Law, str], _Candidate] = {}
    for each in (*_contracted(work, provider_id), *_agreed(work, provider_id)):
        found.setdefault((each.law, each.service), each)
    return sorted(found.values(), key=lambda each: (each.name, each.service))


def _contracted(work: Work, provider_id: UUID) -> Iterable[_Candidate]:
    day = dutch_day(work.now)
    statement = (
        select(ContractLine, Service)
        .join(Contract, linked(ContractLine, Contract, col(Contract.id) == col(ContractLine.contract_id)))
        .join(Service, linked(Contract, Service, col(Service.law) == col(Contract.law)))
        .where(
            col(Contract.municipality_id) == work.municipality_id,
            col(Contract.provider_id) == provider_id,
            col(Contract.published_version) == col(ContractLine.version),
            col(Service.code) == col(ContractLine.service),
            col(ContractLine.valid_from) <= day,
            or_(col(ContractLine.valid_until).is_(None), col(ContractLine.valid_until) >= day),
        )
        .order_by(col(ContractLine.contract_id), col(ContractLine.line))
    )
    for line, service in work.session.execute(statement):
        is_open = isinstance(line.tariff, AtCost)
        price = None if is_open else line.tariff.most_cents(service.measure.size, service.measure)
        yield _candidate(service, price)


def _agreed(work: Work, provider_id: UUID) -> Iterable[_Candidate]:
    statement = (
        select(CareAgreement, Service)
        .join(
            Entitlement,
            linked(CareAgreement, Entitlement, col(Entitlement.id) == col(CareAgreement.entitlement_id)),
        )
        .join(Service, linked(Entitlement, Service, col(Service.law) == col(Entitlement.law)))
        .where(
            col(CareAgreement.municipality_id) == work.municipality_id,
            col(CareAgreement.provider_id) == provider_id,
            col(Service.code) == col(CareAgreement.service),
        )
        .order_by(col(CareAgreement.id).desc())
        .limit(_AGREED_MAX)
    )
    for agreement, service in work.session.execute(statement):
        yield _candidate(service, agreement.rate_cents)


_AGREED_MAX = 200
"""Of how many of the newest care agreements the services are asked."""


def _candidate(service: Service, price_cents: int | None) -> _Candidate:
    return _Candidate(
        law=service.law,
        service=service.code,
        name=service.name,
        measure=service.measure,
        price_cents=price_cents,
    )
