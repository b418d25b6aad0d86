# SPDX-License-Identifier: EUPL-1.2
"""Grants and changes above what one person grants alone: what waits, and what somebody else decides."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api import schemas, schemas_rights
from api.answers import made
from api.deps import AWindow, Desk, PathId, reading, told, writing
from ledger import approvals
from ledger.approvals import Asked, DecisionInput
from ledger.roles import Action

router = APIRouter(tags=["approvals"])


@router.get(
    "/approvals",
    summary="Toon wat op een tweede persoon wacht",
    description="Toekenningen en verhogingen boven het bedrag dat iemand alleen mag geven. Met waiting "
    "alleen wat nog wacht.",
    response_model=schemas.Page[schemas_rights.Approval],
)
def list_approvals(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_APPROVALS)],
    waiting: Annotated[bool, Query(description="Alleen waarover nog niet is beslist.")] = False,
) -> Any:
    found = approvals.listed(desk.work, waiting=waiting, after=window.after, limit=window.take)
    return window.page(found, shown=_shown, by=lambda each: each.approval.id)


@router.get(
    "/approvals/{id}",
    summary="Toon wat gevraagd is en wat daarover is beslist",
    description="Precies zoals het gevraagd is. Het kenmerk is dat van het tegoed of van de wijziging.",
    response_model=schemas_rights.Approval,
)
def get_approval(id: PathId, desk: Annotated[Desk, reading(Action.SEE_APPROVALS)]) -> Any:
    return _shown(approvals.get(desk.work, id))


@router.put(
    "/approvals/{id}/decision",
    summary="Beslis over wat een ander gevraagd heeft",
    description="Wat wordt goedgekeurd, wordt nu opnieuw beoordeeld en meteen toegekend of gewijzigd, op "
    "naam van wie het vroeg. Een afwijzing is definitief. Nooit door wie het vroeg.",
    **made(schemas_rights.Approval),
)
def put_decision(
    id: PathId, body: DecisionInput, response: Response, desk: Annotated[Desk, writing(Action.GRANT)]
) -> Any:
    found = approvals.decide(desk.work, id, body)
    assert found.decision is not None, "it was just made"
    told(response, is_new=desk.is_new(found.decision))
    return _shown(found)


def _shown(found: Asked) -> dict[str, Any]:
    return {
        **found.approval.model_dump(),
        "grant": found.grant,
        "change": found.order.change if found.order else None,
        "decision": found.decision,
    }
