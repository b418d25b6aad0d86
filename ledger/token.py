# SPDX-License-Identifier: EUPL-1.2
"""The signed code on paper, TR1: `TR1:` + base45(COSE_Sign1, ES256) over a deterministic CBOR map.

Pure and offline, so that a scanner without network and the ledger read by the same rules. Whether
a code has expired, is revoked or still holds anything is not judged here: there is no clock.
Source: RFC 9052 (COSE), RFC 8392 (CWT claims), RFC 8949 section 4.2.1, RFC 9285 (base45).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.errors import Malformed, NotFound, Refused

PREFIX: Final = "TR1:"
SIZE_MAX: Final = 400
"""Bytes; a longer token is refused before it is decoded."""

BASE45: Any = import_module("base45")
"""The base45 library; it has no type stubs, hence the import by name."""
_PROTECTED: Final = bytes.fromhex("a201260444")  # {1: -7 (ES256), 4: the key id that follows}
_OPENING: Final = bytes.fromhex("d28449") + _PROTECTED  # tag 18, array of 4, byte string of 9
_KEY_ID_END: Final = len(_OPENING) + 4
_UNPROTECTED: Final = bytes.fromhex("a058")  # empty map, byte string of one length byte
_BODY: Final = _KEY_ID_END + 3
_SIGNATURE: Final = bytes.fromhex("5840")  # byte string of 64
_ISSUER_FIRST: Final = bytes.fromhex("a50164")  # map of 5, claim 1, text of 4
_CURVE_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ES256: Final = ec.ECDSA(SHA256())


class CodeKind(IntEnum):
    """What a code is for."""

    VOUCHER = 1
    """Spends a voucher or an arrangement."""
    DRAWING_RIGHT = 2
    """Confirms care paid from a drawing right."""
    PRESENCE_TAG = 3
    """Stays in the home and proves that a worker was there; can never pay."""


class Flag(IntFlag):
    """What the signer demands of whoever scans."""

    PIN_NEEDED = 1
    """The holder must give the PIN."""
    CONFIRM_NEEDED = 2
    """The holder must confirm the redemption."""
    SPECIMEN = 4
    """For training and tests; never worth anything."""


@dataclass(kw_only=True, eq=False)
class TokenUnreadable(Malformed):
    """The text is not a well-formed TR1.

    The fault is one of too_long, prefix, base45, frame, signature_form, claims.
    """

    code = "token_unreadable"
    fault: str


@dataclass(kw_only=True, eq=False)
class TokenForeignKey(NotFound):
    """No key that we were given has this key id: another municipality, a retired key, or invented."""

    code = "token_foreign_key"
    key_id: str
    """Eight hexadecimal digits."""


@dataclass(kw_only=True, eq=False)
class TokenForged(Refused):
    """The signature is not that of the key it names."""

    code = "token_forged"
    key_id: str
    """Eight hexadecimal digits."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a signed code says. It holds no name, no personal number and no address."""

    municipality: str
    """CBS code, four digits."""
    issued_at: int
    """Unix seconds, 32 bits."""
    expires_at: int
    """Unix seconds, 32 bits: the first second at which the code is no longer valid."""
    token_id: bytes
    """16 random bytes; not the entitlement's id, so a lost code can be replaced."""
    kind: CodeKind
    product_group: int
    """A number of at most 16 bits, not a word: a letter must not tell what somebody needs."""
    offline_floor_cents: int
    """The most a device may give in total without asking the ledger; at most 16 bits."""
    offline_uses_max: int
    """How often a device may do that; at most 23."""
    flags: int
    """Any sum of `Flag` members."""
    status_index: int
    """The place of this code in the status list; 32 bits."""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A key that scanners and the ledger trust."""

    key_id: bytes
    """The first 4 bytes of the SHA-256 of the point; two keys may share it."""
    point: bytes
    """The P-256 point, uncompressed: 65 bytes, as WebCrypto imports it raw."""

    @classmethod
    def of(cls, point: bytes) -> "PublicKey":
        """The public key at a point. Raises ValueError when the point is not on the curve."""
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return cls(key_id=hashlib.sha256(point).digest()[:4], point=point)


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A municipality's key for codes. Two are equal when their ids are; the secret is never shown."""

    key_id: bytes
    private: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @classmethod
    def new(cls) -> "SigningKey":
        """A fresh random key."""
        return cls._of(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_secret(cls, secret: bytes) -> "SigningKey":
        """The key with this secret of 32 bytes. Raises ValueError when it is none."""
        if len(secret) != 32:
            raise ValueError("a signing key is 32 bytes")
        return cls._of(ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1()))

    @property
    def secret(self) -> bytes:
        """The 32 bytes that are the key; for an encrypted store only."""
        return self.private.private_numbers().private_value.to_bytes(32, "big")

    @property
    def public(self) -> PublicKey:
        """What scanners need to check what this key signed."""
        return PublicKey.of(_point(self.private))

    @classmethod
    def _of(cls, private: ec.EllipticCurvePrivateKey) -> "SigningKey":
        return cls(key_id=PublicKey.of(_point(private)).key_id, private=private)


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """The parts of a COSE_Sign1 with exactly our headers."""

    key_id: bytes
    payload: bytes
    signature: bytes


def sign(token: Token, key: SigningKey) -> str:
    """The text of the code: at most 144 bytes, 220 characters, all of QR's alphanumeric mode.

    Signing twice gives two texts: know a code by its token_id, never by its text.
    """
    assert _is_sound(token), "a token outside its bounds is a bug of the caller"
    payload = _payload(token)
    r, s = utils.decode_dss_signature(key.private.sign(_signed_bytes(key.key_id, payload), _ES256))
    low = min(s, _CURVE_ORDER - s)
    signature = r.to_bytes(32, "big") + low.to_bytes(32, "big")
    return PREFIX + _spelled(_framed(key.key_id, payload, signature))


def read(text: str, keys: Iterable[PublicKey]) -> Token:
    """What a code says, after its signature was found right under one of the keys.

    Exactly one text is accepted for given bytes, and one form of signature, so nobody can make a
    second valid text out of a first. Nothing the text says is interpreted before the signature
    holds. Raises TokenUnreadable, TokenForeignKey, TokenForged.
    """
    frame = _frame(_decoded(text))
    candidates = [key for key in keys if key.key_id == frame.key_id]
    if not candidates:
        raise TokenForeignKey(key_id=frame.key_id.hex())
    if not any(_is_signed_by(frame, key) for key in candidates):
        raise TokenForged(key_id=frame.key_id.hex())
    return _claims(frame.payload)


def issuer(text: str) -> str | None:
    """The CBS code a text claims to come from, unverified, or None.

    Good for one thing: to tell somebody that this may be a code of another municipality.
    """
    try:
        payload = _frame(_decoded(text)).payload
    except TokenUnreadable:
        return None
    digits = payload[3:7]
    if not payload.startswith(_ISSUER_FIRST) or not digits.isdigit():
        return None
    return digits.decode("ascii")


def _decoded(text: str) -> bytes:
    """The bytes of the text; refuses every second spelling of the same bytes."""
    if len(text) > len(PREFIX) + SIZE_MAX * 3 // 2:
        raise TokenUnreadable(fault="too_long")
    if not text.startswith(PREFIX):
        raise TokenUnreadable(fault="prefix")
    spelled = text.removeprefix(PREFIX)
    try:
        raw: bytes = BASE45.b45decode(spelled)
    except (ValueError, UnicodeError):
        raise TokenUnreadable(fault="base45") from None
    if _spelled(raw) != spelled:
        raise TokenUnreadable(fault="base45")
    return raw


def _spelled(raw: bytes) -> str:
    """Base45 of RFC 9285."""
    spelled: bytes = BASE45.b45encode(raw)
    return spelled.decode("ascii")


def _frame(raw: bytes) -> _Frame:
    """Takes the envelope apart. It has one lawful form, so no general parser meets unsigned bytes."""
    body_size = raw[_BODY - 1] if len(raw) > _BODY else 0
    payload, rest = raw[_BODY : _BODY + body_size], raw[_BODY + body_size :]
    key_id, signature = raw[len(_OPENING) : _KEY_ID_END], rest[len(_SIGNATURE) :]
    if body_size < 24 or len(signature) != 64 or _framed(key_id, payload, signature) != raw:
        raise TokenUnreadable(fault="frame")
    if not 0 < int.from_bytes(signature[32:], "big") <= _CURVE_ORDER // 2:
        raise TokenUnreadable(fault="signature_form")
    return _Frame(key_id=key_id, payload=payload, signature=signature)


def _framed(key_id: bytes, payload: bytes, signature: bytes) -> bytes:
    return _OPENING + key_id + _UNPROTECTED + bytes([len(payload)]) + payload + _SIGNATURE + signature


def _is_signed_by(frame: _Frame, key: PublicKey) -> bool:
    r, s = (int.from_bytes(half, "big") for half in (frame.signature[:32], frame.signature[32:]))
    signed = _signed_bytes(frame.key_id, frame.payload)
    try:
        _verifier(key.point).verify(utils.encode_dss_signature(r, s), signed, _ES256)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1024)
def _verifier(point: bytes) -> ec.EllipticCurvePublicKey:
    """Kept, because finding the point on the curve costs as much as checking a signature."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _signed_bytes(key_id: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052 section 4.4, without external data."""
    return cbor2.dumps(["Signature1", _PROTECTED + key_id, b"", payload])


def _payload(token: Token) -> bytes:
    t = token
    private = (t.kind, t.product_group, t.offline_floor_cents, t.offline_uses_max, t.flags, t.status_index)
    claims = {
        1: t.municipality,
        4: t.expires_at,
        6: t.issued_at,
        7: t.token_id,
        -70001: {number: int(value) for number, value in enumerate(private, start=1)},
    }
    return cbor2.dumps(claims, canonical=True)


def _claims(payload: bytes) -> Token:
    """The signed claims: these keys, these types, within bounds, and encoded the one lawful way."""
    try:
        match cbor2.loads(payload, max_depth=4, allow_indefinite=False, allow_duplicate_keys=False):
            case {1: str(iss), 4: int(exp), 6: int(iat), 7: bytes(cti), -70001: dict(private)}:
                kind, group, floor, uses, flags, index = (private[number] for number in range(1, 7))
            case _:
                raise TokenUnreadable(fault="claims")
        token = Token(
            municipality=iss,
            issued_at=iat,
            expires_at=exp,
            token_id=cti,
            kind=CodeKind(kind),
            product_group=group,
            offline_floor_cents=floor,
            offline_uses_max=uses,
            flags=flags,
            status_index=index,
        )
    except (cbor2.CBORDecodeError, KeyError, ValueError, TypeError):
        raise TokenUnreadable(fault="claims") from None
    if not _is_sound(token) or _payload(token) != payload:
        raise TokenUnreadable(fault="claims")
    return token


def _is_sound(token: Token) -> bool:
    """Whether every value is of its type and within the bounds that keep a code at 144 bytes."""
    return (
        len(token.municipality) == 4
        and token.municipality.isascii()
        and token.municipality.isdigit()
        and len(token.token_id) == 16
        and _fits(token.issued_at, 32)
        and _fits(token.expires_at, 32)
        and token.issued_at < token.expires_at
        and _fits(token.product_group, 16)
        and _fits(token.offline_floor_cents, 16)
        and _fits(token.status_index, 32)
        and _fits(token.offline_uses_max, 5)
        and token.offline_uses_max <= 23
        and _fits(token.flags, 3)
    )


def _fits(number: int, bits: int) -> bool:
    """Whether this is a plain whole number of at most so many bits (True and 1.0 are not)."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << bits


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
