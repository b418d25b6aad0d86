# SPDX-License-Identifier: EUPL-1.2
"""Engines of the tests share a dialect that knows its server."""

from sqlalchemy import create_engine

from tests import engines


def test_an_engine_that_never_connected_gives_its_dialect_to_nobody() -> None:
    connect = engines.sharing(create_engine)
    idle, used = connect("sqlite://"), connect("sqlite://")
    with used.execution_options(isolation_level="AUTOCOMMIT").connect():
        pass
    later = connect("sqlite://")
    assert later.dialect is used.dialect
    assert later.dialect is not idle.dialect
    for engine in (idle, used, later):
        engine.dispose()
