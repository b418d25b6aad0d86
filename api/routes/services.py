# SPDX-License-Identifier: EUPL-1.2
"""The catalogue of services."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from api import schemas
from api.answers import tagged as with_etag
from api.deps import AWindow, Desk, IfMatch, PathId, expected, joined, reading, tagged, told, writing
from ledger import catalogue, db, lists
from ledger.catalogue import ServiceContent, ServiceInput
from ledger.roles import Action, NotYours
from ledger.tables import Service

router = APIRouter(tags=["services"])


@router.get(
    "/services",
    summary="Toon de diensten",
    description="De catalogus: elke dienst met zijn productcode en waarin hij wordt verkocht.",
    response_model=schemas.Page[schemas.Service],
)
def list_services(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_CATALOGUE)]) -> Any:
    return window.page(lists.page(desk.work, Service, after=window.after, limit=window.take))


@router.get(
    "/services/{id}",
    summary="Toon een dienst",
    description="Eén dienst, met zijn versie als ETag.",
    **with_etag(schemas.Service),
)
def get_service(id: PathId, response: Response, desk: Annotated[Desk, reading(Action.SEE_CATALOGUE)]) -> Any:
    row = desk.find(Service, id, NotYours())
    tagged(response, row.version)
    return row


@router.put(
    "/services/{id}",
    summary="Leg een dienst vast of wijzig hem",
    description="Met If-Match wijzigt u alleen de versie die u kent. Wet en code van een dienst blijven.",
    **with_etag(schemas.Service, is_put=True),
)
def put_service(
    id: PathId,
    body: ServiceContent,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_CATALOGUE)],
    if_match: IfMatch = None,
) -> Any:
    before = db.rows(desk.work, Service, {id}).get(id)
    versions = expected(if_match, id, before.version if before else 0)
    (row,) = catalogue.put(desk.work, [joined(ServiceInput, body, id=id)], versions)
    told(response, is_new=row.version == 1 and desk.is_new(row))
    tagged(response, row.version)
    return row
