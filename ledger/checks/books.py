# SPDX-License-Identifier: EUPL-1.2
"""Checks of the books themselves: counters, sums, bounds, and that entries follow the chart."""

from collections.abc import Iterator

from sqlalchemy import (
    ColumnElement,
    Subquery,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger.checks.findings import Check, FindingKind
from ledger.columns import Choice
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Account,
    Bound,
    Budget,
    BudgetMode,
    DemandStep,
    EntitlementChange,
    Entry,
    FollowUp,
    PaymentEvent,
    Programme,
    Redemption,
    Settlement,
    TermAmount,
)
from ledger.tables.base import linked

CHART: dict[EntryKind, set[tuple[AccountKind, AccountKind]]] = {
    EntryKind.FUND: {(AccountKind.TREASURY, AccountKind.BUDGET)},
    EntryKind.FUND_BACK: {(AccountKind.BUDGET, AccountKind.TREASURY)},
    EntryKind.GRANT: {
        (AccountKind.BUDGET, AccountKind.ENTITLEMENT),
        (AccountKind.TREASURY, AccountKind.ENTITLEMENT),
    },
    EntryKind.LOWER: {
        (AccountKind.ENTITLEMENT, AccountKind.BUDGET),
        (AccountKind.ENTITLEMENT, AccountKind.TREASURY),
    },
    EntryKind.RELEASE_COMMITMENT: {
        (AccountKind.ENTITLEMENT, AccountKind.BUDGET),
        (AccountKind.ENTITLEMENT, AccountKind.TREASURY),
    },
    EntryKind.REDEEM: {
        (AccountKind.ENTITLEMENT, AccountKind.PAYABLE),
        (AccountKind.ENTITLEMENT, AccountKind.DELIVERED),
        (AccountKind.TREASURY, AccountKind.DELIVERED),
    },
    EntryKind.RESERVE: {
        (AccountKind.ENTITLEMENT, AccountKind.RESERVED),
        (AccountKind.TREASURY, AccountKind.RESERVED),
    },
    EntryKind.CAPTURE: {
        (AccountKind.RESERVED, AccountKind.PAYABLE),
        (AccountKind.RESERVED, AccountKind.DELIVERED),
    },
    EntryKind.RELEASE: {
        (AccountKind.RESERVED, AccountKind.ENTITLEMENT),
        (AccountKind.RESERVED, AccountKind.TREASURY),
    },
    EntryKind.REVERSE: {
        (AccountKind.PAYABLE, AccountKind.ENTITLEMENT),
        (AccountKind.RECEIVABLE, AccountKind.ENTITLEMENT),
        (AccountKind.DELIVERED, AccountKind.ENTITLEMENT),
        (AccountKind.DELIVERED, AccountKind.TREASURY),
    },
    EntryKind.SETTLE: {(AccountKind.PAYABLE, AccountKind.IN_PAYMENT)},
    EntryKind.SET_OFF: {(AccountKind.PAYABLE, AccountKind.RECEIVABLE)},
    EntryKind.PAID: {(AccountKind.IN_PAYMENT, AccountKind.TREASURY)},
    EntryKind.REOPEN: {(AccountKind.IN_PAYMENT, AccountKind.PAYABLE)},
    EntryKind.RETURN: {(AccountKind.TREASURY, AccountKind.PAYABLE)},
    EntryKind.TERM: {(AccountKind.BUDGET, AccountKind.PAYABLE)},
    EntryKind.TERM_BACK: {(AccountKind.RECEIVABLE, AccountKind.BUDGET)},
    EntryKind.REPAID: {(AccountKind.TREASURY, AccountKind.RECEIVABLE)},
    EntryKind.INTEREST: {(AccountKind.RECEIVABLE, AccountKind.BUDGET)},
    EntryKind.INTEREST_BACK: {(AccountKind.BUDGET, AccountKind.RECEIVABLE)},
}
"""From which kind of account to which an entry of each kind may go."""

_Debit, _Credit, _Original = aliased(Account), aliased(Account), aliased(Entry)
_BALANCE = col(Account.credits) - col(Account.debits)


def checks(municipality_id: str) -> Iterator[Check]:
    """Every check of accounts, then of entries."""
    yield from _counters(municipality_id)
    yield _unit_sum(municipality_id)
    yield _account_bound(municipality_id)
    yield _bound_of_kind(municipality_id)
    yield _entry_unit(municipality_id)
    yield _entry_chart(municipality_id)
    yield _entry_cause(municipality_id)
    yield _reversal_unknown(municipality_id)
    yield _reversal_amount(municipality_id)
    yield _reversed_in_parts(municipality_id)
    yield _reversal_at(municipality_id)
    yield _reversed_twice(municipality_id)


def _counters(municipality_id: str) -> Iterator[Check]:
    replay = _replayed(municipality_id)
    for name, counter in (("debits", col(Account.debits)), ("credits", col(Account.credits))):
        expected = func.coalesce(replay.c[name], 0)
        statement = (
            select(col(Account.id), expected, counter)
            .outerjoin(replay, replay.c.account_id == col(Account.id))
            .where(col(Account.municipality_id) == municipality_id, counter != expected)
        )
        yield Check(kind=FindingKind.ACCOUNT_COUNTER, place=f"account {{}}, {name}", statement=statement)


def _replayed(municipality_id: str) -> Subquery:
    """What the entries of each account sum to: account_id, debits, credits."""
    nothing = literal(0)
    sides = union_all(
        *(
            select(account.label("account_id"), debit.label("debits"), credit.label("credits")).where(
                col(Entry.municipality_id) == municipality_id
            )
            for account, debit, credit in (
                (col(Entry.debit_account_id), col(Entry.amount), nothing),
                (col(Entry.credit_account_id), nothing, col(Entry.amount)),
            )
        )
    ).subquery()
    sums = [func.sum(sides.c[name]).label(name) for name in ("debits", "credits")]
    return select(sides.c.account_id, *sums).group_by(sides.c.account_id).subquery()


def _unit_sum(municipality_id: str) -> Check:
    total = func.sum(_BALANCE)
    statement = (
        select(col(Account.unit), literal(0), total)
        .where(col(Account.municipality_id) == municipality_id)
        .group_by(col(Account.unit))
        .having(total != 0)
    )
    return Check(kind=FindingKind.UNIT_SUM, place="unit {}", statement=statement)


def _account_bound(municipality_id: str) -> Check:
    """By the kind of account; the bound in the row is asked of budgets only, and judged apart."""
    free = or_(
        col(Account.kind) == AccountKind.TREASURY,
        and_(col(Account.kind) == AccountKind.BUDGET, col(Account.bound) == Bound.FREE),
    )
    receivable = col(Account.kind) == AccountKind.RECEIVABLE
    statement = select(col(Account.id), literal(0), _BALANCE).where(
        col(Account.municipality_id) == municipality_id,
        or_(and_(receivable, _BALANCE > 0), and_(~receivable, ~free, _BALANCE < 0)),
    )
    return Check(kind=FindingKind.ACCOUNT_BOUND, place="account {}", statement=statement)


def _bound_of_kind(municipality_id: str) -> Check:
    soft = and_(col(Account.kind) == AccountKind.BUDGET, col(Programme.mode) == BudgetMode.SOFT)
    expected = case(
        (or_(col(Account.kind) == AccountKind.TREASURY, soft), _bound(Bound.FREE)),
        (col(Account.kind) == AccountKind.RECEIVABLE, _bound(Bound.AT_MOST_ZERO)),
        else_=_bound(Bound.AT_LEAST_ZERO),
    )
    statement = (
        select(col(Account.id), expected, col(Account.bound))
        .outerjoin(
            Budget,
            linked(Budget, Account, col(Budget.id) == col(Account.owner_id)),
        )
        .outerjoin(
            Programme,
            linked(Programme, Budget, col(Programme.id) == col(Budget.programme_id)),
        )
        .where(col(Account.municipality_id) == municipality_id, col(Account.bound) != expected)
    )
    return Check(kind=FindingKind.BOUND_OF_KIND, place="account {}", statement=statement)


def _bound(bound: Bound) -> ColumnElement[Bound]:
    return literal(bound, Choice(Bound))


_OF_DEBIT = linked(_Debit, Entry, col(_Debit.id) == col(Entry.debit_account_id))
_OF_CREDIT = linked(_Credit, Entry, col(_Credit.id) == col(Entry.credit_account_id))


def _entry_unit(municipality_id: str) -> Check:
    on_debit = col(_Debit.unit).is_distinct_from(col(Entry.unit))
    on_credit = col(_Credit.unit).is_distinct_from(col(Entry.unit))
    found = case((on_debit, col(_Debit.unit)), else_=col(_Credit.unit))
    statement = (
        select(col(Entry.id), col(Entry.unit), found)
        .outerjoin(_Debit, _OF_DEBIT)
        .outerjoin(_Credit, _OF_CREDIT)
        .where(col(Entry.municipality_id) == municipality_id, or_(on_debit, on_credit))
    )
    return Check(kind=FindingKind.ENTRY_UNIT, place="entry {}", statement=statement)


def _entry_chart(municipality_id: str) -> Check:
    allowed = [(kind, debit, credit) for kind, pairs in CHART.items() for debit, credit in pairs]
    way = type_coerce(col(_Debit.kind), Text) + " to " + type_coerce(col(_Credit.kind), Text)
    statement = (
        select(col(Entry.id), type_coerce(col(Entry.kind), Text), way)
        .join(_Debit, _OF_DEBIT)
        .join(_Credit, _OF_CREDIT)
        .where(
            col(Entry.municipality_id) == municipality_id,
            tuple_(col(Entry.kind), col(_Debit.kind), col(_Credit.kind)).not_in(allowed),
        )
    )
    return Check(kind=FindingKind.ENTRY_CHART, place="entry {}", statement=statement)


def _entry_cause(municipality_id: str) -> Check:
    """A redemption, change, settlement, word of the bank, term or demand; funding has none here."""
    statement = select(col(Entry.id), col(Entry.cause_id), literal(1), literal(0))
    for table in (Redemption, FollowUp, EntitlementChange, Settlement, PaymentEvent, TermAmount, DemandStep):
        statement = statement.outerjoin(
            table,
            linked(table, Entry, col(table.id) == col(Entry.cause_id)),
        ).where(col(table.id).is_(None))
    statement = statement.where(
        col(Entry.municipality_id) == municipality_id,
        col(Entry.kind).not_in([EntryKind.FUND, EntryKind.FUND_BACK]),
    )
    return Check(kind=FindingKind.ENTRY_CAUSE, place="entry {}, cause {}", statement=statement)


_OF_ORIGINAL = linked(_Original, Entry, col(_Original.id) == col(Entry.reverses_id))


def _reversal_unknown(municipality_id: str) -> Check:
    statement = (
        select(col(Entry.id), col(Entry.reverses_id), literal(1), literal(0))
        .outerjoin(_Original, _OF_ORIGINAL)
        .where(
            col(Entry.municipality_id) == municipality_id,
            col(Entry.reverses_id).is_not(None),
            col(_Original.id).is_(None),
        )
    )
    return Check(kind=FindingKind.REVERSAL_UNKNOWN, place="entry {} reverses {}", statement=statement)


def _reversal_amount(municipality_id: str) -> Check:
    """The original's amount is the most; of another unit nothing can be taken back."""
    most = case((col(_Original.unit) == col(Entry.unit), col(_Original.amount)), else_=0)
    statement = (
        select(col(Entry.id), col(Entry.reverses_id), most, col(Entry.amount))
        .join(_Original, _OF_ORIGINAL)
        .where(col(Entry.municipality_id) == municipality_id, col(Entry.amount) > most)
    )
    return Check(kind=FindingKind.REVERSAL_AMOUNT, place="entry {} reverses {}", statement=statement)


def _reversed_in_parts(municipality_id: str) -> Check:
    """All parts of an entry that were taken back, one after another, are no more than it."""
    together = func.sum(col(Entry.amount))
    statement = (
        select(col(_Original.id), col(_Original.amount), together)
        .join(Entry, _OF_ORIGINAL)
        .where(col(Entry.municipality_id) == municipality_id)
        .group_by(col(_Original.id), col(_Original.amount))
        .having(func.count() > 1, together > col(_Original.amount))
    )
    return Check(kind=FindingKind.REVERSAL_AMOUNT, place="entry {}", statement=statement)


def _reversal_at(municipality_id: str) -> Check:
    statement = (
        select(col(Entry.id), col(Entry.reverses_id), col(_Original.at), col(Entry.at))
        .join(_Original, _OF_ORIGINAL)
        .where(col(Entry.municipality_id) == municipality_id, col(Entry.at) != col(_Original.at))
    )
    return Check(kind=FindingKind.REVERSAL_AT, place="entry {} reverses {}", statement=statement)


def _reversed_twice(municipality_id: str) -> Check:
    """Only what was redeemed or claimed is taken back in parts; see _reversed_in_parts."""
    times, others = func.count(), func.sum(case((col(Entry.kind) == EntryKind.REVERSE, 0), else_=1))
    statement = (
        select(col(Entry.reverses_id), literal(1), times)
        .where(col(Entry.municipality_id) == municipality_id, col(Entry.reverses_id).is_not(None))
        .group_by(col(Entry.reverses_id))
        .having(times > 1, others > 0)
    )
    return Check(kind=FindingKind.REVERSED_TWICE, place="entry {}", statement=statement)
