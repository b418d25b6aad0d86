# SPDX-License-Identifier: EUPL-1.2
"""SEPA credit transfers as a file for the bank: pain.001, streamed piece by piece, in two versions.

Names are written as they are known at the bank, accents and all: the payee's name is checked against the
account (Regulation (EU) 2024/886 art. 5c), and a name spelled otherwise would not match. No address is
sent: within the EEA none is required, and unstructured ones are rejected since 15 November 2026.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from xml.sax.saxutils import escape

from ledger import identifiers
from ledger.clock import AMSTERDAM
from ledger.errors import InvalidIdentifier, MalformedFile

AMOUNT_MAX_CENTS = 99_999_999_999
"""No single transfer is larger: 999,999,999.99 euro (SEPA rule book)."""

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_PIECE_TRANSFERS = 100
_OUT_OF_RANGE = "is not between 0.01 and 999999999.99 euro"
_ID_FORM = re.compile(r"[a-zA-Z0-9?:().,'+/-]([a-zA-Z0-9 ?:().,'+/-]{0,33}[a-zA-Z0-9?:().,'+/-])?")
_BIC_FORM = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_NOT_IN_A_LINE = re.compile(
    "[^\u0020-\u007e\u00a0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
"""What XML forbids, control characters, ends of lines, and marks that turn the reading direction."""


class Version(StrEnum):
    """The versions a bank may ask for."""

    PAIN_09 = "pain.001.001.09"
    """The one to use."""
    PAIN_03 = "pain.001.001.03"
    """The one before, where a bank does not take the other yet."""


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """Who pays: the municipality's own account."""

    name: str
    iban: str
    bic: str | None = None


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One payment to one payee, with a creditor reference or a line of text, not both."""

    end_to_end_id: str
    """How the bank's reports name the payment; unique per file, which the caller keeps."""
    amount_cents: int
    creditor_name: str
    """Exactly as the bank of the payee knows the holder of the account."""
    creditor_iban: str
    reference: str | None = None
    """ISO 11649, as identifiers.rf_reference makes it."""
    remittance: str | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentFile:
    """What is said once per file; count and total are stated before the transfers are seen."""

    message_id: str
    created_at: datetime
    requested_on: date
    debtor: Debtor
    count: int
    total_cents: int
    batch_booking: bool
    """True: the bank books the file as one amount; False: every transfer for itself."""
    version: Version = Version.PAIN_09


def lines(file: PaymentFile, transfers: Iterable[Transfer]) -> Iterator[bytes]:
    """The file in chunks, the same bytes for the same values, in constant memory.

    Raises MalformedFile, at once for the file itself and while streaming for a transfer: an element breaks
    its limit, or count or total differ from what was streamed. The closing tags come only when all is well,
    so a broken file can never be taken for a whole one.
    """
    opening = _opening(file)
    return _streamed(file, transfers, opening)


def _streamed(file: PaymentFile, transfers: Iterable[Transfer], opening: str) -> Iterator[bytes]:
    yield opening.encode("utf-8")
    count = total_cents = 0
    remaining = iter(transfers)
    while piece := list(islice(remaining, _PIECE_TRANSFERS)):
        written = [_numbered(transfer, count + at) for at, transfer in enumerate(piece, 1)]
        count += len(piece)
        total_cents += sum(transfer.amount_cents for transfer in piece)
        _judge(count <= file.count, f"transfer {file.count + 1}", f"comes after the {file.count} announced")
        yield "".join(written).encode("utf-8")
    _judge(count == file.count, "NbOfTxs", f"{file.count} transfers announced, {count} given")
    _judge(
        total_cents == file.total_cents,
        "CtrlSum",
        f"{_euros(file.total_cents)} announced, {_euros(total_cents)} given",
    )
    yield b"</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"


def _opening(file: PaymentFile) -> str:
    """Everything before the first transfer. One payment information block, named as the message."""
    _judge(file.created_at.tzinfo is not None, "CreDtTm", "has no time zone")
    _judge(0 < file.count < 10**15, "NbOfTxs", "is not between 1 and 15 digits")
    _judge(0 < file.total_cents < 10**18, "CtrlSum", "is not between 1 cent and 18 digits")
    message_id = _id(file.message_id, "MsgId")
    name = _line(file.debtor.name, 70, "Dbtr/Nm")
    created = file.created_at.astimezone(AMSTERDAM).isoformat(timespec="seconds")
    sums = f"<NbOfTxs>{file.count}</NbOfTxs><CtrlSum>{_euros(file.total_cents)}</CtrlSum>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{_NAMESPACE}{file.version}">\n'
        "<CstmrCdtTrfInitn>\n"
        f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{created}</CreDtTm>{sums}"
        f"<InitgPty><Nm>{name}</Nm></InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{message_id}</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<BtchBookg>{'true' if file.batch_booking else 'false'}</BtchBookg>{sums}"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
        f"<ReqdExctnDt>{_requested(file)}</ReqdExctnDt>"
        f"<Dbtr><Nm>{name}</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{_iban(file.debtor.iban, 'DbtrAcct')}</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{_agent(file)}</FinInstnId></DbtrAgt>"
        "<ChrgBr>SLEV</ChrgBr>\n"
    )


def _requested(file: PaymentFile) -> str:
    """The day of payment; since version .09 it could be an instant as well."""
    day = file.requested_on.isoformat()
    return day if file.version is Version.PAIN_03 else f"<Dt>{day}</Dt>"


def _agent(file: PaymentFile) -> str:
    """The debtor's bank. The schema demands the element; the IBAN alone suffices within SEPA."""
    bic = file.debtor.bic
    if bic is None:
        return "<Othr><Id>NOTPROVIDED</Id></Othr>"
    name = "BIC" if file.version is Version.PAIN_03 else "BICFI"
    _judge(_BIC_FORM.fullmatch(bic) is not None, f"DbtrAgt/{name}", "does not have the form of a BIC")
    return f"<{name}>{bic}</{name}>"


def _numbered(transfer: Transfer, number: int) -> str:
    """The transfer; a fault says which transfer it is in."""
    try:
        return _transfer(transfer)
    except MalformedFile as fault:
        raise MalformedFile(place=f"transfer {number}, {fault.place}", fault=fault.fault) from None


def _transfer(transfer: Transfer) -> str:
    _judge(0 < transfer.amount_cents <= AMOUNT_MAX_CENTS, "InstdAmt", _OUT_OF_RANGE)
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{_id(transfer.end_to_end_id, 'EndToEndId')}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{_euros(transfer.amount_cents)}</InstdAmt></Amt>'
        f"<Cdtr><Nm>{_line(transfer.creditor_name, 70, 'Cdtr/Nm')}</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{_iban(transfer.creditor_iban, 'CdtrAcct')}</IBAN></Id></CdtrAcct>"
        f"<RmtInf>{_remittance(transfer)}</RmtInf></CdtTrfTxInf>\n"
    )


def _remittance(transfer: Transfer) -> str:
    if transfer.reference is None:
        _judge(transfer.remittance is not None, "RmtInf", "has neither reference nor text")
        return f"<Ustrd>{_line(transfer.remittance or '', 140, 'Ustrd')}</Ustrd>"
    _judge(transfer.remittance is None, "RmtInf", "has both a reference and text")
    sound = identifiers.is_rf_reference(transfer.reference)
    _judge(sound, "CdtrRefInf", "is not a creditor reference of ISO 11649")
    return (
        "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp>"
        f"<Ref>{transfer.reference}</Ref></CdtrRefInf></Strd>"
    )


def _euros(cents: int) -> str:
    """Five cents as 0.05."""
    euros, rest = divmod(cents, 100)
    return f"{euros}.{rest:02d}"


def _id(value: str, place: str) -> str:
    """An identification, 1 to 35 characters of the SEPA set. Source: EPC217-08 for the slashes."""
    slashes = value.startswith("/") or value.endswith("/") or "//" in value
    sound = _ID_FORM.fullmatch(value) is not None and not slashes
    _judge(
        sound, place, "is not 1 to 35 characters of the SEPA set, with no slash at an end and no two together"
    )
    return escape(value)


def _iban(value: str, place: str) -> str:
    try:
        return identifiers.iban(value)
    except InvalidIdentifier as error:
        raise MalformedFile(place=place, fault=error.fault) from None


def _line(value: str, longest: int, place: str) -> str:
    """A line of text, written exactly; what XML, or a line, cannot hold is refused."""
    _judge(0 < len(value) <= longest, place, f"is not 1 to {longest} characters")
    _judge(bool(value.strip()), place, "is blank")
    _judge(not _NOT_IN_A_LINE.search(value), place, "has a control character or another that XML cannot hold")
    return escape(value)


def _judge(sound: bool, place: str, fault: str) -> None:
    if not sound:
        raise MalformedFile(place=place, fault=fault)
