# SPDX-License-Identifier: EUPL-1.2
"""Sessions: who is logged in on the pages, on which key, and for how long.

A session opens nothing that its key does not: at every request key, account and roles are judged as they
are then. Its secret is kept by the browser alone; here is only its digest.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from ledger import actors, db
from ledger.db import Work
from ledger.errors import Unauthenticated
from ledger.ids import uuid7
from ledger.roles import ActingAs
from ledger.tables import ApiKey, LoginSession
from ledger.tables.base import linked

LASTS: Final = timedelta(hours=8)
"""How long a session lasts, however much it is used: a working day (ASVS 5.0, 7.3.2, asks for a limit)."""

IDLE: Final = timedelta(minutes=30)
"""How long it lasts without being used (the same, 7.3.1)."""

NOTED: Final = timedelta(minutes=1)
"""How precisely its use is noted: a page that is looked at need not write each time."""

KEPT: Final = timedelta(days=30)
"""How long a session that is over is kept, so that an auditor sees who was logged in."""


@dataclass(kw_only=True, eq=False)
class SessionUnknown(Unauthenticated):
    """Nobody is logged in under this secret, or no longer; which of these is not told."""

    code = "session_unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A new session."""

    secret: str
    """For the browser; shown now and never again."""
    acting: ActingAs


@dataclass(frozen=True, kw_only=True, slots=True)
class Proven:
    """Who asks, and whether it is time to note that the session is in use."""

    acting: ActingAs
    is_due: bool


def begin(session: Session, key: str, *, now: datetime) -> Begun:
    """Log in on a key, of any municipality; what was over long ago is cleared away. Raises KeyUnknown."""
    acting = actors.authenticate(session, key)
    secret = secrets.token_urlsafe(32)
    row = {
        "municipality_id": acting.municipality_id,
        "id": uuid7(),
        "digest": actors.digest(secret),
        "actor_id": acting.actor_id,
        "key_id": _key_id(session, acting.municipality_id, key),
        "recorded_at": now,
        "used_at": now,
        "expires_at": now + LASTS,
    }
    # After this point only writes.
    _clear_away(session, acting.municipality_id, now=now)
    session.connection().execute(insert(LoginSession), [row])
    return Begun(secret=secret, acting=acting)


def prove(session: Session, secret: str, *, now: datetime) -> Proven:
    """Whose session this is, for which the transaction acts then. Raises SessionUnknown."""
    shown = actors.digest(secret)
    _act_for(session, shown)
    found = session.execute(
        select(LoginSession, col(ApiKey.digest))
        .join(ApiKey, linked(LoginSession, ApiKey, col(ApiKey.id) == col(LoginSession.key_id)))
        .where(col(LoginSession.digest) == shown)
    ).one()
    row, key_digest = found
    if row.ended_at is not None or now >= row.expires_at or now >= row.used_at + IDLE:
        raise SessionUnknown()
    work = Work(session=session, municipality_id=row.municipality_id, actor_id=row.actor_id, now=now)
    acting = actors.proven(work, {key_digest}).get(key_digest)
    if acting is None:
        raise SessionUnknown()
    return Proven(acting=acting, is_due=now >= row.used_at + NOTED)


def note_use(session: Session, secret: str, *, now: datetime) -> None:
    """From now on it is idle again. Raises SessionUnknown."""
    _change(session, secret, used_at=now)


def end(session: Session, secret: str, *, now: datetime) -> None:
    """Log out: from now on it opens nothing. Raises SessionUnknown."""
    _change(session, secret, ended_at=now)


def _change(session: Session, secret: str, **values: datetime) -> None:
    """What has ended is not changed again."""
    shown = actors.digest(secret)
    municipality_id = _act_for(session, shown)
    # After this point only writes.
    session.connection().execute(
        update(LoginSession)
        .where(
            col(LoginSession.municipality_id) == municipality_id,
            col(LoginSession.digest) == shown,
            col(LoginSession.ended_at).is_(None),
        )
        .values(**values)
    )


def _act_for(session: Session, shown: bytes) -> str:
    db.show_key(session, shown)
    found = session.scalar(select(col(LoginSession.municipality_id)).where(col(LoginSession.digest) == shown))
    if found is None:
        raise SessionUnknown()
    db.act_for(session, found)
    return found


def _key_id(session: Session, municipality_id: str, key: str) -> UUID:
    statement = select(col(ApiKey.id)).where(
        col(ApiKey.municipality_id) == municipality_id, col(ApiKey.digest) == actors.digest(key)
    )
    return session.scalars(statement).one()


def _clear_away(session: Session, municipality_id: str, *, now: datetime) -> None:
    session.connection().execute(
        delete(LoginSession).where(
            col(LoginSession.municipality_id) == municipality_id,
            col(LoginSession.expires_at) < now - KEPT,
        )
    )
