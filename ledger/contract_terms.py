# SPDX-License-Identifier: EUPL-1.2
"""Contract terms: what they come to is computed for a run, once, and booked to the budgets that bear it.

Each computing looks at all periods again, from what is known then, and writes only the difference with what
was computed before: evidence that comes later, care that is taken back, or a new version of a contract is so
made up for. Above zero it is owed to the provider: a line of the run as any other. Below zero the provider
must give it back: it is set off against what is paid next, in this run or a later one. It is not taken from
what is owed: a payable account holds the sum of its lines, and each of them may still be taken back whole.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from ledger import budgets, bulk, db, entries, term_desk, term_facts, term_notices, term_years
from ledger.clock import day_after, day_start
from ledger.db import Work
from ledger.entries import Posting, Pot
from ledger.ids import uuid7s
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.terms_lines import TermRefused
from ledger.tables import (
    Account,
    Budget,
    BudgetMode,
    Entry,
    LineMark,
    MarkKind,
    MarkReason,
    OpenItem,
    Programme,
    TermAmount,
    TermKind,
    TermLine,
    TermNotice,
)
from ledger.term_desk import Found, Said
from ledger.units import Unit

# ------------------------------------------------------------------------------------ what it comes to


@dataclass(frozen=True, kw_only=True, slots=True)
class Unjudged:
    """A ceiling that could not be told: what it would have cut is not paid unseen."""

    contract_id: UUID
    number: int
    refused: TermRefused


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What one computing found that was not there before."""

    amounts: tuple[TermAmount, ...]
    unjudged: tuple[Unjudged, ...]
    """Every time, as long as it is so."""


def compute(work: Work, until: date) -> Computed:
    """Book what all terms of published contracts are worth that falls due up to and including a day.

    Computed again, it adds nothing. What is refused, or finds too little in a hard budget, is noted once and
    tried again at the next computing. The caller holds the lock of runs: two that compute at once would both
    find the same.
    """
    newest = term_years.newest_entry(work)
    desk = term_desk.load(work, until)
    said = list(desk.judge())
    found = [each for one in said for each in one.found()]
    borne = _borne(work, found, _bearers(work, found))
    # After this point only writes.
    term_notices.note(work, [*(each for one in said for each in term_notices.of(work, one)), *borne.lacking])
    rows = _write(work, borne.parts, until)
    term_years.computed(work, desk.through, newest)
    return Computed(amounts=tuple(rows), unjudged=tuple(each for one in said for each in _unjudged(one)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bearer:
    """The budget that bears an amount."""

    budget: Budget
    mode: BudgetMode


_Part: TypeAlias = tuple[Found, _Bearer | None]


@dataclass(frozen=True, kw_only=True)
class _Borne:
    """What can be borne, each with its budget; of a zero none. And what a budget lacked money for."""

    parts: Sequence[_Part]
    lacking: Sequence[TermNotice]


def _bearers(work: Work, found: Sequence[Found]) -> dict[int, _Bearer]:
    """The budget of everything that is not zero, by its place; those that do not exist yet are made."""
    moving = {place: each for place, each in enumerate(found) if each.cents}
    named = _named(work, {place: each for place, each in moving.items() if each.pinned is None})
    opened = budgets.opened(work, named.values())
    pinned = db.rows(work, Budget, {each.pinned for each in moving.values() if each.pinned})
    bearing = {
        place: pinned[each.pinned] if each.pinned else opened[named[place]] for place, each in moving.items()
    }
    rows = db.rows(work, Programme, {each.programme_id for each in bearing.values()})
    return {
        place: _Bearer(budget=budget, mode=rows[budget.programme_id].mode)
        for place, budget in bearing.items()
    }


def _named(work: Work, found: Mapping[int, Found]) -> dict[int, tuple[UUID, int]]:
    """The programme and year by place; of a contract's own ceiling the programme that paid most under it."""
    own = [each for each in found.values() if each.said.programme_id is None]
    contracts = {each.said.contract.id: each.said.contract for each in own}
    payers = term_facts.payers(work, contracts, {each.first.year for each in own}) if own else {}
    return {
        place: (
            each.said.programme_id or payers[each.said.contract.id, each.first.year],
            each.first.year,
        )
        for place, each in found.items()
    }


def _borne(work: Work, found: Sequence[Found], bearers: Mapping[int, _Bearer]) -> _Borne:
    """What comes back first, so that it can be spent; then as far as each hard budget goes, in order."""
    hard = {each.budget.id for each in bearers.values() if each.mode is BudgetMode.HARD}
    accounts = entries.locked(work, hard) if hard else []
    left = Counter({owner: held for (_, owner, _), held in entries.held(accounts).items()})
    parts: list[_Part] = []
    lacking = []
    for place, each in sorted(enumerate(found), key=lambda pair: pair[1].cents > 0):
        bearer = bearers.get(place)
        if bearer is not None and bearer.budget.id in hard:
            if each.cents > left[bearer.budget.id]:
                lacking.append(term_notices.lacking(work, each, left[bearer.budget.id]))
                continue
            left[bearer.budget.id] -= each.cents
        parts.append((each, bearer))
    return _Borne(parts=parts, lacking=lacking)


def _unjudged(said: Said) -> Iterable[Unjudged]:
    if said.kind is TermKind.CEILING:
        for each in said.statement.refusals:
            yield Unjudged(contract_id=said.contract.id, number=said.number, refused=each)


# ---------------------------------------------------------------------------------------- how it is kept


def _write(work: Work, parts: Sequence[_Part], until: date) -> list[TermAmount]:
    """Amounts with their lines in bulk, then one posting."""
    rows = [_row(work, id_, *part) for id_, part in zip(uuid7s(len(parts)), parts, strict=True)]
    bulk.insert(work, TermAmount, [row.model_dump() for row in rows])
    lines = [_lines(work, row, found) for row, (found, _) in zip(rows, parts, strict=True)]
    bulk.insert(work, TermLine, [each for of_amount in lines for each in of_amount])
    opening: dict[UUID, Pot] = {}
    postings = [
        _posting(work, row, bearer, provider_id=found.said.contract.provider_id, until=until, opening=opening)
        for row, (found, bearer) in zip(rows, parts, strict=True)
        if bearer is not None
    ]
    entries.post(work, postings, opening=opening.values())
    return rows


def _row(work: Work, amount_id: UUID, found: Found, bearer: _Bearer | None) -> TermAmount:
    return TermAmount(
        municipality_id=work.municipality_id,
        id=amount_id,
        contract_id=found.said.contract.id,
        version=found.said.version,
        number=found.said.number,
        kind=found.said.kind,
        first=found.first,
        last=found.last,
        budget_id=bearer.budget.id if bearer else None,
        result_cents=found.cents,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )


def _lines(work: Work, row: TermAmount, found: Found) -> list[dict[str, Any]]:
    return [
        {
            "municipality_id": work.municipality_id,
            "amount_id": row.id,
            "line": number,
            "formula": each.formula,
            "inputs": each.inputs,
            "result_cents": each.result_cents,
        }
        for number, each in enumerate(found.lines, start=1)
    ]


def _posting(
    work: Work, row: TermAmount, bearer: _Bearer, *, provider_id: UUID, until: date, opening: dict[UUID, Pot]
) -> Posting:
    """On the last day of the period, or of the run: so it is in the run it was computed for."""
    soft = bearer.mode is BudgetMode.SOFT
    is_owed = row.result_cents > 0
    budget = entries.pot(work, (AccountKind.BUDGET, bearer.budget.id, Unit.EUROCENT), soft=soft)
    kind, owner = (AccountKind.PAYABLE, row.contract_id) if is_owed else (AccountKind.RECEIVABLE, provider_id)
    party = entries.pot(work, (kind, owner, Unit.EUROCENT))
    opening |= {pot.id: pot for pot in ((budget, party) if soft else (party,))}
    debit, credit = (budget, party) if is_owed else (party, budget)
    return Posting(
        kind=EntryKind.TERM if is_owed else EntryKind.TERM_BACK,
        debit_account_id=debit.id,
        credit_account_id=credit.id,
        unit=Unit.EUROCENT,
        amount=abs(row.result_cents),
        cause_id=row.id,
        at=day_start(min(row.last, until)),
    )


# ------------------------------------------------------------------------------------ what is not judged


def hold(work: Work, run_id: UUID, unjudged: Sequence[Unjudged]) -> None:
    """Hold what a run has of the care that a ceiling should have judged and could not.

    A line that a reviewer has freed, or held, is left as it is. The run is locked.
    """
    held: dict[UUID, dict[str, Any]] = {}
    for each in unjudged:
        for entry_id, number in _care(work, run_id, each):
            held.setdefault(entry_id, _mark(work, run_id, entry_id, number, each))
    bulk.insert(work, LineMark, list(held.values()))


def _care(work: Work, run_id: UUID, unjudged: Unjudged) -> Sequence[tuple[UUID, int]]:
    """The lines under the contract in these days that nobody held or freed, and how often each was marked."""
    mine = col(OpenItem.municipality_id) == work.municipality_id
    marks = (
        select(col(LineMark.entry_id), func.max(col(LineMark.number)).label("number"))
        .where(col(LineMark.municipality_id) == work.municipality_id)
        .group_by(col(LineMark.entry_id))
        .subquery()
    )
    decided = select(col(LineMark.entry_id)).where(
        col(LineMark.municipality_id) == work.municipality_id,
        col(LineMark.kind).in_([MarkKind.HELD, MarkKind.FREED]),
    )
    statement = (
        select(col(OpenItem.entry_id), func.coalesce(marks.c.number, 0))
        .join(
            Account,
            (col(Account.municipality_id) == col(OpenItem.municipality_id))
            & (col(Account.id) == col(OpenItem.account_id)),
        )
        .join(
            Entry,
            (col(Entry.municipality_id) == col(OpenItem.municipality_id))
            & (col(Entry.id) == col(OpenItem.entry_id)),
        )
        .outerjoin(marks, marks.c.entry_id == col(OpenItem.entry_id))
        .where(
            mine,
            col(OpenItem.run_id) == run_id,
            col(OpenItem.at) >= day_start(unjudged.refused.first),
            col(OpenItem.at) < day_start(day_after(unjudged.refused.last)),
            col(Account.owner_id) == unjudged.contract_id,
            col(Entry.kind).in_([EntryKind.REDEEM, EntryKind.CAPTURE]),
            col(OpenItem.entry_id).not_in(decided),
        )
    )
    return [(entry_id, int(number)) for entry_id, number in work.session.execute(statement)]


def _mark(work: Work, run_id: UUID, entry_id: UUID, number: int, unjudged: Unjudged) -> dict[str, Any]:
    missing = ", ".join(unjudged.refused.missing)
    return {
        "municipality_id": work.municipality_id,
        "entry_id": entry_id,
        "number": number + 1,
        "run_id": run_id,
        "kind": MarkKind.HELD,
        "reason": MarkReason.CONTRACT_DOUBTFUL,
        "note": f"{unjudged.number}: {unjudged.refused.reason} {missing}".strip()[:500],
        "actor_id": work.actor_id,
        "recorded_at": work.now,
    }
