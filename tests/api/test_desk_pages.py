# SPDX-License-Identifier: EUPL-1.2
"""A provider at its desk: claims tried and sent in, what it gets, statements, contracts in force, staff."""

import csv
import io
import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from api.pages.desk import redemptions
from ledger import claims, confirmations, contract_versions, contracts, devices
from ledger.confirmations import WordOrder
from ledger.contracts import ContractInput
from ledger.ids import uuid7
from ledger.tables import Role
from tests.api.browsing import OWN_FORM, Scene, Visitor, boxes, buttons, fields, links, shown
from tests.api.served import PROVIDER_2, Served
from tests.world import AIDS, HOUSEHOLD, World

HEAD = "reference,entitlement,service,quantity,service_date\n"


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "provider")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def _send(visitor: Visitor, content: bytes, mode: str) -> Any:
    files = {"file": ("claim.csv", content, "text/csv")}
    asked = {"mode": mode, "id": str(uuid7())}
    answer = visitor.client.post("/claims", data=asked, files=files, headers=OWN_FORM)
    is_told = answer.status_code == 303 and "/claims/files/" in answer.headers["location"]
    return visitor.see(answer.headers["location"]) if is_told else answer


def _line(number: int, right: object, quantity: int, day: object) -> str:
    return f"R{number},{right},{HOUSEHOLD},{quantity},{day}\n"


def test_a_file_is_checked_without_booking_and_then_sent_in_once(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=100_00)
    content = (HEAD + _line(1, right.id, 60, "2026-06-09") + _line(2, right.id, 30, "2026-06-10")).encode()
    told = shown(_send(visitor, content, "try").text)
    assert "Alle 2 regels kunnen" in told
    assert world.left(right.id) == 100_00
    assert "Bedrag € 46,73 Samen 1 uur en 30 minuten" in told.replace("\u00a0", " ")
    first, second = _send(visitor, content, "keep"), _send(visitor, content, "keep")
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert world.left(right.id) == 100_00 - 31_15 - 15_58
    page = visitor.page(first.headers["location"])
    assert "9 juni 2026" in page
    assert first.headers["location"].split("?")[0] in visitor.page("/claims")
    world.assert_books_agree()


def test_a_file_that_was_checked_is_booked_without_choosing_it_again(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=100_00)
    page = _send(visitor, (HEAD + _line(1, right.id, 60, "2026-06-09")).encode(), "try").text
    (keep,) = [each for each in buttons(page) if each.endswith("/keep")]
    assert keep.removesuffix("/keep") in links(visitor.page("/claims")), "it can be found again"
    for _ in range(2):
        answer = visitor.send(keep)
        assert answer.headers["location"].endswith("?done=claimed")
    assert world.left(right.id) == 100_00 - 31_15
    assert keep.removesuffix("/keep") not in links(visitor.page("/claims")), "it is a claim now"
    world.assert_books_agree()


def test_every_bad_line_is_told_and_nothing_is_booked(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=40_00)
    bad = HEAD + _line(1, right.id, 60, "2026-06-09") + _line(2, uuid7(), 60, "2026-06-09")
    bad += _line(3, right.id, 600, "2026-06-10")
    for mode in ("try", "keep"):
        answer = _send(visitor, bad.encode(), mode)
        told = shown(answer.text)
        assert "2 van 3 regels kunnen niet" in told
        assert "Regel 4:" in told, "as an editor numbers them, the head is 1"
        assert "Regel 3:" in told
        assert ("beoordelen wij alles opnieuw" in told) is (mode == "try")
        assert told.count("U vraagt") == 1, "each reason is told once"
        assert ("€ 31,15" in told.replace("\u00a0", " ")) is (mode == "try"), "what the good lines come to"
        assert "/keep" not in answer.text
    assert world.left(right.id) == 40_00


def test_of_very_many_bad_lines_the_first_are_told_and_that_these_are_the_first(visitor: Visitor) -> None:
    bad = HEAD + "".join(_line(number, uuid7(), 60, "2026-06-09") for number in range(201))
    told = shown(_send(visitor, bad.encode(), "try").text)
    assert "201 van 201 regels kunnen niet" in told
    assert "alleen de eerste 200" in told


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", HEAD.encode(), b"<xml/>", HEAD.encode() + b"x" * 100]
)
@pytest.mark.parametrize("mode", ["try", "keep"])
def test_what_is_no_claim_is_told_in_words(visitor: Visitor, content: bytes, mode: str) -> None:
    answer = _send(visitor, content, mode)
    assert answer.status_code in {200, 400, 409}
    assert "<h1>" in answer.text
    assert "Er ging bij ons iets mis" not in answer.text


def test_an_enormous_file_is_refused_before_it_is_read(visitor: Visitor) -> None:
    answer = _send(visitor, HEAD.encode() + b"x" * (26 * 1024 * 1024), "try")
    assert answer.status_code == 413
    assert "te groot" in answer.text


def test_what_is_owed_settled_and_its_statements(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    world.redeemed(world.grant().id)
    assert "€ 31,15" in shown(visitor.page("/payable"))
    sqlite_served.released("2026-06-10")
    page = visitor.page("/payable")
    assert "10 juni 2026" in page
    statements = [each for each in links(page) if each.startswith("/payable/")]
    assert len(statements) == 4
    kinds = {visitor.see(each).headers["content-type"].split(";")[0] for each in statements}
    assert {"application/pdf", "text/csv"} <= kinds
    other = Visitor.of(sqlite_served, PROVIDER_2)
    assert other.see(statements[0]).status_code == 404
    assert statements[0] not in other.page("/payable")


def test_another_providers_claim_is_not_there(sqlite_served: Served, visitor: Visitor, world: World) -> None:
    content = HEAD + _line(1, world.grant().id, 60, "2026-06-09")
    with world.work() as work:
        theirs = claims.claim(work, claims.of_file(world.other_provider_id, content.encode())).id
    assert visitor.see(f"/claims/{theirs}").status_code == 404
    assert Visitor.of(sqlite_served, PROVIDER_2).see(f"/claims/{theirs}").status_code == 200


def test_only_contracts_in_force_are_shown_and_only_own_staff(
    sqlite_served: Served, visitor: Visitor, world: World
) -> None:
    with world.work() as work:
        (newest,) = contract_versions.newest(work, [world.contract_id])
        changed = newest.content.model_copy(update={"areas": ("9999",)})
        contracts.draft(work, [ContractInput.model_validate(dict(changed))])
    told = shown(visitor.page("/agreements"))
    assert "C-1" in told
    assert "31,15" in told
    assert "9999" not in told, "a draft is of the municipality alone"
    assert "C-2" not in told
    staff = shown(visitor.page("/staff"))
    assert "provider" in staff
    assert "provider_2" not in staff


def test_redemptions_are_found_by_day_and_service_with_their_total(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=1_000_00)
    days = [date(2026, 6, 1), date(2026, 6, 5), date(2026, 6, 9)]
    content = HEAD + "".join(_line(n, right.id, 60, day) for n, day in enumerate(days))
    assert _send(visitor, content.encode(), "keep").status_code == 303
    everything = shown(visitor.page("/redemptions"))
    assert "3 verzilveringen, samen € 93,45" in everything
    some = shown(visitor.page("/redemptions?first=2026-06-02&last=2026-06-05"))
    assert "1 verzilveringen, samen € 31,15" in some
    assert "Er is niets gevonden" in visitor.page(f"/redemptions?service={AIDS}")
    assert "3 verzilveringen" in shown(visitor.page(f"/redemptions?service={HOUSEHOLD}"))
    wrong = visitor.see("/redemptions?first=2026-02-31")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (400, True)
    assert visitor.see("/redemptions?more=1").status_code == 400
    other = Visitor.of(visitor.served, PROVIDER_2)
    assert "Er is niets gevonden" in other.page("/redemptions")


def test_what_they_come_to_is_summed_once_and_not_for_each_piece(visitor: Visitor, world: World) -> None:
    world.redeemed(world.grant().id)
    first, later = "/redemptions", "/redemptions?before=ffffffff-ffff-7fff-bfff-ffffffffffff"
    told = [shown(visitor.page(each)).replace("\u00a0", " ").count("€ 31,15") for each in (first, later)]
    assert told == [2, 1], "the total, and the line"


def test_the_list_is_taken_along_as_a_file_with_every_line(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redemptions, "PIECE", 2)
    right = world.grant(amount_cents=1_000_00)
    content = HEAD + "".join(_line(n, right.id, 60, date(2026, 6, n + 1)) for n in range(5))
    _send(visitor, content.encode(), "keep")
    answer = visitor.see("/redemptions/list/csv?first=2026-06-02")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert sorted(row["service_day"] for row in rows) == [f"2026-06-0{n}" for n in range(2, 6)]
    assert {row["price_cents"] for row in rows} == {"3115"}
    assert {row["entitlement"] for row in rows} == {str(right.id)}
    assert visitor.see("/redemptions/list/csv?first=x").status_code == 400
    assert visitor.see("/redemptions/list/xlsx").status_code == 404


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_redemption_is_reversed_at_the_desk_with_a_reason_once(
    sqlite_served: Served, world: World, language: str
) -> None:
    visitor = Visitor.of(sqlite_served, "provider", language=language)
    right = world.grant(amount_cents=100_00)
    done = world.redeemed(right.id)
    where = f"/redemptions/{done.id}"
    world.later(minutes=20)
    asked = fields(visitor.page(where), f"{where}/reverse")
    assert visitor.send(f"{where}/reverse", **asked, reason="").status_code == 400
    assert world.left(right.id) == 100_00 - 31_15
    page = visitor.done(f"{where}/reverse", **asked, reason="verkeerde <dag>")
    assert "verkeerde &lt;dag&gt;" in page
    assert f"{where}/reverse" not in buttons(page)
    visitor.done(f"{where}/reverse", **asked, reason="verkeerde <dag>")
    assert world.left(right.id) == 100_00
    other = Visitor.of(sqlite_served, PROVIDER_2)
    assert other.see(where).status_code == 404
    assert other.send(f"{where}/reverse", **asked, reason="x").status_code == 404
    held = world.redeemed(right.id, reserve=True)
    assert f"/redemptions/{held.id}/reverse" not in buttons(visitor.page(f"/redemptions/{held.id}"))
    world.assert_books_agree()


def test_a_redemption_shows_where_it_was_paid_and_what_the_resident_said(sqlite_served: Served) -> None:
    scene = Scene.over(sqlite_served, lines=1)
    visitor = Visitor.of(sqlite_served, "provider")
    finance, finance_2 = (Visitor.of(sqlite_served, who) for who in ("finance", "finance_2"))
    (where,) = [
        each
        for each in links(visitor.page("/redemptions"))
        if re.fullmatch(r"/redemptions/[0-9a-f-]{36}", each)
    ]
    assert "Nog in geen betaalrun" in visitor.page(where)
    _said(sqlite_served, UUID(where[-36:]), "disputed")
    told = shown(visitor.page(where))
    assert "Het klopt niet" in told
    assert "tot is uitgezocht wat de inwoner zegt" in told
    assert "Er kwam niemand" not in told, "what the resident wrote is for the municipality"
    _said(sqlite_served, UUID(where[-36:]), "withdrawn")
    assert "tot is uitgezocht" not in visitor.page(where)
    run = scene.drafted(finance)
    held = boxes(finance.page(f"{run}/lines"))
    why = {"kind": "held", "reason": "fraud_signal", "note": "Stuur het rooster op."}
    finance.done(f"{run}/lines", line=held, **why)
    told = shown(visitor.page(where))
    assert "Wordt sinds 10 juni 2026 niet betaald." in told
    assert "Stuur het rooster op." in told
    assert "Signaal" not in told, "what a reviewer suspects is not told to who is suspected"
    finance.done(f"{run}/submit")
    scene.looked_at(finance_2, run)
    released = shown(finance_2.done(f"{run}/release"))
    assert "Ging niet mee" in released
    assert "Vastgehouden bij het nakijken" in released
    again = scene.drafted(finance)
    finance.done(f"{again}/lines", line=boxes(finance.page(f"{again}/lines")), kind="freed")
    assert "Stuur het rooster op." not in visitor.page(where)
    finance.done(f"{again}/withdraw", reason="opnieuw")
    scene.exported(finance, finance_2)
    page = shown(visitor.page(where))
    assert "Naar de bank" in page
    assert "31,15" in page


def _said(served: Served, use: UUID, kind: str) -> None:
    asked: dict[str, Any] = {"id": uuid7(), "redemption_id": use, "kind": kind, "note": "Er kwam niemand."}
    asked |= {"told_by": "de inwoner, aan de telefoon", "at": served.world.now}
    with served.world.work(actor_id=uuid7()) as work:
        confirmations.say(work, WordOrder.model_validate(asked))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_at_doors_only_an_enrolled_and_approved_device_redeems_where_that_was_decided(
    sqlite_served: Served, world: World, language: str
) -> None:
    sqlite_served.account("colleague", Role.PROVIDER)
    phone = Visitor.of(sqlite_served, "provider", language=language)
    office = Visitor.of(sqlite_served, "colleague", language=language)
    code = world.code(world.grant(restrictions=()).id).manual
    assert phone.send("/scan", code=code).status_code == 200, "nothing is asked yet"
    assert office.send("/devices/rule", needed="true").status_code == 409
    enrolled = phone.send("/devices", **fields(phone.page("/devices"), "/devices"), name="<Telefoon>")
    cookie = enrolled.headers["set-cookie"]
    assert cookie.startswith("__Host-tegoed-device=")
    assert all(each in cookie for each in ("HttpOnly", "Secure", "SameSite=strict"))
    page = phone.page("/devices")
    assert "&lt;Telefoon&gt;" in page
    (approve,) = [each for each in buttons(office.page("/devices")) if each.endswith("/approve")]
    assert approve not in buttons(page), "not by who enrolled it"
    assert phone.send(approve).status_code == 403
    office.done(approve)
    office.done("/devices/rule", needed="true")
    assert phone.send("/scan", code=code).status_code == 200
    refused = office.send("/scan", code=code)
    assert refused.status_code == 409
    confirm = {"code": code, "service": HOUSEHOLD, "measure": "hour", "hours": "1", "id": str(uuid7())}
    confirm["at"] = world.now.isoformat()
    given: dict[str, Any] = confirm
    assert office.send("/scan/confirm", **given).status_code == 409
    assert office.send("/scan/quote", **given).status_code == 409
    other = Visitor.of(sqlite_served, PROVIDER_2)
    assert other.send(approve).status_code == 404
    phone.send("/logout")
    phone.send("/login", key=sqlite_served.secrets["provider"])
    too_much: dict[str, Any] = given | {"hours": "99", "id": str(uuid7())}
    assert phone.send("/scan/confirm", **too_much).status_code == 409
    assert _used(world) == [None], "what is refused is no use"
    assert phone.send("/scan/confirm", **given).status_code == 303, "the device outlives the session"
    assert len(_used(world)) == 1
    assert _used(world) != [None]
    revoke = approve.replace("/approve", "/revoke")
    office.done(revoke)
    assert phone.send("/scan", code=code).status_code == 409


def _used(world: World) -> list[datetime | None]:
    """When each device of the provider was used last."""
    with world.work() as work:
        return [each.used_at for each in devices.listed(work, world.provider_id)]
