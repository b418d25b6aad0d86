# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong on a page, told as a page; everywhere else it stays application/problem+json.

Who is not logged in is sent to the page where one logs in, and from there back. What they had typed in a form
is kept over it; so it is when somebody must first prove once more who they are.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request as PlainRequest
from starlette.types import ASGIApp, Scope

from api import problems
from api.pages import cookies, kept, paths
from api.pages.templates import rendered
from api.pages.words import Teller
from api.problems import ProblemResponse, language_of_request
from api.schemas import Problem
from ledger.errors import LedgerError
from ledger.sessions import ProofTooOld, SessionUnknown
from ledger.texts import Language, language_of, reasons, say

_OF_STATUS: Final = {400: "form_unreadable", 404: "page_unknown", 405: "page_unknown"}

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


@dataclass(eq=False)
class PageFault(Exception):
    """What only a page can get wrong; code is a name in the catalogue of pages."""

    code: str
    status: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A refusal as a page tells it."""

    status: int
    title: str
    detail: str = ""
    items: tuple[str, ...] = ()
    """Every reason, where there are several."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with a field of the form, by its name."""


def told(error: LedgerError, language: Language) -> Told:
    """Why the ledger refuses, with every reason. Raises it when it is our own trouble."""
    status = problems.status_of(error)
    if status >= 500:
        raise error
    sentence, within = say(error, language), reasons(error, language)
    items = tuple(f"{each.title}. {each.detail}" for each in within)
    return Told(status=status, title=sentence.title, detail="" if items else sentence.detail, items=items)


def install(app: FastAPI) -> None:
    """Let refusals on pages be pages; after problems.install, which keeps the others."""
    handlers: dict[type[Exception], Callable[[Request, Any], Response | Awaitable[Response]]] = {
        LedgerError: _ledger_error,
        RequestValidationError: _validation_error,
        HTTPException: _http_error,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, _on_pages(handler, app.exception_handlers[kind]))
    app.add_exception_handler(PageFault, _page_fault)


def answer(scope: Scope, problem: Problem, headers: Mapping[str, str]) -> ASGIApp:
    """What the envelope answers when the application cannot: a page where one was asked for."""
    if not paths.is_page(scope["path"]):
        return ProblemResponse(problem, headers)
    request = PlainRequest(scope)
    language = language_of(request.headers.get("accept-language"))
    page = _page(request, _of_code(problem.code, problem.status, language, otherwise=problem), language)
    page.headers.update(headers)
    return page


def to_login(request: Request) -> Response:
    """To where one logs in, and from there back to where one was."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = paths.local(asked)
    if request.method != "GET":
        back = paths.of_referer(request.headers.get("referer", ""), request.headers.get("host", ""))
    query = f"?{urlencode({'next': back})}" if back else ""
    return RedirectResponse(f"/login{query}", status_code=303)


def _on_pages(handler: Callable[[Request, Any], Response | Awaitable[Response]], otherwise: Any) -> Handler:
    async def chosen(request: Request, error: Exception) -> Response:
        found: Handler = handler if paths.is_page(request.url.path) else otherwise
        answered = found(request, error)
        return await answered if isawaitable(answered) else answered

    return chosen


async def _ledger_error(request: Request, error: LedgerError) -> Response:
    if isinstance(error, SessionUnknown):
        waiting = await kept.of_request(request)
        return _kept(request, error, "login.html", waiting) if waiting else to_login(request)
    if isinstance(error, ProofTooOld):
        waiting = await kept.of_request(request) or kept.bare(request)
        return _kept(request, error, "login/again.html", waiting)
    language = language_of_request(request)
    return _page(request, told(error, language), language)


def _kept(request: Request, error: LedgerError, template: str, waiting: kept.Kept) -> Response:
    """With what was typed on it, and 403: a browser would ask a password of its own at a 401."""
    language, house = language_of_request(request), request.app.state.house
    found = told(error, language)
    detail = found.detail if isinstance(error, ProofTooOld) else Teller(language).say("login.kept")
    content: dict[str, Any] = {
        "refusal": Told(status=403, title=found.title, detail=detail),
        "back": "",
        "kept": waiting.model_dump_json(),
        "is_safe": cookies.name(request) is not None,
        "proof": getattr(request.state, "proof", None),
    }
    acting = getattr(request.state, "acting", None)
    content["parties"] = house.parties_of(acting.municipality_id if acting else None)
    return rendered(template, language, content, acting=acting, demo=house.demo, status=403)


def _validation_error(request: Request, error: RequestValidationError) -> Response:
    """An id in an address that is none, or a question that the page does not know."""
    is_path = any(each["loc"][0] == "path" for each in error.errors())
    return _of_status(request, 404 if is_path else 400)


def _http_error(request: Request, error: HTTPException) -> Response:
    return _of_status(request, error.status_code)


def _page_fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, PageFault)
    language = language_of_request(request)
    return _page(request, _of_code(error.code, error.status, language), language)


def _of_status(request: Request, status: int) -> Response:
    language = language_of_request(request)
    return _page(request, _of_code(_OF_STATUS.get(status, "form_unreadable"), status, language), language)


def _of_code(code: str, status: int, language: Language, *, otherwise: Problem | None = None) -> Told:
    """In the words of pages; in those of the API where pages have none of their own."""
    teller = Teller(language)
    if otherwise is not None and not teller.knows(f"fault.{code}"):
        return Told(status=status, title=otherwise.title, detail=otherwise.detail)
    return Told(status=status, title=teller.say(f"fault.{code}"), detail=teller.say(f"fault.{code}.detail"))


def _page(request: PlainRequest, found: Told, language: Language) -> Response:
    return rendered(
        "fault.html",
        language,
        {"fault": found},
        acting=getattr(request.state, "acting", None),
        demo=request.scope["app"].state.house.demo if "app" in request.scope else False,
        status=found.status,
    )
