# SPDX-License-Identifier: EUPL-1.2
"""How refusals are told: one problem per family in Dutch and English, and bad input that repeats nothing."""

import json
from typing import Any

import pytest
from httpx2 import Response

from ledger.ids import uuid7
from tests.api.served import Served
from tests.world import HOUSEHOLD

BSN = "123456789"
"""Fails the 11-test."""


def test_a_refused_redemption_tells_every_reason_with_its_numbers(served: Served) -> None:
    code = served.code_for(served.granted(amountCents=30_00))
    scan = served.scan(code, lines=[{"service": HOUSEHOLD, "quantity": 60, "priceCents": 32_00}])
    answer = served.put("provider", f"/v1/redemptions/{uuid7()}", scan)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "redemption_refused"
    assert [each["code"] for each in problem["reasons"]] == ["price_above_tariff", "balance_too_low"]
    assert problem["reasons"][0]["facts"] == {"askedCents": 32_00, "mostCents": 31_15}
    assert "€ 31,15" in problem["reasons"][0]["detail"]


FAMILIES = {
    "key_unknown": 401,
    "not_allowed": 403,
    "entitlement_not_found": 404,
    "entitlement_exists": 409,
    "redemption_refused": 409,
    "changed_meanwhile": 412,
    "malformed_file": 400,
    "invalid_input": 400,
    "path_unknown": 404,
    "method_not_allowed": 405,
    "body_too_large": 413,
}


@pytest.mark.parametrize("code", FAMILIES)
def test_each_family_has_its_status_and_speaks_two_languages(sqlite_served: Served, code: str) -> None:
    told = {}
    for language in ("nl", "en"):
        answer = _provoke(sqlite_served, code, {"Accept-Language": language})
        assert answer.status_code == FAMILIES[code], answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["code"], problem["status"]) == (code, FAMILIES[code])
        assert problem["type"] == f"urn:tegoed:problem:{code}"
        told[language] = (problem["title"], problem["detail"])
    assert told["nl"] != told["en"]


def _provoke(served: Served, code: str, headers: dict[str, str]) -> Response:
    """An answer of this family."""
    right = f"/v1/entitlements/{uuid7()}"
    match code:
        case "key_unknown":
            return served.ask(None, "GET", "/v1/services", headers=headers)
        case "not_allowed":
            return served.put("provider", right, served.grant(), headers=headers)
        case "entitlement_not_found":
            return served.get("gatekeeper", right, headers=headers)
        case "entitlement_exists":
            served.put("gatekeeper", right, served.grant())
            return served.put("gatekeeper", right, served.grant(amountCents=1), headers=headers)
        case "redemption_refused":
            scan = served.scan("TR1:NONSENSE")
            return served.put("provider", f"/v1/redemptions/{uuid7()}", scan, headers=headers)
        case "malformed_file":
            return served.post("gatekeeper", "/v1/allocations/_import", content=b"<x/>", headers=headers)
        case "changed_meanwhile":
            body = {"law": "wmo", "code": "12X12", "name": "Iets", "measure": "piece"}
            wanted = {**headers, "If-Match": '"7"'}
            return served.put("contract_manager", f"/v1/services/{uuid7()}", body, headers=wanted)
        case "invalid_input":
            return served.put("gatekeeper", right, {}, headers=headers)
        case "path_unknown":
            return served.get("gatekeeper", "/v1/nothing", headers=headers)
        case "method_not_allowed":
            return served.ask("gatekeeper", "DELETE", right, headers=headers)
    return served.put("gatekeeper", right, {"note": "x" * 70_000}, headers=headers)


def test_a_wrong_method_names_every_right_one(sqlite_served: Served) -> None:
    answer = sqlite_served.ask("gatekeeper", "DELETE", f"/v1/entitlements/{uuid7()}")
    assert answer.headers["allow"] == "GET, PUT"


def test_all_faults_of_a_body_are_told_at_once_with_their_places(sqlite_served: Served) -> None:
    body = sqlite_served.grant(amountCents=1.5, validFrom="31-01-2026", colour="red", kind="gift")
    body["restrictions"] = [{"kind": "cap", "per": "week", "unit": "minute", "most": 0}, {"kind": "none"}]
    del body["holderId"]
    answer = sqlite_served.put("gatekeeper", f"/v1/entitlements/{uuid7()}", body)
    assert answer.status_code == 400
    found = {each["pointer"]: each["code"] for each in answer.json()["errors"]}
    assert found == {
        "/amountCents": "int_type",
        "/validFrom": "date_type",
        "/colour": "extra_forbidden",
        "/kind": "enum",
        "/restrictions/0/most": "greater_than",
        "/restrictions/1": "union_tag_invalid",
        "/holderId": "missing",
    }
    assert all(each["place"] == "body" for each in answer.json()["errors"])


@pytest.mark.parametrize(
    "body",
    [
        {"identity": {"bsn": BSN, "surname": "Bakker", "birthDate": "1950-02-03"}},
        {"identity": {"surname": "Bakker", "birthDate": "1950-02-03", BSN: 1}},
        {"identity": {"surname": {"x": BSN}, "birthDate": BSN}},
        {"identity": {"surname": "Bakker", "birthDate": "1950-02-03", "gender": BSN, "houseNumber": BSN}},
        {"identity": [BSN], "area": BSN, "neighbourhood": BSN},
        {BSN: BSN},
        BSN,
    ],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_bsn_that_fails_is_not_repeated(sqlite_served: Served, body: Any, language: str) -> None:
    path = f"/v1/people/{uuid7()}"
    answer = sqlite_served.put("gatekeeper", path, body, headers={"Accept-Language": language})
    assert answer.status_code == 400
    assert BSN not in answer.text
    assert answer.json()["errors"]


def test_a_bsn_in_a_search_or_a_kind_is_not_repeated(sqlite_served: Served) -> None:
    wrong = {"by": {"bsn": BSN}, "purpose": "aanvraag"}
    asked = sqlite_served.post("gatekeeper", "/v1/people/_search", wrong)
    assert (asked.status_code, BSN in asked.text) == (400, False)
    ruled = sqlite_served.grant(restrictions=[{"kind": BSN}])
    asked = sqlite_served.put("gatekeeper", f"/v1/entitlements/{uuid7()}", ruled)
    assert (asked.status_code, BSN in asked.text) == (400, False)
    asked = sqlite_served.get("gatekeeper", f"/v1/entitlements/{BSN}")
    assert (asked.status_code, BSN in asked.text) == (400, False)


QUANTITIES = [0, -1, 1.5, 60.0, "60", True, None, 10**12 + 1, 10**30, [60], {"value": 60}]


@pytest.mark.parametrize("quantity", QUANTITIES, ids=str)
def test_a_quantity_that_is_no_whole_number_above_zero_is_400(sqlite_served: Served, quantity: Any) -> None:
    scan = sqlite_served.scan("X", lines=[{"service": HOUSEHOLD, "quantity": quantity}])
    answer = sqlite_served.put("provider", f"/v1/redemptions/{uuid7()}", scan)
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/lines/0/quantity"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"at": NaN}',
        b'{"at": 1e999}',
        b"[" * 20_000,
        b'{"lines": ' + b"9" * 5_000 + b"}",
        b'{"code": "\\ud800"}',
        b'{"code": "\\u0000"}',
    ],
    ids=["empty", "cut", "null", "list", "text", "bytes", "nan", "inf", "deep", "digits", "surrogate", "nul"],
)
def test_a_body_that_is_no_scan_is_400(sqlite_served: Served, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    path = f"/v1/redemptions/{uuid7()}"
    answer = sqlite_served.ask("provider", "PUT", path, headers=headers, content=raw)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_json_under_another_name_is_400(sqlite_served: Served, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    content = json.dumps(sqlite_served.scan("X")).encode()
    path = f"/v1/redemptions/{uuid7()}"
    answer = sqlite_served.ask("provider", "PUT", path, headers=headers, content=content)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "id_", ["1", "null", "00000000-0000-0000-0000-000000000000", "01957a3c-8e00-7000-8000-00000000000", "%00"]
)
def test_an_id_that_is_no_uuid_of_version_7_is_400(sqlite_served: Served, id_: str) -> None:
    for method in ("GET", "PUT"):
        answer = sqlite_served.ask("gatekeeper", method, f"/v1/entitlements/{id_}", sqlite_served.grant())
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize("path", ["/v1/services/", "/v1/services//", "/v1//services", "/v1/"])
def test_a_trailing_slash_is_404_and_no_redirect(sqlite_served: Served, path: str) -> None:
    answer = sqlite_served.get("gatekeeper", path, follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "path_unknown")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=1", "limit=-5", "after="])
def test_a_window_that_is_none_is_400(sqlite_served: Served, query: str) -> None:
    answer = sqlite_served.get("gatekeeper", f"/v1/services?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["place"] == "query"


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Basic eDp5", "bearer tgd_0384_x", "Bearer é"]
)
def test_a_key_that_opens_nothing_is_401(sqlite_served: Served, authorization: str) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}
    answer = sqlite_served.client.get("/v1/services", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("query", ["provider_id=x", "colour=red", "=", "limit=5&Limit=5"])
def test_a_query_key_that_is_misspelt_does_not_show_everything(sqlite_served: Served, query: str) -> None:
    answer = sqlite_served.get("auditor", f"/v1/redemptions?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "extra_forbidden")


def test_who_may_not_learns_nothing_of_the_input(sqlite_served: Served) -> None:
    """Roles are judged before bodies."""
    answer = sqlite_served.put("provider", f"/v1/entitlements/{uuid7()}", {"nonsense": 1})
    assert answer.status_code == 403


def test_an_announced_or_sent_body_beyond_the_limit_is_413(sqlite_served: Served) -> None:
    path, big = f"/v1/redemptions/{uuid7()}", b" " * 64_001
    headers = {"Content-Type": "application/json"}
    sent = sqlite_served.ask("provider", "PUT", path, headers=headers, content=big)
    streamed = sqlite_served.ask("provider", "PUT", path, headers=headers, content=iter([big[:40_000]] * 2))
    assert (sent.status_code, streamed.status_code) == (413, 413)
    claim = sqlite_served.post("provider", "/v1/claims/_file", content=b" " * 70_000)
    assert claim.status_code == 400  # large enough for others, and not a claims file


def test_a_hostile_message_is_refused_whole_with_its_place(sqlite_served: Served) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Bericht>&b;</Bericht>'
    answer = sqlite_served.post("gatekeeper", "/v1/allocations/_import", content=bomb)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_file")
    assert answer.json()["facts"]["place"]
