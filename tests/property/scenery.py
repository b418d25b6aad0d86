# SPDX-License-Identifier: EUPL-1.2
"""Many municipalities in one database, each a copy of one small world: a fresh ledger for every run.

Rows cannot be deleted, so a run gets a municipality of its own instead of a clean database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event, func, insert, literal, select

from ledger import db
from ledger.tables import Budget, metadata
from tests.world import World


@dataclass(kw_only=True)
class Scenery:
    """A database with one small world, and any number of copies of it."""

    world: World
    funded: dict[int, UUID]
    """The hard programme's budgets by year."""
    cents: int
    """What each of them holds."""
    made: Iterator[int] = field(default_factory=lambda: count(1000))

    @classmethod
    def build(cls, engine: Engine) -> "Scenery":
        """In a migrated, empty database, where durability is not the subject."""
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _without_waiting_for_the_disk)
            engine.dispose()
        world = World.build(engine)
        cents = 800_00
        for year in (2026, 2027):
            world.fund(cents=cents, year=year)
        with db.reading(engine) as session:
            funded = {each.year: each.id for each in session.scalars(select(Budget))}
        return cls(world=world, funded=funded, cents=cents)

    def fresh(self) -> World:
        """A municipality that nobody has touched yet."""
        world = replace(self.world, municipality_id=f"{next(self.made):04d}")
        with world.engine.begin() as connection:
            for table in metadata.sorted_tables:
                own = table.c.municipality_id == self.world.municipality_id
                if not connection.scalar(select(func.count()).select_from(table).where(own)):
                    continue
                values = [
                    literal(world.municipality_id).label(column.name)
                    if column.name == "municipality_id"
                    else column
                    for column in table.c
                ]
                names = [column.name for column in table.c]
                connection.execute(insert(table).from_select(names, select(*values).where(own)))
        return world


def _without_waiting_for_the_disk(connection: Any, record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
