# SPDX-License-Identifier: EUPL-1.2
"""An auditor's pages: any reference leads to its entry and its story; samples; proof; who looked."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from ledger import approvals, municipalities, people, samples, undo
from ledger.access_log import LookAction
from ledger.approvals import DecisionInput
from ledger.four_eyes import Waiting
from ledger.ids import uuid7
from ledger.rules.funding import EntryKind
from ledger.tables import UNDONE, Entry, FollowUpKind, Payment, Role
from ledger.units import Unit
from tests.api.browsing import Visitor, links, shown
from tests.api.served import Served
from tests.world import World


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "auditor")


def test_any_reference_leads_to_its_entry_with_the_whole_story(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    right = world.grant(reference="B-77")
    use = world.redeemed(right.id)
    run = sqlite_served.released(date(2026, 6, 10).isoformat())
    world.follow_up(use.id, FollowUpKind.REVERSAL)
    found = visitor.send("/books", id=str(use.id))
    assert found.status_code == 303
    page = visitor.page(found.headers["location"])
    told = shown(page)
    for part in ("Verzilvering", "€ 31,15", "B-77", "versie 1 van de regeling", "Teruggenomen door"):
        assert part in told, part
    assert run.rpartition("/")[2] in page, "the run that pays it"
    assert "/bank/payments/" in page
    assert visitor.send("/books", id=str(right.id)).headers["location"].startswith("/books/")
    (payment,) = {each.rpartition("/")[2] for each in links(page) if each.startswith("/bank/payments/")}
    settled = visitor.page(visitor.send("/books", id=payment).headers["location"])
    assert "Afrekening" in shown(settled), "a payment leads to the settlement that it pays"
    for nothing in (str(uuid7()), "x", ""):
        assert visitor.send("/books", id=nothing).headers["location"] == "/books?found=no"
    assert visitor.see(f"/books/{uuid7()}").status_code == 404


def test_a_quantity_is_told_by_what_settlement_its_euros_were_paid(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    right = world.grant(amount_cents=500_00, quantity=600, quantity_unit=Unit.MINUTE)
    use = world.redeemed(right.id)
    minutes, cents = (_entry(world, use.id, unit) for unit in (Unit.MINUTE, Unit.EUROCENT))
    page = visitor.page(f"/books/{minutes}")
    assert "Staat in geen afrekening" in shown(page)
    assert f"/books/{cents}" in page.partition('id="settled"')[2].partition("</section>")[0]
    run = sqlite_served.released(date(2026, 6, 10).isoformat())
    page = visitor.page(f"/books/{minutes}")
    assert "Staat in geen afrekening" not in shown(page)
    assert "Een hoeveelheid wordt betaald met haar bedrag" in shown(page)
    assert f"/runs/{run.rpartition('/')[2]}" in links(page)
    assert [each for each in links(page) if each.startswith("/bank/payments/")]
    assert "Een hoeveelheid" not in shown(visitor.page(f"/books/{cents}"))
    granted = shown(visitor.page(f"/books/{_entry(world, right.id, Unit.MINUTE)}"))
    assert "Staat in geen afrekening" in granted
    assert "Een hoeveelheid" not in granted, "what was granted is not what was used"


def test_who_approved_a_grant_is_told_with_its_entries(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = 50_00
    waiting = world.try_grant()
    assert isinstance(waiting, Waiting)
    second = sqlite_served.account("second", Role.GATEKEEPER)
    with world.work(actor_id=second) as work:
        approvals.decide(work, waiting.id, DecisionInput(approved=True, reason="past bij de aanvraag"))
    page = f"/books/{_entry(world, waiting.id, Unit.EUROCENT)}"
    told = shown(visitor.page(page))
    assert "Goedgekeurd door second, 10 juni 2026" in told
    assert "past bij de aanvraag" in told
    finance = Visitor.of(sqlite_served, "finance")
    assert "past bij de aanvraag" not in finance.page(page), "who may not see approvals does not"


def test_the_number_of_a_decision_leads_to_what_it_granted(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    right = world.grant(reference="B-0384-Ü1")
    both = [world.grant(reference="B-0384-2") for _ in range(2)]
    for asked in ("B-0384-Ü1", "  b-0384-ü1 "):
        assert visitor.send("/books", id=asked).headers["location"] == f"/entitlements/{right.id}"
    several = visitor.send("/books", id="b-0384-2")
    assert several.status_code == 200
    assert {f"/entitlements/{each.id}" for each in both} <= set(links(several.text))
    for nothing in ("B-0384", "B-0384-3", "%", "\x00", "x" * 600):
        assert visitor.send("/books", id=nothing).headers["location"] == "/books?found=no"
    finance = Visitor.of(sqlite_served, "finance")
    led = finance.send("/books", id="B-0384-Ü1").headers["location"]
    assert led == f"/books/{_entry(world, right.id, Unit.EUROCENT)}", "finance sees no entitlements"
    elsewhere = Visitor.of(sqlite_served, "elsewhere_auditor")
    assert elsewhere.send("/books", id="B-0384-Ü1").headers["location"] == "/books?found=no"


def test_what_the_bank_was_told_leads_to_the_payment_and_on_to_its_entry(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    world.redeemed(world.grant().id)
    sqlite_served.released(date(2026, 6, 10).isoformat())
    with world.work() as work:
        payment = work.session.exec(select(Payment)).one()
    spaced = " ".join(payment.reference[at : at + 4] for at in range(0, len(payment.reference), 4))
    for asked in (payment.reference, f" {payment.reference.lower()} ", spaced):
        found = visitor.send("/books", id=asked).headers["location"]
        assert found == f"/bank/payments/{payment.id}", asked
    (entry,) = {each for each in links(visitor.page(found)) if each.startswith("/books/")}
    assert "Afrekening" in shown(visitor.page(entry))
    manager = Visitor.of(sqlite_served, "contract_manager")
    assert "/books/" not in manager.page(found), "no link that its reader may not follow"


def _entry(world: World, cause_id: UUID, unit: Unit) -> UUID:
    """The only entry of a fact in this unit."""
    with world.work() as work:
        wanted = select(Entry.id).where(col(Entry.cause_id) == cause_id, col(Entry.unit) == unit)
        return work.session.exec(wanted).one()


def test_the_same_seed_draws_the_same_and_another_seed_another(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=5000_00)
    for _ in range(12):
        world.redeemed(right.id, quantity=10)
    asked = {"kind": "redeem", "firstDay": "2026-06-01", "lastDay": "2026-06-30", "size": "4"}
    first, again, other = (
        _entries(visitor.send("/books/samples", **_any(asked), seed=seed).text)
        for seed in ("AEX 912,3", "AEX 912,3", "AEX 913")
    )
    assert len(first) == 4
    assert first == again != other
    with world.work() as work:
        ids = list(work.session.exec(select(Entry.id).where(col(Entry.kind) == EntryKind.REDEEM)).all())
    assert samples.drawn(ids, seed="a", size=4) == samples.drawn(ids[::-1], seed="a", size=4)
    assert len(samples.drawn(ids, seed="a", size=99)) == len(ids) >= 12


WRONG: list[dict[str, Any]] = [
    {"size": "0"},
    {"size": "501"},
    {"kind": "x"},
    {"firstDay": "x"},
    {"firstDay": "2026-02-31"},
    {"firstDay": "1700000000"},
    {"firstDay": "0001-01-01"},
    {"lastDay": "9999-12-31"},
    {"lastDay": "2026-05-31"},
    {"seed": ""},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_sample_of_nothing_sensible_is_refused(visitor: Visitor, wrong: dict[str, Any]) -> None:
    asked = {"kind": "redeem", "firstDay": "2026-06-01", "lastDay": "2026-06-30", "size": "4", "seed": "s"}
    answer = visitor.send("/books/samples", **_any(asked | wrong))
    assert answer.status_code == 400
    assert 'name="seed"' in answer.text, "the form is there again"
    assert wrong.get("firstDay", "2026-06-01") in answer.text, "with what was typed"


def test_books_that_do_not_agree_say_so(sqlite_served: Served, visitor: Visitor, world: World) -> None:
    world.redeemed(world.grant().id)
    assert "De boeken kloppen" in visitor.send("/checks").text
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE account SET credits = credits + 1 WHERE kind = 'payable'"))
    told = visitor.send("/checks").text
    assert "De boeken kloppen niet" in told
    assert "account_counter" in told
    assert "Een teller van een rekening is niet de som van haar boekingen" in told
    assert "Regels van verzilveringen" in told
    assert "redemption_line" not in told
    english = Visitor.of(sqlite_served, "auditor", language="en").send("/checks").text
    assert "A counter of an account is not the sum of its entries" in english


def test_what_was_undone_at_the_door_is_told_in_dutch_wherever_it_stands(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    use = world.redeemed(world.grant().id)
    with world.work() as work:
        undone = undo.undo(work, use.id, id=uuid7())
    entry = visitor.page(visitor.send("/books", id=str(undone.id)).headers["location"])
    gate = Visitor.of(sqlite_served, "gatekeeper").page(f"/entitlements/uses/{use.id}")
    desk = Visitor.of(sqlite_served, "provider").page(f"/redemptions/{use.id}")
    for page in (entry, gate, desk):
        assert "ongedaan gemaakt aan de deur" in page
        assert UNDONE not in page


def test_looks_are_told_by_reference_and_never_by_name(visitor: Visitor, world: World) -> None:
    with world.work() as work:
        people.read(work, world.keys, {world.holder_id}, "controle van de brief", LookAction.READ)
    page = visitor.page("/access")
    assert "controle van de brief" in page
    assert str(world.holder_id) in page
    assert "de Wit" not in page


def _any(asked: dict[str, str]) -> dict[str, Any]:
    return dict(asked)


def _entries(page: str) -> list[str]:
    return [each for each in links(page) if each.startswith("/books/0")]
