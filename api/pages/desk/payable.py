# SPDX-License-Identifier: EUPL-1.2
"""What a provider gets: owed, settled, on its way, paid; what is held and why; statements to take along."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from api.deps import Desk, PathId, QueryId, TheHouse
from api.pages.paths import Audience
from api.pages.visit import PAGE, Some, Visit, may, piece, visit
from api.routes import statements
from ledger import demands, gates, payments, provider_desk, settlements, unsettled
from ledger.roles import ActingAs, Action
from ledger.statements import Form

router = APIRouter(include_in_schema=False)

FEW: Final = 20
"""How many demands, and runs that settled nothing, are shown."""

Seeing = Annotated[Visit, visit(Action.SEE_SETTLEMENTS, Audience.PROVIDER)]


@router.get("/payable")
def get_payable(visit: Seeing, before: QueryId = None) -> Response:
    """Everything about money, the newest first."""

    def content(desk: Desk) -> Mapping[str, Any]:
        provider_id = desk.acting.provider_id
        assert provider_id is not None, "the desk is for providers"
        found, last = piece(
            settlements.of_provider(desk.work, provider_id, before=before, limit=PAGE + 1),
            lambda each: each.settlement.id,
        )
        paid = settlements.payments(desk.work, {each.settlement.id for each in found})
        owed, owing = provider_desk.owed_cents(desk.work, provider_id)
        return {
            "settlements": found,
            "paid": paid,
            "states": payments.states(desk.work, paid.values()),
            "owed_cents": owed,
            "owing_cents": owing,
            "disputed_lines": gates.late(desk.work, [provider_id]).get(provider_id, 0),
            "nothing": Some.of(unsettled.of_provider(desk.work, provider_id, limit=FEW + 1), FEW),
            "demands": Some.of(demands.newest(desk.work, provider_id, limit=FEW + 1), FEW),
            "page_size": PAGE,
            "first": "/payable" if before else "",
            "following": f"/payable?before={last}" if last else "",
        }

    return visit.shown("desk/payable.html", content)


@router.get("/payable/{id}/{form}")
def get_statement(
    id: PathId,
    form: Annotated[Form, Path()],
    request: Request,
    house: TheHouse,
    acting: Annotated[ActingAs, may(Action.SEE_SETTLEMENTS, Audience.PROVIDER)],
) -> Response:
    """The very statement of the API."""
    return statements.get_statement(id, request, house, acting, asked=form)
