# SPDX-License-Identifier: EUPL-1.2
"""Figures of budgets: what of each was paid, is on its way or is owed, settlement by settlement. Pure.

A bank pays a provider, not a budget. Which lines a settlement has is known to the cent, so what it settles is
known per budget. Where only a part of it was set off or paid, that part is spread over its budgets in
proportion, in whole cents: what is left over goes to the largest remainders. What was kept back counts as
paid for the budgets it was kept back from, and as paid back for those that the provider owed it to, the
oldest first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final, TypeAlias
from uuid import UUID

Shares: TypeAlias = Counter[UUID]
"""Cents by budget."""


@dataclass(kw_only=True, slots=True)
class Figures:
    """Where money is, in eurocents."""

    funded_cents: int = 0
    """Made available by the council."""
    left_cents: int = 0
    """Not committed; below zero where a soft budget was passed."""
    committed_cents: int = 0
    """What residents may still use."""
    reserved_cents: int = 0
    """Set aside for reservations."""
    used_cents: int = 0
    """Redeemed, and owed by the terms of contracts; less what was taken back, and the interest on that."""
    payable_cents: int = 0
    """Of what was used: owed, in no settlement or owed again."""
    in_payment_cents: int = 0
    """Settled, the bank has not booked it."""
    paid_cents: int = 0
    """Booked by the bank and not returned, or set off; less what providers paid back."""
    receivable_cents: int = 0
    """Paid or settled, and then taken back, with the interest on it: the provider owes it."""

    @property
    def settled_cents(self) -> int:
        """What settlements took and is not owed again."""
        return self.in_payment_cents + self.paid_cents

    @property
    def balances(self) -> bool:
        """Whether funded = left + committed + reserved + used, and used = payable + settled - receivable."""
        where = self.left_cents + self.committed_cents + self.reserved_cents + self.used_cents
        used = self.payable_cents + self.settled_cents - self.receivable_cents
        return self.funded_cents == where and self.used_cents == used

    def add(self, other: "Figures") -> None:
        """Each figure of the other to the same of this one."""
        for name in _NAMES:
            self.grow(name, getattr(other, name))

    def grow(self, name: str, cents: int) -> None:
        """Add to one figure."""
        setattr(self, name, getattr(self, name) + cents)


_NAMES: Final = tuple(each.name for each in fields(Figures))


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """One settlement, with what its bank payment has become."""

    id: UUID
    provider_id: UUID
    set_off_cents: int
    in_payment_cents: int
    paid_cents: int
    """Booked by the bank and not returned; what is neither this nor in payment is owed again."""
    lines: Shares
    """Per budget, but for parts of earlier settlements that were owed again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """A part of an earlier settlement that the bank did not pay, and that was settled once more."""

    earlier_id: UUID
    cents: int


@dataclass(kw_only=True)
class Spread:
    """Moves figures from payable to what became of it, settlement by settlement, the oldest first."""

    figures: defaultdict[UUID, Figures]
    owed_again: dict[UUID, Shares] = field(default_factory=dict)
    """By settlement: what the bank did not pay."""
    kept_back: Counter[UUID] = field(default_factory=Counter)
    """By provider: what was set off, or paid back."""

    def settle(self, settled: Iterable[Settled], again: Mapping[UUID, list[Again]]) -> None:
        """Spread each settlement over the budgets of its lines."""
        for each in settled:
            shares = Counter(each.lines)
            for part in again.get(each.id, ()):
                shares.update(taken(self.owed_again[part.earlier_id], part.cents))
            self._move(each, shares)

    def take_back(self, reversals: Iterable[tuple[UUID, UUID, int]]) -> None:
        """What providers owe, (provider, budget, cents), oldest first: kept back or paid back, or receivable.

        It was taken off the payable with what was used; but the payable was settled, so it is put back there.
        Below zero is what is not owed after all; nothing was kept back for it.
        """
        for provider_id, budget_id, cents in reversals:
            returned = max(min(cents, self.kept_back[provider_id]), 0)
            self.kept_back[provider_id] -= returned
            figures = self.figures[budget_id]
            figures.payable_cents += cents
            figures.paid_cents -= returned
            figures.receivable_cents += cents - returned

    def _move(self, settled: Settled, shares: Shares) -> None:
        self.kept_back[settled.provider_id] += settled.set_off_cents
        self._add("payable_cents", {budget_id: -cents for budget_id, cents in shares.items()})
        for name, cents in (
            ("paid_cents", settled.set_off_cents),
            ("paid_cents", settled.paid_cents),
            ("in_payment_cents", settled.in_payment_cents),
        ):
            self._add(name, taken(shares, cents))
        self._add("payable_cents", shares)
        if any(shares.values()):
            self.owed_again[settled.id] = shares

    def _add(self, name: str, shares: Mapping[UUID, int]) -> None:
        for budget_id, cents in shares.items():
            self.figures[budget_id].grow(name, cents)


def taken(shares: Shares, cents: int) -> Shares:
    """Cents taken from shares in proportion; the shares become what is left of them.

    Whole cents: each its part rounded down, and one more for the largest remainders, then the lowest budgets.
    """
    whole = sum(shares.values())
    assert 0 <= cents <= max(whole, 0), "no more is taken than there is"
    if not cents:
        return Counter()
    found: Shares = Counter({id_: cents * share // whole for id_, share in shares.items()})
    by_rest = sorted(shares, key=lambda id_: (-(cents * shares[id_] % whole), id_))
    found.update(by_rest[: cents - sum(found.values())])
    shares.subtract(found)
    return found
