# SPDX-License-Identifier: EUPL-1.2
"""Logging in with a letter, for residents without an identity provider: its code, and a one-time code.

The code of the letter says whom it was sent to; it is not the code that providers redeem. It is derived from
a key in the keyring, so that a letter can be printed again and the database alone opens nothing. The one-time
code goes to the e-mail address the municipality has, or is told by telephone by who knows whom they speak to.

That a code exists is told to nobody. Wrong tries in a row, and codes asked in a row, make the next one wait,
in the database, so that it holds on every server. Source: OWASP ASVS 5.0, 6.5 and 6.6.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, insert, select
from sqlmodel import Session, col

from ledger import access_log, actors, db, holder_accounts, keys, manual_code, people, sessions, tries
from ledger.access_log import Look, LookAction, OwnPurpose
from ledger.db import Work
from ledger.errors import NotFound, Unauthenticated
from ledger.ids import NOBODY, uuid7
from ledger.inputs import Text
from ledger.keys import Keyring, MunicipalityKeys
from ledger.tables import LetterLogin, Person, Proof

LASTS: Final = timedelta(days=365)
"""How long the code of a letter opens something: the next decision brings a new letter."""

LEFT_MIN: Final = timedelta(days=60)
"""A letter that is made now carries a code that lasts at least so long."""

ONE_TIME: Final = timedelta(minutes=10)
"""How long a one-time code opens something (ASVS 5.0, 6.5.5)."""

_BY_MAIL: Final = OwnPurpose.ONE_TIME_CODE
"""What the access log says of one that is sent."""


@dataclass(kw_only=True, eq=False)
class LetterLoginNotFound(NotFound):
    """Nobody sent this person a letter to log in with that still opens something."""

    code = "letter_login_not_found"
    person_id: UUID


@dataclass(kw_only=True, eq=False)
class LetterLoginFailed(Unauthenticated):
    """One of the codes is not right, or there were too many tries; which of these is not told."""

    code = "letter_login_failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ToSend:
    """A one-time code and where it goes; known to who sends it, and kept nowhere."""

    one_time: str = field(repr=False)
    email: str = field(repr=False)
    minutes: int


def printed(work: Work, theirs: MunicipalityKeys, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """The code to log in with for each of these people, as their letter shows it; made where there is none.

    Who has no account as a resident yet gets one. Raises PersonNotFound.
    """
    known = db.rows(work, Person, person_ids, lock=True)
    for person_id in person_ids:
        if person_id not in known:
            raise people.PersonNotFound(person_id=person_id)
    rows = _open(work, known, left=LEFT_MIN)
    accounts = holder_accounts.of_people(work, known)
    # -- judged; from here on only writes --
    holder_accounts.make(work, known.keys() - accounts.keys())
    ids = {person_id: rows[person_id].id if person_id in rows else uuid7() for person_id in known}
    fresh = [_row(work, theirs, each, ids[each]) for each in sorted(known.keys() - rows.keys())]
    if fresh:
        work.session.connection().execute(insert(LetterLogin), fresh)
    return {person_id: _code(theirs, id_) for person_id, id_ in ids.items()}


def of_person(work: Work, person_id: UUID) -> LetterLogin | None:
    """What this person can log in with; None: no letter that they have opens anything."""
    return _open(work, {person_id}).get(person_id)


def ask(
    session: Session, keyring: Keyring, municipality_id: str, code: str, *, now: datetime
) -> ToSend | None:
    """A new one-time code for whoever has a letter with this code, when there is an address to send it to.

    None where nothing is to be sent: no such code, no address, or one was sent a moment ago, which then still
    opens. Which of these is told to nobody. Raises KeysNotFound, ManualCodeUnreadable.
    """
    theirs = keys.of(keyring, municipality_id)
    login = _of_code(session, theirs, municipality_id, code, now=now)
    account = _account_of(session, login, now=now) if login is not None else None
    if login is None or account is None or (login.ask_from is not None and now < login.ask_from):
        return None
    work = Work(session=session, municipality_id=municipality_id, actor_id=account, now=now)
    known = people.read(work, theirs, {login.person_id}, _BY_MAIL, LookAction.LOGIN).get(login.person_id)
    if known is None or known.email is None:
        return None
    login.asks += 1
    login.ask_from = now + tries.wait(login.asks)
    return ToSend(one_time=_renewed(login, theirs, now), email=known.email, minutes=_minutes())


def tell(work: Work, theirs: MunicipalityKeys, person_id: UUID, how: Text) -> str:
    """A new one-time code, to be told to this person; noted as a look at them, with how one knew it was them.

    What waited because of wrong tries waits no longer. Raises LetterLoginNotFound.
    """
    login = _locked(work, person_id)
    access_log.note(work, [Look(action=LookAction.LOGIN, person_id=person_id, purpose=how)])
    login.asks, login.ask_from, login.failures, login.blocked_until = 0, None, 0, None
    return _renewed(login, theirs, work.now)


def judged(
    session: Session, keyring: Keyring, municipality_id: str, code: str, one_time: str, *, now: datetime
) -> UUID | None:
    """Whose account it is when both codes are right; None when not, and the try is counted.

    None is an answer and not an error, so that the count is committed. A one-time code opens once. Raises
    KeysNotFound, ManualCodeUnreadable.
    """
    theirs = keys.of(keyring, municipality_id)
    login = _of_code(session, theirs, municipality_id, code, now=now)
    if login is None or (login.blocked_until is not None and now < login.blocked_until):
        return None
    if not _is_right(login, theirs, one_time, now=now):
        login.failures += 1
        login.blocked_until = tries.blocked_until(login.failures, now)
        session.flush()
        return None
    login.one_time_digest, login.one_time_until, login.used_at = None, None, now
    login.asks, login.ask_from, login.failures, login.blocked_until = 0, None, 0, None
    session.flush()
    return _account_of(session, login, now=now)


def block(work: Work, person_id: UUID) -> None:
    """No letter that this person has opens anything any more, and who is logged in with one is logged out.

    Raises LetterLoginNotFound.
    """
    _locked(work, person_id)
    rows = work.session.scalars(_of(work.municipality_id, col(LetterLogin.person_id) == person_id))
    for row in rows:
        row.revoked_at = row.revoked_at or work.now
    work.session.flush()
    for actor_id in holder_accounts.of_people(work, {person_id}).values():
        sessions.end_of(work, actor_id, Proof.LETTER)


def _row(work: Work, theirs: MunicipalityKeys, person_id: UUID, id_: UUID) -> dict[str, object]:
    return {
        "municipality_id": work.municipality_id,
        "id": id_,
        "person_id": person_id,
        "digest": _digest(theirs, work.municipality_id, _code(theirs, id_)),
        "recorded_by": work.actor_id,
        "recorded_at": work.now,
        "expires_at": work.now + LASTS,
    }


def _open(
    work: Work, person_ids: Collection[UUID], left: timedelta = timedelta(0)
) -> dict[UUID, LetterLogin]:
    """The newest that opens something at least so long, by person."""
    statement = _of(
        work.municipality_id,
        col(LetterLogin.person_id).in_(person_ids),
        col(LetterLogin.revoked_at).is_(None),
        col(LetterLogin.expires_at) > work.now + left,
    )
    return {row.person_id: row for row in work.session.scalars(statement.order_by(col(LetterLogin.id)))}


def _locked(work: Work, person_id: UUID) -> LetterLogin:
    db.rows(work, Person, {person_id}, lock=True)
    found = _open(work, {person_id}).get(person_id)
    if found is None:
        raise LetterLoginNotFound(person_id=person_id)
    return found


def _of_code(
    session: Session, theirs: MunicipalityKeys, municipality_id: str, code: str, *, now: datetime
) -> LetterLogin | None:
    """Locked, so that tries at once are counted one by one."""
    shown = _digest(theirs, municipality_id, code)
    db.act_for(session, municipality_id)
    statement = _of(
        municipality_id,
        col(LetterLogin.digest) == shown,
        col(LetterLogin.revoked_at).is_(None),
        col(LetterLogin.expires_at) > now,
    )
    return session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _of(municipality_id: str, *conditions: ColumnElement[bool]) -> Select[LetterLogin]:
    return select(LetterLogin).where(col(LetterLogin.municipality_id) == municipality_id, *conditions)


def _account_of(session: Session, login: LetterLogin, *, now: datetime) -> UUID | None:
    """Who logs in with it, when they may still do something."""
    work = Work(session=session, municipality_id=login.municipality_id, actor_id=NOBODY, now=now)
    found = holder_accounts.of_people(work, {login.person_id}).get(login.person_id)
    return found if found is not None and actors.in_force(work, found) is not None else None


def _renewed(login: LetterLogin, theirs: MunicipalityKeys, now: datetime) -> str:
    """A new one-time code in the place of the one before."""
    one_time = f"{secrets.randbelow(10**6):06}"
    login.one_time_digest = _one_time_digest(theirs, login, one_time)
    login.one_time_until = now + ONE_TIME
    return one_time


def _is_right(login: LetterLogin, theirs: MunicipalityKeys, one_time: str, *, now: datetime) -> bool:
    if login.one_time_digest is None or login.one_time_until is None or now >= login.one_time_until:
        return False
    typed = "".join(one_time.split())
    return hmac.compare_digest(login.one_time_digest, _one_time_digest(theirs, login, typed))


def _code(theirs: MunicipalityKeys, id_: UUID) -> str:
    """60 bits, as a person types them; the label keeps what is derived here apart from all else."""
    message = b"letter login\0" + id_.bytes
    made = hmac.new(theirs.sealing_key, message, hashlib.sha256).digest()
    return manual_code.of(int.from_bytes(made[:8]))


def _digest(theirs: MunicipalityKeys, municipality_id: str, code: str) -> bytes:
    return manual_code.digest(code, theirs.manual_code_key, municipality_id, label="letter login")


def _one_time_digest(theirs: MunicipalityKeys, login: LetterLogin, one_time: str) -> bytes:
    message = b"one-time code\0" + login.id.bytes + one_time.encode()
    return hmac.new(theirs.sealing_key, message, hashlib.sha256).digest()


def _minutes() -> int:
    return int(ONE_TIME.total_seconds()) // 60
