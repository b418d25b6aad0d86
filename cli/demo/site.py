# SPDX-License-Identifier: EUPL-1.2
"""Where the demo is built: a database that is new or an earlier demo, and a file with specimen keys."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlmodel import Session

from cli.demo.town import OPERATOR
from cli.faults import Fault, Status
from cli.host import Host
from ledger import actors, db, keys, migrations, municipalities
from ledger.keys import Keyring
from ledger.tables import Actor, metadata


def prepared(host: Host) -> Engine:
    """An empty, migrated database; an earlier demo in it is gone.

    Raises Fault when there is anything else in it: no demo ever replaces what is real.
    """
    path, engine = host.sqlite_path, host.unchecked_engine
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    if _is_used(engine):
        if not _is_ours(engine):
            raise Fault(
                "this database holds something else than the demo; name another with --database",
                Status.REFUSED,
            )
        engine.dispose()
        _empty(engine, path)
    migrations.upgrade(engine)
    return engine


def specimen_keys(host: Host, municipality_ids: Iterable[str]) -> Keyring:
    """Keys of these municipalities that say of themselves that they are specimens.

    Raises Fault when the file holds real ones for any of them.
    """
    keyring = dict(keys.read(host.keys)) if host.keys.exists() else {}
    for municipality_id in municipality_ids:
        if municipality_id not in keyring:
            keyring[municipality_id] = keys.new_municipality_keys(specimen=True)
        elif not keyring[municipality_id].specimen:
            raise Fault(
                f"{host.keys} holds real keys of {municipality_id}; name another file with --keys",
                Status.REFUSED,
            )
    host.keys.parent.mkdir(parents=True, exist_ok=True)
    keys.write(host.keys, keyring)
    return keyring


def _is_used(engine: Engine) -> bool:
    """Whether there is any table at all."""
    return bool(inspect(engine).get_table_names())


def _is_ours(engine: Engine) -> bool:
    """Whether the demo made every municipality in it; nothing in it is the demo's as well."""
    if not {Actor.__tablename__, "municipality"} <= set(inspect(engine).get_table_names()):
        return False
    with db.reading(engine) as session:
        there = [row.municipality_id for row in municipalities.listed(session)]
        return all(_made(session, each) for each in there)


def _made(session: Session, municipality_id: str) -> bool:
    """Whether the demo made this municipality: each is looked at as itself, for no other is seen."""
    db.act_for(session, municipality_id)
    return session.get(Actor, (municipality_id, actors.operator_id(OPERATOR))) is not None


def _empty(engine: Engine, path: Path | None) -> None:
    """Remove the earlier demo: the files of an embedded database, the tables on a server."""
    if path is not None:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        for name in connection.scalars(text(_TRIGGER_FUNCTIONS)).all():
            connection.execute(text(f'DROP FUNCTION "{name}"'))


_TRIGGER_FUNCTIONS = (
    "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    " AND prorettype = 'trigger'::regtype"
)
