# SPDX-License-Identifier: EUPL-1.2
"""Recovery: what is demanded, what it bears, what comes in for it, and what people do with the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from ledger import (
    accounting,
    bank_statements,
    db,
    demands,
    payment_files,
    recoveries,
    repayments,
    set_offs,
    statutory_rates,
    year_close,
)
from ledger.bank_messages import Reading
from ledger.checks.findings import FindingKind as K
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.demands import DemandBackdated, DemandExceedsDebt, DemandExists, DemandInput, Told
from ledger.ids import uuid7
from ledger.recoveries import (
    DemanderWithdraws,
    DemandOver,
    InterestCharged,
    InterestInFuture,
    InterestRatesMissing,
)
from ledger.repayments import BankLineNotAssignable
from ledger.rules.demands import DemandState, Move, MoveKind, standings
from ledger.rules.funding import AccountKind
from ledger.runs import DraftOrder
from ledger.standing import Part
from ledger.statutory_rates import RateInput, RatesExist, RatesInput
from ledger.tables import Account, DemandStepKind, LineOutcome, Redemption
from ledger.texts import Language
from tests import settling
from tests.bank.script import Credit
from tests.banking import BankTown, iban
from tests.settling import Settled
from tests.town import PAY_DAY, pay_day

# ------------------------------------------------------------------------------------------------ pure


def test_money_lowers_the_demand_it_names_and_a_set_off_the_oldest_that_stands() -> None:
    one, two, three = uuid7(), uuid7(), uuid7()
    day = date(2026, 7, 1)

    def move(kind: MoveKind, cents: int, demand_id: UUID | None) -> Move:
        return Move(id=uuid7(), kind=kind, cents=cents, day=day, demand_id=demand_id)

    moves = [
        move(MoveKind.SET_OFF, 500, None),  # before anything was demanded
        move(MoveKind.SENT, 100, one),
        move(MoveKind.SENT, 200, two),
        move(MoveKind.INTEREST, 7, one),
        move(MoveKind.REPAID, 50, two),
        move(MoveKind.SET_OFF, 120, None),  # 107 of the first, 13 of the second
        move(MoveKind.SENT, 30, three),
        move(MoveKind.WITHDRAWN, 0, two),
        move(MoveKind.SET_OFF, 40, None),  # 30 of the third, the rest of no demand
    ]
    found = standings(reversed(moves))
    assert list(found) == [one, two, three]
    assert [(each.paid_cents, each.left_cents, each.state) for each in found.values()] == [
        (107, 0, DemandState.PAID),
        (63, 0, DemandState.WITHDRAWN),
        (30, 0, DemandState.PAID),
    ]
    assert (found[one].principal_paid_cents, found[one].left_interest_cents) == (100, 0)
    before = standings(moves[:5])
    assert (before[one].left_interest_cents, before[one].state) == (7, DemandState.STANDING)
    assert (before[two].left_cents, before[two].state) == (150, DemandState.PAID_IN_PART)


# ----------------------------------------------------------------------------------------------- scene

RATES = (
    RateInput(from_day=date(2026, 1, 1), basis_points=600),
    RateInput(from_day=date(2026, 7, 1), basis_points=400),
)
"""Made up: no real decree says so."""
COLLEAGUE = UUID("0195a3c8-0000-7000-8000-00000000c011")


@dataclass(kw_only=True)
class Recovery(BankTown):
    """A town in which time passes."""

    now: datetime = datetime(2026, 4, 15, 10, tzinfo=UTC)

    @contextmanager
    def work(self, **changes: Any) -> Iterator[Work]:
        """As of any town, but now."""
        with super().work(**({"now": self.now} | changes)) as work:
            yield work

    def on(self, month: int, day: int) -> date:
        """It is this day of 2026, also at the bank once it has begun."""
        self.now = datetime(2026, month, day, 10, tzinfo=UTC)
        if self.bank.day < self.now.date():
            self.bank.day = self.now.date()
        return self.now.date()

    def demand(self, id_: UUID, provider_id: UUID, cents: int, **changes: Any) -> Told:
        """Demanded today."""
        content = {"sent_on": dutch_day(self.now), "reason": "te veel betaald"} | changes
        asked = DemandInput(id=id_, provider_id=provider_id, cents=cents, **content)
        with self.work() as work:
            return demands.make(work, asked)

    def charge(self, id_: UUID, until: date) -> Told:
        """Interest, up to a day."""
        with self.work() as work:
            return recoveries.charge_interest(work, id_, until)

    def comes_in(self, cents: int, *, reference: str | None = None, text: str | None = None) -> bytes:
        """Somebody pays us today; what the bank says of it."""
        day = (self.bank.day - PAY_DAY).days
        self.bank.receive(
            Credit(
                day=day, amount_cents=cents, name="Aanbieder 0", iban=iban(0), reference=reference, text=text
            )
        )
        (content,) = self.bank.advance()
        return content

    def read(self, content: bytes) -> Reading:
        """A statement that is read now."""
        with self.work() as work:
            return bank_statements.read(work, BytesIO(content))

    def assign(self, demand_id: UUID, place: int = 0) -> Told:
        """Of the lines somebody has to look at, this one is for a demand."""
        statement, line = self.doubtful()[place]
        with self.work() as work:
            return repayments.assign(work, statement.id, line.number, demand_id)

    def owes(self, provider_id: UUID) -> int:
        """What a provider must give back."""
        return -self.balance(AccountKind.RECEIVABLE, provider_id)

    def uses(self) -> list[UUID]:
        """Every redemption, the oldest first."""
        with db.reading(self.engine) as session:
            return list(session.scalars(select(col(Redemption.id)).order_by(col(Redemption.id))))

    def budget_left(self) -> int:
        """What all budgets hold together."""
        with db.reading(self.engine) as session:
            accounts = session.scalars(select(Account).where(col(Account.kind) == AccountKind.BUDGET))
            return sum(each.balance for each in accounts)

    def run(self, until: date) -> Settled:
        """A run from draft to release."""
        with self.work() as work:
            return settling.settle(work, DraftOrder(id=uuid7(), until=until, requested_on=pay_day(work)))

    def agrees(self) -> bool:
        """Whether all books say the same: the audit, the close of the year, the journal, the audit file."""
        assert self.is_sound()
        with self.work() as work:
            closed = year_close.close(work, 2026)
            assert closed.agrees, closed.proofs
            assert b"".join(accounting.journal(work, date(2026, 1, 1), dutch_day(self.now)))
        return True


@pytest.fixture
def town(engine: Engine) -> Recovery:
    return Recovery(engine=engine)


def overpaid(town: Recovery) -> UUID:
    """A provider that was paid 100 euros for what was 20."""
    run = town.paying(100_00)
    town.submit(run)
    town.days()
    (provider_id,) = [each.provider_id for each in run.settlements]
    (use,) = town.uses()
    town.reverse(use, Part(line=1, quantity=80_00))
    return provider_id


def test_a_provider_that_stopped_pays_back_with_interest(town: Recovery) -> None:
    provider_id, one, two = overpaid(town), uuid7(), uuid7()
    budget = town.budget_left()
    today = town.on(4, 20)
    with pytest.raises(DemandExceedsDebt) as too_much:
        town.demand(one, provider_id, 80_01)
    assert too_much.value.most_cents == 80_00
    with pytest.raises(DemandBackdated):
        town.demand(one, provider_id, 1, sent_on=date(2026, 4, 19))

    told = town.demand(one, provider_id, 60_00)
    assert told.demand == town.demand(one, provider_id, 60_00).demand
    with pytest.raises(DemandExists):
        town.demand(one, provider_id, 60_01)
    assert (told.demand.due_on - today).days == 42
    assert told.demand.reference == payment_files.reference(one)
    with pytest.raises(DemandExceedsDebt):
        town.demand(two, provider_id, 20_01)
    with town.work() as work:
        (why,) = demands.why(work, told.demand)
    assert (why.cents, why.debt.redemption_id, why.debt.budget_id) == (
        60_00,
        *town.uses(),
        told.demand.budget_id,
    )

    # It is late from 2 June on. 60.00 x 6% x 29 days of 365 = 28.6 cents.
    assert town.charge(one, today).standing.interest_cents == 0
    town.on(6, 30)
    with pytest.raises(InterestRatesMissing):
        town.charge(one, date(2026, 6, 30))
    rates = RatesInput(id=uuid7(), steps=RATES, known_until=date(2026, 7, 31), source="een besluit")
    with town.work() as work:
        assert statutory_rates.put(work, rates) == statutory_rates.put(work, rates)
        with pytest.raises(RatesExist):
            statutory_rates.put(work, rates.model_copy(update={"source": "iets anders"}))
    with pytest.raises(InterestInFuture):
        town.charge(one, date(2026, 7, 1))
    assert town.charge(one, date(2026, 6, 30)).standing.interest_cents == 29
    assert town.charge(one, date(2026, 6, 30)).standing.interest_cents == 29
    assert (town.owes(provider_id), town.budget_left()) == (80_29, budget + 29)
    with pytest.raises(InterestCharged):
        town.charge(one, date(2026, 6, 29))

    # 20.00 comes in on 10 July, its reference in the text; read twice it is booked once.
    town.on(7, 10)
    spaced = f"factuur 7 {told.demand.reference[:4]} {told.demand.reference[4:].lower()}"
    content = town.comes_in(20_00, text=spaced)
    assert town.read(content).outcomes == {LineOutcome.REPAID: 1}
    assert town.read(content).outcomes == {LineOutcome.REPAID: 1}
    assert (town.owes(provider_id), town.to_look_at()) == (60_29, [])
    assert town.agrees()

    # 1 to 10 July: 60.00 x 4% x 10 days = 6.6; 11 to 31 July: 40.00 x 4% x 21 days = 9.2.
    town.on(8, 3)
    with pytest.raises(InterestRatesMissing) as missing:
        town.charge(one, date(2026, 8, 1))
    assert (missing.value.first_day, missing.value.last_day) == (date(2026, 8, 1), date(2026, 8, 1))
    told = town.charge(one, date(2026, 7, 31))
    assert (told.standing.interest_cents, told.standing.left_cents) == (45, 40_45)
    with town.work() as work:
        lines = demands.interest_lines(work, one)
    assert [
        (each.number, each.principal_cents, each.basis_points, each.days, each.cents) for each in lines
    ] == [
        (2, 60_00, 600, 29, 29),
        (4, 60_00, 600, 29, 29),
        (4, 60_00, 400, 10, 7),
        (4, 40_00, 400, 21, 9),
    ]

    # It delivers once more: a settlement sets that off against the demand, and pays nothing.
    town.redeem(town.right(provider_id), provider_id, cents=30_00, at=datetime(2026, 8, 1, 10, tzinfo=UTC))
    run = town.run(date(2026, 8, 3))
    (settlement,) = run.settlements
    assert (settlement.owed_before_cents, settlement.set_off_cents, run.count) == (
        80_00 - 20_00 + 45,
        30_00,
        0,
    )
    with town.work() as work:
        assert sum(each.amount_cents for each in set_offs.told(work, settlement, Language.NL)) == 30_00
        told = demands.get(work, one)
    assert (told.standing.left_cents, told.state) == (10_45, DemandState.PAID_IN_PART)
    assert town.agrees()

    # More than is left is booked up to that; money with a wrong reference waits. Both are placed by hand.
    over = town.read(town.comes_in(15_00, reference=told.demand.reference))
    assert over.outcomes == {LineOutcome.OVERPAID: 1}
    assert (town.owes(provider_id), town.to_look_at()) == (20_00, [LineOutcome.OVERPAID])
    town.read(town.comes_in(5_00, reference="RF18539007547034"))
    assert town.to_look_at() == [LineOutcome.OVERPAID, LineOutcome.UNMATCHED]
    with pytest.raises(DemandOver):
        town.assign(one, 1)
    town.demand(two, provider_id, 20_00)
    place = town.doubtful()[1]
    assert town.assign(two, 1).standing.left_cents == 15_00
    with town.work() as work:
        assert repayments.assign(work, place[0].id, place[1].number, two).standing.left_cents == 15_00
        with pytest.raises(BankLineNotAssignable):
            repayments.assign(work, place[0].id, place[1].number, one)
    assert town.assign(two).standing.left_cents == 15_00 - 4_55
    assert (town.to_look_at(), town.owes(provider_id)) == ([], 10_45)
    assert town.agrees()

    # Who made a demand does not give it up; the debt stays, and can be demanded anew.
    with town.work() as work, pytest.raises(DemanderWithdraws):
        recoveries.withdraw(work, two, "zelf")
    for _ in range(2):
        with town.work(actor_id=COLLEAGUE) as work:
            assert recoveries.withdraw(work, two, "afgesproken").state is DemandState.WITHDRAWN
            with pytest.raises(DemandOver):
                recoveries.withdraw(work, one, "betaald")
    assert town.owes(provider_id) == 10_45
    with pytest.raises(DemandExceedsDebt):
        town.demand(uuid7(), provider_id, 10_46)
    town.demand(uuid7(), provider_id, 10_45)
    assert town.agrees()
    with town.work() as work:
        kinds = [each.kind for each in demands.get(work, one).steps]
    step = DemandStepKind
    assert kinds == [step.SENT, step.INTEREST, step.REPAID, step.INTEREST, step.REPAID]


def test_interest_that_is_not_owed_after_all_is_taken_back(town: Recovery) -> None:
    """What came in was read after interest was charged; then the demand is withdrawn, with the rest of it."""
    provider_id, one = overpaid(town), uuid7()
    budget = town.budget_left()
    town.on(4, 20)
    told = town.demand(one, provider_id, 80_00, due_on=date(2026, 4, 30))
    town.on(5, 2)
    late = town.comes_in(70_00, reference=told.demand.reference)
    town.on(5, 31)
    rates = RatesInput(id=uuid7(), steps=RATES, known_until=date(2026, 12, 31), source="een besluit")
    with town.work() as work:
        statutory_rates.put(work, rates)
    assert town.charge(one, date(2026, 5, 31)).standing.interest_cents == 41  # 80.00 x 6% x 31 days
    town.read(late)
    told = town.charge(one, date(2026, 5, 31))
    assert told.standing.interest_cents == 3 + 5  # 80.00 x 2 days, 10.00 x 29 days
    assert (town.owes(provider_id), town.budget_left()) == (10_08, budget + 8)
    assert town.agrees()
    with town.work(actor_id=COLLEAGUE) as work:
        recoveries.withdraw(work, one, "wij laten het hierbij")
        with pytest.raises(DemandOver):
            recoveries.charge_interest(work, one, date(2026, 5, 31))
    assert (town.owes(provider_id), town.budget_left()) == (10_00, budget)
    town.read(town.comes_in(10_00, reference=told.demand.reference))
    assert town.to_look_at() == [LineOutcome.UNMATCHED]
    assert town.agrees()


# ----------------------------------------------------------------------------------- what the audit finds


def test_what_was_spoilt_is_found(town: Recovery) -> None:
    """Each thing written twice is made to differ; a check that looked elsewhere would see nothing."""
    provider_id, one = overpaid(town), uuid7()
    town.on(4, 20)
    told = town.demand(one, provider_id, 60_00, due_on=date(2026, 4, 30))
    rates = RatesInput(id=uuid7(), steps=RATES, known_until=date(2026, 12, 31), source="een besluit")
    town.on(5, 31)
    with town.work() as work:
        statutory_rates.put(work, rates)
    town.charge(one, date(2026, 5, 31))
    town.read(town.comes_in(10_00, reference=told.demand.reference))
    assert town.agrees()
    for statement, kind in SPOILT:
        assert kind in town.spoilt(statement), statement


SPOILT = (
    ("UPDATE demand_debt SET cents = cents - 1", K.DEMAND_DEBTS),
    ("UPDATE demand_step SET cents = cents + 1 WHERE kind = 'interest'", K.DEMAND_ENTRIES),
    ("UPDATE demand_step SET cents = cents + 1 WHERE kind = 'interest'", K.DEMAND_INTEREST),
    ("UPDATE demand_step SET cents = 9000 WHERE kind = 'sent'", K.DEMAND_OWED),
    ("UPDATE demand_interest SET cents = cents + 1 WHERE line = 1", K.DEMAND_FORMULA),
    ("UPDATE demand_step SET cents = cents - 1 WHERE kind = 'repaid'", K.DEMAND_LINE),
    ("UPDATE bank_line SET cents = 1 WHERE outcome = 'repaid'", K.DEMAND_LINE),
    ("UPDATE demand SET budget_id = provider_id", K.DEMAND_ACCOUNT),
)
