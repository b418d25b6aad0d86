# SPDX-License-Identifier: EUPL-1.2
"""What SQLite's planner is told about every index, so that its plans never depend on who ran ANALYZE.

Without statistics it takes a municipality for a handful of rows, and reads all accounts of one where it
should look up a few by their owner. Its authors' advice for stable plans is to write sqlite_stat1
oneself (https://sqlite.org/queryplanner-ng.html, "managing the query planner"). PostgreSQL keeps its own.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Column, LargeBinary

from ledger.columns import Id
from ledger.db import SQLITE
from ledger.tables import metadata

ROWS: Final = 1_000_000
"""Of each table, all of one municipality: large enough that nothing is ever worth a scan."""
FEW: Final = 1_000
"""Of an index of few rows, told so by its info: what it finds is never looked for in the table."""
OF_ONE_KEY: Final = 20
"""Rows that share an id of something else."""
OF_ONE_KIND: Final = 10
"""By how much a kind, law or day narrows."""
_INSERT: Final = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{index}', '{told}')"


def statistics(ddl: Iterable[str]) -> Iterator[str]:
    """The statements that tell it, for the tables and indexes that these statements make."""
    connection = SQLITE.connect(":memory:")
    for statement in ddl:
        connection.execute(statement)
    yield "ANALYZE"  # makes the table; there is nothing to count yet
    few = {str(each.name) for table in metadata.sorted_tables for each in table.indexes if "few" in each.info}
    for table in metadata.sorted_tables:
        for name, unique, columns in _indexes(connection, table.name):
            rows = FEW if name in few else ROWS
            narrowing = _narrowing([table.c[column] for column in columns], rows=rows, unique=unique)
            told = " ".join(map(str, narrowing))
            yield _INSERT.format(table=table.name, index=name, told=told)
    yield "ANALYZE sqlite_schema"  # reads it; else this connection would go on without


def _indexes(connection: Any, table: str) -> Iterator[tuple[str, bool, list[str]]]:
    """Name, whether it is unique, and columns. A WITHOUT ROWID table is its own primary key."""
    (_, _, _, _, without_rowid, _) = connection.execute(f"PRAGMA table_list({table})").fetchone()
    for _, name, unique, origin, _ in connection.execute(f"PRAGMA index_list({table})").fetchall():
        columns = [row[2] for row in connection.execute(f"PRAGMA index_info({name})")]
        yield table if origin == "pk" and without_rowid else name, bool(unique), columns


def _narrowing(columns: list[Column[Any]], *, rows: int, unique: bool) -> list[int]:
    """The rows there are, then how many share the first column, the first two, and so on."""
    told = [rows]
    for column in columns:
        if column.name == "municipality_id":
            told.append(told[-1])
        elif isinstance(column.type, Id | LargeBinary):
            told.append(min(told[-1], OF_ONE_KEY))
        else:
            told.append(max(1, told[-1] // OF_ONE_KIND))
    if unique:
        told[-1] = 1
    return told
