# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/door."""

from tests.api.browsing import Scene


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    world = scene.served.world
    id_ = world.redeemed(world.grant().id).id
    return {"/today/{id}": f"/today/{id_}", "/today/{id}/undo": f"/today/{id_}/undo"}
