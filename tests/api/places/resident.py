# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/resident."""

from tests.api.browsing import Scene


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    world = scene.served.world
    right = world.grant()
    world.code(right.id)
    use = world.redeemed(right.id).id
    return {
        "/my/{id}": f"/my/{right.id}",
        "/my/{id}/block": f"/my/{right.id}/block",
        "/uses/{id}": f"/uses/{use}",
    }
