# SPDX-License-Identifier: EUPL-1.2
"""Scans: what a device or a claim sends, and what is answered. The words of redemptions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, ClassVar, Self, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator

from ledger.clock import dutch_day
from ledger.errors import Conflict, LedgerError, NotFound, Refused
from ledger.inputs import Amount, Id7, Input, Moment, ProductCode
from ledger.rules.facts import Law
from ledger.rules.refusals import Reason
from ledger.shown import Shown
from ledger.units import AMOUNT_MAX, Unit

LINES_MAX = 30
"""The most lines of one scan."""


class AllocationNumber(Input):
    """A ToewijzingNummer: unique in a municipality under a law."""

    law: Law
    number: Annotated[int, Field(strict=True, ge=0, le=999_999_999)]


class ScanLine(Input):
    """One service: its product code, a quantity in its unit, and the price when the provider names one."""

    service: ProductCode
    quantity: Amount
    price_cents: Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX)] | None = None


class ScanContent(Input):
    """What is asked, whoever the provider is: which right, what and when. All lines pass, or none."""

    code: Annotated[str, Field(min_length=1, max_length=600)] | None = None
    """The text of the QR code, or the manual code."""
    entitlement_id: UUID | None = None
    """Instead of a code, where the provider is named in the entitlement."""
    allocation: AllocationNumber | None = None
    """The same, by the number of message 301."""
    lines: Annotated[tuple[ScanLine, ...], Field(min_length=1, max_length=LINES_MAX)]
    at: Moment
    """When care was given; the Dutch day of it is the service day."""
    acting_person_id: UUID | None = None
    """Who acts for the resident; needs a mandate on that day."""
    reserve: Annotated[bool, Field(strict=True)] = False
    """Set aside now, capture or release later."""

    @model_validator(mode="after")
    def _one_right(self) -> Self:
        named = [self.code, self.entitlement_id, self.allocation]
        if sum(each is not None for each in named) != 1:
            raise ValueError("name exactly one of code, entitlementId and allocation")
        return self


class ScanTerms(ScanContent):
    """What is asked, and by which provider."""

    provider_id: UUID


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A scan ready to be judged: its terms, and its code already read."""

    id: UUID
    terms: ScanTerms
    shown: Shown | None = None
    claim_id: UUID | None = None
    claim_line: int | None = None
    actor_id: UUID | None = None
    """Who sent it; None: who does the work. Scans of many senders are judged in one batch."""
    service_day: date = field(init=False)
    """The Dutch calendar day of the care."""
    fingerprint: bytes = field(init=False)
    """SHA-256 of the terms."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "service_day", dutch_day(self.terms.at))
        object.__setattr__(self, "fingerprint", _fingerprint(self.terms))


def _fingerprint(terms: ScanTerms) -> bytes:
    """As inputs.fingerprint, in less time: terms hold no sets, and the instant is the same in UTC."""
    text = terms.model_dump_json(exclude={"at"}) + terms.at.astimezone(UTC).isoformat()
    return sha256(text.encode()).digest()


class ScanIn(ScanTerms):
    """Terms with their id in one, as a list of scans is sent."""

    id: Id7


@dataclass(frozen=True, kw_only=True, slots=True)
class RedeemedLine:
    """One accepted line at its price."""

    line: int
    service: str
    unit: Unit
    quantity: int
    price_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Redeemed:
    """An accepted scan. A resend gets the same, word for word."""

    id: UUID
    entitlement_id: UUID
    provider_id: UUID
    reserved: bool
    service_day: date
    lines: tuple[RedeemedLine, ...]
    price_cents: int
    remaining_cents: int | None
    """Left of the amount; None where money sets no limit."""
    remaining_quantity: int | None
    """Left of the quantity; None where it sets no limit."""
    quantity_unit: Unit | None
    recorded_at: datetime


@dataclass(kw_only=True, eq=False)
class RedemptionRefused(Refused):
    """Every rule that said no, in the order of the rules."""

    code: ClassVar[str] = "redemption_refused"
    reasons: Sequence[Reason]


@dataclass(kw_only=True, eq=False)
class RedemptionExists(Conflict):
    """This id was used for a redemption with other content."""

    code: ClassVar[str] = "redemption_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class RedemptionNotFound(NotFound):
    """There is no such redemption here."""

    code: ClassVar[str] = "redemption_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class NoSuchRight(NotFound):
    """No entitlement has this id or allocation number."""

    code: ClassVar[str] = "entitlement_not_found"


@dataclass(kw_only=True, eq=False)
class NoSuchProvider(NotFound):
    """No provider has this id."""

    code: ClassVar[str] = "provider_not_found"
    id: UUID


Outcome: TypeAlias = Redeemed | LedgerError
"""The redemption, or why it was refused."""
