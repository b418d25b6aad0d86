# SPDX-License-Identifier: EUPL-1.2
"""Codes: every state of a code at the door, replacing and revoking without touching the balance."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger import codes, db, entitlement_changes
from ledger.codes import CodeExists, CodeNotFound, Issued, IssueOrder
from ledger.entitlement_changes import Ending
from ledger.entitlements import EntitlementNotFound
from ledger.ids import uuid7
from ledger.keys import new_municipality_keys
from ledger.rules.refusals import AfterEnd, Closed
from ledger.tables import Code
from tests.world import NOON, World

HOUR = 31_15


def issue(world: World, *orders: IssueOrder) -> list[codes.Outcome]:
    with world.work() as work:
        return codes.issue(work, world.keys, orders)


def order(entitlement_id: UUID, **changes: Any) -> IssueOrder:
    return IssueOrder(**{"id": uuid7(), "entitlement_id": entitlement_id} | changes)


def told(world: World, *shown: str) -> list[list[str]]:
    """What a scan of each is refused for; nothing when it is accepted."""
    outcomes = world.redeem(*(world.scan(code=each, quantity=1) for each in shown))
    return [[reason.code for reason in getattr(each, "reasons", [])] for each in outcomes]


def rights(world: World) -> UUID:
    return world.grant(restrictions=()).id


# ---------------------------------------------------------------------------------- at the door


def test_a_token_and_its_manual_code_open_the_same_balance(world: World) -> None:
    right = rights(world)
    code = world.code(right)
    assert world.redeemed(code=code.token).remaining_cents == 100_00 - HOUR
    assert world.redeemed(code=code.manual).remaining_cents == 100_00 - 2 * HOUR
    typed = code.manual.lower().replace("-", " ")
    assert world.redeemed(code=typed).entitlement_id == right
    world.assert_books_agree()


def test_unknown_altered_and_unreadable_codes_are_one_answer(world: World) -> None:
    right = rights(world)
    code = world.code(right)
    middle = len(code.token) // 2
    other = "A" if code.token[middle] != "A" else "B"
    altered = code.token[:middle] + other + code.token[middle + 1 :]
    last = code.manual[:-1] + ("0" if code.manual[-1] != "0" else "1")
    wrong = [
        altered,
        code.token[:-4],
        code.token + "00",
        "TR1:",
        "TR1:AAAA",
        last,
        "0000-00000-00000",
        "x",
        "💶",
    ]
    assert told(world, *wrong) == [["code_unknown"]] * len(wrong)
    assert world.left(right) == 100_00


def test_a_code_signed_with_another_key_is_unknown(world: World) -> None:
    right = rights(world)
    ours = world.keys
    world.keys = new_municipality_keys(specimen=True)
    forged = world.code(right).token
    world.keys = ours
    assert told(world, forged) == [["code_unknown"]]


def test_a_foreign_code_tells_whose_it_is(world: World) -> None:
    right = rights(world)
    token = world.code(right).token
    shown = codes.reader("0363", world.keys).read(token)
    assert shown.refusal is not None
    assert (shown.refusal.code, shown.refusal.facts) == ("code_foreign", {"municipality": "0384"})
    scan = world.scan(code=token)
    (outcome,) = world.redeem(replace(scan, shown=shown))
    assert [reason.code for reason in getattr(outcome, "reasons", [])] == ["code_foreign"]


def test_a_manual_code_of_another_municipality_is_unknown(world: World) -> None:
    manual = world.code(rights(world)).manual
    shown = codes.reader("0363", world.keys).read(manual)
    (outcome,) = world.redeem(replace(world.scan(code=manual), shown=shown))
    assert [reason.code for reason in getattr(outcome, "reasons", [])] == ["code_unknown"]


def test_a_revoked_code_is_refused_and_the_balance_stays(world: World) -> None:
    right = rights(world)
    code = world.code(right)
    with world.work() as work:
        (row,) = codes.revoke(work, [code.id])
    assert row.revoked_at == NOON
    assert told(world, code.token, code.manual) == [["code_revoked"]] * 2
    assert (world.left(right), world.entries()) == (100_00, 1)
    world.later(days=1)
    with world.work() as work:
        assert codes.revoke(work, [code.id])[0].revoked_at == NOON
    world.assert_books_agree()


def test_a_replaced_code_is_refused_and_the_new_one_opens_the_same_balance(world: World) -> None:
    right = rights(world)
    old = world.code(right)
    world.redeemed(code=old.token)
    new = world.code(right, replace=True)
    assert told(world, old.token, old.manual) == [["code_revoked"]] * 2
    assert world.redeemed(code=new.manual).remaining_cents == 100_00 - 2 * HOUR
    world.assert_books_agree()


def test_a_second_letter_leaves_the_first_in_force(world: World) -> None:
    right = rights(world)
    one, two = world.code(right), world.code(right)
    assert told(world, one.token, two.token) == [[], []]


def test_replacing_in_one_batch_is_as_one_by_one(world: World) -> None:
    """Only what comes after the last replacement stays in force."""
    right, other = rights(world), rights(world)
    outcomes = issue(
        world,
        order(right),
        order(right, replace=True),
        order(right),
        order(right, replace=True),
        order(other),
    )
    tokens = [each.token for each in outcomes if isinstance(each, Issued)]
    assert told(world, *tokens) == [["code_revoked"], ["code_revoked"], ["code_revoked"], [], []]


def test_paper_expires_after_180_days(world: World) -> None:
    code = world.code(world.grant(restrictions=(), valid_until=None).id)
    assert code.expires_at == NOON + timedelta(days=180)
    world.now = NOON + timedelta(days=180, microseconds=-1)
    assert told(world, code.token) == [[]]
    world.now = NOON + timedelta(days=180)
    assert told(world, code.token, code.manual) == [["code_expired"]] * 2


def test_paper_expires_with_the_entitlement(world: World) -> None:
    right = world.grant(restrictions=(), valid_until=date(2026, 10, 25)).id
    assert world.code(right).expires_at == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


def test_a_code_is_not_valid_before_it_was_issued(world: World) -> None:
    code = world.code(rights(world))
    world.now = NOON - timedelta(microseconds=1)
    assert told(world, code.token) == [["code_not_yet_valid"]]


# ------------------------------------------------------------------------------------- issuing


def test_the_same_id_gets_the_same_code_again(world: World) -> None:
    right = rights(world)
    wanted = order(right, replace=True)
    first, second = issue(world, wanted, wanted)
    world.later(days=3)
    (third,) = issue(world, wanted)
    for each in (first, second, third):
        assert isinstance(each, Issued)
        assert isinstance(first, Issued)
        assert (each.id, each.manual, each.issued_at, each.expires_at) == (
            first.id,
            first.manual,
            first.issued_at,
            first.expires_at,
        )
        assert told(world, each.token, each.manual) == [[], []]


def test_the_same_id_for_another_entitlement_is_a_conflict(world: World) -> None:
    one, two = rights(world), rights(world)
    wanted = order(one)
    outcomes = issue(world, wanted, order(two, id=wanted.id))
    assert [type(each) for each in outcomes] == [Issued, CodeExists]
    assert isinstance(issue(world, order(two, id=wanted.id))[0], CodeExists)


def test_what_has_ended_or_is_closed_gets_no_code(world: World) -> None:
    ended, closed = rights(world), rights(world)
    for right in (ended, closed):
        world.change(right, Ending(last_day=date(2026, 6, 9), reason="verhuisd", at=NOON))
    assert [type(each) for each in issue(world, order(ended), order(uuid7()))] == [
        AfterEnd,
        EntitlementNotFound,
    ]
    with world.work() as work:
        entitlement_changes.expire(work, today=date(2026, 6, 10), claim_days=0)
    assert isinstance(issue(world, order(closed))[0], Closed)


def test_the_manual_code_is_nowhere_in_the_clear(world: World) -> None:
    code = world.code(rights(world))
    with db.reading(world.engine) as session:
        row = session.get(Code, (world.municipality_id, code.id))
        assert row is not None
        kept = b"".join(value for value in row.model_dump().values() if isinstance(value, bytes))
    assert code.manual.encode() not in kept
    assert code.manual.replace("-", "").encode() not in kept
    assert code.manual not in repr(code)
    assert code.token not in repr(code)


def test_revoking_what_is_not_there_revokes_nothing(world: World) -> None:
    code = world.code(rights(world))
    with pytest.raises(CodeNotFound), world.work() as work:
        codes.revoke(work, [code.id, uuid7()])
    assert told(world, code.token) == [[]]


def test_old_codes_are_read_after_a_new_key(world: World) -> None:
    """Rotation: the new key signs, the old one still reads what it signed, until it is dropped."""
    right = rights(world)
    old = world.code(right)
    before = world.keys
    fresh = new_municipality_keys(specimen=True)
    world.keys = before.model_copy(update={"signing": fresh.signing, "retired": (before.signing,)})
    new = world.code(right)
    assert told(world, old.token, new.token) == [[], []]
    (again,) = issue(world, order(right, id=old.id))
    assert isinstance(again, Issued)
    assert told(world, again.token) == [[]]
    with world.work() as work:
        noted = {row.key_id: row.retired_at for row in codes.register_keys(work, world.keys)}
    assert noted == {before.signing.public.key_id: NOON, fresh.signing.public.key_id: None}
    world.keys = world.keys.model_copy(update={"retired": ()})
    assert told(world, old.token, new.token) == [["code_unknown"], []]
