# SPDX-License-Identifier: EUPL-1.2
"""The application: routes, envelope, document. `uvicorn --factory api.app:create_app` serves it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import iter_route_contexts
from pydantic.alias_generators import to_camel
from starlette.routing import BaseRoute

from api import openapi, problems
from api.auth import Door
from api.batching import Batcher
from api.deps import House
from api.envelope import Envelope
from api.jobs import Jobs
from api.oidc import providers as providers_of
from api.oidc.client import Party
from api.openapi import Documented
from api.pages import (
    accounts,
    again,
    desk,
    door,
    faults,
    federated,
    finance,
    gate,
    invited,
    languages,
    letter,
    login,
    look,
    offline,
    own_sessions,
    reference,
    resident,
    settling,
    start,
    themes,
)
from api.pages import audit as audit_pages
from api.pages.origin import require_own_form
from api.pages.visit import PageDoor
from api.quick import Quick
from api.routes import (
    accounting,
    actors,
    allocations,
    approvals,
    bank,
    books,
    care_agreements,
    claims,
    codes,
    confirmations,
    contacts,
    contract_terms,
    contracts,
    demands,
    devices,
    entitlements,
    health,
    municipality,
    own_mandates,
    payees,
    people,
    programmes,
    providers,
    redemptions,
    refusals,
    services,
    settlement_runs,
    settlements,
    statements,
)
from api.settings import Settings
from ledger import collector, db, keys

VERSION: Final = "1.0.0"
"""Of the API, in the header API-Version of every answer. See docs/api.md for what makes it change."""

RESOURCES: Final = (
    municipality,
    services,
    providers,
    payees,
    contacts,
    devices,
    contracts,
    contract_terms,
    programmes,
    own_mandates,
    people,
    entitlements,
    approvals,
    refusals,
    care_agreements,
    codes,
    redemptions,
    confirmations,
    claims,
    allocations,
    settlement_runs,
    settlements,
    statements,
    bank,
    demands,
    books,
    accounting,
    actors,
    health,
)
"""In the order of the document."""

PAGES: Final = (
    start,
    login,
    invited,
    letter,
    federated,
    again,
    own_sessions,
    languages,
    *gate.PAGES,
    *door.PAGES,
    *desk.PAGES,
    *resident.PAGES,
    *settling.PAGES,
    *finance.PAGES,
    *audit_pages.PAGES,
    *accounts.PAGES,
)
"""Pages that somebody logs in for; whatever they are sent comes from one of them."""

PUBLIC: Final = frozenset(
    {
        "/",
        "/demo/{actor_id}",
        "/language/{language}",
        "/letter",
        "/letter/in",
        "/login",
        "/login/from/{provider}",
        "/login/new",
        "/login/new/chosen",
        "/login/password",
        "/login/with/{provider}",
        "/logout",
        "/offline",
        "/static/{name}",
        "/static/themes/{name}.css",
        "/worker.js",
        "/v1/docs",
        "/v1/health",
        "/v1/openapi.json",
    }
)
"""Addresses that ask for no key and no session."""


OWN_SESSION: Final = frozenset(
    {
        "/login/again",
        "/sessions",
        "/sessions/end-others",
        "/sessions/password",
        "/sessions/{id}/end",
    }
)
"""Addresses that ask for a session and no right: what everybody may do with their own."""


class DemoWithRealKeys(ValueError):
    """A demo lets anybody in as anybody: with keys that are no specimens it would open something real."""


class OpenDoor(AssertionError):
    """A route asks for no key and is not public: a mistake of ours."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application of an installation; without settings those of the environment.

    Raises DatabaseUnsafe, KeyringUnreadable, ThemeUnusable, ProvidersUnusable, DemoWithRealKeys, and
    ValueError where the environment lacks something.
    """
    found = settings or Settings.of_environment()
    return build(
        House(
            engine=db.connect(found.database),
            keyring=keys.read(found.keys),
            demo=found.demo,
            themes=themes.read(found.themes) if found.themes else {},
            mail=found.mail,
            parties=_parties(found.identity_providers),
        )
    )


def _parties(file: Path | None) -> dict[str, Party]:
    found = providers_of.read(file) if file else {}
    return {name: Party(settings=each, seconds=time.time) for name, each in found.items()}


def build(house: House) -> FastAPI:
    """The application around an engine and a keyring. Raises OpenDoor, DemoWithRealKeys."""
    _refuse_real_demo(house)
    app = _without_routes()
    app.state.house = house
    app.router.routes = list(_routes())
    problems.install(app)
    faults.install(app)
    app.state.batcher = Batcher(house=house)
    app.state.jobs = Jobs(house=house, doers=gate.DOERS | desk.DOERS | settling.DOERS)
    app.add_middleware(Quick, house=house, batcher=app.state.batcher)
    app.add_middleware(Envelope, version=VERSION, told=faults.answer)
    return app


def _without_routes() -> FastAPI:
    return Documented(
        title="Tegoed",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: to_camel(route.name),
        lifespan=_lifespan,
    )


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """All routes, made once in a process: they know no house. Raises OpenDoor."""
    app = _without_routes()
    v1 = APIRouter(prefix="/v1")
    for resource in RESOURCES:
        v1.include_router(resource.router)
    for router in (v1, openapi.router, reference.router, themes.router, look.router, offline.router):
        app.include_router(router)
    for page in PAGES:
        app.include_router(page.router, dependencies=[Depends(require_own_form)])
    _refuse_open_doors(app)
    return tuple(app.router.routes)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    collector.rarely()
    app.state.batcher.open()
    app.state.jobs.open()
    yield
    app.state.jobs.close()
    app.state.batcher.close()
    app.state.house.engine.dispose()


def _refuse_real_demo(house: House) -> None:
    real = sorted(id_ for id_, each in house.keyring.items() if not each.specimen)
    if house.demo and real:
        raise DemoWithRealKeys(f"the keys of {', '.join(real)} are no specimens: they cannot serve a demo")


def _refuse_open_doors(app: FastAPI) -> None:
    """Deny by default: what is not public has a door."""
    for route in iter_route_contexts(app.routes):
        if route.path not in PUBLIC | OWN_SESSION and door_of(route.original_route) is None:
            raise OpenDoor(str(route.path))


def door_of(route: BaseRoute) -> Door | PageDoor | None:
    """The door of a route or page, wherever in its dependencies it is."""
    waiting = [getattr(route, "dependant", None)]
    while waiting:
        dependant = waiting.pop()
        if dependant is None:
            continue
        if isinstance(dependant.call, Door | PageDoor):
            return dependant.call
        waiting += dependant.dependencies
    return None
