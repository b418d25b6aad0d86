# SPDX-License-Identifier: EUPL-1.2
"""Notices of contract terms: what is refused, reached or lacking, each told once."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ledger import bulk, db
from ledger.db import Work
from ledger.ids import derived
from ledger.tables import NoticeKind, TermNotice
from ledger.term_desk import Found, Said


def note(work: Work, notices: Iterable[TermNotice]) -> None:
    """Write those that were not told before."""
    fresh = {each.id: each for each in notices}
    known = db.rows(work, TermNotice, fresh)
    rows = [each for id_, each in sorted(fresh.items()) if id_ not in known]
    # By name in one order: what a notice was made with says in which order it tells its columns.
    names = sorted(TermNotice.model_fields)
    bulk.insert(work, TermNotice, [{name: getattr(row, name) for name in names} for row in rows])


def of(work: Work, said: Said) -> Iterator[TermNotice]:
    """What a term refused, and which shares of a ceiling it saw reached."""
    for refused in said.statement.refusals:
        period = (refused.first, refused.last)
        yield _notice(work, said, NoticeKind.REFUSED, period, refusal=refused.reason, missing=refused.missing)
    for signal in said.statement.signals:
        yield _notice(
            work,
            said,
            NoticeKind.REACHED,
            (date(signal.year, 1, 1), date(signal.year, 12, 31)),
            at_basis_points=signal.at_basis_points,
            cents=signal.counted_cents,
            most_cents=signal.ceiling_cents,
        )


def lacking(work: Work, found: Found, left_cents: int) -> TermNotice:
    """The budget holds less than the term came to."""
    period = (found.first, found.last)
    return _notice(
        work, found.said, NoticeKind.BUDGET_LACKING, period, cents=found.cents, most_cents=left_cents
    )


def _notice(work: Work, said: Said, kind: NoticeKind, period: tuple[date, date], **more: Any) -> TermNotice:
    first, last = period
    what = f"{said.number} {first} {kind} {more.get('refusal', '')} {more.get('at_basis_points', 0)}"
    return TermNotice(
        municipality_id=work.municipality_id,
        id=derived(said.contract.id, f"notice {what}"),
        contract_id=said.contract.id,
        number=said.number,
        first=first,
        last=last,
        kind=kind,
        recorded_at=work.now,
        **({"missing": ()} | more),
    )
