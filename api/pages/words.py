# SPDX-License-Identifier: EUPL-1.2
"""What pages say, in the language of who reads; nothing on a page is written in a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from api.pages import words_en, words_nl
from ledger import clock
from ledger.texts import Language, forms
from ledger.texts import words_en as forms_en
from ledger.texts import words_nl as forms_nl
from ledger.units import Unit

CATALOGUES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.NL: words_nl.WORDS,
    Language.EN: words_en.WORDS,
}
_FORMS: Final = {Language.NL: forms_nl.WORDS, Language.EN: forms_en.WORDS}


@dataclass(frozen=True, slots=True)
class Teller:
    """Says everything in one language."""

    language: Language

    def say(self, key: str, **facts: object) -> str:
        """The sentence of this name. Raises KeyError for one that is not in the catalogue."""
        return CATALOGUES[self.language][key].format(**facts)

    def knows(self, key: str) -> bool:
        """Whether the catalogue has it."""
        return key in CATALOGUES[self.language]

    def money(self, cents: int) -> str:
        """Eurocents, never broken over two lines."""
        return forms.euros(cents, _FORMS[self.language]).replace(" ", "\u00a0")

    def count(self, number: int) -> str:
        """A whole number."""
        return forms.grouped(number, _FORMS[self.language])

    def share(self, basis_points: int) -> str:
        """Ten thousandths as whole per cents, cut off: what is not reached is not told as reached."""
        return f"{self.count(basis_points // 100)}%"

    def day(self, value: date) -> str:
        """A calendar day."""
        return forms.day(value, _FORMS[self.language])

    def moment(self, value: datetime) -> str:
        """An instant by the Dutch clock."""
        return forms.moment(value, _FORMS[self.language])

    def day_of(self, value: datetime) -> str:
        """The Dutch calendar day of an instant."""
        return self.day(clock.dutch_day(value))

    def amount(self, quantity: int, unit: Unit) -> str:
        """A quantity with its unit."""
        return forms.amount(quantity, unit, _FORMS[self.language])

    def tools(self) -> dict[str, Any]:
        """For templates."""
        return {
            "language": str(self.language),
            "say": self.say,
            "money": self.money,
            "count": self.count,
            "share": self.share,
            "day": self.day,
            "moment": self.moment,
            "day_of": self.day_of,
            "amount": self.amount,
        }
