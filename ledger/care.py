# SPDX-License-Identifier: EUPL-1.2
"""Care agreements (zorgovereenkomsten): what a drawing right may be spent on, approved twice.

Source: Uitvoeringsregeling Wmo 2015, art. 2a: the municipality and the paying agent both approve.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import col

from ledger import db, entries
from ledger.db import Work
from ledger.errors import Conflict, Forbidden, LedgerError, NotFound, Refused
from ledger.inputs import Amount, Id7, Moment, ProductCode, Text, Validity, fingerprint
from ledger.rules.facts import EntitlementKind, Period
from ledger.rules.funding import AccountKind
from ledger.scans import NoSuchProvider, NoSuchRight
from ledger.tables import (
    Approver,
    CareAgreement,
    CareApproval,
    CareDecline,
    Entitlement,
    Programme,
    ProgrammeVersion,
    Provider,
    RateClass,
    Service,
)
from ledger.units import Measure, Unit


@dataclass(kw_only=True, eq=False)
class AgreementNotFound(NotFound):
    """There is no such care agreement here."""

    code: ClassVar[str] = "care_agreement_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class AgreementExists(Conflict):
    """This id was used for a care agreement with other content."""

    code: ClassVar[str] = "care_agreement_exists"
    id: UUID


@dataclass(kw_only=True, eq=False)
class NotADrawingRight(Refused):
    """Care agreements belong to drawing rights."""

    code: ClassVar[str] = "not_a_drawing_right"


@dataclass(kw_only=True, eq=False)
class RateWithoutCeiling(Refused):
    """The programme sets no ceiling for this service and class of rate, so no rate can pass."""

    code: ClassVar[str] = "rate_without_ceiling"
    service: str
    rate_class: str


@dataclass(kw_only=True, eq=False)
class RateAboveCeiling(Refused):
    """The rate is above the ceiling of the municipal ordinance."""

    code: ClassVar[str] = "rate_above_ceiling"
    rate_cents: int
    ceiling_cents: int


@dataclass(kw_only=True, eq=False)
class OutsideEntitlement(Refused):
    """The agreement would hold on days on which the drawing right does not."""

    code: ClassVar[str] = "agreement_outside_entitlement"


@dataclass(kw_only=True, eq=False)
class SameApprover(Forbidden):
    """Who gave one approval does not give the other."""

    code: ClassVar[str] = "same_approver"


@dataclass(kw_only=True, eq=False)
class AgreementDeclined(Refused):
    """An approver said no to this agreement; another can be entered."""

    code: ClassVar[str] = "care_agreement_declined"
    id: UUID
    reason: str


@dataclass(kw_only=True, eq=False)
class AgreementApproved(Refused):
    """Both approvers said yes to this agreement already: nobody says no any more."""

    code: ClassVar[str] = "care_agreement_approved"
    id: UUID


@dataclass(kw_only=True, eq=False)
class HelperUnknown(Refused):
    """No helper of this municipality has this name, AGB code or id."""

    code: ClassVar[str] = "helper_unknown"


@dataclass(kw_only=True, eq=False)
class HelperNameShared(Refused):
    """More than one helper of this municipality has this name."""

    code: ClassVar[str] = "helper_name_shared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreeable:
    """What may be agreed under a drawing right today, and at most for how much."""

    service: str
    name: str
    measure: Measure
    rate_class: RateClass
    ceiling_cents: int
    """Per measure of the service."""


class AgreementTerms(Validity):
    """A resident and a helper agree on a service at a rate."""

    entitlement_id: UUID
    provider_id: UUID
    service: ProductCode
    rate_class: RateClass
    rate_cents: Amount
    """Per measure of the service."""
    at: Moment


class Agreement(AgreementTerms):
    """Terms with the id of the agreement."""

    id: Id7


Outcome: TypeAlias = CareAgreement | LedgerError
"""The agreement, or why it was refused."""


def agree(work: Work, agreements: Sequence[Agreement]) -> list[Outcome]:
    """Enter care agreements; outcomes[i] answers agreements[i]. They pay nothing until approved twice."""
    desk = _load(work, agreements)
    outcomes = [desk.judge(each) for each in agreements]
    # After this point only writes.
    if desk.fresh:
        work.session.connection().execute(insert(CareAgreement), desk.fresh)
        entries.open_accounts(work, {(AccountKind.PAYABLE, row["id"], Unit.EUROCENT) for row in desk.fresh})
    return outcomes


@dataclass(kw_only=True)
class _Desk:
    """What a batch of agreements needs, and the rows it makes."""

    work: Work
    known: dict[UUID, CareAgreement]
    rights: Mapping[UUID, Entitlement]
    providers: Mapping[UUID, Provider]
    ceilings: Mapping[tuple[UUID, str, RateClass], int]
    fresh: list[dict[str, Any]] = field(default_factory=list)

    def judge(self, agreement: Agreement) -> Outcome:
        """Order: known id, entitlement, its kind, provider, days, ceiling."""
        if row := self.known.get(agreement.id):
            same = row.fingerprint == fingerprint(agreement)
            return row if same else AgreementExists(id=agreement.id)
        right = self.rights.get(agreement.entitlement_id)
        if right is None:
            return NoSuchRight()
        if right.kind is not EntitlementKind.DRAWING_RIGHT:
            return NotADrawingRight()
        if agreement.provider_id not in self.providers:
            return NoSuchProvider(id=agreement.provider_id)
        if not _lies_within(agreement, right):
            return OutsideEntitlement()
        return self._rated(agreement, right)

    def _rated(self, agreement: Agreement, right: Entitlement) -> Outcome:
        ceiling = self.ceilings.get((right.programme_id, agreement.service, agreement.rate_class))
        if ceiling is None:
            return RateWithoutCeiling(service=agreement.service, rate_class=agreement.rate_class)
        if agreement.rate_cents > ceiling:
            return RateAboveCeiling(rate_cents=agreement.rate_cents, ceiling_cents=ceiling)
        return self._take(agreement, ceiling)

    def _take(self, agreement: Agreement, ceiling: int) -> CareAgreement:
        row = CareAgreement(
            municipality_id=self.work.municipality_id,
            ceiling_cents=ceiling,
            fingerprint=fingerprint(agreement),
            actor_id=self.work.actor_id,
            recorded_at=self.work.now,
            **dict(agreement),
        )
        self.known[row.id] = row
        self.fresh.append(row.model_dump())
        return row


def _lies_within(agreement: Agreement, right: Entitlement) -> bool:
    validity = Period(start=right.valid_from, until=right.valid_until)
    if agreement.valid_until is None:
        return validity.holds(agreement.valid_from) and right.valid_until is None
    return validity.holds(agreement.valid_from) and validity.holds(agreement.valid_until)


def _load(work: Work, agreements: Sequence[Agreement]) -> _Desk:
    rights = db.rows(work, Entitlement, {each.entitlement_id for each in agreements})
    return _Desk(
        work=work,
        known=db.rows(work, CareAgreement, {each.id for each in agreements}),
        rights=rights,
        providers=db.rows(work, Provider, {each.provider_id for each in agreements}),
        ceilings=_ceilings(work, {right.programme_id for right in rights.values()}),
    )


def _ceilings(work: Work, programme_ids: set[UUID]) -> dict[tuple[UUID, str, RateClass], int]:
    """The ceilings of the published versions, by programme, service and class."""
    statement = (
        select(ProgrammeVersion)
        .join(
            Programme,
            (col(Programme.municipality_id) == col(ProgrammeVersion.municipality_id))
            & (col(Programme.id) == col(ProgrammeVersion.programme_id))
            & (col(Programme.published_version) == col(ProgrammeVersion.version)),
        )
        .where(
            col(ProgrammeVersion.municipality_id) == work.municipality_id,
            col(ProgrammeVersion.programme_id).in_(programme_ids),
        )
    )
    return {
        (row.programme_id, each.service, RateClass(each.rate_class)): each.ceiling_cents
        for row in work.session.scalars(statement)
        for each in row.rate_ceilings
    }


def agreeable(work: Work, right: Entitlement) -> list[Agreeable]:
    """The services that its programme sets a ceiling for, by name; for what has none no rate can pass."""
    names = {
        row.code: row
        for row in work.session.scalars(
            select(Service).where(
                col(Service.municipality_id) == work.municipality_id, col(Service.law) == right.law
            )
        )
    }
    found = [
        Agreeable(
            service=service,
            name=names[service].name,
            measure=names[service].measure,
            rate_class=rate_class,
            ceiling_cents=ceiling,
        )
        for (_, service, rate_class), ceiling in _ceilings(work, {right.programme_id}).items()
        if service in names
    ]
    return sorted(found, key=lambda each: (each.name, each.rate_class))


def helper(work: Work, told: str) -> UUID:
    """The helper that a resident names by name, by AGB code, or by the id that the municipality gave them.

    Whole and exactly but for capitals, so that nobody is looked for. Raises HelperUnknown, HelperNameShared.
    """
    text, name = "".join(told.split()), " ".join(told.split()).casefold()
    statement = select(col(Provider.id), col(Provider.agb), col(Provider.trade_name)).where(
        col(Provider.municipality_id) == work.municipality_id
    )
    # folded here: databases differ in which capitals they know
    found: list[UUID] = [
        id_
        for id_, agb, trade_name in work.session.execute(statement)
        if text == agb or _id(text) == id_ or " ".join(trade_name.split()).casefold() == name
    ]
    if not found:
        raise HelperUnknown()
    if len(found) > 1:
        raise HelperNameShared()
    return found[0]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def approve(work: Work, agreement_id: UUID, approver: Approver) -> CareAgreement:
    """Give one of the two approvals, as who acts now; given twice it changes nothing.

    Raises AgreementNotFound, AgreementDeclined, and SameApprover when this actor gave the other approval.
    """
    agreement = _locked(work, agreement_id)
    if no := declined(work, [agreement_id]).get(agreement_id):
        raise AgreementDeclined(id=agreement_id, reason=no.reason)
    given = approvals(work, agreement_id)
    if any(each.actor_id == work.actor_id and each.approver is not approver for each in given):
        raise SameApprover()
    if all(each.approver is not approver for each in given):
        row = CareApproval(
            municipality_id=work.municipality_id,
            agreement_id=agreement_id,
            approver=approver,
            actor_id=work.actor_id,
            recorded_at=work.now,
        )
        work.session.connection().execute(insert(CareApproval), [row.model_dump()])
    return agreement


def decline(work: Work, agreement_id: UUID, approver: Approver, reason: Text) -> CareAgreement:
    """Say no, for good; the same no again changes nothing.

    Raises AgreementNotFound, AgreementDeclined after another no, AgreementApproved after both approvals.
    """
    agreement = _locked(work, agreement_id)
    if no := declined(work, [agreement_id]).get(agreement_id):
        if (no.approver, no.reason, no.actor_id) == (approver, reason, work.actor_id):
            return agreement
        raise AgreementDeclined(id=agreement_id, reason=no.reason)
    if len(approvals(work, agreement_id)) == len(Approver):
        raise AgreementApproved(id=agreement_id)
    row = CareDecline(
        municipality_id=work.municipality_id,
        agreement_id=agreement_id,
        approver=approver,
        reason=reason,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )
    work.session.connection().execute(insert(CareDecline), [row.model_dump()])
    return agreement


def declined(work: Work, agreement_ids: Collection[UUID]) -> dict[UUID, CareDecline]:
    """Who said no to these, and why; what nobody declined is absent."""
    statement = select(CareDecline).where(
        col(CareDecline.municipality_id) == work.municipality_id,
        col(CareDecline.agreement_id).in_(agreement_ids),
    )
    return {row.agreement_id: row for row in work.session.scalars(statement)}


def _locked(work: Work, agreement_id: UUID) -> CareAgreement:
    agreement = db.rows(work, CareAgreement, {agreement_id}, lock=True).get(agreement_id)
    if agreement is None:
        raise AgreementNotFound(id=agreement_id)
    return agreement


def approvals(work: Work, agreement_id: UUID) -> Sequence[CareApproval]:
    """The approvals given so far."""
    statement = select(CareApproval).where(
        col(CareApproval.municipality_id) == work.municipality_id,
        col(CareApproval.agreement_id) == agreement_id,
    )
    return work.session.scalars(statement).all()


def approved(work: Work, agreement_ids: Collection[UUID]) -> dict[UUID, set[Approver]]:
    """Who approved each of these so far; what nobody approved is absent."""
    statement = select(CareApproval).where(
        col(CareApproval.municipality_id) == work.municipality_id,
        col(CareApproval.agreement_id).in_(agreement_ids),
    )
    found: dict[UUID, set[Approver]] = {}
    for row in work.session.scalars(statement):
        found.setdefault(row.agreement_id, set()).add(row.approver)
    return found


def of_entitlement(work: Work, entitlement_id: UUID) -> Sequence[CareAgreement]:
    """All care agreements under one drawing right, oldest first."""
    statement = select(CareAgreement).where(
        col(CareAgreement.municipality_id) == work.municipality_id,
        col(CareAgreement.entitlement_id) == entitlement_id,
    )
    return work.session.scalars(statement.order_by(col(CareAgreement.id))).all()
