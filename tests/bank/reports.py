# SPDX-License-Identifier: EUPL-1.2
"""The bank's answer to a payment file: pain.002.001.10 or .03."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tests.bank.markup import amount, closing, group, leaf, moment, number, opening
from tests.bank.orders import Batch, Order, OrderFile, total_cents
from tests.bank.script import CLOSE_MATCH, NO_MATCH, NOT_APPLICABLE, NOT_YET

_ROOT = "CstmrPmtStsRpt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is said of one payment."""

    order: Order
    status: str
    code: str | None = None
    fault: str | None = None
    bank_reference: str | None = None
    told: bool = True
    """False: counted, but not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One answer."""

    version: str
    message_id: str
    day: date
    file: OrderFile
    status: str
    code: str | None = None
    fault: str | None = None
    verdicts: Mapping[str, Sequence[Verdict]]
    """By the id of the batch, in the order of the file; empty when the file was refused as a whole."""


def write(report: Report) -> bytes:
    """The message as bytes."""
    name = f"pain.002.001.{report.version}"
    header = group("GrpHdr", leaf("MsgId", report.message_id), leaf("CreDtTm", moment(report.day, 12, 0)))
    batches = (
        _batch(batch, report.verdicts[batch.id], report)
        for batch in report.file.batches
        if batch.id in report.verdicts
    )
    return "".join((opening(name, _ROOT), header, _group(report), *batches, closing(_ROOT))).encode()


def status(verdicts: Iterable[Verdict]) -> str:
    """The word for all of them together. Source: ISO external code set, payment group status."""
    said = {verdict.status for verdict in verdicts}
    if NOT_YET in said:
        return NOT_YET
    if said & {CLOSE_MATCH, NO_MATCH, NOT_APPLICABLE}:
        return "RVCM"
    return said.pop() if len(said) == 1 else "PART"


def _group(report: Report) -> str:
    file, sums = report.file, ""
    if file.total_cents is not None:
        sums = leaf("OrgnlCtrlSum", number(file.total_cents))
    return group(
        "OrgnlGrpInfAndSts",
        leaf("OrgnlMsgId", file.message_id),
        leaf("OrgnlMsgNmId", file.name),
        leaf("OrgnlCreDtTm", file.created_at),
        leaf("OrgnlNbOfTxs", file.count),
        sums,
        leaf("GrpSts", report.status),
        _reason(report.code, report.fault),
        *_counts([verdict for verdicts in report.verdicts.values() for verdict in verdicts]),
    )


def _batch(batch: Batch, verdicts: Sequence[Verdict], report: Report) -> str:
    return group(
        "OrgnlPmtInfAndSts",
        leaf("OrgnlPmtInfId", batch.id),
        leaf("OrgnlNbOfTxs", len(batch.orders)),
        leaf("OrgnlCtrlSum", number(total_cents(batch.orders))),
        leaf("PmtInfSts", status(verdicts)),
        *(_transaction(verdict, report) for verdict in verdicts if verdict.told),
    )


def _transaction(verdict: Verdict, report: Report) -> str:
    order, accepted = verdict.order, verdict.status != "RJCT"
    party = leaf("Nm", order.creditor_name)
    return group(
        "TxInfAndSts",
        leaf("OrgnlInstrId", order.instruction_id),
        leaf("OrgnlEndToEndId", order.end_to_end_id),
        leaf("TxSts", verdict.status),
        _reason(verdict.code, verdict.fault),
        leaf("AcctSvcrRef", verdict.bank_reference if accepted else None),
        group(
            "OrgnlTxRef",
            group("Amt", amount("InstdAmt", order.amount_cents).replace('"EUR"', f'"{order.currency}"')),
            group("Cdtr", party if report.version == "03" else group("Pty", party)),
            group("CdtrAcct", group("Id", leaf("IBAN", order.creditor_iban))),
        ),
    )


def _reason(code: str | None, fault: str | None) -> str:
    """Without a code only words: so the name that the other bank knows is told."""
    return group("StsRsnInf", group("Rsn", leaf("Cd", code)), leaf("AddtlInf", fault))


def _counts(verdicts: Sequence[Verdict]) -> list[str]:
    numbers = Counter(verdict.status for verdict in verdicts)
    sums: Counter[str] = Counter()
    for verdict in verdicts:
        sums[verdict.status] += verdict.order.amount_cents
    return [
        group(
            "NbOfTxsPerSts",
            leaf("DtldNbOfTxs", numbers[status]),
            leaf("DtldSts", status),
            leaf("DtldCtrlSum", number(sums[status])),
        )
        for status in sorted(numbers)
    ]
