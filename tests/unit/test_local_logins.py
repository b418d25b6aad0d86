# SPDX-License-Identifier: EUPL-1.2
"""Passwords with codes: set up once, right only whole, blocked after wrong tries, telling nobody which."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from pydantic import ValidationError
from sqlalchemy import select

from ledger import actors, db, local_logins, tries
from ledger.actors import ActorDisabled, ActorInput, ActorNotFound
from ledger.ids import uuid7
from ledger.local_logins import (
    OPEN_FOR,
    ChosenInput,
    InvitationInput,
    InvitationUnknown,
    LoginNameTaken,
    SecondFactorWrong,
)
from ledger.tables import LocalLogin, LoginInvitation, Role
from tests.world import World

PASSWORD = "paarse fiets in de regen"


def account(world: World) -> UUID:
    actor = ActorInput(id=uuid7(), name="iemand", roles=frozenset({Role.FINANCE}))
    with world.work() as work:
        actors.put(work, [actor])
    return actor.id


def invite(world: World, actor_id: UUID, name: str = "iemand@diemen.test") -> str:
    with world.work() as work:
        return local_logins.invite(work, actor_id, InvitationInput(login_name=name))


def code_for(world: World, secret_or_id: str | UUID, at: datetime | None = None) -> str:
    """What the app shows, for an invitation by its secret or its id."""
    id_ = secret_or_id
    if isinstance(id_, str):
        with db.reading(world.engine) as session:
            id_ = local_logins.invited(session, id_, now=world.now).id
    seed = local_logins._seed(world.keys, id_)
    app = TOTP(seed, 6, SHA1(), 30)  # noqa: S303 - what apps speak
    return app.generate(int((at or world.now).timestamp())).decode()


def set_up(world: World, secret: str, code: str | None = None) -> UUID:
    code = code or code_for(world, secret)
    keyring = {world.municipality_id: world.keys}
    with db.transaction(world.engine) as session:
        return local_logins.set_up(
            session, keyring, secret, local_logins.hashed(PASSWORD), code, now=world.now
        ).id


def try_in(
    world: World, code: str, name: str = "iemand@diemen.test", password: str = PASSWORD
) -> UUID | None:
    with db.reading(world.engine) as session:
        known = local_logins.known_as(session, name)
    tried = local_logins.held(known, password)
    keyring = {world.municipality_id: world.keys}
    with db.transaction(world.engine) as session:
        found = local_logins.judged(session, keyring, tried, code, now=world.now)
        return found.actor_id if found else None


def test_who_was_invited_logs_in_with_all_three_and_each_code_opens_once(world: World) -> None:
    actor_id = account(world)
    invitation = set_up(world, invite(world, actor_id, "Iemand@Diemen.test"))
    assert try_in(world, code_for(world, invitation)) is None, "the code of the set-up was used"
    world.now += timedelta(seconds=30)
    code = code_for(world, invitation)
    assert try_in(world, code, password=PASSWORD + "x") is None
    assert try_in(world, code, name="niemand@diemen.test") is None
    assert try_in(world, "000000") is None
    assert try_in(world, f" {code[:3]} {code[3:]} ", name=" IEMAND@diemen.test ") == actor_id
    assert try_in(world, code) is None, "replayed"
    world.now += timedelta(seconds=60)
    late = code_for(world, invitation, world.now - timedelta(seconds=30))
    assert try_in(world, late) == actor_id, "a clock may be off by one step"
    world.now += timedelta(seconds=90)
    assert try_in(world, code_for(world, invitation, world.now - timedelta(seconds=60))) is None


def test_what_is_kept_opens_nothing(world: World) -> None:
    secret = invite(world, account(world))
    set_up(world, secret)
    with world.work() as work:
        (login,) = work.session.scalars(select(LocalLogin))
        (invitation,) = work.session.scalars(select(LoginInvitation))
    assert login.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert invitation.digest == actors.digest(secret)
    kept = repr(login) + repr(invitation)
    assert secret not in kept
    assert local_logins.secret_of(world.keys, invitation.id) not in kept
    assert local_logins.hashed(PASSWORD) != local_logins.hashed(PASSWORD)


def test_wrong_tries_block_an_account_for_a_while_and_longer_each_time(world: World) -> None:
    actor_id = account(world)
    invitation = set_up(world, invite(world, actor_id))
    for _ in range(tries.FREE):
        assert try_in(world, "000000") is None
    world.now += timedelta(seconds=59)
    assert try_in(world, code_for(world, invitation)) is None, "blocked, also for who is right"
    world.now += timedelta(seconds=1)
    assert try_in(world, "000000") is None
    world.now += timedelta(seconds=119)
    assert try_in(world, code_for(world, invitation)) is None, "two minutes now"
    world.now += timedelta(seconds=1)
    assert try_in(world, code_for(world, invitation)) == actor_id
    world.now += timedelta(seconds=30)
    assert try_in(world, "000000") is None
    assert try_in(world, code_for(world, invitation)) == actor_id, "counted from none again"


def test_an_invitation_opens_once_and_not_for_long(world: World) -> None:
    actor_id = account(world)
    first, second = invite(world, actor_id), invite(world, actor_id)
    with pytest.raises(InvitationUnknown):
        set_up(world, first, "000000")
    with pytest.raises(SecondFactorWrong):
        set_up(world, second, "000000")
    set_up(world, second)
    with pytest.raises(InvitationUnknown):
        set_up(world, second, "000000")
    third = invite(world, actor_id)
    world.now += OPEN_FOR
    with pytest.raises(InvitationUnknown):
        set_up(world, third, "000000")


def test_a_new_invitation_replaces_password_and_app(world: World) -> None:
    actor_id = account(world)
    before = set_up(world, invite(world, actor_id))
    again = set_up(world, invite(world, actor_id, "anders@diemen.test"))
    world.now += timedelta(seconds=30)
    assert try_in(world, code_for(world, again)) is None, "the old name is nobody's"
    assert try_in(world, code_for(world, before), name="anders@diemen.test") is None
    assert try_in(world, code_for(world, again), name="anders@diemen.test") == actor_id


def test_a_name_is_of_one_account_and_nobody_disabled_is_invited(world: World) -> None:
    one, other = account(world), account(world)
    set_up(world, invite(world, one))
    with pytest.raises(LoginNameTaken):
        invite(world, other)
    waiting = invite(world, other, "ander@diemen.test")
    with world.work() as work:
        actors.disable(work, other)
    with pytest.raises(InvitationUnknown):
        set_up(world, waiting, "000000")
    with pytest.raises(ActorDisabled):
        invite(world, other, "ander@diemen.test")
    with pytest.raises(ActorNotFound):
        invite(world, uuid7(), "ander@diemen.test")


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("te kort", "te kort"),
        ("lang genoeg maar anders", "lang genoeg, maar anders"),
        ("iemand@diemen.test!", "iemand@diemen.test!"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str, again: str) -> None:
    with pytest.raises(ValidationError):
        ChosenInput(login_name="iemand@diemen.test", password=password, again=again)
    fine = ChosenInput(login_name="iemand@diemen.test", password=PASSWORD, again=PASSWORD)
    assert PASSWORD not in repr(fine)
