# SPDX-License-Identifier: EUPL-1.2
"""What is left of demands: which of them every repayment and set-off lowers. Pure.

Money that names a demand lowers that demand. What a settlement keeps back lowers the demands that stand, the
oldest first, and only what is more than these the debts that nobody has demanded. Source: Burgerlijk Wetboek
boek 6 art. 43 lid 2: first what is due, of that the most burdensome (it bears interest), then the oldest.
Of one demand the principal is lowered first, and the interest after that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from ledger.rules.facts import Day
from ledger.rules.interest import Paid


class DemandState(StrEnum):
    """How far a demand is."""

    STANDING = "standing"
    """Nothing of it is paid."""
    PAID_IN_PART = "paid_in_part"
    """Something of it is paid or set off."""
    PAID = "paid"
    """Nothing of it is left."""
    WITHDRAWN = "withdrawn"
    """It was given up: what was left of it is a debt that can be set off, or demanded anew."""


class MoveKind(StrEnum):
    """What happened to the demands of one provider."""

    SENT = "sent"
    """A demand was made."""
    INTEREST = "interest"
    """Interest was charged on it."""
    INTEREST_BACK = "interest_back"
    """Interest was taken back."""
    REPAID = "repaid"
    """Money came in for it."""
    WITHDRAWN = "withdrawn"
    """It was given up."""
    SET_OFF = "set_off"
    """A settlement kept something back from the provider."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One thing that happened; amounts in eurocents, more than zero but of a withdrawal."""

    id: UUID
    """UUIDv7, minted by the ledger: says in which order they happened."""
    kind: MoveKind
    cents: int
    day: Day
    demand_id: UUID | None
    """None of a set-off."""


@dataclass(kw_only=True, slots=True)
class Standing:
    """One demand as it is; all amounts in eurocents."""

    cents: int
    """What was demanded."""
    interest_cents: int = 0
    """Charged, less what was taken back."""
    paid: list[Paid] = field(default_factory=list)
    """What came in for it or was set off, in the order in which it happened."""
    withdrawn: bool = False

    @property
    def paid_cents(self) -> int:
        """All that was paid or set off."""
        return sum(each.cents for each in self.paid)

    @property
    def unpaid_cents(self) -> int:
        """What is not paid of it, demanded or no more."""
        return self.cents + self.interest_cents - self.paid_cents

    @property
    def left_cents(self) -> int:
        """What is still demanded."""
        return 0 if self.withdrawn else self.unpaid_cents

    @property
    def left_interest_cents(self) -> int:
        """Of what is still demanded the interest: it is paid last."""
        return min(self.left_cents, self.interest_cents)

    @property
    def principal_paid_cents(self) -> int:
        """What of the debts themselves was paid."""
        return min(self.paid_cents, self.cents)

    @property
    def state(self) -> DemandState:
        """How far it is."""
        if self.withdrawn:
            return DemandState.WITHDRAWN
        if not self.left_cents:
            return DemandState.PAID
        return DemandState.PAID_IN_PART if self.paid else DemandState.STANDING


def standings(moves: Iterable[Move]) -> dict[UUID, Standing]:
    """The demands of one provider as they are after all that happened, the oldest first."""
    found: dict[UUID, Standing] = {}
    for move in sorted(moves, key=lambda each: each.id):
        if move.demand_id is None:
            _set_off(found, move)
        elif move.kind is MoveKind.SENT:
            found[move.demand_id] = Standing(cents=move.cents)
        else:
            _apply(found[move.demand_id], move)
    return found


def _apply(standing: Standing, move: Move) -> None:
    match move.kind:
        case MoveKind.INTEREST:
            standing.interest_cents += move.cents
        case MoveKind.INTEREST_BACK:
            standing.interest_cents -= move.cents
        case MoveKind.REPAID:
            standing.paid.append(Paid(day=move.day, cents=move.cents))
        case _:
            standing.withdrawn = True


def _set_off(found: dict[UUID, Standing], move: Move) -> None:
    cents = move.cents
    for standing in found.values():
        taken = min(standing.left_cents, cents)
        if taken > 0:
            standing.paid.append(Paid(day=move.day, cents=taken))
            cents -= taken
