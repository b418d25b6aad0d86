# SPDX-License-Identifier: EUPL-1.2
"""Who gets in where: every role at every route, other municipalities, other providers, other residents."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from api.app import OWN_SESSION, PUBLIC, OpenDoor, _refuse_open_doors, build, door_of
from api.auth import Door
from api.deps import House
from ledger import db
from ledger.ids import uuid7
from ledger.roles import MAY, Action
from ledger.tables import Role
from tests.api.served import PROVIDER_2, Served
from tests.world import HOUSEHOLD


def _doors() -> Iterator[tuple[str, str, Action]]:
    """Every method and path with the action its door asks for; those of pages are in test_page_access."""
    app = build(House(engine=db.connect("sqlite://"), keyring={}))
    for route in iter_route_contexts(app.routes):
        door = door_of(route.original_route)
        if isinstance(door, Door):
            for method in sorted(route.methods or ()):
                yield method, str(route.path), door.action


DOORS = list(_doors())


CARE_TERMS = {
    "service": "02A03",
    "rateClass": "informal",
    "rateCents": 20_00,
    "validFrom": "2026-01-01",
    "validUntil": "2026-12-31",
    "at": "2026-06-01T10:00:00Z",
}
"""What is agreed of care, without the right and the helper."""


def test_every_route_but_the_public_ones_has_a_door() -> None:
    app = build(House(engine=db.connect("sqlite://"), keyring={}))
    with_door = {
        str(route.path)
        for route in iter_route_contexts(app.routes)
        if door_of(route.original_route) is not None
    }
    paths = {str(route.path) for route in iter_route_contexts(app.routes)}
    assert paths - with_door == PUBLIC | OWN_SESSION


def test_a_route_without_a_door_does_not_start() -> None:
    app, router = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), APIRouter()
    router.add_api_route("/v1/leak", _leak)
    app.include_router(router)
    with pytest.raises(OpenDoor):
        _refuse_open_doors(app)


def _leak() -> dict[str, str]:
    return {}


def test_every_action_opens_a_route() -> None:
    assert set(Action) - {action for _, _, action in DOORS} == set()


def test_each_role_passes_exactly_the_doors_its_table_opens(sqlite_served: Served) -> None:
    """403 where the table says no; anything but 401 and 403 where it says yes."""
    wrong = []
    for method, path, action in DOORS:
        address = re.sub(r"\{year\}", "2026", path)
        address = re.sub(r"\{\w+\}", lambda _: str(uuid7()), address)
        for role in Role:
            status = sqlite_served.ask(role, method, address).status_code
            if (status == 403) is (action in MAY[role]) or status in {401, 405, 500}:
                wrong.append((role, method, path, status))
    assert wrong == []


def test_without_a_key_every_door_is_closed(sqlite_served: Served) -> None:
    statuses = {
        sqlite_served.ask(None, method, re.sub(r"\{\w+\}", "x", path)).status_code
        for method, path, _ in DOORS
    }
    assert statuses == {401}


def test_another_municipality_sees_nothing_of_this_one(served: Served) -> None:
    right = served.granted()
    redemption = served.redeemed(served.code_for(right))
    for who in ("elsewhere_gatekeeper", "elsewhere_auditor"):
        for path in (f"/v1/entitlements/{right}", f"/v1/redemptions/{redemption}"):
            assert served.get(who, path).status_code == 404
        for path in ("entitlements", "redemptions", "services", "providers", "contracts", "programmes"):
            assert served.get(who, f"/v1/{path}").json() == {"items": [], "next": None}
    assert served.get("elsewhere_auditor", "/v1/entries").json()["items"] == []
    person = f"/v1/people/{served.world.holder_id}"
    assert served.post("elsewhere_gatekeeper", f"{person}/_read", {"purpose": "x"}).status_code == 404
    grant = served.put("elsewhere_gatekeeper", f"/v1/entitlements/{uuid7()}", served.grant())
    assert grant.status_code == 404
    code = f"/v1/codes/{uuid7()}"
    assert served.put("elsewhere_gatekeeper", code, {"entitlementId": right}).status_code == 404


def test_a_provider_sees_only_what_is_its_own(served: Served) -> None:
    right = served.granted(
        restrictions=[{"kind": "only_providers", "providers": [served.world.AGB, served.world.OTHER_AGB]}]
    )
    redemption = served.redeemed(served.code_for(right))
    line = {"reference": "F-1", "entitlementId": right, "service": HOUSEHOLD, "quantity": 60}
    claim = f"/v1/claims/{uuid7()}"
    assert served.put("provider", claim, {"lines": [line | {"serviceDate": "2026-06-09"}]}).status_code == 201
    served.released("2026-06-10")
    mine = {name: served.get("provider", f"/v1/{name}").json()["items"] for name in OWN}
    theirs = {name: served.get(PROVIDER_2, f"/v1/{name}").json()["items"] for name in OWN}
    assert {name: len(items) for name, items in mine.items()} == OWN
    assert {name: len(items) for name, items in theirs.items()} == {
        **OWN,
        "redemptions": 0,
        "claims": 0,
        "settlements": 0,
    }
    for name, items in mine.items():
        assert not any(each in theirs[name] for each in items)
    for path in (
        f"/v1/redemptions/{redemption}",
        claim,
        f"/v1/contracts/{served.world.contract_id}",
        f"/v1/providers/{served.world.provider_id}",
        f"/v1/redemptions?providerId={served.world.provider_id}",
        f"/v1/settlements?providerId={served.world.provider_id}",
    ):
        assert served.get("provider", path).status_code == 200
        assert served.get(PROVIDER_2, path).status_code == 404, path
    undo = {"reason": "x", "at": "2026-06-10T10:00:00Z"}
    reversal = f"/v1/redemptions/{redemption}/reversals/{uuid7()}"
    assert served.put(PROVIDER_2, reversal, undo).json()["code"] == "redemption_not_found"
    assert served.get("provider", "/v1/settlement-runs").status_code == 404


OWN = {"redemptions": 2, "claims": 1, "settlements": 1, "contracts": 1, "providers": 1}
"""How much the first provider sees of each."""


def test_a_provider_redeems_for_itself_only(sqlite_served: Served) -> None:
    code = sqlite_served.code_for(sqlite_served.granted())
    for provider_id in (sqlite_served.world.other_provider_id, uuid7()):
        scan = sqlite_served.scan(code, providerId=str(provider_id))
        for method, path in (("PUT", f"/v1/redemptions/{uuid7()}"), ("POST", "/v1/redemptions/_quote")):
            assert sqlite_served.ask("provider", method, path, scan).status_code == 404
    scan = sqlite_served.scan(code, providerId=str(sqlite_served.world.provider_id))
    assert sqlite_served.put("provider", f"/v1/redemptions/{uuid7()}", scan).status_code == 201


def test_a_resident_sees_themselves_and_whom_they_represent(served: Served) -> None:
    neighbour, friend = served.world.person(surname="Smit"), served.world.person(surname="Vos")
    own, theirs = served.granted(), served.granted(holderId=str(neighbour))
    served.account("friend", Role.HOLDER, person_id=friend)
    assert [each["id"] for each in _rights(served, "holder")] == [own]
    assert _rights(served, "friend") == []
    assert served.get("friend", f"/v1/entitlements/{theirs}").status_code == 404
    mandate = {
        "holderId": str(neighbour),
        "representativeId": str(friend),
        "kind": "authorised",
        "validFrom": "2026-01-01",
    }
    path = f"/v1/mandates/{uuid7()}"
    assert served.put("gatekeeper", path, mandate).status_code == 201
    assert [each["id"] for each in _rights(served, "friend")] == [theirs]
    assert served.get("friend", f"/v1/entitlements?holderId={served.world.holder_id}").json()["items"] == []
    assert served.get("friend", f"/v1/entitlements/{theirs}/balance").status_code == 200
    assert served.get("friend", f"/v1/people/{neighbour}/access-log").status_code == 200
    assert served.get("friend", f"/v1/people/{served.world.holder_id}/access-log").status_code == 404
    assert served.post("gatekeeper", f"{path}/_end", {"lastDay": "2026-06-01"}).status_code == 200
    assert _rights(served, "friend") == []
    redemption = served.redeemed(served.code_for(own))
    assert served.get("holder", f"/v1/redemptions/{redemption}").status_code == 200
    assert served.get("friend", f"/v1/redemptions/{redemption}").status_code == 404
    assert [each["id"] for each in served.get("holder", "/v1/redemptions").json()["items"]] == [redemption]


def _rights(served: Served, who: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = served.get(who, "/v1/entitlements").json()["items"]
    return items


def test_a_resident_claims_only_under_their_own_drawing_rights(sqlite_served: Served) -> None:
    served = sqlite_served
    stranger = served.granted(
        kind="drawing_right", amountCents=500_00, holderId=str(served.world.person(surname="Smit"))
    )
    voucher = served.granted(restrictions=[{"kind": "only_providers", "providers": [served.world.AGB]}])
    codes = {
        stranger: "entitlement_not_found",
        str(uuid7()): "entitlement_not_found",
        voucher: "not_a_drawing_right",
    }
    for right, code in codes.items():
        line = {"reference": "1", "entitlementId": right, "service": HOUSEHOLD, "quantity": 60}
        claim = {"providerId": str(served.world.provider_id), "lines": [line | {"serviceDate": "2026-06-09"}]}
        assert served.put("holder", f"/v1/claims/{uuid7()}", claim).json()["code"] == code
    by_number = {
        "reference": "1",
        "allocation": {"law": "wmo", "number": 1},
        "service": HOUSEHOLD,
        "quantity": 1,
    }
    claim = {
        "providerId": str(served.world.provider_id),
        "lines": [by_number | {"serviceDate": "2026-06-09"}],
    }
    assert served.put("holder", f"/v1/claims/{uuid7()}", claim).json()["code"] == "entitlement_not_found"
    assert served.put("holder", f"/v1/claims/{uuid7()}", {"lines": claim["lines"]}).status_code == 400


def test_a_helper_sees_that_care_was_declined_and_the_resident_why(sqlite_served: Served) -> None:
    served = sqlite_served
    served.account("helper", Role.PROVIDER, provider_id=served.world.helper_id)
    right = served.granted(kind="drawing_right", amountCents=500_00)
    path = f"/v1/care-agreements/{uuid7()}"
    terms = CARE_TERMS | {"entitlementId": right, "providerId": str(served.world.helper_id)}
    assert served.put("gatekeeper", path, terms).status_code == 201
    assert served.put("gatekeeper", f"{path}/declines/gatekeeper", {"reason": "Te duur."}).status_code == 200
    reasons = [served.get(who, path).json()["decline"]["reason"] for who in ("holder", "auditor", "helper")]
    assert reasons == ["Te duur.", "Te duur.", None]


def test_a_resident_enters_care_only_under_their_own_drawing_right(sqlite_served: Served) -> None:
    served = sqlite_served
    right = served.granted(
        kind="drawing_right", amountCents=500_00, holderId=str(served.world.person(surname="Smit"))
    )
    terms = CARE_TERMS | {"entitlementId": right, "providerId": str(served.world.helper_id)}
    path = f"/v1/care-agreements/{uuid7()}"
    assert served.put("holder", path, terms).status_code == 404
    assert served.put("gatekeeper", path, terms).status_code == 201
    assert served.get("holder", path).status_code == 404
    assert served.get("holder", "/v1/care-agreements").json()["items"] == []
    assert len(served.get("auditor", "/v1/care-agreements").json()["items"]) == 1
    assert served.get("provider", "/v1/care-agreements").json()["items"] == []
