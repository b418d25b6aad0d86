# SPDX-License-Identifier: EUPL-1.2
"""Every page and form there is, who sees it, and an address for it of a thing that is there."""

from collections.abc import Iterator
from typing import Final

from fastapi.routing import iter_route_contexts

from api.app import build, door_of
from api.deps import House
from api.pages.paths import Audience
from api.pages.visit import PageDoor
from ledger import db
from ledger.roles import MAY
from ledger.tables import Role
from tests.api.browsing import Scene
from tests.api.places import accounts, audit, desk, door, finance, gate, login, resident, settling

FAMILIES: Final = (settling, audit, desk, door, gate, login, resident, finance, accounts)


def _doors() -> Iterator[tuple[str, str, PageDoor]]:
    app = build(House(engine=db.connect("sqlite://"), keyring={}))
    for route in iter_route_contexts(app.routes):
        door = door_of(route.original_route)
        if isinstance(door, PageDoor):
            for method in sorted(route.methods or ()):
                yield method, str(route.path), door


DOORS: Final = tuple(_doors())
"""Method, path and door of every page and form."""


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route."""
    own: dict[str, str] = {}
    for family in FAMILIES:
        own |= family.addresses(scene)
    return {path: own.get(path, path) for _, path, _ in DOORS}


def audience(role: Role) -> Audience:
    """Whose pages an account with this role sees."""
    return {Role.PROVIDER: Audience.PROVIDER, Role.HOLDER: Audience.HOLDER}.get(role, Audience.STAFF)


def reader(door: PageDoor) -> Role:
    """A role that sees this page."""
    return next(role for role in Role if audience(role) == door.audience and door.action in MAY[role])
