# SPDX-License-Identifier: EUPL-1.2
"""Writes the SQL of tables.py, for a developer who drafts a migration: python -m ledger.migrations.draft."""

import sys
from collections.abc import Iterator

from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.migrations.statistics import statistics
from ledger.tables import APPEND_ONLY, REFERENCE, metadata

DIALECTS: dict[str, Dialect] = {
    name: make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql")
}

_POSTGRESQL_REFUSE = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: history is never edited', TG_TABLE_NAME;
END $$"""


_POSTGRESQL_LINE = """CREATE FUNCTION refuse_published_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND {old} THEN
    RAISE EXCEPTION 'contract_line is published: a change is a new version';
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF {new} THEN
      RAISE EXCEPTION 'contract_line is published: a change is a new version';
    END IF;
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$"""


_POSTGRESQL_EDITION = """CREATE FUNCTION new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO edition (municipality_id, edition)
  SELECT municipality_id, gen_random_uuid() FROM (SELECT DISTINCT municipality_id FROM changed) AS touched
  ORDER BY municipality_id
  ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition;
  RETURN NULL;
END $$"""


def ddl(dialect_name: str) -> Iterator[str]:
    """Every statement that makes one database, tables in the order their references need."""
    yield from _schema(dialect_name)
    if dialect_name == "sqlite":
        yield from statistics(_schema(dialect_name))


def _schema(dialect_name: str) -> Iterator[str]:
    dialect = DIALECTS[dialect_name]
    for table in metadata.sorted_tables:
        yield _clean(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            yield _clean(str(CreateIndex(index).compile(dialect=dialect)))
    if dialect_name == "postgresql":
        yield _POSTGRESQL_REFUSE
    for name in APPEND_ONLY:
        yield from _triggers(dialect_name, name)
    yield from _frozen(dialect_name)
    if dialect_name == "postgresql":
        yield _POSTGRESQL_EDITION
    for name in REFERENCE:
        yield from _editions(dialect_name, name)
    if dialect_name == "postgresql":
        for table in metadata.sorted_tables:
            yield from _row_security(table.name)


_OWN = "municipality_id = current_setting('tegoed.municipality', true)"
"""Whether a row is of the municipality that the transaction acts for; of none where it acts for none."""

_SHOWN = f"{_OWN} OR digest = decode(current_setting('tegoed.key', true), 'hex')"
"""Whether a secret with this digest is shown."""

_SEEN = {
    "municipality": "true",
    "api_key": _SHOWN,
    "login_session": _SHOWN,
    "login_invitation": _SHOWN,
    "local_login": _SHOWN,
}
"""What may be looked at beyond one's own rows: that a municipality exists, and the key, session, invitation
or user name that one shows."""


def _row_security(table: str) -> Iterator[str]:
    """Rows of other municipalities do not exist for a transaction, not even for the owner of the table."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own ON {table} USING ({_OWN}) WITH CHECK ({_OWN})"
    if table in _SEEN:
        yield f"CREATE POLICY seen ON {table} FOR SELECT USING ({_SEEN[table]})"


def _editions(dialect_name: str, table: str) -> Iterator[str]:
    """Give the reference data of a municipality a new edition at every change of one table."""
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        name = f"{table}_edition_{verb.lower()}"
        if dialect_name == "postgresql":
            yield (
                f"CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {row} TABLE AS changed\n"
                "FOR EACH STATEMENT EXECUTE FUNCTION new_edition()"
            )
            continue
        yield (
            f"CREATE TRIGGER {name} AFTER {verb} ON {table} BEGIN\n"
            f"INSERT INTO edition (municipality_id, edition) VALUES ({row}.municipality_id, randomblob(16))\n"
            "ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END"
        )


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


FROZEN = {
    "contract_version": "OLD.published_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL",
    "programme_version": "OLD.published_at IS NOT NULL",
}
"""Versions that may change until they are published, or withdrawn."""

_LINE_PUBLISHED = (
    "EXISTS (SELECT 1 FROM contract_version AS v WHERE v.municipality_id = {row}.municipality_id"
    " AND v.contract_id = {row}.contract_id AND v.version = {row}.version"
    " AND (v.published_at IS NOT NULL OR v.withdrawn_at IS NOT NULL))"
)


def _frozen(dialect_name: str) -> Iterator[str]:
    """Refuse changes of published versions, and of the lines of published contracts."""
    if dialect_name == "postgresql":
        for table, condition in FROZEN.items():
            yield (
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}\n"
                f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse_change()"
            )
        yield _POSTGRESQL_LINE.format(
            new=_LINE_PUBLISHED.format(row="NEW"), old=_LINE_PUBLISHED.format(row="OLD")
        )
        yield (
            "CREATE TRIGGER contract_line_frozen BEFORE INSERT OR UPDATE OR DELETE ON contract_line\n"
            "FOR EACH ROW EXECUTE FUNCTION refuse_published_line()"
        )
        return
    for table, condition in FROZEN.items():
        for verb in ("UPDATE", "DELETE"):
            yield _sqlite_frozen(table, verb, condition)
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        yield _sqlite_frozen("contract_line", verb, _LINE_PUBLISHED.format(row=row))


def _sqlite_frozen(table: str, verb: str, condition: str) -> str:
    return (
        f"CREATE TRIGGER {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} WHEN {condition}\n"
        f"BEGIN SELECT RAISE(ABORT, '{table} is published: a change is a new version'); END"
    )


def _clean(statement: str) -> str:
    lines = [line.replace("\t", "  ").rstrip() for line in statement.splitlines()]
    return "\n".join(line for line in lines if line)


def main() -> None:
    """Print the SQL of the named database, statements separated by a blank line."""
    sys.stdout.write("\n\n".join(ddl(sys.argv[1])) + "\n")


if __name__ == "__main__":
    main()
