# SPDX-License-Identifier: EUPL-1.2
"""What the bank booked: statements (camt.053) and notifications (camt.054) as a stream of bookings.

Any version, any length, in constant memory. Source: ISO 20022, camt.053.001.02 and .08.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, TypeAlias

from ledger.errors import MalformedFile
from ledger.formats import bank_xml
from ledger.formats.bank_xml import Cut, Part


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """What an account held at the end of a day, or at the beginning; below zero when overdrawn."""

    amount_cents: int
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A statement or notification of one account begins."""

    kind: str
    """camt.053, whose bookings are final, or camt.054."""
    message_id: str
    statement_id: str
    sequence_number: int | None
    account_iban: str
    currency: str | None
    opening: Balance | None
    """Where it says none, the closing balance of the one before (PRCD)."""
    closing: Balance | None
    from_at: datetime | None
    to_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """One payment in or out, or an entry whose payments are not told apart. More than zero."""

    entry_number: int
    """1, 2, … in the order of the statement."""
    detail_number: int
    """1, 2, … within the entry; 0 for an entry without details."""
    amount_cents: int
    currency: str
    is_credit: bool
    """As it is booked, for a reversal too: true is money in."""
    is_reversal: bool
    status: str
    """BOOK, PDNG, INFO or another four capitals."""
    booked_on: date | None
    valued_on: date | None
    entry_amount_cents: int
    entry_servicer_ref: str | None
    bank_code: str | None
    """Domain-family-subfamily, as PMNT-ICDT-ESCT, or else the bank's own code."""
    message_id: str | None
    """Of the payment file, as we named it; where the bank tells."""
    payment_info_id: str | None
    batch_count: int | None
    batch_total_cents: int | None
    end_to_end_id: str | None
    """Of a returned payment: that of the payment that was returned."""
    instruction_id: str | None
    servicer_ref: str | None
    counterparty_name: str | None
    counterparty_iban: str | None
    """None also where it is no sound IBAN."""
    reference: str | None
    remittance: str | None
    return_code: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """The statement has ended, and this was in it."""

    entry_count: int
    booked_cents: int
    """All entries with status BOOK, money in less money out: closing less opening balance."""
    booking_count: int
    """How many Booked there were."""


Event: TypeAlias = Opened | Booked | Closed

_NAMESPACES = (
    "urn:iso:std:iso:20022:tech:xsd:camt.053.",
    "urn:iso:std:iso:20022:tech:xsd:camt.054.",
)
_KINDS = {"Stmt": "camt.053", "Ntfctn": "camt.054"}
_STATUS = re.compile(r"[A-Z]{4}")
_DETAIL_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt")
"""Version .02 has only the second."""
_NO_AMOUNT = "a detail among several has no amount of its own"
_DOMAIN = ("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")
_BANK_CODE = (*_DOMAIN, "BkTxCd/Prtry/Cd")
_PARTIES = tuple(
    f"RltdPties/{side}{value}"
    for side in ("Dbtr", "Cdtr")
    for value in ("/Nm", "/Pty/Nm", "Acct/Id/IBAN")  # without Pty before version .08
)
_DETAIL = Part(
    name="TxDtls",
    values=(
        *("Refs/MsgId", "Refs/PmtInfId", "Refs/InstrId", "Refs/EndToEndId", "Refs/AcctSvcrRef"),
        *("CdtDbtInd", *_DETAIL_AMOUNTS, *(f"{path}@Ccy" for path in _DETAIL_AMOUNTS)),
        *(*_BANK_CODE, *_PARTIES),
        *("RmtInf/Ustrd*", "RmtInf/Strd/CdtrRefInf/Ref*", "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
    ),
)
_DETAILS = Part(
    name="NtryDtls",
    values=("Btch/MsgId", "Btch/PmtInfId", "Btch/NbOfTxs", "Btch/TtlAmt"),
    parts=(_DETAIL,),
)
_ENTRY = Part(
    name="Ntry",
    values=(
        *("Amt", "Amt@Ccy", "CdtDbtInd", "RvslInd", "Sts", "Sts/Cd", "AcctSvcrRef"),
        *("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm", *_BANK_CODE),
    ),
    parts=(_DETAILS,),
)
_BALANCE = Part(name="Bal", values=("Tp/CdOrPrtry/Cd", "Amt", "CdtDbtInd", "Dt/Dt", "Dt/DtTm"))
_STATEMENT_VALUES = (
    *("Id", "ElctrncSeqNb", "LglSeqNb", "FrToDt/FrDtTm", "FrToDt/ToDtTm"),
    *("Acct/Id/IBAN", "Acct/Ccy"),
)
_PARTS = (
    Part(name="GrpHdr", values=("MsgId",)),
    *(Part(name=name, values=_STATEMENT_VALUES, parts=(_BALANCE, _ENTRY)) for name in _KINDS),
)


def read(source: BinaryIO) -> Iterator[Event]:
    """Every statement in the file: Opened, its bookings in order, Closed. The source is read once.

    An entry or detail of nothing is counted but is no booking. Raises MalformedFile while reading, and
    what was read before is then void.
    """
    reader = _Reader()
    for cut in bank_xml.cuts(source, namespaces=_NAMESPACES, parts=_PARTS):
        yield from reader.take(cut)
    if not reader.has_read:
        raise MalformedFile(place="file", fault="has no statement and no notification")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """What an entry says for all its details."""

    number: int
    amount_cents: int
    currency: str
    is_credit: bool
    is_reversal: bool
    status: str
    booked_on: date | None
    valued_on: date | None
    servicer_ref: str | None
    bank_code: str | None


class _Reader:
    """Where we are in the file: in which statement, in which entry, after how many details."""

    has_read: bool = False
    """A statement was in it."""
    _message_id: str | None = None
    _statement: Cut
    _balances: dict[str, Balance]
    _account_iban: str | None
    """Known from the first entry on."""
    _entry_count: int
    _booked_cents: int
    _booking_count: int
    _entry_cut: Cut
    _entry: _Entry | None
    """Known from the first detail, or from the end of the entry, on."""
    _batch: Cut
    _detail_count: int
    _waiting: Cut | None
    """A first detail without an amount: the entry's is its own when no other detail follows."""

    def __init__(self) -> None:
        self._steps = {
            ("GrpHdr", True): self._header,
            ("Bal", True): self._balance,
            ("Ntry", False): self._entry_begins,
            ("Ntry", True): self._entry_ends,
            ("NtryDtls", False): self._details_begin,
            ("TxDtls", False): self._detail_begins,
            ("TxDtls", True): self._detail_ends,
        }
        for name in _KINDS:
            self._steps[name, False] = self._statement_begins
            self._steps[name, True] = self._statement_ends

    def take(self, cut: Cut) -> tuple[Event, ...]:
        """What is known now that the file says this."""
        step = self._steps.get((cut.name, cut.ended))
        return () if step is None else step(cut)

    def _header(self, cut: Cut) -> tuple[Event, ...]:
        self._message_id = cut.required("MsgId")
        return ()

    def _statement_begins(self, cut: Cut) -> tuple[Event, ...]:
        self._statement, self._balances, self._account_iban = cut, {}, None
        self._entry_count = self._booked_cents = self._booking_count = 0
        return ()

    def _balance(self, cut: Cut) -> tuple[Event, ...]:
        """The closing balance too comes before the entries. Of two of one kind the first counts."""
        kind = cut.text("Tp/CdOrPrtry/Cd")
        if kind in ("OPBD", "PRCD", "CLBD"):
            day = cut.day("Dt")
            if day is None:
                raise cut.malformed("has no Dt")
            amount_cents = cut.required_cents("Amt") * (1 if _is_credit(cut) else -1)
            self._balances.setdefault(kind, Balance(amount_cents=amount_cents, day=day))
        return ()

    def _entry_begins(self, cut: Cut) -> tuple[Event, ...]:
        self._entry_count += 1
        self._entry_cut, self._entry, self._batch = cut, None, cut
        self._detail_count, self._waiting = 0, None
        return self._opened()

    def _details_begin(self, cut: Cut) -> tuple[Event, ...]:
        self._batch = cut
        return ()

    def _detail_begins(self, cut: Cut) -> tuple[Event, ...]:
        self._detail_count += 1
        if self._waiting is not None:
            raise self._waiting.malformed(_NO_AMOUNT)
        return ()

    def _detail_ends(self, cut: Cut) -> tuple[Event, ...]:
        path = next((path for path in _DETAIL_AMOUNTS if path in cut.values), None)
        if path is not None:
            return self._booked(cut, cut.required_cents(path), cut.currency(f"{path}@Ccy"))
        if self._detail_count > 1:
            raise cut.malformed(_NO_AMOUNT)
        self._waiting = cut
        return ()

    def _entry_ends(self, cut: Cut) -> tuple[Event, ...]:
        entry = self._known_entry()
        if entry.status == "BOOK":
            self._booked_cents += entry.amount_cents if entry.is_credit else -entry.amount_cents
        if self._detail_count > 0 and self._waiting is None:
            return ()
        return self._booked(self._waiting or cut, entry.amount_cents, entry.currency)

    def _statement_ends(self, cut: Cut) -> tuple[Event, ...]:
        opened = self._opened()
        closed = Closed(
            entry_count=self._entry_count,
            booked_cents=self._booked_cents,
            booking_count=self._booking_count,
        )
        return (*opened, closed)

    def _opened(self) -> tuple[Event, ...]:
        """At the first entry, or at the end of a statement that has none."""
        if self._account_iban is not None:
            return ()
        opened = _opened(self._statement, self._message_id, self._balances)
        self._account_iban, self.has_read = opened.account_iban, True
        return (opened,)

    def _known_entry(self) -> _Entry:
        if self._entry is None:
            self._entry = _entry(self._entry_cut, self._entry_count)
        return self._entry

    def _booked(self, detail: Cut, amount_cents: int, currency: str) -> tuple[Event, ...]:
        """The booking of a detail, or of an entry without any; nothing is no booking."""
        if amount_cents == 0:
            return ()
        assert self._account_iban is not None, "an entry opens its statement"
        self._booking_count += 1
        entry, batch = self._known_entry(), self._batch
        reference = detail.text("RmtInf/Strd/CdtrRefInf/Ref", longest=bank_xml.MAX_TEXT)
        remittance = detail.text("RmtInf/Ustrd", longest=bank_xml.MAX_TEXT)
        is_credit = _is_credit(detail) if "CdtDbtInd" in detail.values else entry.is_credit
        turned = entry.is_reversal or _return_code(detail) is not None
        party = _counterparty(detail, self._account_iban, debtor_first=is_credit is not turned)
        booked = Booked(
            entry_number=entry.number,
            detail_number=self._detail_count,
            amount_cents=amount_cents,
            currency=currency,
            is_credit=is_credit,
            is_reversal=entry.is_reversal,
            status=entry.status,
            booked_on=entry.booked_on,
            valued_on=entry.valued_on,
            entry_amount_cents=entry.amount_cents,
            entry_servicer_ref=entry.servicer_ref,
            bank_code=_bank_code(detail) or entry.bank_code,
            message_id=detail.identification("Refs/MsgId") or batch.identification("Btch/MsgId"),
            payment_info_id=detail.identification("Refs/PmtInfId") or batch.identification("Btch/PmtInfId"),
            batch_count=batch.number("Btch/NbOfTxs"),
            batch_total_cents=batch.cents("Btch/TtlAmt"),
            end_to_end_id=detail.identification("Refs/EndToEndId"),
            instruction_id=detail.identification("Refs/InstrId"),
            servicer_ref=detail.identification("Refs/AcctSvcrRef") or entry.servicer_ref,
            counterparty_name=party.name,
            counterparty_iban=party.iban,
            reference=reference.split("\n")[0] if reference else None,
            remittance=remittance.replace("\n", " ") if remittance else None,
            return_code=_return_code(detail),
        )
        return (booked,)


def _opened(statement: Cut, message_id: str | None, balances: Mapping[str, Balance]) -> Opened:
    account_iban = statement.iban("Acct/Id/IBAN")
    if message_id is None or account_iban is None:
        raise statement.malformed("has no GrpHdr/MsgId before it, or no sound Acct/Id/IBAN")
    return Opened(
        kind=_KINDS[statement.name],
        message_id=message_id,
        statement_id=statement.required("Id"),
        sequence_number=statement.number("ElctrncSeqNb", "LglSeqNb"),
        account_iban=account_iban,
        currency=statement.currency("Acct/Ccy") if "Acct/Ccy" in statement.values else None,
        opening=balances.get("OPBD") or balances.get("PRCD"),
        closing=balances.get("CLBD"),
        from_at=statement.instant("FrToDt/FrDtTm"),
        to_at=statement.instant("FrToDt/ToDtTm"),
    )


def _entry(cut: Cut, number: int) -> _Entry:
    status = cut.required("Sts/Cd", "Sts")
    if not _STATUS.fullmatch(status):
        raise cut.malformed("Sts is not four capitals")
    return _Entry(
        number=number,
        amount_cents=cut.required_cents("Amt"),
        currency=cut.currency("Amt@Ccy"),
        is_credit=_is_credit(cut),
        is_reversal=_choice(
            cut, "RvslInd", {None: False, "false": False, "0": False, "true": True, "1": True}
        ),
        status=status,
        booked_on=cut.day("BookgDt"),
        valued_on=cut.day("ValDt"),
        servicer_ref=cut.identification("AcctSvcrRef"),
        bank_code=_bank_code(cut),
    )


def _is_credit(cut: Cut) -> bool:
    return _choice(cut, "CdtDbtInd", {"CRDT": True, "DBIT": False})


def _choice(cut: Cut, path: str, meanings: Mapping[str | None, bool]) -> bool:
    value = cut.values.get(path)
    if value not in meanings:
        raise cut.malformed(f"{path} is not one of its values")
    return meanings[value]


def _bank_code(cut: Cut) -> str | None:
    domain, proprietary = [cut.text(path) for path in _DOMAIN], cut.text("BkTxCd/Prtry/Cd")
    return "-".join(code for code in domain if code) or proprietary


def _return_code(detail: Cut) -> str | None:
    """Why a payment came back, as AC04 for an account that is closed."""
    return detail.text("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Party:
    name: str | None
    iban: str | None


def _counterparty(detail: Cut, account_iban: str, *, debtor_first: bool) -> _Party:
    """Who is at the other side: of money out the creditor, of money in the debtor.

    Of a reversal or return the parties usually stand as in the first payment, so the other way round;
    not all banks do, so a side that is our own account, or of which nothing is said, is never taken.
    """
    sides = ("Dbtr", "Cdtr") if debtor_first else ("Cdtr", "Dbtr")
    nobody = _Party(name=None, iban=None)
    parties = (_party(detail, side) for side in sides)
    return next((party for party in parties if party != nobody and party.iban != account_iban), nobody)


def _party(detail: Cut, side: str) -> _Party:
    return _Party(
        name=detail.text(f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm", longest=140),
        iban=detail.iban(f"RltdPties/{side}Acct/Id/IBAN"),
    )
