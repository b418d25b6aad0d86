# SPDX-License-Identifier: EUPL-1.2
"""Providers: who gives care and is paid for it."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from api import schemas
from api.answers import tagged as with_etag
from api.deps import AWindow, Desk, IfMatch, PathId, expected, joined, reading, tagged, told, writing
from ledger import db, lists, providers
from ledger.providers import ProviderContent, ProviderInput, ProviderUnknown
from ledger.roles import Action
from ledger.tables import Provider

router = APIRouter(tags=["providers"])


@router.get(
    "/providers",
    summary="Toon de aanbieders",
    description="Alle aanbieders; een aanbieder ziet alleen zichzelf.",
    response_model=schemas.Page[schemas.Provider],
)
def list_providers(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)]) -> Any:
    own = desk.own_provider(None)
    return window.page(lists.page(desk.work, Provider, after=window.after, limit=window.take, id=own))


@router.get(
    "/providers/{id}",
    summary="Toon een aanbieder",
    description="Eén aanbieder, met zijn versie als ETag.",
    **with_etag(schemas.Provider),
)
def get_provider(id: PathId, response: Response, desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)]) -> Any:
    desk.acting.require_provider(id, otherwise=ProviderUnknown(id=id))
    (row,) = providers.get(desk.work, [id])
    tagged(response, row.version)
    return row


@router.put(
    "/providers/{id}",
    summary="Leg een aanbieder vast of wijzig hem",
    description="De naam van de rekeninghouder is precies die van de bank. Met If-Match wijzigt u alleen "
    "de versie die u kent.",
    **with_etag(schemas.Provider, is_put=True),
)
def put_provider(
    id: PathId,
    body: ProviderContent,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_PROVIDERS)],
    if_match: IfMatch = None,
) -> Any:
    before = db.rows(desk.work, Provider, {id}).get(id)
    versions = expected(if_match, id, before.version if before else 0)
    (row,) = providers.put(desk.work, [joined(ProviderInput, body, id=id)], versions)
    told(response, is_new=row.version == 1 and desk.is_new(row))
    tagged(response, row.version)
    return row
