# SPDX-License-Identifier: EUPL-1.2
"""XML from outside, parsed without trust: bounded in size, no document types, no entities, no network.

What comes out is an lxml tree of elements and text only; comments and processing instructions are gone.
"""

import re

from lxml import etree

from ledger.errors import MalformedFile

MAX_BYTES = 25_000_000
"""No message is larger. Source: iWmo/iJw rule OP179 (25 MB)."""

MAX_TAGS = 500_000
"""Opening and closing tags together: about 14,000 allocations. Bounds the memory of the tree."""

MAX_EQUALS_SIGNS = 100_000
"""Every attribute has one, and messages have hardly any attributes. Bounds the memory of the tree."""

_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")


def parse(source: bytes) -> etree._Element:
    """The root of a well-formed UTF-8 document, or MalformedFile with the place of the first fault.

    Depth (256) and the length of one text (10 million characters) are bounded by the parser.
    The fault never repeats what the file says. Source of the encoding rules: OP192.
    """
    for judge in (_judge_size, _judge_encoding, _judge_content):
        judge(source)
    try:
        root = etree.fromstring(source, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise MalformedFile(
            place=f"line {max(line, 1)}, column {max(column, 1)}",
            fault="is not well-formed XML, or is nested deeper or longer than any message",
        ) from None
    assert root.getroottree().docinfo.internalDTD is None
    return root


def line_of(element: etree._Element) -> int:
    """The line of the file on which the element begins, 0 when the tree does not know."""
    return int(getattr(element, "sourceline", None) or 0)  # lxml-stubs give the attribute no type


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
    )


def _judge_size(source: bytes) -> None:
    if len(source) > MAX_BYTES:
        raise MalformedFile(place="file", fault=f"is larger than {MAX_BYTES} bytes (OP179)")
    if not source.strip():
        raise MalformedFile(place="file", fault="is empty")
    if source.count(b"<") > MAX_TAGS:
        raise MalformedFile(place="file", fault=f"has more than {MAX_TAGS} tags")
    if source.count(b"=") > MAX_EQUALS_SIGNS:
        raise MalformedFile(place="file", fault=f"has more than {MAX_EQUALS_SIGNS} equals signs")


def _judge_encoding(source: bytes) -> None:
    if source.startswith(b"\xef\xbb\xbf"):
        raise MalformedFile(place="line 1", fault="begins with a byte order mark (OP192)")
    declared = _DECLARED_ENCODING.match(source)
    if declared and declared[1].lower() != b"utf-8":
        raise MalformedFile(place="line 1", fault="declares another encoding than UTF-8 (OP192)")
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise MalformedFile(place=f"line {line}", fault="is not UTF-8 (OP192)") from None


def _judge_content(source: bytes) -> None:
    """No document type at all: every attack with entities needs one, no message has one."""
    at = source.find(b"<!DOCTYPE")
    if at >= 0:
        line = source.count(b"\n", 0, at) + 1
        raise MalformedFile(place=f"line {line}", fault="declares a document type, which is not accepted")
