# SPDX-License-Identifier: EUPL-1.2
"""Every error has a sentence in both languages, made of its own facts; docs/errors.md says the same.

The checker takes the classes, so that a made-up one without a text can show that it is seen.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import pytest

from api import words
from ledger import texts
from ledger.errors import LedgerError, Refused
from ledger.formats import iwmo301
from ledger.roles import Action
from ledger.rules.demands import DemandState
from ledger.rules.facts import Law
from ledger.rules.periods import Per
from ledger.rules.states import RunCommand, RunState
from ledger.tables import Approver, RateClass, Role
from ledger.texts import Language, Sentence, forms, say, table, words_en, words_nl
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
    assert {language: catalogue.keys() ^ codes for language, catalogue in texts.CATALOGUES.items()} == {
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
    ("state", RunState),
    ("command", RunCommand),
    ("demand_state", DemandState),
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
    """A made-up error, to be given made-up texts."""

    code = "asked_amiss"
    most: int


def test_an_error_without_a_text_is_seen() -> None:
    assert list(faults([Unheard])) == ["Unheard: no nl text", "Unheard: no en text"]


@pytest.mark.parametrize(
    ("dutch", "english", "found"),
    [
        (("Te veel", "Hoogstens {least}."), ("Too much", "At most {most}."), ["no facts: nl least"]),
        (("Too much", "Hoogstens {most}."), ("Too much", "At most {most}."), ["nl and en are the same"]),
        (("Te veel", "At most {most}."), ("Too much", "At most {most}."), ["nl and en are the same"]),
        (("Te veel.", "Hoogstens {most}."), ("Too much", "At most {most}."), ["a title ends: 'Te veel.'"]),
        (("Te veel", "Hoogstens {most}"), ("Too much", "At most {most}."), ["no end: 'Hoogstens 180'"]),
        (
            ("Te veel", "Hoogstens {{{most}}}."),
            ("Too much", "At most {most}."),
            ["braces: 'Hoogstens {180}.'"],
        ),
        (("Te veel", "Voor  {most}."), ("Too much", "At most {most}."), ["a hole: 'Voor  180.'"]),
        (("Te veel", "Hoogstens {most}."), ("Too much", "At most {most}."), []),
    ],
)
def test_texts_that_are_amiss_are_seen(
    dutch: tuple[str, str], english: tuple[str, str], found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up = {Language.NL: {"asked_amiss": dutch}, Language.EN: {"asked_amiss": english}}
    monkeypatch.setattr(texts, "CATALOGUES", made_up)
    assert list(faults([AskedAmiss])) == [f"AskedAmiss: {fault}" for fault in found]


def faults(classes: Iterable[type[LedgerError]]) -> Iterator[str]:
    """Everything that is wrong with the texts of these errors."""
    for error in classes:
        missing = [
            f"no {language} text" for language in Language if error.code not in texts.CATALOGUES[language]
        ]
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
    return forms.asks(texts.CATALOGUES[language][error.code][1]) - names - counted


def _unsound(sentence: Sentence) -> Iterator[str]:
    if not sentence.title or sentence.title.endswith("."):
        yield f"a title ends: {sentence.title!r}"
    if not sentence.detail.endswith((".", "?")):
        yield f"no end: {sentence.detail!r}"
    if {"{", "}"} & set(sentence.title + sentence.detail):
        yield f"braces: {sentence.detail!r}"
    if "None" in sentence.detail or "  " in sentence.detail:
        yield f"a hole: {sentence.detail!r}"


# ---------------------------------------------------------------------- faults that readers note in English

READERS = ("identifiers", "formats/claims_csv", "formats/iwmo_basis", "formats/xml_safe", "formats/xml_shape")


def test_every_fault_of_a_reader_has_dutch_words() -> None:
    sources = [(ROOT / "ledger" / f"{name}.py").read_text(encoding="utf-8") for name in READERS]
    noted = {fault for source in sources for fault in faults_noted(source)}
    assert len(noted) > 30
    assert [fault for fault in sorted(noted) if not has_dutch(fault)] == []
    assert [fault for _, _, fault in iwmo301._RULES if not has_dutch(fault)] == []


def test_a_fault_without_dutch_words_is_seen() -> None:
    assert faults_noted('raise MalformedFile(place="file", fault=f"is {colour} all over")') == [
        "is 7 all over"
    ]
    assert faults_noted('raise _refusal(element, "is purple")') == ["is purple"]
    assert faults_noted('matching("x", "must be two capitals")') == ["must be two capitals"]
    assert not has_dutch("is purple")


NOT_TYPED = {"bulk", "clock", "columns", "identifiers", "keys", "kept", "settings", "token"}
"""Modules whose ValueErrors are our own mistakes, or of whoever runs the service."""


MADE_UP = {"an organisation has 7", "not a valid 7: 7", "not a valid postcode: 7"}
"""What a 7 makes no real sentence of: the parts that are filled in are judged elsewhere."""


def test_every_rule_about_a_value_has_dutch_words() -> None:
    """Who fills in a form reads Dutch, not what a validator says in English."""
    written = {
        path: path.read_text(encoding="utf-8")
        for top in ("ledger", "api")
        for path in (ROOT / top).rglob("*.py")
        if path.stem not in NOT_TYPED and not {"formats", "oidc"} & set(path.parts)
    }
    said = {text for source in written.values() for text in rules_noted(source)}
    assert len(said) > 30
    assert [text for text in sorted(said - MADE_UP) if "Engels" in _dutch(text)] == []


def test_where_one_is_enough_it_is_told_that_there_is_none_yet() -> None:
    none = {"type": "too_short", "ctx": {"min_length": 1}}
    assert words.fault(none, Language.NL) == "er is nog niets gekozen"
    assert words.fault(none, Language.EN) == "nothing is chosen yet"
    assert (
        words.fault({"type": "too_short", "ctx": {"min_length": 2}}, Language.NL) == "minstens 2 onderdelen"
    )


def test_a_rule_without_dutch_words_is_seen() -> None:
    assert rules_noted('raise ValueError("is purple")') == ["is purple"]
    assert "Engels" in _dutch("is purple")


def rules_noted(source: str) -> list[str]:
    """The sentences of every ValueError that is raised; what it fills in is a 7."""
    raised = [node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise)]
    calls = [each for each in raised if isinstance(each, ast.Call) and ast.unparse(each.func) == "ValueError"]
    return [text for call in calls for node in call.args if (text := _text_of(node))]


def _dutch(sentence: str) -> str:
    return words.fault({"type": "value_error", "ctx": {"error": sentence}}, Language.NL)


def has_dutch(fault: str) -> bool:
    """Whether no English is left."""
    return "(in het Engels)" not in forms.form("fault", {"fault": fault}, words_nl.WORDS)


def faults_noted(source: str) -> list[str]:
    """The faults written down in a reader; what it fills in is a 7."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    written = [
        keyword.value for call in calls for keyword in call.keywords if keyword.arg in {"fault", "rule"}
    ]
    written += [
        call.args[-1] for call in calls if ast.unparse(call.func) in {"_refusal", "matching", "faults.append"}
    ]
    return [text for node in written if (text := _text_of(node))]


def _text_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text_of(part) or "7" for part in parts)
    return ""
