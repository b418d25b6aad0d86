# SPDX-License-Identifier: EUPL-1.2
"""What comes in: the base of every input, the field types they share, and their fingerprint.

Inputs are read from JSON (camelCase) and from YAML and Python (snake_case); nothing unknown passes.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Self, TypeAlias
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

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


_YEARS: Final = (1800, 2999)
_UNPRINTABLE: Final = "\x00-\x1f\x7f-\x9f\ufffe\uffff"
_ONE_LINE: Final = f"^[^{_UNPRINTABLE}]*$"


def _printable(value: str) -> str:
    """No control characters: a database, a bank file or a letter would choke on them later."""
    if re.search(f"[{_UNPRINTABLE}]", value):
        raise ValueError("holds a control character")
    return value


def _written(fault: PydanticCustomError) -> BeforeValidator:
    """A number is no day and no instant, though it can be read as seconds since 1970."""

    def judge(value: Any) -> Any:
        is_text = isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value)
        if not (is_text or isinstance(value, date)):
            raise fault
        return value

    return BeforeValidator(judge)


def _unix_lines(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _lines_printable(value: str) -> str:
    _printable(value.replace("\n", "").replace("\t", ""))
    return value


def _in_our_time(value: date) -> date:
    """So that a day before or after, in any time zone, is always a day as well."""
    if not _YEARS[0] <= value.year <= _YEARS[1]:
        raise ValueError(f"must lie in the years {_YEARS[0]} to {_YEARS[1]}")
    return value


def _pattern(regex: str) -> Any:
    """What the OpenAPI document says of a value; a validator beside it judges."""
    return Field(json_schema_extra={"pattern": regex})


PRINTABLE: Final = AfterValidator(_printable)
"""For text of a length of its own: no control characters."""

Id7: TypeAlias = Annotated[UUID, AfterValidator(_version_7)]
"""An id minted by whoever creates the fact."""

Amount: TypeAlias = Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX)]
"""A whole number above zero: eurocents, or units of a quantity. Never a fraction, never true."""

Text: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_printable),
    _pattern(_ONE_LINE),
]
"""A line of text with something in it."""

LineNumber: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=10**9)]
"""Which line of a thing that has several, from 1."""

ShortText: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=70),
    AfterValidator(_printable),
    _pattern(_ONE_LINE),
]
"""A name: at most 70 characters, as a bank takes it."""

LongText: TypeAlias = Annotated[
    str, StringConstraints(max_length=4000), BeforeValidator(_unix_lines), AfterValidator(_lines_printable)
]
"""Text of several lines."""

Email: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    _checked(identifiers.email),
    _pattern(r"^[!-?A-~]{1,64}@[!-?A-~]{4,189}$"),
]
"""An address for e-mail in ASCII; without a citizen service number in it."""

Bsn: TypeAlias = Annotated[str, _checked(identifiers.bsn), _pattern("^[0-9]{9}$")]
Agb: TypeAlias = Annotated[str, _checked(identifiers.agb), _pattern("^[0-9]{8}$")]
Kvk: TypeAlias = Annotated[str, _checked(identifiers.kvk), _pattern("^[0-9]{8}$")]
Iban: TypeAlias = Annotated[str, _checked(identifiers.iban), _pattern("^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$")]
Cbs: TypeAlias = Annotated[str, _checked(identifiers.municipality), _pattern("^[0-9]{4}$")]
ProductCode: TypeAlias = Annotated[str, _checked(identifiers.product_code), _pattern("^[0-9A-Z]{5}$")]
Pc4: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]
"""The four digits of a postcode."""
Area: TypeAlias = Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{3}|(BU|WK)[0-9A-Z]{6,8})$")]
"""The four digits of a postcode, or a CBS neighbourhood (BU) or district (WK) code."""
Day: TypeAlias = Annotated[
    date,
    _written(PydanticCustomError("date_type", "must be a day, such as 2026-01-31")),
    AfterValidator(_in_our_time),
]
"""A calendar day."""
Moment: TypeAlias = Annotated[
    AwareDatetime,
    _written(PydanticCustomError("datetime_type", "must be an instant, such as 2026-01-31T12:00:00Z")),
    AfterValidator(_in_our_time),
]
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

    valid_from: Day
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("the last day lies before the first")
        return self


def fingerprint(*contents: BaseModel) -> bytes:
    """SHA-256 of the canonical content: the same for a resend, another for any other content."""
    plain = [content.model_dump() for content in contents]
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).digest()


def _plain(value: object) -> object:
    """Sets in order (Python mixes them anew in every process), instants in UTC, all else as its text."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
