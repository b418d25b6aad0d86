# SPDX-License-Identifier: EUPL-1.2
"""What holds for every request and every answer: headers, a bound on the body, and what happens on a crash.

The body is read whole before anything else happens, so that a request can be tried once more when
two of them made the same id at the same time.
"""

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import plain
from api.schemas import Problem
from ledger.texts import Language, language_of

BODY_MAX: Final = 64_000
"""Bytes of a body, where nothing else is said."""
BODIES_MAX: Final[Mapping[str, int]] = {
    "/v1/claims": 25_000_000,
    "/v1/allocations": 25_000_000,
    "/v1/redemptions/_batch": 1_000_000,
    "/v1/bank-messages": 25_000_000,
    "/bank": 25_100_000,
    "/batches": 25_100_000,
    "/claims": 25_100_000,
    "/runs": 250_000,
    "/contracts": 250_000,
}
"""Bytes of a body by the beginning of the path. A form has something around its file; one of a run can name a
thousand lines.
"""

Told = Callable[[Scope, Problem, Mapping[str, str]], ASGIApp]
"""How a problem is told where it was asked: to a program, or to somebody who looks at a page."""

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer that does not set them itself."""

_LOG: Final = logging.getLogger("tegoed.api")


class _TooLarge(Exception):
    """The body is larger than the address takes."""


class _Gone(Exception):
    """Who asked has left before the body was whole."""


class Envelope:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, version: str, told: Told) -> None:
        self.app = app
        self.told = told
        headers = {**HEADERS, "API-Version": version}
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, self.headers)
        language = language_of(Headers(scope=scope).get("accept-language"))
        most = body_max(scope["path"])
        try:
            body = await _whole(receive, Headers(scope=scope), most)
        except _TooLarge:
            problem = plain("body_too_large", 413, language, most=most)
            await self.told(scope, problem, {"Connection": "close"})(scope, receive, answer)
        except _Gone:
            return
        else:
            await self._answered(scope, lambda: again(body, receive), answer, language)

    async def _answered(
        self, scope: Scope, receive: Callable[[], Receive], answer: "_Answer", language: Language
    ) -> None:
        """The application's answer, or a problem that tells nothing when it crashes."""
        try:
            await self._tried(scope, receive, answer)
        except Exception as error:
            if answer.begun:
                raise  # it cannot be taken back: the connection breaks, and nobody sees a whole answer
            _note(scope, error)
            problem, headers = plain("internal_error", 500, language), dict[str, str]()
            if _is_away(error):
                problem, headers = plain("database_unavailable", 503, language), {"Retry-After": "5"}
            await self.told(scope, problem, headers)(scope, receive(), answer)

    async def _tried(self, scope: Scope, receive: Callable[[], Receive], answer: "_Answer") -> None:
        """Once, and once more when another request made the same rows meanwhile: then it is a replay."""
        try:
            await self.app(dict(scope), receive(), answer)
        except IntegrityError:
            if answer.begun:
                raise
            await self.app(dict(scope), receive(), answer)


def body_max(path: str) -> int:
    """How many bytes a body may have at this address."""
    return next((most for start, most in BODIES_MAX.items() if path.startswith(start)), BODY_MAX)


class _Answer:
    """Sends on, with our headers on top; knows whether anything left already."""

    def __init__(self, send: Send, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            given = [*message.get("headers", ())]
            names = {bytes(name).lower() for name, _ in given}
            ours = [each for each in self._headers if each[0] not in names]
            message = {**message, "headers": given + ours}
        await self._send(message)


async def _whole(receive: Receive, headers: Headers, most: int) -> bytes:
    """The body. Raises _TooLarge as soon as that is known, and _Gone."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise _TooLarge
    pieces, size, is_last = [], 0, False
    while not is_last:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        piece = message.get("body", b"")
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise _TooLarge
        is_last = not message.get("more_body", False)
    return b"".join(pieces)


def again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read already; then only that who asked has left."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _is_away(error: Exception) -> bool:
    """Whether the database could not be reached, was busy too long, or is full."""
    is_cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_cut or isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def _note(scope: Scope, error: Exception) -> None:
    """Where it went wrong and what kind of error it was; never its message, which may hold values."""
    route = getattr(scope.get("route"), "path", scope["path"])
    where = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("%s on %s %s\n%s", type(error).__name__, scope["method"], route, where)
