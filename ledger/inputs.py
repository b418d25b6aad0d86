# SPDX-License-Identifier: EUPL-1.2
"""What comes in: the base of every input, the field types they share, and their fingerprint.

Inputs are read from JSON (camelCase) and from YAML and Python (snake_case); nothing unknown passes.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Self, TypeAlias
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from ledger import identifiers
from ledger.errors import InvalidIdentifier
from ledger.ids import is_uuid7
from ledger.units import AMOUNT_MAX


def _version_7(value: UUID) -> UUID:
    if not is_uuid7(value):
        raise ValueError("must be a UUID of version 7 (RFC 9562)")
    return value


def _checked(check: Callable[[str], str]) -> AfterValidator:
    """A validator that applies one of our identifier checks, and never repeats the value."""

    def validate(value: str) -> str:
        try:
            return check(value)
        except InvalidIdentifier as error:
            raise ValueError(f"not a valid {error.kind}: {error.fault}") from None

    return AfterValidator(validate)


Id7: TypeAlias = Annotated[UUID, AfterValidator(_version_7)]
"""An id minted by whoever creates the fact."""

Amount: TypeAlias = Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX)]
"""A whole number above zero: eurocents, or units of a quantity. Never a fraction, never true."""

Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
"""A line of text with something in it."""

ShortText: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=70)]
"""A name: at most 70 characters, as a bank takes it."""

Bsn: TypeAlias = Annotated[str, _checked(identifiers.bsn)]
Agb: TypeAlias = Annotated[str, _checked(identifiers.agb)]
Kvk: TypeAlias = Annotated[str, _checked(identifiers.kvk)]
Iban: TypeAlias = Annotated[str, _checked(identifiers.iban)]
Cbs: TypeAlias = Annotated[str, _checked(identifiers.municipality)]
ProductCode: TypeAlias = Annotated[str, _checked(identifiers.product_code)]
Pc4: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]
"""The four digits of a postcode."""
Area: TypeAlias = Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{3}|(BU|WK)[0-9A-Z]{6,8})$")]
"""The four digits of a postcode, or a CBS neighbourhood (BU) or district (WK) code."""
Moment: TypeAlias = AwareDatetime
"""An instant with its offset."""


class Input(BaseModel):
    """The base of every input."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,  # what was typed may be a personal number
    )


class Validity(Input):
    """From a first day up to and including a last day; no last day is open."""

    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("the last day lies before the first")
        return self


def fingerprint(*contents: BaseModel) -> bytes:
    """SHA-256 of the canonical content: the same for a resend, another for any other content."""
    plain = [content.model_dump(mode="json") for content in contents]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).digest()
