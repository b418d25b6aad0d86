# SPDX-License-Identifier: EUPL-1.2
"""Checks of settlements: lines are entries, settlements their lines, payments their settlements."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Label, Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import payment_files, unsettled
from ledger.checks.findings import PIECE, Check, Finding, FindingKind, linked
from ledger.clock import day_after, day_start
from ledger.db import Work
from ledger.errors import MalformedFile
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import Account, Entry, Payment, Settlement, SettlementLine, SettlementRun
from ledger.units import Unit

_OF_SETTLEMENT = linked(SettlementLine, Settlement, col(SettlementLine.settlement_id) == col(Settlement.id))
_PAID = linked(Payment, Settlement, col(Payment.settlement_id) == col(Settlement.id))


def checks(municipality_id: str) -> Iterator[Check]:
    """Every check of lines, settlements, payments and runs that is one statement."""
    yield _lines(municipality_id)
    yield _gross(municipality_id)
    yield _net(municipality_id)
    yield from _entries(municipality_id)
    yield from _accounts(municipality_id)
    yield _payment_amount(municipality_id)
    yield _payment_run(municipality_id)
    yield _payment_account(municipality_id)
    yield from _totals(municipality_id)


def untils(work: Work) -> Iterator[Finding]:
    """Runs that settled what happened after their last day; the day's end is a Dutch midnight."""
    latest = func.max(col(Entry.at))
    statement = (
        select(col(SettlementRun.id), col(SettlementRun.until), latest)
        .join(Settlement, linked(Settlement, SettlementRun, col(Settlement.run_id) == col(SettlementRun.id)))
        .join(SettlementLine, _OF_SETTLEMENT)
        .join(Entry, linked(Entry, SettlementLine, col(Entry.id) == col(SettlementLine.entry_id)))
        .where(col(SettlementRun.municipality_id) == work.municipality_id)
        .group_by(col(SettlementRun.id), col(SettlementRun.until))
    )
    for run_id, until, at in work.session.execute(statement):
        end = day_start(day_after(until))
        if at >= end:
            yield Finding(
                kind=FindingKind.SETTLEMENT_UNTIL,
                place=f"run {run_id}",
                expected=f"before {end.isoformat()}",
                found=at.isoformat(),
            )


def files(work: Work) -> Iterator[Finding]:
    """Runs whose payment file, made again from the rows, is another; streamed, one after another."""
    runs = select(SettlementRun).where(col(SettlementRun.municipality_id) == work.municipality_id)
    for run in work.session.scalars(runs.order_by(col(SettlementRun.id))).all():
        try:
            found = payment_files.digest(payment_files.lines(run, _payments(work, run))).hex()
        except MalformedFile as error:
            found = f"no file: {error.place} {error.fault}"
        if found != run.file_sha256.hex():
            yield Finding(
                kind=FindingKind.RUN_FILE,
                place=f"run {run.id}",
                expected=run.file_sha256.hex(),
                found=found,
            )


def _payments(work: Work, run: SettlementRun) -> Iterator[Payment]:
    """Freshly read, in the order of their ids."""
    statement = (
        select(Payment)
        .where(col(Payment.municipality_id) == run.municipality_id, col(Payment.run_id) == run.id)
        .order_by(col(Payment.id))
        .execution_options(yield_per=PIECE, populate_existing=True)
    )
    with work.session.scalars(statement) as found:
        yield from found


def _parties(municipality_id: str) -> Any:
    """id and provider_id of every owner of a payable account."""
    return unsettled.parties(municipality_id).subquery()


def _lines(municipality_id: str) -> Check:
    """The amount, above zero into and below zero out of a payable of that provider; else nothing."""
    debit, credit = aliased(Account), aliased(Account)
    on_debit, on_credit = _parties(municipality_id), _parties(municipality_id)
    own = [
        and_(col(side.kind) == AccountKind.PAYABLE, party.c.provider_id == col(Settlement.provider_id))
        for side, party in ((credit, on_credit), (debit, on_debit))
    ]
    not_a_line = col(Entry.kind).in_([EntryKind.SETTLE, EntryKind.SET_OFF])
    expected = case(
        (not_a_line | (col(Entry.unit) != Unit.EUROCENT), 0),
        (own[0], col(Entry.amount)),
        (own[1], -col(Entry.amount)),
        else_=0,
    )
    cents = col(SettlementLine.cents)
    statement = (
        select(col(Settlement.id), col(SettlementLine.entry_id), expected, cents)
        .join(SettlementLine, _OF_SETTLEMENT)
        .outerjoin(Entry, linked(Entry, SettlementLine, col(Entry.id) == col(SettlementLine.entry_id)))
        .outerjoin(debit, linked(debit, Entry, col(debit.id) == col(Entry.debit_account_id)))
        .outerjoin(credit, linked(credit, Entry, col(credit.id) == col(Entry.credit_account_id)))
        .outerjoin(on_debit, on_debit.c.id == col(debit.owner_id))
        .outerjoin(on_credit, on_credit.c.id == col(credit.owner_id))
        .where(col(Settlement.municipality_id) == municipality_id, cents != expected)
    )
    return Check(kind=FindingKind.SETTLEMENT_LINE, place="settlement {}, entry {}", statement=statement)


def _gross(municipality_id: str) -> Check:
    total, gross = func.coalesce(func.sum(col(SettlementLine.cents)), 0), col(Settlement.gross_cents)
    statement = (
        select(col(Settlement.id), total, gross)
        .outerjoin(SettlementLine, _OF_SETTLEMENT)
        .where(col(Settlement.municipality_id) == municipality_id)
        .group_by(col(Settlement.id), gross)
        .having(gross != total)
    )
    return Check(kind=FindingKind.SETTLEMENT_GROSS, place="settlement {}", statement=statement)


def _net(municipality_id: str) -> Check:
    expected = col(Settlement.gross_cents) - col(Settlement.set_off_cents)
    statement = select(col(Settlement.id), expected, col(Settlement.net_cents)).where(
        col(Settlement.municipality_id) == municipality_id, col(Settlement.net_cents) != expected
    )
    return Check(kind=FindingKind.SETTLEMENT_NET, place="settlement {}", statement=statement)


def _entries(municipality_id: str) -> Iterator[Check]:
    """What is paid and what is set off, against the entries of that kind; by the fact behind them."""
    for kind, said in (
        (EntryKind.SETTLE, col(Settlement.net_cents)),
        (EntryKind.SET_OFF, col(Settlement.set_off_cents)),
    ):
        asked: Select[*tuple[Any, ...]] = select(
            col(Settlement.id).label("id"), said.label("expected"), literal(0).label("found")
        ).where(col(Settlement.municipality_id) == municipality_id)
        booked = select(col(Entry.cause_id), literal(0), col(Entry.amount)).where(
            col(Entry.municipality_id) == municipality_id, col(Entry.kind) == kind
        )
        yield Check(
            kind=FindingKind.SETTLEMENT_ENTRIES,
            place=f"settlement {{}}, {kind}",
            statement=_compared(asked, booked),
        )


def _compared(*parts: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Rows of id, expected and found, summed by id; those that differ."""
    rows = union_all(*parts).subquery()
    expected, found = func.sum(rows.c.expected), func.sum(rows.c.found)
    return select(rows.c.id, expected, found).group_by(rows.c.id).having(expected != found)


def _accounts(municipality_id: str) -> Iterator[Check]:
    """From payables of that provider, to its receivable or to the account of the payment."""
    account, party = aliased(Account), _parties(municipality_id)
    from_whom = (
        select(col(Entry.id), col(Settlement.provider_id), party.c.provider_id)
        .join(Settlement, linked(Settlement, Entry, col(Settlement.id) == col(Entry.cause_id)))
        .join(account, linked(account, Entry, col(account.id) == col(Entry.debit_account_id)))
        .outerjoin(party, party.c.id == col(account.owner_id))
        .where(party.c.provider_id.is_distinct_from(col(Settlement.provider_id)))
    )
    target = aliased(Account)
    owner = case((col(Entry.kind) == EntryKind.SETTLE, col(Payment.id)), else_=col(Settlement.provider_id))
    to_whom = (
        select(col(Entry.id), owner, col(target.owner_id))
        .join(Settlement, linked(Settlement, Entry, col(Settlement.id) == col(Entry.cause_id)))
        .outerjoin(Payment, _PAID)
        .join(target, linked(target, Entry, col(target.id) == col(Entry.credit_account_id)))
        .where(col(target.owner_id).is_distinct_from(owner))
    )
    for side, statement in (("debit", from_whom), ("credit", to_whom)):
        own = statement.where(
            col(Entry.municipality_id) == municipality_id,
            col(Entry.kind).in_([EntryKind.SETTLE, EntryKind.SET_OFF]),
        )
        yield Check(kind=FindingKind.SETTLEMENT_ACCOUNT, place=f"entry {{}}, {side}", statement=own)


def _payment_amount(municipality_id: str) -> Check:
    """No payment is nothing: right where all was set off, and only there."""
    paid = func.coalesce(col(Payment.amount_cents), 0)
    statement = (
        select(col(Settlement.id), col(Settlement.net_cents), paid)
        .outerjoin(Payment, _PAID)
        .where(col(Settlement.municipality_id) == municipality_id, paid != col(Settlement.net_cents))
    )
    return Check(kind=FindingKind.PAYMENT_AMOUNT, place="settlement {}", statement=statement)


def _payment_run(municipality_id: str) -> Check:
    statement = (
        select(col(Payment.id), col(Settlement.run_id), col(Payment.run_id))
        .join(Settlement, _PAID)
        .where(col(Payment.municipality_id) == municipality_id, col(Payment.run_id) != col(Settlement.run_id))
    )
    return Check(kind=FindingKind.PAYMENT_RUN, place="payment {}", statement=statement)


def _payment_account(municipality_id: str) -> Check:
    """Each payment against what came into its own account; an account of no payment is found too."""
    asked: Select[*tuple[Any, ...]] = select(
        col(Payment.id).label("id"),
        col(Payment.amount_cents).label("expected"),
        literal(0).label("found"),
    ).where(col(Payment.municipality_id) == municipality_id)
    came_in = (
        select(col(Account.owner_id), literal(0), col(Entry.amount))
        .join(Entry, linked(Entry, Account, col(Entry.credit_account_id) == col(Account.id)))
        .where(
            col(Account.municipality_id) == municipality_id,
            col(Account.kind) == AccountKind.IN_PAYMENT,
        )
    )
    return Check(kind=FindingKind.PAYMENT_ACCOUNT, place="payment {}", statement=_compared(asked, came_in))


def _totals(municipality_id: str) -> Iterator[Check]:
    """How many payments a run has, and what they are together."""
    in_run = linked(Payment, SettlementRun, col(Payment.run_id) == col(SettlementRun.id))
    number: Label[int] = func.count(col(Payment.id)).label("number")
    total: Label[int] = func.coalesce(func.sum(col(Payment.amount_cents)), 0).label("total")
    for kind, found, said in (
        (FindingKind.RUN_COUNT, number, col(SettlementRun.count)),
        (FindingKind.RUN_TOTAL, total, col(SettlementRun.total_cents)),
    ):
        statement = (
            select(col(SettlementRun.id), said, found)
            .outerjoin(Payment, in_run)
            .where(col(SettlementRun.municipality_id) == municipality_id)
            .group_by(col(SettlementRun.id), said)
            .having(found.element != said)
        )
        yield Check(kind=kind, place="run {}", statement=statement)
