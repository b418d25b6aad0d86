# SPDX-License-Identifier: EUPL-1.2
"""Confirmations: residents confirm or dispute what was used, themselves, through who has a mandate of them,
or through staff whom they told it.

A word is about lines of one redemption. It says nothing of other lines, and takes nothing back by itself:
what it keeps from being paid is in gates. Who redeemed or is paid never speaks for the resident.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import ColumnElement, exists, func, select, tuple_
from sqlmodel import col

from ledger import actors, bulk, db, gates, runs, uses
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.errors import Conflict, Refused
from ledger.ids import lowest
from ledger.inputs import Id7, Input, LineNumber, Moment, Text, fingerprint
from ledger.rules import confirmations as rules
from ledger.rules.confirmations import WordKind
from ledger.scans import RedemptionNotFound
from ledger.standing import LineNotFound
from ledger.tables import (
    Actor,
    Entitlement,
    Entry,
    FollowUp,
    FollowUpKind,
    Redemption,
    RedemptionLine,
    ResidentWord,
    SettlementLine,
    TakenBack,
)
from ledger.tables.base import linked
from ledger.units import Unit

LINES_MAX: Final = 30
"""The most lines that are named at once."""

LOOKED_BACK: Final = timedelta(days=400)
"""How far back the list of all that waits goes: it must not read all that was ever redeemed."""


@dataclass(kw_only=True, eq=False)
class WordExists(Conflict):
    """This id was used for a word with other content."""

    code = "resident_word_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ToldByMissing(Refused):
    """Who is not the resident nor their representative says who told it, and how."""

    code = "told_by_missing"


@dataclass(kw_only=True, eq=False)
class SpeakerIsPaid(Refused):
    """Who is paid for it does not speak for the resident, under whatever account."""

    code = "speaker_is_paid"


@dataclass(kw_only=True, eq=False)
class SpeakerRedeemed(Refused):
    """Who redeemed, claimed or captured it does not say for the resident that it is right."""

    code = "speaker_redeemed"


@dataclass(kw_only=True, eq=False)
class NothingToSpeakOf(Refused):
    """Nothing is owed for this line: a reservation that was not captured, or something without a price."""

    code = "nothing_to_speak_of"
    line: int


@dataclass(kw_only=True, eq=False)
class LineDisputed(Refused):
    """The line is disputed: first the dispute is withdrawn."""

    code = "line_disputed"
    line: int


@dataclass(kw_only=True, eq=False)
class LineNotDisputed(Refused):
    """There is no dispute of this line to withdraw."""

    code = "line_not_disputed"
    line: int


class WordTerms(Input):
    """What a resident says. Without lines: of every line for which it can be said."""

    kind: WordKind
    lines: Annotated[tuple[LineNumber, ...], Field(max_length=LINES_MAX)] = ()
    note: Text | None = None
    """In words; needed to dispute."""
    told_by: Text | None = None
    """Who told it and how, such as "the resident, by telephone"; needed where staff writes it down."""
    at: Moment

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.kind is WordKind.DISPUTED and self.note is None:
            raise ValueError("a dispute needs a note")
        if len(set(self.lines)) < len(self.lines):
            raise ValueError("a line is named once")
        return self


class WordOrder(WordTerms):
    """Terms with their id and their redemption."""

    id: Id7
    redemption_id: UUID


@dataclass(frozen=True, kw_only=True)
class SaidOf:
    """One line that was spoken of."""

    line: int
    number: int
    """1, 2, 3 … of the words about this line."""
    was_settled: bool
    """Whether it was settled before: then nothing is kept back."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A word as it was written down."""

    id: UUID
    redemption_id: UUID
    kind: WordKind
    note: str
    told_by: str
    person_id: UUID
    """The holder of the entitlement."""
    lines: tuple[SaidOf, ...]
    actor_id: UUID
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A line that is not settled, of which the resident said nothing, and of which something is asked."""

    id: UUID
    """The entry by which it came to be owed."""
    use: uses.Use
    entitlement_id: UUID
    provider_id: UUID
    cents: int
    """As it was owed; what was taken back since is not off."""
    asked: str
    """What its programme asks: objection or consent."""
    may_be_paid: bool
    """Whether it is paid if nothing is said."""
    silence_from: date | None
    """The first day on which silence counts; None where it does already, or never does."""


def say(work: Work, order: WordOrder) -> Said:
    """Write down what a resident says of lines of a redemption; the same again changes nothing.

    Waits for who works on a run: a word is said before a line is settled, or after it. Raises WordExists,
    RedemptionNotFound, ToldByMissing, SpeakerIsPaid, SpeakerRedeemed, LineNotFound,
    NothingToSpeakOf, LineDisputed, LineNotDisputed.
    """
    runs.locked(work)
    if known := _rows(work, col(ResidentWord.id) == order.id):
        if known[0].fingerprint != fingerprint(order):
            raise WordExists(id=order.id)
        return _said(known)
    redemption = work.session.get(Redemption, (work.municipality_id, order.redemption_id))
    if redemption is None:
        raise RedemptionNotFound(id=order.redemption_id)
    _judge_speaker(work, redemption, order)
    owed = _owed(work, redemption.id)
    before = _rows(work, col(ResidentWord.redemption_id) == redemption.id)
    newest = {each.line: each for each in sorted(before, key=lambda each: each.number)}
    lines = _chosen(work, order, owed, newest)
    right = db.rows(work, Entitlement, [redemption.entitlement_id])[redemption.entitlement_id]
    settled = _settled(work, [owed[line] for line in lines])
    # After this point only writes.
    rows = [
        ResidentWord(
            municipality_id=work.municipality_id,
            entry_id=owed[line],
            number=newest[line].number + 1 if line in newest else 1,
            line=line,
            was_settled=owed[line] in settled,
            person_id=right.holder_id,
            **_content(work, order),
        )
        for line in lines
    ]
    bulk.insert(work, ResidentWord, [row.model_dump() for row in rows])
    return _said(rows)


def words(work: Work, redemption_id: UUID) -> list[Said]:
    """All that was said of a redemption, in the order in which it was written down."""
    found: dict[UUID, list[ResidentWord]] = {}
    for row in _rows(work, col(ResidentWord.redemption_id) == redemption_id):
        found.setdefault(row.id, []).append(row)
    return sorted(map(_said, found.values()), key=lambda said: (said.recorded_at, said.id))


def last_words(said: Sequence[Said]) -> frozenset[WordKind]:
    """What was said last of the lines that were spoken of; said is in its order."""
    return frozenset({line.line: word.kind for word in said for line in word.lines}.values())


def waiting(
    work: Work, *, rights: Collection[UUID] | None = None, after: UUID | None = None, limit: int = 50
) -> list[Waiting]:
    """What residents are asked and said nothing of, of these entitlements or all; in the order of entries.

    after is the entry seen last. A line of which the silence counts already is among it until it is settled.
    Of all, only what was redeemed in the last LOOKED_BACK: older ones are found by their entitlement.
    """
    asked = gates.asked(work)
    if not asked or (rights is not None and not rights):
        return []
    statement = (
        select(Entry, Redemption, col(Entitlement.programme_id))
        .select_from(Redemption)
        .join(
            Entitlement,
            linked(Entitlement, Redemption, col(Entitlement.id) == col(Redemption.entitlement_id)),
        )
        .outerjoin(FollowUp, _CAPTURED)
        .join(Entry, _OWED)
        .where(
            col(Redemption.municipality_id) == work.municipality_id,
            tuple_(col(Entitlement.programme_id), col(Redemption.programme_version)).in_(asked),
            col(Entry.kind).in_(gates.USES),
            col(Entry.unit) == Unit.EUROCENT,
            ~_IS_SETTLED,
            ~_IS_SPOKEN_OF,
            _STANDS,
        )
    )
    if rights is None:
        statement = statement.where(col(Redemption.id) > lowest(work.now - LOOKED_BACK))
    else:
        statement = statement.where(col(Redemption.entitlement_id).in_(rights))
    if after is not None:
        statement = statement.where(col(Entry.id) > after)
    rows = work.session.execute(statement.order_by(col(Entry.id)).limit(limit)).all()
    used, today = uses.uses(work, [entry.id for entry, _, _ in rows]), dutch_day(work.now)
    return [
        _waiting(entry, redemption, used[entry.id], asked[programme_id, redemption.programme_version], today)
        for entry, redemption, programme_id in rows
    ]


_CAPTURED: Final = linked(
    FollowUp,
    Redemption,
    col(FollowUp.redemption_id) == col(Redemption.id),
    col(FollowUp.kind) == FollowUpKind.CAPTURE,
)
_OWED: Final = linked(
    Entry,
    Redemption,
    col(Entry.cause_id) == func.coalesce(col(FollowUp.id), col(Redemption.id)),
)
_IS_SETTLED: Final = exists().where(
    col(SettlementLine.municipality_id) == col(Entry.municipality_id),
    col(SettlementLine.entry_id) == col(Entry.id),
)
_IS_SPOKEN_OF: Final = exists().where(
    col(ResidentWord.municipality_id) == col(Entry.municipality_id),
    col(ResidentWord.entry_id) == col(Entry.id),
)
_TAKEN_BACK_CENTS: Final = (
    select(func.coalesce(func.sum(col(TakenBack.price_cents)), 0))
    .where(
        col(TakenBack.municipality_id) == col(RedemptionLine.municipality_id),
        col(TakenBack.redemption_id) == col(RedemptionLine.redemption_id),
        col(TakenBack.line) == col(RedemptionLine.line),
    )
    .scalar_subquery()
)
_STANDS: Final = exists().where(
    col(RedemptionLine.municipality_id) == col(Entry.municipality_id),
    col(RedemptionLine.redemption_id) == col(Redemption.id),
    col(RedemptionLine.line) == col(Entry.line),
    col(RedemptionLine.price_cents) > _TAKEN_BACK_CENTS,
)


def _waiting(
    entry: Entry, redemption: Redemption, use: uses.Use, asked: rules.AnyConfirmation, today: date
) -> Waiting:
    known = rules.Use(service_day=use.service_day, booked_on=dutch_day(entry.recorded_at))
    verdict = rules.judge(asked, known, today)
    return Waiting(
        id=entry.id,
        use=use,
        entitlement_id=redemption.entitlement_id,
        provider_id=redemption.provider_id,
        cents=entry.amount,
        asked=asked.kind,
        may_be_paid=verdict.may_be_paid,
        silence_from=verdict.silence_from,
    )


def _content(work: Work, order: WordOrder) -> dict[str, Any]:
    """What the rows of one word have in common."""
    return {
        "id": order.id,
        "redemption_id": order.redemption_id,
        "kind": order.kind,
        "note": order.note or "",
        "told_by": order.told_by or "",
        "fingerprint": fingerprint(order),
        "actor_id": work.actor_id,
        "at": order.at,
        "recorded_at": work.now,
    }


def _judge_speaker(work: Work, redemption: Redemption, order: WordOrder) -> None:
    """Staff writes down what it was told; who redeemed or is paid does not.

    A resident may confirm what they claimed themselves: they say it twice. Who acts for them and claimed it
    may still dispute it, and no more.
    """
    speaker = work.session.get(Actor, (work.municipality_id, work.actor_id))
    is_staff = speaker is None or speaker.person_id is None
    if is_staff and order.told_by is None:
        raise ToldByMissing()
    faces = actors.faces(work, [work.actor_id])
    is_paid = select(col(Actor.id)).where(
        col(Actor.municipality_id) == work.municipality_id,
        col(Actor.id).in_(faces),
        col(Actor.provider_id) == redemption.provider_id,
    )
    if work.session.scalars(is_paid).first() is not None:
        raise SpeakerIsPaid()
    captured = select(col(FollowUp.actor_id)).where(
        col(FollowUp.municipality_id) == work.municipality_id,
        col(FollowUp.redemption_id) == redemption.id,
        col(FollowUp.kind) == FollowUpKind.CAPTURE,
    )
    is_bound = is_staff or (order.kind is not WordKind.DISPUTED and not _is_holder(work, speaker, redemption))
    if is_bound and not faces.isdisjoint({redemption.actor_id, *work.session.scalars(captured)}):
        raise SpeakerRedeemed()


def _is_holder(work: Work, speaker: Actor | None, redemption: Redemption) -> bool:
    right = work.session.get(Entitlement, (work.municipality_id, redemption.entitlement_id))
    return speaker is not None and right is not None and speaker.person_id == right.holder_id


def _owed(work: Work, redemption_id: UUID) -> dict[int, UUID]:
    """The entries by which the lines of a redemption came to be owed, by line."""
    statement = (
        select(col(Entry.line), col(Entry.id))
        .select_from(Redemption)
        .outerjoin(FollowUp, _CAPTURED)
        .join(Entry, _OWED)
        .where(
            col(Redemption.municipality_id) == work.municipality_id,
            col(Redemption.id) == redemption_id,
            col(Entry.kind).in_(gates.USES),
            col(Entry.unit) == Unit.EUROCENT,
        )
        .order_by(col(Entry.line))
    )
    return dict(work.session.execute(statement).all())


def _chosen(
    work: Work, order: WordOrder, owed: Mapping[int, UUID], newest: Mapping[int, ResidentWord]
) -> Sequence[int]:
    """The lines that are spoken of: those named, or all of which this can be said."""
    disputed = {line for line, word in newest.items() if word.kind is WordKind.DISPUTED}
    fitting = {
        WordKind.CONFIRMED: owed.keys() - disputed,
        WordKind.DISPUTED: owed.keys(),
        WordKind.WITHDRAWN: owed.keys() & disputed,
    }[order.kind]
    if not order.lines and fitting:
        return sorted(fitting)
    existing = _existing(work, order.redemption_id)
    for line in order.lines or existing:
        if line not in existing:
            raise LineNotFound(line=line)
        if line not in owed:
            raise NothingToSpeakOf(line=line)
        if line not in fitting:
            raise LineDisputed(line=line) if line in disputed else LineNotDisputed(line=line)
    return sorted(order.lines)


def _existing(work: Work, redemption_id: UUID) -> list[int]:
    statement = select(col(RedemptionLine.line)).where(
        col(RedemptionLine.municipality_id) == work.municipality_id,
        col(RedemptionLine.redemption_id) == redemption_id,
    )
    return sorted(work.session.scalars(statement))


def _settled(work: Work, entry_ids: Collection[UUID]) -> set[UUID]:
    statement = select(col(SettlementLine.entry_id)).where(
        col(SettlementLine.municipality_id) == work.municipality_id,
        col(SettlementLine.entry_id).in_(entry_ids),
    )
    return set(work.session.scalars(statement))


def _rows(work: Work, condition: ColumnElement[bool]) -> list[ResidentWord]:
    statement = (
        select(ResidentWord)
        .where(col(ResidentWord.municipality_id) == work.municipality_id, condition)
        .order_by(col(ResidentWord.line), col(ResidentWord.number))
    )
    return list(work.session.scalars(statement))


def _said(rows: Sequence[ResidentWord]) -> Said:
    """Rows with one id as one word."""
    first = rows[0]
    return Said(
        id=first.id,
        redemption_id=first.redemption_id,
        kind=first.kind,
        note=first.note,
        told_by=first.told_by,
        person_id=first.person_id,
        lines=tuple(SaidOf(line=row.line, number=row.number, was_settled=row.was_settled) for row in rows),
        actor_id=first.actor_id,
        at=first.at,
        recorded_at=first.recorded_at,
    )
