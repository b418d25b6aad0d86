# SPDX-License-Identifier: EUPL-1.2
"""The keyring: the secrets of each municipality, in a file of its own and never in the database.

Whoever holds the database alone reads no name and signs no code. What is lost with this file is
lost for good, so writing it never drops a key that was in it.
"""

import base64
import binascii
import fcntl
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic import model_validator as validator

from ledger.errors import Conflict, Malformed, NotFound
from ledger.inputs import Cbs
from ledger.token import PublicKey, SigningKey

_SIZE = 32
_NAME_MAX = 24


class NotPrivate(ValueError):
    """A file with secrets is no file, or others can read it too."""


@dataclass(kw_only=True, eq=False)
class KeyringUnreadable(Malformed):
    """The keyring cannot be read; the place is the file or a path inside it. No secret is repeated."""

    code = "keyring_unreadable"
    place: str
    fault: str


@dataclass(kw_only=True, eq=False)
class KeysNotFound(NotFound):
    """The keyring holds no keys of this municipality."""

    code = "keys_not_found"
    municipality_id: str


@dataclass(kw_only=True, eq=False)
class KeysWouldBeLost(Conflict):
    """Writing this keyring would drop keys that are in the file, and all that they alone can open."""

    code = "keys_would_be_lost"
    municipality_id: str


def _bytes(value: object) -> bytes:
    """The 32 bytes of a secret, from themselves or from base64. Never repeats the value."""
    if isinstance(value, str):
        try:
            value = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("is not base64") from None
    if not isinstance(value, bytes) or len(value) != _SIZE:
        raise ValueError("is not 32 bytes")
    return value


def _signing_key(value: object) -> SigningKey:
    if isinstance(value, SigningKey):
        return value
    secret = _bytes(value)
    try:
        return SigningKey.from_secret(secret)
    except ValueError:
        raise ValueError("is not the secret of a P-256 key") from None


def _base64(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


Secret: TypeAlias = Annotated[bytes, BeforeValidator(_bytes), PlainSerializer(_base64)]
"""32 random bytes; base64 in the file."""

StoredSigningKey: TypeAlias = Annotated[
    SigningKey, BeforeValidator(_signing_key), PlainSerializer(lambda key: _base64(key.secret))
]


class _Kept(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True
    )


class MunicipalityKeys(_Kept):
    """The secrets of one municipality. Its repr shows none of them."""

    wrapping_key: Secret = Field(repr=False)
    """Wraps the data key of each person (AES-256-GCM)."""
    index_key: Secret = Field(repr=False)
    """Makes the blind indexes (HMAC-SHA-256). With it, every BSN can be found by trying them all."""
    manual_code_key: Secret = Field(repr=False)
    """Makes the digests of manual codes (HMAC-SHA-256)."""
    sealing_key: Secret = Field(repr=False)
    """Seals manual codes, so that the same letter can be printed again (AES-256-GCM)."""
    signing: StoredSigningKey
    """Signs new codes."""
    retired: tuple[StoredSigningKey, ...] = ()
    """Signed earlier codes, latest first; what they signed stays valid until it expires."""
    specimen: bool = Field(default=False, strict=True)
    """For demonstrations and tests; an installation with real residents refuses these."""

    @property
    def public_keys(self) -> tuple[PublicKey, ...]:
        """What checks codes: the current key first, then the retired ones."""
        return tuple(key.public for key in (self.signing, *self.retired))

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """Every secret, to hold two keyrings side by side; never to be shown."""
        signing = (key.secret for key in (self.signing, *self.retired))
        return (self.wrapping_key, self.index_key, self.manual_code_key, self.sealing_key, *signing)


Keyring: TypeAlias = Mapping[str, MunicipalityKeys]
"""Keys by the CBS code of their municipality."""


class _File(_Kept):
    """What is in the file."""

    version: Literal[1] = 1
    municipalities: dict[Cbs, MunicipalityKeys]

    @validator(mode="after")
    def _all_different(self) -> Self:
        """One key, one purpose, one municipality: otherwise indexes of two can be joined."""
        every = [secret for keys in self.municipalities.values() for secret in keys.secrets]
        if len(set(every)) != len(every):
            raise ValueError("holds the same secret twice")
        return self


def new_municipality_keys(*, specimen: bool = False) -> MunicipalityKeys:
    """Fresh random keys for one municipality."""
    wrapping, index, manual_code, sealing = (secrets.token_bytes(_SIZE) for _ in range(4))
    return MunicipalityKeys(
        wrapping_key=wrapping,
        index_key=index,
        manual_code_key=manual_code,
        sealing_key=sealing,
        signing=SigningKey.new(),
        specimen=specimen,
    )


def of(keyring: Keyring, municipality_id: str) -> MunicipalityKeys:
    """The keys of one municipality. Raises KeysNotFound."""
    if municipality_id not in keyring:
        raise KeysNotFound(municipality_id=municipality_id)
    return keyring[municipality_id]


def rotate_signing(keyring: Keyring, municipality_id: str) -> Keyring:
    """The keyring with a new key that signs, and the present one retired. Raises KeysNotFound."""
    keys = of(keyring, municipality_id)
    turned = keys.model_copy(update={"signing": SigningKey.new(), "retired": (keys.signing, *keys.retired)})
    return {**keyring, municipality_id: turned}


def read(path: Path) -> Keyring:
    """The keyring in a file that only its owner may read.

    Raises KeyringUnreadable, with the place and the fault and never a secret.
    """
    try:
        plain = json.loads(private_text(path), object_pairs_hook=_each_once)
        return _File.model_validate(plain).municipalities
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join([str(path), *(_shown(part) for part in first["loc"])])
        raise KeyringUnreadable(place=place, fault=first["msg"]) from None
    except json.JSONDecodeError as error:
        raise KeyringUnreadable(place=f"{path}:{error.lineno}", fault=f"is not JSON: {error.msg}") from None
    except OSError as error:
        raise KeyringUnreadable(place=str(path), fault=os.strerror(error.errno or 0)) from None
    except ValueError as error:  # last, as the errors above are kinds of it
        fault = "is not UTF-8 text" if isinstance(error, UnicodeError) else str(error)
        raise KeyringUnreadable(place=str(path), fault=fault) from None


def write(path: Path, keyring: Keyring) -> None:
    """Put the keyring in a file that only its owner may read: wholly or not at all, also when power fails.

    One writer at a time. Raises KeysWouldBeLost when the file holds a key that this keyring does
    not, and KeyringUnreadable when there is a file that is no keyring: it stays as it was.
    """
    path = path.resolve()
    text = _File(municipalities=dict(keyring)).model_dump_json(indent=2) + "\n"
    with _folder(path.parent) as folder:
        if path.exists():
            _refuse_losses(before=read(path), after=keyring)
        _replace(path, text)
        os.fsync(folder)


def private_text(path: Path) -> str:
    """The text of a regular file that only its owner reads; through one descriptor, so it cannot be swapped.

    Raises NotPrivate, OSError, UnicodeError.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise NotPrivate("is not a file")
        if mode & 0o077:
            raise NotPrivate("is open to group or others: chmod 600")
        return file.read().decode()


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON itself would keep the last of two equal names and drop the first unseen."""
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("has the same name twice in one object")
    return named


def _shown(part: int | str) -> str:
    """A step of a path, unless it is so long that somebody may have put a secret where a name belongs."""
    return str(part) if len(str(part)) <= _NAME_MAX else "…"


def _refuse_losses(*, before: Keyring, after: Keyring) -> None:
    for municipality_id, keys in before.items():
        kept = after[municipality_id].secrets if municipality_id in after else ()
        if not set(keys.secrets) <= set(kept):
            raise KeysWouldBeLost(municipality_id=municipality_id)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    """The folder, locked against other writers of keyrings."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


def _replace(path: Path, text: str) -> None:
    """The file under its name is the old one or the new one, never a half."""
    descriptor, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise
