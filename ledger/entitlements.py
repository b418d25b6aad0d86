# SPDX-License-Identifier: EUPL-1.2
"""Entitlements: granting them, with the commitment they put on a budget.

What happens to them later is in entitlement_changes; what is used of them in redemptions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Self, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlmodel import col

from ledger import budgets, bulk, db, entries, estimates, four_eyes
from ledger.db import Work
from ledger.entries import Place, Posting, Pot
from ledger.errors import Conflict, LedgerError, NotFound, Refused
from ledger.four_eyes import Threshold, Waiting
from ledger.ids import NOBODY
from ledger.inputs import Amount, Id7, LongText, Moment, Pc4, Text, Validity, fingerprint
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.refusals import BudgetTooLow
from ledger.rules.restrictions import AnyRestriction, Cap, OnlyItems, OnlyProviders
from ledger.tables import (
    ApprovalKind,
    Bound,
    Budget,
    BudgetMode,
    ChangeKind,
    Entitlement,
    EntitlementChange,
    Person,
    Programme,
)
from ledger.units import Unit


@dataclass(kw_only=True, eq=False)
class EntitlementNotFound(NotFound):
    """There is no such entitlement here."""

    code: ClassVar[str] = "entitlement_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class HolderNotFound(NotFound):
    """There is no such person here."""

    code: ClassVar[str] = "holder_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ProgrammeNotInForce(Refused):
    """The programme does not exist, has no published rules, or is for another law."""

    code: ClassVar[str] = "programme_not_in_force"
    id: UUID


@dataclass(kw_only=True, eq=False)
class EntitlementExists(Conflict):
    """This id, or this allocation number, was granted already with other content."""

    code: ClassVar[str] = "entitlement_exists"
    id: UUID


class GrantTerms(Validity):
    """What is given: to whom, under which programme, how much, and under which rules of its own."""

    kind: EntitlementKind
    law: Law
    programme_id: UUID
    holder_id: UUID
    amount_cents: Amount | None = None
    quantity: Amount | None = None
    quantity_unit: Unit | None = None
    expected_quantity: Amount | None = None
    """What will probably be used where only caps limit it; for the commitment, not a limit."""
    restrictions: Annotated[tuple[AnyRestriction, ...], Field(max_length=50)] = ()
    area: Pc4 | None = None
    reference: Text | None = None
    note: LongText | None = None
    allocation_number: Annotated[int, Field(strict=True, ge=0, le=999_999_999)] | None = None
    at: Moment
    """When it was decided."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        """Something sets a limit, and each kind has what it cannot do without."""
        if (self.quantity is None) is not (self.quantity_unit is None):
            raise ValueError("a quantity and its unit come together")
        if self.quantity_unit is Unit.EUROCENT:
            raise ValueError("money is an amount, not a quantity")
        if self.amount_cents is None and self.quantity is None and not sets_limit(self.restrictions):
            raise ValueError("an entitlement needs an amount, a quantity, a cap, or named providers")
        if self.kind is not EntitlementKind.VOUCHER and self.amount_cents is None:
            raise ValueError("a drawing right and an arrangement need an amount")
        if self.kind is EntitlementKind.ARRANGEMENT and not has_plan(self.restrictions):
            raise ValueError("an arrangement needs a plan: choose at least one service that it is for")
        return self


def sets_limit(restrictions: Iterable[AnyRestriction]) -> bool:
    """A cap, or a named provider: an allocation without a size is agreed with that provider."""
    return any(isinstance(rule, Cap | OnlyProviders) for rule in restrictions)


def has_plan(restrictions: Iterable[AnyRestriction]) -> bool:
    """Whether there is a plan of items."""
    return any(isinstance(rule, OnlyItems) for rule in restrictions)


class Grant(GrantTerms):
    """A grant with the id of the entitlement it makes."""

    id: Id7


Outcome: TypeAlias = Entitlement | Waiting | LedgerError
"""The entitlement, or that somebody else must approve it first, or why it was not granted."""


def grant(work: Work, grants: Sequence[Grant]) -> list[Outcome]:
    """Judge the grants in the order given and book those that pass together.

    outcomes[i] answers grants[i]. The commitment goes from the budget of the year in which the
    entitlement begins; a hard budget refuses what it cannot carry, a soft one goes below zero. What is
    above the limit of the municipality is judged, and waits for somebody else: see four_eyes.
    The same id with the same content is answered as the first time, with other content it is
    EntitlementExists, or ApprovalExists while nothing was granted.
    """
    desk = _load(work, grants)
    outcomes = [desk.judge(each) for each in grants]
    # After this point only writes.
    _write(work, desk)
    return outcomes


@dataclass(kw_only=True)
class _Desk:
    """All that a batch of grants may touch. Judging moves these numbers only."""

    work: Work
    known: dict[UUID, Entitlement]
    fingerprints: dict[UUID, bytes]
    numbers: dict[tuple[Law, int | None], UUID]
    programmes: Mapping[UUID, Programme]
    budgets: Mapping[tuple[UUID, int], Budget]
    budget_left: dict[UUID, int]
    holders: set[UUID]
    estimates: Mapping[UUID, int]
    threshold: Threshold
    granted: list[Entitlement] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    """Rows of EntitlementChange."""

    def judge(self, grant: Grant) -> Outcome:
        """Order: known id, known number, holder, programme, budget, limit."""
        mark = fingerprint(grant)
        if earlier := self.fingerprints.get(grant.id):
            return self.known[grant.id] if earlier == mark else EntitlementExists(id=grant.id)
        if answered := self.threshold.answer(grant.id, mark):
            return answered
        if taken := self.numbers.get((grant.law, grant.allocation_number)):
            return EntitlementExists(id=taken)
        if grant.holder_id not in self.holders:
            return HolderNotFound(id=grant.holder_id)
        programme = self.programmes.get(grant.programme_id)
        if programme is None or programme.published_version is None or programme.law is not grant.law:
            return ProgrammeNotInForce(id=grant.programme_id)
        return self._commit(grant, programme, mark)

    def _commit(self, grant: Grant, programme: Programme, mark: bytes) -> Outcome:
        cents = self.estimates[grant.id] if grant.amount_cents is None else grant.amount_cents
        budget = self.budgets[programme.id, grant.valid_from.year]
        left = self.budget_left[budget.id]
        if programme.mode is BudgetMode.HARD and cents > left:
            return BudgetTooLow(asked_cents=cents, left_cents=left)
        nobody_knows = grant.amount_cents is None and not cents
        if self.threshold.stops(grant.id, None if nobody_knows else cents):
            ids = {"id_": grant.id, "entitlement_id": grant.id}
            return self.threshold.hold(ApprovalKind.GRANT, grant, mark, cents=cents, **ids)
        self.budget_left[budget.id] -= cents
        return self._take(grant, budget, cents, mark)

    def _take(self, grant: Grant, budget: Budget, cents: int, mark: bytes) -> Entitlement:
        entitlement = Entitlement(
            municipality_id=self.work.municipality_id,
            budget_id=budget.id,
            committed_cents=cents,
            decided_at=grant.at,
            recorded_at=self.work.now,
            reference_folded=grant.reference.casefold() if grant.reference else None,
            **{name: getattr(grant, name) for name in type(grant).model_fields if name != "at"},
        )
        self.known[grant.id], self.fingerprints[grant.id] = entitlement, mark
        if grant.allocation_number is not None:
            self.numbers[grant.law, grant.allocation_number] = grant.id
        self.granted.append(entitlement)
        self.changes.append(_granted(self.work, entitlement, grant, mark))
        return entitlement


def _load(work: Work, grants: Sequence[Grant]) -> _Desk:
    """One query per table; budgets that do not exist yet are opened, then locked.

    What is known already is read after the lock, so that what was committed meanwhile is seen. A soft
    budget takes no lock: the same grant may be committed between two of these reads, and the unique keys
    see that only when it is written. So what is read first is what is written last: a number, then its
    change, then its row.
    """
    ids = {each.id for each in grants}
    found = db.rows(work, Programme, {each.programme_id for each in grants})
    opened = budgets.opened(
        work, {(each.programme_id, each.valid_from.year) for each in grants if each.programme_id in found}
    )
    budget_left = _budget_left(work, found, opened.values())
    numbers = _numbers(
        work, {each.allocation_number for each in grants if each.allocation_number is not None}
    )
    threshold = four_eyes.load(work, ids)
    fingerprints = _fingerprints(work, ids)
    return _Desk(
        work=work,
        known=db.rows(work, Entitlement, fingerprints),
        fingerprints=fingerprints,
        numbers=numbers,
        programmes=found,
        budgets=opened,
        budget_left=budget_left,
        holders=set(db.rows(work, Person, {each.holder_id for each in grants})),
        estimates=estimates.of_grants(
            work,
            {
                each.id: estimates.Wanted(
                    each.law, each.quantity or each.expected_quantity, each.restrictions
                )
                for each in grants
                if each.amount_cents is None
            },
        ),
        threshold=threshold,
    )


def _budget_left(work: Work, found: Mapping[UUID, Programme], budgets: Iterable[Budget]) -> dict[UUID, int]:
    """What the budgets hold. A hard one is locked: it refuses. A soft one only signals, and nobody waits."""
    hard = {each.id for each in budgets if found[each.programme_id].mode is BudgetMode.HARD}
    soft = {each.id for each in budgets} - hard
    held = entries.held([*entries.locked(work, hard), *entries.seen(work, soft)])
    return {owner: left for (_, owner, _), left in held.items()}


def _write(work: Work, desk: _Desk) -> None:
    """What waits; then the rows in bulk, and one posting that makes their accounts."""
    desk.threshold.write()
    if not desk.granted:
        return
    bulk.insert(work, Entitlement, [row.model_dump() for row in desk.granted])
    bulk.insert(work, EntitlementChange, desk.changes)
    entries.open_accounts(work, [place for row in desk.granted for place in _places(row)])
    commitments = [each for row in desk.granted for each in _commitment(work, row, desk.programmes)]
    outside = [source for source, _ in commitments if source.bound is Bound.FREE]
    entries.post(work, [posting for _, posting in commitments], opening=outside)


def _places(row: Entitlement) -> Iterable[Place]:
    yield AccountKind.ENTITLEMENT, row.id, Unit.EUROCENT
    if row.quantity_unit is not None:
        yield AccountKind.ENTITLEMENT, row.id, row.quantity_unit


def _commitment(
    work: Work, row: Entitlement, found: Mapping[UUID, Programme]
) -> Iterable[tuple[Pot, Posting]]:
    """budget to entitlement in money; the outside world to entitlement in quantity; each with its source."""
    sources = [
        (AccountKind.BUDGET, row.budget_id, Unit.EUROCENT, row.committed_cents),
        (AccountKind.TREASURY, NOBODY, row.quantity_unit, row.quantity),
    ]
    soft = found[row.programme_id].mode is BudgetMode.SOFT
    for kind, owner, unit, amount in sources:
        if unit is None or not amount:
            continue
        source = entries.pot(work, (kind, owner, unit), soft=soft)
        posting = Posting(
            kind=EntryKind.GRANT,
            debit_account_id=source.id,
            credit_account_id=entries.pot(work, (AccountKind.ENTITLEMENT, row.id, unit)).id,
            unit=unit,
            amount=amount,
            cause_id=row.id,
            at=row.decided_at or row.recorded_at,
        )
        yield source, posting


def _granted(work: Work, row: Entitlement, grant: Grant, mark: bytes) -> dict[str, Any]:
    return {
        "municipality_id": work.municipality_id,
        "id": row.id,
        "entitlement_id": row.id,
        "version": 1,
        "kind": ChangeKind.GRANTED,
        "content": row.model_dump(mode="json"),
        "fingerprint": mark,
        "reason": grant.reference or "",
        "actor_id": work.actor_id,
        "at": grant.at,
        "recorded_at": work.now,
    }


def _fingerprints(work: Work, ids: set[UUID]) -> dict[UUID, bytes]:
    """What was asked when these entitlements were granted."""
    statement = select(col(EntitlementChange.id), col(EntitlementChange.fingerprint)).where(
        col(EntitlementChange.municipality_id) == work.municipality_id, col(EntitlementChange.id).in_(ids)
    )
    return {row.id: row.fingerprint for row in work.session.execute(statement)}


def _numbers(work: Work, numbers: set[int]) -> dict[tuple[Law, int | None], UUID]:
    """Which entitlements bear these allocation numbers."""
    if not numbers:
        return {}
    statement = select(col(Entitlement.law), col(Entitlement.allocation_number), col(Entitlement.id)).where(
        col(Entitlement.municipality_id) == work.municipality_id,
        col(Entitlement.allocation_number).in_(numbers),
    )
    return {(law, number): id_ for law, number, id_ in work.session.execute(statement)}
