# SPDX-License-Identifier: EUPL-1.2
"""Who gets where on the pages: every role at every page and form; and when a session opens nothing more."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import Response

from api.pages import cookies, entry, faults, visit
from api.pages.templates import FOLDER, rendered
from ledger import actors, sessions
from ledger.ids import uuid7
from ledger.roles import MAY
from ledger.sessions import IDLE, LASTS
from ledger.tables import Role
from ledger.texts import Language
from tests.api.browsing import Scene, Visitor, boxes, buttons, fields, links, shown
from tests.api.places import DOORS, addresses, audience, reader
from tests.api.served import Served

FORMS = {path for method, path, _ in DOORS if method == "POST"}


ELSEWHERE = (
    "https://evil.test/runs",
    "//evil.test/runs",
    "/\\evil.test",
    "/v1/people",
    "/runs\r\nX: evil",
    "/runs/../v1/evil",
    "",
)
"""Where nobody is led after logging in."""


@pytest.fixture
def scene(sqlite_served: Served) -> Scene:
    return Scene.over(sqlite_served)


def test_every_role_at_every_page_and_form(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """403 where the table says no; to who acts for a provider or a resident nothing of it exists."""
    found = addresses(scene)
    assert not any("{" in each for each in found.values()), found
    wrong, cells = [], 0
    for role in Role:
        visitor = Visitor.forced(scene.served, role)
        for method, path, door in DOORS:
            answer = visitor.see(found[path]) if method == "GET" else visitor.send(found[path])
            expected = {403}
            if door.action in MAY[role]:
                expected = {404}
                if door.audience == audience(role):
                    expected = {200} if method == "GET" else {200, 303, 400, 409, 412}
            cells += 1
            if answer.status_code not in expected:
                wrong.append((role, method, path, answer.status_code))
            if answer.status_code in {403, 404}:
                assert "<h1>" in answer.text
    assert wrong == []
    assert cells == len(DOORS) * len(Role) >= 150
    _render_everything(scene.served, found, monkeypatch)


def _render_everything(served: Served, found: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every template there is makes a page in both languages; the last one is of a page that is not there."""
    made: set[tuple[str, str]] = set()

    def noted(template: str, language: Language, *args: Any, **more: Any) -> Response:
        made.add((template, language))
        return rendered(template, language, *args, **more)

    for module in (visit, faults, entry):
        monkeypatch.setattr(module, "rendered", noted)
    for language in Language:
        pages = [(found[path], reader(door)) for method, path, door in DOORS if method == "GET"]
        for page, role in [
            *pages,
            ("/", Role.FINANCE),
            ("/login", Role.FINANCE),
            ("/runs/nothing", Role.FINANCE),
        ]:
            text = Visitor.forced(served, role, language=language).see(page).text
            assert "<html" not in text or f'<html lang="{language}">' in text, page
    whole = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html")}
    whole -= {"base.html", "parts.html", "gate/people.html", "redeemed.html", "settling/bank_lines.html"}
    whole -= {"finance/contract_parts.html"}
    whole -= {
        "door/offers.html",
        "door/quote.html",
        "gate/look.html",
        "gate/change.html",
        "gate/representative.html",
        "door/price.html",
        "offline.html",  # one page for both languages
        "gate/one_time.html",
        "accounts/secret.html",  # in test_account_pages
        "settling/drafting.html",  # in test_job_pages
        "resident/claim_look.html",
        "resident/link_code.html",
        "resident/mandate_ask.html",
    }  # answers to forms: in both languages in test_door_pages, test_gate_pages, test_own_mandates and
    # test_own_claims
    whole -= {name for name in whole if name.startswith("login/")}  # in both languages in test_login_pages
    assert made >= {(name, language) for name in whole for language in Language}


def test_a_button_is_shown_to_whom_may_use_it_and_to_nobody_else(scene: Scene) -> None:
    scene.account_change()
    scene.blocked_payee()
    finance = Visitor.of(scene.served, "finance")
    run = scene.drafted(finance)
    pages = (run, "/runs", f"{run}/lines", "/bank", "/payees")
    able = {role: set[str]() for role in Role}
    for role in (Role.FINANCE, Role.AUDITOR, Role.CONTRACT_MANAGER):
        visitor = Visitor.of(scene.served, role)
        for page in pages:
            able[role] |= {re.sub(r"[0-9a-f-]{36}", "{id}", each) for each in buttons(visitor.page(page))}
    everybody = {"/logout"}
    drafted = {"/runs", "/runs/{id}/submit", "/runs/{id}/withdraw", "/runs/{id}/lines", "/bank"}
    assert able[Role.FINANCE] == everybody | drafted
    assert able[Role.AUDITOR] == everybody
    assert able[Role.CONTRACT_MANAGER] == everybody | {"/payees/changes/{id}", "/payees/checks/{id}"}
    assert (
        able[Role.FINANCE]
        | able[Role.CONTRACT_MANAGER]
        | {
            "/runs/{id}/release",
            "/runs/{id}/export",
        }
        == {each for each in FORMS if each.startswith(("/runs", "/bank", "/payees"))} | everybody
    ), "the tests know every form of these pages"
    assert boxes(Visitor.of(scene.served, "auditor").page(f"{run}/lines")) == []


def test_no_page_shows_a_button_or_link_that_its_reader_may_not_follow(scene: Scene) -> None:
    """Every page, to every role that sees it: each form and link leads to a door that lets that role in."""
    found = addresses(scene)
    allowed = {
        wanted: {path: door for method, path, door in DOORS if method == wanted} for wanted in ("GET", "POST")
    }
    wrong, seen = [], {"GET": 0, "POST": 0}
    for path, door in allowed["GET"].items():
        readers = [role for role in Role if audience(role) == door.audience and door.action in MAY[role]]
        for role in readers:
            answer = Visitor.forced(scene.served, role).see(found[path])
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            for method, target in _ways_on(answer.text):
                doors = (allowed[method][each] for each in allowed[method] if _leads_to(target, each))
                behind = next(doors, None)
                seen[method] += 1
                if behind is None or behind.action not in MAY[role] or behind.audience != door.audience:
                    wrong.append((role, path, method, target))
    assert wrong == []
    assert seen["GET"] >= 500
    assert seen["POST"] >= 40


def _ways_on(page: str) -> list[tuple[str, str]]:
    """The forms and links of a page that lead to another page of somebody who is logged in."""
    gone = {urlsplit(each).path for each in links(page)} - {"", "/", "/sessions"}
    ways = [("GET", each) for each in gone if not each.startswith(("/v1/", "/static/", "/language/"))]
    return ways + [("POST", each) for each in buttons(page) - {"/logout", "/language"}]


def _leads_to(address: str, route: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), address) is not None


def test_without_a_session_one_logs_in_and_is_back(scene: Scene) -> None:
    served = scene.served
    stranger = Visitor(served=served)
    asked = f"/runs/{uuid7()}/lines?show=unseen"
    for method, path, _ in DOORS:
        address = re.sub(r"\{\w+\}", lambda _: str(uuid7()), path)
        answer = stranger.see(address) if method == "GET" else stranger.send(address)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")
    login = stranger.see(asked).headers["location"]
    assert parse_qs(urlsplit(login).query) == {"next": [asked]}
    hidden = fields(stranger.page(login), "/login")
    answer = stranger.send("/login", key=served.secrets["finance"], **hidden)
    assert (answer.status_code, answer.headers["location"]) == (303, asked)
    referer = {"Sec-Fetch-Site": "same-origin", "Referer": "https://tegoed.test/bank"}
    stranger.client.cookies.clear()
    assert stranger.send("/bank", headers=referer).headers["location"] == "/login?next=%2Fbank"


def test_logging_in_takes_a_key_that_opens_pages_and_leads_nowhere_else(sqlite_served: Served) -> None:
    visitor = Visitor(served=sqlite_served)
    nobody = actors.ActorInput(id=uuid7(), name="nobody", roles=frozenset())
    with sqlite_served.world.work() as work:
        actors.put(work, [nobody])
        without_roles = actors.new_key(work, nobody.id)
    for key, words in (
        ("tgd_0384_nothing", "Wij kennen deze sleutel niet"),
        ("", "Wij kennen deze sleutel niet"),
        (without_roles, "nog geen pagina’s"),
    ):
        answer = visitor.send("/login", key=key)
        assert (answer.status_code, words in answer.text) == (403, True)
        assert "set-cookie" not in answer.headers
        assert not key or key not in answer.text, "a secret is not shown again"
    for elsewhere in ELSEWHERE:
        answer = visitor.send("/login", key=sqlite_served.secrets["finance"], next=elsewhere)
        assert answer.headers["location"] == "/runs"
        assert "evil" not in visitor.see("/login", params={"next": elsewhere}).text
    before = visitor.client.cookies[cookies.SECURE]
    visitor.send("/login", key=sqlite_served.secrets["auditor"])
    assert "Ingelogd als auditor" in shown(visitor.page("/runs"))
    visitor.client.cookies.clear()
    visitor.client.cookies.set(cookies.SECURE, before)
    assert visitor.see("/runs").status_code == 303, "the session before it has ended"


def test_another_municipality_sees_nothing_of_this_one(scene: Scene) -> None:
    run = scene.drafted(Visitor.of(scene.served, "finance"))
    change, check = scene.account_change(), scene.blocked_payee()
    finance = Visitor.of(scene.served, "elsewhere_finance")
    manager = Visitor.of(scene.served, "elsewhere_contract_manager")
    assert "Gemeente Utrecht" in finance.page("/runs")
    assert run not in finance.page("/runs")
    assert "Thuis Goed" not in manager.page("/payees")
    for answer in (
        finance.see(run),
        finance.see(f"{run}/lines"),
        finance.send(f"{run}/submit"),
        finance.send(f"{run}/lines", line=[str(uuid7())], kind="seen"),
        manager.send(f"/payees/changes/{change}", approved="true", reason="x"),
        manager.send(f"/payees/checks/{check}", reason="x"),
    ):
        assert answer.status_code == 404, shown(answer.text)


def test_a_session_opens_nothing_once_its_key_is_revoked_or_its_account_disabled(served: Served) -> None:
    world = served.world
    revoked, disabled = Visitor.of(served, "finance"), Visitor.of(served, "auditor")
    assert (revoked.see("/runs").status_code, disabled.see("/runs").status_code) == (200, 200)
    with world.work() as work:
        (key,) = actors.keys_of(work, served.actor_ids["finance"])
        actors.revoke_key(work, key.id)
        actors.disable(work, served.actor_ids["auditor"])
    for visitor in (revoked, disabled):
        assert visitor.see("/runs").headers["location"] == "/login?next=%2Fruns"
        assert visitor.send("/runs").headers["location"] == "/login"
        assert 'action="/login"' in visitor.send("/runs", until="2026-06-01").text, "it is kept"


def test_a_session_ends_by_logging_out_by_idleness_and_at_last(sqlite_served: Served) -> None:
    world = sqlite_served.world

    def is_in(visitor: Visitor) -> bool:
        return visitor.see("/runs").status_code == 200

    out = Visitor.of(sqlite_served, "finance")
    secret = out.client.cookies[cookies.SECURE]
    assert out.send("/logout").headers["location"] == "/login?done=out"
    assert cookies.SECURE not in out.client.cookies
    out.client.cookies.set(cookies.SECURE, secret)
    assert not is_in(out), "the ledger has ended it, not only the browser"

    idle, busy = Visitor.of(sqlite_served, "finance"), Visitor.of(sqlite_served, "finance")
    assert idle.client.cookies[cookies.SECURE] != busy.client.cookies[cookies.SECURE] != secret
    start = world.now
    while world.now + timedelta(minutes=25) < start + LASTS:
        world.later(minutes=25)
        assert is_in(busy)
    assert not is_in(idle), f"idle for more than {IDLE}"
    world.now = start + LASTS
    assert not is_in(busy), "however much it is used"


def test_who_was_logged_in_is_kept_for_a_while_and_then_cleared_away(sqlite_served: Served) -> None:
    world = sqlite_served.world
    Visitor.of(sqlite_served, "finance")

    def rows() -> int:
        with world.engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT COUNT(*) FROM login_session").scalar_one())

    world.now += LASTS + sessions.KEPT - timedelta(minutes=1)
    Visitor.of(sqlite_served, "finance")
    assert rows() == 2
    world.later(minutes=2)
    Visitor.of(sqlite_served, "finance")
    assert rows() == 2, "the first is gone"
