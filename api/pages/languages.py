# SPDX-License-Identifier: EUPL-1.2
"""Choosing the language of pages; the browser keeps it, and nobody need be logged in."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.routing import Match

from api.pages import paths
from api.problems import LANGUAGE
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

_KEPT_S: Final = 365 * 86400


@router.get("/language/{language}")
def get_language(language: Language, request: Request) -> Response:
    """Back to where one was, in this language; public. From an answer to a form, to the page it came from."""
    came_from = paths.of_referer(request.headers.get("referer", ""), request.headers.get("host", ""))
    response = RedirectResponse(_page_at(request, came_from or "/"), status_code=303)
    response.set_cookie(
        LANGUAGE,
        str(language),
        max_age=_KEPT_S,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


def _page_at(request: Request, address: str) -> str:
    """The address, or the nearest above it that can be looked at: a form is sent to some that cannot."""
    path, _, query = address.partition("?")
    if _is_shown(request, path):
        return f"{path}?{query}" if query else path
    while path and not _is_shown(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_shown(request: Request, path: str) -> bool:
    asked = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)
