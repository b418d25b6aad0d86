# SPDX-License-Identifier: EUPL-1.2
"""Years of ceilings: which calendar years of which contracts a computing must look at again.

What was delivered in a year that is over seldom changes, so a year is read again only where something of it
may differ from what was computed: care that was booked or taken back since, a version of the contract or a
service that changed, days that were not looked at yet, or what could not be judged or borne before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlmodel import col

from ledger import open_items
from ledger.db import Work
from ledger.ids import NOBODY
from ledger.rules.funding import EntryKind
from ledger.rules.terms_versions import first_capped
from ledger.tables import (
    ContractVersion,
    Entry,
    FollowUp,
    NoticeKind,
    Redemption,
    RedemptionLine,
    Service,
    TermNotice,
    TermsComputed,
)
from ledger.tables.base import linked
from ledger.units import Unit

Years: TypeAlias = Mapping[UUID, frozenset[int]]
"""Calendar years by contract."""

_CARE: Final = (EntryKind.REDEEM, EntryKind.CAPTURE, EntryKind.REVERSE)
"""Kinds of entries by which what was delivered changes."""

_OPEN: Final = (NoticeKind.REFUSED, NoticeKind.BUDGET_LACKING)
"""Notices of what is tried again at every computing."""


def to_look_at(work: Work, versions: Mapping[UUID, Collection[ContractVersion]], through: date) -> Years:
    """The years of these contracts that may come to something else than was computed, up to a day."""
    every = range(first_capped(through).year, through.year + 1)
    before = work.session.get(TermsComputed, work.municipality_id, populate_existing=True)
    if before is None or _services_changed(work, before):
        return {id_: frozenset(every) for id_ in versions}
    unfinished = {year for year in every if min(date(year, 12, 31), through) > before.until} | {through.year}
    found: defaultdict[UUID, set[int]] = defaultdict(lambda: set(unfinished))
    for contract_id, year in (*_touched(work, versions, before), *_tried_again(work, versions)):
        found[contract_id].add(year)
    for contract_id, rows in versions.items():
        is_changed = any(row.published_at and row.published_at >= before.recorded_at for row in rows)
        found[contract_id] |= set(every) if is_changed else set()
    return {id_: frozenset(found[id_] & set(every)) for id_ in versions}


def newest_entry(work: Work) -> UUID:
    """The newest entry there is: what is booked after it, the next computing looks at."""
    newest = select(col(Entry.id)).where(col(Entry.municipality_id) == work.municipality_id)
    return work.session.scalar(newest.order_by(col(Entry.id).desc()).limit(1)) or NOBODY


def computed(work: Work, until: date, through: UUID) -> None:
    """Note that all was looked at up to and including a day, as it was booked through an entry."""
    values: dict[str, Any] = {"until": until, "through": through, "recorded_at": work.now}
    row = work.session.get(TermsComputed, work.municipality_id)
    if row is None:
        work.session.add(TermsComputed(municipality_id=work.municipality_id, **values))
    else:
        row.sqlmodel_update(values)
    work.session.flush()


def _services_changed(work: Work, before: TermsComputed) -> bool:
    """What belongs to a product group or segment may be something else now."""
    statement = select(col(Service.id)).where(
        col(Service.municipality_id) == work.municipality_id, col(Service.recorded_at) >= before.recorded_at
    )
    return work.session.scalar(statement.limit(1)) is not None


def _touched(work: Work, contract_ids: Collection[UUID], before: TermsComputed) -> Iterator[tuple[UUID, int]]:
    """Contract and year of the care that was booked or taken back since, and a SLACK before it."""
    year = extract("year", col(Redemption.service_day))
    redemption_id = func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id))
    statement = (
        select(col(RedemptionLine.agreement_id), year)
        .distinct()
        .select_from(Entry)
        .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
        .join(Redemption, linked(Redemption, Entry, col(Redemption.id) == redemption_id))
        .join(
            RedemptionLine,
            linked(RedemptionLine, Redemption, col(RedemptionLine.redemption_id) == col(Redemption.id)),
        )
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.id) > open_items.passed(before.through),
            col(Entry.unit) == Unit.EUROCENT,
            col(Entry.kind).in_(_CARE),
            col(RedemptionLine.agreement_id).in_(contract_ids),
        )
    )
    for contract_id, of_year in work.session.execute(statement):
        yield contract_id, int(of_year)


def _tried_again(work: Work, contract_ids: Collection[UUID]) -> Iterator[tuple[UUID, int]]:
    """Contract and year of what could not be judged, or not be borne."""
    statement = select(TermNotice).where(
        col(TermNotice.municipality_id) == work.municipality_id,
        col(TermNotice.contract_id).in_(contract_ids),
        col(TermNotice.kind).in_(_OPEN),
    )
    for row in work.session.scalars(statement):
        yield from ((row.contract_id, each) for each in range(row.first.year, row.last.year + 1))
