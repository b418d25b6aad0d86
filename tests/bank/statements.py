# SPDX-License-Identifier: EUPL-1.2
"""The bank's own account of a day: camt.053 and camt.054, versions .08 and .02, written entry by entry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from tests.bank.markup import amount, closing, group, leaf, moment, number, opening, side

_CHUNK = 64


class Sink(Protocol):
    """What bytes are written to: a file, or anything that takes them."""

    def write(self, piece: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One payment within an entry."""

    amount_cents: int
    credit: bool
    message_id: str | None = None
    batch_id: str | None = None
    bank_reference: str | None = None
    instruction_id: str | None = None
    end_to_end_id: str | None = None
    name: str
    """The other party."""
    iban: str
    sent: bool
    """True: the account is the debtor, also when the money came back."""
    reference: str | None = None
    text: str | None = None
    return_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One entry: what changes the balance."""

    amount_cents: int
    credit: bool
    bank_reference: str
    code: tuple[str, str, str]
    """Domain, family and sub-family. Source: ISO bank transaction codes."""
    batch: tuple[str, str] | None = None
    """Message and batch whose payments are booked as one amount."""
    count: int = 1
    details: Sequence[Detail] = ()
    text: str | None = None

    @property
    def signed_cents(self) -> int:
        return self.amount_cents if self.credit else -self.amount_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One day of one account; without balances it is a notification."""

    kind: Literal["camt.053", "camt.054"]
    version: Literal["02", "08"]
    message_id: str
    id: str
    sequence: int
    day: date
    iban: str
    owner: str
    opening_cents: int = 0
    bookings: Sequence[Booking]
    with_details: bool
    """False: of a batch only its name, number and amount are told."""

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + sum(booking.signed_cents for booking in self.bookings)


def write(statement: Statement, file: Sink) -> None:
    """The message into a file, in pieces: memory does not grow with the number of entries."""
    pieces: list[str] = []
    for piece in _pieces(statement):
        pieces.append(piece)
        if len(pieces) == _CHUNK:
            file.write("".join(pieces).encode())
            pieces.clear()
    file.write("".join(pieces).encode())


def _pieces(statement: Statement) -> Iterator[str]:
    statements = statement.kind == "camt.053"
    root, body = ("BkToCstmrStmt", "Stmt") if statements else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    created = leaf("CreDtTm", moment(statement.day, 23, 30))
    yield opening(f"{statement.kind}.001.{statement.version}", root)
    yield group("GrpHdr", leaf("MsgId", statement.message_id), created)
    yield f"<{body}>{_head(statement, created)}"
    if statements:
        yield _balance("OPBD", statement.opening_cents, statement.day)
        yield _balance("CLBD", statement.closing_cents, statement.day)
    yield _summary(statement)
    for booking in statement.bookings:
        yield from _entry(booking, statement)
    yield f"</{body}>{closing(root)}"


def _head(statement: Statement, created: str) -> str:
    return "".join(
        (
            leaf("Id", statement.id),
            leaf("ElctrncSeqNb", statement.sequence),
            created,
            group(
                "Acct",
                _account(statement.iban),
                leaf("Ccy", "EUR"),
                group("Ownr", leaf("Nm", statement.owner)),
            ),
        )
    )


def _account(iban: str) -> str:
    return group("Id", leaf("IBAN", iban))


def _balance(code: str, cents: int, day: date) -> str:
    return group(
        "Bal",
        group("Tp", group("CdOrPrtry", leaf("Cd", code))),
        amount("Amt", cents),
        side(credit=cents >= 0),
        group("Dt", leaf("Dt", day)),
    )


def _summary(statement: Statement) -> str:
    """Numbers and sums of the entries, together and of each side."""
    credits = [booking.amount_cents for booking in statement.bookings if booking.credit]
    debits = [booking.amount_cents for booking in statement.bookings if not booking.credit]
    net = sum(credits) - sum(debits)
    if statement.version == "02":
        total = leaf("TtlNetNtryAmt", number(net)) + side(credit=net >= 0)
    else:
        total = group("TtlNetNtry", leaf("Amt", number(net)), side(credit=net >= 0))
    return group(
        "TxsSummry",
        group("TtlNtries", *_sums(credits + debits), total),
        group("TtlCdtNtries", *_sums(credits)),
        group("TtlDbtNtries", *_sums(debits)),
    )


def _sums(amounts: list[int]) -> tuple[str, str]:
    return leaf("NbOfNtries", len(amounts)), leaf("Sum", number(sum(amounts)))


def _entry(booking: Booking, statement: Statement) -> Iterator[str]:
    booked = leaf("Cd", "BOOK") if statement.version == "08" else "BOOK"
    yield "".join(
        (
            "<Ntry>",
            amount("Amt", booking.amount_cents),
            side(credit=booking.credit),
            f"<Sts>{booked}</Sts>",
            group("BookgDt", leaf("Dt", statement.day)),
            group("ValDt", leaf("Dt", statement.day)),
            leaf("AcctSvcrRef", booking.bank_reference),
            _code(booking.code),
        )
    )
    batch = _batch(booking)
    details = booking.details if statement.with_details or booking.batch is None else ()
    if batch or details:
        yield f"<NtryDtls>{batch}"
        for detail in details:
            yield _detail(detail, statement)
        yield "</NtryDtls>"
    yield leaf("AddtlNtryInf", booking.text) + "</Ntry>\n"


def _code(code: tuple[str, str, str]) -> str:
    domain, family, sub_family = code
    return group(
        "BkTxCd",
        group("Domn", leaf("Cd", domain), group("Fmly", leaf("Cd", family), leaf("SubFmlyCd", sub_family))),
    )


def _batch(booking: Booking) -> str:
    if booking.batch is None:
        return ""
    message_id, batch_id = booking.batch
    return group(
        "Btch",
        leaf("MsgId", message_id),
        leaf("PmtInfId", batch_id),
        leaf("NbOfTxs", booking.count),
        amount("TtlAmt", booking.amount_cents),
        side(credit=booking.credit),
    )


def _detail(detail: Detail, statement: Statement) -> str:
    returned = group("RtrInf", group("Rsn", leaf("Cd", detail.return_code)))
    return group(
        "TxDtls",
        group(
            "Refs",
            leaf("MsgId", detail.message_id),
            leaf("AcctSvcrRef", detail.bank_reference),
            leaf("PmtInfId", detail.batch_id),
            leaf("InstrId", detail.instruction_id),
            leaf("EndToEndId", detail.end_to_end_id),
        ),
        _detail_amount(detail, statement.version),
        _parties(detail, statement),
        _remittance(detail),
        returned,
    )


def _detail_amount(detail: Detail, version: str) -> str:
    if version == "02":
        return group("AmtDtls", group("TxAmt", amount("Amt", detail.amount_cents)))
    return amount("Amt", detail.amount_cents) + side(credit=detail.credit)


def _parties(detail: Detail, statement: Statement) -> str:
    """A payment that came back keeps the parties it was sent with."""
    own, other = (statement.owner, statement.iban), (detail.name, detail.iban)
    debtor, creditor = (own, other) if detail.sent else (other, own)
    return group(
        "RltdPties",
        *_party("Dbtr", *debtor, version=statement.version),
        *_party("Cdtr", *creditor, version=statement.version),
    )


def _party(role: str, name: str, iban: str, *, version: str) -> tuple[str, str]:
    named = leaf("Nm", name)
    return group(role, named if version == "02" else group("Pty", named)), group(
        f"{role}Acct", _account(iban)
    )


def _remittance(detail: Detail) -> str:
    kind = group("Tp", group("CdOrPrtry", leaf("Cd", "SCOR")), leaf("Issr", "ISO"))
    structured = group("CdtrRefInf", kind, leaf("Ref", detail.reference)) if detail.reference else ""
    return group("RmtInf", leaf("Ustrd", detail.text), group("Strd", structured))
