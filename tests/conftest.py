# SPDX-License-Identifier: EUPL-1.2
"""Fixtures: every database test runs on migrated SQLite and on migrated PostgreSQL."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from ledger import collector, db, migrations
from tests import engines, postgres
from tests.world import World

collector.rarely()  # while the tests are collected, too: a third of the time of importing them


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Every engine knows the statements that another has compiled; garbage is rarely looked for."""
    collector.rarely()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "connect", engines.sharing(db.connect))
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for every test."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    engine = db.connect(f"sqlite:///{path}")
    migrations.upgrade(engine)
    close_whole(engine)
    return path


@pytest.fixture(scope="session")
def sqlite_world_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in an SQLite file, copied for every test: built once, since most tests begin with it."""
    path = tmp_path_factory.mktemp("world") / "ledger.db"
    shutil.copy(sqlite_template, path)
    world = World.build(db.connect(f"sqlite:///{path}"))
    close_whole(world.engine)
    return world


def close_whole(engine: Engine) -> None:
    """All in the one file, nothing left in the journal beside it."""
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """A cluster with a migrated database, copied for every test; yields the cluster's URL."""
    with postgres.cluster() as url:
        administer(url, "CREATE DATABASE template_ledger")
        engine = db.connect(url.replace("/postgres?", "/template_ledger?"))
        migrations.upgrade(engine)
        engine.dispose()
        yield url
        _administration(url).dispose()


@pytest.fixture(scope="session")
def postgresql_world_template(postgresql_template: str) -> World:
    """A world in a database of the cluster, copied for every test."""
    administer(postgresql_template, "CREATE DATABASE template_world TEMPLATE template_ledger")
    world = World.build(db.connect(postgresql_template.replace("/postgres?", "/template_world?")))
    world.engine.dispose()
    return world


def administer(url: str, command: str) -> None:
    """A command to the cluster behind this URL, as its superuser."""
    with _administration(url).connect() as connection:
        connection.execute(text(command))


@cache
def _administration(url: str) -> Engine:
    """Its one connection stays open for as long as the tests last: to begin one takes as long as a copy."""
    return db.connect(url).execution_options(isolation_level="AUTOCOMMIT")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        yield from sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
    else:
        yield from postgresql_copy(request.getfixturevalue("postgresql_template"))


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """SQLite only, for what is about files."""
    yield from sqlite_copy(sqlite_template, tmp_path)


@pytest.fixture
def postgresql_engine(postgresql_template: str) -> Iterator[Engine]:
    """PostgreSQL only, for what is about rows locked one by one."""
    yield from postgresql_copy(postgresql_template)


def sqlite_copy(template: Path, folder: Path) -> Iterator[Engine]:
    path = folder / "ledger.db"
    shutil.copy(template, path)
    engine = db.connect(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def postgresql_copy(url: str, template: str = "template_ledger") -> Iterator[Engine]:
    administer(url, f"CREATE DATABASE ledger_test TEMPLATE {template} STRATEGY FILE_COPY")
    engine = db.connect(url.replace("/postgres?", "/ledger_test?"))
    yield engine
    engine.dispose()
    administer(url, "DROP DATABASE ledger_test WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A small municipality on each kind of database, ready to grant and redeem."""
    if request.param == "sqlite":
        yield from _sqlite_world(request.getfixturevalue("sqlite_world_template"), tmp_path)
    else:
        url: str = request.getfixturevalue("postgresql_template")
        yield from _postgresql_world(url, request.getfixturevalue("postgresql_world_template"))


@pytest.fixture
def sqlite_world(sqlite_world_template: World, tmp_path: Path) -> Iterator[World]:
    """The same on SQLite only."""
    yield from _sqlite_world(sqlite_world_template, tmp_path)


@pytest.fixture
def postgresql_world(postgresql_template: str, postgresql_world_template: World) -> Iterator[World]:
    """The same on PostgreSQL only."""
    yield from _postgresql_world(postgresql_template, postgresql_world_template)


def _sqlite_world(template: World, folder: Path) -> Iterator[World]:
    built_in = Path(str(template.engine.url.database))
    for engine in sqlite_copy(built_in, folder):
        yield replace(template, engine=engine)


def _postgresql_world(url: str, template: World) -> Iterator[World]:
    for engine in postgresql_copy(url, "template_world"):
        yield replace(template, engine=engine)
