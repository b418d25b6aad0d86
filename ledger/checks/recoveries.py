# SPDX-License-Identifier: EUPL-1.2
"""Checks of demands: debts, entries, interest and lines of the bank say the same of them."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import debts, demands
from ledger.checks.findings import PIECE, Check, Finding, FindingKind
from ledger.db import Work
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.interest import InterestLine, recompute
from ledger.tables import (
    Account,
    BankLine,
    Demand,
    DemandDebt,
    DemandInterest,
    DemandStep,
    DemandStepKind,
    Entry,
    LineOutcome,
)
from ledger.tables.base import linked

BOOKED = {
    DemandStepKind.INTEREST: EntryKind.INTEREST,
    DemandStepKind.INTEREST_BACK: EntryKind.INTEREST_BACK,
    DemandStepKind.REPAID: EntryKind.REPAID,
}
"""Steps that are booked, with the kind of their entry."""

_OF_DEMAND = linked(DemandStep, Demand, col(DemandStep.demand_id) == col(Demand.id))


def checks(municipality_id: str) -> Iterator[Check]:
    """Every check of demands that is one statement."""
    yield _debts(municipality_id)
    yield from _entries(municipality_id)
    yield from _accounts(municipality_id)
    yield _lines(municipality_id)


def owed(work: Work) -> Iterator[Finding]:
    """Providers on whom more is demanded than they owe; a piece of them in memory at a time."""
    statement = (
        select(col(Demand.provider_id))
        .distinct()
        .where(col(Demand.municipality_id) == work.municipality_id)
        .order_by(col(Demand.provider_id))
    )
    ids = list(work.session.scalars(statement))
    for start in range(0, len(ids), PIECE):
        piece = ids[start : start + PIECE]
        accounts = debts.receivables(work, piece)
        for provider_id, book in demands.books(work, piece).items():
            account = accounts.get(provider_id)
            owes = -account.balance if account else 0
            left = sum(each.left_cents for each in book.standings.values())
            lowest = min((each.unpaid_cents for each in book.standings.values()), default=0)
            if left > owes or lowest < 0:
                yield Finding(
                    kind=FindingKind.DEMAND_OWED,
                    place=f"provider {provider_id}",
                    expected=owes if lowest >= 0 else 0,
                    found=left if lowest >= 0 else lowest,
                )


def interest(work: Work) -> Iterator[Finding]:
    """Lines of interest that are other than their numbers make, and charges that are not their lines."""
    statement = (
        select(DemandStep, DemandInterest)
        .outerjoin(
            DemandInterest,
            linked(
                DemandInterest,
                DemandStep,
                col(DemandInterest.demand_id) == col(DemandStep.demand_id),
                col(DemandInterest.number) == col(DemandStep.number),
            ),
        )
        .where(
            col(DemandStep.municipality_id) == work.municipality_id,
            col(DemandStep.kind).in_([DemandStepKind.INTEREST, DemandStepKind.INTEREST_BACK]),
        )
        .order_by(col(DemandStep.demand_id), col(DemandStep.number), col(DemandInterest.line))
    )
    rows = work.session.execute(statement, execution_options={"yield_per": PIECE})
    for demand_id, of_demand in groupby(rows, key=lambda row: row[0].demand_id):
        charged = 0
        for step, of_step in groupby(of_demand, key=lambda row: row[0]):
            lines = [line for _, line in of_step if line is not None]
            for line in lines:
                yield from _formula(line)
            charged += step.cents if step.kind is DemandStepKind.INTEREST else -step.cents
            total = sum(line.cents for line in lines)
            # What was paid already cannot be taken back, and a withdrawal takes back without lines.
            is_right = charged >= total if step.kind is DemandStepKind.INTEREST_BACK else charged == total
            if not is_right:
                yield Finding(
                    kind=FindingKind.DEMAND_INTEREST,
                    place=f"demand {demand_id}, step {step.number}",
                    expected=total,
                    found=charged,
                )


def _formula(row: DemandInterest) -> Iterator[Finding]:
    line = InterestLine(
        first=row.first,
        last=row.last,
        principal_cents=row.principal_cents,
        basis_points=row.basis_points,
        days=row.days,
        days_of_year=row.days_of_year,
        cents=row.cents,
    )
    expected = recompute(line) if row.days_of_year > 0 else 0
    if expected != row.cents:
        yield Finding(
            kind=FindingKind.DEMAND_FORMULA,
            place=f"demand {row.demand_id}, step {row.number}, line {row.line}",
            expected=expected,
            found=row.cents,
        )


def _debts(municipality_id: str) -> Check:
    """Each demand is for debts of its sum, and of each for no more than it is."""
    least = case((col(DemandDebt.cents) <= col(Entry.amount), col(DemandDebt.cents)), else_=0)
    total = func.coalesce(func.sum(least), 0)
    statement = (
        select(col(Demand.id), col(Demand.cents), total)
        .outerjoin(DemandDebt, linked(DemandDebt, Demand, col(DemandDebt.demand_id) == col(Demand.id)))
        .outerjoin(Entry, linked(Entry, DemandDebt, col(Entry.id) == col(DemandDebt.entry_id)))
        .where(col(Demand.municipality_id) == municipality_id)
        .group_by(col(Demand.id), col(Demand.cents))
        .having(total != col(Demand.cents))
    )
    return Check(kind=FindingKind.DEMAND_DEBTS, place="demand {}", statement=statement)


def _entries(municipality_id: str) -> Iterator[Check]:
    """By the step behind them; an entry of no step is found too."""
    for step_kind, entry_kind in BOOKED.items():
        said: Select[*tuple[Any, ...]] = select(
            col(DemandStep.id).label("id"),
            col(DemandStep.cents).label("expected"),
            literal(0).label("found"),
        ).where(col(DemandStep.municipality_id) == municipality_id, col(DemandStep.kind) == step_kind)
        booked = select(col(Entry.cause_id), literal(0), col(Entry.amount)).where(
            col(Entry.municipality_id) == municipality_id, col(Entry.kind) == entry_kind
        )
        rows = union_all(said, booked).subquery()
        expected, found = func.sum(rows.c.expected), func.sum(rows.c.found)
        statement = select(rows.c.id, expected, found).group_by(rows.c.id).having(expected != found)
        yield Check(kind=FindingKind.DEMAND_ENTRIES, place=f"step {{}}, {entry_kind}", statement=statement)


def _accounts(municipality_id: str) -> Iterator[Check]:
    """The receivable of the provider, and the budget of the demand."""
    for side, account_id in (
        ("debit", col(Entry.debit_account_id)),
        ("credit", col(Entry.credit_account_id)),
    ):
        account = aliased(Account)
        owner = case(
            (col(account.kind) == AccountKind.RECEIVABLE, col(Demand.provider_id)),
            (col(account.kind) == AccountKind.BUDGET, col(Demand.budget_id)),
            else_=col(account.owner_id),
        )
        statement = (
            select(col(Entry.id), owner, col(account.owner_id))
            .join(DemandStep, linked(DemandStep, Entry, col(DemandStep.id) == col(Entry.cause_id)))
            .join(Demand, _OF_DEMAND)
            .join(account, linked(account, Entry, col(account.id) == account_id))
            .where(
                col(Entry.municipality_id) == municipality_id,
                and_(col(Entry.kind).in_(list(BOOKED.values())), col(account.owner_id) != owner),
            )
        )
        yield Check(kind=FindingKind.DEMAND_ACCOUNT, place=f"entry {{}}, {side}", statement=statement)


def _lines(municipality_id: str) -> Check:
    """What is booked by each line: all of it where it says so, else no more than it brought."""
    placed = (
        select(
            col(DemandStep.statement_id).label("statement_id"),
            col(DemandStep.line).label("line"),
            func.sum(col(DemandStep.cents)).label("cents"),
        )
        .where(
            col(DemandStep.municipality_id) == municipality_id,
            col(DemandStep.kind) == DemandStepKind.REPAID,
        )
        .group_by(col(DemandStep.statement_id), col(DemandStep.line))
        .subquery()
    )
    booked = func.coalesce(placed.c.cents, 0)
    is_whole = col(BankLine.outcome) == LineOutcome.REPAID
    by_steps = (
        select(placed.c.statement_id, placed.c.line, func.coalesce(col(BankLine.cents), 0), booked)
        .select_from(placed)
        .outerjoin(
            BankLine,
            and_(
                col(BankLine.municipality_id) == municipality_id,
                col(BankLine.statement_id) == placed.c.statement_id,
                col(BankLine.number) == placed.c.line,
            ),
        )
        .where(
            case(
                (is_whole, booked != col(BankLine.cents)),
                else_=booked > func.coalesce(col(BankLine.cents), 0),
            )
        )
    )
    by_lines = (
        select(col(BankLine.statement_id), col(BankLine.number), col(BankLine.cents), literal(0))
        .outerjoin(
            placed,
            and_(placed.c.statement_id == col(BankLine.statement_id), placed.c.line == col(BankLine.number)),
        )
        .where(col(BankLine.municipality_id) == municipality_id, is_whole, placed.c.cents.is_(None))
    )
    return Check(
        kind=FindingKind.DEMAND_LINE,
        place="statement {}, line {}",
        statement=union_all(by_steps, by_lines),
    )
