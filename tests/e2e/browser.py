# SPDX-License-Identifier: EUPL-1.2
"""A real browser on a real server: Debian's Chromium, without a window, on this machine alone."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any, Final

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.types import ASGIApp

AXE: Final[Any] = import_module("axe_playwright_python.sync_playwright").Axe()
"""It has no type stubs, hence the import by name."""

CHROMIUM: Final = Path("/usr/bin/chromium")
"""As .make/setup.sh installs it; Playwright's own browsers are not fetched."""

FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

TABS_MAX: Final = 120
"""How often one presses Tab before giving up on a page."""


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The application over HTTP on a free port of this machine; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = monotonic() + 20
    while not server.started and monotonic() < until:
        sleep(0.02)
    assert server.started, "the server did not start"
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A browser with these flags besides; each visit gets an empty profile of its own."""
    assert CHROMIUM.exists(), "make chromium installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *more], headless=True)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, **options: Any) -> Iterator[Page]:
    """An empty page; options are Playwright's, such as locale and color_scheme."""
    context = browser.new_context(**options)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def log_in(page: Page, address: str, key: str) -> None:
    """By the keyboard alone."""
    page.goto(f"{address}/login")
    tab_to(page, "#key")
    page.keyboard.type(key)
    press(page, "Enter")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus, and see that one sees so."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            assert page.evaluate(_HAS_OUTLINE), f"nobody sees that {selector} has the focus"
            return
    raise AssertionError(f"{selector} cannot be reached by Tab on {page.url}")


def press(page: Page, key: str) -> None:
    """A key that leads to another page, which is awaited."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def scrolls_sideways(page: Page, width: int) -> int:
    """How many pixels too wide the page is on a screen of this width."""
    size = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    found = int(page.evaluate("document.documentElement.scrollWidth")) - width
    if size is not None:
        page.set_viewport_size(size)
    return max(found, 0)


def findings(page: Page) -> list[str]:
    """What axe finds, each with where."""
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


_HAS_OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""
