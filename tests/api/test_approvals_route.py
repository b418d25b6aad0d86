# SPDX-License-Identifier: EUPL-1.2
"""Four eyes over HTTP: what waits is answered 202, and one person with two accounts gets no further."""

from typing import Any

from ledger import actors
from ledger.actors import ActorInput
from ledger.ids import uuid7
from ledger.tables import Role
from tests.api.served import Served


def again(served: Served, name: str, role: Role) -> str:
    """A second account of who has the first; its name."""
    second = uuid7()
    with served.world.work() as work:
        accounts = [(served.actor_ids[name], name), (second, f"{name} again")]
        actors.put(
            work,
            [ActorInput(id=id_, name=each, roles=frozenset({role}), identity=name) for id_, each in accounts],
        )
        served.secrets[f"{name} again"] = actors.new_key(work, second)
    return f"{name} again"


def test_a_grant_and_a_raise_above_the_limit_wait_for_another_person(served: Served) -> None:
    served.account("colleague", Role.GATEKEEPER)
    alias = again(served, "gatekeeper", Role.GATEKEEPER)
    settings = served.get("administrator", "/v1/municipality/settings").json()
    assert settings["grantAloneCents"] is None
    lacking = {key: value for key, value in settings.items() if key != "grantAloneCents"}
    lacking["taxNumber"] = settings["taxNumber"] or None
    put = served.put("administrator", "/v1/municipality/settings", lacking)
    assert put.status_code == 400, "an edit of another setting does not take the limit away"
    limited = lacking | {"grantAloneCents": 1_000_00}
    assert served.put("administrator", "/v1/municipality/settings", limited).status_code == 200

    right = str(uuid7())
    path, asked = f"/v1/entitlements/{right}", served.grant(amountCents=1_000_01)
    for _ in range(2):
        answer = served.put("gatekeeper", path, asked)
        assert answer.status_code == 202
        assert answer.json() == {"id": right, "cents": 1_000_01, "limitCents": 1_000_00}
    assert served.put("gatekeeper", path, asked | {"amountCents": 1_000_02}).status_code == 409
    assert served.get("gatekeeper", path).status_code == 404
    (listed,) = served.get("auditor", "/v1/approvals?waiting=true").json()["items"]
    assert listed == served.get("colleague", f"/v1/approvals/{right}").json()
    assert (listed["kind"], listed["grant"]["amountCents"], listed["change"]) == ("grant", 1_000_01, None)
    assert (listed["actorId"], listed["decision"]) == (str(served.actor_ids["gatekeeper"]), None)

    decision, yes = f"/v1/approvals/{right}/decision", {"approved": True, "reason": "plan seen"}
    for own in ("gatekeeper", alias):
        refused = served.put(own, decision, yes)
        assert (refused.status_code, refused.json()["code"]) == (409, "approver_asked")
    for other in ("auditor", "finance", "holder"):
        assert served.put(other, decision, yes).status_code == 403
    assert [served.put("colleague", decision, yes).status_code for _ in range(2)] == [201, 200]
    assert served.put("colleague", decision, yes | {"approved": False}).status_code == 409
    assert served.put("gatekeeper", path, asked).status_code in (200, 201)
    (granted,) = served.get("auditor", f"{path}/history").json()["items"]
    assert granted["actorId"] == str(served.actor_ids["gatekeeper"])

    change = f"{path}/changes/{uuid7()}"
    raised = {"kind": "amended", "amountCents": 1_500_00, "reason": "more", "at": granted["at"]}
    waiting = served.put("gatekeeper", change, raised)
    assert (waiting.status_code, waiting.json()["cents"]) == (202, 1_500_00)
    (listed,) = served.get("colleague", "/v1/approvals?waiting=true").json()["items"]
    assert (listed["entitlementId"], listed["change"]["amountCents"]) == (right, 1_500_00)
    decision, no = f"/v1/approvals/{listed['id']}/decision", {"approved": False, "reason": "not needed"}
    assert served.put("colleague", decision, no).status_code == 201
    refused = served.put("gatekeeper", change, raised)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_approved")
    assert served.get("gatekeeper", path).json()["amountCents"] == 1_000_01
    assert len(served.get("auditor", "/v1/approvals").json()["items"]) == 2


def test_one_person_with_two_accounts_does_not_publish_alone(sqlite_served: Served) -> None:
    served = sqlite_served
    served.account("colleague", Role.CONTRACT_MANAGER)
    alias = again(served, "contract_manager", Role.CONTRACT_MANAGER)
    for kind, change in (("contracts", {"acceptanceDuty": True}), ("programmes", {"rateCeilings": []})):
        (first, *_) = served.get("contract_manager", f"/v1/{kind}").json()["items"]
        path = f"/v1/{kind}/{first['content']['id']}"
        content = {name: value for name, value in (first["content"] | change).items() if name != "id"}
        drafted = served.put("contract_manager", path, content).json()
        assert drafted["draftedBy"] == str(served.actor_ids["contract_manager"])
        for own in ("contract_manager", alias):
            refused = served.post(own, f"{path}/_publish")
            assert refused.status_code == 409
            assert refused.json()["code"] == f"{kind.removesuffix('s')}_publisher_drafted"
        assert served.post("colleague", f"{path}/_publish").json()["published"] is True
        assert served.post(alias, f"{path}/_publish").json()["version"] == drafted["version"]


def test_only_what_was_looked_at_is_published_where_it_is_named(sqlite_served: Served) -> None:
    served = sqlite_served
    served.account("colleague", Role.CONTRACT_MANAGER)
    changes: dict[str, list[dict[str, Any]]] = {
        "contracts": [{"acceptanceDuty": True}, {"acceptanceDuty": False}],
        "programmes": [{"rateCeilings": []}, {"restrictions": [{"kind": "claim_within", "days": 30}]}],
    }
    for kind, (one, other) in changes.items():
        (first, *_) = served.get("contract_manager", f"/v1/{kind}").json()["items"]
        path = f"/v1/{kind}/{first['content']['id']}"
        content = {name: value for name, value in first["content"].items() if name != "id"}
        served.put("contract_manager", path, content | one)
        looked_at = served.get("colleague", path).headers["ETag"]
        served.put("contract_manager", path, content | other)
        headers = {"If-Match": looked_at}
        refused = served.post("colleague", f"{path}/_publish", headers=headers)
        assert (refused.status_code, refused.json().get("code")) == (412, "version_unseen"), refused.text
        headers = {"If-Match": served.get("colleague", path).headers["ETag"]}
        assert served.post("colleague", f"{path}/_publish", headers=headers).json()["published"] is True


def test_a_draft_of_a_contract_is_withdrawn_by_who_may_write_one_when_it_is_what_they_saw(
    sqlite_served: Served,
) -> None:
    served = sqlite_served
    served.account("colleague", Role.CONTRACT_MANAGER)
    (first, *_) = served.get("contract_manager", "/v1/contracts").json()["items"]
    path = f"/v1/contracts/{first['content']['id']}"
    nothing = served.post("colleague", f"{path}/_withdraw")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "contract_without_draft")
    content = {name: value for name, value in first["content"].items() if name != "id"}
    seen = served.put("contract_manager", path, content | {"ceilingCents": 1}).headers["ETag"]
    drafted = served.put("contract_manager", path, content | {"ceilingCents": 2})
    changed = served.post("colleague", f"{path}/_withdraw", headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["code"]) == (412, "version_unseen")
    for _ in range(2):  # again changes nothing
        answer = served.post("colleague", f"{path}/_withdraw", headers={"If-Match": drafted.headers["ETag"]})
        assert (answer.status_code, answer.json()) == (200, first), "what holds is what is newest"
    assert served.put("colleague", path, content | {"ceilingCents": 2}).json()["version"] == 3
