# SPDX-License-Identifier: EUPL-1.2
"""One plain page: what every page has around it, and the policy that lets it have its own style."""

import base64
import hashlib
from html import escape
from typing import Final

from fastapi.responses import HTMLResponse

from ledger.texts import Language

STYLE: Final = (
    "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#111;background:#fff}"
    "a{color:#0b4a8f}code,pre{font-family:ui-monospace,monospace;font-size:.95em}"
    "pre{overflow-x:auto;background:#f3f3f3;padding:.75rem}"
    "table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}"
    ".demo{border:3px solid #9a3b00;padding:.5rem 1rem}"
    "section{border-top:1px solid #888;margin-top:1.5rem}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing is loaded from anywhere; only this very style is used."""


def page(title: str, body: str, language: Language) -> HTMLResponse:
    """A whole page; body is HTML in which all that is not ours is escaped."""
    content = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return HTMLResponse(content, headers=headers)
