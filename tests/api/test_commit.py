# SPDX-License-Identifier: EUPL-1.2
"""The commit precedes the answer: when it fails, nobody is told that it was done. And races of two PUTs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.testclient import TestClient

from api.app import build
from api.deps import House
from ledger import db
from ledger.ids import uuid7
from tests.api.served import Served


def _failing(scope: Literal["function", "request"]) -> int:
    """What the client of a tiny application sees when the code after the yield fails."""

    def opened() -> Iterator[str]:
        yield "session"
        raise RuntimeError("the commit failed")

    app = FastAPI()

    @app.post("/pay", status_code=201)
    def pay(session: Annotated[str, Depends(opened, scope=scope)]) -> dict[str, bool]:
        return {"paid": True}

    return TestClient(app, raise_server_exceptions=False).post("/pay").status_code


def test_the_default_scope_would_tell_a_failed_commit_as_done() -> None:
    """The negative control: this is why our units of work say scope="function"."""
    assert _failing("request") == 201
    assert _failing("function") == 500


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("disk"), 500), (OperationalError("COMMIT", None, Exception("full")), 503)],
    ids=["bug", "database"],
)
def test_a_commit_that_fails_is_never_told_as_done(served: Served, error: Exception, status: int) -> None:
    path, engine = f"/v1/entitlements/{uuid7()}", served.world.engine

    def fail(connection: object) -> None:
        raise error

    event.listen(engine, "commit", fail)
    answer = served.put("gatekeeper", path, served.grant())
    event.remove(engine, "commit", fail)
    assert answer.status_code == status
    assert "disk" not in answer.text
    assert "full" not in answer.text
    assert (answer.headers.get("retry-after") is not None) is (status == 503)
    assert served.get("gatekeeper", path).status_code == 404
    assert served.put("gatekeeper", path, served.grant()).status_code == 201


def test_a_database_that_is_away_is_503_with_retry_after(sqlite_served: Served, tmp_path: object) -> None:
    app = build(House(engine=db.connect(f"sqlite:///{tmp_path}/absent/ledger.db"), keyring={}))
    client = TestClient(app, raise_server_exceptions=False)
    answers = [
        client.get("/v1/health"),
        client.get("/v1/services", headers={"Authorization": "Bearer tgd_0384_x"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["api-version"] == "1.0.0"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("times", "status"), [(1, 201), (2, 500)])
def test_an_integrity_error_is_tried_once_more(served: Served, times: int, status: int) -> None:
    """As when another request made the same row meanwhile."""
    left = [times]

    def fail(conn: object, cursor: object, statement: str, *more: object) -> None:
        if left[0] and statement.startswith("INSERT INTO entitlement "):
            left[0] -= 1
            raise IntegrityError(statement, None, Exception("unique"))

    event.listen(served.world.engine, "before_cursor_execute", fail)
    answer = served.put("gatekeeper", f"/v1/entitlements/{uuid7()}", served.grant())
    event.remove(served.world.engine, "before_cursor_execute", fail)
    assert answer.status_code == status
    assert served.put("gatekeeper", f"/v1/entitlements/{uuid7()}", served.grant()).status_code == 201


def test_the_same_put_from_eight_threads_is_one_fact(served: Served) -> None:
    right = served.granted()
    code = served.code_for(right)
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("gatekeeper", f"/v1/entitlements/{uuid7()}", served.grant()),
        ("provider", f"/v1/redemptions/{uuid7()}", served.scan(code)),
        ("gatekeeper", f"/v1/codes/{uuid7()}", {"entitlementId": right}),
        (
            "contract_manager",
            f"/v1/services/{uuid7()}",
            {"law": "wmo", "code": "12X12", "name": "Iets", "measure": "piece"},
        ),
        ("gatekeeper", f"/v1/people/{uuid7()}", {"identity": {"surname": "Vos", "birthDate": "1950-01-01"}}),
    ]
    with ThreadPoolExecutor(8) as threads:
        for who, path, body in calls:
            answers = list(threads.map(_asked(served, who, path, body), range(8)))
            assert sorted(answers) == [200] * 7 + [201], path
    served.world.assert_books_agree()


def _asked(served: Served, who: str, path: str, body: dict[str, Any]) -> Callable[[int], int]:
    return lambda _: served.put(who, path, body).status_code


def test_a_code_is_read_before_the_first_lock(sqlite_served: Served) -> None:
    """While a code is read nothing of the database is held: a broken one costs no transaction."""
    code, statements = sqlite_served.code_for(sqlite_served.granted()), []
    engine: Engine = sqlite_served.world.engine
    event.listen(engine, "begin", lambda connection: statements.append("begin"))
    scan = sqlite_served.scan(code, providerId=str(uuid7()))
    sqlite_served.put("provider", f"/v1/redemptions/{uuid7()}", scan)
    assert statements == ["begin"]  # who asks; the redemption itself never began
