# SPDX-License-Identifier: EUPL-1.2
"""Payments: paid is what the bank has booked; what it refuses or sends back is owed again, once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import Engine

from ledger import payment_files, payments, runs
from ledger.ids import uuid7
from ledger.payments import PaymentNotFound
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind
from ledger.rules.states import PaymentState, RunState
from ledger.tables import LineOutcome
from tests.bank import Script, mutations
from tests.banking import TODAY, BankTown, iban

EXPORTED, ACCEPTED, REJECTED = PaymentState.EXPORTED, PaymentState.ACCEPTED, PaymentState.REJECTED
BOOKED, RETURNED = PaymentState.BOOKED, PaymentState.RETURNED


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


def test_what_is_taken_is_not_paid_and_what_is_booked_is(town: BankTown) -> None:
    run = town.paying(10_00, 20_00)

    town.submit(run)
    assert (town.states(run), town.state(run)) == ([ACCEPTED, ACCEPTED], RunState.ACCEPTED)
    assert [town.balance(AccountKind.IN_PAYMENT, each.id) for each in run.payments] == [10_00, 20_00]
    assert town.is_sound()

    town.days()
    assert (town.states(run), town.state(run)) == ([BOOKED, BOOKED], RunState.BOOKED)
    assert [town.balance(AccountKind.IN_PAYMENT, each.id) for each in run.payments] == [0, 0]
    assert town.to_look_at() == []
    assert town.settle(TODAY).count == 0
    assert town.is_sound()


def test_what_the_bank_refuses_is_owed_again_and_the_next_run_pays_it_once(town: BankTown) -> None:
    town.banks(reject={iban(1): "AC04"})
    run = town.paying(10_00, 20_00)

    town.submit(run)
    assert (town.states(run), town.state(run)) == ([EXPORTED, REJECTED], RunState.PARTLY_ACCEPTED)
    assert town.codes(run.payments[1]) == [(REJECTED, "AC04")]
    assert town.balance(AccountKind.IN_PAYMENT, run.payments[1].id) == 0
    town.days()
    assert (town.states(run), town.state(run)) == ([BOOKED, REJECTED], RunState.BOOKED)
    assert town.is_sound()

    assert town.settle(TODAY).count == 0
    town.let_pass()
    again = town.settle(TODAY)
    assert [(each.creditor_iban, each.amount_cents) for each in again.payments] == [(iban(1), 20_00)]
    assert town.settle(TODAY).count == 0
    assert town.is_sound()


def test_a_refused_payment_over_two_agreements_is_owed_again_on_both(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC06"})
    provider = town.payee(0)
    youth = town.contract(provider, Law.JW)
    town.redeem(town.right(provider), provider, cents=100_00)
    town.redeem(town.right(provider, law=Law.JW), provider, cents=30_00)
    run = town.settle()
    assert [each.amount_cents for each in run.payments] == [130_00]

    town.submit(run)

    assert town.balance(AccountKind.PAYABLE, youth) == 30_00
    assert town.state(run) is RunState.REJECTED
    town.let_pass()
    assert town.settle(TODAY).total_cents == 130_00
    assert town.is_sound()


@pytest.mark.parametrize(("code", "days"), [("AC04", 1), ("MD07", 3)])
def test_what_comes_back_days_later_is_owed_again_alone_and_paid_once(
    town: BankTown, code: str, days: int
) -> None:
    town.banks(return_after_days={iban(1): (days, code)})
    run = town.paying(10_00, 20_00, 30_00)
    town.submit(run)
    town.days(days)
    assert town.states(run) == [BOOKED, BOOKED, BOOKED]

    town.days()

    assert town.states(run) == [BOOKED, RETURNED, BOOKED]
    assert town.codes(run.payments[1])[-1] == (RETURNED, code)
    assert town.state(run) is RunState.BOOKED
    assert town.balance(AccountKind.IN_PAYMENT, run.payments[1].id) == 0
    assert town.is_sound()
    assert town.settle(TODAY).count == 0
    town.let_pass()
    again = town.settle(TODAY)
    assert [(each.creditor_iban, each.amount_cents) for each in again.payments] == [(iban(1), 20_00)]
    assert again.payments[0].end_to_end_id != run.payments[1].end_to_end_id
    town.bank.script = Script()
    town.submit(again)
    town.days()
    assert town.states(again) == [BOOKED]
    assert town.settle(TODAY).count == 0
    assert town.to_look_at() == []
    assert town.is_sound()


def test_what_was_set_off_is_not_owed_again_when_the_rest_comes_back(town: BankTown) -> None:
    town.banks(return_after_days={iban(0): (1, "AC04")})
    (provider,) = town.owed(100_00)
    first = town.settle()
    right = town.right(provider)
    lines = [town.redeem(right, provider, cents=40_00)]
    town.settle()
    town.reverse(lines[0])
    town.redeem(right, provider, cents=90_00)
    third = town.settle()
    assert (third.total_cents, third.settlements[0].set_off_cents) == (50_00, 40_00)

    town.submit(third)
    town.days(2)

    assert town.states(third) == [RETURNED]
    assert town.balance(AccountKind.RECEIVABLE, provider) == 0
    town.let_pass()
    again = town.settle(TODAY)
    assert (again.total_cents, again.settlements[0].set_off_cents) == (50_00, 0)
    assert first.total_cents == 100_00
    assert town.is_sound()


def test_a_word_for_a_run_that_was_not_taken_out_changes_neither_payment_nor_run(town: BankTown) -> None:
    """Its file can be told from outside only by whoever has it; then the bank must not have it."""
    town.owed(10_00)
    run = town.settle()
    with town.work() as work:
        release = runs.get(work, run.id).release
        assert release is not None
        (file,) = payment_files.listed(work, run.id)
        content = b"".join(payment_files.lines(work, run.run.requested_on, release, file))

    town.answer(town.bank.submit(content))
    assert (town.states(run), town.state(run)) == ([PaymentState.RELEASED], RunState.RELEASED)

    town.days()
    assert (town.states(run), town.state(run)) == ([PaymentState.RELEASED], RunState.RELEASED)
    assert town.to_look_at() != []
    assert set(town.to_look_at()) == {LineOutcome.CONTRADICTS}
    assert town.is_sound()


def test_a_payment_is_shown_and_an_unknown_one_is_not_found(town: BankTown) -> None:
    run = town.paying(10_00)
    with town.work() as work:
        assert payments.get(work, run.payments[0].id).amount_cents == 10_00
        assert payments.events(work, run.payments[0].id) == []
    with town.work() as work, pytest.raises(PaymentNotFound):
        payments.get(work, uuid7())


def test_events_tell_when_the_bank_booked_in_the_order_they_were_heard(town: BankTown) -> None:
    run = town.paying(10_00)
    town.submit(run)
    town.days()
    with town.work() as work:
        heard = payments.events(work, run.payments[0].id)
    assert [(each.number, each.state) for each in heard] == [(1, ACCEPTED), (2, BOOKED)]
    assert heard[1].at == datetime(2026, 4, 15, 22, tzinfo=UTC)  # Dutch midnight at the start of 16 April


def test_a_second_booking_of_the_same_payment_is_listed_and_changes_nothing(town: BankTown) -> None:
    run = town.paying(10_00)
    town.submit(run)
    (statement,) = town.bank.advance()
    town.statement(statement)
    twice = mutations.opening_off(_renumbered(statement), -10_00)

    town.statement(twice)
    assert town.to_look_at() == [LineOutcome.CONTRADICTS]
    assert town.is_sound()


def _renumbered(statement: bytes, name: str = "X-2") -> bytes:
    """The same entries in a statement of another name and file."""
    root = etree.fromstring(mutations.renamed(statement, name))
    (found,) = root.findall(".//{*}Stmt/{*}Id")
    found.text = name
    return etree.tostring(root)


def test_settled_values_are_unchanged_by_what_the_bank_says(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC01"})
    run = town.paying(10_00)
    before = town.file(run)
    town.submit(run)
    assert town.file(run) == before
    assert replace(run.run, steps=()) == replace(_run(town, run.id), steps=())


def _run(town: BankTown, run_id: Any) -> runs.Run:
    with town.work() as work:
        return runs.get(work, run_id)
