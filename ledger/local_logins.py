# SPDX-License-Identifier: EUPL-1.2
"""Logging in without an identity provider: a user name, a password, and a code that changes.

An administrator invites; the invitation is used once, to choose a password and to set up the app that makes
the codes. The password is kept as its Argon2id hash. The secret of the codes is kept nowhere: it is derived
from a key in the keyring and the invitation, so that the database alone opens nothing.

Whatever is wrong is answered alike: that a name exists is told to nobody. Wrong tries in a row block an
account for a while, in the database, so that it holds on every server. Source: OWASP ASVS 5.0, 6.2, 6.3, 6.5.
"""

import base64
import hashlib
import hmac
import os
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Final, Self
from urllib.parse import quote, urlencode
from uuid import UUID

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from pydantic import AfterValidator, StringConstraints, model_validator
from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from ledger import db, keys, tries
from ledger.actors import OPERATOR, ActorDisabled, ActorNotFound, OperatorReserved, digest
from ledger.db import Work
from ledger.errors import Conflict, NotFound, Unauthenticated
from ledger.ids import uuid7
from ledger.inputs import Input
from ledger.keys import Keyring, MunicipalityKeys
from ledger.tables import Actor, LocalLogin, LoginInvitation

OPEN_FOR: Final = timedelta(hours=72)
"""How long an invitation is open."""

STEP_S: Final = 30
"""How long one code is shown (RFC 6238)."""
_DRIFT: Final = 1
"""By how many steps a telephone's clock may be off, either way."""


@dataclass(kw_only=True, eq=False)
class LoginFailed(Unauthenticated):
    """The name, password or code is not right, or there were too many tries; which of these is not told."""

    code = "login_failed"


@dataclass(kw_only=True, eq=False)
class InvitationUnknown(NotFound):
    """The invitation does not exist, was used, or is too old; which of these is not told."""

    code = "invitation_unknown"


@dataclass(kw_only=True, eq=False)
class SecondFactorWrong(Conflict):
    """The code of the app is not the one it should show now: it was not set up with this secret."""

    code = "second_factor_wrong"


@dataclass(kw_only=True, eq=False)
class LoginNameTaken(Conflict):
    """Another account logs in under this name."""

    code = "login_name_taken"


def folded(name: str) -> str:
    """A user name as it is compared: no case, and one way to write each letter."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


class InvitationInput(Input):
    """Under which name somebody will log in: an e-mail address or a personnel number, say."""

    login_name: Annotated[
        str, StringConstraints(pattern=r"^[^\s]+$", min_length=3, max_length=100), AfterValidator(folded)
    ]


class ChosenInput(Input):
    """What somebody chooses who was invited."""

    login_name: str
    password: Annotated[str, StringConstraints(min_length=12, max_length=200, strip_whitespace=False)]
    again: Annotated[str, StringConstraints(max_length=200, strip_whitespace=False)]

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        """Shows no password, so that none ends up in a log."""
        return []

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.password != self.again:
            raise ValueError("the two passwords are not the same")
        if folded(self.login_name) in folded(self.password) or len(set(self.password)) < 5:
            raise ValueError("the password is too easy to guess")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class Invited:
    """An invitation that is open."""

    municipality_id: str
    id: UUID
    actor_id: UUID
    login_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a password is held to."""

    name_digest: bytes
    password: str | None
    """The hash; None: nobody has this name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Who somebody says they are, and whether the password is theirs; judged outside any transaction."""

    known: Known
    is_right: bool


def invite(work: Work, actor_id: UUID, asked: InvitationInput) -> str:
    """The secret of a new invitation, shown now and never again; earlier ones of the account open nothing.

    What the account logs in with until now stays until the invitation is used. Raises ActorNotFound,
    ActorDisabled, OperatorReserved, LoginNameTaken.
    """
    actor = db.rows(work, Actor, [actor_id], lock=True).get(actor_id)
    if actor is None:
        raise ActorNotFound(actor_id=actor_id)
    if actor.disabled_at is not None:
        raise ActorDisabled(actor_id=actor_id)
    if actor.name.startswith(OPERATOR):
        raise OperatorReserved(actor_id=actor_id)
    _refuse_taken(work.session, actor_id, asked.login_name)
    secret = secrets.token_urlsafe(32)
    row = {
        "municipality_id": work.municipality_id,
        "id": uuid7(),
        "digest": digest(secret),
        "actor_id": actor_id,
        "login_name": asked.login_name,
        "recorded_by": work.actor_id,
        "recorded_at": work.now,
        "expires_at": work.now + OPEN_FOR,
    }
    # -- judged; from here on only writes --
    _close(work.session, work.municipality_id, actor_id, now=work.now)
    work.session.connection().execute(insert(LoginInvitation), [row])
    return secret


def invited(session: Session, secret: str, *, now: datetime) -> Invited:
    """The invitation with this secret, of any municipality, for which the transaction acts then.

    Raises InvitationUnknown.
    """
    shown = digest(secret)
    db.show_key(session, shown)
    statement = select(col(LoginInvitation.municipality_id)).where(col(LoginInvitation.digest) == shown)
    municipality_id = session.scalar(statement)
    if municipality_id is None:
        raise InvitationUnknown()
    db.act_for(session, municipality_id)
    row = session.scalars(
        select(LoginInvitation).where(col(LoginInvitation.digest) == shown).with_for_update()
    ).one()
    actor = session.get(Actor, (municipality_id, row.actor_id))
    if row.used_at is not None or now >= row.expires_at or actor is None or actor.disabled_at is not None:
        raise InvitationUnknown()
    return Invited(
        municipality_id=municipality_id, id=row.id, actor_id=row.actor_id, login_name=row.login_name
    )


def hashed(password: str) -> str:
    """The Argon2id hash of a password, with a salt of its own; costs about 30 ms and 19 MiB.

    Source: OWASP Password Storage Cheat Sheet: 19 MiB, two rounds, one lane.
    """
    argon2 = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19_456)
    return argon2.derive_phc_encoded(_bytes(password))


def set_up(
    session: Session, keyring: Keyring, secret: str, password: str, code: str, *, now: datetime
) -> Invited:
    """From now on the invited logs in with this hash of a password, and codes as this one; once.

    Raises InvitationUnknown, SecondFactorWrong, LoginNameTaken.
    """
    found = invited(session, secret, now=now)
    step = _step(keys.of(keyring, found.municipality_id), found.id, code, after=-1, now=now)
    if step is None:
        raise SecondFactorWrong()
    _refuse_taken(session, found.actor_id, found.login_name)
    # -- judged; from here on only writes --
    _close(session, found.municipality_id, found.actor_id, now=now)
    _keep(session, found, password, step, now=now)
    return found


def known_as(session: Session, name: str) -> Known:
    """What the password of who logs in under this name is held to; also where nobody does."""
    shown = _name_digest(name)
    db.show_key(session, shown)
    password = session.scalar(select(col(LocalLogin.password)).where(col(LocalLogin.digest) == shown))
    return Known(name_digest=shown, password=password)


def own(work: Work) -> Known | None:
    """What the password of who acts is held to; None: they log in otherwise."""
    row = work.session.get(LocalLogin, (work.municipality_id, work.actor_id))
    return None if row is None else Known(name_digest=row.digest, password=row.password)


def own_name(work: Work) -> str:
    """Under which name who acts logs in; empty where they log in otherwise."""
    row = work.session.get(LocalLogin, (work.municipality_id, work.actor_id))
    if row is None:
        return ""
    invitation = db.rows(work, LoginInvitation, {row.invitation_id})[row.invitation_id]
    return invitation.login_name


def is_set_up(work: Work, actor_id: UUID) -> bool:
    """Whether an account logs in with a password and an app."""
    return work.session.get(LocalLogin, (work.municipality_id, actor_id)) is not None


def held(known: Known, password: str) -> Shown:
    """Hold a password to its hash; of a name that nobody has it takes as long. Needs no transaction."""
    try:
        Argon2id.verify_phc_encoded(_bytes(password), known.password or _nobodys())
        is_right = known.password is not None
    except InvalidKey:
        is_right = False
    return Shown(known=known, is_right=is_right)


def judged(
    session: Session, keyring: Keyring, tried: Shown, code: str, *, now: datetime
) -> LocalLogin | None:
    """Whose account it is when password and code are right; None when not, and the try is counted.

    None is an answer and not an error, so that the count is committed. The same code opens nothing twice.
    """
    login = _of_name(session, tried.known.name_digest)
    if login is None or login.password != tried.known.password:
        return None
    if login.blocked_until is not None and now < login.blocked_until:
        return None
    theirs = keys.of(keyring, login.municipality_id)
    step = _step(theirs, login.invitation_id, code, after=login.last_step, now=now)
    if step is None or not tried.is_right:
        login.failures += 1
        login.blocked_until = tries.blocked_until(login.failures, now)
        session.flush()
        return None
    login.last_step, login.failures, login.blocked_until = step, 0, None
    session.flush()
    return login


def choose(work: Work, password: str) -> None:
    """Who acts logs in with this hash of a password from now on; the codes stay. Whoever calls this has just
    proved the old one."""
    work.session.connection().execute(
        update(LocalLogin)
        .where(
            col(LocalLogin.municipality_id) == work.municipality_id,
            col(LocalLogin.actor_id) == work.actor_id,
        )
        .values(password=password, recorded_at=work.now)
    )


def secret_of(theirs: MunicipalityKeys, invitation_id: UUID) -> str:
    """The secret of the codes, as an app takes it by hand: 160 bits in base32."""
    return base64.b32encode(_seed(theirs, invitation_id)).decode("ascii")


def address_of(theirs: MunicipalityKeys, found: Invited) -> str:
    """The same as an address that an app reads from a QR code."""
    query = urlencode({"secret": secret_of(theirs, found.id), "issuer": "Tegoed"})
    return f"otpauth://totp/{quote('Tegoed:' + found.login_name)}?{query}"


@cache
def _nobodys() -> str:
    """The hash that is held to a password where there is none."""
    return hashed(secrets.token_urlsafe(16))


def _bytes(password: str) -> bytes:
    """As NFC, so that another keyboard types the same."""
    return unicodedata.normalize("NFC", password).encode()


def _name_digest(name: str) -> bytes:
    return digest(f"login name\0{folded(name)}")


def _of_name(session: Session, name_digest: bytes) -> LocalLogin | None:
    """Locked, so that tries at once are counted one by one."""
    db.show_key(session, name_digest)
    statement = select(col(LocalLogin.municipality_id)).where(col(LocalLogin.digest) == name_digest)
    municipality_id = session.scalar(statement)
    if municipality_id is None:
        return None
    db.act_for(session, municipality_id)
    theirs = select(LocalLogin).where(col(LocalLogin.digest) == name_digest).with_for_update()
    return session.scalars(theirs.execution_options(populate_existing=True)).one()


def _refuse_taken(session: Session, actor_id: UUID, login_name: str) -> None:
    db.show_key(session, _name_digest(login_name))
    statement = select(col(LocalLogin.actor_id)).where(col(LocalLogin.digest) == _name_digest(login_name))
    if session.scalar(statement) not in {None, actor_id}:
        raise LoginNameTaken()


def _close(session: Session, municipality_id: str, actor_id: UUID, *, now: datetime) -> None:
    """No invitation of this account opens anything any more."""
    session.connection().execute(
        update(LoginInvitation)
        .where(
            col(LoginInvitation.municipality_id) == municipality_id,
            col(LoginInvitation.actor_id) == actor_id,
            col(LoginInvitation.used_at).is_(None),
        )
        .values(used_at=now)
    )


def _keep(session: Session, found: Invited, password: str, step: int, *, now: datetime) -> None:
    """What the invited logs in with from now on, in the place of what there was."""
    login = LocalLogin(
        municipality_id=found.municipality_id,
        actor_id=found.actor_id,
        digest=_name_digest(found.login_name),
        password=password,
        invitation_id=found.id,
        last_step=step,
        recorded_at=now,
    )
    session.merge(login)
    session.flush()


def _seed(theirs: MunicipalityKeys, invitation_id: UUID) -> bytes:
    """160 bits; the label keeps what is derived here apart from all that the key is used for elsewhere."""
    message = b"second factor\0" + invitation_id.bytes
    return hmac.new(theirs.sealing_key, message, hashlib.sha256).digest()[:20]


def _step(
    theirs: MunicipalityKeys, invitation_id: UUID, code: str, *, after: int, now: datetime
) -> int | None:
    """The half minute of which this is the code, later than one that was used; None: of none."""
    typed = "".join(code.split()).encode()
    codes = TOTP(_seed(theirs, invitation_id), 6, SHA1(), STEP_S)  # noqa: S303 - what apps speak (RFC 6238)
    present = int(now.timestamp()) // STEP_S
    for step in range(max(after + 1, present - _DRIFT), present + _DRIFT + 1):
        if hmac.compare_digest(codes.generate(step * STEP_S), typed):
            return step
    return None
