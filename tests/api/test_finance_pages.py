# SPDX-License-Identifier: EUPL-1.2
"""Pages of finance and contract managers: budgets through the year, contracts in force, demands."""

from datetime import date
from typing import Any

import pytest
from lxml import html

from api.pages import charts
from api.pages.charts import Line
from ledger import (
    budget_months,
    budgets,
    catalogue,
    contract_versions,
    contracts,
    demands,
    programmes,
    runs,
    statutory_rates,
)
from ledger.catalogue import ServiceInput
from ledger.contracts import ContractInput
from ledger.db import Work
from ledger.ids import uuid7
from ledger.programmes import ProgrammeInput
from ledger.rules.facts import Law
from ledger.rules.restrictions import OnlyServices, UsesMax
from ledger.rules.terms import ContractTerm
from ledger.rules.terms_availability import Availability
from ledger.rules.terms_basis import Fixed
from ledger.rules.terms_schedule import EqualParts
from ledger.runs import DraftOrder
from ledger.statutory_rates import RateInput, RatesInput
from ledger.tables import FollowUpKind, Role
from ledger.units import Measure
from tests.api.browsing import Visitor, buttons, links, shown
from tests.api.served import PROVIDER_2, Served
from tests.world import HOUSEHOLD, World, by_another


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def _budget(world: World) -> Any:
    with world.work() as work:
        return next(each for each in budgets.listed(work) if each.programme_id == world.programme_id)


def _hidden(page: str, action: str) -> dict[str, Any]:
    tree: Any = html.fromstring(page)
    (form,) = tree.xpath("//form[@action=$action]", action=action)
    return {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}


def test_a_budget_through_its_year_and_more_money_once(sqlite_served: Served, world: World) -> None:
    world.fund(cents=1000_00, programme_id=world.programme_id)
    use = world.redeemed(world.grant(amount_cents=200_00).id)
    world.redeemed(world.grant(amount_cents=100_00).id)
    world.follow_up(use.id, FollowUpKind.REVERSAL)
    budget = _budget(world)
    with world.work() as work:
        found = budget_months.months(work, budget.id, 2026)
    assert [each.used_cents for each in found] == [0] * 5 + [31_15] * 7
    assert found[0].committed_cents == 300_00
    visitor = Visitor.of(sqlite_served, "finance")
    where = f"/budgets/{budget.id}"
    page = visitor.page(where)
    assert page.count("<polyline") == 3
    assert "31,15" in page
    asked = _hidden(page, where)
    for _ in range(2):
        assert visitor.send(where, **asked, amount="2.500").status_code == 303
    assert _budget(world).funded_cents == 3500_00
    assert visitor.send(where, **asked, amount="niets").status_code == 400
    assert visitor.see(f"/budgets/{uuid7()}").status_code == 404


def _told(page: str) -> str:
    return shown(page).replace("\u00a0", " ")


def test_a_budget_is_made_for_a_next_year_once(sqlite_served: Served, world: World) -> None:
    visitor = Visitor.of(sqlite_served, "finance")
    asked = _hidden(visitor.page("/budgets"), "/budgets")
    asked |= {"programmeId": str(world.hard_programme_id), "year": "2027", "amount": "2.500,50"}
    for wrong, name in (
        ({"amount": ""}, "amount"),
        ({"year": "1999"}, "year"),
        ({"programmeId": ""}, "programmeId"),
    ):
        refused = visitor.send("/budgets", **asked | wrong)
        assert refused.status_code == 400
        assert f'id="{name}-fault"' in refused.text
        assert _hidden(refused.text, "/budgets")["id"] == asked["id"]
        tree: Any = html.fromstring(refused.text)
        kept = dict(tree.xpath("//form[@action='/budgets']")[0].form_values())
        assert all(kept.get(each, "") == (asked | wrong)[each] for each in ("programmeId", "year", "amount"))
    first, second = visitor.send("/budgets", **asked), visitor.send("/budgets", **asked)
    assert first.headers["location"] == second.headers["location"]
    assert "€ 2.500,50" in _told(visitor.page(first.headers["location"]))
    assert visitor.send("/budgets", **asked | {"programmeId": str(uuid7())}).status_code == 404
    with world.work() as work:
        (state,) = [each for each in budgets.listed(work) if each.programme_id == world.hard_programme_id]
    assert (state.year, state.funded_cents) == (2027, 2_500_50)
    manager = Visitor.of(sqlite_served, "contract_manager")
    assert "/budgets" not in buttons(manager.page("/budgets"))
    assert manager.send("/budgets", **asked).status_code == 403


def test_a_budget_is_lowered_once_and_never_below_what_is_committed(
    sqlite_served: Served, world: World
) -> None:
    world.fund(cents=1_000_00)
    world.grant(programme_id=world.hard_programme_id, amount_cents=700_00)
    with world.work() as work:
        budget = next(each for each in budgets.listed(work) if each.programme_id == world.hard_programme_id)
    visitor, where = Visitor.of(sqlite_served, "finance"), f"/budgets/{budget.id}"
    page = visitor.page(where)
    assert "Hoogstens € 300,00" in _told(page)
    asked = _hidden(page, f"{where}/lower")
    assert asked["id"] != _hidden(page, where)["id"]
    refused = visitor.send(f"{where}/lower", **asked, lowerBy="300,01")
    assert refused.status_code == 409
    for number in ("€ 300,01", "€ 300,00", "€ 1.000,00", "€ 700,00"):
        assert number in _told(refused.text)
    assert 'value="300,01"' in refused.text, "what was typed is kept"
    assert visitor.send(f"{where}/lower", **asked, lowerBy="").status_code == 400
    for _ in range(2):
        assert visitor.send(f"{where}/lower", **asked, lowerBy="300").status_code == 303
    page = visitor.page(where)
    assert "er is niets vrij" in shown(page)
    assert f"{where}/lower" not in buttons(page)
    with world.work() as work:
        budget = next(each for each in budgets.listed(work) if each.id == budget.id)
    assert (budget.funded_cents, budget.left_cents) == (700_00, 0)
    world.assert_books_agree()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "€ 500,00 meer toegezegd dan het budget bevat"),
        ("en", "€500.00 more promised than the budget holds"),
    ],
)
def test_that_more_was_promised_than_a_budget_holds_is_said_in_words(
    sqlite_served: Served, world: World, language: str, words: str
) -> None:
    world.grant(amount_cents=500_00)
    visitor = Visitor.of(sqlite_served, "finance", language=language)
    for page in ("/budgets", f"/budgets/{_budget(world).id}"):
        told = _told(visitor.page(page))
        assert words in told
        assert "-500" not in told


def test_a_chart_stays_inside_its_frame_and_survives_nothing() -> None:
    drawn = charts.drawn([Line(name="x", values=[0, 5, -3], style="line-1")], ["a", "b", "c"])
    for _, points in drawn.lines:
        for point in points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= drawn.width
            assert 0 <= y <= drawn.base
    assert charts.drawn([], []).most == 1


def test_who_drafted_a_contract_does_not_put_it_in_force_by_the_page_either(
    sqlite_served: Served, world: World
) -> None:
    with world.work(actor_id=sqlite_served.actor_ids["contract_manager"]) as work:
        (newest,) = contract_versions.newest(work, [world.contract_id])
        content = newest.content.model_copy(update={"ceiling_cents": 5000_00})
        contracts.draft(work, [ContractInput.model_validate(dict(content))])
    writer = Visitor.of(sqlite_served, "contract_manager")
    where = f"/contracts/{world.contract_id}"
    assert "concept" in shown(writer.page("/contracts"))
    page = writer.page(where)
    assert f"{where}/publish" not in buttons(page), "no button that can only fail"
    assert "Een collega laat het gelden" in shown(page)
    sqlite_served.account("other", Role.CONTRACT_MANAGER)
    other = Visitor.of(sqlite_served, "other")
    seen = _hidden(other.page(where), f"{where}/publish")
    assert writer.send(f"{where}/publish", **seen).status_code == 409
    assert "Deze versie geldt nu" in other.done(f"{where}/publish", **seen)
    assert "€ 5.000,00" in shown(other.page(where))
    assert other.see(f"/contracts/{uuid7()}").status_code == 404
    assert other.send(f"/programmes/{uuid7()}/publish").status_code == 404


def _drafted(world: World, work: Work, ceiling_cents: int) -> None:
    (newest,) = contract_versions.newest(work, [world.contract_id])
    term = Availability(basis=Fixed(yearly_cents=1200_00), schedule=EqualParts(kind="monthly"), minimum=None)
    terms = (ContractTerm(number=1, programme_id=world.programme_id, term=term),)
    content = newest.content.model_copy(update={"ceiling_cents": ceiling_cents, "terms": terms})
    contracts.draft(work, [ContractInput.model_validate(dict(content))])


def test_only_the_version_that_was_looked_at_is_put_in_force(sqlite_served: Served, world: World) -> None:
    """Else who drafts it changes it after a colleague looked, who puts in force what nobody saw."""
    drafting = sqlite_served.actor_ids["contract_manager"]
    sqlite_served.account("other", Role.CONTRACT_MANAGER)
    other, where = Visitor.of(sqlite_served, "other"), f"/contracts/{world.contract_id}"
    with world.work(actor_id=drafting) as work:
        _drafted(world, work, 5000_00)
    assert "€ 1.200,00 per jaar" in shown(other.page(where)).replace("\u00a0", " "), (
        "nobody puts in force what they do not see"
    )
    seen = _hidden(other.page(where), f"{where}/publish")
    with world.work(actor_id=drafting) as work:
        _drafted(world, work, 9000_00)
    for asked in (seen, {}):
        refused = other.send(f"{where}/publish", **asked)
        assert refused.status_code == 412
        assert "nieuwer concept" in shown(refused.text)
    with world.work() as work:
        assert not contract_versions.newest(work, [world.contract_id])[0].published
    other.done(f"{where}/publish", **_hidden(other.page(where), f"{where}/publish"))


def test_only_the_rules_that_were_looked_at_are_put_in_force(sqlite_served: Served, world: World) -> None:
    sqlite_served.account("other", Role.CONTRACT_MANAGER)
    other, where = Visitor.of(sqlite_served, "other"), f"/programmes/{world.programme_id}/publish"
    seen: dict[str, Any] = {}
    for most in (1, 100):
        with world.work(actor_id=sqlite_served.actor_ids["contract_manager"]) as work:
            (newest,) = programmes.newest(work, [world.programme_id])
            rules = (UsesMax(most=most),)
            content = newest.content.model_copy(update={"restrictions": rules})
            programmes.draft(work, [ProgrammeInput.model_validate(dict(content))])
        seen = seen or _hidden(other.page("/programmes"), where)
    writer = Visitor.of(sqlite_served, "contract_manager").page("/programmes")
    assert where not in buttons(writer), "no button that can only fail"
    assert "Een collega laat het gelden" in shown(writer)
    told = shown(other.page("/programmes"))
    assert "Hoogstens 100 keer." in told, "nobody puts in force what they do not see"
    assert "De inwoner hoeft niets te zeggen." in told, "whether a resident is asked"
    assert "informeel: € 25,00 per uur" in told.replace("\u00a0", " "), "what the highest rate is for"
    assert other.send(where, **seen).status_code == 412
    assert other.send(where).status_code == 412
    other.done(where, **_hidden(other.page("/programmes"), where))


def test_a_rule_names_the_services_of_its_own_law(sqlite_served: Served, world: World) -> None:
    """Where two laws gave one code to two services."""
    youth = {"law": Law.JW, "code": HOUSEHOLD, "name": "Logeren", "measure": Measure.DAY}
    with world.work() as work:
        catalogue.put(work, [ServiceInput.model_validate({"id": uuid7(), **youth})])
        (known,) = programmes.newest(work, [world.programme_id])
        rules = (OnlyServices(services=frozenset({HOUSEHOLD})),)
        for law in Law:
            other = {"id": uuid7(), "name": f"Regeling {law}", "law": law, "restrictions": rules}
            content = known.content.model_copy(update=other | {"rate_ceilings": ()})
            programmes.draft(work, [ProgrammeInput.model_validate(dict(content))])
    told = shown(Visitor.of(sqlite_served, "contract_manager").page("/programmes"))
    assert "Alleen voor: Logeren (01A04)." in told
    assert "Alleen voor: Hulp bij het huishouden (01A04)." in told


def test_a_demand_is_made_once_and_given_up_by_another(sqlite_served: Served, world: World) -> None:
    use = world.redeemed(world.grant().id)
    sqlite_served.released(date(2026, 6, 10).isoformat())
    world.follow_up(use.id, FollowUpKind.REVERSAL)
    maker = Visitor.of(sqlite_served, "finance")
    asked = _hidden(maker.page("/demands"), "/demands") | {"providerId": str(world.provider_id)}
    asked |= {"sentOn": "2026-06-10", "reason": "dubbel"}
    assert maker.send("/demands", **asked, amount="500").status_code == 409
    first = maker.send("/demands", **asked, amount="31,15")
    assert maker.send("/demands", **asked, amount="31,15").headers["location"] == first.headers["location"]
    where = first.headers["location"].split("?")[0]
    assert "31,15" in maker.page(where)
    assert maker.send(f"{where}/charge", until="2026-09-01").status_code == 409, "that day has not come"
    assert maker.send(f"{where}/withdraw", reason="toch niet").status_code == 409
    other = Visitor.of(sqlite_served, "finance_2")
    assert "ingetrokken" in shown(other.done(f"{where}/withdraw", reason="toch niet"))
    with world.work() as work:
        assert demands.listed(work)[0].standing.withdrawn
    assert maker.see(f"/demands/{uuid7()}").status_code == 404


def test_interest_is_told_at_the_whole_rate_by_which_it_was_computed(
    sqlite_served: Served, world: World
) -> None:
    use = world.redeemed(world.grant(amount_cents=5000_00).id, quantity=60 * 100)
    sqlite_served.released(date(2026, 6, 10).isoformat())
    world.follow_up(use.id, FollowUpKind.REVERSAL)
    first = date(2026, 1, 1)
    steps = (
        RateInput(from_day=first, basis_points=11_50),
        RateInput(from_day=first.replace(month=8), basis_points=6_05),
    )
    rates = RatesInput(id=uuid7(), steps=steps, known_until=date(2026, 12, 31), source="Staatsblad")
    with world.work() as work:
        statutory_rates.put(work, rates)
    world.fund(cents=10_000_00, programme_id=world.programme_id)
    maker = Visitor.of(sqlite_served, "finance")
    asked = _hidden(maker.page("/demands"), "/demands") | {"providerId": str(world.provider_id)}
    made = maker.send("/demands", **asked, sentOn="2026-06-10", reason="dubbel", amount="3.115")
    where = made.headers["location"].split("?")[0]
    world.later(days=90)
    maker = Visitor.of(sqlite_served, "finance")
    told = shown(maker.done(f"{where}/charge", until="2026-09-01"))
    assert "11,5%" in told
    assert "6,05%" in told
    assert "11.5%" in shown(Visitor.of(sqlite_served, "finance", language="en").page(where))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_terms_came_to_is_told_with_every_step_to_who_pays_and_who_is_paid(
    sqlite_served: Served, language: str
) -> None:
    world = sqlite_served.world
    lump = Availability(basis=Fixed(yearly_cents=1200_00), schedule=EqualParts(kind="monthly"), minimum=None)
    with world.work() as work:
        (known,) = contract_versions.newest(work, [world.contract_id])
        term = ContractTerm(number=1, programme_id=world.programme_id, term=lump)
        contracts.draft(work, [known.content.model_copy(update={"terms": (term,)})])
        contracts.publish(by_another(work), [world.contract_id])
    staff = Visitor.of(sqlite_served, "contract_manager", language=language)
    provider = Visitor.of(sqlite_served, "provider", language=language)
    where = f"/agreements/{world.contract_id}/terms"
    assert where in links(provider.page("/agreements"))
    assert f"/contracts/{world.contract_id}/terms" in links(staff.page(f"/contracts/{world.contract_id}"))
    assert "<ol>" not in provider.page(where)
    world.fund(cents=5_000_00, programme_id=world.programme_id)
    with world.work() as work:
        runs.draft(work, DraftOrder(id=uuid7(), until=world.now.date(), requested_on=world.now.date()))
    for page in (provider.page(where), staff.page(f"/contracts/{world.contract_id}/terms")):
        assert ("100,00" if language == "nl" else "100.00") in page
        assert ("jaarbedrag" if language == "nl" else "yearly amount") in page
    other = Visitor.of(sqlite_served, PROVIDER_2, language=language)
    assert other.see(where).status_code == 404
    assert provider.see(f"/agreements/{uuid7()}/terms").status_code == 404
