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
from ledger.books import Taken
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind
from ledger.rules.refusals import CodeUnknown, ProviderNotContracted, Reason
from ledger.rules.tariffs import AtCost
from ledger.scans import RedemptionRefused, Scan, ScanLine, ScanTerms
from ledger.shown import Shown
from ledger.tables import CareAgreement, Code, Contract, ContractLine, Entitlement, Service
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
    """A service that the provider has a contract or an agreement for."""

    service: str
    name: str
    measure: Measure
    is_open: bool
    """Whether the price is what is asked."""

    @property
    def smallest(self) -> ScanLine:
        """The least that can be redeemed of it; only asked, never booked."""
        price = 1 if self.is_open and self.measure is not Measure.EURO else None
        return ScanLine(service=self.service, quantity=1, price_cents=price)


def of_code(work: Work, provider_id: UUID, code: str, shown: Shown) -> list[GoodFor]:
    """What this code pays for at this provider today, by name; at least one.

    Raises RedemptionRefused with the reasons why there is none.
    """
    right = _right(work, shown)
    if right is None:
        raise RedemptionRefused(reasons=[shown.refusal or CodeUnknown()])
    candidates = _candidates(work, provider_id, right)
    outcomes = redemptions.ask_each(
        work, [_scan(work, provider_id, code, shown, each.smallest) for each in candidates]
    )
    offers = [
        _offer(each, outcome)
        for each, outcome in zip(candidates, outcomes, strict=True)
        if isinstance(outcome, Taken)
    ]
    if not offers:
        raise RedemptionRefused(reasons=_why_none(outcomes))
    return offers


def _right(work: Work, shown: Shown) -> Entitlement | None:
    """What the code opens, or opened."""
    if shown.token_id is not None:
        wanted = col(Code.token_id) == shown.token_id
    elif shown.manual_digest is not None:
        wanted = col(Code.manual_digest) == shown.manual_digest
    else:
        return None
    statement = (
        select(Entitlement)
        .join(Code, linked(Entitlement, Code, col(Code.entitlement_id) == col(Entitlement.id)))
        .where(col(Code.municipality_id) == work.municipality_id, wanted)
    )
    return work.session.scalars(statement).one_or_none()


def _scan(work: Work, provider_id: UUID, code: str, shown: Shown, line: ScanLine) -> Scan:
    terms = ScanTerms(provider_id=provider_id, code=code, lines=(line,), at=work.now)
    return Scan(id=uuid7(), terms=terms, shown=shown)


def _offer(candidate: _Candidate, taken: Taken) -> GoodFor:
    """At the tariff by which it would be booked; what was asked for is left as well."""
    smallest, offer = taken.redeemed, taken.priced[0].chosen.offer
    assert offer is not None, "accepted under a contract or care agreement"
    tariff, measure = offer.tariff, candidate.measure
    cents, quantity = smallest.remaining_cents, smallest.remaining_quantity
    asked = sum(line.quantity for line in smallest.lines)
    assert tariff is not None, "what has no tariff was refused"
    return GoodFor(
        service=candidate.service,
        name=candidate.name,
        measure=measure,
        price_cents=None if isinstance(tariff, AtCost) else tariff.most_cents(measure.size, measure),
        left_cents=None if cents is None else cents + smallest.price_cents,
        left_quantity=None if quantity is None else quantity + asked,
        left_unit=smallest.quantity_unit,
    )


def _why_none(outcomes: Sequence[Taken | LedgerError]) -> list[Reason]:
    """What all services are refused for; where they differ, everything that was said."""
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


def _candidates(work: Work, provider_id: UUID, right: Entitlement) -> list[_Candidate]:
    """Each service once, by name: of a drawing right what was agreed under it, else what is contracted."""
    is_drawing = right.kind is EntitlementKind.DRAWING_RIGHT
    of_kind = _agreed if is_drawing else _contracted
    found: dict[str, _Candidate] = {}
    for each in of_kind(work, provider_id, right):
        found.setdefault(each.service, each)
    return sorted(found.values(), key=lambda each: (each.name, each.service))


def _contracted(work: Work, provider_id: UUID, right: Entitlement) -> Iterable[_Candidate]:
    day = dutch_day(work.now)
    statement = (
        select(ContractLine, Service)
        .join(Contract, linked(ContractLine, Contract, col(Contract.id) == col(ContractLine.contract_id)))
        .join(Service, linked(Contract, Service, col(Service.law) == col(Contract.law)))
        .where(
            col(Contract.municipality_id) == work.municipality_id,
            col(Contract.provider_id) == provider_id,
            col(Contract.law) == right.law,
            col(Contract.published_version) == col(ContractLine.version),
            col(Service.code) == col(ContractLine.service),
            col(ContractLine.valid_from) <= day,
            or_(col(ContractLine.valid_until).is_(None), col(ContractLine.valid_until) >= day),
        )
        .order_by(col(ContractLine.contract_id).desc(), col(ContractLine.line))
    )
    for line, service in work.session.execute(statement):
        yield _candidate(service, is_open=isinstance(line.tariff, AtCost))


def _agreed(work: Work, provider_id: UUID, right: Entitlement) -> Iterable[_Candidate]:
    """Under this very drawing right: what others agreed is nobody's business here."""
    statement = (
        select(Service)
        .join(CareAgreement, linked(Service, CareAgreement, col(CareAgreement.service) == col(Service.code)))
        .where(
            col(CareAgreement.municipality_id) == work.municipality_id,
            col(CareAgreement.entitlement_id) == right.id,
            col(CareAgreement.provider_id) == provider_id,
            col(Service.law) == right.law,
        )
    )
    for service in work.session.scalars(statement):
        yield _candidate(service, is_open=False)


def _candidate(service: Service, *, is_open: bool) -> _Candidate:
    return _Candidate(name=service.name, service=service.code, measure=service.measure, is_open=is_open)
