# SPDX-License-Identifier: EUPL-1.2
"""Checks of confirmations: nothing was settled that its resident disputed, or still had to confirm."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, literal, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import gates
from ledger.checks.findings import PIECE, Check, Finding, FindingKind
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.rules import confirmations as rules
from ledger.rules.confirmations import WordKind
from ledger.rules.funding import EntryKind
from ledger.tables import (
    Entitlement,
    Entry,
    FollowUp,
    Redemption,
    ResidentWord,
    Settlement,
    SettlementLine,
)
from ledger.tables.base import linked


def checks(municipality_id: str) -> Iterator[Check]:
    """Settled lines of which the resident's last word before was a dispute, that nobody let go."""
    told = (literal("not settled"), literal("settled"))
    statement = (
        _settled(municipality_id, col(Entry.id), col(ResidentWord.number), *told)
        .join(ResidentWord, linked(ResidentWord, SettlementLine, col(ResidentWord.entry_id) == col(Entry.id)))
        .where(
            col(ResidentWord.kind) == WordKind.DISPUTED,
            ~col(ResidentWord.was_settled),
            _is_last_before(),
            ~gates.is_let_go(),
        )
    )
    yield Check(kind=FindingKind.SETTLEMENT_DISPUTED, place="entry {}, word {}", statement=statement)


def unconfirmed(work: Work) -> Iterator[Finding]:
    """Settled lines of which the resident had said nothing, and still had to; silence is judged anew."""
    asked = gates.asked(work)
    if not asked:
        return
    spoken = exists().where(
        col(ResidentWord.municipality_id) == col(SettlementLine.municipality_id),
        col(ResidentWord.entry_id) == col(SettlementLine.entry_id),
        ~col(ResidentWord.was_settled),
    )
    redemption_id = func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id))
    statement = (
        _settled(
            work.municipality_id,
            col(Entry.id),
            col(Entitlement.programme_id),
            col(Redemption.programme_version),
            col(Redemption.service_day),
            col(Entry.recorded_at),
            col(Settlement.recorded_at),
        )
        .join(
            Settlement,
            linked(Settlement, SettlementLine, col(Settlement.id) == col(SettlementLine.settlement_id)),
        )
        .outerjoin(FollowUp, linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id)))
        .join(Redemption, linked(Redemption, Entry, col(Redemption.id) == redemption_id))
        .join(
            Entitlement,
            linked(Entitlement, Redemption, col(Entitlement.id) == col(Redemption.entitlement_id)),
        )
        .where(~spoken, tuple_(col(Entitlement.programme_id), col(Redemption.programme_version)).in_(asked))
    )
    rows = work.session.execute(statement, execution_options={"yield_per": PIECE})
    for entry_id, programme_id, version, service_day, booked_at, settled_at in rows:
        use = rules.Use(service_day=service_day, booked_on=dutch_day(booked_at))
        verdict = rules.judge(asked[programme_id, version], use, dutch_day(settled_at))
        if not verdict.may_be_paid:
            yield Finding(
                kind=FindingKind.SETTLEMENT_UNCONFIRMED,
                place=f"entry {entry_id}",
                expected="confirmed" if verdict.silence_from is None else f"from {verdict.silence_from}",
                found=dutch_day(settled_at).isoformat(),
            )


def _settled(municipality_id: str, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Columns of the uses that were settled, but for those taken back whole."""
    back = _taken_back(municipality_id)
    return (
        select(*columns)
        .select_from(SettlementLine)
        .join(Entry, linked(Entry, SettlementLine, col(Entry.id) == col(SettlementLine.entry_id)))
        .outerjoin(back, back.c.entry_id == col(Entry.id))
        .where(
            col(SettlementLine.municipality_id) == municipality_id,
            col(Entry.kind).in_(gates.USES),
            func.coalesce(back.c.cents, 0) < col(Entry.amount),
        )
    )


def _taken_back(municipality_id: str) -> Subquery:
    """entry_id and cents of what was taken back of settled entries, as far as that was settled too."""
    back, line = aliased(Entry), aliased(SettlementLine)
    return (
        select(col(back.reverses_id).label("entry_id"), func.sum(-col(line.cents)).label("cents"))
        .select_from(line)
        .join(back, linked(back, line, col(back.id) == col(line.entry_id)))
        .where(col(line.municipality_id) == municipality_id, col(back.kind) == EntryKind.REVERSE)
        .group_by(col(back.reverses_id))
        .subquery()
    )


def _is_last_before() -> ColumnElement[bool]:
    """Whether no later word was said of the line before it was settled."""
    later = aliased(ResidentWord)
    return ~exists().where(
        col(later.municipality_id) == col(ResidentWord.municipality_id),
        col(later.entry_id) == col(ResidentWord.entry_id),
        col(later.number) > col(ResidentWord.number),
        ~col(later.was_settled),
    )
