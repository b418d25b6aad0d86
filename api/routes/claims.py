# SPDX-License-Identifier: EUPL-1.2
"""Claims: what providers declare, as JSON or as a file, and a resident's claim under a drawing right."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import problems, schemas
from api.answers import body as file_body
from api.answers import made
from api.deps import AWindow, Desk, PathId, QueryId, RawBody, joined, reading, told, writing
from ledger import claims, db, lists
from ledger.care import NotADrawingRight
from ledger.claims import LINES_MAX, ClaimLine, ClaimOrder, ClaimTerms, NumberedLine
from ledger.inputs import Input
from ledger.roles import Action, NotYours
from ledger.rules.facts import EntitlementKind
from ledger.scans import NoSuchRight
from ledger.tables import Claim, Entitlement

router = APIRouter(tags=["claims"])

DryRun = Annotated[bool, Query(alias="dryRun", description="Alleen beoordelen: er wordt niets geboekt.")]


class ClaimBody(Input):
    """A claim; a provider may leave out that it is itself."""

    provider_id: UUID | None = None
    lines: Annotated[tuple[ClaimLine, ...], Field(min_length=1, max_length=LINES_MAX)]


@router.put(
    "/claims/{id}",
    summary="Dien een declaratie in",
    description="De declaratie wordt heel geboekt of niet; bij een weigering staat per regel waarom. "
    "Dezelfde declaratie opnieuw wordt niet nog eens geboekt.",
    **made(schemas.Claim),
)
def put_claim(
    id: PathId, body: ClaimBody, response: Response, desk: Annotated[Desk, writing(Action.CLAIM)]
) -> Any:
    terms = joined(ClaimTerms, body, provider_id=desk.own_provider(body.provider_id))
    return _booked(desk, response, claims.of_terms(id, terms))


@router.post(
    "/claims/_file",
    summary="Dien een declaratiebestand in",
    description="CSV met de kolommen reference, service, quantity, service_date, en entitlement of law met "
    "allocation_number; price_cents mag. Hetzelfde bestand is dezelfde declaratie. Met dryRun hoort u "
    "alleen wat er niet klopt, en waar de regels die wel kloppen op uitkomen.",
    openapi_extra=file_body("text/csv", "Het bestand, hoogstens 25 MB."),
    response_model=schemas.Claim | schemas.ClaimTrial,
    responses={201: {"description": "Geboekt.", "model": schemas.Claim}},
)
def file_claim(
    request: Request,
    response: Response,
    desk: Annotated[Desk, writing(Action.CLAIM)],
    source: RawBody,
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
    dry_run: DryRun = False,
) -> Any:
    own = desk.own_provider(provider_id)
    if own is None:
        raise NotYours()  # a resident who names no provider
    order = claims.of_file(own, source)
    return _tried(desk, request, order) if dry_run else _booked(desk, response, order)


@router.get(
    "/claims",
    summary="Toon de declaraties",
    description="Een aanbieder ziet de zijne, een inwoner die hij zelf indiende.",
    response_model=schemas.Page[schemas.Claim],
)
def list_claims(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_REDEMPTIONS)],
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
) -> Any:
    own = {
        "provider_id": desk.own_provider(provider_id),
        "actor_id": desk.acting.actor_id if desk.acting.person_id else None,
    }
    return window.page(lists.page(desk.work, Claim, after=window.after, limit=window.take, **own))


@router.get(
    "/claims/{id}",
    summary="Toon een declaratie",
    description="Haar regels staan bij de verzilveringen, met claimId.",
    response_model=schemas.Claim,
)
def get_claim(id: PathId, desk: Annotated[Desk, reading(Action.SEE_REDEMPTIONS)]) -> Any:
    row = desk.find(Claim, id, NotYours())
    if desk.acting.person_id is None:
        desk.acting.require_provider(row.provider_id)
    elif row.actor_id != desk.acting.actor_id:
        raise NotYours()
    return row


def _booked(desk: Desk, response: Response, order: ClaimOrder) -> Claim:
    row = claims.claim(desk.work, _own(desk, order))
    told(response, is_new=desk.is_new(row))
    return row


def _tried(desk: Desk, request: Request, order: ClaimOrder) -> schemas.ClaimTrial:
    verdict = claims.judge(desk.work, _own(desk, order))
    language = problems.language_of_request(request)
    return schemas.ClaimTrial(
        accepted=not verdict.bad,
        lines=tuple(problems.line(each, language) for each in verdict.bad),
        good_lines=verdict.good,
        price_cents=verdict.price_cents,
        quantities=tuple(
            schemas.UnitSum(unit=unit, quantity=sum_) for unit, sum_ in sorted(verdict.quantities.items())
        ),
    )


def _own(desk: Desk, order: ClaimOrder) -> ClaimOrder:
    """A provider's claim as it is; a resident's only for drawing rights of who they are or represent."""
    own = desk.own_people()
    if own is None:
        return order
    named = {line.content.entitlement_id for line in order.lines if line.content}
    rights = db.rows(desk.work, Entitlement, {each for each in named if each})
    if None in named or any(right.holder_id not in own for right in rights.values()) or named - rights.keys():
        raise NoSuchRight()
    if any(right.kind is not EntitlementKind.DRAWING_RIGHT for right in rights.values()):
        raise NotADrawingRight()
    return replace(order, lines=[_acted(desk, line, rights) for line in order.lines])


def _acted(desk: Desk, line: NumberedLine, rights: dict[UUID, Entitlement]) -> NumberedLine:
    """Who represents somebody says so, whatever was sent: the mandate is judged on the service day."""
    if line.content is None or line.content.entitlement_id is None:
        return line
    is_own = rights[line.content.entitlement_id].holder_id == desk.acting.person_id
    acting = {"acting_person_id": None if is_own else desk.acting.person_id}
    return replace(line, content=line.content.model_copy(update=acting))
