# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/accounts."""

from ledger import actors
from ledger.tables import Role
from tests.api.browsing import Scene


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    served = scene.served
    actor_id = served.account("walked", Role.FINANCE)
    with served.world.work() as work:
        key_id = actors.keys_of(work, actor_id)[0].id
    account = f"/accounts/{actor_id}"
    return {
        "/accounts/{id}": account,
        **{f"/accounts/{{id}}/{each}": f"{account}/{each}" for each in _DONE},
        "/accounts/{id}/keys/{keyId}/revoke": f"{account}/keys/{key_id}/revoke",
    }


_DONE = ("disable", "invite", "keys", "link", "unlink")
