# SPDX-License-Identifier: EUPL-1.2
"""The shape a message must have, as data: which elements, in which order, holding which text.

One shape both reads and writes a message, so the two cannot drift apart. Reading is strict: an element
that is unknown, missing, empty, doubled, out of order or in another namespace refuses the file.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias
from xml.sax.saxutils import escape

from lxml import etree

from ledger.errors import MalformedFile
from ledger.formats.xml_safe import line_of

_BLANKS = " \t\r\n"
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_ALLOWED_ATTRIBUTES = frozenset(
    {f"{_SCHEMA_INSTANCE}schemaLocation", f"{_SCHEMA_INSTANCE}noNamespaceSchemaLocation"}
)
_FORBIDDEN_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Text of one form."""

    rule: str
    """What the text must be, as the fault says it: "must be 8 digits"."""
    allows: Callable[[str], bool]
    collapses: bool = False
    """Blanks around the text do not count: dates, times and whole numbers in XML Schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Elements in one order."""

    parts: tuple["Part", ...]
    shared: bool = False
    """Its elements are in the namespace of the shared types, not in that of the message."""
    positions: Mapping[str, int] = field(init=False, compare=False, repr=False)
    """The place of each element by its name."""

    def __post_init__(self) -> None:
        places = {part.name: place for place, part in enumerate(self.parts)}
        object.__setattr__(self, "positions", places)


Shape: TypeAlias = Leaf | Group


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a group."""

    name: str
    shape: Shape
    required: bool = True
    repeats: bool = False


def need(name: str, shape: Shape) -> Part:
    """Exactly one."""
    return Part(name, shape)


def may(name: str, shape: Shape) -> Part:
    """At most one."""
    return Part(name, shape, required=False)


def some(name: str, shape: Shape) -> Part:
    """One or more."""
    return Part(name, shape, repeats=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespaces:
    """Where the elements of a message live, and the prefixes they are written with."""

    message: str
    message_prefix: str
    shared: str
    shared_prefix: str

    def of(self, group: Group) -> str:
        """The namespace of a group's elements."""
        return self.shared if group.shared else self.message

    def prefix_of(self, group: Group) -> str:
        """The prefix a group's elements are written with."""
        return self.shared_prefix if group.shared else self.message_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element that was read and has the right shape."""

    name: str
    line: int
    text: str
    children: tuple["Node", ...]

    def maybe(self, path: str) -> "Node | None":
        """The first element at a path of names such as Naam/Geslachtsnaam/Achternaam, if there."""
        node: Node | None = self
        for name in path.split("/"):
            if node is None:
                return None
            node = next((child for child in node.children if child.name == name), None)
        return node

    def one(self, path: str) -> "Node":
        """The element at a path that the shape promises."""
        node = self.maybe(path)
        assert node is not None, path
        return node

    def text_of(self, path: str) -> str:
        """The text at a path that the shape promises."""
        return self.one(path).text

    def text_or_none(self, path: str) -> str | None:
        """The text at a path, or None where the element is absent."""
        node = self.maybe(path)
        return None if node is None else node.text

    def malformed(self, fault: str) -> MalformedFile:
        """The refusal of this element."""
        return MalformedFile(place=f"line {self.line}, element {self.name}", fault=fault)


def read_shape(element: etree._Element, shape: Shape, namespaces: Namespaces) -> Node:
    """The element as a Node of this shape, or MalformedFile at the first fault in document order.

    Its own name and namespace are the caller's to judge. Text is kept exactly, unless it collapses.
    """
    if set(element.attrib) - _ALLOWED_ATTRIBUTES:
        raise _refusal(element, "has an attribute, which no element of a message has")
    if isinstance(shape, Leaf):
        return _read_leaf(element, shape)
    return _read_group(element, shape, namespaces)


def _read_leaf(element: etree._Element, leaf: Leaf) -> Node:
    if len(element):
        raise _refusal(element, "holds elements where text is expected")
    text = element.text or ""
    if leaf.collapses:
        text = text.strip(_BLANKS)
    if not text.strip(_BLANKS):
        raise _refusal(element, "is empty (RS033)")
    if not leaf.allows(text):
        raise _refusal(element, leaf.rule)
    return Node(name=_name(element), line=line_of(element), text=text, children=())


def _read_group(element: etree._Element, group: Group, namespaces: Namespaces) -> Node:
    if not len(element):
        raise _refusal(element, "is empty (RS033)")
    _judge_no_text(element)
    namespace, at, seen = namespaces.of(group), 0, 0
    children: list[Node] = []
    for child in element:
        position = _position(child, namespace, group.positions)
        if position < at:
            raise _refusal(child, "is out of order or doubled")
        if position == at and seen and not group.parts[at].repeats:
            raise _refusal(child, "is doubled")
        _judge_present(element, group.parts[at + (seen > 0) : position])
        children.append(read_shape(child, group.parts[position].shape, namespaces))
        at, seen = position, 1
    _judge_present(element, group.parts[at + 1 :])
    return Node(name=_name(element), line=line_of(element), text="", children=tuple(children))


def _position(child: etree._Element, namespace: str, positions: Mapping[str, int]) -> int:
    found, name = _split(child.tag)
    if name not in positions:
        raise _refusal(child, "is not known at this place")
    if found != namespace:
        raise _refusal(child, f"is in namespace {found[:100]}, expected {namespace}")
    return positions[name]


def _judge_present(element: etree._Element, skipped: Sequence[Part]) -> None:
    for part in skipped:
        if part.required:
            raise _refusal(element, f"lacks element {part.name}")


def _judge_no_text(element: etree._Element) -> None:
    texts = (element.text, *(child.tail for child in element))
    if any(text and text.strip(_BLANKS) for text in texts):
        raise _refusal(element, "holds text between its elements")


def _name(element: etree._Element) -> str:
    return _split(element.tag)[1]


@lru_cache(maxsize=1024)
def _split(tag: str) -> tuple[str, str]:
    """The namespace and the name of a tag; a message says the same few hundred over and over."""
    parts = etree.QName(tag)
    return parts.namespace or "none", parts.localname[:100]


def _refusal(element: etree._Element, fault: str) -> MalformedFile:
    return MalformedFile(place=f"line {line_of(element)}, element {_name(element)}", fault=fault)


Content: TypeAlias = "str | Mapping[str, Content] | Sequence[Mapping[str, Content]] | None"
"""What is written: the text of a leaf, a group by element name, or several of one; None is left out."""


def write_shape(root: str, group: Group, content: Mapping[str, Content], namespaces: Namespaces) -> bytes:
    """The document of this shape: UTF-8 without byte order mark, CRLF line ends (OP192).

    Raises MalformedFile where the content does not fit the shape.
    """
    declared = (
        f'xmlns:{namespaces.shared_prefix}="{namespaces.shared}" '
        f'xmlns:{namespaces.message_prefix}="{namespaces.message}"'
    )
    name = f"{namespaces.message_prefix}:{root}"
    body = "".join(_written_group(root, group, content, namespaces, depth=1))
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} {declared}>\n{body}</{name}>\n'
    return document.replace("\n", "\r\n").encode("utf-8")


def _written_group(
    name: str, group: Group, content: Mapping[str, Content], namespaces: Namespaces, *, depth: int
) -> Iterator[str]:
    prefix = namespaces.prefix_of(group)
    unknown = set(content) - {part.name for part in group.parts}
    assert not unknown, unknown
    for part in group.parts:
        items = _items(part, content.get(part.name))
        if not items and part.required:
            raise MalformedFile(place=f"element {name}", fault=f"lacks element {part.name}")
        for item in items:
            yield from _written(part, item, namespaces, prefix=prefix, depth=depth)


def _items(part: Part, content: Content) -> Sequence["str | Mapping[str, Content]"]:
    """The elements to write for a part; a group with nothing in it is left out."""
    if content is None:
        return ()
    if isinstance(content, str):
        return (content,)
    if isinstance(content, Mapping):
        return (content,) if part.required or _has_text(content) else ()
    return content


def _has_text(content: Content) -> bool:
    if isinstance(content, Mapping):
        return any(_has_text(held) for held in content.values())
    return content is not None


def _written(
    part: Part, item: "str | Mapping[str, Content]", namespaces: Namespaces, *, prefix: str, depth: int
) -> Iterator[str]:
    margin, tag = "\t" * depth, f"{prefix}:{part.name}"
    if isinstance(part.shape, Leaf):
        assert isinstance(item, str), part.name
        yield f"{margin}<{tag}>{_written_text(part.name, part.shape, item)}</{tag}>\n"
    else:
        assert isinstance(item, Mapping), part.name
        yield f"{margin}<{tag}>\n"
        yield from _written_group(part.name, part.shape, item, namespaces, depth=depth + 1)
        yield f"{margin}</{tag}>\n"


def _written_text(name: str, leaf: Leaf, text: str) -> str:
    if not text.strip(_BLANKS) or _FORBIDDEN_IN_XML.search(text) or not leaf.allows(text):
        raise MalformedFile(place=f"element {name}", fault=leaf.rule)
    return escape(text, {"\r": "&#13;"})
