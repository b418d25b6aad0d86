# SPDX-License-Identifier: EUPL-1.2
"""The close of a year: every cent of a budget is somewhere, and all budgets together are the books."""

from collections import Counter, defaultdict
from dataclasses import fields
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledger import year_close
from ledger.accounting import PeriodInFuture
from ledger.budget_figures import Again, Figures, Settled, Spread, taken
from ledger.budgets import Lowering, lower
from ledger.ids import uuid7
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.states import News
from ledger.tables import FollowUpKind
from ledger.year_close import YearClose
from tests.years import Years, instant


@pytest.fixture
def town(engine: Engine) -> Years:
    return Years(engine=engine)


def closed(town: Years, year: int = 2026, *, at: datetime | None = None) -> YearClose:
    """A close that agrees with the books; one of now also with the counters of the accounts."""
    with town.reading() as work:
        found = year_close.close(work, year, at=at)
    assert found.agrees, found
    if at is None:
        held: Counter[str] = Counter()
        for code, cents in town.held().items():
            held[code.split("-")[0]] += cents
        books = {each.figure: each.books_cents for each in found.proofs}
        assert books == {
            "left": held["budget"],
            "committed": held["entitlement"],
            "reserved": held["reserved"],
            "payable": held["payable"],
            "in_payment": held["in_payment"],
            "receivable": -held["receivable"],
            "funded": books["funded"],
            "paid": books["funded"] + held["treasury"],
        }
    return found


def of(found: YearClose, law: Law = Law.WMO) -> Figures:
    (row,) = (row for row in found.rows if row.law is law)
    return row.figures


def where(found: Figures) -> tuple[int, int, int, int, int]:
    """Used, payable, in payment, paid, receivable."""
    return (
        found.used_cents,
        found.payable_cents,
        found.in_payment_cents,
        found.paid_cents,
        found.receivable_cents,
    )


# ------------------------------------------------------------------------------------------- one budget


def test_a_budget_is_left_committed_reserved_or_used(town: Years) -> None:
    provider = town.contracted()
    town.fund(5000_00)
    right = town.given(provider, cents=1000_00)
    town.used(right, provider, 100_00)
    town.reverse(town.used(right, provider, 40_00))
    town.follow(FollowUpKind.CAPTURE, town.used(right, provider, 30_00, reserve=True))
    town.used(right, provider, 5_00, reserve=True)

    figures = of(closed(town))

    assert figures == Figures(
        funded_cents=5000_00,
        left_cents=4000_00,
        committed_cents=865_00,
        reserved_cents=5_00,
        used_cents=130_00,
        payable_cents=130_00,
    )


def test_what_was_taken_back_from_a_budget_was_not_made_available(town: Years) -> None:
    provider = town.contracted()
    town.fund(5000_00)
    town.given(provider, cents=1000_00)
    asked = {"id": uuid7(), "programme_id": town.programmes[Law.WMO], "year": 2026, "at": town.clock}
    with town.work() as work:
        lower(work, [Lowering.model_validate(asked | {"cents": 1500_00})])

    figures = of(closed(town))

    assert (figures.funded_cents, figures.left_cents, figures.committed_cents) == (3500_00, 2500_00, 1000_00)


def test_what_was_used_is_payable_then_in_payment_then_paid(town: Years) -> None:
    provider = town.contracted()
    right = town.given(provider)
    town.used(right, provider, 100_00)
    owed = where(of(closed(town)))

    run = town.settled()
    settled = of(closed(town))
    town.hear(run.payments[0], News.ACCEPT)
    accepted = where(of(closed(town)))
    town.hear(run.payments[0], News.BOOK)
    paid = of(closed(town))

    assert owed == (100_00, 100_00, 0, 0, 0)
    assert where(settled) == accepted == (100_00, 0, 100_00, 0, 0)
    assert where(paid) == (100_00, 0, 0, 100_00, 0)
    assert settled.settled_cents == paid.settled_cents == 100_00


@pytest.mark.parametrize("news", [(News.REJECT,), (News.BOOK, News.RETURN)])
def test_what_the_bank_did_not_pay_is_payable_again_and_can_be_paid_later(
    town: Years, news: tuple[News, ...]
) -> None:
    provider = town.contracted()
    town.used(town.given(provider), provider, 100_00)
    town.hear(town.settled().payments[0], *news)
    again = where(of(closed(town)))

    run = town.settled()
    settled = where(of(closed(town)))
    town.hear(run.payments[0], News.BOOK)

    assert again == (100_00, 100_00, 0, 0, 0)
    assert settled == (100_00, 0, 100_00, 0, 0)
    assert where(of(closed(town))) == (100_00, 0, 0, 100_00, 0)


def test_what_is_taken_back_after_it_was_paid_is_receivable_until_it_is_kept_back(town: Years) -> None:
    provider = town.contracted()
    right = town.given(provider)
    redemption = town.used(right, provider, 100_00)
    town.hear(town.settled().payments[0], News.BOOK)

    town.reverse(redemption)
    owed_to_us = where(of(closed(town)))
    town.used(right, provider, 130_00)
    both = where(of(closed(town)))
    run = town.settled()
    kept_back = where(of(closed(town)))
    town.hear(run.payments[0], News.BOOK)

    assert owed_to_us == (0, 0, 0, 100_00, 100_00)
    assert both == (130_00, 130_00, 0, 100_00, 100_00)
    assert [each.set_off_cents for each in run.settlements] == [100_00]
    assert kept_back == (130_00, 0, 30_00, 100_00, 0)
    assert where(of(closed(town))) == (130_00, 0, 0, 130_00, 0)


# ------------------------------------------------------------------------------------------ two budgets


def two_laws(town: Years) -> tuple[UUID, UUID, UUID]:
    """One provider under both laws, with a right under each."""
    provider = town.provider()
    town.contract(provider)
    town.contract(provider, Law.JW)
    return provider, town.given(provider), town.given(provider, law=Law.JW)


def test_one_payment_for_two_budgets_is_known_per_budget(town: Years) -> None:
    provider, adult, youth = two_laws(town)
    town.used(adult, provider, 100_01)
    town.used(youth, provider, 50_02)

    run = town.settled()
    town.hear(run.payments[0], News.BOOK)

    found = closed(town)
    assert [payment.amount_cents for payment in run.payments] == [150_03]
    assert where(of(found)) == (100_01, 0, 0, 100_01, 0)
    assert where(of(found, Law.JW)) == (50_02, 0, 0, 50_02, 0)
    assert where(found.total) == (150_03, 0, 0, 150_03, 0)


def test_a_payment_of_two_budgets_that_is_refused_is_owed_again_by_both(town: Years) -> None:
    provider, adult, youth = two_laws(town)
    town.used(adult, provider, 100_01)
    town.used(youth, provider, 50_02)
    town.hear(town.settled().payments[0], News.REJECT)
    refused = closed(town)

    town.used(youth, provider, 7)
    town.hear(town.settled().payments[0], News.BOOK)

    found = closed(town)
    assert where(of(refused)) == (100_01, 100_01, 0, 0, 0)
    assert where(of(refused, Law.JW)) == (50_02, 50_02, 0, 0, 0)
    assert where(of(found)) == (100_01, 0, 0, 100_01, 0)
    assert where(of(found, Law.JW)) == (50_09, 0, 0, 50_09, 0)


def test_what_one_budget_keeps_back_pays_another_back(town: Years) -> None:
    provider, adult, youth = two_laws(town)
    redemption = town.used(adult, provider, 100_00)
    town.hear(town.settled().payments[0], News.BOOK)
    town.reverse(redemption)
    town.used(youth, provider, 60_00)

    run = town.settled()

    found = closed(town)
    assert run.payments == ()
    assert where(of(found)) == (0, 0, 0, 40_00, 40_00)
    assert where(of(found, Law.JW)) == (60_00, 0, 0, 60_00, 0)
    assert found.total.paid_cents == 100_00, "what the bank booked"


def test_a_term_of_a_contract_is_used_from_its_budget(town: Years) -> None:
    provider = town.provider()
    contract, budget = town.contract(provider), town.fund(500_00)
    own, owed = (AccountKind.BUDGET, budget), (AccountKind.PAYABLE, contract)
    owing = (AccountKind.RECEIVABLE, provider)
    town.book(EntryKind.TERM, own, owed, 90_00, at=town.clock)
    town.hear(town.settled().payments[0], News.BOOK)

    town.book(EntryKind.TERM_BACK, owing, own, 20_00, at=town.clock)

    figures = of(closed(town))
    assert where(figures) == (70_00, 0, 0, 90_00, 20_00)
    assert figures.left_cents == 430_00


# ------------------------------------------------------------------------------------------------ time


def test_a_year_as_known_at_an_instant_is_the_same_whenever_it_is_asked(town: Years) -> None:
    provider = town.contracted()
    town.fund(1000_00)
    right = town.given(provider, cents=500_00)
    steps: list[tuple[datetime, YearClose]] = []

    def noted() -> None:
        steps.append((town.clock, closed(town)))
        town.clock += timedelta(days=1)

    redemption = town.used(right, provider, 100_00)
    noted()
    run = town.settled()
    noted()
    town.hear(run.payments[0], News.BOOK)
    noted()
    town.reverse(redemption)
    noted()
    town.hear(run.payments[0], News.RETURN)
    noted()
    town.used(right, provider, 250_00)
    town.settled()
    noted()

    assert len({str(found.total) for _, found in steps}) == len(steps)
    for at, then in steps:
        assert closed(town, at=at) == then
    just_before = closed(town, at=steps[1][0] - timedelta(microseconds=1))
    assert (just_before.rows, just_before.proofs) == (steps[0][1].rows, steps[0][1].proofs)
    assert closed(town, at=instant("2025-06-01")).total == Figures()


def test_each_year_has_its_own_budgets_and_all_of_them_are_the_books(town: Years) -> None:
    provider = town.contracted()
    town.used(town.given(provider, cents=200_00), provider, 100_00)
    town.clock = instant("2027-01-08")
    town.used(town.given(provider, cents=300_00), provider, 30_00)

    old, new = closed(town, 2026), closed(town, 2027)

    assert (old.total.used_cents, old.total.committed_cents) == (100_00, 100_00)
    assert (new.total.used_cents, new.total.committed_cents) == (30_00, 270_00)
    (proof,) = (each for each in new.proofs if each.figure == "payable")
    assert (proof.this_year_cents, proof.other_years_cents, proof.books_cents) == (30_00, 100_00, 130_00)


def test_a_year_without_budgets_has_no_rows(town: Years) -> None:
    found = closed(town, 2025)

    assert (found.rows, found.total) == ((), Figures())


def test_a_year_that_has_not_begun_and_an_instant_that_has_not_come_are_refused(town: Years) -> None:
    later = town.clock + timedelta(microseconds=1)
    for year, at, until in (
        (2027, None, date(2027, 1, 1)),
        (2026, later, date(2026, 1, 5)),
        (2026, instant("2026-01-06"), date(2026, 1, 6)),
    ):
        with town.reading() as work, pytest.raises(PeriodInFuture) as refusal:
            year_close.close(work, year, at=at)
        assert refusal.value.facts == {"until": until, "today": date(2026, 1, 5)}


# ----------------------------------------------------------------------------------------------- proof


def test_what_belongs_to_no_budget_is_seen(town: Years) -> None:
    provider = town.provider()
    contract = town.contract(provider)
    town.used(town.given(provider), provider, 100_00)
    town.correct(contract, 10_00, at=town.clock)

    def seen() -> set[str]:
        with town.reading() as work:
            found = year_close.close(work, 2026)
        assert not found.agrees
        return {each.figure for each in found.proofs if not each.agrees}

    assert seen() == {"payable", "paid"}
    town.hear(town.settled().payments[0], News.BOOK)
    assert seen()


def test_a_row_that_does_not_add_up_is_seen() -> None:
    figures = Figures(funded_cents=10, left_cents=4, used_cents=6, paid_cents=7, receivable_cents=1)
    assert figures.balances
    for each in fields(Figures):
        broken = Figures(**{name.name: getattr(figures, name.name) for name in fields(Figures)})
        broken.grow(each.name, 1)
        assert not broken.balances, each.name


# -------------------------------------------------------------------------------------------- spreading

budgets = st.integers(1, 4).map(lambda number: UUID(int=number))


@given(
    st.dictionaries(budgets, st.integers(-50, 10**6)).filter(lambda them: sum(them.values()) > 0), st.data()
)
def test_what_is_taken_and_what_is_left_are_what_there_was(
    shares: dict[UUID, int], data: st.DataObject
) -> None:
    before, whole = Counter(shares), sum(shares.values())
    cents = data.draw(st.integers(0, whole))
    left = Counter(before)

    found = taken(left, cents)

    assert sum(found.values()) == cents
    assert {id_: found[id_] + left[id_] for id_ in before} == dict(before)
    for id_, share in before.items():
        assert abs(found[id_] * whole - cents * share) < whole, "within a cent of its part"
    if cents == whole:
        assert not any(left.values())


def test_a_cent_that_is_left_over_goes_to_the_largest_remainder_then_to_the_lowest() -> None:
    first, second, third = (UUID(int=number) for number in (1, 2, 3))
    assert taken(Counter({third: 1, second: 1, first: 1}), 2) == {first: 1, second: 1, third: 0}
    assert taken(Counter({first: 1, second: 2}), 1) == {first: 0, second: 1}


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[UUID, int], list[Settled], dict[UUID, list[Again]], list[int]]:
    """Used per budget, settlements of one provider, what was settled once more, and cents taken back."""
    used: Counter[UUID] = Counter()
    settled, again = [], {}
    refused: dict[UUID, int] = {}
    provider = UUID(int=99)
    for number in range(1, draw(st.integers(1, 5)) + 1):
        id_ = UUID(int=100 + number)
        lines = Counter(draw(st.dictionaries(budgets, st.integers(1, 1000), min_size=1)))
        used.update(lines)
        parts = [
            Again(earlier_id=earlier, cents=draw(st.integers(1, cents))) for earlier, cents in refused.items()
        ]
        for part in parts:
            refused[part.earlier_id] -= part.cents
        refused = {earlier: cents for earlier, cents in refused.items() if cents}
        gross = lines.total() + sum(part.cents for part in parts)
        set_off = draw(st.integers(0, gross))
        became = draw(st.sampled_from(["in_payment", "paid", "refused"]))
        net = gross - set_off
        if became == "refused" and net:
            refused[id_] = net
        again[id_] = parts
        settled.append(
            Settled(
                id=id_,
                provider_id=provider,
                set_off_cents=set_off,
                in_payment_cents=net if became == "in_payment" else 0,
                paid_cents=net if became == "paid" else 0,
                lines=lines,
            )
        )
    return dict(used), settled, again, draw(st.lists(st.integers(1, 500), max_size=3))


@given(histories())
def test_whatever_banks_and_providers_do_every_budget_balances(
    history: tuple[dict[UUID, int], list[Settled], dict[UUID, list[Again]], list[int]],
) -> None:
    used, settled, again, reversals = history
    first = min(used)
    figures: defaultdict[UUID, Figures] = defaultdict(Figures)
    for id_, cents in used.items():
        back = sum(reversals) if id_ == first else 0
        figures[id_] = Figures(used_cents=cents - back, payable_cents=cents - back, left_cents=back - cents)

    spread = Spread(figures=figures)
    spread.settle(settled, again)
    spread.take_back((UUID(int=99), first, cents) for cents in reversals)

    assert all(each.balances for each in figures.values())
    total = Figures()
    for each in figures.values():
        total.add(each)
    kept_back = min(sum(each.set_off_cents for each in settled), sum(reversals))
    assert total.in_payment_cents == sum(each.in_payment_cents for each in settled)
    assert total.receivable_cents == sum(reversals) - kept_back
    assert total.paid_cents == sum(each.paid_cents + each.set_off_cents for each in settled) - kept_back
