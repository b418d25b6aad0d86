# SPDX-License-Identifier: EUPL-1.2
"""One person does not both decide and let the money go: by no route, command or page, other role or account.

A table of paths. By each somebody has a hand in what one run pays, through the API as whoever they are then;
later they are in finance, under the same account or another, and try to release it through every door.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from ledger import payees, providers
from ledger.ids import uuid7
from ledger.roles import BOUND, INCOMPATIBLE
from ledger.tables import Municipality, Role
from ledger.texts.settling_en import SETTLING
from tests.api.browsing import Visitor, shown
from tests.api.served import Served
from tests.cli.terminal import Terminal
from tests.world import AIDS, DIEMEN, GUIDANCE, HOUSEHOLD, World

Body = Mapping[str, Any]
IBAN, NEW_IBAN = "NL20INGB0001234567", "NL02ABNA0123456789"


@dataclass
class Scene:
    """One town, in which each person of the table does one thing by which a run pays."""

    served: Served
    terminal: Terminal
    run: str = field(default_factory=lambda: str(uuid7()))
    secrets: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    """The first account of each person."""

    @property
    def world(self) -> World:
        return self.served.world

    def hired(self, name: str, role: Role) -> str:
        """A person with their first account; bound accounts are of the world's first provider or resident."""
        self.accounts[name] = str(uuid7())
        assert self.roles(self.accounts[name], name, [role], self._bound(role)) == 201
        self.key(name, self.accounts[name])
        return name

    def _bound(self, role: Role) -> Body:
        if role is Role.PROVIDER:
            return {"providerId": str(self.world.provider_id)}
        return {"personId": str(self.world.holder_id)} if role is Role.HOLDER else {}

    def roles(self, account: str, name: str, roles: list[Role], more: Body | None = None) -> int:
        """An administrator gives an account exactly these roles; the status of the answer."""
        body = {"name": name, "roles": roles, "identity": name, **(more or {})}
        return self.served.put("administrator", f"/v1/actors/{account}", body).status_code

    def key(self, who: str, account: str) -> None:
        """A key of an account, kept under this name."""
        answer = self.served.post("administrator", f"/v1/actors/{account}/keys")
        assert answer.status_code == 201, answer.text
        self.served.secrets[who] = answer.json()["secret"]

    def does(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """What somebody is answered, who may do it."""
        answer = self.served.ask(who, method, path, body)
        assert answer.status_code < 300, (who, path, answer.text)
        return answer.json()

    def grant(self, who: str, **changes: Any) -> str:
        """An entitlement that the first provider may claim from by name; its id."""
        named = [{"kind": "only_providers", "providers": [World.AGB, World.OTHER_AGB]}]
        id_ = str(uuid7())
        content = self.served.grant(restrictions=named, **changes)
        self.does(who, "PUT", f"/v1/entitlements/{id_}", content)
        return id_

    def scan(self, who: str, right: str, **changes: Any) -> str:
        """Redeemed by name by a provider; its id."""
        id_ = str(uuid7())
        content = {"entitlementId": right, "at": self.world.now.isoformat()}
        lines = [{"service": AIDS, "quantity": 1_00}]
        self.does(who, "PUT", f"/v1/redemptions/{id_}", {**content, "lines": lines, **changes})
        return id_

    def faces(self, name: str, role: Role) -> list[str]:
        """The accounts in finance that somebody comes to have: a second one, and where it can be the first.

        Not before the first has given up what does not go with it, but for what they are as a resident; who
        was once of a provider never gets there.
        """
        first, second = self.accounts[name], str(uuid7())
        if frozenset({role, Role.FINANCE}) in INCOMPATIBLE - {frozenset({Role.HOLDER, Role.FINANCE})}:
            assert self.roles(second, name, [Role.FINANCE]) == 409
        if role in BOUND:
            assert self.roles(first, name, [Role.FINANCE]) == 409
        if role is Role.PROVIDER:
            self.does("administrator", "POST", f"/v1/actors/{first}/_disable")
            assert self.roles(second, name, [Role.FINANCE]) == 409
            return []
        if role is not Role.HOLDER:
            self.roles(first, name, [])
            assert self.roles(first, name, [Role.FINANCE]) == 200
        assert self.roles(second, name, [Role.FINANCE]) == 201
        self.key(f"{name} 2", second)
        return [f"{name} 2"] if role is Role.HOLDER else [name, f"{name} 2"]

    def by_api(self, who: str) -> set[str]:
        """Why they may not release the run over HTTP."""
        answer = self.served.post(who, f"/v1/settlement-runs/{self.run}/_release")
        assert answer.status_code == 409, answer.text
        return _codes(answer.json())

    def by_command(self, who: str) -> set[str]:
        """Why they may not with their key at the command line."""
        key = ("--key", self.served.secrets[who], "-m", DIEMEN)
        return _codes(self.terminal.answer("run", "release", self.run, *key, status=1))

    def by_page(self, who: str) -> set[str]:
        """Why they may not on the page of the run, by what they read there."""
        visitor = Visitor.of(self.served, who, language="en")
        answer = visitor.send(f"/runs/{self.run}/release")
        assert answer.status_code == 409, answer.text
        read = shown(answer.text)
        return {
            code for code, (title, _) in SETTLING.items() if code.startswith("releaser_") and title in read
        }


def _codes(told: Any) -> set[str]:
    assert told["code"] == "release_refused", told
    return {each["code"] for each in told["reasons"]}


# --------------------------------------------------------------------------------------------- the paths


def drafts(scene: Scene, who: str) -> None:
    day = scene.world.now.date().isoformat()
    scene.does(who, "PUT", f"/v1/settlement-runs/{scene.run}", {"until": day, "requestedOn": day})


def submits(scene: Scene, who: str) -> None:
    scene.does(who, "POST", f"/v1/settlement-runs/{scene.run}/_submit")


def grants(scene: Scene, who: str) -> None:
    scene.scan("provider", scene.grant(who))


def raises(scene: Scene, who: str) -> None:
    right = scene.grant("gatekeeper")
    change = {
        "kind": "amended",
        "amountCents": 150_00,
        "reason": "meer nodig",
        "at": scene.world.now.isoformat(),
    }
    scene.does(who, "PUT", f"/v1/entitlements/{right}/changes/{uuid7()}", change)
    scene.scan("provider", right)


def redeems(scene: Scene, who: str) -> None:
    scene.scan(who, scene.grant("gatekeeper"))


def captures(scene: Scene, who: str) -> None:
    reserved = scene.scan("provider", scene.grant("gatekeeper"), reserve=True)
    scene.does(
        who,
        "PUT",
        f"/v1/redemptions/{reserved}/captures/{uuid7()}",
        {"reason": "geleverd", "at": scene.world.now.isoformat()},
    )


def _care(
    scene: Scene, *, enters: str = "gatekeeper", first: str = "gk", second: str = "paying_agent"
) -> str:
    """A care agreement of which something is claimed; its right."""
    right = scene.grant("gatekeeper", kind="drawing_right", amountCents=500_00)
    agreement = str(uuid7())
    content = {
        "entitlementId": right,
        "providerId": str(scene.world.provider_id),
        "service": GUIDANCE,
        "rateClass": "formal",
        "rateCents": 30_00,
        "validFrom": "2026-06-01",
        "validUntil": "2026-12-31",
        "at": scene.world.now.isoformat(),
    }
    scene.does(enters, "PUT", f"/v1/care-agreements/{agreement}", content)
    scene.does(first, "PUT", f"/v1/care-agreements/{agreement}/approvals/gatekeeper")
    scene.does(second, "PUT", f"/v1/care-agreements/{agreement}/approvals/paying-agent")
    return right


def enters_care(scene: Scene, who: str) -> None:
    _claim(scene, "provider", _care(scene, enters=who))


def approves_care(scene: Scene, who: str) -> None:
    _claim(scene, "provider", _care(scene, first=who))


def approves_paying(scene: Scene, who: str) -> None:
    _claim(scene, "provider", _care(scene, second=who))


def claims(scene: Scene, who: str) -> None:
    _claim(scene, who, _care(scene))


def _claim(scene: Scene, who: str, right: str) -> None:
    day = scene.world.now.date().isoformat()
    line = {"reference": uuid7().hex[-20:], "entitlementId": right, "service": GUIDANCE, "quantity": 30}
    body = {"providerId": str(scene.world.provider_id), "lines": [line | {"serviceDate": day}]}
    scene.does(who, "PUT", f"/v1/claims/{uuid7()}", body)


def enters_account(scene: Scene, who: str) -> None:
    _change_account(scene, enters=who)


def decides_account(scene: Scene, who: str) -> None:
    _change_account(scene, decides=who)


def _new_provider(scene: Scene) -> str:
    """A provider of its own, to whom something is owed; its id."""
    provider = str(uuid7())
    agb = f"{int(provider[-12:], 16) % 10**8:08d}"
    content = {"kind": "organisation", "agb": agb, "kvk": "12345678", "tradeName": agb}
    account = {"accountHolderName": "Zorg B.V.", "iban": IBAN}
    scene.does("contract_manager", "PUT", f"/v1/providers/{provider}", {**content, **account})
    contract = str(uuid7())
    line = {
        "service": HOUSEHOLD,
        "tariff": {"kind": "per_measure", "rateCents": 30_00},
        "validFrom": "2026-01-01",
    }
    terms = {"providerId": provider, "law": "wmo", "number": agb, "validFrom": "2026-01-01", "lines": [line]}
    scene.does("contract_manager", "PUT", f"/v1/contracts/{contract}", terms)
    scene.does("manager_2", "POST", f"/v1/contracts/{contract}/_publish")
    named = [{"kind": "only_providers", "providers": [agb]}]
    right = str(uuid7())
    scene.does("gatekeeper", "PUT", f"/v1/entitlements/{right}", scene.served.grant(restrictions=named))
    scene.served.account(agb, Role.PROVIDER, provider_id=UUID(provider))
    scene.scan(agb, right, lines=[{"service": HOUSEHOLD, "quantity": 60}])
    return provider


def _change_account(scene: Scene, *, enters: str = "contract_manager", decides: str = "manager_2") -> None:
    """It comes into force at the very release of the run."""
    change = str(uuid7())
    asked = {"providerId": _new_provider(scene), "accountHolderName": "Zorg B.V.", "iban": NEW_IBAN}
    scene.does(enters, "PUT", f"/v1/account-changes/{change}", {**asked, "askedBy": "per brief"})
    decision = {"approved": True, "reason": "gebeld", "toldOtherwise": "per brief"}
    scene.does(decides, "POST", f"/v1/account-changes/{change}/_decide", decision)


def overrides(scene: Scene, who: str) -> None:
    """One of the two who say that a bank's no is no matter."""
    check = str(uuid7())
    said = {"providerId": _new_provider(scene), "accountHolderName": "Zorg B.V.", "iban": IBAN}
    body = {**said, "outcome": "no_match", "source": "bankieren"}
    scene.does("contract_manager", "PUT", f"/v1/payee-checks/{check}", body)
    for each in (who, "manager_2"):
        scene.does(each, "POST", f"/v1/payee-checks/{check}/_override", {"reason": "gebeld"})


def everything(scene: Scene, who: str) -> None:
    """One after another, as their role changes."""
    for role, path in (
        (Role.GATEKEEPER, grants),
        (Role.GATEKEEPER, approves_care),
        (Role.CONTRACT_MANAGER, enters_account),
        (Role.CONTRACT_MANAGER, overrides),
    ):
        account = scene.accounts[who]
        scene.roles(account, who, [])
        assert scene.roles(account, who, [role]) == 200
        path(scene, who)


Act = Callable[[Scene, str], None]

PATHS: dict[Act, tuple[Role, set[str]]] = {
    grants: (Role.GATEKEEPER, {"releaser_granted"}),
    raises: (Role.GATEKEEPER, {"releaser_granted"}),
    redeems: (Role.PROVIDER, set()),
    captures: (Role.PROVIDER, set()),
    claims: (Role.HOLDER, {"releaser_redeemed"}),
    enters_care: (Role.GATEKEEPER, {"releaser_entered_care"}),
    approves_care: (Role.GATEKEEPER, {"releaser_approved_care"}),
    approves_paying: (Role.PAYING_AGENT, {"releaser_approved_care"}),
    enters_account: (Role.CONTRACT_MANAGER, {"releaser_changed_account"}),
    decides_account: (Role.CONTRACT_MANAGER, {"releaser_changed_account"}),
    overrides: (Role.CONTRACT_MANAGER, {"releaser_changed_account"}),
    everything: (
        Role.GATEKEEPER,
        {"releaser_granted", "releaser_approved_care", "releaser_changed_account"},
    ),
    drafts: (Role.FINANCE, {"releaser_drafted"}),
    submits: (Role.FINANCE, {"releaser_drafted"}),
}
"""What somebody does, as whom, and why they do not release, by any door."""


@pytest.fixture
def scene(sqlite_served: Served, tmp_path: Path) -> Scene:
    """Who is wanted beside the people of the table; approved accounts come into force at once."""
    served = sqlite_served
    for name, role in (
        ("manager_2", Role.CONTRACT_MANAGER),
        ("gk", Role.GATEKEEPER),
        ("finance_2", Role.FINANCE),
    ):
        served.account(name, role)
    with served.world.work() as work:
        own = col(Municipality.municipality_id) == served.world.municipality_id
        work.session.execute(update(Municipality).where(own).values(account_wait_days=0))
    database = served.world.engine.url.render_as_string(hide_password=False)
    return Scene(served=served, terminal=Terminal(folder=tmp_path, database=database))


def test_nobody_releases_what_they_had_a_hand_in_by_any_path(scene: Scene) -> None:
    people = {path: scene.hired(path.__name__, role) for path, (role, _) in PATHS.items()}
    for path, who in people.items():
        path(scene, who)
    sample = scene.does("finance_2", "GET", f"/v1/settlement-runs/{scene.run}/lines?sample=true&limit=200")
    marks = [{"entryId": each["entryId"], "kind": "seen"} for each in sample["items"]]
    scene.does("finance_2", "POST", f"/v1/settlement-runs/{scene.run}/_mark", {"marks": marks})

    for path, (role, reasons) in PATHS.items():
        who = people[path]
        for face in (faces := scene.faces(who, role)):
            assert (face, scene.by_api(face)) == (face, reasons)
        for face in faces[-1:]:
            assert (face, scene.by_command(face)) == (face, reasons)
            assert (face, scene.by_page(face)) == (face, reasons)
    run = scene.does("finance_2", "POST", f"/v1/settlement-runs/{scene.run}/_release")
    assert run["state"] == "released"
    scene.world.assert_books_agree()


def test_one_person_does_not_take_away_what_a_bank_refused(served: Served) -> None:
    """The same contract manager says first what the bank told, then that it is all right after all."""
    world, check = served.world, uuid7()
    with world.work() as work:
        (provider,) = providers.get(work, [world.provider_id])
    said = {"providerId": str(provider.id), "accountHolderName": provider.account_holder_name}

    def put(who: str, id_: UUID, outcome: str) -> Any:
        body = {**said, "iban": provider.iban, "outcome": outcome, "source": "bankieren"}
        return served.put(who, f"/v1/payee-checks/{id_}", body)

    def is_blocked() -> bool:
        with world.work() as work:
            return provider.id in payees.blocked(work, [provider.id])

    served.account("manager_2", Role.CONTRACT_MANAGER)
    assert (put("contract_manager", check, "no_match").status_code, is_blocked()) == (201, True)
    for outcome in ("match", "close_match", "not_possible"):
        answer = put("contract_manager", uuid7(), outcome)
        assert (answer.status_code, answer.json()["code"]) == (409, "payee_stays_blocked")
    assert put("contract_manager", check, "match").status_code == 409
    assert is_blocked()
    for who, blocked in (("contract_manager", True), ("manager_2", False)):
        path = f"/v1/payee-checks/{check}/_override"
        assert served.post(who, path, {"reason": "gebeld met de bank"}).status_code == 200
        assert is_blocked() is blocked
    assert (put("contract_manager", uuid7(), "match").status_code, is_blocked()) == (201, False)
