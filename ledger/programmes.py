# SPDX-License-Identifier: EUPL-1.2
"""Programmes: the rules of a municipality for one law, in versions that freeze when published.

Their money, per calendar year, is in budgets.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import delete, select, tuple_
from sqlmodel import col

from ledger import actors, db
from ledger.db import Work
from ledger.errors import Conflict, NotFound, Refused, VersionUnseen
from ledger.inputs import Amount, Id7, Input, ProductCode, ShortText, fingerprint
from ledger.rules.confirmations import AnyConfirmation, NotAsked
from ledger.rules.facts import Law
from ledger.rules.funding import AnyFunding, Production
from ledger.rules.restrictions import AnyRestriction
from ledger.tables import (
    Budget,
    BudgetMode,
    Programme,
    ProgrammeVersion,
    RateCeiling,
    RateClass,
)

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
class ProgrammePublisherDrafted(Refused):
    """Who drafts a programme does not publish it; accounts of one person are one."""

    code = "programme_publisher_drafted"
    names: tuple[str, ...]
    """Of all such programmes that were asked for."""


# --------------------------------------------------------------------------------------- what comes in


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
    confirmation: AnyConfirmation = NotAsked()
    rate_ceilings: tuple[CeilingInput, ...] = ()

    @model_validator(mode="after")
    def _one_ceiling_each(self) -> Self:
        if len({(each.service, each.rate_class) for each in self.rate_ceilings}) < len(self.rate_ceilings):
            raise ValueError("two rate ceilings for one service and class")
        return self


class ProgrammeInput(ProgrammeContent):
    """A programme with its id."""

    id: Id7


# ------------------------------------------------------------------------------------------- its rules


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgrammeDraft:
    """The newest version of a programme: still a draft, or published."""

    version: int
    published: bool
    drafted_by: UUID
    """The account that wrote this content."""
    content: ProgrammeInput

    @property
    def mark(self) -> str:
        """Says which content this is: a draft that is written anew keeps its number, and not its mark."""
        return fingerprint(self.content).hex()


def draft(work: Work, programmes: Sequence[ProgrammeInput]) -> list[ProgrammeDraft]:
    """Make programmes or new versions of their rules, not yet in force; drafts[i] answers programmes[i].

    A draft that was not published is replaced, and is then of who replaced it; the content of the newest
    version again changes nothing. Raises ProgrammeIsAnother, ProgrammeNameTaken; then nothing of the batch
    may be kept.
    """
    desk = _load(work, programmes)
    drafts = [desk.judge(programme) for programme in programmes]
    # After this point only writes.
    _write(work, desk)
    return drafts


def publish(
    work: Work, programme_ids: Sequence[UUID], *, seen: Mapping[UUID, str] | None = None
) -> list[Programme]:
    """Freeze the newest version of each and put it in force; somebody else drafted it.

    What is published already stays as it is, whoever asks. seen are the marks of what somebody looked at:
    only that is put in force. Raises ProgrammeUnknown, ProgrammePublisherDrafted, VersionUnseen; then
    nothing may be kept.
    """
    programmes = present(db.rows(work, Programme, programme_ids, lock=True), programme_ids)
    fresh = [row for row in _newest(work, programmes).values() if row.published_at is None]
    if own := _own(work, fresh):
        raise ProgrammePublisherDrafted(names=tuple(sorted(programmes[row.programme_id].name for row in own)))
    wanted = seen or {}
    for each in newest(work, wanted) if wanted else ():
        if each.mark != wanted[each.content.id]:
            raise VersionUnseen(id=each.content.id)
    # After this point only writes.
    for version in fresh:
        version.published_at = work.now
        programmes[version.programme_id].published_version = version.version
    work.session.flush()
    return [programmes[programme_id] for programme_id in programme_ids]


def own_drafts(work: Work, programme_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Of these those whose draft this actor wrote, with whichever account: a colleague publishes it."""
    return frozenset(row.programme_id for row in _own(work, _newest(work, programme_ids).values()))


def newest(work: Work, programme_ids: Iterable[UUID] | None = None) -> list[ProgrammeDraft]:
    """The newest version of these programmes, or of all, draft or published; by id of the programme."""
    statement = select(Programme).where(col(Programme.municipality_id) == work.municipality_id)
    if programme_ids is not None:
        statement = statement.where(col(Programme.id).in_(set(programme_ids)))
    rows = work.session.scalars(statement.order_by(col(Programme.id)))
    return list(_drafts(work, {row.id: row for row in rows}).values())


def waiting(work: Work) -> list[ProgrammeDraft]:
    """All drafts that wait for somebody to publish them; by id of the programme."""
    return [each for each in newest(work) if not each.published]


@dataclass(kw_only=True)
class _Desk:
    """All that a batch of drafts may touch, as it is after what was judged before."""

    rows: dict[UUID, Programme]
    names: dict[str, UUID]
    budgeted: set[UUID]
    newest: dict[UUID, ProgrammeDraft]
    changed: dict[UUID, ProgrammeDraft]
    drafter: UUID

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
        drafted = ProgrammeDraft(version=version, published=False, drafted_by=self.drafter, content=programme)
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
        drafter=work.actor_id,
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


def _own(work: Work, versions: Iterable[ProgrammeVersion]) -> list[ProgrammeVersion]:
    """Those that are not published, and that this actor wrote, by whichever of their accounts."""
    mine = actors.faces(work, [work.actor_id])
    return [row for row in versions if row.published_at is None and row.drafted_by in mine]


def _drafts(work: Work, rows: Mapping[UUID, Programme]) -> dict[UUID, ProgrammeDraft]:
    return {
        programme_id: ProgrammeDraft(
            version=version.version,
            published=version.published_at is not None,
            drafted_by=version.drafted_by,
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
        confirmation=version.confirmation,
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
        confirmation=content.confirmation,
        rate_ceilings=tuple(RateCeiling(**each.model_dump()) for each in content.rate_ceilings),
        drafted_by=drafted.drafted_by,
        recorded_at=work.now,
    )


def present(found: dict[UUID, Programme], wanted: Iterable[UUID]) -> dict[UUID, Programme]:
    """What was found, when nothing is missing. Raises ProgrammeUnknown."""
    for programme_id in wanted:
        if programme_id not in found:
            raise ProgrammeUnknown(id=programme_id)
    return found
