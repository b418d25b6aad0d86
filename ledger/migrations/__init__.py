# SPDX-License-Identifier: EUPL-1.2
"""Alembic migrations. Each version is plain SQL, one file per database, frozen once released."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_HERE = Path(__file__).parent


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest version; does nothing when it is there already."""
    with engine.connect() as connection:
        try:
            with connection.begin():
                command.upgrade(_config(connection), "head")
        except BaseException:
            connection.invalidate()  # as in db.transaction: never back into the pool
            raise


def version(engine: Engine) -> str | None:
    """The version the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The version this code needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def statements(name: str, dialect: str) -> list[str]:
    """The statements of one SQL file; a blank line separates them."""
    text = (_HERE / "versions" / f"{name}.{dialect}.sql").read_text("utf-8")
    return [part.strip() for part in text.split("\n\n") if part.strip() and not _is_comment(part)]


def _is_comment(part: str) -> bool:
    return all(line.startswith("--") for line in part.strip().splitlines())


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
