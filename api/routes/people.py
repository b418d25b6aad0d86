# SPDX-License-Identifier: EUPL-1.2
"""People: registered, found and read in bodies only, so that no address ever names anybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from api import schemas
from api.answers import made
from api.deps import AWindow, Desk, PathId, everything, joined, reading, told, writing
from ledger import access_log, lists, people
from ledger.access_log import Purpose
from ledger.inputs import Day, Id7, Input, Pc4, Validity
from ledger.people import MandateInput, Neighbourhood, PersonInput, PersonNotFound, SearchBsn, SearchName
from ledger.roles import Action
from ledger.tables import Mandate, MandateKind
from ledger.vault import Hidden, Identity

router = APIRouter(tags=["people"])


class PersonBody(Hidden):
    """Who somebody is, and where care is given."""

    identity: Identity
    area: Pc4 | None = None
    neighbourhood: Neighbourhood | None = None


class CorrectionBody(PersonBody):
    """What is right now, and why it is changed."""

    purpose: Purpose


class SearchBody(Hidden):
    """By what to search, and why."""

    by: SearchBsn | SearchName
    purpose: Purpose


class LookBody(Input):
    """Why somebody looks."""

    purpose: Purpose


class MandateBody(Validity):
    """A mandate without its id, which is in the path."""

    holder_id: Id7
    representative_id: Id7
    kind: MandateKind


class LastDayBody(Input):
    """Until when, inclusive."""

    last_day: Day


@router.put(
    "/people/{id}",
    summary="Registreer een persoon",
    description="Wie het is gaat versleuteld in de kluis; daarbuiten bestaat alleen dit id. Andere inhoud "
    "onder hetzelfde id geeft 409: gebruik dan _correct.",
    **made(schemas.Person),
)
def put_person(
    id: PathId, body: PersonBody, response: Response, desk: Annotated[Desk, writing(Action.REGISTER_PEOPLE)]
) -> Any:
    (registered,) = people.register(desk.work, desk.keys, [joined(PersonInput, body, id=id)])
    told(response, is_new=registered.is_new)
    return schemas.Person(id=id)


@router.post(
    "/people/{id}/_correct",
    summary="Verbeter de gegevens van een persoon",
    description="Vervangt wie het is en waar de zorg wordt gegeven. Wordt met de reden genoteerd.",
    response_model=schemas.Person,
)
def correct_person(
    id: PathId, body: CorrectionBody, desk: Annotated[Desk, writing(Action.CORRECT_PEOPLE)]
) -> Any:
    content = PersonBody(identity=body.identity, area=body.area, neighbourhood=body.neighbourhood)
    people.correct(desk.work, desk.keys, [joined(PersonInput, content, id=id)], body.purpose)
    return schemas.Person(id=id)


@router.post(
    "/people/_search",
    summary="Zoek een persoon",
    description="Op precies dit burgerservicenummer, of op precies deze achternaam en geboortedag. Elke "
    "zoekvraag wordt met de reden genoteerd, ook als er niemand is gevonden.",
    response_model=schemas.Page[schemas.Person],
)
def search_people(body: SearchBody, desk: Annotated[Desk, writing(Action.FIND_PEOPLE)]) -> Any:
    found = people.search(desk.work, desk.keys, body.by, body.purpose)
    return everything([schemas.Person(id=person_id) for person_id in found])


@router.post(
    "/people/{id}/_read",
    summary="Bekijk wie een persoon is",
    description="De gegevens uit de kluis. Wordt met de reden genoteerd.",
    response_model=Identity,
    response_model_exclude_none=True,
)
def read_person(id: PathId, body: LookBody, desk: Annotated[Desk, writing(Action.FIND_PEOPLE)]) -> Any:
    found = people.read(desk.work, desk.keys, [id], body.purpose)
    if id not in found:
        raise PersonNotFound(person_id=id)  # erased: there is nobody to read
    return found[id]


@router.get(
    "/people/{id}/access-log",
    summary="Toon wie naar een persoon keek",
    description="De nieuwste blik eerst. Een inwoner ziet die naar zichzelf en wie hij vertegenwoordigt.",
    response_model=schemas.Page[schemas.Look],
    tags=["access-log"],
)
def list_looks(id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_ACCESS_LOG)]) -> Any:
    desk.require_person(id, PersonNotFound(person_id=id))
    return window.page(access_log.of_person(desk.work, id, before=window.after, limit=window.take))


@router.get(
    "/people/{id}/mandates",
    summary="Toon de machtigingen van een persoon",
    description="Wie voor deze inwoner mag handelen, van wanneer tot wanneer. Een inwoner ziet de zijne en "
    "die van wie hij vertegenwoordigt.",
    response_model=schemas.Page[schemas.Mandate],
    tags=["mandates"],
)
def list_mandates(id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_MANDATES)]) -> Any:
    desk.require_person(id, PersonNotFound(person_id=id))
    rows = lists.page(desk.work, Mandate, after=window.after, limit=window.take, holder_id=id)
    return window.page(rows)


@router.put(
    "/mandates/{id}",
    summary="Leg een machtiging vast",
    description="Iemand mag voor een inwoner handelen, van een dag tot en met een dag.",
    tags=["mandates"],
    **made(schemas.Mandate),
)
def put_mandate(
    id: PathId, body: MandateBody, response: Response, desk: Annotated[Desk, writing(Action.CORRECT_PEOPLE)]
) -> Any:
    (row,) = people.give(desk.work, [joined(MandateInput, body, id=id)])
    told(response, is_new=desk.is_new(row))
    return row


@router.post(
    "/mandates/{id}/_end",
    summary="Beëindig een machtiging",
    description="De laatste dag telt nog mee. Langer maken kan niet: dat is een nieuwe machtiging.",
    response_model=schemas.Mandate,
    tags=["mandates"],
)
def end_mandate(id: PathId, body: LastDayBody, desk: Annotated[Desk, writing(Action.REGISTER_PEOPLE)]) -> Any:
    return people.end_mandate(desk.work, id, body.last_day)
