# SPDX-License-Identifier: EUPL-1.2
"""Fixtures: what a browser is pointed at."""

import pytest

from tests.api.served import Served
from tests.world import World


@pytest.fixture
def served(world: World) -> Served:
    """The application over a world, on SQLite and on PostgreSQL."""
    return Served.over(world)


@pytest.fixture
def sqlite_served(sqlite_world: World) -> Served:
    """The same on SQLite only: for what does not depend on the database."""
    return Served.over(sqlite_world)
