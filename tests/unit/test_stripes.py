# SPDX-License-Identifier: EUPL-1.2
"""Stripes: places that many write to are several rows, each connection has its own, and they add up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from ledger import db, entries, redemptions
from ledger.ids import NOBODY
from ledger.rules.funding import AccountKind
from ledger.tables import Account, FollowUpKind
from ledger.units import Unit
from tests.world import HOUSEHOLD, RATES, World

HOUR = RATES[HOUSEHOLD]


@pytest.fixture
def worlds(postgresql_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[World, World]]:
    """One municipality through two connections that write to other stripes."""
    first = World.build(postgresql_engine)
    url = postgresql_engine.url.render_as_string(hide_password=False)
    monkeypatch.setattr(entries, "STRIPES", 1 << 31)  # as many as there are connections
    second = db.connect(url)
    yield first, replace(first, engine=second)
    second.dispose()


def rows(world: World, kind: AccountKind) -> list[Account]:
    with db.reading(world.engine) as session:
        found = list(session.scalars(select(Account).where(col(Account.kind) == kind)))
        session.expunge_all()
        return found


def test_each_connection_writes_to_its_own_row_and_they_add_up(worlds: tuple[World, World]) -> None:
    right = worlds[0].grant(amount_cents=1_000_00)
    for world in worlds:
        world.redeemed(right.id)
    owed = [each for each in rows(worlds[0], AccountKind.PAYABLE) if each.credits]
    assert [each.credits for each in owed] == [HOUR, HOUR]
    assert len({each.stripe for each in owed}) == 2
    assert worlds[1].payable() == 2 * HOUR
    worlds[0].assert_books_agree()


def test_an_entitlement_is_one_row_whoever_writes_to_it(worlds: tuple[World, World]) -> None:
    right = worlds[0].grant(amount_cents=1_000_00, quantity=600, quantity_unit="minute")
    for world in worlds:
        world.redeemed(right.id)
    held = [each for each in rows(worlds[0], AccountKind.ENTITLEMENT) if each.owner_id == right.id]
    assert sorted((each.unit, each.balance) for each in held) == [
        (Unit.EUROCENT, 1_000_00 - 2 * HOUR),
        (Unit.MINUTE, 600 - 120),
    ]


def test_a_reversal_takes_from_the_very_row_that_got_it(worlds: tuple[World, World]) -> None:
    first, second = worlds
    right = first.grant(amount_cents=1_000_00)
    first.redeemed(right.id)
    taken_back = second.redeemed(right.id)
    first.follow_up(taken_back.id, FollowUpKind.REVERSAL)
    owed = sorted(each.balance for each in rows(first, AccountKind.PAYABLE) if each.credits)
    assert owed == [0, HOUR]
    first.assert_books_agree()


def test_a_soft_budget_has_stripes_and_a_hard_one_has_not(worlds: tuple[World, World]) -> None:
    worlds[0].fund(cents=5_000_00)
    for world in worlds:
        world.grant(amount_cents=1_00)
        world.grant(amount_cents=1_00, programme_id=world.hard_programme_id)
    drawn = [each for each in rows(worlds[0], AccountKind.BUDGET) if each.debits]
    assert sorted((each.bound, each.debits) for each in drawn) == [
        ("at_least_zero", 2_00),
        ("free", 1_00),
        ("free", 1_00),
    ]


def test_without_stripes_two_who_write_at_once_wait_for_each_other(
    postgresql_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with one stripe the second times out, with stripes it does not."""
    first = World.build(postgresql_engine)
    rights = [first.grant(amount_cents=1_000_00).id for _ in range(2)]
    assert _second_waits(first, rights, monkeypatch, stripes=1)
    assert not _second_waits(first, rights, monkeypatch, stripes=1 << 31)


def _second_waits(
    first: World, rights: Sequence[UUID], monkeypatch: pytest.MonkeyPatch, *, stripes: int
) -> bool:
    """Whether a redemption of another right to the same provider waits while one is not yet committed."""
    monkeypatch.setattr(entries, "STRIPES", stripes)
    url = first.engine.url.update_query_dict({"options": "-c lock_timeout=300"})
    second = replace(first, engine=db.connect(url.render_as_string(hide_password=False)))
    try:
        with first.work() as work:
            redemptions.redeem(work, [first.scan(rights[0])])
            second.redeemed(rights[1])
    except OperationalError as error:
        return "lock timeout" in str(error)
    finally:
        second.engine.dispose()
    return False


def test_what_a_place_holds_is_the_sum_of_its_rows(worlds: tuple[World, World]) -> None:
    for world in worlds:
        world.grant(amount_cents=None, quantity=60, quantity_unit="minute")
    with worlds[0].work() as work:
        held = entries.held(entries.seen(work, [NOBODY]))
    assert held[AccountKind.TREASURY, NOBODY, Unit.MINUTE] == -120
