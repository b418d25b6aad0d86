# SPDX-License-Identifier: EUPL-1.2
"""What is owed and not settled yet: where we stand with each provider, and the lines behind it.

A line is an entry on a payable account: owed where it came in, taken back where it went out. The
entries of settlements themselves are on payable accounts too, and are no lines.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, Subquery, and_, exists, func, select, union_all
from sqlmodel import col

from ledger import entries
from ledger.db import Work
from ledger.netting import Payable
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import Account, CareAgreement, Contract, Entry, Provider, SettlementLine
from ledger.units import Unit

PIECE = 5000
"""How many lines are in memory at once."""


@dataclass(kw_only=True)
class Position:
    """How we stand with one provider. Amounts in eurocents."""

    provider_id: UUID
    account_holder_name: str
    iban: str
    payables: list[Payable] = field(default_factory=list)
    """In the order of the accounts' ids."""
    receivable_id: UUID | None = None
    owes_cents: int = 0
    """What the provider has to give back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One entry on a payable account: cents above zero when owed, below zero when taken back."""

    entry_id: UUID
    account_id: UUID
    cents: int


def load(work: Work, before: datetime) -> list[Position]:
    """The position of every provider with a payable or receivable account, in the order of their ids.

    Lines are those that happened before this instant. The accounts are locked first, so that
    nothing is booked on them while they are summed; an account that is opened meanwhile is not
    among them, and waits for the next run.
    """
    accounts = _accounts(work)
    parties = _parties(work)
    sums = _sums(work, before)
    positions = _positions(work)
    touched: set[UUID] = set()
    for account in accounts:
        is_payable = account.kind is AccountKind.PAYABLE
        position = positions[parties[account.owner_id] if is_payable else account.owner_id]
        touched.add(position.provider_id)
        if is_payable:
            position.payables.append(
                Payable(
                    account_id=account.id,
                    balance_cents=account.balance_cents,
                    lines_cents=sums[account.id],
                )
            )
        else:
            position.receivable_id, position.owes_cents = account.id, -account.balance_cents
    return [positions[provider_id] for provider_id in sorted(touched)]


def lines(work: Work, before: datetime) -> Iterator[list[Line]]:
    """The lines of all accounts in pieces, in no order that matters."""
    statement = select(_lines(work, before)).execution_options(yield_per=PIECE)
    for piece in work.session.execute(statement).partitions():
        yield [Line(entry_id=id_, account_id=account, cents=cents) for id_, account, cents in piece]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """An account with what it holds."""

    id: UUID
    kind: AccountKind
    owner_id: UUID
    balance_cents: int


def _accounts(work: Work) -> Sequence[_Held]:
    """Every payable and receivable, locked in LOCK_ORDER; whole rows are not needed."""
    balance = col(Account.credits) - col(Account.debits)
    statement = (
        select(col(Account.id), col(Account.kind), col(Account.owner_id), balance)
        .where(
            col(Account.municipality_id) == work.municipality_id,
            col(Account.kind).in_([AccountKind.PAYABLE, AccountKind.RECEIVABLE]),
            col(Account.unit) == Unit.EUROCENT,
        )
        .order_by(*entries.LOCK_ORDER)
        .with_for_update()
    )
    return [
        _Held(id=id_, kind=kind, owner_id=owner, balance_cents=cents)
        for id_, kind, owner, cents in work.session.execute(statement)
    ]


def _parties(work: Work) -> dict[UUID, UUID]:
    """The provider of each contract and care agreement: who is behind a payable account."""
    rows = work.session.execute(parties(work.municipality_id))
    return {row[0]: row[1] for row in rows}


def parties(municipality_id: str) -> Select[UUID, UUID]:
    """id and provider_id of every contract and care agreement."""
    both = union_all(
        *(
            select(col(table.id).label("id"), col(table.provider_id).label("provider_id")).where(
                col(table.municipality_id) == municipality_id
            )
            for table in (Contract, CareAgreement)
        )
    ).subquery()
    return select(both.c.id, both.c.provider_id)


def _positions(work: Work) -> dict[UUID, Position]:
    """Every provider, as the bank knows it, with nothing owed yet."""
    statement = select(col(Provider.id), col(Provider.account_holder_name), col(Provider.iban)).where(
        col(Provider.municipality_id) == work.municipality_id
    )
    return {
        id_: Position(provider_id=id_, account_holder_name=name, iban=iban)
        for id_, name, iban in work.session.execute(statement)
    }


def _sums(work: Work, before: datetime) -> defaultdict[UUID, int]:
    """What the lines of each payable account sum to."""
    found = _lines(work, before)
    summed = select(found.c.account_id, func.sum(found.c.cents)).group_by(found.c.account_id)
    sums: defaultdict[UUID, int] = defaultdict(int)
    for account_id, cents in work.session.execute(summed):
        sums[account_id] = int(cents)
    return sums


def _lines(work: Work, before: datetime) -> Subquery:
    """entry_id, account_id and cents of every line that no run has settled."""
    owed = _side(work, before, account_id=col(Entry.credit_account_id), cents=col(Entry.amount))
    taken_back = _side(work, before, account_id=col(Entry.debit_account_id), cents=-col(Entry.amount))
    return union_all(owed, taken_back).subquery()


def _side(
    work: Work, before: datetime, *, account_id: SQLColumnExpression[UUID], cents: SQLColumnExpression[int]
) -> Select[UUID, UUID, int]:
    settled = exists().where(
        col(SettlementLine.municipality_id) == col(Entry.municipality_id),
        col(SettlementLine.entry_id) == col(Entry.id),
    )
    return (
        select(col(Entry.id).label("entry_id"), col(Account.id).label("account_id"), cents.label("cents"))
        .join(
            Account,
            and_(col(Account.municipality_id) == col(Entry.municipality_id), col(Account.id) == account_id),
        )
        .where(
            col(Entry.municipality_id) == work.municipality_id,
            col(Entry.kind).not_in([EntryKind.SETTLE, EntryKind.SET_OFF]),
            col(Entry.at) < before,
            col(Account.kind) == AccountKind.PAYABLE,
            col(Account.unit) == Unit.EUROCENT,
            ~settled,
        )
    )
