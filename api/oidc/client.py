# SPDX-License-Identifier: EUPL-1.2
"""What we say to an identity provider, and what we believe of its answers.

The code flow with PKCE and a nonce. A token is believed when its provider signed it for us, for this walk, a
moment ago. Sources: OpenID Connect Core 1.0, 3.1.3.7; Discovery 1.0, 4.3; RFC 7636; RFC 9207.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
from joserfc import jwk, jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from api.oidc.providers import Client, IdentityProvider, is_safe

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""By which a provider may sign: never a secret that both sides have, and never nothing."""

TIMEOUT_S: Final = 10
"""How long a provider may be silent."""

ANSWER_MAX: Final = 262_144
"""How many bytes of an answer are read."""

REMEMBERED_S: Final = 3600
"""How long its settings and keys are remembered."""

KEYS_AGAIN_S: Final = 60
"""How soon its keys may be asked again for one that we do not know."""

LEEWAY_S: Final = 60
"""How much its clock may differ from ours."""

FRESH_S: Final = 300
"""How long ago somebody may have shown who they are, when that was asked anew."""


class ProviderAway(Exception):
    """The provider does not answer, or not as one; why is for the log and holds nothing of anybody."""


class AnswerUnbelievable(Exception):
    """What it answered is not believed; why is for the log and holds nothing of anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """What one attempt to log in is known by, at both ends."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    """The secret of PKCE."""
    back_to: str
    """Where the provider sends somebody back to."""
    anew: bool = False
    """Whether they must show again who they are, though the provider knows them already."""


@dataclass(kw_only=True)
class Party:
    """One provider as we know it now: its settings and keys are asked when they are needed."""

    settings: IdentityProvider
    seconds: Callable[[], float]
    """What time it is, since 1970."""
    _known: tuple[float, dict[str, Any]] | None = None
    _keys: tuple[float, jwk.KeySet] | None = None
    _lock: Lock = field(default_factory=Lock)

    def address(self, walk: Walk) -> str:
        """Where somebody shows who they are. Raises ProviderAway."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": walk.back_to,
            "scope": " ".join(self.settings.scopes),
            "state": walk.state,
            "nonce": walk.nonce,
            "code_challenge": _challenge(walk.verifier),
            "code_challenge_method": "S256",
        }
        if walk.anew:
            asked |= {"prompt": "login", "max_age": "0"}
        if self.settings.acr_values:
            asked["acr_values"] = self.settings.acr_values
        endpoint = str(self._discovered()["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def known_by(self, walk: Walk, code: str, issuer: str | None) -> str:
        """By which value the provider knows who came back. Raises ProviderAway, AnswerUnbelievable."""
        found = self._discovered()
        if issuer is None and found.get("authorization_response_iss_parameter_supported") is True:
            raise AnswerUnbelievable("the answer names no issuer")
        if issuer is not None and issuer != self.settings.issuer:
            raise AnswerUnbelievable("the answer is of another issuer")
        token = self._exchanged(str(found["token_endpoint"]), walk, code)
        claims = self._believed(token, walk)
        value = claims.get(self.settings.claim)
        if not isinstance(value, str) or not value:
            raise AnswerUnbelievable(f"no claim {self.settings.claim}")
        if self.settings.claim == "email" and claims.get("email_verified") is not True:
            raise AnswerUnbelievable("an e-mail address that nobody verified")
        return value

    def _exchanged(self, endpoint: str, walk: Walk, code: str) -> str:
        """The ID token for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": walk.back_to,
            "code_verifier": walk.verifier,
        }
        headers = {"Accept": "application/json"}
        if self.settings.client_authentication is Client.SECRET_POST:
            form |= {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret}
        else:
            headers["Authorization"] = _basic(self.settings)
        answer = self._asked("POST", endpoint, data=form, headers=headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise AnswerUnbelievable("no ID token")
        return token

    def _believed(self, token: str, walk: Walk) -> Mapping[str, Any]:
        """The claims of a token that was made for this walk."""
        claims = self._signed(token)
        now, ours = self.seconds(), self.settings
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        _require(claims.get("iss") == ours.issuer, "another issuer")
        _require(ours.client_id in audiences, "not for us")
        _require(len(audiences) == 1 or claims.get("azp") is not None, "for others as well, and for whom")
        _require(claims.get("azp") in {None, ours.client_id}, "asked by another")
        _require(_number(claims, "exp") > now - LEEWAY_S, "too old")
        _require(_number(claims, "iat") < now + LEEWAY_S, "of the future")
        _require(_number(claims, "iat") > now - FRESH_S, "made long ago")
        _require(_number(claims, "nbf", 0) < now + LEEWAY_S, "not in force yet")
        _require(hmac.compare_digest(str(claims.get("nonce", "")), walk.nonce), "another walk")
        if walk.anew:
            _require(_number(claims, "auth_time") > now - FRESH_S, "not shown anew")
        if ours.acr_values:
            _require(claims.get("acr") in ours.acr_values.split(), "not as sure as was asked")
        return claims

    def _signed(self, token: str) -> Mapping[str, Any]:
        """Keys change: one that we do not know is asked for, once in a while."""
        try:
            return self._read(token, self._key_set(KEYS_AGAIN_S if self._lacks(token) else REMEMBERED_S))
        except (JoseError, ValueError) as error:
            raise AnswerUnbelievable(f"signature: {type(error).__name__}") from None

    def _read(self, token: str, keys: jwk.KeySet) -> Mapping[str, Any]:
        registry = jws.JWSRegistry(algorithms=list(ALGORITHMS))
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS), registry=registry).claims

    def _lacks(self, token: str) -> bool:
        """Whether it names a key that is not among those we remember."""
        if self._keys is None:
            return False
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        try:
            self._keys[1].get_by_kid(kid)
        except InvalidKeyIdError:
            return True
        return False

    def _key_set(self, remembered_s: int) -> jwk.KeySet:
        now = self.seconds()
        with self._lock:
            if self._keys is not None and now < self._keys[0] + remembered_s:
                return self._keys[1]
        answer = self._asked("GET", str(self._discovered()["jwks_uri"]))
        try:
            found = jwk.KeySet.import_key_set({"keys": answer["keys"]})
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderAway(f"its keys: {type(error).__name__}") from None
        with self._lock:
            self._keys = (now, found)
        return found

    def _discovered(self) -> dict[str, Any]:
        """Its settings, from the address that is built on its name."""
        now = self.seconds()
        with self._lock:
            if self._known is not None and now < self._known[0] + REMEMBERED_S:
                return self._known[1]
        where = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._asked("GET", where)
        if found.get("issuer") != self.settings.issuer:
            raise ProviderAway("it calls itself otherwise")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str) or not is_safe(found[name]):
                raise ProviderAway(f"no safe {name}")
        with self._lock:
            self._known = (now, found)
        return found

    def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """One answer in JSON; nobody is followed elsewhere."""
        try:
            with (
                httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client,
                client.stream(method, address, **more) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise ProviderAway(f"{method} is answered with {answer.status_code}")
                found = _json(_bounded(answer))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderAway(f"{method}: {type(error).__name__}") from None
        return found


def _bounded(answer: httpx.Response) -> bytes:
    read = b""
    for piece in answer.iter_bytes():
        read += piece
        if len(read) > ANSWER_MAX:
            raise ProviderAway("its answer is too long")
    return read


def _json(read: bytes) -> dict[str, Any]:
    found = json.loads(read)
    if not isinstance(found, dict):
        raise ProviderAway("its answer is no object")
    return found


def _challenge(verifier: str) -> str:
    """S256 (RFC 7636, section 4.2)."""
    made = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode("ascii")


def _basic(settings: IdentityProvider) -> str:
    """Both parts are form-encoded first (RFC 6749, section 2.3.1)."""
    pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"


def _number(claims: Mapping[str, Any], name: str, otherwise: int | None = None) -> float:
    found = claims.get(name, otherwise)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise AnswerUnbelievable(f"no {name}")
    return found


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise AnswerUnbelievable(why)
