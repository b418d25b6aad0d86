# SPDX-License-Identifier: EUPL-1.2
"""Which addresses are pages for people, and which of them somebody may be sent back to."""

import re
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from ledger.roles import ActingAs, Action
from ledger.tables import Role


class Audience(StrEnum):
    """For whom a page is made; to all others it does not exist."""

    STAFF = "staff"
    """Who works for the municipality."""
    PROVIDER = "provider"
    """Who acts for one provider."""
    HOLDER = "holder"
    """A resident, or who represents one."""


class Place(NamedTuple):
    """A page one begins at."""

    path: str
    action: Action
    """What one must be allowed to see it."""
    audience: Audience = Audience.STAFF


NAVIGATION: Final = (
    Place("/scan", Action.QUOTE, Audience.PROVIDER),
    Place("/today", Action.SEE_REDEMPTIONS, Audience.PROVIDER),
    Place("/claims", Action.SEE_REDEMPTIONS, Audience.PROVIDER),
    Place("/redemptions", Action.SEE_REDEMPTIONS, Audience.PROVIDER),
    Place("/payable", Action.SEE_SETTLEMENTS, Audience.PROVIDER),
    Place("/agreements", Action.SEE_CONTRACTS, Audience.PROVIDER),
    Place("/devices", Action.MANAGE_DEVICES, Audience.PROVIDER),
    Place("/staff", Action.SEE_REDEMPTIONS, Audience.PROVIDER),
    Place("/my", Action.SEE_ENTITLEMENTS, Audience.HOLDER),
    Place("/uses", Action.CONFIRM_USE, Audience.HOLDER),
    Place("/mandates", Action.SEE_MANDATES, Audience.HOLDER),
    Place("/looks", Action.SEE_ACCESS_LOG, Audience.HOLDER),
    Place("/worklist", Action.SEE_APPROVALS),
    Place("/residents", Action.FIND_PEOPLE),
    Place("/entitlements", Action.SEE_ENTITLEMENTS),
    Place("/batches", Action.GRANT),
    Place("/runs", Action.SEE_SETTLEMENTS),
    Place("/bank", Action.SEE_SETTLEMENTS),
    Place("/payees", Action.SEE_CONTRACTS),
    Place("/demands", Action.SEE_SETTLEMENTS),
    Place("/budgets", Action.SEE_BUDGETS),
    Place("/contracts", Action.SEE_CONTRACTS),
    Place("/programmes", Action.SEE_CATALOGUE),
    Place("/books", Action.SEE_ENTRIES),
    Place("/checks", Action.CHECK_BOOKS),
    Place("/access", Action.SEE_ACCESS_LOG),
    Place("/accounts", Action.SEE_ACCOUNTS),
    Place("/care", Action.APPROVE_CARE_PAYING),
    Place("/settings", Action.EDIT_SETTINGS),
    Place("/settings", Action.SET_PAYING_ACCOUNT),
)
"""In the order of the menu."""

BEGINS: Final = (
    (Role.PROVIDER, "/scan"),
    (Role.HOLDER, "/my"),
    (Role.GATEKEEPER, "/worklist"),
    (Role.PAYING_AGENT, "/care"),
    (Role.FINANCE, "/runs"),
    (Role.CONTRACT_MANAGER, "/contracts"),
    (Role.AUDITOR, "/books"),
    (Role.ADMINISTRATOR, "/accounts"),
)
"""Where the work of each role is; of several roles the first here."""

_BESIDE: Final = frozenset(
    {"", "demo", "language", "letter", "offline", "login", "logout", "sessions", "static", "worker.js"}
)
"""First parts of addresses that are pages, or around pages, and stand in no menu."""
_FIRST: Final = _BESIDE | {each.path[1:] for each in NAVIGATION}
_OUTSIDE: Final = frozenset({"/letter", "/login", "/login/new", "/sessions"})
"""Where one may be without a page of one's own: one chooses another language and stays there."""
_LOCAL: Final = re.compile(rf"/(?:{'|'.join(sorted(_FIRST - _BESIDE))})(?:[/?][A-Za-z0-9/?=&_-]{{0,400}})?")


def is_page(path: str) -> bool:
    """Whether what is asked here is answered with a page, also when it is refused."""
    return path.split("/", 2)[1:2] != [] and path.split("/", 2)[1] in _FIRST


def open_to(acting: ActingAs) -> list[str]:
    """The pages that somebody can begin at, the first of them first."""
    audience = audience_of(acting)
    found = (each.path for each in NAVIGATION if each.audience == audience and acting.may(each.action))
    return list(dict.fromkeys(found))


def begins(acting: ActingAs) -> str | None:
    """The page that somebody comes to who asked for none; None: there is none for them."""
    open_ = open_to(acting)
    of_role = (path for role, path in BEGINS if role in acting.roles and path in open_)
    return next(of_role, next(iter(open_), None))


def audience_of(acting: ActingAs) -> Audience:
    """Whose pages somebody sees."""
    if acting.provider_id is not None:
        return Audience.PROVIDER
    return Audience.STAFF if acting.person_id is None else Audience.HOLDER


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
    if parts.path in _OUTSIDE:
        return parts.path
    return local(parts.path + (f"?{parts.query}" if parts.query else ""))
