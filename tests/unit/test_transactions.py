# SPDX-License-Identifier: EUPL-1.2
"""A transaction that cannot be committed leaves nothing behind: no rows, no lock, no half-open connection."""

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from ledger import db
from ledger.clock import now
from ledger.tables import Municipality


def _add(session: Session, municipality_id: str) -> None:
    session.add(Municipality(municipality_id=municipality_id, name="X", recorded_at=now()))
    session.flush()


def _found(engine: Engine) -> set[str]:
    with db.reading(engine) as session:
        return {row.municipality_id for row in session.scalars(select(Municipality))}


def test_after_a_commit_that_failed_the_next_one_works(engine: Engine) -> None:
    def fail(connection: object) -> None:
        raise RuntimeError("the disk is full")

    event.listen(engine, "commit", fail)
    with pytest.raises(RuntimeError), db.transaction(engine) as session:
        _add(session, "0001")
    event.remove(engine, "commit", fail)
    with db.transaction(engine) as session:
        _add(session, "0002")
    assert _found(engine) == {"0002"}


def test_a_commit_that_sqlite_refuses_gives_up_its_lock(sqlite_engine: Engine) -> None:
    """SQLite keeps the transaction open when COMMIT fails; the pool would hand it out again."""
    with pytest.raises(IntegrityError):
        _break_at_commit(sqlite_engine)
    with db.transaction(sqlite_engine) as session:
        _add(session, "0002")
    assert _found(sqlite_engine) == {"0002"}


def _break_at_commit(engine: Engine) -> None:
    """A key of a municipality that does not exist, judged only when it is committed."""
    with db.transaction(engine) as session:
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(text("INSERT INTO code_key VALUES ('0009', x'00', x'00', 1, NULL)"))


def test_no_error_of_the_database_shows_a_value(engine: Engine) -> None:
    with pytest.raises(Exception, match="hidden") as caught, db.transaction(engine) as session:
        session.execute(text("SELECT :secret FROM nowhere"), {"secret": "999990019"})
    assert "999990019" not in str(caught.value)
