# SPDX-License-Identifier: EUPL-1.2
"""Contract terms that pay by period: what is entered for them, what they came to, and how."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import schemas, schemas_terms
from api.answers import made
from api.deps import AWindow, Desk, PathId, QueryId, joined, reading, told, writing
from ledger import lists, term_amounts, term_figures
from ledger.contracts import ContractUnknown
from ledger.roles import Action
from ledger.tables import Contract, HistoricalCost, PopulationFigure, TermEvidence
from ledger.term_amounts import Shown
from ledger.term_figures import (
    CostInput,
    CostTerms,
    EvidenceInput,
    EvidenceTerms,
    PopulationInput,
    PopulationTerms,
)

router = APIRouter(tags=["contract-terms"])


@router.put(
    "/term-evidence/{id}",
    summary="Voer bewijs van beschikbaarheid in",
    description="Van een periode telt wat het laatst is ingevoerd; wat eerder is ingevoerd blijft staan. Wie "
    "het invoert, geeft een betaalrun die erop steunt niet vrij.",
    **made(schemas_terms.Evidence),
)
def put_term_evidence(
    id: PathId,
    body: EvidenceTerms,
    response: Response,
    desk: Annotated[Desk, writing(Action.ENTER_TERM_FIGURES)],
) -> Any:
    (row,) = term_figures.put_evidence(desk.work, [joined(EvidenceInput, body, id=id)])
    told(response, is_new=desk.is_new(row))
    return row


@router.get(
    "/term-evidence",
    summary="Toon het bewijs van beschikbaarheid",
    description="Alles wat is ingevoerd; het laatste van een periode telt.",
    response_model=schemas.Page[schemas_terms.Evidence],
)
def list_term_evidence(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_TERM_FIGURES)],
    contract_id: Annotated[QueryId, Query(alias="contractId")] = None,
) -> Any:
    return _page(desk, window, TermEvidence, contract_id=contract_id)


@router.put(
    "/population-figures/{id}",
    summary="Voer een aantal inwoners in",
    description="Van een groep en een jaar telt wat het laatst is ingevoerd.",
    **made(schemas_terms.PopulationFigure),
)
def put_population_figure(
    id: PathId,
    body: PopulationTerms,
    response: Response,
    desk: Annotated[Desk, writing(Action.ENTER_TERM_FIGURES)],
) -> Any:
    (row,) = term_figures.put_population(desk.work, [joined(PopulationInput, body, id=id)])
    told(response, is_new=desk.is_new(row))
    return row


@router.get(
    "/population-figures",
    summary="Toon de aantallen inwoners",
    description="Alles wat is ingevoerd; het laatste van een groep en een jaar telt.",
    response_model=schemas.Page[schemas_terms.PopulationFigure],
)
def list_population_figures(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_TERM_FIGURES)]) -> Any:
    return _page(desk, window, PopulationFigure)


@router.put(
    "/historical-costs/{id}",
    summary="Voer in wat een functie in een jaar kostte",
    description="In eurocent. Van een contract en een jaar telt wat het laatst is ingevoerd.",
    **made(schemas_terms.HistoricalCost),
)
def put_historical_cost(
    id: PathId,
    body: CostTerms,
    response: Response,
    desk: Annotated[Desk, writing(Action.ENTER_TERM_FIGURES)],
) -> Any:
    (row,) = term_figures.put_historical_cost(desk.work, [joined(CostInput, body, id=id)])
    told(response, is_new=desk.is_new(row))
    return row


@router.get(
    "/historical-costs",
    summary="Toon wat functies in eerdere jaren kostten",
    description="Alles wat is ingevoerd; het laatste van een contract en een jaar telt.",
    response_model=schemas.Page[schemas_terms.HistoricalCost],
)
def list_historical_costs(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_TERM_FIGURES)],
    contract_id: Annotated[QueryId, Query(alias="contractId")] = None,
) -> Any:
    return _page(desk, window, HistoricalCost, contract_id=contract_id)


@router.get(
    "/contracts/{id}/term-amounts",
    summary="Toon wat de afspraken van een contract opleverden",
    description="Elk bedrag met de regels waarmee iedereen het kan narekenen. Een later bedrag van dezelfde "
    "periode is het verschil met wat eerder was berekend. Een aanbieder ziet die van zijn contracten.",
    response_model=schemas.Page[schemas_terms.TermAmount],
)
def list_term_amounts(
    id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_TERM_AMOUNTS)]
) -> Any:
    _require_contract(desk, id)
    rows = term_amounts.of_contract(desk.work, id, after=window.after, limit=window.take)
    return window.page(rows, shown=_shown, by=lambda row: row.amount.id)


@router.get(
    "/contracts/{id}/term-notices",
    summary="Toon wat er over de afspraken van een contract te weten is",
    description="Wat er niet is berekend en waarom, en welk deel van een plafond is bereikt.",
    response_model=schemas.Page[schemas_terms.TermNotice],
)
def list_term_notices_of_contract(
    id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_TERM_AMOUNTS)]
) -> Any:
    _require_contract(desk, id)
    return window.page(term_amounts.notices(desk.work, after=window.after, limit=window.take, contract_id=id))


@router.get(
    "/term-notices",
    summary="Toon wat er over alle afspraken te weten is",
    description="Van alle contracten.",
    response_model=schemas.Page[schemas_terms.TermNotice],
)
def list_term_notices(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_TERM_FIGURES)]) -> Any:
    return window.page(term_amounts.notices(desk.work, after=window.after, limit=window.take))


def _page(desk: Desk, window: AWindow, table: type[Any], **wanted: object) -> dict[str, Any]:
    return window.page(lists.page(desk.work, table, after=window.after, limit=window.take, **wanted))


def _require_contract(desk: Desk, id: UUID) -> None:
    otherwise = ContractUnknown(id=id)
    contract = desk.find(Contract, id, otherwise)
    desk.acting.require_provider(contract.provider_id, otherwise=otherwise)


def _shown(each: Shown) -> dict[str, Any]:
    return {**each.amount.model_dump(), "lines": each.lines}
