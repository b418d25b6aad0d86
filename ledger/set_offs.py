# SPDX-License-Identifier: EUPL-1.2
"""Set-offs: what a settlement kept back, told as what the provider was paid for too much, or owed otherwise.

The books know what a provider has to give back as one amount; which of it a settlement paid off follows
from the order in which it was booked, the oldest first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlmodel import col

from ledger import debts
from ledger.db import Work
from ledger.formats import statement_words
from ledger.formats.statement import SetOff
from ledger.rules.funding import EntryKind
from ledger.statement_reasons import WORDS
from ledger.tables import Entry, FollowUp, Redemption, Settlement
from ledger.tables.base import linked
from ledger.texts import Language

SET_OFFS_MAX: Final = 200
"""Debts that are named each; what is more is told as one amount."""


def told(work: Work, settlement: Settlement, language: Language) -> Iterator[SetOff]:
    """What the amount kept back was owed for, the oldest debt first; together always the whole amount.

    What is more than SET_OFFS_MAX debts is one amount at the end.
    """
    left, words = settlement.set_off_cents, WORDS[language]
    for debt, cents in _paid_off(work, settlement):
        left -= cents
        why = words[debt.kind]
        if debt.service_day is not None:
            why = words["taken_back"].format(day=statement_words.day(debt.service_day, language.value))
        amount_id = debt.cause_id if debt.kind is EntryKind.TERM_BACK else None
        yield SetOff(why=why, redemption_id=debt.redemption_id, amount_id=amount_id, amount_cents=cents)
    if left:
        yield SetOff(why=words["earlier"], amount_cents=left)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Debt:
    """What a provider owed: a delivery that was taken back after it was paid, a term, or interest.

    Debts are paid off in the order of their booking.
    """

    kind: EntryKind
    cause_id: UUID
    redemption_id: UUID | None
    """Of a delivery."""
    service_day: date | None
    """Of a delivery."""
    cents: int
    through_cents: int
    """All debts up to and including this one."""


def _paid_off(work: Work, settlement: Settlement) -> Iterator[tuple[_Debt, int]]:
    """The debts that this settlement pays off, each with how much of it."""
    first = _first_set_off(work, settlement)
    if first is None:
        return
    receivable_id, entry_id = first
    owed = _debts(work, receivable_id, entry_id)
    so_far = work.session.scalar(select(func.sum(owed.c.cents))) or 0
    before = max(int(so_far) - settlement.owed_before_cents, 0)
    after = before + settlement.set_off_cents
    for debt in _debts_between(work, owed, before, after):
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
            col(Entry.kind).label("kind"),
            col(Entry.cause_id).label("cause_id"),
            col(Entry.amount).label("cents"),
            func.sum(col(Entry.amount)).over(order_by=col(Entry.id)).label("through_cents"),
        )
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.debit_account_id) == receivable_id,
            debts.is_debt(),
            col(Entry.id) < before,
        )
        .subquery()
    )


def _debts_between(work: Work, owed: Any, before: int, after: int) -> Iterator[_Debt]:
    """The debts of which a part lies between these running totals."""
    statement = (
        select(
            owed.c.kind,
            owed.c.cause_id,
            col(Redemption.id),
            col(Redemption.service_day),
            owed.c.cents,
            owed.c.through_cents,
        )
        .select_from(owed)
        .outerjoin(
            FollowUp,
            and_(
                col(FollowUp.municipality_id) == work.municipality_id,
                col(FollowUp.id) == owed.c.cause_id,
            ),
        )
        .outerjoin(
            Redemption, linked(Redemption, FollowUp, col(Redemption.id) == col(FollowUp.redemption_id))
        )
        .where(owed.c.through_cents > before, owed.c.through_cents - owed.c.cents < after)
        .order_by(owed.c.id)
        .limit(SET_OFFS_MAX)
    )
    for kind, cause_id, redemption_id, service_day, cents, through in work.session.execute(statement):
        yield _Debt(
            kind=kind,
            cause_id=cause_id,
            redemption_id=redemption_id,
            service_day=service_day,
            cents=cents,
            through_cents=int(through),
        )
