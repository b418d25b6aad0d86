# SPDX-License-Identifier: EUPL-1.2
"""Logging in: with a user name, a password and a code, or with a key; and logging out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import House, TheHouse, Turn
from api.pages import cookies, kept, paths
from api.pages.entry import agent_of, entered, leave, outside
from api.pages.faults import Told, told
from api.pages.visit import AForm, Sent
from api.pages.words import Teller
from api.problems import language_of_request
from ledger import db, local_logins, sessions
from ledger.errors import LedgerError, Unauthenticated
from ledger.local_logins import LoginFailed
from ledger.sessions import Begun, SessionUnknown
from ledger.tables import Proof

router = APIRouter(include_in_schema=False)


class NoPages(Exception):
    """The account opens, and there is nothing for it to see here."""


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
    try:
        with db.transaction(house.engine) as session:
            begun = sessions.begin(session, form.one("key"), now=house.now(), agent=agent_of(request))
            require_pages(begun)
    except NoPages:
        return _again(request, house, form, refusal=no_pages(request))
    except Unauthenticated as error:
        return _again(request, house, form, refusal=_wrong(request, error, "key"))
    return entered(request, house, begun, back=form.one("next"), waiting=kept.read(form.one("kept")))


@router.post("/login/password")
def post_password(request: Request, house: TheHouse, turn: Turn, form: AForm) -> Response:
    """A new session for a name, a password and a code that are all right."""
    if cookies.name(request) is None:
        return _login(request, house, back="")
    try:
        begun = _by_password(request, house, form)
    except NoPages:
        return _again(request, house, form, refusal=no_pages(request))
    except Unauthenticated as error:
        return _again(request, house, form, refusal=_wrong(request, error, "loginName"))
    return entered(request, house, begun, back=form.one("next"), waiting=kept.read(form.one("kept")))


@router.post("/logout")
def post_logout(request: Request, house: TheHouse, turn: Turn) -> Response:
    """The session ends, here and in the ledger; of none nothing is left to end."""
    leave(request, house)
    response = RedirectResponse("/login?done=out", status_code=303)
    # not "storage": what a scanner could not send yet waits there, and must outlive who was logged in
    response.headers["Clear-Site-Data"] = '"cache"'
    cookies.take(request, response)
    return response


def require_pages(begun: Begun) -> None:
    """Raises NoPages."""
    if not paths.open_to(begun.acting):
        raise NoPages


def no_pages(request: Request) -> Told:
    """Why somebody whose account opens is not let in."""
    say = Teller(language_of_request(request)).say
    return Told(status=403, title=say("login.no_pages"), detail=say("login.no_pages.detail"))


def _by_password(request: Request, house: House, form: Sent) -> Begun:
    """No transaction is open while the password is held to its hash. Raises LoginFailed, NoPages."""
    now, name = house.now(), form.one("loginName")
    with db.reading(house.engine) as session:
        known = local_logins.known_as(session, name)
    tried = local_logins.held(known, form.whole("password"))
    with db.transaction(house.engine) as session:
        login = local_logins.judged(session, house.keyring, tried, form.one("totp"), now=now)
    if login is None:
        raise LoginFailed()
    with db.transaction(house.engine) as session:
        try:
            begun = sessions.begin_for(
                session,
                login.municipality_id,
                login.actor_id,
                Proof.PASSWORD,
                now=now,
                agent=agent_of(request),
            )
        except SessionUnknown:
            raise LoginFailed() from None
        require_pages(begun)
    return begun


def _again(request: Request, house: House, form: Sent, *, refusal: Told) -> Response:
    """With the user name and what waits, and no secret."""
    return _login(
        request,
        house,
        back=form.one("next"),
        refusal=refusal,
        waiting=kept.read(form.one("kept")),
        login_name=form.one("loginName"),
    )


def _login(
    request: Request,
    house: House,
    *,
    back: str,
    done: str = "",
    refusal: Told | None = None,
    waiting: kept.Kept | None = None,
    login_name: str = "",
) -> Response:
    content = {
        "back": paths.local(back) or "",
        "kept": waiting.model_dump_json() if waiting else "",
        "is_safe": cookies.name(request) is not None,
        "parties": house.parties_of(),
        "login_name": login_name,
    }
    return outside(request, house, "login.html", content, refusal=refusal, done=done)


def _wrong(request: Request, error: LedgerError, field: str) -> Told:
    """With 403: a 401 would have to name a way of logging in that a browser knows by itself."""
    found = told(error, language_of_request(request))
    return Told(status=403, title=found.title, detail=found.detail, fields={field: found.title})
