# SPDX-License-Identifier: EUPL-1.2
"""Sessions: on a key, for a while, and never longer than the key opens anything."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from ledger import actors, db, sessions
from ledger.actors import ActorInput, KeyUnknown
from ledger.ids import uuid7
from ledger.roles import ActingAs, Action
from ledger.sessions import FRESH, IDLE, LASTS, NOTED, WEIGHTY, ProofTooOld, SessionUnknown
from ledger.tables import LoginSession, Proof, Role
from tests.world import World

MOMENT = timedelta(microseconds=1)


def key_of(world: World, *roles: Role) -> tuple[ActorInput, str]:
    """A new account with a key."""
    actor = ActorInput(id=uuid7(), name="iemand", roles=frozenset(roles))
    with world.work() as work:
        actors.put(work, [actor])
        return actor, actors.new_key(work, actor.id)


def begun(world: World, key: str) -> str:
    with db.transaction(world.engine) as session:
        return sessions.begin(session, key, now=world.now).secret


def proven(engine: Engine, secret: str, now: datetime) -> ActingAs | None:
    """Whose it is; None where it opens nothing."""
    try:
        with db.reading(engine) as session:
            return sessions.prove(session, secret, now=now).acting
    except SessionUnknown:
        return None


def test_a_session_is_of_who_has_the_key_until_its_time_is_over(world: World) -> None:
    actor, key = key_of(world, Role.FINANCE)
    secret, start = begun(world, key), world.now
    acting = proven(world.engine, secret, start)
    assert acting is not None
    assert (acting.actor_id, acting.roles) == (actor.id, frozenset({Role.FINANCE}))
    with pytest.raises(KeyUnknown):
        begun(world, key + "x")
    assert proven(world.engine, key, start) is None, "a key is no session"
    assert proven(world.engine, "", start) is None

    assert proven(world.engine, secret, start + IDLE - MOMENT)
    assert proven(world.engine, secret, start + IDLE) is None
    now = start
    while (now := now + IDLE - MOMENT) < start + LASTS:
        assert proven(world.engine, secret, now)
        with db.transaction(world.engine) as session:
            sessions.note_use(session, secret, now=now)
    assert proven(world.engine, secret, start + LASTS) is None

    with db.reading(world.engine) as session:
        (row,) = session.scalars(select(LoginSession).where(col(LoginSession.actor_id) == actor.id))
    assert secret.encode() not in row.digest
    assert row.digest == actors.digest(secret)


def test_use_is_noted_by_the_minute(sqlite_world: World) -> None:
    _, key = key_of(sqlite_world, Role.FINANCE)
    secret = begun(sqlite_world, key)
    for passed, is_due in ((timedelta(), False), (NOTED - MOMENT, False), (NOTED, True)):
        with db.reading(sqlite_world.engine) as session:
            assert sessions.prove(session, secret, now=sqlite_world.now + passed).is_due is is_due


def test_a_session_ends_with_its_key_its_account_or_by_logging_out(world: World) -> None:
    def revoke(actor: ActorInput, secret: str) -> None:
        with world.work() as work:
            (key,) = actors.keys_of(work, actor.id)
            actors.revoke_key(work, key.id)

    def disable(actor: ActorInput, secret: str) -> None:
        with world.work() as work:
            actors.disable(work, actor.id)

    def log_out(actor: ActorInput, secret: str) -> None:
        for _ in range(2):
            with db.transaction(world.engine) as session:
                sessions.end(session, secret, now=world.now)

    ends: list[Callable[[ActorInput, str], None]] = [revoke, disable, log_out]
    for end in ends:
        actor, key = key_of(world, Role.FINANCE)
        secret = begun(world, key)
        assert proven(world.engine, secret, world.now)
        end(actor, secret)
        assert proven(world.engine, secret, world.now) is None, end.__name__


def test_a_session_of_another_proof_is_of_its_account_while_that_is_in_force(world: World) -> None:
    actor, _ = key_of(world, Role.FINANCE)
    for proof in set(Proof) - {Proof.KEY}:
        with db.transaction(world.engine) as session:
            secret = sessions.begin_for(
                session, world.municipality_id, actor.id, proof, now=world.now, agent="x" * 999
            ).secret
        with db.reading(world.engine) as session:
            found = sessions.prove(session, secret, now=world.now)
        assert (found.acting.actor_id, found.acting.roles) == (actor.id, frozenset({Role.FINANCE}))
        assert (found.proof, found.proven_at) == (proof, world.now)
    with world.work() as work:
        actors.disable(work, actor.id)
    assert proven(world.engine, secret, world.now) is None
    operator_id = actors.operator_id("somebody")
    with world.work() as work:
        actors.operator(work.session, world.municipality_id, "somebody", now=work.now)
    for nobody in (actor.id, uuid7(), operator_id):
        with pytest.raises(SessionUnknown), db.transaction(world.engine) as session:
            sessions.begin_for(session, world.municipality_id, nobody, Proof.LETTER, now=world.now)


def test_a_key_and_no_other_proof_stands_beside_a_session(world: World) -> None:
    """The database refuses it, whoever writes."""
    _, key = key_of(world, Role.FINANCE)
    begun(world, key)
    for values in ({"proof": Proof.DEMO}, {"key_id": None}):
        with pytest.raises(IntegrityError), world.work() as work:
            work.session.connection().execute(update(LoginSession).values(**values))


def test_what_weighs_much_asks_a_fresh_proof_and_a_fresh_proof_a_fresh_secret(world: World) -> None:
    _, key = key_of(world, Role.FINANCE)
    secret = begun(world, key)
    later = world.now + FRESH
    with db.reading(world.engine) as session:
        found = sessions.prove(session, secret, now=later)
    found.require_fresh(Action.RELEASE_SETTLEMENTS, now=later - MOMENT)
    found.require_fresh(Action.SEE_SETTLEMENTS, now=later)
    for action in WEIGHTY:
        with pytest.raises(ProofTooOld):
            found.require_fresh(action, now=later)
    with db.transaction(world.engine) as session:
        fresh = sessions.renew(session, secret, now=later)
    assert proven(world.engine, secret, later) is None
    with db.reading(world.engine) as session:
        sessions.prove(session, fresh, now=later).require_fresh(Action.RELEASE_SETTLEMENTS, now=later)


def test_a_session_has_the_roles_that_its_account_has_now(world: World) -> None:
    actor, key = key_of(world, Role.FINANCE)
    secret = begun(world, key)
    assert proven(world.engine, secret, world.now)
    for roles in (frozenset[Role](), frozenset({Role.AUDITOR})):  # one gives up the one role first
        with world.work() as work:
            actors.put(work, [actor.model_copy(update={"roles": roles})])
        acting = proven(world.engine, secret, world.now)
        assert acting is not None
        assert acting.roles == roles
