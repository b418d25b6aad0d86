# SPDX-License-Identifier: EUPL-1.2
"""The demo, walked through as each user in two clicks, on a phone and at a desk; each page is photographed.

With TEGOED_SCREENS=docs/screens the pictures are those of the documentation; otherwise they are thrown away.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import chromium, scrolls_sideways, visiting
from tests.e2e.test_demo import served, told

PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1}
DESK: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 1}

SHOTS: Final = (
    ("start", "", DESK, ()),
    ("scan", "door", PHONE, ("/scan",)),
    ("today", "door", PHONE, ("/today",)),
    ("resident", "resident", PHONE, ("/my",)),
    ("right", "resident", PHONE, ("/my", "h2 a")),
    ("waiting", "resident", PHONE, ("/uses",)),
    ("mandates", "resident", PHONE, ("/mandates",)),
    ("worklist", "gatekeeper", DESK, ("/worklist",)),
    ("entitlement", "gatekeeper", DESK, ("/entitlements", "tbody a")),
    ("resident_at_the_gate", "gatekeeper", DESK, ("/entitlements", "tbody a", ".above a")),
    ("devices", "desk", DESK, ("/devices",)),
    ("payable", "desk", DESK, ("/payable",)),
    ("redemptions", "desk", DESK, ("/redemptions",)),
    ("accounts", "administrator", DESK, ("/accounts",)),
    ("letter", "", PHONE, ("/letter",)),
    ("runs", "finance_1", DESK, ("/runs",)),
    ("budget", "finance_1", DESK, ("/budgets", "tbody a")),
    ("contract", "contract_manager_1", DESK, ("/contracts", "tbody a")),
    ("draft", "contract_manager_1", DESK, ("/contracts", "tbody a", "a[href$='/draft']")),
    ("programmes", "contract_manager_1", DESK, ("/programmes",)),
    ("settings", "administrator", DESK, ("/settings",)),
    ("entry", "auditor", DESK, ("/books", "tbody a")),
)
"""The name of a picture, as whom, on what, and where: an address, then what is clicked."""

WHOLE: Final = {"start", "resident_at_the_gate"}
"""Photographed to the end of the page; the others as far as one sees them at once."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo, served as make run serves it."""
    folder = tmp_path_factory.mktemp("screens")
    told(folder)
    with served(folder) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all."""
    with chromium() as found:
        yield found


def test_every_user_is_walked_in_two_clicks_and_photographed(
    address: str, browser: Browser, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("TEGOED_SCREENS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    for name, who, device, steps in SHOTS:
        with visiting(browser, locale="nl-NL", **device) as page:
            page.goto(address)
            if who:
                _walk(page, who)
            _follow(page, address, steps)
            assert page.locator("h1").count() == 1, name
            assert scrolls_sideways(page, device["viewport"]["width"]) == 0, name
            picture = folder / f"{name}.png"
            page.screenshot(path=picture, full_page=name in WHOLE)
            assert picture.stat().st_size > 8_000, f"{name} is all but empty"


def _walk(page: Page, who: str) -> None:
    """The second click: the first opened the page."""
    page.locator(f"#as-{who} button").click()
    assert page.url.rpartition("/")[2] != "", "one is led to a page of one's own"


def _follow(page: Page, address: str, steps: tuple[str, ...]) -> None:
    for step in steps:
        if step.startswith("/"):
            page.goto(f"{address}{step}")
        else:
            page.locator(step).first.click()
            page.wait_for_load_state("load")
