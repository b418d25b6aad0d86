# SPDX-License-Identifier: EUPL-1.2
"""The main walk through HTTP: grant, code, scan, quote, redeem, replay, reverse, settle, payment file."""

import base64
import hashlib
import json
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from ledger.ids import uuid7
from ledger.tables import Role
from tests.answers import accepted
from tests.api.served import Served
from tests.qr_reader import QR_ONLY
from tests.world import HOUSEHOLD


def test_from_grant_to_payment_file(served: Served) -> None:
    right = served.granted()
    code = served.code_for(right)
    scan = served.scan(code)

    quoted = served.post("provider", "/v1/redemptions/_quote", scan)
    assert quoted.status_code == 200, quoted.text
    assert (quoted.json()["priceCents"], quoted.json()["remainingCents"]) == (31_15, 68_85)
    assert served.world.entries() == 1  # the grant: a quote books nothing

    id_ = uuid7()
    first = served.put("provider", f"/v1/redemptions/{id_}", scan)
    assert first.status_code == 201, first.text
    assert first.json()["remainingCents"] == 68_85
    again = served.put("provider", f"/v1/redemptions/{id_}", scan)
    assert (again.status_code, again.json()) == (200, first.json())
    other = served.put(
        "provider", f"/v1/redemptions/{id_}", scan | {"lines": [{"service": HOUSEHOLD, "quantity": 30}]}
    )
    assert other.status_code == 409
    assert other.json()["code"] == "redemption_exists_with_other_content"

    kept = served.redeemed(code)
    undone = {"reason": "niet geleverd", "at": served.world.now.isoformat()}
    reversal = f"/v1/redemptions/{id_}/reversals/{uuid7()}"
    assert served.put("provider", reversal, undone).status_code == 201
    assert served.put("provider", reversal, undone).status_code == 200
    state = served.get("provider", f"/v1/redemptions/{id_}").json()
    assert (state["standingCents"], [each["kind"] for each in state["followUps"]]) == (0, ["reversal"])
    balance = served.get("gatekeeper", f"/v1/entitlements/{right}/balance").json()
    assert balance["pots"] == [{"unit": "eurocent", "limit": 100_00, "left": 68_85, "reserved": 0}]

    run = served.released("2026-06-10")
    order = {"until": "2026-06-10", "requestedOn": "2026-06-10"}
    settled = served.put("finance", run, order)
    assert settled.status_code == 200, settled.text
    assert (settled.json()["state"], settled.json()["totalCents"]) == ("released", 31_15)
    address = f"{run}/payment-files/1"
    early = served.get("finance", address)
    assert (early.status_code, early.json()["code"]) == (409, "settlement_run_not_ready")
    (told,) = served.post("finance", f"{run}/_export").json()["items"]
    file = served.get("finance", address)
    assert file.status_code == 200
    assert b'<InstdAmt Ccy="EUR">31.15</InstdAmt>' in file.content
    digest = hashlib.sha256(file.content).digest()
    assert file.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    assert told["sha256"] == digest.hex()
    assert served.get("finance", address).content == file.content
    said = accepted(told["messageId"], answer="A-1")
    heard = served.ask("finance", "POST", "/v1/bank-messages", content=said)
    assert (heard.status_code, heard.json()["outcomes"]) == (201, {"accepted": 1})
    again = served.ask("finance", "POST", "/v1/bank-messages", content=said)
    assert (again.status_code, again.json()) == (200, heard.json())
    assert served.get("finance", run).json()["state"] == "accepted"

    (mine,) = served.get("provider", "/v1/settlements").json()["items"]
    assert (mine["netCents"], mine["payment"]["amountCents"]) == (31_15, 31_15)
    assert mine["payment"]["state"] == "accepted"
    story = served.get("provider", f"/v1/payments/{mine['payment']['id']}").json()
    assert [each["state"] for each in story["events"]] == ["accepted"]
    (one,) = served.get("finance", f"{run}/settlements").json()["items"]
    assert one == mine
    report = served.post("auditor", "/v1/books/_check").json()
    assert report["agrees"], report
    found = served.get("provider", "/v1/redemptions").json()["items"]
    assert [each["id"] for each in found] == [str(id_), kept]


def test_a_run_without_payments_has_no_file(served: Served) -> None:
    run = served.released("2026-06-10")
    assert served.get("finance", run).json()["state"] == "booked"
    assert served.post("finance", f"{run}/_export").json()["items"] == []
    missing = served.get("finance", f"{run}/payment-files/1")
    assert (missing.status_code, missing.json()["code"]) == (404, "payment_file_not_found")


def test_a_reservation_is_captured_in_part(served: Served) -> None:
    code = served.code_for(served.granted())
    id_ = served.redeemed(code, reserve=True)
    order = {"parts": [{"line": 1, "quantity": 30}], "reason": "half", "at": served.world.now.isoformat()}
    capture = served.put("provider", f"/v1/redemptions/{id_}/captures/{uuid7()}", order)
    assert capture.status_code == 201, capture.text
    assert capture.json()["standingCents"] == 15_58
    release = served.put(
        "provider", f"/v1/redemptions/{id_}/releases/{uuid7()}", {"reason": "x", "at": order["at"]}
    )
    assert (release.status_code, release.json()["code"]) == (409, "reservation_already_resolved")
    served.world.assert_books_agree()


def test_a_batch_tells_each_scan_its_own_outcome(served: Served) -> None:
    code = served.code_for(served.granted())
    ids = [str(uuid7()) for _ in range(4)]
    scans = [
        served.scan(code) | {"id": ids[0]},
        served.scan(code, lines=[{"service": "99X99", "quantity": 1}]) | {"id": ids[1]},
        served.scan(code, providerId=str(served.world.other_provider_id)) | {"id": ids[2]},
        served.scan(code) | {"id": ids[3]},
    ]
    answer = served.post("provider", "/v1/redemptions/_batch", {"scans": scans})
    assert answer.status_code == 200, answer.text
    outcomes = answer.json()["outcomes"]
    assert [each["id"] for each in outcomes] == ids
    assert [each["status"] for each in outcomes] == [201, 409, 404, 201]
    assert outcomes[1]["problem"]["reasons"][0]["code"] == "service_unknown"
    assert outcomes[3]["redemption"]["remainingCents"] == 100_00 - 2 * 31_15
    again = served.post("provider", "/v1/redemptions/_batch", {"scans": scans}).json()["outcomes"]
    assert [each["status"] for each in again] == [200, 409, 404, 200]


def test_a_code_is_printed_shown_and_revoked(served: Served) -> None:
    right = served.granted()
    id_ = uuid7()
    issued = served.put("gatekeeper", f"/v1/codes/{id_}", {"entitlementId": right})
    assert issued.status_code == 201
    drawn = served.get("gatekeeper", f"/v1/codes/{id_}/qr")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    photo = served.get("gatekeeper", f"/v1/codes/{id_}/qr", headers={"Accept": "image/png"})
    assert photo.headers["content-type"] == "image/png"
    letter = served.get("gatekeeper", f"/v1/codes/{id_}/letter", headers={"Accept-Language": "en"})
    assert (letter.status_code, letter.headers["content-type"]) == (200, "application/pdf")
    looks = served.get("auditor", f"/v1/people/{served.world.holder_id}/access-log").json()["items"]
    assert [each["action"] for each in looks] == ["letter"]
    (public,) = served.get("provider", "/v1/code-keys").json()["items"]
    assert public["signs"] is True
    revoked = served.post("gatekeeper", f"/v1/codes/{id_}/_revoke")
    assert revoked.json()["revokedAt"] is not None
    refused = served.put("provider", f"/v1/redemptions/{uuid7()}", served.scan(issued.json()["token"]))
    assert refused.json()["reasons"][0]["code"] == "code_revoked"
    manual = served.post("provider", "/v1/redemptions/_quote", served.scan(issued.json()["manual"]))
    assert manual.json()["reasons"][0]["code"] == "code_revoked"


def test_the_qr_of_the_api_redeems(sqlite_served: Served) -> None:
    served, id_ = sqlite_served, uuid7()
    served.put("gatekeeper", f"/v1/codes/{id_}", {"entitlementId": served.granted()})
    photo = served.get("gatekeeper", f"/v1/codes/{id_}/qr", headers={"Accept": "image/png"})
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(photo.content)), QR_ONLY)
    served.redeemed(read.text)


def test_a_claim_is_booked_once_and_its_bad_lines_are_told(served: Served) -> None:
    right = served.granted(restrictions=[{"kind": "only_providers", "providers": [served.world.AGB]}])
    line = {"reference": "F-1", "entitlementId": right, "service": HOUSEHOLD, "quantity": 60}
    good = {"lines": [line | {"serviceDate": "2026-06-09"}]}
    id_ = uuid7()
    first = served.put("provider", f"/v1/claims/{id_}", good)
    assert (first.status_code, first.json()["priceCents"]) == (201, 31_15)
    assert served.put("provider", f"/v1/claims/{id_}", good).json() == first.json()
    bad = {"lines": [line | {"serviceDate": "2026-07-09", "reference": "F-2"}]}
    refused = served.put("provider", f"/v1/claims/{uuid7()}", bad)
    assert (refused.status_code, refused.json()["code"]) == (409, "claim_refused")
    (told,) = refused.json()["lines"]
    assert (told["line"], told["reasons"][0]["code"]) == (1, "service_day_in_future")
    lines = served.get("provider", f"/v1/redemptions?claimId={id_}").json()["items"]
    assert [each["priceCents"] for each in lines] == [31_15]


def test_a_claims_file_is_tried_before_it_is_booked(served: Served) -> None:
    right = served.granted(restrictions=[{"kind": "only_providers", "providers": [served.world.AGB]}])
    head = "reference,service,quantity,service_date,entitlement\n"
    good = f"{head}A1,{HOUSEHOLD},60,2026-06-09,{right}\n"
    bad = f"{good}A2,{HOUSEHOLD},1.5,2026-06-09,{right}\n"
    trial = served.post("provider", "/v1/claims/_file?dryRun=true", content=bad.encode())
    assert trial.status_code == 200, trial.text
    assert (trial.json()["accepted"], [each["line"] for each in trial.json()["lines"]]) == (False, [3])
    assert served.get("provider", "/v1/claims").json()["items"] == []
    assert served.post("provider", "/v1/claims/_file?dryRun=true", content=good.encode()).json() == {
        "accepted": True,
        "lines": [],
        "goodLines": 1,
        "priceCents": 31_15,
        "quantities": [{"unit": "minute", "quantity": 60}],
    }
    assert served.post("provider", "/v1/claims/_file", content=good.encode()).status_code == 201
    assert served.post("provider", "/v1/claims/_file", content=good.encode()).status_code == 200
    served.world.assert_books_agree()


def test_a_drawing_right_pays_after_two_approvals(served: Served) -> None:
    right = served.granted(kind="drawing_right", amountCents=500_00)
    agreement = f"/v1/care-agreements/{uuid7()}"
    terms = {
        "entitlementId": right,
        "providerId": str(served.world.helper_id),
        "service": "02A03",
        "rateClass": "informal",
        "rateCents": 20_00,
        "validFrom": "2026-01-01",
        "validUntil": "2026-12-31",
        "at": "2026-06-01T10:00:00Z",
    }
    assert served.put("holder", agreement, terms).status_code == 201
    claim = {
        "providerId": str(served.world.helper_id),
        "lines": [
            {
                "reference": "1",
                "entitlementId": right,
                "service": "02A03",
                "quantity": 60,
                "serviceDate": "2026-06-09",
            }
        ],
    }
    early = served.put("holder", f"/v1/claims/{uuid7()}", claim)
    assert early.json()["lines"][0]["reasons"][0]["code"] == "care_agreement_not_approved"
    assert served.put("gatekeeper", f"{agreement}/approvals/gatekeeper", None).status_code == 200
    assert served.put("gatekeeper", f"{agreement}/approvals/paying-agent", None).status_code == 403
    state = served.put("paying_agent", f"{agreement}/approvals/paying-agent", None).json()
    assert {each["approver"] for each in state["approvals"]} == {"gatekeeper", "paying_agent"}
    done = served.put("holder", f"/v1/claims/{uuid7()}", claim)
    assert (done.status_code, done.json()["priceCents"]) == (201, 20_00)
    assert served.get("holder", "/v1/claims").json()["items"] == [done.json()]
    served.world.assert_books_agree()


def test_an_entitlement_is_changed_and_remembers_it(served: Served) -> None:
    right = served.granted()
    change = f"/v1/entitlements/{right}/changes/{uuid7()}"
    words = {"reason": "meer nodig", "at": "2026-06-02T10:00:00Z"}
    raised = {"kind": "amended", "amountCents": 150_00, **words}
    assert served.put("gatekeeper", change, raised).status_code == 201
    again = served.put("gatekeeper", change, raised)
    assert (again.status_code, again.json()["amountCents"]) == (200, 150_00)
    suspended = {"kind": "suspended", "fromDay": "2026-06-10", **words}
    put = served.put("gatekeeper", f"/v1/entitlements/{right}/changes/{uuid7()}", suspended)
    assert put.json()["suspensions"] == [{"start": "2026-06-10", "until": None}]
    history = served.get("gatekeeper", f"/v1/entitlements/{right}/history").json()["items"]
    assert [each["kind"] for each in history] == ["granted", "amended", "suspended"]
    assert [each["content"]["amountCents"] for each in history] == [100_00, 150_00, 150_00]


@pytest.mark.parametrize("identity", [{"bsn": "999990019", "surname": "Bakker", "birthDate": "1950-02-03"}])
def test_a_person_is_found_and_read_in_bodies_only(served: Served, identity: dict[str, str]) -> None:
    id_ = str(uuid7())
    assert served.put("gatekeeper", f"/v1/people/{id_}", {"identity": identity}).status_code == 201
    assert served.put("gatekeeper", f"/v1/people/{id_}", {"identity": identity}).status_code == 200
    by_number = {"by": {"bsn": identity["bsn"]}, "purpose": "aanvraag"}
    assert served.post("gatekeeper", "/v1/people/_search", by_number).json()["items"] == [{"id": id_}]
    by_name = {"by": {"surname": "bakker", "birthDate": "1950-02-03"}, "purpose": "aanvraag"}
    assert served.post("gatekeeper", "/v1/people/_search", by_name).json()["items"] == [{"id": id_}]
    read = served.post("gatekeeper", f"/v1/people/{id_}/_read", {"purpose": "aanvraag"})
    assert read.json() == identity
    moved = {"identity": identity | {"city": "Diemen"}, "purpose": "verhuisd"}
    assert served.post("gatekeeper", f"/v1/people/{id_}/_correct", moved).status_code == 200
    other = served.put("gatekeeper", f"/v1/people/{id_}", {"identity": identity})
    assert (other.status_code, other.json()["code"]) == (409, "person_exists_with_other_content")
    looks = served.get("auditor", f"/v1/people/{id_}/access-log").json()["items"]
    assert [each["action"] for each in looks] == ["correct", "read", "search", "search"]
    assert identity["bsn"] not in json.dumps(looks)


def test_reference_data_is_made_edited_and_published(served: Served) -> None:
    service, provider, contract, programme = (str(uuid7()) for _ in range(4))
    content = {"law": "jw", "code": "45A04", "name": "Begeleiding jeugd", "measure": "hour"}
    made = served.put("contract_manager", f"/v1/services/{service}", content)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    agreed = {
        "kind": "organisation",
        "agb": "42429999",
        "kvk": "87654321",
        "tradeName": "Jong",
        "accountHolderName": "Jong B.V.",
        "iban": "NL91ABNA0417164300",
    }
    assert served.put("contract_manager", f"/v1/providers/{provider}", agreed).status_code == 201
    terms = {
        "providerId": provider,
        "law": "jw",
        "number": "J-1",
        "validFrom": "2026-01-01",
        "lines": [
            {
                "service": "45A04",
                "tariff": {"kind": "per_measure", "rateCents": 70_00},
                "validFrom": "2026-01-01",
            }
        ],
    }
    drafted = served.put("contract_manager", f"/v1/contracts/{contract}", terms)
    assert (drafted.status_code, drafted.json()["published"]) == (201, False)
    assert drafted.json()["content"]["lines"][0]["tariff"] == {"kind": "per_measure", "rateCents": 70_00}
    assert drafted.json()["draftedBy"] == str(served.actor_ids["contract_manager"])
    served.account("publisher", Role.CONTRACT_MANAGER)
    refused = served.post("contract_manager", f"/v1/contracts/{contract}/_publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "contract_publisher_drafted")
    published = served.post("publisher", f"/v1/contracts/{contract}/_publish")
    assert published.json()["published"] is True
    assert served.post("contract_manager", f"/v1/contracts/{contract}/_publish").json() == published.json()
    rules = {"law": "jw", "name": "Jeugdhulp", "mode": "hard"}
    assert served.put("contract_manager", f"/v1/programmes/{programme}", rules).status_code == 201
    refused = served.post("contract_manager", f"/v1/programmes/{programme}/_publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "programme_publisher_drafted")
    assert served.post("publisher", f"/v1/programmes/{programme}/_publish").json()["published"]
    funding = f"/v1/programmes/{programme}/budgets/2026/fundings/{uuid7()}"
    money = {"cents": 1_000_00, "at": "2026-01-01T00:00:00+01:00"}
    assert served.put("finance", funding, money).status_code == 201
    assert served.put("finance", funding, money).status_code == 200
    budgets = served.get("finance", "/v1/budgets").json()["items"]
    assert [each["leftCents"] for each in budgets if each["programmeId"] == programme] == [1_000_00]
    own = served.get("provider", "/v1/contracts").json()["items"]
    assert [each["content"]["id"] for each in own] == [str(served.world.contract_id)]


def test_an_edit_from_an_old_version_fails_its_precondition(served: Served) -> None:
    path = f"/v1/services/{uuid7()}"
    content = {"law": "wmo", "code": "12X12", "name": "Iets", "measure": "piece"}
    absent = served.put("contract_manager", path, content, headers={"If-Match": "*"})
    assert (absent.status_code, absent.json()["code"]) == (412, "changed_meanwhile")
    served.put("contract_manager", path, content)
    edited = content | {"name": "Iets anders"}
    fine = served.put("contract_manager", path, edited, headers={"If-Match": '"1"'})
    assert (fine.status_code, fine.headers["etag"]) == (200, '"2"')
    for wrong in ('"1"', "2", 'W/"2"', '"x"', ""):
        late = served.put("contract_manager", path, content, headers={"If-Match": wrong})
        assert (late.status_code, late.json()["facts"]["version"]) == (412, 2)


def test_a_draft_from_an_old_version_fails_its_precondition(served: Served) -> None:
    path = f"/v1/contracts/{served.world.contract_id}"
    known = served.get("contract_manager", path)
    content = {name: value for name, value in known.json()["content"].items() if name != "id"}
    first = content | {"ceilingCents": 100_00}
    drafted = served.put("contract_manager", path, first, headers={"If-Match": known.headers["etag"]})
    assert (drafted.status_code, drafted.headers["etag"] != known.headers["etag"]) == (200, True)
    for wrong in (known.headers["etag"], '"x"', ""):
        late = served.put("contract_manager", path, content, headers={"If-Match": wrong})
        assert (late.status_code, late.json()["code"]) == (412, "version_unseen")
    absent = f"/v1/contracts/{uuid7()}"
    nothing = served.put("contract_manager", absent, content | {"number": "X"}, headers={"If-Match": "*"})
    assert (nothing.status_code, nothing.json()["code"]) == (412, "version_unseen")
    assert served.get("contract_manager", path).json()["content"]["ceilingCents"] == 100_00


def test_the_debtor_is_set_by_finance(served: Served) -> None:
    account = {"debtorName": "Gemeente Diemen", "debtorIban": "NL02ABNA0123456789"}
    assert served.put("finance", "/v1/municipality/debtor", account).status_code == 200
    shown = served.get("gatekeeper", "/v1/municipality").json()
    assert shown == {"municipalityId": "0384", "name": "Diemen", **account}


def test_a_key_is_made_used_and_revoked(served: Served) -> None:
    actor = f"/v1/actors/{uuid7()}"
    made = served.put("administrator", actor, {"name": "Scanner 4", "roles": ["auditor"]})
    assert made.status_code == 201, made.text
    key = served.post("administrator", f"{actor}/keys").json()
    served.secrets["fresh"] = key["secret"]
    assert served.get("fresh", "/v1/actors").status_code == 200
    (listed,) = served.get("administrator", f"{actor}/keys").json()["items"]
    assert "secret" not in listed
    assert served.ask("administrator", "DELETE", f"{actor}/keys/{key['id']}").status_code == 204
    assert served.get("fresh", "/v1/actors").status_code == 401
    assert served.post("administrator", f"{actor}/_disable").json()["disabledAt"] is not None
    assert served.post("administrator", f"{actor}/keys").json()["code"] == "actor_disabled"


def test_a_list_is_walked_by_its_next(served: Served) -> None:
    rights = [served.granted() for _ in range(5)]
    path, found = "/v1/entitlements?limit=2", []
    while path:
        page = served.get("auditor", path).json()
        found += [each["id"] for each in page["items"]]
        path = page["next"]
    assert found == rights
