# SPDX-License-Identifier: EUPL-1.2
"""Settlements: one payment per provider per run, nothing paid twice, and a file that is always the same."""

import importlib.util
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread
from time import monotonic
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import Engine, func, select, update
from sqlmodel import col

from ledger import db, entries, identifiers, payment_files, releases, runs, settlements
from ledger.clock import day_after
from ledger.entries import Posting
from ledger.ids import NOBODY, uuid7
from ledger.payment_files import PaymentFileChanged
from ledger.releases import DebtorMissing, ReleaseRefused
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.runs import DraftOrder, RunExists, RunNotFound, UntilInFuture
from ledger.standing import Part
from ledger.tables import Municipality, Payment, SettlementLine, SettlementRun
from ledger.units import Unit
from tests import figures, settling
from tests.settling import Settled
from tests.town import END_OF_MARCH, NOW, PAY_DAY, Town

APRIL = datetime(2026, 4, 2, 10, tzinfo=UTC)
IN_APRIL = date(2026, 4, 14)


@pytest.fixture
def town(engine: Engine) -> Town:
    return Town(engine=engine)


def shares(run: Settled) -> list[tuple[UUID, int, int, int]]:
    """Provider, gross, set-off and net of every settlement."""
    return [(s.provider_id, s.gross_cents, s.set_off_cents, s.net_cents) for s in run.settlements]


def file_of(town: Town, run_id: UUID) -> bytes:
    with town.work() as work:
        return b"".join(settling.bank_files(work, run_id))


def payable(town: Town, *agreement_ids: UUID) -> list[int]:
    return [town.balance(AccountKind.PAYABLE, each) for each in agreement_ids]


def lines_of(town: Town, run: Settled) -> list[int]:
    """The cents of all lines of a run, in order of size."""
    statement = select(col(SettlementLine.cents)).where(
        col(SettlementLine.settlement_id).in_([each.id for each in run.settlements])
    )
    with db.reading(town.engine) as session:
        return sorted(session.scalars(statement))


# ------------------------------------------------------------------------------------------ netting


def test_contracts_and_care_agreements_of_one_provider_are_paid_together(town: Town) -> None:
    provider = town.provider()
    adults, youth = town.contract(provider), town.contract(provider, Law.JW)
    drawing = town.right(provider, kind=EntitlementKind.DRAWING_RIGHT)
    care = town.care(drawing, provider)
    town.redeem(town.right(provider), provider, cents=100_00)
    town.redeem(town.right(provider, law=Law.JW), provider, cents=50_00)
    town.redeem(drawing, provider, minutes=7)
    assert payable(town, adults, youth, care) == [100_00, 50_00, 7_00]

    run = town.settle()

    assert shares(run) == [(provider, 157_00, 0, 157_00)]
    assert (run.count, run.total_cents) == (1, 157_00)
    (payment,) = run.payments
    assert payment.end_to_end_id == run.settlements[0].id.hex
    assert (payment.creditor_name, payment.creditor_iban) == ("Zorg & Zó B.V.", "NL20INGB0001234567")
    assert payable(town, adults, youth, care) == [0, 0, 0]
    assert town.balance(AccountKind.IN_PAYMENT, payment.id) == 157_00
    assert lines_of(town, run) == [7_00, 50_00, 100_00]
    assert town.report().findings == ()


def test_each_provider_gets_one_payment(town: Town) -> None:
    providers = [town.contracted(name) for name in ("Eén", "Twee", "Drie")]
    for provider in providers:
        right = town.right(provider)
        for _ in range(3):
            town.redeem(right, provider, cents=10_00)

    run = town.settle()

    assert shares(run) == [(provider, 30_00, 0, 30_00) for provider in sorted(providers)]
    assert [each.creditor_name for each in run.payments] == ["Eén", "Twee", "Drie"]
    assert town.report().findings == ()


def test_what_was_reversed_before_the_run_is_netted_with_its_original(town: Town) -> None:
    provider = town.contracted()
    right = town.right(provider)
    town.redeem(right, provider, cents=100_00)
    town.reverse(town.redeem(right, provider, cents=40_00), Part(line=1, quantity=15_00))

    run = town.settle()

    assert shares(run) == [(provider, 125_00, 0, 125_00)]
    assert lines_of(town, run) == [-15_00, 40_00, 100_00]
    assert town.report().findings == ()


def test_a_provider_whose_lines_are_all_reversed_is_not_settled(town: Town) -> None:
    provider = town.contracted()
    town.reverse(town.redeem(town.right(provider), provider, cents=40_00))

    run = town.settle()

    assert (shares(run), run.payments, run.file_sha256) == ([], (), sha256(b"").digest())
    assert town.report().findings == ()


def test_a_negative_net_is_carried_over_and_never_paid(town: Town) -> None:
    provider, other = town.provider(), town.contracted()
    contract = town.contract(provider)
    town.redeem(town.right(provider), provider, cents=80_00, at=APRIL)
    town.correct(contract, 50_00)
    town.redeem(town.right(other), other, cents=1_00)

    march, april = town.settle(END_OF_MARCH), town.settle(IN_APRIL)

    assert shares(march) == [(other, 1_00, 0, 1_00)]
    assert shares(april) == [(provider, 30_00, 0, 30_00)]
    assert lines_of(town, april) == [-50_00, 80_00]
    assert payable(town, contract) == [0]


def test_an_account_below_zero_is_made_up_for_by_another_of_the_provider(town: Town) -> None:
    provider = town.provider()
    adults, youth = town.contract(provider), town.contract(provider, Law.JW)
    town.redeem(town.right(provider), provider, cents=100_00)
    town.redeem(town.right(provider, law=Law.JW), provider, cents=30_00, at=APRIL)
    town.correct(youth, 30_00)

    march = town.settle(END_OF_MARCH)
    assert shares(march) == [(provider, 70_00, 0, 70_00)]
    assert payable(town, adults, youth) == [30_00, 0]

    april = town.settle(IN_APRIL)
    assert shares(april) == [(provider, 30_00, 0, 30_00)]
    assert payable(town, adults, youth) == [0, 0]


def test_more_than_is_held_is_not_paid(town: Town) -> None:
    provider = town.provider()
    contract = town.contract(provider)
    town.redeem(town.right(provider), provider, cents=100_00)
    town.correct(contract, 60_00, at=APRIL)

    march, april = town.settle(END_OF_MARCH), town.settle(IN_APRIL)

    assert shares(march) == []
    assert shares(april) == [(provider, 40_00, 0, 40_00)]


def test_what_must_be_given_back_is_kept_back_from_later_runs_until_it_is_even(town: Town) -> None:
    provider = town.contracted()
    right = town.right(provider)
    first = town.redeem(right, provider, cents=100_00)
    town.settle()
    town.reverse(first)
    assert town.balance(AccountKind.RECEIVABLE, provider) == -100_00

    town.redeem(right, provider, cents=30_00)
    second = town.settle()
    assert shares(second) == [(provider, 30_00, 30_00, 0)]
    assert (second.count, second.payments, file_of(town, second.id)) == (0, (), b"")
    assert town.balance(AccountKind.RECEIVABLE, provider) == -70_00

    town.redeem(right, provider, cents=90_00)
    third = town.settle()
    assert shares(third) == [(provider, 90_00, 70_00, 20_00)]
    assert [each.amount_cents for each in third.payments] == [20_00]
    assert town.balance(AccountKind.RECEIVABLE, provider) == 0
    assert town.report().findings == ()


# --------------------------------------------------------------------------------- the same run twice


def test_the_same_run_twice_is_one_run(town: Town) -> None:
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=100_00)
    run = town.settle()
    town.redeem(town.right(provider), provider, cents=5_00)

    assert town.settle(run_id=run.id) == run
    with town.work() as work:
        assert runs.get(work, run.id) == run.run
        assert [each.id for each in runs.listed(work)] == [run.id]


def test_the_same_run_with_other_content_is_a_conflict(town: Town) -> None:
    run = town.settle()
    with pytest.raises(RunExists):
        town.settle(date(2026, 3, 30), run_id=run.id)


def test_an_entry_is_settled_once(town: Town) -> None:
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=100_00)
    assert town.settle().count == 1
    assert town.settle().count == 0


def test_what_a_run_books_is_not_settled_by_the_next_of_the_same_day(town: Town) -> None:
    provider = town.contracted()
    right, today = town.right(provider), date(2026, 4, 15)
    town.redeem(right, provider, cents=100_00)
    town.settle(today)
    town.redeem(right, provider, cents=5_00)
    assert town.settle(today).total_cents == 5_00


def test_a_run_with_nothing_to_settle_has_no_file(town: Town) -> None:
    run = town.settle()
    assert (run.count, run.total_cents, run.settlements, run.payments) == (0, 0, (), ())
    assert run.file_sha256 == sha256(b"").digest()
    assert file_of(town, run.id) == b""
    assert town.report().findings == ()


# ------------------------------------------------------------------------------------------- refused


def test_a_day_that_has_not_come_is_refused(town: Town) -> None:
    today = date(2026, 4, 15)
    assert town.settle(today).count == 0
    with pytest.raises(UntilInFuture) as refused:
        town.settle(day_after(today))
    assert refused.value.facts == {"until": day_after(today), "today": today}


@pytest.mark.parametrize("missing", ["debtor_name", "debtor_iban"])
def test_without_a_debtor_nothing_is_settled(town: Town, missing: str) -> None:
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=100_00)
    with town.work() as work:
        work.session.execute(update(Municipality).values({missing: ""}))
    with pytest.raises(ReleaseRefused) as refused:
        town.settle()
    assert [type(each) for each in refused.value.reasons] == [DebtorMissing]
    with db.reading(town.engine) as session:
        assert session.scalars(select(SettlementRun)).all() == []


def test_a_run_that_is_not_there_is_not_found(town: Town) -> None:
    with town.work() as work, pytest.raises(RunNotFound):
        payment_files.read(work, uuid7(), 1)
    with town.work() as work, pytest.raises(RunNotFound):
        runs.get(work, uuid7())


# --------------------------------------------------------------------------------------- the last day


@pytest.mark.parametrize(
    ("until", "last", "first_after"),
    [
        (
            date(2026, 3, 28),
            datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 3, 28, 23, tzinfo=UTC),
        ),
        (
            date(2026, 3, 29),
            datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC),
            datetime(2026, 3, 29, 22, tzinfo=UTC),
        ),
        (
            date(2026, 1, 31),
            datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 1, 31, 23, tzinfo=UTC),
        ),
    ],
    ids=["before the clock changes", "the day of 23 hours", "in winter"],
)
def test_the_last_day_ends_at_the_dutch_midnight(
    town: Town, until: date, last: datetime, first_after: datetime
) -> None:
    provider = town.contracted()
    right = town.right(provider)
    town.redeem(right, provider, cents=1_00, at=last)
    town.redeem(right, provider, cents=20_00, at=first_after)
    assert town.settle(until).total_cents == 1_00
    assert town.settle(day_after(until)).total_cents == 20_00


def test_a_reversal_falls_in_the_run_of_its_original(town: Town) -> None:
    """Made in April, it belongs to March: with the March run, not after it."""
    provider = town.contracted()
    right = town.right(provider)
    town.reverse(town.redeem(right, provider, cents=40_00))
    town.redeem(right, provider, cents=2_00)
    assert town.settle(END_OF_MARCH).total_cents == 2_00


# ------------------------------------------------------------------------------------------- the file


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    spec = importlib.util.find_spec("sepaxml")
    assert spec is not None
    assert spec.origin is not None
    return etree.XMLSchema(etree.parse(str(Path(spec.origin).parent / "schemas" / "pain.001.001.09.xsd")))


def test_the_file_is_valid_and_its_hash_is_that_of_the_run(town: Town, schema: etree.XMLSchema) -> None:
    for name in ("Zorg & Zó B.V.", "Stichting Één"):
        provider = town.contracted(name)
        town.redeem(town.right(provider), provider, cents=12_34)
    run = town.settle()

    written = file_of(town, run.id)

    root = etree.fromstring(written)
    schema.assertValid(root)
    assert sha256(written).digest() == run.file_sha256
    assert file_of(town, run.id) == written
    space = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}

    def texts(path: str) -> list[str]:
        return [found.text or "" for found in root.iterfind(f".//p:{path}", space)]

    assert texts("MsgId") == [payment_files.message_id(run.id, 1)]
    assert texts("CtrlSum") == ["24.68", "24.68"]
    assert texts("ReqdExctnDt/p:Dt") == [PAY_DAY.isoformat()]
    assert texts("EndToEndId") == [each.id.hex for each in run.settlements]
    assert texts("CdtrRefInf/p:Ref") == [each.reference for each in run.payments]
    assert texts("Cdtr/p:Nm") == ["Zorg & Zó B.V.", "Stichting Één"]


def test_a_file_whose_rows_were_changed_never_comes_out_whole(town: Town) -> None:
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=12_34)
    run = town.settle()
    with town.work() as work:
        table = "payment"
        drop = f"DROP TRIGGER {table}_no_update"
        if town.engine.dialect.name == "postgresql":
            drop = f"DROP TRIGGER {table}_unchanged ON {table}"
        work.session.connection().exec_driver_sql(drop)
        work.session.execute(update(Payment).values(creditor_iban="NL39RABO0300065264"))

    seen: list[bytes] = []
    with town.work() as work:
        payment_files.export(work, run.id)
    with town.work() as work, pytest.raises(PaymentFileChanged) as changed:
        seen.extend(payment_files.read(work, run.id, 1))

    assert b"NL39RABO0300065264" in b"".join(seen)
    assert b"</Document>" not in b"".join(seen)
    assert changed.value.expected_sha256 == run.file_sha256.hex()


def test_references_are_sound_and_distinct() -> None:
    references = {payment_files.reference(uuid7()) for _ in range(5_000)}
    assert len(references) == 5_000
    assert all(identifiers.is_rf_reference(each) and len(each) == 16 for each in references)


# ---------------------------------------------------------------------------------------- looking back


def test_runs_are_listed_newest_first_and_page_by_page(town: Town) -> None:
    ids = [town.settle().id for _ in range(3)]
    with town.work() as work:
        first = runs.listed(work, limit=2)
        rest = runs.listed(work, before=first[-1].id)
    assert [each.id for each in (*first, *rest)] == ids[::-1]


def test_a_provider_sees_its_settlements_with_their_payments(town: Town) -> None:
    provider, other = town.contracted(), town.contracted()
    right = town.right(provider, other)
    town.redeem(right, other, cents=1_00)
    settled = []
    for cents in (5_00, 7_00):
        town.redeem(right, provider, cents=cents)
        settled.append(town.settle())
    with town.work() as work:
        found = settlements.of_provider(work, provider)
        older = settlements.of_provider(work, provider, before=found[0].settlement.id)
    assert [each.settlement.net_cents for each in found] == [7_00, 5_00]
    assert [each.run.id for each in found] == [run.id for run in reversed(settled)]
    assert [each.payment and each.payment.amount_cents for each in found] == [7_00, 5_00]
    assert [each.settlement.net_cents for each in older] == [5_00]


# ------------------------------------------------------------------------------------- many, and at once


def at_once(*turns: Callable[[], object]) -> list[object]:
    """All of them in threads of their own that start together; what each answered or raised."""
    barrier, answers = Barrier(len(turns)), list[object](turns)

    def take(place: int) -> None:
        barrier.wait()
        try:
            answers[place] = turns[place]()
        except Exception as error:
            answers[place] = error

    threads = [Thread(target=take, args=(place,)) for place in range(len(turns))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_runs_at_once_settle_each_entry_once(town: Town) -> None:
    providers = [town.contracted() for _ in range(3)]
    for provider in providers:
        right = town.right(provider)
        for _ in range(5):
            town.redeem(right, provider, cents=1_00)

    answers = at_once(*[town.settle] * 4)

    settled = [each for each in answers if isinstance(each, Settled)]
    assert len(settled) == 4, answers
    assert sorted(run.total_cents for run in settled) == [0, 0, 0, 15_00]
    assert town.report().findings == ()


def test_the_same_run_at_once_is_one_run(town: Town) -> None:
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=1_00)
    run_id = uuid7()

    answers = at_once(*[lambda: town.settle(run_id=run_id)] * 4)

    assert all(answer == answers[0] for answer in answers), answers
    with town.work() as work:
        assert len(runs.listed(work)) == 1


def test_redeeming_and_settling_at_once_loses_nothing(town: Town) -> None:
    provider = town.contracted()
    rights = [town.right(provider) for _ in range(4)]

    def redeem(right: UUID) -> None:
        for _ in range(5):
            town.redeem(right, provider, cents=1_00)

    def settle() -> None:
        for _ in range(4):
            town.settle()

    answers = at_once(*[lambda right=right: redeem(right) for right in rights], settle)

    assert answers == [None] * 5
    town.settle()
    with town.work() as work:
        assert sum(run.total_cents for run in runs.listed(work)) == 20_00
    assert town.report().findings == ()


def test_providers_are_settled_in_pieces(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "PROVIDERS_AT_ONCE", 4)
    providers = [town.contracted() for _ in range(9)]
    right = town.right(*providers)
    for provider in providers:
        town.redeem(right, provider, cents=1_00)
    run = town.settle()
    assert run.total_cents == 9_00
    assert lines_of(town, run) == [1_00] * 9
    assert shares(run) == [(provider, 1_00, 0, 1_00) for provider in sorted(providers)]
    assert town.report().findings == ()


@pytest.mark.prove
def test_a_hundred_thousand_lines_are_settled_in_flat_memory(town: Town) -> None:
    contracts = [town.contract(town.provider()) for _ in range(20)]
    outside = (AccountKind.TREASURY, NOBODY, Unit.EUROCENT)
    places = [(AccountKind.PAYABLE, each, Unit.EUROCENT) for each in contracts]
    with town.work() as work:
        entries.open_accounts(work, [outside, *places])
        accounts = entries.by_place(entries.locked(work, [NOBODY, *contracts]))
        for start in range(0, 100_000, 20_000):
            postings = [
                Posting(
                    kind=EntryKind.REDEEM,
                    debit_account_id=accounts[outside].id,
                    credit_account_id=accounts[places[number % 20]].id,
                    unit=Unit.EUROCENT,
                    amount=1_00,
                    cause_id=uuid7(),
                    at=NOW - timedelta(days=30),
                )
                for number in range(start, start + 20_000)
            ]
            entries.post(work, postings)
    tracemalloc.start()
    began = monotonic()
    run = town.settle()
    seconds, peak = monotonic() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (run.count, run.total_cents) == (20, 100_000_00)
    with db.reading(town.engine) as session:
        assert session.scalars(select(func.count()).select_from(SettlementLine)).one() == 100_000
    assert peak < 60_000_000
    figures.note(
        "Settlement in flat memory",
        database=town.engine.dialect.name,
        trials=1,
        failures=0,
        of="runs of 100,000 lines",
        seconds=seconds,
        peak_bytes=peak,
    )


def test_each_municipality_settles_its_own(town: Town) -> None:
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=1_00)
    other = Municipality(
        municipality_id="0141",
        name="Almelo",
        debtor_name="Gemeente Almelo",
        debtor_iban="NL91ABNA0417164300",
        recorded_at=NOW,
    )
    town.add(other)
    with db.transaction(town.engine) as session:
        work = db.Work(session=session, municipality_id="0141", actor_id=town.actor_id, now=NOW)
        order = DraftOrder(id=uuid7(), until=END_OF_MARCH, requested_on=PAY_DAY)
        assert settling.settle(work, order).total_cents == 0
    assert town.settle().total_cents == 1_00
