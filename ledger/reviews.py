# SPDX-License-Identifier: EUPL-1.2
"""Reviews: what somebody looks at before money goes, and what they do with a line.

A line is an entry by which something came to be owed; what takes it back goes with it. A line that is held
stays in every later run, held, until it is freed; a rejected one is taken back at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from heapq import nsmallest
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import ColumnElement, Select, exists, func, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import actors, bulk, follow_ups, gates, runs
from ledger.db import Work
from ledger.errors import LedgerError, NotFound, Refused
from ledger.ids import derived
from ledger.inputs import Input, Text
from ledger.rules.states import OPEN, RunCommand
from ledger.standing import LineAlreadyReversed, Order, Part
from ledger.tables import (
    FollowUpKind,
    LeftOut,
    LeftOutReason,
    LineMark,
    MarkKind,
    MarkReason,
    OpenItem,
    ResidentWord,
    Settlement,
    SettlementLine,
    SettlementRun,
)
from ledger.tables.base import linked
from ledger.uses import Use, uses

MARKS_MAX: Final = 1000
"""The most lines that are marked at once."""

_BPS: Final = 10_000
_HOLDING: Final = (MarkKind.HELD, MarkKind.FREED, MarkKind.REJECTED)
"""Of these the last says whether a line is held: what was rejected waits for nothing any more."""


@dataclass(kw_only=True, eq=False)
class RunLineNotFound(NotFound):
    """The run has no such line."""

    code = "run_line_not_found"
    entry_id: UUID


@dataclass(kw_only=True, eq=False)
class DrafterLooks(Refused):
    """Who drafted or submitted a run does not look at its lines for the others."""

    code = "drafter_looks"
    entry_id: UUID


@dataclass(kw_only=True, eq=False)
class LineNotRejectable(Refused):
    """Only what was redeemed or claimed can be rejected; anything else can be held."""

    code = "line_not_rejectable"
    entry_id: UUID


@dataclass(kw_only=True, eq=False)
class NothingToLetGo(Refused):
    """The resident does not dispute this line: there is nothing to let go."""

    code = "nothing_to_let_go"
    entry_id: UUID


class Mark(Input):
    """What is done with one line."""

    entry_id: UUID
    kind: MarkKind
    reason: MarkReason | None = None
    """Why; needed to hold or reject."""
    note: Text | None = None
    """In words; needed to hold, to reject and to let go."""

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        needed = self.kind in {MarkKind.HELD, MarkKind.REJECTED}
        if needed != (self.reason is not None):
            raise ValueError("a reason goes with holding and rejecting, and only with these")
        if (needed or self.kind is MarkKind.LET_GO) and self.note is None:
            raise ValueError("holding, rejecting and letting go need a note")
        return self


class Marks(Input):
    """What is done with several lines at once: all of it, or nothing."""

    marks: Annotated[tuple[Mark, ...], Field(min_length=1, max_length=MARKS_MAX)]

    @model_validator(mode="after")
    def _each_line_once(self) -> Self:
        if len({each.entry_id for each in self.marks}) < len(self.marks):
            raise ValueError("a line is marked once at a time")
        return self


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a run, with what reviewers did with it last."""

    entry_id: UUID
    provider_id: UUID
    cents: int
    """As it was owed."""
    left_cents: int
    """What this run pays of it, once all that took of it back is taken off; 0: all of it was."""
    at: datetime
    use: Use | None
    """What was redeemed; None where it is owed for another reason, such as a payment that came back."""
    held: LineMark | None
    """The hold that is in force."""
    waits: LeftOutReason | None
    """Disputed, or unconfirmed, where it is not paid because of its resident."""
    dispute: ResidentWord | None
    """What the resident said last, where it is a dispute; let go or not."""
    seen: bool
    """Whether it was looked at in this run."""


def mark(work: Work, run_id: UUID, asked: Marks) -> list[LineMark]:
    """Mark lines of an open run; the marks that were new. What holds already is not marked again.

    Of a rejected line all that is left is reversed. A line is let go in spite of what its resident said last,
    not of what they say later. Raises RunNotFound, RunNotReady, RunLineNotFound, DrafterLooks,
    LineNotRejectable, NothingToLetGo, or why a reversal is refused; then nothing may be kept.
    """
    runs.required(work, run_id, RunCommand.MARK)
    ids = [each.entry_id for each in asked.marks]
    _require_lines(work, run_id, ids)
    _require_other_eyes(work, run_id, asked.marks)
    known, disputes = _marks(work, ids), _disputes(work, asked.marks)
    fresh = [
        each
        for each in asked.marks
        if not _holds(known[each.entry_id], each, run_id, disputes.get(each.entry_id))
    ]
    reversals = _reversals(work, run_id, [each for each in fresh if each.kind is MarkKind.REJECTED])
    # After this point only writes.
    rows = [_row(work, run_id, each, known[each.entry_id], disputes.get(each.entry_id)) for each in fresh]
    bulk.insert(work, LineMark, [row.model_dump() for row in rows])
    for outcome in follow_ups.follow_up(work, reversals, again=True):
        if isinstance(outcome, LedgerError):
            raise outcome
    return rows


def sample(work: Work, run_id: UUID) -> list[UUID]:
    """The lines of a run that must be looked at, by entry: the same for everybody, at any time.

    Of all n lines the ceiling of n times the share, those with the lowest SHA-256 of the seed followed
    by the entry's id (32 lowercase hexadecimal digits). Raises RunNotFound.
    """
    run = runs.row(work, run_id)
    total = work.session.scalar(select(func.count()).select_from(_population(work, run)))
    many = -(-(total or 0) * run.sample_bps // _BPS)
    drawn = nsmallest(many, ((_draw(run.sample_seed, id_), id_) for id_ in _ids(work, run)))
    return [id_ for _, id_ in drawn]


def unseen(work: Work, run_id: UUID, drawn: Sequence[UUID] | None = None) -> list[UUID]:
    """The lines of the sample that nobody else has looked at in this run; drawn is the sample, where the
    caller has it. Raises RunNotFound.

    What those did who drafted or submitted it does not count, whenever they did it. A line that was taken
    back since it was drawn is looked at all the same: else whoever is paid would choose what is not.
    """
    marked = select(col(LineMark.entry_id)).where(
        col(LineMark.municipality_id) == work.municipality_id,
        col(LineMark.run_id) == run_id,
        col(LineMark.kind) != MarkKind.FREED,
        col(LineMark.actor_id).not_in(_makers(work, run_id)),
    )
    looked_at = set(work.session.scalars(marked))
    drawn = sample(work, run_id) if drawn is None else drawn
    return [id_ for id_ in drawn if id_ not in looked_at]


def is_held() -> ColumnElement[bool]:
    """Whether a hold is in force on what an open item stems from; to be asked of OpenItem."""
    mark, later = aliased(LineMark), aliased(LineMark)
    is_over = exists().where(
        col(later.municipality_id) == col(mark.municipality_id),
        col(later.entry_id) == col(mark.entry_id),
        col(later.number) > col(mark.number),
        col(later.kind).in_(_HOLDING),
    )
    return exists().where(
        col(mark.municipality_id) == col(OpenItem.municipality_id),
        col(mark.entry_id) == col(OpenItem.origin_id),
        col(mark.kind) == MarkKind.HELD,
        ~is_over,
    )


def lines(
    work: Work,
    run_id: UUID,
    *,
    only: Collection[UUID] | None = None,
    provider_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Line]:
    """Lines of an open run in the order of their entries; after is the entry seen last.

    Raises RunNotFound. Of a run that is open no more there are none: see its settlements.
    """
    runs.row(work, run_id)
    statement = select(OpenItem).where(
        col(OpenItem.municipality_id) == work.municipality_id,
        col(OpenItem.run_id) == run_id,
        col(OpenItem.entry_id) == col(OpenItem.origin_id),
    )
    if only is not None:
        statement = statement.where(col(OpenItem.entry_id).in_(only))
    if provider_id is not None:
        statement = statement.where(col(OpenItem.provider_id) == provider_id)
    if after is not None:
        statement = statement.where(col(OpenItem.entry_id) > after)
    rows = work.session.scalars(statement.order_by(col(OpenItem.entry_id)).limit(limit)).all()
    ids = [row.entry_id for row in rows]
    marks, told = _marks(work, ids), _Told.of(work, run_id, ids)
    return [_line(row, told, marks[row.entry_id], run_id) for row in rows]


def holds(work: Work, entry_ids: Collection[UUID]) -> dict[UUID, LineMark]:
    """The holds that are in force on these entries, by entry; the others are absent."""
    found = _marks(work, entry_ids)
    return {id_: held for id_, marks in found.items() if (held := _hold(marks)) is not None}


def history(work: Work, entry_id: UUID) -> list[LineMark]:
    """All that reviewers did with one line, over all runs, the oldest first."""
    return _marks(work, [entry_id])[entry_id]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What is told beside some lines, by entry; absent where there is nothing to tell."""

    left_cents: Mapping[UUID, int]
    uses: Mapping[UUID, Use]
    waits: Mapping[UUID, LeftOutReason]
    disputes: Mapping[UUID, ResidentWord]

    @classmethod
    def of(cls, work: Work, run_id: UUID, ids: Collection[UUID]) -> "_Told":
        """Of these lines of a run."""
        return cls(
            left_cents=_left(work, run_id, ids),
            uses=uses(work, ids),
            waits=gates.waits(work, run_id, ids),
            disputes=gates.disputes(work, ids),
        )


def _left(work: Work, run_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, int]:
    """What is left of each of these lines of a run."""
    statement = (
        select(col(OpenItem.origin_id), func.sum(col(OpenItem.cents)))
        .where(
            col(OpenItem.municipality_id) == work.municipality_id,
            col(OpenItem.origin_id).in_(ids),
            col(OpenItem.run_id) == run_id,
        )
        .group_by(col(OpenItem.origin_id))
    )
    return {origin_id: int(cents) for origin_id, cents in work.session.execute(statement)}


def _line(item: OpenItem, told: _Told, marks: Sequence[LineMark], run_id: UUID) -> Line:
    return Line(
        use=told.uses.get(item.entry_id),
        entry_id=item.entry_id,
        provider_id=item.provider_id,
        cents=item.cents,
        left_cents=told.left_cents[item.entry_id],
        at=item.at,
        held=_hold(marks),
        waits=told.waits.get(item.entry_id),
        dispute=told.disputes.get(item.entry_id),
        seen=any(each.run_id == run_id and each.kind is not MarkKind.FREED for each in marks),
    )


def _hold(marks: Sequence[LineMark]) -> LineMark | None:
    """The hold that is in force."""
    last = next((each for each in reversed(marks) if each.kind in _HOLDING), None)
    return last if last is not None and last.kind is MarkKind.HELD else None


def _disputes(work: Work, marks: Sequence[Mark]) -> Mapping[UUID, ResidentWord]:
    """What is let go with these marks, by entry. Raises NothingToLetGo."""
    ids = [each.entry_id for each in marks if each.kind is MarkKind.LET_GO]
    found = gates.disputes(work, ids) if ids else {}
    for entry_id in ids:
        if entry_id not in found:
            raise NothingToLetGo(entry_id=entry_id)
    return found


def _holds(marks: Sequence[LineMark], asked: Mark, run_id: UUID, dispute: ResidentWord | None) -> bool:
    """Whether this is so already."""
    match asked.kind:
        case MarkKind.HELD:
            return _hold(marks) is not None
        case MarkKind.FREED:
            return _hold(marks) is None
        case MarkKind.REJECTED:
            return any(each.kind is MarkKind.REJECTED for each in marks)
        case MarkKind.SEEN:
            return any(each.kind is MarkKind.SEEN and each.run_id == run_id for each in marks)
        case MarkKind.LET_GO:
            return any(dispute is not None and each.word == dispute.number for each in marks)


def _require_lines(work: Work, run_id: UUID, entry_ids: Sequence[UUID]) -> None:
    statement = select(col(OpenItem.entry_id)).where(
        col(OpenItem.municipality_id) == work.municipality_id,
        col(OpenItem.run_id) == run_id,
        col(OpenItem.entry_id) == col(OpenItem.origin_id),
        col(OpenItem.entry_id).in_(entry_ids),
    )
    there = set(work.session.scalars(statement))
    for entry_id in entry_ids:
        if entry_id not in there:
            raise RunLineNotFound(entry_id=entry_id)


def _require_other_eyes(work: Work, run_id: UUID, marks: Sequence[Mark]) -> None:
    judged = [each for each in marks if each.kind in {MarkKind.SEEN, MarkKind.LET_GO}]
    if judged and work.actor_id in _makers(work, run_id):
        raise DrafterLooks(entry_id=judged[0].entry_id)


def _makers(work: Work, run_id: UUID) -> frozenset[UUID]:
    """All accounts of who drafted and who submitted a run."""
    return actors.faces(work, {step.actor_id for step in runs.get(work, run_id).steps if step.state in OPEN})


def _marks(work: Work, entry_ids: Collection[UUID]) -> Mapping[UUID, list[LineMark]]:
    statement = (
        select(LineMark)
        .where(col(LineMark.municipality_id) == work.municipality_id, col(LineMark.entry_id).in_(entry_ids))
        .order_by(col(LineMark.entry_id), col(LineMark.number))
    )
    found: defaultdict[UUID, list[LineMark]] = defaultdict(list)
    for each in work.session.scalars(statement):
        found[each.entry_id].append(each)
    return found


def _reversals(work: Work, run_id: UUID, marks: Sequence[Mark]) -> list[Order]:
    """What takes back what is left of the redemption lines behind these marks."""
    used = uses(work, [each.entry_id for each in marks])
    left = follow_ups.left(work, {(each.redemption_id, each.line) for each in used.values()})
    orders = []
    for each in marks:
        use = used.get(each.entry_id)
        if use is None:
            raise LineNotRejectable(entry_id=each.entry_id)
        stands = left[use.redemption_id, use.line]
        if not stands:
            raise LineAlreadyReversed(line=use.line)
        orders.append(
            Order(
                id=derived(run_id, f"reject {each.entry_id}"),
                kind=FollowUpKind.REVERSAL,
                redemption_id=use.redemption_id,
                parts=(Part(line=use.line, quantity=stands),),
                reason=f"{each.reason}: {each.note}"[:500],
                at=work.now,
            )
        )
    return orders


def _row(
    work: Work, run_id: UUID, asked: Mark, known: Sequence[LineMark], dispute: ResidentWord | None
) -> LineMark:
    return LineMark(
        municipality_id=work.municipality_id,
        entry_id=asked.entry_id,
        number=len(known) + 1,
        run_id=run_id,
        kind=asked.kind,
        reason=asked.reason,
        note=asked.note or "",
        word=dispute.number if dispute is not None else None,
        actor_id=work.actor_id,
        recorded_at=work.now,
    )


def _draw(seed: str, entry_id: UUID) -> bytes:
    return sha256(f"{seed}{entry_id.hex}".encode()).digest()


def _ids(work: Work, run: SettlementRun) -> Iterator[UUID]:
    found = _population(work, run)
    with work.session.execute(select(found.c.entry_id).execution_options(yield_per=_BPS)) as rows:
        for (entry_id,) in rows:
            yield entry_id


def _population(work: Work, run: SettlementRun) -> Any:
    """The entries by which something came to be owed, among all lines of a run: open, settled, left out."""
    own = work.municipality_id
    apart: Select[UUID] = select(col(OpenItem.entry_id).label("entry_id")).where(
        col(OpenItem.municipality_id) == own, col(OpenItem.run_id) == run.id, col(OpenItem.cents) > 0
    )
    settled = (
        select(col(SettlementLine.entry_id))
        .join(
            Settlement,
            linked(Settlement, SettlementLine, col(Settlement.id) == col(SettlementLine.settlement_id)),
        )
        .where(
            col(SettlementLine.municipality_id) == own,
            col(Settlement.run_id) == run.id,
            col(SettlementLine.cents) > 0,
        )
    )
    left_out = select(col(LeftOut.entry_id)).where(
        col(LeftOut.municipality_id) == own, col(LeftOut.run_id) == run.id, col(LeftOut.cents) > 0
    )
    return union_all(apart, settled, left_out).subquery()
