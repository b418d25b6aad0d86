# SPDX-License-Identifier: EUPL-1.2
"""The bank's word: what it answers to our files, what it booked, and what nobody could match."""

from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import schemas, schemas_settling
from api.answers import body as file_body
from api.deps import AWindow, Desk, PathId, RawBody, everything, reading, told, writing
from ledger import bank_messages, bank_word
from ledger.bank_messages import Reading
from ledger.inputs import Id7
from ledger.roles import Action

router = APIRouter(tags=["bank-messages"])


@router.post(
    "/bank-messages",
    summary="Lees een bericht van de bank in",
    description="pain.002, camt.053 of camt.054. Hetzelfde bestand, of hetzelfde afschrift onder een andere "
    "naam, boekt niets nog eens. Past er iets niet, dan wordt er niets van het bestand geboekt.",
    openapi_extra=file_body("application/xml", "Het bestand, hoogstens 25 MB."),
    response_model=schemas_settling.BankReading,
    responses={201: {"description": "Nu gelezen.", "model": schemas_settling.BankReading}},
)
def post_bank_message(
    response: Response,
    desk: Annotated[Desk, writing(Action.RECORD_BANK_ANSWERS)],
    source: RawBody,
    gap_accepted: Annotated[
        bool, Query(alias="gapAccepted", description="Een afschrift dat ontbreekt komt niet meer.")
    ] = False,
) -> Any:
    found = bank_word.read(desk.work, BytesIO(source), gap_accepted=gap_accepted)
    told(response, is_new=desk.is_new(found.message))
    return _shown(found)


@router.get(
    "/bank-messages",
    summary="Toon de berichten van de bank",
    description="In de volgorde waarin zij zijn gelezen.",
    response_model=schemas.Page[schemas_settling.BankMessage],
)
def list_bank_messages(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    desk.acting.require_party()
    return window.page(bank_messages.listed(desk.work, after=window.after, limit=window.take))


@router.get(
    "/bank-messages/{id}",
    summary="Toon een bericht van de bank",
    description="Met wat er van de regels is geworden.",
    response_model=schemas_settling.BankReading,
)
def get_bank_message(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    desk.acting.require_party(otherwise=bank_messages.BankMessageNotFound(id=id))
    return _shown(bank_messages.get(desk.work, id))


@router.get(
    "/bank-lines",
    summary="Toon wat niemand kon plaatsen",
    description="Regels van de bank die bij geen betaling horen, een ander bedrag noemen, of tegenspreken "
    "wat bekend is; de oudste eerst.",
    response_model=schemas.Page[schemas_settling.BankLine],
)
def list_bank_lines(
    desk: Annotated[Desk, reading(Action.RECORD_BANK_ANSWERS)],
    statement_id: Annotated[
        Id7 | None, Query(alias="statementId", description="Het afschrift waarna dit deel begint.")
    ] = None,
    number: Annotated[int, Query(ge=0, le=10**9, description="En de regel daarin.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="Hoeveel er hoogstens in dit deel staan.")] = 50,
) -> Any:
    after: tuple[UUID, int] | None = (statement_id, number) if statement_id else None
    rows = [line for _, line in bank_messages.to_look_at(desk.work, after=after, limit=limit + 1)]
    page = everything(rows[:limit])
    if len(rows) > limit:
        last = rows[limit - 1]
        page["next"] = f"/v1/bank-lines?statementId={last.statement_id}&number={last.number}&limit={limit}"
    return page


def _shown(found: Reading) -> dict[str, Any]:
    return {
        **found.message.model_dump(),
        "statements": found.statements,
        "outcomes": dict(found.outcomes),
    }
