# SPDX-License-Identifier: EUPL-1.2
"""What the browser keeps while somebody is at a provider: sealed, for a quarter of an hour, one for each tab.

It must be Lax, not Strict: a provider sends people back from elsewhere, and then a browser holds Strict
cookies back. So the session's cookie is not there either, and what must be known of it is sealed in here.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import zlib
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from api.oidc.client import Walk
from api.pages import cookies
from ledger import vault
from ledger.errors import LedgerError
from ledger.ids import NOBODY
from ledger.keys import MunicipalityKeys
from ledger.vault import Place

LASTS: Final = timedelta(minutes=15)
"""How long somebody may take at the provider."""

LONGEST: Final = 3500
"""Bytes of one cookie; browsers take 4096 with its name and attributes (RFC 6265bis, 5.6)."""

PLAIN_MAX: Final = 100_000
"""Bytes that a sealed cookie may unfold to."""


class Begun(BaseModel):
    """One attempt to log in."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    provider: str
    state: str
    nonce: str
    verifier: str
    back_to: str
    begun_at: datetime
    next: str = ""
    """Where they wanted to be."""
    kept: str = ""
    """What they had typed; see pages.kept. Left out where it is too long for a cookie."""
    session: str = ""
    """The secret of the session that proves itself once more."""

    @property
    def walk(self) -> Walk:
        """As the provider is asked."""
        return Walk(
            state=self.state,
            nonce=self.nonce,
            verifier=self.verifier,
            back_to=self.back_to,
            anew=bool(self.session),
        )


def begin(
    *, provider: str, back_to: str, now: datetime, next: str = "", kept: str = "", session: str = ""
) -> Begun:
    """A new one, with secrets of its own (256 bits each)."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Begun(
        provider=provider,
        state=state,
        nonce=nonce,
        verifier=verifier,
        back_to=back_to,
        begun_at=now,
        next=next,
        kept=kept,
        session=session,
    )


def give(request: Request, response: Response, theirs: MunicipalityKeys, begun: Begun) -> None:
    """Let the browser keep it; without what was typed where that is too long."""
    sealed = _sealed(theirs, begun)
    if len(sealed) > LONGEST:
        sealed = _sealed(theirs, begun.model_copy(update={"kept": ""}))
    response.set_cookie(
        _name(request, begun.state),
        sealed,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=cookies.name(request) == cookies.SECURE,
        httponly=True,
        samesite="lax",
    )


def taken(
    request: Request, theirs: MunicipalityKeys, provider: str, state: str, *, now: datetime
) -> Begun | None:
    """The attempt of this browser with this state; None: there is none, or it is not ours, or too old."""
    value = request.cookies.get(_name(request, state), "")
    begun = _unsealed(theirs, value, provider) if value else None
    if begun is None or begun.provider != provider or not hmac.compare_digest(begun.state, state):
        return None
    return begun if begun.begun_at <= now < begun.begun_at + LASTS else None


def forget(request: Request, response: Response, state: str) -> None:
    """Each attempt ends once."""
    secure = cookies.name(request) == cookies.SECURE
    response.delete_cookie(_name(request, state), path="/", secure=secure, httponly=True, samesite="lax")


def _name(request: Request, state: str) -> str:
    mark = hashlib.sha256(state.encode()).hexdigest()[:12]
    return f"{cookies.name(request) or cookies.LOOPBACK}-in-{mark}"


def _sealed(theirs: MunicipalityKeys, begun: Begun) -> str:
    plain = zlib.compress(begun.model_dump_json().encode(), 9)
    sealed = vault.encrypt(_key(theirs), plain, _place(begun.provider))
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def _unsealed(theirs: MunicipalityKeys, value: str, provider: str) -> Begun | None:
    try:
        packed = vault.decrypt(_key(theirs), base64.urlsafe_b64decode(value), _place(provider))
        return Begun.model_validate_json(zlib.decompressobj().decompress(packed, PLAIN_MAX))
    except (LedgerError, binascii.Error, ValidationError, zlib.error, ValueError):
        return None


def _key(theirs: MunicipalityKeys) -> bytes:
    """Apart from all else that the key is used for."""
    return hmac.new(theirs.sealing_key, b"walk to a provider\0", hashlib.sha256).digest()


def _place(provider: str) -> Place:
    return Place(municipality_id=provider, table="walk", column="sealed", row_id=NOBODY)
