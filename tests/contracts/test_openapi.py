# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document is the one in docs, and says of every operation what its users need."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from api import openapi

DOCUMENT: dict[str, Any] = json.loads(openapi.FILE.read_text(encoding="utf-8"))


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            yield method, path, operation


OPERATIONS = list(_operations())


def test_the_document_is_the_one_in_docs() -> None:
    """When this fails on purpose: python -m api.openapi, and a line in the changelog."""
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.text()


def test_operation_ids_are_unique_camel_case_verbs() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))
    assert all(each.isalnum() and each[0].islower() for each in ids)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_an_operation_says_what_it_does_and_every_way_it_can_end(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["tags"]
    answers = {status: _resolved(answer) for status, answer in operation["responses"].items()}
    if operation.get("security"):
        assert {"400", "401", "403", "404", "409"} <= set(answers)
    assert "422" not in answers
    for status, answer in answers.items():
        assert answer["description"]
        assert "API-Version" in answer["headers"]
        if int(status) >= 400:
            assert set(answer["content"]) == {"application/problem+json"}


def _resolved(answer: dict[str, Any]) -> dict[str, Any]:
    name = answer.get("$ref", "").removeprefix("#/components/responses/")
    found: dict[str, Any] = DOCUMENT["components"]["responses"][name] if name else answer
    return found


def test_every_whole_number_that_may_be_sent_has_a_largest() -> None:
    """What fits no column of a database would be our own trouble, told as 500."""
    asked = [
        (operation["operationId"], operation.get("parameters", []), operation.get("requestBody", {}))
        for _, _, operation in OPERATIONS
    ]
    assert [each for each in asked if _has_endless(each, set())] == []


def _has_endless(node: Any, seen: set[str]) -> bool:
    if isinstance(node, list | tuple):
        return any(_has_endless(each, seen) for each in node)
    if not isinstance(node, dict):
        return False
    ref = node.get("$ref", "")
    if ref and ref not in seen:
        seen.add(ref)
        if _has_endless(_at(ref), seen):
            return True
    is_endless = node.get("type") == "integer" and not node.keys() & {"maximum", "exclusiveMaximum", "const"}
    return is_endless or any(_has_endless(each, seen) for each in node.values())


def _at(ref: str) -> Any:
    found: Any = DOCUMENT
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_every_reference_leads_somewhere() -> None:
    for ref in _references(DOCUMENT):
        found: Any = DOCUMENT
        for step in ref.removeprefix("#/").split("/"):
            found = found[step]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)
