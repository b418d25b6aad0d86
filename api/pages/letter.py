# SPDX-License-Identifier: EUPL-1.2
"""Logging in with a letter: its code, then a one-time code that is sent or told. Both travel in forms only.

Whatever is typed, the second page is the same: that a code exists is told to nobody. What is sent goes out
after the answer, so that the time it takes tells nothing either.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.background import BackgroundTask

from api import smtp
from api.deps import House, TheHouse, Turn
from api.pages import cookies, kept
from api.pages.entry import agent_of, entered, outside
from api.pages.faults import Told, told
from api.pages.login import NoPages, no_pages, require_pages
from api.pages.visit import AForm, Sent
from api.pages.words import Teller
from api.problems import language_of_request
from api.smtp import Mail, MailUnusable
from ledger import db, letter_logins, municipalities, sessions
from ledger.errors import LedgerError, Unauthenticated
from ledger.ids import uuid7
from ledger.letter_logins import LetterLoginFailed, ToSend
from ledger.manual_code import ManualCodeUnreadable
from ledger.sessions import Begun, SessionUnknown
from ledger.tables import DeliveryOutcome, Municipality, Proof
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

_LOG: Final = logging.getLogger("tegoed.api")


@router.get("/letter")
def get_letter(request: Request, house: TheHouse, town: Annotated[str, Query(max_length=4)] = "") -> Response:
    """Where one types the code of a letter; the letter's own address says which municipality; public."""
    return _first(request, house, {"town": town})


@router.post("/letter")
def post_letter(request: Request, house: TheHouse, turn: Turn, form: AForm) -> Response:
    """A one-time code is on its way, if there is such a letter and an address to send it to."""
    if cookies.name(request) is None:
        return _first(request, house, {"town": form.one("town")})
    if "letterCode" not in form.fields:  # from the page where one logs in, with what was typed there
        return _first(request, house, _typed(form))
    sender = _known_towns(house).get(form.one("town"))
    if sender is None:
        return _first(request, house, _typed(form), refusal=_no_town(request))
    try:
        with db.transaction(house.engine) as session:
            code, place = form.one("letterCode"), sender.municipality_id
            found = letter_logins.ask(session, house.keyring, place, code, now=house.now())
    except ManualCodeUnreadable as error:
        return _first(request, house, _typed(form), refusal=_of_code(request, error))
    answer = _second(request, house, form)
    if found is not None and house.mail is not None:
        answer.background = BackgroundTask(_send, house, sender.name, found, language_of_request(request))
    return answer


@router.post("/letter/in")
def post_in(request: Request, house: TheHouse, turn: Turn, form: AForm) -> Response:
    """A new session for a letter's code and a one-time code that are both right."""
    if cookies.name(request) is None:
        return _first(request, house, {"town": form.one("town")})
    if form.one("town") not in _known_towns(house):
        return _first(request, house, _typed(form), refusal=_no_town(request))
    try:
        begun = _by_letter(request, house, form)
    except NoPages:
        return _second(request, house, form, refusal=no_pages(request))
    except ManualCodeUnreadable as error:
        return _first(request, house, _typed(form), refusal=_of_code(request, error))
    except Unauthenticated as error:
        why = told(error, language_of_request(request))
        refusal = Told(status=403, title=why.title, detail=why.detail, fields={"oneTime": why.title})
        return _second(request, house, form, refusal=refusal)
    return entered(request, house, begun, back=form.one("next"), waiting=kept.read(form.one("kept")))


def _by_letter(request: Request, house: House, form: Sent) -> Begun:
    """The try is counted in a transaction of its own. Raises LetterLoginFailed, NoPages,
    ManualCodeUnreadable."""
    place, now = form.one("town"), house.now()
    with db.transaction(house.engine) as session:
        actor_id = letter_logins.judged(
            session, house.keyring, place, form.one("letterCode"), form.one("oneTime"), now=now
        )
    if actor_id is None:
        raise LetterLoginFailed()
    with db.transaction(house.engine) as session:
        try:
            begun = sessions.begin_for(
                session, place, actor_id, Proof.LETTER, now=now, agent=agent_of(request)
            )
        except SessionUnknown:
            raise LetterLoginFailed() from None
        require_pages(begun)
    return begun


def _send(house: House, municipality: str, found: ToSend, language: Language) -> None:
    """That it could not be sent is told to who runs the service, and nothing of whom it was for."""
    assert house.mail is not None, "nothing is sent without a mail server"
    say = Teller(language).say
    mail = Mail(
        id=uuid7(),
        to_name="",
        to=found.email,
        language=language.value,
        subject=say("letter_mail.subject"),
        body=say("letter_mail.body", code=found.one_time, minutes=found.minutes, name=municipality),
    )
    try:
        answer = smtp.send(house.mail, mail, municipality, house.now())
    except MailUnusable as error:
        _LOG.error("a one-time code was not sent: %s", error)
        return
    if answer.outcome is not DeliveryOutcome.SENT:
        _LOG.error("a one-time code was not taken by the mail server")


def _known_towns(house: House) -> Mapping[str, Municipality]:
    """The municipalities whose letters open something here."""
    with db.reading(house.engine) as session:
        return {
            each.municipality_id: each
            for each in municipalities.listed(session)
            if each.municipality_id in house.keyring
        }


def _typed(form: Sent) -> Mapping[str, str]:
    return {name: form.one(name) for name in ("town", "letterCode", "next", "kept")}


def _first(
    request: Request, house: House, typed: Mapping[str, str], *, refusal: Told | None = None
) -> Response:
    """The page that asks the code of the letter."""
    towns: Sequence[Municipality] = list(_known_towns(house).values())
    content = {"towns": towns, "typed": typed, "is_safe": cookies.name(request) is not None}
    return outside(request, house, "login/letter.html", content, refusal=refusal)


def _second(request: Request, house: House, form: Sent, *, refusal: Told | None = None) -> Response:
    """The page that asks the one-time code; the code of the letter travels along, in no address."""
    content = {
        "typed": _typed(form),
        "sends": house.mail is not None,
        "minutes": letter_logins.ONE_TIME.total_seconds() // 60,
    }
    return outside(request, house, "login/one_time.html", content, refusal=refusal)


def _of_code(request: Request, error: LedgerError) -> Told:
    found = told(error, language_of_request(request))
    return Told(status=400, title=found.title, detail=found.detail, fields={"letterCode": found.title})


def _no_town(request: Request) -> Told:
    say = Teller(language_of_request(request)).say
    return Told(status=400, title=say("letter.no_town"), fields={"town": say("letter.no_town")})
