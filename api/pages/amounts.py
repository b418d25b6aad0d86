# SPDX-License-Identifier: EUPL-1.2
"""Numbers as people type them on a page."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from ledger.units import AMOUNT_MAX

_SHARE: Final = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")
_WHOLE: Final = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,15}")
_EUROS: Final = re.compile(
    r"(\d{1,3}(?:\.\d{3})+|\d{1,9})(?:,(\d{2}))?|(\d{1,3}(?:,\d{3})+|\d{1,9})\.(\d{2})"
)
_COUNTED: Final = re.compile(
    r"(?P<dutch>.*\d)\s*(?:werkdag|werkdagen|dag|dagen|betaling|betalingen)"
    r"|(?P<english>.*\d)\s*(?:working day|working days|day|days|payment|payments)"
)


def blank(value: object) -> object:
    """What was left empty was not filled in."""
    return None if isinstance(value, str) and not value.strip() else value


def _whole(value: object) -> object:
    """1000 and 1.000, as Dutch pages show it; never 1.0, which is a fraction."""
    if not isinstance(value, str):
        return value
    if not _WHOLE.fullmatch(value.strip()):
        raise ValueError("must be a whole number, such as 12 or 1000")
    return int(value.strip().replace(".", ""))


def _cents(value: object) -> object:
    """Euros with or without cents: 12, 12,50, 12.50, 1.250, 1.250,00 and 1,250.00."""
    if not isinstance(value, str):
        return value
    found = _EUROS.fullmatch(value.strip().removeprefix("€").strip())
    if found is None:
        raise ValueError("must be an amount in euros, such as 12 or 12.50")
    whole, part = (found[1], found[2]) if found[1] else (found[3], found[4])
    return int(re.sub("[.,]", "", whole)) * 100 + int(part or 0)


def _counted(value: object) -> object:
    """Without what is counted, as pages show it behind the number: 5 dagen, 10,000 payments."""
    found = _COUNTED.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value
    return found["dutch"] or found["english"].replace(",", ".")


def _basis_points(value: object) -> object:
    """Per cents with at most two digits after the mark: 15, 12,5 and 12.50."""
    if not isinstance(value, str):
        return value
    found = _SHARE.fullmatch(value.strip().removesuffix("%").strip())
    if found is None:
        raise ValueError("must be a percentage, such as 15 or 12.5")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _positive(value: int) -> int:
    if value <= 0:
        raise ValueError("must be more than nothing")
    return value


Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=AMOUNT_MAX)]
"""A whole number, 0 too."""
Counted = Annotated[Whole, BeforeValidator(_counted)]
"""The same, with or without days or payments behind it."""
Count = Annotated[Whole, AfterValidator(_positive)]
"""The same, above nothing."""
CentsOrZero = Annotated[int, BeforeValidator(_cents), Field(ge=0, le=AMOUNT_MAX)]
"""Eurocents, typed as euros; 0 too."""
Cents = Annotated[CentsOrZero, AfterValidator(_positive)]
"""The same, above nothing."""
BasisPoints = Annotated[int, BeforeValidator(_basis_points), Field(ge=0, le=10_000)]
"""Ten thousandths, typed as per cents."""

# None where nothing was typed.
MaybeWhole = Annotated[Whole | None, BeforeValidator(blank)]
MaybeCounted = Annotated[Counted | None, BeforeValidator(blank)]
MaybeCount = Annotated[Count | None, BeforeValidator(blank)]
MaybeCentsOrZero = Annotated[CentsOrZero | None, BeforeValidator(blank)]
MaybeCents = Annotated[Cents | None, BeforeValidator(blank)]
