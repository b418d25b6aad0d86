# SPDX-License-Identifier: EUPL-1.2
"""The cookie that holds the secret of a session: for this host alone, and never readable by a script.

Over TLS it is called __Host-tegoed, which a browser takes only when it is Secure and of this very host. For
the demo on one's own machine, which speaks plain HTTP, it has another name. Anywhere else there is none.
"""

from typing import Final

from fastapi import Request, Response

SECURE: Final = "__Host-tegoed"
LOOPBACK: Final = "tegoed"
_OWN_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def name(request: Request) -> str | None:
    """What the cookie is called here; None where a secret would travel in the open."""
    if request.url.scheme == "https":
        return SECURE
    return LOOPBACK if request.url.hostname in _OWN_MACHINE else None


def secret(request: Request) -> str | None:
    """The secret that the browser brings."""
    called = name(request)
    return request.cookies.get(called) if called else None


def give(request: Request, response: Response, value: str) -> None:
    """Let the browser keep a secret until it is closed."""
    called = name(request)
    assert called is not None, "nobody logs in where there is no cookie"
    response.set_cookie(called, value, path="/", secure=called == SECURE, httponly=True, samesite="strict")


DEVICE_S: Final = 400 * 86_400
"""How long a browser keeps the secret of its device: the most that browsers allow (RFC 6265bis, 5.5)."""


def device(request: Request) -> str:
    """The secret of the device, where it was enrolled here; else empty."""
    called = name(request)
    return request.cookies.get(f"{called}-device", "") if called else ""


def give_device(request: Request, response: Response, value: str) -> None:
    """Let the browser keep the secret of its device; logging out leaves it there."""
    called = name(request)
    assert called is not None, "nothing is enrolled where there is no cookie"
    response.set_cookie(
        f"{called}-device",
        value,
        max_age=DEVICE_S,
        path="/",
        secure=called == SECURE,
        httponly=True,
        samesite="strict",
    )


def take(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    if called := name(request):
        response.delete_cookie(called, path="/", secure=called == SECURE, httponly=True, samesite="strict")
