# SPDX-License-Identifier: EUPL-1.2
"""The technical rules of the NLGov REST API Design Rules, one test per rule id.

Rules that no document or answer can show (changelog, deprecation, transition, TLS) are checked where
they are written: in docs/api.md.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import app as application
from api import openapi
from api.app import build
from api.deps import House
from api.pages.paths import is_page
from api.words import PROBLEMS
from ledger import db
from ledger.texts import Language

DOCUMENT: dict[str, Any] = json.loads(openapi.FILE.read_text(encoding="utf-8"))
PATHS: dict[str, dict[str, Any]] = DOCUMENT["paths"]
PUBLIC = {path for path in application.PUBLIC if not is_page(path)}
"""Of the API; pages have rules of their own (tests/api/test_page_safety.py)."""
OPERATIONS = [(method, path, each) for path, all_ in PATHS.items() for method, each in all_.items()]
SEGMENTS = {segment for path in PATHS for segment in path.split("/")[1:] if not segment.startswith("{")}
API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def client() -> TestClient:
    """A client without a key."""
    return TestClient(build(House(engine=db.connect("sqlite://"), keyring={})), raise_server_exceptions=False)


ALONE = {
    "municipality",
    "debtor",
    "balance",
    "qr",
    "letter",
    "end-letter",
    "history",
    "access-log",
    "statement",
    "audit-file",
    "journal",
    "year-close",
    "decision",
    "term-evidence",
    "run-plan",
}
"""Resources of which there is one."""
NOT_THINGS = {"v1", "health", "gatekeeper", "paying-agent", "books"}
"""The version, the state of the service, the names of approvals, and what is always plural."""


def test_naming_resources() -> None:
    """Nouns: no segment is a verb, but for operations."""
    verbs = {"get", "list", "create", "update", "delete", "grant", "redeem", "search", "import", "check"}
    assert not SEGMENTS & verbs


def test_naming_collections() -> None:
    """Plural."""
    nouns = {each for each in SEGMENTS - ALONE - NOT_THINGS if not each.startswith("_")}
    assert {each for each in nouns if not each.endswith("s") and each != "people"} == set()


def test_interface_language() -> None:
    """English names are a recorded deviation with a published glossary."""
    decision = Path(__file__).parents[2] / "docs" / "decisions" / "0001-english-identifiers.md"
    assert "glossary" in decision.read_text(encoding="utf-8")
    assert "docs/glossary.md" in DOCUMENT["info"]["description"]


def test_no_trailing_slash(client: TestClient) -> None:
    assert not [path for path in PATHS if path.endswith("/")]
    for path in ("/v1/health/", "/v1/services/"):
        assert client.get(path, follow_redirects=False).status_code == 404


def test_path_segments_kebab_case() -> None:
    assert all(re.fullmatch(r"_?[a-z0-9]+(-[a-z0-9]+)*", each) for each in SEGMENTS)
    for path in PATHS:
        assert not any(segment.startswith("_") for segment in path.split("/")[:-1])


def test_query_keys_camel_case() -> None:
    keys = [
        each["name"] for _, _, op in OPERATIONS for each in op.get("parameters", []) if each["in"] == "query"
    ]
    assert keys
    assert all(re.fullmatch(r"[a-z][a-zA-Z0-9]*", key) for key in keys)


def test_json_names_are_camel_case() -> None:
    names = {
        name for shape in DOCUMENT["components"]["schemas"].values() for name in shape.get("properties", {})
    }
    assert all(re.fullmatch(r"[a-z][a-zA-Z0-9]*", name) for name in names)


def test_hide_implementation(client: TestClient) -> None:
    for path in ("/v1/health", "/v1/nothing", "/v1/openapi.json", "/"):
        answer = client.get(path)
        assert "server" not in answer.headers
        assert not re.search("sqlite|postgres|fastapi|uvicorn|python", answer.text.lower()), path


def test_date_time_format_and_timezone() -> None:
    """ISO 8601; days where the time does not matter."""
    formats = {each["format"] for each in _parts(DOCUMENT) if isinstance(each.get("format"), str)}
    assert formats <= {"date", "date-time", "uuid", "binary"}
    entitlement = DOCUMENT["components"]["schemas"]["Entitlement"]["properties"]
    assert entitlement["validFrom"]["format"] == "date"
    assert entitlement["recordedAt"]["format"] == "date-time"


def test_http_methods() -> None:
    assert {method for method, _, _ in OPERATIONS} <= {"get", "put", "post", "delete"}


def test_http_safety() -> None:
    """GET takes no body; PUT has the id of what it makes in its address."""
    for method, path, operation in OPERATIONS:
        if method == "get":
            assert "requestBody" not in operation, path
        is_one_of_two = any(each in path for each in ("/approvals/", "/declines/"))
        if method == "put" and not is_one_of_two and not path.startswith("/v1/municipality/"):
            assert path.endswith("}"), path


def test_http_response_code() -> None:
    allowed = {"200", "201", "202", "204", "400", "401", "403", "404", "409", "412", "413", "500", "503"}
    assert {status for _, _, op in OPERATIONS for status in op["responses"]} <= allowed


def test_stateless(client: TestClient) -> None:
    assert "set-cookie" not in client.get("/v1/health").headers


def test_nested_child() -> None:
    """What cannot be without its parent is under it."""
    assert "/v1/entitlements/{id}/changes/{changeId}" in PATHS
    assert "/v1/redemptions/{id}/reversals/{followUpId}" in PATHS


def test_resource_operations() -> None:
    """An operation is a POST on a last segment that begins with an underscore."""
    for method, path, _ in OPERATIONS:
        if path.split("/")[-1].startswith("_"):
            assert method == "post", path


def test_problem_details(client: TestClient) -> None:
    for path in ("/v1/nothing", "/v1/services"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"status", "title", "detail"} <= set(answer.json())


def test_invalid_input() -> None:
    """400, never 422; tests/api/test_refusals.py shows it."""
    assert not [op for _, _, op in OPERATIONS if "422" in op["responses"]]


def test_all_errors() -> None:
    """All faults together: tests/api/test_refusals.py shows it; here, that there is a place for them."""
    assert DOCUMENT["components"]["schemas"]["Problem"]["properties"]["errors"]["type"] == "array"


def test_doc_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.")


def test_doc_openapi_contact() -> None:
    assert {"name", "url"} <= set(DOCUMENT["info"]["contact"])
    assert DOCUMENT["info"]["license"]["identifier"] == "EUPL-1.2"


ENGLISH = re.compile(r"\b(the|and|with|which|of a|this)\b", re.IGNORECASE)


def test_doc_language() -> None:
    """Dutch: in every text for people of the document."""
    texts = [each[key] for each in _parts(DOCUMENT) for key in ("description", "summary") if key in each]
    texts = [text for text in texts if isinstance(text, str)]
    assert [text for text in texts if ENGLISH.search(text)] == []
    assert all(set(said) == set(Language) for said in PROBLEMS.values())


def test_publish_openapi(client: TestClient) -> None:
    answer = client.get("/v1/openapi.json", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json() == DOCUMENT


def test_uri_version() -> None:
    assert all(path.startswith("/v1/") for path in PATHS)


def test_semver() -> None:
    assert re.fullmatch(r"1\.\d+\.\d+", DOCUMENT["info"]["version"])


def test_version_header(client: TestClient) -> None:
    for path in (*sorted(PUBLIC), "/v1/services", "/v1/nothing", "/nothing"):
        assert client.get(path).headers["api-version"] == DOCUMENT["info"]["version"]
    assert client.post("/v1/health").headers["api-version"]
    assert client.put("/v1/services/x", content=b"x" * 70_000).headers["api-version"]


@pytest.mark.parametrize("heading", ["Versions", "Deprecation"])
def test_changelog_deprecation_schedule_and_transition_period(heading: str) -> None:
    assert f"## {heading}" in API_PAGE.read_text(encoding="utf-8")


def test_transport_tls() -> None:
    assert "TLS" in API_PAGE.read_text(encoding="utf-8")


def test_transport_no_sensitive_uris() -> None:
    """Nothing that names a person is in a path or a query."""
    names = {each["name"] for _, _, op in OPERATIONS for each in op.get("parameters", [])}
    assert not {
        name for name in names if re.search(r"bsn|name|surname|birth|iban|code$", name, re.IGNORECASE)
    }
    assert "post" in PATHS["/v1/people/_search"]


def test_transport_security_headers(client: TestClient) -> None:
    for path in (*sorted(PUBLIC), "/v1/services", "/v1/nothing"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["strict-transport-security"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-type"]


def test_transport_cors(client: TestClient) -> None:
    """Only the document may be read by other web pages."""
    for path in PUBLIC - {"/v1/openapi.json"} | {"/v1/services"}:
        assert "access-control-allow-origin" not in client.get(path).headers


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document but the examples and the names of properties."""
    if isinstance(value, dict):
        yield value
        for name, inner in value.items():
            if name == "properties":
                for each in inner.values():
                    yield from _parts(each)
            else:
                yield from _parts(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _parts(inner)
