# SPDX-License-Identifier: EUPL-1.2
"""Contract terms: what they come to is booked once, to the cent, and made up for when more is known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, Executable, select, update

from ledger import (
    budgets,
    contract_versions,
    contracts,
    db,
    programmes,
    reviews,
    runs,
    separation,
    term_amounts,
    term_figures,
)
from ledger.budgets import Funding
from ledger.checks.findings import FindingKind
from ledger.contracts import ContractInput, ContractProgrammeUnknown, ContractUnknown, LineInput
from ledger.db import Work
from ledger.ids import uuid7
from ledger.programmes import ProgrammeInput
from ledger.reviews import Mark, Marks
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind, EntryKind
from ledger.rules.tariffs import AtCost, PerMeasure
from ledger.rules.terms import AnyTerm, ContractTerm
from ledger.rules.terms_availability import Availability, Minimum
from ledger.rules.terms_basis import Fixed, HistoricalCost, Population
from ledger.rules.terms_ceiling import Ceiling, YearAmount
from ledger.rules.terms_facts import PopulationGroup
from ledger.rules.terms_lines import Input, InputUnit, Refusal
from ledger.rules.terms_schedule import EqualParts
from ledger.runs import DraftOrder
from ledger.separation import ReleaserEnteredFigures
from ledger.standing import Part
from ledger.tables import (
    BudgetMode,
    Entry,
    FollowUpKind,
    LineMark,
    MarkKind,
    MarkReason,
    NoticeKind,
    OpenItem,
    TermAmount,
    TermLine,
    TermNotice,
)
from ledger.term_figures import CostInput, EvidenceInput, PopulationInput, TermFigureExists
from tests import settling
from tests.settling import CHECKER
from tests.town import BORNE, EUROS, MINUTES, Town, pay_day
from tests.unit.test_audit import spoil_all
from tests.world import by_another

LATER = datetime(2029, 1, 15, 10, tzinfo=UTC)
"""When all days of these tests have come."""
NEW_YEAR, MARCH, APRIL, YEAR_END = (
    date(2026, 1, 1),
    date(2026, 3, 31),
    date(2026, 4, 30),
    date(2026, 12, 31),
)
IN_MARCH, IN_APRIL = datetime(2026, 3, 10, 10, tzinfo=UTC), datetime(2026, 4, 10, 10, tzinfo=UTC)


@dataclass(kw_only=True)
class City(Town):
    """A town where it is later, and contracts may have terms."""

    @contextmanager
    def work(self, *, now: datetime = LATER, actor_id: UUID | None = None) -> Iterator[Work]:
        """See Town."""
        with super().work(now=now, actor_id=actor_id) as work:
            yield work

    def agree(self, provider_id: UUID, *agreed: AnyTerm, **other: Any) -> UUID:
        """A contract with these terms, numbered from 1, or a new version of one; published."""
        with self.work() as work:
            content = self.content(provider_id, *agreed, **other)
            contracts.draft(work, [content])
            contracts.publish(by_another(work), [content.id])
        return content.id

    def content(
        self,
        provider_id: UUID,
        *agreed: AnyTerm,
        id_: UUID | None = None,
        programme_id: UUID | None = None,
        valid_from: date = NEW_YEAR,
        valid_until: date | None = None,
        ceiling_cents: int | None = None,
    ) -> ContractInput:
        """The content of a contract with these terms."""
        id_ = id_ or uuid7()
        days = {"valid_from": valid_from, "valid_until": valid_until}
        tariffs = {EUROS: AtCost(up_to_cents=10**9), MINUTES: PerMeasure(rate_cents=100)}
        return ContractInput(
            id=id_,
            provider_id=provider_id,
            law=Law.WMO,
            number=str(id_),
            ceiling_cents=ceiling_cents,
            lines=tuple(LineInput(service=code, tariff=each, **days) for code, each in tariffs.items()),
            terms=tuple(
                ContractTerm(number=number, programme_id=programme_id or self.programmes[Law.WMO], term=term)
                for number, term in enumerate(agreed, start=1)
            ),
            **days,
        )

    def draft(self, until: date) -> UUID:
        """A draft of a run; its id."""
        with self.work() as work:
            return runs.draft(work, DraftOrder(id=uuid7(), until=until, requested_on=pay_day(work))).id

    def drafted(self, until: date) -> list[int]:
        """What a draft computed that is not zero, in the order of the periods."""
        known = {row.id for row in self.rows(TermAmount)}
        self.draft(until)
        fresh = [row for row in self.rows(TermAmount) if row.id not in known and row.result_cents]
        return [row.result_cents for row in sorted(fresh, key=lambda row: (row.number, row.first))]

    def paid(self, until: date) -> int:
        """What a run up to and including a day pays, all that was set apart by drafts let go first."""
        with self.work() as work:
            for run in runs.listed(work):
                if run.state == "drafted":
                    runs.withdraw(work, run.id, "opnieuw")
            order = DraftOrder(id=uuid7(), until=until, requested_on=pay_day(work))
            return settling.settle(work, order).total_cents

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        with db.reading(self.engine) as session:
            work = Work(session=session, municipality_id=BORNE, actor_id=self.actor_id, now=LATER)
            return list(session.scalars(select(table).where(table.municipality_id == work.municipality_id)))

    def owed(self, contract_id: UUID) -> int:
        """What the contract's payable holds."""
        return self.balance(AccountKind.PAYABLE, contract_id)

    def given_back(self, provider_id: UUID) -> int:
        """What the provider has to give back."""
        return -self.balance(AccountKind.RECEIVABLE, provider_id)

    def show(self, contract_id: UUID, first: date, last: date, available: int) -> None:
        """Evidence for term 1."""
        shown = EvidenceInput(
            id=uuid7(), contract_id=contract_id, number=1, first=first, last=last, available=available
        )
        with self.work() as work:
            term_figures.put_evidence(work, [shown])

    def notices(self) -> list[tuple[NoticeKind, Refusal | None, date]]:
        """What people were told, by day."""
        told = [(row.kind, row.refusal, row.first) for row in self.rows(TermNotice)]
        return sorted(told, key=lambda each: each[2])


@pytest.fixture
def city(engine: Engine) -> City:
    return City(engine=engine)


def lump(cents: int, minimum: Minimum | None = None, **schedule: Any) -> Availability:
    return Availability(
        basis=Fixed(yearly_cents=cents), schedule=EqualParts(kind="monthly", **schedule), minimum=minimum
    )


def ceiling(cents: int, **more: Any) -> Ceiling:
    amounts = more.pop("amounts", (YearAmount(year=2026, cents=cents),))
    return Ceiling(scope="contract", amounts=amounts, **more)


HOURS = Minimum(basis_points=9500, agreed=100, agreed_per_days=1, below="in_proportion")


def test_a_year_of_availability_is_paid_to_the_cent_however_often_it_is_drafted(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, lump(100_000_01))
    paid = [city.paid(date(2026, month, 28)) for month in range(1, 13)] + [city.paid(YEAR_END)]
    assert (sum(paid), paid[0], paid[1]) == (100_000_01, 0, 8_333_33 + 8_333_34)
    assert city.drafted(YEAR_END) == []
    assert (len(city.rows(TermAmount)), len(city.rows(TermLine))) == (12, 12)
    assert city.owed(contract) == 0
    assert city.report().findings == ()


def test_an_instalment_is_a_line_of_its_run_borne_by_the_budget_of_its_year(city: City) -> None:
    contract = city.agree(city.provider(), lump(1200_00))
    city.draft(date(2026, 1, 31))
    (amount,) = city.rows(TermAmount)
    (entry,) = [row for row in city.rows(Entry) if row.kind is EntryKind.TERM]
    (item,) = city.rows(OpenItem)
    assert (entry.cause_id, entry.amount, item.entry_id) == (amount.id, 100_00, entry.id)
    assert entry.at == datetime(2026, 1, 30, 23, tzinfo=UTC)
    with city.work() as work:
        (budget,) = budgets.listed(work)
    assert (budget.id, budget.year, budget.left_cents) == (amount.budget_id, 2026, -100_00)
    assert city.owed(contract) == 100_00


def test_what_is_paid_in_advance_is_in_the_run_of_its_first_day(city: City) -> None:
    city.agree(city.provider(), lump(1200_00, pays="in_advance"))
    assert city.paid(NEW_YEAR) == 100_00
    assert city.report().findings == ()


def test_a_contract_that_starts_within_a_month_is_paid_its_days(city: City) -> None:
    city.agree(city.provider(), lump(1200_00), valid_from=date(2026, 2, 15))
    assert city.drafted(MARCH) == [50_00, 100_00]
    assert city.report().findings == ()


def test_a_leap_day_is_a_day(city: City) -> None:
    leap_day = date(2028, 2, 29)
    city.agree(city.provider(), lump(1200_00), valid_from=date(2028, 2, 1), valid_until=leap_day)
    assert (city.drafted(date(2028, 2, 28)), city.drafted(leap_day)) == ([], [100_00])


def test_without_evidence_nothing_is_paid_and_it_is_told_once(city: City) -> None:
    contract = city.agree(city.provider(), lump(1200_00, HOURS))
    assert (city.drafted(date(2026, 1, 31)), city.drafted(date(2026, 1, 31))) == ([], [])
    assert city.notices() == [(NoticeKind.REFUSED, Refusal.EVIDENCE_MISSING, NEW_YEAR)]
    city.show(contract, NEW_YEAR, date(2026, 1, 31), 3100)
    assert city.drafted(date(2026, 1, 31)) == [100_00]
    assert city.report().findings == ()


def test_evidence_that_is_corrected_brings_the_difference(city: City) -> None:
    provider, january = city.provider(), date(2026, 1, 31)
    contract = city.agree(provider, lump(1200_00, HOURS))
    city.show(contract, NEW_YEAR, january, 3100)
    assert city.paid(january) == 100_00
    city.show(contract, NEW_YEAR, january, 1550)
    assert city.drafted(january) == [-50_00]
    assert (city.owed(contract), city.given_back(provider)) == (0, 50_00)
    city.show(contract, date(2026, 2, 1), date(2026, 2, 28), 2800)
    assert city.paid(date(2026, 2, 28)) == 50_00
    assert city.report().findings == ()


def test_figures_that_come_later_are_paid_then(city: City) -> None:
    bases = [
        Population(group=PopulationGroup.YOUTHS, per_person_cents=12_00),
        HistoricalCost(years=(2024, 2025), take="average", index_basis_points=10_000),
    ]
    yearly = EqualParts(kind="quarterly")
    contract = city.agree(city.provider(), *(Availability(basis=each, schedule=yearly) for each in bases))
    assert city.drafted(MARCH) == []
    people = PopulationInput(id=uuid7(), group=PopulationGroup.YOUTHS, year=2026, persons=100)
    costs = [
        CostInput(id=uuid7(), contract_id=contract, year=year, cents=cents)
        for year, cents in ((2024, 1000_00), (2025, 2000_00))
    ]
    with city.work() as work:
        term_figures.put_population(work, [people])
        term_figures.put_historical_cost(work, costs)
    assert city.drafted(MARCH) == [300_00, 375_00]
    assert [(each.number, len(lines)) for each, lines in _shown(city, contract)] == [(1, 1), (2, 1)]


def test_who_entered_a_figure_does_not_release_what_rests_on_it(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One entered evidence, one people and one a cost; each is refused, and who entered another is not."""
    quarterly, youths = EqualParts(kind="quarterly"), PopulationGroup.YOUTHS
    contract = city.agree(
        city.provider(),
        lump(1200_00, HOURS),
        Availability(basis=Population(group=youths, per_person_cents=12_00), schedule=quarterly),
        Availability(
            basis=HistoricalCost(years=(2025,), take="last", index_basis_points=10_000), schedule=quarterly
        ),
    )
    hands = [uuid7() for _ in range(4)]
    january = {"contract_id": contract, "number": 1, "first": NEW_YEAR, "last": date(2026, 1, 31)}
    of_2025 = CostInput(id=uuid7(), contract_id=contract, year=2025, cents=1000_00)
    with city.work(actor_id=hands[0]) as work:
        term_figures.put_evidence(work, [EvidenceInput(id=uuid7(), available=3100, **january)])
    with city.work(actor_id=hands[1]) as work:
        term_figures.put_population(work, [PopulationInput(id=uuid7(), group=youths, year=2026, persons=100)])
    with city.work(actor_id=hands[2]) as work:
        term_figures.put_historical_cost(work, [of_2025])
    with city.work(actor_id=hands[3]) as work:  # of a year that no amount rests on
        term_figures.put_historical_cost(work, [of_2025.model_copy(update={"id": uuid7(), "year": 2024})])
    run = city.draft(MARCH)
    with city.work(now=LATER + timedelta(days=1), actor_id=hands[3]) as work:  # after it was computed
        term_figures.put_evidence(work, [EvidenceInput(id=uuid7(), available=3100, **january)])

    told = [_reasons(city, run, hand) for hand in hands]

    entered = (ReleaserEnteredFigures, {"amounts": 1})
    assert told == [[entered], [entered], [entered], []]
    monkeypatch.setattr(term_figures, "resting_on", lambda *_: 0)
    assert [_reasons(city, run, hand) for hand in hands] == [[]] * 4, "negative control"


def _reasons(city: City, run_id: UUID, actor_id: UUID) -> list[tuple[type, dict[str, Any]]]:
    with city.work(actor_id=actor_id) as work:
        return [(type(each), dict(each.facts)) for each in separation.reasons(work, run_id)]


def _shown(city: City, contract_id: UUID) -> list[tuple[TermAmount, tuple[TermLine, ...]]]:
    with city.work() as work:
        return [(each.amount, each.lines) for each in term_amounts.of_contract(work, contract_id)]


def test_a_figure_keeps_its_id_and_its_contract(city: City) -> None:
    people = PopulationInput(id=uuid7(), group=PopulationGroup.YOUTHS, year=2026, persons=100)
    with city.work() as work:
        (first,) = term_figures.put_population(work, [people])
        (again,) = term_figures.put_population(work, [people])
        assert again.model_dump() == first.model_dump()
    with pytest.raises(TermFigureExists), city.work() as work:
        term_figures.put_population(work, [people.model_copy(update={"persons": 101})])
    with pytest.raises(ContractUnknown):
        city.show(uuid7(), NEW_YEAR, YEAR_END, 1)


def test_nothing_is_paid_beyond_a_ceiling_and_take_backs_bring_it_back(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, ceiling(100_00, signals_at=(8000, 10_000)))
    right = city.right(provider)
    first = city.redeem(right, provider, cents=90_00, at=IN_MARCH)
    assert (city.paid(MARCH), city.drafted(MARCH)) == (90_00, [])
    city.redeem(right, provider, cents=30_00, at=IN_APRIL)
    assert city.paid(APRIL) == 10_00
    city.reverse(first, Part(line=1, quantity=50_00))
    assert city.drafted(APRIL) == [20_00]
    assert (city.owed(contract), city.given_back(provider)) == (20_00, 50_00)
    assert city.notices() == [(NoticeKind.REACHED, None, NEW_YEAR)] * 2
    assert city.report().findings == ()


def test_of_what_lies_beyond_a_ceiling_a_share_is_paid(city: City) -> None:
    provider = city.provider()
    city.agree(provider, ceiling(100_00, paid_beyond_basis_points=2500))
    city.redeem(city.right(provider), provider, cents=140_00)
    assert city.paid(MARCH) == 110_00


def test_care_of_after_the_run_and_care_that_is_only_reserved_count_for_no_ceiling(city: City) -> None:
    provider = city.provider()
    city.agree(provider, ceiling(100_00))
    right = city.right(provider)
    city.redeem(right, provider, cents=80_00, at=IN_MARCH)
    city.redeem(right, provider, cents=40_00, at=datetime(2026, 3, 20, 10, tzinfo=UTC))
    reserved = city.redeem(right, provider, cents=50_00, at=IN_MARCH, reserve=True)
    assert city.drafted(date(2026, 3, 19)) == []
    city.follow(FollowUpKind.CAPTURE, reserved, Part(line=1, quantity=25_00))
    assert city.drafted(date(2026, 3, 19)) == [-5_00]
    assert city.drafted(MARCH) == [-40_00]
    assert city.drafted(date(2026, 3, 19)) == [], "a ceiling does not go back in time"
    assert city.report().findings == ()


def test_a_contract_caps_itself_every_year_without_a_term(city: City) -> None:
    provider = city.provider()
    city.agree(provider, ceiling_cents=100_00)
    right = city.right(provider)
    for year in (2026, 2027):
        city.redeem(right, provider, cents=130_00, at=datetime(year, 3, 10, 10, tzinfo=UTC))
    assert city.drafted(date(2027, 3, 31)) == [-30_00, -30_00]
    assert {row.number for row in city.rows(TermAmount)} == {0}
    assert city.report().findings == ()


def test_every_line_can_be_taken_back_also_when_a_ceiling_cut_it(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, ceiling(100_00))
    redeemed = city.redeem(city.right(provider), provider, cents=120_00)
    run = city.draft(MARCH)
    city.reverse(redeemed)
    assert (city.owed(contract), city.given_back(provider)) == (0, 20_00)
    with city.work() as work:
        runs.withdraw(work, run, "teruggedraaid")
    assert city.drafted(MARCH) == [20_00]
    assert city.report().findings == ()


def test_care_that_a_ceiling_cannot_judge_is_held_until_somebody_frees_it(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, ceiling(0, amounts=(YearAmount(year=2025, cents=1),)), lump(1200_00))
    city.redeem(city.right(provider), provider, cents=80_00)
    assert city.paid(MARCH) == 300_00, "what is no care is not held"
    (mark,) = [row for row in city.rows(LineMark) if row.kind is MarkKind.HELD]
    assert (mark.reason, mark.note) == (MarkReason.CONTRACT_DOUBTFUL, "1: ceiling_missing 2026")
    assert city.owed(contract) == 80_00
    run = city.draft(MARCH)
    with city.work(actor_id=CHECKER) as work:
        reviews.mark(work, run, Marks(marks=(Mark(entry_id=mark.entry_id, kind=MarkKind.FREED),)))
    assert city.paid(MARCH) == 80_00
    assert city.notices()[0] == (NoticeKind.REFUSED, Refusal.CEILING_MISSING, NEW_YEAR)
    assert city.report().findings == ()


def test_a_hard_budget_that_lacks_money_waits_and_the_others_go_on(city: City) -> None:
    hard = ProgrammeInput(id=uuid7(), law=Law.WMO, name="Hard", mode=BudgetMode.HARD)
    with city.work() as work:
        programmes.draft(work, [hard])
        programmes.publish(by_another(work), [hard.id])
    _fund(city, hard.id, 250_00)
    city.agree(city.provider(), lump(1200_00), programme_id=hard.id)
    city.agree(city.provider(), lump(12_00))
    assert sorted(city.drafted(MARCH)) == [1_00, 1_00, 1_00, 100_00, 100_00]
    (notice,) = city.rows(TermNotice)
    assert (notice.kind, notice.cents, notice.most_cents) == (NoticeKind.BUDGET_LACKING, 100_00, 50_00)
    _fund(city, hard.id, 50_00)
    assert city.drafted(MARCH) == [100_00]
    assert city.drafted(APRIL) == [1_00]
    assert city.report().findings == ()


def _fund(city: City, programme_id: UUID, cents: int) -> None:
    funding = Funding(id=uuid7(), programme_id=programme_id, year=2026, cents=cents, at=LATER)
    with city.work() as work:
        budgets.open_treasury(work)
        budgets.fund(work, [funding])


def test_a_new_version_pays_from_its_first_day_and_the_old_one_until_then(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, lump(1200_00))
    assert city.drafted(APRIL) == [100_00] * 4
    city.agree(provider, lump(2400_00), id_=contract, valid_from=date(2026, 4, 16))
    assert city.drafted(APRIL) == [-50_00, 100_00]
    assert city.drafted(YEAR_END) == [200_00] * 8
    assert city.report().findings == ()


def test_a_version_that_replaces_another_whole_makes_up_for_what_it_paid(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, lump(1200_00), lump(12_00))
    assert city.drafted(date(2026, 2, 28)) == [100_00, 100_00, 1_00, 1_00]
    city.agree(provider, lump(600_00), id_=contract)
    assert city.drafted(date(2026, 2, 28)) == [-50_00, -50_00, -1_00, -1_00]
    city.agree(provider, ceiling(1_00), id_=contract)
    assert city.drafted(date(2026, 2, 28)) == [-50_00, -50_00]
    assert city.drafted(date(2026, 2, 28)) == []
    assert city.report().findings == ()


def test_the_ceiling_of_a_year_is_that_of_the_version_at_its_end(city: City) -> None:
    provider = city.provider()
    contract = city.agree(provider, ceiling(100_00))
    city.redeem(city.right(provider), provider, cents=150_00)
    assert city.drafted(MARCH) == [-50_00]
    city.agree(provider, ceiling(120_00), id_=contract, valid_from=date(2026, 4, 15))
    assert (city.drafted(MARCH), city.drafted(APRIL)) == ([], [20_00])
    assert city.report().findings == ()


def test_a_term_is_held_as_any_other_line(city: City) -> None:
    contract = city.agree(city.provider(), lump(1200_00))
    run = city.draft(date(2026, 1, 31))
    (item,) = city.rows(OpenItem)
    held = Mark(
        entry_id=item.entry_id, kind=MarkKind.HELD, reason=MarkReason.PROOF_MISSING, note="geen rooster"
    )
    with city.work(actor_id=CHECKER) as work:
        reviews.mark(work, run, Marks(marks=(held,)))
    assert (city.paid(date(2026, 2, 28)), city.owed(contract)) == (100_00, 100_00)


def test_a_draft_of_a_contract_pays_nothing(city: City) -> None:
    with city.work() as work:
        contracts.draft(work, [city.content(city.provider(), lump(1200_00))])
    assert city.drafted(YEAR_END) == []


def test_a_contract_reads_back_with_its_terms_and_knows_their_programmes(city: City) -> None:
    content = city.content(city.provider(), lump(1200_00), ceiling(1_00))
    with city.work() as work:
        contracts.draft(work, [content])
        (newest,) = contract_versions.newest(work, [content.id])
    assert newest.content == content
    youth = city.content(content.provider_id, lump(1_00), programme_id=city.programmes[Law.JW])
    with pytest.raises(ContractProgrammeUnknown), city.work() as work:
        contracts.draft(work, [youth])


# ------------------------------------------------------------------------------------------ the audit

K = FindingKind
ELSEWHERE = uuid7()


def changed(table: Any, where: Any, **values: Any) -> Executable:
    return update(table).where(where).values(**values)


SPOILS: dict[str, tuple[Callable[[TermAmount], Executable], set[FindingKind]]] = {
    "a result": (
        lambda amount: changed(TermLine, TermLine.amount_id == amount.id, result_cents=1),
        {K.TERM_FORMULA, K.TERM_LINES},
    ),
    "an input": (
        lambda amount: changed(
            TermLine,
            TermLine.amount_id == amount.id,
            inputs=(Input(name="earlier_cents", value=5, unit=InputUnit.CENTS),),
        ),
        {K.TERM_FORMULA},
    ),
    "an amount": (
        lambda amount: changed(TermAmount, TermAmount.id == amount.id, result_cents=1),
        {K.TERM_LINES, K.TERM_ENTRIES},
    ),
    "a budget": (
        lambda amount: changed(TermAmount, TermAmount.id == amount.id, budget_id=ELSEWHERE),
        {K.TERM_ACCOUNT},
    ),
    "a cause": (
        lambda amount: changed(Entry, Entry.cause_id == amount.id, cause_id=ELSEWHERE),
        {K.ENTRY_CAUSE, K.TERM_ENTRIES},
    ),
}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("what", SPOILS)
def test_what_is_spoiled_of_a_term_is_found(city: City, what: str, sign: int) -> None:
    provider = city.provider()
    contract = city.agree(provider, lump(1200_00))
    city.draft(MARCH)
    city.agree(provider, lump(600_00), id_=contract)
    city.draft(MARCH)
    assert city.report().findings == ()
    amount = next(row for row in city.rows(TermAmount) if row.result_cents * sign > 0)
    write, kinds = SPOILS[what]
    spoil_all(city.engine, [write(amount)])
    assert {finding.kind for finding in city.report().findings} == kinds


def test_two_drafts_at_once_compute_once(city: City) -> None:
    city.agree(city.provider(), lump(1200_00))
    start, faults = Barrier(2), []

    def draft() -> None:
        start.wait()
        try:
            city.draft(MARCH)
        except BaseException as fault:
            faults.append(fault)

    threads = [Thread(target=draft) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [row.result_cents for row in city.rows(TermAmount)] == [100_00] * 3
    assert city.report().findings == ()
