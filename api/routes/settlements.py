# SPDX-License-Identifier: EUPL-1.2
"""Settlements and payments: what was settled with whom, and how far its payment is."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import schemas, schemas_settling
from api.deps import AWindow, Desk, PathId, QueryId, reading
from ledger import lists, payments, settlements
from ledger.payments import PaymentNotFound
from ledger.roles import Action
from ledger.tables import Payment, Settlement

router = APIRouter(tags=["settlements"])


@router.get(
    "/settlements",
    summary="Toon de afrekeningen van een aanbieder",
    description="De nieuwste eerst. Een aanbieder ziet alleen de zijne.",
    response_model=schemas.Page[schemas_settling.Settlement],
)
def list_settlements(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)],
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
) -> Any:
    own = desk.own_provider(provider_id)
    if own is None:
        rows = lists.page(desk.work, Settlement, after=window.after, limit=window.take)
    else:
        found = settlements.of_provider(desk.work, own, before=window.after, limit=window.take)
        rows = [each.settlement for each in found]
    return window.page(rows, shown=shown_settlements(desk, rows))


@router.get(
    "/payments",
    summary="Toon de betalingen",
    description="Met hun stand: betaald is alleen wat de bank heeft geboekt.",
    response_model=schemas.Page[schemas_settling.Payment],
    tags=["payments"],
)
def list_payments(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)],
    run_id: Annotated[QueryId, Query(alias="runId")] = None,
) -> Any:
    desk.acting.require_party()
    rows = lists.page(desk.work, Payment, after=window.after, limit=window.take, run_id=run_id)
    states = payments.states(desk.work, rows)
    return window.page(rows, shown=lambda row: {**row.model_dump(), "state": states[row.id]})


@router.get(
    "/payments/{id}",
    summary="Toon een betaling",
    description="Met alles wat de bank erover zei. Een aanbieder ziet alleen de zijne.",
    response_model=schemas_settling.PaymentStory,
    tags=["payments"],
)
def get_payment(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    otherwise = PaymentNotFound(id=id)
    row = desk.find(Payment, id, otherwise)
    settlement = desk.find(Settlement, row.settlement_id, otherwise)
    desk.acting.require_provider(settlement.provider_id, otherwise=otherwise)
    state = payments.states(desk.work, [row])[id]
    return {**row.model_dump(), "state": state, "events": payments.events(desk.work, id)}


def shown_settlements(desk: Desk, rows: Sequence[Settlement]) -> Callable[[Settlement], Any]:
    """Settlements with their payments and how far these are."""
    paid = settlements.payments(desk.work, {row.id for row in rows})
    states = payments.states(desk.work, paid.values())

    def shown(row: Settlement) -> dict[str, Any]:
        payment = paid.get(row.id)
        told = {**payment.model_dump(), "state": states[payment.id]} if payment else None
        return {**row.model_dump(), "payment": told}

    return shown
