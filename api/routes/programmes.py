# SPDX-License-Identifier: EUPL-1.2
"""Programmes with their rules, and their budgets per calendar year."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api import schemas
from api.answers import made
from api.answers import tagged as with_etag
from api.deps import AWindow, Desk, IfMatch, PathId, everything, joined, reading, seen, told, writing
from ledger import budgets, lists, programmes
from ledger.budgets import Funding, Lowering
from ledger.inputs import Amount, Input, Moment
from ledger.programmes import ProgrammeContent, ProgrammeDraft, ProgrammeInput, ProgrammeUnknown
from ledger.roles import Action, NotYours
from ledger.tables import Entry, Programme

router = APIRouter(tags=["programmes"])


class FundingBody(Input):
    """How much is made available or taken back, and when that was decided."""

    cents: Amount
    at: Moment


@router.get(
    "/programmes",
    summary="Toon de regelingen",
    description="De nieuwste versie van elke regeling, ook van concepten.",
    response_model=schemas.Page[schemas.Programme],
)
def list_programmes(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_CATALOGUE)]) -> Any:
    rows = lists.page(desk.work, Programme, after=window.after, limit=window.take)
    newest = {each.content.id: each for each in programmes.newest(desk.work, [row.id for row in rows])}
    return window.page(rows, shown=lambda row: newest[row.id])


@router.get(
    "/programmes/{id}",
    summary="Toon een regeling",
    description="De nieuwste versie, concept of gepubliceerd. De ETag is een merk van haar inhoud.",
    **with_etag(schemas.Programme),
)
def get_programme(
    id: PathId, response: Response, desk: Annotated[Desk, reading(Action.SEE_CATALOGUE)]
) -> Any:
    found = _newest(desk, id)
    response.headers["ETag"] = f'"{found.mark}"'
    return found


@router.put(
    "/programmes/{id}",
    summary="Leg een concept van een regeling vast",
    description="Maakt een regeling, of een nieuwe versie van haar regels die nog niet geldt.",
    **made(schemas.Programme),
)
def put_programme(
    id: PathId,
    body: ProgrammeContent,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_PROGRAMMES)],
) -> Any:
    (drafted,) = programmes.draft(desk.work, [joined(ProgrammeInput, body, id=id)])
    told(response, is_new=desk.is_new(desk.find(Programme, id, ProgrammeUnknown(id=id))))
    return drafted


@router.post(
    "/programmes/{id}/_publish",
    summary="Publiceer een regeling",
    description="De nieuwste versie wordt bevroren en geldt. Nooit door wie haar schreef. Met If-Match "
    "alleen de versie die u bekeek: wat daarna anders werd, wordt niet gepubliceerd. Opnieuw publiceren "
    "wijzigt niets.",
    **with_etag(schemas.Programme, is_edit=True),
)
def publish_programme(
    id: PathId,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_PROGRAMMES)],
    if_match: IfMatch = None,
) -> Any:
    programmes.publish(desk.work, [id], seen=seen(if_match, id))
    found = _newest(desk, id)
    response.headers["ETag"] = f'"{found.mark}"'
    return found


@router.get(
    "/budgets",
    summary="Toon de budgetten",
    description="Elk budget van een regeling en een jaar, met wat er is vastgelegd en wat er over is.",
    response_model=schemas.Page[schemas.Budget],
    tags=["budgets"],
)
def list_budgets(desk: Annotated[Desk, reading(Action.SEE_BUDGETS)]) -> Any:
    return everything(budgets.listed(desk.work))


@router.put(
    "/programmes/{id}/budgets/{year}/fundings/{fundingId}",
    summary="Stel geld beschikbaar",
    description="Boekt een bedrag op het budget van een regeling voor een kalenderjaar.",
    tags=["budgets"],
    **made(schemas.Funding),
)
def put_funding(
    id: PathId,
    year: Annotated[int, Path(ge=2000, le=2099, description="Kalenderjaar.")],
    funding_id: Annotated[PathId, Path(alias="fundingId")],
    body: FundingBody,
    response: Response,
    desk: Annotated[Desk, writing(Action.FUND_BUDGETS)],
) -> Any:
    wanted = joined(Funding, body, id=funding_id, programme_id=id, year=year)
    (entry_id,) = budgets.fund(desk.work, [wanted])
    told(response, is_new=desk.is_new(desk.find(Entry, entry_id, NotYours())))
    return {**dict(wanted), "entry_id": entry_id}


@router.put(
    "/programmes/{id}/budgets/{year}/lowerings/{loweringId}",
    summary="Verlaag een budget",
    description="Boekt een bedrag terug van het budget van een regeling voor een kalenderjaar. Een hard "
    "budget houdt wat is vastgelegd; geen budget komt lager dan nul.",
    tags=["budgets"],
    **made(schemas.Funding),
)
def put_lowering(
    id: PathId,
    year: Annotated[int, Path(ge=2000, le=2099, description="Kalenderjaar.")],
    lowering_id: Annotated[PathId, Path(alias="loweringId")],
    body: FundingBody,
    response: Response,
    desk: Annotated[Desk, writing(Action.FUND_BUDGETS)],
) -> Any:
    wanted = joined(Lowering, body, id=lowering_id, programme_id=id, year=year)
    (entry_id,) = budgets.lower(desk.work, [wanted])
    told(response, is_new=desk.is_new(desk.find(Entry, entry_id, NotYours())))
    return {**dict(wanted), "entry_id": entry_id}


def _newest(desk: Desk, id: UUID) -> ProgrammeDraft:
    found = programmes.newest(desk.work, [id])
    if not found:
        raise ProgrammeUnknown(id=id)
    return found[0]
