# SPDX-License-Identifier: EUPL-1.2
"""Messages of a bank (ISO 20022 XML), read piece by piece without trust, keeping only what is asked for.

A reader names the parts it cuts the message into and the values it keeps of each; whatever else the bank
writes is passed over and takes no memory. A message may so be of any length. Elements are known by their
local name within the namespace of the document, so that any version of a message can be read.

Expat rather than lxml: it says the exact line, tells of a document type before anything in it is read, and
builds no tree that has to be kept small.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import BinaryIO
from xml.parsers import expat

from ledger import identifiers
from ledger.clock import AMSTERDAM, dutch_day
from ledger.errors import InvalidIdentifier, MalformedFile
from ledger.units import AMOUNT_MAX

MAX_TEXT = 4_000
"""Characters in one value, repetitions together. The longest asked for are lines of remittance, 140 each."""

MAX_DEPTH = 100
"""Elements within elements; messages have about fifteen."""

MAX_NAMES = 5_000
"""Different names of elements and attributes in one message; the schemas have under a thousand."""

MAX_TAG_BYTES = 250_000
"""One tag or comment; more is never a message of a bank."""

_PIECE_BYTES = 65_536
_SEPARATOR = " "
_AMOUNT = re.compile(r"\+?([0-9]{1,15})(?:\.([0-9]{0,17}))?")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_NUMBER = re.compile(r"[0-9]{1,18}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NOT_PROVIDED = "NOTPROVIDED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An element that is read as a record of its own: its values by path, and the parts within it.

    A path is element names with slashes; "Amt@Ccy" is the attribute Ccy of Amt. A value ending in "*" may
    repeat, its texts are joined with line ends; any other that comes twice makes the file malformed.
    """

    name: str
    values: tuple[str, ...] = ()
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A part begins or has ended. The values grow until the part ends; both cuts hold the same."""

    name: str
    ended: bool
    line: int
    """Where the part begins."""
    values: Mapping[str, str]
    """By path, without the star. Outer white space gone, inner white space one space; never empty."""

    def malformed(self, fault: str) -> MalformedFile:
        """The refusal of the file for what this part says."""
        return malformed(self.line, fault)

    def text(self, *paths: str, longest: int = 35) -> str | None:
        """The first of these values that is there; 35 characters is the ISO limit of nearly all."""
        for path in paths:
            value = self.values.get(path)
            if value is not None:
                if len(value) > longest:
                    raise self.malformed(f"{path} is longer than {longest} characters")
                return value
        return None

    def required(self, *paths: str) -> str:
        """The first of these values that is there, or MalformedFile."""
        value = self.text(*paths)
        if value is None:
            raise self.malformed(f"has no {paths[0]}")
        return value

    def identification(self, *paths: str) -> str | None:
        """The first of these that names something; NOTPROVIDED is how a bank says that nobody named it."""
        for path in paths:
            value = self.text(path)
            if value is not None and value != _NOT_PROVIDED:
                return value
        return None

    def cents(self, path: str) -> int | None:
        """An amount in cents, exactly; without a sign, at most units.AMOUNT_MAX."""
        value = self.values.get(path)
        if value is None:
            return None
        form = _AMOUNT.fullmatch(value)
        if form is None:
            raise self.malformed(f"{path} is not an amount")
        fraction = form[2] or ""
        if fraction[2:].strip("0"):
            raise self.malformed(f"{path} is not in whole cents")
        amount = int(form[1]) * 100 + int(f"{fraction[:2]:0<2}")
        if amount > AMOUNT_MAX:
            raise self.malformed(f"{path} is larger than any amount")
        return amount

    def required_cents(self, path: str) -> int:
        """The amount in cents, or MalformedFile."""
        amount_cents = self.cents(path)
        if amount_cents is None:
            raise self.malformed(f"has no {path}")
        return amount_cents

    def currency(self, path: str) -> str:
        """Three capitals; which currency is not judged."""
        value = self.required(path)
        if not _CURRENCY.fullmatch(value):
            raise self.malformed(f"{path} is not a currency")
        return value

    def number(self, *paths: str) -> int | None:
        """A count or sequence number."""
        value = self.text(*paths)
        if value is not None and not _NUMBER.fullmatch(value):
            raise self.malformed(f"{paths[0]} is not a number")
        return None if value is None else int(value)

    def instant(self, path: str) -> datetime | None:
        """Aware, UTC; what bears no offset is Dutch time."""
        value = self.values.get(path)
        if value is None:
            return None
        form = _INSTANT.fullmatch(value)
        try:
            said = datetime.fromisoformat(value) if form else None
            local = said.replace(tzinfo=AMSTERDAM) if said and said.tzinfo is None else said
            instant = local.astimezone(UTC) if local else None
        except (ValueError, OverflowError):
            instant = None
        if instant is None:
            raise self.malformed(f"{path} is not a date and time")
        return instant

    def day(self, path: str) -> date | None:
        """Path/Dt as it is said, or the Dutch day of path/DtTm."""
        value = self.values.get(f"{path}/Dt")
        if value is None:
            instant = self.instant(f"{path}/DtTm")
            return None if instant is None else dutch_day(instant)
        form = _DAY.fullmatch(value)
        try:
            day = date.fromisoformat(form[1]) if form else None
        except ValueError:
            day = None
        if day is None:
            raise self.malformed(f"{path}/Dt is not a day")
        return day

    def iban(self, path: str) -> str | None:
        """A bank account, None where it is not a sound IBAN."""
        try:
            return identifiers.iban(self.values[path]) if path in self.values else None
        except InvalidIdentifier:
            return None


@dataclass(slots=True)
class _Node:
    """A place in the tree of what is asked for; an element without a place is passed over."""

    within: dict[str, "_Node"] = field(default_factory=dict)
    key: str | None = None
    """Its text is a value under this key."""
    repeats: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    """Keys by the name of the attribute."""
    part: str | None = None


_PASSED = _Node()
"""The place of every element that nobody asked for, and of all within it."""


def cuts(source: BinaryIO, *, namespaces: tuple[str, ...], parts: Sequence[Part]) -> Iterator[Cut]:
    """The parts of the message in the order of the file, in constant memory; the source is read once.

    The parts stand two below the root: Document, the message, the part. Raises MalformedFile, while
    reading, for what is not well-formed XML in UTF-8, has a document type or another namespace than one
    that begins with one of these, or is deeper or longer than any message. What was read before is then void.
    """
    names: dict[str, str] = {}
    parser = expat.ParserCreate("UTF-8", _SEPARATOR, names)
    parser.StartNamespaceDeclHandler = lambda prefix, _: names.setdefault(f"xmlns:{prefix}", "")
    cutter = _Cutter(parser, namespaces, parts)
    read_bytes = 0
    while piece := source.read(_PIECE_BYTES):
        read_bytes += len(piece)
        _feed(parser, piece, last=False)
        yield from cutter.taken()
        if len(names) > MAX_NAMES or read_bytes - parser.CurrentByteIndex > MAX_TAG_BYTES:
            raise malformed(parser.CurrentLineNumber, "has a tag, or more names, than any message of a bank")
    _feed(parser, b"", last=True)
    yield from cutter.taken()


def malformed(line: int, fault: str) -> MalformedFile:
    """The refusal of a file for what stands on this line; the fault never repeats what the file says."""
    return MalformedFile(place=f"line {line}", fault=fault)


def _feed(parser: expat.XMLParserType, piece: bytes, *, last: bool) -> None:
    try:
        parser.Parse(piece, last)
    except expat.ExpatError as error:
        fault = "is not well-formed XML in UTF-8, or ends too early"
        raise malformed(error.lineno, fault) from None


class _Cutter:
    """What the parser calls: walks the tree of what is asked for along with the file."""

    def __init__(
        self, parser: expat.XMLParserType, namespaces: tuple[str, ...], parts: Sequence[Part]
    ) -> None:
        self._parser = parser
        self._namespaces = namespaces
        self._parts = parts
        self._cuts: list[Cut] = []
        self._open: list[Cut] = []
        self._values: list[dict[str, str]] = []
        """Of the open parts."""
        self._above: list[_Node] = []
        self._node = _Node()
        self._text = ""
        parser.buffer_text = True
        parser.StartElementHandler = self._root
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._document_type

    def taken(self) -> list[Cut]:
        """The cuts since the last time."""
        taken, self._cuts = self._cuts, []
        return taken

    def _refusal(self, fault: str) -> MalformedFile:
        return malformed(self._parser.CurrentLineNumber, fault)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise self._refusal("declares another encoding than UTF-8")

    def _document_type(self, *_: object) -> None:
        """Every attack with entities needs one, no message has one."""
        raise self._refusal("declares a document type, which is not accepted")

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(_SEPARATOR)
        if local != "Document" or not namespace.startswith(self._namespaces):
            raise self._refusal(f"is not a Document in {' or '.join(self._namespaces)}")
        self._above.append(self._node)
        self._node = _Node()
        self._parser.StartElementHandler = self._message

    def _message(self, name: str, attributes: dict[str, str]) -> None:
        """The element that holds all parts; its own name differs between versions."""
        namespace, _, _ = name.rpartition(_SEPARATOR)
        self._above.append(self._node)
        self._node = _tree(self._parts, namespace + _SEPARATOR)
        self._parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._text and not self._text.isspace():
            raise self._refusal("has an element amid a text")
        self._above.append(self._node)
        self._node = node = self._node.within.get(name, _PASSED)
        self._text = ""
        if node is _PASSED:
            if len(self._above) > MAX_DEPTH:
                raise self._refusal("is nested deeper than any message of a bank")
        elif node.part is not None:
            self._begin(node.part)
        elif attributes and node.attributes:
            for attribute, key in node.attributes.items():
                self._keep(key, attributes.get(attribute, ""), repeats=False)

    def _begin(self, part: str) -> None:
        values: dict[str, str] = {}
        cut = Cut(name=part, ended=False, line=self._parser.CurrentLineNumber, values=values)
        self._values.append(values)
        self._open.append(cut)
        self._cuts.append(cut)

    def _characters(self, text: str) -> None:
        if self._node.key is not None:
            self._text += text
            if len(self._text) > MAX_TEXT:
                raise self._refusal("has a text longer than any of a bank")

    def _end(self, name: str) -> None:
        node = self._node
        if node.key is not None:
            self._keep(node.key, self._text, repeats=node.repeats)
            self._text = ""
        elif node.part is not None:
            self._values.pop()
            cut = self._open.pop()
            self._cuts.append(Cut(name=cut.name, ended=True, line=cut.line, values=cut.values))
        self._node = self._above.pop()

    def _keep(self, key: str, text: str, *, repeats: bool) -> None:
        text = " ".join(text.split())
        if not text:
            return
        values = self._values[-1]
        if key in values:
            if not repeats:
                raise self._refusal("says twice what a message says once")
            text = f"{values[key]}\n{text}"
        if len(text) > MAX_TEXT:
            raise self._refusal("has a text longer than any of a bank")
        values[key] = text


def _tree(parts: Sequence[Part], prefix: str) -> _Node:
    """What is asked for as a tree, by the full names that the parser gives."""
    node = _Node()
    for part in parts:
        within = _tree(part.parts, prefix)
        within.part = part.name
        for path in part.values:
            _plant(within, path, prefix)
        node.within[prefix + part.name] = within
    return node


def _plant(node: _Node, path: str, prefix: str) -> None:
    repeats = path.endswith("*")
    path = path.removesuffix("*")
    elements, _, attribute = path.partition("@")
    for name in elements.split("/"):
        node = node.within.setdefault(prefix + name, _Node())
    if attribute:
        node.attributes[attribute] = path
    else:
        node.key, node.repeats = path, repeats
