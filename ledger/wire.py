# SPDX-License-Identifier: EUPL-1.2
"""Statements on the wire: to the driver itself, and several in one round trip.

A small batch of redemptions is a dozen statements; much of its time would go into what SQLAlchemy does
around each, and on PostgreSQL into waiting for one answer before the next question is sent (figures are in
decision 20).
Connections, transactions and errors stay those of SQLAlchemy. Where somebody listens to statements (tests,
tracing), they go one by one and the way that is heard.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger.db import Work

Plain: TypeAlias = tuple[Any, ...]
"""A row as values in the order of the columns that were asked for."""


class Heard:
    """What the database answers to one statement; inside `together` it comes when it is looked at."""

    __slots__ = ("_connection", "_cursor")

    def __init__(self, connection: Connection, cursor: Any) -> None:
        self._connection = connection
        self._cursor = cursor

    @property
    def rows(self) -> Sequence[Plain]:
        """The rows, as the driver makes them; to be looked at once. Errors are those of SQLAlchemy."""
        with _telling(self._connection):
            found: Sequence[Plain] = self._cursor.fetchall() if self._cursor else ()
            return found

    @property
    def touched(self) -> int:
        """How many rows were written; known once `together` is left."""
        return int(self._cursor.rowcount)


def say(work: Work, text: str, given: Any) -> Heard:
    """Say it to the database, once for each where a list is given. Errors are those of SQLAlchemy."""
    connection = work.session.connection()
    if _is_heard(connection):
        result = connection.exec_driver_sql(text, given)
        return Heard(connection, result.cursor or result)
    cursor = connection.connection.cursor()
    with _telling(connection):
        if isinstance(given, list):
            cursor.executemany(text, given)
        else:
            cursor.execute(text, given)
    return Heard(connection, cursor)


@contextmanager
def together(work: Work) -> Iterator[None]:
    """What is said inside goes to PostgreSQL in one round trip, in its order; elsewhere one by one.

    Answers are to be looked at afterwards. An error may be raised only on leaving; nothing that was said
    after the statement that failed is done.
    """
    connection = work.session.connection()
    if connection.dialect.name == "sqlite" or _is_heard(connection):
        yield
        return
    driver: Any = connection.connection.driver_connection
    with _telling(connection), driver.pipeline():
        yield


def _is_heard(connection: Connection) -> bool:
    return bool(connection.dispatch.before_cursor_execute or connection.dispatch.after_cursor_execute)


@contextmanager
def _telling(connection: Connection) -> Iterator[None]:
    """Errors of the driver as SQLAlchemy tells them, without values; a lost connection is given up."""
    dialect = connection.dialect
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        told: Any = error
        is_gone = dialect.is_disconnect(told, connection.connection, None)
        if is_gone:
            connection.invalidate(error)
        raise _as_told(connection, told, is_gone=is_gone) from error


def _as_told(connection: Connection, error: Any, *, is_gone: bool) -> DBAPIError:
    told = DBAPIError.instance(
        None,
        None,
        error,
        connection.dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=connection.dialect,
    )
    assert isinstance(told, DBAPIError)
    return told
