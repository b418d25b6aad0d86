# SPDX-License-Identifier: EUPL-1.2
"""A payment file as the bank reads it: valid by the schema of the standard, or refused with a reason.

Reads pain.001.001.03 and pain.001.001.09, payment by payment, so that a file of 100,000 costs only what is
kept of it.
"""

import hashlib
import importlib.util
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from lxml import etree

_NAME = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:(pain\.001\.001\.(?:03|09))[\"']")
_MESSAGE_ID = re.compile(rb"<MsgId>([A-Za-z0-9?:().,'+/ -]{1,35})</MsgId>")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One payment asked."""

    end_to_end_id: str
    instruction_id: str | None
    amount_cents: int
    currency: str
    creditor_name: str
    creditor_iban: str
    reference: str | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One payment information block: what is debited from one account on one day."""

    id: str
    one_booking: bool
    requested_on: date
    debtor_iban: str
    count: int | None
    total_cents: int | None
    orders: tuple[Order, ...]


@dataclass(slots=True, kw_only=True)
class OrderFile:
    """A whole file; what could be read of it when it was refused."""

    sha256: str
    name: str = "pain.001.001.09"
    message_id: str = "NOTPROVIDED"
    created_at: str | None = None
    count: int | None = None
    total_cents: int | None = None
    batches: list[Batch] = field(default_factory=list)


class Refused(Exception):
    """The file as a whole is not taken. Reasons: ISO external code set, status reason."""

    def __init__(self, code: str, fault: str, file: OrderFile) -> None:
        super().__init__(code, fault)
        self.code, self.fault, self.file = code, fault, file


def read(source: bytes) -> OrderFile:
    """The file, well formed, valid, and with sums that agree. Raises Refused."""
    file = OrderFile(sha256=hashlib.sha256(source).hexdigest())
    if found := _MESSAGE_ID.search(source, 0, 4000):
        file.message_id = found[1].decode()
    named = _NAME.search(source, 0, 4000)
    if named is None or b"<!DOCTYPE" in source:  # so there are no entities either
        raise Refused("FF01", "not a payment file of a version known here", file)
    file.name = named[1].decode()
    try:
        _fill(file, source)
    except etree.LxmlError:
        raise Refused("FF01", f"not valid by the schema of {file.name}", file) from None
    _judge_sums(file)
    return file


def is_iban(value: str) -> bool:
    """Whether the check digits hold. Source: ISO 13616."""
    if not _IBAN.fullmatch(value):
        return False
    return int("".join(str(int(letter, 36)) for letter in value[4:] + value[:4])) % 97 == 1


def cents(text: str) -> int:
    """Euros as cents; a fraction of a cent is an error."""
    whole = Decimal(text) * 100
    if whole != int(whole):
        raise ValueError("a fraction of a cent")
    return int(whole)


@cache
def _schema(name: str) -> etree.XMLSchema:
    spec = importlib.util.find_spec("sepaxml")
    assert spec is not None, "the development dependency sepaxml is missing"
    assert spec.origin is not None
    return etree.XMLSchema(etree.parse(str(Path(spec.origin).parent / "schemas" / f"{name}.xsd")))


def _fill(file: OrderFile, source: bytes) -> None:
    space = f"{{urn:iso:std:iso:20022:tech:xsd:{file.name}}}"
    tags = [space + tag for tag in ("GrpHdr", "CdtTrfTxInf", "PmtInf")]
    orders: list[Order] = []
    # No resolve_entities=False here: beside a schema it makes lxml 6.1 take half a file for a whole one.
    events = etree.iterparse(BytesIO(source), tag=tags, schema=_schema(file.name), huge_tree=True)
    for _, element in events:
        if element.tag == tags[0]:
            _fill_header(file, element)
        elif element.tag == tags[1]:
            orders.append(_order(file, element))
        else:
            file.batches.append(_batch(file, element, tuple(orders)))
            orders.clear()
        if element.tag != tags[0]:
            _forget(element)


def _forget(element: etree._Element) -> None:
    """What was read is dropped from the tree, and so are its like that stood before it."""
    element.clear()
    parent = element.getparent()
    assert parent is not None
    while (before := element.getprevious()) is not None and before.tag == element.tag:
        parent.remove(before)


def _fill_header(file: OrderFile, header: etree._Element) -> None:
    file.message_id = _text(header, "MsgId") or file.message_id
    file.created_at = _text(header, "CreDtTm")
    file.count = int(_text(header, "NbOfTxs") or 0)
    total = _text(header, "CtrlSum")
    file.total_cents = None if total is None else _cents(file, total)


def _batch(file: OrderFile, element: etree._Element, orders: tuple[Order, ...]) -> Batch:
    count, total = _text(element, "NbOfTxs"), _text(element, "CtrlSum")
    day = (
        _text(element, "ReqdExctnDt/Dt")
        or _text(element, "ReqdExctnDt/DtTm")
        or _text(element, "ReqdExctnDt")
    )
    return Batch(
        id=_text(element, "PmtInfId") or "",
        one_booking=_text(element, "BtchBookg") in ("true", "1"),
        requested_on=date.fromisoformat((day or "")[:10]),
        debtor_iban=_text(element, "DbtrAcct/Id/IBAN") or "",
        count=None if count is None else int(count),
        total_cents=None if total is None else _cents(file, total),
        orders=orders,
    )


def _order(file: OrderFile, element: etree._Element) -> Order:
    amount = element.find("{*}Amt/{*}InstdAmt")
    if amount is None:
        raise Refused("AM12", "an amount in another currency than it is paid in", file)
    return Order(
        end_to_end_id=_text(element, "PmtId/EndToEndId") or "",
        instruction_id=_text(element, "PmtId/InstrId"),
        amount_cents=_cents(file, amount.text or ""),
        currency=amount.get("Ccy") or "",
        creditor_name=_text(element, "Cdtr/Nm") or "",
        creditor_iban=_text(element, "CdtrAcct/Id/IBAN") or "",
        reference=_text(element, "RmtInf/Strd/CdtrRefInf/Ref"),
        text=_text(element, "RmtInf/Ustrd"),
    )


def _text(element: etree._Element, path: str) -> str | None:
    return element.findtext(_in_any_namespace(path))


@cache
def _in_any_namespace(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def _cents(file: OrderFile, text: str) -> int:
    try:
        return cents(text)
    except ValueError:
        raise Refused("AM12", "an amount with a fraction of a cent", file) from None


def _judge_sums(file: OrderFile) -> None:
    """Names, counts and totals, of every batch and of the file."""
    if len({batch.id for batch in file.batches}) < len(file.batches):
        raise Refused("DU02", "two batches of one name", file)
    for batch in file.batches:
        if batch.count not in (None, len(batch.orders)):
            raise Refused("AM20", "the number of transactions of a batch", file)
        if batch.total_cents not in (None, total_cents(batch.orders)):
            raise Refused("AM17", "the control sum of a batch", file)
    if file.count != sum(len(batch.orders) for batch in file.batches):
        raise Refused("AM19", "the number of transactions of the file", file)
    if file.total_cents not in (None, sum(total_cents(batch.orders) for batch in file.batches)):
        raise Refused("AM16", "the control sum of the file", file)


def total_cents(orders: tuple[Order, ...]) -> int:
    """What the payments ask together."""
    return sum(order.amount_cents for order in orders)
