# SPDX-License-Identifier: EUPL-1.2
"""The pages in a real browser: a run is looked at and released by the keyboard alone, and axe finds nothing.

In Dutch by day and in English by night; nothing scrolls sideways on a screen of 320 pixels.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.browsing import Scene, Visitor, boxes, links
from tests.api.served import Served
from tests.api.watched import on_sqlite
from tests.e2e.browser import chromium, findings, log_in, press, scrolls_sideways, serving, tab_to, visiting
from tests.world import World

SMALLEST = 320
"""CSS pixels: WCAG 2.2, 1.4.10."""


@pytest.fixture(scope="module")
def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One run that went to the bank and back, one under review, and accounts to decide on."""
    found = Scene.over(
        Served.over(World.build(on_sqlite(sqlite_template, tmp_path_factory.mktemp("browser")).engine))
    )
    maker, checker = Visitor.of(found.served, "finance"), Visitor.of(found.served, "finance_2")
    run = found.exported(maker, checker)
    for content in (found.bank.submit(maker.see(f"{run}/files/1").content), *found.bank.advance(2)):
        assert maker.upload(content).status_code == 303
    found.rename("ZeerLangeNaamVanEenStichtingZonderSpaties" + "x" * 29)
    found.owe()
    maker.done(f"{found.drafted(maker)}/submit")
    found.account_change()
    yield found
    found.served.world.engine.dispose()


@pytest.fixture(scope="module")
def address(scene: Scene) -> Iterator[str]:
    """Where the scene is served."""
    with serving(scene.served.client.app) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    with chromium() as found:
        yield found


@pytest.mark.parametrize(("locale", "scheme"), [("nl-NL", "light"), ("en-GB", "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scene: Scene, address: str, browser: Browser, locale: str, scheme: str
) -> None:
    with visiting(browser, locale=locale, color_scheme=scheme) as page:
        page.goto(f"{address}/login")
        assert page.evaluate("document.documentElement.lang") == locale[:2]
        wrong = _faults(page, "/login")
        for who in ("finance_2", "contract_manager"):
            log_in(page, address, scene.served.secrets[who])
            for path in _paths(scene) if who == "finance_2" else ("/payees", "/runs"):
                page.goto(f"{address}{path}")
                assert page.locator("h1").count() == 1, path
                wrong += _faults(page, path)
                if path == "/runs" and who == "finance_2":
                    page.locator("tbody a").first.click()
                    page.locator("form[action$='/release'] button").click()
                    expect(page.get_by_role("alert")).to_be_visible()
                    wrong += _faults(page, "a refusal")
        assert wrong == []


def test_a_run_is_looked_at_and_released_by_the_keyboard_alone(
    scene: Scene, address: str, browser: Browser
) -> None:
    with visiting(browser, locale="nl-NL") as page:
        log_in(page, address, scene.served.secrets["finance_2"])
        tab_to(page, "tbody tr:first-child a")
        press(page, "Enter")
        run = page.url
        tab_to(page, "a[href$='show=unseen']")
        press(page, "Enter")
        first = page.locator("input.pick").first.get_attribute("value")
        tab_to(page, f"input[value='{first}']")
        page.keyboard.press("Space")
        tab_to(page, "#reason")
        page.keyboard.type("Twijfel over de h")
        tab_to(page, "#note")
        page.keyboard.type("te veel uren")
        tab_to(page, "button[value='held']")
        press(page, "Enter")
        expect(page.get_by_role("status")).to_contain_text("is vastgelegd")

        page.goto(run)
        tab_to(page, "form[action$='/release'] button")
        press(page, "Enter")
        expect(page.get_by_role("alert")).to_contain_text("Nog niet alle regels zijn bekeken")
        assert page.evaluate("document.activeElement.className") == "refusal", "one is told at once"

        page.goto(f"{run.split('?')[0]}/lines?show=unseen")
        tab_to(page, "a[href$='pick=all']")
        press(page, "Enter")
        tab_to(page, "button[value='seen']")
        press(page, "Enter")
        page.goto(run)
        for command in ("release", "export"):
            tab_to(page, f"form[action$='/{command}'] button")
            press(page, "Enter")
        tab_to(page, "a[href$='/files/1']")
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        content = Path(download.value.path()).read_bytes()
        expect(page.locator("code.hash").first).to_have_text(sha256(content).hexdigest())
        page.goto(f"{address}/runs")
        tab_to(page, ".logout button")
        press(page, "Enter")
        assert page.goto(f"{address}/runs") is not None
        assert page.url.startswith(f"{address}/login"), "logged out"


def test_a_page_with_a_fault_is_seen(address: str, browser: Browser) -> None:
    """The negative controls: of axe, of the screen that is too small, and of the focus that nobody sees."""
    with visiting(browser) as page:
        page.goto(f"{address}/login")
        page.evaluate("document.querySelector('label').remove()")
        assert any(each.startswith("label") for each in findings(page))
        page.evaluate("document.querySelector('h1').style.width = '900px'")
        assert scrolls_sideways(page, SMALLEST) > 500
        page.evaluate("document.querySelector('#key').style.outline = 'none'")
        with pytest.raises(AssertionError, match="nobody sees"):
            tab_to(page, "#key")


def _faults(page: Page, path: str) -> list[str]:
    """What is wrong with the page that is shown."""
    wide = scrolls_sideways(page, SMALLEST)
    return [f"{path}: {each}" for each in findings(page)] + ([f"{path}: {wide} px too wide"] if wide else [])


def _paths(scene: Scene) -> list[str]:
    """Every page that finance has."""
    visitor = Visitor.of(scene.served, "finance")
    newest, oldest = (each for each in links(visitor.page("/runs")) if each.startswith("/runs/"))
    (message, *_) = (each for each in links(visitor.page("/bank")) if each.startswith("/bank/messages/"))
    (payment, *_) = (each for each in links(visitor.page(oldest)) if each.startswith("/bank/payments/"))
    lines = f"{newest}/lines"
    more = [f"{lines}/{each}" for each in boxes(visitor.page(lines))[:1]]
    bank = ["/bank", "/bank/lines", message, payment]
    return ["/runs", newest, oldest, lines, f"{lines}?show=unseen", *more, *bank, "/payees", "/runs/nothing"]
