# SPDX-License-Identifier: EUPL-1.2
"""Every sentence the product says to people about what it refuses, in plain Dutch and plain English.

An error holds a code and facts; nl and en hold a title and a detail for each code; forms writes the
facts. docs/errors.md is printed from here by `python -m ledger.texts`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from ledger.errors import LedgerError
from ledger.texts import en, forms, nl, words_en, words_nl


class Language(StrEnum):
    """What we speak."""

    NL = "nl"
    """Dutch: what is spoken when nobody asks for anything else."""
    EN = "en"
    """English."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What a person is told."""

    title: str
    """What is wrong, in a few words, without a full stop."""
    detail: str
    """The numbers that matter, and what would pass. Reads well without the title."""


CATALOGUES: Final[Mapping[Language, Mapping[str, tuple[str, forms.Detail]]]] = {
    Language.NL: nl.TITLES_AND_DETAILS,
    Language.EN: en.TITLES_AND_DETAILS,
}

_WORDS: Final = {Language.NL: words_nl.WORDS, Language.EN: words_en.WORDS}
_WISH: Final = re.compile(
    r"\s*(?P<tag>\*|[A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,60})?\s*"
    r"(?:;\s*[qQ]=(?P<quality>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


def say(error: LedgerError, language: Language) -> Sentence:
    """What to tell a person about this error.

    A refusal with several reasons tells them all. Raises KeyError for a code without a text; the
    contract test sees to it that there is none.
    """
    title, detail = CATALOGUES[language][error.code]
    facts: dict[str, object] = {}
    for name, value in error.facts.items():
        within = [say(each, language) for each in _errors(value)]
        facts |= {name: _joined(within), f"{name}_count": len(within)} if within else {name: value}
    return Sentence(title=title, detail=forms.said(detail, facts, _WORDS[language]))


def reasons(error: LedgerError, language: Language) -> list[Sentence]:
    """What to tell about each error inside this one, in its order: the reasons of a refused redemption,
    the fault of a refused allocation. [] for an error that holds no other.
    """
    return [say(each, language) for value in error.facts.values() for each in _errors(value)]


@lru_cache(maxsize=256)
def language_of(accept_language: str | None) -> Language:
    """The language of ours that an Accept-Language header likes best; Dutch when it names none.

    What cannot be read is passed over. Of two that are liked equally, the one named first.
    """
    wishes = _wishes(accept_language or "")
    rest = wishes.get("*", 0)
    named = [Language(tag) for tag in wishes if wishes[tag] and tag in set(Language)]
    ours: list[Language] = [*named, *Language]
    return max(ours, key=lambda each: wishes.get(each, rest))


def _wishes(header: str) -> dict[str, int]:
    """Each language without its region, with how much it is liked in thousandths, in the order given."""
    wishes: dict[str, int] = {}
    for part in header.split(","):
        if found := _WISH.fullmatch(part):
            whole, _, fraction = (found["quality"] or "1").partition(".")
            thousandths = 1000 * int(whole) + int(f"{fraction:0<3}")
            tag = found["tag"].lower()
            wishes[tag] = max(thousandths, wishes.get(tag, 0))
    return wishes


def _errors(value: object) -> list[LedgerError]:
    """The errors a fact holds."""
    held = value if isinstance(value, list | tuple) else [value]
    return [each for each in held if isinstance(each, LedgerError)]


def _joined(sentences: Sequence[Sentence]) -> str:
    """Their details in one text, numbered when there is more than one."""
    if len(sentences) == 1:
        return sentences[0].detail
    return " ".join(f"{number}. {each.detail}" for number, each in enumerate(sentences, start=1))
