# SPDX-License-Identifier: EUPL-1.2
"""The code under the QR that a person can read out: no camera, a telephone call, a broken print.

Twelve symbols of Crockford's base32 (60 random bits) and two check symbols (the value mod 1021),
written XXXX-XXXXX-XXXXX. It names a code and proves nothing else: the ledger stores only a keyed
digest of it, and a guess costs a logged-in provider a rate-limited attempt.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from ledger.errors import Malformed

_SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MODULUS: Final = 1021
_VALUE_SYMBOLS: Final = 12
BITS: Final = 5 * _VALUE_SYMBOLS
"""How many bits one code holds."""
_CHECK_SYMBOLS: Final = 2
_TYPED_MAX: Final = 64
_SPOKEN: Final = str.maketrans("ILOabcdefghijklmnopqrstuvwxyz", "110ABCDEFGH1JK1MN0PQRSTUVWXYZ")
_BETWEEN: Final = str.maketrans("", "", " \t\r\n-\u00a0\u2010\u2011\u2013")


@dataclass(kw_only=True, eq=False)
class ManualCodeUnreadable(Malformed):
    """What was typed is not a manual code. The fault is one of symbol, length, check."""

    code = "manual_code_unreadable"
    fault: str


def new() -> str:
    """A fresh random code, as it is printed."""
    return of(secrets.randbits(BITS))


def of(value: int) -> str:
    """The code of so many bits, as it is printed."""
    return _printed(value & (1 << BITS) - 1)


def normal(text: str) -> str:
    """The code as it is printed, from what a person typed.

    Lower case, spaces and missing hyphens are fine; I and L are read as 1, O as 0. Every single
    wrong symbol and every swap of two neighbours is noticed. Raises ManualCodeUnreadable.
    """
    symbols = text[: _TYPED_MAX + 1].translate(_BETWEEN).translate(_SPOKEN)
    if any(symbol not in _SYMBOLS for symbol in symbols):
        raise ManualCodeUnreadable(fault="symbol")
    if len(symbols) != _VALUE_SYMBOLS + _CHECK_SYMBOLS or len(text) > _TYPED_MAX:
        raise ManualCodeUnreadable(fault="length")
    value = _number(symbols[:_VALUE_SYMBOLS])
    if _number(symbols[_VALUE_SYMBOLS:]) != value % _MODULUS:
        raise ManualCodeUnreadable(fault="check")
    return _printed(value)


def digest(code: str, key: bytes, municipality: str, *, label: str = "manual code") -> bytes:
    """What is stored in place of the code: HMAC-SHA-256, 32 bytes, the same for every spelling.

    Two municipalities with one key still get different digests, and so do codes that open different things:
    the label says what, and holds no zero byte. Raises ManualCodeUnreadable.
    """
    message = f"{label}\0{municipality}\0{normal(code)}"
    return hmac.new(key, message.encode(), hashlib.sha256).digest()


def _printed(value: int) -> str:
    symbols = _spelled(value, _VALUE_SYMBOLS) + _spelled(value % _MODULUS, _CHECK_SYMBOLS)
    return f"{symbols[:4]}-{symbols[4:9]}-{symbols[9:]}"


def _spelled(value: int, length: int) -> str:
    return "".join(_SYMBOLS[value >> 5 * place & 31] for place in reversed(range(length)))


def _number(symbols: str) -> int:
    value = 0
    for symbol in symbols:
        value = value << 5 | _SYMBOLS.index(symbol)
    return value
