# SPDX-License-Identifier: EUPL-1.2
"""Settlement runs: drafted, reviewed, released, and taken to the bank."""

import base64
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from api import schemas, schemas_settling
from api.answers import file, made
from api.deps import (
    AWindow,
    Desk,
    PathId,
    QueryId,
    TheHouse,
    everything,
    joined,
    may,
    reading,
    told,
    writing,
)
from api.routes.settlements import shown_settlements
from ledger import ceiling_uses, lists, overviews, payment_files, releases, reviews, runs
from ledger.inputs import Day, Input, Text
from ledger.reviews import Marks
from ledger.roles import ActingAs, Action
from ledger.runs import DraftOrder, RunNotFound
from ledger.tables import Settlement, SettlementRun

router = APIRouter(tags=["settlement-runs"])

FileNumber = Annotated[int, Path(ge=1, le=100_000, description="Het nummer van het bestand: 1, 2, 3 …")]


class DraftBody(Input):
    """Until when, inclusive, and on which day the bank is asked to pay."""

    until: Day
    requested_on: Day


class WithdrawBody(Input):
    """Why a run is given up."""

    reason: Text


@router.put(
    "/settlement-runs/{id}",
    summary="Stel een betaalrun op",
    description="Zet alles apart wat tot en met een dag verschuldigd is. Er wordt nog niets geboekt.",
    **made(schemas_settling.SettlementRun),
)
def put_settlement_run(
    id: PathId, body: DraftBody, response: Response, desk: Annotated[Desk, writing(Action.SETTLE)]
) -> Any:
    run = runs.draft(desk.work, joined(DraftOrder, body, id=id))
    told(response, is_new=desk.is_new(run))
    return run


@router.get(
    "/settlement-runs",
    summary="Toon de betaalruns",
    description="De nieuwste eerst, met alle stappen.",
    response_model=schemas.Page[schemas_settling.SettlementRun],
)
def list_settlement_runs(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    desk.acting.require_party()
    return window.page(runs.listed(desk.work, before=window.after, limit=window.take))


@router.get(
    "/settlement-runs/{id}",
    summary="Toon een betaalrun",
    description="Met alle stappen, en na vrijgave het aantal betalingen en het totaal.",
    response_model=schemas_settling.SettlementRun,
)
def get_settlement_run(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    _require_staff(desk, id)
    return runs.get(desk.work, id)


@router.post(
    "/settlement-runs/{id}/_submit",
    summary="Leg een betaalrun voor",
    description="Daarna kan een ander haar nakijken en vrijgeven.",
    response_model=schemas_settling.SettlementRun,
)
def submit_settlement_run(id: PathId, desk: Annotated[Desk, writing(Action.SETTLE)]) -> Any:
    return runs.submit(desk.work, id)


@router.post(
    "/settlement-runs/{id}/_withdraw",
    summary="Trek een betaalrun in",
    description="Kan tot de vrijgave. De regels komen vrij voor een volgende run.",
    response_model=schemas_settling.SettlementRun,
)
def withdraw_settlement_run(
    id: PathId, body: WithdrawBody, desk: Annotated[Desk, writing(Action.SETTLE)]
) -> Any:
    return runs.withdraw(desk.work, id, body.reason)


@router.get(
    "/settlement-runs/{id}/totals",
    summary="Toon waar een open betaalrun op uitkomt",
    description="Aantallen en bedragen, wat er is vastgehouden, en hoeveel regels van de steekproef nog niet "
    "zijn bekeken. Na de vrijgave staat er niets meer open.",
    response_model=schemas_settling.RunTotals,
)
def get_run_totals(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    _require_staff(desk, id)
    return overviews.totals(desk.work, id)


@router.get(
    "/settlement-runs/{id}/shares",
    summary="Toon een open betaalrun per aanbieder",
    description="Naast de vorige afrekeningen, met wat er opvalt.",
    response_model=schemas.Page[schemas_settling.RunShare],
)
def list_run_shares(
    id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]
) -> Any:
    _require_staff(desk, id)
    rows = overviews.shares(desk.work, id, after=window.after, limit=window.take)
    return window.page(rows, by=lambda row: row.provider_id)


@router.get(
    "/settlement-runs/{id}/ceilings",
    summary="Toon de plafonds van een open betaalrun",
    description="Per contract, afspraak en jaar: hoeveel er met deze run van is gebruikt, welke grenzen zijn "
    "bereikt en wat er niet wordt betaald.",
    response_model=schemas.Page[schemas_settling.RunCeiling],
)
def list_run_ceilings(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    _require_staff(desk, id)
    return everything(ceiling_uses.of_run(desk.work, id))


@router.get(
    "/settlement-runs/{id}/lines",
    summary="Toon de regels van een open betaalrun",
    description="Met wat er vastgehouden is en wat er bekeken is. Met sample alleen de steekproef.",
    response_model=schemas.Page[schemas_settling.RunLine],
)
def list_run_lines(
    id: PathId,
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)],
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
    sample: Annotated[bool, Query(description="Alleen de regels van de steekproef.")] = False,
) -> Any:
    _require_staff(desk, id)
    only = set(reviews.sample(desk.work, id)) if sample else None
    rows = reviews.lines(
        desk.work, id, only=only, provider_id=provider_id, after=window.after, limit=window.take
    )
    return window.page(rows, by=lambda row: row.entry_id)


@router.post(
    "/settlement-runs/{id}/_mark",
    summary="Houd regels vast, geef ze vrij, keur ze af of vink ze af",
    description="Alles of niets. Een vastgehouden regel blijft in elke volgende run staan tot hij is "
    "vrijgegeven; een afgekeurde wordt teruggedraaid. Wie de run opstelde, vinkt niets af.",
    response_model=schemas_settling.Marked,
)
def mark_run_lines(id: PathId, body: Marks, desk: Annotated[Desk, writing(Action.REVIEW_SETTLEMENTS)]) -> Any:
    return {"marks": reviews.mark(desk.work, id, body)}


@router.get(
    "/settlement-runs/{id}/lines/{entryId}/marks",
    summary="Toon wat er met een regel is gedaan",
    description="Over alle runs, het oudste eerst.",
    response_model=schemas.Page[schemas_settling.Mark],
)
def list_line_marks(
    id: PathId,
    entry_id: Annotated[UUID, Path(alias="entryId")],
    desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)],
) -> Any:
    _require_staff(desk, id)
    runs.row(desk.work, id)
    return everything(reviews.history(desk.work, entry_id))


@router.post(
    "/settlement-runs/{id}/_release",
    summary="Geef een betaalrun vrij",
    description="Boekt de afrekeningen en legt de bestanden voor de bank vast. Wie de run opstelde, of "
    "iets van wat zij betaalt besliste of inlegde, geeft haar niet vrij; alle redenen staan erbij.",
    response_model=schemas_settling.SettlementRun,
)
def release_settlement_run(id: PathId, desk: Annotated[Desk, writing(Action.RELEASE_SETTLEMENTS)]) -> Any:
    return releases.release(desk.work, id)


@router.post(
    "/settlement-runs/{id}/_export",
    summary="Meld dat de bestanden naar de bank gaan",
    description="Pas daarna zijn zij op te halen. Opnieuw melden wijzigt niets.",
    response_model=schemas.Page[schemas_settling.PaymentFile],
)
def export_settlement_run(id: PathId, desk: Annotated[Desk, writing(Action.EXPORT_PAYMENT_FILE)]) -> Any:
    return everything(payment_files.export(desk.work, id))


@router.get(
    "/settlement-runs/{id}/payment-files",
    summary="Toon de bestanden voor de bank",
    description="Met hun SHA-256, om bij de bank te vergelijken.",
    response_model=schemas.Page[schemas_settling.PaymentFile],
)
def list_payment_files(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    _require_staff(desk, id)
    runs.row(desk.work, id)
    return everything(payment_files.listed(desk.work, id))


@router.get(
    "/settlement-runs/{id}/payment-files/{number}",
    summary="Haal een bestand voor de bank op",
    description="pain.001; telkens dezelfde bytes. De kop Repr-Digest heeft de SHA-256.",
    response_class=Response,
    responses=file("application/xml", description="Het betaalbestand.")["responses"],
)
def get_payment_file(
    id: PathId,
    number: FileNumber,
    house: TheHouse,
    acting: Annotated[ActingAs, may(Action.EXPORT_PAYMENT_FILE)],
) -> Response:
    with house.reading(acting) as desk:
        runs.row(desk.work, id)
        digest = base64.b64encode(payment_files.get(desk.work, id, number).sha256).decode()
    headers = {
        "Repr-Digest": f"sha-256=:{digest}:",
        "Content-Disposition": f'attachment; filename="pain001-{id}-{number}.xml"',
    }
    pieces = _pieces(house, acting, id, number)
    first = next(pieces, b"")  # a fault that shows at once is told as a problem, not as half a file
    return StreamingResponse(_joined(first, pieces), media_type="application/xml", headers=headers)


@router.get(
    "/settlement-runs/{id}/settlements",
    summary="Toon de afrekeningen van een betaalrun",
    description="Per aanbieder wat er is afgerekend, verrekend en betaald, en hoe het met de betaling staat.",
    response_model=schemas.Page[schemas_settling.Settlement],
)
def list_settlements_of_run(
    id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]
) -> Any:
    otherwise = RunNotFound(id=id)
    desk.acting.require_party(otherwise=otherwise)
    desk.find(SettlementRun, id, otherwise)
    rows = lists.page(desk.work, Settlement, after=window.after, limit=window.take, run_id=id)
    return window.page(rows, shown=shown_settlements(desk, rows))


def _require_staff(desk: Desk, id: UUID) -> None:
    """Runs are of the municipality: to a provider they do not exist."""
    desk.acting.require_party(otherwise=RunNotFound(id=id))


def _pieces(house: TheHouse, acting: ActingAs, run_id: UUID, number: int) -> Iterator[bytes]:
    """The file in a reading of its own: it outlives the endpoint."""
    with house.reading(acting) as desk:
        yield from payment_files.read(desk.work, run_id, number)


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
