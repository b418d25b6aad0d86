# SPDX-License-Identifier: EUPL-1.2
"""What the ledger refuses, as application/problem+json (RFC 9457), in the language of who asks.

The one table of statuses is here. No answer repeats what was sent: it may hold a personal number.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException

from api import words
from api.pages import paths
from api.schemas import Fact, InputFault, LineProblem, Problem, Reason
from ledger.claims import BadLine
from ledger.errors import (
    ChangedMeanwhile,
    Conflict,
    Forbidden,
    LedgerError,
    Malformed,
    NotFound,
    Refused,
    Unauthenticated,
    VersionUnseen,
)
from ledger.keys import KeysNotFound
from ledger.settings import SettingsChanged
from ledger.texts import Language, language_of, say

STATUSES: Final[Mapping[type[LedgerError], int]] = {
    KeysNotFound: 500,
    ChangedMeanwhile: 412,
    VersionUnseen: 412,
    SettingsChanged: 412,
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Refused: 409,
    LedgerError: 500,
}
"""The first that fits. What has no status of its own is our own trouble, not that of who asks."""

LANGUAGE: Final = "tegoed_language"
"""The cookie with the language that was chosen on a page: nl or en, and nothing secret."""

MEDIA_TYPE: Final = "application/problem+json"
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")


class ProblemResponse(JSONResponse):
    """A problem on its way out."""

    media_type = MEDIA_TYPE

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        content = problem.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        super().__init__(content, status_code=problem.status, headers=headers)


def status_of(error: LedgerError) -> int:
    """The HTTP status that an error is answered with."""
    return next(status for kind, status in STATUSES.items() if isinstance(error, kind))


def of_error(error: LedgerError, language: Language) -> Problem:
    """What is answered to an error. Of our own troubles nothing is told."""
    status = status_of(error)
    if status >= 500:
        return plain("internal_error", status, language)
    held = [each for value in error.facts.values() for each in _many(value)]
    return Problem(
        type=_type(error.code),
        status=status,
        reasons=tuple(reason(each, language) for each in held if isinstance(each, LedgerError)),
        lines=tuple(line(each, language) for each in held if isinstance(each, BadLine)),
        **_told(error, language),
    )


def plain(code: str, status: int, language: Language, **facts: object) -> Problem:
    """A problem that only HTTP knows."""
    said = words.problem(code, language, **facts)
    return Problem(type=_type(code), status=status, title=said.title, detail=said.detail, code=code)


def of_validation(error: RequestValidationError, language: Language) -> Problem:
    """Everything that is wrong with the input at once; no value is repeated."""
    found = [each for each in error.errors() if not _is_echo(each, error.errors())]
    faults = tuple(_fault(each, error.body, language) for each in found)
    return plain("invalid_input", 400, language).model_copy(update={"errors": faults})


def reason(error: LedgerError, language: Language) -> Reason:
    """One reason among others."""
    return Reason(**_told(error, language))


def line(bad: BadLine, language: Language) -> LineProblem:
    """What is wrong with one line of a claim."""
    held = [each for value in bad.error.facts.values() for each in _many(value)]
    within = tuple(reason(each, language) for each in held if isinstance(each, LedgerError))
    return LineProblem(line=bad.line, reasons=within, **_told(bad.error, language))


def install(app: FastAPI) -> None:
    """Let this application answer every refusal as a problem."""
    app.add_exception_handler(LedgerError, _ledger_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def language_of_request(request: Request) -> Language:
    """The language that the Accept-Language header likes best; on pages the one that was chosen there."""
    path = request.url.path
    chosen = request.cookies.get(LANGUAGE) if paths.is_page(path) else None
    return (
        Language(chosen) if chosen in set(Language) else language_of(request.headers.get("accept-language"))
    )


def refused(error: LedgerError, language: Language) -> ProblemResponse:
    """The answer to an error. Raises it when it is our own trouble: the envelope logs it and answers."""
    if status_of(error) >= 500:
        raise error
    headers = {"WWW-Authenticate": 'Bearer realm="tegoed"'} if status_of(error) == 401 else None
    return ProblemResponse(of_error(error, language), headers)


def _ledger_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, LedgerError)
    return refused(error, language_of_request(request))


def _validation_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    return ProblemResponse(of_validation(error, language_of_request(request)))


def _http_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    language = language_of_request(request)
    code = {400: "body_unreadable", 404: "path_unknown", 405: "method_not_allowed"}.get(error.status_code)
    headers = {"Allow": ", ".join(_methods(request))} if error.status_code == 405 else None
    return ProblemResponse(plain(code or "http_error", error.status_code, language), headers)


def _methods(request: Request) -> list[str]:
    """Every method of every route at this address."""
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path_regex is not None and route.path_regex.match(request.url.path):
            found |= set(route.methods or ())
    return sorted(found)


def _type(code: str) -> str:
    return f"urn:tegoed:problem:{code}"


def _told(error: LedgerError, language: Language) -> dict[str, Any]:
    said = say(error, language)
    facts = {to_camel(name): _fact(value) for name, value in error.facts.items() if not _holds_errors(value)}
    return {"code": error.code, "title": said.title, "detail": said.detail, "facts": facts}


def _many(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else (value,)


def _holds_errors(value: object) -> bool:
    return any(isinstance(each, LedgerError | BadLine) for each in _many(value))


def _fact(value: object) -> Fact:
    """A fact as JSON has it."""
    match value:
        case bool() | int() | None:
            return value
        case StrEnum():
            return value.value
        case list() | tuple():
            return [each if isinstance(each, int) else str(each) for each in value]
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
    return str(value)


def _fault(error: Mapping[str, Any], body: Any, language: Language) -> InputFault:
    place, *steps = error["loc"]
    return InputFault(
        place=str(place),
        pointer=_pointer(steps, body if place == "body" else None, kind=error["type"]),
        code=error["type"],
        detail=words.fault(error, language),
    )


def _is_echo(error: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> bool:
    """A list is called too short as well when its items are wrong; that is no fault of its own."""
    steps = tuple(error["loc"])
    inside = (each["loc"] for each in errors if len(each["loc"]) > len(steps))
    return error["type"] == "too_short" and any(tuple(loc[: len(steps)]) == steps for loc in inside)


def _pointer(steps: Sequence[str | int], body: Any, *, kind: str) -> str:
    """A JSON pointer (RFC 6901) to the value; kinds of unions, which pydantic adds, are left out.

    A name we do not know may be anything, also a personal number: it is shown only when it looks
    like the name of a field.
    """
    path, found = "", body
    for place, step in enumerate(steps):
        inner = _inside(found, step)
        is_last = place == len(steps) - 1
        is_absent = is_last and kind in {"missing", "extra_forbidden"}
        if inner is _NOTHING and not is_absent and body is not None:
            continue
        path += f"/{step if isinstance(step, int) or _FIELD.fullmatch(step) else '…'}"
        found = inner
    return path


_NOTHING: Final = object()


def _inside(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step, _NOTHING)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _NOTHING
