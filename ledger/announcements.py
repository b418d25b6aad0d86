# SPDX-License-Identifier: EUPL-1.2
"""Announcements: who at a provider is told of a change that could bring its money elsewhere.

Whoever steals an account first takes the contact. So what is told goes to all contacts but the one who asked,
also to those that ended or were reached elsewhere until shortly before; and a contact that came shortly
before is told, but does not count as somebody who was told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import db, notices
from ledger.db import Work
from ledger.errors import NotFound, Refused
from ledger.notices import Draft
from ledger.tables import AccountChange, Contact, Municipality, NoticeAbout, Provider
from ledger.texts import Language
from ledger.texts import notices as texts

LATELY: Final = timedelta(days=60)
"""A contact that changed or ended within this time is told where it was reached before; one that came within
it does not count. Our own choice: two monthly runs, in which somebody misses their money."""

IBAN_SHOWN: Final = 4
"""How many of the last characters of an account are told."""


@dataclass(kw_only=True, eq=False)
class ContactNotFound(NotFound):
    """The provider has no such contact now."""

    code = "contact_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class NobodyToTell(Refused):
    """The provider has no other contact, known for long enough, that could be told."""

    code = "account_nobody_to_tell"
    id: UUID
    """Of the change of account."""
    days: int
    """How long a contact must be known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """Somebody who is told, in the version of the contact whose address is used."""

    contact: Contact
    counts: bool
    """Whether it is another contact than who asked, reached there for long enough."""


def to_tell(versions: Iterable[Contact], since: datetime, asker_id: UUID | None = None) -> list[Reached]:
    """Who of a provider is told, once per address, given all versions of its contacts in the order of their
    ids and versions. since is LATELY before what is told of was entered; asker_id is the contact who asked.
    """
    spans = [span for _, own in groupby(versions, key=attrgetter("id")) for span in _spans(list(own), since)]
    skipped = {_mailbox(each.contact) for each in spans if each.contact.id == asker_id and each.is_now}
    found: dict[str, Reached] = {}
    for span in spans:
        mailbox = _mailbox(span.contact)
        if mailbox not in skipped:
            known = mailbox in found and found[mailbox].counts
            counts = known or (span.counts and span.contact.id != asker_id)
            found[mailbox] = Reached(contact=span.contact, counts=counts)
    return list(found.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """A time in which one contact was reached at one address; its last version of that time."""

    contact: Contact
    counts: bool
    is_now: bool


def _spans(versions: Sequence[Contact], since: datetime) -> Iterator[_Span]:
    """Those of one contact that last until now, or ended after since."""
    started = versions[0].recorded_at
    for version, following in pairwise([*versions, None]):
        assert version is not None, "only the last has none after it"
        if version.ended_at is not None:
            continue
        if following is None or following.ended_at is not None or _mailbox(following) != _mailbox(version):
            if following is None or following.recorded_at >= since:
                yield _Span(contact=version, counts=started <= since, is_now=following is None)
            started = following.recorded_at if following else started


def _mailbox(contact: Contact) -> str:
    """Addresses that differ in capitals only are one."""
    return contact.email.lower()


def versions(work: Work, provider_ids: Iterable[UUID]) -> list[Contact]:
    """Every version of every contact of these providers, in the order of their ids and versions."""
    statement = (
        select(Contact)
        .where(
            col(Contact.municipality_id) == work.municipality_id,
            col(Contact.provider_id).in_(set(provider_ids)),
        )
        .order_by(col(Contact.id), col(Contact.version))
    )
    return list(work.session.scalars(statement))


def require_asker(work: Work, provider_id: UUID, contact_id: UUID | None) -> None:
    """Who asks is a contact of the provider now, or no contact at all. Raises ContactNotFound."""
    if contact_id is None:
        return
    newest = {each.id: each for each in versions(work, [provider_id])}
    if contact_id not in newest or newest[contact_id].ended_at is not None:
        raise ContactNotFound(id=contact_id)


def require_another(work: Work, change: AccountChange) -> None:
    """Somebody who did not ask can be told. Raises NobodyToTell."""
    if not any(each.counts for each in _of_account(work, change)):
        raise NobodyToTell(id=change.id, days=LATELY.days)


def account_entered(work: Work, change: AccountChange) -> None:
    """Tell that somebody asked for another account."""
    _tell_of_account(work, change, NoticeAbout.ACCOUNT_ENTERED, None)


def account_approved(work: Work, change: AccountChange, effective_on: date) -> None:
    """Tell from which day on another account is paid on."""
    _tell_of_account(work, change, NoticeAbout.ACCOUNT_APPROVED, effective_on)


def contacts_changed(work: Work, before: Sequence[Contact], changed: Mapping[UUID, NoticeAbout]) -> None:
    """Tell those who were contacts before what became of each contact that changed.

    before is as versions answers it, for the providers of those that changed; of one who was no contact
    before, the newest version is in the ledger by now.
    """
    now = {each.id: each for each in _newest(work, changed)}
    told_of = {
        provider_id: to_tell(own, work.now - LATELY)
        for provider_id, own in groupby(
            sorted(before, key=lambda each: (each.provider_id, each.id, each.version)),
            key=attrgetter("provider_id"),
        )
    }
    names = _Names.of(work, told_of)
    notices.write(
        work,
        [
            names.draft(each, about, contact_id, {"purposes": now[contact_id].purposes})
            for contact_id, about in changed.items()
            for each in told_of.get(now[contact_id].provider_id, ())
        ],
    )


def _newest(work: Work, contact_ids: Iterable[UUID]) -> list[Contact]:
    """Every version of these contacts; the newest come last."""
    statement = (
        select(Contact)
        .where(col(Contact.municipality_id) == work.municipality_id, col(Contact.id).in_(set(contact_ids)))
        .order_by(col(Contact.version))
    )
    return list(work.session.scalars(statement))


def _of_account(work: Work, change: AccountChange) -> list[Reached]:
    """Counted back from when it was entered: who waits with a decision hides nothing."""
    known = versions(work, [change.provider_id])
    return to_tell(known, change.recorded_at - LATELY, change.asked_by_contact_id)


def _tell_of_account(
    work: Work, change: AccountChange, about: NoticeAbout, effective_on: date | None
) -> None:
    told, names = _of_account(work, change), _Names.of(work, [change.provider_id])
    facts = {
        "old_end": names.providers[change.provider_id].iban[-IBAN_SHOWN:],
        "new_end": change.iban[-IBAN_SHOWN:],
        "effective_on": effective_on,
    }
    notices.write(work, [names.draft(each, about, change.id, facts) for each in told])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """What the municipality and its providers are called."""

    municipality: str
    providers: Mapping[UUID, Provider]

    @classmethod
    def of(cls, work: Work, provider_ids: Iterable[UUID]) -> "_Names":
        row = work.session.get(Municipality, work.municipality_id)
        assert row is not None, "whoever has providers is set up"
        return cls(municipality=row.name, providers=db.rows(work, Provider, provider_ids))

    def draft(self, told: Reached, about: NoticeAbout, cause_id: UUID, facts: Mapping[str, object]) -> Draft:
        contact = told.contact
        said = texts.written(
            about,
            {
                "municipality": self.municipality,
                "provider": self.providers[contact.provider_id].trade_name,
                "reference": cause_id,
                **facts,
            },
            Language(contact.language),
        )
        return Draft(contact=contact, about=about, cause_id=cause_id, subject=said.title, body=said.detail)
