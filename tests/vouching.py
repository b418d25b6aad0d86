# SPDX-License-Identifier: EUPL-1.2
"""An identity provider that speaks OpenID Connect over real HTTP, and can be told to lie. It knows nothing
of ours: a client is registered with it, people log in on its form, and it hands out codes and tokens."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "tegoed", "a secret of a client: & it is long"


@dataclass
class Grant:
    """A code that was handed out."""

    user: str
    asked: dict[str, str]
    is_used: bool = False


@dataclass(kw_only=True)
class Vouching:
    """The provider; what it should do is set from outside."""

    now: Callable[[], float]
    issuer: str = ""
    back_to: str = ""
    """The one address that it sends people back to; empty: any."""
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    alg: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    """Changes to what its tokens say; None takes a claim away."""
    sign: Callable[["Vouching", dict[str, Any]], str] | None = None
    """How it signs instead."""
    discovery: dict[str, Any] = field(default_factory=dict)
    names_itself: str | None = None
    """The iss of RFC 9207 in its answer; None: none."""
    checks_pkce: bool = True
    grants: dict[str, Grant] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Which of its addresses were asked, in order."""
    is_away: bool = False

    @property
    def app(self) -> Starlette:
        """Its addresses."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
                Route("/authorize", self._form, methods=["GET"]),
                Route("/authorize", self._authorize, methods=["POST"]),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    def rotate(self) -> None:
        """A new key; the old one is not published any more."""
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.alg = "ES256"

    def walk(self, address: str, user: str) -> str:
        """Somebody logs in on its form, sent there with this address; where they are sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return self._sent_back(asked, user)

    async def _configuration(self, request: Request) -> Response:
        self.asked.append("configuration")
        if self.is_away:
            return Response(status_code=503)
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return JSONResponse(found | self.discovery)

    async def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _form(self, request: Request) -> Response:
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in request.query_params.items()
        )
        return HTMLResponse(
            f'<!doctype html><html lang="en"><title>Log in</title><form method="post">{hidden}'
            '<label>Who <input name="user" id="user"></label><button>Log in</button></form></html>'
        )

    async def _authorize(self, request: Request) -> Response:
        asked = {name: str(value) for name, value in (await request.form()).items()}
        return RedirectResponse(self._sent_back(asked, asked.pop("user")), status_code=303)

    def _sent_back(self, asked: dict[str, str], user: str) -> str:
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["redirect_uri"] == (self.back_to or asked["redirect_uri"])
        more = {"iss": self.names_itself} if self.names_itself else {}
        if user == "nobody":
            answer = {"error": "access_denied"}
        else:
            code = secrets.token_urlsafe(16)
            self.grants[code] = Grant(user=user, asked=asked)
            answer = {"code": code}
        return f"{asked['redirect_uri']}?{urlencode(answer | more | {'state': asked['state']})}"

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {name: str(value) for name, value in (await request.form()).items()}
        grant = self.grants.get(form["code"])
        if not self._knows(request, form) or grant is None or grant.is_used:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        if form["redirect_uri"] != grant.asked["redirect_uri"] or not self._proves(form, grant):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        grant.is_used = True
        content = {"id_token": self._signed(grant), "access_token": "unused", "token_type": "Bearer"}
        return JSONResponse(content)

    def _knows(self, request: Request, form: dict[str, str]) -> bool:
        if form.get("client_secret"):
            return (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        encoded = urlencode({"a": CLIENT})[2:], urlencode({"a": SECRET})[2:].replace("+", "%20")
        return kind == "Basic" and base64.b64decode(value).decode() == ":".join(encoded)

    def _proves(self, form: dict[str, str], grant: Grant) -> bool:
        if not self.checks_pkce:
            return True
        challenge = _packed(hashlib.sha256(form["code_verifier"].encode()).digest())
        return grant.asked["code_challenge_method"] == "S256" and challenge == grant.asked["code_challenge"]

    def _signed(self, grant: Grant) -> str:
        now = int(self.now())
        said = {
            "iss": self.issuer,
            "sub": grant.user,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "auth_time": now if grant.asked.get("max_age") == "0" else now - 86_400,
            "nonce": grant.asked["nonce"],
        }
        said = {name: value for name, value in (said | self.claims).items() if value is not None}
        return self.sign(self, said) if self.sign else by(self.key, self.alg)(self, said)


def by(key: Any, alg: str) -> Callable[[Vouching, dict[str, Any]], str]:
    """Signs with this key, under the name of the one that is published."""

    def sign(provider: Vouching, said: dict[str, Any]) -> str:
        header = {"alg": alg, "kid": provider.key.kid}
        if alg == "none":
            return ".".join(_packed(json.dumps(each).encode()) for each in (header, said)) + "."
        if isinstance(key, bytes):
            parts = [_packed(json.dumps(each).encode()) for each in (header, said)]
            made = hmac.new(key, ".".join(parts).encode(), hashlib.sha256).digest()
            return ".".join([*parts, _packed(made)])
        return jwt.encode(header, said, key, registry=jws.JWSRegistry(algorithms=[alg]))

    return sign


def shared_secret(provider: Vouching) -> bytes:
    """The public key of a provider as if it were a secret that both sides have (RFC 8725, 2.1)."""
    pem: bytes = provider.key.as_pem(private=False)
    return pem


def _packed(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@contextmanager
def opened(now: Callable[[], float]) -> Iterator[Vouching]:
    """A provider on a free port of this machine."""
    from tests.e2e.browser import serving

    provider = Vouching(now=now)
    with serving(provider.app) as address:
        provider.issuer = address
        yield provider
