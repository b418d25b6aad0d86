# SPDX-License-Identifier: EUPL-1.2
"""What is taken out of a run that was released: files for the bank, and statements for providers.

The very answers of the API, for who is logged in on the pages.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import PathId, TheHouse
from api.pages.visit import may
from api.routes import settlement_runs, statements
from api.routes.settlement_runs import FileNumber
from ledger.roles import ActingAs, Action
from ledger.statements import Form

router = APIRouter(include_in_schema=False)


@router.get("/runs/{id}/files/{number}")
def get_file(
    id: PathId,
    number: FileNumber,
    house: TheHouse,
    acting: Annotated[ActingAs, may(Action.EXPORT_PAYMENT_FILE)],
) -> Response:
    return settlement_runs.get_payment_file(id, number, house, acting)


@router.get("/runs/{id}/statements/{settlementId}/{form}")
def get_statement(
    id: PathId,
    settlement_id: Annotated[PathId, Path(alias="settlementId")],
    form: Form,
    request: Request,
    house: TheHouse,
    acting: Annotated[ActingAs, may(Action.SEE_SETTLEMENTS)],
) -> Response:
    return statements.get_statement(settlement_id, request, house, acting, asked=form)
