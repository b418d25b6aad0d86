# SPDX-License-Identifier: EUPL-1.2
"""What all messages of iWmo and iJw release 3.2 share: namespaces, code lists, text forms, groups.

Source: the basisschema of release 3.2 (types LDT_ and CDT_) and its code lists. Stricter than the schema
on one point (OP192, RS033: nothing empty), looser on one: a country is two capitals, no list is kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from ledger import identifiers
from ledger.errors import InvalidIdentifier
from ledger.formats.xml_shape import Group, Leaf, Namespaces, may, need

LawKey: TypeAlias = Literal["wmo", "jw"]
"""The Wmo 2015 (iWmo) or the Jeugdwet (iJw)."""

UNITS = ("01", "04", "14", "16", "82", "83", "84")
"""WJ756: minute, hour, day, day part, piece (output), euro, piece (effort)."""

FREQUENCIES = ("1", "2", "4", "6")
"""WMO757: per day, per week, per month, in total over the allocation."""

CHANGE_REASONS = tuple(f"{code:02d}" for code in range(1, 15))
"""WMO002; 01 is in the schema but forbidden by CS336."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One of the two laws, and how its messages are named."""

    key: LawKey
    standard: str
    categories: tuple[str, ...]
    """Product categories: WMO020 or JZ020."""

    def namespaces(self, message: str) -> Namespaces:
        """Of a message such as 301, in release 3.2."""
        root = f"http://www.istandaarden.nl/{self.standard}/3_2"
        return Namespaces(
            message=f"{root}/{self.key}{message}/schema",
            message_prefix=f"{self.key}{message}",
            shared=f"{root}/basisschema/schema",
            shared_prefix=self.standard,
        )


LAWS: Mapping[LawKey, Law] = {
    "wmo": Law(key="wmo", standard="iwmo", categories=tuple(f"{code:02d}" for code in range(1, 19))),
    "jw": Law(
        key="jw", standard="ijw", categories=tuple(str(code) for code in (*range(31, 39), *range(40, 56)))
    ),
}


def exactly(text: str) -> Leaf:
    """One text and no other."""
    return Leaf(rule=f"must be {text}", allows=lambda found: found == text)


def one_of(codes: tuple[str, ...]) -> Leaf:
    """A code of a list."""
    return Leaf(rule=f"must be one of {', '.join(codes)}", allows=frozenset(codes).__contains__)


def text_of(longest: int) -> Leaf:
    """One line of 1 to so many characters, not only blanks."""
    return Leaf(
        rule=f"must be one line of 1 to {longest} characters",
        allows=lambda text: 0 < len(text) <= longest and not set(text) & {"\n", "\r"},
    )


def whole(highest: int) -> Leaf:
    """A whole number from 0, as XML Schema writes integers (a sign and leading zeros are allowed)."""

    def allows(text: str) -> bool:
        return bool(re.fullmatch(r"\+?0*[0-9]{1,12}|-0+", text)) and number(text) <= highest

    return Leaf(rule=f"must be a whole number from 0 to {highest}", allows=allows, collapses=True)


def number(text: str) -> int:
    """The value of a whole number's text, however many zeros it begins with."""
    return int(text.lstrip("+-0") or "0")


def matching(pattern: str, rule: str) -> Leaf:
    """Text that fits a pattern as a whole."""
    return Leaf(rule=rule, allows=lambda text: re.fullmatch(pattern, text) is not None)


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_bsn(text: str) -> bool:
    try:
        return identifiers.bsn(text) == text
    except InvalidIdentifier:
        return False


DAY = Leaf(rule="must be an existing day as 2026-12-31, without zone", allows=_is_day, collapses=True)
CLOCK_TIME = Leaf(
    rule="must be a time as 23:59:59, without zone",
    allows=lambda text: bool(
        re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,20})?|24:00:00(\.0{1,20})?", text)
    ),
    collapses=True,
)
BSN = Leaf(rule="must be 9 digits that pass the 11-test (CS002)", allows=_is_bsn)
AGB = matching(r"[0-9]{8}", "must be 8 digits")
MUNICIPALITY = matching(r"[0-9]{4}", "must be 4 digits")
COMMENT = Leaf(rule="must be text that is not blank", allows=lambda text: True)
INITIALS = matching(r"[a-zA-Z\u00c0-\u1ef3]{1,6}", "must be 1 to 6 letters")
COUNTRY = matching(r"[A-Z]{2}", "must be two capitals")
PHONE = matching(r"[0-9]{1,15}", "must be 1 to 15 digits")
VERSION = matching(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)", "must be a version as 1.0.0")
GENDER = one_of(("0", "1", "2"))
BIRTH_DATE_USE = one_of(("1", "2", "3"))
NAME_USE = one_of(("1", "2", "3", "4", "5", "6"))
ADDRESS_KIND = one_of(("01", "02", "03", "04"))
AMOUNT = whole(99_999_999)

XSD_VERSIONS = Group(
    shared=True, parts=(need("BasisschemaXsdVersie", VERSION), need("BerichtXsdVersie", VERSION))
)
MESSAGE_ID = Group(shared=True, parts=(need("Identificatie", text_of(12)), need("Dagtekening", DAY)))
BIRTH_DATE = Group(shared=True, parts=(need("Datum", DAY), may("DatumGebruik", BIRTH_DATE_USE)))
SURNAME = Group(shared=True, parts=(need("Achternaam", text_of(200)), may("Voorvoegsel", text_of(10))))
FULL_NAME = Group(
    shared=True,
    parts=(
        need("Geslachtsnaam", SURNAME),
        may("Partnernaam", SURNAME),
        may("Voornamen", text_of(200)),
        may("Voorletters", INITIALS),
        need("NaamGebruik", NAME_USE),
    ),
)
COMMUNICATION = Group(shared=True, parts=(need("Vorm", one_of(("1", "2", "3"))), may("Taal", text_of(25))))
HOUSE = Group(
    shared=True,
    parts=(
        need("Huisnummer", whole(99_999)),
        may("Huisletter", text_of(1)),
        may("HuisnummerToevoeging", text_of(4)),
        may("AanduidingWoonadres", one_of(("AB", "BY", "TO", "WW"))),
    ),
)
ADDRESS = Group(
    shared=True,
    parts=(
        may("Huis", HOUSE),
        may("Postcode", text_of(8)),
        may("Straatnaam", text_of(24)),
        may("Plaatsnaam", text_of(80)),
        may("LandCode", COUNTRY),
    ),
)
PHONE_NUMBER = Group(shared=True, parts=(need("Telefoonnummer", PHONE), need("Landnummer", text_of(4))))
PHONE_NUMBERS = Group(shared=True, parts=(need("Telefoon01", PHONE_NUMBER), may("Telefoon02", PHONE_NUMBER)))
OPEN_PERIOD = Group(shared=True, parts=(may("Begindatum", DAY), may("Einddatum", DAY)))
SIZE = Group(
    shared=True,
    parts=(
        need("Volume", whole(99_999_999)),
        need("Eenheid", one_of(UNITS)),
        need("Frequentie", one_of(FREQUENCIES)),
    ),
)


def product_of(law: Law) -> Group:
    """A product: its category, and its code where the allocation is for one product only."""
    return Group(shared=True, parts=(need("Categorie", one_of(law.categories)), may("Code", text_of(5))))


def outward_header(message_code: str, *, from_municipality: bool) -> Group:
    """The header of a message that asks or tells, release 3.2 (CS015, CS025), by direction."""
    sender, receiver = (MUNICIPALITY, AGB) if from_municipality else (AGB, MUNICIPALITY)
    return Group(
        parts=(
            need("BerichtCode", exactly(message_code)),
            need("BerichtVersie", exactly("3")),
            need("BerichtSubversie", exactly("2")),
            need("Afzender", sender),
            need("Ontvanger", receiver),
            need("BerichtIdentificatie", MESSAGE_ID),
            need("XsdVersie", XSD_VERSIONS),
        )
    )
