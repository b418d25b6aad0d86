# SPDX-License-Identifier: EUPL-1.2
"""The whole story, by the pages alone: a decision, its letter, the scan of that letter, the resident's word,
a run looked at and released by another, the file to the bank and back, and the resident sees it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from ledger.tables import Role
from tests.api.served import Served
from tests.bank import Bank, Script
from tests.e2e import camera
from tests.e2e.browser import chromium, log_in, serving, visiting
from tests.world import HOUSEHOLD, World

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@contextmanager
def _somebody(browser: Browser, served: Served, address: str, who: str, **more: Any) -> Iterator[Page]:
    with visiting(browser, locale="nl-NL", **more) as page:
        log_in(page, address, served.secrets[who])
        yield page


def test_from_the_decision_to_the_bank_and_back(served: Served, world: World, tmp_path: Path) -> None:
    served.account("finance_2", Role.FINANCE)
    with serving(served.client.app) as address:
        with chromium() as browser, _somebody(browser, served, address, "gatekeeper") as page:
            letter = _granted(page, address)
        film = camera.film(letter, tmp_path / "letter.mjpeg")
        with chromium(*camera.flags(film)) as browser:
            with _somebody(browser, served, address, "provider", **PHONE) as page:
                _redeemed(page, address)
            with _somebody(browser, served, address, "holder", **PHONE) as page:
                _confirmed(page, address)
            with _somebody(browser, served, address, "finance") as page:
                run = _drafted(page, address, world)
            with _somebody(browser, served, address, "finance_2") as page:
                _paid(page, run, world, tmp_path)
            with _somebody(browser, served, address, "auditor") as page:
                _audited(page, address)
            with _somebody(browser, served, address, "holder", **PHONE) as page:
                page.goto(f"{address}/my")
                expect(page.locator("article")).to_contain_text("68,85")
    world.assert_books_agree()


def _granted(page: Page, address: str) -> bytes:
    """A resident is found, the decision looked at and made; the letter as it is printed."""
    page.goto(f"{address}/residents")
    page.get_by_label("Waarom kijkt u?").fill("aanvraag huishoudelijke hulp")
    page.locator("#surname").fill("de Wit")
    page.locator("#birthDate").fill("1944-03-09")
    page.get_by_role("button", name="Zoek").click()
    page.get_by_role("link", name="Ken een tegoed toe").click()
    page.locator("#reference").fill("B-2026-0042")
    page.locator("#programmeId").select_option(label="Wmo")
    page.locator("#validFrom").fill("2026-06-01")
    page.locator("#validUntil").fill("2026-12-31")
    page.locator("#amount").fill("100")
    page.locator(f"input[value='{HOUSEHOLD}']").check()
    page.get_by_role("button", name="Bekijk wat dit wordt").click()
    expect(page.locator("main")).to_contain_text("Hulp bij het huishouden")
    page.get_by_role("button", name="Ken toe").click()
    page.get_by_role("button", name="Maak een code").click()
    printing = page.locator("form[action$='/letter']").get_attribute("action")
    answer = page.request.post(f"{address}{printing}", headers={"Origin": address})
    assert answer.status == 200, answer.text()
    return answer.body()


def _redeemed(page: Page, address: str) -> None:
    """The camera sees the letter; an hour of help."""
    page.goto(f"{address}/scan")
    page.get_by_role("button", name="Start de camera").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wat heeft u gedaan?", timeout=30_000)
    page.locator("[name=hours]").first.fill("1")
    page.get_by_role("button", name="Reken uit").first.click()
    page.get_by_role("button", name="Bevestig").click()
    expect(page.get_by_role("status")).to_contain_text("Gelukt")


def _confirmed(page: Page, address: str) -> None:
    """The resident looks at the use and says that it is right."""
    page.goto(f"{address}/my")
    page.locator("h2 a").first.click()
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="Ja, het klopt").click()
    expect(page.get_by_role("status")).to_contain_text("Dank u")


def _drafted(page: Page, address: str, world: World) -> str:
    """A run up to and including today, put to a colleague; its address."""
    page.goto(f"{address}/runs")
    page.locator("#until").fill(world.now.date().isoformat())
    page.locator("#requestedOn").fill(world.now.date().isoformat())
    page.locator("form[action='/runs'] button").click()
    page.locator("form[action$='/submit'] button").click()
    expect(page.get_by_role("status")).to_contain_text("voorgelegd")
    return page.url.split("?")[0]


def _paid(page: Page, run: str, world: World, folder: Path) -> None:
    """Looked at, released, sent to the bank; what the bank answers and books is read."""
    page.goto(f"{run}/lines?show=unseen")
    for box in page.locator("input[name='line']").all():
        box.check()
    page.locator("button[value='seen']").click()
    page.goto(run)
    page.locator("form[action$='/release'] button").click()
    page.locator("form[action$='/export'] button").click()
    order = page.request.get(f"{run}/files/1").body()
    bank = Bank(
        iban="NL91ABNA0417164300",
        name="Gemeente Diemen",
        opening_cents=1_000_000_00,
        first_day=world.now.date(),
        seed=1,
        script=Script(),
    )
    for number, content in enumerate((bank.submit(order), *bank.advance(2))):
        told = folder / f"bank-{number}.xml"
        told.write_bytes(content)
        page.goto(page.url.split("/runs")[0].split("/bank")[0] + "/bank")
        page.locator("input[type=file]").set_input_files(told)
        page.locator("form[action='/bank'] button").click()
    page.goto(run)
    expect(page.locator("main")).to_contain_text("Afgehandeld door de bank")


def _audited(page: Page, address: str) -> None:
    """The auditor finds the entry, and the books agree."""
    page.goto(f"{address}/books")
    page.locator("tbody a", has_text="2026").first.click()
    expect(page.locator("h1")).to_have_text("Eén boeking")
    page.goto(f"{address}/checks")
    page.get_by_role("button", name="Controleer nu").click()
    expect(page.get_by_role("heading", name="De boeken kloppen")).to_be_visible()
