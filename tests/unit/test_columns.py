# SPDX-License-Identifier: EUPL-1.2
"""Columns: what goes in comes out, on SQLite and on PostgreSQL, and what is no such value is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Column, Connection, Engine, MetaData, Table, insert, select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TypeEngine

from ledger.columns import Choice, Count, Day, Flag, Id, Instant, Parsed
from ledger.ids import NOBODY, uuid7
from ledger.rules.facts import Period
from ledger.rules.periods import Per
from ledger.rules.restrictions import AnyRestriction, Cap, OnlyServices
from ledger.units import AMOUNT_MAX, Unit


class Colour(StrEnum):
    """Two of them."""

    RED = "red"
    BLUE = "blue"


COLUMNS: dict[str, TypeEngine[Any]] = {
    "count": Count(),
    "flag": Flag(),
    "id": Id(),
    "instant": Instant(),
    "day": Day(),
    "choice": Choice(Colour),
    "rules": Parsed[tuple[AnyRestriction, ...]](tuple[AnyRestriction, ...]),
    "periods": Parsed[tuple[Period, ...]](tuple[Period, ...]),
}
TRY = Table(
    "try_columns", MetaData(), *(Column(name, kind) for name, kind in COLUMNS.items()), sqlite_strict=True
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        TRY.create(connection)
        yield connection
        connection.rollback()


def back(connection: Connection, name: str, value: Any) -> Any:
    connection.execute(insert(TRY), [{name: value}])
    return connection.execute(select(TRY.c[name])).scalar_one()


RULES = (OnlyServices(services=frozenset({"01A04", "02A03"})), Cap(per=Per.WEEK, unit=Unit.MINUTE, most=1))
VALUES = [
    *[("count", value) for value in (0, -1, 1, AMOUNT_MAX, 2**63 - 1, -(2**63), None)],
    *[("flag", value) for value in (True, False, None)],
    *[("id", value) for value in (NOBODY, uuid7(), UUID(int=2**128 - 1), None)],
    *[
        ("instant", value)
        for value in (
            datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 59, 59, 999_999, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            datetime(1800, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
            datetime(2999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            None,
        )
    ],
    *[("day", value) for value in (date(1, 1, 1), date(9999, 12, 31), date(2028, 2, 29), None)],
    *[("choice", value) for value in (Colour.RED, Colour.BLUE, None)],
    *[("rules", value) for value in (RULES, (), None)],
    *[("periods", value) for value in ((Period(start=date(2026, 1, 1)),), ())],
]


def test_what_goes_in_comes_out(connection: Connection) -> None:
    for name, value in VALUES:
        found = back(connection, name, value)
        assert (name, found, type(found)) == (name, value, type(value))
        connection.execute(TRY.delete())


def test_an_instant_comes_out_in_utc_whatever_its_offset(connection: Connection) -> None:
    given = datetime(2026, 6, 10, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    found = back(connection, "instant", given)
    assert found == given
    assert (found.tzinfo, found.hour, found.microsecond) == (UTC, 10, 123_456)


def test_instants_are_ordered_by_time(connection: Connection) -> None:
    instants = [datetime(2026, 6, 10, tzinfo=UTC) + timedelta(microseconds=n) for n in (5, -5, 0)]
    connection.execute(insert(TRY), [{"instant": each} for each in instants])
    found = connection.execute(select(TRY.c.instant).order_by(TRY.c.instant)).scalars().all()
    assert found == sorted(instants)


NO_VALUES = [
    ("instant", datetime(2026, 6, 10, tzinfo=UTC).replace(tzinfo=None)),
    ("choice", "green"),
    ("rules", ({"kind": "nobody_knows"},)),
    ("rules", ({"kind": "uses_max", "most": 0},)),
    ("id", "no id"),
]


def test_what_is_no_such_value_is_refused(connection: Connection) -> None:
    for name, value in NO_VALUES:
        with pytest.raises((StatementError, ValidationError, AttributeError)), connection.begin_nested():
            back(connection, name, value)
    assert connection.execute(select(TRY)).all() == []


def test_an_amount_is_never_a_fraction(connection: Connection) -> None:
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("INSERT INTO try_columns (count) VALUES ('a lot')")


def test_json_is_judged_again_on_the_way_out(connection: Connection) -> None:
    """A rule that was changed behind our back is an error, not a rule that lets everything pass."""
    changed = """INSERT INTO try_columns (rules) VALUES ('[{"kind": "uses_max", "most": -1}]')"""
    connection.exec_driver_sql(changed)
    with pytest.raises(ValidationError):
        connection.execute(select(TRY.c.rules)).scalar_one()
