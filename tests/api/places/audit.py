# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/audit."""

from sqlmodel import col, select

from ledger.tables import Entry
from tests.api.browsing import Scene


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    world = scene.served.world
    use = world.redeemed(world.grant().id)
    with world.work() as work:
        entry = work.session.exec(select(Entry).where(col(Entry.cause_id) == use.id)).first()
    assert entry is not None
    return {"/books/{id}": f"/books/{entry.id}"}
