# SPDX-License-Identifier: EUPL-1.2
"""The vault: who a person is, sealed so that the database alone tells nobody.

An envelope of AES-256-GCM: each person has a data key of their own, wrapped by the municipality's
key. Each ciphertext is bound to its place, so a row cannot be swapped for another. What must be
found exactly has a blind index (HMAC-SHA-256).
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Self, TypeAlias
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from ledger import identifiers
from ledger.errors import InvalidIdentifier, LedgerError
from ledger.inputs import Bsn, Day, Input, ShortText
from ledger.keys import MunicipalityKeys
from ledger.tables import IndexKind

_NONCE: Final = 12
_KEY: Final = 32
_TABLE: Final = "vault_record"


@dataclass(kw_only=True, eq=False)
class VaultSealBroken(LedgerError):
    """A sealed value is not what we put there, or not ours: changed, moved, or under another key."""

    code = "vault_seal_broken"
    table: str
    column: str
    row_id: UUID


class Hidden(Input):
    """An input whose repr shows no value, so that none ends up in a log or a traceback."""

    def __repr_args__(self) -> Sequence[tuple[str | None, Any]]:
        return ()


Line: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A name or a line of an address."""


class Identity(Hidden):
    """Who a person is."""

    bsn: Bsn | None = None
    """The personal number; a representative may have none here."""
    surname: Line
    """Without the prefix."""
    prefix: ShortText | None = None
    """Voorvoegsel: van der."""
    given_names: Line | None = None
    initials: ShortText | None = None
    birth_date: Day
    gender: Annotated[str, StringConstraints(pattern=r"^[0-9]$")] | None = None
    """Code of list COD046."""
    street: Line | None = None
    house_number: Annotated[int, Field(strict=True, ge=1, le=99_999)] | None = None
    house_letter: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]$")] | None = None
    house_addition: ShortText | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166; None is the Netherlands. Stands before the postcode, which is judged by it."""
    postcode: ShortText | None = None
    """1234AB; abroad as it is there."""
    city: Line | None = None
    phone: ShortText | None = None
    email: Line | None = None

    @field_validator("postcode")
    @classmethod
    def _one_form_of_postcode(cls, given: str | None, known: ValidationInfo) -> str | None:
        """1234 ab becomes 1234AB, so that one address has one form."""
        if given is None or known.data.get("country") not in (None, "NL"):
            return given
        try:
            return identifiers.postcode(given)
        except InvalidIdentifier as error:
            raise ValueError(f"not a valid postcode: {error.fault}") from None

    @model_validator(mode="after")
    def _house_before_its_parts(self) -> Self:
        if self.house_number is None and (self.house_letter or self.house_addition):
            raise ValueError("a house letter or addition needs a house number")
        return self

    @property
    def area(self) -> str | None:
        """The four digits of a Dutch postcode."""
        return self.postcode[:4] if self.postcode and self.country in (None, "NL") else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a sealed value lives; it opens nowhere else."""

    municipality_id: str
    table: str
    column: str
    row_id: UUID

    @property
    def bound(self) -> bytes:
        """What is authenticated with the ciphertext. No part can hold the separator."""
        return f"{self.table}|{self.column}|{self.row_id}|{self.municipality_id}".encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """An identity as it is stored."""

    wrapped_key: bytes
    sealed: bytes


def encrypt(key: bytes, plain: bytes, place: Place) -> bytes:
    """A random 96-bit nonce and the ciphertext of AES-256-GCM, bound to its place."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.bound)


def decrypt(key: bytes, sealed: bytes, place: Place) -> bytes:
    """What was encrypted under this key for this place. Raises VaultSealBroken."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.bound)
    except (InvalidTag, ValueError):
        raise VaultSealBroken(table=place.table, column=place.column, row_id=place.row_id) from None


def seal(keys: MunicipalityKeys, municipality_id: str, person_id: UUID, identity: Identity) -> Sealed:
    """The identity under a fresh data key, and that key wrapped by the municipality's."""
    data_key = secrets.token_bytes(_KEY)
    plain = identity.model_dump_json(exclude_none=True).encode()
    return Sealed(
        wrapped_key=encrypt(keys.wrapping_key, data_key, _at(municipality_id, person_id, "wrapped_key")),
        sealed=encrypt(data_key, plain, _at(municipality_id, person_id, "sealed")),
    )


def unseal(keys: MunicipalityKeys, municipality_id: str, person_id: UUID, sealed: Sealed) -> Identity:
    """The identity of this person. Raises VaultSealBroken."""
    wrapped_place = _at(municipality_id, person_id, "wrapped_key")
    data_key = decrypt(keys.wrapping_key, sealed.wrapped_key, wrapped_place)
    plain = decrypt(data_key, sealed.sealed, _at(municipality_id, person_id, "sealed"))
    return Identity.model_validate_json(plain)


def digest(keys: MunicipalityKeys, municipality_id: str, kind: IndexKind, value: str) -> bytes:
    """The blind index of a value: 32 bytes, other ones for another municipality or kind."""
    message = f"vault index\0{municipality_id}\0{kind}\0{value}"
    return hmac.new(keys.index_key, message.encode(), hashlib.sha256).digest()


def digests(keys: MunicipalityKeys, municipality_id: str, identity: Identity) -> dict[IndexKind, bytes]:
    """Every blind index a person can be found by."""
    values = {IndexKind.NAME_AND_BIRTH: name_and_birth(identity.surname, identity.birth_date)}
    if identity.bsn is not None:
        values[IndexKind.BSN] = identity.bsn
    return {kind: digest(keys, municipality_id, kind, value) for kind, value in values.items()}


def name_and_birth(surname: str, birth_date: date) -> str:
    """The letters of a surname without case, accents, spaces and signs, and the ISO day of birth."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", surname).casefold())
    letters = "".join(char for char in folded if unicodedata.category(char) in {"Ll", "Lo", "Lt", "Lu"})
    return f"{letters}|{birth_date.isoformat()}"


def _at(municipality_id: str, person_id: UUID, column: str) -> Place:
    return Place(municipality_id=municipality_id, table=_TABLE, column=column, row_id=person_id)
