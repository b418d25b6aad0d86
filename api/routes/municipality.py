# SPDX-License-Identifier: EUPL-1.2
"""The municipality of the account that asks, and the account it pays from."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from api import schemas, schemas_settling
from api.answers import tagged as with_etag
from api.deps import Desk, IfMatch, joined, mark_of, reading, writing
from ledger import municipalities, run_plans, settings
from ledger.inputs import Iban, Input, ShortText
from ledger.municipalities import MunicipalityInput
from ledger.roles import Action
from ledger.settings import Settings

router = APIRouter(tags=["municipality"])


class DebtorBody(Input):
    """The account the municipality pays from."""

    debtor_name: ShortText
    debtor_iban: Iban


@router.get(
    "/municipality",
    summary="Toon de gemeente",
    description="De gemeente van uw account, met de rekening waarvan zij betaalt.",
    response_model=schemas.Municipality,
)
def get_municipality(desk: Annotated[Desk, reading(Action.SEE_CATALOGUE)]) -> Any:
    return _shown(municipalities.get(desk.work))


@router.put(
    "/municipality/debtor",
    summary="Wijzig de rekening waarvan de gemeente betaalt",
    description="Naam en IBAN precies zoals de bank ze kent. Dezelfde inhoud opnieuw wijzigt niets.",
    response_model=schemas.Municipality,
)
def put_debtor(body: DebtorBody, desk: Annotated[Desk, writing(Action.SET_PAYING_ACCOUNT)]) -> Any:
    name = municipalities.get(desk.work).name
    return _shown(municipalities.put(desk.work, joined(MunicipalityInput, body, name=name)))


@router.get(
    "/municipality/settings",
    summary="Toon de instellingen",
    description="Hoe betaalruns worden nagekeken en bestanden voor de bank worden gemaakt.",
    **with_etag(schemas_settling.Settings),
)
def get_settings(response: Response, desk: Annotated[Desk, reading(Action.SEE_CATALOGUE)]) -> Any:
    response.headers["ETag"] = f'"{settings.mark(settings.known(desk.work))}"'
    return settings.get(desk.work)


@router.put(
    "/municipality/settings",
    summary="Wijzig de instellingen",
    description="Gelden voor runs die daarna worden opgesteld en vrijgegeven. Wat niet wordt genoemd, is "
    "leeg. Met If-Match alleen als het nog de instellingen zijn die u kent.",
    **with_etag(schemas_settling.Settings, is_edit=True),
)
def put_settings(
    body: Settings,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_SETTINGS)],
    if_match: IfMatch = None,
) -> Any:
    row = settings.put(desk.work, body, seen=mark_of(if_match))
    response.headers["ETag"] = f'"{settings.mark(body)}"'
    return row


@router.get(
    "/municipality/run-plan",
    summary="Toon welke betaalrun nu en hierna volgens het rooster komt",
    description="Het rooster staat in de instellingen. Onder due staat een run die er al had moeten zijn. "
    "Ook een aanbieder ziet wanneer er betaald wordt.",
    response_model=schemas_settling.RunPlan,
)
def get_run_plan(desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]) -> Any:
    return run_plans.ahead(desk.work)


def _shown(row: Any) -> schemas.Municipality:
    return schemas.Municipality(
        municipality_id=row.municipality_id,
        name=row.name,
        debtor_name=row.debtor_name or None,
        debtor_iban=row.debtor_iban or None,
    )
