# SPDX-License-Identifier: EUPL-1.2
"""Gates: lines that are not paid because of what their resident said, or did not say yet.

Only what was redeemed or captured is gated, and what takes it back goes with it. A line that was taken back
whole waits for nobody any more. Where no programme asks for consent and nobody disputes anything, no line is
looked at. rules/confirmations says the same of one line; tests hold the two together.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger.clock import day_start, dutch_day
from ledger.db import Work
from ledger.rules.confirmations import AnyConfirmation, Consent, NotAsked
from ledger.rules.funding import EntryKind
from ledger.tables import (
    Entitlement,
    Entry,
    FollowUp,
    FollowUpKind,
    LeftOutReason,
    LineMark,
    MarkKind,
    OpenItem,
    ProgrammeVersion,
    Redemption,
    RedemptionLine,
    ResidentWord,
    TakenBack,
)
from ledger.tables.base import linked

Version: TypeAlias = tuple[UUID, int]
"""A programme and the number of one version of its rules."""

USES: Final = (EntryKind.REDEEM, EntryKind.CAPTURE)
"""Kinds of entries by which a use came to be owed."""

_IS_DISPUTE: Final = text("resident_word.kind = 'disputed'")
"""In these words, not as a parameter: only so the index of these few rows is used."""


def asked(work: Work) -> dict[Version, AnyConfirmation]:
    """What is asked of residents, by the published versions of programmes that ask anything."""
    statement = select(
        col(ProgrammeVersion.programme_id), col(ProgrammeVersion.version), col(ProgrammeVersion.confirmation)
    ).where(
        col(ProgrammeVersion.municipality_id) == work.municipality_id,
        col(ProgrammeVersion.published_at).is_not(None),
    )
    return {
        (programme_id, version): confirmation
        for programme_id, version, confirmation in work.session.execute(statement)
        if not isinstance(confirmation, NotAsked)
    }


def is_disputed(work: Work, run_id: UUID, only: Collection[UUID] | None = None) -> ColumnElement[bool]:
    """Whether the resident says that a line of the run is not right, and nobody let it go; of OpenItem.

    only names the lines that are asked about, where these are few.
    """
    any_dispute = select(literal(1)).where(
        col(ResidentWord.municipality_id) == work.municipality_id, _IS_DISPUTE
    )
    if work.session.scalar(any_dispute.limit(1)) is None:
        return false()
    item = aliased(OpenItem)
    disputed = (
        select(col(ResidentWord.entry_id))
        .join(item, linked(item, ResidentWord, col(item.entry_id) == col(ResidentWord.entry_id)))
        .where(
            col(ResidentWord.municipality_id) == work.municipality_id,
            col(item.run_id) == run_id,
            _is_among(item, only),
            _IS_DISPUTE,
            is_newest(),
            ~is_let_go(),
            _stands(item),
        )
    )
    return col(OpenItem.origin_id).in_(disputed)


def is_unconfirmed(work: Work, run_id: UUID, only: Collection[UUID] | None = None) -> ColumnElement[bool]:
    """Whether the resident must still confirm a line of the run; of OpenItem. only as for is_disputed."""
    by_days: defaultdict[int | None, list[Version]] = defaultdict(list)
    for version, confirmation in asked(work).items():
        if isinstance(confirmation, Consent):
            by_days[confirmation.silence_days].append(version)
    if not by_days:
        return false()
    today, item = dutch_day(work.now), aliased(OpenItem)
    judged_under = tuple_(col(Entitlement.programme_id), col(Redemption.programme_version))
    waits = [
        and_(judged_under.in_(versions), _may_still_speak(days, today)) for days, versions in by_days.items()
    ]
    spoken = exists().where(
        col(ResidentWord.municipality_id) == col(item.municipality_id),
        col(ResidentWord.entry_id) == col(item.entry_id),
    )
    redemption_id = func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id))
    unconfirmed = (
        select(col(item.entry_id))
        .join(Entry, linked(Entry, item, col(Entry.id) == col(item.entry_id)))
        .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
        .join(Redemption, linked(Redemption, Entry, col(Redemption.id) == redemption_id))
        .join(
            Entitlement,
            linked(Entitlement, Redemption, col(Entitlement.id) == col(Redemption.entitlement_id)),
        )
        .where(
            col(item.municipality_id) == work.municipality_id,
            col(item.run_id) == run_id,
            _is_among(item, only),
            col(item.entry_id) == col(item.origin_id),
            col(Entry.kind).in_(USES),
            or_(*waits),
            ~spoken,
            _stands(item),
        )
    )
    return col(OpenItem.origin_id).in_(unconfirmed)


def waits(work: Work, run_id: UUID, entry_ids: Collection[UUID]) -> dict[UUID, LeftOutReason]:
    """Which of these lines of a run wait for what; the others are absent."""
    found: dict[UUID, LeftOutReason] = {}
    for reason, condition in (
        (LeftOutReason.UNCONFIRMED, is_unconfirmed(work, run_id, entry_ids)),
        (LeftOutReason.DISPUTED, is_disputed(work, run_id, entry_ids)),
    ):
        statement = select(col(OpenItem.entry_id)).where(
            col(OpenItem.municipality_id) == work.municipality_id,
            col(OpenItem.run_id) == run_id,
            col(OpenItem.entry_id).in_(entry_ids),
            condition,
        )
        found |= dict.fromkeys(work.session.scalars(statement), reason)
    return found


def disputes(
    work: Work, entry_ids: Collection[UUID], *, by: datetime | None = None
) -> Mapping[UUID, ResidentWord]:
    """The resident's newest word on these lines, by entry, where it is a dispute; let go or not.

    With an instant the last dispute up to and including it, whatever was said later.
    """
    statement = (
        select(col(ResidentWord.entry_id), ResidentWord)
        .where(
            col(ResidentWord.municipality_id) == work.municipality_id,
            col(ResidentWord.entry_id).in_(entry_ids),
            _IS_DISPUTE,
            is_newest() if by is None else col(ResidentWord.recorded_at) <= by,
        )
        .order_by(col(ResidentWord.number))
    )
    return dict(work.session.execute(statement).all())


def late(work: Work, provider_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many lines of these providers were disputed after they were settled, and still stand so."""
    taken_back = exists().where(
        col(TakenBack.municipality_id) == col(ResidentWord.municipality_id),
        col(TakenBack.redemption_id) == col(ResidentWord.redemption_id),
        col(TakenBack.line) == col(ResidentWord.line),
        col(TakenBack.kind) == FollowUpKind.REVERSAL,
    )
    statement = (
        select(col(Redemption.provider_id), func.count())
        .select_from(ResidentWord)
        .join(
            Redemption,
            linked(Redemption, ResidentWord, col(Redemption.id) == col(ResidentWord.redemption_id)),
        )
        .where(
            col(ResidentWord.municipality_id) == work.municipality_id,
            col(ResidentWord.was_settled),
            col(Redemption.provider_id).in_(provider_ids),
            _IS_DISPUTE,
            is_newest(),
            ~taken_back,
        )
        .group_by(col(Redemption.provider_id))
    )
    return dict(work.session.execute(statement).all())


def standing_disputes(
    work: Work, *, only: Collection[UUID] | None = None, limit: int
) -> list[tuple[UUID, datetime]]:
    """Redemptions of which a resident says that something is not right, with since when; the oldest first.

    Not those that were let go, or where all that was disputed was taken back. only names the redemptions
    that are asked about.
    """
    taken_back = (
        select(func.coalesce(func.sum(col(TakenBack.price_cents)), 0))
        .where(
            col(TakenBack.municipality_id) == col(ResidentWord.municipality_id),
            col(TakenBack.redemption_id) == col(ResidentWord.redemption_id),
            col(TakenBack.line) == col(ResidentWord.line),
        )
        .scalar_subquery()
    )
    of_it = and_(
        col(RedemptionLine.redemption_id) == col(ResidentWord.redemption_id),
        col(RedemptionLine.line) == col(ResidentWord.line),
    )
    since = func.min(col(ResidentWord.recorded_at))
    statement = (
        select(col(ResidentWord.redemption_id), since)
        .join(RedemptionLine, linked(RedemptionLine, ResidentWord, of_it))
        .where(
            col(ResidentWord.municipality_id) == work.municipality_id,
            _IS_DISPUTE,
            is_newest(),
            ~is_let_go(),
            col(RedemptionLine.price_cents) > taken_back,
            true() if only is None else col(ResidentWord.redemption_id).in_(only),
        )
        .group_by(col(ResidentWord.redemption_id))
        .order_by(since, col(ResidentWord.redemption_id))
        .limit(limit)
    )
    return [(redemption_id, at) for redemption_id, at in work.session.execute(statement)]


def is_newest() -> ColumnElement[bool]:
    """Whether no later word was said of the line of a ResidentWord."""
    later = aliased(ResidentWord)
    return ~exists().where(
        col(later.municipality_id) == col(ResidentWord.municipality_id),
        col(later.entry_id) == col(ResidentWord.entry_id),
        col(later.number) > col(ResidentWord.number),
    )


def is_let_go() -> ColumnElement[bool]:
    """Whether a reviewer decided to pay in spite of this very ResidentWord."""
    return exists().where(
        col(LineMark.municipality_id) == col(ResidentWord.municipality_id),
        col(LineMark.entry_id) == col(ResidentWord.entry_id),
        col(LineMark.kind) == MarkKind.LET_GO,
        col(LineMark.word) == col(ResidentWord.number),
    )


def _is_among(item: Any, only: Collection[UUID] | None) -> ColumnElement[bool]:
    return true() if only is None else col(item.entry_id).in_(only)


def _stands(item: Any) -> ColumnElement[bool]:
    """Whether anything of an open line was not taken back."""
    with_it = aliased(OpenItem)
    cents = (
        select(func.sum(col(with_it.cents)))
        .where(
            col(with_it.municipality_id) == col(item.municipality_id),
            col(with_it.origin_id) == col(item.entry_id),
        )
        .scalar_subquery()
    )
    return cents > 0


def _may_still_speak(silence_days: int | None, today: date) -> ColumnElement[bool]:
    """See Consent.silence_days: these days after the service day and after the line was booked."""
    if silence_days is None:
        return true()
    last = today - timedelta(days=silence_days)
    return or_(col(Redemption.service_day) >= last, col(Entry.recorded_at) >= day_start(last))
