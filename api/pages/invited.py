# SPDX-License-Identifier: EUPL-1.2
"""Setting up how one logs in, once, with the code of an invitation; it travels in forms and in no address."""

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.deps import House, TheHouse, Turn
from api.pages import cookies
from api.pages.entry import agent_of, entered, outside
from api.pages.faults import Told, told
from api.pages.login import NoPages, no_pages, require_pages
from api.pages.visit import AForm, Sent, of_form
from api.problems import language_of_request
from ledger import db, keys, local_logins, sessions
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.formats import qr
from ledger.local_logins import ChosenInput, Invited
from ledger.tables import Proof

router = APIRouter(include_in_schema=False)


@router.get("/login/new")
def get_new(request: Request, house: TheHouse) -> Response:
    """Where one types the code of an invitation; public."""
    return _code(request, house)


@router.post("/login/new")
def post_new(request: Request, house: TheHouse, turn: Turn, form: AForm) -> Response:
    """What is to be set up, for an invitation that is open."""
    return _set_up(request, house, form)


@router.post("/login/new/chosen")
def post_chosen(request: Request, house: TheHouse, turn: Turn, form: AForm) -> Response:
    """From now on they log in with this, and are logged in; every session they had ends."""
    if cookies.name(request) is None:
        return _code(request, house)
    now, language = house.now(), language_of_request(request)
    try:
        with db.reading(house.engine) as session:
            name = local_logins.invited(session, form.one("invitation"), now=now).login_name
        asked = ChosenInput(login_name=name, password=form.whole("chosen"), again=form.whole("again"))
        password = local_logins.hashed(asked.password)
        with db.transaction(house.engine) as session:
            found = local_logins.set_up(
                session, house.keyring, form.one("invitation"), password, form.one("totp"), now=now
            )
            own = Work(
                session=session, municipality_id=found.municipality_id, actor_id=found.actor_id, now=now
            )
            sessions.end_all(own)
            begun = sessions.begin_for(
                session,
                found.municipality_id,
                found.actor_id,
                Proof.PASSWORD,
                now=now,
                agent=agent_of(request),
            )
            require_pages(begun)
    except NoPages:
        return _code(request, house, refusal=no_pages(request))
    except ValidationError as error:
        return _set_up(request, house, form, refusal=of_form(error, language))
    except LedgerError as error:
        return _set_up(request, house, form, refusal=told(error, language))
    return entered(request, house, begun, back="")


def _set_up(request: Request, house: House, form: Sent, *, refusal: Told | None = None) -> Response:
    """The page with the secret for the app; the code once more where the invitation opens nothing."""
    secret = form.one("invitation")
    try:
        with db.reading(house.engine) as session:
            found = local_logins.invited(session, secret, now=house.now())
    except LedgerError as error:
        why = told(error, language_of_request(request))
        return _code(request, house, refusal=Told(status=403, title=why.title, detail=why.detail))
    return outside(
        request, house, "login/chosen.html", _content(house, found, secret, request), refusal=refusal
    )


def _content(house: House, found: Invited, secret: str, request: Request) -> dict[str, object]:
    theirs = keys.of(house.keyring, found.municipality_id)
    typed = local_logins.secret_of(theirs, found.id)
    return {
        "invitation": secret,
        "login_name": found.login_name,
        "picture": qr.link_svg(local_logins.address_of(theirs, found)),
        "secret": " ".join(typed[at : at + 4] for at in range(0, len(typed), 4)),
        "is_safe": cookies.name(request) is not None,
    }


def _code(request: Request, house: House, *, refusal: Told | None = None) -> Response:
    content = {"is_safe": cookies.name(request) is not None}
    return outside(request, house, "login/new.html", content, refusal=refusal)
