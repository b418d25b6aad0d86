# SPDX-License-Identifier: EUPL-1.2
"""The letter that brings a resident a code: A4, tagged PDF/UA-1, Dutch or English, as a rule one page,
and a second one with what the resident logs in with.

Every value reaches the template letter.typ as data and is never part of its markup, so a name can
say anything. Only the typefaces inside the typesetting library are used: the same letter gives the
same bytes on every machine.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.formats import letter_frame, qr
from ledger.formats.letter_frame import Language, clean, day_words

_TEMPLATE: Final = Path(__file__).with_name("letter.typ")

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
        "followed": "Daarna krijgt u een nieuwe brief.",
        "how": "Zo gebruikt u de code",
        "show": "Laat deze brief zien aan uw aanbieder. Dat is de organisatie of de winkel die u helpt.",
        "scan": "De aanbieder scant de vierkante code.",
        "left": "Op {web} ziet u wat u nog over heeft. U kunt ons ook bellen.",
        "new_title": "Uw nieuwe persoonlijke code",
        "new": "Dit is uw nieuwe code. De code uit uw vorige brief werkt niet meer. Wat u nog over heeft, "
        "is gelijk gebleven. U kunt dit gebruiken:",
        "look": "Kijk wat u nog over heeft",
        "look_how": "Scan de kleine code met uw telefoon, of ga naar {typed}. Typ daar uw inlogcode:",
        "look_picture": "QR-code van het adres {typed}. Er zit geen code in om mee te betalen.",
        "look_apart": "Met de inlogcode ziet u alleen uw eigen gegevens. Laat deze bladzijde niet aan uw "
        "aanbieder zien.",
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
        "followed": "After that you get a new letter.",
        "how": "How to use the code",
        "show": "Show this letter to your provider. That is the organisation or the shop that helps you.",
        "scan": "The provider scans the square code.",
        "left": "On {web} you can see what you have left. You can also call us.",
        "new_title": "Your new personal code",
        "new": "This is your new code. The code of your previous letter no longer works. What you have left "
        "has stayed the same. You can use:",
        "look": "See what you have left",
        "look_how": "Scan the small code with your phone, or go to {typed}. Type your login code there:",
        "look_picture": "QR code of the address {typed}. It holds no code to pay with.",
        "look_apart": "With the login code you see your own information only. Do not show this page to your "
        "provider.",
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


@dataclass(frozen=True, kw_only=True)
class Login:
    """Where a resident logs in, and with which code of this letter."""

    address: str
    """The whole address, as the small QR holds it: never the code."""
    code: str

    @property
    def typed(self) -> str:
        """The address as a person types it."""
        return self.address.split("://", 1)[-1].split("?", 1)[0]


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
    login: Login | None = None
    """How the resident looks at what is left; None: on no page of ours."""
    is_followed: bool = False
    """Whether what the code opens lasts longer than the code: then a new letter is to come."""
    is_replacement: bool = False
    """Whether it takes the place of an earlier letter, whose code no longer works."""


def pdf(letter: Letter) -> bytes:
    """The letter as PDF, the same bytes for the same letter; may be called from any thread.

    The address stays inside the window of a C5/6 or DL envelope: it shrinks before it overflows.
    Raises LetterUnprintable.
    """
    return letter_frame.typeset(_TEMPLATE, _values(letter), letter.date, letter.reference)


def _values(letter: Letter) -> dict[str, object]:
    """All that the template prints, with every sentence filled in."""
    return {
        "language": letter.language,
        "sentences": _filled(letter),
        "municipality": clean(letter.municipality_name),
        "sender": [clean(line) for line in letter.sender_lines],
        "recipient": [clean(line) for line in (letter.recipient_name, *letter.recipient_lines)],
        "date": day_words(letter.date, letter.language),
        "reference": clean(letter.reference),
        "phone": clean(letter.phone),
        "what": [clean(line) for line in letter.what],
        "qr": qr.svg(letter.token_text),
        "manual_code": clean(letter.manual_code),
        "is_replacement": letter.is_replacement,
        "login": letter.login and {"qr": qr.link_svg(letter.login.address), "code": clean(letter.login.code)},
    }


def _filled(letter: Letter) -> dict[str, str]:
    """The sentences of the letter's language with its names, days and addresses in them."""
    language, until = letter.language, letter.valid_until
    facts = {
        "name": clean(letter.recipient_name),
        "start": day_words(letter.valid_from, language),
        "end": day_words(until, language) if until else "",
        "web": clean(letter.web_address),
        "phone": clean(letter.phone),
        "typed": clean(letter.login.typed) if letter.login else "",
    }
    filled = {key: sentence.format_map(facts) for key, sentence in _SENTENCES[language].items()}
    valid = [filled["valid_between" if until else "valid_since"]]
    return filled | {"valid": " ".join([*valid, filled["followed"]] if letter.is_followed else valid)}
