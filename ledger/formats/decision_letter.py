# SPDX-License-Identifier: EUPL-1.2
"""The letters that tell a decision: a request is refused, or an entitlement ends. A4, tagged PDF/UA-1.

Each says what was decided, why, and how one objects. Sources: Algemene wet bestuursrecht, 3:45 (how to
object), 3:47 (why), 6:4 and 6:5 (to whom, and what an objection holds), 6:7 and 6:8 (six weeks, from the day
after it was sent), 6:16 (it holds meanwhile); Wmo 2015, 2.2.4 (somebody who helps, free of charge).
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ledger.formats import letter_frame
from ledger.formats.letter_frame import Language, clean, day_words

_TEMPLATE: Final = Path(__file__).with_name("decision_letter.typ")


class DecisionKind(StrEnum):
    """What was decided."""

    REFUSAL = "refusal"
    """A request is refused."""
    END = "end"
    """An entitlement ends."""


_OBJECT: Final[dict[Language, tuple[str, ...]]] = {
    "nl": (
        "uw naam en adres",
        "de datum",
        "ons kenmerk: {reference}",
        "waarom u het er niet mee eens bent",
        "uw handtekening",
    ),
    "en": (
        "your name and address",
        "the date",
        "our reference: {reference}",
        "why you disagree",
        "your signature",
    ),
}
"""What an objection holds (Awb 6:5)."""

_SHARED: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "date": "Datum",
        "reference": "Ons kenmerk",
        "phone": "Telefoon",
        "greeting": "Beste {name},",
        "why": "Waarom",
        "disagree": "Bent u het er niet mee eens?",
        "object": "Dan kunt u bezwaar maken. Stuur binnen zes weken na de datum van deze brief een brief aan "
        "het college van burgemeester en wethouders. Zet daarin:",
        "object_more": "Het besluit geldt ook als u bezwaar maakt. Iemand mag u helpen. Een onafhankelijke "
        "cliëntondersteuner kost u niets; wij zeggen u graag wie dat is.",
        "questions": "Heeft u vragen?",
        "ask": "Bel {phone} of kijk op {web}. Wij helpen u graag.",
        "closing": "Met vriendelijke groet,",
        "page": "Pagina",
        "of": "van",
    },
    "en": {
        "date": "Date",
        "reference": "Our reference",
        "phone": "Telephone",
        "greeting": "Dear {name},",
        "why": "Why",
        "disagree": "Do you disagree?",
        "object": "Then you can object. Within six weeks of the date of this letter, send a letter to the "
        "municipal executive (college van burgemeester en wethouders). Write in it:",
        "object_more": "The decision holds while you object. Somebody may help you. An independent client "
        "supporter is free of charge; we gladly tell you who that is.",
        "questions": "Do you have questions?",
        "ask": "Call {phone} or go to {web}. We are happy to help you.",
        "closing": "Yours sincerely,",
        "page": "Page",
        "of": "of",
    },
}

_OWN: Final[dict[tuple[Language, DecisionKind], dict[str, str]]] = {
    ("nl", DecisionKind.REFUSAL): {
        "title": "Besluit op uw aanvraag",
        "decided": "Op {day} besloten wij over uw aanvraag voor:",
        "means": "Wij kennen dit niet toe.",
        "then_title": "",
        "then": "",
    },
    ("en", DecisionKind.REFUSAL): {
        "title": "Decision on your request",
        "decided": "On {day} we decided on your request for:",
        "means": "We do not grant this.",
        "then_title": "",
        "then": "",
    },
    ("nl", DecisionKind.END): {
        "title": "Uw tegoed stopt",
        "decided": "Wij stoppen dit tegoed:",
        "means": "De laatste dag is {day}.",
        "then_title": "Wat betekent dit voor u?",
        "then": "Tot en met die dag kunt u uw code gebruiken. Daarna werkt de code niet meer. Wat u tot en "
        "met die dag gebruikte, betalen wij nog.",
    },
    ("en", DecisionKind.END): {
        "title": "Your entitlement ends",
        "decided": "We end this entitlement:",
        "means": "The last day is {day}.",
        "then_title": "What does this mean for you?",
        "then": "Until the end of that day you can use your code. After it the code no longer works. What "
        "you used until then, we still pay.",
    },
}

_ENDED: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "title": "Uw tegoed is gestopt",
        "decided": "Wij stopten dit tegoed:",
        "means": "De laatste dag was {day}.",
        "then": "Tot en met die dag kon u uw code gebruiken. Nu werkt de code niet meer. Wat u tot en met "
        "die dag gebruikte, betalen wij.",
    },
    "en": {
        "title": "Your entitlement has ended",
        "decided": "We ended this entitlement:",
        "means": "The last day was {day}.",
        "then": "Until the end of that day you could use your code. Now the code no longer works. What you "
        "used until then, we pay.",
    },
}
"""What is said of an end that lies before the date of the letter."""


@dataclass(frozen=True, kw_only=True)
class DecisionLetter:
    """What one letter says; no personal number belongs in it."""

    kind: DecisionKind
    language: Language
    municipality_name: str
    """As the signature."""
    sender_lines: tuple[str, ...]
    recipient_name: str
    recipient_lines: tuple[str, ...]
    date: datetime.date
    reference: str
    what: tuple[str, ...]
    """What was asked for, or what ends; one phrase a line."""
    day: datetime.date
    """When it was decided, of a refusal; the last day, inclusive, of an end."""
    reason: str
    """Why, in the words of who decided; lines are paragraphs."""
    web_address: str
    phone: str


def pdf(letter: DecisionLetter) -> bytes:
    """The letter as PDF, the same bytes for the same letter. Raises LetterUnprintable."""
    return letter_frame.typeset(_TEMPLATE, _values(letter), letter.date, letter.reference)


def _values(letter: DecisionLetter) -> dict[str, object]:
    """All that the template prints, with every sentence filled in."""
    facts = {
        "name": clean(letter.recipient_name),
        "day": day_words(letter.day, letter.language),
        "web": clean(letter.web_address),
        "phone": clean(letter.phone),
        "reference": clean(letter.reference),
    }
    sentences = _SHARED[letter.language] | _OWN[letter.language, letter.kind]
    if letter.kind is DecisionKind.END and letter.day < letter.date:
        sentences |= _ENDED[letter.language]
    return {
        "language": letter.language,
        "sentences": {key: sentence.format_map(facts) for key, sentence in sentences.items()},
        "municipality": clean(letter.municipality_name),
        "sender": [clean(line) for line in letter.sender_lines],
        "recipient": [clean(line) for line in (letter.recipient_name, *letter.recipient_lines)],
        "date": day_words(letter.date, letter.language),
        "reference": facts["reference"],
        "phone": facts["phone"],
        "what": [clean(line) for line in letter.what],
        "reason": [clean(line) for line in letter.reason.splitlines() if line.strip()],
        "object_with": [line.format_map(facts) for line in _OBJECT[letter.language]],
    }
