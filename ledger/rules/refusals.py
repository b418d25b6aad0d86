# SPDX-License-Identifier: EUPL-1.2
"""Why a redemption is refused: one class per reason, with the number that matters and what would pass."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.errors import Refused


@dataclass(kw_only=True, eq=False)
class Reason(Refused):
    """One rule that said no."""


@dataclass(kw_only=True, eq=False)
class CodeUnknown(Reason):
    """The code is not one of ours, was altered, or cannot be read."""

    code: ClassVar[str] = "code_unknown"


@dataclass(kw_only=True, eq=False)
class CodeAsksMore(Reason):
    """The signer demands a PIN or a confirmation with this code, which cannot be given here."""

    code: ClassVar[str] = "code_asks_more"


@dataclass(kw_only=True, eq=False)
class CodeForeign(Reason):
    """The code was issued by another municipality."""

    code: ClassVar[str] = "code_foreign"
    municipality: str


@dataclass(kw_only=True, eq=False)
class CodeRevoked(Reason):
    """The code was withdrawn or replaced by a newer letter."""

    code: ClassVar[str] = "code_revoked"


@dataclass(kw_only=True, eq=False)
class CodeExpired(Reason):
    """The paper is too old; a new letter keeps the balance."""

    code: ClassVar[str] = "code_expired"


@dataclass(kw_only=True, eq=False)
class CodeNotYetValid(Reason):
    """The code was issued for a later moment."""

    code: ClassVar[str] = "code_not_yet_valid"


@dataclass(kw_only=True, eq=False)
class CodeRequired(Reason):
    """Without a code, only a provider named in the entitlement may claim."""

    code: ClassVar[str] = "code_required"


@dataclass(kw_only=True, eq=False)
class ServiceDayInFuture(Reason):
    """Care that was not given yet cannot be redeemed; it can be reserved."""

    code: ClassVar[str] = "service_day_in_future"
    service_day: date
    first_day: date
    """The first day on which this would pass: the service day itself."""


@dataclass(kw_only=True, eq=False)
class NotYetValid(Reason):
    """The entitlement starts later."""

    code: ClassVar[str] = "entitlement_not_yet_valid"
    first_day: date


@dataclass(kw_only=True, eq=False)
class AfterEnd(Reason):
    """The entitlement ended before the service day."""

    code: ClassVar[str] = "entitlement_ended"
    last_day: date


@dataclass(kw_only=True, eq=False)
class Suspended(Reason):
    """The entitlement was suspended on the service day."""

    code: ClassVar[str] = "entitlement_suspended"
    from_day: date
    first_day: date | None
    """The first day that would pass again; None: not known yet."""


@dataclass(kw_only=True, eq=False)
class Closed(Reason):
    """What was left has gone back to the budget; nothing can be claimed any more."""

    code: ClassVar[str] = "entitlement_closed"


@dataclass(kw_only=True, eq=False)
class ServiceUnknown(Reason):
    """The catalogue has no such product code under this law."""

    code: ClassVar[str] = "service_unknown"
    service: str


@dataclass(kw_only=True, eq=False)
class ServiceNotCovered(Reason):
    """The entitlement is for other services."""

    code: ClassVar[str] = "service_not_covered"
    service: str
    covered: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class UnitNotCovered(Reason):
    """The entitlement holds another unit than the service is sold in."""

    code: ClassVar[str] = "unit_not_covered"
    unit: str
    covered: str


@dataclass(kw_only=True, eq=False)
class ProviderNotAllowed(Reason):
    """The entitlement names other providers."""

    code: ClassVar[str] = "provider_not_allowed"
    allowed: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class NotInPlan(Reason):
    """The arrangement has no item for this service at this provider."""

    code: ClassVar[str] = "not_in_plan"
    service: str


@dataclass(kw_only=True, eq=False)
class ProviderNotContracted(Reason):
    """The provider has no contract with this municipality under this law."""

    code: ClassVar[str] = "provider_not_contracted"


@dataclass(kw_only=True, eq=False)
class ContractNotInForce(Reason):
    """The contract does not hold on the service day."""

    code: ClassVar[str] = "contract_not_in_force"
    from_day: date
    last_day: date | None


@dataclass(kw_only=True, eq=False)
class ServiceNotContracted(Reason):
    """The contract has no tariff for this service on the service day."""

    code: ClassVar[str] = "service_not_contracted"
    service: str


@dataclass(kw_only=True, eq=False)
class CareAgreementMissing(Reason):
    """There is no care agreement between this resident and this helper for this service."""

    code: ClassVar[str] = "care_agreement_missing"


@dataclass(kw_only=True, eq=False)
class CareAgreementNotApproved(Reason):
    """The care agreement still waits for an approval."""

    code: ClassVar[str] = "care_agreement_not_approved"
    waits_for: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class AreaNotServed(Reason):
    """The contract does not serve the place where the care is given."""

    code: ClassVar[str] = "area_not_served"
    area: str | None


@dataclass(kw_only=True, eq=False)
class PriceAboveTariff(Reason):
    """The price asked is above the tariff of that day."""

    code: ClassVar[str] = "price_above_tariff"
    asked_cents: int
    most_cents: int


@dataclass(kw_only=True, eq=False)
class MandateMissing(Reason):
    """Who acts for the resident had no mandate on that day."""

    code: ClassVar[str] = "mandate_missing"


@dataclass(kw_only=True, eq=False)
class CapReached(Reason):
    """The most that may be used in this period would be passed."""

    code: ClassVar[str] = "cap_reached"
    per: str
    unit: str
    most: int
    """The most in this period, with what was carried over."""
    left: int
    """What would still pass in this period."""
    first_day: date | None
    """The first day of the next period inside the validity; None: there is none."""


@dataclass(kw_only=True, eq=False)
class UsesExhausted(Reason):
    """The number of uses is spent."""

    code: ClassVar[str] = "uses_exhausted"
    most: int


@dataclass(kw_only=True, eq=False)
class ClaimTooLate(Reason):
    """The claim came later than the programme allows."""

    code: ClassVar[str] = "claim_too_late"
    last_day: date
    """The last day on which it would have passed."""


@dataclass(kw_only=True, eq=False)
class BalanceTooLow(Reason):
    """There is too little left on the entitlement."""

    code: ClassVar[str] = "balance_too_low"
    unit: str
    asked: int
    left: int


@dataclass(kw_only=True, eq=False)
class BudgetTooLow(Reason):
    """The programme's hard budget cannot carry this."""

    code: ClassVar[str] = "budget_too_low"
    asked_cents: int
    left_cents: int
