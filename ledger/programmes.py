# SPDX-License-Identifier: EUPL-1.2
"""Programmes: the rules of a municipality for one law, in versions that freeze when published, and their
budgets per calendar year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Self, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import delete, func, select, text, tuple_
from sqlmodel import col

from ledger import db, entries
from ledger.db import Work
from ledger.entries import Posting
from ledger.errors import Conflict, NotFound
from ledger.ids import NOBODY, uuid7
from ledger.inputs import Amount, Id7, Input, Moment, ProductCode, ShortText
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, AnyFunding, EntryKind, Production
from ledger.rules.restrictions import AnyRestriction
from ledger.tables import (
    Bound,
    Budget,
    BudgetMode,
    Entry,
    Programme,
    ProgrammeVersion,
    RateCeiling,
    RateClass,
)
from ledger.units import Unit

# ------------------------------------------------------------------------------------------ refusals


@dataclass(kw_only=True, eq=False)
class ProgrammeUnknown(NotFound):
    """There is no programme with this id."""

    code = "programme_unknown"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ProgrammeIsAnother(Conflict):
    """A programme keeps its law; once published or budgeted also its name, product group and mode."""

    code = "programme_is_another"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ProgrammeNameTaken(Conflict):
    """Another programme has this name already."""

    code = "programme_name_taken"
    id: UUID
    """Of the programme that has it."""
    name: str


@dataclass(kw_only=True, eq=False)
class FundingIsAnother(Conflict):
    """This funding was booked already with another budget, amount or instant."""

    code = "funding_is_another"
    id: UUID


# --------------------------------------------------------------------------------------- what comes in


Year: TypeAlias = Annotated[int, Field(strict=True, ge=2000, le=2099)]
"""A calendar year."""


class CeilingInput(Input):
    """The most a care agreement may pay per measure of a service (the municipal ordinance)."""

    service: ProductCode
    rate_class: RateClass
    ceiling_cents: Amount


class ProgrammeContent(Input):
    """What a programme allows, pays and books."""

    law: Law
    name: ShortText
    product_group: ShortText | None = None
    """None takes what no other programme of the law takes."""
    mode: BudgetMode
    restrictions: tuple[AnyRestriction, ...] = ()
    funding: AnyFunding = Production()
    rate_ceilings: tuple[CeilingInput, ...] = ()

    @model_validator(mode="after")
    def _one_ceiling_each(self) -> Self:
        if len({(each.service, each.rate_class) for each in self.rate_ceilings}) < len(self.rate_ceilings):
            raise ValueError("two rate ceilings for one service and class")
        return self


class ProgrammeInput(ProgrammeContent):
    """A programme with its id."""

    id: Id7


class Funding(Input):
    """Money made available for one programme in one calendar year."""

    id: Id7
    programme_id: Id7
    year: Year
    cents: Amount
    at: Moment


# ------------------------------------------------------------------------------------------- its rules


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgrammeDraft:
    """The newest version of a programme: still a draft, or published."""

    version: int
    published: bool
    content: ProgrammeInput


def draft(work: Work, programmes: Sequence[ProgrammeInput]) -> list[ProgrammeDraft]:
    """Make programmes or new versions of their rules, not yet in force; drafts[i] answers programmes[i].

    A draft that was not published is replaced; the content of the newest version again changes
    nothing. Raises ProgrammeIsAnother, ProgrammeNameTaken; then nothing of the batch may be kept.
    """
    desk = _load(work, programmes)
    drafts = [desk.judge(programme) for programme in programmes]
    # After this point only writes.
    _write(work, desk)
    return drafts


def publish(work: Work, programme_ids: Sequence[UUID]) -> list[Programme]:
    """Freeze the newest version of each and put it in force; what is published stays as it is.

    Raises ProgrammeUnknown.
    """
    programmes = _present(db.rows(work, Programme, programme_ids, lock=True), programme_ids)
    for version in _newest(work, programmes).values():
        if version.published_at is None:
            version.published_at = work.now
            programmes[version.programme_id].published_version = version.version
    work.session.flush()
    return [programmes[programme_id] for programme_id in programme_ids]


def newest(work: Work, programme_ids: Iterable[UUID] | None = None) -> list[ProgrammeDraft]:
    """The newest version of these programmes, or of all, draft or published; by id of the programme."""
    statement = select(Programme).where(col(Programme.municipality_id) == work.municipality_id)
    if programme_ids is not None:
        statement = statement.where(col(Programme.id).in_(set(programme_ids)))
    rows = work.session.scalars(statement.order_by(col(Programme.id)))
    return list(_drafts(work, {row.id: row for row in rows}).values())


@dataclass(kw_only=True)
class _Desk:
    """All that a batch of drafts may touch, as it is after what was judged before."""

    rows: dict[UUID, Programme]
    names: dict[str, UUID]
    budgeted: set[UUID]
    newest: dict[UUID, ProgrammeDraft]
    changed: dict[UUID, ProgrammeDraft]

    def judge(self, programme: ProgrammeInput) -> ProgrammeDraft:
        """Order: the same content, identity, name."""
        known = self.newest.get(programme.id)
        if known and known.content == programme:
            return known
        if known and self._fixed(known.content) != self._fixed(programme):
            raise ProgrammeIsAnother(id=programme.id)
        taken = self.names.setdefault(programme.name, programme.id)
        if taken != programme.id:
            raise ProgrammeNameTaken(id=taken, name=programme.name)
        version = known.version + known.published if known else 1  # after a published one, the next
        drafted = ProgrammeDraft(version=version, published=False, content=programme)
        self.newest[programme.id] = self.changed[programme.id] = drafted
        return drafted

    def _fixed(self, content: ProgrammeInput) -> tuple[str | None, ...]:
        """What may not change any more."""
        row = self.rows.get(content.id)
        if row is None or (row.published_version is None and row.id not in self.budgeted):
            return (content.law,)
        return content.law, content.name, content.product_group, content.mode


def _load(work: Work, programmes: Sequence[ProgrammeInput]) -> _Desk:
    """One query per table."""
    ids = {programme.id for programme in programmes}
    same_names = work.session.scalars(
        select(Programme).where(
            col(Programme.municipality_id) == work.municipality_id,
            col(Programme.name).in_({programme.name for programme in programmes}),
        )
    )
    budgeted = select(col(Budget.programme_id)).where(
        col(Budget.municipality_id) == work.municipality_id, col(Budget.programme_id).in_(ids)
    )
    rows = db.rows(work, Programme, ids, lock=True)
    return _Desk(
        rows=rows,
        names={row.name: row.id for row in same_names},
        budgeted=set(work.session.scalars(budgeted)),
        newest=_drafts(work, rows),
        changed={},
    )


def _newest(work: Work, programme_ids: Iterable[UUID]) -> dict[UUID, ProgrammeVersion]:
    """The highest version of each programme."""
    statement = (
        select(ProgrammeVersion)
        .where(
            col(ProgrammeVersion.municipality_id) == work.municipality_id,
            col(ProgrammeVersion.programme_id).in_(set(programme_ids)),
        )
        .order_by(col(ProgrammeVersion.programme_id), col(ProgrammeVersion.version))
    )
    return {row.programme_id: row for row in work.session.scalars(statement)}


def _drafts(work: Work, rows: Mapping[UUID, Programme]) -> dict[UUID, ProgrammeDraft]:
    return {
        programme_id: ProgrammeDraft(
            version=version.version,
            published=version.published_at is not None,
            content=_content(rows[programme_id], version),
        )
        for programme_id, version in _newest(work, rows).items()
    }


def _content(row: Programme, version: ProgrammeVersion) -> ProgrammeInput:
    """As it was given; not judged again, so that an old version always reads."""
    return ProgrammeInput.model_construct(
        id=row.id,
        law=row.law,
        name=row.name,
        product_group=row.product_group,
        mode=row.mode,
        restrictions=version.restrictions,
        funding=version.funding,
        rate_ceilings=tuple(
            CeilingInput.model_construct(
                service=each.service,
                rate_class=RateClass(each.rate_class),
                ceiling_cents=each.ceiling_cents,
            )
            for each in version.rate_ceilings
        ),
    )


def _write(work: Work, desk: _Desk) -> None:
    """Programmes, then their versions; a replaced draft goes first."""
    if not desk.changed:
        return
    for programme_id, drafted in desk.changed.items():
        facts = drafted.content.model_dump(include={"id", "law", "name", "product_group", "mode"})
        row = desk.rows.get(programme_id)
        if row is None:
            work.session.add(Programme(municipality_id=work.municipality_id, recorded_at=work.now, **facts))
        else:
            row.sqlmodel_update(facts)
    work.session.flush()
    keys = [(programme_id, drafted.version) for programme_id, drafted in desk.changed.items()]
    work.session.execute(
        delete(ProgrammeVersion).where(
            col(ProgrammeVersion.municipality_id) == work.municipality_id,
            tuple_(col(ProgrammeVersion.programme_id), col(ProgrammeVersion.version)).in_(keys),
        )
    )
    work.session.add_all(_version(work, drafted) for drafted in desk.changed.values())
    work.session.flush()


def _version(work: Work, drafted: ProgrammeDraft) -> ProgrammeVersion:
    content = drafted.content
    return ProgrammeVersion(
        municipality_id=work.municipality_id,
        programme_id=content.id,
        version=drafted.version,
        restrictions=content.restrictions,
        funding=content.funding,
        rate_ceilings=tuple(RateCeiling(**each.model_dump()) for each in content.rate_ceilings),
        recorded_at=work.now,
    )


def _present(found: dict[UUID, Programme], wanted: Iterable[UUID]) -> dict[UUID, Programme]:
    """What was found, when nothing is missing. Raises ProgrammeUnknown."""
    for programme_id in wanted:
        if programme_id not in found:
            raise ProgrammeUnknown(id=programme_id)
    return found


# ----------------------------------------------------------------------------------------- its budgets


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


def budgets(work: Work) -> list[BudgetState]:
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


def open_budgets(work: Work, wanted: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Budget]:
    """The budget of every programme and calendar year wanted; those that do not exist yet are made, empty.

    A soft programme's budget may go below zero, a hard one's may not. Raises ProgrammeUnknown.
    """
    keys = set(wanted)
    found = _budgets(work, keys)
    lacking = sorted(keys - found.keys())
    if lacking:
        programme_ids = sorted({programme_id for programme_id, _ in lacking})
        programmes = _present(db.rows(work, Programme, programme_ids, lock=True), programme_ids)
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
    found = open_budgets(work, {(each.programme_id, each.year) for each in fundings})
    open_treasury(work)
    accounts = entries.by_place(entries.locked(work, {NOBODY, *(budget.id for budget in found.values())}))
    known = _fund_entries(work, {each.id for each in fundings})
    treasury_id = accounts[AccountKind.TREASURY, NOBODY, Unit.EUROCENT].id
    postings: dict[UUID, Posting] = {}
    for each in fundings:
        budget_id = accounts[_pot(found[each.programme_id, each.year])].id
        posting = _posting(each, treasury_id=treasury_id, budget_id=budget_id)
        earlier = known.get(each.id) or postings.get(each.id)
        if earlier is None:
            postings[each.id] = posting
        elif _what(earlier) != _what(posting):
            raise FundingIsAnother(id=each.id)
    # After this point only writes.
    made = dict(zip(postings, entries.post(work, list(postings.values())), strict=True))
    return [known[each.id].id if each.id in known else made[each.id] for each in fundings]


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


def _posting(funding: Funding, *, treasury_id: UUID, budget_id: UUID) -> Posting:
    return Posting(
        kind=EntryKind.FUND,
        debit_account_id=treasury_id,
        credit_account_id=budget_id,
        unit=Unit.EUROCENT,
        amount=funding.cents,
        cause_id=funding.id,
        at=funding.at,
    )


def _what(booked: Posting | Entry) -> tuple[object, ...]:
    """What a funding says: to which budget, how much, when."""
    return booked.credit_account_id, booked.amount, booked.at


def _fund_entries(work: Work, funding_ids: Iterable[UUID]) -> dict[UUID, Entry]:
    statement = select(Entry).where(
        col(Entry.municipality_id) == work.municipality_id,
        col(Entry.cause_id).in_(set(funding_ids)),
        col(Entry.kind) == EntryKind.FUND,
    )
    return {row.cause_id: row for row in work.session.scalars(statement)}


_IS_FUNDING: Final = text("entry.kind = 'fund'")
"""In these words, not as a parameter: only so the index of these few entries is used."""


def _funded_cents(work: Work) -> dict[UUID, int]:
    """What was funded, per budget account: always the first stripe."""
    statement = (
        select(col(Entry.credit_account_id), func.sum(col(Entry.amount)))
        .where(col(Entry.municipality_id) == work.municipality_id, _IS_FUNDING)
        .group_by(col(Entry.credit_account_id))
    )
    return {account_id: int(cents) for account_id, cents in work.session.execute(statement)}
