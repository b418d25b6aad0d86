# SPDX-License-Identifier: EUPL-1.2
"""A served world: the application over the world of tests/world.py, with an account and key per role."""

from collections.abc import Iterator

import pytest

from tests.api.served import Served
from tests.api.slowly import the_jobs
from tests.world import World


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    """On each kind of database."""
    yield from over(world)


@pytest.fixture
def sqlite_served(sqlite_world: World) -> Iterator[Served]:
    """On SQLite only, for what has nothing to do with the database."""
    yield from over(sqlite_world)


@pytest.fixture
def postgresql_served(postgresql_world: World) -> Iterator[Served]:
    """On PostgreSQL only, for what SQLite shows in many tests already."""
    yield from over(postgresql_world)


def over(world: World) -> Iterator[Served]:
    """Until the test is over; then no thread has a connection any more, and the database can go."""
    served = Served.over(world)
    yield served
    the_jobs(served).close()
