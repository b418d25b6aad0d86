# SPDX-License-Identifier: EUPL-1.2
"""Letters to log in with: two codes that are both right, once, and nothing told of which is wrong."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from ledger import access_log, actors, db, letter_logins, manual_code, people, sessions, tries
from ledger.ids import uuid7
from ledger.keys import Keyring
from ledger.letter_logins import LASTS, LEFT_MIN, ONE_TIME, LetterLoginNotFound, ToSend
from ledger.manual_code import ManualCodeUnreadable
from ledger.people import PersonNotFound
from ledger.sessions import SessionUnknown
from ledger.tables import LetterLogin, Proof, Role
from tests.world import World

MAIL = "els@diemen.test"


@pytest.fixture
def els(world: World) -> UUID:
    """A resident with an e-mail address."""
    return world.person(surname="Els", email=MAIL)


def letter(world: World, person_id: UUID) -> str:
    with world.work() as work:
        return letter_logins.printed(work, world.keys, [person_id])[person_id]


def ask(world: World, code: str) -> ToSend | None:
    with db.transaction(world.engine) as session:
        return letter_logins.ask(session, _keyring(world), world.municipality_id, code, now=world.now)


def one_time(world: World, code: str) -> str:
    found = ask(world, code)
    assert found is not None
    assert found.email == MAIL
    return found.one_time


def judged(world: World, code: str, once: str) -> UUID | None:
    with db.transaction(world.engine) as session:
        return letter_logins.judged(
            session, _keyring(world), world.municipality_id, code, once, now=world.now
        )


def wrong(once: str) -> str:
    return f"{(int(once) + 1) % 10**6:06}"


def _keyring(world: World) -> Keyring:
    return {world.municipality_id: world.keys}


def test_both_codes_open_the_account_of_the_resident_once(world: World, els: UUID) -> None:
    code = letter(world, els)
    once = one_time(world, code)
    account = judged(world, code.lower().replace("-", " "), f"{once[:3]} {once[3:]}")
    assert account is not None
    with world.work() as work:
        (state,) = actors.listed(work, {account})
        (look,) = [each for each in access_log.of_person(work, els) if each.action == "login"]
    assert (state.person_id, state.roles) == (els, frozenset({Role.HOLDER}))
    assert look.actor_id == account
    assert judged(world, code, once) is None, "a one-time code opens once"


def test_a_letter_printed_again_shows_the_same_code_while_it_lasts(world: World, els: UUID) -> None:
    first = letter(world, els)
    assert letter(world, els) == first
    world.now += LASTS - LEFT_MIN + timedelta(days=1)
    second = letter(world, els)
    assert second != first, "it would end too soon"
    assert ask(world, first) is not None, "the old letter still opens until its end"
    world.now += LEFT_MIN
    assert ask(world, first) is None
    assert ask(world, second) is not None


def test_letters_to_many_are_one_batch_and_make_no_second_account(world: World, els: UUID) -> None:
    bob = world.person(surname="Bob")
    with world.work() as work:
        found = letter_logins.printed(work, world.keys, [els, bob, els])
    assert len(set(found.values())) == 2
    letter(world, els)
    with world.work() as work:
        theirs = [each for each in actors.listed(work) if each.person_id in {els, bob}]
    assert len(theirs) == 2
    with world.work() as work, pytest.raises(PersonNotFound):
        letter_logins.printed(work, world.keys, [uuid7()])


def test_nothing_in_the_database_is_a_code(world: World, els: UUID) -> None:
    code = letter(world, els)
    once = one_time(world, code)
    with world.work() as work:
        row = work.session.scalars(select(LetterLogin)).one()
        kept = repr(row.model_dump())
    assert code not in kept
    assert manual_code.normal(code) not in kept
    assert once not in kept


@pytest.mark.parametrize(
    ("letter_is_right", "once_is_right"), [(False, True), (True, False), (False, False)], ids=str
)
def test_one_right_code_opens_nothing(
    world: World, els: UUID, letter_is_right: bool, once_is_right: bool
) -> None:
    code = letter(world, els)
    once = one_time(world, code)
    shown = code if letter_is_right else manual_code.new()
    assert judged(world, shown, once if once_is_right else wrong(once)) is None
    assert judged(world, code, once) is not None, "the control: both, right after"


def test_the_code_of_a_provider_is_no_login_code_and_the_other_way_round(world: World, els: UUID) -> None:
    right = world.grant(holder_id=els, amount_cents=100_00)
    issued, code = world.code(right.id), letter(world, els)
    assert ask(world, issued.manual) is None
    assert world.reasons(code=code) == ["code_unknown"]
    assert world.redeemed(code=issued.manual), "the control"
    assert ask(world, code) is not None


def test_a_one_time_code_ends_after_a_while_and_a_newer_one_takes_its_place(world: World, els: UUID) -> None:
    code = letter(world, els)
    first = one_time(world, code)
    world.now += ONE_TIME
    assert judged(world, code, first) is None
    second = one_time(world, code)
    world.now += timedelta(minutes=3)
    third = one_time(world, code)
    if second != third:
        assert judged(world, code, second) is None
    assert judged(world, code, third) is not None


def test_asking_often_makes_the_next_one_wait_and_the_one_sent_still_opens(world: World, els: UUID) -> None:
    code = letter(world, els)
    once = one_time(world, code)
    assert ask(world, code) is None, "a moment ago"
    for minutes in (1, 2, 4, 8):
        world.now += timedelta(minutes=minutes, seconds=-1)
        assert ask(world, code) is None
        world.now += timedelta(seconds=1)
        once = one_time(world, code)
    assert judged(world, code, once) is not None
    assert ask(world, code) is not None, "who logged in begins anew"


def test_wrong_tries_in_a_row_make_every_try_wait(world: World, els: UUID) -> None:
    code = letter(world, els)
    once = one_time(world, code)
    for _ in range(tries.FREE):
        assert judged(world, code, wrong(once)) is None
    assert judged(world, code, once) is None, "blocked, also for the right one"
    world.now += timedelta(minutes=1)
    assert judged(world, code, wrong(once)) is None
    world.now += timedelta(minutes=1, seconds=59)
    assert judged(world, code, once) is None, "twice as long"
    world.now += timedelta(seconds=1)
    assert judged(world, code, once) is not None


def test_a_code_told_by_telephone_opens_and_ends_the_waiting(world: World) -> None:
    bob = world.person(surname="Bob")
    code = letter(world, bob)
    assert ask(world, code) is None, "there is no address to send it to"
    for _ in range(tries.FREE):
        judged(world, code, "000000")
    how = "teruggebeld op het bekende nummer"
    with world.work() as work:
        once = letter_logins.tell(work, world.keys, bob, how)
        look = access_log.of_person(work, bob)[0]
    assert (look.actor_id, look.action, look.purpose) == (world.actor_id, "login", how)
    assert judged(world, code, once) is not None


def test_a_blocked_letter_opens_nothing_and_ends_what_it_opened(world: World, els: UUID) -> None:
    code = letter(world, els)
    account = judged(world, code, one_time(world, code))
    assert account is not None
    with db.transaction(world.engine) as session:
        by_letter, by_demo = (
            sessions.begin_for(session, world.municipality_id, account, proof, now=world.now).secret
            for proof in (Proof.LETTER, Proof.DEMO)
        )
    with world.work() as work:
        letter_logins.block(work, els)
    assert ask(world, code) is None
    with db.reading(world.engine) as session, pytest.raises(SessionUnknown):
        sessions.prove(session, by_letter, now=world.now)
    with db.reading(world.engine) as session:
        assert sessions.prove(session, by_demo, now=world.now).acting.actor_id == account
    with world.work() as work, pytest.raises(LetterLoginNotFound):
        letter_logins.block(work, els)
    with world.work() as work, pytest.raises(LetterLoginNotFound):
        letter_logins.tell(work, world.keys, els, "gezien aan de balie")
    assert letter(world, els) != code


def test_who_is_disabled_or_erased_gets_no_code(world: World, els: UUID) -> None:
    code = letter(world, els)
    account = judged(world, code, one_time(world, code))
    assert account is not None
    with world.work() as work:
        actors.disable(work, account)
    assert ask(world, code) is None
    bob = world.person(surname="Bob", email=MAIL)
    theirs = letter(world, bob)
    with world.work() as work:
        people.erase(work, bob)
    assert ask(world, theirs) is None


@pytest.mark.parametrize("typed", ["", "XXXX", "0000-00000-0000U", "A" * 1000, "\x00"])
def test_what_is_no_code_is_told_at_once(world: World, typed: str) -> None:
    with pytest.raises(ManualCodeUnreadable):
        ask(world, typed)
    with pytest.raises(ManualCodeUnreadable):
        judged(world, typed, "123456")
