# SPDX-License-Identifier: EUPL-1.2
"""What the bank answers to a payment file (pain.002): read once, and in one transaction.

A technical acceptance is no payment: what is accepted waits for the statement. A status of the whole file
holds for every payment that no line names, but for a partial acceptance: then those wait for the statement.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import bank_messages, bulk, db, payees, payments
from ledger.bank_messages import Reading, StatementChanged
from ledger.db import Work
from ledger.errors import Refused
from ledger.formats import pain002
from ledger.formats.pain002 import PaymentStatus, StatusReason, StatusReport
from ledger.ids import NOBODY, uuid7
from ledger.payments import Word
from ledger.rules.states import News, PaymentState
from ledger.tables import (
    BankLine,
    BankMessageKind,
    BankStatement,
    LineOutcome,
    PayeeOutcome,
    Payment,
    PaymentFile,
    RunRelease,
    Settlement,
)

LINES_AT_ONCE: Final = 2000
"""How many lines are in memory at once."""

NEWS: Final = {
    "RJCT": News.REJECT,
    "CANC": News.REJECT,
    **dict.fromkeys(("ACTC", "ACCP", "ACSP", "ACSC", "ACCC", "ACWC"), News.ACCEPT),
}
"""What a status says of money. Any other (RCVD, PDNG, those of Verification of Payee) says nothing of it yet.
Source: ISO 20022 external code set ExternalPaymentTransactionStatus1Code.
"""


DOUBLE: Final = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})
"""Reasons of a refusal that say that the bank has it already. What it has may be paid: it is not owed again,
and somebody has to look. Source: ISO 20022 external code set ExternalStatusReason1Code.
"""

_WORST_FIRST = (LineOutcome.CONTRADICTS, LineOutcome.REJECTED, LineOutcome.ACCEPTED, LineOutcome.KNOWN)


VERIFIED: Final = {
    "RCVC": PayeeOutcome.MATCH,
    "RVMC": PayeeOutcome.CLOSE_MATCH,
    "RVNM": PayeeOutcome.NO_MATCH,
    "RVNA": PayeeOutcome.NOT_POSSIBLE,
}
"""What a status of Verification of Payee says of one payment (Regulation (EU) 2024/886 art. 5c)."""


@dataclass(kw_only=True, eq=False)
class AnsweredFileUnknown(Refused):
    """The bank answers to a file that this municipality did not make."""

    code = "answered_file_unknown"
    message: str
    """What the answer is called."""


def read(work: Work, source: BinaryIO) -> Reading:
    """Read an answer; the same file, or answer, again changes nothing. The source can be wound back.

    Raises MalformedFile, AnsweredFileUnknown, StatementChanged; then nothing may be kept.
    """
    digest, earlier = bank_messages.seen(work, source)
    if earlier is not None:
        return bank_messages.reading(work, earlier)
    surveyed = _survey(pain002.read(source))
    file = _file(work, surveyed)
    row = _row(work, file, surveyed)
    same = _same(work, row)
    if same is not None and same.content_sha256 != row.content_sha256:
        raise StatementChanged(statement=row.statement_id)
    # After this point only writes.
    message = bank_messages.begin(work, BankMessageKind.ANSWER, surveyed.report.message_id, digest)
    if same is None:
        source.seek(0)
        row.message_id = message.id
        bulk.insert(work, BankStatement, [row.model_dump()])
        _hear(work, row, file, pain002.read(source))
        payments.tell_runs(work, [file.run_id])
    return bank_messages.reading(work, message)


@dataclass(frozen=True, kw_only=True)
class _Surveyed:
    """An answer that was read once without keeping its lines."""

    report: StatusReport
    lines: int
    content_sha256: bytes


def _survey(report: StatusReport) -> _Surveyed:
    """Raises MalformedFile, also for what is cut off."""
    head = (report.original_message_id, report.group_status, report.reasons, report.counts)
    content, lines = sha256(repr(head).encode()), 0
    for line in report.lines:
        content.update(repr(line).encode())
        lines += 1
    return _Surveyed(report=report, lines=lines, content_sha256=content.digest())


def _file(work: Work, surveyed: _Surveyed) -> PaymentFile:
    statement = select(PaymentFile).where(
        col(PaymentFile.municipality_id) == work.municipality_id,
        col(PaymentFile.message_id) == surveyed.report.original_message_id,
    )
    found = work.session.scalars(statement).one_or_none()
    if found is None:
        raise AnsweredFileUnknown(message=surveyed.report.message_id)
    return found


def _row(work: Work, file: PaymentFile, surveyed: _Surveyed) -> BankStatement:
    release = work.session.get(RunRelease, (work.municipality_id, file.run_id))
    assert release is not None, "a file is made at the release"
    return BankStatement(
        municipality_id=work.municipality_id,
        id=uuid7(),
        message_id=uuid7(),  # the message's own when it is written
        kind=BankMessageKind.ANSWER,
        account_iban=release.debtor_iban,
        statement_id=surveyed.report.message_id,
        lines=surveyed.lines,
        content_sha256=surveyed.content_sha256,
    )


def _same(work: Work, row: BankStatement) -> BankStatement | None:
    statement = select(BankStatement).where(
        col(BankStatement.municipality_id) == work.municipality_id,
        col(BankStatement.kind) == row.kind,
        col(BankStatement.account_iban) == row.account_iban,
        col(BankStatement.statement_id) == row.statement_id,
    )
    return work.session.scalars(statement).one_or_none()


def _hear(work: Work, row: BankStatement, file: PaymentFile, report: StatusReport) -> None:
    """The lines first, then what is said of the whole file, for the payments that no line has changed."""
    number = 1
    whole, reasons = report.group_status, report.reasons
    while piece := list(islice(report.lines, LINES_AT_ONCE)):
        named = [each for each in piece if each.end_to_end_id is not None]
        for each in piece:
            if each.end_to_end_id is None:
                whole = each.status or each.payment_info_status or whole
                reasons = each.reasons or reasons
        _hear_lines(work, row, file, named, first=number, otherwise=report.group_status)
        number += len(named)
    news = NEWS.get(whole or "")
    if news is News.REJECT and _is_double(reasons):
        outcome = LineOutcome.CONTRADICTS
    else:
        outcome = _hear_whole(work, row, file, news, number) if news else LineOutcome.NOTED
    code = " ".join(reason.code for reason in reasons if reason.code)
    bulk.insert(work, BankLine, [_line(row, number, outcome, code or whole or "", file=file.message_id)])


def _hear_lines(
    work: Work,
    row: BankStatement,
    file: PaymentFile,
    piece: Sequence[PaymentStatus],
    *,
    first: int,
    otherwise: str | None,
) -> None:
    found = _named(work, file, piece)
    about = payments.known(work, found.values())
    numbered = list(enumerate(piece, start=first))
    words = [
        word
        for number, each in numbered
        for word in _words(work, number, each, found.get(each.end_to_end_id or ""), otherwise)
    ]
    outcomes = dict(zip((word.line for word in words), payments.hear(work, row, words, about), strict=True))
    rows = []
    for number, each in numbered:
        payment = found.get(each.end_to_end_id or "")
        outcome = outcomes.get(number) or _unheard(each, payment)
        rows.append(_line(row, number, outcome, _code(each, otherwise), payment=payment, status=each))
    bulk.insert(work, BankLine, rows)
    payees.note(work, _checked(work, row, piece, found))


def _checked(
    work: Work, row: BankStatement, piece: Sequence[PaymentStatus], found: Mapping[str, Payment]
) -> Iterator[payees.Heard]:
    """What the bank says of names and accounts (Verification of Payee)."""
    said = [
        (VERIFIED[each.status or ""], each, found[each.end_to_end_id or ""])
        for each in piece
        if each.status in VERIFIED and each.end_to_end_id in found
    ]
    settlements = db.rows(work, Settlement, {payment.settlement_id for _, _, payment in said})
    for outcome, each, payment in said:
        yield payees.Heard(
            provider_id=settlements[payment.settlement_id].provider_id,
            account_holder_name=payment.creditor_name,
            iban=payment.creditor_iban,
            outcome=outcome,
            name_at_bank=each.matched_name,
            source=f"{row.kind} {row.statement_id}",
        )


def _named(work: Work, file: PaymentFile, piece: Sequence[PaymentStatus]) -> dict[str, Payment]:
    """The payments of this file that lines name, by end-to-end id."""
    statement = select(Payment).where(
        col(Payment.municipality_id) == work.municipality_id,
        col(Payment.run_id) == file.run_id,
        col(Payment.file) == file.number,
        col(Payment.end_to_end_id).in_({each.end_to_end_id for each in piece}),
    )
    return {row.end_to_end_id: row for row in work.session.scalars(statement)}


def _words(
    work: Work, number: int, said: PaymentStatus, payment: Payment | None, otherwise: str | None
) -> Iterator[Word]:
    news = NEWS.get(said.status or said.payment_info_status or otherwise or "")
    if payment is None or news is None or _differs(said, payment) or _is_double(said.reasons):
        return
    yield Word(
        line=number,
        payment_id=payment.id,
        news=news,
        code=_code(said, otherwise),
        servicer_reference=said.servicer_ref,
        at=work.now,
    )


def _unheard(said: PaymentStatus, payment: Payment | None) -> LineOutcome:
    if payment is None:
        return LineOutcome.UNMATCHED
    if _differs(said, payment):
        return LineOutcome.AMOUNT_DIFFERS
    return LineOutcome.CONTRADICTS if _is_double(said.reasons) else LineOutcome.NOTED


def _is_double(reasons: Sequence[StatusReason]) -> bool:
    return any(reason.code in DOUBLE for reason in reasons)


def _differs(said: PaymentStatus, payment: Payment) -> bool:
    return said.amount_cents is not None and said.amount_cents != payment.amount_cents


def _code(said: PaymentStatus, otherwise: str | None) -> str:
    """The reason where there is one, else the status."""
    reasons = " ".join(reason.code for reason in said.reasons if reason.code)
    return reasons or said.status or said.payment_info_status or otherwise or ""


def _hear_whole(work: Work, row: BankStatement, file: PaymentFile, news: News, number: int) -> LineOutcome:
    """Let every payment of the file hear it that the lines left as it was; a refusal all but the refused.

    The worst that came of it, for one line stands for all of them.
    """
    waiting = {PaymentState.RELEASED, PaymentState.EXPORTED}
    if news is News.REJECT:
        waiting = set(PaymentState) - {PaymentState.REJECTED}
    heard: set[LineOutcome] = set()
    for piece in _pieces(work, file):
        about = payments.known(work, piece)
        words = [
            Word(
                line=number,
                payment_id=payment.id,
                news=news,
                code="",
                servicer_reference=None,
                at=work.now,
            )
            for payment in piece
            if about[payment.id].state in waiting
        ]
        heard |= set(payments.hear(work, row, words, about))
    return min(heard, key=_WORST_FIRST.index, default=LineOutcome.KNOWN)


def _pieces(work: Work, file: PaymentFile) -> Iterator[Sequence[Payment]]:
    last: UUID = NOBODY
    while True:
        statement = (
            select(Payment)
            .where(
                col(Payment.municipality_id) == work.municipality_id,
                col(Payment.run_id) == file.run_id,
                col(Payment.file) == file.number,
                col(Payment.id) > last,
            )
            .order_by(col(Payment.id))
            .limit(LINES_AT_ONCE)
        )
        piece = work.session.scalars(statement).all()
        if not piece:
            return
        yield piece
        last = piece[-1].id


def _line(
    row: BankStatement,
    number: int,
    outcome: LineOutcome,
    code: str,
    *,
    payment: Payment | None = None,
    status: PaymentStatus | None = None,
    file: str | None = None,
) -> dict[str, Any]:
    return {
        "municipality_id": row.municipality_id,
        "statement_id": row.id,
        "number": number,
        "outcome": outcome,
        "payment_id": payment.id if payment else None,
        "file": file,
        "cents": 0,
        "code": code,
        "end_to_end_id": status.end_to_end_id if status else None,
        "servicer_reference": status.servicer_ref if status else None,
        "counterparty_iban": status.creditor_iban if status and payment is None else None,
    }
