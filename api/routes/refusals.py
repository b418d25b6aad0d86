# SPDX-License-Identifier: EUPL-1.2
"""Requests that were refused, and the letters that tell a decision."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api import schemas_refusals
from api.answers import file, made
from api.deps import AWindow, Desk, PathId, QueryId, TheHouse, joined, may, reading, told, writing
from api.problems import language_of_request
from api.schemas import Page
from ledger import decision_letters, lists, refusals
from ledger.formats import decision_letter
from ledger.refusals import RefusalInput, RefusalTerms
from ledger.roles import ActingAs, Action
from ledger.tables import Refusal

router = APIRouter(tags=["refusals"])


@router.get(
    "/refusals",
    summary="Toon de afwijzingen",
    description="Aanvragen die niet zijn toegekend, met waarom; van een inwoner als holderId is gegeven.",
    response_model=Page[schemas_refusals.Refusal],
)
def list_refusals(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.GRANT)],
    holder_id: Annotated[QueryId, Query(alias="holderId")] = None,
) -> Any:
    rows = lists.page(desk.work, Refusal, after=window.after, limit=window.take, holder_id=holder_id)
    return window.page(rows)


@router.get(
    "/refusals/{id}",
    summary="Toon een afwijzing",
    description="Wat is gevraagd, en waarom het niet is toegekend.",
    response_model=schemas_refusals.Refusal,
)
def get_refusal(id: PathId, desk: Annotated[Desk, reading(Action.GRANT)]) -> Any:
    return refusals.get(desk.work, id)


@router.put(
    "/refusals/{id}",
    summary="Leg een afwijzing vast",
    description="Een aanvraag die niet is toegekend. Wat is gevraagd en waarom niet, staan zo in de brief.",
    **made(schemas_refusals.Refusal),
)
def put_refusal(
    id: PathId, body: RefusalTerms, response: Response, desk: Annotated[Desk, writing(Action.GRANT)]
) -> Any:
    (row,) = refusals.refuse(desk.work, [joined(RefusalInput, body, id=id)])
    told(response, is_new=desk.is_new(row))
    return row


@router.get(
    "/refusals/{id}/letter",
    summary="Druk de brief met een afwijzing af",
    description="Een A4 in pdf, in de taal van Accept-Language. Wordt genoteerd als een blik op de inwoner.",
    response_class=Response,
    **file("application/pdf", description="De brief."),
)
def get_refusal_letter(
    id: PathId, request: Request, house: TheHouse, acting: Annotated[ActingAs, may(Action.GRANT)]
) -> Response:
    with house.writing(acting) as desk:
        page = decision_letters.of_refusal(desk.work, desk.keys, id, language_of_request(request))
    return Response(decision_letter.pdf(page), media_type="application/pdf")


@router.get(
    "/entitlements/{id}/end-letter",
    summary="Druk de brief over het einde van een tegoed af",
    description="Van een tegoed dat is beëindigd: de laatste dag, waarom, en hoe iemand bezwaar maakt. Een "
    "A4 in pdf, in de taal van Accept-Language. Wordt genoteerd als een blik op de inwoner.",
    response_class=Response,
    **file("application/pdf", description="De brief."),
)
def get_end_letter(
    id: PathId, request: Request, house: TheHouse, acting: Annotated[ActingAs, may(Action.GRANT)]
) -> Response:
    with house.writing(acting) as desk:
        page = decision_letters.of_end(desk.work, desk.keys, id, language_of_request(request))
    return Response(decision_letter.pdf(page), media_type="application/pdf")
