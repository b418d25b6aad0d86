# SPDX-License-Identifier: EUPL-1.2
"""YAML and TOML from outside: bytes to plain values that know their line, bounded and without surprises.

YAML values that are not quoted stay the text they were typed as (00123456 is not read as octal, no as
false), only an empty value, ~ and null are None. TOML has types of its own; its fractions stay text.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

MAX_BYTES = 5_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 24

Path: TypeAlias = tuple[str | int, ...]
"""Keys and places in lists, from the top down."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One mistake in a file, and where it is."""

    line: int
    path: Path = ()
    text: str

    def __str__(self) -> str:
        return (
            f"line {self.line}, {shown(self.path)}: {self.text}"
            if self.path
            else f"line {self.line}: {self.text}"
        )


@dataclass(kw_only=True)
class Lined:
    """What a file says: dicts, lists and values; the lines they are on; and what is wrong with its form."""

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    quoted: set[Path] = field(default_factory=set)
    """Texts that were given between quotes."""
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of this value, or of the nearest thing around it whose line is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Unreadable(Exception):
    """Reading stops here."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.fault = Fault(line=line, text=text)


def read(source: bytes, suffix: str) -> Lined:
    """The values of a .yaml, .yml or .toml file. What cannot be read has no value and says why in faults."""
    lined = Lined()
    try:
        text = _text(source)
        if suffix in (".yaml", ".yml"):
            _Yaml(lined).read(text)
        elif suffix == ".toml":
            _read_toml(lined, text)
        else:
            raise _Unreadable(1, "the name of the file must end in .yaml, .yml or .toml")
    except _Unreadable as unreadable:
        lined.value = None
        lined.faults.append(unreadable.fault)
    return lined


def shown(path: Path) -> str:
    """A path as people read it: providers[3].iban."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def walked(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """The value and everything inside it, outer before inner, each with its path."""
    waiting = [(path, value)]
    while waiting:
        here, found = waiting.pop()
        yield here, found
        if isinstance(found, dict):
            waiting.extend(((*here, key), inner) for key, inner in found.items())
        elif isinstance(found, list):
            waiting.extend(((*here, place), inner) for place, inner in enumerate(found))


def _text(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        raise _Unreadable(1, f"the file is larger than {MAX_BYTES:_} bytes".replace("_", " "))
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable(source.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from None


# ---------------------------------------------------------------------------------------------- YAML

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass
class _Level:
    """A mapping or list that is still open."""

    holder: dict[str, object] | list[object]
    path: Path
    key: str | None = None
    """Of a mapping: the key whose value comes next."""


class _Yaml:
    """Builds the values from the parser's events: nothing is expanded or made that was not written."""

    def __init__(self, lined: Lined) -> None:
        self.lined = lined
        self.open: list[_Level] = []
        self.documents = 0

    def read(self, text: str) -> None:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self._take(event, event.start_mark.line + 1 if event.start_mark else 1)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise _Unreadable(mark.line + 1 if mark else 1, error.problem or "is not YAML") from None
        except yaml.reader.ReaderError as error:
            raise _Unreadable(text.count("\n", 0, error.position) + 1, str(error.reason)) from None

    def _take(self, event: yaml.Event, line: int) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _Unreadable(line, "a file holds one document")
            case yaml.AliasEvent():
                raise _Unreadable(line, "anchors and aliases (& and *) are not used here")
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()
            case yaml.ScalarEvent() | yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._judge(event, line)
                self._place(event, line)

    def _judge(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            raise _Unreadable(line, "anchors and aliases (& and *) are not used here")
        if getattr(event, "tag", None) is not None:
            raise _Unreadable(line, "tags (!) are not used here")
        if len(self.open) >= MAX_DEPTH:
            raise _Unreadable(line, "is nested too deeply")
        if len(self.lined.lines) >= MAX_VALUES:
            raise _Unreadable(line, f"holds more than {MAX_VALUES} values")

    def _place(self, event: yaml.NodeEvent, line: int) -> None:
        level = self.open[-1] if self.open else None
        if level and isinstance(level.holder, dict) and level.key is None:
            self._take_key(level, event, line)
            return
        path = self._next_path(level)
        self.lined.lines.setdefault(path, line)
        value = self._value(event, path)
        if level is None:
            self.lined.value = value
        elif isinstance(level.holder, list):
            level.holder.append(value)
        else:
            assert level.key is not None
            level.holder[level.key], level.key = value, None
        if isinstance(value, dict | list):
            self.open.append(_Level(value, path))

    def _take_key(self, level: _Level, event: yaml.NodeEvent, line: int) -> None:
        assert isinstance(level.holder, dict)
        if not isinstance(event, yaml.ScalarEvent):
            raise _Unreadable(line, "a key must be a word")
        path = (*level.path, event.value)
        if event.value in level.holder:
            first = self.lined.line(path)
            self.lined.faults.append(Fault(line=line, path=path, text=f"was given on line {first} already"))
        level.key = event.value
        self.lined.lines[path] = line

    def _next_path(self, level: _Level | None) -> Path:
        if level is None:
            return ()
        step = len(level.holder) if isinstance(level.holder, list) else level.key
        assert step is not None
        return (*level.path, step)

    def _value(self, event: yaml.NodeEvent, path: Path) -> object:
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        assert isinstance(event, yaml.ScalarEvent)
        if event.style:
            self.lined.quoted.add(path)
        return None if not event.style and event.value in _NULLS else event.value


# ---------------------------------------------------------------------------------------------- TOML

_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*=")


def _read_toml(lined: Lined, text: str) -> None:
    try:
        lined.value = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        place = _AT_LINE.search(str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise _Unreadable(line, _AT_LINE.sub("", str(error))) from None
    except RecursionError:
        raise _Unreadable(1, "is nested too deeply") from None
    for count, (path, _) in enumerate(walked(lined.value)):
        if count >= MAX_VALUES or len(path) > MAX_DEPTH:
            raise _Unreadable(1, f"holds more than {MAX_VALUES} values, or is nested too deeply")
    lined.lines = _toml_lines(text)


def _toml_lines(text: str) -> dict[Path, int]:
    """The lines of tables and keys, by a light search: tomllib does not tell them.

    Values inside inline tables and lists get the line of the key they belong to.
    """
    lines: dict[Path, int] = {}
    last: dict[Path, int] = {}
    table: Path = ()
    for number, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            table = _table(last, header[2], listed=header[1] == "[[")
            lines.setdefault(table, number)
        elif key := _KEY.match(content):
            lines.setdefault((*table, key[1].strip("\"'")), number)
    return lines


def _table(last: dict[Path, int], header: str, *, listed: bool) -> Path:
    """The path of a table; last holds, of every list of tables, the place of its last one."""
    path: Path = ()
    names = [name.strip().strip("\"'") for name in header.split(".")]
    for depth, name in enumerate(names, start=1):
        path = (*path, name)
        if listed and depth == len(names):
            last[path] = last.get(path, -1) + 1
        if path in last:
            path = (*path, last[path])
    return path
