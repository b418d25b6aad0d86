# SPDX-License-Identifier: EUPL-1.2
"""The statement over HTTP: in the form that was asked for, and to a provider only its own."""

import csv
import io

import pytest

from ledger.ids import uuid7
from tests.api.served import PROVIDER_2, Served

FORMS = [
    ({}, {}, "application/pdf", b"%PDF-"),
    ({"format": "pdf"}, {"Accept": "text/csv"}, "application/pdf", b"%PDF-"),
    ({"format": "csv"}, {}, "text/csv; charset=utf-8", b"contract,"),
    ({"format": "held-csv"}, {}, "text/csv; charset=utf-8", b"contract,"),
    ({}, {"Accept": "text/csv"}, "text/csv; charset=utf-8", b"contract,"),
    (
        {"format": "xlsx"},
        {},
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        b"PK",
    ),
]


def settled(served: Served) -> str:
    """The address of the statement of a settlement of one redemption."""
    served.redeemed(served.code_for(served.granted()))
    served.released("2026-06-10")
    (settlement,) = served.get("provider", "/v1/settlements").json()["items"]
    return f"/v1/settlements/{settlement['id']}/statement"


def test_a_statement_comes_in_the_form_that_is_asked_for(sqlite_served: Served) -> None:
    address = settled(sqlite_served)
    for query, headers, media_type, begins in FORMS:
        answer = sqlite_served.get("provider", address, params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == media_type
        assert answer.content.startswith(begins)
        assert answer.headers["content-disposition"].startswith('attachment; filename="afrekening-')


def test_a_provider_sees_its_own_statement_and_finance_every_one(served: Served) -> None:
    address = settled(served)
    for who in ("provider", "finance", "auditor"):
        (row,) = csv.DictReader(io.StringIO(served.get(who, address, params={"format": "csv"}).text))
        assert (row["price_cents"], row["unit"]) == ("3115", "minute")


@pytest.mark.parametrize("who", [PROVIDER_2, "elsewhere_finance"])
def test_to_another_it_does_not_exist(sqlite_served: Served, who: str) -> None:
    address = settled(sqlite_served)
    strange = sqlite_served.get(who, address)
    assert (strange.status_code, strange.json()["code"]) == (404, "settlement_not_found")
    missing = sqlite_served.get(who, f"/v1/settlements/{uuid7()}/statement")
    assert missing.status_code == 404
    assert missing.json().keys() == strange.json().keys()
    assert sqlite_served.get("holder", address).status_code == 403


def test_an_unknown_form_is_malformed(sqlite_served: Served) -> None:
    assert sqlite_served.get("provider", settled(sqlite_served), params={"format": "doc"}).status_code == 400
