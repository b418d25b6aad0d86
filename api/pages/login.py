# SPDX-License-Identifier: EUPL-1.2
"""Logging in with a key, once, and logging out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import House, TheHouse, Turn
from api.pages import cookies, paths
from api.pages.faults import Told, told
from api.pages.templates import rendered
from api.pages.visit import AForm
from api.pages.words import Teller
from api.problems import language_of_request
from ledger import db, sessions
from ledger.errors import LedgerError, Unauthenticated
from ledger.sessions import SessionUnknown

router = APIRouter(include_in_schema=False)


class _NoPages(Exception):
    """The account has a key that works, and nothing to see here."""


@router.get("/login")
def get_login(
    request: Request,
    house: TheHouse,
    asked: Annotated[str, Query(alias="next", max_length=500)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Where one logs in; public."""
    return _login(request, house, back=asked, done=done)


@router.post("/login")
def post_login(request: Request, house: TheHouse, turn: Turn, form: AForm) -> Response:
    """A new session for a key that works; an earlier one of this browser ends."""
    if cookies.name(request) is None:
        return _login(request, house, back="")
    language = language_of_request(request)
    try:
        with db.transaction(house.engine) as session:
            begun = sessions.begin(session, form.one("key"), now=house.now())
            pages = paths.open_to(begun.acting)
            if not pages:
                raise _NoPages
    except _NoPages:
        say = Teller(language).say
        refusal = Told(status=403, title=say("login.no_pages"), detail=say("login.no_pages.detail"))
        return _login(request, house, back=form.one("next"), refusal=refusal)
    except Unauthenticated as error:
        return _login(request, house, back=form.one("next"), refusal=_wrong_key(request, error))
    _end(request, house)
    response = RedirectResponse(paths.local(form.one("next")) or pages[0], status_code=303)
    cookies.give(request, response, begun.secret)
    return response


@router.post("/logout")
def post_logout(request: Request, house: TheHouse, turn: Turn) -> Response:
    """The session ends, here and in the ledger; of none nothing is left to end."""
    _end(request, house)
    response = RedirectResponse("/login?done=out", status_code=303)
    cookies.take(request, response)
    return response


def _login(
    request: Request, house: House, *, back: str, done: str = "", refusal: Told | None = None
) -> Response:
    teller = Teller(language_of_request(request))
    content = {
        "back": paths.local(back) or "",
        "is_safe": cookies.name(request) is not None,
        "done": teller.say("done.out") if done == "out" else "",
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return rendered("login.html", teller.language, content, acting=None, demo=house.demo, status=status)


def _wrong_key(request: Request, error: LedgerError) -> Told:
    """With 403: a 401 would have to name a way of logging in that a browser knows by itself."""
    found = told(error, language_of_request(request))
    return Told(status=403, title=found.title, detail=found.detail, fields={"key": found.title})


def _end(request: Request, house: House) -> None:
    """End the session that the browser had, if it had one."""
    secret = cookies.secret(request)
    if not secret:
        return
    try:
        with db.transaction(house.engine) as session:
            sessions.end(session, secret, now=house.now())
    except SessionUnknown:
        return
