# SPDX-License-Identifier: EUPL-1.2
"""Messages of allocations for tests, as a municipality's own system would write them."""

from datetime import UTC, date, datetime

from ledger.formats import iwmo301
from ledger.formats.iwmo301 import Allocation, Client, Message301


def message(*, number: int, bsn: str, municipality: str = "0384") -> bytes:
    """Two hours of household help a week, for one resident at one provider."""
    allocation = Allocation(
        number=number,
        category="01",
        product="01A05",
        decided_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 12, 31),
        volume=120,
        unit="01",
        frequency="2",
    )
    client = Client(
        bsn=bsn,
        birth_date=date(1950, 1, 1),
        surname="Wit",
        name_use="1",
        gender="2",
        postcode="1112AB",
        house_number=1,
    )
    return iwmo301.write(
        Message301(
            law="wmo",
            municipality=municipality,
            provider_agb="01234567",
            identification=f"TEST{number}",
            dated_on=date(2026, 1, 5),
            client=client,
            allocations=(allocation,),
        )
    )
