# SPDX-License-Identifier: EUPL-1.2
"""Messages 301 of iWmo, each with one allocation."""

from dataclasses import replace
from datetime import UTC, date, datetime

from ledger.formats.iwmo301 import Allocation, Client, Message301, write

BSNS = ("999900006", "999900018", "999900031", "999900043", "999900055")
HOURS = Allocation(
    number=101,
    category="02",
    product="02A03",
    decided_at=datetime(2026, 5, 20, 9, 30, tzinfo=UTC),
    valid_from=date(2026, 6, 1),
    valid_until=date(2026, 12, 31),
    volume=3,
    unit="04",
    frequency="2",
)


def message(number: int, *, town: str = "0384", bsn: str | None = None) -> bytes:
    """The allocation with this number, for one of a few residents or the one that is named."""
    client = Client(
        bsn=bsn or BSNS[number % len(BSNS)],
        birth_date=date(1967, 8, 13),
        surname=f"Wit{number}",
        name_use="1",
        gender="1",
        postcode="1112AB",
    )
    made = Message301(
        law="wmo",
        municipality=town,
        provider_agb="42420001",
        identification=f"ID-{number}",
        dated_on=date(2026, 5, 20),
        client=client,
        allocations=(replace(HOURS, number=number),),
    )
    return write(made)
