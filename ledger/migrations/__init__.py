# SPDX-License-Identifier: EUPL-1.2
"""Alembic migrations. Each version is plain SQL, one file per database, frozen once released.

Alembic is imported only to migrate: every command asks which version a database is at.
"""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

_HERE = Path(__file__).parent


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest version; does nothing when it is there already."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            with connection.begin():
                command.upgrade(config, "head")
        except BaseException:
            connection.invalidate()  # as in db.transaction: never back into the pool
            raise


def version(engine: Engine) -> str | None:
    """The version the database is at; None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return None if found is None else str(found)


def newest() -> str:
    """The version this code needs: versions are numbered one after the other, in the names of their files."""
    return max(path.stem[1:5] for path in (_HERE / "versions").glob("m*.py"))


def statements(name: str, dialect: str) -> list[str]:
    """The statements of one SQL file; a blank line separates them."""
    text = (_HERE / "versions" / f"{name}.{dialect}.sql").read_text("utf-8")
    return [part.strip() for part in text.split("\n\n") if part.strip() and not _is_comment(part)]


def _is_comment(part: str) -> bool:
    return all(line.startswith("--") for line in part.strip().splitlines())
