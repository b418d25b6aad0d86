# SPDX-License-Identifier: EUPL-1.2
"""Logging in at an identity provider: who is vouched for comes in, and nothing that was not made for this
very walk is believed. Each guard is shown by a provider that lies in one thing."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from httpx2 import Response
from joserfc.jwk import RSAKey
from lxml import html
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient

from api.app import build
from api.deps import House
from api.oidc import providers
from api.oidc.client import FRESH_S, KEYS_AGAIN_S, REMEMBERED_S, Party
from api.oidc.providers import Client, IdentityProvider, Knows, ProvidersUnusable
from api.oidc.walks import LASTS
from ledger import access_log, actors, db, identity_links
from ledger.identity_links import LinkInput
from ledger.tables import LoginSession, Proof, Role
from tests import vouching
from tests.api.browsing import Visitor, fields, links, shown
from tests.api.served import Served
from tests.vouching import CLIENT, SECRET, Vouching, by, shared_secret

BSN = "111222333"


@pytest.fixture(scope="module")
def server() -> Iterator[Vouching]:
    """Starting a server takes a while: one for all, told anew by each test what to do."""
    with vouching.opened(lambda: 0) as provider:
        yield provider


@dataclass
class Town:
    """A served municipality that trusts a provider, and a browser of somebody."""

    served: Served
    provider: Vouching
    settings: IdentityProvider
    browser: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Visitor(served=self.served)

    @classmethod
    def of(cls, served: Served, provider: Vouching, **changes: Any) -> "Town":
        given = {
            "municipality_id": served.world.municipality_id,
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "label_nl": "de gemeente",
            "label_en": "the municipality",
        }
        settings = IdentityProvider.model_validate(given | changes)
        house: House = cast(FastAPI, served.client.app).state.house
        party = Party(settings=settings, seconds=lambda: served.world.now.timestamp())
        app = build(replace(house, parties={"town": party, "other": party}))
        return cls(
            served=replace(served, client=TestClient(app, raise_server_exceptions=False)),
            provider=provider,
            settings=settings,
        )

    def link(self, who: str, subject: str) -> None:
        world = self.served.world
        with world.work() as work:
            asked = LinkInput(issuer=self.provider.issuer, subject=subject)
            identity_links.link(work, world.keys, self.served.actor_ids[who], asked)

    def leave(self, browser: Visitor | None = None, **more: Any) -> str:
        """Somebody presses the button; where they are sent."""
        return address_of((browser or self.browser).send("/login/with/town", **more))

    def back(self, address: str, browser: Visitor | None = None) -> Response:
        """They are sent back by the provider."""
        return (browser or self.browser).see(address.removeprefix("https://tegoed.test"))

    def log_in(self, user: str = "els", **more: Any) -> Response:
        return self.back(self.provider.walk(self.leave(**more), user))


def address_of(answer: Response) -> str:
    """Where a page leads on to by itself."""
    assert answer.status_code == 200, shown(answer.text)
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
    assert found is not None, shown(answer.text)
    assert unescape(found[1]) in links(answer.text), "and by a link, for who wants to press one"
    return unescape(found[1])


@pytest.fixture
def town(sqlite_served: Served, server: Vouching) -> Town:
    fresh = Vouching(now=lambda: sqlite_served.world.now.timestamp(), issuer=server.issuer)
    server.__dict__.update(fresh.__dict__)
    found = Town.of(sqlite_served, server)
    found.link("finance", "els")
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_is_vouched_for_comes_in_as_the_account_that_was_linked(town: Town, language: str) -> None:
    town.browser = Visitor(served=town.served, language=language)
    page = town.browser.page("/login?next=/bank")
    assert ("Inloggen met de gemeente" if language == "nl" else "Log in with the municipality") in shown(page)
    hidden = fields(page, "/login/with/town")
    answer = town.log_in(**hidden)
    assert address_of(answer) == "/bank"
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert "finance" in shown(town.browser.page("/bank"))
    with db.reading(town.served.world.engine) as session:
        assert [row.proof for row in session.scalars(select(LoginSession))] == [Proof.IDENTITY_PROVIDER]


def test_what_is_asked_of_the_provider(town: Town) -> None:
    address = town.leave()
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == ["https://tegoed.test/login/from/town"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) == len(asked["nonce"][0]) == 43
    assert "prompt" not in asked
    assert SECRET not in address
    cookie = town.browser.send("/login/with/town").headers["set-cookie"]
    assert cookie.startswith("__Host-tegoed-in-")
    assert all(each in cookie for each in ("HttpOnly", "Secure", "SameSite=lax", "Max-Age=900"))


def test_nobody_registers_themselves(town: Town) -> None:
    answer = town.log_in("a stranger")
    assert answer.status_code == 403
    assert "geen account" in shown(answer.text)
    assert "finance" not in answer.text
    town.link("gatekeeper", "guus")
    with town.served.world.work() as work:
        actors.disable(work, town.served.actor_ids["gatekeeper"])
    assert town.log_in("guus").status_code == 403
    assert town.log_in("els").status_code == 200, "the control"


def lie(**claims: Any) -> Callable[[Vouching], None]:
    return lambda provider: provider.claims.update(claims)


def signed(make: Callable[[Vouching], Any], alg: str) -> Callable[[Vouching], None]:
    return lambda provider: setattr(provider, "sign", by(make(provider), alg))


OTHER_KEY = RSAKey.generate_key(2048, auto_kid=True)
LIES: dict[str, Callable[[Vouching], None]] = {
    "another issuer": lie(iss="https://evil.test"),
    "not for us": lie(aud="somebody else"),
    "for others too, and for whom": lie(aud=[CLIENT, "somebody else"]),
    "asked by another": lie(azp="somebody else"),
    "too old": lie(exp=1),
    "made long ago": lie(iat=1),
    "of the future": lie(iat=4_000_000_000),
    "not in force": lie(nbf=4_000_000_000),
    "no end": lie(exp=None),
    "an end that is no number": lie(exp="4000000000"),
    "another walk": lie(nonce="x" * 43),
    "no walk": lie(nonce=None),
    "nobody": lie(sub=None),
    "nobody by an empty name": lie(sub=""),
    "no name": lie(sub=7),
    "another key": signed(lambda provider: OTHER_KEY, "RS256"),
    "no signature": signed(lambda provider: None, "none"),
    "its public key as a secret": signed(shared_secret, "HS256"),
    "an algorithm that was not agreed": signed(lambda provider: provider.key, "RS512"),
    "another issuer in its answer": lambda provider: setattr(provider, "names_itself", "https://evil.test"),
    "no issuer in its answer": lambda provider: provider.discovery.update(
        authorization_response_iss_parameter_supported=True
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_what_was_not_made_for_this_walk_is_not_believed(
    town: Town, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert town.log_in().status_code == 200, "the control"
    town.browser = Visitor(served=town.served)
    LIES[name](town.provider)
    town.served.world.now += timedelta(seconds=REMEMBERED_S)  # its settings are asked anew
    answer = town.log_in()
    assert (answer.status_code, "Het inloggen is niet gelukt" in shown(answer.text)) == (403, True)
    assert town.browser.see("/runs").status_code == 303, "nobody is logged in"
    assert "is not believed" in caplog.text
    assert not any(each in caplog.text for each in ("eyJ", SECRET))


def test_a_code_is_worth_nothing_without_the_secret_of_this_browser(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """PKCE: the provider refuses a code that is brought with another verifier."""
    mine = town.provider.walk(town.leave(), "els")
    thief = Visitor(served=town.served)
    theirs = town.provider.walk(town.leave(thief), "nobody")
    state = parse_qs(urlsplit(theirs).query)["state"][0]
    code = parse_qs(urlsplit(mine).query)["code"][0]
    stolen = f"/login/from/town?code={code}&state={state}"
    assert town.back(stolen, thief).status_code == 502
    town.provider.checks_pkce = False
    mine = town.provider.walk(town.leave(), "els")
    code = parse_qs(urlsplit(mine).query)["code"][0]
    state = parse_qs(urlsplit(town.leave(thief)).query)["state"][0]
    answer = town.back(f"/login/from/town?code={code}&state={state}", thief)
    assert answer.status_code == 403
    assert "not believed: another walk" in caplog.text, "the token bears the nonce of who was robbed"


def test_an_answer_is_taken_once_by_the_browser_that_asked_and_soon(town: Town) -> None:
    back = town.provider.walk(town.leave(), "els")
    stranger = Visitor(served=town.served)
    answer = town.back(back, stranger)
    assert (answer.status_code, "verlopen" in shown(answer.text)) == (403, True), "logging in somebody else"
    other = town.provider.walk(town.leave(), "els").replace("/from/town", "/from/other")
    assert town.back(other).status_code == 403, "of another provider"
    assert town.back(re.sub(r"state=[^&]+", "state=x", back)).status_code == 403
    assert town.back(back).status_code == 200
    assert town.back(back).status_code == 403, "once"
    late = town.provider.walk(town.leave(), "els")
    town.served.world.now += LASTS
    assert town.back(late).status_code == 403


def test_providers_of_several_municipalities_stand_under_the_name_of_theirs(town: Town) -> None:
    assert "<details>" not in town.browser.page("/login"), "nothing to choose from"
    app = cast(FastAPI, town.served.client.app)
    house: House = app.state.house
    elsewhere = replace(
        house.parties["other"], settings=town.settings.model_copy(update={"municipality_id": "0344"})
    )
    both = build(replace(house, parties={"town": house.parties["town"], "other": elsewhere}))
    page = TestClient(both, base_url="https://tegoed.test").get("/login", headers={"Accept-Language": "nl"})
    tree: Any = html.fromstring(page.text)
    found = {
        str(each.xpath("summary/text()")[0]): each.xpath(".//form/@action")
        for each in tree.xpath("//details")
    }
    assert found == {"Gemeente Utrecht": ["/login/with/other"], "Gemeente Diemen": ["/login/with/town"]}


def test_two_tabs_do_not_disturb_each_other(town: Town) -> None:
    town.link("auditor", "ada")
    one, two = town.leave(), town.leave()
    assert town.back(town.provider.walk(two, "ada")).status_code == 200
    assert town.back(town.provider.walk(one, "els")).status_code == 200
    assert "finance" in shown(town.browser.page("/runs"))


def test_a_sealed_walk_cannot_be_changed_or_carried_to_another_provider(town: Town) -> None:
    back = town.provider.walk(town.leave(), "els")
    jar = town.browser.client.cookies
    (name,) = [each for each in jar if "-in-" in each]
    value = jar[name]
    for wrong in (value[:-8] + "AAAAAAA=", value[: len(value) // 2], "", "A" * 4000):
        headers = {"Cookie": f"{name}={wrong}"}
        path = back.removeprefix("https://tegoed.test")
        assert Visitor(served=town.served).see(path, headers=headers).status_code == 403
    assert town.back(back).status_code == 200, "the control"


def test_who_breaks_off_or_whose_provider_is_away_is_told_so(town: Town) -> None:
    answer = town.log_in("nobody")
    assert (answer.status_code, "afgebroken" in shown(answer.text)) == (403, True)
    town.served.world.now += timedelta(seconds=REMEMBERED_S)
    town.provider.is_away = True
    answer = town.browser.send("/login/with/town")
    assert (answer.status_code, "werkt nu niet" in shown(answer.text)) == (502, True)
    town.provider.is_away = False
    assert town.log_in().status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": "http://elsewhere.test/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
def test_settings_that_are_not_safe_are_not_used(town: Town, changes: dict[str, Any]) -> None:
    town.provider.discovery = changes
    assert town.browser.send("/login/with/town").status_code == 502
    town.provider.discovery = {}
    assert town.log_in().status_code == 200, "the control: nothing bad is remembered"


def test_settings_and_keys_are_remembered_and_a_new_key_is_asked_for(town: Town) -> None:
    for _ in range(3):
        assert town.log_in().status_code == 200
    assert [town.provider.asked.count(each) for each in ("configuration", "keys", "token")] == [1, 1, 3]
    town.served.world.now += timedelta(seconds=KEYS_AGAIN_S)
    town.provider.rotate()
    assert town.log_in().status_code == 200
    assert town.provider.asked.count("keys") == 2
    town.provider.rotate()
    assert town.log_in().status_code == 403, "not again within a minute: else anybody makes us ask"
    assert town.provider.asked.count("keys") == 2


def test_residents_are_found_by_the_number_that_digid_knows(town: Town) -> None:
    world = town.served.world
    els = world.person(bsn=BSN, surname="Els")
    world.grant(holder_id=els, amount_cents=120_00)
    town = Town.of(town.served, town.provider, knows=Knows.BSN, claim="bsn", scopes=("openid", "bsn"))
    town.provider.claims = {"bsn": BSN}
    answer = town.log_in("a pseudonym")
    assert address_of(answer) == "/my"
    assert "120,00" in shown(town.browser.page("/my"))
    with world.work() as work:
        made = [each for each in actors.listed(work) if each.person_id == els]
        looks = access_log.of_person(work, els)
    assert [each.roles for each in made] == [frozenset({Role.HOLDER})]
    assert looks[0].actor_id == made[0].id
    town.log_in("a pseudonym")
    with world.work() as work:
        assert len([each for each in actors.listed(work) if each.person_id == els]) == 1
    for value in ("123456782", "not a number", "", 111222333):
        town.browser = Visitor(served=town.served)
        town.provider.claims = {"bsn": value}
        assert town.log_in("a pseudonym").status_code == 403
    everything = world.engine.url.database
    assert everything is not None
    assert BSN.encode() not in Path(everything).read_bytes(), "the number is not in the database"


def test_an_email_address_counts_only_when_the_provider_verified_it(town: Town) -> None:
    town.link("gatekeeper", "guus@diemen.test")
    town = Town.of(town.served, town.provider, claim="email", client_authentication=Client.SECRET_POST)
    town.provider.claims = {"email": "guus@diemen.test", "email_verified": False}
    assert town.log_in().status_code == 403
    town.provider.claims["email_verified"] = True
    assert town.log_in().status_code == 200


def test_a_provider_must_be_as_sure_as_was_asked(town: Town) -> None:
    town = Town.of(town.served, town.provider, acr_values="substantieel hoog")
    assert "acr_values=substantieel+hoog" in town.leave()
    for said, status in ((None, 403), ("basis", 403), ("hoog", 200)):
        town.provider.claims = {"acr": said}
        assert town.log_in().status_code == status


def test_what_weighs_much_asks_the_provider_once_more(town: Town) -> None:
    """And what was typed is there after it."""
    town.log_in()
    old = town.browser.client.cookies["__Host-tegoed"]
    town.served.world.now += timedelta(minutes=16)
    page = town.browser.send("/runs/0195a3c8-0000-7000-8000-0000000000a1/release")
    assert page.status_code == 403
    hidden = fields(page.text, "/login/with/town")
    assert hidden["again"] == ["true"]
    address = town.leave(**hidden)
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    answer = town.back(town.provider.walk(address, "els"))
    assert "/release" in answer.text
    assert town.browser.client.cookies["__Host-tegoed"] != old
    with db.reading(town.served.world.engine) as session:
        rows = session.scalars(select(LoginSession).order_by(col(LoginSession.id))).all()
    assert [row.ended_at is not None for row in rows] == [True, False]


def test_once_more_is_really_anew_and_the_same_person(town: Town) -> None:
    town.link("auditor", "ada")
    town.log_in()
    lies: list[tuple[str, dict[str, Any]]] = [
        ("ada", {}),
        ("els", {"auth_time": None}),
        ("els", {"auth_time": 1}),
    ]
    for user, claims in lies:
        town.provider.claims = claims
        address = town.leave(again="true")
        assert town.back(town.provider.walk(address, user)).status_code == 403
        town.provider.claims = {}
    assert "finance" in shown(town.browser.page("/runs")), "they stay who they were"
    just = int(town.served.world.now.timestamp()) - FRESH_S + 5
    town.provider.claims = {"auth_time": just}
    assert town.back(town.provider.walk(town.leave(again="true"), "els")).status_code == 200


def test_what_was_typed_outlives_a_session_here_too(town: Town) -> None:
    form: dict[str, Any] = {"until": "2026-06-02", "requestedOn": "2026-06-03"}
    page = town.browser.send("/runs", **form)
    hidden = fields(page.text, "/login/with/town")
    answer = town.log_in(**hidden)
    assert fields(answer.text, "/runs") == {name: [value] for name, value in form.items()}
    long = {"kept": json.dumps({"path": "/runs", "fields": [["x", "y" * 40_000]]})}
    assert town.log_in(**long).status_code == 200, "letters alike are small when sealed"
    noise = "".join(chr(0x4E00 + at * 7919 % 20_000) for at in range(5_000))
    long = {"kept": json.dumps({"path": "/runs", "fields": [["x", noise]]})}
    assert address_of(town.log_in(**long)), "too long for a cookie: in, without it"


def test_a_provider_that_is_not_there_and_the_open_road(town: Town) -> None:
    assert town.browser.send("/login/with/nobody").status_code == 404
    assert town.browser.see("/login/from/nobody").status_code == 404
    plain = {"Origin": "http://tegoed.test", "Sec-Fetch-Site": "same-origin"}
    assert town.browser.client.post("http://tegoed.test/login/with/town", headers=plain).status_code == 404
    foreign = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    assert town.browser.client.post("/login/with/town", headers=foreign).status_code == 403
    answer = town.log_in(next="//evil.test")
    assert address_of(answer) == "/runs"


PROVIDER: dict[str, Any] = {
    "municipality_id": "0384",
    "issuer": "https://id.diemen.test",
    "client_id": "tegoed",
    "client_secret": "x" * 32,
    "label_nl": "Diemen",
    "label_en": "Diemen",
}
GOOD = {"version": 1, "providers": {"town": PROVIDER}}


def written(folder: Path, content: Any, mode: int = 0o600) -> Path:
    path = folder / "providers.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


def test_a_file_of_providers_is_read(tmp_path: Path) -> None:
    found = providers.read(written(tmp_path, GOOD))
    assert found["town"].issuer == "https://id.diemen.test"
    assert "x" * 32 not in repr(found)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuer": "http://id.diemen.test"}, "https"),
        ({"issuer": "https://id.diemen.test?x=1"}, "https"),
        ({"issuer": "https://user:pass@id.diemen.test"}, "https"),
        ({"client_secret": "short"}, "client_secret"),
        ({"municipality_id": "x"}, "municipality_id"),
        ({"scopes": ["email"]}, "openid"),
        ({"scopes": ["openid email"]}, "scopes"),
        ({"knows": "bsn"}, "citizen service number"),
        ({"more": 1}, "more"),
    ],
    ids=str,
)
def test_a_file_that_says_something_else_does_not_start(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    wrong = {"version": 1, "providers": {"town": PROVIDER | change}}
    with pytest.raises(ProvidersUnusable, match=why) as raised:
        providers.read(written(tmp_path, wrong))
    assert "short" not in str(raised.value)


def test_a_file_that_others_can_read_or_that_is_none_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ProvidersUnusable, match="chmod 600"):
        providers.read(written(tmp_path, GOOD, mode=0o640))
    with pytest.raises(ProvidersUnusable, match="JSON"):
        providers.read(written(tmp_path, "{"))
    with pytest.raises(ProvidersUnusable):
        providers.read(tmp_path)
    with pytest.raises(ProvidersUnusable):
        providers.read(tmp_path / "nothing.json")
    with pytest.raises(ProvidersUnusable):
        providers.read(written(tmp_path, {"version": 1, "providers": {"Town!": PROVIDER}}))
