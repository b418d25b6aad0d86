# SPDX-License-Identifier: EUPL-1.2
"""Settlement runs, what they settled with each provider, and the file for the bank."""

import base64
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api import schemas
from api.answers import file, made
from api.deps import AWindow, Desk, PathId, QueryId, TheHouse, joined, may, reading, told, writing
from ledger import lists, settlements
from ledger.inputs import Day, Input
from ledger.roles import ActingAs, Action
from ledger.settlements import ProviderSettlement, RunNotFound, SettleOrder
from ledger.tables import Payment, Settlement, SettlementRun

router = APIRouter(tags=["settlement-runs"])


class SettleBody(Input):
    """Until when, inclusive, and on which day the bank is asked to pay."""

    until: Day
    requested_on: Day


@router.put(
    "/settlement-runs/{id}",
    summary="Reken af met aanbieders",
    description="Alles wat tot en met een dag verschuldigd is: per aanbieder één afrekening en één betaling.",
    **made(schemas.SettlementRun),
)
def put_settlement_run(
    id: PathId, body: SettleBody, response: Response, desk: Annotated[Desk, writing(Action.SETTLE)]
) -> Any:
    run = settlements.settle(desk.work, joined(SettleOrder, body, id=id))
    told(response, is_new=desk.is_new(run))
    return run


@router.get(
    "/settlement-runs",
    summary="Toon de afrekenrondes",
    description="De nieuwste eerst.",
    response_model=schemas.Page[schemas.SettlementRun],
)
def list_settlement_runs(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    desk.acting.require_party()
    return window.page(settlements.listed(desk.work, before=window.after, limit=window.take))


@router.get(
    "/settlement-runs/{id}",
    summary="Toon een afrekenronde",
    description="Met het aantal betalingen, het totaal en de SHA-256 van het betaalbestand.",
    response_model=schemas.SettlementRun,
)
def get_settlement_run(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    otherwise = RunNotFound(id=id)
    desk.acting.require_party(otherwise=otherwise)
    return desk.find(SettlementRun, id, otherwise)


@router.get(
    "/settlement-runs/{id}/settlements",
    summary="Toon de afrekeningen van een ronde",
    description="Per aanbieder wat er is afgerekend, verrekend en betaald.",
    response_model=schemas.Page[schemas.Settlement],
)
def list_settlements_of_run(
    id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]
) -> Any:
    otherwise = RunNotFound(id=id)
    desk.acting.require_party(otherwise=otherwise)
    desk.find(SettlementRun, id, otherwise)
    rows = lists.page(desk.work, Settlement, after=window.after, limit=window.take, run_id=id)
    paid = _payments(desk, rows)
    return window.page(rows, shown=lambda row: {**row.model_dump(), "payment": paid.get(row.id)})


@router.get(
    "/settlement-runs/{id}/payment-file",
    summary="Haal het betaalbestand op",
    description="pain.001.001.09 voor de bank; telkens dezelfde bytes. De kop Repr-Digest heeft de SHA-256. "
    "Een ronde zonder betalingen heeft geen bestand: 204.",
    response_class=Response,
    responses={
        **file("application/xml", description="Het betaalbestand.")["responses"],
        204: {"description": "De ronde heeft geen betalingen, en dus geen bestand."},
    },
)
def get_payment_file(
    id: PathId, house: TheHouse, acting: Annotated[ActingAs, may(Action.EXPORT_PAYMENT_FILE)]
) -> Response:
    with house.reading(acting) as desk:
        run = desk.find(SettlementRun, id, RunNotFound(id=id))
        count, digest = run.count, base64.b64encode(run.file_sha256).decode()
    if count == 0:
        return Response(status_code=204)
    headers = {
        "Repr-Digest": f"sha-256=:{digest}:",
        "Content-Disposition": f'attachment; filename="pain001-{id}.xml"',
    }
    pieces = _pieces(house, acting, id)
    first = next(pieces, b"")  # a fault that shows at once is told as a problem, not as half a file
    return StreamingResponse(_joined(first, pieces), media_type="application/xml", headers=headers)


@router.get(
    "/settlements",
    summary="Toon de afrekeningen van een aanbieder",
    description="De nieuwste eerst. Een aanbieder ziet alleen de zijne.",
    response_model=schemas.Page[schemas.Settlement],
    tags=["settlements"],
)
def list_settlements(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)],
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
) -> Any:
    own = desk.own_provider(provider_id)
    if own is None:
        rows = lists.page(desk.work, Settlement, after=window.after, limit=window.take)
        paid = _payments(desk, rows)
        return window.page(rows, shown=lambda row: {**row.model_dump(), "payment": paid.get(row.id)})
    found = settlements.of_provider(desk.work, own, before=window.after, limit=window.take)
    of = {each.settlement.id: each for each in found}
    return window.page([each.settlement for each in found], shown=lambda row: _shown(of[row.id]))


def _shown(found: ProviderSettlement) -> dict[str, Any]:
    return {**found.settlement.model_dump(), "payment": found.payment}


def _payments(desk: Desk, rows: list[Settlement]) -> dict[UUID, Payment]:
    """The payments of these settlements, by settlement."""
    ids = {row.id for row in rows}
    found = lists.page(desk.work, Payment, after=None, limit=len(ids) or 1, settlement_id=ids)
    return {row.settlement_id: row for row in found}


def _pieces(house: TheHouse, acting: ActingAs, run_id: UUID) -> Iterator[bytes]:
    """The file in a reading of its own: it outlives the endpoint."""
    with house.reading(acting) as desk:
        yield from settlements.payment_file(desk.work, run_id)


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
