# SPDX-License-Identifier: EUPL-1.2
"""What pages say, in the language of who reads; nothing on a page is written in a template."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from api.pages.words import (
    accounts_en,
    accounts_nl,
    around_en,
    around_nl,
    audit_en,
    audit_nl,
    checks_en,
    checks_nl,
    desk_en,
    desk_nl,
    door_en,
    door_nl,
    finance_en,
    finance_nl,
    gate_en,
    gate_nl,
    login_en,
    login_nl,
    resident_en,
    resident_nl,
    settling_en,
    settling_nl,
)
from ledger import access_log, actors, clock, holder_accounts
from ledger.tables import UNDONE, MarkReason
from ledger.texts import Language, forms
from ledger.texts import words_en as forms_en
from ledger.texts import words_nl as forms_nl
from ledger.units import Unit

FAMILIES: Final = (
    (around_nl, around_en),
    (login_nl, login_en),
    (gate_nl, gate_en),
    (door_nl, door_en),
    (desk_nl, desk_en),
    (resident_nl, resident_en),
    (settling_nl, settling_en),
    (finance_nl, finance_en),
    (audit_nl, audit_en),
    (checks_nl, checks_en),
    (accounts_nl, accounts_en),
)
"""One pair of catalogues for each family of pages; no two families say the same name."""


def _whole(parts: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """All of them together."""
    whole: dict[str, str] = {}
    for words in parts:
        assert whole.keys().isdisjoint(words), f"said twice: {sorted(whole.keys() & words.keys())}"
        whole |= words
    return whole


CATALOGUES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.NL: _whole(nl.WORDS for nl, _ in FAMILIES),
    Language.EN: _whole(en.WORDS for _, en in FAMILIES),
}
_GIVEN: Final = re.compile(
    f"{re.escape(actors.OPERATOR)}(?P<operator>.+)|{re.escape(holder_accounts.RESIDENT)}(?P<resident>[0-9a-f]{{8}})",
    re.DOTALL,
)
"""Names that the system itself gives to who works on the host, and to residents who log in."""
_FORMS: Final = {Language.NL: forms_nl.WORDS, Language.EN: forms_en.WORDS}


@dataclass(frozen=True, slots=True)
class Teller:
    """Says everything in one language."""

    language: Language

    def say(self, key: str, **facts: object) -> str:
        """The sentence of this name. Raises KeyError for one that is not in the catalogue."""
        if "name" in facts:
            facts["name"] = self.who(facts["name"])
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

    def rate(self, basis_points: int) -> str:
        """Ten thousandths as per cents, with all the digits they have: money was computed by it."""
        whole, rest = divmod(basis_points, 100)
        digits = f"{rest:02d}".rstrip("0")
        mark = "," if self.language is Language.NL else "."
        return f"{self.count(whole)}{mark + digits if digits else ''}%"

    def day(self, value: date) -> str:
        """A calendar day."""
        return forms.day(value, _FORMS[self.language])

    def moment(self, value: datetime) -> str:
        """An instant by the Dutch clock."""
        return forms.moment(value, _FORMS[self.language])

    def day_of(self, value: datetime) -> str:
        """The Dutch calendar day of an instant."""
        return self.day(clock.dutch_day(value))

    def span(self, first: date, last: date | None) -> str:
        """From a first day up to and including a last; open where there is none."""
        if last is None:
            return self.say("span.open", first=self.day(first))
        return f"{self.day(first)} – {self.day(last)}"

    def amount(self, quantity: int, unit: Unit) -> str:
        """A quantity with its unit."""
        return forms.amount(quantity, unit, _FORMS[self.language])

    def purpose(self, stored: str) -> str:
        """Why somebody looked: ours in this language, and what somebody typed as it was typed."""
        ours = access_log.own_purpose(stored)
        return self.say(f"purpose.{ours}") if ours else stored

    def who(self, name: object) -> str:
        """What somebody is called, or their id; names that the system itself gave in this language."""
        found = _GIVEN.fullmatch(str(name))
        if found is None:
            return str(name)
        kind = "operator" if found["operator"] else "resident"
        return CATALOGUES[self.language][f"who.{kind}"].format(name=found[kind])

    def reason(self, stored: str) -> str:
        """Why something was taken back: ours in this language, and what somebody typed as it was typed."""
        kind, _, note = stored.partition(": ")
        if stored == UNDONE:
            return self.say("own_reason.undo")
        if not note or kind not in set(MarkReason):
            return stored
        # a provider reads this too, and is not told that something points to fraud
        is_secret = kind == MarkReason.FRAUD_SIGNAL
        words = self.say("own_reason.in_review" if is_secret else f"reason.{kind}")
        return f"{words}: {note}"

    def tools(self) -> dict[str, Any]:
        """For templates."""
        return {
            "language": str(self.language),
            "say": self.say,
            "money": self.money,
            "count": self.count,
            "share": self.share,
            "rate": self.rate,
            "day": self.day,
            "moment": self.moment,
            "day_of": self.day_of,
            "span": self.span,
            "amount": self.amount,
            "purpose": self.purpose,
            "reason_of": self.reason,
            "who": self.who,
        }
