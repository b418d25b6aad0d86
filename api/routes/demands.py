# SPDX-License-Identifier: EUPL-1.2
"""Demands: what a provider must pay back, the interest on it, and money that is said to be for it."""

from collections import defaultdict
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import schemas, schemas_recoveries
from api.answers import made
from api.deps import AWindow, Desk, PathId, QueryId, everything, joined, reading, told, writing
from ledger import demands, recoveries, repayments, statutory_rates
from ledger.demands import DemandBody, DemandInput, DemandNotFound, Told
from ledger.inputs import Day, Input, LineNumber, Text
from ledger.roles import Action
from ledger.statutory_rates import RatesBody, RatesInput
from ledger.tables import Demand, DemandInterest

router = APIRouter(tags=["demands"])


class ChargeBody(Input):
    """Up to and including which day interest is charged."""

    until: Day


class WithdrawBody(Input):
    """Why a demand is given up."""

    reason: Text


class AssignBody(Input):
    """Which line of the bank is for the demand."""

    statement_id: UUID
    line: LineNumber


@router.put(
    "/demands/{id}",
    summary="Vorder geld terug van een aanbieder",
    description="Voor schulden waarvoor nog geen vordering loopt, de oudste eerst. Zes weken om te betalen, "
    "tenzij u een andere dag noemt. Zolang de vordering loopt wordt zij ook verrekend.",
    **made(schemas_recoveries.DemandStory),
)
def put_demand(
    id: PathId, body: DemandBody, response: Response, desk: Annotated[Desk, writing(Action.DEMAND)]
) -> Any:
    found = demands.make(desk.work, joined(DemandInput, body, id=id))
    told(response, is_new=desk.is_new(found.demand))
    return _story(desk, found)


@router.get(
    "/demands",
    summary="Toon de vorderingen",
    description="De oudste eerst. Een aanbieder ziet alleen de zijne.",
    response_model=schemas.Page[schemas_recoveries.Demand],
)
def list_demands(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)],
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
) -> Any:
    own = desk.own_provider(provider_id)
    rows = demands.listed(desk.work, provider_id=own, after=window.after, limit=window.take)
    return window.page(rows, shown=_shown, by=lambda each: each.demand.id)


@router.get(
    "/demands/{id}",
    summary="Toon een vordering",
    description="Met de schulden waarvoor zij is, wat er is betaald en verrekend, en hoe de rente is "
    "berekend. Een aanbieder ziet alleen de zijne.",
    response_model=schemas_recoveries.DemandStory,
)
def get_demand(id: PathId, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    otherwise = DemandNotFound(id=id)
    row = desk.find(Demand, id, otherwise)
    desk.acting.require_provider(row.provider_id, otherwise=otherwise)
    return _story(desk, demands.get(desk.work, id))


@router.post(
    "/demands/{id}/_charge",
    summary="Breng wettelijke rente in rekening",
    description="Alle rente tot en met een dag, min wat al in rekening is gebracht; dezelfde dag nog eens "
    "boekt niets. Wat achteraf te veel was gaat terug.",
    response_model=schemas_recoveries.DemandStory,
)
def charge_demand(id: PathId, body: ChargeBody, desk: Annotated[Desk, writing(Action.DEMAND)]) -> Any:
    return _story(desk, recoveries.charge_interest(desk.work, id, body.until))


@router.post(
    "/demands/{id}/_withdraw",
    summary="Trek een vordering in",
    description="Nooit door wie haar maakte. Rente die nog niet is betaald vervalt; de rest blijft een "
    "schuld.",
    response_model=schemas_recoveries.DemandStory,
)
def withdraw_demand(
    id: PathId, body: WithdrawBody, desk: Annotated[Desk, writing(Action.WITHDRAW_DEMANDS)]
) -> Any:
    return _story(desk, recoveries.withdraw(desk.work, id, body.reason))


@router.post(
    "/demands/{id}/_assign",
    summary="Plaats een ontvangst bij een vordering",
    description="Een regel van de bank die nog nergens bij hoort. Wat meer is dan er openstaat blijft in de "
    "lijst.",
    response_model=schemas_recoveries.DemandStory,
)
def assign_demand(id: PathId, body: AssignBody, desk: Annotated[Desk, writing(Action.DEMAND)]) -> Any:
    return _story(desk, repayments.assign(desk.work, body.statement_id, body.line, id))


@router.put(
    "/statutory-rates/{id}",
    summary="Voer de wettelijke rente in",
    description="Alle percentages, in honderdsten van een procent, en tot en met welke dag u ze hebt "
    "opgezocht. Wat het laatst is ingevoerd telt. Zonder percentage wordt er geen rente berekend.",
    **made(schemas_recoveries.StatutoryRates),
)
def put_statutory_rates(
    id: PathId, body: RatesBody, response: Response, desk: Annotated[Desk, writing(Action.DEMAND)]
) -> Any:
    row = statutory_rates.put(desk.work, joined(RatesInput, body, id=id))
    told(response, is_new=desk.is_new(row))
    return row


@router.get(
    "/statutory-rates",
    summary="Toon de wettelijke rente",
    description="Alles wat is ingevoerd, wat nu telt het eerst.",
    response_model=schemas.Page[schemas_recoveries.StatutoryRates],
)
def list_statutory_rates(desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    return everything(statutory_rates.listed(desk.work))


def _shown(found: Told) -> dict[str, Any]:
    return {
        **found.demand.model_dump(),
        "state": found.state,
        "interest_cents": found.standing.interest_cents,
        "paid_cents": found.standing.paid_cents,
        "left_cents": found.standing.left_cents,
    }


def _story(desk: Desk, found: Told) -> dict[str, Any]:
    lines: defaultdict[int, list[DemandInterest]] = defaultdict(list)
    for line in demands.interest_lines(desk.work, found.demand.id):
        lines[line.number].append(line)
    why = demands.why(desk.work, found.demand)
    return {
        **_shown(found),
        "debts": [{**asdict(each.debt), "cents": each.cents} for each in why],
        "paid": found.standing.paid,
        "steps": [{**step.model_dump(), "interest": lines[step.number]} for step in found.steps],
    }
