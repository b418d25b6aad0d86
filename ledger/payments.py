# SPDX-License-Identifier: EUPL-1.2
"""Payments: what the bank's word makes of them, and the entries that follow.

Paid is only what the bank has booked. What it refuses or sends back is owed again to the same accounts it was
taken from, and goes with the next run; other payments of the run are not touched.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, false, func, select, union_all
from sqlmodel import col

from ledger import bulk, db, entries, payees, runs
from ledger.db import Work
from ledger.entries import Posting
from ledger.errors import NotFound
from ledger.ids import NOBODY, uuid7
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.states import PAYMENTS, SENT, News, PaymentState, run_after
from ledger.tables import (
    BankLine,
    BankMessageKind,
    BankStatement,
    Entry,
    LineOutcome,
    PayeeOutcome,
    Payment,
    PaymentEvent,
    PaymentFile,
    Settlement,
)
from ledger.tables.base import linked
from ledger.units import Unit

_OUTCOMES = {
    News.ACCEPT: LineOutcome.ACCEPTED,
    News.REJECT: LineOutcome.REJECTED,
    News.BOOK: LineOutcome.BOOKED,
    News.RETURN: LineOutcome.RETURNED,
}


@dataclass(kw_only=True, eq=False)
class PaymentNotFound(NotFound):
    """There is no such payment here."""

    code = "payment_not_found"
    id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What one line says of one payment."""

    line: int
    payment_id: UUID
    news: News
    code: str
    """The bank's reason; empty where it gave none."""
    servicer_reference: str | None
    at: datetime


@dataclass(kw_only=True, slots=True)
class Known:
    """A payment as it is; it changes as words are heard."""

    payment: Payment
    state: PaymentState
    events: int = 0
    told_by: set[tuple[BankMessageKind, News]] = field(default_factory=set)
    """Which kinds of message have told its booking or return: each may do so once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heard:
    """A word that changes something."""

    word: Word
    known: Known
    state: PaymentState
    number: int
    id: UUID = field(default_factory=uuid7)


def known(work: Work, payments: Collection[Payment]) -> dict[UUID, Known]:
    """These payments as they are, by id."""
    sent = _sent(work, {each.run_id for each in payments})
    found = {
        each.id: Known(
            payment=each,
            state=PaymentState.EXPORTED if each.run_id in sent else PaymentState.RELEASED,
        )
        for each in payments
    }
    for payment_id, number, state in work.session.execute(_events(work, found.keys())):
        found[payment_id].state, found[payment_id].events = state, number
    for payment_id, kind, has_come_back in work.session.execute(_told(work, found.keys())):
        found[payment_id].told_by.add((kind, News.RETURN if has_come_back else News.BOOK))
    return found


def hear(
    work: Work,
    statement: BankStatement,
    words: Sequence[Word],
    about: Mapping[UUID, Known],
) -> list[LineOutcome]:
    """Let what is said become events and entries; outcomes[i] is what came of words[i].

    Words are judged in their order, each seeing what the earlier ones made. A word that contradicts what is
    known changes nothing. The caller works alone on bank messages (runs.locked).
    """
    outcomes: list[LineOutcome] = []
    heard: list[_Heard] = []
    for word in words:
        outcome, event = _judge(word, about[word.payment_id], statement.kind)
        outcomes.append(outcome)
        heard += [event] if event else []
    # After this point only writes.
    bulk.insert(work, PaymentEvent, [_row(work, statement, each) for each in heard])
    _post(work, heard)
    payees.note(work, _unpayable(work, statement, heard))
    return outcomes


def tell_runs(work: Work, run_ids: Collection[UUID]) -> None:
    """Bring runs that were sent to what their payments are now; they were changed in this transaction.

    A run of which no file was taken out stays as it is: what a bank says of it contradicts.
    """
    states = runs.states(work, run_ids)
    for run_id in sorted(id_ for id_, state in states.items() if state in SENT):
        now = run_after(counted(work, run_id))
        if now is not states[run_id]:
            runs.advance(work, run_id, now)


def counted(work: Work, run_id: UUID) -> dict[PaymentState, int]:
    """How many payments of a run that was sent are in each state."""
    each = (
        select(_last_state().label("state"))
        .where(col(Payment.municipality_id) == work.municipality_id, col(Payment.run_id) == run_id)
        .subquery()
    )
    rows = work.session.execute(select(each.c.state, func.count()).group_by(each.c.state))
    return {state or PaymentState.EXPORTED: many for state, many in rows}


def of_state(
    work: Work, run_id: UUID, state: PaymentState, *, after: UUID | None = None, limit: int = 50
) -> list[Payment]:
    """The payments of a run that are in one state, in the order of their ids; after is the one seen last."""
    statement = select(Payment).where(
        col(Payment.municipality_id) == work.municipality_id, col(Payment.run_id) == run_id
    )
    if state in {PaymentState.RELEASED, PaymentState.EXPORTED}:  # of these the bank has said nothing
        if _sent(work, {run_id}) != ({run_id} if state is PaymentState.EXPORTED else set()):
            return []
        statement = statement.where(_last_state().is_(None))
    else:
        statement = statement.where(_last_state() == state)
    if after is not None:
        statement = statement.where(col(Payment.id) > after)
    return list(work.session.scalars(statement.order_by(col(Payment.id)).limit(limit)))


def states(work: Work, payments: Collection[Payment]) -> dict[UUID, PaymentState]:
    """What these payments are now, by id."""
    return {id_: each.state for id_, each in known(work, payments).items()}


def get(work: Work, payment_id: UUID) -> Payment:
    """One payment. Raises PaymentNotFound."""
    found = work.session.get(Payment, (work.municipality_id, payment_id))
    if found is None:
        raise PaymentNotFound(id=payment_id)
    return found


def of_reference(work: Work, reference: str, *, limit: int) -> Sequence[Payment]:
    """The payments of which the bank was told this reference, however it is spaced; the newest first."""
    statement = select(Payment).where(
        col(Payment.municipality_id) == work.municipality_id,
        col(Payment.reference) == "".join(reference.split()).upper(),
    )
    return work.session.scalars(statement.order_by(col(Payment.id).desc()).limit(limit)).all()


def events(work: Work, payment_id: UUID) -> list[PaymentEvent]:
    """What the bank said of one payment, the oldest first."""
    statement = (
        select(PaymentEvent)
        .where(
            col(PaymentEvent.municipality_id) == work.municipality_id,
            col(PaymentEvent.payment_id) == payment_id,
        )
        .order_by(col(PaymentEvent.number))
    )
    return list(work.session.scalars(statement))


def _judge(word: Word, about: Known, kind: BankMessageKind) -> tuple[LineOutcome, _Heard | None]:
    """What comes of one word. The same booking may be told by a statement and by a notice, once by each."""
    is_of_money = word.news in {News.BOOK, News.RETURN}
    told_before = {news for _, news in about.told_by}
    if is_of_money and word.news in told_before and (kind, word.news) not in about.told_by:
        about.told_by.add((kind, word.news))
        return LineOutcome.KNOWN, None
    after = PAYMENTS.get((about.state, word.news))
    if after is None:
        return LineOutcome.CONTRADICTS, None
    if after is about.state:
        return LineOutcome.KNOWN, None
    about.state, about.events = after, about.events + 1
    if is_of_money:
        about.told_by.add((kind, word.news))
    return _OUTCOMES[word.news], _Heard(word=word, known=about, state=after, number=about.events)


def _last_state() -> ScalarSelect[PaymentState]:
    """What the bank's last word made of a payment; nothing where it said nothing."""
    return (
        select(col(PaymentEvent.state))
        .where(
            col(PaymentEvent.municipality_id) == col(Payment.municipality_id),
            col(PaymentEvent.payment_id) == col(Payment.id),
        )
        .order_by(col(PaymentEvent.number).desc())
        .limit(1)
        .scalar_subquery()
    )


def _sent(work: Work, run_ids: set[UUID]) -> set[UUID]:
    return {run_id for run_id, state in runs.states(work, run_ids).items() if state in SENT}


def _events(work: Work, payment_ids: Collection[UUID]) -> Any:
    """payment_id, number and state, ascending: of each payment the last one counts."""
    return (
        select(col(PaymentEvent.payment_id), col(PaymentEvent.number), col(PaymentEvent.state))
        .where(
            col(PaymentEvent.municipality_id) == work.municipality_id,
            col(PaymentEvent.payment_id).in_(payment_ids),
        )
        .order_by(col(PaymentEvent.payment_id), col(PaymentEvent.number))
    )


def _told(work: Work, payment_ids: Collection[UUID]) -> Any:
    """payment_id, kind of message, and whether it came back: everything that told money of these payments.

    What changed a payment are its events; what told the same again are lines, of one payment or of all of
    its file together.
    """
    changed = (
        select(
            col(PaymentEvent.payment_id),
            col(BankStatement.kind),
            col(PaymentEvent.state) == PaymentState.RETURNED,
        )
        .join(BankStatement, linked(BankStatement, PaymentEvent, _IS_ITS))
        .where(
            col(PaymentEvent.municipality_id) == work.municipality_id,
            col(PaymentEvent.payment_id).in_(payment_ids),
            col(PaymentEvent.state).in_([PaymentState.BOOKED, PaymentState.RETURNED]),
        )
    )
    again = (
        select(col(BankLine.payment_id), col(BankStatement.kind), col(BankLine.cents) > 0)
        .join(
            BankStatement,
            linked(BankStatement, BankLine, col(BankStatement.id) == col(BankLine.statement_id)),
        )
        .where(
            col(BankLine.municipality_id) == work.municipality_id,
            col(BankLine.payment_id).in_(payment_ids),
            col(BankLine.outcome) == LineOutcome.KNOWN,
            col(BankLine.cents) != 0,
        )
    )
    together = (
        select(col(PaymentEvent.payment_id), col(BankStatement.kind), false())
        .join(Payment, linked(Payment, PaymentEvent, col(Payment.id) == col(PaymentEvent.payment_id)))
        .join(PaymentFile, linked(PaymentFile, Payment, _IN_FILE))
        .join(BankLine, linked(BankLine, PaymentFile, col(BankLine.file) == col(PaymentFile.message_id)))
        .join(
            BankStatement,
            linked(BankStatement, BankLine, col(BankStatement.id) == col(BankLine.statement_id)),
        )
        .where(
            col(PaymentEvent.municipality_id) == work.municipality_id,
            col(PaymentEvent.payment_id).in_(payment_ids),
            col(PaymentEvent.state) == PaymentState.BOOKED,
            col(BankLine.payment_id).is_(None),
            col(BankLine.outcome).in_([LineOutcome.BOOKED, LineOutcome.KNOWN]),
            col(BankLine.cents) != 0,
        )
    )
    return union_all(changed, again, together)


_IN_FILE = (col(PaymentFile.run_id) == col(Payment.run_id)) & (col(PaymentFile.number) == col(Payment.file))
_IS_ITS = col(BankStatement.id) == col(PaymentEvent.statement_id)


def _row(work: Work, statement: BankStatement, heard: _Heard) -> dict[str, Any]:
    return {
        "municipality_id": work.municipality_id,
        "payment_id": heard.word.payment_id,
        "number": heard.number,
        "id": heard.id,
        "state": heard.state,
        "code": heard.word.code,
        "statement_id": statement.id,
        "line": heard.word.line,
        "servicer_reference": heard.word.servicer_reference,
        "at": heard.word.at,
        "recorded_at": work.now,
    }


def _post(work: Work, heard: Sequence[_Heard]) -> None:
    """A booking leaves; what was refused or came back goes to the accounts it was taken from."""
    treasury = entries.pot(work, (AccountKind.TREASURY, NOBODY, Unit.EUROCENT))
    back = [each for each in heard if each.state in {PaymentState.REJECTED, PaymentState.RETURNED}]
    settled = _settled(work, {each.known.payment.settlement_id for each in back})
    postings: list[Posting] = []
    for each in heard:
        own = entries.pot(work, (AccountKind.IN_PAYMENT, each.known.payment.id, Unit.EUROCENT)).id
        if each.state is PaymentState.BOOKED:
            postings.append(_paid(each, own, treasury.id))
        elif each.state is PaymentState.REJECTED:
            postings += _owed_again(each, EntryKind.REOPEN, own, settled)
        elif each.state is PaymentState.RETURNED:
            postings += _owed_again(each, EntryKind.RETURN, treasury.id, settled)
    entries.post(work, postings, opening=[treasury])


def _unpayable(work: Work, statement: BankStatement, heard: Sequence[_Heard]) -> Iterator[payees.Heard]:
    """The payees whose payment was refused or came back because of the account itself."""
    back = [each for each in heard if payees.UNPAYABLE & set(each.word.code.split())]
    rows = db.rows(work, Settlement, {each.known.payment.settlement_id for each in back})
    for each in back:
        payment = each.known.payment
        yield payees.Heard(
            provider_id=rows[payment.settlement_id].provider_id,
            account_holder_name=payment.creditor_name,
            iban=payment.creditor_iban,
            outcome=PayeeOutcome.NOT_PAYABLE,
            name_at_bank=None,
            source=f"{statement.kind} {statement.statement_id}, {each.word.code}",
        )


def _paid(heard: _Heard, own: UUID, treasury: UUID) -> Posting:
    return Posting(
        kind=EntryKind.PAID,
        debit_account_id=own,
        credit_account_id=treasury,
        unit=Unit.EUROCENT,
        amount=heard.known.payment.amount_cents,
        cause_id=heard.id,
        at=heard.word.at,
    )


def _owed_again(
    heard: _Heard, kind: EntryKind, source: UUID, settled: Mapping[UUID, Sequence[Entry]]
) -> Iterator[Posting]:
    """The mirror of each entry by which it was settled; each is mirrored once, which the database sees to."""
    for entry in settled[heard.known.payment.settlement_id]:
        yield Posting(
            kind=kind,
            debit_account_id=source,
            credit_account_id=entry.debit_account_id,
            unit=Unit.EUROCENT,
            amount=entry.amount,
            cause_id=heard.id,
            reverses_id=entry.id,
            at=entry.at,
        )


def _settled(work: Work, settlement_ids: set[UUID]) -> Mapping[UUID, list[Entry]]:
    """The entries by which these were settled, but for what was set off."""
    statement = select(Entry).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.cause_id).in_(settlement_ids),
        col(Entry.kind) == EntryKind.SETTLE,
    )
    found: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for entry in work.session.scalars(statement.order_by(col(Entry.id))):
        found[entry.cause_id].append(entry)
    return found
