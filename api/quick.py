# SPDX-License-Identifier: EUPL-1.2
"""The short way for the one request that comes by the thousand: PUT /v1/redemptions/{id}.

It takes a request whose key was seen before and whose body is as it should be, and gives the very
answer the route in routes/redemptions.py would give, by way of the group-commit queue. Anything out
of the ordinary (another body, an unknown key, a query) goes the ordinary way, which judges anew and
tells what is wrong. So there is one description, one set of rules, and nothing is decided here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.batching import Batcher, Done, Full
from api.deps import House
from api.envelope import again
from api.routes.redemptions import ScanBody
from ledger import actors, codes
from ledger.inputs import Id7
from ledger.roles import ActingAs, Action
from ledger.scans import Redeemed, RedeemedLine, Scan, ScanTerms
from ledger.shown import Reader
from ledger.texts import language_of

_PATH: Final = re.compile(r"/v1/redemptions/([0-9a-fA-F-]{36})")
_ID: Final[TypeAdapter[UUID]] = TypeAdapter(Id7)


@dataclass(eq=False)
class Quick:
    """ASGI middleware between the envelope, which bounds the body, and the application."""

    app: ASGIApp
    house: House
    batcher: Batcher
    _readers: dict[str, Reader] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        found = _PATH.fullmatch(scope["path"]) if _may_be_quick(scope) else None
        if found is None:
            await self.app(scope, receive, send)
            return
        body = (await receive()).get("body", b"")
        response = await self._answer(found[1], scope, body)
        await (response or self.app)(scope, again(body, receive), send)

    async def _answer(self, id_text: str, scope: Scope, body: bytes) -> ASGIApp | None:
        """The answer; None goes the ordinary way."""
        headers = dict(scope["headers"])
        secret = _secret(headers)
        digest = actors.digest(secret) if secret else b""
        acting = self.house.seen.get(digest)
        if acting is None or not acting.may(Action.REDEEM) or len(headers) < len(scope["headers"]):
            return None
        scan = self._scan(id_text, body, acting)
        if scan is None:
            return None
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        try:
            answer = await self.batcher.redeem(scan, acting, digest)
        except Full:
            problem = problems.plain("too_busy", 503, language)
            return problems.ProblemResponse(problem, {"Retry-After": "1"})
        if answer is None:
            self.house.seen.pop(digest, None)
            return None
        return _Told(answer) if isinstance(answer, Done) else problems.refused(answer, language)

    def _scan(self, id_text: str, body: bytes, acting: ActingAs) -> Scan | None:
        """The scan with its code read, before anything is locked; None where it is not as it should be."""
        try:
            id_, asked = _ID.validate_python(id_text), ScanBody.model_validate_json(body)
        except ValidationError:
            return None
        own = acting.provider_id
        if (asked.provider_id or own) is None or own not in (None, asked.provider_id or own):
            return None
        content = {name: getattr(asked, name) for name in ScanTerms.model_fields}
        terms = ScanTerms.model_construct(**{**content, "provider_id": asked.provider_id or own})
        shown = self._reader(acting).read(asked.code) if asked.code is not None else None
        return Scan(id=id_, terms=terms, shown=shown, actor_id=acting.actor_id)

    def _reader(self, acting: ActingAs) -> Reader:
        found = self._readers.get(acting.municipality_id)
        if found is None:
            found = codes.reader(acting.municipality_id, self.house.keys_of(acting))
            self._readers[acting.municipality_id] = found
        return found


def _may_be_quick(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "PUT" and not scope["query_string"]


def _secret(headers: Mapping[bytes, bytes]) -> str | None:
    """The key, where the body is said to be JSON."""
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    return secret.strip() if kind == b"application/json" and scheme.lower() == "bearer" and secret else None


@dataclass(frozen=True, slots=True)
class _Told:
    """An accepted redemption on its way out."""

    done: Done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        content = written(self.done.redeemed)
        headers = [
            (b"content-length", b"%d" % len(content)),
            (b"content-type", b"application/json"),
        ]
        status = 201 if self.done.is_new else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def written(redeemed: Redeemed) -> bytes:
    """The bytes of schemas.Redeemed; to make and check the model costs a tenth of the whole request.

    Nothing in it needs escaping: numbers, ids, days, and words from our own lists.
    """
    lines = ",".join(map(_line, redeemed.lines))
    unit = f'"{redeemed.quantity_unit.value}"' if redeemed.quantity_unit else "null"
    instant = redeemed.recorded_at.astimezone(UTC).isoformat().removesuffix("+00:00")
    return (
        f'{{"id":"{redeemed.id}","entitlementId":"{redeemed.entitlement_id}",'
        f'"providerId":"{redeemed.provider_id}","reserved":{"true" if redeemed.reserved else "false"},'
        f'"serviceDay":"{redeemed.service_day.isoformat()}","lines":[{lines}],'
        f'"priceCents":{redeemed.price_cents},"remainingCents":{_or_null(redeemed.remaining_cents)},'
        f'"remainingQuantity":{_or_null(redeemed.remaining_quantity)},'
        f'"quantityUnit":{unit},"recordedAt":"{instant}Z"}}'
    ).encode()


def _line(line: RedeemedLine) -> str:
    return (
        f'{{"line":{line.line},"service":"{line.service}","unit":"{line.unit.value}",'
        f'"quantity":{line.quantity},"priceCents":{line.price_cents}}}'
    )


def _or_null(number: int | None) -> str:
    return "null" if number is None else str(number)
