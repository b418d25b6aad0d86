# SPDX-License-Identifier: EUPL-1.2
"""Exports: what is booked, streamed as rows for a spreadsheet or another system. Holds no names of people."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger.db import Work
from ledger.tables import Account, Entry

PIECE: Final = 1000
"""Rows in memory at once."""

ENTRY_COLUMNS: Final = (
    "id",
    "kind",
    "unit",
    "amount",
    "debit_kind",
    "debit_owner",
    "credit_kind",
    "credit_owner",
    "cause",
    "line",
    "reverses",
    "at",
    "recorded_at",
    "actor",
)
"""What a row of entries() holds, in this order."""


def entries(work: Work) -> Iterator[tuple[object, ...]]:
    """Every entry in the order of their ids, with the kind and the owner of both accounts."""
    debit, credit = aliased(Account), aliased(Account)
    statement = (
        select(
            col(Entry.id),
            col(Entry.kind),
            col(Entry.unit),
            col(Entry.amount),
            col(debit.kind),
            col(debit.owner_id),
            col(credit.kind),
            col(credit.owner_id),
            col(Entry.cause_id),
            col(Entry.line),
            col(Entry.reverses_id),
            col(Entry.at),
            col(Entry.recorded_at),
            col(Entry.actor_id),
        )
        .join(
            debit,
            and_(
                col(debit.municipality_id) == col(Entry.municipality_id),
                col(debit.id) == col(Entry.debit_account_id),
            ),
        )
        .join(
            credit,
            and_(
                col(credit.municipality_id) == col(Entry.municipality_id),
                col(credit.id) == col(Entry.credit_account_id),
            ),
        )
        .where(col(Entry.municipality_id) == work.municipality_id)
        .order_by(col(Entry.id))
        .execution_options(yield_per=PIECE)
    )
    for row in work.session.execute(statement):
        yield tuple(row)
