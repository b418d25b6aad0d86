# SPDX-License-Identifier: EUPL-1.2
"""Entries: counters and entries move together or not at all, and nobody rewrites what was booked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from sqlalchemy import Engine, Executable, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col

from ledger import (
    access_log,
    approvals,
    bank_answers,
    care,
    claims,
    confirmations,
    contacts,
    contract_versions,
    contracts,
    db,
    demands,
    entries,
    municipalities,
    notices,
    payees,
    payment_files,
    recoveries,
    refusals,
    reviews,
    runs,
    statutory_rates,
    term_figures,
)
from ledger.access_log import Look, LookAction
from ledger.claims import ClaimLine, ClaimTerms
from ledger.confirmations import WordOrder
from ledger.contacts import ContactInput
from ledger.db import Work
from ledger.demands import DemandInput
from ledger.entries import Posting
from ledger.four_eyes import Waiting
from ledger.ids import NOBODY, uuid7
from ledger.refusals import RefusalInput
from ledger.reviews import Mark, Marks
from ledger.rules.confirmations import WordKind
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.terms import ContractTerm
from ledger.rules.terms_availability import Availability, Minimum
from ledger.rules.terms_basis import Fixed
from ledger.rules.terms_facts import PopulationGroup
from ledger.rules.terms_schedule import EqualParts
from ledger.runs import DraftOrder
from ledger.statutory_rates import RateInput, RatesInput
from ledger.tables import (
    APPEND_ONLY,
    Account,
    Approver,
    Bound,
    ContactPurpose,
    DeliveryOutcome,
    Entry,
    FollowUp,
    FollowUpKind,
    MarkKind,
    MarkReason,
    PayeeOutcome,
    RateClass,
    SettlementLine,
    metadata,
)
from ledger.term_figures import CostInput, EvidenceInput, PopulationInput
from ledger.units import Unit
from tests import settling
from tests.answers import accepted
from tests.world import DIEMEN, GUIDANCE, HOUSEHOLD, NOON, World, by_another

RIGHT, BUDGET = uuid7(), uuid7()
OUTSIDE = (AccountKind.TREASURY, NOBODY, Unit.EUROCENT)
POT = (AccountKind.ENTITLEMENT, RIGHT, Unit.EUROCENT)
MINUTES = (AccountKind.ENTITLEMENT, RIGHT, Unit.MINUTE)
OWED = (AccountKind.PAYABLE, RIGHT, Unit.EUROCENT)
TO_GET_BACK = (AccountKind.RECEIVABLE, RIGHT, Unit.EUROCENT)
PLACES = (OUTSIDE, POT, MINUTES, OWED, TO_GET_BACK)

Place: TypeAlias = tuple[AccountKind, UUID, Unit]


@pytest.fixture
def work(engine: Engine) -> Iterator[Work]:
    """Accounts of every bound, and 100 cents in the pot."""
    with db.transaction(engine) as session:
        made = Work(session=session, municipality_id=DIEMEN, actor_id=uuid7(), now=NOON)
        municipalities.put(made, municipalities.MunicipalityInput(name="Diemen"))
        entries.open_accounts(made, PLACES)
        entries.post(made, [posting(made, OUTSIDE, POT, 100)])
    with db.transaction(engine) as session:
        yield Work(session=session, municipality_id=DIEMEN, actor_id=uuid7(), now=NOON)


def account(work: Work, place: Place) -> Account:
    return entries.by_place(entries.locked(work, {place[1]}))[place]


def posting(work: Work, debit: Place, credit: Place, amount: int, unit: Unit = Unit.EUROCENT) -> Posting:
    return Posting(
        kind=EntryKind.REDEEM,
        debit_account_id=account(work, debit).id,
        credit_account_id=account(work, credit).id,
        unit=unit,
        amount=amount,
        cause_id=uuid7(),
        at=NOON,
    )


def balances(work: Work) -> dict[Place, int]:
    return {place: account(work, place).balance for place in PLACES}


def booked(work: Work) -> int:
    return len(work.session.scalars(select(col(Entry.id))).all())


def refused(work: Work, *postings: Posting) -> None:
    """The guard refuses, and a rollback leaves everything as it was."""
    before = balances(work), booked(work)
    point = work.session.begin_nested()
    with pytest.raises((AssertionError, IntegrityError)):
        entries.post(work, postings)
    point.rollback()
    work.session.expire_all()
    assert (balances(work), booked(work)) == before


def test_an_entry_moves_both_counters(work: Work) -> None:
    ids = entries.post(work, [posting(work, POT, OWED, 60), posting(work, POT, OWED, 40)])
    assert len(set(ids)) == 2
    assert balances(work) == {OUTSIDE: -100, POT: 0, MINUTES: 0, OWED: 100, TO_GET_BACK: 0}
    assert (account(work, POT).credits, account(work, POT).debits) == (100, 100)
    assert booked(work) == 3


def test_nothing_to_book_is_nothing_done(work: Work) -> None:
    assert entries.post(work, []) == []
    assert booked(work) == 1


def test_entries_bear_who_when_and_why(work: Work) -> None:
    wanted = posting(work, POT, OWED, 1)
    (entry_id,) = entries.post(work, [wanted])
    row = work.session.get(Entry, (DIEMEN, entry_id))
    assert row is not None
    said = replace(wanted, actor_id=work.actor_id)
    assert {name: getattr(row, name) for name in Posting.__slots__} == {
        name: getattr(said, name) for name in Posting.__slots__
    }
    assert (row.actor_id, row.recorded_at) == (work.actor_id, NOON)


def test_the_guard_refuses_an_overdraw_however_it_was_judged(work: Work) -> None:
    refused(work, posting(work, POT, OWED, 101))
    refused(work, posting(work, POT, OWED, 60), posting(work, POT, OWED, 41))
    refused(work, posting(work, OWED, POT, 1))


def test_a_receivable_is_never_above_zero(work: Work) -> None:
    refused(work, posting(work, POT, TO_GET_BACK, 1))
    entries.post(work, [posting(work, TO_GET_BACK, POT, 5), posting(work, POT, TO_GET_BACK, 5)])
    assert balances(work)[TO_GET_BACK] == 0


def test_only_a_free_account_goes_below_zero(work: Work) -> None:
    entries.open_accounts(work, [(AccountKind.BUDGET, BUDGET, Unit.EUROCENT)], bound=Bound.FREE)
    budget = (AccountKind.BUDGET, BUDGET, Unit.EUROCENT)
    entries.post(work, [posting(work, budget, POT, 10**12)])
    assert account(work, budget).balance == -(10**12)


def test_units_are_never_mixed(work: Work) -> None:
    refused(work, posting(work, OUTSIDE, MINUTES, 1))
    refused(work, posting(work, OUTSIDE, MINUTES, 1, Unit.MINUTE))
    refused(work, posting(work, OUTSIDE, POT, 1, Unit.MINUTE))


def test_an_amount_is_above_zero_and_goes_from_one_account_to_another(work: Work) -> None:
    refused(work, posting(work, POT, OWED, 0))
    refused(work, posting(work, POT, OWED, -1))
    refused(work, posting(work, POT, POT, 1))


def test_accounts_that_do_not_exist_or_are_of_others_are_refused(work: Work) -> None:
    refused(work, replace(posting(work, POT, OWED, 1), credit_account_id=uuid7()))
    elsewhere = Work(session=work.session, municipality_id="0363", actor_id=uuid7(), now=NOON)
    municipalities.put(elsewhere, municipalities.MunicipalityInput(name="Amsterdam"))
    before = balances(work)
    with pytest.raises(AssertionError):
        entries.post(elsewhere, [posting(work, POT, OWED, 1)])
    assert balances(work) == before


def test_an_entry_is_mirrored_at_most_once(work: Work) -> None:
    (first,) = entries.post(work, [posting(work, POT, OWED, 10)])
    mirror = replace(posting(work, OWED, POT, 5), reverses_id=first)
    entries.post(work, [mirror])
    refused(work, mirror)


def test_opening_an_account_again_changes_nothing(work: Work) -> None:
    before = {place: account(work, place).id for place in PLACES}
    entries.open_accounts(work, [*PLACES, *PLACES])
    assert {place: account(work, place).id for place in PLACES} == before
    assert balances(work)[POT] == 100


def test_the_check_refuses_an_overdraw_without_the_guard(work: Work) -> None:
    """A statement past entries.post still cannot take what is not there."""
    for place, change in (
        (POT, {"debits": col(Account.debits) + 101}),
        (TO_GET_BACK, {"credits": col(Account.credits) + 1}),
        (POT, {"debits": -1}),
    ):
        statement = update(Account).where(col(Account.id) == account(work, place).id).values(change)
        point = work.session.begin_nested()
        with pytest.raises(DBAPIError, match=r"(?i)check"):
            work.session.execute(statement)
        point.rollback()


def test_what_was_written_down_cannot_be_changed_by_anybody(world: World) -> None:
    """UPDATE, DELETE, TRUNCATE and REPLACE fail on every append-only table, each with rows in it."""
    _a_row_in_every_table(world)
    with world.engine.connect() as connection:
        for table in (metadata.tables[name] for name in APPEND_ONLY):
            rows = connection.scalar(select(func.count()).select_from(table))
            assert rows, f"{table} has no row to try it on"
            for change in _changes(table, world.engine):
                with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
                    connection.execute(change)
            assert connection.scalar(select(func.count()).select_from(table)) == rows
    world.assert_books_agree()


def _changes(table: Table, engine: Engine) -> list[Executable]:
    """Every way to change what is in a table."""
    column = next(iter(table.columns))
    again = insert(table).from_select([each.name for each in table.columns], select(table))
    is_sqlite = engine.dialect.name == "sqlite"
    replace_all: Executable = (
        again.prefix_with("OR REPLACE") if is_sqlite else text(f"TRUNCATE {table} CASCADE")
    )
    return [update(table).values({column: column}), delete(table), replace_all]


def _a_row_in_every_table(world: World) -> None:
    right = world.grant()
    line = ClaimLine(
        reference="A1", entitlement_id=right.id, service=HOUSEHOLD, quantity=60, service_date=NOON.date()
    )
    terms = ClaimTerms(provider_id=world.provider_id, lines=(line,))
    with world.work() as work:
        claims.claim(work, claims.of_terms(uuid7(), terms))
    held = world.redeemed(right.id, reserve=True)
    world.follow_up(held.id, FollowUpKind.CAPTURE, line_1=30)
    word = WordOrder(id=uuid7(), redemption_id=held.id, kind=WordKind.CONFIRMED, told_by="test", at=NOON)
    with world.work(actor_id=uuid7()) as work:
        confirmations.say(work, word)
    pgb = world.grant(kind=EntitlementKind.DRAWING_RIGHT)
    agreement = care.Agreement(
        id=uuid7(),
        entitlement_id=pgb.id,
        provider_id=world.helper_id,
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=20_00,
        valid_from=pgb.valid_from,
        valid_until=pgb.valid_until,
        at=NOON,
    )
    with world.work() as work:
        care.agree(work, [agreement, unwanted := agreement.model_copy(update={"id": uuid7()})])
        care.approve(work, agreement.id, Approver.GATEKEEPER)
        care.decline(work, unwanted.id, Approver.GATEKEEPER, "test")
        access_log.note(work, [Look(action=LookAction.READ, person_id=world.holder_id, purpose="test")])
        refusals.refuse(work, [refusal(world)])
    taken_back = world.redeemed(right.id, provider_id=world.other_provider_id)  # settles nothing
    world.follow_up(taken_back.id, FollowUpKind.REVERSAL)
    _agree_on_terms(world)
    _settle_and_hear_the_bank(world)
    _demand_back(world)
    _ask_much(world)


def refusal(world: World) -> RefusalInput:
    return RefusalInput(
        id=uuid7(),
        holder_id=world.holder_id,
        law=Law.WMO,
        asked="Een traplift",
        reason="test",
        decided_on=NOON.date(),
    )


def _ask_much(world: World) -> None:
    """A grant above the limit that somebody else refused."""
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = 0
    id_ = uuid7()
    assert isinstance(world.try_grant(id=id_), Waiting)
    with world.work() as work:
        decision = approvals.DecisionInput(approved=False, reason="test")
        approvals.decide(by_another(work), id_, decision)


def _agree_on_terms(world: World) -> None:
    """A lump sum, one that waits for evidence, and every kind of figure."""
    lump = Availability(basis=Fixed(yearly_cents=1200_00), schedule=EqualParts(kind="monthly"), minimum=None)
    least = Minimum(basis_points=9500, agreed=100, agreed_per_days=1, below="refuse")
    agreed = (lump, lump.model_copy(update={"minimum": least}))
    with world.work() as work:
        (known,) = contract_versions.newest(work, [world.contract_id])
        terms = tuple(
            ContractTerm(number=number, programme_id=world.programme_id, term=term)
            for number, term in enumerate(agreed, start=1)
        )
        contracts.draft(work, [known.content.model_copy(update={"terms": terms})])
        contracts.publish(by_another(work), [world.contract_id])
        contract = {"contract_id": world.contract_id}
        month = {"first": date(2026, 1, 1), "last": date(2026, 1, 31)}
        term_figures.put_evidence(
            work, [EvidenceInput(id=uuid7(), number=1, available=1, **contract, **month)]
        )
        group = next(iter(PopulationGroup))
        term_figures.put_population(work, [PopulationInput(id=uuid7(), group=group, year=2026, persons=1)])
        term_figures.put_historical_cost(work, [CostInput(id=uuid7(), year=2025, cents=1, **contract)])


def _settle_and_hear_the_bank(world: World) -> None:
    """One line is held, the others are paid; the bank takes the file; an account is changed and let pass."""
    order = DraftOrder(id=uuid7(), until=NOON.date(), requested_on=NOON.date())
    with world.work() as work:
        runs.draft(work, order)
        line, *_ = reviews.lines(work, order.id)
        held = Mark(entry_id=line.entry_id, kind=MarkKind.HELD, reason=MarkReason.OTHER, note="test")
        reviews.mark(work, order.id, Marks(marks=(held,)))
        settling.release(work, order.id)
        file, *_ = payment_files.export(work, order.id)
        bank_answers.read(work, BytesIO(accepted(file.message_id, answer="A-1")))
        account: Any = {"provider_id": world.helper_id, "account_holder_name": "Ander"}
        account["iban"] = "NL20INGB0001234567"
        contact = ContactInput(
            id=uuid7(),
            provider_id=world.helper_id,
            name="Ander",
            email="a@example.org",
            purposes=frozenset(ContactPurpose),
        )
        contacts.put(work, [contact])
        asked = payees.ChangeInput(id=uuid7(), asked_by="by letter", **account)
        payees.change(work, asked)
        (waits,) = notices.waiting(work)
        notices.note(work, waits.notice.id, DeliveryOutcome.FAILED, "test")
        outcome = PayeeOutcome.NO_MATCH
        check = payees.check(work, payees.CheckInput(id=uuid7(), outcome=outcome, source="test", **account))
        payees.override(work, check.id, "test")
        other = replace(work, actor_id=settling.CHECKER)
        payees.decide(other, asked.id, payees.DecisionInput(approved=False, reason="test"))


def _demand_back(world: World) -> None:
    """What was settled is taken back and demanded, a day late, with interest."""
    today, later = NOON.date(), NOON + timedelta(days=20)
    captured = (
        select(col(FollowUp.redemption_id))
        .join(Entry, col(Entry.cause_id) == col(FollowUp.id))
        .join(SettlementLine, col(SettlementLine.entry_id) == col(Entry.id))
    )
    with world.work() as work:
        redemption_id = work.session.scalars(captured).one()
    world.follow_up(redemption_id, FollowUpKind.REVERSAL)
    id_ = uuid7()
    asked = DemandInput(
        id=id_, provider_id=world.provider_id, cents=5_00, sent_on=today, due_on=today, reason="test"
    )
    steps = (RateInput(from_day=date(2026, 1, 1), basis_points=1000),)
    with world.work(now=later) as work:
        statutory_rates.put(
            work, RatesInput(id=uuid7(), steps=steps, known_until=date(2026, 12, 31), source="test")
        )
    with world.work() as work:
        demands.make(work, asked)
    with world.work(now=later) as work:
        recoveries.charge_interest(work, id_, later.date())
