# SPDX-License-Identifier: EUPL-1.2
"""Ceilings: no euro is cut twice, told again only the difference is, and what is unknown is refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.facts import Period
from ledger.rules.terms import AnyTerm, statements
from ledger.rules.terms_availability import Availability
from ledger.rules.terms_basis import Fixed
from ledger.rules.terms_ceiling import Ceiling, YearAmount, cascade
from ledger.rules.terms_facts import Delivered, TermFacts
from ledger.rules.terms_lines import Refusal, TermRefused, TermStatement, recompute
from ledger.rules.terms_schedule import EqualParts
from ledger.units import Unit

OPEN = Period(start=date(2020, 1, 1))


def year_facts(year: int, validity: Period = OPEN, **known: Any) -> TermFacts:
    return TermFacts(first=date(year, 1, 1), last=date(year, 12, 31), validity=validity, **known)


def care(
    month: int, cents: int, group: str | None = "45", segment: str | None = "B", year: int = 2026
) -> Delivered:
    return Delivered(
        month=date(year, month, 1),
        service="45A04",
        product_group=group,
        segment=segment,
        unit=Unit.MINUTE,
        quantity=cents,
        cents=cents,
    )


def ceiling(cents: int, paid: int = 0, group: str | None = None, **more: Any) -> Ceiling:
    return Ceiling(
        scope="product_group" if group else "contract",
        scope_code=group,
        amounts=(YearAmount(year=2026, cents=cents), YearAmount(year=2027, cents=cents)),
        paid_beyond_basis_points=paid,
        **more,
    )


CEILINGS = [
    ([care(1, 100)], ceiling(100), None, [0]),
    ([care(1, 101)], ceiling(100), None, [-1]),
    ([care(1, 60), care(2, 60)], ceiling(100), -5, [-15]),
    ([care(1, 60), care(2, 60)], ceiling(100), -20, []),
    ([care(1, 120), care(3, -50)], ceiling(100), -20, [20]),  # back under the ceiling
    ([care(1, 103)], ceiling(100, paid=5_000), None, [-1]),  # 1.5 is paid: half a cent up
    ([care(1, 200)], ceiling(100, paid=2_500), None, [-75]),
    ([care(1, 200), care(1, 70, group="46")], ceiling(100, group="46"), None, [0]),
    ([care(1, 200, group="46"), care(1, 70)], ceiling(100, group="46"), None, [-100]),
    ([care(1, 60), care(1, 60, year=2025)], ceiling(100), None, [0]),
    ([care(1, 60, group=None), care(2, 60)], ceiling(100), None, [-20]),
    ([], ceiling(0), None, [0]),
]


@pytest.mark.parametrize(("delivered", "term", "earlier", "cents"), CEILINGS)
def test_beyond_a_ceiling_is_kept_back_and_only_the_difference(
    delivered: Sequence[Delivered], term: Ceiling, earlier: int | None, cents: list[int]
) -> None:
    known = {} if earlier is None else {date(2026, 1, 1): earlier}
    said = term.statement(year_facts(2026, delivered=delivered, earlier=known))
    assert [line.result_cents for line in said.lines] == cents
    assert all(recompute(line) == line.result_cents for line in said.lines)
    assert not said.refusals


CARE = st.builds(care, st.integers(1, 12), st.integers(-500, 1000), st.sampled_from(["45", "46"]))


@given(st.lists(CARE, max_size=10), st.integers(0, 5000), st.integers(0, 9999))
def test_a_ceiling_told_month_by_month_is_the_ceiling_told_once(
    delivered: list[Delivered], most: int, paid: int
) -> None:
    term, first = ceiling(most, paid), date(2026, 1, 1)
    once = term.statement(year_facts(2026, delivered=delivered)).result_cents
    earlier = 0
    for month in (2, 3, 7, 12):
        known = {first: earlier} if month > 2 else {}
        facts = TermFacts(
            first=first, last=date(2026, month, 28), validity=OPEN, delivered=delivered, earlier=known
        )
        earlier += term.statement(facts).result_cents
    assert earlier == once


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 9999))
def test_more_delivered_is_never_paid_less(delivered: int, most: int, paid: int) -> None:
    few, many = (
        each + ceiling(most, paid).statement(year_facts(2026, delivered=[care(1, each)])).result_cents
        for each in (delivered, delivered + 1)
    )
    assert 0 <= few <= many
    assert few <= most or paid


def test_signals_tell_every_share_that_is_reached() -> None:
    term = ceiling(1000, signals_at=(8_000, 9_000, 10_000))
    reached = {
        cents: [
            each.at_basis_points
            for each in term.statement(year_facts(2026, delivered=[care(1, cents)])).signals
        ]
        for cents in (0, 799, 800, 999, 1000)
    }
    assert reached == {0: [], 799: [], 800: [8_000], 999: [8_000, 9_000], 1000: [8_000, 9_000, 10_000]}
    nothing = ceiling(0, signals_at=(8_000,)).statement(year_facts(2026, delivered=[]))
    assert nothing.signals == ()


UNJUDGED = [
    (None, ceiling(100), 2026, Refusal.DELIVERIES_MISSING, ()),
    ([], ceiling(100), 2028, Refusal.CEILING_MISSING, ("2028",)),
    ([care(1, 1, group=None)], ceiling(100, group="45"), 2026, Refusal.SCOPE_UNKNOWN, ("45A04",)),
]


@pytest.mark.parametrize(("delivered", "term", "year", "reason", "missing"), UNJUDGED)
def test_a_ceiling_that_cannot_be_judged_refuses(
    delivered: Sequence[Delivered] | None, term: Ceiling, year: int, reason: Refusal, missing: tuple[str, ...]
) -> None:
    said = term.statement(year_facts(year, delivered=delivered))
    refused = TermRefused(first=date(year, 1, 1), last=date(year, 12, 31), reason=reason, missing=missing)
    assert said == TermStatement(refusals=(refused,))


def test_a_contract_that_is_not_in_force_has_no_ceiling_to_tell() -> None:
    said = ceiling(100).statement(year_facts(2026, Period(start=date(2027, 1, 1)), delivered=[care(1, 500)]))
    assert said == TermStatement()


CASCADES = [
    # the group is cut to 80, so only 130 of 150 counts for the contract
    ([ceiling(120), ceiling(80, group="45")], [-10, -20]),
    ([ceiling(80, group="45"), ceiling(120)], [-20, -10]),
    ([ceiling(80, group="45"), ceiling(200)], [-20, 0]),
    ([ceiling(90), ceiling(120)], [-60, 0]),
    # the one that pays nothing beyond goes first: then half of what lies between 120 and 140
    ([ceiling(120, paid=5_000), ceiling(140)], [-10, -10]),
    ([ceiling(80, group="45"), ceiling(40, group="46"), ceiling(130)], [-20, -10, 0]),
    # the same month is cut by the first and by the second, and both are off for the third
    ([ceiling(40, group="46"), ceiling(120), ceiling(125, paid=5_000)], [-10, -20, 0]),
]


@pytest.mark.parametrize(("terms", "cents"), CASCADES)
def test_no_euro_is_cut_twice_whatever_the_order_given(terms: list[Ceiling], cents: list[int]) -> None:
    facts = year_facts(2026, delivered=[care(1, 100), care(2, 50, group="46")])
    said = cascade(terms, [facts] * len(terms))
    assert [each.result_cents for each in said] == cents
    assert all(recompute(line) == line.result_cents for each in said for line in each.lines)


@given(st.lists(CARE, max_size=10), st.tuples(*[st.integers(0, 3000)] * 3))
def test_together_ceilings_cut_each_excess_once(delivered: list[Delivered], most: tuple[int, ...]) -> None:
    one, other, both = most
    terms = [ceiling(both), ceiling(one, group="45"), ceiling(other, group="46")]
    cut = [each.result_cents for each in cascade(terms, [year_facts(2026, delivered=delivered)] * 3)]
    groups = [sum(each.cents for each in delivered if each.product_group == code) for code in ("45", "46")]
    kept = [min(groups[0], one), min(groups[1], other)]
    assert sum(groups) + sum(cut) == min(sum(kept), both)


def test_after_a_ceiling_that_refuses_the_next_refuse_too() -> None:
    terms = [ceiling(120), ceiling(80, group="45")]
    said = cascade(terms, [year_facts(2026, delivered=[care(1, 500, group=None)])] * 2)
    reasons = [[each.reason for each in one.refusals] for one in said]
    assert reasons == [[Refusal.CEILING_BEFORE_REFUSED], [Refusal.SCOPE_UNKNOWN]]
    assert [each.lines for each in said] == [(), ()]


def test_ceilings_that_see_other_care_are_a_bug_of_the_caller() -> None:
    with pytest.raises(AssertionError):
        cascade([ceiling(1), ceiling(2)], [year_facts(2026, delivered=[]), year_facts(2026)])


def test_the_terms_of_a_contract_are_told_in_the_order_given() -> None:
    lump = Availability(basis=Fixed(yearly_cents=1_200), schedule=EqualParts(kind="monthly"))
    terms: list[AnyTerm] = [ceiling(120), lump, ceiling(80, group="45")]
    facts = year_facts(2026, delivered=[care(1, 100), care(2, 50, group="46")])
    assert [each.result_cents for each in statements(terms, [facts] * 3)] == [-10, 1_200, -20]
    assert statements([], []) == []
    with pytest.raises(ValueError, match="shorter"):
        statements(terms, [facts])


def test_a_line_with_a_name_twice_is_not_computed() -> None:
    (line,) = ceiling(100).statement(year_facts(2026, delivered=[care(1, 120)])).lines
    with pytest.raises(AssertionError):
        recompute(replace(line, inputs=(*line.inputs, line.inputs[0])))
