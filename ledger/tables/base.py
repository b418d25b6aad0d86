# SPDX-License-Identifier: EUPL-1.2
"""What all tables share: names, strictness, and keys that lead with municipality_id."""

import re
from typing import Any

from sqlalchemy import ColumnElement, ForeignKeyConstraint, MetaData, and_
from sqlalchemy.orm import declared_attr
from sqlmodel import SQLModel, col

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata: MetaData = SQLModel.metadata
"""Every table of the ledger."""

STRICT: dict[str, Any] = {"sqlite_strict": True}
"""SQLite refuses values of another type than the column's."""


GROWS: dict[str, Any] = STRICT | {"sqlite_with_rowid": False}
"""For tables that grow with every redemption: SQLite keeps the rows in the key, one tree fewer to write."""


class Row(SQLModel):
    """A table's row; the table is called after the class, in snake_case."""

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


def refers(column: str, table: str, target: str = "id") -> ForeignKeyConstraint:
    """A reference inside one municipality: (municipality_id, column) to (municipality_id, target)."""
    return ForeignKeyConstraint(
        ["municipality_id", column], [f"{table}.municipality_id", f"{table}.{target}"]
    )


def in_municipality() -> ForeignKeyConstraint:
    """The row belongs to a municipality that exists."""
    return ForeignKeyConstraint(["municipality_id"], ["municipality.municipality_id"])


def linked(one: Any, other: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Joins rows of two tables, of one municipality, under these conditions."""
    return and_(col(one.municipality_id) == col(other.municipality_id), *conditions)
