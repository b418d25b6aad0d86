# SPDX-License-Identifier: EUPL-1.2
"""Bad messages made of good ones, for readers that must notice: one thing wrong, the rest left as it was."""

from collections.abc import Callable, Sequence
from random import Random

from lxml import etree

from tests.bank.markup import number
from tests.bank.orders import cents


def to_account(message: bytes, iban: str) -> bytes:
    """The statement of an account that is not ours."""
    return _changed(message, lambda root: _write(root, ".//{*}Acct/{*}Id/{*}IBAN", iban))


def in_currency(message: bytes, currency: str) -> bytes:
    """Every amount, and the account, in another currency."""

    def change(root: etree._Element) -> None:
        _write(root, ".//{*}Acct/{*}Ccy", currency)
        for element in root.iterfind(".//*[@Ccy]"):
            element.set("Ccy", currency)

    return _changed(message, change)


def entry_in_currency(message: bytes, currency: str, *, at: int = 0) -> bytes:
    """One entry in another currency than the account."""

    def change(root: etree._Element) -> None:
        for element in root.findall(".//{*}Ntry")[at].iterfind(".//*[@Ccy]"):
            element.set("Ccy", currency)
        root.findall(".//{*}Ntry/{*}Amt")[at].set("Ccy", currency)

    return _changed(message, change)


def with_gap(statements: Sequence[bytes], *, at: int) -> list[bytes]:
    """The statements without one: a day nobody saw."""
    return [*statements[:at], *statements[at + 1 :]]


def one_cent_off(message: bytes, *, at: int = 0, adapted: bool) -> bytes:
    """An entry and its first detail one cent more; `adapted`: the sums and the closing balance follow.

    An adapted statement is sound in itself, and the next one no longer begins where it ends.
    """

    def change(root: etree._Element) -> None:
        entry = root.findall(".//{*}Ntry")[at]
        for path in (
            "{*}Amt",
            ".//{*}TtlAmt",
            ".//{*}TxDtls/{*}Amt",
            ".//{*}TxDtls/{*}AmtDtls/{*}TxAmt/{*}Amt",
        ):
            _add(entry.find(path), 1)
        if adapted:
            _adapt(root, credit=entry.findtext("{*}CdtDbtInd") == "CRDT")

    return _changed(message, change)


def closing_off(message: bytes, by_cents: int) -> bytes:
    """A closing balance that opening balance and entries do not lead to."""
    return _changed(message, lambda root: _add_signed(_balance(root, "CLBD"), by_cents))


def opening_off(message: bytes, by_cents: int) -> bytes:
    """Both balances moved: sound in itself, and no longer the follower of the statement before it."""

    def change(root: etree._Element) -> None:
        _add_signed(_balance(root, "OPBD"), by_cents)
        _add_signed(_balance(root, "CLBD"), by_cents)

    return _changed(message, change)


def truncated(message: bytes, *, keep: int = 2) -> bytes:
    """The first half of a message, or another part of it: one in `keep` bytes."""
    return message[: len(message) // keep]


def renamed(message: bytes, message_id: str) -> bytes:
    """The same content under another message id, as when a file is made again or fetched twice."""
    return _changed(message, lambda root: _write(root, ".//{*}GrpHdr/{*}MsgId", message_id))


def for_file(report: bytes, message_id: str) -> bytes:
    """A pain.002 that answers another file than the one it was made for."""
    return _changed(report, lambda root: _write(root, ".//{*}OrgnlGrpInfAndSts/{*}OrgnlMsgId", message_id))


def shuffled(message: bytes, *, seed: int) -> bytes:
    """The entries in another order, which is no fault."""
    return _changed(message, lambda root: _reorder(root, Random(seed)))


def joined(messages: Sequence[bytes]) -> bytes:
    """Several statements in one message, which is no fault."""

    def change(root: etree._Element) -> None:
        for message in messages[1:]:
            root[0].extend(etree.fromstring(message).findall(".//{*}Stmt"))

    return _changed(messages[0], change)


def repeated_entry(message: bytes, *, at: int = 0) -> bytes:
    """One entry twice, bank reference and all; the balances do not follow."""

    def change(root: etree._Element) -> None:
        entry = root.findall(".//{*}Ntry")[at]
        copy = etree.fromstring(etree.tostring(entry, with_tail=False))
        entry.addnext(copy)

    return _changed(message, change)


def with_entity(message: bytes) -> bytes:
    """A document type with an entity in front of a message, as an attack would have it."""
    at = message.index(b"<Document")
    return message[:at] + b'<!DOCTYPE Document [<!ENTITY a "b">]>\n' + message[at:]


def _changed(message: bytes, change: Callable[[etree._Element], None]) -> bytes:
    root = etree.fromstring(message)
    change(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _write(root: etree._Element, path: str, text: str) -> None:
    found = root.findall(path)
    assert found, f"the message has no {path}"
    for element in found:
        element.text = text


def _add(element: etree._Element | None, by_cents: int) -> None:
    if element is not None:
        element.text = number(cents(element.text or "") + by_cents)


def _balance(root: etree._Element, code: str) -> etree._Element:
    found = [one for one in root.iterfind(".//{*}Bal") if one.findtext("{*}Tp/{*}CdOrPrtry/{*}Cd") == code]
    assert len(found) == 1, f"the message has no balance {code}"
    return found[0]


def _add_signed(parent: etree._Element, by_cents: int, *, amount: str = "{*}Amt") -> None:
    """Moves an amount that has its side beside it."""
    element, side = parent.find(amount), parent.find("{*}CdtDbtInd")
    assert element is not None
    assert side is not None
    signed = cents(element.text or "") * (1 if side.text == "CRDT" else -1) + by_cents
    element.text, side.text = number(signed), "CRDT" if signed >= 0 else "DBIT"


def _adapt(root: etree._Element, *, credit: bool) -> None:
    """Sums and closing balance after one entry became a cent larger."""
    by_cents = 1 if credit else -1
    _add_signed(_balance(root, "CLBD"), by_cents)
    total = "TtlCdtNtries" if credit else "TtlDbtNtries"
    for path in ("TtlNtries", total):
        _add(root.find(f".//{{*}}TxsSummry/{{*}}{path}/{{*}}Sum"), 1)
    new, old = root.find(".//{*}TtlNtries/{*}TtlNetNtry"), root.find(".//{*}TtlNtries")
    if new is not None:
        _add_signed(new, by_cents)
    elif old is not None:
        _add_signed(old, by_cents, amount="{*}TtlNetNtryAmt")


def _reorder(root: etree._Element, random: Random) -> None:
    entries = root.findall(".//{*}Ntry")
    parent = entries[0].getparent()
    assert parent is not None
    at = parent.index(entries[0])
    random.shuffle(entries)
    for number_, entry in enumerate(entries):
        parent.remove(entry)
        parent.insert(at + number_, entry)
