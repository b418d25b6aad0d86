# SPDX-License-Identifier: EUPL-1.2
"""Terminals: on an embedded database, on each kind of database, and with a municipality set up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.cli.terminal import Terminal, open_shop


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """On an embedded database that does not exist yet."""
    return Terminal(folder=tmp_path, database=f"sqlite:///{tmp_path}/tegoed.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """On each kind of database."""
    if request.param == "sqlite":
        yield Terminal(folder=tmp_path, database=f"sqlite:///{tmp_path}/tegoed.db")
        return
    engine: Engine = request.getfixturevalue("postgresql_engine")
    yield Terminal(folder=tmp_path, database=engine.url.render_as_string(hide_password=False))


@pytest.fixture
def shop(terminal: Terminal) -> Terminal:
    """A municipality with a contract and a resident's file, ready to grant."""
    return open_shop(terminal)
