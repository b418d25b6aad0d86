# SPDX-License-Identifier: EUPL-1.2
"""Tariffs: what a quantity may cost at most. Held by contract lines and care agreements."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from ledger.units import AMOUNT_MAX, Measure, price_cents

Cents: TypeAlias = Annotated[int, Field(ge=0, le=AMOUNT_MAX, strict=True)]


RULE = ConfigDict(
    frozen=True,
    extra="forbid",
    alias_generator=to_camel,
    validate_by_name=True,
    validate_by_alias=True,
)
"""How rules, tariffs and funding models are read: camelCase in JSON, snake_case in files, nothing unknown."""


class Tariff(BaseModel):
    """One way of pricing: its parameters, and most_cents()."""

    model_config = RULE

    def most_cents(self, quantity: int, measure: Measure) -> int:
        """The most this quantity (in measure.unit) may cost, in eurocents."""
        raise NotImplementedError


class PerMeasure(Tariff):
    """A rate per minute, hour, day-part, day or piece."""

    kind: Literal["per_measure"] = "per_measure"
    rate_cents: Cents

    def most_cents(self, quantity: int, measure: Measure) -> int:
        """See Tariff."""
        return price_cents(self.rate_cents, quantity, measure)


class PerUse(Tariff):
    """One fixed price for each redemption line, whatever the quantity."""

    kind: Literal["per_use"] = "per_use"
    cents: Cents

    def most_cents(self, quantity: int, measure: Measure) -> int:
        """See Tariff."""
        return self.cents


class AtCost(Tariff):
    """The real amount, up to a maximum per line; for services sold by amount."""

    kind: Literal["at_cost"] = "at_cost"
    up_to_cents: Cents

    def most_cents(self, quantity: int, measure: Measure) -> int:
        """See Tariff."""
        return min(quantity, self.up_to_cents) if measure is Measure.EURO else self.up_to_cents


AnyTariff: TypeAlias = Annotated[PerMeasure | PerUse | AtCost, Field(discriminator="kind")]
"""Every tariff a contract line may hold."""
