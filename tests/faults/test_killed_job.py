# SPDX-License-Identifier: EUPL-1.2
"""Long work on a page survives SIGKILL: what was asked is done wholly and once, by whichever server lives."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import httpx
from sqlalchemy import select
from sqlmodel import col

from ledger.ids import uuid7
from ledger.tables import Entitlement, Role
from tests.api.messages import message
from tests.bench.scenery import bsns
from tests.faults.service import PRODUCT, Nursery, Product
from tests.world import World

MESSAGES = 350
"""More than three pieces."""
LIVES_S = (0.15, 0.4)
"""How long a server lives after it took the job up, before it is killed."""


def killed_while_reading(
    world: World, nursery: Nursery, folder: Path, lives_s: Sequence[float], *, factory: str = PRODUCT
) -> list[int]:
    """The numbers of the allocations that were granted, after the last server said that it is done."""
    product = Product.over(world, nursery, folder, factory=factory)
    contents = [message(number, bsn=bsn) for number, bsn in enumerate(islice(bsns(), MESSAGES), 1)]
    product.start()
    where = _asked(product, contents)
    for life_s in lives_s:
        time.sleep(life_s)
        product.kill()
        product.start()
    page = _finished(product, where)
    product.kill()
    assert f"<dd>{MESSAGES}</dd>" in page, "what it tells is what it did"
    with world.work() as work:
        numbers = work.session.scalars(select(col(Entitlement.allocation_number))).all()
    world.engine.dispose()
    return sorted(number for number in numbers if number is not None)


@contextmanager
def _browser(product: Product) -> Iterator[httpx.Client]:
    """Logged in as a gatekeeper."""
    host = f"http://127.0.0.1:{product.port}"
    with httpx.Client(base_url=host, headers={"Origin": host}, timeout=30) as browser:
        answer = browser.post("/login", data={"key": product.secrets[Role.GATEKEEPER]})
        assert answer.status_code == 303, answer.text
        yield browser


def _asked(product: Product, contents: Sequence[bytes]) -> str:
    id_ = uuid7()
    files = [("file", (f"{number}.xml", each)) for number, each in enumerate(contents)]
    with _browser(product) as browser, suppress(httpx.TimeoutException):  # whoever asked goes away
        browser.post("/batches", data={"id": str(id_), "mode": "keep"}, files=files, timeout=0.5)
    return f"/batches/{id_}"


def _finished(product: Product, where: str) -> str:
    """The page of the job, once it is done."""
    with _browser(product) as browser:
        until = time.monotonic() + 60
        while "data-busy" in (page := browser.get(where).text):
            assert time.monotonic() < until, page
            time.sleep(0.1)
    return page


def test_a_job_whose_servers_are_killed_is_done_wholly_and_once(
    world: World, nursery: Nursery, tmp_path: Path
) -> None:
    assert killed_while_reading(world, nursery, tmp_path, LIVES_S) == list(range(1, MESSAGES + 1))
    world.assert_books_agree()


def test_a_piece_that_is_noted_before_it_is_done_is_lost(
    sqlite_world: World, nursery: Nursery, tmp_path: Path
) -> None:
    """Negative control."""
    factory = "tests.faults.mistaken:noting_first"
    granted = killed_while_reading(sqlite_world, nursery, tmp_path, LIVES_S, factory=factory)
    assert len(granted) < MESSAGES
