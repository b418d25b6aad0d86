# SPDX-License-Identifier: EUPL-1.2
"""The chart of accounts as an accountant sees it: what each account of the books is part of.

Never one account per entitlement or resident: what residents may still use is one account per budget, and
all helpers whom residents contract themselves are one account, for such a helper tells whose help it is.
Organisations have an account each, and are parties. Only money: quantities are not in it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlmodel import col

from ledger import bulk
from ledger.columns import Id
from ledger.db import Work
from ledger.ids import NOBODY
from ledger.rules.funding import AccountKind, EntryKind
from ledger.tables import (
    Account,
    Budget,
    CareAgreement,
    Contract,
    Entitlement,
    Entry,
    Programme,
    Provider,
    ProviderKind,
)
from ledger.tables.base import linked
from ledger.units import Unit

Place: TypeAlias = tuple[AccountKind, UUID]
"""A kind of account, with the budget or provider it is of; NOBODY where it is of neither."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Creditor:
    """An organisation that is paid."""

    agb: str
    name: str
    kvk: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartAccount:
    """One account of the chart; its code has at most 35 characters and stays what it is."""

    code: str
    description: str
    """In Dutch."""
    creditor: Creditor | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Every account of the chart, in the order of the kinds, then of the codes."""

    accounts: Mapping[Place, ChartAccount]
    helpers: frozenset[UUID]

    def at(self, place: Place) -> ChartAccount:
        """The account at a place; of a helper that of all helpers."""
        kind, owner = place
        found = self.accounts.get((kind, NOBODY if owner in self.helpers else owner))
        if found is None:  # must hold under python -O as well
            raise AssertionError(f"an account of kind {kind} has no place in the chart")
        return found


def load(work: Work) -> Chart:
    """The chart of this municipality as its budgets and providers are now."""
    found: dict[Place, ChartAccount] = dict(_FIXED)
    found.update(_of_budgets(work))
    helpers = set()
    statement = select(
        col(Provider.id), col(Provider.kind), col(Provider.agb), col(Provider.trade_name), col(Provider.kvk)
    ).where(col(Provider.municipality_id) == work.municipality_id)
    for provider_id, kind, agb, name, kvk in work.session.execute(statement):
        if kind is ProviderKind.HELPER:
            helpers.add(provider_id)
        else:
            assert agb is not None, "the database sees to it"
            found.update(_of_creditor(provider_id, Creditor(agb=agb, name=name, kvk=kvk or None)))
    ordered = sorted(found.items(), key=lambda each: (_ORDER[each[0][0]], each[1].code))
    return Chart(accounts=dict(ordered), helpers=frozenset(helpers))


def places(work: Work, account_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Where these accounts of the books stand in the chart, by id."""
    return {id_: (kind, owner) for id_, kind, owner in _PLACES.rows(work, ids=account_ids)}


def booked(work: Work, *, until: datetime) -> Counter[tuple[EntryKind, Place]]:
    """What all money entries up to an instant, inclusive, brought to each place: credits less debits.

    By kind of entry; summed over these it is what the place held. It goes by recorded_at. One statement.
    """
    sides = union_all(
        *(
            select(col(Entry.kind).label("kind"), account_id.label("account_id"), cents.label("cents")).where(
                col(Entry.municipality_id) == work.municipality_id,
                col(Entry.unit) == Unit.EUROCENT,
                col(Entry.recorded_at) <= until,
            )
            for account_id, cents in (
                (col(Entry.debit_account_id), -col(Entry.amount)),
                (col(Entry.credit_account_id), col(Entry.amount)),
            )
        )
    ).subquery()
    each = (
        select(sides.c.kind, sides.c.account_id, func.sum(sides.c.cents).label("cents"))
        .group_by(sides.c.kind, sides.c.account_id)
        .subquery()
    )
    placed = (
        _placed(
            select(
                each.c.kind.label("kind"),
                col(Account.kind).label("account"),
                _OWNER.label("owner"),
                each.c.cents.label("cents"),
            ).select_from(Account)
        )
        .join(each, each.c.account_id == col(Account.id))
        .where(col(Account.municipality_id) == work.municipality_id)
        .subquery()
    )
    place = (placed.c.kind, placed.c.account, placed.c.owner)
    rows = work.session.execute(select(*place, func.sum(placed.c.cents)).group_by(*place))
    return Counter({(kind, (account, owner)): int(cents) for kind, account, owner, cents in rows})


_FIXED: Final[Mapping[Place, ChartAccount]] = {
    (AccountKind.TREASURY, NOBODY): ChartAccount(
        code="treasury", description="Beschikbaar gesteld door de raad, en betaald door de bank"
    ),
    (AccountKind.IN_PAYMENT, NOBODY): ChartAccount(code="in_payment", description="Betalingen onderweg"),
    (AccountKind.PAYABLE, NOBODY): ChartAccount(
        code="payable-helpers", description="Te betalen aan pgb-hulpverleners"
    ),
    (AccountKind.RECEIVABLE, NOBODY): ChartAccount(
        code="receivable-helpers", description="Terug te ontvangen van pgb-hulpverleners"
    ),
}
_OF_BUDGET: Final = {
    AccountKind.BUDGET: "Budget",
    AccountKind.ENTITLEMENT: "Verplichtingen",
    AccountKind.RESERVED: "Gereserveerd",
}
_OF_CREDITOR: Final = {
    AccountKind.PAYABLE: "Te betalen aan",
    AccountKind.RECEIVABLE: "Terug te ontvangen van",
}
_ORDER: Final = {kind: number for number, kind in enumerate(AccountKind)}


def _of_budgets(work: Work) -> Iterator[tuple[Place, ChartAccount]]:
    """A code ends in the last 48 bits of the budget's id, all of them random."""
    statement = (
        select(col(Budget.id), col(Budget.year), col(Programme.name))
        .join(Programme, linked(Programme, Budget, col(Programme.id) == col(Budget.programme_id)))
        .where(col(Budget.municipality_id) == work.municipality_id)
    )
    for budget_id, year, name in work.session.execute(statement):
        for kind, word in _OF_BUDGET.items():
            code = f"{kind}-{year}-{budget_id.hex[-12:]}"
            yield (kind, budget_id), ChartAccount(code=code, description=f"{word} {name} {year}")


def _of_creditor(provider_id: UUID, creditor: Creditor) -> Iterator[tuple[Place, ChartAccount]]:
    for kind, word in _OF_CREDITOR.items():
        yield (
            (kind, provider_id),
            ChartAccount(
                code=f"{kind}-{creditor.agb}", description=f"{word} {creditor.name}", creditor=creditor
            ),
        )


_OWNER: Final = case(
    (col(Account.kind) == AccountKind.IN_PAYMENT, literal(NOBODY, Id())),  # what is on its way is one account
    else_=func.coalesce(
        col(Entitlement.budget_id),
        col(Contract.provider_id),
        col(CareAgreement.provider_id),
        col(Account.owner_id),
    ),
)
"""The budget of an entitlement, the provider of an agreement, else the owner itself."""


def _placed(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With whatever _OWNER looks at, for the accounts of a statement."""
    for table in (Entitlement, Contract, CareAgreement):
        statement = statement.outerjoin(table, linked(table, Account, col(table.id) == col(Account.owner_id)))
    return statement


_PLACES: Final = bulk.Query(
    _placed(select(col(Account.id), col(Account.kind), _OWNER).select_from(Account)).where(
        bulk.mine(Account), bulk.Among(col(Account.id), "ids")
    )
)
