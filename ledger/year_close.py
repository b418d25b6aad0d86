# SPDX-License-Identifier: EUPL-1.2
"""The close of a year: where the money of each of its budgets is, as known at an instant, and the proof.

All follows from entries and settlements recorded up to that instant, so it can be computed again later. Of
each budget, with settled = in payment + paid:

    funded = left + committed + reserved + used
    used = payable + settled - receivable

How what a bank paid to a provider is known per budget is in budget_figures.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Subquery, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import chart
from ledger.accounting import PeriodInFuture
from ledger.budget_figures import Again, Figures, Settled, Shares, Spread
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Account,
    Budget,
    Entitlement,
    Entry,
    Payment,
    Programme,
    Settlement,
    SettlementLine,
)
from ledger.tables.base import linked

PIECE: Final = 2000
"""How many rows are in memory at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetClose:
    """One budget of the year."""

    budget_id: UUID
    programme: str
    law: Law
    figures: Figures


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """One figure: what this year's and all other budgets hold of it, against the accounts of the books."""

    figure: str
    this_year_cents: int
    other_years_cents: int
    books_cents: int

    @property
    def agrees(self) -> bool:
        """Whether they are the same to the cent."""
        return self.this_year_cents + self.other_years_cents == self.books_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class YearClose:
    """A year as known at an instant."""

    year: int
    at: datetime
    rows: tuple[BudgetClose, ...]
    """By programme name."""
    total: Figures
    proofs: tuple[Proof, ...]

    @property
    def agrees(self) -> bool:
        """Whether every row balances, and all rows are what the books hold."""
        return all(row.figures.balances for row in self.rows) and all(each.agrees for each in self.proofs)


def close(work: Work, year: int, *, at: datetime | None = None) -> YearClose:
    """The budgets of a calendar year by what was recorded up to an instant, inclusive; None: now.

    A year that has begun may be asked for. Call it in one reading session. What does not agree is shown, not
    hidden: see YearClose.agrees. Raises PeriodInFuture.
    """
    at = work.now if at is None else at
    _judge(work, year, at)
    booked = chart.booked(work, until=at)
    spread = Spread(figures=_booked_figures(booked))
    spread.settle(_settlements(work, at), _owed_again(work, at))
    spread.kept_back.update(_repaid(work, at))
    spread.take_back(_taken_back(work, at))
    return _closed(work, year, at, booked, spread.figures)


def _judge(work: Work, year: int, at: datetime) -> None:
    today, first_day = dutch_day(work.now), date(year, 1, 1)
    if first_day > today or at > work.now:
        raise PeriodInFuture(until=max(first_day, dutch_day(at)), today=today)


_USES: Final = (
    EntryKind.REDEEM,
    EntryKind.CAPTURE,
    EntryKind.REVERSE,
    EntryKind.TERM,
    EntryKind.TERM_BACK,
    EntryKind.INTEREST,
    EntryKind.INTEREST_BACK,
)
_FUNDS: Final = (EntryKind.FUND, EntryKind.FUND_BACK)
_TAKE_BACK: Final = (EntryKind.REVERSE, EntryKind.TERM_BACK)
_HELD: Final = {
    AccountKind.BUDGET: "left_cents",
    AccountKind.ENTITLEMENT: "committed_cents",
    AccountKind.RESERVED: "reserved_cents",
}


def _booked_figures(booked: Mapping[tuple[EntryKind, chart.Place], int]) -> defaultdict[UUID, Figures]:
    """What entries say of each budget by themselves; all that was used as payable, until it is settled."""
    found: defaultdict[UUID, Figures] = defaultdict(Figures)
    for (kind, (account, owner)), cents in booked.items():
        if name := _HELD.get(account):
            found[owner].grow(name, cents)
        if account is AccountKind.BUDGET and kind in _FUNDS:
            found[owner].funded_cents += cents
        if account in _HELD and kind in _USES:
            found[owner].used_cents -= cents
            found[owner].payable_cents -= cents
    return found


# -------------------------------------------------------------------------------------------- loading

_Original = aliased(Entry)
_BUDGET: Final = func.coalesce(col(Entitlement.budget_id), col(Account.owner_id))
"""Of an account of an entitlement or of a budget; of any other something that is no budget, and no row."""

_NOT_PAID: Final = (EntryKind.REOPEN, EntryKind.RETURN)


def _settlements(work: Work, at: datetime) -> Iterator[Settled]:
    """Every settlement, the oldest first; one in memory at a time."""
    rows = work.session.execute(_settled(work, at), execution_options={"yield_per": PIECE})
    for head, lines in groupby(rows, key=_head):
        id_, provider_id, set_off, net, paid, reopened, returned = head
        shares: Shares = Counter()
        for row in lines:
            if row.cents is not None:
                shares[row.budget_id] += int(row.cents)
        yield Settled(
            id=id_,
            provider_id=provider_id,
            set_off_cents=set_off,
            in_payment_cents=int(net - paid - reopened),
            paid_cents=int(paid - returned),
            lines=shares,
        )


def _head(row: Any) -> tuple[Any, ...]:
    """What all rows of one settlement share."""
    return tuple(row[:7])


def _settled(work: Work, at: datetime) -> Select[*tuple[Any, ...]]:
    """A row for each budget of each settlement; the budget is the last but one."""
    lines, sums = _lines(work, at), [_paid(work, at), *(_undone(work, at, kind) for kind in _NOT_PAID)]
    statement: Select[*tuple[Any, ...]] = select(
        col(Settlement.id),
        col(Settlement.provider_id),
        col(Settlement.set_off_cents),
        col(Settlement.net_cents),
        *(func.coalesce(each.c.cents, 0) for each in sums),
        lines.c.budget_id.label("budget_id"),
        lines.c.cents.label("cents"),
    )
    for each in (lines, *sums):
        statement = statement.outerjoin(each, each.c.settlement_id == col(Settlement.id))
    return statement.where(
        col(Settlement.municipality_id) == work.municipality_id, col(Settlement.recorded_at) <= at
    ).order_by(col(Settlement.recorded_at), col(Settlement.id))


def _lines(work: Work, at: datetime) -> Subquery:
    """settlement_id, budget_id, cents: lines by the budget they were taken from."""
    source = case(
        (col(Entry.kind).in_(_TAKE_BACK), col(Entry.credit_account_id)), else_=col(Entry.debit_account_id)
    )
    return (
        select(
            col(SettlementLine.settlement_id).label("settlement_id"),
            _BUDGET.label("budget_id"),
            func.sum(col(SettlementLine.cents)).label("cents"),
        )
        .join(Entry, linked(Entry, SettlementLine, col(Entry.id) == col(SettlementLine.entry_id)))
        .join(Account, linked(Account, Entry, col(Account.id) == source))
        .outerjoin(Entitlement, linked(Entitlement, Account, col(Entitlement.id) == col(Account.owner_id)))
        .where(
            col(SettlementLine.municipality_id) == work.municipality_id,
            col(Entry.recorded_at) <= at,
            col(Entry.kind).not_in(_NOT_PAID),
        )
        .group_by(col(SettlementLine.settlement_id), _BUDGET)
        .subquery()
    )


def _paid(work: Work, at: datetime) -> Subquery:
    """settlement_id, cents: what the bank booked."""
    return (
        select(col(Payment.settlement_id).label("settlement_id"), func.sum(col(Entry.amount)).label("cents"))
        .join(Account, linked(Account, Payment, col(Account.owner_id) == col(Payment.id)))
        .join(Entry, linked(Entry, Account, col(Entry.debit_account_id) == col(Account.id)))
        .where(
            col(Payment.municipality_id) == work.municipality_id,
            col(Entry.kind) == EntryKind.PAID,
            col(Entry.recorded_at) <= at,
        )
        .group_by(col(Payment.settlement_id))
        .subquery()
    )


def _undone(work: Work, at: datetime, kind: EntryKind) -> Subquery:
    """settlement_id, cents: what was refused, or came back; such an entry names that of the settlement."""
    return (
        select(col(_Original.cause_id).label("settlement_id"), func.sum(col(Entry.amount)).label("cents"))
        .join(_Original, linked(_Original, Entry, col(_Original.id) == col(Entry.reverses_id)))
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.kind) == kind,
            col(Entry.recorded_at) <= at,
        )
        .group_by(col(_Original.cause_id))
        .subquery()
    )


def _owed_again(work: Work, at: datetime) -> dict[UUID, list[Again]]:
    """By settlement: lines that are parts of earlier settlements. Few: what the bank did not pay."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            col(SettlementLine.settlement_id), col(_Original.cause_id), func.sum(col(SettlementLine.cents))
        )
        .join(Entry, linked(Entry, SettlementLine, col(Entry.id) == col(SettlementLine.entry_id)))
        .join(_Original, linked(_Original, Entry, col(_Original.id) == col(Entry.reverses_id)))
        .join(
            Settlement,
            linked(Settlement, SettlementLine, col(Settlement.id) == col(SettlementLine.settlement_id)),
        )
        .where(
            col(SettlementLine.municipality_id) == work.municipality_id,
            col(Entry.kind).in_(_NOT_PAID),
            col(Settlement.recorded_at) <= at,
        )
        .group_by(col(SettlementLine.settlement_id), col(_Original.cause_id))
        .order_by(col(SettlementLine.settlement_id), col(_Original.cause_id))
    )
    found: defaultdict[UUID, list[Again]] = defaultdict(list)
    for settlement_id, earlier_id, cents in work.session.execute(statement):
        found[settlement_id].append(Again(earlier_id=earlier_id, cents=int(cents)))
    return found


def _repaid(work: Work, at: datetime) -> dict[UUID, int]:
    """By provider: what it paid back of what was demanded."""
    statement = (
        select(col(Account.owner_id), func.sum(col(Entry.amount)))
        .join(Account, linked(Account, Entry, col(Account.id) == col(Entry.credit_account_id)))
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.kind) == EntryKind.REPAID,
            col(Entry.recorded_at) <= at,
        )
        .group_by(col(Account.owner_id))
    )
    return {provider_id: int(cents) for provider_id, cents in work.session.execute(statement)}


def _taken_back(work: Work, at: datetime) -> Iterator[tuple[UUID, UUID, int]]:
    """What came to be owed by providers: provider, budget, cents; in the order of recording.

    What was taken back after it was settled, and interest; below zero is interest that is not owed after all.
    """
    receivable, is_back = aliased(Account), col(Entry.kind) == EntryKind.INTEREST_BACK
    owing = case((is_back, col(Entry.credit_account_id)), else_=col(Entry.debit_account_id))
    target = case((is_back, col(Entry.debit_account_id)), else_=col(Entry.credit_account_id))
    cents = case((is_back, -col(Entry.amount)), else_=col(Entry.amount))
    statement = (
        select(col(receivable.owner_id), _BUDGET, cents)
        .join(receivable, linked(receivable, Entry, col(receivable.id) == owing))
        .join(Account, linked(Account, Entry, col(Account.id) == target))
        .outerjoin(Entitlement, linked(Entitlement, Account, col(Entitlement.id) == col(Account.owner_id)))
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.kind).in_([*_TAKE_BACK, EntryKind.INTEREST, EntryKind.INTEREST_BACK]),
            col(receivable.kind) == AccountKind.RECEIVABLE,
            col(Entry.recorded_at) <= at,
        )
        .order_by(col(Entry.recorded_at), col(Entry.id))
    )
    for row in work.session.execute(statement, execution_options={"yield_per": PIECE}):
        yield row[0], row[1], row[2]


# ---------------------------------------------------------------------------------------------- proof

_BOOKS: Final = (
    ("left_cents", AccountKind.BUDGET, 1),
    ("committed_cents", AccountKind.ENTITLEMENT, 1),
    ("reserved_cents", AccountKind.RESERVED, 1),
    ("payable_cents", AccountKind.PAYABLE, 1),
    ("in_payment_cents", AccountKind.IN_PAYMENT, 1),
    ("receivable_cents", AccountKind.RECEIVABLE, -1),
)
"""Figures that are what all accounts of a kind hold; what was owed to us is below zero there."""


def _closed(
    work: Work,
    year: int,
    at: datetime,
    booked: Mapping[tuple[EntryKind, chart.Place], int],
    figures: Mapping[UUID, Figures],
) -> YearClose:
    rows = tuple(_rows(work, year, figures))
    total, others = Figures(), Figures()
    for row in rows:
        total.add(row.figures)
    for budget_id in figures.keys() - {row.budget_id for row in rows}:
        others.add(figures[budget_id])
    proofs = tuple(
        Proof(
            figure=name.removesuffix("_cents"),
            this_year_cents=getattr(total, name),
            other_years_cents=getattr(others, name),
            books_cents=cents,
        )
        for name, cents in _books(booked).items()
    )
    return YearClose(year=year, at=at, rows=rows, total=total, proofs=proofs)


def _rows(work: Work, year: int, figures: Mapping[UUID, Figures]) -> Iterator[BudgetClose]:
    statement = (
        select(col(Budget.id), col(Programme.name), col(Programme.law))
        .join(Programme, linked(Programme, Budget, col(Programme.id) == col(Budget.programme_id)))
        .where(col(Budget.municipality_id) == work.municipality_id, col(Budget.year) == year)
        .order_by(col(Programme.name))
    )
    for budget_id, programme, law in work.session.execute(statement):
        yield BudgetClose(
            budget_id=budget_id,
            programme=programme,
            law=law,
            figures=figures.get(budget_id, Figures()),
        )


def _books(booked: Mapping[tuple[EntryKind, chart.Place], int]) -> dict[str, int]:
    """Each figure from the accounts alone; the outside world tells what was funded and what was paid."""
    held: Counter[AccountKind] = Counter()
    outside: Counter[EntryKind] = Counter()
    for (kind, (account, _)), cents in booked.items():
        held[account] += cents
        if account is AccountKind.TREASURY:
            outside[kind] += cents
    figures = {name: sign * held[account] for name, account, sign in _BOOKS}
    funded = -sum(outside[kind] for kind in _FUNDS)
    figures["funded_cents"] = funded
    figures["paid_cents"] = held[AccountKind.TREASURY] + funded
    return figures
