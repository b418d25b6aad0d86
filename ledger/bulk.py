# SPDX-License-Identifier: EUPL-1.2
"""Many rows at once: questions compiled once that answer plain tuples, and inserts in one statement.

For what handles hundreds at a time. Both go around the objects of the ORM and its work per row; both
send any number of keys or rows as a fixed number of parameters, so that a statement's text never
changes and the database plans it once. Errors are those of SQLAlchemy, as everywhere.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Dialect, LargeBinary, Select, Table, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from ledger.columns import Choice, Count, Day, Flag, Id, Instant, Parsed
from ledger.db import Work
from ledger.wire import Heard, Plain, say

ROWS_MAX: Final = 5000
"""The most rows of one INSERT; more are sent in pieces, so that memory stays flat."""

# ------------------------------------------------------------------------------------------ reading


class Keys(TypeDecorator[Collection[Any]]):
    """Values of one column as a single parameter: an array on PostgreSQL, a JSON list on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    @property
    def is_binary(self) -> bool:
        """Whether SQLite holds the values as blobs, which JSON cannot: they travel as hexadecimals."""
        return isinstance(self.item, Id | LargeBinary)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        is_sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(Text() if is_sqlite else ARRAY(self.item.dialect_impl(dialect)))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """See TypeDecorator."""
        if value is None or dialect.name != "sqlite":
            return None if value is None else list(value)
        return json.dumps([each.hex if isinstance(each, UUID) else _plain(each) for each in value])


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


class Among(ColumnElement[bool]):
    """Whether a column is one of the values given under a name; of none it never is."""

    inherit_cache = False

    def __init__(self, column: Mapped[Any], name: str) -> None:
        self.type = Boolean()
        self.column: ColumnElement[Any] = coercions.expect(roles.ExpressionElementRole, column)
        self.keys = Keys(self.column.type)
        self.given = bindparam(name, type_=self.keys)

    def self_group(self, against: OperatorType | None = None) -> ColumnElement[Any]:
        """See ColumnElement. Without it SQLite is told "... = 1", for which it uses no index."""
        return self


@compiles(Among, "postgresql")
def _any(element: Among, compiler: SQLCompiler, **more: Any) -> str:
    return f"{compiler.process(element.column, **more)} = ANY ({compiler.process(element.given, **more)})"


@compiles(Among, "sqlite")
def _in_json(element: Among, compiler: SQLCompiler, **more: Any) -> str:
    column, given = compiler.process(element.column, **more), compiler.process(element.given, **more)
    value = "unhex(value)" if element.keys.is_binary else "value"
    return f"{column} IN (SELECT {value} FROM json_each({given}))"


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A statement for one kind of database: its text, how values go in, and how they come out."""

    text: str
    names: Sequence[str] | None
    """The parameters by position; None where they go by name."""
    fixed: Mapping[str, Any]
    going_in: Mapping[str, Callable[[Any], Any]]
    coming_out: Sequence[tuple[int, Callable[[Sequence[Any]], list[Any]]]]
    """By the place of a column: what makes all its values."""


class Query:
    """A SELECT that is compiled once for each kind of database and answers plain tuples.

    The municipality is always the work's: the statement names it with the parameter `municipality_id`.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def rows(self, work: Work, **given: Any) -> list[Plain]:
        """The rows for these parameters, values as the columns' types make them."""
        return self.ask(work, **given).rows

    def ask(self, work: Work, **given: Any) -> "Asked":
        """The same, to be looked at later: inside `together` that saves a round trip."""
        dialect = work.session.connection().dialect
        ready = self._ready.get(dialect.name) or self._prepare(dialect)
        values = {**ready.fixed, "municipality_id": work.municipality_id, **given}
        for name, convert in ready.going_in.items():
            values[name] = convert(values[name])
        parameters = tuple(values[name] for name in ready.names) if ready.names is not None else values
        return Asked(say(work, ready.text, parameters), ready.coming_out)

    def _prepare(self, dialect: Dialect) -> _Ready:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        into = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        out = [
            (place, _column_reader(column.type, dialect))
            for place, column in enumerate(self._statement.selected_columns)
        ]
        ready = _Ready(
            text=str(compiled),
            names=compiled.positiontup,
            fixed={name: bind.value for name, bind in compiled.binds.items() if bind.value is not None},
            going_in={name: convert for name, convert in into.items() if convert is not None},
            coming_out=[(place, read) for place, read in out if read is not None],
        )
        self._ready[dialect.name] = ready
        return ready


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put."""

    heard: Heard
    coming_out: Sequence[tuple[int, Callable[[Sequence[Any]], list[Any]]]]

    @property
    def rows(self) -> list[Plain]:
        """The answer; to be looked at once."""
        return _converted(self.heard.rows, self.coming_out)


def _converted(
    rows: Sequence[Plain], coming_out: Iterable[tuple[int, Callable[[Sequence[Any]], list[Any]]]]
) -> list[Plain]:
    if not rows:
        return []
    columns: list[Any] = list(zip(*rows, strict=True))
    for place, read in coming_out:
        columns[place] = read(columns[place])
    return list(zip(*columns, strict=True))


def _column_reader(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Sequence[Any]], list[Any]] | None:
    """What makes the values of a whole column; None where they come as they should be.

    Each distinct value is made once, for the rows of one batch share most of them; JSON, which
    PostgreSQL's driver answers as objects, is made one by one.
    """
    convert = type_.dialect_impl(dialect).result_processor(dialect, None)
    if convert is None:
        return None
    if isinstance(type_, Parsed):
        return lambda values: [convert(value) for value in values]

    def read(values: Sequence[Any]) -> list[Any]:
        known = {value: convert(value) for value in set(values)}
        return [known[value] for value in values]

    return read


def mine(table: type[SQLModel]) -> ColumnElement[bool]:
    """Whether a row is of the municipality that is worked for; the first condition of every Query."""
    column = _table(table).c.municipality_id
    return column == bindparam("municipality_id", type_=column.type)


# ------------------------------------------------------------------------------------------ writing


@dataclass(frozen=True)
class Statement:
    """An INSERT or UPDATE for many rows that come as columns of one table.

    The text says `{given}` where the rows stand: PostgreSQL gets one array per column, once; SQLite
    runs it for each row.
    """

    table: type[SQLModel]
    names: tuple[str, ...]
    text: str

    def run(self, work: Work, columns: Mapping[str, Sequence[Any]]) -> Heard:
        """Run it for these columns, all of the same length."""
        dialect = work.session.connection().dialect
        types = _table(self.table).c
        text = _with_rows(self, dialect)
        if dialect.name == "sqlite":
            values = [_stored(types[name].type, columns[name]) for name in self.names]
            return say(work, text, list(zip(*values, strict=True)))
        return say(work, text, tuple(_array(types[name].type, columns[name]) for name in self.names))


@lru_cache(maxsize=256)
def _with_rows(statement: Statement, dialect: Dialect) -> str:
    """The text for one kind of database."""
    names = ", ".join(statement.names)
    if dialect.name == "sqlite":
        if statement.text.endswith(_ROWS_ONLY):
            return statement.text.replace(_ROWS_ONLY, f"VALUES ({', '.join('?' * len(statement.names))})")
        marks = ", ".join(f"?{place} AS {name}" for place, name in enumerate(statement.names, start=1))
        return statement.text.replace("{given}", f"(SELECT {marks}) AS given")
    types = _table(statement.table).c
    arrays = ", ".join(f"%s::{types[name].type.compile(dialect)}[]" for name in statement.names)
    return statement.text.replace("{given}", f"unnest({arrays}) AS given ({names})")


_ROWS_ONLY: Final = "SELECT * FROM {given}"
"""The end of a plain INSERT; SQLite has a shorter word for it."""


def insert(work: Work, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns in the same order, in as few statements as may be."""
    assert len({tuple(row) for row in rows}) < 2, "values are taken by their place"
    for start in range(0, len(rows), ROWS_MAX):
        piece = rows[start : start + ROWS_MAX]
        statement = _insertion(table, tuple(piece[0]))
        columns = zip(*(row.values() for row in piece), strict=True)
        statement.run(work, dict(zip(statement.names, columns, strict=True)))


@lru_cache(maxsize=256)
def _insertion(table: type[SQLModel], names: tuple[str, ...]) -> Statement:
    return Statement(table, names, f"INSERT INTO {_table(table).name} ({', '.join(names)}) {_ROWS_ONLY}")


def _table(table: type[SQLModel]) -> Table:
    found: object = vars(table)["__table__"]
    assert isinstance(found, Table)
    return found


def _stored(type_: TypeEngine[Any], values: Sequence[Any]) -> Sequence[Any]:
    """The values as SQLite stores them."""
    if isinstance(type_, Id):
        return [None if each is None else each.bytes for each in values]
    if isinstance(type_, Instant):
        return _each_once(type_.stored, values)
    if isinstance(type_, Day):
        return _each_once(date.isoformat, values)
    if isinstance(type_, Choice):
        return [None if each is None else each._value_ for each in values]
    if isinstance(type_, Parsed):
        return [None if each is None else type_.text(each) for each in values]
    return values


def _array(type_: TypeEngine[Any], values: Sequence[Any]) -> str:
    """The values as the text of a PostgreSQL array."""
    return f"{{{','.join(_texts(type_, values))}}}"


def _texts(type_: TypeEngine[Any], values: Sequence[Any]) -> Iterable[str]:
    if isinstance(type_, Id):
        return ["NULL" if each is None else each.hex for each in values]
    if isinstance(type_, Count):
        return ["NULL" if each is None else str(each) for each in values]
    if isinstance(type_, Instant):
        return ["NULL" if each is None else each for each in _each_once(_instant, values)]
    if isinstance(type_, Day):
        return ["NULL" if each is None else each for each in _each_once(date.isoformat, values)]
    if isinstance(type_, Flag):
        return ["NULL" if each is None else "t" if each else "f" for each in values]
    if isinstance(type_, LargeBinary):
        return ["NULL" if each is None else f'"\\\\x{each.hex()}"' for each in values]
    if isinstance(type_, Parsed):
        return ["NULL" if each is None else _quoted(type_.text(each)) for each in values]
    return ["NULL" if each is None else _quoted(str(each)) for each in values]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be stored")
    return f'"{value.isoformat()}"'


def _each_once(convert: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Converted, each distinct value once: the rows of one batch share their days and instants."""
    known = {each: convert(each) for each in set(values) if each is not None}
    return [known.get(each) for each in values]
