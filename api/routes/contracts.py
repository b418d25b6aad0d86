# SPDX-License-Identifier: EUPL-1.2
"""Contracts: what one provider may deliver under one law, in versions that freeze when published."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import schemas
from api.answers import tagged as with_etag
from api.deps import AWindow, Desk, IfMatch, PathId, QueryId, joined, reading, seen, told, writing
from ledger import contract_versions, contracts, lists
from ledger.contracts import ContractDraft, ContractInput, ContractTerms, ContractUnknown
from ledger.inputs import Id7
from ledger.roles import Action
from ledger.tables import Contract

router = APIRouter(tags=["contracts"])


class ContractBody(ContractTerms):
    """A contract without its id, which is in the path."""

    provider_id: Id7


@router.get(
    "/contracts",
    summary="Toon de contracten",
    description="De nieuwste versie van elk contract, ook van concepten; een aanbieder ziet de zijne. Een "
    "ingetrokken concept staat er alleen als er nooit iets anders was (withdrawn).",
    response_model=schemas.Page[schemas.Contract],
)
def list_contracts(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)],
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
) -> Any:
    own = desk.own_provider(provider_id)
    rows = lists.page(desk.work, Contract, after=window.after, limit=window.take, provider_id=own)
    newest = {each.content.id: each for each in contract_versions.newest(desk.work, [row.id for row in rows])}
    return window.page(rows, shown=lambda row: newest[row.id])


@router.get(
    "/contracts/{id}",
    summary="Toon een contract",
    description="De nieuwste versie, concept of gepubliceerd. De ETag is een merk van haar inhoud.",
    **with_etag(schemas.Contract),
)
def get_contract(id: PathId, response: Response, desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)]) -> Any:
    found = _newest(desk, id)
    desk.acting.require_provider(found.content.provider_id, otherwise=ContractUnknown(id=id))
    response.headers["ETag"] = f'"{found.mark}"'
    return found


@router.put(
    "/contracts/{id}",
    summary="Leg een concept van een contract vast",
    description="Maakt een contract, of een nieuwe versie ervan die nog niet geldt. Een concept dat niet "
    "gepubliceerd is wordt vervangen; met If-Match alleen het concept of de versie die u kent.",
    **with_etag(schemas.Contract, is_put=True),
)
def put_contract(
    id: PathId,
    body: ContractBody,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_CONTRACTS)],
    if_match: IfMatch = None,
) -> Any:
    marks = seen(if_match, id, is_there=bool(contract_versions.newest(desk.work, [id])))
    (drafted,) = contracts.draft(desk.work, [joined(ContractInput, body, id=id)], seen=marks)
    told(response, is_new=desk.is_new(desk.find(Contract, id, ContractUnknown(id=id))))
    response.headers["ETag"] = f'"{drafted.mark}"'
    return drafted


@router.post(
    "/contracts/{id}/_publish",
    summary="Publiceer een contract",
    description="De nieuwste versie wordt bevroren en geldt. Nooit door wie haar schreef. Met If-Match "
    "alleen de versie die u bekeek: wat daarna anders werd, wordt niet gepubliceerd. Opnieuw publiceren "
    "wijzigt niets.",
    **with_etag(schemas.Contract, is_edit=True),
)
def publish_contract(
    id: PathId,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_CONTRACTS)],
    if_match: IfMatch = None,
) -> Any:
    contracts.publish(desk.work, [id], seen=seen(if_match, id))
    found = _newest(desk, id)
    response.headers["ETag"] = f'"{found.mark}"'
    return found


@router.post(
    "/contracts/{id}/_withdraw",
    summary="Trek een concept van een contract in",
    description="Wie een concept mag schrijven, mag het ook intrekken. Het blijft bewaard en niemand "
    "publiceert het meer; wat geldt, blijft gelden. Gold er nog niets, dan komt het nummer vrij. Met "
    "If-Match alleen het concept dat u bekeek. Opnieuw intrekken wijzigt niets. Het antwoord is wat daarna "
    "de nieuwste versie is.",
    **with_etag(schemas.Contract, is_edit=True),
)
def withdraw_contract(
    id: PathId,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_CONTRACTS)],
    if_match: IfMatch = None,
) -> Any:
    (found,) = contracts.withdraw(desk.work, [id], seen=seen(if_match, id))
    response.headers["ETag"] = f'"{found.mark}"'
    return found


def _newest(desk: Desk, id: UUID) -> ContractDraft:
    found = contract_versions.newest(desk.work, [id])
    if not found:
        raise ContractUnknown(id=id)
    return found[0]
