# SPDX-License-Identifier: EUPL-1.2
"""Which addresses are pages for people, and which of them somebody may be sent back to."""

import re
from typing import Final
from urllib.parse import urlsplit

from ledger.roles import ActingAs, Action

NAVIGATION: Final = (
    ("/runs", Action.SEE_SETTLEMENTS),
    ("/bank", Action.SEE_SETTLEMENTS),
    ("/payees", Action.SEE_CONTRACTS),
)
"""The pages one begins at, with what one must be allowed to see them."""

_FIRST: Final = frozenset({"login", "logout", "static"} | {path[1:] for path, _ in NAVIGATION})
_LOCAL: Final = re.compile(r"/(?:runs|bank|payees)(?:[/?][A-Za-z0-9/?=&_-]{0,400})?")


def is_page(path: str) -> bool:
    """Whether what is asked here is answered with a page, also when it is refused."""
    return path.split("/", 2)[1:2] != [] and path.split("/", 2)[1] in _FIRST


def open_to(acting: ActingAs) -> list[str]:
    """The pages that somebody can begin at; none for who acts for a provider or as a resident."""
    is_staff = acting.provider_id is None and acting.person_id is None
    return [path for path, action in NAVIGATION if is_staff and acting.may(action)]


def local(address: str) -> str | None:
    """The address when it is a page of ours; None for any other, so that nobody is led elsewhere."""
    return address if _LOCAL.fullmatch(address) else None


def of_referer(referer: str, host: str) -> str | None:
    """The page of ours that somebody came from."""
    try:
        parts = urlsplit(referer)
    except ValueError:
        return None
    if parts.netloc != host:
        return None
    return local(parts.path + (f"?{parts.query}" if parts.query else ""))
