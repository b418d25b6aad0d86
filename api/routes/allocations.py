# SPDX-License-Identifier: EUPL-1.2
"""Allocations: messages 301 of iWmo and iJw become entitlements."""

from typing import Annotated, Any

from fastapi import APIRouter

from api import schemas
from api.answers import body as file_body
from api.deps import Desk, RawBody, accepted, writing
from ledger import allocations
from ledger.formats import iwmo301
from ledger.roles import Action

router = APIRouter(tags=["allocations"])


@router.post(
    "/allocations/_import",
    summary="Lees een toewijzingsbericht in",
    description="Bericht 301 van iWmo of iJw, versie 3.2. Het wordt heel ingelezen of niet; de laatste "
    "toewijzingsdatum en -tijd wint, en hetzelfde bericht opnieuw wijzigt niets.",
    openapi_extra=file_body("application/xml", "Het bericht, hoogstens 25 MB."),
    response_model=schemas.Imported,
)
def import_allocations(desk: Annotated[Desk, writing(Action.GRANT)], source: RawBody) -> Any:
    message = iwmo301.read(source)
    (outcome,) = allocations.import_messages(desk.work, desk.keys, [message])
    return accepted(outcome)
