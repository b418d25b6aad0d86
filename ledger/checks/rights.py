# SPDX-License-Identifier: EUPL-1.2
"""Checks of entitlements: their history, their money and quantity, and the codes that open them."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Select, Subquery, and_, case, func, literal, select, true, union_all
from sqlmodel import col

from ledger.checks.findings import PIECE, Check, Finding, FindingKind
from ledger.columns import Choice
from ledger.db import Work
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Account,
    Approval,
    ApprovalDecision,
    Code,
    Entitlement,
    EntitlementChange,
    Entry,
    Redemption,
    RedemptionLine,
    TakenBack,
)
from ledger.tables.base import linked
from ledger.units import Unit

_OF_ENTITLEMENT = linked(
    EntitlementChange, Entitlement, col(EntitlementChange.entitlement_id) == col(Entitlement.id)
)
_MONEY = literal(Unit.EUROCENT, Choice(Unit))


def checks(municipality_id: str) -> Iterator[Check]:
    """Every check of entitlements and codes that is one statement."""
    yield _versions(municipality_id)
    yield _commitment(municipality_id)
    yield _usage(municipality_id)
    yield _closed(municipality_id)
    yield _codes(municipality_id)
    yield _approvals(municipality_id)


def contents(work: Work) -> Iterator[Finding]:
    """Where an entitlement is not what its last change made it; texts are not repeated."""
    statement = (
        select(Entitlement, EntitlementChange)
        .join(
            EntitlementChange,
            and_(_OF_ENTITLEMENT, col(EntitlementChange.version) == col(Entitlement.version)),
        )
        .where(col(Entitlement.municipality_id) == work.municipality_id)
        .execution_options(yield_per=PIECE, populate_existing=True)
    )
    for row, change in work.session.execute(statement):
        yield from _content(row, change)


def _content(row: Entitlement, change: EntitlementChange) -> Iterator[Finding]:
    place = f"entitlement {row.id}, version {change.version}"
    try:
        said = Entitlement.model_validate(change.content)
    except ValidationError:
        yield Finding(
            kind=FindingKind.ENTITLEMENT_CONTENT, place=place, expected="its content", found="unreadable"
        )
        return
    for name in Entitlement.model_fields:
        expected, found = getattr(said, name), getattr(row, name)
        if expected != found:
            numbers = isinstance(expected, int) and isinstance(found, int)
            yield Finding(
                kind=FindingKind.ENTITLEMENT_CONTENT,
                place=f"{place}, {name}",
                expected=expected if numbers else "as the change says",
                found=found if numbers else "something else",
            )


def _versions(municipality_id: str) -> Check:
    """Changes 1, 2, 3 … up to the version of the row: as many as the highest, which is the row's."""
    highest, number = func.coalesce(func.max(col(EntitlementChange.version)), 0), func.count()
    version = col(Entitlement.version)
    statement = (
        select(col(Entitlement.id), version, case((highest != version, highest), else_=number))
        .outerjoin(EntitlementChange, _OF_ENTITLEMENT)
        .where(col(Entitlement.municipality_id) == municipality_id)
        .group_by(col(Entitlement.id), version)
        .having((highest != version) | (number != version))
    )
    return Check(kind=FindingKind.ENTITLEMENT_VERSION, place="entitlement {}", statement=statement)


def _commitment(municipality_id: str) -> Check:
    """What the row says, against the entries that its changes booked: granted less lowered."""
    here = col(Entitlement.municipality_id) == municipality_id
    said = [
        select(
            col(Entitlement.id).label("id"),
            _MONEY.label("unit"),
            col(Entitlement.committed_cents).label("expected"),
            literal(0).label("found"),
        ).where(here),
        select(
            col(Entitlement.id), col(Entitlement.quantity_unit), col(Entitlement.quantity), literal(0)
        ).where(here, col(Entitlement.quantity).is_not(None)),
    ]
    amount = col(Entry.amount)
    booked = (
        select(
            col(EntitlementChange.entitlement_id),
            col(Entry.unit),
            literal(0),
            case((col(Entry.kind) == EntryKind.GRANT, amount), else_=-amount),
        )
        .join(
            EntitlementChange,
            linked(EntitlementChange, Entry, col(EntitlementChange.id) == col(Entry.cause_id)),
        )
        .where(
            col(Entry.municipality_id) == municipality_id,
            col(Entry.kind).in_([EntryKind.GRANT, EntryKind.LOWER]),
        )
    )
    return _compared(FindingKind.ENTITLEMENT_COMMITMENT, *said, booked)


def _usage(municipality_id: str) -> Check:
    """What lines less what was taken back say, against what went out of the entitlement's accounts."""
    return _compared(
        FindingKind.ENTITLEMENT_USAGE,
        *_used(municipality_id),
        _gone(municipality_id, col(Entry.debit_account_id), [EntryKind.REDEEM, EntryKind.RESERVE], 1),
        _gone(municipality_id, col(Entry.credit_account_id), [EntryKind.RELEASE, EntryKind.REVERSE], -1),
    )


def _compared(kind: FindingKind, *parts: Select[*tuple[Any, ...]]) -> Check:
    """Rows of id, unit, expected and found, summed by entitlement and unit."""
    rows = union_all(*parts).subquery()
    expected, found = func.sum(rows.c.expected), func.sum(rows.c.found)
    statement = (
        select(rows.c.id, rows.c.unit, expected, found)
        .group_by(rows.c.id, rows.c.unit)
        .having(expected != found)
    )
    return Check(kind=kind, place="entitlement {}, {}", statement=statement)


def _used(municipality_id: str) -> Iterator[Select[*tuple[Any, ...]]]:
    """What stands of every line: its money, and its quantity where the entitlement holds that unit."""
    line, off = RedemptionLine, _taken_back(municipality_id)
    cents = col(line.price_cents) - func.coalesce(off.c.cents, 0)
    quantity = col(line.quantity) - func.coalesce(off.c.quantity, 0)
    counted = col(Entitlement.quantity_unit) == col(line.unit)
    for unit, amount, wanted in ((_MONEY, cents, true()), (col(line.unit), quantity, counted)):
        yield (
            select(
                col(Redemption.entitlement_id).label("id"),
                unit.label("unit"),
                amount.label("expected"),
                literal(0).label("found"),
            )
            .join(line, linked(line, Redemption, col(line.redemption_id) == col(Redemption.id)))
            .join(
                Entitlement,
                linked(Entitlement, Redemption, col(Entitlement.id) == col(Redemption.entitlement_id)),
            )
            .outerjoin(
                off, and_(off.c.redemption_id == col(line.redemption_id), off.c.line == col(line.line))
            )
            .where(col(Redemption.municipality_id) == municipality_id, wanted)
        )


def _taken_back(municipality_id: str) -> Subquery:
    """What all follow-ups together took off each line."""
    key = (col(TakenBack.redemption_id), col(TakenBack.line))
    return (
        select(
            *key,
            func.sum(col(TakenBack.price_cents)).label("cents"),
            func.sum(col(TakenBack.quantity)).label("quantity"),
        )
        .where(col(TakenBack.municipality_id) == municipality_id)
        .group_by(*key)
        .subquery()
    )


def _gone(municipality_id: str, side: Any, kinds: list[EntryKind], sign: int) -> Select[*tuple[Any, ...]]:
    """What went out of (or with sign -1 came back to) entitlement accounts, by owner and unit."""
    return (
        select(col(Account.owner_id), col(Account.unit), literal(0), sign * col(Entry.amount))
        .join(Entry, linked(Entry, Account, side == col(Account.id)))
        .where(
            col(Entry.municipality_id) == municipality_id,
            col(Entry.kind).in_(kinds),
            col(Account.kind) == AccountKind.ENTITLEMENT,
        )
    )


def _closed(municipality_id: str) -> Check:
    balance = col(Account.credits) - col(Account.debits)
    statement = (
        select(col(Entitlement.id), col(Account.unit), literal(0), balance)
        .join(Account, linked(Account, Entitlement, col(Account.owner_id) == col(Entitlement.id)))
        .where(
            col(Entitlement.municipality_id) == municipality_id,
            col(Entitlement.closed_at).is_not(None),
            balance != 0,
        )
    )
    return Check(kind=FindingKind.ENTITLEMENT_CLOSED, place="entitlement {}, {}", statement=statement)


def _codes(municipality_id: str) -> Check:
    statement = (
        select(col(Code.id), col(Code.entitlement_id), literal(1), literal(0))
        .outerjoin(Entitlement, linked(Entitlement, Code, col(Entitlement.id) == col(Code.entitlement_id)))
        .where(col(Code.municipality_id) == municipality_id, col(Entitlement.id).is_(None))
    )
    return Check(kind=FindingKind.CODE_ENTITLEMENT, place="code {}, entitlement {}", statement=statement)


def _approvals(municipality_id: str) -> Check:
    """What was approved was carried out as it was asked, and what was refused or waits was not at all."""
    done = and_(col(ApprovalDecision.approved), col(ApprovalDecision.approval_id).is_not(None))
    expected = case((done, 1), else_=0)
    change = col(EntitlementChange.id)
    found = case(
        (change.is_(None), 0), (col(EntitlementChange.fingerprint) == col(Approval.fingerprint), 1), else_=2
    )
    statement = (
        select(col(Approval.id), expected, found)
        .outerjoin(
            ApprovalDecision,
            linked(ApprovalDecision, Approval, col(ApprovalDecision.approval_id) == col(Approval.id)),
        )
        .outerjoin(EntitlementChange, linked(EntitlementChange, Approval, change == col(Approval.id)))
        .where(col(Approval.municipality_id) == municipality_id, expected != found)
    )
    return Check(kind=FindingKind.APPROVAL, place="approval {}", statement=statement)
