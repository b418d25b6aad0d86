# SPDX-License-Identifier: EUPL-1.2
"""A small municipality for tests of money: providers with contracts, rights, and what happens to them.

All goes through the ledger's own functions. Unlike tests/world it has any number of providers, with
contracts under both laws, and prices that a test simply names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

from sqlalchemy import Engine, select
from sqlmodel import SQLModel, col

from ledger import (
    audit,
    care,
    catalogue,
    contracts,
    db,
    entitlements,
    entries,
    follow_ups,
    municipalities,
    programmes,
    providers,
    redemptions,
)
from ledger.care import Agreement
from ledger.catalogue import ServiceInput
from ledger.clock import dutch_day
from ledger.contracts import ContractInput, LineInput
from ledger.db import Work
from ledger.entries import Posting
from ledger.errors import LedgerError
from ledger.ids import NOBODY, uuid7
from ledger.municipalities import MunicipalityInput
from ledger.programmes import CeilingInput, ProgrammeInput
from ledger.providers import ProviderInput
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.restrictions import OnlyProviders
from ledger.rules.tariffs import AtCost, PerMeasure
from ledger.runs import DraftOrder
from ledger.scans import Redeemed, Scan, ScanLine, ScanTerms
from ledger.standing import Followed, Order, Part
from ledger.tables import Account, Approver, BudgetMode, FollowUpKind, Person, ProviderKind, RateClass
from ledger.units import Measure, Unit
from tests import settling
from tests.settling import Settled
from tests.world import by_another

BORNE = "0147"
NOW = datetime(2026, 4, 15, 10, tzinfo=UTC)
MARCH = datetime(2026, 3, 10, 10, tzinfo=UTC)
END_OF_MARCH = date(2026, 3, 31)
PAY_DAY = date(2026, 4, 16)


def pay_day(work: Work) -> date:
    """The usual one, or today once that is behind."""
    return max(PAY_DAY, dutch_day(work.now))


EUROS, MINUTES = "02E01", "02M01"
"""A service sold by amount, and one sold by the minute at a euro each."""

Place = tuple[AccountKind, UUID]


@dataclass(kw_only=True)
class Town:
    """The municipality of Borne with a programme under each law."""

    engine: Engine
    programmes: dict[Law, UUID] = field(default_factory=lambda: {law: uuid7() for law in Law})
    holder_id: UUID = field(default_factory=uuid7)
    actor_id: UUID = field(default_factory=uuid7)
    agbs: dict[UUID, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        paying = MunicipalityInput(
            name="Borne", debtor_name="Gemeente Borne", debtor_iban="NL91ABNA0417164300"
        )
        measures = {EUROS: Measure.EURO, MINUTES: Measure.MINUTE}
        with self.work() as work:
            municipalities.put(work, paying)
            catalogue.put(
                work,
                [
                    ServiceInput(id=uuid7(), law=law, code=code, name="Zorg", measure=measure)
                    for law in Law
                    for code, measure in measures.items()
                ],
            )
            programmes.draft(work, [self._programme(law) for law in Law])
            programmes.publish(by_another(work), list(self.programmes.values()))
        self.add(Person(municipality_id=BORNE, id=self.holder_id, area="7621", recorded_at=NOW))

    def _programme(self, law: Law) -> ProgrammeInput:
        ceiling = CeilingInput(service=MINUTES, rate_class=RateClass.FORMAL, ceiling_cents=100)
        return ProgrammeInput(
            id=self.programmes[law], law=law, name=law, mode=BudgetMode.SOFT, rate_ceilings=(ceiling,)
        )

    @contextmanager
    def work(self, *, now: datetime = NOW, actor_id: UUID | None = None) -> Iterator[Work]:
        """A unit of work that is committed on leaving."""
        with db.transaction(self.engine) as session:
            actor = actor_id or self.actor_id
            yield Work(session=session, municipality_id=BORNE, actor_id=actor, now=now)

    def add(self, *rows: SQLModel) -> None:
        """Rows as they are, in the order given."""
        with db.transaction(self.engine) as session:
            for row in rows:
                session.add(row)
                session.flush()

    def provider(self, name: str = "Zorg & Zó B.V.") -> UUID:
        """A provider that is paid."""
        id_, number = uuid7(), next(self.numbers)
        self.agbs[id_] = f"{number:08d}"
        content = ProviderInput(
            id=id_,
            kind=ProviderKind.ORGANISATION,
            agb=self.agbs[id_],
            kvk="12345678",
            trade_name=f"{name} {number}",
            account_holder_name=name,
            iban="NL20INGB0001234567",
        )
        with self.work() as work:
            providers.put(work, [content])
        return id_

    def contract(self, provider_id: UUID, law: Law = Law.WMO) -> UUID:
        """A contract in force for both services, all of this year and later."""
        first = date(2026, 1, 1)
        content = ContractInput(
            id=uuid7(),
            provider_id=provider_id,
            law=law,
            number=str(next(self.numbers)),
            valid_from=first,
            lines=(
                LineInput(service=EUROS, tariff=AtCost(up_to_cents=10**9), valid_from=first),
                LineInput(service=MINUTES, tariff=PerMeasure(rate_cents=100), valid_from=first),
            ),
        )
        with self.work() as work:
            contracts.draft(work, [content])
            contracts.publish(by_another(work), [content.id])
        return content.id

    def contracted(self, name: str = "Zorg & Zó B.V.") -> UUID:
        """A provider with a contract."""
        provider_id = self.provider(name)
        self.contract(provider_id)
        return provider_id

    def right(
        self,
        *providers: UUID,
        law: Law = Law.WMO,
        cents: int = 10_000_00,
        minutes: int | None = None,
        kind: EntitlementKind = EntitlementKind.VOUCHER,
    ) -> UUID:
        """An entitlement for these providers; with minutes it holds those as well."""
        grant = entitlements.Grant(
            id=uuid7(),
            kind=kind,
            law=law,
            programme_id=self.programmes[law],
            holder_id=self.holder_id,
            amount_cents=cents,
            quantity=minutes,
            quantity_unit=Unit.MINUTE if minutes else None,
            restrictions=(OnlyProviders(providers=frozenset(self.agbs[each] for each in providers)),),
            valid_from=date(2026, 1, 1),
            at=NOW,
        )
        with self.work() as work:
            (granted,) = entitlements.grant(work, [grant])
        assert not isinstance(granted, LedgerError), granted
        return grant.id

    def care(self, right_id: UUID, provider_id: UUID) -> UUID:
        """A care agreement with both approvals under a drawing right."""
        agreement = Agreement(
            id=uuid7(),
            entitlement_id=right_id,
            provider_id=provider_id,
            service=MINUTES,
            rate_class=RateClass.FORMAL,
            rate_cents=100,
            valid_from=date(2026, 1, 1),
            at=NOW,
        )
        with self.work() as work:
            (outcome,) = care.agree(work, [agreement])
        assert not isinstance(outcome, LedgerError), outcome
        for approver in Approver:
            with self.work(actor_id=uuid7()) as work:
                care.approve(work, agreement.id, approver)
        return agreement.id

    def redeem(
        self,
        right_id: UUID,
        provider_id: UUID,
        *,
        cents: int = 0,
        minutes: int = 0,
        at: datetime = MARCH,
        reserve: bool = False,
    ) -> UUID:
        """A redemption of an amount, of minutes, or of both in two lines."""
        asked = ((EUROS, cents), (MINUTES, minutes))
        lines = tuple(ScanLine(service=code, quantity=amount) for code, amount in asked if amount)
        terms = ScanTerms(
            entitlement_id=right_id, provider_id=provider_id, lines=lines, at=at, reserve=reserve
        )
        with self.work() as work:
            (outcome,) = redemptions.redeem(work, [Scan(id=uuid7(), terms=terms)])
        assert isinstance(outcome, Redeemed), outcome
        return outcome.id

    def follow(self, kind: FollowUpKind, redemption_id: UUID, *parts: Part) -> UUID:
        """A capture, release or reversal; without parts of all of it."""
        order = Order(
            id=uuid7(), kind=kind, redemption_id=redemption_id, parts=parts, reason="afgesproken", at=NOW
        )
        with self.work() as work:
            (outcome,) = follow_ups.follow_up(work, [order])
        assert isinstance(outcome, Followed), outcome
        return outcome.id

    def reverse(self, redemption_id: UUID, *parts: Part) -> UUID:
        """Taken back."""
        return self.follow(FollowUpKind.REVERSAL, redemption_id, *parts)

    def book(self, kind: EntryKind, debit: Place, credit: Place, cents: int, at: datetime = MARCH) -> UUID:
        """An entry by hand, as no part of the ledger makes it; accounts are opened as needed."""
        places = [(*debit, Unit.EUROCENT), (*credit, Unit.EUROCENT)]
        with self.work() as work:
            entries.open_accounts(work, places)
            accounts = entries.by_place(entries.locked(work, {debit[1], credit[1]}))
            posting = Posting(
                kind=kind,
                debit_account_id=accounts[places[0]].id,
                credit_account_id=accounts[places[1]].id,
                unit=Unit.EUROCENT,
                amount=cents,
                cause_id=uuid7(),
                at=at,
            )
            (entry_id,) = entries.post(work, [posting])
        return entry_id

    def correct(self, agreement_id: UUID, cents: int, at: datetime = MARCH) -> UUID:
        """Money taken from a payable for a day of its own, which no reversal does."""
        outside = (AccountKind.TREASURY, NOBODY)
        return self.book(EntryKind.REVERSE, (AccountKind.PAYABLE, agreement_id), outside, cents, at)

    def settle(self, until: date = END_OF_MARCH, run_id: UUID | None = None) -> Settled:
        """A run up to and including a day."""
        with self.work() as work:
            order = DraftOrder(id=run_id or uuid7(), until=until, requested_on=pay_day(work))
            return settling.settle(work, order)

    def report(self) -> audit.Report:
        """What the audit finds."""
        with db.reading(self.engine) as session:
            return audit.check(Work(session=session, municipality_id=BORNE, actor_id=self.actor_id, now=NOW))

    def balance(self, kind: AccountKind, owner_id: UUID, unit: Unit = Unit.EUROCENT) -> int:
        """Of an account, all its stripes together; nothing where there is none."""
        statement = select(Account).where(
            col(Account.kind) == kind, col(Account.owner_id) == owner_id, col(Account.unit) == unit
        )
        with db.reading(self.engine) as session:
            return sum(account.balance for account in session.scalars(statement))
