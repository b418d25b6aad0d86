# SPDX-License-Identifier: EUPL-1.2
"""A commit that waits for the standby is cancelled: PostgreSQL warns, and says it is done. It is unknown.

The row is on the primary only. Until a standby has it, nobody may be told that it is booked: not by the
commit itself, and not by sending the same again.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DataError, InternalError, OperationalError

from ledger import db
from ledger.ids import uuid7
from ledger.scans import Redeemed
from tests import figures
from tests.api.served import Served
from tests.faults.spenders import booked
from tests.faults.standby import PATIENCE_S, Servers, servers, until
from tests.world import World

T = TypeVar("T")
CANCELS = ("pg_cancel_backend", "pg_terminate_backend")
"""How an administrator, or a tool of his, stops what seems to hang."""


@dataclass
class Waiting:
    """A primary whose only standby is cut off: every commit waits for it."""

    together: Servers
    threads: ThreadPoolExecutor

    def begin(self, call: Callable[[], T]) -> "Future[T]":
        """Call it beside us; returns when its commit waits for the standby."""
        doing = self.threads.submit(call)
        until(lambda: doing.done() or bool(self._waiting()), "the commit waits")
        assert not doing.done(), "it was answered while no standby had it"
        return doing

    def cancel(self, how: str = CANCELS[0]) -> None:
        """What waits for the standby waits no longer."""
        for (pid,) in self._waiting():
            self.together.primary.ask(f"SELECT {how}({pid})")

    def _waiting(self) -> list[tuple[object, ...]]:
        return self.together.primary.ask("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")


@contextmanager
def waiting(together: Servers) -> Iterator[Waiting]:
    """While the standby is cut off."""
    door = together.primary.door
    door.shut()
    with ThreadPoolExecutor(8) as threads:
        try:
            yield Waiting(together, threads)
        finally:
            door.open()


@pytest.fixture(scope="module")
def together(origin: tuple[Path, World]) -> Iterator[Servers]:
    """A primary with one synchronous standby, for all tests here that lose neither."""
    with servers(origin[0], standbys=1) as running:
        yield running


@pytest.fixture
def replicated(together: Servers, origin: tuple[Path, World]) -> Iterator[World]:
    """A world on them."""
    engine = db.connect(together.url())
    yield replace(origin[1], engine=engine)
    engine.dispose()


def cancel_one(world: World, together: Servers, how: str) -> None:
    """Cancelled, sent again: unknown, then no answer until the standby has it, then the one answer."""
    right = world.grant()
    scan = world.scan(right.id)
    with waiting(together) as held:
        first = held.begin(lambda: world.redeem(scan))
        held.cancel(how)
        with pytest.raises(OperationalError):
            first.result(PATIENCE_S)
        again = held.begin(lambda: world.redeem(scan))
    (answer,) = again.result(PATIENCE_S)
    assert isinstance(answer, Redeemed), answer
    assert world.redeem(scan) == [answer]
    assert world.left(right.id) == 100_00 - 31_15


@pytest.mark.parametrize("how", CANCELS)
def test_a_cancelled_commit_is_unknown_until_the_standby_has_it(
    replicated: World, together: Servers, how: str
) -> None:
    cancel_one(replicated, together, how)
    replicated.assert_books_agree()


def test_it_is_unknown_for_an_account_that_asked_to_hear_no_warnings(
    replicated: World, together: Servers
) -> None:
    quiet = db.connect(f"{together.url()}&options=-c%20client_min_messages%3Derror")
    cancel_one(replace(replicated, engine=quiet), together, CANCELS[0])
    quiet.dispose()


def test_a_grant_sent_again_is_not_answered_before_the_standby_has_it(
    replicated: World, together: Servers
) -> None:
    grant = replicated.grant_of()

    def granting() -> Any:
        return replicated.grant(id=grant.id)

    with waiting(together) as held:
        first = held.begin(granting)
        held.cancel()
        with pytest.raises(OperationalError):
            first.result(PATIENCE_S)
        again = held.begin(granting)
    assert again.result(PATIENCE_S).id == grant.id


def look(engine: Engine) -> bool:
    """A transaction that finds what it was asked for, and so has nothing to write."""
    with db.transaction(engine) as session:
        return bool(session.scalar(text("SELECT true")))


def test_a_commit_with_nothing_to_write_waits_for_the_standby_too(
    replicated: World, together: Servers
) -> None:
    with waiting(together) as held:
        looking = held.begin(lambda: look(replicated.engine))
    assert looking.result(PATIENCE_S)


def test_the_driver_as_it_is_is_seen_to_answer_without_the_standby(together: Servers) -> None:
    """Negative control: what is found on a primary alone is answered at once."""
    engine = plain(together.url())
    with waiting(together):
        assert look(engine)
    engine.dispose()


def test_the_api_answers_503_for_a_cancelled_commit_and_the_same_id_resolves_it(
    replicated: World, together: Servers
) -> None:
    served = Served.over(replicated)
    right = served.granted()
    code = served.code_for(right)
    path, body = f"/v1/redemptions/{uuid7()}", served.scan(code)
    with waiting(together) as held:
        first = held.begin(lambda: served.put("provider", path, body))
        held.cancel()
        answer = first.result(PATIENCE_S)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert answer.headers["retry-after"] == "5"
        again = held.begin(lambda: served.put("provider", path, body))
    assert again.result(PATIENCE_S).status_code == 200
    assert replicated.left(UUID(right)) == 100_00 - 31_15
    replicated.assert_books_agree()


@pytest.mark.prove
def test_a_hundred_cancelled_commits_are_all_unknown_and_all_resolve(
    replicated: World, together: Servers
) -> None:
    number, seed, began = round(100 * figures.scale()), Random().randrange(10**9), time.monotonic()
    draw = Random(seed)
    for _ in range(number):
        cancel_one(replicated, together, draw.choice(CANCELS))
    replicated.assert_books_agree()
    figures.note(
        "T9 cancelled commit",
        database="postgresql",
        trials=number,
        of="cancels",
        failures=0,
        seconds=time.monotonic() - began,
        seed=seed,
    )


# ------------------------------------------------------------------- cancelled, and then the primary is lost


def cancelled_then_lost(origin: tuple[Path, World], connect: Callable[[str], Engine]) -> tuple[bool, bool]:
    """Whether a cancelled commit was acknowledged, and whether the new primary has what it booked."""
    with servers(origin[0], standbys=1) as together:
        world = replace(origin[1], engine=connect(together.url()))
        scan = world.scan(world.grant().id)
        with waiting(together) as held:
            first = held.begin(lambda: world.redeem(scan))
            held.cancel()
            is_told = first.exception(PATIENCE_S) is None
            together.primary.kill()
        together.promote()
        has_it = scan.id in booked(world)
        together.go_on_alone()
        assert world.redeem(scan) == world.redeem(scan)
        assert booked(world) == {scan.id}
        world.assert_books_agree()
        world.engine.dispose()
    return is_told, has_it


def test_a_cancelled_commit_whose_primary_is_lost_is_booked_once_when_it_is_sent_again(
    origin: tuple[Path, World],
) -> None:
    assert cancelled_then_lost(origin, db.connect) == (False, False)


def test_without_hearing_the_warning_an_acknowledged_redemption_is_seen_to_be_lost(
    origin: tuple[Path, World],
) -> None:
    """Negative control: the driver as it is takes the cancelled commit for done."""
    assert cancelled_then_lost(origin, plain) == (True, False)


def plain(url: str) -> Engine:
    """An engine on the driver as it is."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), pool_pre_ping=True)


# --------------------------------------------------------------------------------- a failed transaction


def commit_after_a_fault(engine: Engine) -> None:
    """A statement fails, somebody swallows it, and the transaction goes on to its commit."""
    with db.transaction(engine) as session, suppress(DataError):
        session.execute(text("SELECT 1 / 0"))


def test_a_failed_transaction_is_never_taken_for_committed(postgresql_engine: Engine) -> None:
    with pytest.raises(InternalError, match="transaction is aborted"):
        commit_after_a_fault(postgresql_engine)


def test_the_driver_as_it_is_is_seen_to_take_a_rollback_for_a_commit(postgresql_engine: Engine) -> None:
    """Negative control: this is answered as done, and nothing was kept."""
    url = postgresql_engine.url.render_as_string(hide_password=False)
    engine = plain(url.replace("+psycopg", ""))
    commit_after_a_fault(engine)
    engine.dispose()
