# SPDX-License-Identifier: EUPL-1.2
"""Accounts, their roles and their keys."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import StringConstraints

from api import schemas
from api.answers import made
from api.deps import AWindow, Desk, PathId, everything, joined, reading, told, writing
from ledger import actors, identity_links, lists
from ledger.actors import ActorInput, ActorNotFound, ActorState, KeyNotFound
from ledger.identity_links import LinkInput
from ledger.inputs import Input, ShortText
from ledger.roles import Action
from ledger.tables import Actor, Role

router = APIRouter(tags=["actors"])


class ActorBody(Input):
    """An account without its id, which is in the path."""

    name: ShortText
    roles: frozenset[Role]
    provider_id: UUID | None = None
    person_id: UUID | None = None
    identity: ShortText | None = None


class IssuerBody(Input):
    """An organisation that vouches for people, as it calls itself."""

    issuer: Annotated[str, StringConstraints(min_length=1, max_length=500)]


@router.get(
    "/actors",
    summary="Toon de accounts",
    description="Wie welke rollen heeft, ook van uitgezette accounts.",
    response_model=schemas.Page[schemas.Actor],
)
def list_actors(window: AWindow, desk: Annotated[Desk, reading(Action.SEE_ACCOUNTS)]) -> Any:
    rows = lists.page(desk.work, Actor, after=window.after, limit=window.take)
    return window.page(actors.listed(desk.work, [row.id for row in rows]), shown=_shown)


@router.get(
    "/actors/{id}",
    summary="Toon een account",
    description="Met zijn rollen.",
    response_model=schemas.Actor,
)
def get_actor(id: PathId, desk: Annotated[Desk, reading(Action.SEE_ACCOUNTS)]) -> Any:
    return _shown(_state(desk, id))


@router.put(
    "/actors/{id}",
    summary="Leg een account vast of wijzig het",
    description="Het account krijgt deze naam en precies deze rollen. Rollen die niet samengaan worden "
    "geweigerd; niemand wijzigt zijn eigen rollen.",
    **made(schemas.Actor),
)
def put_actor(
    id: PathId, body: ActorBody, response: Response, desk: Annotated[Desk, writing(Action.MANAGE_ACCOUNTS)]
) -> Any:
    (state,) = actors.put(desk.work, [joined(ActorInput, body, id=id)])
    told(response, is_new=desk.is_new(desk.find(Actor, id, ActorNotFound(actor_id=id))))
    return _shown(state)


@router.post(
    "/actors/{id}/_disable",
    summary="Zet een account uit",
    description="Het mag niets meer, welke sleutels het ook heeft.",
    response_model=schemas.Actor,
)
def disable_actor(id: PathId, desk: Annotated[Desk, writing(Action.MANAGE_ACCOUNTS)]) -> Any:
    actors.disable(desk.work, id)
    return _shown(_state(desk, id))


@router.get(
    "/actors/{id}/keys",
    summary="Toon de sleutels van een account",
    description="Zonder het geheim, dat alleen bij het maken is getoond; ook de ingetrokken sleutels.",
    response_model=schemas.Page[schemas.ApiKey],
)
def list_keys(id: PathId, desk: Annotated[Desk, reading(Action.SEE_ACCOUNTS)]) -> Any:
    _state(desk, id)
    return everything(actors.keys_of(desk.work, id))


@router.post(
    "/actors/{id}/keys",
    summary="Maak een sleutel",
    description="Het geheim wordt alleen nu getoond. Elke aanroep maakt een nieuwe sleutel.",
    status_code=201,
    response_model=schemas.NewKey,
)
def post_key(id: PathId, desk: Annotated[Desk, writing(Action.MANAGE_ACCOUNTS)]) -> Any:
    secret = actors.new_key(desk.work, id)
    key = actors.keys_of(desk.work, id)[-1]
    return schemas.NewKey(id=key.id, actor_id=id, secret=secret)


@router.delete(
    "/actors/{id}/keys/{keyId}",
    summary="Trek een sleutel in",
    description="De sleutel opent niets meer. Opnieuw intrekken wijzigt niets.",
    status_code=204,
)
def delete_key(
    id: PathId,
    key_id: Annotated[PathId, Path(alias="keyId")],
    desk: Annotated[Desk, writing(Action.MANAGE_ACCOUNTS)],
) -> None:
    if all(key.id != key_id for key in actors.keys_of(desk.work, id)):
        raise KeyNotFound(key_id=key_id)
    actors.revoke_key(desk.work, key_id)


@router.get(
    "/actors/{id}/identities",
    summary="Toon waarmee een account inlogt",
    description="De organisaties die voor dit account instaan; niet hoe zij het kennen.",
    response_model=schemas.Page[schemas.Identity],
)
def list_identities(id: PathId, desk: Annotated[Desk, reading(Action.SEE_ACCOUNTS)]) -> Any:
    return everything(identity_links.of_actor(desk.work, id))


@router.post(
    "/actors/{id}/identities/_link",
    summary="Koppel een account aan een organisatie die ervoor instaat",
    description="Wie daar met deze waarde bekend is, logt hier in met dit account. Een eerdere waarde bij "
    "dezelfde organisatie vervalt. De waarde is nooit een burgerservicenummer en wordt niet bewaard.",
    response_model=schemas.Identity,
)
def link_identity(id: PathId, body: LinkInput, desk: Annotated[Desk, writing(Action.MANAGE_ACCOUNTS)]) -> Any:
    return identity_links.link(desk.work, desk.keys, id, body)


@router.post(
    "/actors/{id}/identities/_unlink",
    summary="Maak die koppeling los",
    description="Deze organisatie laat niemand meer in met dit account. Opnieuw losmaken wijzigt niets.",
    status_code=204,
)
def unlink_identity(
    id: PathId, body: IssuerBody, desk: Annotated[Desk, writing(Action.MANAGE_ACCOUNTS)]
) -> None:
    identity_links.unlink(desk.work, id, body.issuer)


def _state(desk: Desk, id: UUID) -> ActorState:
    found = actors.listed(desk.work, [id])
    if not found:
        raise ActorNotFound(actor_id=id)
    return found[0]


def _shown(state: ActorState) -> schemas.Actor:
    return schemas.Actor(
        id=state.id,
        name=state.name,
        roles=tuple(sorted(state.roles)),
        provider_id=state.provider_id,
        person_id=state.person_id,
        identity=state.identity,
        disabled_at=state.disabled_at,
    )
