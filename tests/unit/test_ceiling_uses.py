# SPDX-License-Identifier: EUPL-1.2
"""Ceilings of a run: how much is used is told with it, and only years that may differ are read again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from ledger import catalogue, ceiling_uses, lists, open_items, term_desk, term_years
from ledger.catalogue import ServiceInput
from ledger.db import Work
from ledger.rules.facts import Law
from ledger.rules.terms_ceiling import YearAmount
from ledger.rules.terms_lines import Refusal
from ledger.standing import Part
from ledger.tables import LineMark, MarkKind, Service
from ledger.units import Measure
from tests.town import EUROS
from tests.unit.test_contract_terms import LATER, City, ceiling

MARCH_OF = {year: datetime(year, 3, 10, 10, tzinfo=UTC) for year in (2026, 2027, 2028)}
AMOUNTS = tuple(YearAmount(year=year, cents=100_00) for year in (2026, 2027, 2028))


class Clock(City):
    """A city in which every piece of work is a minute later than the one before."""

    passed = 0

    @contextmanager
    def work(self, *, now: datetime | None = None, actor_id: UUID | None = None) -> Iterator[Work]:
        """See City."""
        self.passed += 1
        with super().work(now=now or LATER + timedelta(minutes=self.passed), actor_id=actor_id) as work:
            yield work


@pytest.fixture
def city(engine: Engine) -> Clock:
    return Clock(engine=engine)


def test_the_overview_tells_how_much_of_each_ceiling_is_used_with_the_run(city: Clock) -> None:
    provider, other = city.provider(), city.provider()
    signals = (5000, 8000, 10_000)
    contract = city.agree(provider, ceiling(100_00, signals_at=signals, paid_beyond_basis_points=2500))
    untold = city.agree(other, ceiling(0, amounts=(YearAmount(year=2025, cents=1),)), ceiling_cents=50_00)
    city.contracted()
    right = city.right(provider)
    city.redeem(right, provider, cents=90_00)
    first = city.draft(date(2026, 3, 31))
    used = _used(city, first)
    assert [(each.contract_id, each.number, each.year) for each in used] == [(contract, 1, 2026)]
    assert (used[0].counted_cents, used[0].ceiling_cents, used[0].share_bps) == (90_00, 100_00, 9000)
    assert (used[0].passed_bps, used[0].kept_back_cents) == ((5000, 8000), 0)

    city.redeem(right, provider, cents=50_00, at=datetime(2026, 4, 10, 10, tzinfo=UTC))
    city.redeem(city.right(other), other, cents=60_00)
    second = city.draft(date(2026, 4, 30))

    by_key = {(each.contract_id, each.number): each for each in _used(city, second)}
    own = by_key[contract, 1]
    assert (own.counted_cents, own.share_bps, own.passed_bps) == (140_00, 14_000, signals)
    assert own.kept_back_cents == 30_00, "of forty beyond it a quarter is paid"
    # Of the other contract one ceiling names no amount for the year, and its own then cannot be told either.
    refused = {number: each.refusal for (id_, number), each in by_key.items() if id_ == untold}
    assert set(refused.values()) == {Refusal.CEILING_MISSING, Refusal.CEILING_BEFORE_REFUSED}
    assert {each.share_bps for (id_, _), each in by_key.items() if id_ == untold} == {None}
    assert city.report().findings == ()


def _used(city: City, run_id: UUID) -> list[ceiling_uses.Used]:
    with city.work() as work:
        return ceiling_uses.of_run(work, run_id)


def _looked_at(city: City, until: date) -> set[int]:
    """The years a computing up to a day would read."""
    with city.work() as work:
        years = term_desk.load(work, until).years
    return {year for of_contract in years.values() for year in of_contract}


def test_years_that_are_over_are_read_again_only_where_something_of_them_may_differ(
    city: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = city.provider()
    contract = city.agree(provider, ceiling(0, amounts=AMOUNTS))
    right = city.right(provider)
    given = {year: city.redeem(right, provider, cents=130_00, at=at) for year, at in MARCH_OF.items()}
    until, every = date(2028, 3, 31), {2026, 2027, 2028}
    assert _looked_at(city, until) >= every, "nothing was computed before"
    assert city.drafted(until) == [-30_00] * 3
    assert _looked_at(city, until) == every, "what was booked within a day is looked at again"
    monkeypatch.setattr(open_items, "SLACK", timedelta(0))

    def quiet() -> None:
        """What was booked is older than what was computed last."""
        assert city.drafted(until) == []
        assert city.drafted(until) == []

    quiet()
    assert _looked_at(city, until) == {2028}
    city.reverse(given[2026], Part(line=1, quantity=10_00))
    assert _looked_at(city, until) == {2026, 2028}
    assert city.drafted(until) == [10_00]
    quiet()
    city.redeem(right, provider, cents=5_00, at=MARCH_OF[2027])
    assert city.drafted(until) == [-5_00]
    quiet()
    assert _looked_at(city, date(2029, 1, 10)) == {2028, 2029}, "it was not over when it was computed"

    raised = tuple(YearAmount(year=each.year, cents=120_00) for each in AMOUNTS)
    city.agree(provider, ceiling(0, amounts=raised), id_=contract)
    assert _looked_at(city, until) >= every, "another version says what the years are worth"
    assert city.drafted(until) == [20_00, 15_00 + 5_00, 20_00]
    quiet()
    named = {"law": Law.WMO, "code": EUROS, "name": "Zorg", "measure": Measure.EURO, "segment": "A"}
    with city.work() as work:
        (known,) = lists.page(work, Service, after=None, limit=1, code=EUROS, law=Law.WMO)
        catalogue.put(work, [ServiceInput(id=known.id, **named)])
    assert _looked_at(city, until) >= every, "a service belongs to something else now"
    quiet()

    # Negative control: were the reversal not seen, what was kept back too much would stay so.
    monkeypatch.setattr(term_years, "_touched", lambda *_: ())
    city.reverse(given[2027], Part(line=1, quantity=10_00))
    assert city.drafted(until) == []
    monkeypatch.undo()
    assert city.drafted(until) == [10_00]
    assert city.report().findings == ()


def test_what_cannot_be_judged_is_looked_at_until_it_can(
    city: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year that is over and was refused is looked at in every run, however long ago it was booked."""
    monkeypatch.setattr(open_items, "SLACK", timedelta(0))
    provider = city.provider()
    city.agree(provider, ceiling(0, amounts=AMOUNTS[1:]))
    city.redeem(city.right(provider), provider, cents=130_00, at=MARCH_OF[2026])
    for _ in range(3):
        assert city.drafted(date(2028, 3, 31)) == []
        assert _looked_at(city, date(2028, 3, 31)) == {2026, 2028}
    assert [row.kind for row in city.rows(LineMark)] == [MarkKind.HELD]
