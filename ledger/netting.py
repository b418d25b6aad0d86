# SPDX-License-Identifier: EUPL-1.2
"""Netting: what one provider is paid in one run, and from which of its payable accounts. Pure.

Contracts and care agreements of one provider are netted together, and what the provider has to give
back is kept back first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Payable:
    """One payable account: what it holds, and what its lines in this run sum to (maybe below zero)."""

    account_id: UUID
    balance_cents: int
    lines_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """How much is taken from one account; more than zero."""

    account_id: UUID
    amount_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Netted:
    """What is settled with one provider. gross = set_off + net; each is what its takes sum to."""

    gross_cents: int
    set_offs: tuple[Take, ...]
    pays: tuple[Take, ...]

    @property
    def set_off_cents(self) -> int:
        """Kept back for what the provider must give back."""
        return sum(take.amount_cents for take in self.set_offs)

    @property
    def net_cents(self) -> int:
        """What the bank is told to pay."""
        return sum(take.amount_cents for take in self.pays)


def net(payables: Sequence[Payable], *, owes_cents: int) -> Netted | None:
    """What is settled with one provider that owes us owes_cents; None carries all of it over.

    Carried over is a gross that is not above zero, and a gross of more than the accounts hold
    together. The books never make either: a reversal bears the instant of what it takes back, so
    whichever lines a run takes, a line and its reversal are both among them and no pair is below
    zero; and what is held is the sum of all lines not settled, those after the run included. Only
    an entry of another origin, booked by hand for a day of its own, can; then nothing is paid
    until the lines beside it make up for it.
    """
    gross = sum(each.lines_cents for each in payables)
    if gross <= 0 or gross > sum(each.balance_cents for each in payables):
        return None
    takes = _spread(payables, gross)
    set_offs, pays = _parted(takes, min(gross, owes_cents))
    return Netted(gross_cents=gross, set_offs=tuple(set_offs), pays=tuple(pays))


def _spread(payables: Sequence[Payable], cents: int) -> list[Take]:
    """Take cents from accounts that together hold that much, from none more than it holds.

    First what its own lines sum to, account by account in the order given; then, where lines of one
    account are below zero or it holds less than its lines, the rest from what any of them still
    holds. An account may so give more or less than its lines, but all accounts of one provider
    together always hold exactly the sum of its lines that are not settled.
    """
    taken = {each.account_id: 0 for each in payables}
    for own_lines_only in (True, False):
        for each in payables:
            most = min(max(each.lines_cents, 0), each.balance_cents) if own_lines_only else each.balance_cents
            amount = max(min(most - taken[each.account_id], cents), 0)
            taken[each.account_id] += amount
            cents -= amount
    assert cents == 0, "the caller has judged that they hold enough"
    return [Take(account_id=id_, amount_cents=amount) for id_, amount in taken.items() if amount]


def _parted(takes: Iterable[Take], first_cents: int) -> tuple[list[Take], list[Take]]:
    """The takes cut in two: up to first_cents together, and the rest."""
    first, rest = [], []
    for take in takes:
        own = min(take.amount_cents, first_cents)
        first_cents -= own
        if own:
            first.append(Take(account_id=take.account_id, amount_cents=own))
        if own < take.amount_cents:
            rest.append(Take(account_id=take.account_id, amount_cents=take.amount_cents - own))
    return first, rest
