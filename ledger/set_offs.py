# SPDX-License-Identifier: EUPL-1.2
"""Set-offs: what a settlement kept back, told as the deliveries that the provider was paid for too much.

The books know what a provider has to give back as one amount; which of it a settlement paid off follows
from the order in which it was booked, the oldest first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, literal, select
from sqlmodel import col

from ledger.columns import Choice
from ledger.db import Work
from ledger.formats import statement_words
from ledger.formats.statement import SetOff
from ledger.rules.funding import EntryKind
from ledger.statement_reasons import WORDS
from ledger.tables import Entry, FollowUp, Redemption, Settlement
from ledger.tables.base import linked
from ledger.texts import Language
from ledger.units import Unit

SET_OFFS_MAX: Final = 200
"""Deliveries that are named each; what is more is told as one amount."""


def told(work: Work, settlement: Settlement, language: Language) -> Iterator[SetOff]:
    """What the amount kept back was owed for, the oldest debt first; together always the whole amount.

    What is known of no delivery, and what is more than SET_OFFS_MAX deliveries, is one amount at the end.
    """
    left, words = settlement.set_off_cents, WORDS[language]
    for debt, cents in _paid_off(work, settlement):
        left -= cents
        day = statement_words.day(debt.service_day, language.value)
        why = words["taken_back"].format(day=day)
        yield SetOff(why=why, redemption_id=debt.redemption_id, amount_cents=cents)
    if left:
        yield SetOff(why=words["earlier"], amount_cents=left)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Debt:
    """A delivery that was taken back after it was paid. Debts are paid off in the order of their booking."""

    redemption_id: UUID
    service_day: date
    cents: int
    through_cents: int
    """All debts up to and including this one."""


def _paid_off(work: Work, settlement: Settlement) -> Iterator[tuple[_Debt, int]]:
    """The debts that this settlement pays off, each with how much of it."""
    first = _first_set_off(work, settlement)
    if first is None:
        return
    receivable_id, entry_id = first
    debts = _debts(work, receivable_id, entry_id)
    so_far = work.session.scalar(select(func.sum(debts.c.cents))) or 0
    before = max(int(so_far) - settlement.owed_before_cents, 0)
    after = before + settlement.set_off_cents
    for debt in _debts_between(work, debts, before, after):
        yield debt, min(debt.through_cents, after) - max(debt.through_cents - debt.cents, before)


def _first_set_off(work: Work, settlement: Settlement) -> tuple[UUID, UUID] | None:
    """The provider's receivable, and the entry that was booked on it first by this settlement."""
    statement = (
        select(col(Entry.credit_account_id), col(Entry.id))
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.cause_id) == settlement.id,
            col(Entry.kind) == EntryKind.SET_OFF,
        )
        .order_by(col(Entry.id))
        .limit(1)
    )
    found = work.session.execute(statement).one_or_none()
    return (found[0], found[1]) if found else None


def _debts(work: Work, receivable_id: UUID, before: UUID) -> Any:
    """A subquery of what was booked on a receivable as owed before an entry, with the running total."""
    return (
        select(
            col(Entry.id).label("id"),
            col(Entry.cause_id).label("cause_id"),
            col(Entry.amount).label("cents"),
            func.sum(col(Entry.amount)).over(order_by=col(Entry.id)).label("through_cents"),
        )
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.debit_account_id) == receivable_id,
            # Written out, for the index holds only these.
            col(Entry.kind) == literal(EntryKind.REVERSE, Choice(EntryKind), literal_execute=True),
            col(Entry.unit) == literal(Unit.EUROCENT, Choice(Unit), literal_execute=True),
            col(Entry.id) < before,
        )
        .subquery()
    )


def _debts_between(work: Work, debts: Any, before: int, after: int) -> Iterator[_Debt]:
    """The debts of which a part lies between these running totals."""
    statement = (
        select(col(Redemption.id), col(Redemption.service_day), debts.c.cents, debts.c.through_cents)
        .select_from(debts)
        .join(
            FollowUp,
            and_(
                col(FollowUp.municipality_id) == work.municipality_id,
                col(FollowUp.id) == debts.c.cause_id,
            ),
        )
        .join(Redemption, linked(Redemption, FollowUp, col(Redemption.id) == col(FollowUp.redemption_id)))
        .where(debts.c.through_cents > before, debts.c.through_cents - debts.c.cents < after)
        .order_by(debts.c.id)
        .limit(SET_OFFS_MAX)
    )
    for redemption_id, service_day, cents, through in work.session.execute(statement):
        yield _Debt(
            redemption_id=redemption_id,
            service_day=service_day,
            cents=cents,
            through_cents=int(through),
        )
