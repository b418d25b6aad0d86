# SPDX-License-Identifier: EUPL-1.2
"""Contacts: whom at a provider the municipality writes to. What becomes of one, the others are told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import Field, field_validator
from sqlalchemy import select
from sqlmodel import col

from ledger import announcements, bulk, db, identifiers
from ledger.announcements import ContactNotFound as ContactNotFound
from ledger.db import Work
from ledger.errors import ChangedMeanwhile, Conflict, Refused
from ledger.inputs import Email, Id7, Input, ShortText
from ledger.providers import ProviderUnknown
from ledger.tables import Contact, ContactPurpose, NoticeAbout, Provider
from ledger.texts import Language


@dataclass(kw_only=True, eq=False)
class ContactOfAnother(Conflict):
    """A contact stays with the provider it began with."""

    code = "contact_of_another_provider"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ContactEnded(Refused):
    """What ended does not begin anew: make another."""

    code = "contact_ended"
    id: UUID


class ContactContent(Input):
    """Whom to write to, about what, and in which language."""

    name: ShortText
    """A person or a department."""
    email: Email
    purposes: frozenset[ContactPurpose] = Field(min_length=1)
    language: Language = Language.NL

    @field_validator("name")
    @classmethod
    def _no_personal_number(cls, value: str) -> str:
        if identifiers.holds_bsn(value):
            raise ValueError("must not hold a citizen service number")
        return value


class ContactInput(ContactContent):
    """A contact with its id and its provider."""

    id: Id7
    provider_id: UUID


def put(
    work: Work, contacts: Sequence[ContactInput], expected: Mapping[UUID, int] | None = None
) -> list[Contact]:
    """Make or change contacts; rows[i] is what contacts[i] became. The same content changes nothing, also
    after the contact ended. Who was a contact until now is told of each change.

    expected names the version a change starts from, by id. Raises ProviderUnknown, ContactOfAnother,
    ContactEnded, ChangedMeanwhile; then nothing of the batch may be kept.
    """
    desk = _load(work, contacts, expected or {})
    rows = [desk.take(contact) for contact in contacts]
    # After this point only writes.
    desk.write()
    return rows


def end(work: Work, contact_id: UUID) -> Contact:
    """Somebody is no contact any longer; they and the others are told. Again changes nothing.

    Raises ContactNotFound.
    """
    known = _newest(work, [contact_id])
    if contact_id not in known:
        raise ContactNotFound(id=contact_id)
    desk = _load(work, [known[contact_id]], {})
    row = desk.end(contact_id)
    # After this point only writes.
    desk.write()
    return row


def listed(work: Work, provider_ids: Iterable[UUID]) -> list[Contact]:
    """Every contact of these providers in its newest version, the oldest first; those that ended too."""
    return list({each.id: each for each in announcements.versions(work, provider_ids)}.values())


class _Desk:
    """The contacts of some providers, as they are after what was judged before."""

    def __init__(self, work: Work, before: Sequence[Contact], expected: Mapping[UUID, int]) -> None:
        self.work, self.before, self.expected = work, before, expected
        self.newest = {each.id: each for each in before}
        self.fresh: list[Contact] = []
        self.changed: dict[UUID, NoticeAbout] = {}

    def take(self, contact: ContactInput) -> Contact:
        """The newest version of one contact after this input."""
        last = self.newest.get(contact.id)
        if last is not None and last.provider_id != contact.provider_id:
            raise ContactOfAnother(id=contact.id)
        if last is not None and _content(last) == contact:
            return last
        version = last.version if last else 0
        if self.expected.get(contact.id, version) != version:
            raise ChangedMeanwhile(id=contact.id, version=version)
        if last is not None and last.ended_at is not None:
            raise ContactEnded(id=contact.id)
        about = NoticeAbout.CONTACT_CHANGED if last else NoticeAbout.CONTACT_ADDED
        content = contact.model_dump() | {"purposes": tuple(sorted(contact.purposes))}
        return self._add({**content, "language": contact.language.value, "version": version + 1}, about)

    def end(self, contact_id: UUID) -> Contact:
        """The last version of one contact that is there."""
        last = self.newest[contact_id]
        if last.ended_at is not None:
            return last
        content = {**last.model_dump(), "version": last.version + 1, "ended_at": self.work.now}
        return self._add(content, NoticeAbout.CONTACT_ENDED)

    def write(self) -> None:
        """The new versions, and the notices of them."""
        fresh = sorted(self.fresh, key=lambda each: (each.id, each.version))
        bulk.insert(self.work, Contact, [each.model_dump() for each in fresh])
        if self.changed:
            announcements.contacts_changed(self.work, self.before, self.changed)

    def _add(self, content: Mapping[str, Any], about: NoticeAbout) -> Contact:
        mine = {
            "municipality_id": self.work.municipality_id,
            "actor_id": self.work.actor_id,
            "recorded_at": self.work.now,
        }
        row = Contact(**{"ended_at": None, **content, **mine})
        self.fresh.append(row)
        self.newest[row.id] = row
        self.changed.setdefault(row.id, about)
        return row


def _content(row: Contact) -> ContactInput:
    """What was put in; model_construct, for it was judged then."""
    return ContactInput.model_construct(
        id=row.id,
        provider_id=row.provider_id,
        name=row.name,
        email=row.email,
        purposes=frozenset(row.purposes),
        language=Language(row.language),
    )


def _load(
    work: Work, contacts: Sequence[ContactInput] | Sequence[Contact], expected: Mapping[UUID, int]
) -> _Desk:
    """Locks the providers: their contacts are changed by one at a time. Raises ProviderUnknown."""
    provider_ids = {each.provider_id for each in contacts}
    known = db.rows(work, Provider, provider_ids, lock=True)
    for provider_id in provider_ids:
        if provider_id not in known:
            raise ProviderUnknown(id=provider_id)
    desk = _Desk(work, announcements.versions(work, provider_ids), expected)
    elsewhere = _newest(work, {each.id for each in contacts} - desk.newest.keys())
    desk.newest |= elsewhere
    return desk


def _newest(work: Work, contact_ids: Sequence[UUID] | set[UUID]) -> dict[UUID, Contact]:
    statement = (
        select(Contact)
        .where(col(Contact.municipality_id) == work.municipality_id, col(Contact.id).in_(contact_ids))
        .order_by(col(Contact.version))
    )
    return {each.id: each for each in work.session.scalars(statement)}
