# SPDX-License-Identifier: EUPL-1.2
"""Answers of the bank (pain.002): what they make of payments, and what they never do."""

from typing import Any

import pytest
from lxml import etree
from sqlalchemy import Engine

from ledger import bank_answers
from ledger.bank_answers import AnsweredFileUnknown
from ledger.bank_messages import StatementChanged
from ledger.errors import MalformedFile
from ledger.rules.states import PaymentState, RunState
from ledger.tables import LineOutcome
from tests.bank import Vop, mutations
from tests.banking import TODAY, BankTown, iban

EXPORTED, ACCEPTED, REJECTED = PaymentState.EXPORTED, PaymentState.ACCEPTED, PaymentState.REJECTED
BOOKED = PaymentState.BOOKED


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


def changed(report: bytes, **texts: str) -> bytes:
    """The report with every element of these names saying something else."""
    root = etree.fromstring(report)
    for name, text in texts.items():
        found = root.findall(f".//{{*}}{name}")
        assert found, name
        for element in found:
            element.text = text
    return etree.tostring(root)


@pytest.mark.parametrize("status", ["ACTC", "ACCP", "ACSP", "ACSC"])
@pytest.mark.parametrize("named", [False, True], ids=["as one", "one by one"])
def test_no_acceptance_is_paid(town: BankTown, status: Any, named: bool) -> None:
    town.banks(accepted=status, list_accepted=named)
    run = town.paying(10_00, 20_00)

    reading = town.submit(run)

    assert (town.states(run), town.state(run)) == ([ACCEPTED, ACCEPTED], RunState.ACCEPTED)
    expected = {LineOutcome.ACCEPTED: 2, LineOutcome.KNOWN: 1} if named else {LineOutcome.ACCEPTED: 1}
    assert reading.outcomes == expected
    assert town.settle(TODAY).count == 0
    assert town.is_sound()


def test_a_partial_refusal_leaves_those_that_are_not_named_to_the_statement(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC01", iban(2): "RC01"})
    run = town.paying(10_00, 20_00, 30_00)

    reading = town.submit(run)

    assert (town.states(run), town.state(run)) == ([REJECTED, EXPORTED, REJECTED], RunState.PARTLY_ACCEPTED)
    assert [town.codes(run.payments[n]) for n in (0, 2)] == [[(REJECTED, "AC01")], [(REJECTED, "RC01")]]
    assert reading.outcomes == {LineOutcome.REJECTED: 2, LineOutcome.NOTED: 1}
    assert town.is_sound()
    town.days()
    assert (town.states(run), town.state(run)) == ([REJECTED, BOOKED, REJECTED], RunState.BOOKED)
    assert town.to_look_at() == []
    assert town.is_sound()


def test_a_file_that_is_refused_whole_is_owed_again_whole(town: BankTown) -> None:
    run = town.paying(10_00, 20_00)
    answer = changed(town.bank.submit(town.file(run)), GrpSts="RJCT", PmtInfSts="RJCT")

    town.answer(answer)

    assert (town.states(run), town.state(run)) == ([REJECTED, REJECTED], RunState.REJECTED)
    assert town.is_sound()
    assert [each.amount_cents for each in town.settle(TODAY).payments] == [10_00, 20_00]
    assert town.is_sound()


def test_the_refusal_of_a_file_that_was_sent_twice_does_not_make_it_owed_again(town: BankTown) -> None:
    """The bank has the first one and pays it: owed again would be paid twice."""
    run = town.paying(10_00, 20_00)
    town.submit(run)

    town.submit(run)

    assert town.states(run) == [ACCEPTED, ACCEPTED]
    assert town.settle(TODAY).count == 0
    assert town.to_look_at() == [LineOutcome.CONTRADICTS]
    town.days()
    assert (town.states(run), town.state(run)) == ([BOOKED, BOOKED], RunState.BOOKED)
    assert town.is_sound()


def test_the_refusal_of_a_second_sending_may_be_read_before_the_first_answer(town: BankTown) -> None:
    run = town.paying(10_00)
    first, second = (town.bank.submit(town.file(run)) for _ in range(2))
    town.answer(second)
    assert town.states(run) == [EXPORTED]
    town.answer(first)
    assert town.states(run) == [ACCEPTED]
    assert town.is_sound()


def test_what_is_said_of_names_is_noted_and_is_no_word_about_money(town: BankTown) -> None:
    outcomes = {iban(0): Vop(outcome="RVMC", name="Aanbieder Nul"), iban(1): Vop(outcome="RVNM")}
    town.banks(vop=outcomes)
    run = town.paying(10_00, 20_00, 30_00)
    file = town.file(run)

    reading = town.answer(town.bank.submit(file))

    assert town.states(run) == [EXPORTED] * 3
    assert set(reading.outcomes) == {LineOutcome.NOTED}
    assert [line.code for line in town.lines()][:2] == ["RVMC", "RVNM"]
    without = frozenset({run.payments[1].end_to_end_id})
    town.answer(town.bank.authorise(run.files[0].message_id, without=without))
    assert town.states(run) == [EXPORTED, REJECTED, EXPORTED]
    assert town.codes(run.payments[1]) == [(REJECTED, "DS02")]
    town.days()
    assert town.states(run) == [BOOKED, REJECTED, BOOKED]
    assert town.is_sound()


def test_the_same_answer_again_changes_nothing_under_any_file_name(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC01"})
    run = town.paying(10_00, 20_00)
    answer = town.bank.submit(town.file(run))
    first = town.answer(answer)
    rows = town.rows()

    assert town.answer(answer) == first
    assert town.rows() == rows

    assert town.answer(answer + b"\n").outcomes == {}
    assert town.rows() == rows | {"bank_message": rows["bank_message"] + 1}
    assert town.is_sound()


def test_an_answer_of_the_same_name_with_another_content_is_refused(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC01"})
    run = town.paying(10_00, 20_00)
    answer = town.bank.submit(town.file(run))
    town.answer(answer)
    rows = town.rows()

    with pytest.raises(StatementChanged):
        town.answer(answer.replace(b"AC01", b"AC04"))

    assert town.rows() == rows


def test_an_answer_to_a_file_that_is_not_ours_is_refused(town: BankTown) -> None:
    run = town.paying(10_00)
    answer = town.bank.submit(town.file(run))
    rows = town.rows()

    with pytest.raises(AnsweredFileUnknown):
        town.answer(mutations.for_file(answer, "0" * 32))

    assert (town.rows(), town.states(run)) == (rows, [EXPORTED])


def test_a_cut_off_answer_is_refused_wherever_it_is_cut(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC01"}, list_accepted=True)
    run = town.paying(10_00, 20_00)
    answer = town.bank.submit(town.file(run))
    rows = town.rows()

    for at in (0, 1, len(answer) // 3, len(answer) // 2, len(answer) - 200, len(answer) - 12):
        with pytest.raises(MalformedFile):
            town.answer(answer[:at])
    with pytest.raises(MalformedFile):
        town.answer(mutations.with_entity(answer))

    assert town.rows() == rows
    town.answer(answer)
    assert town.states(run) == [REJECTED, ACCEPTED]


def test_a_refusal_after_the_booking_contradicts_and_changes_nothing(town: BankTown) -> None:
    town.banks(list_accepted=True)
    run = town.paying(10_00, 20_00)
    answer = town.bank.submit(town.file(run))
    town.answer(answer)
    town.days()

    town.answer(changed(answer, MsgId="LATE", TxSts="RJCT", GrpSts="RJCT"))

    assert (town.states(run), town.state(run)) == ([BOOKED, BOOKED], RunState.BOOKED)
    assert set(town.to_look_at()) == {LineOutcome.CONTRADICTS}
    assert town.is_sound()


def test_a_refusal_whole_after_the_booking_is_looked_at_too(town: BankTown) -> None:
    """Without a line: the whole file is refused, of which a payment was booked."""
    run = town.paying(10_00)
    answer = town.bank.submit(town.file(run))
    town.answer(answer)
    town.days()

    town.answer(changed(answer, MsgId="LATE", GrpSts="RJCT", PmtInfSts="RJCT"))

    assert town.states(run) == [BOOKED]
    assert town.to_look_at() == [LineOutcome.CONTRADICTS]
    assert town.is_sound()


def test_a_line_about_a_payment_of_another_file_or_amount_is_listed(town: BankTown) -> None:
    town.banks(reject={iban(0): "AC01"})
    run = town.paying(10_00, 20_00)
    answer = town.bank.submit(town.file(run))

    town.answer(changed(answer, MsgId="STRANGE", OrgnlEndToEndId="f" * 32))
    assert town.to_look_at() == [LineOutcome.UNMATCHED]
    assert town.states(run) == [EXPORTED, EXPORTED]
    assert town.is_sound()


def test_lines_beyond_one_piece_are_all_heard(town: BankTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_answers, "LINES_AT_ONCE", 2)
    town.banks(list_accepted=True, reject={iban(2): "AC04"})
    run = town.paying(1_00, 2_00, 3_00, 4_00, 5_00)
    reading = town.submit(run)
    assert town.states(run) == [ACCEPTED, ACCEPTED, REJECTED, ACCEPTED, ACCEPTED]
    assert sum(reading.outcomes.values()) == 6
    assert town.is_sound()
