# SPDX-License-Identifier: EUPL-1.2
"""The ways in: the buttons of a demo and of nothing else, passwords with codes; and what a session asks."""

import base64
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient

from api.app import DemoWithRealKeys, build
from api.deps import House
from api.pages import cookies, own_sessions, start
from api.pages.words import Teller
from ledger import actors, db, keys, local_logins, tries
from ledger.ids import uuid7
from ledger.local_logins import InvitationInput
from ledger.tables import LocalLogin, LoginSession, Proof, Role
from ledger.texts import Language
from tests.api.browsing import HOST, OWN_FORM, Scene, Visitor, buttons, fields, links, shown
from tests.api.served import Served


@pytest.fixture
def demo(sqlite_served: Served) -> Served:
    """The same world, served as a demo: its keys are specimens."""
    house: House = cast(FastAPI, sqlite_served.client.app).state.house
    app = build(replace(house, demo=True))
    return replace(sqlite_served, client=TestClient(app, raise_server_exceptions=False))


def test_the_demo_is_walked_through_as_every_kind_of_user_in_two_clicks(demo: Served) -> None:
    demo.account("finance_2", Role.FINANCE)
    demo.account("contract_manager_2", Role.CONTRACT_MANAGER)
    demo.account("representative", Role.HOLDER, person_id=demo.world.person())
    stranger = Visitor(served=demo)
    page = stranger.page("/")
    assert "Loop er doorheen als" in shown(page)
    for walk in start.WALKS:
        assert Teller(Language.NL).say(f"start.as.{walk.name}") in page
    answer = stranger.send(f"/demo/{demo.actor_ids['finance']}", town="0384", next="/bank")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bank")
    assert "Ingelogd als finance" in shown(stranger.page("/bank"))
    with db.reading(demo.world.engine) as session:
        (row,) = session.scalars(select(LoginSession).where(col(LoginSession.proof) == Proof.DEMO))
    assert row.key_id is None
    stranger.send(f"/demo/{demo.actor_ids['finance_2']}", town="0384")
    assert "Ingelogd als finance_2" in shown(stranger.page("/runs"))


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("paying_agent", "/care"),
        ("administrator", "/accounts"),
        ("auditor", "/books"),
        ("gatekeeper", "/worklist"),
        ("finance", "/runs"),
        ("contract_manager", "/contracts"),
        ("provider", "/scan"),
        ("holder", "/my"),
    ],
)
def test_who_logs_in_comes_where_their_work_is(sqlite_served: Served, who: str, where: str) -> None:
    answer = Visitor(served=sqlite_served).send("/login", key=sqlite_served.secrets[who])
    assert answer.headers["location"] == where


def test_a_button_of_the_demo_leads_nowhere_else(demo: Served) -> None:
    visitor, finance = Visitor(served=demo), demo.actor_ids["finance"]
    for town, actor_id in (("0384", uuid7()), ("0344", finance), ("", finance), ("x'--", finance)):
        assert visitor.send(f"/demo/{actor_id}", town=town).status_code == 404
    assert visitor.send("/demo/nobody", town="0384").status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert visitor.send(f"/demo/{finance}", town="0384", headers=foreign).status_code == 403
    answer = visitor.send(f"/demo/{finance}", town="0384", next="//evil.test/")
    assert answer.headers["location"] == "/runs"
    with demo.world.work() as work:
        actors.disable(work, finance)
    assert visitor.see("/runs").status_code == 303, "a disabled account opens nothing more"
    assert visitor.send(f"/demo/{finance}", town="0384").status_code == 404


def test_nothing_but_a_demo_lets_anybody_in_without_proof(demo: Served, sqlite_served: Served) -> None:
    real, finance = Visitor(served=sqlite_served), demo.actor_ids["finance"]
    assert "Loop er doorheen" not in real.page("/")
    assert "/login" in links(real.page("/"))
    answer = real.send(f"/demo/{finance}", town="0384")
    assert (answer.status_code, "set-cookie" in answer.headers) == (404, False)
    walker = Visitor(served=demo)
    walker.send(f"/demo/{finance}", town="0384")
    assert walker.see("/runs").status_code == 200
    real.client.cookies = walker.client.cookies
    assert real.see("/runs").status_code == 303, "nor does a session that a demo began"


def test_a_demo_with_real_keys_does_not_start(demo: Served) -> None:
    house: House = cast(FastAPI, demo.client.app).state.house
    real = {**house.keyring, "0363": keys.new_municipality_keys()}
    with pytest.raises(DemoWithRealKeys, match="0363"):
        build(replace(house, keyring=real))
    build(replace(house, keyring=real, demo=False))  # the negative control: the same keys, and no demo


def test_the_demo_gives_no_secret_where_it_would_travel_in_the_open(demo: Served) -> None:
    client = Visitor(served=demo).client
    page = client.get("http://tegoed.test/").text
    assert "/demo/" not in page
    assert "https" in shown(page)
    headers = {**OWN_FORM, "Origin": "http://tegoed.test"}
    path = f"http://tegoed.test/demo/{demo.actor_ids['finance']}"
    assert client.post(path, data={"town": "0384"}, headers=headers).status_code == 404


PASSWORD = "paarse fiets in de regen"
NAME = "els@diemen.test"


def invitation(served: Served, who: str = "finance") -> str:
    with served.world.work() as work:
        asked = InvitationInput(login_name=NAME)
        return local_logins.invite(work, served.actor_ids[who], asked)


def app_of(page: str) -> TOTP:
    """The app on a telephone, set up by hand with what the page says."""
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found is not None, shown(page)
    return TOTP(base64.b32decode(found[1].replace(" ", "")), 6, SHA1(), 30)  # noqa: S303 - what apps speak


@dataclass
class Els:
    """Somebody of finance with a password and an app."""

    served: Served
    language: str = "nl"
    app: TOTP = field(init=False)
    browser: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Visitor(served=self.served, language=self.language)
        code = invitation(self.served)
        page = self.browser.send("/login/new", invitation=code)
        assert page.status_code == 200, page.text
        self.app = app_of(page.text)
        hidden = fields(page.text, "/login/new/chosen")
        answer = self.browser.send("/login/new/chosen", **hidden, **self.chosen())
        assert (answer.status_code, answer.headers["location"]) == (303, "/runs"), shown(answer.text)
        self.later(1)

    def chosen(self) -> dict[str, Any]:
        return {"chosen": PASSWORD, "again": PASSWORD, "totp": self.code()}

    def code(self) -> str:
        return self.app.generate(int(self.served.world.now.timestamp())).decode()

    def later(self, minutes: int) -> None:
        self.served.world.now += timedelta(minutes=minutes)

    def log_in(self, visitor: Visitor, **changes: str) -> Response:
        asked: dict[str, Any] = {"loginName": NAME, "password": PASSWORD, "totp": self.code(), **changes}
        return visitor.send("/login/password", **asked)


def test_every_page_of_logging_in_is_there_in_english_as_well(sqlite_served: Served) -> None:
    """Els sees the page with her app on the way; the Dutch ones are in the tests below."""
    els = Els(served=sqlite_served, language="en")
    assert "Type or paste the code" in shown(els.browser.page("/login/new"))
    assert "Where you are logged in" in shown(els.browser.page("/sessions"))
    els.later(15)
    asked = els.browser.send(f"/runs/{uuid7()}/release")
    assert "Is it really you?" in shown(asked.text)
    hidden = fields(asked.text, "/login/again")
    proved = els.browser.send("/login/again", password=PASSWORD, totp=els.code(), **hidden)
    assert "It is kept." in shown(proved.text)


@pytest.fixture
def els(sqlite_served: Served) -> Els:
    return Els(served=sqlite_served)


def test_who_was_invited_sets_up_a_password_and_an_app_and_logs_in_with_them(els: Els) -> None:
    assert "Ingelogd als finance" in shown(els.browser.page("/runs"))
    elsewhere = Visitor(served=els.served)
    answer = els.log_in(elsewhere, next="/bank")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bank")
    assert "Ingelogd als finance" in shown(elsewhere.page("/bank"))
    again = Visitor(served=els.served)
    assert els.log_in(again).status_code == 403, "the code was used"


def test_whatever_is_wrong_is_answered_alike_and_shows_no_secret(els: Els) -> None:
    told = set()
    for changes in (
        {"password": "iets heel anders"},
        {"totp": "000000"},
        {"loginName": "niemand@diemen.test"},
        {"loginName": ""},
    ):
        answer = els.log_in(Visitor(served=els.served), **changes)
        assert "set-cookie" not in answer.headers
        assert PASSWORD not in answer.text
        told.add((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert len(told) == 1
    for _ in range(tries.FREE):
        els.log_in(Visitor(served=els.served), totp="000000")
    blocked = els.log_in(Visitor(served=els.served))
    assert (blocked.status_code, re.sub(r'value="[^"]*"', "", blocked.text)) in told


def test_a_set_up_that_is_not_right_is_asked_again_and_changes_nothing(sqlite_served: Served) -> None:
    visitor, code = Visitor(served=sqlite_served), invitation(sqlite_served)
    assert visitor.send("/login/new", invitation="nonsense").status_code == 403
    page = visitor.send("/login/new", invitation=code).text
    assert code not in str(visitor.client.cookies)
    for wrong, words in (
        ({"chosen": "kort", "again": "kort"}, "Nieuw wachtwoord"),
        ({"totp": "000000"}, "De code van de app klopt niet"),
        ({"again": "een heel ander wachtwoord"}, "Dit formulier klopt nog niet"),
    ):
        right: dict[str, Any] = {"chosen": PASSWORD, "again": PASSWORD, "totp": "000000"}
        answer = visitor.send("/login/new/chosen", invitation=code, **{**right, **wrong})
        assert answer.status_code in {400, 409}
        assert words in shown(answer.text)
        assert PASSWORD not in answer.text
        assert app_of(answer.text).generate(0) == app_of(page).generate(0), "the app need not be set up anew"
    with db.reading(sqlite_served.world.engine) as session:
        assert session.scalars(select(LocalLogin)).all() == []


def test_what_was_typed_outlives_the_session(sqlite_served: Served) -> None:
    visitor = Visitor(served=sqlite_served)
    typed: dict[str, Any] = {"id": str(uuid7()), "until": "2026-06-09", "requestedOn": "2026-06-10"}
    answer = visitor.send("/runs", **typed)
    assert answer.status_code == 403
    assert "is bewaard" in shown(answer.text)
    hidden = fields(answer.text, "/login")
    wrong = visitor.send("/login", key="tgd_0384_nothing", **hidden)
    assert fields(wrong.text, "/login")["kept"] == hidden["kept"], "also over a mistake"
    page = visitor.send("/login", key=sqlite_served.secrets["finance"], **hidden)
    assert page.status_code == 200
    kept = fields(page.text, "/runs")
    assert {name: value for name, (value,) in kept.items()} == typed
    assert visitor.page("/runs").count("/runs/0") == 0, "nothing was sent by itself"
    answer = visitor.send("/runs", **kept)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) in {
        (303, f"/runs/{typed['id']}"),
        (409, ""),
    }


@pytest.mark.parametrize(
    "kept",
    [
        '{"path":"https://evil.test/runs","fields":[["a","b"]]}',
        '{"path":"//evil.test","fields":[["a","b"]]}',
        '{"path":"/v1/people","fields":[["a","b"]]}',
        '{"path":"/login","fields":[["key","b"]]}',
        '{"path":"/runs","fields":[["a","b"]],"more":1}',
        '{"path":"/runs","fields":' + str([["a", "b"]] * 2101).replace("'", '"') + "}",
        "nonsense",
        "[]",
        '{"path":"/runs","fields":[["a","' + "x" * 60_000 + '"]]}',
    ],
)
def test_what_waits_is_a_form_of_ours_or_nothing(sqlite_served: Served, kept: str) -> None:
    answer = Visitor(served=sqlite_served).send("/login", key=sqlite_served.secrets["finance"], kept=kept)
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs")


def test_what_is_typed_and_waits_is_never_markup(sqlite_served: Served) -> None:
    visitor = Visitor(served=sqlite_served)
    answer = visitor.send("/runs", until='"><script>alert(1)</script>')
    page = visitor.send("/login", key=sqlite_served.secrets["finance"], **fields(answer.text, "/login"))
    assert "<script" not in answer.text + page.text
    assert fields(page.text, "/runs")["until"] == ['"><script>alert(1)</script>']


def test_money_is_released_only_by_who_showed_just_now_who_they_are(sqlite_served: Served) -> None:
    scene = Scene.over(sqlite_served)
    maker, checker = Visitor.of(sqlite_served, "finance"), Visitor.of(sqlite_served, "finance_2")
    run = scene.drafted(maker)
    maker.done(f"{run}/submit")
    scene.looked_at(checker, run)
    scene.pass_time(minutes=15)
    checker.page(run)
    asked = checker.send(f"{run}/release")
    assert asked.status_code == 403
    assert "Bent u het zelf?" in shown(asked.text)
    hidden = fields(asked.text, "/login/again")
    other = checker.send("/login/again", key=sqlite_served.secrets["finance"], **hidden)
    assert other.status_code == 403, "somebody else is not who is logged in"
    before = checker.client.cookies[cookies.SECURE]
    proved = checker.send("/login/again", key=sqlite_served.secrets["finance_2"], **hidden)
    assert proved.status_code == 200
    assert checker.client.cookies[cookies.SECURE] != before
    assert f'action="{run}/release"' in proved.text
    assert checker.send(f"{run}/release").status_code == 303
    stale = Visitor(served=sqlite_served)
    stale.client.cookies.set(cookies.SECURE, before)
    assert stale.see("/runs").status_code == 303, "the secret before it opens nothing"


def test_who_has_a_password_proves_it_again_with_password_and_code(els: Els) -> None:
    els.later(15)
    asked = els.browser.send(f"/runs/{uuid7()}/release")
    assert asked.status_code == 403
    hidden = fields(asked.text, "/login/again")
    assert els.browser.send("/login/again", password=PASSWORD, totp="000000", **hidden).status_code == 403
    key = els.served.secrets["finance"]
    assert els.browser.send("/login/again", key=key, **hidden).status_code == 403, "not another way"
    proved = els.browser.send("/login/again", password=PASSWORD, totp=els.code(), **hidden)
    assert proved.status_code == 200, shown(proved.text)
    assert els.browser.send(f"/runs/{uuid7()}/release").status_code == 404


def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(sqlite_served: Served) -> None:
    here, there, third = (Visitor.of(sqlite_served, "finance") for _ in range(3))
    other = Visitor.of(sqlite_served, "auditor")
    page = here.page("/sessions")
    ends = [each for each in buttons(page) if each.endswith("/end")]
    assert len(ends) == 2
    for each in ends:
        assert other.send(each).status_code == 303
    assert there.see("/runs").status_code == 200, "another's session is not ended"
    assert "uitgelogd" in here.done(ends[0])
    assert sorted(each.see("/runs").status_code for each in (there, third)) == [200, 303]
    here.done("/sessions/end-others")
    assert {each.see("/runs").status_code for each in (there, third)} == {303}
    assert here.see("/runs").status_code == other.see("/runs").status_code == 200
    assert Visitor(served=sqlite_served).see("/sessions").headers["location"].startswith("/login")


def test_another_password_ends_every_other_session(els: Els) -> None:
    elsewhere = Visitor(served=els.served)
    els.log_in(elsewhere)
    els.later(1)
    other = "groene trein in de zon"
    asked: dict[str, Any] = {"password": PASSWORD, "chosen": other, "again": other}
    wrong = els.browser.send("/sessions/password", **{**asked, "password": "iets anders"}, totp=els.code())
    assert (wrong.status_code, "Dit klopt niet" in shown(wrong.text)) == (403, True)
    assert "veranderd" in els.browser.done("/sessions/password", **asked, totp=els.code())
    assert elsewhere.see("/runs").status_code == 303
    els.later(1)
    assert els.log_in(elsewhere).status_code == 403
    assert els.log_in(elsewhere, password=other).status_code == 303


def test_a_new_invitation_that_is_used_ends_every_session(els: Els) -> None:
    """It is sent to who lost the telephone or the password: whoever has these must be out."""
    by_key = Visitor.of(els.served, "finance")
    again = Els(served=els.served)
    assert again.browser.see("/runs").status_code == 200
    assert els.browser.see("/runs").status_code == by_key.see("/runs").status_code == 303


def test_another_password_does_not_hold_the_user_name_either(els: Els) -> None:
    guessed = f"{NAME.upper()} 2026"
    asked: dict[str, Any] = {"password": PASSWORD, "chosen": guessed, "again": guessed}
    refused = els.browser.send("/sessions/password", **asked, totp=els.code())
    assert refused.status_code == 400
    assert "te makkelijk te raden" in shown(refused.text)


def test_the_language_that_was_chosen_is_kept_on_pages_alone(sqlite_served: Served) -> None:
    visitor = Visitor.of(sqlite_served, "finance")
    answer = visitor.see("/language/en", headers={"Referer": f"{HOST}/bank"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/bank")
    assert 'lang="en"' in visitor.page("/bank")
    assert 'lang="en"' in visitor.page("/")
    assert visitor.see("/v1/nothing").json()["title"] == "Dit adres bestaat niet"
    answer = visitor.see("/language/nl", headers={"Referer": "https://evil.test/bank"})
    assert answer.headers["location"] == "/"
    assert '<html lang="nl">' in visitor.page("/bank")
    assert visitor.see("/language/xx").status_code == 404
    visitor.client.cookies.set("tegoed_language", "<xx>")
    assert '<html lang="nl">' in visitor.page("/bank")


def test_logging_out_clears_what_the_browser_keeps(sqlite_served: Served) -> None:
    answer = Visitor.of(sqlite_served, "finance").send("/logout")
    assert answer.headers["clear-site-data"] == '"cache"'


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            "Edge 141, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile", "Chrome 141, Android"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_know_it(agent: str, said: str) -> None:
    assert own_sessions.short(agent) == said
