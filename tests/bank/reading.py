# SPDX-License-Identifier: EUPL-1.2
"""What a test sees in a message of the bank: a tree valid by its schema, its texts, entries and balances."""

from functools import cache
from pathlib import Path

from lxml import etree

from tests.bank.orders import cents

SCHEMAS = Path(__file__).parent / "schemas"


def root(message: bytes) -> etree._Element:
    """The message as a tree, valid by its schema."""
    tree = etree.fromstring(message)
    _schema(etree.QName(tree).namespace.removeprefix("urn:iso:std:iso:20022:tech:xsd:")).assertValid(tree)
    return tree


def texts(tree: etree._Element, path: str) -> list[str | None]:
    return [
        found.text for found in tree.iterfind(".//" + "/".join(f"{{*}}{step}" for step in path.split("/")))
    ]


def text(tree: etree._Element, path: str) -> str | None:
    """The first of them."""
    found = texts(tree, path)
    return found[0] if found else None


def balances(tree: etree._Element) -> tuple[int, int]:
    """Opening and closing balance of a statement, in cents."""
    opening, closing = tree.iterfind(".//{*}Bal")
    return _signed(opening), _signed(closing)


def entries(tree: etree._Element) -> list[int]:
    """Amounts of the entries in cents, debits below zero."""
    return [_signed(entry) for entry in tree.iterfind(".//{*}Ntry")]


def _signed(element: etree._Element) -> int:
    """An amount with its side, in cents."""
    amount = cents(element.findtext("{*}Amt") or "")
    return amount if element.findtext("{*}CdtDbtInd") == "CRDT" else -amount


@cache
def _schema(name: str) -> etree.XMLSchema:
    """Of a pain.002.001.10 the schema of .12 under its own name; see the README beside the schemas."""
    source = "pain.002.001.12" if name == "pain.002.001.10" else name
    text = (SCHEMAS / f"{source}.xsd").read_bytes().replace(source.encode(), name.encode())
    return etree.XMLSchema(etree.fromstring(text))
