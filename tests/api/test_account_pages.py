# SPDX-License-Identifier: EUPL-1.2
"""An administrator's pages: accounts made, changed and disabled, and what they log in with; money and
residents stay out of reach. And the paying agent's page."""

import re
from typing import Any
from uuid import UUID

import pytest

from ledger import actors, care, local_logins, sessions
from ledger.care import Agreement
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind
from ledger.tables import Approver, Entitlement, RateClass, Role
from tests.api.browsing import Visitor, buttons, fields, shown
from tests.api.served import Served
from tests.world import GUIDANCE, World


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "administrator")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def made(visitor: Visitor, **more: Any) -> str:
    """The address of a new account."""
    asked = fields(visitor.page("/accounts"), "/accounts") | {"name": "Mees <b>", "role": ["finance"]}
    answer = visitor.send("/accounts", **asked | more)
    assert answer.status_code == 303, shown(answer.text)
    return str(answer.headers["location"]).split("?")[0]


def secret_of(page: str) -> str:
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found is not None, shown(page)
    return found[1]


def test_an_account_is_made_once_changed_and_disabled(visitor: Visitor, world: World) -> None:
    where = made(visitor, role=["contract_manager"])
    page = visitor.page(where)
    assert "Mees &lt;b&gt;" in page
    assert "Mees &lt;b&gt;" in visitor.page("/accounts")
    visitor.done(where, name="Mees", role=["gatekeeper"])
    with world.work() as work:
        (state,) = [each for each in actors.listed(work) if each.name == "Mees"]
    assert state.roles == frozenset({Role.GATEKEEPER})
    refused = visitor.send(where, name="Mees", role=["gatekeeper", "finance"])
    assert refused.status_code == 409
    assert "Mees" in refused.text
    assert visitor.send(where, name="", role=["finance"]).status_code == 400
    assert visitor.send(where, name="Mees", role=["king"]).status_code == 400
    page = visitor.done(f"{where}/disable")
    assert "uitgezet" in shown(page)
    assert buttons(page) == {"/logout"}, "nothing is left to be done with it"


def test_roles_and_parties_go_together_and_what_was_typed_is_kept(visitor: Visitor, world: World) -> None:
    asked = fields(visitor.page("/accounts"), "/accounts") | {"name": "Scanner", "role": ["provider"]}
    refused = visitor.send("/accounts", **asked)
    assert refused.status_code == 400
    assert 'value="Scanner"' in refused.text
    assert visitor.send("/accounts", **asked, providerId=str(uuid7())).status_code == 404
    page = visitor.done("/accounts", **asked, providerId=str(world.provider_id))
    assert str(world.provider_id) in page
    assert visitor.done("/accounts", **asked, providerId=str(world.provider_id)), "sent twice it is one"
    own = f"/accounts/{visitor.served.actor_ids['administrator']}"
    assert visitor.send(own, name="administrator", role=["finance"]).status_code == 403, "not one's own roles"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_secrets_are_shown_once_and_open_what_they_should(sqlite_served: Served, language: str) -> None:
    visitor = Visitor.of(sqlite_served, "administrator", language=language)
    where = made(visitor)
    invited = visitor.send(f"{where}/invite", loginName="Mees@Diemen.test")
    code = secret_of(invited.text)
    assert Visitor(served=sqlite_served).send("/login/new", invitation=code).status_code == 200
    key = secret_of(visitor.send(f"{where}/keys").text)
    assert code not in visitor.page(where)
    assert key not in visitor.page(where)
    theirs = Visitor(served=sqlite_served)
    assert theirs.send("/login", key=key).status_code == 303
    assert theirs.see("/runs").status_code == 200
    (revoke,) = [each for each in buttons(visitor.page(where)) if "/keys/" in each]
    visitor.done(revoke)
    assert theirs.see("/runs").status_code == 303, "a revoked key opens nothing"
    assert visitor.send(f"{where}/invite", loginName="x").status_code == 400
    assert visitor.send(f"{where}/keys/{uuid7()}/revoke").status_code == 404


def test_letting_somebody_in_asks_a_fresh_proof(visitor: Visitor, world: World) -> None:
    where = made(visitor)
    world.now += sessions.FRESH
    answer = visitor.send(f"{where}/keys")
    assert (answer.status_code, "nog een keer" in shown(answer.text)) == (403, True)


def test_an_account_is_linked_to_a_provider_and_let_loose(visitor: Visitor, world: World) -> None:
    where = made(visitor)
    assert f"{where}/link" not in buttons(visitor.page(where)), "no provider is trusted here"
    issuer = "https://id.diemen.test"
    assert visitor.send(f"{where}/link", issuer=issuer, subject="123456782").status_code == 400
    page = visitor.done(f"{where}/link", issuer=issuer, subject="mees-7")
    assert issuer in page
    assert "mees-7" not in page
    assert issuer not in visitor.done(f"{where}/unlink", issuer=issuer)


def test_who_only_looks_sees_no_buttons_and_who_works_on_the_host_is_no_account(
    sqlite_served: Served, world: World, visitor: Visitor
) -> None:
    auditor = Visitor.of(sqlite_served, "auditor")
    where = made(visitor)
    assert buttons(auditor.page(where)) == {"/logout"}
    assert auditor.send(f"{where}/disable").status_code == 403
    with world.work() as work:
        host = actors.operator(work.session, world.municipality_id, "root", now=world.now)
    assert "root" not in shown(visitor.page("/accounts"))
    assert visitor.see(f"/accounts/{host}").status_code == 404
    assert visitor.see(f"/accounts/{uuid7()}").status_code == 404


def test_the_password_says_whether_it_is_set_up(visitor: Visitor, world: World) -> None:
    where = made(visitor)
    assert "Is nog niet ingesteld" in visitor.page(where)
    with world.work() as work:
        assert not local_logins.is_set_up(work, uuid7())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_paying_agent_approves_what_waits_and_not_what_it_approved_otherwise(
    sqlite_served: Served, world: World, language: str
) -> None:
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    agreement = _agreement(world, right)
    visitor = Visitor.of(sqlite_served, "paying_agent", language=language)
    assert f"/care/{agreement}" in buttons(visitor.page("/care"))
    per = {"nl": "per uur", "en": "for each hour"}[language]
    assert per in shown(visitor.page("/care")), "for how much of it the rate is"
    assert f"/care/{agreement}" not in buttons(visitor.done(f"/care/{agreement}"))
    with world.work() as work:
        assert care.approved(work, [agreement])[agreement] == {Approver.PAYING_AGENT}
    assert visitor.send(f"/care/{uuid7()}").status_code == 404
    assert Visitor.of(sqlite_served, "gatekeeper").send(f"/care/{agreement}").status_code == 403


def test_a_no_to_a_care_agreement_needs_a_reason_that_the_resident_reads(
    sqlite_served: Served, world: World
) -> None:
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    first, second = (_agreement(world, right) for _ in range(2))
    agent = Visitor.of(sqlite_served, "paying_agent")
    for path, reason in ((first, ""), (first, "x" * 2001)):
        answer = agent.send(f"/care/{path}/decline", reason=reason)
        assert answer.status_code == 400
        assert f"reason-{first}" in answer.text
    page = agent.done(f"/care/{first}/decline", reason="Dit is geen zorg <b>.")
    assert f"/care/{first}" not in buttons(page)
    assert "betaalkantoor" in page
    assert agent.send(f"/care/{first}").status_code == 409, "it is for good"
    gate, where = Visitor.of(sqlite_served, "gatekeeper"), f"/entitlements/{right.id}"
    assert "Afgewezen door het betaalkantoor: Dit is geen zorg <b>." in shown(gate.page(where))
    lost = gate.send(f"{where}/care/{second}/decline", reason="Te duur. " + "x" * 500)
    assert (lost.status_code, "Te duur. xxx" in lost.text) == (400, True), "what was typed is kept"
    gate.done(f"{where}/care/{second}/decline", reason="Te\r\nduur.")
    other = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    assert gate.send(f"/entitlements/{other.id}/care/{second}/decline", reason="x").status_code == 404
    told = shown(Visitor.of(sqlite_served, "holder").page(f"/my/{right.id}"))
    assert "Het betaalkantoor heeft dit afgewezen: Dit is geen zorg <b>." in told
    assert "De gemeente heeft dit afgewezen: Te duur." in told


def _agreement(world: World, right: Entitlement) -> UUID:
    asked = Agreement(
        id=uuid7(),
        entitlement_id=right.id,
        provider_id=world.helper_id,
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=20_00,
        valid_from=right.valid_from,
        valid_until=right.valid_until,
        at=world.now,
    )
    with world.work() as work:
        care.agree(work, [asked])
    return asked.id
