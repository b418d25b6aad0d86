# SPDX-License-Identifier: EUPL-1.2
"""Many clients at once on a few rights: what each was answered is explained by the ledger's own order.

The certificate (certificate.py) says what that means. Each guard is taken away in a test of its own, and
the certificate must say which promise broke.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from ledger import db, ids, shelves
from ledger.db import Work
from tests import figures
from tests.faults.certificate import Finding, Flaw, check
from tests.faults.clients import Client, Company, Plan, make_history
from tests.faults.history import History, Kind
from tests.world import World

CROWDS = ((4, 1), (8, 2), (8, 10), (16, 3), (32, 5), (64, 10))
"""Clients and rights."""
WORDS = {"redeemed", "redemption_refused", "redemption_exists_with_other_content", "followed", "amended"} | {
    "line_already_reversed", "below_used", "holds"
}  # fmt: skip
"""What must have been answered at least once, or too little was asked."""


def proven(world: World, *, operations: int, seeds: Sequence[int]) -> list[History]:
    """Histories on one database, one after the other; each certified, then the books are audited."""
    began, made = time.monotonic(), []
    for seed in seeds:
        clients, rights = CROWDS[seed % len(CROWDS)]
        history = make_history(world, Plan(seed=seed, clients=clients, rights=rights, operations=operations))
        found = check(history)
        assert found == [], (seed, len(found), found[:5])
        made.append(history)
    world.assert_books_agree()
    _note(world, made, time.monotonic() - began)
    return made


def _note(world: World, made: Sequence[History], seconds: float) -> None:
    figures.note(
        "T8 histories",
        database=world.engine.dialect.name,
        trials=sum(history.operations for history in made),
        of="operations",
        failures=0,
        seconds=seconds,
        histories=len(made),
        calls=sum(len(history.calls) for history in made),
        clients=f"{CROWDS[0][0]}-{CROWDS[-1][0]}",
        seeds=f"{made[0].seed}-{made[-1].seed}",
    )


def test_the_ledgers_own_order_explains_every_answer_of_4_to_64_clients(world: World) -> None:
    made = proven(world, operations=400, seeds=range(6))
    said = [(call, answer) for history in made for call in history.calls for answer in call.answers]
    assert {answer.word for _, answer in said} >= WORDS
    assert any(
        answer.word == "redeemed" and call.stamp not in answer.facts for call, answer in said
    )  # resent


@pytest.mark.prove
def test_forty_long_histories_are_explained(world: World) -> None:
    proven(world, operations=2_000, seeds=range(100, 100 + max(1, round(40 * figures.scale()))))


# --------------------------------------------------------- negative controls: without a guard it is seen


def seen(world: World, wanted: set[Flaw], **without: Any) -> set[Flaw]:
    """The flaws that histories made without a guard have, until one of those wanted is among them."""
    found: list[Finding] = []
    for seed in range(5):
        plan = Plan(seed=seed, clients=12, rights=2, operations=200)
        found = check(make_history(world, plan, **without))
        if wanted & {each.flaw for each in found}:
            break
    return {each.flaw for each in found}


@pytest.fixture
def postgresql_world(postgresql_engine: Engine) -> World:
    """PostgreSQL only, for what is about rows locked one by one."""
    return World.build(postgresql_engine)


def test_without_row_locks_answers_are_seen_that_no_order_explains(postgresql_world: World) -> None:
    unlocked = Company(postgresql_world, say_instead=(" FOR UPDATE", ""))
    assert Flaw.ANSWER in seen(postgresql_world, {Flaw.ANSWER}, crowd=unlocked)


def test_without_begin_immediate_calls_are_seen_to_get_no_answer(sqlite_world: World) -> None:
    """SQLite itself refuses to write on what was read before another wrote: nothing worse is to be seen."""
    deferred = Company(sqlite_world, options={"sqlite_begin": "DEFERRED"})
    assert seen(sqlite_world, {Flaw.NO_ANSWER}, crowd=deferred) == {Flaw.NO_ANSWER}


def test_read_compare_insert_without_a_lock_is_seen_to_overspend(postgresql_world: World) -> None:
    """No row locks, and no bound on the accounts either: only what was read before says no."""
    unlocked = Company(postgresql_world, say_instead=(" FOR UPDATE", ""))
    wanted = {Flaw.BELOW_ZERO}
    found = seen(postgresql_world, wanted, crowd=unlocked, granted=lambda: unbounded(postgresql_world))
    assert {Flaw.BELOW_ZERO, Flaw.ANSWER} <= found


def unbounded(world: World) -> None:
    """Take the database's own guard away: every account may hold less than nothing."""
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE account SET bound = 'free'"))


class Behind(Client):
    """Decides to redeem on what a copy of the database says that stopped following before the call."""

    copy = threading.local()

    def send(self, world: World, kind: Kind, orders: Sequence[Any], stamp: int) -> Sequence[Any]:
        """The copy is one state, from before the transaction."""
        with db.reading(world.engine) as session:
            session.execute(text("SELECT count(*) FROM entitlement"))  # from here on it stands still
            time.sleep(0.002)
            self.copy.session = session
            return super().send(world, kind, orders, stamp)


def test_deciding_on_a_copy_that_is_behind_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds are taken away as well: else the guarded UPDATE stops what is worst."""
    load = shelves.load

    def from_copy(work: Work, scans: Sequence[Any], *, today: date, lock: bool) -> Any:
        if not lock:
            return load(work, scans, today=today, lock=False)
        return load(replace(work, session=Behind.copy.session), scans, today=today, lock=False)

    monkeypatch.setattr(shelves, "load", from_copy)
    found = seen(world, {Flaw.ANSWER}, client=Behind, granted=lambda: unbounded(world))
    assert Flaw.ANSWER in found


class Early(Client):
    """Has the ids of its entries made before its transaction begins, and so before it waits for a lock."""

    made = threading.local()

    def send(self, world: World, kind: Kind, orders: Sequence[Any], stamp: int) -> Sequence[Any]:
        """Enough for what a batch can write, the lowest last: they are taken from the end."""
        self.made.before = [REAL_MINT.new() for _ in range(12 * len(orders))][::-1]
        return super().send(world, kind, orders, stamp)


REAL_MINT = ids.Mint(lambda: time.time_ns() // 1_000_000, Random(8).getrandbits)


class EarlyMint(ids.Mint):
    """Takes from what was made before, where there is some."""

    def _next(self, ms: int) -> UUID:
        """See Mint."""
        before = getattr(Early.made, "before", None)
        return before.pop() if before else REAL_MINT.new()


def test_an_order_that_is_claimed_before_the_lock_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "_mint", EarlyMint(lambda: 0, Random(8).getrandbits))
    wanted = {Flaw.ANSWER, Flaw.INTERLEAVED}
    assert wanted & seen(world, wanted, client=Early)


class Piecemeal(Client):
    """Reads several rights one by one, each when others have done something meanwhile."""

    kinds: ClassVar = {Kind.REDEEM: 60, Kind.LOOK: 40}

    def read(self, world: World, kind: Kind, orders: Sequence[Any], now: datetime) -> Sequence[Any]:
        """Each from another state."""
        outcomes: list[Any] = []
        for order in orders:
            outcomes += super().read(world, kind, [order], now)
            done, began = len(self.shared.calls), time.monotonic()
            while len(self.shared.calls) < done + 4 and time.monotonic() < began + 0.2:
                time.sleep(0.002)
        return outcomes


def test_reading_several_rights_from_several_states_is_seen(world: World) -> None:
    assert seen(world, {Flaw.TORN}, client=Piecemeal) == {Flaw.TORN}


class Forgetful(Client):
    """Answers as if it had committed; one in eight times it has not."""

    def write(self, work: Work, kind: Kind, orders: Sequence[Any]) -> Sequence[Any]:
        """The work is gone, the answers are not."""
        outcomes = super().write(work, kind, orders)
        if self.draw.random() < 1 / 8:
            work.session.rollback()
        return outcomes


def test_an_acknowledgement_without_a_commit_is_seen_to_be_lost(world: World) -> None:
    assert Flaw.LOST in seen(world, {Flaw.LOST}, client=Forgetful)
