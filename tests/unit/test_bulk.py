# SPDX-License-Identifier: EUPL-1.2
"""Rows in bulk: what goes in by bulk.insert is what the ORM reads, and a Query answers what is there."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col

from ledger import bulk
from ledger.bulk import Among, Query, mine
from ledger.ids import uuid7
from ledger.tables import AccessLog, Person, Redemption
from tests.world import NOON, World

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
AWKWARD = ["", "NULL", "null", '"', "\\", "{}", "a,b", "'", "é€😀", "\n\t", " ", "%s", "$1", "\\N", '\\"']


def look(world: World, purpose: str, at: datetime = NOON) -> dict[str, Any]:
    return {
        "municipality_id": world.municipality_id,
        "id": uuid7(),
        "actor_id": world.actor_id,
        "action": "see",
        "person_id": None,
        "purpose": purpose,
        "at": at,
    }


def test_awkward_texts_go_in_and_come_out_unchanged(world: World) -> None:
    rows = [look(world, each) for each in AWKWARD]
    with world.work() as work:
        bulk.insert(work, AccessLog, rows)
    with world.work() as work:
        found = {row.id: row.purpose for row in work.session.scalars(select(AccessLog))}
    assert {row["id"]: found[row["id"]] for row in rows} == {row["id"]: row["purpose"] for row in rows}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, min_size=1, max_size=8))
def test_any_text_goes_in_and_comes_out_unchanged(world: World, texts: list[str]) -> None:
    rows = [look(world, each) for each in texts]
    with world.work() as work:
        bulk.insert(work, AccessLog, rows)
    query = Query(
        select(col(AccessLog.id), col(AccessLog.purpose)).where(
            mine(AccessLog), Among(col(AccessLog.id), "ids")
        )
    )
    with world.work() as work:
        found = {row[0]: row[1] for row in query.rows(work, ids=[row["id"] for row in rows])}
    assert found == {row["id"]: row["purpose"] for row in rows}


def redemption(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "municipality_id": world.municipality_id,
        "id": uuid7(),
        "entitlement_id": uuid7(),
        "entitlement_version": 1,
        "programme_version": 1,
        "provider_id": world.provider_id,
        "code_id": None,
        "claim_id": uuid7(),
        "claim_line": 7,
        "reserved": False,
        "service_day": date(2026, 2, 28),
        "price_cents": 0,
        "remaining_cents": None,
        "remaining_quantity": 2**53 + 1,
        "fingerprint": bytes(range(256)),
        "actor_id": world.actor_id,
        "at": NOON,
        "recorded_at": NOON,
    } | changes


def test_every_type_goes_in_and_comes_out_unchanged(world: World) -> None:
    east = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    rows = [
        redemption(world),
        redemption(world, reserved=True, at=east, fingerprint=b"", claim_id=None, claim_line=None),
        redemption(world, service_day=date(1, 1, 1), recorded_at=datetime(9999, 12, 31, tzinfo=UTC)),
    ]
    with world.work() as work:
        bulk.insert(work, Redemption, rows)
    with world.work() as work:
        found = {row.id: row.model_dump() for row in work.session.scalars(select(Redemption))}
    assert found == {row["id"]: row for row in rows}


def test_many_rows_go_in_pieces_and_in_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_MAX", 7)
    rows = [look(world, str(number)) for number in range(30)]
    with world.work() as work:
        bulk.insert(work, AccessLog, rows)
        query = Query(select(col(AccessLog.purpose)).where(mine(AccessLog)).order_by(col(AccessLog.id)))
        assert [row[0] for row in query.rows(work)] == [str(number) for number in range(30)]
        bulk.insert(work, AccessLog, [])


def test_a_row_twice_is_refused_as_everywhere(world: World) -> None:
    row = look(world, "twice")
    with pytest.raises(IntegrityError), world.work() as work:
        bulk.insert(work, AccessLog, [row, row])


def test_an_instant_without_a_zone_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="time zone"), world.work() as work:
        bulk.insert(work, AccessLog, [look(world, "naive", at=datetime(2026, 1, 1))])  # noqa: DTZ001


def test_a_query_sees_one_municipality_and_only_the_keys_it_names(world: World) -> None:
    query = Query(select(col(Person.id)).where(mine(Person), Among(col(Person.id), "ids")))
    other = world.person()
    with world.work() as work:
        assert query.rows(work, ids=[]) == []
        assert {row[0] for row in query.rows(work, ids={world.holder_id, uuid7()})} == {world.holder_id}
        assert len(query.rows(work, ids=[world.holder_id, other])) == 2
    with world.work(municipality_id="0344") as work:
        assert query.rows(work, ids=[world.holder_id]) == []


@pytest.mark.parametrize("heard", [False, True], ids=["to the driver", "where somebody listens"])
def test_an_error_is_told_as_everywhere_and_without_values(world: World, heard: bool) -> None:
    """Both ways to the database tell it alike: the API tries this one once more."""
    row = look(world, "secret")
    if heard:
        event.listen(world.engine, "before_cursor_execute", lambda *given: None)
    with world.work() as work:
        bulk.insert(work, AccessLog, [row])
    with pytest.raises(IntegrityError) as found, world.work() as work:
        bulk.insert(work, AccessLog, [row])
    assert "secret" not in str(found.value)
    assert not found.value.connection_invalidated


@pytest.mark.parametrize("heard", [False, True], ids=["to the driver", "where somebody listens"])
def test_a_connection_that_is_gone_is_told_and_given_up(postgresql_engine: Engine, heard: bool) -> None:
    world = World.build(postgresql_engine)
    if heard:
        event.listen(world.engine, "before_cursor_execute", lambda *given: None)
    with pytest.raises(OperationalError) as found:
        cut_off(world)
    assert found.value.connection_invalidated
    with world.work() as work:
        bulk.insert(work, AccessLog, [look(world, "care")])


def cut_off(world: World) -> None:
    """Write on a connection that the server has ended."""
    with world.work() as work:
        pid = work.session.scalar(text("SELECT pg_backend_pid()"))
        with world.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        bulk.insert(work, AccessLog, [look(world, "care")])
