# SPDX-License-Identifier: EUPL-1.2
"""Who may do what, cell by cell: every route x everybody x whose it is; and that the matrix sees a gap.

tests/api/matrix.py derives what must come out; here it is held against the application.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from fastapi import Request
from sqlalchemy import inspect, select
from sqlmodel import Session, col

from api.app import PUBLIC
from api.auth import Door
from api.deps import Desk
from ledger import actors, db, lists
from ledger.actors import KeyUnknown
from ledger.db import Work
from ledger.ids import uuid7
from ledger.roles import ActingAs, NotAllowed, NotYours
from ledger.tables import Actor, ActorRole, ApiKey, Municipality, Role
from tests import figures
from tests.api.calls import CALLS, Call
from tests.api.matrix import Judge, Stage, routes
from tests.api.two_towns import HERE, TOWNS
from tests.api.watched import on_postgresql, on_sqlite


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One furnished stage; every cell begins with the same database."""
    found = Stage.over(on_sqlite(sqlite_template, tmp_path_factory.mktemp("matrix")))
    yield found
    found.close()


def test_the_matrix_has_every_route(stage: Stage) -> None:
    assert {(call.method, call.path) for call in CALLS} == {
        (method, path) for method, path, _ in routes(stage.app)
    }


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_everybody_gets_exactly_what_the_tables_say(call: Call, stage: Stage) -> None:
    judge = Judge(stage)
    judge.call(call, HERE)
    assert judge.wrong == []
    assert judge.cells >= (30 if call.path not in PUBLIC else 15)


@pytest.mark.prove
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_everybody_of_both_municipalities_gets_exactly_what_the_tables_say(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The same cells seen from both sides, with a revoked key and a disabled account of every role."""
    if database == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        _prove(database, Stage.over(on_sqlite(template, tmp_path)))
        return
    with on_postgresql(request.getfixturevalue("postgresql_template")) as found:
        _prove(database, Stage.over(found))


def _prove(database: str, stage: Stage) -> None:
    started, judge = monotonic(), Judge(stage, every=True)
    for town in TOWNS:
        for call in CALLS:
            judge.call(call, town)
    seconds = monotonic() - started
    stage.close()
    figures.note(
        "T12 matrix",
        database=database,
        trials=judge.cells,
        failures=len(judge.wrong),
        of="cells",
        seconds=seconds,
        exhaustive="every route, caller and owner in the written tables",
        routes=len({(call.method, call.path) for call in CALLS}),
        ways_to_ask=len(CALLS),
        callers=len(stage.callers),
    )
    assert judge.wrong == []


# ------------------------------------------------------------------------------------- negative controls

Patch = pytest.MonkeyPatch


def seen(stage: Stage, *names: str, only: tuple[str, ...] = ()) -> str:
    """What the matrix finds wrong in these calls, of everybody or of some."""
    judge = Judge(stage, only=only)
    for call in CALLS:
        if str(call) in names:
            judge.call(call, HERE)
    assert judge.cells >= (2 * len(only) or 30) * len(names), "one of the names is no call"
    return "\n".join(judge.wrong)


ENTRIES, REDEMPTION, SERVICE = "GET /v1/entries", "GET /v1/redemptions/{id}", "PUT /v1/services/{id}"


def without_door(path: str, acting: ActingAs) -> Callable[..., ActingAs]:
    """A door that stands open on one route: whoever comes is taken for this account."""
    call = Door.__call__

    def opened(self: Door, request: Request, credentials: Any) -> ActingAs:
        is_open = request.scope["route"].path.endswith(path)
        return acting if is_open else call(self, request, credentials)

    return opened


def anybody() -> ActingAs:
    """An account of finance that does not exist."""
    return ActingAs(municipality_id=HERE, actor_id=uuid7(), name="x", roles=frozenset({Role.FINANCE}))


def test_one_open_door_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(Door, "__call__", without_door("/entries", anybody()))
    found = seen(stage, ENTRIES)
    assert "no key of 0384 | of 0384 a | 200 in place of 401" in found
    assert "provider of 0384 | of 0384 a | 200 in place of 403" in found
    assert "was told" in found
    assert seen(stage, REDEMPTION) == "", "the other doors are closed"


def test_a_door_that_asks_for_a_key_but_for_no_role_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(ActingAs, "require", lambda self, action: None)
    found = seen(stage, SERVICE, only=("holder", "no key"))
    assert "holder of 0384 | of 0384 a | 200 in place of 403" in found
    assert "in place of 401" not in found


def test_a_key_that_is_revoked_and_still_opens_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(actors, "authenticate", lenient)
    found = seen(stage, ENTRIES)
    assert "revoked finance of 0384 | of 0384 a | 200 in place of 401" in found
    assert "disabled finance of 0384 | of 0384 a | 200 in place of 401" in found


def lenient(session: Session, secret: str) -> ActingAs:
    """authenticate() that looks at nothing but the secret."""
    opens = (col(ApiKey.digest) == hashlib.sha256(secret.encode()).digest()) & (
        col(ApiKey.actor_id) == col(Actor.id)
    )
    found = session.execute(select(Actor, col(ActorRole.role)).join(ActorRole).join(ApiKey, opens)).all()
    if not found:
        raise KeyUnknown()
    actor, roles = found[0][0], frozenset(role for _, role in found)
    return ActingAs(municipality_id=actor.municipality_id, actor_id=actor.id, name=actor.name, roles=roles)


def test_a_missing_look_at_whose_it_is_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(ActingAs, "require_party", lambda self, **asked: None)
    found = seen(stage, REDEMPTION)
    assert "provider of 0384 | of 0384 b | 200 in place of 404" in found
    assert "holder of 0384 | of 0384 b | 200 in place of 404" in found
    assert "former representative of 0384 | of 0384 a | 200 in place of 404" in found
    assert "of 0344" not in found


def test_a_provider_that_may_ask_for_another_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(Desk, "own_provider", lambda self, asked: asked or self.acting.provider_id)
    found = seen(stage, "PUT /v1/redemptions/{id} for a provider, by name", "GET /v1/claims of a provider")
    assert "PUT /v1/redemptions/{id} for a provider, by name | provider of 0384 | of 0384 b | 201" in found
    assert "GET /v1/claims of a provider | provider of 0384 | of 0384 b | 200" in found


def test_a_resident_who_sees_everybody_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(Desk, "own_people", lambda self: None)
    found = seen(stage, "GET /v1/entitlements", "PUT /v1/claims/{id}")
    assert "GET /v1/entitlements | holder of 0384 | of 0384 b | shown True in place of False" in found
    assert "PUT /v1/claims/{id} | holder of 0384 | of 0384 b | 201 in place of 404" in found


def test_a_row_that_is_found_in_any_municipality_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(db, "rows", anywhere)
    found = seen(stage, REDEMPTION)
    assert "finance of 0384 | of 0344 a | 200 in place of 404" in found


def anywhere(work: Work, table: type[Any], ids: Any, *, lock: bool = False) -> dict[UUID, Any]:
    """db.rows() that forgets the municipality."""
    column = inspect(table).columns["id"]
    return {row.id: row for row in work.session.scalars(select(table).where(column.in_(set(ids))))}


def test_a_list_of_every_municipality_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setattr(lists, "page", of_all)
    assert "auditor of 0384 | of 0344 b | shown True in place of False" in seen(stage, ENTRIES)


def of_all(work: Work, table: type[Any], **asked: Any) -> list[Any]:
    """lists.page() that forgets the municipality and everything else."""
    return list(work.session.scalars(select(table)))


def test_a_refusal_that_leaves_something_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    def leaving(self: ActingAs, action: str) -> None:
        with db.transaction(stage.database.engine) as session:
            row = session.get(Municipality, self.municipality_id)
            assert row is not None
            row.name = "Door geweigerden veranderd"
        raise NotAllowed(action=action)

    monkeypatch.setattr(ActingAs, "require", leaving)
    assert "holder of 0384 | of 0384 a | changed something with 403" in seen(stage, SERVICE, only=("holder",))


def test_a_write_in_another_municipality_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    def elsewhere(self: Desk, row: Any) -> bool:
        for each in self.work.session.scalars(select(Municipality)):
            each.name = "Overal veranderd"
        return True

    monkeypatch.setattr(Desk, "is_new", elsewhere)
    found = seen(stage, SERVICE)
    assert "contract_manager of 0384 | of 0344 a | changed another municipality" in found


def test_what_is_not_yours_told_apart_from_what_never_was_is_seen(stage: Stage, monkeypatch: Patch) -> None:
    judge_party = ActingAs.require_party

    def telling(self: ActingAs, *, otherwise: Any = None, **asked: Any) -> None:
        judge_party(self, otherwise=NotYours(), **asked)

    monkeypatch.setattr(ActingAs, "require_party", telling)
    found = seen(stage, REDEMPTION)
    assert "provider of 0384 | of 0384 b | is told apart from what never was" in found
