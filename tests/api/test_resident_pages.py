# SPDX-License-Identifier: EUPL-1.2
"""A resident's pages: what they have, what is left, where, what was used; their word, and blocking a code."""

from datetime import date
from typing import Any

import pytest
from lxml import html

from api.pages import visit
from api.pages.resident import overview
from ledger import catalogue, codes, contracts, people, programmes, providers
from ledger.access_log import LookAction, OwnPurpose
from ledger.catalogue import ServiceInput
from ledger.change_orders import Suspension
from ledger.contracts import ContractInput, LineInput
from ledger.ids import uuid7
from ledger.people import MandateInput
from ledger.programmes import ProgrammeInput
from ledger.providers import ProviderInput
from ledger.rules.confirmations import Consent
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.restrictions import OnlyServices
from ledger.rules.tariffs import PerMeasure
from ledger.tables import BudgetMode, MandateKind, Role
from ledger.units import Measure, Unit
from tests.api.browsing import Visitor, fields, shown
from tests.api.served import Served
from tests.world import GUIDANCE, HOUSEHOLD, World, by_another


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "holder")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def test_a_resident_sees_what_they_have_and_what_is_left(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=100_00)
    counted = world.grant(
        amount_cents=None, quantity=600, quantity_unit=Unit.MINUTE, restrictions=(_only(HOUSEHOLD),)
    )
    world.redeemed(right.id)
    told = shown(visitor.page("/my"))
    assert "Nog € 68,85 van € 100,00" in told.replace("\u00a0", " ")
    assert "Nog 10 uur van 10 uur" in told.replace("\u00a0", " ")
    assert "tot en met 31 december 2026" in told
    page = shown(visitor.page(f"/my/{counted.id}"))
    assert "Thuis Goed" in page
    assert "Hulp bij het huishouden" in page


def test_a_resident_is_told_that_it_is_stopped_and_no_longer_when_it_is_not(
    visitor: Visitor, world: World
) -> None:
    right, open_ = world.grant(), world.grant()
    until = date(2026, 7, 31)
    for each, last in ((right, until), (open_, None)):
        asked = Suspension(from_day=date(2026, 6, 1), until_day=last, at=world.now, reason="opname")
        world.change(each.id, asked)
    for page in ("/my", f"/my/{right.id}"):
        assert "Tijdelijk gestopt van 1 juni 2026 tot en met 31 juli 2026" in shown(visitor.page(page))
    assert "Tijdelijk gestopt vanaf 1 juni 2026" in shown(visitor.page(f"/my/{open_.id}"))
    gate = Visitor.of(visitor.served, "gatekeeper")
    assert "Geschorst 1 juni 2026 – 31 juli 2026" in shown(gate.page(f"/entitlements/{right.id}"))
    world.now = world.now.replace(month=8, day=1)
    assert "gestopt" not in Visitor.of(visitor.served, "holder").page(f"/my/{right.id}")
    later = Visitor.of(visitor.served, "gatekeeper").page(f"/entitlements/{right.id}")
    assert "31 juli 2026" not in shown(later)


def test_where_names_only_who_gives_what_it_is_for(visitor: Visitor, world: World) -> None:
    named = world.grant(restrictions=(_only(GUIDANCE),))
    page = shown(visitor.page(f"/my/{named.id}"))
    assert "Begeleiding" in page
    assert "Vervoer" not in page
    assert "De Brug" in page
    world.now = world.now.replace(month=7)
    late = Visitor.of(visitor.served, "holder")
    assert "De Brug" not in shown(late.page(f"/my/{named.id}")), "its contract ended in June"


def test_a_representative_of_many_sees_the_newest_first_and_all_of_it(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list once began with the oldest, and was cut at its end: what was granted last was not there."""
    for module in (visit, overview):
        monkeypatch.setattr(module, "PAGE", 2)
    rights = [world.grant(restrictions=()) for _ in range(5)]
    seen, page = list[str](), "/my"
    for _ in range(3):
        tree: Any = html.fromstring(visitor.page(page))
        seen += tree.xpath("//article//h2/a/@href")
        page = next(iter(tree.xpath("//a[@rel='next']/@href")), "")
    assert page == ""
    assert seen == [f"/my/{each.id}" for each in rights[::-1]]


def test_how_much_waits_is_never_told_as_less(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.work() as work:
        (newest,) = programmes.newest(work, [world.programme_id])
        content = newest.content.model_copy(update={"confirmation": Consent()})
        programmes.draft(work, [ProgrammeInput.model_validate(dict(content))])
        programmes.publish(by_another(work), [world.programme_id])
    right = world.grant(amount_cents=500_00)
    for _ in range(3):
        world.redeemed(right.id)
    assert "niets van zei: 3" in shown(visitor.page("/my"))
    monkeypatch.setattr(overview, "PAGE", 2)
    assert "niets van zei: minstens 3" in shown(visitor.page("/my"))


def test_a_service_is_called_as_under_the_law_it_was_used_under(visitor: Visitor, world: World) -> None:
    """One product code may be two services under two laws."""
    first = date(2026, 1, 1)
    programme = ProgrammeInput(
        id=uuid7(), law=Law.JW, name="Jeugd", mode=BudgetMode.SOFT, confirmation=Consent()
    )
    contract = ContractInput(
        id=uuid7(),
        provider_id=world.provider_id,
        law=Law.JW,
        number="J-1",
        valid_from=first,
        lines=(LineInput(service=HOUSEHOLD, tariff=PerMeasure(rate_cents=10_00), valid_from=first),),
    )
    with world.work() as work:
        twin = ServiceInput(
            id=uuid7(), law=Law.JW, code=HOUSEHOLD, name="Hulp bij het opgroeien", measure=Measure.HOUR
        )
        catalogue.put(work, [twin])
        programmes.draft(work, [programme])
        programmes.publish(by_another(work), [programme.id])
        contracts.draft(work, [contract])
        contracts.publish(by_another(work), [contract.id])
    right = world.grant(law=Law.JW, programme_id=programme.id)
    for page in (f"/uses/{world.redeemed(right.id).id}", "/uses", f"/my/{right.id}"):
        told = shown(visitor.page(page))
        assert "Hulp bij het opgroeien" in told, page
        assert "Hulp bij het huishouden" not in told, page


def test_a_use_is_confirmed_disputed_and_the_dispute_withdrawn(visitor: Visitor, world: World) -> None:
    use = world.redeemed(world.grant().id).id
    page = visitor.page(f"/uses/{use}")
    assert "Thuis Goed" in page
    told = visitor.done(f"/uses/{use}", **_form(page, "confirmed"))
    assert "het klopt" in shown(told)
    told = visitor.done(f"/uses/{use}", **_form(told, "disputed"), note="Er kwam niemand.")
    assert "Uw melding is vastgelegd" in told
    assert "Er kwam niemand." in told
    told = visitor.done(f"/uses/{use}", **_form(told, "withdrawn"))
    assert "melding teruggenomen" in told
    world.assert_books_agree()


def test_a_dispute_needs_words_and_a_word_is_said_once(visitor: Visitor, world: World) -> None:
    use = world.redeemed(world.grant().id).id
    form = _form(visitor.page(f"/uses/{use}"), "disputed")
    assert visitor.send(f"/uses/{use}", **form).status_code == 400
    for _ in range(2):
        assert visitor.send(f"/uses/{use}", **form, note="Nee.").status_code == 303
    assert shown(visitor.page(f"/uses/{use}")).count("Nee.") == 1
    again = visitor.send(f"/uses/{use}", **form, note="Iets anders.")
    assert again.status_code == 409
    assert "Iets anders." in again.text or "klopt" in again.text
    assert visitor.send(f"/uses/{use}", id=str(uuid7()), kind="gehackt").status_code == 400


def test_of_what_was_paid_nobody_is_told_that_it_is_not_paid(visitor: Visitor, world: World) -> None:
    use, later = (world.redeemed(world.grant().id).id for _ in range(2))
    told = visitor.done(f"/uses/{later}", **_form(visitor.page(f"/uses/{later}"), "disputed"), note="Nee.")
    assert "Het wordt niet betaald tot het is uitgezocht" in shown(told)
    visitor.served.released(date(2026, 6, 10).isoformat())
    told = visitor.done(f"/uses/{use}", **_form(visitor.page(f"/uses/{use}"), "disputed"), note="Nee.")
    assert "Het was al betaald, of de betaling was al onderweg" in shown(told)
    assert "wordt niet betaald" not in shown(told)


def test_an_objection_may_be_typed_over_several_lines(visitor: Visitor, world: World) -> None:
    """A browser sends every line that somebody begins; it was refused as a control character."""
    use = world.redeemed(world.grant().id).id
    page = visitor.page(f"/uses/{use}")
    assert 'maxlength="500"' in page
    told = visitor.done(f"/uses/{use}", **_form(page, "disputed"), note="Er kwam niemand.\r\n\r\nEcht niet.")
    assert "Er kwam niemand. Echt niet." in shown(told)


def test_a_lost_code_is_blocked_at_once_and_keeps_the_balance(visitor: Visitor, world: World) -> None:
    right = world.grant(restrictions=())
    lost = world.code(right.id)
    assert fields(visitor.page(f"/my/{right.id}"), f"/my/{right.id}/block") == {}
    told = visitor.done(f"/my/{right.id}/block")
    assert "geblokkeerd" in told
    assert "/block" not in told
    assert world.reasons(code=lost.token) == ["code_revoked"]
    assert world.left(right.id) == 100_00
    world.code(right.id)
    assert "/block" in visitor.page(f"/my/{right.id}")


def test_a_representative_acts_for_who_gave_a_mandate_and_for_no_other(
    sqlite_served: Served, world: World
) -> None:
    child, stranger = world.person(surname="Kind"), world.person(surname="Vreemd")
    theirs, foreign = world.grant(holder_id=child), world.grant(holder_id=stranger)
    world.code(foreign.id)
    use, other = world.redeemed(theirs.id).id, world.redeemed(foreign.id).id
    mandate = MandateInput(
        id=uuid7(),
        holder_id=child,
        representative_id=world.holder_id,
        kind=next(iter(MandateKind)),
        valid_from=date(2026, 1, 1),
    )
    with world.work() as work:
        people.give(work, [mandate])
    visitor = Visitor.of(sqlite_served, "holder")
    assert str(theirs.id) in visitor.page("/my")
    assert str(foreign.id) not in visitor.page("/my")
    assert visitor.send(f"/uses/{use}", **_form(visitor.page(f"/uses/{use}"), "confirmed")).status_code == 303
    for path in (f"/my/{foreign.id}", f"/uses/{other}", f"/my/{uuid7()}", f"/uses/{uuid7()}"):
        assert visitor.see(path).status_code == 404
    assert visitor.send(f"/my/{foreign.id}/block").status_code == 404
    assert visitor.send(f"/uses/{other}", id=str(uuid7()), kind="confirmed").status_code == 404
    with world.work() as work:
        assert codes.of_entitlement(work, foreign.id)[0].revoked_at is None


def test_who_looked_is_told_with_why(visitor: Visitor, world: World) -> None:
    assert "Nog niemand" in visitor.page("/looks") or "Wie keek" in visitor.page("/looks")
    with world.work() as work:
        people.read(work, world.keys, {world.holder_id}, "vraag over de brief", LookAction.READ)
    assert "vraag over de brief" in visitor.page("/looks")


def test_why_the_system_looked_is_told_in_the_language_of_who_reads(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    with world.work() as work:
        people.read(work, world.keys, {world.holder_id}, OwnPurpose.LETTER_WITH_CODE, LookAction.LETTER)
    assert "brief met een code" in visitor.page("/looks")
    assert "letter with a code" in Visitor.of(sqlite_served, "holder", language="en").page("/looks")
    auditor = shown(Visitor.of(sqlite_served, "auditor").page("/access"))
    assert "brief met een code" in auditor
    assert "letter_with_code" not in auditor


def test_a_drawing_right_names_helpers_and_no_places(visitor: Visitor, world: World) -> None:
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    page = shown(visitor.page(f"/my/{right.id}"))
    assert "zorgovereenkomsten" in page
    assert "Waar kunt u het gebruiken?" not in page


def test_after_blocking_a_new_letter_is_asked_for_and_stands_on_the_worklist_until_it_is_made(
    visitor: Visitor, sqlite_served: Served, world: World
) -> None:
    right = world.grant(reference="B-77")
    lost = world.code(right.id)
    gatekeeper = Visitor.of(sqlite_served, "gatekeeper")
    early = visitor.send(f"/my/{right.id}/ask", id=str(uuid7()))
    assert early.status_code == 409
    assert "Blokkeer dan eerst de code" in shown(early.text)
    assert _asked(gatekeeper) == []
    told = visitor.done(f"/my/{right.id}/block")
    form = fields(told, f"/my/{right.id}/ask")
    assert _asked(gatekeeper) == []
    for _ in range(2):
        told = visitor.done(f"/my/{right.id}/ask", **form)
    assert "Uw vraag is verstuurd" in told
    assert f"/my/{right.id}/ask" not in told, "it is asked once"
    assert _asked(gatekeeper) == [f"/entitlements/{right.id}"]
    world.later(minutes=1)
    assert world.code(right.id).token != lost.token
    assert _asked(gatekeeper) == []
    assert "U vroeg om een nieuwe brief" not in shown(visitor.page(f"/my/{right.id}"))
    other = world.grant()
    assert visitor.send(f"/my/{other.id}/ask", **form).status_code == 409, "the id is of another request"
    assert visitor.send(f"/my/{other.id}/ask").status_code == 400


def test_nobody_asks_for_a_code_of_a_stranger_or_of_what_is_over(
    visitor: Visitor, sqlite_served: Served, world: World
) -> None:
    foreign = world.grant(holder_id=world.person(surname="Vreemd"))
    over = world.grant(valid_until=date(2026, 6, 1))
    assert visitor.send(f"/my/{foreign.id}/ask", id=str(uuid7())).status_code == 404
    body = {"entitlementId": str(foreign.id)}
    assert sqlite_served.put("holder", f"/v1/code-requests/{uuid7()}", body).status_code == 404
    assert sqlite_served.put("gatekeeper", f"/v1/code-requests/{uuid7()}", body).status_code == 403
    assert visitor.send(f"/my/{over.id}/ask", id=str(uuid7())).status_code == 409
    assert "/ask" not in visitor.page(f"/my/{over.id}")
    assert _asked(Visitor.of(sqlite_served, "gatekeeper")) == []


def test_who_works_in_the_very_area_comes_first_and_who_works_elsewhere_is_not_named(
    visitor: Visitor, world: World
) -> None:
    with world.work() as work:
        (row,) = providers.get(work, [world.other_provider_id])
        known = row.model_dump(include={*ProviderInput.model_fields}) | {"trade_name": "Zorg Nabij"}
        providers.put(work, [ProviderInput.model_validate(known)])
    near = shown(visitor.page(f"/my/{world.grant(restrictions=()).id}"))
    assert near.index("Zorg Nabij") < near.index("Thuis Goed"), "by name it would be the other way round"
    assert "(1112)" in near
    far = shown(visitor.page(f"/my/{world.grant(restrictions=(), area='1113').id}"))
    assert "Thuis Goed" in far
    assert "Zorg Nabij" not in far, "it serves 1112 alone"


def test_the_overview_pages_on_and_cuts_nothing(visitor: Visitor, world: World) -> None:
    rights = [world.grant(amount_cents=1_00).id for _ in range(51)]
    page = visitor.page("/my")
    assert str(rights[0]) not in page
    assert f"/my?before={rights[1]}" in page
    assert str(rights[0]) in visitor.page(f"/my?before={rights[1]}")


def test_an_unknown_role_of_a_provider_sees_nothing_of_it(sqlite_served: Served, world: World) -> None:
    right = world.grant()
    for role in (Role.PROVIDER, Role.GATEKEEPER, Role.FINANCE):
        visitor = Visitor.forced(sqlite_served, role)
        assert visitor.see(f"/my/{right.id}").status_code in {403, 404}


def _asked(gatekeeper: Visitor) -> list[str]:
    """The entitlements under which the worklist says that a new letter is asked for."""
    tree: Any = html.fromstring(gatekeeper.page("/worklist"))
    return [str(each) for each in tree.xpath("//section[@aria-labelledby='asked-codes']//a/@href")]


def _only(service: str) -> OnlyServices:
    return OnlyServices(services=frozenset({service}))


def _form(page: str, kind: str) -> dict[str, Any]:
    """What the button for this word sends."""
    tree: Any = html.fromstring(page)
    (form,) = tree.xpath("//form[.//input[@name='kind' and @value=$kind]]", kind=kind)
    return {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}
