# SPDX-License-Identifier: EUPL-1.2
"""A resident in a browser: what they print, and the steps that only a form leads to."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from api.pages import cookies
from ledger import db, sessions
from ledger.rules.facts import EntitlementKind
from ledger.tables import Role
from tests.api.places.resident import approved_agreement
from tests.api.served import Served
from tests.api.watched import on_sqlite
from tests.e2e.browser import chromium, findings, scrolls_sideways, serving, visiting
from tests.world import World

SMALLEST = 320


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    world = World.build(on_sqlite(sqlite_template, tmp_path_factory.mktemp("resident")).engine)
    found = Served.over(world)
    found.account("Anna", Role.HOLDER, person_id=world.person(surname="Anna"))
    yield found
    world.engine.dispose()


def test_on_paper_there_is_what_one_has_and_nothing_to_press(served: Served) -> None:
    world = served.world
    right = world.grant()
    use = world.redeemed(right.id).id
    with (
        chromium() as browser,
        serving(served.client.app) as address,
        visiting(browser, locale="nl-NL", color_scheme="dark") as page,
    ):
        _as(page, served, address, "holder")
        for path in ("/my", f"/my/{right.id}", f"/uses/{use}", "/mandates", "/looks"):
            page.goto(f"{address}{path}")
            assert page.locator("nav:visible").count() == 1, "on the screen there is a menu"
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
            assert page.locator("nav:visible, form:visible, button:visible").count() == 0, path
            assert page.locator("h1").is_visible()
            for each in page.locator("main :is(h1, h2, p, td, th, dd, li):visible").all():
                assert each.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)", path
            heads = page.locator("table.rows thead")
            shows = [each.evaluate("e => e.getBoundingClientRect().height") for each in heads.all()]
            assert all(height > 10 for height in shows), "a table and no cards"
            page.emulate_media(media="screen")


def test_the_steps_of_naming_and_claiming_are_sound(served: Served) -> None:
    world = served.world
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    agreement = approved_agreement(world, right.id)
    with (
        chromium() as browser,
        serving(served.client.app) as address,
        visiting(browser, locale="nl-NL", color_scheme="light") as page,
    ):
        _as(page, served, address, "Anna")
        page.goto(f"{address}/mandates")
        page.get_by_role("button", name="Maak een koppelcode").click()
        code = page.locator(".spoken").inner_text()
        _sound(page)
        _as(page, served, address, "holder")
        page.goto(f"{address}/mandates")
        page.get_by_label("Koppelcode").fill(code.lower())
        page.get_by_role("button", name="Kijk wie dit is").click()
        _sound(page)
        page.get_by_role("button", name="Ja, Anna mag voor mij regelen").click()
        assert page.get_by_role("status").inner_text().startswith("Deze persoon mag vanaf nu")
        page.goto(f"{address}/my/{right.id}/claims/{agreement}")
        page.get_by_label("Op welke dag was de hulp?").fill("2026-06-09")
        page.get_by_label("Uren").fill("2")
        page.get_by_role("button", name="Reken uit").click()
        _sound(page)
        page.get_by_role("button", name="Stuur in").click()
        assert "ingestuurd" in page.get_by_role("status").inner_text()
    assert world.left(right.id) == 460_00


def _sound(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert list(findings(page)) == []
    assert not scrolls_sideways(page, SMALLEST)


def _as(page: Page, served: Served, address: str, who: str) -> None:
    with db.transaction(served.world.engine) as session:
        begun = sessions.begin(session, served.secrets[who], now=served.world.now)
    host = urlsplit(address).hostname or ""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": cookies.LOOPBACK, "value": begun.secret, "domain": host, "path": "/"}])
