# SPDX-License-Identifier: EUPL-1.2
"""Made-up residents: names from lists, and test numbers (999900006 and on) that are nobody's."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from ledger import identifiers, ids
from ledger.errors import InvalidIdentifier
from ledger.people import PersonInput
from ledger.vault import Identity

FIRST_BSN, LAST_BSN = 999_900_006, 999_999_990
"""The range that is kept free for tests."""

_WOMEN = ("Johanna", "Fatima", "Maria", "Emma", "Anna", "Sevda", "Willemijn", "Grace", "Truus", "Naima")
_MEN = ("Jan", "Mohammed", "Pieter", "Daan", "Cornelis", "Emre", "Gerrit", "Winston", "Henk", "Samir")
_SURNAMES = (
    ("de", "Vries"),
    (None, "Jansen"),
    ("van", "Dijk"),
    (None, "Bakker"),
    (None, "Yilmaz"),
    ("van den", "Berg"),
    (None, "Visser"),
    (None, "El Amrani"),
    ("de", "Boer"),
    (None, "Mulder"),
    ("van der", "Meer"),
    (None, "Pinas"),
)
_STREETS = ("Dorpsstraat", "Kerkweg", "Molenlaan", "Beukenhof", "Amstelkade", "Schoolpad", "Ringvaart")
_LETTERS = "ABCDEGHJKLMNPRTVXZ"
_PLACES = {
    "0358": ("Aalsmeer", (1431, 1432)),
    "0362": ("Amstelveen", (1181, 1183, 1185)),
    "0384": ("Diemen", (1111, 1112)),
    "0394": ("Hoofddorp", (2131, 2132, 2135)),
    "0437": ("Ouderkerk aan de Amstel", (1115, 1191)),
    "0451": ("Uithoorn", (1421, 1422)),
    "0736": ("Mijdrecht", (3641, 3645)),
    "1942": ("Bussum", (1398, 1403, 1411)),
}
"""The place of the addresses and the postcodes of each municipality."""


def bsns() -> Iterator[str]:
    """Every test number that passes the 11-test, each once."""
    for number in range(FIRST_BSN, LAST_BSN + 1):
        try:
            yield identifiers.bsn(str(number))
        except InvalidIdentifier:
            continue


def resident(random: Random, municipality_id: str, bsn: str, today: date, *, child: bool) -> PersonInput:
    """Somebody with this number who lives in this municipality."""
    is_woman = random.random() < 0.55
    given = random.choice(_WOMEN if is_woman else _MEN)
    prefix, surname = random.choice(_SURNAMES)
    city, postcodes = _PLACES[municipality_id]
    age_days = random.randrange(4 * 365, 17 * 365) if child else random.randrange(22 * 365, 96 * 365)
    letters = "".join(random.choice(_LETTERS) for _ in range(2))
    identity = Identity(
        bsn=bsn,
        surname=surname,
        prefix=prefix,
        given_names=given,
        initials=f"{given[0]}.",
        birth_date=today - timedelta(days=age_days),
        gender="2" if is_woman else "1",
        street=random.choice(_STREETS),
        house_number=random.randrange(1, 240),
        postcode=f"{random.choice(postcodes)}{letters}",
        city=city,
    )
    return PersonInput(id=ids.uuid7(), identity=identity)
