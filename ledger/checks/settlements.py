# SPDX-License-Identifier: EUPL-1.2
"""Checks of settlements: lines are entries, settlements their lines, payments their settlements."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Label, Select, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import open_items, payment_files
from ledger.checks.findings import Check, Finding, FindingKind
from ledger.clock import day_after, day_start
from ledger.db import Work
from ledger.errors import MalformedFile
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.states import OPEN, PaymentState
from ledger.tables import (
    Account,
    Entry,
    Gathered,
    OpenItem,
    Payment,
    PaymentEvent,
    PaymentFile,
    RunRelease,
    RunStep,
    Settlement,
    SettlementLine,
    SettlementRun,
)
from ledger.tables.base import linked
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
    yield from _open_items(municipality_id)
    yield from _set_apart(municipality_id)
    yield from _words_of_the_bank(municipality_id)


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
    """Payment files that, made again from the rows, are others; streamed, one after another."""
    statement = (
        select(PaymentFile, RunRelease, col(SettlementRun.requested_on))
        .join(RunRelease, linked(RunRelease, PaymentFile, col(RunRelease.run_id) == col(PaymentFile.run_id)))
        .join(
            SettlementRun, linked(SettlementRun, RunRelease, col(SettlementRun.id) == col(RunRelease.run_id))
        )
        .where(col(PaymentFile.municipality_id) == work.municipality_id)
        .order_by(col(PaymentFile.run_id), col(PaymentFile.number))
    )
    for file, release, requested_on in work.session.execute(statement).all():
        try:
            found = payment_files.digest(payment_files.lines(work, requested_on, release, file)).hex()
        except MalformedFile as error:
            found = f"no file: {error.place} {error.fault}"
        if found != file.sha256.hex():
            yield Finding(
                kind=FindingKind.RUN_FILE,
                place=f"run {file.run_id}, file {file.number}",
                expected=file.sha256.hex(),
                found=found,
            )


def _parties(municipality_id: str) -> Any:
    """id and provider_id of every owner of a payable account."""
    return open_items.parties(municipality_id).subquery()


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
    """How many payments a release and each of its files have, and what they are together."""
    of_release = linked(Payment, RunRelease, col(Payment.run_id) == col(RunRelease.run_id))
    of_file = linked(
        Payment,
        PaymentFile,
        col(Payment.run_id) == col(PaymentFile.run_id),
        col(Payment.file) == col(PaymentFile.number),
    )
    number: Label[int] = func.count(col(Payment.id)).label("number")
    total: Label[int] = func.coalesce(func.sum(col(Payment.amount_cents)), 0).label("total")
    for table, link, keys, place in (
        (RunRelease, of_release, [col(RunRelease.run_id)], "run {}"),
        (
            PaymentFile,
            of_file,
            [col(PaymentFile.run_id), col(PaymentFile.number)],
            "run {}, file {}",
        ),
    ):
        for kind, found, said in (
            (FindingKind.RUN_COUNT, number, col(table.count)),
            (FindingKind.RUN_TOTAL, total, col(table.total_cents)),
        ):
            statement = (
                select(*keys, said, found)
                .outerjoin(Payment, link)
                .where(col(table.municipality_id) == municipality_id)
                .group_by(*keys, said)
                .having(found.element != said)
            )
            yield Check(kind=kind, place=place, statement=statement)


def _open_items(municipality_id: str) -> Iterator[Check]:
    """What is open of each provider against what its accounts hold; no item is settled, or was not booked."""
    balance, party = col(Account.credits) - col(Account.debits), _parties(municipality_id)
    asked: Select[*tuple[Any, ...]] = (
        select(party.c.provider_id.label("id"), balance.label("expected"), literal(0).label("found"))
        .join(party, party.c.id == col(Account.owner_id))
        .where(
            col(Account.municipality_id) == municipality_id,
            col(Account.kind) == AccountKind.PAYABLE,
            col(Account.unit) == Unit.EUROCENT,
        )
    )
    owing = open_items.owing(municipality_id).subquery()
    items = select(owing.c.provider_id, literal(0), owing.c.cents)
    yield Check(kind=FindingKind.OPEN_ITEMS, place="provider {}", statement=_compared(asked, items))
    kept = select(
        col(OpenItem.entry_id),
        col(OpenItem.cents),
        func.coalesce(owing.c.cents, 0),
    ).outerjoin(owing, owing.c.entry_id == col(OpenItem.entry_id))
    yield Check(
        kind=FindingKind.OPEN_ITEM,
        place="entry {}",
        statement=kept.where(
            col(OpenItem.municipality_id) == municipality_id,
            owing.c.cents.is_distinct_from(col(OpenItem.cents))
            | owing.c.account_id.is_distinct_from(col(OpenItem.account_id))
            | owing.c.origin_id.is_distinct_from(col(OpenItem.origin_id))
            | owing.c.provider_id.is_distinct_from(col(OpenItem.provider_id))
            | owing.c.at.is_distinct_from(col(OpenItem.at)),
        ),
    )


def lacking_items(work: Work) -> Iterator[Finding]:
    """What is owed and not settled, is older than what was gathered, and still is no open item."""
    gathered = work.session.get(Gathered, work.municipality_id)
    if gathered is None:
        return
    owing = open_items.owing(work.municipality_id).subquery()
    is_kept = exists().where(
        col(OpenItem.municipality_id) == work.municipality_id, col(OpenItem.entry_id) == owing.c.entry_id
    )
    before = open_items.passed(gathered.through)
    statement = select(owing.c.entry_id, owing.c.cents).where(~is_kept, owing.c.entry_id < before)
    for entry_id, cents in work.session.execute(statement):
        yield Finding(kind=FindingKind.OPEN_ITEM, place=f"entry {entry_id}", expected=cents, found=0)


def _set_apart(municipality_id: str) -> Iterator[Check]:
    """Items that a run has set apart which is not open: no other run would ever take them."""
    is_open = exists().where(
        col(RunStep.municipality_id) == col(OpenItem.municipality_id),
        col(RunStep.run_id) == col(OpenItem.run_id),
    )
    is_over = exists().where(
        col(RunStep.municipality_id) == col(OpenItem.municipality_id),
        col(RunStep.run_id) == col(OpenItem.run_id),
        col(RunStep.state).not_in(OPEN),
    )
    yield Check(
        kind=FindingKind.OPEN_ITEM,
        place="entry {}, run {}",
        statement=select(col(OpenItem.entry_id), col(OpenItem.run_id), literal(0), literal(1)).where(
            col(OpenItem.municipality_id) == municipality_id,
            col(OpenItem.run_id).is_not(None),
            or_(~is_open, is_over),
        ),
    )


def _words_of_the_bank(municipality_id: str) -> Iterator[Check]:
    """What went out of the account of each payment, against what the bank said of it last."""
    last = (
        select(col(PaymentEvent.payment_id), func.max(col(PaymentEvent.number)).label("number"))
        .where(col(PaymentEvent.municipality_id) == municipality_id)
        .group_by(col(PaymentEvent.payment_id))
        .subquery()
    )
    is_over = col(PaymentEvent.state).in_([PaymentState.BOOKED, PaymentState.REJECTED, PaymentState.RETURNED])
    said: Select[*tuple[Any, ...]] = (
        select(
            col(Payment.id).label("id"),
            col(Payment.amount_cents).label("expected"),
            literal(0).label("found"),
        )
        .join(last, last.c.payment_id == col(Payment.id))
        .join(
            PaymentEvent,
            linked(
                PaymentEvent,
                Payment,
                col(PaymentEvent.payment_id) == col(Payment.id),
                col(PaymentEvent.number) == last.c.number,
            ),
        )
        .where(col(Payment.municipality_id) == municipality_id, is_over)
    )
    went_out = (
        select(col(Account.owner_id), literal(0), col(Entry.amount))
        .join(Entry, linked(Entry, Account, col(Entry.debit_account_id) == col(Account.id)))
        .where(
            col(Account.municipality_id) == municipality_id,
            col(Account.kind) == AccountKind.IN_PAYMENT,
        )
    )
    yield Check(kind=FindingKind.PAYMENT_STATE, place="payment {}", statement=_compared(said, went_out))
