# SPDX-License-Identifier: EUPL-1.2
"""Engines that share what they compiled: SQLAlchemy remembers it by engine, and each test has its own.

Compiling was two fifths of the processor time of a test of settling. What is remembered is found by the
whole structure of a statement and by the dialect, so that the engines of one kind must have one dialect.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

_REMEMBERED: Final = 5000
"""Statements of one kind of database; an engine of the product remembers 500."""


def sharing(connect: Callable[[str], Engine]) -> Callable[[str], Engine]:
    """The same connect, whose engines share dialect and compiled statements with the first that connected."""
    kinds: dict[str, tuple[Any, LRUCache[Any, Any]]] = {}

    def connect_sharing(url: str) -> Engine:
        engine = connect(url)
        kind = engine.dialect.name
        if kind not in kinds or not _has_met_a_server(kinds[kind][0]):
            kinds[kind] = engine.dialect, LRUCache[Any, Any](_REMEMBERED)
        engine.dialect, engine._compiled_cache = kinds[kind]
        return engine

    return connect_sharing


def _has_met_a_server(dialect: Any) -> bool:
    """Whether it knows its server: an engine that never connects, as some tests make, teaches it nothing."""
    return hasattr(dialect, "default_isolation_level")
