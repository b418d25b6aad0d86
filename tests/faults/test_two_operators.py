# SPDX-License-Identifier: EUPL-1.2
"""Two people at one run at the same moment: what comes of it is what one after the other would have made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import col

from ledger import bank_word, payees, releases, reviews, runs
from ledger.bank_messages import Reading
from ledger.db import Work
from ledger.ids import uuid7
from ledger.payees import ChangeInput, DecisionInput
from ledger.reviews import Mark, Marks
from ledger.rules.states import RunState
from ledger.runs import DraftOrder, Run, RunNotReady
from ledger.tables import (
    LeftOut,
    MarkKind,
    MarkReason,
    Municipality,
    OpenItem,
    Payment,
    PaymentEvent,
    Provider,
    SettlementLine,
)
from tests import settling
from tests.bank import Bank
from tests.banking import OURS
from tests.faults.at_once import Crowd
from tests.settling import CHECKER
from tests.world import AIDS, World

OTHER_CHECKER = UUID("0195a3c8-0000-7000-8000-00000000c4ed")
NEW_IBAN = "NL39RABO0300065264"
OVERLAP_S = 0.5
"""How long a release waits in its middle for whoever comes at the same time."""

Call = Callable[[World], Any]


@dataclass
class Office:
    """A town where two people work on the same runs."""

    world: World
    right_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.right_id = self.world.grant(amount_cents=10_000_00).id

    def owed(self, *amounts: int) -> None:
        """To the first provider, on lines of their own."""
        for cents in amounts:
            self.world.redeemed(self.right_id, service=AIDS, quantity=cents)

    def order(self) -> DraftOrder:
        """A run of today."""
        day = self.world.now.date()
        return DraftOrder(id=uuid7(), until=day, requested_on=day)

    def reviewed(self, *amounts: int) -> UUID:
        """A run of these amounts that may be released."""
        self.owed(*amounts)
        order = self.order()
        with self.world.work() as work:
            runs.draft(work, order)
            runs.submit(work, order.id)
        with self.world.work(actor_id=CHECKER) as work:
            settling.look(work, order.id, reviews.sample(work, order.id))
        return order.id

    def rows(self, table: type, **where: Any) -> list[Any]:
        """All rows with these values."""
        conditions = [col(getattr(table, name)) == value for name, value in where.items()]
        with self.world.work() as work:
            return list(work.session.scalars(select(table).where(*conditions)))

    def at_once(self, *calls: Call, crowd: Crowd | None = None) -> list[Any]:
        """What each was answered; nothing but answers and refusals of runs that are elsewhere by now."""
        answers = (crowd or Crowd(self.world)).at_once(calls)
        for each in answers:
            assert not isinstance(each, Exception) or isinstance(each, RunNotReady), repr(each)
        return answers

    def paid_once(self, run_id: UUID, *amounts: int) -> None:
        """Every line of the run is settled once, and the books agree."""
        lines = [line.cents for line in self.rows(SettlementLine)]
        assert len(lines) == len({line.entry_id for line in self.rows(SettlementLine)})
        assert sum(each.amount_cents for each in self.rows(Payment, run_id=run_id)) == sum(amounts)
        self.world.assert_books_agree()


def drafting(order: DraftOrder) -> Call:
    return lambda world: _with(world, world.actor_id, lambda work: runs.draft(work, order))


def releasing(run_id: UUID, actor_id: UUID = CHECKER) -> Call:
    return lambda world: _with(world, actor_id, lambda work: releases.release(work, run_id))


def withdrawing(run_id: UUID) -> Call:
    return lambda world: _with(world, world.actor_id, lambda work: runs.withdraw(work, run_id, "toch niet"))


def holding(run_id: UUID, entry_id: UUID) -> Call:
    mark = Mark(entry_id=entry_id, kind=MarkKind.HELD, reason=MarkReason.OTHER, note="uitzoeken")
    return lambda world: _with(
        world, OTHER_CHECKER, lambda work: reviews.mark(work, run_id, Marks(marks=(mark,)))
    )


def hearing(message: bytes) -> Call:
    return lambda world: _with(world, world.actor_id, lambda work: bank_word.read(work, BytesIO(message)))


def deciding(change_id: UUID) -> Call:
    asked = DecisionInput(approved=True, reason="gebeld", told_otherwise="per brief")
    return lambda world: _with(world, OTHER_CHECKER, lambda work: payees.decide(work, change_id, asked))


def _with(world: World, actor_id: UUID, call: Callable[[Work], Any]) -> Any:
    with world.work(actor_id=actor_id) as work:
        return call(work)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def test_two_people_at_once_do_what_one_after_the_other_would(office: Office) -> None:
    """One scene: two drafts, two releases, a withdrawal and a release, two readings of one statement."""
    office.owed(1_00, 2_00)
    first, second = office.order(), office.order()
    office.at_once(drafting(first), drafting(second), drafting(first))
    taken = [item.run_id for item in office.rows(OpenItem)]
    assert taken in ([first.id] * 2, [second.id] * 2)
    for order in (first, second):
        withdrawing(order.id)(office.world)

    run = office.reviewed(4_00)
    answers = office.at_once(releasing(run), releasing(run, OTHER_CHECKER))
    assert sorted(isinstance(each, Run) for each in answers) == [False, True]
    assert [each.facts["state"] for each in answers if isinstance(each, RunNotReady)] == [RunState.RELEASED]
    office.paid_once(run, 1_00, 2_00, 4_00)

    other = office.reviewed(8_00)
    withdrawn, released = office.at_once(withdrawing(other), releasing(other))
    assert isinstance(withdrawn, Run) is not isinstance(released, Run)
    assert [each.run_id for each in office.rows(OpenItem)] == ([None] if isinstance(withdrawn, Run) else [])
    office.paid_once(other, *([] if isinstance(withdrawn, Run) else [8_00]))

    bank = Bank(iban=OURS, name="Diemen", opening_cents=1_00, first_day=office.world.now.date(), seed=1)
    with office.world.work() as work:
        (file,) = settling.bank_files(work, run)
    hearing(bank.submit(file))(office.world)
    (statement,) = bank.advance()
    readings = office.at_once(*[hearing(statement)] * 3)
    assert len({each.message.id for each in readings if isinstance(each, Reading)}) == 1
    assert [event.state for event in office.rows(PaymentEvent)] == ["accepted", "booked"]
    office.paid_once(run, 1_00, 2_00, 4_00)


def test_an_account_that_is_decided_on_during_a_release_is_paid_on_from_the_one_or_the_next(
    office: Office,
) -> None:
    world, change_id = office.world, uuid7()
    with world.work() as work:
        work.session.execute(update(Municipality).values(account_wait_days=0))
        holder = "Stichting Thuis Goed"
        account = {"account_holder_name": holder, "iban": NEW_IBAN, "asked_by": "per brief"}
        payees.change(work, ChangeInput(id=change_id, provider_id=world.provider_id, **account))
    run = office.reviewed(4_00)
    office.at_once(deciding(change_id), releasing(run))
    (payment,), (provider,) = office.rows(Payment), office.rows(Provider, id=world.provider_id)
    assert payment.creditor_iban == provider.iban
    next_run = office.reviewed(8_00)
    releasing(next_run)(world)
    assert [each.creditor_iban for each in office.rows(Payment, run_id=next_run)] == [NEW_IBAN]
    office.paid_once(next_run, 8_00)


# --------------------------------------------------------------------- a hold in the middle of a release


def held_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch, crowd: Crowd
) -> tuple[Any, Any, UUID, UUID]:
    """A line is held while a release has looked at the holds already and not yet settled anything."""
    run = office.reviewed(4_00, 8_00)
    (line,) = [each.entry_id for each in office.rows(OpenItem) if each.cents == 4_00]
    blocked, is_in_the_middle, is_held = payees.blocked, Event(), Event()

    def wait(work: Work, provider_ids: Any) -> Any:
        is_in_the_middle.set()
        is_held.wait(OVERLAP_S)
        return blocked(work, provider_ids)

    def hold(world: World) -> Any:
        assert is_in_the_middle.wait(30)
        answer = holding(run, line)(world)
        is_held.set()
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(payees, "blocked", wait)
        released, held = office.at_once(releasing(run), hold, crowd=crowd)
    return released, held, run, line


def test_a_hold_comes_before_a_release_or_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    released, held, run, _ = held_meanwhile(office, monkeypatch, Crowd(office.world))
    assert (type(released), type(held)) == (Run, RunNotReady)
    office.paid_once(run, 4_00, 8_00)

    run = office.reviewed(16_00, 32_00)
    (line,) = [each.entry_id for each in office.rows(OpenItem) if each.cents == 16_00]
    released, held = office.at_once(releasing(run), holding(run, line))
    left_out = [each.entry_id for each in office.rows(LeftOut, run_id=run)]
    assert isinstance(released, Run)
    assert left_out == ([] if isinstance(held, RunNotReady) else [line])
    office.paid_once(run, 32_00, *([16_00] if isinstance(held, RunNotReady) else []))


def test_without_the_lock_on_the_municipality_a_line_is_held_and_paid(
    postgresql_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: of those who work on runs nobody waits for another."""
    office = Office(World.build(postgresql_engine))
    crowd = Crowd(office.world, say_instead=(" FOR NO KEY UPDATE", ""))
    released, held, _, line = held_meanwhile(office, monkeypatch, crowd)
    assert (type(released), type(held)) == (Run, list)
    assert line in {each.entry_id for each in office.rows(SettlementLine)}
