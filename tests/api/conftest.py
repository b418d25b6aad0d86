# SPDX-License-Identifier: EUPL-1.2
"""A served world: the application over the world of tests/world.py, with an account and key per role."""

import pytest

from tests.api.served import Served
from tests.world import World


@pytest.fixture
def served(world: World) -> Served:
    """On each kind of database."""
    return Served.over(world)


@pytest.fixture
def sqlite_served(sqlite_world: World) -> Served:
    """On SQLite only, for what has nothing to do with the database."""
    return Served.over(sqlite_world)


@pytest.fixture
def postgresql_served(postgresql_world: World) -> Served:
    """On PostgreSQL only, for what SQLite shows in many tests already."""
    return Served.over(postgresql_world)
