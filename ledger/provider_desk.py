# SPDX-License-Identifier: EUPL-1.2
"""What a provider sees at its desk: its claims, redemptions and what it is still owed, the latest first."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from ledger import entries, lists
from ledger.db import Work
from ledger.rules.funding import AccountKind
from ledger.tables import CareAgreement, Claim, Contract, Redemption
from ledger.units import Unit


def claims(work: Work, provider_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Claim]:
    """The claims of a provider, the one with the highest id first; before is exclusive."""
    statement = select(Claim).where(
        col(Claim.municipality_id) == work.municipality_id, col(Claim.provider_id) == provider_id
    )
    if before is not None:
        statement = statement.where(col(Claim.id) < before)
    return work.session.scalars(statement.order_by(col(Claim.id).desc()).limit(limit)).all()


def of_claim(work: Work, claim_id: UUID, *, after: UUID | None, limit: int) -> list[Redemption]:
    """The redemptions that a claim became, by id; after is exclusive."""
    return lists.page(work, Redemption, after=after, limit=limit, claim_id=claim_id)


def owed_cents(work: Work, provider_id: UUID) -> tuple[int, int]:
    """What the municipality owes a provider and has in no settlement, and what the provider owes it."""
    mine = (work.municipality_id, provider_id)
    owners = set(
        work.session.scalars(
            select(Contract.id).where(
                col(Contract.municipality_id) == mine[0], col(Contract.provider_id) == mine[1]
            )
        )
    )
    owners |= set(
        work.session.scalars(
            select(CareAgreement.id).where(
                col(CareAgreement.municipality_id) == mine[0], col(CareAgreement.provider_id) == mine[1]
            )
        )
    )
    held = entries.held(entries.seen(work, owners | {provider_id}))
    payable = sum(
        cents
        for (kind, _, unit), cents in held.items()
        if kind is AccountKind.PAYABLE and unit is Unit.EUROCENT
    )
    receivable = held.get((AccountKind.RECEIVABLE, provider_id, Unit.EUROCENT), 0)
    return payable, -receivable
