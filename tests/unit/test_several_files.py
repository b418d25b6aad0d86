# SPDX-License-Identifier: EUPL-1.2
"""A run of several files: each goes its own way at the bank; and many lines, providers and states at once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import Engine, update
from sqlmodel import Session

from ledger import bank_statements, ids, open_items, payment_files, payments, releases, reviews, runs
from ledger.db import Work
from ledger.ids import uuid7
from ledger.reviews import Mark, Marks
from ledger.rules.states import PaymentState, RunState
from ledger.runs import DraftOrder, RunNotReady
from ledger.tables import LineOutcome, MarkKind, MarkReason, Municipality
from tests import settling
from tests.bank import Bank, Script
from tests.banking import TODAY, BankTown, iban
from tests.settling import CHECKER
from tests.town import BORNE, NOW, PAY_DAY

AMOUNTS = (1_00, 2_00, 4_00, 8_00, 16_00, 32_00, 64_00)
BOOKED, REJECTED = PaymentState.BOOKED, PaymentState.REJECTED
ALL_THE_WAY = [RunState.DRAFTED, RunState.UNDER_REVIEW, RunState.RELEASED, RunState.BOOKED]


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


def three_files(town: BankTown) -> tuple[settling.Settled, list[bytes]]:
    """A run of seven payments, at most three in a file, taken out."""
    with town.work() as work:
        work.session.execute(update(Municipality).values(payments_per_file=3))
    town.owed(*AMOUNTS)
    run = town.settle(TODAY)
    with town.work() as work:
        return run, settling.bank_files(work, run.id)


def texts(file: bytes, name: str) -> list[str]:
    """Of all elements of this name."""
    return [each.text or "" for each in etree.fromstring(file).iterfind(f".//{{*}}{name}")]


def test_of_three_files_one_is_refused_and_the_others_are_booked(town: BankTown) -> None:
    town.banks(batch_details="none")
    run, files = three_files(town)

    assert [(row.number, row.count, row.total_cents) for row in run.files] == [
        (1, 3, 7_00),
        (2, 3, 56_00),
        (3, 1, 64_00),
    ]
    assert [sha256(file).digest() for file in files] == [row.sha256 for row in run.files]
    named = [end_to_end for file in files for end_to_end in texts(file, "EndToEndId")]
    assert named == [each.end_to_end_id for each in run.payments]
    assert len(set(named)) == len(AMOUNTS)
    assert len({texts(file, "MsgId")[0] for file in files}) == 3
    sums = [(texts(file, "NbOfTxs")[0], texts(file, "CtrlSum")[0]) for file in files]
    assert sums == [("3", "7.00"), ("3", "56.00"), ("1", "64.00")]

    stranger = Bank(iban=iban(99), name="Anders", opening_cents=0, first_day=PAY_DAY, seed=2, script=Script())
    town.answer(town.bank.submit(files[0]))
    town.answer(stranger.submit(files[1]))
    town.answer(town.bank.submit(files[2]))
    assert town.state(run) is RunState.PARTLY_ACCEPTED
    twice = town.answer(town.bank.submit(files[0]))
    assert twice.outcomes == Counter({LineOutcome.CONTRADICTS: 1})

    town.days()
    assert town.states(run) == [BOOKED] * 3 + [REJECTED] * 3 + [BOOKED]
    assert town.state(run) is RunState.BOOKED
    assert town.to_look_at() == [LineOutcome.CONTRADICTS]
    again = town.settle(TODAY)
    assert [each.amount_cents for each in again.payments] == [8_00, 16_00, 32_00]
    assert not {each.end_to_end_id for each in again.payments} & set(named)
    with town.work() as work:
        assert [b"".join(payment_files.read(work, run.id, row.number)) for row in run.files] == files
    assert town.is_sound()


def test_a_piece_of_a_statement_that_is_dropped_is_missed(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pieces of two lines it is read whole; without its second piece (the control) it is not."""
    monkeypatch.setattr(bank_statements, "LINES_AT_ONCE", 2)
    town.banks(batch_booked=False)
    run, files = three_files(town)
    for file in files:
        town.answer(town.bank.submit(file))
    (statement,) = town.bank.advance()

    book, seen = bank_statements._book_piece, []

    def skip(work: Any, row: Any, piece: Any, first: int) -> Any:
        return set() if first == 3 else book(work, row, piece, first)

    for instead in (skip, book):
        monkeypatch.setattr(bank_statements, "_book_piece", instead)
        with Session(town.engine) as session:
            work = Work(session=session, municipality_id=BORNE, actor_id=CHECKER, now=NOW)
            outcomes = bank_statements.read(work, BytesIO(statement)).outcomes
            states = Counter(payments.states(work, run.payments).values())
            seen.append((sum(outcomes.values()), states[PaymentState.BOOKED]))
    assert seen == [(5, 5), (7, 7)]


def test_what_was_booked_late_at_many_providers_is_mended_at_the_next_draft(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under ids of three days before, which a gathering passes over; at each provider something else."""
    monkeypatch.setattr(open_items, "ENTRIES_AT_ONCE", 3)
    payees = [town.payee(number) for number in range(5)]
    right = town.right(*payees)
    kept = [town.redeem(right, each, cents=100_00) for each in payees]
    draft(town)
    with ids.seeded(1, datetime.now(UTC) - timedelta(days=3)):
        for number, each in enumerate(payees[:3]):
            town.redeem(right, each, cents=1_00 + number)
        town.reverse(kept[3])

    with monkeypatch.context() as patched:
        patched.setattr(open_items, "mend", lambda work: None)
        assert cents(town, draft(town)) == [], "the control: nothing else finds them"
    assert cents(town, found := draft(town)) == [1_00, 1_01, 1_02]
    with town.work() as work:
        assert settling.release(work, found).total_cents == 3_03
    assert town.is_sound()


def draft(town: BankTown) -> UUID:
    order = DraftOrder(id=uuid7(), until=TODAY, requested_on=PAY_DAY)
    with town.work() as work:
        return runs.draft(work, order).id


def cents(town: BankTown, run_id: UUID) -> list[int]:
    with town.work() as work:
        return sorted(each.cents for each in reviews.lines(work, run_id))


def test_a_run_of_which_nothing_is_paid_goes_to_its_end_and_holds_nothing_back(town: BankTown) -> None:
    """No line at all; then one line, which is held."""
    for amounts in ((), (5_00,)):
        payee = town.payee(len(amounts))
        right = town.right(payee)
        for amount in amounts:
            town.redeem(right, payee, cents=amount)
        run = draft(town)
        with town.work() as work:
            runs.submit(work, run)
        with town.work(actor_id=CHECKER) as work:
            why = {"kind": MarkKind.HELD, "reason": MarkReason.OTHER, "note": "uitzoeken"}
            held = tuple(Mark(entry_id=each.entry_id, **why) for each in reviews.lines(work, run))
            if held:
                reviews.mark(work, run, Marks(marks=held))
            assert [each.state for each in releases.release(work, run).steps] == ALL_THE_WAY
        with town.work() as work:
            assert payment_files.export(work, run) == []
            assert runs.get(work, run).state is RunState.BOOKED
        for command in (
            runs.submit,
            releases.release,
            lambda work, id_: runs.withdraw(work, id_, "toch niet"),
        ):
            with town.work() as work, pytest.raises(RunNotReady):
                command(work, run)
    assert cents(town, draft(town)) == [5_00]
    assert town.is_sound()
