# SPDX-License-Identifier: EUPL-1.2
"""Facts: all that a rule may know. Rules read these and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from ledger.rules.tariffs import Tariff
from ledger.units import Measure, Unit

Day: TypeAlias = date
"""A Dutch calendar day."""


class Law(StrEnum):
    """The law under which support is given."""

    WMO = "wmo"
    """Wet maatschappelijke ondersteuning 2015."""
    JW = "jw"
    """Jeugdwet."""


class EntitlementKind(StrEnum):
    """How an entitlement may be spent."""

    VOUCHER = "voucher"
    """At contracted providers."""
    DRAWING_RIGHT = "drawing_right"
    """PGB: only on care agreements that were approved twice."""
    ARRANGEMENT = "arrangement"
    """One plan of several items, one amount."""


class CodeState(StrEnum):
    """What was shown."""

    NONE = "none"
    """No code: a line of a claim."""
    VALID = "valid"
    """A code of ours, in force."""
    REVOKED = "revoked"
    """A code of ours that was withdrawn or replaced."""
    EXPIRED = "expired"
    """A code of ours whose paper is too old."""
    NOT_YET_VALID = "not_yet_valid"
    """A code of ours, issued later than now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """What earlier redemptions of one entitlement took on one day of one service."""

    day: Day
    service: str
    unit: Unit
    quantity: int
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A run of days; until is the last day, inclusive; None is open."""

    start: Day
    until: Day | None = None

    def holds(self, day: Day) -> bool:
        """Whether the day falls inside."""
        return self.start <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What one provider may deliver of one service: a contract's, or a care agreement's."""

    period: Period
    """When the contract or agreement holds."""
    line: Period | None
    """When the service with its tariff holds inside it; None: the service is not in it."""
    areas: tuple[str, ...] = ()
    """Postcodes (four digits) or neighbourhoods served; empty is the whole municipality."""
    tariff: Tariff | None = None
    """The tariff of the service on the service day; None where it has none."""
    approvals_missing: tuple[str, ...] = ()
    """Care agreements: who has not approved yet."""

    def serves(self, area: str | None, neighbourhood: str | None) -> bool:
        """Whether the place of the care is served; where areas are set, an unknown place is not."""
        return not self.areas or area in self.areas or neighbourhood in self.areas


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """One line of one scan, with all that is known around it."""

    today: Day
    """The Dutch day on which it is judged."""
    service_day: Day
    """The Dutch day on which the service was or will be given."""
    ahead: bool = False
    """Whether the care lies in the future."""
    reserving: bool = False
    """A reservation may lie in the future; a redemption may not."""
    kind: EntitlementKind
    validity: Period
    suspensions: tuple[Period, ...] = ()
    closed: bool = False
    """What was left has gone back to the budget."""
    code: CodeState
    service: str
    """The product code as given."""
    measure: Measure | None
    """How the service is sold; None: the catalogue does not know it."""
    quantity: int
    """In the unit of the measure; at least 1."""
    quantity_unit: Unit | None = None
    """The unit of the entitlement's quantity; None where it holds only money."""
    asked_cents: int | None = None
    """The price the provider asks; None leaves it to the tariff."""
    provider_agb: str | None = None
    """None for a helper without an AGB code."""
    named_providers: frozenset[str] | None = None
    """AGB codes the entitlement names; None names nobody."""
    offer: Offer | None = None
    """None: the provider has no contract (or care agreement) under this law."""
    area: str | None = None
    """Where the care is given: a postcode's four digits."""
    neighbourhood: str | None = None
    mandated: bool | None = None
    """Whether who acts for the holder had a mandate on that day; None: nobody acts for the holder."""
    uses: int = 0
    """Earlier redemptions that were not wholly taken back."""
    usage: Sequence[Use] = ()
    """What earlier redemptions took, per day and service."""

    @property
    def unit(self) -> Unit | None:
        """The unit of the quantity; None where the service is unknown."""
        return self.measure.unit if self.measure else None

    @property
    def most_cents(self) -> int | None:
        """The most the tariff allows; None where there is no tariff."""
        if self.offer is None or self.offer.tariff is None or self.measure is None:
            return None
        return self.offer.tariff.most_cents(self.quantity, self.measure)

    @property
    def price_cents(self) -> int | None:
        """What will be paid: the price asked, else the tariff; None where it cannot be told."""
        asked = self.quantity if self.measure is Measure.EURO else self.asked_cents
        return self.most_cents if asked is None else asked
