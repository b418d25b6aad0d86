# SPDX-License-Identifier: EUPL-1.2
"""Statements and notices of the bank (camt.053, camt.054): read once, matched, and booked in one transaction.

A file is read twice: first all of it is judged, then it is booked. Nothing of it is kept when any of it
cannot be right: another account or currency, a sum that does not add up, a gap since the statement before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import bank_messages, bulk, matching, payments, repayments
from ledger.bank_messages import Reading, StatementChanged
from ledger.clock import day_start, dutch_day
from ledger.db import Work
from ledger.errors import LedgerError, Refused
from ledger.formats import camt
from ledger.ids import uuid7
from ledger.matching import Found
from ledger.payments import Word
from ledger.repayments import Credit
from ledger.tables import (
    TO_LOOK_AT,
    BankLine,
    BankMessage,
    BankMessageKind,
    BankStatement,
    LineOutcome,
    Municipality,
    RunRelease,
)

LINES_AT_ONCE: Final = 2000
"""How many lines are in memory at once."""

CURRENCY: Final = "EUR"
_TEXT_MAX: Final = 500


@dataclass(kw_only=True, eq=False)
class StatementOfAnother(Refused):
    """The statement is of an account that this municipality does not pay from."""

    code = "bank_statement_of_another_account"
    statement: str
    iban_end: str
    """The last four characters of the account it is of."""


@dataclass(kw_only=True, eq=False)
class StatementCurrency(Refused):
    """The statement is in another currency than the euro."""

    code = "bank_statement_currency"
    statement: str
    currency: str


@dataclass(kw_only=True, eq=False)
class StatementGap(Refused):
    """The statement does not begin where the one before it ended: one in between was not read."""

    code = "bank_statement_gap"
    statement: str
    expected_cents: int
    found_cents: int


@dataclass(kw_only=True, eq=False)
class StatementSum(Refused):
    """What is booked in the statement is not the difference between its balances."""

    code = "bank_statement_sum"
    statement: str
    expected_cents: int
    found_cents: int


def read(work: Work, source: BinaryIO, *, gap_accepted: bool = False) -> Reading:
    """Read a file with statements or notices; the same file, or statement, again books nothing.

    The source can be wound back. gap_accepted lets statements begin elsewhere than the one before ended:
    somebody knows that what is between will not come. Raises MalformedFile, StatementOfAnother,
    StatementCurrency, StatementGap, StatementSum, StatementChanged; then nothing may be kept.
    """
    digest, earlier = bank_messages.seen(work, source)
    if earlier is not None:
        return bank_messages.reading(work, earlier)
    surveyed = list(_survey(source))
    rows = _Judge(work=work, gap_accepted=gap_accepted).rows(surveyed)
    # After this point only writes.
    message = bank_messages.begin(
        work, BankMessageKind(surveyed[0].opened.kind), surveyed[0].opened.message_id, digest
    )
    source.seek(0)
    events = camt.read(source)
    run_ids: set[UUID] = set()
    for one, row in zip(surveyed, rows, strict=True):
        run_ids |= _book(work, message, row, islice(events, one.lines + 2))
    payments.tell_runs(work, run_ids)
    return bank_messages.reading(work, message)


@dataclass(kw_only=True)
class _Surveyed:
    """A statement that was read once without keeping its lines."""

    opened: camt.Opened
    booked_cents: int = 0
    lines: int = 0
    currency: str | None = None
    """Another than the euro, of the account or of a line."""
    content_sha256: bytes = b""


def _survey(source: BinaryIO) -> Iterator[_Surveyed]:
    """Every statement with what it adds up to. Raises MalformedFile, also for what is cut off."""
    for event in camt.read(source):
        match event:
            case camt.Opened():
                one, content = _Surveyed(opened=event), sha256(repr((event.opening, event.closing)).encode())
                one.currency = event.currency if event.currency not in {None, CURRENCY} else None
            case camt.Booked():
                one.lines += 1
                content.update(repr(event).encode())
                if event.currency != CURRENCY:
                    one.currency = event.currency
            case camt.Closed():
                one.booked_cents, one.content_sha256 = event.booked_cents, content.digest()
                yield one


@dataclass(kw_only=True)
class _Judge:
    """Judges the statements of a file, each seeing those before it."""

    work: Work
    gap_accepted: bool

    def rows(self, surveyed: Sequence[_Surveyed]) -> list[BankStatement | None]:
        """The row of each; None for one that was read before, in this file or an earlier one."""
        own = _own_accounts(self.work)
        rows: list[BankStatement] = []
        made: list[BankStatement | None] = []
        for one in surveyed:
            for fault in _faults(one, own):
                raise fault
            same = self._same(one, rows)
            if same is not None and same.content_sha256 != one.content_sha256:
                raise StatementChanged(statement=one.opened.statement_id)
            if same is None:
                rows.append(self._row(one, rows))
            made.append(None if same else rows[-1])
        return made

    def _same(self, one: _Surveyed, rows: Sequence[BankStatement]) -> BankStatement | None:
        name = (one.opened.kind, one.opened.account_iban, one.opened.statement_id)
        here = (row for row in rows if (row.kind, row.account_iban, row.statement_id) == name)
        statement = select(BankStatement).where(
            col(BankStatement.municipality_id) == self.work.municipality_id,
            col(BankStatement.kind) == BankMessageKind(one.opened.kind),
            col(BankStatement.account_iban) == one.opened.account_iban,
            col(BankStatement.statement_id) == one.opened.statement_id,
        )
        return next(here, None) or self.work.session.scalars(statement).one_or_none()

    def _row(self, one: _Surveyed, rows: Sequence[BankStatement]) -> BankStatement:
        opened = one.opened
        before = self._before(one, rows)
        has_gap = bool(before and opened.opening and before.closing_cents != opened.opening.amount_cents)
        if has_gap and not self.gap_accepted:
            assert before is not None
            assert opened.opening is not None
            raise StatementGap(
                statement=opened.statement_id,
                expected_cents=before.closing_cents or 0,
                found_cents=opened.opening.amount_cents,
            )
        return BankStatement(
            municipality_id=self.work.municipality_id,
            id=uuid7(),
            message_id=uuid7(),  # the message's own when it is written
            kind=BankMessageKind(opened.kind),
            account_iban=opened.account_iban,
            statement_id=opened.statement_id,
            opening_cents=opened.opening.amount_cents if opened.opening else None,
            closing_cents=opened.closing.amount_cents if opened.closing else None,
            closed_on=opened.closing.day if opened.closing else None,
            lines=one.lines,
            content_sha256=one.content_sha256,
            gap_accepted=has_gap,
        )

    def _before(self, one: _Surveyed, rows: Sequence[BankStatement]) -> BankStatement | None:
        """The last statement of the account up to the day this one ends on."""
        if one.opened.closing is None:
            return None
        day, iban = one.opened.closing.day, one.opened.account_iban
        here = [row for row in rows if row.account_iban == iban and row.closed_on and row.closed_on <= day]
        statement = (
            select(BankStatement)
            .where(
                col(BankStatement.municipality_id) == self.work.municipality_id,
                col(BankStatement.account_iban) == iban,
                col(BankStatement.closed_on) <= day,
            )
            .order_by(col(BankStatement.closed_on).desc(), col(BankStatement.id).desc())
            .limit(1)
        )
        kept = self.work.session.scalars(statement).all()
        return max([*kept, *here], key=lambda row: (row.closed_on, row.id), default=None)


def _own_accounts(work: Work) -> set[str]:
    """The account that pays, and those that did."""
    now = select(col(Municipality.debtor_iban)).where(
        col(Municipality.municipality_id) == work.municipality_id
    )
    then = select(col(RunRelease.debtor_iban)).where(col(RunRelease.municipality_id) == work.municipality_id)
    return set(work.session.scalars(now)) | set(work.session.scalars(then.distinct()))


def _faults(one: _Surveyed, own: Collection[str]) -> Iterator[LedgerError]:
    opened = one.opened
    if opened.account_iban not in own:
        yield StatementOfAnother(statement=opened.statement_id, iban_end=opened.account_iban[-4:])
    if one.currency is not None:
        yield StatementCurrency(statement=opened.statement_id, currency=one.currency)
    if opened.opening is not None and opened.closing is not None:
        expected = opened.closing.amount_cents - opened.opening.amount_cents
        if expected != one.booked_cents:
            yield StatementSum(
                statement=opened.statement_id, expected_cents=expected, found_cents=one.booked_cents
            )


def _book(
    work: Work, message: BankMessage, row: BankStatement | None, events: Iterator[camt.Event]
) -> set[UUID]:
    """Write a statement and its lines, and let the payments hear them; the runs these are in."""
    lines = (event for event in events if isinstance(event, camt.Booked))
    run_ids: set[UUID] = set()
    if row is None:
        for _ in lines:
            pass
        return run_ids
    row.message_id = message.id
    bulk.insert(work, BankStatement, [row.model_dump()])
    first = 1
    while piece := list(islice(lines, LINES_AT_ONCE)):
        run_ids |= _book_piece(work, row, piece, first)
        first += len(piece)
    return run_ids


def _book_piece(work: Work, row: BankStatement, piece: Sequence[camt.Booked], first: int) -> set[UUID]:
    found = matching.match(work, row.kind, piece)
    heard_by = {payment.id: payment for each in found for payment in each.payments}
    about = payments.known(work, heard_by.values())
    numbered = list(zip(range(first, first + len(piece)), piece, found, strict=True))
    words = [word for line in numbered for word in _words(*line, now=work.now)]
    credits = [credit for line in numbered for credit in _credits(*line, now=work.now)]
    outcomes = payments.hear(work, row, words, about)
    of_line: defaultdict[int, list[LineOutcome]] = defaultdict(list)
    for credit, outcome in zip(credits, repayments.receive(work, row, credits), strict=True):
        of_line[credit.line].append(outcome)
    for word, outcome in zip(words, outcomes, strict=True):
        of_line[word.line].append(outcome)
    bulk.insert(work, BankLine, [_line(row, *line, of_line[line[0]]) for line in numbered])
    return {payment.run_id for payment in heard_by.values()}


def _words(number: int, booked: camt.Booked, found: Found, *, now: datetime) -> Iterator[Word]:
    if found.outcome is not None:
        return
    for payment in found.payments:
        yield Word(
            line=number,
            payment_id=payment.id,
            news=matching.news(booked),
            code=booked.return_code or "",
            servicer_reference=booked.servicer_ref,
            at=day_start(booked.booked_on) if booked.booked_on else now,
        )


def _credits(number: int, booked: camt.Booked, found: Found, *, now: datetime) -> Iterator[Credit]:
    if found.outcome is None and found.demand_id is not None:
        yield Credit(
            line=number,
            demand_id=found.demand_id,
            cents=booked.amount_cents,
            day=booked.booked_on or dutch_day(now),
        )


def _outcome(found: Found, heard: Sequence[LineOutcome]) -> LineOutcome:
    """Of a booking of many, what has to be looked at, else what is new, else that it was known."""
    if found.outcome is not None:
        return found.outcome
    order = [*TO_LOOK_AT, LineOutcome.REPAID, LineOutcome.RETURNED, LineOutcome.BOOKED, LineOutcome.KNOWN]
    return min(heard, key=order.index, default=LineOutcome.UNMATCHED)


def _line(
    row: BankStatement, number: int, booked: camt.Booked, found: Found, heard: Sequence[LineOutcome]
) -> dict[str, Any]:
    """Who is at the other side is kept only where somebody has to look."""
    outcome = _outcome(found, heard)
    is_open = outcome in TO_LOOK_AT
    text = " ".join(part for part in (booked.reference, booked.remittance) if part)
    return {
        "municipality_id": row.municipality_id,
        "statement_id": row.id,
        "number": number,
        "outcome": outcome,
        "payment_id": found.payments[0].id if len(found.payments) == 1 else None,
        "file": found.file,
        "cents": booked.amount_cents if booked.is_credit else -booked.amount_cents,
        "booked_on": booked.booked_on,
        "code": booked.return_code or booked.bank_code or "",
        "end_to_end_id": booked.end_to_end_id,
        "servicer_reference": booked.servicer_ref,
        "counterparty_iban": booked.counterparty_iban if is_open else None,
        "counterparty_name": booked.counterparty_name if is_open else None,
        "remittance": text[:_TEXT_MAX] or None if is_open else None,
    }
