# SPDX-License-Identifier: EUPL-1.2
"""Statements said together: one round trip on PostgreSQL, the same answers and errors as one by one."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.pq import PipelineStatus
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from ledger.db import Work
from ledger.wire import say, together
from tests.world import World

ADD = "INSERT INTO person SELECT * FROM person"
"""Every person once more: refused by the primary key."""


@pytest.fixture
def work(postgresql_engine: Engine) -> Iterator[Work]:
    """A transaction on PostgreSQL."""
    with World.build(postgresql_engine).work() as work:
        yield work


def status(work: Work) -> PipelineStatus:
    """Whether the connection gathers what is said."""
    driver: Any = work.session.connection().connection.driver_connection
    return PipelineStatus(driver.pgconn.pipeline_status)


def test_inside_nothing_waits_for_an_answer_and_outside_everything_does(work: Work) -> None:
    assert status(work) is PipelineStatus.OFF
    with together(work):
        assert status(work) is PipelineStatus.ON
        one, two = say(work, "SELECT 1", ()), say(work, "SELECT 2 UNION ALL SELECT 3 ORDER BY 1", ())
    assert status(work) is PipelineStatus.OFF
    assert ([*one.rows], [*two.rows]) == ([(1,)], [(2,), (3,)])


def test_where_somebody_listens_they_go_one_by_one_and_are_heard(work: Work) -> None:
    heard: list[str] = []
    event.listen(
        work.session.get_bind(), "after_cursor_execute", lambda c, cursor, said, *more: heard.append(said)
    )
    with together(work):
        assert status(work) is PipelineStatus.OFF
        one, two = say(work, "SELECT 1", ()), say(work, "SELECT 2", ())
    assert ([*one.rows], [*two.rows]) == ([(1,)], [(2,)])
    assert heard == ["SELECT 1", "SELECT 2"]


def said_with_a_fault(work: Work) -> None:
    with together(work):
        say(work, ADD, ())
        say(work, "UPDATE person SET area = '9999'", ())


def test_an_error_is_told_on_leaving_and_nothing_after_it_is_done(postgresql_engine: Engine) -> None:
    world = World.build(postgresql_engine)
    with pytest.raises(IntegrityError), world.work() as work:
        said_with_a_fault(work)
    with world.work() as work:
        assert status(work) is PipelineStatus.OFF
        assert [*say(work, "SELECT count(*) FROM person WHERE area = '9999'", ()).rows] == [(0,)]


def said_on_a_lost_connection(world: World) -> None:
    with world.work() as work:
        pid = work.session.scalar(text("SELECT pg_backend_pid()"))
        with world.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        said_with_a_fault(work)


def test_a_connection_that_is_lost_meanwhile_is_told_and_given_up(postgresql_engine: Engine) -> None:
    world = World.build(postgresql_engine)
    with pytest.raises(OperationalError) as found:
        said_on_a_lost_connection(world)
    assert found.value.connection_invalidated
    with world.work() as work:
        assert [*say(work, "SELECT 1", ()).rows] == [(1,)]
