# SPDX-License-Identifier: EUPL-1.2
"""Settlements: what was settled with each provider, as it is read; a release writes them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import col

from ledger.db import Work
from ledger.tables import Payment, Settlement, SettlementRun


@dataclass(frozen=True, kw_only=True)
class ProviderSettlement:
    """What one run settled with one provider; no payment where all was set off."""

    settlement: Settlement
    run: SettlementRun
    payment: Payment | None


def of_provider(
    work: Work, provider_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> list[ProviderSettlement]:
    """What was settled with a provider, the newest first; before is the settlement seen last."""
    statement = (
        select(Settlement, SettlementRun, Payment)
        .join(
            SettlementRun,
            and_(
                col(SettlementRun.municipality_id) == col(Settlement.municipality_id),
                col(SettlementRun.id) == col(Settlement.run_id),
            ),
        )
        .outerjoin(
            Payment,
            and_(
                col(Payment.municipality_id) == col(Settlement.municipality_id),
                col(Payment.settlement_id) == col(Settlement.id),
            ),
        )
        .where(
            col(Settlement.municipality_id) == work.municipality_id,
            col(Settlement.provider_id) == provider_id,
        )
    )
    if before is not None:
        statement = statement.where(col(Settlement.id) < before)
    found = work.session.execute(statement.order_by(col(Settlement.id).desc()).limit(limit))
    return [ProviderSettlement(settlement=one, run=run, payment=paid) for one, run, paid in found]


def payments(work: Work, settlement_ids: Collection[UUID]) -> dict[UUID, Payment]:
    """The payments of these settlements, by settlement; those where all was set off have none."""
    statement = select(Payment).where(
        col(Payment.municipality_id) == work.municipality_id, col(Payment.settlement_id).in_(settlement_ids)
    )
    return {each.settlement_id: each for each in work.session.scalars(statement)}
