# SPDX-License-Identifier: EUPL-1.2
"""Funding models: which entries follow from a redemption. Knows the chart of accounts, moves nothing.

A draft names accounts by their role; who owns them is filled in where the facts are.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import BaseModel

from ledger.rules.facts import Facts
from ledger.rules.tariffs import RULE
from ledger.units import Measure, Unit


class AccountKind(StrEnum):
    """The chart of accounts. Below zero means: more went out than came in."""

    TREASURY = "treasury"
    """The outside world, one per municipality and unit; may go below zero."""
    BUDGET = "budget"
    """One per programme and year; may go below zero only where the programme is soft."""
    ENTITLEMENT = "entitlement"
    """What a resident may still use, one per entitlement and unit; never below zero."""
    RESERVED = "reserved"
    """What is set aside for a reservation, one per entitlement and unit; never below zero."""
    PAYABLE = "payable"
    """What is owed to a provider under one contract or care agreement; never below zero."""
    RECEIVABLE = "receivable"
    """What a provider must give back, with the interest on it; its balance is never above zero."""
    IN_PAYMENT = "in_payment"
    """What the bank was told to pay, one per payment; never below zero."""
    DELIVERED = "delivered"
    """Quantities that were given, one per provider and unit; never below zero."""


class EntryKind(StrEnum):
    """Why an entry was booked."""

    FUND = "fund"
    """treasury to budget: the council made money available."""
    FUND_BACK = "fund_back"
    """budget to treasury: the council took back money that it had made available."""
    GRANT = "grant"
    """budget to entitlement: the commitment."""
    LOWER = "lower"
    """entitlement to budget: the entitlement was lowered."""
    RELEASE_COMMITMENT = "release_commitment"
    """entitlement to budget: what was left after the end."""
    REDEEM = "redeem"
    """entitlement to payable or delivered."""
    RESERVE = "reserve"
    """entitlement to reserved."""
    CAPTURE = "capture"
    """reserved to payable or delivered."""
    RELEASE = "release"
    """reserved to entitlement."""
    REVERSE = "reverse"
    """The mirror of an earlier entry, or of a part of it."""
    SETTLE = "settle"
    """payable to in_payment: the bank is told."""
    SET_OFF = "set_off"
    """payable to receivable: kept back for what the provider must give back."""
    PAID = "paid"
    """in_payment to treasury: the bank has booked it."""
    REOPEN = "reopen"
    """in_payment to payable: the bank refused it, so it is owed again."""
    RETURN = "return"
    """treasury to payable: it was paid and came back, so it is owed again."""
    TERM = "term"
    """budget to payable: what a contract term is worth in a period."""
    TERM_BACK = "term_back"
    """receivable to budget: a term's correction below zero, kept back from what is owed."""
    REPAID = "repaid"
    """treasury to receivable: a provider paid back what was demanded."""
    INTEREST = "interest"
    """receivable to budget: statutory interest on a demand that was not paid in time."""
    INTEREST_BACK = "interest_back"
    """budget to receivable: interest that was charged and is not owed after all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An entry before its accounts are known. amount > 0, in the unit."""

    kind: EntryKind
    debit: AccountKind
    credit: AccountKind
    unit: Unit
    amount: int


class Funding(BaseModel):
    """One funding model."""

    model_config = RULE

    def drafts(self, facts: Facts, *, left_cents: int | None) -> tuple[Draft, ...]:
        """The entries of one redeemed line.

        left_cents is what the entitlement still holds where money sets no limit (None where it
        does); what lacks is committed from the budget first.
        """
        raise NotImplementedError


class Production(Funding):
    """Production times price (PxQ): every use is owed at its price, and counted in its unit."""

    kind: Literal["production"] = "production"

    def drafts(self, facts: Facts, *, left_cents: int | None) -> tuple[Draft, ...]:
        """See Funding."""
        assert facts.measure is not None, "judged before it is booked"
        cents = facts.price_cents or 0
        money = _money(facts, cents, left_cents) if cents else ()
        if facts.measure is Measure.EURO:
            return money
        return (*money, _quantity(facts, facts.measure.unit))


AnyFunding: TypeAlias = Production
"""Every funding model a programme may have; a second kind makes this a union."""


def _money(facts: Facts, cents: int, left_cents: int | None) -> tuple[Draft, ...]:
    lacking = 0 if left_cents is None else max(cents - left_cents, 0)
    commit = Draft(
        kind=EntryKind.GRANT,
        debit=AccountKind.BUDGET,
        credit=AccountKind.ENTITLEMENT,
        unit=Unit.EUROCENT,
        amount=lacking,
    )
    owed = _taken(facts, AccountKind.ENTITLEMENT, AccountKind.PAYABLE, Unit.EUROCENT, cents)
    return (commit, owed) if lacking else (owed,)


def _quantity(facts: Facts, unit: Unit) -> Draft:
    """Counted from the entitlement where it holds that unit, else from the outside world."""
    source = AccountKind.ENTITLEMENT if facts.quantity_unit is unit else AccountKind.TREASURY
    return _taken(facts, source, AccountKind.DELIVERED, unit, facts.quantity)


def _taken(facts: Facts, source: AccountKind, target: AccountKind, unit: Unit, amount: int) -> Draft:
    """Redeemed at once, or set aside when reserving."""
    kind, credit = (
        (EntryKind.RESERVE, AccountKind.RESERVED) if facts.reserving else (EntryKind.REDEEM, target)
    )
    return Draft(kind=kind, debit=source, credit=credit, unit=unit, amount=amount)
