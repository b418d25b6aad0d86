# SPDX-License-Identifier: EUPL-1.2
"""Checks of contract terms: lines make their results, amounts are their lines, entries are their amounts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger.checks.findings import PIECE, Check, Finding, FindingKind
from ledger.db import Work
from ledger.rules import terms_lines
from ledger.rules.funding import EntryKind
from ledger.tables import Account, Contract, Entry, TermAmount, TermLine
from ledger.tables.base import linked

_TERMS = [EntryKind.TERM, EntryKind.TERM_BACK]
_IS_OWED = col(Entry.kind) == EntryKind.TERM


def checks(municipality_id: str) -> Iterator[Check]:
    """Every check of contract terms that is one statement."""
    yield _amounts(municipality_id)
    yield _entries(municipality_id)
    yield from _accounts(municipality_id)


def formulas(work: Work) -> Iterator[Finding]:
    """Lines whose inputs make another result by their formula; streamed."""
    statement = (
        select(TermLine, TermAmount)
        .join(TermAmount, linked(TermAmount, TermLine, col(TermAmount.id) == col(TermLine.amount_id)))
        .where(col(TermLine.municipality_id) == work.municipality_id)
    )
    for row, amount in work.session.execute(statement, execution_options={"yield_per": PIECE}):
        line = terms_lines.TermLine(
            first=amount.first,
            last=amount.last,
            formula=row.formula,
            inputs=row.inputs,
            result_cents=row.result_cents,
        )
        expected = _recomputed(line)
        if expected != row.result_cents:
            yield Finding(
                kind=FindingKind.TERM_FORMULA,
                place=f"term amount {row.amount_id}, line {row.line}",
                expected=expected,
                found=row.result_cents,
            )


def _recomputed(line: terms_lines.TermLine) -> int | str:
    try:
        return terms_lines.recompute(line)
    except (KeyError, ZeroDivisionError, AssertionError):
        return "inputs of its formula"


def _amounts(municipality_id: str) -> Check:
    said: Select[*tuple[Any, ...]] = select(
        col(TermAmount.id).label("id"),
        literal(0).label("expected"),
        col(TermAmount.result_cents).label("found"),
    ).where(col(TermAmount.municipality_id) == municipality_id)
    lines = select(col(TermLine.amount_id), col(TermLine.result_cents), literal(0)).where(
        col(TermLine.municipality_id) == municipality_id
    )
    return Check(kind=FindingKind.TERM_LINES, place="term amount {}", statement=_compared(said, lines))


def _entries(municipality_id: str) -> Check:
    """By the fact behind them; an entry of no amount is found too."""
    said: Select[*tuple[Any, ...]] = select(
        col(TermAmount.id).label("id"),
        col(TermAmount.result_cents).label("expected"),
        literal(0).label("found"),
    ).where(col(TermAmount.municipality_id) == municipality_id)
    signed = case((_IS_OWED, col(Entry.amount)), else_=-col(Entry.amount))
    booked = select(col(Entry.cause_id), literal(0), signed).where(
        col(Entry.municipality_id) == municipality_id, col(Entry.kind).in_(_TERMS)
    )
    return Check(kind=FindingKind.TERM_ENTRIES, place="term amount {}", statement=_compared(said, booked))


def _compared(*parts: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Rows of id, expected and found, summed by id; those that differ."""
    rows = union_all(*parts).subquery()
    expected, found = func.sum(rows.c.expected), func.sum(rows.c.found)
    return select(rows.c.id, expected, found).group_by(rows.c.id).having(expected != found)


def _accounts(municipality_id: str) -> Iterator[Check]:
    """From or to the budget that bears it; to the contract's payable, or from the provider's receivable."""
    debit, credit = aliased(Account), aliased(Account)
    party = case((_IS_OWED, col(Contract.id)), else_=col(Contract.provider_id))
    owners = (
        ("debit", debit, case((_IS_OWED, col(TermAmount.budget_id)), else_=party), Entry.debit_account_id),
        ("credit", credit, case((_IS_OWED, party), else_=col(TermAmount.budget_id)), Entry.credit_account_id),
    )
    for side, account, owner, account_id in owners:
        statement = (
            select(col(Entry.id), owner, col(account.owner_id))
            .join(TermAmount, linked(TermAmount, Entry, col(TermAmount.id) == col(Entry.cause_id)))
            .join(Contract, linked(Contract, TermAmount, col(Contract.id) == col(TermAmount.contract_id)))
            .join(account, linked(account, Entry, col(account.id) == col(account_id)))
            .where(
                col(Entry.municipality_id) == municipality_id,
                and_(col(Entry.kind).in_(_TERMS), col(account.owner_id).is_distinct_from(owner)),
            )
        )
        yield Check(kind=FindingKind.TERM_ACCOUNT, place=f"entry {{}}, {side}", statement=statement)
