# SPDX-License-Identifier: EUPL-1.2
"""Sessions: who is logged in on the pages, by what proof, and for how long.

A session opens nothing that its account or key does not: at every request key, account and roles are judged
as they are then. Its secret is kept by the browser alone; here is only its digest.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, true, update
from sqlmodel import Session, col

from ledger import actors, db
from ledger.db import Work
from ledger.errors import Forbidden, Unauthenticated
from ledger.ids import uuid7
from ledger.roles import ActingAs, Action
from ledger.tables import ApiKey, LoginSession, Proof
from ledger.tables.base import linked

LASTS: Final = timedelta(hours=8)
"""How long a session lasts, however much it is used: a working day (ASVS 5.0, 7.3.2, asks for a limit)."""

IDLE: Final = timedelta(minutes=30)
"""How long it lasts without being used (the same, 7.3.1)."""

NOTED: Final = timedelta(minutes=1)
"""How precisely its use is noted: a page that is looked at need not write each time."""

SHOWN_MAX: Final = 50
"""How many of one's own sessions are shown."""

AGENT_MAX: Final = 200
"""How much is kept of what a browser calls itself."""

FRESH: Final = timedelta(minutes=15)
"""How long after a proof one may do what weighs much without proving it again (ASVS 5.0, 7.5.3)."""

WEIGHTY: Final = frozenset(
    {
        Action.RELEASE_SETTLEMENTS,
        Action.EXPORT_PAYMENT_FILE,
        Action.DECIDE_ACCOUNTS,
        Action.SET_PAYING_ACCOUNT,
        Action.MANAGE_ACCOUNTS,
        Action.EDIT_SETTINGS,
        Action.GIVE_MANDATES,
        Action.CORRECT_PEOPLE,
    }
)
"""What sends money somewhere, or lets somebody in."""

KEPT: Final = timedelta(days=30)
"""How long a session that is over is kept, so that an auditor sees who was logged in."""


@dataclass(kw_only=True, eq=False)
class SessionUnknown(Unauthenticated):
    """Nobody is logged in under this secret, or no longer; which of these is not told."""

    code = "session_unknown"


@dataclass(kw_only=True, eq=False)
class ProofTooOld(Forbidden):
    """What weighs this much is done only shortly after somebody proved who they are."""

    code = "proof_too_old"


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A new session."""

    secret: str
    """For the browser; shown now and never again."""
    acting: ActingAs


@dataclass(frozen=True, kw_only=True, slots=True)
class Proven:
    """Who asks, by what they showed it, and whether it is time to note that the session is in use."""

    id: UUID
    """Of the session."""
    acting: ActingAs
    is_due: bool
    proof: Proof
    proven_at: datetime

    def require_fresh(self, action: Action, *, now: datetime) -> None:
        """Raises ProofTooOld. In a demo nobody proves anything, and so not again."""
        if action in WEIGHTY and self.proof is not Proof.DEMO and now >= self.proven_at + FRESH:
            raise ProofTooOld()


def begin(session: Session, key: str, *, now: datetime, agent: str | None = None) -> Begun:
    """Log in on a key, of any municipality; what was over long ago is cleared away. Raises KeyUnknown."""
    acting = actors.authenticate(session, key)
    key_id = _key_id(session, acting.municipality_id, key)
    return _begun(session, acting, Proof.KEY, key_id=key_id, now=now, agent=agent)


def begin_for(
    session: Session,
    municipality_id: str,
    actor_id: UUID,
    proof: Proof,
    *,
    now: datetime,
    agent: str | None = None,
) -> Begun:
    """Log in an account that has proved itself otherwise; who calls this has judged the proof.

    Raises SessionUnknown where there is no such account, or it is disabled.
    """
    assert proof is not Proof.KEY, "a session on a key rests on that key"
    db.act_for(session, municipality_id)
    work = Work(session=session, municipality_id=municipality_id, actor_id=actor_id, now=now)
    acting = actors.in_force(work, actor_id)
    if acting is None:
        raise SessionUnknown()
    return _begun(session, acting, proof, key_id=None, now=now, agent=agent)


def prove(session: Session, secret: str, *, now: datetime) -> Proven:
    """Whose session this is, for which the transaction acts then. Raises SessionUnknown."""
    shown = actors.digest(secret)
    _act_for(session, shown)
    found = session.execute(
        select(LoginSession, col(ApiKey.digest))
        .outerjoin(ApiKey, linked(LoginSession, ApiKey, col(ApiKey.id) == col(LoginSession.key_id)))
        .where(col(LoginSession.digest) == shown)
    ).one()
    row, key_digest = found
    if row.ended_at is not None or now >= row.expires_at or now >= row.used_at + IDLE:
        raise SessionUnknown()
    work = Work(session=session, municipality_id=row.municipality_id, actor_id=row.actor_id, now=now)
    acting = _in_force(work, key_digest)
    if acting is None:
        raise SessionUnknown()
    return Proven(
        id=row.id,
        acting=acting,
        is_due=now >= row.used_at + NOTED,
        proof=row.proof,
        proven_at=row.proven_at,
    )


def note_use(session: Session, secret: str, *, now: datetime) -> None:
    """From now on it is idle again. Raises SessionUnknown."""
    _change(session, secret, used_at=now)


def renew(session: Session, secret: str, *, now: datetime) -> str:
    """Who has this session proved anew who they are: it is fresh again, under a new secret.

    Whoever calls this has judged the proof, and that it is of the same account. Raises SessionUnknown.
    """
    fresh = secrets.token_urlsafe(32)
    _change(session, secret, digest=actors.digest(fresh), proven_at=now, used_at=now)
    return fresh


def open_of(work: Work) -> list[LoginSession]:
    """The sessions of who acts that still open something, the newest first; at most SHOWN_MAX + 1."""
    statement = select(LoginSession).where(
        col(LoginSession.municipality_id) == work.municipality_id,
        col(LoginSession.actor_id) == work.actor_id,
        col(LoginSession.ended_at).is_(None),
        col(LoginSession.expires_at) > work.now,
        col(LoginSession.used_at) > work.now - IDLE,
    )
    return list(work.session.scalars(statement.order_by(col(LoginSession.id).desc()).limit(SHOWN_MAX + 1)))


def end_one(work: Work, session_id: UUID) -> None:
    """End a session of who acts. Of anybody else's, as of none, nothing is left to end."""
    _end(work, work.actor_id, col(LoginSession.id) == session_id)


def end_others(work: Work, kept_id: UUID) -> None:
    """End every session of who acts but this one."""
    _end(work, work.actor_id, col(LoginSession.id) != kept_id)


def end_of(work: Work, actor_id: UUID, proof: Proof) -> None:
    """End every session of an account that began with this proof: what proved it is lost, say."""
    _end(work, actor_id, col(LoginSession.proof) == proof)


def end_all(work: Work) -> None:
    """End every session of who acts: they log in otherwise from now on."""
    _end(work, work.actor_id, true())


def end(session: Session, secret: str, *, now: datetime) -> None:
    """Log out: from now on it opens nothing. Raises SessionUnknown."""
    _change(session, secret, ended_at=now)


def _begun(
    session: Session,
    acting: ActingAs,
    proof: Proof,
    *,
    key_id: UUID | None,
    now: datetime,
    agent: str | None,
) -> Begun:
    secret = secrets.token_urlsafe(32)
    row = {
        "municipality_id": acting.municipality_id,
        "id": uuid7(),
        "digest": actors.digest(secret),
        "actor_id": acting.actor_id,
        "proof": proof,
        "key_id": key_id,
        "proven_at": now,
        "agent": agent[:AGENT_MAX] if agent else None,
        "recorded_at": now,
        "used_at": now,
        "expires_at": now + LASTS,
    }
    # After this point only writes.
    _clear_away(session, acting.municipality_id, now=now)
    session.connection().execute(insert(LoginSession), [row])
    return Begun(secret=secret, acting=acting)


def _in_force(work: Work, key_digest: bytes | None) -> ActingAs | None:
    """Whom a session stands for now: by its key where it has one, else by its account."""
    if key_digest is None:
        return actors.in_force(work, work.actor_id)
    return actors.proven(work, {key_digest}).get(key_digest)


def _end(work: Work, actor_id: UUID, which: ColumnElement[bool]) -> None:
    work.session.connection().execute(
        update(LoginSession)
        .where(
            col(LoginSession.municipality_id) == work.municipality_id,
            col(LoginSession.actor_id) == actor_id,
            col(LoginSession.ended_at).is_(None),
            which,
        )
        .values(ended_at=work.now)
    )


def _change(session: Session, secret: str, **values: datetime | bytes) -> None:
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
