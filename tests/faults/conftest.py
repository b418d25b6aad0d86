# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the faults: a nursery of served products, and a prepared PostgreSQL to copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import db, migrations
from tests.faults.service import Nursery
from tests.faults.standby import prepared
from tests.world import World


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One for all tests, as it takes seconds to import the product."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def origin() -> Iterator[tuple[Path, World]]:
    """A stopped PostgreSQL with a small world in it, and that world; servers start from copies of it."""
    made: list[World] = []

    def prepare(url: str) -> None:
        engine = db.connect(url)
        migrations.upgrade(engine)
        made.append(World.build(engine))
        engine.dispose()

    with prepared(prepare) as folder:
        yield folder, made[0]
