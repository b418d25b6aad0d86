# SPDX-License-Identifier: EUPL-1.2
"""Whole pages from templates, with the headers that let them load nothing but our own style.

Everything that is filled in is escaped, and a name that a template does not know is a mistake of ours.
"""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages.look import address
from api.pages.paths import open_to
from api.pages.words import Teller
from ledger import municipalities
from ledger.roles import ActingAs
from ledger.texts import Language

FOLDER: Final = Path(__file__).parent / "templates"

ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
ENVIRONMENT.globals["address"] = address
ENVIRONMENT.globals["town_of"] = municipalities.name_of

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Our own style and nothing else; no script at all."""

_SCRIPTED: Final = f"{POLICY}; script-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'"


class Uses(Enum):
    """What a page may use beside style: its policy, and what of the device its scripts may ask."""

    NOTHING = (POLICY, "camera=(), geolocation=(), microphone=()")
    """Most pages: they work as they are."""
    SCRIPTS = (_SCRIPTED, "camera=(), geolocation=(), microphone=()")
    """Our own scripts, as files; the page works without them as well."""
    CAMERA = (
        _SCRIPTED.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"),
        "camera=(self), geolocation=(), microphone=()",
    )
    """The page with the scanner: the camera, and a decoder in WebAssembly."""


HEADERS: Final[Mapping[str, str]] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # not no-referrer: with it a browser hides the origin of our own forms, by which we know them
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}
"""On every page; the envelope adds those of every answer."""


def rendered(
    template: str,
    language: Language,
    content: Mapping[str, Any],
    *,
    acting: ActingAs | None,
    demo: bool,
    status: int = 200,
    uses: Uses = Uses.NOTHING,
) -> HTMLResponse:
    """A whole page. Raises KeyError and UndefinedError for what nobody wrote."""
    text = ENVIRONMENT.get_template(template).render(
        Teller(language).tools()
        | {"acting": acting, "demo": demo, "navigation": open_to(acting) if acting else []}
        | {"here": "", "done": "", "refusal": None}
        | dict(content)
    )
    policy, device = uses.value
    headers = {
        **HEADERS,
        "Content-Security-Policy": policy,
        "Permissions-Policy": device,
        "Content-Language": language,
    }
    return HTMLResponse(text, status_code=status, headers=headers)
