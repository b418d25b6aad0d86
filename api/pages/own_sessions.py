# SPDX-License-Identifier: EUPL-1.2
"""One's own sessions: where one is logged in, and ending what one does not know; one's own password."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import House, PathId, TheHouse, Turn
from api.pages.again import prove_password
from api.pages.entry import Someone, SomeoneThere, inside
from api.pages.faults import Told, told
from api.pages.visit import AForm, Some, of_form
from ledger import local_logins, sessions
from ledger.errors import LedgerError
from ledger.local_logins import ChosenInput

router = APIRouter(include_in_schema=False)

_BROWSERS: Final = ("Edg", "Firefox", "HeadlessChrome", "Chrome", "Safari")
"""In this order, for each calls itself by the names of those after it."""
_MACHINES: Final = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


@router.get("/sessions")
def get_sessions(
    house: TheHouse, someone: SomeoneThere, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Of who is logged in, whatever they are."""
    return _sessions(house, someone, done=done)


@router.post("/sessions/{id}/end")
def post_end(id: PathId, house: TheHouse, someone: SomeoneThere, turn: Turn) -> Response:
    """It opens nothing any more, whoever has its secret; of another's, as of none, nothing happens."""
    with house.writing(someone.acting) as desk:
        sessions.end_one(desk.work, id)
    return RedirectResponse("/sessions?done=session_ended", status_code=303)


@router.post("/sessions/end-others")
def post_end_others(house: TheHouse, someone: SomeoneThere, turn: Turn) -> Response:
    """Only this one is left."""
    with house.writing(someone.acting) as desk:
        sessions.end_others(desk.work, someone.session_id)
    return RedirectResponse("/sessions?done=sessions_ended", status_code=303)


@router.post("/sessions/password")
def post_own_password(
    request: Request, house: TheHouse, someone: SomeoneThere, turn: Turn, form: AForm
) -> Response:
    """Another password, for who knows the present one and has the app; all other sessions end."""
    with house.reading(someone.acting) as desk:
        name = local_logins.own_name(desk.work) or someone.acting.name
    try:
        asked = ChosenInput(login_name=name, password=form.whole("chosen"), again=form.whole("again"))
        prove_password(house, someone, form)
    except ValidationError as error:
        return _sessions(house, someone, refusal=of_form(error, someone.language))
    except LedgerError as error:
        found = told(error, someone.language)
        return _sessions(house, someone, refusal=Told(status=403, title=found.title, detail=found.detail))
    password = local_logins.hashed(asked.password)
    with house.writing(someone.acting) as desk:
        local_logins.choose(desk.work, password)
        sessions.end_others(desk.work, someone.session_id)
    return RedirectResponse("/sessions?done=password_chosen", status_code=303)


def short(agent: str) -> str:
    """What a browser calls itself, as somebody knows it: its name, its version and the machine."""
    browser = next((found for each in _BROWSERS if (found := re.search(rf"({each})/(\d+)", agent))), None)
    machine = next((name for sign, name in _MACHINES.items() if sign in agent), "")
    said = f"{browser[1].replace('Edg', 'Edge')} {browser[2]}" if browser else agent[:40]
    return f"{said}, {machine}" if machine and browser else said


def _sessions(house: House, someone: Someone, *, refusal: Told | None = None, done: str = "") -> Response:
    with house.reading(someone.acting) as desk:
        open_ = Some.of(sessions.open_of(desk.work), sessions.SHOWN_MAX)
        content = {
            "open": open_,
            "agents": {each.id: short(each.agent or "") for each in open_.rows},
            "present_id": someone.session_id,
            "has_password": local_logins.own(desk.work) is not None,
        }
    return inside(house, someone, "login/sessions.html", content, refusal=refusal, done=done)
