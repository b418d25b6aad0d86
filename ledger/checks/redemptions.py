# SPDX-License-Identifier: EUPL-1.2
"""Checks of redemptions: every line and every follow-up has its entries, on the right accounts."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger.checks.findings import Check, FindingKind
from ledger.columns import Choice, Id
from ledger.ids import NOBODY
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Account,
    Entitlement,
    Entry,
    FollowUp,
    FollowUpKind,
    Provider,
    Redemption,
    RedemptionLine,
    TakenBack,
)
from ledger.tables.base import linked
from ledger.units import Unit

_BOOKED = (EntryKind.REDEEM, EntryKind.RESERVE, EntryKind.CAPTURE, EntryKind.RELEASE, EntryKind.REVERSE)
"""Kinds of entries that say what happened to a line."""

_OF_REDEMPTION = linked(Redemption, RedemptionLine, col(Redemption.id) == col(RedemptionLine.redemption_id))
_OF_LINE = linked(
    TakenBack,
    RedemptionLine,
    col(TakenBack.redemption_id) == col(RedemptionLine.redemption_id),
    col(TakenBack.line) == col(RedemptionLine.line),
)
_OF_FOLLOW_UP = linked(FollowUp, Entry, col(FollowUp.id) == col(Entry.cause_id))


def checks(municipality_id: str) -> Iterator[Check]:
    """Every check of redemptions and what happened to them later."""
    yield _price(municipality_id)
    yield _entries(municipality_id)
    yield from _accounts(municipality_id)
    yield from _parties(municipality_id)
    yield _taken_back(municipality_id)
    yield _followed(municipality_id)


def _parties(municipality_id: str) -> Iterator[Check]:
    """What a foreign key would say: these tables have none (docs/decisions/0014)."""
    of_line = (
        select(col(RedemptionLine.redemption_id), literal("redemption"), literal(1), literal(0))
        .outerjoin(Redemption, _OF_REDEMPTION)
        .where(col(RedemptionLine.municipality_id) == municipality_id, col(Redemption.id).is_(None))
    )
    parties: tuple[tuple[Any, Any], ...] = (
        (Entitlement, col(Redemption.entitlement_id)),
        (Provider, col(Redemption.provider_id)),
    )
    statements = [of_line]
    for table, named in parties:
        statements.append(
            select(col(Redemption.id), literal(table.__tablename__), literal(1), literal(0))
            .outerjoin(table, linked(table, Redemption, col(table.id) == named))
            .where(col(Redemption.municipality_id) == municipality_id, col(table.id).is_(None))
        )
    for statement in statements:
        yield Check(kind=FindingKind.REDEMPTION_PARTY, place="redemption {}, {}", statement=statement)


def _price(municipality_id: str) -> Check:
    total = func.coalesce(func.sum(col(RedemptionLine.price_cents)), 0)
    statement = (
        select(col(Redemption.id), total, col(Redemption.price_cents))
        .outerjoin(RedemptionLine, _OF_REDEMPTION)
        .where(col(Redemption.municipality_id) == municipality_id)
        .group_by(col(Redemption.id), col(Redemption.price_cents))
        .having(col(Redemption.price_cents) != total)
    )
    return Check(kind=FindingKind.REDEMPTION_PRICE, place="redemption {}", statement=statement)


def _entries(municipality_id: str) -> Check:
    """What lines and follow-ups ask for and what was booked, summed apart, line by line and kind by kind."""
    rows = union_all(
        *_asked_by_lines(municipality_id),
        *_asked_by_taken_back(municipality_id),
        *_asked_by_captures(municipality_id),
        _booked(municipality_id),
    ).subquery()
    key = (rows.c.redemption_id, rows.c.line, rows.c.kind, rows.c.unit)
    asked, booked = func.sum(rows.c.asked), func.sum(rows.c.booked)
    statement = select(*key, asked, booked).group_by(*key).having(asked != booked)
    return Check(
        kind=FindingKind.REDEMPTION_ENTRIES,
        place="redemption {}, line {}, {} in {}",
        statement=statement,
    )


def _asked(kind: ColumnElement[Any], *, cents: Any, quantity: Any) -> Iterator[Select[*tuple[Any, ...]]]:
    """Two rows of what is asked of a line: its money, and its quantity where it is not sold by amount."""
    money = literal(Unit.EUROCENT, Choice(Unit))
    for unit, amount in ((money, cents), (col(RedemptionLine.unit), quantity)):
        rows = select(
            col(RedemptionLine.redemption_id).label("redemption_id"),
            col(RedemptionLine.line).label("line"),
            kind.label("kind"),
            unit.label("unit"),
            amount.label("asked"),
            literal(0).label("booked"),
        )
        yield rows if unit is money else rows.where(col(RedemptionLine.unit) != Unit.EUROCENT)


def _kind(kind: EntryKind) -> ColumnElement[EntryKind]:
    return literal(kind, Choice(EntryKind))


def _asked_by_lines(municipality_id: str) -> Iterator[Select[*tuple[Any, ...]]]:
    kind = case((col(Redemption.reserved), _kind(EntryKind.RESERVE)), else_=_kind(EntryKind.REDEEM))
    line = RedemptionLine
    for rows in _asked(kind, cents=col(line.price_cents), quantity=col(line.quantity)):
        yield rows.join(Redemption, _OF_REDEMPTION).where(col(line.municipality_id) == municipality_id)


def _asked_by_taken_back(municipality_id: str) -> Iterator[Select[*tuple[Any, ...]]]:
    is_reversal = col(TakenBack.kind) == FollowUpKind.REVERSAL
    kind = case((is_reversal, _kind(EntryKind.REVERSE)), else_=_kind(EntryKind.RELEASE))
    for rows in _asked(kind, cents=col(TakenBack.price_cents), quantity=col(TakenBack.quantity)):
        yield rows.join(TakenBack, _OF_LINE).where(col(TakenBack.municipality_id) == municipality_id)


def _asked_by_captures(municipality_id: str) -> Iterator[Select[*tuple[Any, ...]]]:
    """A capture books all of a line that it did not take back."""
    line, off = RedemptionLine, TakenBack
    cents = col(line.price_cents) - func.coalesce(col(off.price_cents), 0)
    quantity = col(line.quantity) - func.coalesce(col(off.quantity), 0)
    captured = linked(FollowUp, line, col(FollowUp.redemption_id) == col(line.redemption_id))
    for rows in _asked(_kind(EntryKind.CAPTURE), cents=cents, quantity=quantity):
        yield (
            rows.join(FollowUp, captured)
            .outerjoin(off, and_(_OF_LINE, col(off.follow_up_id) == col(FollowUp.id)))
            .where(
                col(line.municipality_id) == municipality_id,
                col(FollowUp.kind) == FollowUpKind.CAPTURE,
            )
        )


def _booked(municipality_id: str) -> Select[*tuple[Any, ...]]:
    """By the redemption itself, or by a follow-up of it."""
    return (
        select(
            func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id)),
            col(Entry.line),
            col(Entry.kind),
            col(Entry.unit),
            literal(0),
            col(Entry.amount),
        )
        .outerjoin(FollowUp, _OF_FOLLOW_UP)
        .where(col(Entry.municipality_id) == municipality_id, col(Entry.kind).in_(_BOOKED))
    )


def _accounts(municipality_id: str) -> Iterator[Check]:
    """Both ends of every entry of a line belong to its entitlement, its agreement or its provider."""
    for side, account_id in (
        ("debit", col(Entry.debit_account_id)),
        ("credit", col(Entry.credit_account_id)),
    ):
        account = aliased(Account)
        expected = _owner(account)
        statement = (
            select(col(Entry.id), expected, col(account.owner_id))
            .join(account, linked(account, Entry, col(account.id) == account_id))
            .outerjoin(FollowUp, _OF_FOLLOW_UP)
            .join(
                Redemption,
                linked(
                    Redemption,
                    Entry,
                    col(Redemption.id) == func.coalesce(col(FollowUp.redemption_id), col(Entry.cause_id)),
                ),
            )
            .join(RedemptionLine, and_(_OF_REDEMPTION, col(RedemptionLine.line) == col(Entry.line)))
            .where(
                col(Entry.municipality_id) == municipality_id,
                col(Entry.kind).in_(_BOOKED),
                col(account.owner_id) != expected,
            )
        )
        yield Check(kind=FindingKind.REDEMPTION_ACCOUNT, place=f"entry {{}}, {side}", statement=statement)


def _owner(account: type[Account]) -> ColumnElement[UUID]:
    """Who owns the account of each kind, for the redemption and line at hand."""
    kind = col(account.kind)
    return case(
        (kind == AccountKind.PAYABLE, col(RedemptionLine.agreement_id)),
        (kind.in_([AccountKind.DELIVERED, AccountKind.RECEIVABLE]), col(Redemption.provider_id)),
        (kind == AccountKind.TREASURY, literal(NOBODY, Id)),
        else_=col(Redemption.entitlement_id),
    )


def _taken_back(municipality_id: str) -> Check:
    """All follow-ups together take no more money off a line than it holds, and no more quantity."""
    cents, quantity = func.sum(col(TakenBack.price_cents)), func.sum(col(TakenBack.quantity))
    held, held_cents = col(RedemptionLine.quantity), col(RedemptionLine.price_cents)
    over = cents > held_cents
    statement = (
        select(
            col(RedemptionLine.redemption_id),
            col(RedemptionLine.line),
            case((over, held_cents), else_=held),
            case((over, cents), else_=quantity),
        )
        .join(TakenBack, _OF_LINE)
        .where(col(RedemptionLine.municipality_id) == municipality_id)
        .group_by(col(RedemptionLine.redemption_id), col(RedemptionLine.line), held, held_cents)
        .having(over | (quantity > held))
    )
    return Check(kind=FindingKind.TAKEN_BACK, place="redemption {}, line {}", statement=statement)


def _followed(municipality_id: str) -> Check:
    """What a follow-up says it took back, and as what, is what its rows say."""
    same_kind = type_coerce(col(TakenBack.kind), Text) == type_coerce(col(FollowUp.kind), Text)
    total = func.coalesce(func.sum(case((same_kind, col(TakenBack.price_cents)), else_=0)), 0)
    said = col(FollowUp.taken_back_cents)
    statement = (
        select(col(FollowUp.id), total, said)
        .outerjoin(TakenBack, linked(TakenBack, FollowUp, col(TakenBack.follow_up_id) == col(FollowUp.id)))
        .where(col(FollowUp.municipality_id) == municipality_id)
        .group_by(col(FollowUp.id), said)
        .having(said != total)
    )
    return Check(kind=FindingKind.TAKEN_BACK, place="follow-up {}", statement=statement)
