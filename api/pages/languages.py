# SPDX-License-Identifier: EUPL-1.2
"""Choosing the language of pages; the browser keeps it, and nobody need be logged in."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.pages import paths
from api.problems import LANGUAGE
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

_KEPT_S: Final = 365 * 86400


@router.get("/language/{language}")
def get_language(language: Language, request: Request) -> Response:
    """Back to where one was, in this language; public."""
    came_from = paths.of_referer(request.headers.get("referer", ""), request.headers.get("host", ""))
    response = RedirectResponse(came_from or "/", status_code=303)
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
