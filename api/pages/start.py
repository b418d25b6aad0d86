# SPDX-License-Identifier: EUPL-1.2
"""The start page: where one logs in; of a demo, as whom one may walk through it.

The buttons of the demo log in without any proof. They are there for a house with specimen keys only, and
build() refuses a demo with any other key: nobody real is ever walked through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.deps import House, PathId, TheHouse, Turn
from api.pages import cookies, paths
from api.pages.entry import agent_of, entered, outside
from api.pages.faults import PageFault
from api.pages.visit import AForm
from ledger import actors, db, municipalities, sessions
from ledger.actors import ActorState
from ledger.db import Work
from ledger.ids import NOBODY
from ledger.roles import ActingAs
from ledger.sessions import SessionUnknown
from ledger.tables import Municipality, Proof, Role

router = APIRouter(include_in_schema=False)

FEATURED: Final = "0384"
"""The municipality that the demo tells most of; another where it is not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """One kind of user that the demo can be walked through as."""

    name: str
    """In the catalogue, after start.as."""
    role: Role
    nth: int = 0
    """Which account with this role, the oldest first."""
    begins: str = ""
    """Where they begin, where that is open to them; else where all of their role do."""


WALKS: Final = (
    Walk(name="gatekeeper", role=Role.GATEKEEPER),
    Walk(name="door", role=Role.PROVIDER),
    Walk(name="desk", role=Role.PROVIDER, begins="/payable"),
    Walk(name="resident", role=Role.HOLDER),
    Walk(name="representative", role=Role.HOLDER, nth=1),
    Walk(name="paying_agent", role=Role.PAYING_AGENT),
    Walk(name="finance_1", role=Role.FINANCE),
    Walk(name="finance_2", role=Role.FINANCE, nth=1),
    Walk(name="contract_manager_1", role=Role.CONTRACT_MANAGER),
    Walk(name="contract_manager_2", role=Role.CONTRACT_MANAGER, nth=1),
    Walk(name="auditor", role=Role.AUDITOR),
    Walk(name="administrator", role=Role.ADMINISTRATOR),
)
"""Every kind of user, in the order of the story: granted, used, paid, looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A button of the demo: as which account, and to which page; None: there is none for it yet."""

    name: str
    account: ActorState
    first: str | None


@router.get("/")
def get_start(
    request: Request,
    house: TheHouse,
    town: Annotated[str, Query(max_length=4)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """In the language of who asks; public."""
    content: dict[str, object] = {"place": None, "ways": (), "towns": ()}
    content["is_safe"] = cookies.name(request) is not None
    if house.demo:
        content |= _walks(house, town)
    return outside(request, house, "start.html", content, done=done)


@router.post("/demo/{actor_id}")
def post_demo(request: Request, house: TheHouse, turn: Turn, actor_id: PathId, form: AForm) -> Response:
    """Log in as an account of the demo, with no proof at all; anywhere else there is no such page."""
    if not house.demo or cookies.name(request) is None:
        raise PageFault("page_unknown", 404)
    try:
        with db.transaction(house.engine) as session:
            begun = sessions.begin_for(
                session, form.one("town"), actor_id, Proof.DEMO, now=house.now(), agent=agent_of(request)
            )
    except SessionUnknown:
        raise PageFault("page_unknown", 404) from None
    return entered(request, house, begun, back=form.one("next"))


def _walks(house: House, asked: str) -> dict[str, object]:
    """What the start page of a demo shows of one of its municipalities."""
    with db.reading(house.engine) as session:
        towns = municipalities.listed(session)
        place = _place(towns, asked)
        if place is None:
            return {}
        db.act_for(session, place.municipality_id)
        work = Work(session=session, municipality_id=place.municipality_id, actor_id=NOBODY, now=house.now())
        accounts = [each for each in actors.listed(work) if each.disabled_at is None]
    return {"place": place, "towns": towns, "ways": _ways(place.municipality_id, accounts)}


def _place(towns: Sequence[Municipality], asked: str) -> Municipality | None:
    by_code = {each.municipality_id: each for each in towns}
    return by_code.get(asked) or by_code.get(FEATURED) or next(iter(towns), None)


def _ways(municipality_id: str, accounts: Sequence[ActorState]) -> list[Way]:
    """A button for every kind of user that there is an account of."""
    found: list[Way] = []
    for walk in WALKS:
        of_role = [each for each in accounts if walk.role in each.roles]
        if walk.nth < len(of_role):
            account = of_role[walk.nth]
            found.append(Way(name=walk.name, account=account, first=_first(municipality_id, walk, account)))
    return found


def _first(municipality_id: str, walk: Walk, account: ActorState) -> str | None:
    acting = ActingAs(
        municipality_id=municipality_id,
        actor_id=account.id,
        name=account.name,
        roles=account.roles,
        provider_id=account.provider_id,
        person_id=account.person_id,
    )
    return walk.begins if walk.begins in paths.open_to(acting) else paths.begins(acting)
