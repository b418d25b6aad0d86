# SPDX-License-Identifier: EUPL-1.2
"""Figures of terms and statutory rates, entered on pages by who may, and kept for ever."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from ledger import lists, statutory_rates
from ledger.ids import uuid7
from ledger.tables import HistoricalCost, PopulationFigure, TermEvidence
from tests.api.browsing import Visitor, buttons, links, shown
from tests.api.served import Served
from tests.world import World


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "contract_manager")


def form_of(page: str, action: str) -> dict[str, Any]:
    tree: Any = html.fromstring(page)
    (form,) = tree.xpath("//form[@action=$action]", action=action)
    return dict(form.form_values())


EVIDENCE = {"number": "1", "first": "2026-01-01", "last": "2026-01-31", "available": "120"}
FORMS: list[tuple[str, dict[str, str], type[Any], str]] = [
    ("evidence", EVIDENCE, TermEvidence, "Afspraak 1: 120, 1 januari 2026 – 31 januari 2026"),
    ("costs", {"costYear": "2025", "cost": "1.234,50"}, HistoricalCost, "2025: € 1.234,50"),
    (
        "population",
        {"group": "youths", "year": "2026", "persons": "4321"},
        PopulationFigure,
        "2026, jeugdigen: 4.321",
    ),
]


@pytest.mark.parametrize(("kind", "typed", "table", "words"), FORMS)
def test_a_figure_is_entered_once_and_a_later_one_stands_before_it(
    visitor: Visitor, world: World, kind: str, typed: dict[str, str], table: type[Any], words: str
) -> None:
    where = f"/contracts/{world.contract_id}/figures"
    asked = form_of(visitor.page(where), f"{where}/{kind}") | typed
    for _ in range(2):
        page = visitor.done(f"{where}/{kind}", **asked)
    assert words in shown(page).replace("\u00a0", " ")
    with world.work() as work:
        assert len(lists.newest(work, table, limit=5)) == 1
    changed = dict.fromkeys(typed.keys() & {"available", "costYear", "year"}, "2027")
    assert visitor.send(f"{where}/{kind}", **asked | changed).status_code == 409, "an id is of one figure"


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("evidence", {"available": "veel"}),
        ("evidence", {"available": "-1"}),
        ("evidence", {"number": "100"}),
        ("evidence", {"last": "2025-12-31"}),
        ("evidence", {"first": ""}),
        ("costs", {"costYear": "1999"}),
        ("costs", {"cost": "gratis"}),
        ("population", {"group": "everybody"}),
        ("population", {"persons": "1.5"}),
        ("population", {"year": ""}),
        ("population", {"persons": "16.2000"}),
        ("population", {"persons": "1_000"}),
    ],
)
def test_what_is_no_figure_is_told_and_what_was_typed_is_kept(
    visitor: Visitor, world: World, kind: str, wrong: dict[str, str]
) -> None:
    where = f"/contracts/{world.contract_id}/figures"
    typed: dict[str, Any] = dict(next(each for name, each, _, _ in FORMS if name == kind))
    answer = visitor.send(f"{where}/{kind}", id=str(uuid7()), **typed | wrong)
    assert answer.status_code == 400, shown(answer.text)
    assert "Dit formulier klopt nog niet" in answer.text
    kept = form_of(answer.text, f"{where}/{kind}")
    assert all(kept[name] == value for name, value in (typed | wrong).items() if name != "group")


def test_a_number_is_typed_as_pages_show_it_and_a_year_may_have_cost_nothing(
    visitor: Visitor, world: World
) -> None:
    where = f"/contracts/{world.contract_id}/figures"
    typed = {"group": "inhabitants", "year": "2026", "persons": "162.000"}
    visitor.done(f"{where}/population", id=str(uuid7()), **typed)
    page = visitor.done(f"{where}/costs", id=str(uuid7()), costYear="2025", cost="0")
    assert "2026, inwoners: 162.000" in shown(page)
    with world.work() as work:
        assert [each.persons for each in lists.newest(work, PopulationFigure, limit=5)] == [162_000]
        assert [each.cents for each in lists.newest(work, HistoricalCost, limit=5)] == [0]


def test_what_is_wrong_with_a_cost_is_told_at_the_cost(visitor: Visitor, world: World) -> None:
    where = f"/contracts/{world.contract_id}/figures"
    answer = visitor.send(f"{where}/costs", id=str(uuid7()), costYear="1999", cost="1")
    assert 'id="costYear-fault"' in answer.text
    assert 'id="year-fault"' not in answer.text


def test_what_was_entered_last_stands_first_whenever_its_form_was_opened(
    visitor: Visitor, world: World
) -> None:
    where = f"/contracts/{world.contract_id}/figures"
    earlier, later = uuid7(), uuid7()
    for id_, cost in ((later, "200"), (earlier, "100")):
        page = visitor.done(f"{where}/costs", id=str(id_), costYear="2025", cost=cost)
        world.now += timedelta(minutes=1)
    told = shown(page).replace("\u00a0", " ")
    assert told.index("2025: € 100,00") < told.index("2025: € 200,00")


def test_an_id_that_another_figure_has_is_not_offered_again(visitor: Visitor, world: World) -> None:
    where = f"/contracts/{world.contract_id}/figures"
    typed: dict[str, Any] = {"id": str(uuid7()), "costYear": "2025", "cost": "1"}
    visitor.done(f"{where}/costs", **typed)
    refused = visitor.send(f"{where}/costs", **typed | {"cost": "2"})
    assert refused.status_code == 409
    visitor.done(f"{where}/costs", **form_of(refused.text, f"{where}/costs"))


def test_who_only_looks_gets_no_form_and_a_stranger_nothing(sqlite_served: Served, world: World) -> None:
    where = f"/contracts/{world.contract_id}/figures"
    auditor = Visitor.of(sqlite_served, "auditor")
    assert buttons(auditor.page(where)) == {"/logout"}
    assert auditor.send(f"{where}/costs", costYear="2025", cost="1").status_code == 403
    assert auditor.see(f"/contracts/{uuid7()}/figures").status_code == 404
    assert Visitor.of(sqlite_served, "provider").see(where).status_code == 403


def test_rates_are_added_from_a_day_on_and_replace_what_was_thought_to_come(sqlite_served: Served) -> None:
    finance = Visitor.of(sqlite_served, "finance")
    assert "/demands/rates" in links(finance.page("/demands"))
    for first, rate, until in (
        ("2025-01-01", "6", "2025-12-31"),
        ("2026-01-01", "4,5", "2026-06-30"),
        ("2026-01-01", "4", "2026-12-31"),
    ):
        typed = form_of(finance.page("/demands/rates"), "/demands/rates")
        typed |= {"fromDay": first, "rate": rate, "knownUntil": until, "source": "Staatsblad"}
        page = finance.done("/demands/rates", **typed)
        assert finance.send("/demands/rates", **typed).status_code in {303, 409}, "sent twice it is one"
    assert "1 januari 2025 6%" in shown(page)
    assert "1 januari 2026 4%" in shown(page)
    with sqlite_served.world.work() as work:
        newest, *earlier = statutory_rates.listed(work)
    assert [each.basis_points for each in newest.steps] == [600, 400]
    assert len(earlier) == 2, "what was entered before stays"
    wrong = finance.send("/demands/rates", **typed | {"id": str(uuid7()), "knownUntil": "2025-12-31"})
    assert wrong.status_code == 400
    assert finance.send("/demands/rates", **typed | {"rate": "101"}).status_code == 400
    late = typed | {"id": str(uuid7()), "fromDay": "2027-01-02", "knownUntil": "2027-06-30"}
    gap = finance.send("/demands/rates", **late)
    assert gap.status_code == 409
    assert "Van 1 januari 2027 tot en met 1 januari 2027" in shown(gap.text).replace("\u00a0", " ")
    finance.done("/demands/rates", **late | {"fromDay": "2027-01-01"})
