# SPDX-License-Identifier: EUPL-1.2
"""Lists on pages that are longer than what is shown: each shows the newest, and says that there are more."""

from datetime import date

import pytest

from api.pages.audit import books, checks
from api.pages.desk import agreements, payable
from api.pages.door import today
from api.pages.gate import residents
from ledger import audit, demands, people, refusals, sessions
from ledger.audit import Report
from ledger.checks.findings import Finding, FindingKind
from ledger.demands import DemandInput
from ledger.ids import uuid7
from ledger.people import MandateInput
from ledger.refusals import RefusalInput
from ledger.rules.facts import Law
from ledger.tables import FollowUpKind, MandateKind, Role
from tests.api.browsing import Visitor, links, shown
from tests.api.served import Served
from tests.world import World

NEWEST, FIRST = "Dit zijn de nieuwste {}. Er zijn er meer.", "Dit zijn de eerste {}. Er zijn er meer."


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def test_of_many_refusals_and_mandates_the_newest_are_shown(
    sqlite_served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers = [world.person(surname=f"Helper{n}") for n in range(3)]
    with world.work() as work:
        for number, helper in enumerate(helpers):
            people.give(work, [_mandate(world, helper)])
            refusals.refuse(work, [_refusal(world, f"Traplift {number}")])
    visitor, where = Visitor.of(sqlite_served, "gatekeeper"), f"/residents/{world.holder_id}"
    monkeypatch.setattr(residents, "MANDATES_MAX", 3)
    monkeypatch.setattr(residents, "REFUSALS_MAX", 3)
    assert "Er zijn er meer" not in shown(visitor.page(where)), "all of them are there"
    monkeypatch.setattr(residents, "MANDATES_MAX", 2)
    monkeypatch.setattr(residents, "REFUSALS_MAX", 2)
    page = visitor.page(where)
    assert shown(page).count(NEWEST.format(2)) == 2
    assert [f"/residents/{each}" in links(page) for each in helpers] == [False, True, True]
    assert ["Traplift 0" in page, "Traplift 1" in page, "Traplift 2" in page] == [False, True, True]


def _mandate(world: World, helper: object) -> MandateInput:
    whom = {"holder_id": world.holder_id, "representative_id": helper, "valid_from": date(2026, 1, 1)}
    return MandateInput.model_validate({"id": uuid7(), "kind": MandateKind.AUTHORISED, **whom})


def _refusal(world: World, asked: str) -> RefusalInput:
    return RefusalInput(
        id=uuid7(),
        holder_id=world.holder_id,
        law=Law.WMO,
        asked=asked,
        reason="U kunt op de begane grond wonen.",
        decided_on=world.now.date(),
    )


def test_a_provider_sees_its_newest_demands_and_contracts_and_everybody_who_works_for_it(
    sqlite_served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = world.redeemed(world.grant().id)
    sqlite_served.released("2026-06-10")
    world.follow_up(use.id, FollowUpKind.REVERSAL)
    for _ in range(2):
        asked = DemandInput(
            id=uuid7(),
            provider_id=world.provider_id,
            cents=1_00,
            sent_on=world.now.date(),
            reason="te veel betaald",
        )
        with world.work() as work:
            demands.make(work, asked)
    with world.work() as work:
        old, new = (each.demand.reference for each in demands.listed(work))
    visitor = Visitor.of(sqlite_served, "provider")
    monkeypatch.setattr(payable, "FEW", 1)
    told = shown(visitor.page("/payable"))
    assert (new in told, old in told, NEWEST.format(1) in told) == (True, False, True)
    monkeypatch.setattr(agreements, "MOST", 0)
    assert NEWEST.format(0) in shown(visitor.page("/agreements"))
    names = [f"collega {number}" for number in range(3)]
    for name in names:
        sqlite_served.account(name, Role.PROVIDER)
    monkeypatch.setattr(agreements, "PAGE", 3)
    monkeypatch.setattr("api.pages.visit.PAGE", 3)
    page = visitor.page("/staff")
    (following,) = [each for each in links(page) if "after=" in each]
    assert all(name in page + visitor.page(following) for name in names)


def test_own_sessions_and_todays_redemptions_say_that_there_are_more_only_where_there_are(
    sqlite_served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, _ = (Visitor.of(sqlite_served, "provider") for _ in range(2))
    right = world.grant(restrictions=())
    code = world.code(right.id).token
    for _ in range(2):
        world.redeemed(code=code)
    for most, has_more in ((2, False), (1, True)):
        monkeypatch.setattr(sessions, "SHOWN_MAX", most)
        monkeypatch.setattr(today, "SHOWN_MAX", most)
        assert (NEWEST.format(most) in shown(visitor.page("/sessions"))) == has_more
        assert (f"U ziet de laatste {most} van vandaag" in shown(visitor.page("/today"))) == has_more


def test_many_entries_of_one_fact_and_many_findings_are_told_as_the_first(
    sqlite_served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = world.redeemed(world.grant().id)
    visitor = Visitor.of(sqlite_served, "auditor")
    entry = visitor.send("/books", id=str(use.id)).headers["location"]
    assert "Er zijn er meer" not in shown(visitor.page(entry))
    monkeypatch.setattr(books, "SIDE_MAX", 1)
    assert FIRST.format(1) in shown(visitor.page(entry))
    wrong = Finding(kind=FindingKind.UNIT_SUM, place="eurocent", expected="1", found="2")
    monkeypatch.setattr(audit, "check", lambda work: Report(findings=(wrong,) * 3, looked_at={}))
    monkeypatch.setattr(checks, "FINDINGS_MAX", 2)
    assert FIRST.format(2) in shown(visitor.send("/checks").text)
