# SPDX-License-Identifier: EUPL-1.2
"""Files of message 301: one real message, with another client and other numbers in each copy."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from ledger.formats import iwmo301
from ledger.formats.iwmo301 import Allocation, Client, Message301
from tests.bench.scenery import HOUSEHOLD, MUNICIPALITY, Scenery, bsns

EACH: Final = 2
"""Allocations in one message."""
_NUMBERS: Final = ("111111111", "222222222")
_AGBS: Final = "33333333"


def write(scenery: Scenery, folder: Path, messages: int) -> None:
    """So many files, 0.xml and on."""
    folder.mkdir(parents=True)
    model = iwmo301.write(_model(scenery))
    for number, bsn in enumerate(islice(bsns(), messages)):
        copy = model.replace(b"999900006", bsn.encode())
        for place, old in enumerate(_NUMBERS):
            copy = copy.replace(old.encode(), str(1 + number * EACH + place).encode())
        agb = scenery.parties[number % len(scenery.parties)].agb
        (folder / f"{number}.xml").write_bytes(copy.replace(_AGBS.encode(), agb.encode()))


def _model(scenery: Scenery) -> Message301:
    client = Client(
        bsn="999900006",
        birth_date=scenery.first.replace(year=1944),
        surname="Wit",
        surname_prefix="de",
        name_use="1",
        gender="2",
        postcode="1112AB",
        street="Straatweg",
        house_number=100,
        city="Diemen",
        country="NL",
    )
    weekly = Allocation(
        number=int(_NUMBERS[0]),
        category=HOUSEHOLD[:2],
        product=HOUSEHOLD,
        decided_at=(scenery.now - timedelta(days=1)).replace(microsecond=0),
        valid_from=scenery.first,
        valid_until=scenery.last,
        volume=3,
        unit="04",
        frequency="2",
    )
    in_all = replace(weekly, number=int(_NUMBERS[1]), volume=40, frequency="6")
    return Message301(
        law="wmo",
        municipality=MUNICIPALITY,
        provider_agb=_AGBS,
        identification="B1",
        dated_on=scenery.now.date(),
        client=client,
        allocations=(weekly, in_all),
    )
