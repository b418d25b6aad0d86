# SPDX-License-Identifier: EUPL-1.2
"""The books of a period as an XML Auditfile Financieel (XAF 3.2), streamed line by line for any accountant.

Source of names, order, lengths and code lists: the schema of the XML Auditfile Financieel 3.2 (Auditfile
platform, Belastingdienst ODB). Its keys name elements without a namespace and so select nothing; that what
is referred to exists, and that ids are unique, is proven here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from xml.sax.saxutils import escape

from ledger.errors import MalformedFile
from ledger.units import AMOUNT_MAX

_NAMESPACE: Final = "http://www.auditfiles.nl/XAF/3.2"
_ID_MAX: Final = 35
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_JOINERS: Final = frozenset("\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Zero width joiner and skin tones: what stands before and after one is seen as one character."""


class AccountType(StrEnum):
    """Where an account ends up at the close of the year."""

    BALANCE = "B"
    """On the balance sheet."""
    PROFIT_AND_LOSS = "P"
    """In the statement of income and expenses."""
    MIXED = "M"
    """In both, or not known."""


class PartyType(StrEnum):
    """What a party is to the municipality."""

    BOTH = "B"
    """Customer and supplier."""
    CUSTOMER = "C"
    """Owes us."""
    OTHER = "O"
    """Neither."""
    SUPPLIER = "S"
    """Is owed by us."""


class JournalType(StrEnum):
    """What a journal holds; the codes of the standard that a ledger of rights can need."""

    BANK = "B"
    """What the bank booked."""
    MEMORANDUM = "M"
    """Memoriaal: transfers within the books."""
    PURCHASES = "P"
    """What suppliers delivered."""
    OTHER = "Z"
    """Anything else."""


class Side(StrEnum):
    """Debit or credit."""

    DEBIT = "D"
    """Left."""
    CREDIT = "C"
    """Right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account of the chart; never one of a resident, whose right has no place in such a file."""

    id: str
    description: str
    type: AccountType


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A provider or another whom lines refer to."""

    id: str
    name: str | None = None
    commerce_number: str | None = None
    """KvK."""
    type: PartyType | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A part of the year; both days inclusive."""

    number: int
    description: str | None = None
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What an account held when the first day began."""

    account_id: str
    side: Side
    amount_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One debit or credit; its number within the transaction follows from its place."""

    account_id: str
    side: Side
    amount_cents: int
    document: str
    """The reference of what proves it; never cut."""
    effective_on: date
    """When it happened, which may be long before it was booked."""
    description: str | None = None
    party_id: str | None = None
    invoice: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """Lines that balance together, asked for one by one.

    Ids have 35 characters at most: a UUID fits as its 32 hexadecimal digits. That numbers are unique
    within the journal is kept by the caller, for millions of them do not fit in memory.
    """

    number: str
    period_number: int
    booked_on: date
    """A day of the period, and of the file."""
    description: str | None = None
    source_id: str | None = None
    user_id: str | None = None
    lines: Iterable[Line]


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal:
    """Transactions of one kind, asked for one by one."""

    id: str
    description: str
    type: JournalType
    transactions: Iterable[Transaction]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFile:
    """What is said once per file; count and total are stated before the lines are seen.

    Accounts, parties, periods and openings are held in memory; journals are not.
    """

    fiscal_year: int
    starts_on: date
    ends_on: date
    """Inclusive."""
    created_on: date
    software: str
    software_version: str
    company_id: str
    company_name: str
    tax_number: str
    """RSIN or VAT number of the municipality; the standard demands it."""
    accounts: Sequence[Account]
    parties: Sequence[Party] = ()
    periods: Sequence[Period]
    openings: Sequence[Opening] = ()
    """They balance together."""
    line_count: int
    total_cents: int
    """The sum of all debits of the transactions, and of all credits."""


@dataclass(kw_only=True, slots=True)
class _Sums:
    """What was counted so far."""

    lines: int = 0
    cents: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))

    def add(self, side: Side, amount_cents: int) -> None:
        self.lines += 1
        self.cents[side] += amount_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What lines may refer to."""

    accounts: frozenset[str]
    parties: frozenset[str]
    periods: Mapping[int, Period]


def lines(file: AuditFile, journals: Iterable[Journal]) -> Iterator[bytes]:
    """The file in chunks, the same bytes for the same values, in memory that does not grow with the lines.

    Raises MalformedFile, at once for the file itself and while streaming for what is in the journals: an
    element breaks its limit, a transaction does not balance, or count or total differ from what was
    streamed. The closing tags come only when all is well, so a broken file can never be taken for a
    whole one. Texts longer than the standard allows are cut; ids and references never are.
    """
    known = _Known(
        accounts=_unique([account.id for account in file.accounts], "ledgerAccount"),
        parties=_unique([party.id for party in file.parties], "customerSupplier"),
        periods=_periods(file),
    )
    opening = _opening(file, known)
    return _streamed(file, journals, known, opening)


def _streamed(file: AuditFile, journals: Iterable[Journal], known: _Known, opening: str) -> Iterator[bytes]:
    yield opening.encode("utf-8")
    sums = _Sums()
    seen: set[str] = set()
    for journal in journals:
        place = f"journal {len(seen) + 1}"
        _judge(journal.id not in seen, f"{place}, jrnID", "is there twice")
        seen.add(journal.id)
        for piece in _journal(journal, file, known, sums, place):
            yield piece.encode("utf-8")
    _judge(
        sums.lines == file.line_count,
        "transactions, linesCount",
        f"{file.line_count} lines announced, {sums.lines} given",
    )
    _judge(
        set(sums.cents.values()) == {file.total_cents},
        "transactions, totalDebit and totalCredit",
        f"{_euros(file.total_cents)} announced, {_euros(sums.cents[Side.DEBIT])} given",
    )
    yield b"</transactions>\n</company>\n</auditfile>\n"


def _opening(file: AuditFile, known: _Known) -> str:
    """Everything before the first journal."""
    _judge(0 <= file.line_count < 10**10, "transactions, linesCount", "is not between 0 and 10 digits")
    _judge(0 <= file.total_cents < 10**20, "transactions, totalDebit", "is not between 0 and 20 digits")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<auditfile xmlns="{_NAMESPACE}">\n'
        f"{_header(file)}"
        "<company>"
        f"{_id('companyIdent', file.company_id, 'company')}"
        f"{_text('companyName', file.company_name, 999, 'company')}"
        "<taxRegistrationCountry>NL</taxRegistrationCountry>"
        f"{_id('taxRegIdent', file.tax_number, 'company', longest=30)}\n"
        f"{_parties(file.parties)}{_accounts(file.accounts)}{_period_list(file.periods)}"
        f"{_openings(file, known)}"
        f"<transactions>{_totals(file.line_count, file.total_cents)}\n"
    )


def _header(file: AuditFile) -> str:
    _judge(1000 <= file.fiscal_year <= 9999, "header, fiscalYear", "is not a year of four digits")
    _judge(file.starts_on <= file.ends_on, "header, endDate", "is before startDate")
    return (
        f"<header><fiscalYear>{file.fiscal_year}</fiscalYear>"
        f"<startDate>{file.starts_on.isoformat()}</startDate>"
        f"<endDate>{file.ends_on.isoformat()}</endDate><curCode>EUR</curCode>"
        f"<dateCreated>{file.created_on.isoformat()}</dateCreated>"
        f"{_text('softwareDesc', file.software, 50, 'header')}"
        f"{_id('softwareVersion', file.software_version, 'header', longest=20)}</header>\n"
    )


def _parties(parties: Sequence[Party]) -> str:
    return f"<customersSuppliers>\n{''.join(map(_party, parties))}</customersSuppliers>\n" if parties else ""


def _party(party: Party) -> str:
    place = "customerSupplier"
    return (
        f"<customerSupplier>{_id('custSupID', party.id, place)}"
        f"{_text_if('custSupName', party.name, 50, place)}"
        f"{_id_if('commerceNr', party.commerce_number, place)}"
        f"{_element('custSupTp', party.type) if party.type else ''}</customerSupplier>\n"
    )


def _accounts(accounts: Sequence[Account]) -> str:
    _judge(bool(accounts), "generalLedger", "has no account")
    return f"<generalLedger>\n{''.join(map(_account, accounts))}</generalLedger>\n"


def _account(account: Account) -> str:
    place = "ledgerAccount"
    return (
        f"<ledgerAccount>{_id('accID', account.id, place)}"
        f"{_text('accDesc', account.description, 999, place)}"
        f"<accTp>{account.type}</accTp></ledgerAccount>\n"
    )


def _periods(file: AuditFile) -> dict[int, Period]:
    """Periods by their number, each within the file."""
    periods = {period.number: period for period in file.periods}
    _judge(len(periods) == len(file.periods), "period, periodNumber", "is there twice")
    for number, period in periods.items():
        _judge(0 <= number <= 999, "period, periodNumber", "is not between 0 and 999")
        within = file.starts_on <= period.starts_on <= period.ends_on <= file.ends_on
        _judge(within, f"period {number}", "does not end after it starts, within the days of the file")
    return periods


def _period_list(periods: Sequence[Period]) -> str:
    return f"<periods>\n{''.join(map(_period, periods))}</periods>\n" if periods else ""


def _period(period: Period) -> str:
    return (
        f"<period><periodNumber>{period.number}</periodNumber>"
        f"{_text_if('periodDesc', period.description, 50, f'period {period.number}')}"
        f"<startDatePeriod>{period.starts_on.isoformat()}</startDatePeriod>"
        f"<endDatePeriod>{period.ends_on.isoformat()}</endDatePeriod></period>\n"
    )


def _openings(file: AuditFile, known: _Known) -> str:
    """The opening balance, on the first day."""
    sums = _Sums()
    written = []
    for opening in file.openings:
        place = f"obLine {sums.lines + 1}"
        _judge(opening.account_id in known.accounts, f"{place}, accID", "is not an account of the file")
        amount = _amount(opening.side, opening.amount_cents, place)
        sums.add(opening.side, opening.amount_cents)
        written.append(
            f"<obLine><nr>{sums.lines}</nr><accID>{escape(opening.account_id)}</accID>{amount}</obLine>\n"
        )
    debit_cents, credit_cents = sums.cents[Side.DEBIT], sums.cents[Side.CREDIT]
    _judge(debit_cents == credit_cents, "openingBalance", _unbalanced(debit_cents, credit_cents))
    return (
        f"<openingBalance><opBalDate>{file.starts_on.isoformat()}</opBalDate>"
        f"{_totals(sums.lines, debit_cents)}\n{''.join(written)}</openingBalance>\n"
    )


def _totals(count: int, total_cents: int) -> str:
    """Debit and credit are one amount, as everything balances."""
    total = _euros(total_cents)
    return (
        f"<linesCount>{count}</linesCount><totalDebit>{total}</totalDebit><totalCredit>{total}</totalCredit>"
    )


def _journal(journal: Journal, file: AuditFile, known: _Known, sums: _Sums, place: str) -> Iterator[str]:
    yield (
        f"<journal>{_id('jrnID', journal.id, place)}"
        f"{_text('desc', journal.description, 9999, place)}"
        f"<jrnTp>{journal.type}</jrnTp>\n"
    )
    for number, transaction in enumerate(journal.transactions, start=1):
        yield from _transaction(transaction, file, known, sums, f"{place}, transaction {number}")
    yield "</journal>\n"


def _transaction(
    transaction: Transaction, file: AuditFile, known: _Known, sums: _Sums, place: str
) -> Iterator[str]:
    yield _transaction_head(transaction, known, place)
    own = _Sums()
    for line in transaction.lines:
        written = _line(line, own.lines + 1, known, f"{place}, trLine {own.lines + 1}")
        for each in (own, sums):
            each.add(line.side, line.amount_cents)
        _judge(sums.lines <= file.line_count, place, f"comes after the {file.line_count} lines announced")
        yield written
    _judge(own.lines > 0, place, "has no lines")
    debit_cents, credit_cents = own.cents[Side.DEBIT], own.cents[Side.CREDIT]
    _judge(debit_cents == credit_cents, place, _unbalanced(debit_cents, credit_cents))
    yield "</transaction>\n"


def _transaction_head(transaction: Transaction, known: _Known, place: str) -> str:
    period = known.periods.get(transaction.period_number)
    if period is None:
        raise MalformedFile(place=f"{place}, periodNumber", fault="is not a period of the file")
    in_period = period.starts_on <= transaction.booked_on <= period.ends_on
    _judge(in_period, f"{place}, trDt", "is not a day of its period")
    return (
        f"<transaction>{_id('nr', transaction.number, place)}"
        f"{_text_if('desc', transaction.description, 9999, place)}"
        f"<periodNumber>{transaction.period_number}</periodNumber>"
        f"<trDt>{transaction.booked_on.isoformat()}</trDt>"
        f"{_id_if('sourceID', transaction.source_id, place)}{_id_if('userID', transaction.user_id, place)}\n"
    )


def _line(line: Line, number: int, known: _Known, place: str) -> str:
    _judge(line.account_id in known.accounts, f"{place}, accID", "is not an account of the file")
    known_party = line.party_id is None or line.party_id in known.parties
    _judge(known_party, f"{place}, custSupID", "is not a party of the file")
    return (
        f"<trLine><nr>{number}</nr><accID>{escape(line.account_id)}</accID>"
        f"{_id('docRef', line.document, place, longest=999)}"
        f"<effDate>{line.effective_on.isoformat()}</effDate>"
        f"{_text_if('desc', line.description, 9999, place)}"
        f"{_amount(line.side, line.amount_cents, place)}"
        f"{_id_if('custSupID', line.party_id, place)}"
        f"{_id_if('invRef', line.invoice, place, longest=999)}</trLine>\n"
    )


def _amount(side: Side, amount_cents: int, place: str) -> str:
    _judge(0 < amount_cents <= AMOUNT_MAX, f"{place}, amnt", f"is not between 1 and {AMOUNT_MAX} cents")
    return f"<amnt>{_euros(amount_cents)}</amnt><amntTp>{side}</amntTp>"


def _euros(cents: int) -> str:
    """Five cents as 0.05."""
    euros, rest = divmod(cents, 100)
    return f"{euros}.{rest:02d}"


def _unbalanced(debit_cents: int, credit_cents: int) -> str:
    return f"does not balance: debit {_euros(debit_cents)}, credit {_euros(credit_cents)}"


def _unique(ids: list[str], place: str) -> frozenset[str]:
    unique = frozenset(ids)
    _judge(len(unique) == len(ids), place, "has an id that is there twice")
    return unique


def _id_if(name: str, value: str | None, place: str, *, longest: int = _ID_MAX) -> str:
    return "" if value is None else _id(name, value, place, longest=longest)


def _id(name: str, value: str, place: str, *, longest: int = _ID_MAX) -> str:
    """An id or a reference, written exactly or not at all: cut, it would name something else."""
    sound = 0 < len(value) <= longest and value.isprintable() and value == value.strip()
    _judge(
        sound, f"{place}, {name}", f"is not 1 to {longest} printable characters without spaces around them"
    )
    return _element(name, value)


def _text_if(name: str, value: str | None, longest: int, place: str) -> str:
    """A text that may be left out, and is where it says nothing."""
    return "" if value is None or not value.strip() else _text(name, value, longest, place)


def _text(name: str, value: str, longest: int, place: str) -> str:
    """A text for people, cut at the limit; what XML cannot hold is refused."""
    _judge(bool(value.strip()), f"{place}, {name}", "is blank")
    _judge(not _NOT_XML.search(value), f"{place}, {name}", "has a character that XML cannot hold")
    return _element(name, _cut(value, longest))


def _cut(text: str, longest: int) -> str:
    """The first characters, never half of one that is written as several (a letter and its accent)."""
    if len(text) <= longest:
        return text
    end = longest
    while end > 0 and _belongs_to_the_one_before(text, end):
        end -= 1
    return text[: end or longest]


def _belongs_to_the_one_before(text: str, at: int) -> bool:
    is_mark = unicodedata.category(text[at]).startswith("M")
    return is_mark or text[at] in _JOINERS or text[at - 1] == "\u200d"


def _element(name: str, text: str) -> str:
    """A carriage return is written as a reference, or reading would turn it into another line end."""
    return f"<{name}>{escape(text, {chr(13): '&#13;'})}</{name}>"


def _judge(sound: bool, place: str, fault: str) -> None:
    if not sound:
        raise MalformedFile(place=place, fault=fault)
