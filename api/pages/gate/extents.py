# SPDX-License-Identifier: EUPL-1.2
"""How much an entitlement gives and until when: what a change makes of it is told beside what it was."""

from dataclasses import dataclass
from datetime import date

from ledger.change_orders import Amendment
from ledger.tables import Entitlement, EntitlementChange


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much an entitlement gives, and until when."""

    amount_cents: int | None
    quantity: int | None
    valid_until: date | None

    @classmethod
    def of(cls, right: Entitlement) -> "Extent":
        """As it is now."""
        return cls(amount_cents=right.amount_cents, quantity=right.quantity, valid_until=right.valid_until)

    def amended(self, change: Amendment) -> "Extent":
        """As it would be after an amendment, which may wait for somebody else."""
        return Extent(
            amount_cents=self.amount_cents if change.amount_cents is None else change.amount_cents,
            quantity=self.quantity if change.quantity is None else change.quantity,
            valid_until=None if change.open_ended else change.valid_until or self.valid_until,
        )

    @classmethod
    def after(cls, change: EntitlementChange) -> "Extent":
        """As it was after a change."""
        content, last = change.content, change.content["valid_until"]
        return cls(
            amount_cents=content["amount_cents"],
            quantity=content["quantity"],
            valid_until=date.fromisoformat(last) if last else None,
        )
