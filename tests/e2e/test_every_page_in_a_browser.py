# SPDX-License-Identifier: EUPL-1.2
"""Every page there is, for a role that sees it: axe finds nothing, nothing scrolls sideways, one heading.

In Dutch by day and in English by night. A page that is added is looked at here without being named.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from api.pages import cookies
from ledger import db, sessions
from ledger.tables import Role
from tests.api.browsing import Scene
from tests.api.places import DOORS, addresses, reader
from tests.api.served import Served
from tests.api.watched import on_sqlite
from tests.e2e.browser import chromium, findings, scrolls_sideways, serving, visiting
from tests.world import World

SMALLEST = 320
"""CSS pixels: WCAG 2.2, 1.4.10; as 1280 pixels at 400%."""
STRAY = (
    "xpath=//table[contains(@class, 'rows')]/tbody/tr/*[./*[normalize-space(following-sibling::text()[1])]]"
)
"""On a telephone a cell is a grid: words after an element stand under the label, as if they were one."""


@pytest.fixture(scope="module")
def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The things that the addresses name."""
    world = World.build(on_sqlite(sqlite_template, tmp_path_factory.mktemp("every")).engine)
    found = Scene.over(Served.over(world))
    yield found
    found.served.world.engine.dispose()


@pytest.fixture(scope="module")
def pages(scene: Scene) -> dict[Role, list[str]]:
    """What each role is shown, without what is fetched as a file."""
    found, where = dict[Role, list[str]](), addresses(scene)
    for method, path, door in DOORS:
        if method == "GET" and not path.endswith(("/files/{number}", "/{form}")):
            found.setdefault(reader(door), []).append(where[path])
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    with chromium() as found:
        yield found


@pytest.mark.parametrize(("locale", "scheme"), [("nl-NL", "light"), ("en-GB", "dark")])
def test_axe_finds_nothing_on_any_page_and_nothing_scrolls_sideways(
    scene: Scene, pages: dict[Role, list[str]], browser: Browser, locale: str, scheme: str
) -> None:
    wrong, seen = [], 0
    with (
        serving(scene.served.client.app) as address,
        visiting(browser, locale=locale, color_scheme=scheme) as page,
    ):
        for role, paths in pages.items():
            _as(page, scene, address, role)
            for path in paths:
                wrong += _faults(page, address, path)
                seen += 1
    assert wrong == []
    assert seen >= 20


def _as(page: Page, scene: Scene, address: str, role: Role) -> None:
    """Logged in without a form: how one logs in is tested elsewhere."""
    world = scene.served.world
    with db.transaction(world.engine) as session:
        begun = sessions.begin(session, scene.served.secrets[role], now=world.now)
    host = urlsplit(address).hostname or ""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": cookies.LOOPBACK, "value": begun.secret, "domain": host, "path": "/"}])


def _faults(page: Page, address: str, path: str) -> list[str]:
    answer = page.goto(f"{address}{path}")
    assert answer is not None
    assert answer.status == 200, (path, answer.status)
    found = (
        [f"{path}: {page.locator('h1').count()} first headings"] if page.locator("h1").count() != 1 else []
    )
    found += [f"{path}: {each}" for each in findings(page)]
    stray = page.locator(STRAY).count()
    found += [f"{path}: {stray} cells with text beside an element"] if stray else []
    sideways = scrolls_sideways(page, SMALLEST)
    return found + ([f"{path}: {sideways} pixels too wide"] if sideways else [])
