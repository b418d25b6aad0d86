# SPDX-License-Identifier: EUPL-1.2
"""The letter that brings a resident a code: A4, tagged PDF/UA-1, Dutch or English, as a rule one page.

Every value reaches the template letter.typ as data and is never part of its markup, so a name can
say anything. Only the typefaces inside the typesetting library are used: the same letter gives the
same bytes on every machine.
"""

import datetime
import json
import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import typst

from ledger.errors import Malformed
from ledger.formats import qr

Language: TypeAlias = Literal["nl", "en"]

_TEMPLATE: Final = Path(__file__).with_name("letter.typ")
_LONG_RUN: Final = re.compile(r"\S{24}(?=\S)")
_one_at_a_time = threading.Lock()

_SENTENCES: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "title": "Uw persoonlijke code",
        "date": "Datum",
        "reference": "Ons kenmerk",
        "phone": "Telefoon",
        "greeting": "Beste {name},",
        "intro": "In deze brief staat uw code. Met die code kunt u dit gebruiken:",
        "valid_between": "De code is geldig van {start} tot en met {end}.",
        "valid_since": "De code is geldig vanaf {start}.",
        "how": "Zo gebruikt u de code",
        "show": "Laat deze brief zien aan uw aanbieder. Dat is de organisatie of de winkel die u helpt.",
        "scan": "De aanbieder scant de vierkante code.",
        "left": "Op {web} ziet u wat u nog over heeft. U kunt ons ook bellen.",
        "only_scanner": "Alleen het scanapparaat van een aanbieder kan deze code lezen.",
        "by_hand": "Lukt het scannen niet? Dan typt de aanbieder deze letters en cijfers in:",
        "picture": "QR-code. Lukt het scannen niet? Hieronder staat dezelfde code in letters en cijfers.",
        "careful": "Bewaar deze brief goed",
        "keep": "Geef de code alleen aan uw aanbieder. Bent u de brief kwijt? Bel ons dan meteen. "
        "U krijgt een nieuwe brief met een nieuwe code. De oude code werkt daarna niet meer.",
        "questions": "Heeft u vragen?",
        "ask": "Bel {phone} of kijk op {web}. Wij helpen u graag.",
        "closing": "Met vriendelijke groet,",
        "page": "Pagina",
        "of": "van",
    },
    "en": {
        "title": "Your personal code",
        "date": "Date",
        "reference": "Our reference",
        "phone": "Telephone",
        "greeting": "Dear {name},",
        "intro": "Your code is in this letter. With that code you can use:",
        "valid_between": "The code is valid from {start} up to and including {end}.",
        "valid_since": "The code is valid from {start}.",
        "how": "How to use the code",
        "show": "Show this letter to your provider. That is the organisation or the shop that helps you.",
        "scan": "The provider scans the square code.",
        "left": "On {web} you can see what you have left. You can also call us.",
        "only_scanner": "Only a provider’s scanner can read this code.",
        "by_hand": "Does scanning not work? Then the provider types these letters and numbers:",
        "picture": "QR code. Does scanning not work? The same code is below in letters and numbers.",
        "careful": "Keep this letter safe",
        "keep": "Give the code only to your provider. Have you lost the letter? Call us straight away. "
        "You will get a new letter with a new code. The old code will then stop working.",
        "questions": "Do you have questions?",
        "ask": "Call {phone} or go to {web}. We are happy to help you.",
        "closing": "Yours sincerely,",
        "page": "Page",
        "of": "of",
    },
}

_MONTHS: Final[dict[Language, str]] = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}


@dataclass(kw_only=True, eq=False)
class LetterUnprintable(Malformed):
    """A name or a line has a character for which we have no typeface (Chinese, an emoji)."""

    code = "letter_unprintable"
    reference: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What one letter says; no personal number belongs in it."""

    language: Language
    municipality_name: str
    """As the signature: Gemeente Voorbeeldstad."""
    sender_lines: tuple[str, ...]
    """The sender's address, beside the name at the top."""
    recipient_name: str
    """As the envelope and the salutation: mevrouw A. de Vries."""
    recipient_lines: tuple[str, ...]
    """Street, postcode and place; shown in the window of the envelope."""
    date: datetime.date
    reference: str
    token_text: str
    """The signed code, shown as a QR of 40 mm."""
    manual_code: str
    """As printed: XXXX-XXXXX-XXXXX."""
    what: tuple[str, ...]
    """What the resident has got, one plain sentence or phrase a line."""
    valid_from: datetime.date
    """The first day."""
    valid_until: datetime.date | None
    """The last day, inclusive; None when no end is set."""
    web_address: str
    phone: str


def pdf(letter: Letter) -> bytes:
    """The letter as PDF, the same bytes for the same letter; may be called from any thread.

    The address stays inside the window of a C5/6 or DL envelope: it shrinks before it overflows.
    Raises LetterUnprintable.
    """
    values = json.dumps(_values(letter), ensure_ascii=False)
    made_at = datetime.datetime.combine(letter.date, datetime.time(), tzinfo=datetime.UTC)
    try:
        with _one_at_a_time:
            made = _compiler().compile(
                sys_inputs={"letter": values}, format="pdf", pdf_standards="ua-1", timestamp=made_at
            )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        raise LetterUnprintable(reference=letter.reference) from None
    assert isinstance(made, bytes)
    return made


@cache
def _compiler() -> typst.Compiler:
    """One for the process: it keeps the read template and the typefaces between letters."""
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=fonts)


def _values(letter: Letter) -> dict[str, object]:
    """All that the template prints, with every sentence filled in."""
    return {
        "language": letter.language,
        "sentences": _filled(letter),
        "municipality": _clean(letter.municipality_name),
        "sender": [_clean(line) for line in letter.sender_lines],
        "recipient": [_clean(line) for line in (letter.recipient_name, *letter.recipient_lines)],
        "date": _day(letter.date, letter.language),
        "reference": _clean(letter.reference),
        "phone": _clean(letter.phone),
        "what": [_clean(line) for line in letter.what],
        "qr": qr.svg(letter.token_text),
        "manual_code": _clean(letter.manual_code),
    }


def _filled(letter: Letter) -> dict[str, str]:
    """The sentences of the letter's language with its names, days and addresses in them."""
    language, until = letter.language, letter.valid_until
    facts = {
        "name": _clean(letter.recipient_name),
        "start": _day(letter.valid_from, language),
        "end": _day(until, language) if until else "",
        "web": _clean(letter.web_address),
        "phone": _clean(letter.phone),
    }
    filled = {key: sentence.format_map(facts) for key, sentence in _SENTENCES[language].items()}
    return filled | {"valid": filled["valid_between" if until else "valid_since"]}


def _day(day: datetime.date, language: Language) -> str:
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"


def _clean(text: str) -> str:
    """One line of composed characters, without control and direction characters.

    A word too long for the window of an envelope may be broken after every 24 characters.
    """
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join(_LONG_RUN.sub("\\g<0>\u200b", word) for word in visible.split())
