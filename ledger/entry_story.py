# SPDX-License-Identifier: EUPL-1.2
"""The story of one entry: the fact behind it, the rules it was judged by, who, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import approvals, db
from ledger.db import Work
from ledger.rules.funding import EntryKind
from ledger.tables import (
    Account,
    ApprovalDecision,
    Claim,
    Entitlement,
    EntitlementChange,
    Entry,
    FollowUp,
    Payment,
    Redemption,
    Settlement,
    SettlementLine,
)
from ledger.units import Unit

T = TypeVar("T")

SIDE_MAX: Final = 200
"""How many entries of the same fact are told of; one more is read, to see whether there are more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One entry and everything that is known of it; what does not apply is None."""

    entry: Entry
    debit: Account
    credit: Account
    beside: Sequence[Entry]
    """All entries of the same fact, this one among them."""
    redemption: Redemption | None = None
    """What was redeemed, also where the fact is something that happened to it later."""
    follow_up: FollowUp | None = None
    change: EntitlementChange | None = None
    approval: ApprovalDecision | None = None
    """What somebody else decided on that change, where one person did not make it alone."""
    entitlement: Entitlement | None = None
    claim: Claim | None = None
    """The file that brought it, with its hash."""
    euros: Entry | None = None
    """Of a quantity: the entry of what the same line costs. A settlement takes that one, and so pays both."""
    settlement: Settlement | None = None
    """That pays it."""
    payments: Sequence[Payment] = ()
    """By which that went to the bank."""
    reversed_by: Sequence[Entry] = ()


def story(work: Work, entry: Entry) -> Story:
    """Everything about an entry that is there; a handful of statements, whatever it is."""
    accounts = db.rows(work, Account, {entry.debit_account_id, entry.credit_account_id})
    follow_up = _one(work, FollowUp, entry.cause_id)
    redemption = _one(work, Redemption, follow_up.redemption_id if follow_up else entry.cause_id)
    change = _one(work, EntitlementChange, entry.cause_id)
    right_id = redemption.entitlement_id if redemption else change.entitlement_id if change else None
    euros = _euros(work, entry)
    settlement = _settlement(work, euros or entry)
    return Story(
        entry=entry,
        debit=accounts[entry.debit_account_id],
        credit=accounts[entry.credit_account_id],
        beside=_entries(work, cause_id=entry.cause_id),
        redemption=redemption,
        follow_up=follow_up,
        change=change,
        approval=approvals.decisions(work, {change.id}).get(change.id) if change else None,
        entitlement=_one(work, Entitlement, right_id),
        claim=_one(work, Claim, redemption.claim_id if redemption else None),
        euros=euros,
        settlement=settlement,
        payments=_payments(work, settlement),
        reversed_by=_entries(work, reverses_id=entry.id),
    )


def find(work: Work, id: UUID) -> UUID | None:
    """The first entry that this id leads to: of itself, of the fact with this id, or of the settlement that a
    payment with this id pays; None: there is none.
    """
    if (entry := _one(work, Entry, id)) is not None:
        return entry.id
    of_fact = _entries(work, cause_id=id)
    if not of_fact and (payment := _one(work, Payment, id)) is not None:
        of_fact = _entries(work, cause_id=payment.settlement_id)
    return of_fact[0].id if of_fact else None


def first(work: Work, cause_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The first entry of each of these facts, by the id of the fact; of what booked nothing there is none."""
    statement = select(col(Entry.cause_id), col(Entry.id)).where(
        col(Entry.municipality_id) == work.municipality_id, col(Entry.cause_id).in_(cause_ids)
    )
    latest_first = statement.order_by(col(Entry.id).desc())
    return dict(work.session.execute(latest_first).all())


def newest(work: Work, *, before: UUID | None, limit: int) -> Sequence[Entry]:
    """Entries, the latest first; before is exclusive."""
    statement = select(Entry).where(col(Entry.municipality_id) == work.municipality_id)
    if before is not None:
        statement = statement.where(col(Entry.id) < before)
    return work.session.scalars(statement.order_by(col(Entry.id).desc()).limit(limit)).all()


def _one(work: Work, table: type[T], id: UUID | None) -> T | None:
    return db.rows(work, table, {id}).get(id) if id is not None else None


def _entries(work: Work, *, cause_id: UUID | None = None, reverses_id: UUID | None = None) -> Sequence[Entry]:
    wanted = col(Entry.cause_id) == cause_id if cause_id else col(Entry.reverses_id) == reverses_id
    statement = select(Entry).where(col(Entry.municipality_id) == work.municipality_id, wanted)
    return work.session.scalars(statement.order_by(col(Entry.id)).limit(SIDE_MAX + 1)).all()


def _euros(work: Work, entry: Entry) -> Entry | None:
    """What the line of this quantity costs; None where it is euros itself, costs nothing, or was not used."""
    if entry.unit is Unit.EUROCENT or entry.kind not in _USED:
        return None
    statement = select(Entry).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.cause_id) == entry.cause_id,
        col(Entry.line) == entry.line,
        col(Entry.kind) == entry.kind,
        col(Entry.unit) == Unit.EUROCENT,
    )
    return work.session.scalars(statement.order_by(col(Entry.id)).limit(1)).one_or_none()


_USED: Final = (EntryKind.REDEEM, EntryKind.CAPTURE, EntryKind.REVERSE)
"""Kinds of what was given, or taken back; what is granted or set aside is not paid for."""


def _settlement(work: Work, entry: Entry) -> Settlement | None:
    """That takes the entry, or that the entry is of."""
    line = work.session.get(SettlementLine, (work.municipality_id, entry.id))
    return _one(work, Settlement, line.settlement_id if line else entry.cause_id)


def _payments(work: Work, settlement: Settlement | None) -> Sequence[Payment]:
    if settlement is None:
        return ()
    statement = select(Payment).where(
        col(Payment.municipality_id) == work.municipality_id,
        col(Payment.settlement_id) == settlement.id,
    )
    return work.session.scalars(statement.order_by(col(Payment.id))).all()
