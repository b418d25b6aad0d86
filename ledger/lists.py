# SPDX-License-Identifier: EUPL-1.2
"""Lists by cursor: rows of any table in the order of their ids, a piece at a time.

Ids are UUIDv7, so this is the order in which the facts were born.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, inspect, select

from ledger.db import Work

R = TypeVar("R")


def page(work: Work, table: type[R], *, after: UUID | None, limit: int, **wanted: object) -> list[R]:
    """At most limit rows of this municipality with an id above after; the first ones where it is None.

    wanted names columns with the value they must have, or a set of values of which one must be it;
    None asks nothing of that column.
    """
    id_, statement = inspect(table).columns["id"], _wanted(work, table, wanted)
    if after is not None:
        statement = statement.where(id_ > after)
    return list(work.session.scalars(statement.order_by(id_).limit(limit)))


def newest(work: Work, table: type[R], *, limit: int, **wanted: object) -> list[R]:
    """At most limit rows of this municipality, the one with the highest id first; wanted as with page."""
    statement = _wanted(work, table, wanted)
    return list(work.session.scalars(statement.order_by(inspect(table).columns["id"].desc()).limit(limit)))


def _wanted(work: Work, table: type[R], wanted: Mapping[str, object]) -> "Select[R]":
    columns = inspect(table).columns
    statement = select(table).where(columns["municipality_id"] == work.municipality_id)
    for name, value in wanted.items():
        if isinstance(value, Collection) and not isinstance(value, str):
            statement = statement.where(columns[name].in_(value))
        elif value is not None:
            statement = statement.where(columns[name] == value)
    return statement
