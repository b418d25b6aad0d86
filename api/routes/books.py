# SPDX-License-Identifier: EUPL-1.2
"""The books: entries for who audits, and the check of everything."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import schemas
from api.deps import AWindow, Desk, PathId, QueryId, reading
from ledger import audit, lists
from ledger.roles import Action, NotYours
from ledger.tables import Entry

router = APIRouter(tags=["books"])


@router.get(
    "/entries",
    summary="Toon de boekingen",
    description="De oudste eerst. Met causeId die van één feit: een verzilvering, een wijziging, een ronde.",
    response_model=schemas.Page[schemas.Entry],
)
def list_entries(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_ENTRIES)],
    cause_id: Annotated[QueryId, Query(alias="causeId")] = None,
) -> Any:
    rows = lists.page(desk.work, Entry, after=window.after, limit=window.take, cause_id=cause_id)
    return window.page(rows)


@router.get(
    "/entries/{id}",
    summary="Toon een boeking",
    description="Eén boeking: van welke rekening naar welke, hoeveel en waarom.",
    response_model=schemas.Entry,
)
def get_entry(id: PathId, desk: Annotated[Desk, reading(Action.SEE_ENTRIES)]) -> Any:
    return desk.find(Entry, id, NotYours())


@router.post(
    "/books/_check",
    summary="Controleer de boeken",
    description="Rekent alles wat twee keer is opgeschreven opnieuw uit, tot op de cent.",
    response_model=schemas.Report,
)
def check_books(desk: Annotated[Desk, reading(Action.CHECK_BOOKS)]) -> Any:
    return audit.check(desk.work)
