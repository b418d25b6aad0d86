# SPDX-License-Identifier: EUPL-1.2
"""A helper at the door with a phone: the camera sees our own letter; and what goes wrong at doors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from ledger import letters
from ledger.formats import letter
from ledger.rules.restrictions import OnlyServices
from tests.api.browsing import Visitor
from tests.api.served import Served
from tests.e2e import camera
from tests.e2e.browser import chromium, findings, log_in, press, scrolls_sideways, serving, tab_to, visiting
from tests.world import HOUSEHOLD, World

PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "nl-NL", "has_touch": True}
SCAN_PAGE_MAX = 150_000
"""Bytes that the page with the scanner takes before the decoder's WebAssembly."""
REQUESTS_MAX = 3
"""From a code that is read to what it pays for."""


@pytest.fixture
def address(sqlite_served: Served) -> Iterator[str]:
    with serving(sqlite_served.client.app) as found:
        yield found


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def _letter(world: World, code_id: UUID) -> bytes:
    with world.work() as work:
        return letter.pdf(letters.compose(work, world.keys, code_id))


def test_the_camera_reads_our_own_letter_and_what_it_pays_for_is_confirmed_and_undone(
    sqlite_served: Served, world: World, address: str, tmp_path: Path
) -> None:
    right = world.grant(restrictions=())
    film = camera.film(_letter(world, world.code(right.id).id), tmp_path / "letter.mjpeg")
    sent: list[tuple[str, int]] = []
    with chromium(*camera.flags(film)) as browser, visiting(browser, **PHONE) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.on("requestfinished", lambda each: sent.append((each.url, each.sizes()["responseBodySize"])))
        page.goto(f"{address}/scan")
        page.wait_for_load_state("networkidle")
        assert sum(size for _, size in sent) <= SCAN_PAGE_MAX
        page.get_by_role("button", name="Start de camera").click()
        page.wait_for_url("**/scan")
        expect(page.get_by_role("heading", level=1)).to_have_text("Wat heeft u gedaan?", timeout=20_000)
        assert len([url for url, _ in sent if "zxing" in url]) == 2
        _fill(page)
        expect(page.locator(".total")).to_contain_text("31,15")
        assert findings(page) == []
        assert scrolls_sideways(page, 320) == 0
        page.get_by_role("button", name="Bevestig").click()
        expect(page.get_by_role("status")).to_contain_text("Gelukt")
        assert world.left(right.id) == 100_00 - 31_15
        page.get_by_role("button", name="Maak ongedaan").click()
        expect(page.get_by_role("status")).to_contain_text("Ongedaan gemaakt")
    assert world.left(right.id) == 100_00


def test_a_scan_is_answered_in_few_requests(sqlite_served: Served, world: World) -> None:
    """Counted by the server: what the browser has already, it does not ask again."""
    code = world.code(world.grant(restrictions=()).id).manual
    asked: list[str] = []

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            asked.append(scope["path"])
        await sqlite_served.client.app(scope, receive, send)

    with serving(counted) as address, chromium() as browser, visiting(browser, **PHONE) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        page.wait_for_load_state("networkidle")
        page.locator("#code").fill(code)
        asked.clear()
        page.get_by_role("button", name="Verder").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Wat heeft u gedaan?")
        page.wait_for_load_state("networkidle")
    assert 1 <= len(asked) <= REQUESTS_MAX, asked


def test_without_a_camera_one_types_and_the_keyboard_is_enough(
    sqlite_served: Served, world: World, address: str
) -> None:
    right = world.grant(restrictions=())
    code = world.code(right.id).manual
    with chromium() as browser, visiting(browser, locale="nl-NL", permissions=[]) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        assert not page.locator("#view").is_visible(), "no black square before there is anything to see"
        page.get_by_role("button", name="Start de camera").click()
        expect(page.locator("#told")).to_contain_text("Typ de code")
        assert page.evaluate("document.activeElement.id") == "code"
        page.keyboard.type(code)
        press(page, "Enter")
        tab_to(page, "summary")
        if page.locator("#hours").count() == 0 or not page.locator("#hours").is_visible():
            page.keyboard.press("Enter")
        service = page.locator("details", has_text="Hulp bij het huishouden")
        if service.get_attribute("open") is None:
            service.locator("summary").focus()
            page.keyboard.press("Enter")
        service.locator("[name=hours]").focus()
        page.keyboard.type("2")
        press(page, "Enter")
        tab_to(page, "form[action='/scan/confirm'] button")
        press(page, "Enter")
        expect(page.get_by_role("status")).to_contain_text("Gelukt")
    assert world.left(right.id) == 100_00 - 62_30


def test_a_refused_camera_is_told_and_a_photo_of_the_letter_will_do(
    sqlite_served: Served, world: World, address: str, tmp_path: Path
) -> None:
    seen = camera.film(_letter(world, world.code(world.grant(restrictions=()).id).id), tmp_path / "x.mjpeg")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(seen.read_bytes()[: seen.stat().st_size // camera.FRAMES])
    refusing = ("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    with chromium(*refusing) as browser, visiting(browser, **PHONE) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        page.get_by_role("button", name="Start de camera").click()
        expect(page.locator("#told")).to_contain_text("mag niet worden gebruikt")
        page.locator("#photo").set_input_files(photo)
        expect(page.get_by_role("heading", level=1)).to_have_text("Wat heeft u gedaan?", timeout=20_000)


def test_no_network_a_double_tap_going_back_and_two_tabs(
    sqlite_served: Served, world: World, address: str
) -> None:
    right = world.grant(restrictions=())
    code = world.code(right.id).manual
    with chromium() as browser, visiting(browser, **PHONE) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        page.locator("#code").fill(code)
        page.context.set_offline(True)
        page.get_by_role("button", name="Verder").click()
        expect(page.locator("#told")).to_contain_text("geen verbinding")
        assert page.locator("#code").input_value() == code, "what was typed is kept"
        page.context.set_offline(False)
        page.get_by_role("button", name="Verder").click()
        _fill(page)
        page.context.set_offline(True)
        page.get_by_role("button", name="Bevestig").click()
        expect(page.get_by_role("alert")).to_contain_text("geen verbinding")
        assert world.left(right.id) == 100_00
        page.context.set_offline(False)
        page.get_by_role("button", name="Bevestig").dblclick()
        expect(page.get_by_role("status")).to_contain_text("Gelukt")
        page.evaluate("history.back()")
        page.wait_for_timeout(500)
        assert world.left(right.id) == 100_00 - 31_15, "going back sends nothing again"
        other = page.context.new_page()
        other.goto(f"{address}/scan")
        other.locator("#code").fill(code)
        other.get_by_role("button", name="Verder").click()
        _fill(other)
        other.get_by_role("button", name="Bevestig").click()
        expect(other.get_by_role("status")).to_contain_text("Gelukt")
    assert world.left(right.id) == 100_00 - 62_30, "another tab is another visit"
    world.assert_books_agree()


def test_what_it_would_cost_is_told_while_one_types(
    sqlite_served: Served, world: World, address: str
) -> None:
    right = world.grant(amount_cents=100_00, restrictions=())
    code = world.code(right.id).manual
    with chromium() as browser, visiting(browser, **PHONE) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        page.locator("#code").fill(code)
        page.get_by_role("button", name="Verder").click()
        service = _opened(page)
        told = service.locator(".price-now")
        expect(told).to_be_empty()
        service.locator("[name=hours]").fill("2")
        expect(told).to_contain_text("62,30")
        expect(told).to_contain_text("37,70")
        assert findings(page) == []
        service.locator("[name=hours]").fill("9")
        expect(told).to_contain_text("100,00")
        service.locator("[name=hours]").fill("")
        expect(told.locator("p")).to_have_count(0)
        page.context.set_offline(True)
        service.locator("[name=hours]").fill("1")
        page.wait_for_timeout(700)
        expect(told.locator("p")).to_have_count(0)
        page.context.set_offline(False)
        page.evaluate(SLOW_ONCE)
        service.locator("[name=hours]").fill("3")
        page.wait_for_timeout(500)
        service.locator("[name=hours]").fill("1")
        expect(told).to_contain_text("31,15")
        page.wait_for_timeout(1500)
        expect(told).to_contain_text("31,15")  # the slow answer came last, and is not shown
    assert world.left(right.id) == 100_00


SLOW_ONCE = """
(() => {
  const real = window.fetch;
  window.fetch = async (where, how) => {
    window.fetch = real;
    const { signal, ...rest } = how;
    const answer = await real(where, rest);
    await new Promise((done) => setTimeout(done, 1500));
    return answer;
  };
})()
"""
"""The next answer takes its time, whatever is done to break it off."""


def test_without_a_network_our_own_page_says_so_and_holds_nothing(
    sqlite_served: Served, world: World, address: str
) -> None:
    with chromium() as browser, visiting(browser, **PHONE) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        assert page.evaluate(
            "Promise.race([navigator.serviceWorker.ready.then(() => true),"
            " new Promise((late) => setTimeout(() => late(false), 10_000))])"
        )
        page.goto(f"{address}/today")
        kept = page.evaluate(
            "caches.keys().then(async (all) => (await Promise.all(all.map(async (each) =>"
            " (await (await caches.open(each)).keys()).map((one) => new URL(one.url).pathname)))).flat())"
        )
        assert kept == ["/offline"]
        page.context.set_offline(True)
        for path in ("/scan", "/today", "/payable"):
            page.goto(f"{address}{path}")
            expect(page.locator("h1")).to_have_text("U heeft geen netwerk")
            expect(page.locator("section[lang=en]")).to_contain_text("You have no network")
        assert findings(page) == []
        page.context.set_offline(False)
        page.goto(f"{address}/scan")
        expect(page.locator("#code")).to_be_visible()


def test_the_torch_and_the_decoder_of_the_phone_are_used_where_it_has_them(
    sqlite_served: Served, world: World, address: str, tmp_path: Path
) -> None:
    film = camera.film(_letter(world, world.code(world.grant().id).id), tmp_path / "letter.mjpeg")
    with chromium(*camera.flags(film)) as browser, visiting(browser, **PHONE) as page:
        page.add_init_script(
            "MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });"
            "MediaStreamTrack.prototype.applyConstraints = async (asked) => {"
            " window.asked = (window.asked ?? []).concat(asked.advanced[0].torch); };"
            "window.BarcodeDetector = class { static async getSupportedFormats() { return ['qr_code']; }"
            " async detect() { return window.seen ? [{ rawValue: window.seen }] : []; } };"
        )
        fetched: list[str] = []
        page.on("request", lambda each: fetched.append(each.url))
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        page.get_by_role("button", name="Start de camera").click()
        torch = page.locator("#torch")
        for pressed in ("true", "false"):
            torch.click()
            expect(torch).to_have_attribute("aria-pressed", pressed)
        assert page.evaluate("window.asked") == [True, False]
        code = world.code(world.grant(restrictions=()).id).manual
        page.evaluate("(code) => { window.seen = code; }", code)
        expect(page.get_by_role("heading", level=1)).to_have_text("Wat heeft u gedaan?")
        assert not [url for url in fetched if "zxing" in url], "the phone's own decoder is enough"


def test_it_can_be_put_on_the_home_screen(sqlite_served: Served, address: str) -> None:
    with chromium() as browser, visiting(browser, **PHONE) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        found = page.context.new_cdp_session(page).send("Page.getAppManifest")
        assert found["errors"] == []
        told = json.loads(found["data"])
        assert (told["display"], told["start_url"]) == ("standalone", "/scan")
        for icon in told["icons"]:
            assert page.request.get(f"{address}{icon['src']}").status == 200


@pytest.mark.parametrize(("locale", "scheme"), [("nl-NL", "light"), ("en-GB", "dark")])
def test_from_login_to_undo_by_the_keyboard_alone_with_nothing_for_axe_to_find(
    sqlite_served: Served, world: World, address: str, locale: str, scheme: Any
) -> None:
    """Tab and Enter, and no script that puts the focus anywhere."""
    right = world.grant(restrictions=(OnlyServices(services=frozenset({HOUSEHOLD})),))
    code = world.code(right.id).manual
    with chromium() as browser, visiting(browser, locale=locale, color_scheme=scheme) as page:
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        wrong = findings(page)
        tab_to(page, "#code")
        page.keyboard.type(code)
        press(page, "Enter")
        wrong += findings(page)
        tab_to(page, "[name=hours]")
        page.keyboard.type("2")
        press(page, "Enter")
        wrong += findings(page)
        tab_to(page, "form[action='/scan/confirm'] button")
        press(page, "Enter")
        expect(page.get_by_role("status")).to_be_visible()
        wrong += findings(page)
        page.goto(f"{address}/today")
        wrong += findings(page)
        tab_to(page, "form[action$='/undo'] button")
        press(page, "Enter")
        expect(page.get_by_role("status")).to_be_visible()
    assert wrong == []
    assert world.left(right.id) == 100_00


def test_a_phone_whose_clock_is_wrong_changes_nothing(
    sqlite_served: Served, world: World, address: str
) -> None:
    right = world.grant(restrictions=())
    code = world.code(right.id).manual
    with chromium() as browser, visiting(browser, **PHONE) as page:
        page.clock.set_system_time("1999-01-01T00:00:00")
        log_in(page, address, sqlite_served.secrets["provider"])
        page.goto(f"{address}/scan")
        page.locator("#code").fill(code)
        page.get_by_role("button", name="Verder").click()
        _fill(page)
        page.get_by_role("button", name="Bevestig").click()
        expect(page.get_by_role("status")).to_contain_text("Gelukt")
    today = Visitor.of(sqlite_served, "provider").page("/today")
    assert "31,15" in today


def _opened(page: Page) -> Locator:
    """Household help, open to be filled in."""
    service = page.locator("details", has_text="Hulp bij het huishouden")
    if service.get_attribute("open") is None:
        service.locator("summary").click()
    return service


def _fill(page: Page) -> None:
    """An hour of household help."""
    service = _opened(page)
    service.locator("[name=hours]").fill("1")
    service.get_by_role("button", name="Reken uit").click()
