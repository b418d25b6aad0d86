# SPDX-License-Identifier: EUPL-1.2
"""Quantities as one says them at the door: by the clock, by count, or in euros."""

from datetime import time
from typing import Annotated, Final, Self

from pydantic import BaseModel, BeforeValidator, model_validator

from api.pages.amounts import Cents, Count, MaybeWhole, blank
from api.pages.visit import Sent
from ledger.units import Measure, Unit

DAY_MINUTES: Final = 24 * 60

Clock = Annotated[time | None, BeforeValidator(blank)]


class TimeTyped(BaseModel):
    """Hours and minutes, or from when until when; over midnight it is the next day."""

    hours: MaybeWhole = None
    minutes: MaybeWhole = None
    begin: Clock = None
    end: Clock = None

    @model_validator(mode="after")
    def _told(self) -> Self:
        if (self.begin is None) != (self.end is None):
            raise ValueError("both times are filled in, or none")
        if self.begin is not None and (self.hours or self.minutes):
            raise ValueError("the time is filled in one way, not both")
        if self.quantity <= 0:
            raise ValueError("must be more than nothing")
        return self

    @property
    def quantity(self) -> int:
        """Minutes."""
        if self.begin is not None and self.end is not None:
            return (_minute(self.end) - _minute(self.begin)) % DAY_MINUTES
        return (self.hours or 0) * 60 + (self.minutes or 0)


class CountTyped(BaseModel):
    """How many."""

    count: Count

    @property
    def quantity(self) -> int:
        """The same."""
        return self.count


class MoneyTyped(BaseModel):
    """An amount of euros."""

    euros: Cents

    @property
    def quantity(self) -> int:
        """Eurocents."""
        return self.euros


class PriceTyped(BaseModel):
    """What it cost, where the contract sets only a maximum."""

    price: Cents


FIELDS: Final = ("hours", "minutes", "begin", "end", "count", "euros", "price")
"""Everything that may be filled in."""


def of_form(form: Sent, measure: Measure) -> int:
    """In units of the measure. Raises ValidationError for what is no quantity."""
    asked = {name: form.one(name) for name in FIELDS}
    if measure.unit is Unit.MINUTE:
        return TimeTyped.model_validate(asked).quantity
    if measure is Measure.EURO:
        return MoneyTyped.model_validate(asked).quantity
    return CountTyped.model_validate(asked).quantity


def price_of_form(form: Sent) -> int:
    """Eurocents. Raises ValidationError for what is no price."""
    return PriceTyped.model_validate({"price": form.one("price")}).price


def _minute(value: time) -> int:
    return value.hour * 60 + value.minute
