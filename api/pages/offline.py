# SPDX-License-Identifier: EUPL-1.2
"""What a browser shows without a network: a page of its own, in both languages, that holds no data."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages import look
from api.pages.templates import ENVIRONMENT, HEADERS
from api.pages.words import Teller
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

_WORKER_POLICY: Final = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
"""It fetches pages of ours and nothing else."""


@router.get("/offline")
def get_offline() -> Response:
    """The page that is kept; public."""
    headers: Mapping[str, str] = {**HEADERS, "Content-Security-Policy": _policy()}
    return HTMLResponse(_page(), headers=dict(headers))


@router.get("/worker.js")
def get_worker() -> Response:
    """Keeps that page. It stands at the top, as it speaks for all pages; public."""
    text = look.FILES["worker.js"].decode().replace("@VERSION@", _version())
    headers = {"Content-Security-Policy": _WORKER_POLICY}
    return Response(text, media_type="text/javascript; charset=utf-8", headers=headers)


@cache
def _style() -> str:
    return look.FILES["tokens.css"].decode() + look.FILES["style.css"].decode()


def _policy() -> str:
    """Its style stands in it, as nothing else can be fetched then; no other style, no script and no form."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"


@cache
def _page() -> str:
    speakers = [Teller(language).tools() for language in (Language.NL, Language.EN)]
    return ENVIRONMENT.get_template("offline.html").render(speakers=speakers, style=_style())


@cache
def _version() -> str:
    """Another page, another version."""
    return hashlib.sha256(_page().encode()).hexdigest()[:12]
