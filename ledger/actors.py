# SPDX-License-Identifier: EUPL-1.2
"""Those who act: their accounts with roles, and the secret keys that prove them.

What a role may do is in ledger/roles; its names are offered here too, so that an edge which asks
who is there needs only this door.
"""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations, product
from typing import Any, Final, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import Select, and_, bindparam, delete, insert, select, update
from sqlmodel import Session, col

from ledger import db, identifiers, reference
from ledger.db import Work
from ledger.errors import Conflict, Forbidden, NotFound, Refused, Unauthenticated
from ledger.ids import NOBODY, derived, uuid7
from ledger.inputs import Id7, Input, ShortText
from ledger.roles import INCOMPATIBLE as INCOMPATIBLE
from ledger.roles import MAY as MAY
from ledger.roles import ActingAs as ActingAs
from ledger.roles import Action as Action
from ledger.tables import Actor, ActorRole, ApiKey, Person, Provider, Role

OPERATOR: Final = "operator: "
"""Begins the names of those who work on the host itself; no account can take such a name."""


@dataclass(kw_only=True, eq=False)
class KeyUnknown(Unauthenticated):
    """The key is unknown or revoked, or its actor disabled; which of these is not told."""

    code = "key_unknown"


@dataclass(kw_only=True, eq=False)
class ActorNotFound(NotFound):
    """No such actor in this municipality."""

    code = "actor_not_found"
    actor_id: UUID


@dataclass(kw_only=True, eq=False)
class ActorPartyNotFound(NotFound):
    """The provider or person that an actor is to act for does not exist."""

    code = "actor_party_not_found"
    actor_id: UUID
    party_id: UUID


@dataclass(kw_only=True, eq=False)
class ActorBound(Conflict):
    """An account stays with the provider, resident or employee it began with: disable it and make another."""

    code = "actor_bound"
    actor_id: UUID


@dataclass(kw_only=True, eq=False)
class ActorDisabled(Refused):
    """The account is disabled."""

    code = "actor_disabled"
    actor_id: UUID


@dataclass(kw_only=True, eq=False)
class OperatorReserved(Refused):
    """Operators work on the host: their names, roles and keys cannot be given here."""

    code = "operator_reserved"
    actor_id: UUID


@dataclass(kw_only=True, eq=False)
class RolesIncompatible(Refused):
    """One account cannot have both roles; the first must have been taken away before the second is given."""

    code = "roles_incompatible"
    actor_id: UUID
    role: str
    other_role: str


@dataclass(kw_only=True, eq=False)
class PersonIncompatible(Refused):
    """Another account of the same person has a role that does not go with this one."""

    code = "person_incompatible"
    actor_id: UUID
    role: str
    other_actor_id: UUID
    other_role: str


@dataclass(kw_only=True, eq=False)
class OwnRoles(Forbidden):
    """Nobody changes their own roles."""

    code = "own_roles"
    actor_id: UUID


@dataclass(kw_only=True, eq=False)
class KeyNotFound(NotFound):
    """No such key in this municipality."""

    code = "key_not_found"
    key_id: UUID


class ActorInput(Input):
    """An account: a person's or a system's."""

    id: Id7
    name: ShortText
    roles: frozenset[Role]
    provider_id: UUID | None = None
    """With the role provider, and only then."""
    person_id: UUID | None = None
    """With the role holder, and only then."""
    identity: ShortText | None = None
    """Who the human behind it is: the same text is the same person. Never a citizen service number.

    Once said it stays, also where it is left out later."""

    @model_validator(mode="after")
    def _bound_by_role(self) -> Self:
        if (Role.PROVIDER in self.roles) != (self.provider_id is not None):
            raise ValueError("the role provider and a provider_id go together")
        if (Role.HOLDER in self.roles) != (self.person_id is not None):
            raise ValueError("the role holder and a person_id go together")
        return self

    @model_validator(mode="after")
    def _no_personal_number(self) -> Self:
        if self.identity is not None and identifiers.is_bsn(self.identity):
            raise ValueError("identity must not be a citizen service number")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorState:
    """An account as it is."""

    id: UUID
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    provider_id: UUID | None = None
    person_id: UUID | None = None
    identity: str | None = None
    disabled_at: datetime | None = None


def put(work: Work, actors: Sequence[ActorInput]) -> list[ActorState]:
    """Make accounts, or give existing ones this name and exactly these roles; all or none.

    Roles are judged together with those the account has until now: who turns from one side to the
    other first gives up the one; so are those of other accounts of the same person, but for what they
    are as a resident. A disabled account stays disabled; whose it is stays too, also where it is not
    said again. Raises RolesIncompatible, PersonIncompatible, OwnRoles, ActorBound, ActorPartyNotFound,
    OperatorReserved.
    """
    ids = _with_others(work, actors)
    db.rows(work, Actor, ids, lock=True)
    before = {actor.id: actor for actor in listed(work, ids)}
    _refuse_unknown_parties(work, actors)
    after = dict(before)
    for actor in actors:
        _judge(work, after.get(actor.id), actor)
        after[actor.id] = _as_put(after.get(actor.id), actor)
        _judge_person(after[actor.id], after.values())
    # -- judged; from here on only writes --
    _write(work, before=before, after=after)
    return [after[actor.id] for actor in actors]


def listed(work: Work, actor_ids: Collection[UUID] | None = None) -> list[ActorState]:
    """These accounts, or all of the municipality, in the order of their ids; unknown ids are absent."""
    statement = _with_roles().where(col(Actor.municipality_id) == work.municipality_id)
    if actor_ids is not None:
        statement = statement.where(col(Actor.id).in_(actor_ids))
    found: dict[UUID, Actor] = {}
    roles: defaultdict[UUID, set[Role]] = defaultdict(set)
    statement = statement.order_by(col(Actor.id)).execution_options(populate_existing=True)
    for actor, role in work.session.execute(statement):
        found[actor.id] = actor
        if role is not None:
            roles[actor.id].add(role)
    return [
        ActorState(
            id=actor.id,
            name=actor.name,
            roles=frozenset(roles[actor.id]),
            provider_id=actor.provider_id,
            person_id=actor.person_id,
            identity=actor.identity,
            disabled_at=actor.disabled_at,
        )
        for actor in found.values()
    ]


def faces(work: Work, actor_ids: Iterable[UUID]) -> frozenset[UUID]:
    """These accounts, and every other one of the same people."""
    ids = set(actor_ids)
    theirs = select(col(Actor.identity)).where(
        col(Actor.municipality_id) == work.municipality_id,
        col(Actor.id).in_(ids),
        col(Actor.identity).is_not(None),
    )
    found = work.session.scalars(
        select(col(Actor.id)).where(
            col(Actor.municipality_id) == work.municipality_id, col(Actor.identity).in_(theirs)
        )
    )
    return frozenset(ids | set(found))


def disable(work: Work, actor_id: UUID) -> None:
    """From now on this account may do nothing, whatever keys it has. Again changes nothing.

    Raises ActorNotFound.
    """
    actor = _locked(work, actor_id)
    if actor.disabled_at is None:
        actor.disabled_at = work.now
        work.session.flush()


def new_key(work: Work, actor_id: UUID) -> str:
    """A new secret for an account: shown now and never again, as only its SHA-256 is kept.

    Raises ActorNotFound, ActorDisabled, OperatorReserved.
    """
    actor = _locked(work, actor_id)
    if actor.disabled_at is not None:
        raise ActorDisabled(actor_id=actor_id)
    if actor.name.startswith(OPERATOR):
        raise OperatorReserved(actor_id=actor_id)
    secret = f"tgd_{work.municipality_id}_{secrets.token_urlsafe(32)}"
    row = {
        "municipality_id": work.municipality_id,
        "id": uuid7(),
        "actor_id": actor_id,
        "digest": digest(secret),
        "recorded_at": work.now,
    }
    work.session.connection().execute(insert(ApiKey), [row])
    return secret


def keys_of(work: Work, actor_id: UUID) -> Sequence[ApiKey]:
    """The keys of an account, the oldest first, revoked ones too."""
    statement = select(ApiKey).where(
        col(ApiKey.municipality_id) == work.municipality_id, col(ApiKey.actor_id) == actor_id
    )
    return work.session.scalars(statement.order_by(col(ApiKey.id))).all()


def revoke_key(work: Work, key_id: UUID) -> None:
    """From now on this key opens nothing. Again changes nothing. Raises KeyNotFound."""
    key = db.rows(work, ApiKey, [key_id], lock=True).get(key_id)
    if key is None:
        raise KeyNotFound(key_id=key_id)
    if key.revoked_at is None:
        key.revoked_at = work.now
        work.session.flush()


def authenticate(session: Session, secret: str) -> ActingAs:
    """Whose secret this is, of any municipality, for which the transaction acts then. Raises KeyUnknown."""
    shown = digest(secret)
    db.show_key(session, shown)
    municipality_id = session.scalar(select(col(ApiKey.municipality_id)).where(col(ApiKey.digest) == shown))
    if municipality_id is None:
        raise KeyUnknown()
    db.act_for(session, municipality_id)
    found = _proven(session.execute(_WHO_OPENS.where(col(ApiKey.digest) == shown)))
    if not found:
        raise KeyUnknown()
    return found[shown]


def proven(work: Work, digests: Set[bytes]) -> dict[bytes, ActingAs]:
    """Whom these keys prove in this municipality as of now, many at once; who proves nobody is left out.

    Remembered as long as no key, account or role changes (see reference).
    """
    known = reference.of(work).acting
    if lacking := digests - known.keys():
        theirs = _WHO_OPENS.where(
            col(ApiKey.municipality_id) == work.municipality_id, col(ApiKey.digest).in_(lacking)
        )
        known.update(_proven(work.session.execute(theirs)))
    return {each: known[each] for each in digests & known.keys()}


def in_force(work: Work, actor_id: UUID) -> ActingAs | None:
    """An account that was proved otherwise than with a key; None: there is none, or it is disabled.

    Never one of those who work on the host: they log in nowhere.
    """
    account = next(iter(listed(work, {actor_id})), None)
    if account is None or account.disabled_at is not None or account.name.startswith(OPERATOR):
        return None
    return ActingAs(
        municipality_id=work.municipality_id,
        actor_id=account.id,
        name=account.name,
        roles=account.roles,
        provider_id=account.provider_id,
        person_id=account.person_id,
    )


def _proven(rows: Iterable[Any]) -> dict[bytes, ActingAs]:
    """By the digest of the key, from rows of _WHO_OPENS."""
    found: dict[bytes, list[tuple[Actor, Role | None]]] = {}
    for key_digest, actor, role in rows:
        found.setdefault(key_digest, []).append((actor, role))
    return {key_digest: _acting(held) for key_digest, held in found.items()}


def _acting(held: Sequence[tuple[Actor, Role | None]]) -> ActingAs:
    actor = held[0][0]
    return ActingAs(
        municipality_id=actor.municipality_id,
        actor_id=actor.id,
        name=actor.name,
        roles=frozenset(role for _, role in held if role is not None),
        provider_id=actor.provider_id,
        person_id=actor.person_id,
    )


def operator_id(name: str) -> UUID:
    """The id of whoever works on the host under this name; always the same."""
    return derived(NOBODY, OPERATOR + name)


def operator(session: Session, municipality_id: str, name: str, *, now: datetime) -> UUID:
    """The actor that whoever works on the host acts as: made at first use, without roles or keys.

    Raises ActorDisabled.
    """
    db.act_for(session, municipality_id)
    actor_id = operator_id(name)
    actor = session.get(Actor, (municipality_id, actor_id), populate_existing=True)
    if actor is None:
        row = {
            "municipality_id": municipality_id,
            "id": actor_id,
            "name": OPERATOR + name,
            "recorded_at": now,
        }
        session.connection().execute(insert(Actor), [row])
    elif actor.disabled_at is not None:
        raise ActorDisabled(actor_id=actor_id)
    return actor_id


def _judge(work: Work, before: ActorState | None, asked: ActorInput) -> None:
    """Raises what put() raises, for one account."""
    held = before.roles if before else frozenset()
    if asked.name.startswith(OPERATOR.strip()) or (before and before.name.startswith(OPERATOR)):
        raise OperatorReserved(actor_id=asked.id)
    if asked.id == work.actor_id and asked.roles != held:
        raise OwnRoles(actor_id=asked.id)
    for role, other in combinations(sorted(held | asked.roles), 2):
        if frozenset({role, other}) in INCOMPATIBLE:
            raise RolesIncompatible(actor_id=asked.id, role=role, other_role=other)
    bound_to = (before.provider_id, before.person_id) if before else (None, None)
    if bound_to not in {(None, None), (asked.provider_id, asked.person_id)}:
        raise ActorBound(actor_id=asked.id)
    if before and before.identity and asked.identity not in {None, before.identity}:
        raise ActorBound(actor_id=asked.id)


def _as_put(before: ActorState | None, asked: ActorInput) -> ActorState:
    """Whose account it is cannot be left out afterwards: that would make two people of one."""
    after = ActorState(**asked.model_dump(), disabled_at=before.disabled_at if before else None)
    return replace(after, identity=after.identity or (before.identity if before else None))


def _with_others(work: Work, actors: Sequence[ActorInput]) -> set[UUID]:
    """The accounts that are put, and the others of the same people, as is said now and as it was."""
    identities = {actor.identity for actor in actors if actor.identity}
    others = work.session.scalars(
        select(col(Actor.id)).where(
            col(Actor.municipality_id) == work.municipality_id, col(Actor.identity).in_(identities)
        )
    )
    return set(others) | faces(work, [actor.id for actor in actors])


def _judge_person(actor: ActorState, others: Iterable[ActorState]) -> None:
    """What somebody is as a resident counts for nothing here: staff have care of their own."""
    for other in others:
        if other.id == actor.id or actor.identity is None or other.identity != actor.identity:
            continue
        for role, other_role in product(sorted(actor.roles), sorted(other.roles)):
            if frozenset({role, other_role}) in INCOMPATIBLE and Role.HOLDER not in {role, other_role}:
                raise PersonIncompatible(
                    actor_id=actor.id, role=role, other_actor_id=other.id, other_role=other_role
                )


def _refuse_unknown_parties(work: Work, actors: Sequence[ActorInput]) -> None:
    providers = db.rows(work, Provider, {each.provider_id for each in actors if each.provider_id})
    people = db.rows(work, Person, {each.person_id for each in actors if each.person_id})
    for actor in actors:
        for party_id, known in ((actor.provider_id, providers.keys()), (actor.person_id, people.keys())):
            if party_id is not None and party_id not in known:
                raise ActorPartyNotFound(actor_id=actor.id, party_id=party_id)


def _write(work: Work, *, before: Mapping[UUID, ActorState], after: Mapping[UUID, ActorState]) -> None:
    """Bring the rows from one state to the other; all roles of a changed account are written anew."""
    connection = work.session.connection()
    changed = [actor for actor in after.values() if before.get(actor.id) != actor]
    fresh = [actor for actor in changed if actor.id not in before]
    kept = [actor for actor in changed if actor.id in before]
    if fresh:
        connection.execute(insert(Actor), [_row(work, actor) for actor in fresh])
    if kept:
        connection.execute(_CHANGE, [{f"p_{name}": v for name, v in _row(work, a).items()} for a in kept])
        connection.execute(
            delete(ActorRole)
            .where(col(ActorRole.municipality_id) == work.municipality_id)
            .where(col(ActorRole.actor_id).in_([actor.id for actor in kept]))
        )
    roles = [
        {"municipality_id": work.municipality_id, "actor_id": actor.id, "role": role}
        for actor in changed
        for role in sorted(actor.roles)
    ]
    if roles:
        connection.execute(insert(ActorRole), roles)


def _row(work: Work, actor: ActorState) -> dict[str, object]:
    return {
        "municipality_id": work.municipality_id,
        "id": actor.id,
        "name": actor.name,
        "provider_id": actor.provider_id,
        "person_id": actor.person_id,
        "identity": actor.identity,
        "recorded_at": work.now,
    }


_CHANGE = (
    update(Actor)
    .where(col(Actor.municipality_id) == bindparam("p_municipality_id"), col(Actor.id) == bindparam("p_id"))
    .values(
        name=bindparam("p_name"),
        provider_id=bindparam("p_provider_id"),
        person_id=bindparam("p_person_id"),
        identity=bindparam("p_identity"),
    )
)


def _with_roles() -> Select[Actor, Role]:
    """Accounts, one row for each role; an account without roles has one row, with None."""
    theirs = and_(
        col(ActorRole.municipality_id) == col(Actor.municipality_id),
        col(ActorRole.actor_id) == col(Actor.id),
    )
    return select(Actor, col(ActorRole.role)).outerjoin(ActorRole, theirs)


_WHO_OPENS: Final = (
    select(col(ApiKey.digest), Actor, col(ActorRole.role))
    .join(
        Actor,
        and_(
            col(Actor.municipality_id) == col(ApiKey.municipality_id), col(Actor.id) == col(ApiKey.actor_id)
        ),
    )
    .outerjoin(
        ActorRole,
        and_(
            col(ActorRole.municipality_id) == col(Actor.municipality_id),
            col(ActorRole.actor_id) == col(Actor.id),
        ),
    )
    .where(col(ApiKey.revoked_at).is_(None), col(Actor.disabled_at).is_(None))
)
"""Keys in force with their accounts, one row for each role; without roles one row, with None."""


def _locked(work: Work, actor_id: UUID) -> Actor:
    actor = db.rows(work, Actor, [actor_id], lock=True).get(actor_id)
    if actor is None:
        raise ActorNotFound(actor_id=actor_id)
    return actor


def digest(secret: str) -> bytes:
    """By which a key is known. No slow hash is needed: a secret of 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()
