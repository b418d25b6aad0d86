# SPDX-License-Identifier: EUPL-1.2
"""Writes the SQL of tables.py, for a developer who drafts a migration: python -m ledger.migrations.draft."""

import sys
from collections.abc import Iterator

from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.tables import APPEND_ONLY, metadata

DIALECTS: dict[str, Dialect] = {
    name: make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql")
}

_POSTGRESQL_REFUSE = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: history is never edited', TG_TABLE_NAME;
END $$"""


def ddl(dialect_name: str) -> Iterator[str]:
    """Every CREATE statement for one database, tables in the order their references need."""
    dialect = DIALECTS[dialect_name]
    for table in metadata.sorted_tables:
        yield _clean(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            yield _clean(str(CreateIndex(index).compile(dialect=dialect)))
    if dialect_name == "postgresql":
        yield _POSTGRESQL_REFUSE
    for name in APPEND_ONLY:
        yield from _triggers(dialect_name, name)


def _triggers(dialect_name: str, table: str) -> Iterator[str]:
    """Refuse UPDATE and DELETE (and TRUNCATE where it exists) of one table."""
    if dialect_name == "postgresql":
        yield (
            f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}\n"
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}\n"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: history is never edited'); END"
        )


def _clean(statement: str) -> str:
    lines = [line.replace("\t", "  ").rstrip() for line in statement.splitlines()]
    return "\n".join(line for line in lines if line)


def main() -> None:
    """Print the SQL of the named database, statements separated by a blank line."""
    sys.stdout.write("\n\n".join(ddl(sys.argv[1])) + "\n")


if __name__ == "__main__":
    main()
