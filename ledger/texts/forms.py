# SPDX-License-Identifier: EUPL-1.2
"""How facts look inside a sentence: money, amounts, days, lists and names, in the words of a language.

Whole numbers only, cut with divmod. What a language needs to know is a Words; the sentences themselves
are in nl and en.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import TypeAlias

from ledger.clock import AMSTERDAM
from ledger.units import Unit

Facts: TypeAlias = Mapping[str, object]
"""The facts of an error by name, as the error holds them."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several templates, chosen by one fact as it is stored; an absent fact (None) is ""."""

    by: str
    cases: Mapping[str, str]
    otherwise: str


Detail: TypeAlias = str | Choice | tuple[str | Choice, ...]
"""A template with {facts}, a choice of templates, or several of them that follow each other."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a language brings to the forms."""

    months: tuple[str, ...]
    money: str
    """An amount of money, of its sign, whole euros and cents."""
    thousands: str
    """Between thousands."""
    units: Mapping[Unit, tuple[str, str]]
    """One and more than one of a unit."""
    hours: tuple[str, str]
    both: str
    """The word between two things that both hold."""
    either: str
    """The word between two things of which one will do."""
    yes: str
    no: str
    at: str
    """Between a day and a time of day."""
    names: Mapping[str, Mapping[str, str]]
    """Words for the stored values of a fact, by the fact's name."""
    phrases: Mapping[str, Sequence[tuple[str, str]]]
    """Patterns with what they become, for facts that hold a phrase; the first that fits is used."""
    foreign: str
    """How a phrase is shown that no pattern fits."""


ALL_HOLD = frozenset({"waits_for", "services"})
"""Lists of which every item is meant, not one of them."""
APART = frozenset({"faults"})
"""Lists of sentences, which semicolons keep apart."""
NOT_IN_UNIT = frozenset({"line", "version", "year"})
"""Whole numbers that count something else than the unit beside them."""


def said(detail: Detail, facts: Facts, words: Words) -> str:
    """The detail with its facts filled in.

    A sequence of n things brings a fact of its own, name_count; a sequence of texts also name_length,
    the length of its first. Raises KeyError for a fact that is not there.
    """
    known = {**_counted(facts), **facts}
    parts = (detail,) if isinstance(detail, str | Choice) else detail
    text = " ".join(filter(None, (_template(part, known) for part in parts)))
    return text.format_map({name: form(name, known, words) for name in _placeholders(text)})


def asks(detail: Detail) -> set[str]:
    """The names of all facts a detail may need, whichever way it is chosen."""
    if isinstance(detail, str):
        return _placeholders(detail)
    if isinstance(detail, Choice):
        return {detail.by}.union(*map(_placeholders, (*detail.cases.values(), detail.otherwise)))
    return set().union(*map(asks, detail))


def form(name: str, facts: Facts, words: Words) -> str:
    """One fact as it is said. An amount is said in the unit that stands beside it; None is ""."""
    value = facts[name]
    match value:
        case None:
            return ""
        case bool():
            return words.yes if value else words.no
        case int():
            return _number(name, value, facts.get("unit"), words)
        case datetime():
            return moment(value, words)
        case date():
            return day(value, words)
        case tuple() | list():
            return _together(name, [_named(name, str(item), words) for item in value], words)
    return _named(name, str(value), words)


def euros(cents: int, words: Words) -> str:
    """Eurocents as money."""
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return words.money.format(sign=sign, euros=grouped(whole, words), cents=f"{rest:02d}")


def amount(quantity: int, unit: Unit, words: Words) -> str:
    """A quantity with its unit: money as euros, minutes as hours and minutes."""
    if unit is Unit.EUROCENT:
        return euros(quantity, words)
    if unit is Unit.MINUTE:
        return duration(quantity, words)
    return _plural(quantity, words.units[unit], words)


def duration(minutes: int, words: Words) -> str:
    """Minutes as hours and minutes; what is zero is left out, unless all is."""
    if minutes < 0:
        return f"-{duration(-minutes, words)}"
    hours, rest = divmod(minutes, 60)
    if hours < 1:
        return _plural(minutes, words.units[Unit.MINUTE], words)
    whole = _plural(hours, words.hours, words)
    return f"{whole} {words.both} {_plural(rest, words.units[Unit.MINUTE], words)}" if rest else whole


def day(value: date, words: Words) -> str:
    """A calendar day with its month in full."""
    return f"{value.day} {words.months[value.month - 1]} {value.year}"


def moment(value: datetime, words: Words) -> str:
    """An instant as the clock in the Netherlands shows it."""
    there = value.astimezone(AMSTERDAM)
    return f"{day(there, words)} {words.at} {there:%H:%M}"


def listed(items: Sequence[str], joint: str) -> str:
    """Items with commas, and the joint before the last."""
    *first, last = items or ("",)
    return f"{', '.join(first)} {joint} {last}" if first else last


def grouped(number: int, words: Words) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}".replace(",", words.thousands)


def _number(name: str, value: int, unit: object, words: Words) -> str:
    if name.endswith("_cents"):
        return euros(value, words)
    if unit in set(Unit) and name not in NOT_IN_UNIT:
        return amount(value, Unit(str(unit)), words)
    return str(value)


def _together(name: str, items: Sequence[str], words: Words) -> str:
    if name in APART:
        return "; ".join(items)
    return listed(items, words.both if name in ALL_HOLD else words.either)


def _plural(number: int, forms: tuple[str, str], words: Words) -> str:
    return f"{grouped(number, words)} {forms[0] if number == 1 else forms[1]}"


def _named(name: str, value: str, words: Words) -> str:
    if name in words.phrases:
        return _phrase(value, words.phrases[name], words)
    return words.names.get(name, {}).get(value, value)


def _phrase(value: str, phrases: Sequence[tuple[str, str]], words: Words) -> str:
    """A phrase of one or more parts that semicolons keep apart."""
    return "; ".join(_part(part, phrases, words) for part in value.split("; "))


def _part(value: str, phrases: Sequence[tuple[str, str]], words: Words) -> str:
    for pattern, becomes in phrases:
        if found := re.fullmatch(pattern, value, re.DOTALL):
            return found.expand(becomes)
    return words.foreign.format(value)


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _template(part: str | Choice, facts: Facts) -> str:
    if isinstance(part, str):
        return part
    value = facts[part.by]
    return part.cases.get("" if value is None else str(value), part.otherwise)


def _counted(facts: Facts) -> dict[str, object]:
    """How many things each sequence holds, and how long the first text in it is."""
    counted: dict[str, object] = {}
    for name, value in facts.items():
        if isinstance(value, tuple | list):
            counted[f"{name}_count"] = len(value)
            counted[f"{name}_length"] = len(str(value[0])) if value else 0
    return counted
