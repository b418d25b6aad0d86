# SPDX-License-Identifier: EUPL-1.2
"""Column types that mean the same on SQLite (STRICT tables) and PostgreSQL.

SQLite knows no time zones, days or UUIDs; each is stored in one exact form and checked on the way
in and on the way out.
"""

import json
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from ledger.ids import of_int

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _is_sqlite(dialect: Dialect) -> bool:
    return dialect.name == "sqlite"


class Count(TypeDecorator[int]):
    """A whole number of 64 bits: an amount, a quantity, a counter."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        return dialect.type_descriptor(Integer() if _is_sqlite(dialect) else BigInteger())


class Flag(TypeDecorator[bool]):
    """True or false; 1 or 0 on SQLite."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        return dialect.type_descriptor(Integer() if _is_sqlite(dialect) else Boolean())

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """See TypeDecorator."""
        return None if value is None else bool(value)


class Id(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 bytes on SQLite."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        return dialect.type_descriptor(LargeBinary(16) if _is_sqlite(dialect) else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """See TypeDecorator."""
        return value.bytes if value is not None and _is_sqlite(dialect) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """See TypeDecorator."""
        return of_int(int.from_bytes(value, "big")) if isinstance(value, bytes) else value


class Instant(TypeDecorator[datetime]):
    """An aware instant: timestamptz on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        return dialect.type_descriptor(Integer() if _is_sqlite(dialect) else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses a naive instant with ValueError."""
        if value is None:
            return None
        return self.stored(value) if _is_sqlite(dialect) else _aware(value)

    @staticmethod
    def stored(value: datetime) -> int:
        """As SQLite holds it: microseconds since 1970. Raises ValueError for a naive instant."""
        return (_aware(value) - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        if isinstance(value, int):
            return _EPOCH + value * _MICROSECOND
        assert isinstance(value, datetime)
        return value.astimezone(UTC)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be stored")
    return value


class Day(TypeDecorator[date]):
    """A calendar day: date on PostgreSQL, ISO text on SQLite."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        return dialect.type_descriptor(Text() if _is_sqlite(dialect) else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """See TypeDecorator."""
        return value.isoformat() if value is not None and _is_sqlite(dialect) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """See TypeDecorator."""
        return date.fromisoformat(value) if isinstance(value, str) else value


class Choice(TypeDecorator[E], Generic[E]):
    """One member of an enumeration, stored as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Refuses with ValueError what is no member."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """See TypeDecorator."""
        return None if value is None else self.members(value)


class Parsed(TypeDecorator[T], Generic[T]):
    """A typed value as JSON; validated on the way in and again on the way out."""

    impl = Text
    cache_ok = True

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self.annotation = annotation
        self._adapter: TypeAdapter[T] = TypeAdapter(annotation)
        self._read = lru_cache(maxsize=4096)(self._parse)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        return dialect.type_descriptor(Text() if _is_sqlite(dialect) else JSONB())

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:
        """See TypeDecorator."""
        if value is None:
            return None
        return self.text(value) if _is_sqlite(dialect) else self._plain(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:
        """See TypeDecorator."""
        if value is None:
            return None
        return self._parse(value) if _is_sqlite(dialect) else self._adapter.validate_python(value)

    def text(self, value: T) -> str:
        """The value as JSON, always the same text for the same value."""
        return json.dumps(self._plain(value), sort_keys=True)

    def read(self, text: str) -> T:
        """The value that a JSON text says, validated; a text seen lately is not read again.

        What comes out is shared: only for types whose values are frozen.
        """
        return self._read(text)

    def _parse(self, text: str) -> T:
        return self._adapter.validate_python(json.loads(text))

    def _plain(self, value: T) -> Any:
        return self._adapter.dump_python(self._adapter.validate_python(value), mode="json")
