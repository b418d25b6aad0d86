# SPDX-License-Identifier: EUPL-1.2
"""Changes of entitlements: raise, lower, extend, suspend, resume, end; and the expiry that frees money.

Every change is a new version in the history; what it moves is booked in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import col

from ledger import bulk, db, entries, four_eyes
from ledger.change_orders import Amendment as Amendment
from ledger.change_orders import AnyChange as AnyChange
from ledger.change_orders import Ending as Ending
from ledger.change_orders import Order as Order
from ledger.change_orders import Resumption as Resumption
from ledger.change_orders import Suspension as Suspension
from ledger.clock import day_before
from ledger.db import Work
from ledger.entitlements import EntitlementNotFound, has_plan, sets_limit
from ledger.entries import Posting, Pot
from ledger.errors import Conflict, LedgerError, Refused
from ledger.four_eyes import Threshold, Waiting
from ledger.ids import NOBODY, uuid7
from ledger.inputs import fingerprint
from ledger.rules.facts import EntitlementKind, Period
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.refusals import BudgetTooLow, Closed
from ledger.rules.restrictions import AnyRestriction
from ledger.tables import (
    Account,
    ApprovalKind,
    Bound,
    BudgetMode,
    ChangeKind,
    Entitlement,
    EntitlementChange,
    Programme,
    Redemption,
)
from ledger.units import AMOUNT_MAX, Unit, share_cents


@dataclass(kw_only=True, eq=False)
class ChangeExists(Conflict):
    """This id was used for a change with other content."""

    code: ClassVar[str] = "change_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class BelowUsed(Refused):
    """It cannot be lowered below what was used or set aside."""

    code: ClassVar[str] = "below_used"
    unit: str
    least: int
    """The lowest it can become."""


@dataclass(kw_only=True, eq=False)
class LimitMissing(Refused):
    """An entitlement without an amount (or quantity) does not get one by a change; grant a new one."""

    code: ClassVar[str] = "limit_missing"
    unit: str


@dataclass(kw_only=True, eq=False)
class PlanMissing(Refused):
    """An arrangement keeps a plan: its rules have a restriction only_items."""

    code: ClassVar[str] = "plan_missing"


@dataclass(kw_only=True, eq=False)
class UsedAfter(Refused):
    """It was used after the day it would end on; reverse those uses first."""

    code: ClassVar[str] = "used_after_end"
    last_used_day: date


@dataclass(kw_only=True, eq=False)
class EndsBeforeStart(Refused):
    """The last day would lie before the first, or after the present last day."""

    code: ClassVar[str] = "end_outside_validity"
    first_day: date
    last_day: date | None


@dataclass(kw_only=True, eq=False)
class NothingSuspended(Refused):
    """There is no suspension on or after that day."""

    code: ClassVar[str] = "nothing_suspended"


Outcome: TypeAlias = Entitlement | Waiting | LedgerError
"""The entitlement after the change, or that somebody else must approve it first, or why it was refused."""


def change(work: Work, orders: Sequence[Order]) -> list[Outcome]:
    """Judge the changes in the order given and book those that pass together.

    outcomes[i] answers orders[i]. The same id with the same content changes nothing more. What adds
    money until there is more than the limit of the municipality waits for somebody else: see four_eyes.
    """
    desk = _load(work, orders)
    outcomes = [desk.judge(order) for order in orders]
    # After this point only writes.
    _write(work, desk)
    return outcomes


def expire(work: Work, *, today: date, claim_days: int, most: int = 1000) -> list[UUID]:
    """Close entitlements whose last day lies more than claim_days before today; at most so many.

    What is left returns to the budget. One with an open reservation waits. Call again until the
    answer is empty.
    """
    rights = _expired(work, today - timedelta(days=claim_days), most)
    desk = _desk(work, rights, frozenset())
    closing = [right for right in rights.values() if not desk.sets_aside(right)]
    for right in closing:
        desk.close(right)
    _write(work, desk)
    return [right.id for right in closing]


@dataclass(frozen=True, kw_only=True)
class _Move:
    """What goes into (above zero) or out of an entitlement's account."""

    right: Entitlement
    unit: Unit
    amount: int
    kind: EntryKind
    cause_id: UUID


@dataclass(kw_only=True)
class _Desk:
    """All that a batch of changes may touch. Judging moves these only."""

    work: Work
    known: dict[UUID, bytes]
    rights: Mapping[UUID, Entitlement]
    programmes: Mapping[UUID, Programme]
    last_used: Mapping[UUID, date]
    left: dict[tuple[AccountKind, UUID, Unit], int]
    threshold: Threshold
    moves: list[_Move] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    """Rows of EntitlementChange."""

    def judge(self, order: Order) -> Outcome:
        """Order: known id, entitlement, closed, then what the kind of change needs."""
        right = self.rights.get(order.entitlement_id)
        if right is None:
            return EntitlementNotFound(id=order.entitlement_id)
        mark = fingerprint(order)
        if order.id in self.known:
            return right if self.known[order.id] == mark else ChangeExists(id=order.id)
        if answered := self.threshold.answer(order.id, mark):
            return answered
        if right.closed_at is not None:
            return Closed()
        stopped = self._apply(right, order, mark)
        if stopped is not None:
            return stopped
        self._note(right, ChangeKind(order.change.kind), order, mark)
        self.known[order.id] = mark
        return right

    def _apply(self, right: Entitlement, order: Order, mark: bytes) -> Refused | Waiting | None:
        match change := order.change:
            case Amendment():
                return self._amend(right, change, order, mark)
            case Suspension():
                period = Period(start=change.from_day, until=change.until_day)
                right.suspensions = (*right.suspensions, period)
                return None
            case Resumption():
                return _resume(right, change.first_day)
            case Ending():
                return self._end(right, change)

    def _amend(
        self, right: Entitlement, change: Amendment, order: Order, mark: bytes
    ) -> Refused | Waiting | None:
        """All refusals, and what must wait, come before the first move."""
        after = self._cents_after(right, change)
        cents = after - right.committed_cents
        quantity = (change.quantity - (right.quantity or 0)) if change.quantity is not None else 0
        refusal = (
            self._limits_refusal(right, change)
            or self._lower_refusal(right, Unit.EUROCENT, cents, right.amount_cents)
            or self._lower_refusal(right, right.quantity_unit, quantity, right.quantity)
            or self._budget_refusal(right, cents)
            or self._last_day_refusal(right, change.valid_until)
        )
        if refusal is not None:
            return refusal
        if self.threshold.stops(order.id, _added(right, change, after)):
            ids = {"id_": order.id, "entitlement_id": right.id}
            return self.threshold.hold(ApprovalKind.CHANGE, order, mark, cents=after, **ids)
        self._move(right, Unit.EUROCENT, cents, order.id)
        self._move(right, right.quantity_unit, quantity, order.id)
        right.committed_cents += cents
        for name in ("amount_cents", "quantity", "expected_quantity", "valid_until", "restrictions"):
            if (value := getattr(change, name)) is not None:
                setattr(right, name, value)
        if change.open_ended:
            right.valid_until = None
        right.decided_at = max(change.at, right.decided_at or change.at)
        return None

    def _cents_after(self, right: Entitlement, change: Amendment) -> int:
        """What will be committed: the new amount, or a share for the quantity, at least what was used."""
        if change.amount_cents is not None:
            return change.amount_cents
        present, wanted = (
            _basis(right.quantity, right.expected_quantity),
            _basis(change.quantity, change.expected_quantity),
        )
        if wanted is None or present is None or right.amount_cents is not None:
            return right.committed_cents
        left = self.left.get((AccountKind.ENTITLEMENT, right.id, Unit.EUROCENT), 0)
        estimate = min(share_cents(right.committed_cents, wanted, present), AMOUNT_MAX)
        return max(estimate, right.committed_cents - left)

    @staticmethod
    def _limits_refusal(right: Entitlement, change: Amendment) -> Refused | None:
        if change.amount_cents is not None and right.amount_cents is None:
            return LimitMissing(unit=Unit.EUROCENT)
        if change.quantity is not None and right.quantity is None:
            return LimitMissing(unit=right.quantity_unit or Unit.PIECE)
        return None if change.restrictions is None else _rules_refusal(right, change.restrictions)

    def _lower_refusal(
        self, right: Entitlement, unit: Unit | None, amount: int, present: int | None
    ) -> Refused | None:
        if amount >= 0 or unit is None:
            return None
        left = self.left.get((AccountKind.ENTITLEMENT, right.id, unit), 0)
        return BelowUsed(unit=unit, least=(present or 0) - left) if -amount > left else None

    def _budget_refusal(self, right: Entitlement, cents: int) -> Refused | None:
        left = self.left.get((AccountKind.BUDGET, right.budget_id, Unit.EUROCENT), 0)
        hard = self.programmes[right.programme_id].mode is BudgetMode.HARD
        return BudgetTooLow(asked_cents=cents, left_cents=left) if hard and cents > left else None

    def _last_day_refusal(
        self, right: Entitlement, last_day: date | None, *, latest: date | None = None
    ) -> Refused | None:
        """latest is the last day that could be chosen; None where it may lie as far ahead as one likes."""
        if last_day is None:
            return None
        if last_day < right.valid_from:
            return EndsBeforeStart(first_day=right.valid_from, last_day=latest)
        used = self.last_used.get(right.id)
        return UsedAfter(last_used_day=used) if used and used > last_day else None

    def _end(self, right: Entitlement, change: Ending) -> Refused | None:
        last_day = change.last_day
        if right.valid_until is not None and last_day > right.valid_until:
            return EndsBeforeStart(first_day=right.valid_from, last_day=right.valid_until)
        if refusal := self._last_day_refusal(right, last_day, latest=right.valid_until):
            return refusal
        right.valid_until = last_day
        right.decided_at = max(change.at, right.decided_at or change.at)
        return None

    def sets_aside(self, right: Entitlement) -> bool:
        """Whether something of it is reserved; asked again under the locks, for it may just have been."""
        return any(self.left.get((AccountKind.RESERVED, right.id, unit)) for unit in Unit)

    def close(self, right: Entitlement) -> None:
        """Give back what is left, in money and in quantity."""
        change_id = uuid7()
        for unit in (Unit.EUROCENT, right.quantity_unit):
            if unit is not None:
                left = self.left.get((AccountKind.ENTITLEMENT, right.id, unit), 0)
                self._move(right, unit, -left, change_id, kind=EntryKind.RELEASE_COMMITMENT)
        right.closed_at = self.work.now
        self._note(right, ChangeKind.EXPIRED, None, b"", change_id=change_id)

    def _move(
        self,
        right: Entitlement,
        unit: Unit | None,
        amount: int,
        cause_id: UUID,
        kind: EntryKind | None = None,
    ) -> None:
        if not amount or unit is None:
            return
        place = (AccountKind.ENTITLEMENT, right.id, unit)
        self.left[place] = self.left.get(place, 0) + amount
        if unit is Unit.EUROCENT:
            self.left[AccountKind.BUDGET, right.budget_id, unit] -= amount
        booked = kind or (EntryKind.GRANT if amount > 0 else EntryKind.LOWER)
        self.moves.append(_Move(right=right, unit=unit, amount=amount, kind=booked, cause_id=cause_id))

    def _note(
        self,
        right: Entitlement,
        kind: ChangeKind,
        order: Order | None,
        mark: bytes,
        change_id: UUID | None = None,
    ) -> None:
        """The next version, with the whole content after it."""
        right.version += 1
        right.recorded_at = self.work.now
        self.changes.append(
            {
                "municipality_id": self.work.municipality_id,
                "id": order.id if order else change_id or uuid7(),
                "entitlement_id": right.id,
                "version": right.version,
                "kind": kind,
                "content": right.model_dump(mode="json"),
                "fingerprint": mark,
                "reason": order.change.reason if order else "",
                "actor_id": self.work.actor_id,
                "at": order.change.at if order else self.work.now,
                "recorded_at": self.work.now,
            }
        )


def _rules_refusal(right: Entitlement, rules: tuple[AnyRestriction, ...]) -> Refused | None:
    """What could not be granted cannot be made by a change of rules either."""
    if right.kind is EntitlementKind.ARRANGEMENT and not has_plan(rules):
        return PlanMissing()
    unlimited = right.amount_cents is None and right.quantity is None and not sets_limit(rules)
    return LimitMissing(unit=Unit.EUROCENT) if unlimited else None


def _added(right: Entitlement, change: Amendment, after: int) -> int | None:
    """What is committed after a change that adds money, 0 where it adds none; None: nobody can say.

    Where no amount sets a limit, other rules or a later last day may cost anything, and so may more of
    what has no estimate.
    """
    raised = after if after > right.committed_cents else 0
    if right.amount_cents is not None:
        return raised
    later = right.valid_until is not None and (
        change.open_ended or (change.valid_until or right.valid_until) > right.valid_until
    )
    longer = later and right.quantity is None and change.expected_quantity is None
    present = _basis(right.quantity, right.expected_quantity) or 0
    more = (_basis(change.quantity, change.expected_quantity) or 0) > present
    return None if change.restrictions is not None or longer or (more and not after) else raised


def _basis(quantity: int | None, expected: int | None) -> int | None:
    """The quantity a commitment is estimated from: the limit, else what is expected."""
    return expected if quantity is None else quantity


def _resume(right: Entitlement, first_day: date) -> Refused | None:
    """Cut every suspension that reaches first_day or later."""
    kept = [
        Period(start=p.start, until=p.until if p.until and p.until < first_day else day_before(first_day))
        for p in right.suspensions
        if p.start < first_day
    ]
    if tuple(kept) == tuple(right.suspensions):
        return NothingSuspended()
    right.suspensions = tuple(kept)
    return None


def _load(work: Work, orders: Sequence[Order]) -> _Desk:
    rights = db.rows(work, Entitlement, {order.entitlement_id for order in orders}, lock=True)
    return _desk(work, rights, {order.id for order in orders})


def _desk(work: Work, rights: Mapping[UUID, Entitlement], order_ids: Set[UUID]) -> _Desk:
    threshold = four_eyes.load(work, order_ids)
    found = db.rows(work, Programme, {right.programme_id for right in rights.values()})
    return _Desk(
        work=work,
        known=_known(work, order_ids),
        rights=rights,
        programmes=found,
        last_used=_last_used(work, rights),
        left=_left(work, rights.values(), found),
        threshold=threshold,
    )


def _left(
    work: Work, rights: Iterable[Entitlement], found: Mapping[UUID, Programme]
) -> dict[entries.Place, int]:
    """What the rights and their budgets hold; of the budgets only hard ones are locked, for they refuse."""
    hard = {each.budget_id for each in rights if found[each.programme_id].mode is BudgetMode.HARD}
    soft = {each.budget_id for each in rights} - hard
    accounts = entries.locked(work, {each.id for each in rights} | hard)
    return entries.held([*accounts, *entries.seen(work, soft)])


def _write(work: Work, desk: _Desk) -> None:
    """What waits; then the changed rows and their history, and one posting."""
    desk.threshold.write()
    if not desk.changes:
        return
    work.session.flush()
    # By id: two batches with the same ids for other rights share no lock, and meet here in one order.
    by_id = sorted(desk.changes, key=itemgetter("id"))
    bulk.insert(work, EntitlementChange, by_id)
    moves = [(each, _outside(work, each, desk)) for each in desk.moves]
    opening = [pot for _, pot in moves if pot.bound is Bound.FREE]
    entries.post(work, [_posting(work, move, pot) for move, pot in moves], opening=opening)


def _outside(work: Work, move: _Move, desk: _Desk) -> Pot:
    """Where the amount comes from, or goes back to."""
    soft = desk.programmes[move.right.programme_id].mode is BudgetMode.SOFT
    if move.unit is Unit.EUROCENT:
        return entries.pot(work, (AccountKind.BUDGET, move.right.budget_id, move.unit), soft=soft)
    return entries.pot(work, (AccountKind.TREASURY, NOBODY, move.unit))


def _posting(work: Work, move: _Move, outside: Pot) -> Posting:
    own = entries.pot(work, (AccountKind.ENTITLEMENT, move.right.id, move.unit))
    debit, credit = (outside, own) if move.amount > 0 else (own, outside)
    return Posting(
        kind=move.kind,
        debit_account_id=debit.id,
        credit_account_id=credit.id,
        unit=move.unit,
        amount=abs(move.amount),
        cause_id=move.cause_id,
        at=work.now,
    )


def _known(work: Work, ids: Iterable[UUID]) -> dict[UUID, bytes]:
    return {row.id: row.fingerprint for row in db.rows(work, EntitlementChange, ids).values()}


def _last_used(work: Work, ids: Iterable[UUID]) -> dict[UUID, date]:
    """The last service day of each; one that was wholly taken back counts too, on the safe side."""
    statement = (
        select(col(Redemption.entitlement_id), func.max(col(Redemption.service_day)))
        .where(
            col(Redemption.municipality_id) == work.municipality_id,
            col(Redemption.entitlement_id).in_(set(ids)),
        )
        .group_by(col(Redemption.entitlement_id))
    )
    return {owner: day for owner, day in work.session.execute(statement) if day}


def _reserved_of(right: type[Entitlement]) -> ColumnElement[bool]:
    """Whether something of it is set aside."""
    return exists().where(
        col(Account.municipality_id) == col(right.municipality_id),
        col(Account.owner_id) == col(right.id),
        col(Account.kind) == AccountKind.RESERVED,
        col(Account.credits) > col(Account.debits),
    )


def _expired(work: Work, before: date, most: int) -> dict[UUID, Entitlement]:
    statement = (
        select(Entitlement)
        .where(
            col(Entitlement.municipality_id) == work.municipality_id,
            col(Entitlement.valid_until) < before,
            col(Entitlement.closed_at).is_(None),
            ~_reserved_of(Entitlement),
        )
        .order_by(col(Entitlement.id))
        .limit(most)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.id: each for each in work.session.scalars(statement)}
