# SPDX-License-Identifier: EUPL-1.2
"""On which account a provider is paid: changes by two people, and what banks say of account and name."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api import schemas, schemas_settling
from api.answers import made
from api.deps import Desk, PathId, everything, joined, reading, told, writing
from ledger import payees
from ledger.inputs import Iban, Input, ShortText, Text
from ledger.payees import Change, ChangeInput, CheckInput, DecisionInput
from ledger.providers import ProviderUnknown
from ledger.roles import Action
from ledger.tables import PayeeOutcome, Provider

router = APIRouter(tags=["payees"])


class ChangeBody(Input):
    """Pay a provider on another account."""

    provider_id: UUID
    account_holder_name: ShortText
    iban: Iban
    asked_by: Text
    asked_by_contact_id: UUID | None = None


class CheckBody(Input):
    """What a bank said of an account and a name."""

    provider_id: UUID
    account_holder_name: ShortText
    iban: Iban
    outcome: PayeeOutcome
    name_at_bank: ShortText | None = None
    source: Text


class OverrideBody(Input):
    """Why a provider may be paid all the same."""

    reason: Text


@router.put(
    "/account-changes/{id}",
    summary="Voer een wijziging van rekening in",
    description="De contactpersonen van de aanbieder krijgen bericht, behalve wie erom vroeg. Een ander "
    "beslist erover; daarna wacht zij nog enkele dagen.",
    **made(schemas_settling.AccountChange),
)
def put_account_change(
    id: PathId, body: ChangeBody, response: Response, desk: Annotated[Desk, writing(Action.EDIT_PROVIDERS)]
) -> Any:
    found = payees.change(desk.work, joined(ChangeInput, body, id=id))
    told(response, is_new=desk.is_new(found.change))
    return _shown(found)


@router.post(
    "/account-changes/{id}/_decide",
    summary="Beslis over een wijziging van rekening",
    description="Nooit door wie haar invoerde. Na een goedkeuring krijgen de contactpersonen bericht; is er "
    "geen ander dan wie erom vroeg, dan zegt toldOtherwise hoe de aanbieder het hoorde.",
    response_model=schemas_settling.AccountChange,
)
def decide_account_change(
    id: PathId, body: DecisionInput, desk: Annotated[Desk, writing(Action.DECIDE_ACCOUNTS)]
) -> Any:
    return _shown(payees.decide(desk.work, id, body))


@router.get(
    "/providers/{id}/account-changes",
    summary="Toon de wijzigingen van rekening van een aanbieder",
    description="De oudste eerst. Een aanbieder ziet de zijne.",
    response_model=schemas.Page[schemas_settling.AccountChange],
)
def list_account_changes(id: PathId, desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)]) -> Any:
    _require_provider(desk, id)
    return everything([_shown(each) for each in payees.listed(desk.work, id)])


@router.put(
    "/payee-checks/{id}",
    summary="Leg vast wat een bank zegt van naam en rekening",
    description="Horen zij niet bij elkaar, dan wordt daar niets betaald tot twee mensen anders zeggen.",
    **made(schemas_settling.PayeeCheck),
)
def put_payee_check(
    id: PathId, body: CheckBody, response: Response, desk: Annotated[Desk, writing(Action.EDIT_PROVIDERS)]
) -> Any:
    row = payees.check(desk.work, joined(CheckInput, body, id=id))
    told(response, is_new=desk.is_new(row))
    return row


@router.get(
    "/providers/{id}/payee-checks",
    summary="Toon wat banken van naam en rekening van een aanbieder zeggen",
    description="Het oudste eerst.",
    response_model=schemas.Page[schemas_settling.PayeeCheck],
)
def list_payee_checks(id: PathId, desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)]) -> Any:
    _require_provider(desk, id)
    return everything(payees.checks(desk.work, id))


@router.post(
    "/payee-checks/{id}/_override",
    summary="Laat toch betalen",
    description="Er zijn twee mensen voor nodig.",
    response_model=schemas.Page[schemas_settling.PayeeOverride],
)
def override_payee_check(
    id: PathId, body: OverrideBody, desk: Annotated[Desk, writing(Action.DECIDE_ACCOUNTS)]
) -> Any:
    return everything(payees.override(desk.work, id, body.reason))


def _require_provider(desk: Desk, id: UUID) -> None:
    otherwise = ProviderUnknown(id=id)
    desk.acting.require_provider(id, otherwise=otherwise)
    desk.find(Provider, id, otherwise)


def _shown(found: Change) -> dict[str, Any]:
    decision = found.decision.model_dump() if found.decision else None
    return {**found.change.model_dump(), "decision": decision}
