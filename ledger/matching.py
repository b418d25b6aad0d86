# SPDX-License-Identifier: EUPL-1.2
"""Matching: which payments of ours, or demands, the lines of a statement are about.

By the end-to-end id; else by the bank's own reference, as it gave it before; else a booking of a whole file
by the name of the file; else, money in, by the reference of a demand; else by amount and IBAN, among payments
that can be booked or come back now. Only one that fits is a match: nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlmodel import col

from ledger import payments
from ledger.db import Work
from ledger.formats.camt import Booked
from ledger.identifiers import is_rf_reference
from ledger.rules.states import PAYMENTS, News, PaymentState
from ledger.tables import (
    BankLine,
    BankMessageKind,
    BankStatement,
    Demand,
    LineOutcome,
    Payment,
    PaymentEvent,
    PaymentFile,
)

_REFERENCE = re.compile(r"(?=(RF[0-9]{2}[0-9A-Z]{12}))")
"""As payment_files makes references, found wherever one may begin."""

FINAL = "BOOK"
"""The status of an entry that is booked; any other is not yet money."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What one line is about."""

    payments: tuple[Payment, ...] = ()
    """One, or all that a booking of a whole file may be about; none where nothing fits."""
    outcome: LineOutcome | None = None
    """What became of it where no payment hears of it."""
    file: str | None = None
    """The message id of the file that was booked as one."""
    demand_id: UUID | None = None
    """The demand for which money came in."""


def news(booked: Booked) -> News:
    """Money out is a booking, money in that names a payment of ours its return."""
    return News.RETURN if booked.is_credit else News.BOOK


def match(work: Work, kind: BankMessageKind, lines: Sequence[Booked]) -> list[Found]:
    """What each line is about; found[i] answers lines[i]."""
    found: dict[int, Found] = {
        place: Found(outcome=LineOutcome.NOTED) for place, each in enumerate(lines) if each.status != FINAL
    }
    for step in (_by_id, _by_servicer, _by_file, _by_demand, _by_amount):
        rest = {place: each for place, each in enumerate(lines) if place not in found}
        found |= step(work, kind, rest)
    return [found.get(place, Found(outcome=LineOutcome.UNMATCHED)) for place in range(len(lines))]


def _by_id(work: Work, kind: BankMessageKind, lines: Mapping[int, Booked]) -> dict[int, Found]:
    ids = {each.end_to_end_id for each in lines.values() if each.end_to_end_id}
    rows = work.session.scalars(
        select(Payment).where(
            col(Payment.municipality_id) == work.municipality_id, col(Payment.end_to_end_id).in_(ids)
        )
    )
    known = {row.end_to_end_id: row for row in rows}
    return {
        place: _one(known[each.end_to_end_id], each)
        for place, each in lines.items()
        if each.end_to_end_id in known
    }


def _by_servicer(work: Work, kind: BankMessageKind, lines: Mapping[int, Booked]) -> dict[int, Found]:
    """By what the bank called the payment when it spoke of it first; of several, those of this amount."""
    references = {each.servicer_ref for each in lines.values() if each.servicer_ref}
    rows = work.session.execute(
        select(col(PaymentEvent.servicer_reference), Payment)
        .join(
            Payment,
            (col(Payment.municipality_id) == col(PaymentEvent.municipality_id))
            & (col(Payment.id) == col(PaymentEvent.payment_id)),
        )
        .where(
            col(PaymentEvent.municipality_id) == work.municipality_id,
            col(PaymentEvent.servicer_reference).in_(references),
        )
    )
    known: defaultdict[str | None, dict[UUID, Payment]] = defaultdict(dict)
    for reference, payment in rows:
        known[reference][payment.id] = payment
    return _chosen(lines, lambda each: known[each.servicer_ref].values() if each.servicer_ref else ())


def _by_file(work: Work, kind: BankMessageKind, lines: Mapping[int, Booked]) -> dict[int, Found]:
    """A booking of all payments of a file that were not refused, as one amount."""
    whole = {
        place: each
        for place, each in lines.items()
        if not each.detail_number and not each.is_credit and (each.payment_info_id or each.message_id)
    }
    names = {name for each in whole.values() for name in (each.payment_info_id, each.message_id) if name}
    files = {
        row.message_id: row
        for row in work.session.scalars(
            select(PaymentFile).where(
                col(PaymentFile.municipality_id) == work.municipality_id,
                col(PaymentFile.message_id).in_(names),
            )
        )
    }
    told = _told(work, kind, files.keys())
    found: dict[int, Found] = {}
    for place, each in whole.items():
        file = files.get(each.payment_info_id or "") or files.get(each.message_id or "")
        if file is not None:
            found[place] = _whole(work, file, each, was_told=file.message_id in told)
            if found[place].outcome is None:
                told.add(file.message_id)
    return found


def _whole(work: Work, file: PaymentFile, booked: Booked, *, was_told: bool) -> Found:
    if was_told:
        return Found(outcome=LineOutcome.CONTRADICTS, file=file.message_id)
    rows = work.session.scalars(
        select(Payment)
        .where(
            col(Payment.municipality_id) == work.municipality_id,
            col(Payment.run_id) == file.run_id,
            col(Payment.file) == file.number,
        )
        .order_by(col(Payment.id))
    ).all()
    states = payments.states(work, rows)
    taken = tuple(row for row in rows if states[row.id] is not PaymentState.REJECTED)
    if sum(row.amount_cents for row in taken) != booked.amount_cents:
        return Found(outcome=LineOutcome.AMOUNT_DIFFERS, file=file.message_id)
    return Found(payments=taken, file=file.message_id)


def _told(work: Work, kind: BankMessageKind, names: Collection[str]) -> set[str]:
    """Which of these files messages of this kind have booked as one before."""
    statement = (
        select(col(BankLine.file))
        .join(
            BankStatement,
            (col(BankStatement.municipality_id) == col(BankLine.municipality_id))
            & (col(BankStatement.id) == col(BankLine.statement_id)),
        )
        .where(
            col(BankLine.municipality_id) == work.municipality_id,
            col(BankLine.file).in_(names),
            col(BankLine.outcome).in_([LineOutcome.BOOKED, LineOutcome.KNOWN]),
            col(BankStatement.kind) == kind,
        )
    )
    return {name for name in work.session.scalars(statement) if name is not None}


def _by_demand(work: Work, kind: BankMessageKind, lines: Mapping[int, Booked]) -> dict[int, Found]:
    """Money in that names the reference of a demand, where a reference belongs or in its text.

    A statement books it; a notice says nothing that no statement says. More than one demand is told.
    """
    named = {
        place: _references(each)
        for place, each in lines.items()
        if each.is_credit and not each.return_code and not each.is_reversal
    }
    references = {reference for each in named.values() for reference in each}
    if not references:
        return {}
    rows = work.session.execute(
        select(col(Demand.reference), col(Demand.id)).where(
            col(Demand.municipality_id) == work.municipality_id, col(Demand.reference).in_(references)
        )
    )
    known: dict[str, UUID] = {row[0]: row[1] for row in rows}
    found: dict[int, Found] = {}
    for place, candidates in named.items():
        ids = {known[reference] for reference in candidates if reference in known}
        if ids and kind is not BankMessageKind.STATEMENT:
            found[place] = Found(outcome=LineOutcome.NOTED)
        elif ids:
            outcome = LineOutcome.AMBIGUOUS if len(ids) > 1 else None
            found[place] = Found(outcome=outcome, demand_id=min(ids))
    return found


def _references(booked: Booked) -> set[str]:
    """What can be a reference of ours, however it is spaced."""
    texts = [text for text in (booked.reference, booked.remittance) if text]
    told = ("".join(text.split()).upper() for text in texts)
    found = {match[1] for text in told for match in _REFERENCE.finditer(text)}
    return {each for each in found if is_rf_reference(each)}


def _by_amount(work: Work, kind: BankMessageKind, lines: Mapping[int, Booked]) -> dict[int, Found]:
    """Among payments for which this is possible news; money in only where the bank says that it came back.

    Not where the line names an end-to-end id: it is none of ours, so neither is the payment.
    """
    asked = {
        place: each
        for place, each in lines.items()
        if each.counterparty_iban
        and not each.end_to_end_id
        and (not each.is_credit or each.return_code or each.is_reversal)
    }
    pairs = {(each.counterparty_iban, each.amount_cents) for each in asked.values()}
    rows = work.session.scalars(
        select(Payment).where(
            col(Payment.municipality_id) == work.municipality_id,
            tuple_(col(Payment.creditor_iban), col(Payment.amount_cents)).in_(pairs),
        )
    ).all()
    states = payments.states(work, rows)
    known: defaultdict[tuple[str, int, News], list[Payment]] = defaultdict(list)
    for row in rows:
        for word in (News.BOOK, News.RETURN):
            if PAYMENTS.get((states[row.id], word)) is not None:
                known[row.creditor_iban, row.amount_cents, word].append(row)
    return _chosen(asked, lambda each: known[each.counterparty_iban or "", each.amount_cents, news(each)])


def _chosen(
    lines: Mapping[int, Booked], candidates: Callable[[Booked], Collection[Payment]]
) -> dict[int, Found]:
    """The one candidate of the right amount; more than one is told, none is left to the next step."""
    found: dict[int, Found] = {}
    for place, each in lines.items():
        fitting = [payment for payment in candidates(each) if payment.amount_cents == each.amount_cents]
        if len(fitting) == 1:
            found[place] = _one(fitting[0], each)
        elif fitting:
            found[place] = Found(outcome=LineOutcome.AMBIGUOUS)
    return found


def _one(payment: Payment, booked: Booked) -> Found:
    if payment.amount_cents != booked.amount_cents:
        return Found(payments=(payment,), outcome=LineOutcome.AMOUNT_DIFFERS)
    return Found(payments=(payment,))
