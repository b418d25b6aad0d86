# SPDX-License-Identifier: EUPL-1.2
"""Migrations: on both databases the schema is what the tables say, and upgrading is safe to repeat."""

from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Inspector, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from ledger import db, migrations
from ledger.migrations import draft
from ledger.tables import APPEND_ONLY, metadata

RELEASED: tuple[str, ...] = ()
"""Versions that were released: their SQL is frozen, and what the tables say since is in later ones."""

DIALECTS = ["sqlite", "postgresql"]


def test_a_migrated_database_has_the_newest_version(engine: Engine) -> None:
    assert migrations.version(engine) == migrations.newest()


def test_an_empty_database_has_no_version(tmp_path: Path) -> None:
    engine = db.connect(f"sqlite:///{tmp_path}/empty.db")
    assert migrations.version(engine) is None
    engine.dispose()


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = shape(inspect(engine))
    migrations.upgrade(engine)
    assert shape(inspect(engine)) == before
    assert migrations.version(engine) == migrations.newest()


def test_an_upgrade_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a schema is never committed: the version and all tables come in one transaction."""
    engine = db.connect(f"sqlite:///{tmp_path}/half.db")
    whole = migrations.statements

    def broken(name: str, dialect: str) -> list[str]:
        return [*whole(name, dialect)[:20], "CREATE NONSENSE"]

    monkeypatch.setattr(migrations, "statements", broken)
    with pytest.raises(Exception, match="NONSENSE"):
        migrations.upgrade(engine)
    assert inspect(engine).get_table_names() == []
    monkeypatch.undo()
    migrations.upgrade(engine)
    assert migrations.version(engine) == migrations.newest()
    engine.dispose()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_sql_of_an_unreleased_version_is_what_the_tables_say(dialect: str) -> None:
    """Draft it again with: python -m ledger.migrations.draft DIALECT > versions/NAME.DIALECT.sql."""
    if "0001_ledger" in RELEASED:
        pytest.skip("0001 is released: later versions are compared by the migrated schema")
    assert migrations.statements("0001_ledger", dialect) == list(draft.ddl(dialect))


def test_the_migrated_schema_is_what_the_tables_say(engine: Engine, tmp_path: Path) -> None:
    """Both are asked of the database itself: columns, keys, references, uniques, checks and indexes."""
    found = shape(inspect(engine))
    found.pop("alembic_version")
    assert found == _drafted_shape(engine, tmp_path)


def _drafted_shape(engine: Engine, folder: Path) -> dict[str, Any]:
    """What the database makes of the tables themselves, in a file or schema of its own."""
    if engine.dialect.name == "sqlite":
        other = create_engine(f"sqlite:///{folder}/drafted.db", module=db.SQLITE, poolclass=NullPool)
        metadata.create_all(other)
        return shape(inspect(other))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA drafted"))
        connection.execute(text("SET LOCAL search_path TO drafted"))
        metadata.create_all(connection)
        drafted = shape(inspect(connection), schema="drafted")
        connection.execute(text("SET LOCAL search_path TO public"))
        connection.rollback()
    return drafted


def shape(found: Inspector, schema: str | None = None) -> dict[str, Any]:
    """Every table with all that the database tells about it, in one form."""
    return {name: _table(found, name, schema) for name in sorted(found.get_table_names(schema))}


def _table(found: Inspector, name: str, schema: str | None) -> dict[str, Any]:
    return {
        "columns": {
            each["name"]: (str(each["type"]), each["nullable"], each["default"])
            for each in found.get_columns(name, schema)
        },
        "key": found.get_pk_constraint(name, schema),
        "references": sorted(
            (each["name"], each["constrained_columns"], each["referred_table"], each["referred_columns"])
            for each in found.get_foreign_keys(name, schema)
        ),
        "uniques": sorted((u["name"], u["column_names"]) for u in found.get_unique_constraints(name, schema)),
        "checks": sorted((c["name"], c["sqltext"]) for c in found.get_check_constraints(name, schema)),
        "indexes": sorted(
            (i["name"], i["column_names"], i["unique"]) for i in found.get_indexes(name, schema)
        ),
    }


FOUND_BEFORE_THE_MUNICIPALITY_IS_KNOWN = {
    ("api_key", "digest"),
    ("local_login", "digest"),
    ("login_invitation", "digest"),
    ("login_session", "digest"),
}
"""Who shows a key, session, invitation or user name does not say of which municipality it is: the digest is
looked up alone."""


def test_every_key_and_every_unique_leads_with_the_municipality(engine: Engine) -> None:
    found = inspect(engine)
    first = set()
    for name in metadata.tables:
        keys = [found.get_pk_constraint(name)["constrained_columns"]]
        keys += [unique["column_names"] for unique in found.get_unique_constraints(name)]
        first |= {(name, columns[0]) for columns in keys}
    assert first - {(name, "municipality_id") for name in metadata.tables} == (
        FOUND_BEFORE_THE_MUNICIPALITY_IS_KNOWN
    )


def test_every_append_only_table_is_guarded(engine: Engine) -> None:
    statement = (
        "SELECT tbl_name, COUNT(*) FROM sqlite_schema WHERE type = 'trigger' GROUP BY tbl_name"
        if engine.dialect.name == "sqlite"
        else "SELECT tgrelid::regclass::text, COUNT(*) FROM pg_trigger WHERE NOT tgisinternal GROUP BY 1"
    )
    with engine.connect() as connection:
        guarded = {row[0] for row in connection.execute(text(statement))}
    assert set(APPEND_ONLY) <= guarded


def test_tables_refuse_values_of_another_type_on_sqlite(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        statement = (
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0"
        )
        loose = {row[0] for row in connection.exec_driver_sql(statement)}
    assert {name for name in loose if not name.startswith("sqlite_")} == {"alembic_version"}


def test_the_newest_version_is_the_head_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.newest()
