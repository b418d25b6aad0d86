# SPDX-License-Identifier: EUPL-1.2
"""Care agreements under drawing rights, and their two approvals."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import schemas, schemas_rights
from api.answers import made
from api.deps import AWindow, Desk, PathId, QueryId, accepted, joined, reading, told, writing
from ledger import care, lists
from ledger.care import Agreement, AgreementNotFound, AgreementTerms
from ledger.inputs import Input, Text
from ledger.roles import Action
from ledger.scans import NoSuchRight
from ledger.tables import Approver, CareAgreement, Entitlement

router = APIRouter(tags=["care-agreements"])


@router.get(
    "/care-agreements",
    summary="Toon de zorgovereenkomsten",
    description="Een aanbieder ziet de zijne, een inwoner die onder zijn eigen trekkingsrechten.",
    response_model=schemas.Page[schemas_rights.CareAgreement],
)
def list_care_agreements(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_CARE_AGREEMENTS)],
    entitlement_id: Annotated[QueryId, Query(alias="entitlementId")] = None,
) -> Any:
    rights = desk.own_rights()
    if entitlement_id is not None:
        rights = frozenset({entitlement_id}) if rights is None else rights & {entitlement_id}
    found = {"entitlement_id": rights, "provider_id": desk.own_provider(None)}
    rows = lists.page(desk.work, CareAgreement, after=window.after, limit=window.take, **found)
    return window.page(rows)


@router.get(
    "/care-agreements/{id}",
    summary="Toon een zorgovereenkomst",
    description="Met de goedkeuringen die zijn gegeven, of wie haar afwees. Waarom ziet een aanbieder niet.",
    response_model=schemas_rights.CareAgreementState,
)
def get_care_agreement(id: PathId, desk: Annotated[Desk, reading(Action.SEE_CARE_AGREEMENTS)]) -> Any:
    otherwise = AgreementNotFound(id=id)
    row = desk.find(CareAgreement, id, otherwise)
    right = desk.find(Entitlement, row.entitlement_id, otherwise)
    if desk.acting.provider_id is not None:
        desk.acting.require_provider(row.provider_id, otherwise=otherwise)
    else:
        desk.require_person(right.holder_id, otherwise)
    return _state(desk, row)


@router.put(
    "/care-agreements/{id}",
    summary="Voer een zorgovereenkomst in",
    description="Een inwoner en een hulpverlener spreken een dienst en een tarief af. Er wordt pas betaald "
    "als de gemeente en het betaalkantoor haar hebben goedgekeurd.",
    **made(schemas_rights.CareAgreementState),
)
def put_care_agreement(
    id: PathId,
    body: AgreementTerms,
    response: Response,
    desk: Annotated[Desk, writing(Action.ENTER_CARE_AGREEMENT)],
) -> Any:
    right = desk.find(Entitlement, body.entitlement_id, NoSuchRight())
    desk.require_person(right.holder_id, NoSuchRight())
    (outcome,) = care.agree(desk.work, [joined(Agreement, body, id=id)])
    agreement = accepted(outcome)
    told(response, is_new=desk.is_new(agreement))
    return _state(desk, agreement)


@router.put(
    "/care-agreements/{id}/approvals/gatekeeper",
    summary="Keur een zorgovereenkomst goed voor de gemeente",
    description="De eerste van twee goedkeuringen. Wie deze gaf kan de andere niet geven.",
    response_model=schemas_rights.CareAgreementState,
)
def approve_as_gatekeeper(id: PathId, desk: Annotated[Desk, writing(Action.APPROVE_CARE)]) -> Any:
    return _approved(desk, id, Approver.GATEKEEPER)


@router.put(
    "/care-agreements/{id}/approvals/paying-agent",
    summary="Keur een zorgovereenkomst goed voor het betaalkantoor",
    description="De andere van twee goedkeuringen. Wie de eerste gaf kan deze niet geven.",
    response_model=schemas_rights.CareAgreementState,
)
def approve_as_paying_agent(id: PathId, desk: Annotated[Desk, writing(Action.APPROVE_CARE_PAYING)]) -> Any:
    return _approved(desk, id, Approver.PAYING_AGENT)


class DeclineBody(Input):
    """Why not, in the words that the resident reads."""

    reason: Text


@router.put(
    "/care-agreements/{id}/declines/gatekeeper",
    summary="Wijs een zorgovereenkomst af voor de gemeente",
    description="Voorgoed: een andere afspraak is een andere zorgovereenkomst. De inwoner leest waarom. Na "
    "twee goedkeuringen kan het niet meer.",
    response_model=schemas_rights.CareAgreementState,
)
def decline_as_gatekeeper(
    id: PathId, body: DeclineBody, desk: Annotated[Desk, writing(Action.APPROVE_CARE)]
) -> Any:
    return _state(desk, care.decline(desk.work, id, Approver.GATEKEEPER, body.reason))


@router.put(
    "/care-agreements/{id}/declines/paying-agent",
    summary="Wijs een zorgovereenkomst af voor het betaalkantoor",
    description="Voorgoed: een andere afspraak is een andere zorgovereenkomst. De inwoner leest waarom. Na "
    "twee goedkeuringen kan het niet meer.",
    response_model=schemas_rights.CareAgreementState,
)
def decline_as_paying_agent(
    id: PathId, body: DeclineBody, desk: Annotated[Desk, writing(Action.APPROVE_CARE_PAYING)]
) -> Any:
    return _state(desk, care.decline(desk.work, id, Approver.PAYING_AGENT, body.reason))


def _approved(desk: Desk, id: UUID, approver: Approver) -> dict[str, Any]:
    return _state(desk, care.approve(desk.work, id, approver))


def _state(desk: Desk, row: CareAgreement) -> dict[str, Any]:
    decline = care.declined(desk.work, [row.id]).get(row.id)
    hidden = {"reason": None} if desk.acting.provider_id is not None else {}
    return {
        **row.model_dump(),
        "approvals": tuple(care.approvals(desk.work, row.id)),
        "decline": decline and decline.model_dump() | hidden,
    }
