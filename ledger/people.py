# SPDX-License-Identifier: EUPL-1.2
"""Residents and their representatives: registered, found, read, corrected, erased; and mandates.

Everywhere else a person is a pseudonym. Only here do they meet the vault, and every look at who
they are is noted.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self, TypeAlias
from uuid import UUID

from pydantic import StringConstraints, model_validator
from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlmodel import col

from ledger import access_log, db, vault
from ledger.access_log import Look, LookAction, OwnPurpose
from ledger.db import Work
from ledger.errors import Conflict, NotFound, Refused
from ledger.inputs import Bsn, Day, Id7, Input, Pc4, Text, Validity
from ledger.keys import MunicipalityKeys
from ledger.tables import IndexKind, Mandate, MandateKind, Municipality, Person, VaultIndex, VaultRecord
from ledger.vault import Hidden, Identity, Sealed

Neighbourhood: TypeAlias = Annotated[str, StringConstraints(pattern=r"^(BU|WK)[0-9A-Z]{6,8}$")]
"""A CBS neighbourhood (BU) or district (WK) code."""


@dataclass(kw_only=True, eq=False)
class PersonNotFound(NotFound):
    """No such person in this municipality."""

    code = "person_not_found"
    person_id: UUID


@dataclass(kw_only=True, eq=False)
class PersonErased(Conflict):
    """Who this was has been erased; the pseudonym cannot be given to anybody again."""

    code = "person_erased"
    person_id: UUID


@dataclass(kw_only=True, eq=False)
class PersonExistsWithOtherContent(Conflict):
    """This person is registered with another identity or place; correct() replaces it."""

    code = "person_exists_with_other_content"
    person_id: UUID


@dataclass(kw_only=True, eq=False)
class PersonCorrectedSince(Conflict):
    """Somebody else corrected this person after they were shown; what they changed would be lost."""

    code = "person_corrected_since"
    person_id: UUID


@dataclass(kw_only=True, eq=False)
class BsnRegistered(Conflict):
    """The personal number is already that of another person."""

    code = "bsn_registered"
    person_id: UUID
    """Whose it is."""
    asked_id: UUID
    """For whom it was given now."""


@dataclass(kw_only=True, eq=False)
class MandateNotFound(NotFound):
    """No such mandate in this municipality."""

    code = "mandate_not_found"
    mandate_id: UUID


@dataclass(kw_only=True, eq=False)
class MandateExistsWithOtherContent(Conflict):
    """This mandate was given with other content."""

    code = "mandate_exists_with_other_content"
    mandate_id: UUID


@dataclass(kw_only=True, eq=False)
class MandateEndsEarlier(Refused):
    """The mandate already ends before the day asked; what lasts longer is a new mandate."""

    code = "mandate_ends_earlier"
    mandate_id: UUID
    last_day: date


class PersonInput(Input):
    """A person to be registered."""

    id: Id7
    identity: Identity
    area: Pc4 | None = None
    """The four digits of the postcode where care is given; None takes those of the address."""
    neighbourhood: Neighbourhood | None = None


class MandateInput(Validity):
    """Somebody may act for a resident."""

    id: Id7
    holder_id: Id7
    representative_id: Id7
    kind: MandateKind

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if self.holder_id == self.representative_id:
            raise ValueError("a person cannot be their own representative")
        return self


class SearchBsn(Hidden):
    """By the personal number."""

    bsn: Bsn


class SearchName(Hidden):
    """By surname (without its prefix; case and accents do not matter) and day of birth."""

    surname: vault.Line
    birth_date: Day


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """The answer to one registration."""

    person_id: UUID
    is_new: bool


def register(work: Work, keys: MunicipalityKeys, people: Sequence[PersonInput]) -> list[Registered]:
    """Register people, all or none. The same id with the same content again changes nothing.

    Raises PersonExistsWithOtherContent, PersonErased, BsnRegistered.
    """
    _one_at_a_time(work)
    known = _known(work, keys, {person.id for person in people})
    fresh: dict[UUID, PersonInput] = {}
    for person in map(_placed, people):
        before = fresh.get(person.id) if person.id not in known else known[person.id]
        if before is None and person.id in known:
            raise PersonErased(person_id=person.id)
        if before is not None and before != person:
            raise PersonExistsWithOtherContent(person_id=person.id)
        if before is None:
            fresh[person.id] = person
    indexes = _indexes(work, keys, fresh.values())
    # -- judged; from here on only writes --
    if fresh:
        connection = work.session.connection()
        connection.execute(insert(Person), [_person_row(work, person) for person in fresh.values()])
        connection.execute(insert(VaultRecord), [_vault_row(work, keys, each) for each in fresh.values()])
        connection.execute(insert(VaultIndex), indexes)
    return [Registered(person_id=person.id, is_new=person.id in fresh) for person in people]


def correct(
    work: Work, keys: MunicipalityKeys, people: Sequence[PersonInput], purpose: Text
) -> list[Registered]:
    """Replace the identity and place of people by what is right now, each noted with the purpose.

    One line per person. Raises PersonNotFound, PersonErased, BsnRegistered.
    """
    _one_at_a_time(work)
    known = _known(work, keys, {person.id for person in people})
    changed: dict[UUID, PersonInput] = {}
    for person in map(_placed, people):
        if person.id not in known:
            raise PersonNotFound(person_id=person.id)
        if known[person.id] is None:
            raise PersonErased(person_id=person.id)
        if known[person.id] != person:
            changed[person.id] = person
    indexes = _indexes(work, keys, changed.values())
    # -- judged; from here on only writes --
    _forget_indexes(work, changed)
    if changed:
        connection = work.session.connection()
        connection.execute(_NEW_PLACE, [_named(_person_row(work, each)) for each in changed.values()])
        connection.execute(_NEW_SEAL, [_named(_vault_row(work, keys, each)) for each in changed.values()])
        connection.execute(insert(VaultIndex), indexes)
    _note(work, LookAction.CORRECT, changed, purpose)
    return [Registered(person_id=person.id, is_new=False) for person in people]


def mark(work: Work, person_id: UUID) -> str:
    """What says that a person is still as they were shown: another after every correction; empty: erased."""
    statement = select(col(VaultRecord.sealed)).where(
        col(VaultRecord.municipality_id) == work.municipality_id, col(VaultRecord.person_id) == person_id
    )
    sealed = work.session.scalar(statement)
    return hashlib.sha256(sealed).hexdigest() if sealed else ""


def corrected(
    work: Work, keys: MunicipalityKeys, person_id: UUID, changes: Mapping[str, Any], *, seen: str
) -> PersonInput:
    """Somebody with these parts of their identity replaced, as correct() takes them; what is not named stays.

    Care that is given at home moves with the address; in which neighbourhood is then no longer known. seen
    is the mark of what they were when they were shown. Not noted: only correct() is to do something with it.
    Raises PersonNotFound, PersonErased, PersonCorrectedSince, ValidationError.
    """
    _one_at_a_time(work)
    known = _known(work, keys, {person_id})
    if person_id not in known:
        raise PersonNotFound(person_id=person_id)
    person = known[person_id]
    if person is None:
        raise PersonErased(person_id=person_id)
    identity = Identity.model_validate(person.identity.model_dump(by_alias=True) | dict(changes))
    if identity == person.identity:
        return person  # sent twice: it is so already
    if mark(work, person_id) != seen:
        raise PersonCorrectedSince(person_id=person_id)
    if person.area != person.identity.area:
        return person.model_copy(update={"identity": identity})
    stays = identity.postcode == person.identity.postcode
    return PersonInput(id=person_id, identity=identity, neighbourhood=person.neighbourhood if stays else None)


def by_bsn(
    work: Work, keys: MunicipalityKeys, bsns: Sequence[str], purpose: Text = OwnPurpose.ALLOCATION_MESSAGE
) -> dict[str, UUID]:
    """Who these numbers are, in one query; unknown numbers are absent. Each hit is noted as an import."""
    wanted = {vault.digest(keys, work.municipality_id, IndexKind.BSN, bsn): bsn for bsn in bsns}
    found = {wanted[digest]: person_id for digest, person_id in _owners(work, IndexKind.BSN, wanted).items()}
    _note(work, LookAction.IMPORT, found.values(), purpose)
    return found


def search(work: Work, keys: MunicipalityKeys, by: SearchBsn | SearchName, purpose: Text) -> list[UUID]:
    """Who has exactly this number, or this name and day of birth. Noted, also when nobody is found."""
    if isinstance(by, SearchBsn):
        kind, value = IndexKind.BSN, by.bsn
    else:
        kind, value = IndexKind.NAME_AND_BIRTH, vault.name_and_birth(by.surname, by.birth_date)
    statement = (
        select(col(VaultIndex.person_id))
        .where(
            col(VaultIndex.municipality_id) == work.municipality_id,
            col(VaultIndex.kind) == kind,
            col(VaultIndex.digest) == vault.digest(keys, work.municipality_id, kind, value),
        )
        .order_by(col(VaultIndex.person_id))
    )
    found = list(work.session.scalars(statement))
    _note(work, LookAction.SEARCH, found or [None], purpose)
    return found


def read(
    work: Work,
    keys: MunicipalityKeys,
    person_ids: Collection[UUID],
    purpose: Text,
    action: LookAction = LookAction.READ,
) -> dict[UUID, Identity]:
    """Who these people are; who was erased is absent. Each is noted.

    Raises PersonNotFound for an id that never was, VaultSealBroken.
    """
    known = _known(work, keys, set(person_ids))
    for person_id in person_ids:
        if person_id not in known:
            raise PersonNotFound(person_id=person_id)
    _note(work, action, known, purpose)
    return {person_id: person.identity for person_id, person in known.items() if person is not None}


def erase(work: Work, person_id: UUID, purpose: Text = OwnPurpose.ERASURE) -> None:
    """Destroy what says who a person is: the sealed identity with its key, and the indexes. Noted.

    The pseudonym, its area, and all that was decided and booked under it stay, so the books can
    still be replayed. Erasing again changes nothing. Copies in backups live until those expire.
    Raises PersonNotFound.
    """
    _one_at_a_time(work)  # who corrects at this moment would write what was just destroyed
    if not db.rows(work, Person, [person_id], lock=True):
        raise PersonNotFound(person_id=person_id)
    _forget_indexes(work, [person_id])
    record = (
        delete(VaultRecord)
        .where(col(VaultRecord.municipality_id) == work.municipality_id)
        .where(col(VaultRecord.person_id) == person_id)
    )
    work.session.connection().execute(record)
    _note(work, LookAction.ERASE, [person_id], purpose)


def give(work: Work, mandates: Sequence[MandateInput]) -> list[Mandate]:
    """Let representatives act for residents, all or none; noted for both. The same again changes nothing.

    Raises PersonNotFound, MandateExistsWithOtherContent.
    """
    rows = db.rows(work, Mandate, [mandate.id for mandate in mandates], lock=True)
    parties = {party for each in mandates for party in (each.holder_id, each.representative_id)}
    missing = parties - db.rows(work, Person, parties).keys()
    if missing:
        raise PersonNotFound(person_id=min(missing))
    fresh = []
    for mandate in mandates:
        asked = mandate.model_dump()
        row = rows.get(mandate.id)
        if row is None:
            asked |= {"municipality_id": work.municipality_id, "recorded_at": work.now}
            rows[mandate.id] = Mandate(**asked)
            fresh.append(asked)
        elif row.model_dump(include=set(asked)) != asked:
            raise MandateExistsWithOtherContent(mandate_id=mandate.id)
    if fresh:
        work.session.connection().execute(insert(Mandate), fresh)
    _note_mandates(work, LookAction.MANDATE_GIVEN, [rows[asked["id"]] for asked in fresh])
    return [rows[mandate.id] for mandate in mandates]


def end_mandate(work: Work, mandate_id: UUID, last_day: date) -> Mandate:
    """The mandate ends after this day; a day before its first means that it never holds. Noted for both.

    Raises MandateNotFound, MandateEndsEarlier.
    """
    row = db.rows(work, Mandate, [mandate_id], lock=True).get(mandate_id)
    if row is None:
        raise MandateNotFound(mandate_id=mandate_id)
    if row.valid_until is not None and row.valid_until < last_day:
        raise MandateEndsEarlier(mandate_id=mandate_id, last_day=row.valid_until)
    if row.valid_until != last_day:
        row.valid_until = last_day
        work.session.flush()
        _note_mandates(work, LookAction.MANDATE_ENDED, [row])
    return row


def represented(work: Work, representative_id: UUID, day: date) -> frozenset[UUID]:
    """For whom this person may act on this day."""
    statement = select(col(Mandate.holder_id)).where(
        col(Mandate.municipality_id) == work.municipality_id,
        col(Mandate.representative_id) == representative_id,
        col(Mandate.valid_from) <= day,
        or_(col(Mandate.valid_until).is_(None), col(Mandate.valid_until) >= day),
    )
    return frozenset(work.session.scalars(statement))


def _one_at_a_time(work: Work) -> None:
    """Registrations of one municipality wait for each other, so that no number gets two owners."""
    statement = select(col(Municipality.municipality_id)).where(
        col(Municipality.municipality_id) == work.municipality_id
    )
    work.session.execute(statement.with_for_update(key_share=True))  # inserts elsewhere go on


def _placed(person: PersonInput) -> PersonInput:
    """The person with the area filled in from the address."""
    return person.model_copy(update={"area": person.area or person.identity.area})


def _known(work: Work, keys: MunicipalityKeys, ids: Collection[UUID]) -> dict[UUID, PersonInput | None]:
    """Persons as they were registered; None for who was erased."""
    statement = (
        select(
            col(Person.id),
            col(Person.area),
            col(Person.neighbourhood),
            col(VaultRecord.wrapped_key),
            col(VaultRecord.sealed),
        )
        .outerjoin(
            VaultRecord,
            and_(
                col(VaultRecord.municipality_id) == col(Person.municipality_id),
                col(VaultRecord.person_id) == col(Person.id),
            ),
        )
        .where(col(Person.municipality_id) == work.municipality_id, col(Person.id).in_(ids))
    )
    known: dict[UUID, PersonInput | None] = {}
    for person_id, area, neighbourhood, wrapped_key, sealed in work.session.execute(statement):
        known[person_id] = None
        if sealed is not None:
            envelope = Sealed(wrapped_key=wrapped_key, sealed=sealed)
            identity = vault.unseal(keys, work.municipality_id, person_id, envelope)
            known[person_id] = PersonInput(
                id=person_id, identity=identity, area=area, neighbourhood=neighbourhood
            )
    return known


def _owners(work: Work, kind: IndexKind, digests: Collection[bytes]) -> dict[bytes, UUID]:
    statement = select(col(VaultIndex.digest), col(VaultIndex.person_id)).where(
        col(VaultIndex.municipality_id) == work.municipality_id,
        col(VaultIndex.kind) == kind,
        col(VaultIndex.digest).in_(digests),
    )
    return dict(work.session.execute(statement).all())


def _indexes(work: Work, keys: MunicipalityKeys, people: Collection[PersonInput]) -> list[dict[str, object]]:
    """The index rows of these people. Raises BsnRegistered when a number is somebody else's."""
    found = {person.id: vault.digests(keys, work.municipality_id, person.identity) for person in people}
    numbers = {person_id: each[IndexKind.BSN] for person_id, each in found.items() if IndexKind.BSN in each}
    owners = _owners(work, IndexKind.BSN, set(numbers.values()))
    for person_id, number in numbers.items():
        owner = owners.setdefault(number, person_id)
        if owner != person_id:
            raise BsnRegistered(person_id=owner, asked_id=person_id)
    return [
        {"municipality_id": work.municipality_id, "kind": kind, "digest": digest, "person_id": person_id}
        for person_id, each in found.items()
        for kind, digest in each.items()
    ]


def _forget_indexes(work: Work, person_ids: Collection[UUID]) -> None:
    statement = (
        delete(VaultIndex)
        .where(col(VaultIndex.municipality_id) == work.municipality_id)
        .where(col(VaultIndex.person_id).in_(person_ids))
    )
    work.session.connection().execute(statement)


def _person_row(work: Work, person: PersonInput) -> dict[str, object]:
    return {
        "municipality_id": work.municipality_id,
        "id": person.id,
        "area": person.area,
        "neighbourhood": person.neighbourhood,
        "recorded_at": work.now,
    }


def _vault_row(work: Work, keys: MunicipalityKeys, person: PersonInput) -> dict[str, object]:
    sealed = vault.seal(keys, work.municipality_id, person.id, person.identity)
    return {
        "municipality_id": work.municipality_id,
        "person_id": person.id,
        "wrapped_key": sealed.wrapped_key,
        "sealed": sealed.sealed,
        "recorded_at": work.now,
    }


def _named(row: Mapping[str, object]) -> dict[str, object]:
    """A row as the parameters of an UPDATE, whose names must differ from the columns'."""
    return {f"p_{name}": value for name, value in row.items()}


_NEW_PLACE = (
    update(Person)
    .where(col(Person.municipality_id) == bindparam("p_municipality_id"), col(Person.id) == bindparam("p_id"))
    .values(area=bindparam("p_area"), neighbourhood=bindparam("p_neighbourhood"))
)
_NEW_SEAL = (
    update(VaultRecord)
    .where(
        col(VaultRecord.municipality_id) == bindparam("p_municipality_id"),
        col(VaultRecord.person_id) == bindparam("p_person_id"),
    )
    .values(wrapped_key=bindparam("p_wrapped_key"), sealed=bindparam("p_sealed"))
)


def _note(work: Work, action: LookAction, person_ids: Iterable[UUID | None], purpose: str) -> None:
    looks = [Look(action=action, person_id=person_id, purpose=purpose) for person_id in person_ids]
    access_log.note(work, looks)


def _note_mandates(work: Work, action: LookAction, mandates: Iterable[Mandate]) -> None:
    """For both parties of each."""
    looks = [
        Look(action=action, person_id=party, purpose=f"{OwnPurpose.MANDATE} {each.id}")
        for each in mandates
        for party in (each.holder_id, each.representative_id)
    ]
    access_log.note(work, looks)
