# SPDX-License-Identifier: EUPL-1.2
"""Terminals: on an embedded database, on each kind of database, and with a municipality set up."""

import shutil
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


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop, copied for every test: opening one is half a dozen commands."""
    folder = tmp_path_factory.mktemp("shop")
    open_shop(Terminal(folder=folder, database=f"sqlite:///{folder}/tegoed.db"))
    return folder


@pytest.fixture
def shop(shop_template: Path, terminal: Terminal) -> Terminal:
    """A municipality with a contract and a resident's file, ready to grant."""
    shutil.copytree(shop_template, terminal.folder, dirs_exist_ok=True)
    return terminal
