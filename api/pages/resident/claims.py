# SPDX-License-Identifier: EUPL-1.2
"""Sending in a claim under a drawing right: first what it costs and what is left, then for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ValidationError

from api.deps import Desk, PathId
from api.pages.door import quantities
from api.pages.faults import Told, told
from api.pages.paths import Audience
from api.pages.resident.overview import own_right
from api.pages.visit import AForm, Sent, Visit, of_form, typed, visit
from ledger import balances, care, catalogue, claims, standing_rights
from ledger.balances import Balance
from ledger.care import AgreementNotFound
from ledger.claims import ClaimLine, ClaimRefused, ClaimTerms
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.inputs import Day, Id7, Input
from ledger.roles import Action
from ledger.tables import Approver, CareAgreement, Entitlement, Provider, Service
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

Claiming = Annotated[Visit, visit(Action.CLAIM, Audience.HOLDER)]

_TYPED: Final = ("day", *quantities.FIELDS)


class _ClaimId(Input):
    """The id that the form minted."""

    id: Id7


class _Typed(Input):
    """When the help was."""

    day: Day


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Under what is claimed."""

    right: Entitlement
    agreement: CareAgreement
    provider: Provider
    service: Service


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What would happen."""

    line: ClaimLine
    cents: int
    balance: Balance
    already: int
    """How many uses of this helper there are on that day."""


@router.get("/my/{id}/claims/{agreementId}")
def get_claim(id: PathId, agreementId: PathId, visit: Claiming) -> Response:
    """The form, for the measure of what was agreed."""
    return _form(visit, id, agreementId)


@router.post("/my/{id}/claims/{agreementId}/look")
def post_look(id: PathId, agreementId: PathId, visit: Claiming, form: AForm) -> Response:
    """What it costs and what is left then; nothing is kept."""

    def act(desk: Desk) -> _Look:
        place = _place(desk, id, agreementId)
        already = standing_rights.on_day(
            desk.work, id, place.provider.id, _line(desk, place, form).service_date
        )
        cents = _claimed(desk, place, form)
        (balance,) = balances.of_entitlements(desk.work, [id])
        return _Look(line=_line(desk, place, form), cents=cents, balance=balance, already=already)

    try:
        look = visit.tried(act)
    except (LedgerError, ValidationError) as error:
        return _form(visit, id, agreementId, refusal=_why(error, visit.language), form=form)

    def content(desk: Desk) -> Mapping[str, Any]:
        hidden = {name: form.one(name) for name in ("id", *_TYPED) if form.maybe(name)}
        return {"place": _place(desk, id, agreementId), "look": look, "hidden": hidden}

    return visit.shown("resident/claim_look.html", content)


@router.post("/my/{id}/claims/{agreementId}")
def post_claim(id: PathId, agreementId: PathId, visit: Claiming, form: AForm) -> Response:
    """Send it in; the same form twice is one claim."""

    def act(desk: Desk) -> str:
        try:
            _claimed(desk, _place(desk, id, agreementId), form)
        except ClaimRefused as refused:
            raise refused.lines[0].error from None
        return f"/my/{id}"

    return visit.acted(
        act, done="claimed_own", otherwise=lambda why: _form(visit, id, agreementId, refusal=why, form=form)
    )


def _claimed(desk: Desk, place: _Place, form: Sent) -> int:
    """The price in eurocents. Raises ClaimRefused, ValidationError."""
    claim_id = _ClaimId.model_validate({"id": form.one("id")}).id
    terms = ClaimTerms(provider_id=place.provider.id, lines=(_line(desk, place, form),))
    return claims.claim(desk.work, claims.of_terms(claim_id, terms)).price_cents


def _line(desk: Desk, place: _Place, form: Sent) -> ClaimLine:
    """Who represents somebody says so: the mandate is judged on the day of the help."""
    is_own = place.right.holder_id == desk.acting.person_id
    claim_id = _ClaimId.model_validate({"id": form.one("id")}).id
    asked = {
        "reference": f"I{claim_id.hex[-18:]}",
        "entitlementId": place.right.id,
        "service": place.service.code,
        "quantity": quantities.of_form(form, place.service.measure),
        "actingPersonId": None if is_own else desk.acting.person_id,
    }
    return ClaimLine.model_validate(
        asked | {"serviceDate": _Typed.model_validate({"day": form.one("day")}).day}
    )


def _why(error: LedgerError | ValidationError, language: Language) -> Told:
    """A claim of one line is told as its line: with every reason."""
    if isinstance(error, ValidationError):
        return of_form(error, language)
    return told(error.lines[0].error if isinstance(error, ClaimRefused) else error, language)


def _form(
    visit: Visit, id: UUID, agreement_id: UUID, *, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        place = _place(desk, id, agreement_id)
        return {
            "place": place,
            "is_approved": len(care.approved(desk.work, [agreement_id]).get(agreement_id, ()))
            == len(Approver),
            "new_id": (form.maybe("id") if form else None) or uuid7(),
            "typed": typed(form, *_TYPED),
        }

    return visit.shown("resident/claim_form.html", content, refusal=refusal)


def _place(desk: Desk, id: UUID, agreement_id: UUID) -> _Place:
    """Raises EntitlementNotFound, AgreementNotFound, also for what is under another entitlement."""
    right, otherwise = own_right(desk, id), AgreementNotFound(id=agreement_id)
    agreement = desk.find(CareAgreement, agreement_id, otherwise)
    if agreement.entitlement_id != right.id:
        raise otherwise
    service = next(
        row for row in catalogue.listed(desk.work) if (row.law, row.code) == (right.law, agreement.service)
    )
    provider = desk.find(Provider, agreement.provider_id, otherwise)
    return _Place(right=right, agreement=agreement, provider=provider, service=service)
