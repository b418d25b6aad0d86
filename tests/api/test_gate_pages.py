# SPDX-License-Identifier: EUPL-1.2
"""A gatekeeper's pages: a resident is found or entered, a decision granted, changed and printed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from lxml import html
from sqlmodel import select

from api.pages import visit
from api.pages.gate import residents, rights, worklist
from ledger import (
    access_log,
    approvals,
    care,
    codes,
    confirmations,
    db,
    entitlement_changes,
    letter_logins,
    letters,
    municipalities,
    people,
)
from ledger.care import Agreement
from ledger.change_orders import Amendment, Ending
from ledger.confirmations import WordOrder
from ledger.four_eyes import Waiting
from ledger.ids import uuid7
from ledger.people import MandateInput, PersonInput
from ledger.rules.confirmations import WordKind
from ledger.rules.facts import EntitlementKind
from ledger.rules.periods import Per
from ledger.rules.restrictions import Cap, OnlyServices
from ledger.scans import ScanLine
from ledger.tables import AccessLog, Approver, Entitlement, MandateKind, Person, RateClass, Role
from ledger.units import Unit
from ledger.vault import Identity
from tests.api.browsing import OWN_FORM, Visitor, buttons, links, shown
from tests.api.served import Served
from tests.qr_reader import QR_ONLY
from tests.world import GUIDANCE, HOUSEHOLD, World

pypdfium2 = pytest.importorskip("pypdfium2")  # has no types


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "gatekeeper")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def _form(page: str, action: str) -> dict[str, Any]:
    """What a form sends as it stands: hidden fields, by name."""
    tree: Any = html.fromstring(page)
    form = next(iter(tree.xpath("//form[@action=$action]", action=action)))
    found: dict[str, Any] = {}
    for each in form.xpath(".//input[@type='hidden']"):
        found.setdefault(each.get("name"), []).append(each.get("value"))
    return found


def _granting(visitor: Visitor, world: World, **typed: Any) -> Any:
    """The answer to a filled-in form: the look before the grant."""
    where = f"/residents/{world.holder_id}/grant"
    asked = _form(visitor.page(where), where) | {
        "kind": "voucher",
        "programmeId": str(world.programme_id),
        "reference": "B-2026-7",
        "validFrom": "2026-06-01",
        "validUntil": "2026-12-31",
        "amount": "1.250,00",
        "service": HOUSEHOLD,
    }
    return visitor.send(where, **asked | typed)


def _granted(visitor: Visitor, world: World, **typed: Any) -> str:
    """The address of what was granted."""
    confirm = f"/residents/{world.holder_id}/grant/confirm"
    answer = visitor.send(confirm, **_form(_granting(visitor, world, **typed).text, confirm))
    assert answer.status_code == 303, shown(answer.text)
    return str(answer.headers["location"]).split("?")[0]


def test_a_resident_is_entered_found_and_looked_at_with_each_look_noted(
    visitor: Visitor, world: World
) -> None:
    asked = _form(visitor.page("/residents/new"), "/residents/new")
    typed: dict[str, Any] = {
        "surname": "Ünlü-Świątek",
        "birthDate": "1950-02-03",
        "initials": "A.",
        "houseNumber": "12",
    }
    typed |= {"street": "Hof", "postcode": "1112 ab", "city": "Diemen", "bsn": "999990019"}
    for _ in range(2):
        answer = visitor.send("/residents/new", **asked, **typed)
        assert answer.status_code == 303, shown(answer.text)
    where = answer.headers["location"].split("?")[0]
    found = visitor.send("/residents", bsn="999990019", purpose="aanvraag hulp")
    assert found.headers["location"].split("?")[0] == where
    assert "Świątek" not in visitor.page(where), "who it is stays closed"
    seen = visitor.send(where, purpose="keukentafelgesprek")
    assert "Ünlü-Świątek" in seen.text
    assert "999990019" not in seen.text
    with world.work() as work:
        purposes = {row.purpose for row in work.session.exec(select(AccessLog)).all()}
    assert {"aanvraag hulp", "keukentafelgesprek"} <= purposes


def _filled(page: str, action: str) -> dict[str, Any]:
    """What a form sends as it stands, with what is filled in where one can see it."""
    tree: Any = html.fromstring(page)
    (form,) = tree.xpath("//form[@action=$action]", action=action)
    return {each.get("name"): each.get("value") for each in form.xpath(".//input")}


def _looks(world: World, person_id: UUID) -> list[tuple[str, str]]:
    """What was noted of somebody, the oldest first."""
    with world.work() as work:
        return [(row.action, row.purpose) for row in access_log.of_person(work, person_id)[::-1]]


def _who(world: World, person_id: UUID) -> Identity:
    with world.work() as work:
        return people.read(work, world.keys, [person_id], "test")[person_id]


def _entered(world: World, **changes: Any) -> UUID:
    """Somebody with more than a page asks."""
    content: dict[str, Any] = {
        "bsn": "999990019",
        "surname": "de Wit",
        "given_names": "Anna",
        "birth_date": date(1944, 3, 9),
        "gender": "2",
        "street": "Hof",
        "house_number": 12,
        "postcode": "1112AB",
        "city": "Diemen",
        "phone": "0201234567",
    }
    person = PersonInput(id=uuid7(), identity=Identity(**content | changes), neighbourhood="BU03840001")
    with world.work() as work:
        people.register(work, world.keys, [person])
    return person.id


def test_details_are_corrected_from_what_was_shown_and_what_no_page_shows_stays(
    visitor: Visitor, world: World
) -> None:
    person_id = _entered(world)
    where = f"/residents/{person_id}"
    assert f"{where}/correct" not in buttons(visitor.page(where)), "nobody corrects what they did not see"
    page = visitor.send(where, purpose="verhuisbericht").text
    assert "999990019" not in page
    asked = _filled(page, f"{where}/correct")
    assert (asked["surname"], asked["houseNumber"], asked["bsn"]) == ("de Wit", "12", "")
    typed = asked | {"street": "Plein", "postcode": "1113 CD", "phone": "", "purpose": "verhuisd"}
    told = shown(visitor.done(f"{where}/correct", **typed))
    assert "De gegevens zijn verbeterd" in told
    looks = [("read", "verhuisbericht"), ("correct", "verhuisd")]
    assert _looks(world, person_id) == looks
    now = _who(world, person_id)
    assert (now.street, now.postcode, now.phone, now.bsn) == ("Plein", "1113CD", None, "999990019")
    assert (now.given_names, now.gender) == ("Anna", "2")
    with world.work() as work:
        row = db.rows(work, Person, [person_id])[person_id]
    assert (row.area, row.neighbourhood) == ("1113", None), "the care moves along"


def test_a_correction_needs_a_reason_and_keeps_what_was_typed(visitor: Visitor, world: World) -> None:
    person_id = _entered(world)
    where = f"/residents/{person_id}"
    asked = _filled(visitor.send(where, purpose="vraag").text, f"{where}/correct")
    before = _who(world, person_id)
    for wrong in ({"purpose": ""}, {"birthDate": "2026-02-31"}, {"postcode": "1"}, {"bsn": "123456789"}):
        answer = visitor.send(f"{where}/correct", **asked | {"city": "Muiden", "purpose": "x"} | wrong)
        assert answer.status_code == 400
        assert _faults(answer.text).keys() == wrong.keys()
        kept = _filled(answer.text, f"{where}/correct")
        assert (kept["city"], kept["seen"]) == ("Muiden", asked["seen"])
    assert _who(world, person_id) == before
    world.person(bsn="999990020")
    taken = visitor.send(f"{where}/correct", **asked | {"bsn": "999990020", "purpose": "fout nummer"})
    assert taken.status_code == 409
    assert _who(world, person_id) == before


def test_nobody_corrects_over_what_a_colleague_corrected_meanwhile(visitor: Visitor, world: World) -> None:
    person_id = _entered(world)
    where = f"/residents/{person_id}"
    mine, theirs = (_filled(visitor.send(where, purpose="vraag").text, f"{where}/correct") for _ in range(2))
    visitor.done(f"{where}/correct", **theirs | {"phone": "0611111111", "purpose": "nieuw nummer"})
    answer = visitor.send(f"{where}/correct", **mine | {"email": "a@example.org", "purpose": "nieuw adres"})
    assert answer.status_code == 409
    assert "intussen verbeterd" in shown(answer.text)
    assert _who(world, person_id).phone == "0611111111"
    with world.work() as work:
        people.erase(work, person_id)
    assert visitor.send(f"{where}/correct", **mine | {"purpose": "x"}).status_code == 409
    assert visitor.send(f"/residents/{uuid7()}/correct", **mine | {"purpose": "x"}).status_code == 404


def test_who_proved_who_they_are_long_ago_proves_it_before_correcting_or_naming_somebody(
    visitor: Visitor, world: World
) -> None:
    """Where a one-time code is sent to, and who acts for a resident, opens their data to somebody."""
    where = f"/residents/{_entered(world)}"
    asked = _filled(visitor.send(where, purpose="vraag").text, f"{where}/correct")
    world.later(minutes=16)
    corrected = asked | {"email": "ander@example.org", "purpose": "nieuw adres"}
    for answer in (
        visitor.send(f"{where}/correct", **corrected),
        visitor.send(f"{where}/mandates", id=str(uuid7()), representativeId=str(world.holder_id)),
    ):
        assert "/login/again" in buttons(answer.text), answer.status_code
    assert _who(world, UUID(where[-36:])).email != "ander@example.org"


def test_who_will_act_is_found_by_name_and_shown_before_it_is_recorded(
    visitor: Visitor, world: World
) -> None:
    where = f"/residents/{world.holder_id}"
    first = _entered(world, bsn=None, initials="B.", surname="d'Ochter")
    second = _entered(world, bsn=None, initials="C.", surname="d'Ochter")
    assert f"{where}/representative" in visitor.page(where)
    assert "representativeId" not in visitor.page(where), "nobody types an id"
    search = {"surname": "dochter", "birthDate": "1944-03-09", "purpose": "machtiging"}
    none = visitor.send(f"{where}/representative", **_any(search | {"surname": "Dogter"}))
    assert "Niemand gevonden. Klopt de spelling?" in shown(none.text)
    found = visitor.send(f"{where}/representative", **_any(search))
    for part in ("B. d'Ochter", "Kies C. d'Ochter", "9 maart 1944"):
        assert part in shown(found.text), part
    chosen = {"representativeId": str(second), "purpose": "machtiging"}
    look = visitor.send(f"{where}/representative/look", **_any(chosen))
    for part in ("C. d'Ochter", "Hof 12", "de Wit"):
        assert part in shown(look.text), part
    assert "B. d'Ochter" not in shown(look.text)
    asked = _filled(look.text, f"{where}/mandates") | {"kind": "authorised"}
    with world.work() as work:
        assert people.represented(work, second, world.now.date()) == frozenset(), "a look records nothing"
    wrong = visitor.send(f"{where}/mandates", **asked | {"validUntil": "2020-01-01"})
    assert wrong.status_code == 400
    assert "C. d'Ochter" in shown(wrong.text), "it still says whose it is"
    assert _filled(wrong.text, f"{where}/mandates")["id"] == asked["id"], "still one mandate"
    visitor.done(f"{where}/mandates", **asked)
    visitor.send(f"{where}/mandates", **asked)
    with world.work() as work:
        assert people.represented(work, second, world.now.date()) == {world.holder_id}
        assert people.represented(work, first, world.now.date()) == frozenset()
    assert _looks(world, first) == [("search", "machtiging"), ("read", "machtiging")]
    assert ("read", "machtiging") in _looks(world, world.holder_id)


def test_nobody_is_let_act_who_was_not_chosen(visitor: Visitor, world: World) -> None:
    where = f"/residents/{world.holder_id}"
    for chosen in ("", "x", str(uuid7())):
        for action in ("representative/look", "mandates"):
            answer = visitor.send(f"{where}/{action}", representativeId=chosen, purpose="machtiging")
            assert answer.status_code in {400, 404}
            assert f'action="{where}/representative"' in answer.text, "the search is there again"
    own = {"representativeId": str(world.holder_id), "purpose": "x", "id": str(uuid7())}
    own |= {"kind": "mentor", "validFrom": "2026-01-01"}
    assert "niemand kan zichzelf vertegenwoordigen" in shown(
        visitor.send(f"{where}/mandates", **_any(own)).text
    )
    assert visitor.send(f"{where}/representative", surname="de Wit", purpose="x").status_code == 400
    assert visitor.see(f"/residents/{uuid7()}/representative").status_code == 404


def test_finding_needs_a_reason_and_finds_exactly(visitor: Visitor) -> None:
    none = visitor.send("/residents", surname="Niemand", birthDate="1950-01-01", purpose="vraag")
    assert "Niemand gevonden. Klopt de spelling?" in shown(none.text)
    assert visitor.send("/residents", surname="de Wit", birthDate="1944-03-09").status_code == 400
    assert visitor.send("/residents", bsn="123456789", purpose="vraag").status_code == 400
    assert visitor.send("/residents", purpose="vraag").status_code == 400


def test_of_two_of_one_name_and_day_each_is_shown_by_what_tells_them_apart(
    visitor: Visitor, world: World
) -> None:
    """Twins: a list of references tells nobody which of them is at the counter."""
    twins = [
        PersonInput(
            id=uuid7(),
            identity=Identity(
                surname="Tweeling", birth_date=date(1950, 1, 2), initials=each, street=f"Weg {each}"
            ),
        )
        for each in ("A.", "B.")
    ]
    with world.work() as work:
        people.register(work, world.keys, twins)
    search = {"surname": "Tweeling", "birthDate": "1950-01-02", "purpose": "aanvraag"}
    page = visitor.send("/residents", **_any(search)).text
    told = shown(page)
    for part in ("A. Tweeling", "B. Tweeling", "Weg A.", "2 januari 1950"):
        assert part in told, part
    assert {f"/residents/{each.id}" for each in twins} <= set(links(page))
    assert _looks(world, twins[0].id) == [("search", "aanvraag"), ("read", "aanvraag")]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"bsn": "123456789", "purpose": "vraag"}, {"bsn": "het getal voldoet niet aan de 11-proef"}),
        ({"surname": "de Wit", "purpose": "vraag"}, {"birthDate": "het moet een dag zijn"}),
        ({"surname": "de Wit", "birthDate": "2026-02-31", "purpose": "vraag"}, {"birthDate": "bestaat niet"}),
        ({"surname": "de Wit", "birthDate": "1944-03-09", "purpose": " "}, {"purpose": "dit is nog leeg"}),
        ({"bsn": "1", "purpose": ""}, {"bsn": "9 cijfers", "purpose": "dit is nog leeg"}),
    ],
)
def test_a_search_says_only_what_is_wrong_with_it(
    visitor: Visitor, typed: dict[str, Any], wrong: dict[str, str]
) -> None:
    """Of the other way to search nothing was asked, so nothing of it is missing."""
    answer = visitor.send("/residents", **typed)
    assert answer.status_code == 400
    assert _faults(answer.text).keys() == wrong.keys()
    for field, words in wrong.items():
        assert words in _faults(answer.text)[field]


def test_everything_that_is_wrong_with_somebody_is_said_at_its_field_in_dutch(visitor: Visitor) -> None:
    asked: dict[str, Any] = {"id": str(uuid7()), "surname": "x", "birthDate": "2026-02-31"}
    asked |= {"bsn": "1", "postcode": "12", "houseNumber": "9" * 5000}
    answer = visitor.send("/residents/new", **asked)
    assert answer.status_code == 400
    assert _faults(answer.text).keys() == {"bsn", "birthDate", "postcode", "houseNumber"}
    assert "Engels" not in shown(answer.text)


def _faults(page: str) -> dict[str, str]:
    """What is said to be wrong, by field; each stands at the field too."""
    tree: Any = html.fromstring(page)
    found = {each.get("href")[1:]: shown_of(each.getparent()) for each in tree.xpath("//*[@role='alert']//a")}
    for name in found:
        assert tree.xpath("//*[@id=$id and @aria-invalid='true']", id=name), name
    return found


def shown_of(element: Any) -> str:
    return " ".join(" ".join(element.xpath(".//text()")).split())


def test_a_decision_is_looked_at_granted_once_and_its_letter_printed(visitor: Visitor, world: World) -> None:
    world.fund(cents=10_000_00, programme_id=world.programme_id)
    look = _granting(visitor, world)
    told = shown(look.text)
    assert "Hulp bij het huishouden" in told
    assert "€ 8.750,00 van € 10.000,00" in told
    for part in ("Voucher", "B-2026-7", "€ 1.250,00 op Wmo 2026"):
        assert part in told.replace("\u00a0", " "), f"nobody grants what they do not see: {part}"
    with world.work() as work:
        assert work.session.exec(select(Entitlement)).all() == [], "a look keeps nothing"
    confirm = f"/residents/{world.holder_id}/grant/confirm"
    asked = _form(look.text, confirm)
    first, second = visitor.send(confirm, **asked), visitor.send(confirm, **asked)
    assert first.headers["location"] == second.headers["location"]
    where = first.headers["location"].split("?")[0]
    page = visitor.done(f"{where}/codes", **_form(visitor.page(where), f"{where}/codes"))
    (letter,) = [each for each in _actions(page) if each.endswith("/letter")]
    pdf = visitor.send(letter)
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["cache-control"] == "no-store"
    page = visitor.done(f"{where}/codes", **_form(page, f"{where}/codes"))
    assert "ingetrokken op" in shown(page)
    world.assert_books_agree()


def test_what_was_agreed_is_shown_before_and_after_it_is_granted(visitor: Visitor, world: World) -> None:
    note = "Elke week koken.\r\nDe woning is schoon."
    assert "Elke week koken." in shown(_granting(visitor, world, note=note).text)
    where = _granted(visitor, world, note=note)
    resident = Visitor.of(visitor.served, "holder").page(where.replace("/entitlements/", "/my/"))
    for page in (visitor.page(where), resident):
        assert "Elke week koken." in shown(page)
        assert "De woning is schoon." in shown(page)
    without = _granted(visitor, world, note="")
    assert "Afgesproken resultaten" not in visitor.page(without)


def test_hours_set_aside_what_they_will_cost_and_what_nobody_knows_is_told_so(
    visitor: Visitor, world: World
) -> None:
    look = _granting(visitor, world, amount="", hours="10")
    assert "€ 311,50 op Wmo 2026" in shown(look.text).replace("\u00a0", " ")
    unknown = _granting(visitor, world, amount="", quantity="3", quantityUnit="piece", service=[])
    assert "nog niet te zeggen, op Wmo 2026" in shown(unknown.text)


def test_the_room_of_every_year_that_a_right_runs_in_is_shown(visitor: Visitor, world: World) -> None:
    world.fund(cents=10_000_00, programme_id=world.programme_id)
    world.fund(cents=250_00, year=2027, programme_id=world.programme_id)
    form = shown(visitor.page(f"/residents/{world.holder_id}/grant")).replace("\u00a0", " ")
    assert "nog € 10.000,00 in 2026, nog € 250,00 in 2027" in form
    told = shown(_granting(visitor, world, validUntil="2028-12-31").text).replace("\u00a0", " ")
    assert "in 2027 nog € 250,00 van € 250,00" in told
    assert "voor 2028 nog geen budget" in told
    assert "het budget van 2026" in told
    told = shown(_granting(visitor, world, validUntil="2026-12-31").text)
    assert "2027" not in told


def test_a_decision_above_a_soft_budget_is_told_in_words(visitor: Visitor, world: World) -> None:
    world.fund(cents=1_000_00, programme_id=world.programme_id)
    told = shown(_granting(visitor, world).text).replace("\u00a0", " ")
    assert "€ 250,00 meer toegezegd dan het budget bevat. Beschikbaar is € 1.000,00" in told
    world.grant(amount_cents=1_100_00)
    form = shown(visitor.page(f"/residents/{world.holder_id}/grant")).replace("\u00a0", " ")
    assert "€ 100,00 te veel toegezegd in 2026" in form


@pytest.mark.parametrize(
    "reference", ['B"7"; filename="x.exe', "besluit קישור", "مرحبا", "Ünlü 7", "x" * 500]
)
def test_a_letter_is_printed_whatever_the_decision_is_called(
    visitor: Visitor, world: World, reference: str
) -> None:
    right = world.grant(restrictions=(), reference=reference)
    code = world.code(right.id)
    pdf = visitor.send(f"/entitlements/{right.id}/codes/{code.id}/letter")
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"] == f'inline; filename="{code.id}.pdf"'


def test_a_letter_that_cannot_be_printed_says_so_on_the_page(visitor: Visitor, world: World) -> None:
    right = world.grant(restrictions=(), reference="besluit \U0001f600")
    refused = visitor.send(f"/entitlements/{right.id}/codes/{world.code(right.id).id}/letter")
    assert refused.status_code == 400
    assert f"/entitlements/{right.id}/changes" in refused.text, "on the page of the entitlement"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": "veel"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": ""}, ""),
        ({"validFrom": "gisteren"}, "validFrom"),
        ({"programmeId": "x"}, ""),
        ({"kind": "arrangement", "service": []}, ""),
        ({"hours": "1,5"}, "hours"),
        ({"usesMax": "-1"}, "usesMax"),
        ({"capMost": "0"}, "capMost"),
        ({"validFrom": "1500-01-01"}, "validFrom"),
    ],
)
def test_what_cannot_be_granted_says_why_and_keeps_what_was_typed(
    visitor: Visitor, world: World, typed: dict[str, Any], field: str
) -> None:
    answer = _granting(visitor, world, **typed)
    assert answer.status_code in {400, 404, 409}
    assert "B-2026-7" in answer.text
    assert "Engels" not in shown(answer.text)
    if field:
        assert f'id="{field}-fault"' in answer.text


def test_an_arrangement_without_a_service_is_told_in_plain_words(visitor: Visitor, world: World) -> None:
    told = shown(_granting(visitor, world, kind="arrangement", service=[]).text)
    assert "kies minstens één dienst waarvoor het is" in told
    assert "only_items" not in told


@pytest.mark.parametrize(
    "typed",
    [
        {"amount": "", "hours": "40"},
        {"kind": "drawing_right"},
        {"kind": "arrangement", "service": [HOUSEHOLD, GUIDANCE]},
        {"capMost": "100", "capPer": "week", "usesMax": "5", "provider": World.AGB},
        {"amount": "", "quantity": "10", "quantityUnit": "day_part", "service": []},
    ],
)
def test_every_kind_with_its_restrictions(visitor: Visitor, world: World, typed: dict[str, Any]) -> None:
    assert _granted(visitor, world, **typed).startswith("/entitlements/")


def test_it_is_raised_suspended_resumed_and_ended(visitor: Visitor, world: World) -> None:
    where = _granted(visitor, world)
    changes = f"{where}/changes"
    steps: list[dict[str, Any]] = [
        {"kind": "amended", "amount": "1500"},
        {"kind": "suspended", "fromDay": "2026-07-01"},
        {"kind": "resumed", "firstDay": "2026-08-01"},
        {"kind": "ended", "lastDay": "2026-09-30"},
    ]
    for step in steps:
        world.later(minutes=1)
        asked = {"id": str(uuid7()), "at": world.now.isoformat(), "reason": "zo besloten"}
        visitor.done(changes, **asked, **step)
    told = shown(visitor.page(where))
    for word in ("Gewijzigd", "Geschorst", "Hervat", "Beëindigd", "30 september 2026", "1.500,00"):
        assert word in told, word
    refused = visitor.send(
        changes, id=str(uuid7()), at=world.now.isoformat(), reason="x", kind="amended", amount="0"
    )
    assert refused.status_code == 400
    assert visitor.send(changes, id=str(uuid7()), at=world.now.isoformat(), kind="ended").status_code == 400


def test_hours_are_amended_as_hours_and_the_history_tells_what_became_what(
    visitor: Visitor, world: World
) -> None:
    where = _granted(visitor, world, amount="", hours="52")
    page = visitor.page(where)
    assert "Nu 52 uur." in shown(page).replace("\u00a0", " ")
    asked = {"at": world.now.isoformat(), "reason": "meer uren", "kind": "amended"}
    for typed in ({"hours": "60"}, {"minutes": "45"}, {"hours": "1.000", "minutes": "30"}):
        visitor.done(f"{where}/changes", id=str(uuid7()), **_any(asked | typed))
    told = shown(visitor.page(where)).replace("\u00a0", " ")
    assert "60 uur (was 52 uur)" in told
    assert "45 minuten (was 60 uur)" in told
    assert "1.000 uur en 30 minuten (was 45 minuten)" in told
    for wrong in ({"hours": "0"}, {"hours": "veel"}, {"minutes": "1,5"}):
        refused = visitor.send(f"{where}/changes", id=str(uuid7()), **_any(asked | wrong))
        assert refused.status_code == 400


def test_what_is_above_the_limit_waits_for_a_colleague(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = 1000_00
    look = _granting(visitor, world)
    assert "een collega beslist" in shown(look.text)
    assert "€ 1.250,00 op Wmo 2026" in shown(look.text).replace("\u00a0", " "), "what it would set aside"
    confirm = f"/residents/{world.holder_id}/grant/confirm"
    answer = visitor.send(confirm, **_form(look.text, confirm))
    assert answer.headers["location"] == "/worklist?done=waits"
    assert not [each for each in _actions(visitor.page("/worklist")) if "/approvals/" in each]
    sqlite_served.account("second", Role.GATEKEEPER)
    second = Visitor.of(sqlite_served, "second")
    told = shown(second.page("/worklist")).replace("\u00a0", " ")
    for part in (
        "Voucher",
        "1 juni 2026 – 31 december 2026",
        "In totaal € 1.250,00",
        "Hulp bij het huishouden",
    ):
        assert part in told, f"nobody decides on what they do not see: {part}"
    (decide,) = [each for each in _actions(second.page("/worklist")) if "/approvals/" in each]
    assert visitor.send(decide, approved="true", reason="zelf").status_code == 409
    assert second.send(decide, approved="true", reason="").status_code == 400
    for neither in ({}, {"approved": "ja"}):
        assert second.send(decide, **_any(neither), reason="x").status_code == 400, "a refusal is for good"
    granted = second.done(decide, approved="true", reason="akkoord")
    assert "Maak een code" in granted, "what was approved may need a letter"
    with world.work() as work:
        assert approvals.listed(work, waiting=True, limit=5) == []
        (right,) = work.session.exec(select(Entitlement)).all()
    history = shown(visitor.page(f"/entitlements/{right.id}"))
    assert "Goedgekeurd door second, 10 juni 2026" in history
    assert "akkoord" in history
    agent = Visitor.of(sqlite_served, "paying_agent")
    assert "akkoord" not in agent.page(f"/entitlements/{right.id}"), "who may not see approvals does not"


def test_who_decides_on_a_change_sees_what_changes(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = 150_00
    right = world.grant(restrictions=(), quantity=600, quantity_unit=Unit.MINUTE)
    asked = {"id": str(uuid7()), "at": world.now.isoformat(), "reason": "meer nodig", "kind": "amended"}
    answer = visitor.send(
        f"/entitlements/{right.id}/changes",
        **_any(asked),
        amount="900",
        quantity="1200",
        validUntil="2027-06-30",
    )
    assert answer.headers["location"] == "/worklist?done=waits"
    told = shown(visitor.page("/worklist")).replace("\u00a0", " ")
    for part in (
        "€ 900,00 (was € 100,00)",
        "20 uur (was 10 uur)",
        "30 juni 2027 (was 31 december 2026)",
        "meer nodig",
    ):
        assert part in told, part


def _any(asked: dict[str, str]) -> dict[str, Any]:
    return dict(asked)


def test_who_wants_something_else_gets_the_form_as_it_was_filled_in(visitor: Visitor, world: World) -> None:
    """Pages are not kept by the browser, so going back shows an empty form."""
    where = f"/residents/{world.holder_id}/grant"
    look = _granting(visitor, world, service=[HOUSEHOLD, GUIDANCE], provider=[World.AGB], note="afspraak")
    page = visitor.send(where, **_form(look.text, where), step="edit")
    assert page.status_code == 200
    tree: Any = html.fromstring(page.text)
    ticked = tree.xpath("//input[@type='checkbox' and @checked]/@value")
    assert set(ticked) == {HOUSEHOLD, GUIDANCE, World.AGB}
    assert tree.xpath("string(//input[@name='amount']/@value)") == "1.250,00"
    assert tree.xpath("string(//textarea[@name='note'])").strip() == "afspraak"
    assert _form(page.text, where)["id"] == _form(look.text, where)["id"], "still one grant"


def test_a_blocked_code_and_an_unapproved_agreement_are_on_the_worklist(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    right = world.grant(
        kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=(), reference="B-9"
    )
    world.code(right.id)
    Visitor.of(sqlite_served, "holder").send(f"/my/{right.id}/block")
    agreement_id = _agree(world, right)
    told = shown(visitor.page("/worklist"))
    assert "B-9" in told
    assert "€ 20,00 per uur vanaf" in told
    visitor.done(f"/entitlements/{right.id}/care/{agreement_id}")
    with world.work() as work:
        assert care.approved(work, [agreement_id]) == {agreement_id: {Approver.GATEKEEPER}}
    assert "€ 20,00 per uur vanaf" not in shown(visitor.page("/worklist"))


def test_a_code_that_ran_out_long_ago_is_no_code(sqlite_served: Served, world: World) -> None:
    """Beside it the blocked code of a new letter is the last that worked, so a letter is needed."""
    right = world.grant(restrictions=(), valid_until=date(2027, 12, 31), reference="B-10")
    world.code(right.id)
    world.later(days=200)
    world.code(right.id)
    assert "B-10" not in _section(Visitor.of(sqlite_served, "gatekeeper"), "lacking")
    Visitor.of(sqlite_served, "holder").send(f"/my/{right.id}/block")
    assert "B-10" in _section(Visitor.of(sqlite_served, "gatekeeper"), "lacking")


def test_an_agreement_of_a_right_that_is_closed_waits_for_nobody(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    """Else what nobody approves any more stands before what waits for years."""
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    _agree(world, right)
    assert "€ 20,00 per uur vanaf" in _section(visitor, "care")
    world.later(days=400)
    with world.work() as work:
        assert entitlement_changes.expire(work, today=world.now.date(), claim_days=90)
    assert "€ 20,00 per uur vanaf" not in _section(Visitor.of(sqlite_served, "gatekeeper"), "care")


def test_what_a_resident_has_is_shown_piece_by_piece_the_newest_first(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (visit, residents):
        monkeypatch.setattr(module, "PAGE", 2)
    granted = [world.grant(restrictions=()) for _ in range(3)]
    where = f"/residents/{world.holder_id}"
    first: Any = html.fromstring(visitor.page(where))
    second: Any = html.fromstring(visitor.page(first.xpath("string(//a[@rel='next']/@href)")))
    seen = [each for page in (first, second) for each in page.xpath("//tbody//th/a/@href")]
    assert seen == [f"/entitlements/{each.id}" for each in granted[::-1]]


def test_what_is_left_is_told_of_every_limit_and_of_no_other(visitor: Visitor, world: World) -> None:
    cap = Cap(per=Per.WEEK, unit=Unit.EUROCENT, most=10_00)
    both = world.grant(restrictions=(), quantity=600, quantity_unit=Unit.MINUTE)
    capped = world.grant(restrictions=(cap,), amount_cents=None)
    for page in ("/entitlements", f"/residents/{world.holder_id}"):
        tree: Any = html.fromstring(visitor.page(page))
        told = {
            row.xpath("string(.//a/@href)"): shown_of(row.xpath("./td")[-1]).replace("\u00a0", " ")
            for row in tree.xpath("//tbody/tr")
        }
        assert told == {
            f"/entitlements/{both.id}": "10 uur € 100,00",
            f"/entitlements/{capped.id}": "–",
        }


def test_who_decides_on_other_rules_reads_them(visitor: Visitor, world: World) -> None:
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = 150_00
    right = world.grant(restrictions=())
    rules = (Cap(per=Per.WEEK, unit=Unit.EUROCENT, most=40_00), OnlyServices(services=frozenset({HOUSEHOLD})))
    asked = Amendment(amount_cents=400_00, restrictions=rules, at=world.now, reason="meer hulp")
    assert isinstance(world.change(right.id, asked), Waiting)
    told = shown(visitor.page("/worklist")).replace("\u00a0", " ")
    assert "Hoogstens € 40,00 per week. Alleen voor: Hulp bij het huishouden (01A04)." in told


def test_of_a_long_history_the_last_changes_are_shown(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = world.grant(restrictions=())
    for cents in (110_00, 120_00):
        world.later(minutes=1)
        world.change(right.id, Amendment(amount_cents=cents, at=world.now, reason=f"naar {cents}"))
    page = visitor.page(f"/entitlements/{right.id}")
    assert "Dit zijn de nieuwste" not in page
    assert f"<bdi>{world.actor_id}</bdi>" in page, "whom nobody named is told by the reference itself"
    assert "<bdi>Kenmerk</bdi>" not in page
    monkeypatch.setattr(rights, "HISTORY_MAX", 2)
    told = shown(visitor.page(f"/entitlements/{right.id}"))
    assert "Dit zijn de nieuwste 2. Er zijn er meer." in told
    assert told.index("naar 11000") < told.index("naar 12000")


def test_a_mandate_is_ended_at_the_resident_who_gave_it_alone(visitor: Visitor, world: World) -> None:
    mandate = MandateInput(
        id=uuid7(),
        holder_id=world.holder_id,
        representative_id=world.person(surname="Dochter"),
        kind=MandateKind.AUTHORISED,
        valid_from=date(2026, 1, 1),
    )
    with world.work() as work:
        people.give(work, [mandate])
    other = world.person(surname="Ander")
    assert visitor.send(f"/residents/{other}/mandates/{mandate.id}").status_code == 404
    with world.work() as work:
        assert people.represented(work, mandate.representative_id, date(2027, 1, 1)) == {world.holder_id}
    visitor.done(f"/residents/{world.holder_id}/mandates/{mandate.id}")
    with world.work() as work:
        assert people.represented(work, mandate.representative_id, date(2027, 1, 1)) == frozenset()


def test_a_longer_worklist_says_so_and_what_ends_is_shown_piece_by_piece(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "EACH_MAX", 2)
    last_days = [date(2026, 7, 1), date(2026, 6, 20), date(2026, 6, 20), date(2026, 6, 20), date(2026, 6, 15)]
    for number, last_day in enumerate(last_days):
        right = world.grant(restrictions=(), valid_until=last_day, reference=f"B-{number}")
        world.code(right.id)
        with world.work() as work:
            codes.block(work, right.id)
    assert "Dit zijn de eerste 2. Er zijn er meer." in _section(visitor, "lacking")
    seen, page, steps = list[str](), "/worklist", 0
    while page and steps < 5:
        tree: Any = html.fromstring(visitor.page(page))
        (section,) = tree.xpath("//section[@aria-labelledby='ending']")
        seen += section.xpath(".//bdi/text()")
        page, steps = next(iter(section.xpath(".//a[@rel='next']/@href")), ""), steps + 1
    assert (seen, steps) == (["B-4", "B-1", "B-2", "B-3", "B-0"], 3)


def _section(visitor: Visitor, name: str) -> str:
    return _told(visitor.page("/worklist"), name)


def _agree(world: World, right: Entitlement) -> UUID:
    """An agreement at 20 euros that nobody approved."""
    agreement = Agreement(
        id=uuid7(),
        entitlement_id=right.id,
        provider_id=world.helper_id,
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=20_00,
        valid_from=right.valid_from,
        valid_until=right.valid_until,
        at=world.now,
    )
    with world.work() as work:
        care.agree(work, [agreement])
    return agreement.id


def test_a_message_is_tried_without_keeping_anything_and_then_read(visitor: Visitor, world: World) -> None:
    for content in (b"", b"not xml", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
        answer = visitor.client.post(
            "/batches", data={"mode": "keep"}, files={"file": ("x.xml", content)}, headers=OWN_FORM
        )
        assert answer.status_code == 400, content


@pytest.mark.parametrize(
    ("who", "page"), [("gatekeeper", "/batches"), ("provider", "/claims"), ("finance", "/bank")]
)
def test_a_file_may_be_as_large_as_the_page_says(sqlite_served: Served, who: str, page: str) -> None:
    """A message of a hundred allocations is larger than what a form without a file may be."""
    visitor = Visitor.of(sqlite_served, who)
    answer = visitor.client.post(
        page, data={"mode": "try"}, files={"file": ("x.xml", b"<x>" + b" " * 24_900_000)}, headers=OWN_FORM
    )
    assert answer.status_code == 400, "it was read, and is no such message"
    too_large = visitor.client.post(page, files={"file": ("x.xml", b" " * 25_200_000)}, headers=OWN_FORM)
    assert too_large.status_code == 413


def test_ids_of_nothing_and_of_another_right_are_not_there(visitor: Visitor, world: World) -> None:
    one, other = world.grant(), world.grant()
    code = world.code(other.id)
    assert visitor.see(f"/entitlements/{uuid7()}").status_code == 404
    assert visitor.see(f"/residents/{uuid7()}").status_code == 404
    assert visitor.see(f"/residents/{uuid7()}/grant").status_code == 404
    assert visitor.send(f"/entitlements/{one.id}/codes/{code.id}/letter").status_code == 404


def _actions(page: str) -> list[str]:
    tree: Any = html.fromstring(page)
    return [str(each) for each in tree.xpath("//form/@action")]


def test_the_look_before_a_grant_in_english(sqlite_served: Served, world: World) -> None:
    visitor = Visitor.of(sqlite_served, "gatekeeper", language="en")
    assert "Is this decision right?" in _granting(visitor, world).text


def test_the_look_before_a_mandate_in_english(sqlite_served: Served, world: World) -> None:
    visitor = Visitor.of(sqlite_served, "gatekeeper", language="en")
    where = f"/residents/{world.holder_id}/representative"
    none = visitor.send(where, surname="Nobody", birthDate="1950-01-01", purpose="mandate")
    assert "Nobody found. Is the spelling right?" in shown(none.text)
    chosen = str(world.person(surname="Daughter"))
    look = visitor.send(f"{where}/look", representativeId=chosen, purpose="mandate")
    assert "Is this mandate right?" in shown(look.text)
    assert "Daughter" in shown(look.text)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_request_is_refused_and_the_letter_printed(
    sqlite_served: Served, world: World, language: str
) -> None:
    visitor = Visitor.of(sqlite_served, "gatekeeper", language=language)
    where = f"/residents/{world.holder_id}"
    action = f"{where}/refusals"
    asked = _form(visitor.page(where), action) | {
        "law": "wmo",
        "asked": "Een traplift",
        "reason": "<b>U kunt</b> op de begane grond wonen.",
        "decidedOn": world.now.date().isoformat(),
    }
    wrong = visitor.send(action, **asked | {"reason": "", "decidedOn": "2026-02-31"})
    assert wrong.status_code == 400
    assert "Een traplift" in wrong.text, "what was typed is kept"
    page = visitor.done(action, **asked)
    assert "&lt;b&gt;U kunt&lt;/b&gt;" in page
    assert visitor.done(action, **asked), "sent twice it is once"
    (print_it,) = [each for each in buttons(page) if each.endswith("/letter")]
    answer = visitor.send(print_it)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    other = print_it.replace(str(world.holder_id), str(world.person()))
    assert visitor.send(other).status_code == 404, "of somebody else"


def test_the_end_of_an_entitlement_is_told_by_letter(visitor: Visitor, world: World) -> None:
    right = world.grant()
    where = f"/entitlements/{right.id}"
    assert f"{where}/end-letter" not in buttons(visitor.page(where))
    assert visitor.send(f"{where}/end-letter").status_code == 409
    world.change(right.id, Ending(last_day=world.now.date(), reason="verhuisd", at=world.now))
    assert f"{where}/end-letter" in buttons(visitor.page(where))
    assert visitor.send(f"{where}/end-letter").content[:5] == b"%PDF-"


def test_a_letter_brings_a_code_to_log_in_with_where_the_pages_are_known(
    visitor: Visitor, world: World
) -> None:
    right = world.grant()
    code = world.code(right.id)
    with world.work() as work:
        municipalities.get(work).pages_address = "https://tegoed.diemen.test"
    answer = visitor.send(f"/entitlements/{right.id}/codes/{code.id}/letter")
    pages = pypdfium2.PdfDocument(answer.content)
    with world.work() as work:
        login = letter_logins.printed(work, world.keys, [world.holder_id])[world.holder_id]
    # What is kept at home is no back of what is shown, when it is printed on both sides.
    shown_at_the_door, back, kept_at_home = (each.get_textpage().get_text_range() for each in pages)
    assert login not in back
    assert login in kept_at_home
    assert login not in shown_at_the_door
    assert code.manual in shown_at_the_door
    assert code.manual not in kept_at_home
    picture = pages[2].render(scale=4).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, QR_ONLY)
    assert found.text == f"https://tegoed.diemen.test/letter?town={world.municipality_id}"


def test_a_letter_that_takes_the_place_of_another_says_so(visitor: Visitor, world: World) -> None:
    right = world.grant()
    first = world.code(right.id)
    world.later(minutes=1)
    second = world.code(right.id, replace=True)
    with world.work() as work:
        one, other = (letters.compose(work, world.keys, each.id) for each in (first, second))
    assert (one.is_replacement, other.is_replacement) == (False, True)
    answer = visitor.send(f"/entitlements/{right.id}/codes/{second.id}/letter")
    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert "Uw nieuwe persoonlijke code" in text


def test_a_letter_after_a_block_takes_the_place_of_the_one_that_was_lost(
    visitor: Visitor, world: World
) -> None:
    right = world.grant()
    world.code(right.id)
    with world.work() as work:
        codes.block(work, right.id)
    world.later(days=3)
    new = world.code(right.id)
    world.later(days=1)
    beside = world.code(right.id)
    with world.work() as work:
        one, other = (letters.compose(work, world.keys, each.id) for each in (new, beside))
    assert (one.is_replacement, other.is_replacement) == (True, False), "the first still works beside it"


def test_a_letter_whose_code_runs_out_first_says_that_another_comes(visitor: Visitor, world: World) -> None:
    short = world.grant(valid_until=date(2026, 7, 31))
    long = world.grant(valid_until=date(2027, 12, 31))
    told = []
    for right in (short, long):
        answer = visitor.send(f"/entitlements/{right.id}/codes/{world.code(right.id).id}/letter")
        text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
        told.append("krijgt u een nieuwe brief" in " ".join(text.split()))
    assert told == [False, True]


def test_a_letter_is_in_the_language_of_who_gets_it(sqlite_served: Served, world: World) -> None:
    right = world.grant()
    where = f"/entitlements/{right.id}/codes/{world.code(right.id).id}/letter"
    for reads in ("nl", "en"):
        visitor = Visitor.of(sqlite_served, "gatekeeper", language=reads)
        for asked, title in (({}, "Uw persoonlijke code"), ({"language": "en"}, "Your personal code")):
            answer = visitor.send(where, headers=None, **asked)
            text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
            assert title in text, (reads, asked)


def test_a_change_is_looked_at_before_it_is_kept_and_the_form_comes_back_as_it_was(
    visitor: Visitor, world: World
) -> None:
    where = _granted(visitor, world, amount="", hours="52")
    look = f"{where}/changes/look"
    asked = {"id": str(uuid7()), "at": world.now.isoformat(), "reason": "meer uren", "kind": "amended"}
    page = visitor.send(look, **_any(asked), hours="60", validUntil="2026-11-30")
    told = shown(page.text).replace("\u00a0", " ")
    for part in (
        "Er is nog niets gewijzigd.",
        "60 uur (was 52 uur)",
        "30 november 2026 (was 31 december 2026)",
    ):
        assert part in told, part
    assert "60 uur" not in shown(visitor.page(where)).replace("\u00a0", " ")
    again = html.fromstring(visitor.send(look, **_form(page.text, look), step="edit").text)
    assert again.xpath("string(//details[@open]//input[@name='hours']/@value)") == "60"
    visitor.done(f"{where}/changes", **_form(page.text, f"{where}/changes"))
    history = shown(visitor.page(where)).replace("\u00a0", " ")
    assert "60 uur (was 52 uur)" in history
    assert "Laatste dag: 30 november 2026 (was 31 december 2026)." in history
    refused = visitor.send(look, **_any(asked | {"id": str(uuid7())}), hours="veel")
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", ("€ 900,00 (was € 100,00)", "Leg voor aan een collega")),
        ("en", ("€900.00 (it was €100.00)", "Is this change right?")),
    ],
)
def test_a_look_at_a_change_tells_that_a_colleague_decides(
    sqlite_served: Served, world: World, language: str, told: tuple[str, ...]
) -> None:
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = 150_00
    right = world.grant(restrictions=())
    visitor = Visitor.of(sqlite_served, "gatekeeper", language=language)
    asked = {"id": str(uuid7()), "at": world.now.isoformat(), "reason": "meer", "kind": "amended"}
    page = visitor.send(f"/entitlements/{right.id}/changes/look", **_any(asked), amount="900")
    for part in told:
        assert part in shown(page.text).replace("\u00a0", " ")
    with world.work() as work:
        assert approvals.listed(work, waiting=True, limit=5) == [], "a look asks nobody"


def test_what_is_over_gets_no_code_and_no_letter(visitor: Visitor, world: World) -> None:
    right = world.grant(valid_until=date(2026, 12, 31))
    code = world.code(right.id)
    where = f"/entitlements/{right.id}"
    letter = f"{where}/codes/{code.id}/letter"
    assert letter in buttons(visitor.page(where))
    world.change(right.id, Ending(last_day=world.now.date(), reason="verhuisd", at=world.now))
    page = visitor.page(where)
    assert letter in buttons(page), "it works today"
    with world.work() as work:
        assert letters.compose(work, world.keys, code.id).valid_until == world.now.date()
    assert "10 juni 2026" in _told(page, "codes"), "the page says the same as the letter"
    world.later(days=1)
    visitor = Visitor.of(visitor.served, "gatekeeper")
    page = visitor.page(where)
    assert {letter, f"{where}/codes"}.isdisjoint(buttons(page))
    assert "Afgelopen op 10 juni 2026" in shown(page)
    assert "Dit tegoed is afgelopen" in shown(page)
    assert visitor.send(letter).status_code == 409


def test_who_has_no_code_that_works_or_soon_has_none_is_on_the_worklist_once(
    sqlite_served: Served, world: World
) -> None:
    def lacking(name: str = "lacking") -> str:
        return _section(Visitor.of(sqlite_served, "gatekeeper"), name)

    right = world.grant(restrictions=(), valid_until=date(2027, 12, 31), reference="B-20")
    world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=5_00, restrictions=(), reference="B-21")
    world.grant(restrictions=(), reference="B-22", allocation_number=22)
    assert "B-20 : nog geen code" in lacking()
    assert "B-21" not in lacking(), "its holder claims what it costs"
    assert "B-22" not in lacking(), "its provider was told by message"
    world.code(right.id)
    assert "B-20" not in lacking()
    world.later(days=160)
    assert "B-20 : code werkt tot en met 6 december 2026" in lacking()
    world.later(days=30)
    assert "B-20 : code verlopen" in lacking()
    Visitor.of(sqlite_served, "holder").done(f"/my/{right.id}/ask", id=str(uuid7()))
    assert "B-20" in lacking("asked-codes")
    assert "B-20" not in lacking()
    world.later(minutes=1)
    world.code(right.id)
    assert "B-20" not in lacking() + lacking("asked-codes")


def test_what_a_resident_tells_by_telephone_is_written_down_and_looked_into(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    right = world.grant()
    where = f"/entitlements/uses/{world.redeemed(right.id).id}"
    assert where in links(visitor.page(f"/entitlements/{right.id}"))
    page = visitor.page(where)
    asked = _form(page, where) | {"kind": "disputed", "toldBy": "de inwoner, aan de telefoon"}
    refused = visitor.send(where, **asked, note="")
    assert refused.status_code == 400
    assert "de inwoner, aan de telefoon" in refused.text, "what was typed is kept"
    without = visitor.send(where, **(asked | {"toldBy": "", "note": "Er kwam niemand."}))
    assert without.status_code in {400, 409}
    told = shown(visitor.done(where, **asked, note="Er kwam\r\nniemand."))
    assert "Er kwam niemand." in told
    assert "de inwoner, aan de telefoon" in told
    assert where in _section_links(visitor, "disputes")
    auditor = Visitor.of(sqlite_served, "auditor")
    assert "Er kwam niemand." in shown(auditor.page(where))
    assert where not in buttons(auditor.page(where))
    again = _form(visitor.page(where), where) | {"kind": "withdrawn", "toldBy": "de inwoner, aan de telefoon"}
    world.later(minutes=1)
    visitor.done(where, **again)
    assert _section_links(visitor, "disputes") == []


@pytest.mark.parametrize("last", [date(2026, 12, 7), date(2026, 12, 11), date(2027, 1, 2), date(2027, 6, 1)])
def test_a_letter_is_asked_for_four_weeks_before_the_code_runs_out_until_it_is_made(
    sqlite_served: Served, world: World, last: date
) -> None:
    """Also where the right ends soon after its code: else the resident stands at a door without."""
    right = world.grant(restrictions=(), valid_until=last, reference="B-30")
    code = world.code(right.id)
    for days_before in (27, 20, 10, 3, 1):
        world.now = code.expires_at - timedelta(days=days_before)
        told = _section(Visitor.of(sqlite_served, "gatekeeper"), "lacking")
        assert "B-30" in told, days_before
    whole = world.grant(restrictions=(), valid_until=world.now.date() + timedelta(days=5), reference="B-31")
    world.code(whole.id)
    assert "B-31" not in _section(Visitor.of(sqlite_served, "gatekeeper"), "lacking"), "it reaches the end"


def test_a_dispute_of_one_line_stands_whatever_is_said_of_the_others(visitor: Visitor, world: World) -> None:
    lines = (ScanLine(service=HOUSEHOLD, quantity=60), ScanLine(service=GUIDANCE, quantity=60))
    right = world.grant()
    use = world.redeemed(right.id, lines=lines).id
    where = f"/entitlements/uses/{use}"
    for kind, named in ((WordKind.DISPUTED, (1,)), (WordKind.CONFIRMED, ())):
        word = {"id": uuid7(), "redemption_id": use, "kind": kind, "lines": named, "at": world.now}
        asked = WordOrder.model_validate(word | {"note": "Nee.", "told_by": "de inwoner"})
        with world.work(actor_id=uuid7()) as work:
            confirmations.say(work, asked)
        world.later(minutes=1)
    assert where in _section_links(visitor, "disputes")
    told = _form(visitor.page(where), where) | {"kind": "withdrawn", "toldBy": "de inwoner"}
    assert 'value="withdrawn"' in visitor.page(where)
    visitor.done(where, **told)
    assert _section_links(visitor, "disputes") == []


def test_the_language_is_chosen_on_an_answer_to_a_form_too(visitor: Visitor, world: World) -> None:
    """Its address cannot be looked at: one is led to the page that the form is on."""
    right = world.grant(restrictions=())
    for shown_at, page in (
        (f"/entitlements/{right.id}/changes/look", f"/entitlements/{right.id}"),
        (f"/residents/{world.holder_id}/letter-login/tell", f"/residents/{world.holder_id}"),
        ("/worklist?after=1", "/worklist?after=1"),
    ):
        answer = visitor.see("/language/en", headers={"Referer": f"https://tegoed.test{shown_at}"})
        assert answer.headers["location"] == page


def test_a_form_that_can_only_fail_is_not_there(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=None, quantity=600, quantity_unit=Unit.MINUTE, restrictions=())
    where = f"/entitlements/{right.id}"
    page = visitor.page(where)
    assert 'name="amount"' not in page, "it has no amount, and gets none by a change"
    assert 'value="suspended"' in page
    early = {"id": str(uuid7()), "at": world.now.isoformat(), "kind": "amended", "reason": "x"}
    refused = shown(visitor.send(f"{where}/changes/look", **_any(early), validUntil="2025-12-31").text)
    assert "Kies een einddag op of na" in refused, "it may be extended as far as one likes"
    world.change(right.id, Ending(last_day=world.now.date(), reason="verhuisd", at=world.now))
    world.later(days=1)
    assert 'value="suspended"' not in Visitor.of(visitor.served, "gatekeeper").page(where)


def test_what_nobody_can_price_is_not_told_as_nothing(visitor: Visitor, world: World) -> None:
    with world.work() as work:
        municipalities.get(work).grant_alone_cents = 150_00
    look = _granting(visitor, world, amount="", quantity="3", quantityUnit="piece", service=[])
    confirm = f"/residents/{world.holder_id}/grant/confirm"
    visitor.send(confirm, **_form(look.text, confirm))
    told = shown(visitor.page("/worklist"))
    assert "wat het kost, is nog niet te zeggen" in told
    assert "Een collega beslist erover." in told


def test_nobody_types_a_purpose_of_the_systems_own(visitor: Visitor, world: World) -> None:
    where = f"/residents/{world.holder_id}"
    assert visitor.send(where, purpose="letter_with_code").status_code == 400
    assert visitor.send(where, purpose="een brief met een code").status_code == 200


def test_uses_are_shown_by_the_day_of_the_care_whatever_their_ids_say(
    sqlite_served: Served, visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (visit, rights):
        monkeypatch.setattr(module, "PAGE", 2)
    right = world.grant(valid_from=date(2026, 1, 1))
    days = [date(2026, 6, 5), date(2026, 6, 2), date(2026, 6, 4), date(2026, 6, 2), date(2026, 6, 8)]
    for day in days:
        at = world.now.replace(month=day.month, day=day.day)
        world.redeemed(right.id, at=at, quantity=15)
    seen, page = list[str](), f"/entitlements/{right.id}"
    while page:
        tree: Any = html.fromstring(visitor.page(page))
        (section,) = tree.xpath("//section[@aria-labelledby='uses']")
        seen += [str(each) for each in section.xpath(".//tbody//th/a/text()")]
        page = next(iter(section.xpath(".//a[@rel='next']/@href")), "")
    assert seen == [f"{each.day} juni 2026" for each in sorted(days, reverse=True)]


def _told(page: str, section: str) -> str:
    """What a section of a page says."""
    tree: Any = html.fromstring(page)
    return shown_of(tree.xpath("//section[@aria-labelledby=$name]", name=section)[0]).replace("\u00a0", " ")


def _section_links(visitor: Visitor, name: str) -> list[str]:
    tree: Any = html.fromstring(visitor.page("/worklist"))
    found = tree.xpath("//section[@aria-labelledby=$name]//a/@href", name=name)
    return [str(each) for each in found]
