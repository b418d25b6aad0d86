# SPDX-License-Identifier: EUPL-1.2
"""Every error has a sentence in both languages, made of its own facts; docs/errors.md says the same.

The checker takes the classes, so that a made-up one without a text can show that it is seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import pytest

from ledger.errors import LedgerError, Refused
from ledger.roles import Action
from ledger.rules.facts import Law
from ledger.rules.periods import Per
from ledger.tables import Approver, RateClass, Role
from ledger.texts import CATALOGUES, Language, Sentence, forms, say, table, words_en, words_nl
from ledger.units import Measure, Unit

ROOT = Path(__file__).parents[2]

SHARED = {"entitlement_not_found": 2}
"""Codes of more than one class: a right that was sought by its id, and one sought in any other way."""


def test_every_error_is_said_in_dutch_and_in_english() -> None:
    classes = table.classes()
    assert len(classes) > 100
    assert list(faults(classes)) == []


def test_both_catalogues_hold_the_codes_that_exist_and_no_other() -> None:
    codes = {error.code for error in table.classes()}
    assert {language: catalogue.keys() ^ codes for language, catalogue in CATALOGUES.items()} == {
        Language.NL: set(),
        Language.EN: set(),
    }


def test_a_code_is_one_error_unless_we_say_so() -> None:
    counted = Counter(error.code for error in table.classes())
    assert {code: count for code, count in counted.items() if count > 1} == SHARED


def test_every_class_of_errors_has_a_status() -> None:
    without = {error.code for error in table.classes() if table.family(error) == "LedgerError (500)"}
    assert without == {"database_unsafe", "vault_seal_broken"}


def test_the_document_says_what_the_catalogue_says() -> None:
    written = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert written == table.page(), "python -m ledger.texts > docs/errors.md"


STORED: list[tuple[str, type[StrEnum]]] = [
    ("unit", Unit),
    ("covered", Unit),
    ("measure", Measure),
    ("per", Per),
    ("law", Law),
    ("waits_for", Approver),
    ("rate_class", RateClass),
    ("role", Role),
    ("other_role", Role),
    ("action", Action),
]


@pytest.mark.parametrize(("fact", "values"), STORED, ids=[fact for fact, _ in STORED])
@pytest.mark.parametrize("words", [words_nl.WORDS, words_en.WORDS], ids=["nl", "en"])
def test_every_stored_value_has_words(fact: str, values: type[StrEnum], words: forms.Words) -> None:
    assert {str(value) for value in values} - words.names[fact].keys() == set()


# ------------------------------------------------------------------------------- what the checker sees


@dataclass(kw_only=True, eq=False)
class Unheard(Refused):
    """A made-up error that nobody wrote a text for."""

    code = "unheard_of"
    id: UUID


@dataclass(kw_only=True, eq=False)
class AskedAmiss(Refused):
    """A made-up error whose texts are wrong in every way."""

    code = "asked_amiss"
    most: int


def test_an_error_without_a_text_is_seen() -> None:
    assert list(faults([Unheard])) == ["Unheard: no nl text", "Unheard: no en text"]


def test_texts_that_do_not_fit_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: dict[str, tuple[str, forms.Detail]] = {"asked_amiss": ("Too much.", "At most {{{most}}} {least}")}
    monkeypatch.setitem(CATALOGUES, Language.NL, texts)  # type: ignore[misc]
    assert list(faults([AskedAmiss])) == []


def faults(classes: Iterable[type[LedgerError]]) -> Iterator[str]:
    """Everything that is wrong with the texts of these errors."""
    for error in classes:
        missing = [f"no {language} text" for language in Language if error.code not in CATALOGUES[language]]
        yield from (f"{error.__name__}: {fault}" for fault in missing or _amiss(error))


def _amiss(error: type[LedgerError]) -> Iterator[str]:
    asked = {f"{language} {name}" for language in Language for name in _asked(error, language)}
    if asked:
        yield f"no facts: {', '.join(sorted(asked))}"
        return
    for example in table.examples(error):
        dutch, english = (say(example, language) for language in Language)
        if dutch.title == english.title or dutch.detail == english.detail:
            yield "nl and en are the same"
        yield from (fault for sentence in (dutch, english) for fault in _unsound(sentence))


def _asked(error: type[LedgerError], language: Language) -> set[str]:
    """What the templates ask for that is no fact of the error."""
    names = {field.name for field in fields(error)}
    counted = {f"{name}_{kind}" for name in names for kind in ("count", "length")}
    detail = CATALOGUES[language][error.code][1]
    choices = {part.by for part in detail if isinstance(part, forms.Choice)} if isinstance(detail, tuple) else set()
    if isinstance(detail, forms.Choice):
        choices = {detail.by}
    asked = {name for text in forms.templates(detail) for name in forms.placeholders(text)}
    return (asked | choices) - names - counted


def _unsound(sentence: Sentence) -> Iterator[str]:
    if not sentence.title or sentence.title.endswith("."):
        yield f"a title is a few words without a full stop: {sentence.title!r}"
    if not sentence.detail.endswith((".", "?")):
        yield f"a detail ends as a sentence: {sentence.detail!r}"
    if {"{", "}"} & set(sentence.title + sentence.detail):
        yield f"braces are left: {sentence.detail!r}"
    if "None" in sentence.detail or "  " in sentence.detail:
        yield f"something is missing inside: {sentence.detail!r}"
