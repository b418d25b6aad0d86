# SPDX-License-Identifier: EUPL-1.2
"""Balances: what entitlements still hold and have set aside, and what all accounts of a kind hold together.

Only looks. The numbers are those of the accounts; audit proves that they are what was booked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from ledger import db, entries
from ledger.db import Work
from ledger.entitlements import EntitlementNotFound
from ledger.entries import Place
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind
from ledger.tables import Account, Entitlement
from ledger.units import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """What one entitlement holds. Money in eurocents; None where nothing of the kind sets a limit."""

    entitlement_id: UUID
    kind: EntitlementKind
    law: Law
    valid_from: date
    valid_until: date | None
    """Last day, inclusive."""
    closed: bool
    suspended_from: date | None
    """Of the latest suspension, whether it still lasts or not."""
    reference: str | None
    allocation_number: int | None
    amount_cents: int | None
    committed_cents: int
    left_cents: int
    """Of what was committed; where amount_cents is None it sets no limit."""
    reserved_cents: int
    quantity: int | None
    quantity_unit: Unit | None
    left_quantity: int | None
    reserved_quantity: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """All accounts of one kind and unit together."""

    kind: AccountKind
    unit: Unit
    accounts: int
    balance: int


def of_entitlements(work: Work, entitlement_ids: Collection[UUID]) -> list[Balance]:
    """What these hold, in the order asked. Raises EntitlementNotFound for the first that is not there."""
    rows = db.rows(work, Entitlement, entitlement_ids)
    for entitlement_id in entitlement_ids:
        if entitlement_id not in rows:
            raise EntitlementNotFound(id=entitlement_id)
    balances = _of_rows(work, rows)
    return [balances[entitlement_id] for entitlement_id in entitlement_ids]


def page(work: Work, *, after: UUID | None = None, limit: int = 100) -> list[Balance]:
    """Entitlements in the order of their ids; after is the last id of the page already seen."""
    statement = select(Entitlement).where(col(Entitlement.municipality_id) == work.municipality_id)
    if after is not None:
        statement = statement.where(col(Entitlement.id) > after)
    found = work.session.scalars(statement.order_by(col(Entitlement.id)).limit(limit))
    return list(_of_rows(work, {row.id: row for row in found}).values())


def totals(work: Work) -> list[Total]:
    """What all accounts hold, by kind and unit; per unit they sum to zero."""
    balance = func.sum(col(Account.credits) - col(Account.debits))
    statement = (
        select(col(Account.kind), col(Account.unit), func.count(), balance)
        .where(col(Account.municipality_id) == work.municipality_id)
        .group_by(col(Account.kind), col(Account.unit))
        .order_by(col(Account.unit), col(Account.kind))
    )
    return [
        Total(kind=kind, unit=unit, accounts=number, balance=int(held))
        for kind, unit, number, held in work.session.execute(statement)
    ]


def _of_rows(work: Work, rows: Mapping[UUID, Entitlement]) -> dict[UUID, Balance]:
    held = entries.held(entries.seen(work, rows))
    return {row.id: _balance(row, held) for row in rows.values()}


def _balance(row: Entitlement, held: Mapping[Place, int]) -> Balance:
    unit = row.quantity_unit
    return Balance(
        entitlement_id=row.id,
        kind=row.kind,
        law=row.law,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        closed=row.closed_at is not None,
        suspended_from=row.suspensions[-1].start if row.suspensions else None,
        reference=row.reference,
        allocation_number=row.allocation_number,
        amount_cents=row.amount_cents,
        committed_cents=row.committed_cents,
        left_cents=_held(held, AccountKind.ENTITLEMENT, row.id, Unit.EUROCENT),
        reserved_cents=_held(held, AccountKind.RESERVED, row.id, Unit.EUROCENT),
        quantity=row.quantity,
        quantity_unit=unit,
        left_quantity=_held(held, AccountKind.ENTITLEMENT, row.id, unit) if unit else None,
        reserved_quantity=_held(held, AccountKind.RESERVED, row.id, unit) if unit else None,
    )


def _held(held: Mapping[Place, int], kind: AccountKind, owner: UUID, unit: Unit) -> int:
    return held.get((kind, owner, unit), 0)
