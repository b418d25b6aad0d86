# SPDX-License-Identifier: EUPL-1.2
"""Where a command works: which database, which keys, which municipality, and for whom it speaks.

Whoever works on the host acts as an operator under their own name. Only here is the clock read.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cli.faults import Fault, Status
from ledger import clock
from ledger.texts import Language

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from ledger.db import Work
    from ledger.keys import MunicipalityKeys
    from ledger.roles import Action

SQLITE_FILE = "sqlite:///"


@dataclass
class Host:
    """What the options that all commands share say, and what follows from them."""

    database: str
    keys: Path
    municipality: str | None
    lang: Language
    as_json: bool
    now: "datetime" = field(default_factory=clock.now)
    """The instant of this command: all it writes is recorded at it."""

    @cached_property
    def engine(self) -> "Engine":
        """The database, at the version this code needs. Raises Fault when it is not there, or at another."""
        from ledger import migrations

        path = self.sqlite_path
        if path is not None and not path.exists():
            raise Fault(
                f"there is no database {path}: make it with tegoed init or tegoed migrate", Status.HOST
            )
        engine = self.unchecked_engine
        at, needed = migrations.version(engine), migrations.newest()
        if at != needed:
            raise Fault(
                f"the database is at version {at or 'none'} and this program needs {needed}: "
                "run tegoed migrate",
                Status.HOST,
            )
        return engine

    @cached_property
    def unchecked_engine(self) -> "Engine":
        """The database, at whatever version."""
        from ledger import db

        return db.connect(self.database)

    @property
    def sqlite_path(self) -> Path | None:
        """The file of an embedded database; None for a server."""
        if not self.database.startswith(SQLITE_FILE):
            return None
        return Path(self.database.removeprefix(SQLITE_FILE))

    @cached_property
    def municipality_id(self) -> str:
        """The municipality that was named, else the only one there is."""
        from ledger import db, municipalities

        with db.reading(self.engine) as session:
            known = [row.municipality_id for row in municipalities.listed(session)]
        if self.municipality is not None:
            if self.municipality not in known:
                raise municipalities.MunicipalityNotSetUp(cbs=self.municipality)
            return self.municipality
        if len(known) != 1:
            found = ", ".join(known) or "none"
            raise Fault(f"say which municipality with -m; here are: {found}", Status.USAGE)
        return known[0]

    @cached_property
    def municipality_keys(self) -> "MunicipalityKeys":
        """The secrets of the municipality, from the keys file."""
        from ledger import keys

        return keys.of(keys.read(self.keys), self.municipality_id)

    @contextmanager
    def work(self) -> "Iterator[Work]":
        """One transaction as the operator; committed on leaving."""
        from ledger import actors, db

        with db.transaction(self.engine) as session:
            actor_id = actors.operator(session, self.municipality_id, self.operator, now=self.now)
            yield db.Work(
                session=session, municipality_id=self.municipality_id, actor_id=actor_id, now=self.now
            )

    @contextmanager
    def work_as(self, key: str | None, *actions: "Action") -> "Iterator[Work]":
        """One transaction as the account with this API key, which must be allowed to do these; without a key
        as the operator. Raises KeyUnknown, NotAllowed.
        """
        from ledger import actors, db

        if key is None:
            with self.work() as work:
                yield work
            return
        with db.transaction(self.engine) as session:
            acting = actors.authenticate(session, key)
            for action in actions:
                acting.require(action)
            acting.require_party()
            if acting.municipality_id != self.municipality_id:
                raise Fault("the key is of an account of another municipality", Status.USAGE)
            yield db.Work(
                session=session,
                municipality_id=acting.municipality_id,
                actor_id=acting.actor_id,
                now=self.now,
            )

    @contextmanager
    def reading(self) -> "Iterator[Work]":
        """One consistent look, in which nothing can be kept; what was read can be shown afterwards."""
        from ledger import actors, db

        with db.reading(self.engine) as session:
            yield db.Work(
                session=session,
                municipality_id=self.municipality_id,
                actor_id=actors.operator_id(self.operator),
                now=self.now,
            )

    def as_of(self, municipality_id: str) -> "Host":
        """The same host for another municipality."""
        other = Host(
            database=self.database,
            keys=self.keys,
            municipality=municipality_id,
            lang=self.lang,
            as_json=self.as_json,
            now=self.now,
        )
        other.__dict__["engine"] = self.engine  # one pool of connections for all
        return other

    def close(self) -> None:
        """Let go of the connections."""
        if "unchecked_engine" in self.__dict__:
            self.unchecked_engine.dispose()

    @property
    def operator(self) -> str:
        """Who is at the keyboard, as the system knows them; no variable of the environment says otherwise."""
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"user {os.getuid()}"
