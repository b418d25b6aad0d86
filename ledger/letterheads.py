# SPDX-License-Identifier: EUPL-1.2
"""From whom a letter is, and to whom: how a municipality is reached, how a resident is addressed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.formats.decision_letter import DecisionKind, DecisionLetter
from ledger.tables import Municipality
from ledger.texts import Language
from ledger.vault import Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """How a municipality can be reached, as its letters say it; what is empty is said in general words."""

    address: tuple[str, ...] = ()
    web: str = ""
    phone: str = ""
    pages: str = ""
    """Where residents find the pages of this service; empty: a letter brings no code to log in with."""

    @classmethod
    def of(cls, row: Municipality) -> "Sender":
        """As the settings of the municipality say it."""
        return cls(
            address=row.letter_address, web=row.letter_web, phone=row.letter_phone, pages=row.pages_address
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is known of it, below each other."""
        return tuple(line for line in (*self.address, self.phone, self.web) if line)


WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.NL: {
        "municipality": "Gemeente {}",
        "1": "meneer",
        "2": "mevrouw",
        "web": "de website van uw gemeente",
        "phone": "het nummer van uw gemeente",
    },
    Language.EN: {
        "municipality": "Municipality of {}",
        "1": "Mr",
        "2": "Ms",
        "web": "the website of your municipality",
        "phone": "the number of your municipality",
    },
}
"""The signature, how to address a man and a woman (list COD046), and what stands in for a Sender."""


def specimen(name: str, sender: Sender, language: Language, day: date) -> DecisionLetter:
    """A letter to nobody, to see what the settings make of it: a refusal of nothing."""
    words = WORDS[language]
    return DecisionLetter(
        kind=DecisionKind.REFUSAL,
        language=language.value,
        municipality_name=words["municipality"].format(name),
        sender_lines=sender.address,
        recipient_name="A. Specimen",
        recipient_lines=("Dorpsstraat 1", "1234 AB  Voorbeeldstad"),
        date=day,
        reference="SPECIMEN",
        what=("SPECIMEN",),
        day=day,
        reason="SPECIMEN",
        web_address=sender.web or words["web"],
        phone=sender.phone or words["phone"],
    )


def name_of(holder: Identity, words: Mapping[str, str]) -> str:
    """mevrouw A.M. de Vries; without a word for the person where the gender is not known."""
    parts = (
        words.get(holder.gender or ""),
        holder.initials or holder.given_names,
        holder.prefix,
        holder.surname,
    )
    return " ".join(part for part in parts if part)


def address_of(holder: Identity) -> tuple[str, ...]:
    """Street and number, postcode and place, and the country where it is another."""
    number = "".join((str(holder.house_number or ""), holder.house_letter or ""))
    number += f"-{holder.house_addition}" if holder.house_addition else ""
    postcode = holder.postcode or ""
    if holder.country in (None, "NL"):
        postcode = f"{postcode[:4]} {postcode[4:]}".strip()
    abroad = "" if holder.country in (None, "NL") else holder.country
    found = (
        f"{holder.street or ''} {number}".strip(),
        f"{postcode}  {holder.city or ''}".strip(),
        abroad or "",
    )
    return tuple(line for line in found if line)
