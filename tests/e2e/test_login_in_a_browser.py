# SPDX-License-Identifier: EUPL-1.2
"""The ways in, in a real browser: by day in Dutch and by night in English, with nothing for axe to find."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from api.app import build
from api.deps import House
from api.oidc.client import Party
from api.oidc.providers import IdentityProvider
from ledger import identity_links, letter_logins, local_logins
from ledger.identity_links import LinkInput
from ledger.local_logins import InvitationInput
from ledger.tables import Role
from tests import vouching
from tests.api.browsing import Scene
from tests.api.served import Served
from tests.api.test_login_pages import PASSWORD, app_of
from tests.api.watched import on_sqlite
from tests.e2e.browser import chromium, findings, log_in, scrolls_sideways, serving, visiting
from tests.world import World

SMALLEST = 320
"""CSS pixels: WCAG 2.2, 1.4.10."""


@pytest.fixture(scope="module")
def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A municipality with an account for every role."""
    world = World.build(on_sqlite(sqlite_template, tmp_path_factory.mktemp("login")).engine)
    found = Scene.over(Served.over(world))
    found.served.account("holder_2", Role.HOLDER)
    yield found
    world.engine.dispose()


@pytest.fixture(scope="module")
def address(scene: Scene) -> Iterator[str]:
    """Where the scene is served, as a demo."""
    house: House = cast(FastAPI, scene.served.client.app).state.house
    with serving(build(replace(house, demo=True))) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    with chromium() as found:
        yield found


@pytest.mark.parametrize(("locale", "scheme"), [("nl-NL", "light"), ("en-GB", "dark")])
def test_axe_finds_nothing_on_any_way_in(
    scene: Scene, address: str, browser: Browser, locale: str, scheme: str
) -> None:
    wrong: list[str] = []
    with visiting(browser, locale=locale, color_scheme=scheme) as page:
        for path in ("/", "/login", "/letter", "/login/new"):
            page.goto(f"{address}{path}")
            assert page.evaluate("document.documentElement.lang") == locale[:2]
            wrong += _faults(page, path)
        page.locator("#invitation").fill(_invitation(scene, f"els@{scheme}.test"))
        page.locator("main button").click()
        wrong += _faults(page, "the set-up")
        _choose(scene, page)
        page.goto(f"{address}/sessions")
        wrong += _faults(page, "/sessions")
        wrong += _again(scene, page, address)
    assert wrong == []


@pytest.mark.parametrize(("locale", "scheme"), [("nl-NL", "light"), ("en-GB", "dark")])
def test_a_resident_logs_in_with_a_letter_and_the_keyboard_alone(
    scene: Scene, address: str, browser: Browser, locale: str, scheme: str
) -> None:
    world = scene.served.world
    person = world.person(surname="Els")
    with world.work() as work:
        code = letter_logins.printed(work, world.keys, [person])[person]
        once = letter_logins.tell(work, world.keys, person, "gezien aan de balie")
    with visiting(browser, locale=locale, color_scheme=scheme) as page:
        page.goto(f"{address}/letter?town={world.municipality_id}")
        _tab_to(page, "letterCode")
        page.keyboard.type(f"{code[:-1]}{'0' if code[-1] != '0' else '1'}")
        page.keyboard.press("Enter")
        expect(page.locator("[role=alert]")).to_be_focused()
        wrong = _faults(page, "a typing error")
        _tab_to(page, "letterCode")
        page.keyboard.press("Control+A")
        page.keyboard.type(code.lower())
        page.keyboard.press("Enter")
        expect(page.locator("#oneTime")).to_be_visible()
        wrong += _faults(page, "the one-time code")
        _tab_to(page, "oneTime")
        page.keyboard.type(once)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{address}/my")
    assert wrong == []


def _tab_to(page: Page, id_: str) -> None:
    """As who has no mouse goes there."""
    for _ in range(30):
        if page.evaluate("document.activeElement.id") == id_:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {id_} by the keyboard")


def test_a_demo_is_walked_through_in_two_clicks(scene: Scene, address: str, browser: Browser) -> None:
    with visiting(browser, locale="nl-NL") as page:
        page.goto(address)
        page.get_by_role("button", name="Beginnen als: Financiën, eerste medewerker").click()
        expect(page).to_have_url(f"{address}/runs")
        expect(page.locator(".logout")).to_contain_text("finance")
        page.get_by_role("link", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page).to_have_url(f"{address}/runs")


def test_what_was_typed_is_sent_after_logging_in_again(scene: Scene, address: str, browser: Browser) -> None:
    with visiting(browser, locale="nl-NL") as page:
        log_in(page, address, scene.served.secrets["finance"])
        page.goto(f"{address}/runs")
        day = page.locator("form[action='/runs'] input[name='until']").first
        day.fill("2026-06-02")
        page.locator("form[action='/runs'] input[name='requestedOn']").fill("2026-06-03")
        page.context.clear_cookies()
        page.locator("form[action='/runs'] button").first.click()
        expect(page.get_by_role("alert")).to_contain_text("bewaard")
        page.locator("#key").fill(scene.served.secrets["finance"])
        page.get_by_role("button", name="Inloggen met de sleutel").click()
        expect(page.locator("h1")).to_have_text("U bent ingelogd")
        assert findings(page) == []
        page.get_by_role("button", name="Alsnog versturen").click()
        expect(page.locator(".logout")).to_contain_text("finance")
        assert "/runs" in page.url


def _invitation(scene: Scene, name: str) -> str:
    with scene.served.world.work() as work:
        asked = InvitationInput(login_name=name)
        return local_logins.invite(work, scene.served.actor_ids["finance_2"], asked)


def _choose(scene: Scene, page: Page) -> None:
    app = app_of(page.content())
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.locator("#totp").fill(app.generate(int(scene.served.world.now.timestamp())).decode())
    page.locator("main button").click()
    expect(page.locator(".logout")).to_contain_text("finance_2")


def _again(scene: Scene, page: Page, address: str) -> list[str]:
    """A button that weighs much, pressed a quarter of an hour after logging in."""
    scene.pass_time(minutes=16)
    page.goto(f"{address}/payees")
    page.evaluate(
        "() => { const form = document.createElement('form'); form.method = 'post';"
        "form.action = '/runs/01934f2a-0000-7000-8000-000000000001/release';"
        "document.body.append(form); form.submit(); }"
    )
    expect(page.locator("#totp")).to_be_visible()
    return _faults(page, "once more")


def _faults(page: Page, path: str) -> list[str]:
    assert page.locator("h1").count() == 1, path
    found = [f"{path} {each}" for each in findings(page)]
    if wide := scrolls_sideways(page, SMALLEST):
        found.append(f"{path} is {wide} pixels too wide")
    return found


@pytest.mark.parametrize(("locale", "scheme"), [("nl-NL", "light"), ("en-GB", "dark")])
def test_somebody_is_vouched_for_on_another_site_and_comes_in(
    scene: Scene, browser: Browser, locale: str, scheme: str
) -> None:
    """A real browser holds strict cookies back and keeps forms on our site: it must work all the same."""
    served = scene.served
    house: House = cast(FastAPI, served.client.app).state.house
    with vouching.opened(lambda: served.world.now.timestamp()) as provider:
        provider.issuer = provider.issuer.replace("127.0.0.1", "localhost")  # another site than ours
        settings = IdentityProvider(
            municipality_id=served.world.municipality_id,
            issuer=provider.issuer,
            client_id=vouching.CLIENT,
            client_secret=vouching.SECRET,
            label_nl="de gemeente",
            label_en="the municipality",
        )
        with served.world.work() as work:
            asked = LinkInput(issuer=provider.issuer, subject="els")
            identity_links.link(work, served.world.keys, served.actor_ids["finance"], asked)
        party = Party(settings=settings, seconds=lambda: served.world.now.timestamp())
        app = build(replace(house, parties={"town": party}))
        with serving(app) as address, visiting(browser, locale=locale, color_scheme=scheme) as page:
            page.goto(f"{address}/login?next=/bank")
            assert _faults(page, "/login") == []
            page.locator("form[action='/login/with/town'] button").click()
            page.locator("#user").fill("els")
            page.get_by_role("button", name="Log in").click()
            expect(page).to_have_url(f"{address}/bank")
            expect(page.locator(".logout")).to_contain_text("finance")
            page.context.clear_cookies()
            page.goto(f"{address}/login")
            page.locator("form[action='/login/with/town'] button").click()
            page.locator("#user").fill("nobody")
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("alert")).to_be_visible()
            assert _faults(page, "broken off") == []
