# SPDX-License-Identifier: EUPL-1.2
"""Statements and notices (camt.053, camt.054): all a bank may say in one, and that nothing counts twice."""

from datetime import date
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import Engine

from ledger import bank_statements, matching
from ledger.bank_messages import StatementChanged
from ledger.bank_statements import StatementCurrency, StatementGap, StatementOfAnother, StatementSum
from ledger.errors import MalformedFile
from ledger.rules.states import PaymentState, RunState
from ledger.tables import LineOutcome
from tests.bank import Credit, Script, mutations
from tests.banking import TODAY, BankTown, iban

ACCEPTED, BOOKED, RETURNED = PaymentState.ACCEPTED, PaymentState.BOOKED, PaymentState.RETURNED
STRANGER = Credit(day=0, amount_cents=12_34, name="Iemand Anders", iban=iban(99), text="terug")


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


def renamed(statement: bytes, name: str, **texts: str) -> bytes:
    """The same entries in a statement and a file of another name; elements of these names say other texts."""
    root = etree.fromstring(mutations.renamed(statement, f"M-{name}"))
    for found in root.findall(".//{*}Stmt/{*}Id") + root.findall(".//{*}Ntfctn/{*}Id"):
        found.text = name
    for path, text in texts.items():
        for found in root.findall(f".//{{*}}{path}"):
            found.text = text
    return etree.tostring(root)


# ------------------------------------------------------------------------- how a bank tells a booking


@pytest.mark.parametrize(
    "script",
    [
        {},
        {"batch_booked": False},
        {"split_days": 2},
        {"split_days": 2, "batch_booked": False},
        {"batch_details": "notification"},
        {"batch_details": "none"},
        {"batch_details": "notification", "split_days": 2},
        {"camt_version": "02", "status_version": "03"},
        {"omit_end_to_end": True, "batch_booked": False},
        {"omit_end_to_end": True},
        {"settle_after_days": 1, "charges": {0: 1_50}, "interest": {1: -25}},
    ],
    ids=[
        "as one with details",
        "one by one",
        "over two days as one",
        "over two days one by one",
        "details in a notice",
        "no details",
        "over two days with notices",
        "old versions",
        "without end-to-end ids",
        "as one without end-to-end ids",
        "a day later beside costs and interest",
    ],
)
def test_every_way_of_booking_is_paid_once(town: BankTown, script: dict[str, Any]) -> None:
    town.banks(**script)
    run = town.paying(10_00, 20_00, 30_00)
    town.submit(run)

    town.days(3)

    assert (town.states(run), town.state(run)) == ([BOOKED] * 3, RunState.BOOKED)
    strangers = {LineOutcome.UNMATCHED} if "charges" in script else set()
    if script.get("batch_details") == "notification" and "split_days" in script:
        strangers = {LineOutcome.AMOUNT_DIFFERS, LineOutcome.CONTRADICTS}  # half a file in one amount
    assert set(town.to_look_at()) <= strangers
    assert town.settle(TODAY).count == 0
    assert town.is_sound()


@pytest.mark.parametrize("notice_first", [True, False], ids=["notice first", "statement first"])
def test_what_statement_and_notice_both_tell_counts_once(town: BankTown, notice_first: bool) -> None:
    town.banks(batch_details="notification")
    run = town.paying(10_00, 20_00)
    town.submit(run)
    messages = town.bank.advance()
    assert len(messages) == 2

    readings = [town.statement(each) for each in (messages if notice_first else messages[::-1])]

    expected = {True: {LineOutcome.BOOKED: 2}, False: {LineOutcome.BOOKED: 1}}[notice_first]
    assert readings[0].outcomes == expected
    assert set(readings[1].outcomes) == {LineOutcome.KNOWN}
    assert town.to_look_at() == []
    assert town.is_sound()


def test_a_second_booking_after_the_whole_file_was_known_contradicts(town: BankTown) -> None:
    """The notice told the payments, the statement the file; a statement that books one alone is too much."""
    town.banks(batch_details="notification")
    run = town.paying(10_00, 20_00)
    town.submit(run)
    notice, statement = town.bank.advance()
    town.statement(notice)
    town.statement(statement)
    alone = (
        renamed(notice, "ALONE")
        .replace(b"camt.054", b"camt.053")
        .replace(b"BkToCstmrDbtCdtNtfctn", b"BkToCstmrStmt")
        .replace(b"Ntfctn>", b"Stmt>")
    )

    town.statement(alone)

    assert town.to_look_at() == [LineOutcome.CONTRADICTS] * 2
    assert town.states(run) == [BOOKED, BOOKED]
    assert town.is_sound()


def test_the_whole_file_booked_a_second_time_contradicts(town: BankTown) -> None:
    town.banks(batch_details="none")
    run = town.paying(10_00, 20_00)
    town.submit(run)
    (statement,) = town.bank.advance()
    town.statement(statement)

    town.statement(mutations.opening_off(renamed(statement, "AGAIN"), -30_00))

    assert town.to_look_at() == [LineOutcome.CONTRADICTS]
    assert town.is_sound()


# --------------------------------------------------------------------------------------- what is ours


def test_two_equal_payments_that_nothing_tells_apart_are_left_to_people(town: BankTown) -> None:
    """Without ids and without the bank's references: by amount and account only."""
    town.banks(omit_end_to_end=True, batch_booked=False)
    (payee,) = town.owed(10_00)
    runs = [town.settle(TODAY)]
    town.redeem(town.right(payee), payee, cents=10_00)
    runs.append(town.settle(TODAY))
    for run in runs:
        town.bank.submit(town.file(run))  # its answers, which tell the references, are lost

    town.days()

    assert [town.states(run) for run in runs] == [[PaymentState.EXPORTED]] * 2
    assert town.to_look_at() == [LineOutcome.AMBIGUOUS] * 2
    assert town.is_sound()


def test_without_ids_one_payment_of_that_amount_and_account_is_found(town: BankTown) -> None:
    town.banks(omit_end_to_end=True, batch_booked=False, return_after_days={iban(0): (1, "AC04")})
    run = town.paying(10_00, 20_00)
    town.bank.submit(town.file(run))  # its answer, which tells the references, is lost
    town.days()
    assert town.states(run) == [BOOKED, BOOKED]
    town.days()
    assert town.states(run) == [RETURNED, BOOKED]
    assert town.is_sound()


def test_a_payment_that_names_an_id_of_somebody_else_is_not_ours_whatever_its_amount(town: BankTown) -> None:
    """Finance pays the same provider the same amount by hand: ours is still to be booked."""
    town.banks(batch_booked=False)
    run = town.paying(10_00)
    town.submit(run)
    (statement,) = town.bank.advance()

    town.statement(
        renamed(statement, "BY-HAND", EndToEndId="FACTUUR-7", AcctSvcrRef="X", MsgId="Y", PmtInfId="Z")
    )

    assert town.states(run) == [ACCEPTED]
    assert town.to_look_at() == [LineOutcome.UNMATCHED]
    assert town.is_sound()


def test_money_from_strangers_is_listed_with_who_it_is_from(town: BankTown) -> None:
    town.banks(other_credits=(STRANGER,))
    run = town.paying(10_00)
    town.submit(run)

    town.days()

    ((_, line),) = town.doubtful()
    assert (line.outcome, line.cents) == (LineOutcome.UNMATCHED, 12_34)
    assert (line.counterparty_name, line.counterparty_iban) == ("Iemand Anders", iban(99))
    assert line.remittance == "terug"
    of_ours = [each for each in town.lines() if each.outcome is LineOutcome.BOOKED]
    assert [(each.counterparty_name, each.remittance) for each in of_ours] == [(None, None)]
    assert town.is_sound()


def test_one_cent_more_is_not_the_payment(town: BankTown) -> None:
    town.banks(amount_off_by={iban(0): 1})
    run = town.paying(10_00, 20_00)
    town.submit(run)

    town.days()

    assert (town.states(run), town.state(run)) == ([ACCEPTED, BOOKED], RunState.ACCEPTED)
    assert town.to_look_at() == [LineOutcome.AMOUNT_DIFFERS]
    assert town.is_sound()


def test_what_was_refused_and_is_booked_all_the_same_contradicts(town: BankTown) -> None:
    run = town.paying(10_00, 20_00)
    answer = town.bank.submit(town.file(run))
    root = etree.fromstring(answer)
    for name in ("GrpSts", "PmtInfSts"):
        for found in root.findall(f".//{{*}}{name}"):
            found.text = "RJCT"
    town.answer(etree.tostring(root))
    assert town.states(run) == [PaymentState.REJECTED] * 2

    town.days()

    assert town.states(run) == [PaymentState.REJECTED] * 2
    assert set(town.to_look_at()) <= {LineOutcome.CONTRADICTS, LineOutcome.AMOUNT_DIFFERS}
    assert town.to_look_at() != []
    assert town.is_sound()


def test_a_return_that_is_told_twice_by_one_kind_contradicts(town: BankTown) -> None:
    town.banks(return_after_days={iban(0): (1, "AC04")})
    run = town.paying(10_00)
    town.submit(run)
    town.days()
    (statement,) = town.bank.advance()
    town.statement(statement)
    town.statement(mutations.opening_off(renamed(statement, "AGAIN"), 10_00))
    assert town.states(run) == [RETURNED]
    assert town.to_look_at() == [LineOutcome.CONTRADICTS]
    town.let_pass()
    assert town.settle(TODAY).total_cents == 10_00
    assert town.is_sound()


# ----------------------------------------------------------------------------------- read only once


def test_the_same_statement_again_books_nothing(town: BankTown) -> None:
    run = town.paying(10_00)
    town.submit(run)
    (statement,) = town.bank.advance()
    first = town.statement(statement)
    rows = town.rows()

    assert town.statement(statement) == first
    assert town.rows() == rows

    assert town.statement(mutations.renamed(statement, "OTHER-FILE")).outcomes == {}
    assert town.rows() == rows | {"bank_message": rows["bank_message"] + 1}
    assert town.is_sound()


def test_several_statements_in_one_file_are_read_each_once(town: BankTown) -> None:
    town.banks(split_days=2)
    run = town.paying(10_00, 20_00)
    town.submit(run)
    days = town.bank.advance(3)
    town.statement(days[0])
    assert town.states(run) == [BOOKED, ACCEPTED]

    reading = town.statement(mutations.joined(days))

    assert town.states(run) == [BOOKED, BOOKED]
    assert (len(reading.statements), reading.outcomes) == (2, {LineOutcome.BOOKED: 1})
    assert town.is_sound()


def test_a_statement_in_which_nothing_was_booked_is_kept_and_the_next_follows_it(town: BankTown) -> None:
    (reading,) = town.days()
    assert (reading.outcomes, [each.lines for each in reading.statements]) == ({}, [0])
    town.days()
    assert town.is_sound()


def test_a_statement_beyond_one_piece_is_read_whole(town: BankTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_statements, "LINES_AT_ONCE", 2)
    run = town.paying(1_00, 2_00, 3_00, 4_00, 5_00)
    town.submit(run)
    town.days()
    assert town.states(run) == [BOOKED] * 5
    assert town.is_sound()


# ------------------------------------------------------------------------------------------- refused


def refusals(statement: bytes) -> list[tuple[type[Exception], bytes]]:
    """What is wrong with a statement that is otherwise right, and how it is refused."""
    cuts = (0, 1, len(statement) // 3, len(statement) // 2, len(statement) - 300, len(statement) - 12)
    return [
        (StatementOfAnother, mutations.to_account(statement, iban(5))),
        (StatementCurrency, mutations.in_currency(statement, "SEK")),
        (StatementCurrency, mutations.entry_in_currency(statement, "SEK")),
        (StatementSum, mutations.closing_off(statement, 1)),
        (StatementSum, mutations.repeated_entry(statement)),
        (StatementSum, mutations.one_cent_off(statement, adapted=False)),
        (StatementGap, mutations.opening_off(statement, 1)),
        (MalformedFile, mutations.with_entity(statement)),
        *((MalformedFile, statement[:at]) for at in cuts),
    ]


def test_of_a_statement_that_cannot_be_right_nothing_is_kept(town: BankTown) -> None:
    town.banks(settle_after_days=1)
    run = town.paying(10_00, 20_00)
    town.submit(run)
    town.days()
    (statement,) = town.bank.advance()
    rows = town.rows()

    for refusal, content in refusals(statement):
        with pytest.raises((refusal, MalformedFile) if refusal is StatementSum else refusal):
            town.statement(content)
        assert town.rows() == rows, refusal

    town.statement(statement)
    assert town.states(run) == [BOOKED, BOOKED]
    with pytest.raises(StatementChanged):
        town.statement(mutations.one_cent_off(statement, adapted=True))
    assert town.is_sound()


def test_a_file_of_which_the_second_statement_is_wrong_is_refused_whole(town: BankTown) -> None:
    run = town.paying(10_00)
    town.submit(run)
    days = town.bank.advance(2)
    rows = town.rows()
    with pytest.raises(StatementSum):
        town.statement(mutations.joined([days[0], mutations.closing_off(days[1], 1)]))
    assert (town.rows(), town.states(run)) == (rows, [ACCEPTED])


def test_a_gap_is_refused_until_somebody_accepts_it(town: BankTown) -> None:
    town.banks(settle_after_days=1)
    run = town.paying(10_00)
    town.submit(run)
    first, second, third = town.bank.advance(3)
    town.statement(first)
    rows = town.rows()

    with pytest.raises(StatementGap) as gap:
        town.statement(third)
    assert gap.value.facts["expected_cents"] == 1_000_000_00
    assert gap.value.facts["found_cents"] == 999_990_00
    assert town.rows() == rows

    (row,) = town.statement(third, gap_accepted=True).statements
    assert (row.gap_accepted, row.closed_on) == (True, date(2026, 4, 18))
    (late,) = town.statement(second).statements
    assert late.gap_accepted is False
    assert town.states(run) == [BOOKED]
    assert town.is_sound()


@pytest.mark.parametrize("guard", ["_faults", "_before"])
def test_without_its_guard_a_wrong_statement_is_read(
    town: BankTown, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """Negative control: the tests above fail without what they test."""
    town.days()
    (statement,) = town.bank.advance()
    wrong = (mutations.to_account(statement, iban(5)), mutations.opening_off(statement, 1))
    wrong_for_guard = wrong[guard == "_before"]
    with pytest.raises((StatementOfAnother, StatementGap)):
        town.statement(wrong_for_guard)
    if guard == "_faults":
        monkeypatch.setattr(bank_statements, guard, lambda *_: ())
    else:
        monkeypatch.setattr(bank_statements._Judge, guard, lambda *_: None)
    assert len(town.statement(wrong_for_guard).statements) == 1


def test_without_the_rule_of_one_candidate_equal_payments_would_be_guessed(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control of the two equal payments."""
    town.banks(omit_end_to_end=True, batch_booked=False)
    (payee,) = town.owed(10_00)
    town.redeem(town.right(payee), payee, cents=10_00)
    run = town.settle(TODAY)
    chosen = matching._chosen
    monkeypatch.setattr(
        matching,
        "_chosen",
        lambda lines, candidates: chosen(lines, lambda each: list(candidates(each))[:1]),
    )
    town.bank.submit(town.file(run))
    town.bank.script = Script()
    town.days()
    assert town.to_look_at() == []
