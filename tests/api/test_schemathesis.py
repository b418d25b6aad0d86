# SPDX-License-Identifier: EUPL-1.2
"""Schemathesis over the whole API in process: no 5xx, no answer outside the document, bad input refused.

Ids are drawn from what exists and from what does not; keys rotate over the roles, most often one that may.
"""

import json
from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from api import openapi
from ledger.ids import uuid7
from ledger.roles import MAY
from ledger.tables import Role
from tests import figures
from tests.api.served import Served
from tests.api.test_access import DOORS
from tests.conftest import sqlite_copy
from tests.world import World

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
"""Not positive_data_acceptance: what fits the schema may still be refused by a rule, that is our trade."""

ACTIONS = {(method, path): action for method, path, action in DOORS}
IDS: list[str] = []
"""What exists, and a few ids that do not."""


@pytest.fixture(scope="module")
def lasting(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One served world for all operations: it gets fuller and fuller."""
    for engine in sqlite_copy(sqlite_template, tmp_path_factory.mktemp("schemathesis")):
        served = Served.over(World.build(engine))
        _furnish(served)
        yield served


def _furnish(served: Served) -> None:
    """Something of everything, so that ids lead somewhere."""
    right = served.granted()
    code = str(uuid7())
    served.put("gatekeeper", f"/v1/codes/{code}", {"entitlementId": right})
    token = served.code_for(right)
    world = served.world
    reserved, redeemed = served.redeemed(token, reserve=True), served.redeemed(token)
    run = served.released("2026-06-10").rsplit("/", 1)[-1]
    known = [
        world.programme_id,
        world.holder_id,
        world.provider_id,
        world.contract_id,
        *served.actor_ids.values(),
    ]
    IDS[:] = [right, code, reserved, redeemed, run, *map(str, known), *(str(uuid7()) for _ in range(5))]


schemathesis.openapi.format("uuid", st.integers(0, 10**6).map(lambda number: IDS[number % len(IDS)]))


@pytest.fixture(scope="module")
def document(lasting: Served) -> Any:
    """The document as it is served."""
    return schemathesis.openapi.from_asgi("/v1/openapi.json", lasting.client.app)


def _operations() -> Iterator[tuple[str, str]]:
    written = json.loads(openapi.FILE.read_text(encoding="utf-8"))  # tests/contracts: it is what is served
    for path, operations in written["paths"].items():
        for method in operations:
            yield method.upper(), path


OPERATIONS = list(_operations())
"""All of them: none is left out."""


CALLS = [
    (method, path, mode)
    for method, path in OPERATIONS
    for mode in GenerationMode
    if (path, mode) != ("/v1/health", GenerationMode.NEGATIVE)  # it asks nothing, so nothing can be wrong
]


@pytest.mark.parametrize(("method", "path", "mode"), CALLS)
def test_no_answer_is_outside_the_document(
    method: str, path: str, mode: GenerationMode, lasting: Served, document: Any
) -> None:
    _ask(method, path, lasting, document[path][method].as_strategy(generation_mode=mode), STEADY)


@pytest.mark.prove
@pytest.mark.parametrize(("method", "path", "mode"), CALLS)
def test_no_answer_is_outside_the_document_for_long(
    method: str, path: str, mode: GenerationMode, lasting: Served, document: Any
) -> None:
    started, cases = monotonic(), document[path][method].as_strategy(generation_mode=mode)
    requests = _ask(method, path, lasting, cases, LONG)
    figures.note(
        "T12 fuzz",
        database="sqlite",
        trials=requests,
        failures=0,
        of="requests",
        seconds=monotonic() - started,
        operation=f"{method} {path} {mode.value}",
    )


STEADY = settings(
    max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
"""The same every time, in about a minute."""
LONG = settings(
    max_examples=max(1, round(200 * figures.scale())),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
"""Another time each time; what fails prints the line that repeats it."""


def _ask(method: str, path: str, served: Served, cases: Any, how: settings) -> int:
    """How many requests were made, all of them answered as the document says."""
    roles, made = _roles(method, path), count()

    @how
    @given(case=cases)
    def ask(case: Any) -> None:
        assume(not _vanishes(case.query))
        headers = {"Authorization": f"Bearer {served.secrets[next(roles)]}"}
        next(made)
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
    return next(made)


def _vanishes(query: Any) -> bool:
    """A list without anything in it is not sent at all: what was to be refused is then not there."""
    return any(not _is_sent(value) for value in (query or {}).values())


def _is_sent(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_sent, value))
    return value is not None and value != {}


def _roles(method: str, path: str) -> Iterator[Role]:
    """Every role that may, twice; then one that may not; and again."""
    action = ACTIONS.get((method, path))
    may = [role for role in Role if action is None or action in MAY[role]]
    others = [role for role in Role if role not in may]
    return cycle([*may, *may, *others[:1]])
