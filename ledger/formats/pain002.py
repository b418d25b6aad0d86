# SPDX-License-Identifier: EUPL-1.2
"""What the bank says of a payment file: pain.002, the head at once and its lines as a stream.

Any version, any length, in constant memory. A line may be missing: a bank may name only what it did not
accept, or only what did not match, and give the others as a count. Source: ISO 20022, pain.002.001.03 and
.10; for Verification of Payee also appendix 3 of the German agreement on data formats.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from ledger.errors import MalformedFile
from ledger.formats import bank_xml
from ledger.formats.bank_xml import Cut, Part

MAX_REASONS = 100
"""For one status; banks give one or two."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusReason:
    """Why: a code as AC04, the bank's own words, or both."""

    code: str | None
    text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusCount:
    """How many payments have a status, those that no line names included."""

    status: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentStatus:
    """What the bank says of one payment, or of a whole payment block, which has no end_to_end_id."""

    payment_info_id: str | None
    payment_info_status: str | None
    end_to_end_id: str | None
    instruction_id: str | None
    status: str | None
    """Four capitals, as ACSC, RJCT or RVNM. None: what holds for the block or file holds for it."""
    reasons: tuple[StatusReason, ...]
    """Its own, or where it has none those of its block."""
    amount_cents: int | None
    """In euros; None for another currency."""
    creditor_iban: str | None
    servicer_ref: str | None
    matched_name: str | None
    """Of a close match (RVMC): the name that the payee's bank knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusReport:
    """A report of one payment file. A status or count is None, or absent, where the bank says none."""

    message_id: str
    created_at: datetime | None
    original_message_id: str
    original_message_name: str | None
    count: int | None
    total_cents: int | None
    group_status: str | None
    """Of the whole file: four capitals, as ACCP, PART, RJCT or RVCM."""
    reasons: tuple[StatusReason, ...]
    counts: tuple[StatusCount, ...]
    lines: Iterator[PaymentStatus]
    """Read once, while the source is open. Raises MalformedFile; what was read before is then void."""


_NAMESPACES = ("urn:iso:std:iso:20022:tech:xsd:pain.002.",)
_STATUS = re.compile(r"[A-Z]{4}")
_CLOSE_MATCH = "RVMC"
_REASON = Part(name="StsRsnInf", values=("Rsn/Cd", "Rsn/Prtry", "AddtlInf*"))
_COUNT = Part(name="NbOfTxsPerSts", values=("DtldNbOfTxs", "DtldSts"))
_TRANSACTION = Part(
    name="TxInfAndSts",
    values=(
        *("OrgnlPmtInfId", "OrgnlInstrId", "OrgnlEndToEndId", "TxSts", "AcctSvcrRef"),
        *("OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/Amt/InstdAmt@Ccy", "OrgnlTxRef/CdtrAcct/Id/IBAN"),
    ),
    parts=(_REASON,),
)
_GROUP = Part(
    name="OrgnlGrpInfAndSts",
    values=("OrgnlMsgId", "OrgnlMsgNmId", "OrgnlNbOfTxs", "OrgnlCtrlSum", "GrpSts"),
    parts=(_REASON, _COUNT),
)
_BLOCK = Part(name="OrgnlPmtInfAndSts", values=("OrgnlPmtInfId", "PmtInfSts"), parts=(_REASON, _TRANSACTION))
_PARTS = (
    Part(name="GrpHdr", values=("MsgId", "CreDtTm")),
    _GROUP,
    _BLOCK,
    _TRANSACTION,  # up to version .02 transactions stood outside blocks
)


def read(source: BinaryIO) -> StatusReport:
    """The head of the report, which says all about the file as a whole, and its lines still to be read.

    Raises MalformedFile, now for the head and while the lines are read for the rest.
    """
    cuts = bank_xml.cuts(source, namespaces=_NAMESPACES, parts=_PARTS)
    header: Cut | None = None
    reasons: list[StatusReason] = []
    counts: list[StatusCount] = []
    for cut in cuts:
        match cut.name, cut.ended:
            case "GrpHdr", True:
                header = cut
            case "StsRsnInf", True:
                _add_reason(reasons, cut)
            case "NbOfTxsPerSts", True:
                _add_count(counts, cut)
            case "OrgnlGrpInfAndSts", True:
                lines = _lines(cuts)
                return _report(header, cut, reasons=reasons, counts=counts, lines=lines)
            case (("OrgnlPmtInfAndSts" | "TxInfAndSts"), False):
                raise cut.malformed("comes before what is said of the whole file")
    raise MalformedFile(place="file", fault="has no OrgnlGrpInfAndSts")


def _report(
    header: Cut | None,
    group: Cut,
    *,
    reasons: list[StatusReason],
    counts: list[StatusCount],
    lines: Iterator[PaymentStatus],
) -> StatusReport:
    if header is None:
        raise group.malformed("has no GrpHdr before it")
    return StatusReport(
        message_id=header.required("MsgId"),
        created_at=header.instant("CreDtTm"),
        original_message_id=group.required("OrgnlMsgId"),
        original_message_name=group.text("OrgnlMsgNmId"),
        count=group.number("OrgnlNbOfTxs"),
        total_cents=group.cents("OrgnlCtrlSum"),
        group_status=_status(group, "GrpSts"),
        reasons=tuple(reasons),
        counts=tuple(counts),
        lines=lines,
    )


def _lines(cuts: Iterator[Cut]) -> Iterator[PaymentStatus]:
    """One for every transaction, and one for a block without any."""
    block: Cut | None = None
    has_transactions = False
    block_reasons: list[StatusReason] = []
    reasons: list[StatusReason] = []
    for cut in cuts:
        match cut.name, cut.ended:
            case "OrgnlPmtInfAndSts", False:
                block, has_transactions, block_reasons, reasons = cut, False, [], []
            case "TxInfAndSts", False:
                block_reasons = block_reasons if has_transactions else reasons
                has_transactions, reasons = True, []
            case "StsRsnInf", True:
                _add_reason(reasons, cut)
            case "TxInfAndSts", True:
                yield _line(block, cut, reasons or block_reasons)
            case "OrgnlPmtInfAndSts", True:
                if not has_transactions:
                    yield _line(cut, cut, reasons)
                block, has_transactions, block_reasons, reasons = None, False, [], []


def _line(block: Cut | None, transaction: Cut, reasons: list[StatusReason]) -> PaymentStatus:
    """A block without transactions is given as both: it has none of the values of one."""
    status = _status(transaction, "TxSts")
    amount = "OrgnlTxRef/Amt/InstdAmt"
    in_euros = transaction.values.get(f"{amount}@Ccy") == "EUR"
    return PaymentStatus(
        payment_info_id=(block or transaction).identification("OrgnlPmtInfId"),
        payment_info_status=_status(block, "PmtInfSts") if block else None,
        end_to_end_id=transaction.identification("OrgnlEndToEndId"),
        instruction_id=transaction.identification("OrgnlInstrId"),
        status=status,
        reasons=tuple(reasons),
        amount_cents=transaction.cents(amount) if in_euros else None,
        creditor_iban=transaction.iban("OrgnlTxRef/CdtrAcct/Id/IBAN"),
        servicer_ref=transaction.identification("AcctSvcrRef"),
        matched_name=_texts(reasons) if status == _CLOSE_MATCH else None,
    )


def _texts(reasons: list[StatusReason]) -> str | None:
    """A close match bears the known name as the text of its reasons, and what we wrote in OrgnlTxRef."""
    return " ".join(reason.text for reason in reasons if reason.text) or None


def _status(cut: Cut, path: str) -> str | None:
    status = cut.text(path)
    if status is not None and not _STATUS.fullmatch(status):
        raise cut.malformed(f"{path} is not four capitals")
    return status


def _add_reason(reasons: list[StatusReason], cut: Cut) -> None:
    """A reason that says nothing is left out."""
    if len(reasons) == MAX_REASONS:
        raise cut.malformed("is one reason more than any status has")
    text = cut.text("AddtlInf", longest=bank_xml.MAX_TEXT)
    code = cut.text("Rsn/Cd", "Rsn/Prtry")
    if code or text:
        reasons.append(StatusReason(code=code, text=text.replace("\n", " ") if text else None))


def _add_count(counts: list[StatusCount], cut: Cut) -> None:
    status, count = _status(cut, "DtldSts"), cut.number("DtldNbOfTxs")
    if status is None or count is None or len(counts) == MAX_REASONS:
        raise cut.malformed("is not a count of payments with a status, or is one too many")
    counts.append(StatusCount(status=status, count=count))
