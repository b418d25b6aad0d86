# SPDX-License-Identifier: EUPL-1.2
"""Where a form comes from: only from a page of our own. The second lock beside the cookie's SameSite.

Every browser of the last years says Sec-Fetch-Site, and every older one says Origin with a form. Who says
neither is no browser that we know, and is refused. Source: OWASP ASVS 5.0, 3.5.1 and 3.5.3.
"""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from api.pages.faults import PageFault

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def require_own_form(request: Request) -> None:
    """Raises PageFault for what is sent from anywhere else than a page of ours."""
    if request.method not in _SAFE and not is_own(request):
        raise PageFault("foreign_form", 403)


def is_own(request: Request) -> bool:
    """Whether one of the two headers says that it comes from here, and none that it does not."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    told = [site == "same-origin"] if site is not None else []
    if origin is not None:
        told.append(_host(origin) == request.headers.get("host", ""))
    return bool(told) and all(told)


def _host(origin: str) -> str | None:
    """The host and port of an origin; of "null", which hides where it comes from, none."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
