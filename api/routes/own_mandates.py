# SPDX-License-Identifier: EUPL-1.2
"""Who acts for a resident, as they arrange it themselves: named by a code that the other shows, ended."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api import schemas
from api.answers import made
from api.deps import Desk, PathId, TheHouse, Turn, accepted, joined, may, told, writing
from ledger import own_mandates
from ledger.own_mandates import Naming, NamingTerms
from ledger.roles import ActingAs, Action, NotYours
from ledger.tables import Mandate

router = APIRouter(tags=["mandates"])


@router.post(
    "/link-codes",
    summary="Maak een koppelcode",
    description="Wie voor een ander wil regelen, toont deze code; de ander typt haar. Een half uur geldig, "
    "eenmaal te gebruiken, en alleen nu te zien. Een eerdere code opent niets meer.",
    response_model=schemas.LinkCode,
)
def post_link_code(desk: Annotated[Desk, writing(Action.SHOW_LINK_CODE)]) -> Any:
    return own_mandates.show_code(desk.work, desk.keys, own_person(desk.acting))


@router.put(
    "/own-mandates/{id}",
    summary="Machtig iemand om voor u te regelen",
    description="Met de koppelcode van wie voor u gaat regelen, vanaf vandaag. Alleen voor uzelf: wie een "
    "machtiging heeft, geeft haar niet door. Na vijf verkeerde codes op rij moet u even wachten.",
    **made(schemas.Mandate),
)
def put_own_mandate(
    id: PathId,
    body: NamingTerms,
    response: Response,
    acting: Annotated[ActingAs, may(Action.GIVE_MANDATES)],
    house: TheHouse,
    turn: Turn,
) -> Any:
    # A wrong code is counted, so the work is committed before its refusal is raised.
    with house.writing(acting) as desk:
        outcome = own_mandates.give(desk.work, desk.keys, own_person(acting), joined(Naming, body, id=id))
        content = schemas.Mandate.model_validate(outcome) if isinstance(outcome, Mandate) else None
        told(response, is_new=isinstance(outcome, Mandate) and desk.is_new(outcome))
    accepted(outcome)
    return content


@router.post(
    "/own-mandates/{id}/_end",
    summary="Beëindig uw eigen machtiging",
    description="Vanaf nu regelt deze persoon niets meer voor u. Wat een rechter of de wet bepaalde, "
    "beëindigt u niet zelf. Opnieuw beëindigen wijzigt niets.",
    response_model=schemas.Mandate,
)
def end_own_mandate(id: PathId, desk: Annotated[Desk, writing(Action.END_MANDATES)]) -> Any:
    return own_mandates.end(desk.work, own_person(desk.acting), id)


def own_person(acting: ActingAs) -> UUID:
    """Whose account this is. Raises NotYours for who is no resident."""
    if acting.person_id is None:
        raise NotYours()
    return acting.person_id
