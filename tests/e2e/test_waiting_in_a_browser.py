# SPDX-License-Identifier: EUPL-1.2
"""Long work in a real browser: one sees how far it is, reloads, and is told by itself when it is done."""

import pytest
from playwright.sync_api import expect

from ledger.tables import JobKind
from tests.api.browsing import Scene
from tests.api.served import Served
from tests.api.slowly import slow
from tests.e2e.browser import chromium, findings, log_in, scrolls_sideways, serving, visiting


@pytest.mark.parametrize(("locale", "scheme"), [("nl-NL", "light"), ("en-GB", "dark")])
def test_a_run_that_is_being_drafted_tells_how_far_it_is_and_when_it_is_done(
    sqlite_served: Served, locale: str, scheme: str
) -> None:
    scene = Scene.over(sqlite_served)
    with (
        chromium() as browser,
        serving(sqlite_served.client.app) as address,
        visiting(browser, locale=locale, color_scheme=scheme) as page,
    ):
        log_in(page, address, sqlite_served.secrets["finance"])
        page.goto(f"{address}/runs")
        with slow(sqlite_served, JobKind.DRAFT) as slowed:
            page.fill("#until", scene.day)
            page.fill("#requestedOn", scene.day)
            page.click("form[action='/runs'] button")
            assert slowed.begun.wait(30)
            page.reload()
            busy = page.locator("[data-busy]")
            expect(busy.locator("progress")).to_have_js_property("position", 3 / 7)
            assert findings(page) == []
            assert scrolls_sideways(page, 320) == 0
            page.context.set_offline(True)
            page.wait_for_timeout(1500)
            expect(busy).to_be_visible()
            page.context.set_offline(False)
            page.route("**/runs/*", lambda route: route.fulfill(status=503, body="<p>away</p>"))
            with page.expect_response(lambda answer: answer.status == 503, timeout=20_000):
                pass
            page.wait_for_timeout(500)
            expect(busy).to_be_visible()
            page.unroute("**/runs/*")
        expect(busy).to_have_count(0, timeout=20_000)
        expect(page.locator("form[action$='/submit']")).to_have_count(1)


def test_without_scripts_one_looks_again_by_a_link(sqlite_served: Served) -> None:
    scene = Scene.over(sqlite_served)
    with (
        chromium() as browser,
        serving(sqlite_served.client.app) as address,
        visiting(browser, java_script_enabled=False, locale="nl-NL") as page,
    ):
        page.goto(f"{address}/login")
        page.fill("#key", sqlite_served.secrets["finance"])
        page.click("form[action='/login'] button")
        page.goto(f"{address}/runs")
        with slow(sqlite_served, JobKind.DRAFT) as slowed:
            page.fill("#until", scene.day)
            page.fill("#requestedOn", scene.day)
            page.click("form[action='/runs'] button")
            assert slowed.begun.wait(30)
            page.get_by_role("link", name="Kijk opnieuw").click()
            expect(page.locator("[data-busy]")).to_be_visible()
        page.get_by_role("link", name="Kijk opnieuw").click()
        expect(page.locator("form[action$='/submit']")).to_have_count(1)
