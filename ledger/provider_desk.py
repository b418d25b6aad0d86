# SPDX-License-Identifier: EUPL-1.2
"""What a provider sees at its desk: its claims, redemptions and what it is still owed, the latest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import col, select

from ledger import entries, lists, reviews
from ledger.db import Work
from ledger.rules.funding import AccountKind
from ledger.tables import (
    CareAgreement,
    Claim,
    Contract,
    Entry,
    FollowUp,
    LineMark,
    Redemption,
    RedemptionLine,
    SettlementLine,
)
from ledger.tables.base import linked
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which redemptions somebody wants to see; None asks nothing."""

    first: date | None = None
    """The first service day."""
    last: date | None = None
    """The last service day, inclusive."""
    service: str | None = None
    """A product code that one of the lines has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """How many redemptions there are, and what of them stands, in eurocents."""

    count: int
    standing_cents: int


def redemptions(
    work: Work, provider_id: UUID, wanted: Wanted, *, before: UUID | None, limit: int
) -> Sequence[Redemption]:
    """The redemptions of a provider, the one with the highest id first; before is exclusive."""
    statement = select(Redemption).where(*_of_provider(work, provider_id, wanted))
    if before is not None:
        statement = statement.where(col(Redemption.id) < before)
    return work.session.scalars(statement.order_by(col(Redemption.id).desc()).limit(limit)).all()


def total(work: Work, provider_id: UUID, wanted: Wanted) -> Total:
    """All of them together."""
    asked = select(func.count(), func.coalesce(func.sum(col(Redemption.price_cents)), 0)).where(
        *_of_provider(work, provider_id, wanted)
    )
    taken_back = (
        select(func.coalesce(func.sum(col(FollowUp.taken_back_cents)), 0))
        .join(Redemption, linked(Redemption, FollowUp, col(Redemption.id) == col(FollowUp.redemption_id)))
        .where(*_of_provider(work, provider_id, wanted))
    )
    found, cents = work.session.execute(asked).one()
    # PostgreSQL sums whole numbers into another type
    return Total(count=found, standing_cents=int(cents) - int(work.session.scalar(taken_back) or 0))


def holds(work: Work, cause_ids: Collection[UUID]) -> list[LineMark]:
    """The holds that are in force on what these redemptions and follow-ups made owed, the oldest first."""
    statement = select(Entry.id).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.cause_id).in_(cause_ids),
        col(Entry.unit) == Unit.EUROCENT,
    )
    found = reviews.holds(work, work.session.scalars(statement).all())
    return sorted(found.values(), key=lambda mark: (mark.recorded_at, mark.entry_id))


def settled(work: Work, cause_ids: Collection[UUID]) -> list[tuple[UUID, int]]:
    """In which settlements these redemptions and follow-ups are, with how much of them, in eurocents."""
    statement = (
        select(col(SettlementLine.settlement_id), func.sum(col(SettlementLine.cents)))
        .join(Entry, linked(Entry, SettlementLine, col(Entry.id) == col(SettlementLine.entry_id)))
        .where(col(Entry.municipality_id) == work.municipality_id, col(Entry.cause_id).in_(cause_ids))
        .group_by(col(SettlementLine.settlement_id))
        .order_by(col(SettlementLine.settlement_id))
    )
    return [(settlement_id, int(cents)) for settlement_id, cents in work.session.execute(statement)]


def _of_provider(work: Work, provider_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        col(Redemption.municipality_id) == work.municipality_id,
        col(Redemption.provider_id) == provider_id,
    ]
    if wanted.first is not None:
        found.append(col(Redemption.service_day) >= wanted.first)
    if wanted.last is not None:
        found.append(col(Redemption.service_day) <= wanted.last)
    if wanted.service is not None:
        of_line = linked(RedemptionLine, Redemption, col(RedemptionLine.redemption_id) == col(Redemption.id))
        found.append(exists().where(of_line, col(RedemptionLine.service) == wanted.service))
    return found


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
