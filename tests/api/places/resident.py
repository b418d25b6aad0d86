# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/resident."""

from datetime import date

from ledger import people
from ledger.ids import uuid7
from ledger.tables import MandateKind
from tests.api.browsing import Scene


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    world = scene.served.world
    right = world.grant()
    world.code(right.id)
    use = world.redeemed(right.id).id
    mandate = people.MandateInput(
        id=uuid7(),
        holder_id=world.holder_id,
        representative_id=world.person(surname="Helper"),
        kind=MandateKind.AUTHORISED,
        valid_from=date(2026, 1, 1),
    )
    with world.work() as work:
        people.give(work, [mandate])
    return {
        "/mandates/{id}/end": f"/mandates/{mandate.id}/end",
        "/my/{id}": f"/my/{right.id}",
        "/my/{id}/block": f"/my/{right.id}/block",
        "/uses/{id}": f"/uses/{use}",
    }
