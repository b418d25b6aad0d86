# SPDX-License-Identifier: EUPL-1.2
"""What every way of logging in ends with: one session for this browser, and the page that it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import refuse_unknown_keys
from api.deps import House
from api.pages import cookies, paths
from api.pages.faults import Told
from api.pages.kept import Kept
from api.pages.templates import rendered
from api.pages.visit import proven
from api.pages.words import Teller
from api.problems import language_of_request
from ledger import db, sessions
from ledger.roles import ActingAs
from ledger.sessions import Begun, SessionUnknown
from ledger.tables import Proof
from ledger.texts import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Someone:
    """Who is logged in, in whatever role: for what everybody may do with their own session."""

    acting: ActingAs
    proof: Proof
    session_id: UUID
    language: Language


def _someone(request: Request) -> Someone:
    """Raises SessionUnknown, RequestValidationError."""
    found = proven(request)
    request.state.acting = found.acting
    refuse_unknown_keys(request)
    return Someone(
        acting=found.acting,
        proof=found.proof,
        session_id=found.id,
        language=language_of_request(request),
    )


SomeoneThere: TypeAlias = Annotated[Someone, Depends(_someone)]


def outside(
    request: Request,
    house: House,
    template: str,
    content: Mapping[str, Any],
    *,
    refusal: Told | None = None,
    done: str = "",
) -> Response:
    """A page for who is not logged in, or need not be."""
    return _page(house, None, language_of_request(request), template, content, refusal=refusal, done=done)


def inside(
    house: House,
    someone: Someone,
    template: str,
    content: Mapping[str, Any],
    *,
    refusal: Told | None = None,
    done: str = "",
) -> Response:
    """A page for who is logged in, in whatever role."""
    return _page(house, someone.acting, someone.language, template, content, refusal=refusal, done=done)


def entered(
    request: Request, house: House, begun: Begun, *, back: str, waiting: Kept | None = None
) -> Response:
    """To the page that was asked for, or where their work is; the session this browser had before ends.

    Where a form waits, first to that.
    """
    leave(request, house)
    response = (
        waits(request, house, begun.acting, waiting)
        if waiting
        else RedirectResponse(paths.local(back) or paths.begins(begun.acting) or "/", status_code=303)
    )
    cookies.give(request, response, begun.secret)
    return response


def entered_from_elsewhere(
    request: Request, house: House, begun: Begun, *, back: str, waiting: Kept | None = None
) -> Response:
    """The same for who comes from another site: a page that leads on by itself.

    A browser holds our strict cookie back as long as it is sent on from elsewhere; from a page of ours it
    brings it.
    """
    if waiting:
        return entered(request, house, begun, back=back, waiting=waiting)
    leave(request, house)
    to = paths.local(back) or paths.begins(begun.acting) or "/"
    response = outside(request, house, "login/entered.html", {"to": to})
    cookies.give(request, response, begun.secret)
    return response


def waits(request: Request, house: House, acting: ActingAs, waiting: Kept) -> Response:
    """The form that waited, to be sent by who is logged in now; it is not sent by itself."""
    content = {"waiting": waiting, "first": paths.begins(acting) or "/"}
    return _page(house, acting, language_of_request(request), "login/waits.html", content)


def leave(request: Request, house: House) -> None:
    """End the session that the browser had, if it had one."""
    secret = cookies.secret(request)
    if not secret:
        return
    try:
        with db.transaction(house.engine) as session:
            sessions.end(session, secret, now=house.now())
    except SessionUnknown:
        return


def agent_of(request: Request) -> str | None:
    """What the browser calls itself."""
    return request.headers.get("user-agent")


def _page(
    house: House,
    acting: ActingAs | None,
    language: Language,
    template: str,
    content: Mapping[str, Any],
    *,
    refusal: Told | None = None,
    done: str = "",
) -> Response:
    teller = Teller(language)
    said = teller.say(f"done.{done}") if done and teller.knows(f"done.{done}") else ""
    return rendered(
        template,
        language,
        {"done": said, "refusal": refusal, **content},
        acting=acting,
        demo=house.demo,
        status=refusal.status if refusal else 200,
    )
