# SPDX-License-Identifier: EUPL-1.2
"""Who acts for a resident, as they arrange it themselves: named by a code that the other shows, and ended.

Nobody is looked up. Who is willing to act for others shows a code of half an hour; the resident types it. It
is kept as a keyed digest only, opens once, and wrong tries in a row make one wait. What a court or the law
decided is no resident's to end, and nobody passes on what was given to them.
"""

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlmodel import col

from ledger import db, letterheads, manual_code, people, tries
from ledger.access_log import OwnPurpose
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.errors import LedgerError, Refused
from ledger.ids import uuid7
from ledger.inputs import Id7, Input
from ledger.keys import MunicipalityKeys
from ledger.people import MandateExistsWithOtherContent, MandateInput, MandateNotFound, PersonNotFound
from ledger.tables import Actor, LinkCode, LinkTry, Mandate, MandateKind, Person
from ledger.texts import Language

_PURPOSE: Final = OwnPurpose.WHO_ACTS_FOR_WHOM
"""What the access log says of a look at a name."""

OPEN_FOR: Final = timedelta(minutes=30)
"""How long a code opens: the time of a visit or a call."""


@dataclass(kw_only=True, eq=False)
class LinkCodeUnknown(Refused):
    """There is no such code, or it was used or is too old; which of these is not told."""

    code: ClassVar[str] = "link_code_unknown"


@dataclass(kw_only=True, eq=False)
class TooManyLinkTries(Refused):
    """Too many codes in a row were wrong: until this instant every try is refused."""

    code: ClassVar[str] = "too_many_link_tries"
    until: datetime


@dataclass(kw_only=True, eq=False)
class LinkCodeIsOwn(Refused):
    """Nobody represents themselves."""

    code: ClassVar[str] = "link_code_is_own"


@dataclass(kw_only=True, eq=False)
class RepresentsAlready(Refused):
    """This person acts for the resident by a mandate of the resident already."""

    code: ClassVar[str] = "represents_already"
    since: date


@dataclass(kw_only=True, eq=False)
class MandateIsLegal(Refused):
    """A court or the law decided who acts; the resident does not end that."""

    code: ClassVar[str] = "mandate_is_legal"
    kind: MandateKind


class NamingTerms(Input):
    """The code that who will act for the resident showed them."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=100)]

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        """Shows no code, so that none ends up in a log."""
        return []


class Naming(NamingTerms):
    """Terms with the id of the mandate."""

    id: Id7


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCode:
    """A code as it is shown, now and never again."""

    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "ShownCode()"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A mandate, with what the account of the other is called; None: they have no account."""

    mandate: Mandate
    name: str | None

    @property
    def is_own(self) -> bool:
        """Whether the resident gave it, and so may end it."""
        return self.mandate.kind is MandateKind.AUTHORISED

    def is_over(self, today: date) -> bool:
        """Whether it holds no more, or never did."""
        return self.mandate.valid_until is not None and self.mandate.valid_until < today


def show_code(work: Work, keys: MunicipalityKeys, person_id: UUID) -> ShownCode:
    """A code by which a resident names this person; earlier codes of theirs open nothing any more.

    Raises PersonNotFound.
    """
    _one_at_a_time(work, person_id)
    shown = ShownCode(code=manual_code.new(), expires_at=work.now + OPEN_FOR)
    row = {
        "municipality_id": work.municipality_id,
        "id": uuid7(),
        "person_id": person_id,
        "digest": _digest(work, keys, shown.code),
        "recorded_by": work.actor_id,
        "recorded_at": work.now,
        "expires_at": shown.expires_at,
    }
    # -- judged; from here on only writes --
    _close(work, person_id)
    work.session.connection().execute(insert(LinkCode), [row])
    return shown


def named(
    work: Work, keys: MunicipalityKeys, holder_id: UUID, code: str, language: Language
) -> str | LedgerError:
    """Who would act for this resident, by the name in the vault, or why nobody would; gives nothing.

    That is a look, and noted. A wrong code is an answer and not an error, so that its count is committed.
    Raises PersonNotFound.
    """
    _one_at_a_time(work, holder_id)
    found = _judged(work, keys, holder_id, code)
    if isinstance(found, LedgerError):
        return found
    name = _known(work, keys, {found.person_id}, language).get(found.person_id)
    return name or db.rows(work, Actor, [found.recorded_by])[found.recorded_by].name


def names(
    work: Work,
    keys: MunicipalityKeys,
    person_id: UUID,
    language: Language,
    *,
    before: UUID | None = None,
    limit: int,
) -> dict[UUID, str]:
    """Who acts for this person and for whom they act, by the names in the vault; each look is noted.

    Of the mandates that for_holder and for_representative list at most limit, those of the person from before
    on. Who was erased, and mandates that are over, are left out.
    """
    today = dutch_day(work.now)
    mine = for_holder(work, person_id, before=before, limit=limit)
    others = for_representative(work, person_id, limit=limit)
    who = {each.mandate.representative_id for each in mine if not each.is_over(today)}
    return _known(work, keys, who | {each.mandate.holder_id for each in others}, language)


def _known(
    work: Work, keys: MunicipalityKeys, person_ids: Collection[UUID], language: Language
) -> dict[UUID, str]:
    found = people.read(work, keys, person_ids, _PURPOSE)
    return {id_: letterheads.name_of(each, letterheads.WORDS[language]) for id_, each in found.items()}


def give(work: Work, keys: MunicipalityKeys, holder_id: UUID, naming: Naming) -> Mandate | LedgerError:
    """Who showed this code acts for the resident from today, until either is ended; or why not.

    The same again changes nothing. A wrong code is an answer and not an error, so that its count is
    committed. Raises PersonNotFound, MandateExistsWithOtherContent.
    """
    _one_at_a_time(work, holder_id)
    if before := db.rows(work, Mandate, [naming.id]).get(naming.id):
        return _replayed(work, keys, before, holder_id, naming)
    found = _judged(work, keys, holder_id, naming.code)
    if isinstance(found, LedgerError):
        return found
    order = MandateInput(
        id=naming.id,
        holder_id=holder_id,
        representative_id=found.person_id,
        kind=MandateKind.AUTHORISED,
        valid_from=dutch_day(work.now),
    )
    # -- judged; from here on only writes --
    (mandate,) = people.give(work, [order])
    found.closed_at, found.mandate_id = work.now, mandate.id
    work.session.merge(LinkTry(municipality_id=work.municipality_id, person_id=holder_id, failures=0))
    work.session.flush()
    return mandate


def end(work: Work, holder_id: UUID, mandate_id: UUID) -> Mandate:
    """From now on nobody acts for the resident by this mandate: its last day was yesterday.

    Ending again changes nothing. Raises MandateNotFound, also for what is of somebody else, and
    MandateIsLegal.
    """
    row = db.rows(work, Mandate, [mandate_id], lock=True).get(mandate_id)
    if row is None or row.holder_id != holder_id:
        raise MandateNotFound(mandate_id=mandate_id)
    if row.kind is not MandateKind.AUTHORISED:
        raise MandateIsLegal(kind=row.kind)
    yesterday = dutch_day(work.now) - timedelta(days=1)
    if row.valid_until is not None and row.valid_until <= yesterday:
        return row
    return people.end_mandate(work, mandate_id, yesterday)


def for_holder(work: Work, holder_id: UUID, *, before: UUID | None = None, limit: int) -> list[Standing]:
    """Who acts for this resident and who did, the latest minted first; before is exclusive."""
    return _standing(work, col(Mandate.holder_id) == holder_id, before, limit, of="representative_id")


def for_representative(
    work: Work, representative_id: UUID, *, before: UUID | None = None, limit: int
) -> list[Standing]:
    """For whom this person acts today, the latest minted first; before is exclusive."""
    today = dutch_day(work.now)
    where = (
        (col(Mandate.representative_id) == representative_id)
        & (col(Mandate.valid_from) <= today)
        & or_(col(Mandate.valid_until).is_(None), col(Mandate.valid_until) >= today)
    )
    return _standing(work, where, before, limit, of="holder_id")


def _judged(work: Work, keys: MunicipalityKeys, holder_id: UUID, code: str) -> LinkCode | LedgerError:
    """Order: waiting, the code itself, oneself, a mandate that is there. Only a wrong code is counted."""
    tried = work.session.get(LinkTry, (work.municipality_id, holder_id), populate_existing=True)
    if tried is not None and tried.blocked_until is not None and work.now < tried.blocked_until:
        return TooManyLinkTries(until=tried.blocked_until)
    found = _open(work, keys, code)
    if found is None:
        _count(work, holder_id, 1 + (tried.failures if tried else 0))
        return LinkCodeUnknown()
    if found.person_id == holder_id:
        return LinkCodeIsOwn()
    if since := _since(work, holder_id, found.person_id):
        return RepresentsAlready(since=since)
    return found


def _open(work: Work, keys: MunicipalityKeys, code: str) -> LinkCode | None:
    """Locked, so that it opens once."""
    try:
        digest = _digest(work, keys, code)
    except manual_code.ManualCodeUnreadable:
        return None
    statement = select(LinkCode).where(
        col(LinkCode.municipality_id) == work.municipality_id,
        col(LinkCode.digest) == digest,
        col(LinkCode.closed_at).is_(None),
        col(LinkCode.expires_at) > work.now,
    )
    locked = statement.with_for_update().execution_options(populate_existing=True)
    return work.session.scalars(locked).one_or_none()


def _count(work: Work, holder_id: UUID, failures: int) -> None:
    row = LinkTry(
        municipality_id=work.municipality_id,
        person_id=holder_id,
        failures=failures,
        blocked_until=tries.blocked_until(failures, work.now),
    )
    work.session.merge(row)
    work.session.flush()


def _since(work: Work, holder_id: UUID, representative_id: UUID) -> date | None:
    """Since when the resident lets this person act, by a mandate that still holds or will."""
    statement = select(col(Mandate.valid_from)).where(
        col(Mandate.municipality_id) == work.municipality_id,
        col(Mandate.holder_id) == holder_id,
        col(Mandate.representative_id) == representative_id,
        col(Mandate.kind) == MandateKind.AUTHORISED,
        or_(col(Mandate.valid_until).is_(None), col(Mandate.valid_until) >= dutch_day(work.now)),
        or_(col(Mandate.valid_until).is_(None), col(Mandate.valid_until) >= col(Mandate.valid_from)),
    )
    return work.session.scalar(statement.order_by(col(Mandate.valid_from)).limit(1))


def _replayed(
    work: Work, keys: MunicipalityKeys, before: Mandate, holder_id: UUID, naming: Naming
) -> Mandate:
    """The mandate, when the same resident gave it by the same code. Raises MandateExistsWithOtherContent."""
    statement = select(col(LinkCode.digest)).where(
        col(LinkCode.municipality_id) == work.municipality_id, col(LinkCode.mandate_id) == before.id
    )
    by = work.session.scalar(statement)
    try:
        is_same = by is not None and hmac.compare_digest(by, _digest(work, keys, naming.code))
    except manual_code.ManualCodeUnreadable:
        is_same = False
    if before.holder_id != holder_id or not is_same:
        raise MandateExistsWithOtherContent(mandate_id=before.id)
    return before


def _standing(
    work: Work, where: ColumnElement[bool], before: UUID | None, limit: int, *, of: str
) -> list[Standing]:
    statement = select(Mandate).where(col(Mandate.municipality_id) == work.municipality_id, where)
    if before is not None:
        statement = statement.where(col(Mandate.id) < before)
    rows: Sequence[Mandate] = work.session.scalars(
        statement.order_by(col(Mandate.id).desc()).limit(limit)
    ).all()
    names = _names(work, {getattr(row, of) for row in rows})
    return [Standing(mandate=row, name=names.get(getattr(row, of))) for row in rows]


def _names(work: Work, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """What the newest account of each is called: no look at who they are."""
    statement = select(col(Actor.person_id), col(Actor.name)).where(
        col(Actor.municipality_id) == work.municipality_id,
        col(Actor.person_id).in_(person_ids),
        col(Actor.disabled_at).is_(None),
    )
    return {
        person_id: name
        for person_id, name in work.session.execute(statement.order_by(col(Actor.id)))
        if person_id is not None
    }


def _one_at_a_time(work: Work, person_id: UUID) -> None:
    """What one person does here waits for what they do at the same time. Raises PersonNotFound."""
    if not db.rows(work, Person, [person_id], lock=True):
        raise PersonNotFound(person_id=person_id)


def _close(work: Work, person_id: UUID) -> None:
    work.session.connection().execute(
        update(LinkCode)
        .where(
            col(LinkCode.municipality_id) == work.municipality_id,
            col(LinkCode.person_id) == person_id,
            col(LinkCode.closed_at).is_(None),
        )
        .values(closed_at=work.now)
    )


def _digest(work: Work, keys: MunicipalityKeys, code: str) -> bytes:
    """The label keeps it apart from the digest of a code on a letter. Raises ManualCodeUnreadable."""
    return manual_code.digest(code, keys.manual_code_key, work.municipality_id, label="link code")
