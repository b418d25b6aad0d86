# SPDX-License-Identifier: EUPL-1.2
"""Amounts of contract terms as people see them: what each came to, the lines that show how, and notices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import lists
from ledger.db import Work
from ledger.tables import TermAmount, TermLine, TermNotice


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One amount with the lines that show how it was computed."""

    amount: TermAmount
    lines: tuple[TermLine, ...]


def of_contract(work: Work, contract_id: UUID, *, after: UUID | None = None, limit: int = 50) -> list[Shown]:
    """What was computed for one contract, the oldest first; after is the one seen last."""
    rows = lists.page(work, TermAmount, after=after, limit=limit, contract_id=contract_id)
    return _with_lines(work, rows)


def by_ids(work: Work, amount_ids: Collection[UUID]) -> dict[UUID, Shown]:
    """These amounts."""
    rows = lists.page(work, TermAmount, after=None, limit=len(amount_ids), id=set(amount_ids))
    return {each.amount.id: each for each in _with_lines(work, rows)}


def notices(work: Work, *, after: UUID | None = None, limit: int = 50, **wanted: object) -> list[TermNotice]:
    """What there is to know of the terms of contracts, in the order of their ids; wanted as in lists.page."""
    return lists.page(work, TermNotice, after=after, limit=limit, **wanted)


def _with_lines(work: Work, rows: Sequence[TermAmount]) -> list[Shown]:
    statement = (
        select(TermLine)
        .where(
            col(TermLine.municipality_id) == work.municipality_id,
            col(TermLine.amount_id).in_([row.id for row in rows]),
        )
        .order_by(col(TermLine.amount_id), col(TermLine.line))
    )
    lines: dict[UUID, list[TermLine]] = {row.id: [] for row in rows}
    for each in work.session.scalars(statement):
        lines[each.amount_id].append(each)
    return [Shown(amount=row, lines=tuple(lines[row.id])) for row in rows]
