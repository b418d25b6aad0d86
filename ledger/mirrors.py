# SPDX-License-Identifier: EUPL-1.2
"""Mirrors: the entries of captures, releases and reversals, from the entries they follow.

Money and quantities go back to where they came from. What was settled already becomes a receivable,
and what comes back to a closed entitlement goes on to the budget.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from ledger import entries
from ledger.db import Work
from ledger.entries import Posting, Pot
from ledger.ids import NOBODY
from ledger.rules.funding import AccountKind, EntryKind
from ledger.standing import Decision, Share
from ledger.tables import Entry, FollowUp, FollowUpKind, RedemptionLine, SettlementLine
from ledger.units import Unit


@dataclass(frozen=True, kw_only=True)
class Booked:
    """The entries of one line in one unit: where it came from, and what stands of it."""

    source: Entry
    standing: Entry


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """Turns decisions into postings."""

    work: Work
    accounts: entries.Places
    """Those that exist, locked."""
    booked: Mapping[tuple[UUID, int, Unit], Booked]
    settled: set[UUID]
    opening: dict[UUID, Pot] = field(default_factory=dict)
    """Those that are made when they are first needed, or may be below zero."""

    def postings(self, decision: Decision) -> Iterable[Posting]:
        """What goes back, then what becomes owed."""
        for off in decision.offs:
            for unit, amount in _amounts(off):
                yield from self._back(decision, off.line.row, unit, amount)
        for share in decision.captured:
            for unit, amount in _amounts(share):
                yield self._capture(decision, share.line.row, unit, amount)

    def _back(self, decision: Decision, line: RedemptionLine, unit: Unit, amount: int) -> Iterable[Posting]:
        """To where it came from; and on to the budget when the entitlement is closed."""
        booked = self.booked[line.redemption_id, line.line, unit]
        is_reversal = decision.order.kind is FollowUpKind.REVERSAL
        source = booked.standing.credit_account_id
        if is_reversal and booked.standing.id in self.settled:
            source = self._id(AccountKind.RECEIVABLE, decision.case.redemption.provider_id, unit)
        yield Posting(
            kind=EntryKind.REVERSE if is_reversal else EntryKind.RELEASE,
            debit_account_id=source,
            credit_account_id=booked.source.debit_account_id,
            unit=unit,
            amount=amount,
            cause_id=decision.order.id,
            line=line.line,
            reverses_id=booked.standing.id,
            at=booked.standing.at,
        )
        yield from self._onwards(decision, booked, unit, amount)

    def _onwards(self, decision: Decision, booked: Booked, unit: Unit, amount: int) -> Iterable[Posting]:
        right = decision.case.entitlement
        own = self.accounts.get((AccountKind.ENTITLEMENT, right.id, unit))
        if right.closed_at is None or own is None or own.id != booked.source.debit_account_id:
            return
        is_money = unit is Unit.EUROCENT
        kind, owner = (AccountKind.BUDGET, right.budget_id) if is_money else (AccountKind.TREASURY, NOBODY)
        yield Posting(
            kind=EntryKind.RELEASE_COMMITMENT,
            debit_account_id=own.id,
            credit_account_id=self._id(kind, owner, unit),
            unit=unit,
            amount=amount,
            cause_id=decision.order.id,
            at=booked.standing.at,
        )

    def _capture(self, decision: Decision, line: RedemptionLine, unit: Unit, amount: int) -> Posting:
        """From reserved to owed or delivered, at the instant of the care: nobody chooses its period."""
        booked = self.booked[line.redemption_id, line.line, unit]
        place = _target(decision, line, unit)
        return Posting(
            kind=EntryKind.CAPTURE,
            debit_account_id=booked.source.credit_account_id,
            credit_account_id=self._id(*place),
            unit=unit,
            amount=amount,
            cause_id=decision.order.id,
            line=line.line,
            at=booked.source.at,
        )

    def _id(self, kind: AccountKind, owner: UUID, unit: Unit, *, soft: bool = False) -> UUID:
        """What is locked already, else the stripe of this connection: locks keep their order."""
        place = (kind, owner, unit)
        if place in self.accounts:
            return self.accounts[place].id
        pot = entries.pot(self.work, place, soft=soft)
        self.opening[pot.id] = pot
        return pot.id


def _amounts(share: Share) -> list[tuple[Unit, int]]:
    """Money and quantity of a share; a service sold by amount has only money."""
    unit = share.line.row.unit
    money = [(Unit.EUROCENT, share.cents)] if share.cents else []
    return money if unit is Unit.EUROCENT else [*money, (unit, share.quantity)]


def _target(decision: Decision, line: RedemptionLine, unit: Unit) -> tuple[AccountKind, UUID, Unit]:
    if unit is Unit.EUROCENT:
        return AccountKind.PAYABLE, line.agreement_id, unit
    return AccountKind.DELIVERED, decision.case.redemption.provider_id, unit


def booked_lines(work: Work, redemption_ids: set[UUID]) -> dict[tuple[UUID, int, Unit], Booked]:
    """The entries of these redemptions by line and unit, their captures included."""
    captures = select(col(FollowUp.id), col(FollowUp.redemption_id)).where(
        col(FollowUp.municipality_id) == work.municipality_id,
        col(FollowUp.redemption_id).in_(redemption_ids),
    )
    redemption_of = {row.id: row.redemption_id for row in work.session.execute(captures)}
    redemption_of |= {id_: id_ for id_ in redemption_ids}
    statement = select(Entry).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.cause_id).in_(redemption_of),
        col(Entry.kind).in_([EntryKind.REDEEM, EntryKind.RESERVE, EntryKind.CAPTURE]),
    )
    found: dict[tuple[UUID, int, Unit], dict[bool, Entry]] = {}
    for entry in work.session.scalars(statement):
        key = (redemption_of[entry.cause_id], entry.line, entry.unit)
        found.setdefault(key, {})[entry.kind is EntryKind.CAPTURE] = entry
    return {
        key: Booked(source=pair[False], standing=pair.get(True, pair[False])) for key, pair in found.items()
    }


def settled_entries(work: Work, entry_ids: set[UUID]) -> set[UUID]:
    """Which of these entries are in a settlement already."""
    statement = select(col(SettlementLine.entry_id)).where(
        col(SettlementLine.municipality_id) == work.municipality_id,
        col(SettlementLine.entry_id).in_(entry_ids),
    )
    return set(work.session.scalars(statement))
