# SPDX-License-Identifier: EUPL-1.2
"""A small municipality in which time goes on: what is done is recorded at the instant its clock shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from ledger import (
    bank_messages,
    budgets,
    bulk,
    chart,
    db,
    entitlements,
    municipalities,
    payments,
    providers,
)
from ledger.budgets import Funding
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.municipalities import MunicipalityInput
from ledger.payments import Word
from ledger.providers import ProviderInput
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.restrictions import OnlyProviders
from ledger.rules.states import News
from ledger.tables import Account, BankMessageKind, BankStatement, Budget, Payment, ProviderKind
from ledger.units import Unit
from tests import settling
from tests.settling import Settled
from tests.town import BORNE, EUROS, MINUTES, Town

__all__ = ["BORNE", "EUROS", "MINUTES", "TAX_NUMBER", "Years", "instant"]

TAX_NUMBER = "001234567"


def instant(day: str, hour: int = 10) -> datetime:
    """An instant of a day in UTC."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)


@dataclass(kw_only=True)
class Years(Town):
    """The town with a clock of its own and a tax number."""

    clock: datetime = datetime(2026, 1, 5, 10, tzinfo=UTC)

    def __post_init__(self) -> None:
        super().__post_init__()
        with self.work() as work:
            municipalities.put(work, MunicipalityInput(name="Borne", tax_number=TAX_NUMBER))

    @contextmanager
    def work(self, *, now: datetime | None = None, actor_id: UUID | None = None) -> Iterator[Work]:
        with super().work(now=now or self.clock, actor_id=actor_id) as work:
            yield work

    @contextmanager
    def reading(self, now: datetime | None = None) -> Iterator[Work]:
        """One look."""
        with db.reading(self.engine) as session:
            yield Work(session=session, municipality_id=BORNE, actor_id=self.actor_id, now=now or self.clock)

    def helper(self) -> UUID:
        """A person whom a resident contracts."""
        id_, number = uuid7(), next(self.numbers)
        self.agbs[id_] = f"{number:08d}"
        content = ProviderInput(
            id=id_,
            kind=ProviderKind.HELPER,
            agb=self.agbs[id_],
            trade_name="Truus de Hulp",
            account_holder_name="T. Hulp",
            iban="NL20INGB0001234567",
        )
        with self.work() as work:
            providers.put(work, [content])
        return id_

    def fund(self, cents: int, *, law: Law = Law.WMO, year: int = 2026) -> UUID:
        """Money of the council."""
        funding = Funding(
            id=uuid7(), programme_id=self.programmes[law], year=year, cents=cents, at=self.clock
        )
        with self.work() as work:
            budgets.fund(work, [funding])
            return work.session.scalars(
                select(col(Budget.id)).where(
                    col(Budget.programme_id) == self.programmes[law], col(Budget.year) == year
                )
            ).one()

    def given(
        self,
        *providers: UUID,
        law: Law = Law.WMO,
        cents: int = 1000_00,
        kind: EntitlementKind = EntitlementKind.VOUCHER,
    ) -> UUID:
        """An entitlement for the year of the clock, to be spent at these providers."""
        grant = entitlements.Grant(
            id=uuid7(),
            kind=kind,
            law=law,
            programme_id=self.programmes[law],
            holder_id=self.holder_id,
            amount_cents=cents,
            restrictions=(OnlyProviders(providers=frozenset(self.agbs[each] for each in providers)),),
            valid_from=date(dutch_day(self.clock).year, 1, 1),
            at=self.clock,
        )
        with self.work() as work:
            (granted,) = entitlements.grant(work, [grant])
        assert not isinstance(granted, LedgerError), granted
        return grant.id

    def used(self, right_id: UUID, provider_id: UUID, cents: int, *, reserve: bool = False) -> UUID:
        """A redemption of an amount on the day of the clock."""
        return self.redeem(right_id, provider_id, cents=cents, at=self.clock, reserve=reserve)

    def settled(self) -> Settled:
        """A run of all until today, released and taken out."""
        run = self.settle(dutch_day(self.clock))
        with self.work() as work:
            settling.bank_files(work, run.id)
        return run

    def hear(self, payment: Payment, *news: News) -> None:
        """What the bank says of a payment, as bank_statements would have it heard."""
        with self.work() as work:
            kind = BankMessageKind.STATEMENT
            digest = sha256(uuid7().bytes).digest()
            message = bank_messages.begin(work, kind, uuid7().hex, digest)
            statement = BankStatement(
                municipality_id=BORNE,
                id=uuid7(),
                message_id=message.id,
                kind=kind,
                account_iban="NL91ABNA0417164300",
                statement_id=message.message_id,
                lines=len(news),
                content_sha256=digest,
            )
            bulk.insert(work, BankStatement, [statement.model_dump()])
            words = [
                Word(
                    line=number,
                    payment_id=payment.id,
                    news=each,
                    code="",
                    servicer_reference=None,
                    at=self.clock,
                )
                for number, each in enumerate(news, start=1)
            ]
            payments.hear(work, statement, words, payments.known(work, [payment]))

    def held(self) -> dict[str, int]:
        """What the accounts hold by their counters, per account of the chart; none that holds nothing."""
        with self.reading() as work:
            accounts = chart.load(work)
            balances = {
                id_: int(cents)
                for id_, cents in work.session.execute(
                    select(col(Account.id), func.sum(col(Account.credits) - col(Account.debits)))
                    .where(col(Account.unit) == Unit.EUROCENT)
                    .group_by(col(Account.id))
                )
            }
            found: dict[str, int] = {}
            for id_, place in chart.places(work, list(balances)).items():
                code = accounts.at(place).code
                found[code] = found.get(code, 0) + balances[id_]
        return {code: cents for code, cents in found.items() if cents}
