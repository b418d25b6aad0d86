# SPDX-License-Identifier: EUPL-1.2
"""A drawing right in own hands: proposing a care agreement, and sending in a claim under it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger import care, people, providers
from ledger.ids import uuid7
from ledger.people import MandateInput
from ledger.providers import ProviderInput
from ledger.rules.facts import EntitlementKind
from ledger.tables import Approver, Entitlement, MandateKind, Role
from tests.api.browsing import Visitor, fields, shown
from tests.api.places.resident import approved_agreement
from tests.api.served import Served
from tests.world import World


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "holder")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


@pytest.fixture
def right(world: World) -> Entitlement:
    return _drawing_right(world)


def test_a_resident_proposes_and_sees_how_far_the_approval_is(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    path = f"/my/{right.id}/agreement"
    page = visitor.page(path)
    assert "hoogstens € 25,00 per uur" in shown(page).replace("\u00a0", " ")
    form = fields(page, path) | _proposal(world)
    told = shown(visitor.done(path, **form))
    assert "Uw voorstel is verstuurd" in told
    assert "€ 20,00 per uur" in told.replace("\u00a0", " ")
    assert "De gemeente keurde dit nog niet goed" in told
    assert "Het betaalkantoor keurde dit nog niet goed" in told
    visitor.done(path, **form)
    with world.work() as work:
        (agreement,) = care.of_entitlement(work, right.id)
        care.approve(work, agreement.id, Approver.GATEKEEPER)
    half = visitor.page(f"/my/{right.id}")
    assert "De gemeente keurde dit goed" in shown(half)
    assert "/claims/" not in half, "nothing is claimed before both approve"
    assert "nog niet twee keer goedgekeurd" in shown(visitor.page(f"/my/{right.id}/claims/{agreement.id}"))
    with world.work(actor_id=uuid7()) as work:
        care.approve(work, agreement.id, Approver.PAYING_AGENT)
    assert f"/my/{right.id}/claims/{agreement.id}" in visitor.page(f"/my/{right.id}")
    assert "A. Jansen" in shown(visitor.page(path)), "with whom one agreed before is offered"


def test_a_proposal_that_cannot_be_is_told_with_what_would_pass(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    path = f"/my/{right.id}/agreement"
    form = fields(visitor.page(path), path) | _proposal(world)
    for change, words in (
        ({"euros": "25,01"}, "€ 25,00"),
        ({"helperCode": "42429999"}, "Wij kennen deze hulpverlener niet"),
        ({"validUntil": "2027-12-31"}, "tegoed"),
    ):
        refused = visitor.send(path, **form | change)
        assert refused.status_code == 409
        assert words in shown(refused.text).replace("\u00a0", " ")
    assert visitor.send(path, **form | {"euros": "veel"}).status_code == 400
    with world.work() as work:
        assert care.of_entitlement(work, right.id) == []
    voucher = world.grant()
    assert visitor.see(f"/my/{voucher.id}/agreement").status_code == 409
    assert visitor.send(f"/my/{voucher.id}/agreement", **form).status_code == 409


def test_a_helper_is_named_by_agb_code_too(visitor: Visitor, world: World, right: Entitlement) -> None:
    path = f"/my/{right.id}/agreement"
    form = fields(visitor.page(path), path) | _proposal(world) | {"helperCode": "4242 0001"}
    assert "Thuis Goed" in shown(visitor.done(path, **form))


def test_a_helper_is_named_by_name_and_organisations_are_in_a_list(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    path = f"/my/{right.id}/agreement"
    page = visitor.page(path)
    assert f'<option value="{world.provider_id}">Thuis Goed</option>' in page
    assert "A. Jansen" not in page, "who helps others is not told"
    assert 'name="validUntil" type="date" value="2026-12-31"' in page, "the last day of the right"
    form = fields(page, path) | _proposal(world)
    for unknown in ("A. Jans", "%"):
        refused = visitor.send(path, **form | {"helperCode": unknown})
        assert "Wij kennen deze hulpverlener niet" in shown(refused.text), unknown
    assert "A. Jansen" in shown(visitor.done(path, **form | {"helperCode": " a.  jansen "}))


def test_a_helper_is_chosen_or_named_and_not_both(visitor: Visitor, world: World, right: Entitlement) -> None:
    path = f"/my/{right.id}/agreement"
    form = fields(visitor.page(path), path) | _proposal(world)
    name, chosen = "A. Jansen", str(world.helper_id)
    for both in ({"helper": "", "helperCode": ""}, {"helper": chosen, "helperCode": name}):
        refused = visitor.send(path, **form | both)
        assert refused.status_code == 400
        assert "kies één hulpverlener" in shown(refused.text)


def test_capitals_that_only_some_databases_know_make_no_other_name(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    with world.work() as work:
        (known,) = providers.get(work, [world.helper_id])
        row = known.model_dump(include={*ProviderInput.model_fields}) | {"trade_name": "Élodie Çelik"}
        providers.put(work, [ProviderInput.model_validate(row)])
    path = f"/my/{right.id}/agreement"
    form = fields(visitor.page(path), path) | _proposal(world) | {"helperCode": "élodie ÇELIK"}
    assert "Élodie Çelik" in shown(visitor.done(path, **form))


def test_a_name_that_more_helpers_have_is_not_enough(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    path = f"/my/{right.id}/agreement"
    with world.work() as work:
        (known,) = providers.get(work, [world.helper_id])
        content = known.model_dump(include={*ProviderInput.model_fields})
        providers.put(work, [ProviderInput.model_validate(content | {"id": uuid7()})])
    form = fields(visitor.page(path), path) | _proposal(world) | {"helperCode": "A. Jansen"}
    refused = visitor.send(path, **form)
    assert (refused.status_code, "Meer hulpverleners heten zo" in shown(refused.text)) == (409, True)


def test_a_claim_is_looked_at_first_and_booked_once(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    path = f"/my/{right.id}/claims/{approved_agreement(world, right.id)}"
    form = fields(visitor.page(path), path) | {"day": "2026-06-09", "hours": "1", "minutes": "30"}
    look = visitor.send(f"{path}/look", **form)
    told = shown(look.text).replace("\u00a0", " ")
    assert look.status_code == 200
    assert "€ 30,00" in told
    assert "€ 470,00" in told
    assert world.left(right.id) == 500_00, "looking keeps nothing"
    hidden = fields(look.text, path)
    for _ in range(2):
        assert "Uw declaratie is ingestuurd" in shown(visitor.done(path, **hidden))
    assert world.left(right.id) == 470_00
    again = visitor.send(f"{path}/look", **form | {"id": str(uuid7())})
    assert "op deze dag staat er al hulp van A. Jansen" in shown(again.text)
    other = visitor.send(path, **hidden | {"hours": "2"})
    assert other.status_code == 409, "the same id is the same claim"
    world.assert_books_agree()


def test_a_refused_claim_tells_every_reason_and_books_nothing(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    path = f"/my/{right.id}/claims/{approved_agreement(world, right.id)}"
    form: dict[str, Any] = fields(visitor.page(path), path) | {"day": "2026-06-20", "hours": "40"}
    for address in (f"{path}/look", path):
        refused = visitor.send(address, **form)
        told = shown(refused.text).replace("\u00a0", " ")
        assert refused.status_code == 409
        assert "20 juni 2026" in told
        assert "€ 500,00" in told, "and what is left"
    wrong: tuple[dict[str, Any], ...] = ({"day": ""}, {"hours": "0"}, {"hours": "-1"}, {"id": "x"})
    for bad in wrong:
        assert visitor.send(f"{path}/look", **(form | bad)).status_code == 400
        assert visitor.send(path, **(form | bad)).status_code == 400
    assert world.left(right.id) == 500_00


def test_nothing_is_paid_before_two_approved(visitor: Visitor, world: World, right: Entitlement) -> None:
    path = f"/my/{right.id}/agreement"
    visitor.done(path, **fields(visitor.page(path), path) | _proposal(world))
    with world.work() as work:
        (agreement,) = care.of_entitlement(work, right.id)
    claim: dict[str, Any] = {"id": str(uuid7()), "day": "2026-06-09", "hours": "1"}
    refused = visitor.send(f"/my/{right.id}/claims/{agreement.id}", **claim)
    assert refused.status_code == 409
    assert "goedgekeurd" in shown(refused.text)
    assert world.left(right.id) == 500_00


def test_what_is_of_another_resident_does_not_exist(
    visitor: Visitor, sqlite_served: Served, world: World, right: Entitlement
) -> None:
    stranger = world.person(surname="Vreemd")
    foreign = _drawing_right(world, holder_id=stranger)
    theirs, own = approved_agreement(world, foreign.id), approved_agreement(world, right.id)
    claim: dict[str, Any] = {"id": str(uuid7()), "day": "2026-06-09", "hours": "1"}
    paths = (
        f"/my/{foreign.id}/agreement",
        f"/my/{foreign.id}/claims/{theirs}",
        f"/my/{right.id}/claims/{theirs}",
        f"/my/{foreign.id}/claims/{own}",
        f"/my/{right.id}/claims/{uuid7()}",
    )
    for path in paths:
        assert visitor.see(path).status_code == 404
        for address in (path, f"{path}/look") if "/claims/" in path else (path,):
            assert visitor.send(address, **claim).status_code == 404
    assert world.left(foreign.id) == 500_00
    sqlite_served.account("stranger", Role.HOLDER, person_id=stranger)
    control = Visitor.of(sqlite_served, "stranger")
    control.done(f"/my/{foreign.id}/claims/{theirs}", **claim)
    assert world.left(foreign.id) == 480_00


def test_a_representative_claims_by_a_mandate_of_that_day_only(
    visitor: Visitor, world: World, right: Entitlement
) -> None:
    mother = world.person(surname="Moeder")
    theirs = _drawing_right(world, holder_id=mother)
    path = f"/my/{theirs.id}/claims/{approved_agreement(world, theirs.id)}"
    mandate = MandateInput(
        id=uuid7(),
        holder_id=mother,
        representative_id=world.holder_id,
        kind=MandateKind.AUTHORISED,
        valid_from=date(2026, 6, 9),
    )
    with world.work() as work:
        people.give(work, [mandate])
    before = visitor.send(path, id=str(uuid7()), day="2026-06-08", hours="1")
    assert before.status_code == 409
    assert "machtiging" in shown(before.text)
    visitor.done(path, id=str(uuid7()), day="2026-06-09", hours="1")
    assert world.left(theirs.id) == 480_00


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_look_is_told_in_both_languages(
    sqlite_served: Served, world: World, right: Entitlement, language: str
) -> None:
    path = f"/my/{right.id}/claims/{approved_agreement(world, right.id)}"
    reader = Visitor.of(sqlite_served, "holder", language=language)
    look = reader.send(f"{path}/look", id=str(uuid7()), day="2026-06-09", hours="1").text
    assert f'<html lang="{language}">' in look


def _drawing_right(world: World, holder_id: UUID | None = None) -> Entitlement:
    return world.grant(
        kind=EntitlementKind.DRAWING_RIGHT,
        amount_cents=500_00,
        restrictions=(),
        holder_id=holder_id or world.holder_id,
    )


def _proposal(world: World) -> dict[str, str]:
    return {
        "helperCode": str(world.helper_id),
        "what": "02A03 informal",
        "euros": "20",
        "validFrom": "2026-06-01",
        "validUntil": "2026-12-31",
    }
