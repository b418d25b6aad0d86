# SPDX-License-Identifier: EUPL-1.2
"""Change orders: what can be asked of an entitlement that was granted. Carried out by entitlement_changes."""

from typing import Annotated, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator

from ledger.inputs import Amount, Day, Id7, Input, Moment, Text
from ledger.rules.restrictions import AnyRestriction


class Change(Input):
    """What every change says: why, and when it was decided."""

    reason: Text
    at: Moment


class Amendment(Change):
    """Another amount, quantity, last day or rules; what is left out stays as it is."""

    kind: Literal["amended"] = "amended"
    amount_cents: Amount | None = None
    quantity: Amount | None = None
    expected_quantity: Amount | None = None
    """Where only caps limit it: what will probably be used, for the commitment."""
    valid_until: Day | None = None
    open_ended: Annotated[bool, Field(strict=True)] = False
    """Take the last day away."""
    restrictions: Annotated[tuple[AnyRestriction, ...], Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.open_ended and self.valid_until is not None:
            raise ValueError("a last day is set or taken away, not both")
        return self

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        asked = self.model_fields_set - {"kind", "reason", "at"}
        if not any(getattr(self, name) not in (None, False) for name in asked):
            raise ValueError("nothing is changed: name what should become otherwise")
        return self


class Suspension(Change):
    """Nothing may be used from a day on, up to and including a day; None is until it is resumed."""

    kind: Literal["suspended"] = "suspended"
    from_day: Day
    until_day: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until_day is not None and self.until_day < self.from_day:
            raise ValueError("the last day lies before the first")
        return self


class Resumption(Change):
    """It may be used again from this day on."""

    kind: Literal["resumed"] = "resumed"
    first_day: Day


class Ending(Change):
    """Its last day, inclusive; earlier than it was."""

    kind: Literal["ended"] = "ended"
    last_day: Day


AnyChange: TypeAlias = Annotated[Amendment | Suspension | Resumption | Ending, Field(discriminator="kind")]
"""Everything that can be asked of an entitlement."""


class Order(Input):
    """A change with its id and its entitlement."""

    id: Id7
    entitlement_id: UUID
    change: AnyChange
