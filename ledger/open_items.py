# SPDX-License-Identifier: EUPL-1.2
"""Open items: what is owed and not settled yet, kept up to date without reading all that was ever booked.

An item is an entry on a payable account: owed where it came in, taken back where it went out. The entries of
settlements themselves are on payable accounts too, and are no items. Gathering looks at what was booked since
the last time, and a day further back, for a transaction may end long after its ids were minted. A day is a
guess: a draft compares the items of every provider with what its accounts hold (`mend`), a release does so
under locks (`prove`), and what differs is gathered from the whole history.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from ledger import bulk
from ledger.columns import Id
from ledger.db import Work
from ledger.ids import NOBODY, of_int
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Account,
    CareAgreement,
    Contract,
    Entry,
    Gathered,
    OpenItem,
    SettlementLine,
)
from ledger.units import Unit

SLACK: Final = timedelta(days=1)
"""How much longer than its ids a transaction may take before `prove` has to find what it booked."""

NO_ITEMS: Final = (EntryKind.SETTLE, EntryKind.SET_OFF)
"""Kinds of entries on payable accounts that are the settling itself."""

ENTRIES_AT_ONCE: Final = 5000
"""How many entries are in memory at once."""


def gather(work: Work) -> None:
    """Add what was booked on payable accounts since the last time; again changes nothing."""
    known = work.session.get(Gathered, work.municipality_id, populate_existing=True)
    newest = _gather(work, passed(known.through if known else NOBODY))
    if known is None:
        work.session.add(Gathered(municipality_id=work.municipality_id, through=newest))
    elif known.through < newest:
        known.through = newest
    work.session.flush()


def set_apart(work: Work, run_id: UUID, before: Any) -> None:
    """Give a run all free items that happened before an instant.

    What takes back an item of another open run is left to that run.
    """
    origin = aliased(OpenItem)
    of_another = exists().where(
        col(origin.municipality_id) == work.municipality_id,
        col(origin.entry_id) == col(OpenItem.origin_id),
        col(origin.run_id).is_not(None),
    )
    work.session.execute(
        update(OpenItem)
        .where(
            col(OpenItem.municipality_id) == work.municipality_id,
            col(OpenItem.run_id).is_(None),
            col(OpenItem.at) < before,
            ~of_another,
        )
        .values(run_id=run_id)
        .execution_options(synchronize_session=False)
    )


def follow(work: Work, run_id: UUID) -> None:
    """Give a run also what has taken back items of it since it was drafted."""
    origin = aliased(OpenItem)
    origins = select(col(origin.entry_id)).where(
        col(origin.municipality_id) == work.municipality_id, col(origin.run_id) == run_id
    )
    work.session.execute(
        update(OpenItem)
        .where(
            col(OpenItem.municipality_id) == work.municipality_id,
            col(OpenItem.run_id).is_(None),
            col(OpenItem.origin_id).in_(origins),
        )
        .values(run_id=run_id)
        .execution_options(synchronize_session=False)
    )


def let_go(work: Work, run_id: UUID) -> None:
    """Free what a run still holds: the next one takes it."""
    work.session.execute(
        update(OpenItem)
        .where(col(OpenItem.municipality_id) == work.municipality_id, col(OpenItem.run_id) == run_id)
        .values(run_id=None)
        .execution_options(synchronize_session=False)
    )


def settled(
    work: Work, run_id: UUID, settlement_of: Mapping[UUID, UUID], *conditions: ColumnElement[bool]
) -> None:
    """Write items of a run as lines of settlements, these given by provider; they are open no more.

    Named one by one: settlements were made a moment ago, and no database knows yet how many there are.
    """
    theirs = and_(
        col(OpenItem.municipality_id) == work.municipality_id,
        col(OpenItem.run_id) == run_id,
        col(OpenItem.provider_id).in_(settlement_of),
        *conditions,
    )
    found = work.session.execute(
        select(col(OpenItem.entry_id), col(OpenItem.provider_id), col(OpenItem.cents))
        .where(theirs)
        .execution_options(yield_per=ENTRIES_AT_ONCE)
    )
    for piece in found.partitions():
        rows = [
            {
                "municipality_id": work.municipality_id,
                "entry_id": entry_id,
                "settlement_id": settlement_of[provider_id],
                "cents": cents,
            }
            for entry_id, provider_id, cents in piece
        ]
        bulk.insert(work, SettlementLine, rows)
    work.session.execute(delete(OpenItem).where(theirs).execution_options(synchronize_session=False))


def mend(work: Work) -> None:
    """Gather from the whole history what lacks at any provider: what `gather` passes over is not forgotten.

    Nothing is locked: one statement sees one state.
    """
    if lacking := _differing(work, None):
        _gather(work, NOBODY, set(lacking))


def prove(work: Work, run_id: UUID) -> None:
    """See to it that the items of every provider in a run are what its accounts hold; these are locked.

    By provider, not by account: what one account lacks is taken from another of the same provider. A bug
    raises AssertionError: then nothing may be paid.
    """
    lacking = _differing(work, run_id)
    if lacking:
        _gather(work, NOBODY, set(lacking))
        follow(work, run_id)
        lacking = _differing(work, run_id)
    if lacking:  # must hold under python -O as well
        raise AssertionError(f"open items of {len(lacking)} providers are not what their accounts hold")


def passed(through: UUID) -> UUID:
    """Below which id `gather` does not look again once it has come through this one: a SLACK before it."""
    ms = (through.int >> 80) - SLACK // timedelta(milliseconds=1)
    return of_int(ms << 80) if ms > 0 else NOBODY


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


def owing(municipality_id: str, *conditions: ColumnElement[bool]) -> CompoundSelect[*tuple[Any, ...]]:
    """All items there should be under these conditions: of entries that no settlement has."""
    owed = _side(municipality_id, col(Entry.credit_account_id), 1, conditions)
    return union_all(owed, _side(municipality_id, col(Entry.debit_account_id), -1, conditions))


def _gather(work: Work, after: UUID, providers: Collection[UUID] | None = None) -> UUID:
    """Add the items that lack among entries after an id, of these providers or all; the newest entry's id.

    In pieces that name what they look for: a statement that inserts into the table it compares with is
    planned for the few rows there were before it.
    """
    while piece := _ENTRIES.rows(work, after=after):
        after = piece[-1][0]
        _add(work, [_Booked(*row) for row in piece], providers)
    return after


class _Booked(NamedTuple):
    """An entry as far as it matters here."""

    id: UUID
    kind: EntryKind
    debit_account_id: UUID
    credit_account_id: UUID
    amount: int
    at: datetime
    reverses_id: UUID | None


_ENTRIES: Final = bulk.Query(
    select(
        col(Entry.id),
        col(Entry.kind),
        col(Entry.debit_account_id),
        col(Entry.credit_account_id),
        col(Entry.amount),
        col(Entry.at),
        col(Entry.reverses_id),
    )
    .where(
        bulk.mine(Entry),
        col(Entry.id) > bindparam("after", type_=Id()),
        col(Entry.unit) == Unit.EUROCENT,
        *(col(Entry.kind) != kind for kind in NO_ITEMS),
    )
    .order_by(col(Entry.id))
    .limit(ENTRIES_AT_ONCE)
)
_PAYABLES: Final = bulk.Query(
    select(col(Account.id), col(Account.owner_id)).where(
        bulk.mine(Account),
        bulk.Among(col(Account.id), "ids"),
        col(Account.kind) == AccountKind.PAYABLE,
    )
)
_CONTRACTS: Final = bulk.Query(
    select(col(Contract.id), col(Contract.provider_id)).where(
        bulk.mine(Contract), bulk.Among(col(Contract.id), "ids")
    )
)
_AGREEMENTS: Final = bulk.Query(
    select(col(CareAgreement.id), col(CareAgreement.provider_id)).where(
        bulk.mine(CareAgreement), bulk.Among(col(CareAgreement.id), "ids")
    )
)
_SETTLED: Final = bulk.Query(
    select(col(SettlementLine.entry_id)).where(
        bulk.mine(SettlementLine), bulk.Among(col(SettlementLine.entry_id), "ids")
    )
)
_OPEN: Final = bulk.Query(
    select(col(OpenItem.entry_id)).where(bulk.mine(OpenItem), bulk.Among(col(OpenItem.entry_id), "ids"))
)


def _add(work: Work, piece: Sequence[_Booked], providers: Collection[UUID] | None) -> None:
    accounts = {each.debit_account_id for each in piece} | {each.credit_account_id for each in piece}
    owner_of: dict[UUID, UUID] = dict(_PAYABLES.rows(work, ids=accounts))
    owners = set(owner_of.values())
    agreements = _CONTRACTS.rows(work, ids=owners) + _AGREEMENTS.rows(work, ids=owners)
    provider_of: dict[UUID, UUID] = dict(agreements)
    ids = [each.id for each in piece]
    known = {row[0] for query in (_SETTLED, _OPEN) for row in query.rows(work, ids=ids)}
    rows = []
    for each in piece:
        for account_id, cents in (
            (each.credit_account_id, each.amount),
            (each.debit_account_id, -each.amount),
        ):
            if account_id not in owner_of or each.id in known:
                continue
            provider_id = provider_of[owner_of[account_id]]
            if providers is None or provider_id in providers:
                rows.append(_row(work, each, account_id, provider_id, cents))
    bulk.insert(work, OpenItem, rows)


def _row(work: Work, booked: _Booked, account_id: UUID, provider_id: UUID, cents: int) -> dict[str, Any]:
    takes_back = booked.kind is EntryKind.REVERSE and booked.reverses_id is not None
    return {
        "municipality_id": work.municipality_id,
        "entry_id": booked.id,
        "origin_id": booked.reverses_id if takes_back else booked.id,
        "provider_id": provider_id,
        "account_id": account_id,
        "cents": cents,
        "at": booked.at,
    }


def _side(
    municipality_id: str, account_id: Any, sign: int, conditions: Collection[ColumnElement[bool]]
) -> Select[*tuple[Any, ...]]:
    is_settled = exists().where(
        col(SettlementLine.municipality_id) == municipality_id, col(SettlementLine.entry_id) == col(Entry.id)
    )
    provider_id = func.coalesce(col(Contract.provider_id), col(CareAgreement.provider_id))
    origin = case(
        (col(Entry.kind) == EntryKind.REVERSE, func.coalesce(col(Entry.reverses_id), col(Entry.id))),
        else_=col(Entry.id),
    )
    return (
        select(
            col(Entry.municipality_id).label("municipality_id"),
            col(Entry.id).label("entry_id"),
            origin.label("origin_id"),
            provider_id.label("provider_id"),
            col(Account.id).label("account_id"),
            (col(Entry.amount) * literal(sign)).label("cents"),
            col(Entry.at).label("at"),
        )
        .join(
            Account,
            and_(col(Account.municipality_id) == col(Entry.municipality_id), col(Account.id) == account_id),
        )
        .outerjoin(
            Contract,
            and_(
                col(Contract.municipality_id) == col(Account.municipality_id),
                col(Contract.id) == col(Account.owner_id),
            ),
        )
        .outerjoin(
            CareAgreement,
            and_(
                col(CareAgreement.municipality_id) == col(Account.municipality_id),
                col(CareAgreement.id) == col(Account.owner_id),
            ),
        )
        .where(
            col(Entry.municipality_id) == municipality_id,
            col(Entry.unit) == Unit.EUROCENT,
            col(Entry.kind).not_in(NO_ITEMS),
            col(Account.kind) == AccountKind.PAYABLE,
            ~is_settled,
            *conditions,
        )
    )


def _differing(work: Work, run_id: UUID | None) -> list[UUID]:
    """The providers (of a run, or all) whose items are not together what their payable accounts hold."""
    mine = col(OpenItem.municipality_id) == work.municipality_id
    owners = parties(work.municipality_id).subquery()
    balances = (
        select(
            owners.c.provider_id.label("provider_id"),
            (col(Account.credits) - col(Account.debits)).label("cents"),
        )
        .join(owners, owners.c.id == col(Account.owner_id))
        .where(
            col(Account.municipality_id) == work.municipality_id,
            col(Account.kind) == AccountKind.PAYABLE,
            col(Account.unit) == Unit.EUROCENT,
        )
    )
    items = select(col(OpenItem.provider_id), -col(OpenItem.cents)).where(mine)
    if run_id is not None:
        providers = select(col(OpenItem.provider_id)).where(mine, col(OpenItem.run_id) == run_id)
        balances = balances.where(owners.c.provider_id.in_(providers))
        items = items.where(col(OpenItem.provider_id).in_(providers))
    both = union_all(balances, items).subquery()
    statement = select(both.c.provider_id).group_by(both.c.provider_id).having(func.sum(both.c.cents) != 0)
    return list(work.session.scalars(statement))
