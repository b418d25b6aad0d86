# SPDX-License-Identifier: EUPL-1.2
"""Statements from the ledger: whatever happened, a provider is told what foots with what it is paid."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, select, update
from sqlmodel import col

from ledger import municipalities, payment_files, reviews, runs, set_offs, statement_lines, statements
from ledger.formats.statement import Statement, StatementLine
from ledger.ids import uuid7
from ledger.reviews import Mark, Marks
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.runs import DraftOrder, RunNotFound
from ledger.standing import Part
from ledger.statement_reasons import WORDS, reason_code
from ledger.statements import Form, ReferenceNotFound, SettlementNotFound
from ledger.tables import (
    Entitlement,
    FollowUpKind,
    LeftOutReason,
    LineMark,
    MarkKind,
    MarkReason,
    OpenItem,
    Redemption,
    Settlement,
    SettlementLine,
)
from ledger.texts import Language
from ledger.units import Unit
from tests import settling
from tests.banking import TODAY, BankTown, iban
from tests.settling import Settled
from tests.town import BORNE, END_OF_MARCH, EUROS, MINUTES, NOW, PAY_DAY, Town

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


@dataclass(frozen=True, kw_only=True)
class Read:
    """A statement with all its lines, read while the work lasted."""

    statement: Statement
    lines: tuple[StatementLine, ...]

    @property
    def cents(self) -> list[int]:
        """Of the lines, in order of size."""
        return sorted(line.price_cents for line in self.lines)

    @property
    def set_offs(self) -> list[tuple[UUID | None, int]]:
        """Redemption and amount of each."""
        return [(each.redemption_id, each.amount_cents) for each in self.statement.set_offs]


def told(town: Town, run: Settled, language: Language = Language.NL) -> list[Read]:
    """The statements of a run. Each foots with its settlement, in the values and in all its lines."""
    with town.work() as work:
        found = [
            Read(statement=each.statement, lines=tuple(each.lines()))
            for each in statements.of_run(work, run.id, language)
        ]
    found = [each for each in found if each.statement.unpaid is None]
    assert [each.statement.settlement_id for each in found] == [each.id for each in run.settlements]
    for each, settlement in zip(found, run.settlements, strict=True):
        said = each.statement
        assert sum(each.cents) + said.computed_cents == settlement.gross_cents == said.gross_cents
        assert said.line_count == len(each.lines)
        assert (said.net_cents, said.set_off_cents) == (settlement.net_cents, settlement.set_off_cents)
        assert said.previous_owed_cents == settlement.owed_before_cents
    return found


def the(town: Town, run: Settled, language: Language = Language.NL) -> Read:
    """The statement of a run with one provider."""
    (found,) = told(town, run, language)
    return found


def written(town: Town, run: Settled, form: Form) -> bytes:
    """The statement of a run with one provider, in a form."""
    to = io.BytesIO()
    with town.work() as work:
        (composed,) = statements.of_run(work, run.id)
        statements.write(composed, form, to)
    return to.getvalue()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def drafted(town: Town, until: date = END_OF_MARCH) -> UUID:
    order = DraftOrder(id=uuid7(), until=until, requested_on=PAY_DAY)
    with town.work() as work:
        runs.draft(work, order)
    return order.id


def entry_of(town: Town, redemption_id: UUID) -> UUID:
    """The open line of a redemption; in these tests of the only line that is worth its price."""
    with town.work() as work:
        price = select(col(Redemption.price_cents)).where(col(Redemption.id) == redemption_id)
        statement = select(col(OpenItem.entry_id)).where(
            col(OpenItem.cents) == price.scalar_subquery(), col(OpenItem.entry_id) == col(OpenItem.origin_id)
        )
        found = work.session.scalars(statement).one()
    return found


def mark(town: Town, run_id: UUID, entry_id: UUID, at: datetime = NOW, **what: Any) -> None:
    asked = Marks(marks=(Mark(entry_id=entry_id, **what),))
    with town.work(actor_id=settling.CHECKER, now=at) as work:
        reviews.mark(work, run_id, asked)


def released(town: Town, run_id: UUID) -> Settled:
    with town.work() as work:
        settling.release(work, run_id)
        return settling.settled(work, run_id)


def pdf_text(content: bytes) -> str:
    """All text on one line, without the places where it may be broken."""
    document = pypdfium2.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(
        text.replace("\u00a0", " ").translate(dict.fromkeys(map(ord, "\u200b\u00ad\ufffe"))).split()
    )


# --------------------------------------------------------------------------------------- the lines


def test_every_line_says_what_was_given_under_which_agreement_and_for_whom(town: BankTown) -> None:
    provider = town.payee(1)
    youth = town.right(provider, law=Law.JW)
    town.contract(provider, Law.JW)
    drawing = town.right(provider, kind=EntitlementKind.DRAWING_RIGHT)
    care = town.care(drawing, provider)
    adult = town.right(provider)
    with town.work() as work:
        work.session.execute(
            update(Entitlement).where(col(Entitlement.id) == adult).values(allocation_number=4711)
        )
    both = town.redeem(adult, provider, cents=100_00, minutes=10)
    under_jw = town.redeem(youth, provider, cents=30_00)
    under_care = town.redeem(drawing, provider, minutes=7)

    run = town.settle()
    read = the(town, run)

    first = StatementLine(
        contract_number="1",
        service_code=EUROS,
        service_name="Zorg",
        service_day=date(2026, 3, 10),
        redemption_id=both,
        client_reference="4711",
        quantity=100_00,
        unit=Unit.EUROCENT,
        price_cents=100_00,
    )
    first = replace(first, contract_number=read.lines[0].contract_number)
    minutes = replace(first, service_code=MINUTES, quantity=10, unit=Unit.MINUTE, price_cents=10_00)
    assert read.lines[:2] == (first, minutes)
    of_jw, of_care = read.lines[2:]
    assert (of_jw.redemption_id, of_jw.price_cents) == (under_jw, 30_00)
    assert of_jw.client_reference == youth.hex[-12:].upper()
    assert of_jw.contract_number != first.contract_number
    assert (of_care.redemption_id, of_care.quantity, of_care.price_cents) == (under_care, 7, 7_00)
    assert of_care.contract_number == f"zorgovereenkomst {care.hex[-12:].upper()}"
    assert len(read.statement.summary) == 4


def test_the_statement_says_who_is_paid_how_much_when_and_by_which_reference(town: BankTown) -> None:
    town.owed(10_00)
    run = town.settle()
    said = the(town, run).statement
    (payment,) = run.payments
    assert (said.municipality_name, said.provider_name) == ("Gemeente Borne", "Aanbieder 0")
    assert (said.provider_agb, said.provider_kvk) == ("00000001", "12345678")
    assert (said.run_id, said.settlement_id) == (run.id, payment.settlement_id)
    assert (said.reference, said.net_cents) == (payment.reference, payment.amount_cents)
    assert (said.creditor_name, said.creditor_iban) == ("Aanbieder 0", iban(0))
    assert (said.until, said.requested_on, said.made_at) == (END_OF_MARCH, PAY_DAY, NOW)
    assert the(town, run, Language.EN).statement.municipality_name == "Municipality of Borne"


def test_the_statement_says_how_the_municipality_is_reached_as_its_letters_do(town: BankTown) -> None:
    town.owed(10_00)
    run = town.settle()
    assert the(town, run).statement.sender_lines == ()
    with town.work() as work:
        row = municipalities.get(work)
        row.letter_address, row.letter_phone = ("Marktplein 1", "7622 CR Borne"), "14 074"
    said = the(town, run).statement
    assert said.sender_lines == ("Marktplein 1", "7622 CR Borne", "14 074")


def test_no_resident_is_named_or_numbered(town: BankTown) -> None:
    town.owed(10_00)
    run = town.settle()
    holder = town.holder_id
    for form in (Form.PDF, Form.CSV):
        said = pdf_text(written(town, run, form)) if form is Form.PDF else written(town, run, form).decode()
        assert str(holder) not in said
        assert holder.hex[-12:].upper() not in said


def test_a_captured_reservation_counts_what_was_used(town: BankTown) -> None:
    provider = town.contracted()
    reserved = town.redeem(town.right(provider), provider, minutes=10, reserve=True)
    town.follow(FollowUpKind.CAPTURE, reserved, Part(line=1, quantity=4))
    (line,) = the(town, town.settle()).lines
    assert (line.redemption_id, line.quantity, line.price_cents) == (reserved, 4, 4_00)
    assert not line.corrected


def test_what_was_taken_back_before_the_run_is_a_correction_of_its_redemption(town: BankTown) -> None:
    provider = town.contracted()
    given = town.redeem(town.right(provider), provider, minutes=40)
    town.reverse(given, Part(line=1, quantity=15))

    was, correction = the(town, town.settle()).lines

    assert (was.quantity, was.price_cents, was.corrected) == (40, 40_00, False)
    assert (correction.quantity, correction.price_cents, correction.corrected) == (-15, -15_00, True)
    assert was.redemption_id == correction.redemption_id == given
    assert correction.remark == "afgesproken"
    assert correction.contract_number == was.contract_number


def test_a_correction_without_a_redemption_is_told_by_its_kind(town: BankTown) -> None:
    provider = town.provider()
    contract = town.contract(provider)
    town.redeem(town.right(provider), provider, cents=80_00)
    town.correct(contract, 30_00)
    read = the(town, town.settle())
    assert read.cents == [-30_00, 80_00]
    correction = next(line for line in read.lines if line.price_cents < 0)
    assert (correction.service_code, correction.service_name) == ("reverse", "Correctie")
    assert (correction.quantity, correction.unit) == (-30_00, Unit.EUROCENT)
    assert correction.contract_number == read.statement.summary[0].contract_number


# ------------------------------------------------------------------------------------- what came back


def test_a_refused_payment_is_owed_again_and_says_which_and_why(town: BankTown) -> None:
    town.banks(reject={iban(0): "MS03"})
    provider = town.payee(0)
    town.contract(provider, Law.JW)
    town.redeem(town.right(provider), provider, cents=100_00)
    town.redeem(town.right(provider, law=Law.JW), provider, cents=30_00)
    refused = town.settle()
    town.submit(refused)
    town.redeem(town.right(provider), provider, cents=5_00)

    read = the(town, town.settle(TODAY))

    assert read.cents == [5_00, 30_00, 100_00]
    again = [line for line in read.lines if line.service_code == "reopen"]
    (payment,) = refused.payments
    assert {line.redemption_id for line in again} == {payment.id}
    remark = f"Betaling van € 130,00 met kenmerk {payment.reference}. Code van de bank: MS03."
    assert {line.remark for line in again} == {remark}
    assert len({line.contract_number for line in again}) == 2
    assert not any(line.corrected for line in again)


def test_a_payment_that_came_back_later_is_told_as_that(town: BankTown) -> None:
    town.banks(return_after_days={iban(0): (1, "MS03")})
    town.owed(20_00)
    run = town.settle()
    town.submit(run)
    town.days(2)
    (line,) = the(town, town.settle(TODAY), Language.EN).lines
    assert (line.service_code, line.service_name) == ("return", "Payment that came back")
    assert line.remark == (
        f"Payment of € 20.00 with reference {run.payments[0].reference}. Code of the bank: MS03."
    )


# ------------------------------------------------------------------------------------------- set-offs


def test_a_set_off_names_the_deliveries_it_pays_off_the_oldest_first_over_several_runs(
    town: BankTown,
) -> None:
    provider = town.contracted()
    right = town.right(provider)
    paid = [town.redeem(right, provider, cents=cents) for cents in (40_00, 50_00, 60_00)]
    town.settle()
    for each in (paid[1], paid[0]):
        town.reverse(each)
    town.redeem(right, provider, cents=55_00)
    second = the(town, town.settle())
    assert second.set_offs == [(paid[1], 50_00), (paid[0], 5_00)]
    assert (second.statement.net_cents, second.statement.still_owed_cents) == (0, 35_00)
    assert second.statement.set_offs[0].why == (
        "Levering van 10 maart 2026, teruggedraaid nadat u ervoor betaald was"
    )

    town.reverse(paid[2])
    town.redeem(right, provider, cents=80_00)
    third = the(town, town.settle())
    assert third.set_offs == [(paid[0], 35_00), (paid[2], 45_00)]
    town.redeem(right, provider, cents=80_00)
    fourth = the(town, town.settle())
    assert fourth.set_offs == [(paid[2], 15_00)]
    assert (fourth.statement.net_cents, fourth.statement.still_owed_cents) == (65_00, 0)


def test_an_old_statement_is_the_same_after_later_runs(town: BankTown) -> None:
    provider = town.contracted()
    right = town.right(provider)
    first = town.redeem(right, provider, cents=100_00)
    town.settle()
    town.reverse(first)
    town.redeem(right, provider, cents=30_00)
    second = town.settle()
    was = the(town, second)
    town.reverse(was.lines[0].redemption_id)
    town.redeem(right, provider, cents=90_00)
    town.settle()
    assert the(town, second) == was


def test_more_deliveries_than_are_named_are_one_amount(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_offs, "SET_OFFS_MAX", 2)
    provider = town.contracted()
    right = town.right(provider)
    paid = [town.redeem(right, provider, cents=10_00) for _ in range(4)]
    town.settle()
    for each in paid:
        town.reverse(each)
    town.redeem(right, provider, cents=50_00)
    read = the(town, town.settle())
    assert read.set_offs == [(paid[0], 10_00), (paid[1], 10_00), (None, 20_00)]
    assert read.statement.set_offs[-1].why == "Wat u verder nog moest terugbetalen"


def test_what_is_owed_of_no_delivery_is_set_off_as_that(town: BankTown) -> None:
    provider = town.contracted()
    outside = (AccountKind.TREASURY, UUID(int=0))
    town.book(EntryKind.FUND, (AccountKind.RECEIVABLE, provider), outside, 12_00)
    town.redeem(town.right(provider), provider, cents=50_00)
    read = the(town, town.settle())
    assert read.set_offs == [(None, 12_00)]
    assert read.statement.net_cents == 38_00


# --------------------------------------------------------------------------------------------- held


def test_a_held_line_says_why_and_since_when_and_is_paid_once_it_is_freed(town: BankTown) -> None:
    provider = town.contracted()
    right = town.right(provider)
    town.redeem(right, provider, cents=30_00)
    doubtful = town.redeem(right, provider, minutes=40)
    town.reverse(doubtful, Part(line=1, quantity=5))
    run_id = drafted(town)
    entry_id = entry_of(town, doubtful)
    why: dict[str, Any] = {"reason": MarkReason.PROOF_MISSING, "note": "Stuur ons de urenstaat."}
    mark(town, run_id, entry_id, NOW - timedelta(days=3), kind=MarkKind.HELD, **why)

    march = released(town, run_id)
    read = the(town, march)

    assert read.cents == [30_00]
    assert [(each.line.redemption_id, each.line.price_cents) for each in read.statement.held] == [
        (doubtful, 40_00),
        (doubtful, -5_00),
    ]
    assert {(each.reason_code, each.reason, each.since) for each in read.statement.held} == {
        (
            "proof_missing",
            "Wij kunnen niet zien dat de zorg is gegeven. Stuur ons de urenstaat.",
            date(2026, 4, 12),
        )
    }
    assert [row["reason_code"] for row in rows_of(written(town, march, Form.HELD_CSV))] == [
        "proof_missing"
    ] * 2

    later = drafted(town)
    mark(town, later, entry_id, NOW + timedelta(days=1), kind=MarkKind.FREED)
    freed = the(town, released(town, later))
    assert (freed.cents, freed.statement.held) == ([-5_00, 40_00], ())
    assert the(town, march) == read


def test_a_signal_that_is_looked_into_is_not_told_as_what_it_is(town: BankTown) -> None:
    provider = town.contracted()
    right = town.right(provider)
    town.redeem(right, provider, cents=30_00)
    doubtful = town.redeem(right, provider, cents=40_00)
    run_id = drafted(town)
    why: dict[str, Any] = {"reason": MarkReason.FRAUD_SIGNAL, "note": "Wij komen hierop terug."}
    mark(town, run_id, entry_of(town, doubtful), kind=MarkKind.HELD, **why)
    run = released(town, run_id)
    (held,) = the(town, run).statement.held
    assert held.reason_code == "in_review"
    assert held.reason == "Deze regel wordt nagekeken. Wij komen hierop terug."
    assert b"fraud" not in written(town, run, Form.HELD_CSV)


def test_a_rejected_line_is_there_with_its_correction_and_the_reviewers_reason(town: BankTown) -> None:
    provider = town.contracted()
    right = town.right(provider)
    town.redeem(right, provider, cents=30_00)
    wrong = town.redeem(right, provider, cents=40_00)
    run_id = drafted(town)
    mark(
        town,
        run_id,
        entry_of(town, wrong),
        kind=MarkKind.REJECTED,
        reason=MarkReason.DOUBLE,
        note="Zie 9 maart.",
    )
    read = the(town, released(town, run_id), Language.EN)
    assert read.cents == [-40_00, 30_00, 40_00]
    (correction,) = [line for line in read.lines if line.corrected]
    assert correction.redemption_id == wrong
    assert correction.remark == "This care seems to be claimed twice. Zie 9 maart."


@pytest.mark.parametrize("why", LeftOutReason)
@pytest.mark.parametrize("language", Language)
def test_every_way_to_be_left_out_has_words(why: LeftOutReason, language: Language) -> None:
    assert WORDS[language][reason_code(None, why)]


@pytest.mark.parametrize("reason", MarkReason)
@pytest.mark.parametrize("language", Language)
def test_every_reason_has_words(reason: MarkReason, language: Language) -> None:
    made = LineMark(
        municipality_id=BORNE,
        entry_id=uuid7(),
        number=1,
        run_id=uuid7(),
        kind=MarkKind.HELD,
        reason=reason,
        actor_id=uuid7(),
        recorded_at=NOW,
    )
    assert WORDS[language][reason_code(made)]
    assert WORDS[Language.NL].keys() == WORDS[Language.EN].keys()


# ---------------------------------------------------------------------------------------- everything


def test_all_that_can_happen_at_once_foots_and_each_form_says_the_same(town: BankTown) -> None:
    town.banks(reject={iban(0): "MS03"})
    provider = town.payee(0)
    contract = town.contract(provider, Law.JW)
    adult, youth = town.right(provider), town.right(provider, law=Law.JW)
    drawing = town.right(provider, kind=EntitlementKind.DRAWING_RIGHT)
    town.care(drawing, provider)
    first = town.redeem(adult, provider, cents=100_00, minutes=10)
    run = town.settle()
    town.submit(run)
    town.reverse(first, Part(line=1, quantity=60_00))
    town.redeem(youth, provider, cents=33_33)
    town.reverse(town.redeem(drawing, provider, minutes=9), Part(line=1, quantity=2))
    town.correct(contract, 1_11)
    held = town.redeem(adult, provider, cents=77_00)
    run_id = drafted(town, TODAY)
    mark(town, run_id, entry_of(town, held), kind=MarkKind.HELD, reason=MarkReason.OTHER, note="Bel ons.")
    last = released(town, run_id)

    read = the(town, last)

    assert read.cents == [-2_00, -1_11, 9_00, 33_33, 110_00]
    assert (read.statement.gross_cents, read.set_offs) == (149_22, [(first, 60_00)])
    assert (read.statement.net_cents, read.statement.held_cents) == (89_22, 77_00)
    rows = rows_of(written(town, last, Form.CSV))
    assert sorted(int(row["price_cents"]) for row in rows) == read.cents
    text = pdf_text(written(town, last, Form.PDF))
    for said in (
        "Wij betalen u € 89,22",
        "Bedrag van deze afrekening € 149,22",
        "Verrekend met wat u moest terugbetalen € −60,00",
        "Code van de bank: MS03",
        "Een andere reden. Bel ons.",
        read.statement.reference,
    ):
        assert said in text
    assert first.hex in text.replace(" ", "").replace("-", "")  # a line may end after a hyphen
    assert written(town, last, Form.XLSX)[:2] == b"PK"


def test_a_settlement_whose_lines_are_not_what_it_says_has_no_statement(town: BankTown) -> None:
    (provider,) = town.owed(10_00)
    run = town.settle()
    town.redeem(town.right(provider), provider, cents=1)
    drafted(town)
    with town.work() as work:
        extra = work.session.scalars(select(OpenItem)).one()
        row = SettlementLine(
            municipality_id=BORNE, entry_id=extra.entry_id, settlement_id=run.settlements[0].id, cents=1
        )
        work.session.add(row)
        work.session.flush()
        with pytest.raises(AssertionError, match="gross is not what its parts are"):
            statements.compose(work, row.settlement_id)


# ----------------------------------------------------------------------------------------- finding


def test_a_run_gives_a_statement_to_each_provider_it_settled(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "PROVIDERS_AT_ONCE", 2)
    town.owed(10_00, 20_00, 30_00, 40_00, 50_00)
    town.reverse(town.redeem(town.right(other := town.contracted()), other, cents=1_00))
    run = town.settle()
    assert sorted(each.statement.net_cents for each in told(town, run)) == [10_00, 20_00, 30_00, 40_00, 50_00]


def test_a_run_that_was_not_released_has_none_and_one_that_is_not_there_is_refused(town: BankTown) -> None:
    town.owed(10_00)
    run_id = drafted(town)
    with town.work() as work:
        assert list(statements.of_run(work, run_id)) == []
        with pytest.raises(RunNotFound):
            statements.of_run(work, uuid7())
        with pytest.raises(SettlementNotFound):
            statements.compose(work, uuid7())
        with pytest.raises(SettlementNotFound):
            statements.get(work, run_id)


def test_a_settlement_is_found_by_its_reference_also_where_nothing_was_paid(town: BankTown) -> None:
    provider = town.contracted()
    right = town.right(provider)
    first = town.redeem(right, provider, cents=100_00)
    paid = town.settle().settlements[0]
    town.reverse(first)
    town.redeem(right, provider, cents=30_00)
    set_off = town.settle().settlements[0]
    assert set_off.net_cents == 0
    for settlement in (paid, set_off):
        reference = payment_files.reference(settlement.id)
        spaced = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4)).lower()
        for typed in (reference, spaced):
            with town.work() as work:
                assert statements.by_reference(work, typed).id == settlement.id


def test_a_wrong_reference_finds_nothing(town: BankTown) -> None:
    town.owed(10_00)
    right = payment_files.reference(town.settle().settlements[0].id)
    of_another = payment_files.reference(uuid7())
    for typed in (right[:-1], right + "0", "", "RF" + "9" * 500, of_another):
        with town.work() as work, pytest.raises(ReferenceNotFound) as refused:
            statements.by_reference(work, typed)
        assert len(refused.value.reference) <= 25


# --------------------------------------------------------------------------------------------- many


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    said: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", count)


def questions(town: Town, settlement: Settlement) -> int:
    with counted(town.engine) as said, town.work() as work:
        list(statements.compose(work, settlement.id).lines())
    return len(said)


def test_questions_do_not_grow_with_the_lines_but_by_the_piece(
    town: BankTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = town.contracted(), town.contracted()
    for provider, number in ((few, 1), (many, 12)):
        right = town.right(provider)
        for _ in range(number):
            town.reverse(town.redeem(right, provider, cents=10_00), Part(line=1, quantity=1_00))
    run = town.settle()
    of = {each.provider_id: each for each in run.settlements}
    as_one = the_lines(town, of[many])

    assert questions(town, of[many]) == questions(town, of[few])
    monkeypatch.setattr(statement_lines, "PIECE", 5)
    assert the_lines(town, of[many]) == as_one
    assert len(as_one) == 24
    assert questions(town, of[many]) > questions(town, of[few])


def the_lines(town: Town, settlement: Settlement) -> list[StatementLine]:
    with town.work() as work:
        return list(statements.compose(work, settlement.id).lines())
