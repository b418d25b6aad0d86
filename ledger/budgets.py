# SPDX-License-Identifier: EUPL-1.2
"""Budgets: what a municipality made available for a programme in a calendar year, and what is left of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select, text, tuple_
from sqlmodel import col

from ledger import db, entries
from ledger.db import Work
from ledger.entries import Posting
from ledger.errors import Conflict, NotFound, Refused
from ledger.ids import NOBODY, uuid7
from ledger.inputs import Amount, Id7, Input, Moment
from ledger.programmes import present
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import Bound, Budget, BudgetMode, Entry, Programme
from ledger.units import Unit

Year: TypeAlias = Annotated[int, Field(strict=True, ge=2000, le=2099)]
"""A calendar year."""


@dataclass(kw_only=True, eq=False)
class FundingIsAnother(Conflict):
    """This funding was booked already with another budget, amount or instant."""

    code = "funding_is_another"
    id: UUID


@dataclass(kw_only=True, eq=False)
class BudgetUnknown(NotFound):
    """The programme has no budget for this calendar year."""

    code = "budget_unknown"
    programme_id: UUID
    year: int


@dataclass(kw_only=True, eq=False)
class LoweredTooFar(Refused):
    """No more is taken back than was made available, and of a hard budget no more than is free."""

    code = "budget_lowered_too_far"
    programme: str
    """Its name."""
    year: int
    asked_cents: int
    """By how much it should become lower."""
    most_cents: int
    """By how much it can."""
    funded_cents: int
    """What is available for it."""
    committed_cents: int
    """What of that is committed."""


class Funding(Input):
    """Money made available for one programme in one calendar year."""

    id: Id7
    programme_id: Id7
    year: Year
    cents: Amount
    at: Moment


class Lowering(Funding):
    """Money of a programme and a calendar year that is taken back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetState:
    """One budget and where its money is. Amounts in eurocents."""

    id: UUID
    programme_id: UUID
    programme: str
    """The programme's name."""
    law: Law
    mode: BudgetMode
    year: int
    funded_cents: int
    """What the council made available."""
    left_cents: int
    """What is not committed; below zero where a soft budget was passed."""

    @property
    def committed_cents(self) -> int:
        """What was committed and did not come back."""
        return self.funded_cents - self.left_cents

    @property
    def most_lower_cents(self) -> int:
        """By how much it can be lowered: a hard budget by what is free, any by what was made available."""
        free = self.left_cents if self.mode is BudgetMode.HARD else self.funded_cents
        return max(min(free, self.funded_cents), 0)


def listed(work: Work) -> list[BudgetState]:
    """Every budget of the municipality, by programme name and year."""
    statement = (
        select(Budget, Programme)
        .join_from(
            Budget,
            Programme,
            (col(Programme.municipality_id) == col(Budget.municipality_id))
            & (col(Programme.id) == col(Budget.programme_id)),
        )
        .where(col(Budget.municipality_id) == work.municipality_id)
        .order_by(col(Programme.name), col(Budget.year))
    )
    found = [(budget, programme) for budget, programme in work.session.execute(statement)]
    accounts = entries.seen(work, {budget.id for budget, _ in found})
    first, held = entries.by_place(accounts), entries.held(accounts)
    funded = _funded_cents(work)
    return [
        BudgetState(
            id=budget.id,
            programme_id=programme.id,
            programme=programme.name,
            law=programme.law,
            mode=programme.mode,
            year=budget.year,
            funded_cents=funded.get(first[_pot(budget)].id, 0),
            left_cents=held[_pot(budget)],
        )
        for budget, programme in found
    ]


def opened(work: Work, wanted: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Budget]:
    """The budget of every programme and calendar year wanted; those that do not exist yet are made, empty.

    A soft programme's budget may go below zero, a hard one's may not. Raises ProgrammeUnknown.
    """
    keys = set(wanted)
    found = _budgets(work, keys)
    lacking = sorted(keys - found.keys())
    if lacking:
        programme_ids = sorted({programme_id for programme_id, _ in lacking})
        programmes = present(db.rows(work, Programme, programme_ids, lock=True), programme_ids)
        found |= _budgets(work, keys)  # once more: somebody may have made one while we waited for the lock
        lacking = [key for key in lacking if key not in found]
        made = [_budget(work, programme_id, year) for programme_id, year in lacking]
        work.session.add_all(made)
        work.session.flush()
        for mode, bound in _BOUNDS.items():
            pots = [_pot(budget) for budget in made if programmes[budget.programme_id].mode is mode]
            entries.open_accounts(work, pots, bound=bound)
        found |= {(budget.programme_id, budget.year): budget for budget in made}
    return found


def open_treasury(work: Work) -> None:
    """Make the accounts of the outside world, one per unit, where they do not exist yet."""
    wanted = {(AccountKind.TREASURY, NOBODY, unit) for unit in Unit}
    if wanted - entries.by_place(entries.seen(work, [NOBODY])).keys():
        entries.open_accounts(work, wanted)


def fund(work: Work, fundings: Sequence[Funding]) -> list[UUID]:
    """Make money available; ids[i] is the entry of fundings[i]. A funding that was booked stays as it is.

    Raises ProgrammeUnknown, FundingIsAnother; then nothing of the batch may be kept.
    """
    if not fundings:
        return []
    found = opened(work, {(each.programme_id, each.year) for each in fundings})
    open_treasury(work)
    accounts = entries.by_place(entries.locked(work, {NOBODY, *(budget.id for budget in found.values())}))
    postings = [
        _posting(
            EntryKind.FUND,
            each,
            debit_id=accounts[_OUTSIDE].id,
            credit_id=accounts[_pot(found[each.programme_id, each.year])].id,
        )
        for each in fundings
    ]
    return _booked_once(work, postings)


def lower(work: Work, lowerings: Sequence[Lowering]) -> list[UUID]:
    """Take money back; ids[i] is the entry of lowerings[i]. What was booked stays as it is.

    A hard budget keeps what is committed, a soft one may come to have promised more than it holds; neither
    goes below zero. Raises BudgetUnknown, LoweredTooFar, FundingIsAnother; then nothing of the batch may be
    kept.
    """
    if not lowerings:
        return []
    found = _budgets(work, {(each.programme_id, each.year) for each in lowerings})
    for each in lowerings:
        if (each.programme_id, each.year) not in found:
            raise BudgetUnknown(programme_id=each.programme_id, year=each.year)
    open_treasury(work)
    accounts = entries.by_place(entries.locked(work, {NOBODY, *(budget.id for budget in found.values())}))
    postings = [
        _posting(
            EntryKind.FUND_BACK,
            each,
            debit_id=accounts[_pot(found[each.programme_id, each.year])].id,
            credit_id=accounts[_OUTSIDE].id,
        )
        for each in lowerings
    ]
    known = _funded(work, {each.id for each in lowerings})
    fresh = {each.id: each for each in lowerings if each.id not in known}
    _judge_lowerings(work, fresh.values())
    return _booked_once(work, postings)


def _judge_lowerings(work: Work, lowerings: Iterable[Lowering]) -> None:
    """Each after those before it. Raises LoweredTooFar."""
    asked: Counter[tuple[UUID, int]] = Counter()
    states = {(each.programme_id, each.year): each for each in listed(work)}
    for each in lowerings:
        state, before = states[each.programme_id, each.year], asked[each.programme_id, each.year]
        if each.cents > state.most_lower_cents - before:
            raise LoweredTooFar(
                programme=state.programme,
                year=state.year,
                asked_cents=each.cents,
                most_cents=state.most_lower_cents - before,
                funded_cents=state.funded_cents - before,
                committed_cents=state.committed_cents,
            )
        asked[each.programme_id, each.year] += each.cents


def _booked_once(work: Work, asked: Sequence[Posting]) -> list[UUID]:
    """Their entries; what was booked before, or comes twice, is one. Raises FundingIsAnother."""
    known = _funded(work, {each.cause_id for each in asked})
    fresh: dict[UUID, Posting] = {}
    for posting in asked:
        earlier = known.get(posting.cause_id) or fresh.get(posting.cause_id)
        if earlier is None:
            fresh[posting.cause_id] = posting
        elif _what(earlier) != _what(posting):
            raise FundingIsAnother(id=posting.cause_id)
    # After this point only writes.
    made = dict(zip(fresh, entries.post(work, list(fresh.values())), strict=True))
    return [known[each.cause_id].id if each.cause_id in known else made[each.cause_id] for each in asked]


_OUTSIDE: Final = (AccountKind.TREASURY, NOBODY, Unit.EUROCENT)
_BOUNDS = {BudgetMode.HARD: Bound.AT_LEAST_ZERO, BudgetMode.SOFT: Bound.FREE}


def _pot(budget: Budget) -> tuple[AccountKind, UUID, Unit]:
    return AccountKind.BUDGET, budget.id, Unit.EUROCENT


def _budget(work: Work, programme_id: UUID, year: int) -> Budget:
    return Budget(
        municipality_id=work.municipality_id,
        id=uuid7(),
        programme_id=programme_id,
        year=year,
        recorded_at=work.now,
    )


def _budgets(work: Work, keys: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Budget]:
    statement = select(Budget).where(
        col(Budget.municipality_id) == work.municipality_id,
        tuple_(col(Budget.programme_id), col(Budget.year)).in_(list(keys)),
    )
    return {(row.programme_id, row.year): row for row in work.session.scalars(statement)}


def _posting(kind: EntryKind, funding: Funding, *, debit_id: UUID, credit_id: UUID) -> Posting:
    return Posting(
        kind=kind,
        debit_account_id=debit_id,
        credit_account_id=credit_id,
        unit=Unit.EUROCENT,
        amount=funding.cents,
        cause_id=funding.id,
        at=funding.at,
    )


def _what(booked: Posting | Entry) -> tuple[object, ...]:
    """What it says: to or from which budget, how much, when."""
    return booked.debit_account_id, booked.credit_account_id, booked.amount, booked.at


def _funded(work: Work, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """What was made available or taken back under these ids."""
    statement = select(Entry).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.cause_id).in_(set(ids)),
        col(Entry.kind).in_([EntryKind.FUND, EntryKind.FUND_BACK]),
    )
    return {row.cause_id: row for row in work.session.scalars(statement)}


_IS_FUNDING: Final = text("entry.kind IN ('fund', 'fund_back')")
"""In these words, not as parameters: only so the index of these few entries is used."""


def _funded_cents(work: Work) -> dict[UUID, int]:
    """What was funded less what was taken back, per budget account: always the first stripe."""
    statement = (
        select(
            col(Entry.kind),
            col(Entry.debit_account_id),
            col(Entry.credit_account_id),
            func.sum(col(Entry.amount)),
        )
        .where(col(Entry.municipality_id) == work.municipality_id, _IS_FUNDING)
        .group_by(col(Entry.kind), col(Entry.debit_account_id), col(Entry.credit_account_id))
    )
    found: Counter[UUID] = Counter()
    for kind, debit_id, credit_id, cents in work.session.execute(statement):
        if kind is EntryKind.FUND:
            found[credit_id] += int(cents)
        else:
            found[debit_id] -= int(cents)
    return found
