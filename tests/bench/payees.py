# SPDX-License-Identifier: EUPL-1.2
"""Many providers that are each owed something, for a payment file of as many lines.

Providers and contracts are put in as rows, since nothing of them is measured; what is owed to them is
booked by the ledger itself.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert

from ledger import entries
from ledger.db import Work
from ledger.entries import Posting
from ledger.ids import uuid7
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import Contract, Provider, ProviderKind
from ledger.units import Unit
from tests.bench.scenery import Scenery, iban, pieces

PIECE: Final = 2000


def owe(scenery: Scenery, count: int) -> None:
    """So many providers more, each owed a little, from the first right."""
    for numbers in pieces(range(count), PIECE):
        with scenery.work() as work:
            _piece(work, scenery.rights[0].id, numbers)


def _piece(work: Work, right_id: UUID, numbers: Sequence[int]) -> None:
    contract_of = {number: (uuid7(), uuid7()) for number in numbers}
    rows = [_provider(work, number, contract_of[number][0]) for number in numbers]
    connection = work.session.connection()
    connection.execute(insert(Provider), [row.model_dump() for row in rows])
    contracts = [_contract(work, number, *contract_of[number]) for number in numbers]
    connection.execute(insert(Contract), [row.model_dump() for row in contracts])
    owners = [contract_id for _, contract_id in contract_of.values()]
    entries.open_accounts(work, [(AccountKind.PAYABLE, each, Unit.EUROCENT) for each in owners])
    places = entries.by_place(entries.locked(work, {right_id, *owners}))
    pot = places[AccountKind.ENTITLEMENT, right_id, Unit.EUROCENT]
    entries.post(work, [_owed(work, places, pot.id, each) for each in owners])


def _owed(work: Work, places: Any, pot_id: UUID, contract_id: UUID) -> Posting:
    return Posting(
        kind=EntryKind.REDEEM,
        debit_account_id=pot_id,
        credit_account_id=places[AccountKind.PAYABLE, contract_id, Unit.EUROCENT].id,
        unit=Unit.EUROCENT,
        amount=31_15,
        cause_id=uuid7(),
        line=1,
        at=work.now,
    )


def _provider(work: Work, number: int, provider_id: UUID) -> Provider:
    name = f"Helper {number}"
    return Provider(
        municipality_id=work.municipality_id,
        id=provider_id,
        kind=ProviderKind.HELPER,
        trade_name=name,
        account_holder_name=name,
        iban=iban(1_000_000 + number),
        entered_by=work.actor_id,
        version=1,
        recorded_at=work.now,
    )


def _contract(work: Work, number: int, provider_id: UUID, contract_id: UUID) -> Contract:
    return Contract(
        municipality_id=work.municipality_id,
        id=contract_id,
        provider_id=provider_id,
        law=Law.WMO,
        number=f"H-{number}",
        published_version=1,
        recorded_at=work.now,
    )
