# SPDX-License-Identifier: EUPL-1.2
"""Proving once more who one is, before what weighs much; what was typed waits meanwhile."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import House, TheHouse, Turn
from api.pages import cookies, kept
from api.pages.entry import Someone, SomeoneThere, inside, waits
from api.pages.faults import Told, told
from api.pages.visit import AForm, Sent
from ledger import actors, db, local_logins, sessions
from ledger.actors import KeyUnknown
from ledger.errors import Unauthenticated
from ledger.local_logins import LoginFailed
from ledger.tables import Proof

router = APIRouter(include_in_schema=False)


@router.post("/login/again")
def post_again(request: Request, house: TheHouse, someone: SomeoneThere, turn: Turn, form: AForm) -> Response:
    """A fresh session under a new secret for who proves again what they proved before."""
    waiting, now = kept.read(form.one("kept")), house.now()
    try:
        _prove(house, someone, form)
    except Unauthenticated as error:
        return _asked(request, house, someone, form, error)
    with db.transaction(house.engine) as session:
        secret = sessions.renew(session, cookies.secret(request) or "", now=now)
    response = (
        waits(request, house, someone.acting, waiting)
        if waiting
        else RedirectResponse("/sessions", status_code=303)
    )
    cookies.give(request, response, secret)
    return response


def _prove(house: House, someone: Someone, form: Sent) -> None:
    """By the same account, and in the way they logged in; at a provider it is shown there. Raises
    Unauthenticated."""
    if someone.proof is Proof.KEY:
        with db.reading(house.engine) as session:
            if actors.authenticate(session, form.one("key")).actor_id != someone.acting.actor_id:
                raise KeyUnknown()
        return
    prove_password(house, someone, form)


def prove_password(house: House, someone: Someone, form: Sent) -> None:
    """The password and a code of who is logged in; a wrong try is counted. Raises LoginFailed."""
    with house.reading(someone.acting) as desk:
        known = local_logins.own(desk.work)
    if known is None:
        raise LoginFailed()
    tried = local_logins.held(known, form.whole("password"))
    with db.transaction(house.engine) as session:
        login = local_logins.judged(session, house.keyring, tried, form.one("totp"), now=house.now())
    if login is None:
        raise LoginFailed()


def _asked(request: Request, house: House, someone: Someone, form: Sent, error: Unauthenticated) -> Response:
    found = told(error, someone.language)
    refusal = Told(status=403, title=found.title, detail=found.detail)
    waiting = kept.read(form.one("kept"))
    content = {
        "kept": waiting.model_dump_json() if waiting else "",
        "proof": someone.proof,
        "parties": house.parties_of(someone.acting.municipality_id),
    }
    return inside(house, someone, "login/again.html", content, refusal=refusal)
