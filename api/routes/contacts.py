# SPDX-License-Identifier: EUPL-1.2
"""Whom at a provider the municipality writes to, and what was written."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api import schemas, schemas_contacts
from api.answers import tagged as with_etag
from api.deps import Desk, IfMatch, PathId, everything, expected, joined, reading, tagged, told, writing
from ledger import contacts, notices
from ledger.contacts import ContactContent, ContactInput
from ledger.notices import Told
from ledger.providers import ProviderUnknown
from ledger.roles import Action
from ledger.tables import Provider

router = APIRouter(tags=["contacts"])


class ContactBody(ContactContent):
    """Whom to write to, about which provider."""

    provider_id: UUID


@router.get(
    "/providers/{id}/contacts",
    summary="Toon de contactpersonen van een aanbieder",
    description="De oudste eerst, ook wie is gestopt. Een aanbieder ziet de zijne.",
    response_model=schemas.Page[schemas_contacts.Contact],
)
def list_contacts(id: PathId, desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)]) -> Any:
    _require_provider(desk, id)
    return everything(contacts.listed(desk.work, [id]))


@router.put(
    "/contacts/{id}",
    summary="Leg een contactpersoon vast of wijzig hem",
    description="De andere contactpersonen krijgen bericht. Met If-Match wijzigt u alleen de versie die u "
    "kent.",
    **with_etag(schemas_contacts.Contact, is_put=True),
)
def put_contact(
    id: PathId,
    body: ContactBody,
    response: Response,
    desk: Annotated[Desk, writing(Action.EDIT_PROVIDERS)],
    if_match: IfMatch = None,
) -> Any:
    asked = joined(ContactInput, body, id=id)
    known = {each.id: each for each in contacts.listed(desk.work, [asked.provider_id])}
    versions = expected(if_match, id, known[id].version if id in known else 0)
    (row,) = contacts.put(desk.work, [asked], versions)
    told(response, is_new=row.version == 1 and desk.is_new(row))
    tagged(response, row.version)
    return row


@router.post(
    "/contacts/{id}/_end",
    summary="Beëindig een contactpersoon",
    description="De andere contactpersonen en wie stopt, krijgen bericht.",
    response_model=schemas_contacts.Contact,
)
def end_contact(id: PathId, desk: Annotated[Desk, writing(Action.EDIT_PROVIDERS)]) -> Any:
    return contacts.end(desk.work, id)


@router.get(
    "/providers/{id}/notices",
    summary="Toon de berichten aan contactpersonen van een aanbieder",
    description="Het oudste eerst, met elke poging om het te versturen. Een aanbieder ziet de zijne.",
    response_model=schemas.Page[schemas_contacts.Notice],
)
def list_notices(id: PathId, desk: Annotated[Desk, reading(Action.SEE_CONTRACTS)]) -> Any:
    _require_provider(desk, id)
    return everything([_written(each) for each in notices.listed(desk.work, id)])


def _require_provider(desk: Desk, id: UUID) -> None:
    otherwise = ProviderUnknown(id=id)
    desk.acting.require_provider(id, otherwise=otherwise)
    desk.find(Provider, id, otherwise)


def _written(told: Told) -> dict[str, Any]:
    deliveries = [each.model_dump() for each in told.deliveries]
    return {
        **told.notice.model_dump(),
        "name": told.contact.name,
        "email": told.contact.email,
        "deliveries": deliveries,
    }
