# SPDX-License-Identifier: EUPL-1.2
"""The pages on PostgreSQL: most of their tests run on SQLite, which is kinder to types and to sums."""

from typing import Any

import pytest
from lxml import html

from ledger.ids import uuid7
from ledger.tables import Role
from tests.api.browsing import OWN_FORM, Scene, Visitor, buttons, fields, links, shown
from tests.api.places import DOORS, addresses, reader
from tests.api.served import Served
from tests.world import HOUSEHOLD, World

PIECES = ("?before=ffffffff-ffff-7fff-bfff-ffffffffffff", "?after=00000000-0000-7000-8000-000000000000")
"""All there is, asked as a later piece of a list; a page without pieces knows no such question."""
_NO_PAGES = ("/language/", "/v1/", "/static/")


@pytest.fixture
def world(postgresql_world: World) -> World:
    return postgresql_world


def test_every_page_its_pieces_and_what_it_leads_to_are_shown(postgresql_served: Served) -> None:
    """By a role that sees it, with something of every kind behind it."""
    found = addresses(Scene.over(postgresql_served))
    visitors = {role: Visitor.forced(postgresql_served, role) for role in Role}
    pages = {(reader(door), found[path]) for method, path, door in DOORS if method == "GET"}
    answers = {(role, path): visitors[role].see(path) for role, path in pages}
    assert {at: each.status_code for at, each in answers.items() if each.status_code != 200} == {}
    shown_as_pages = {at for at, each in answers.items() if each.headers["content-type"].startswith("text")}
    further = {(at[0], to) for at in shown_as_pages for to in links(answers[at].text) if _is_page(to)} - pages
    wrong = {(role, to): visitors[role].see(to).status_code for role, to in further}
    assert {at: status for at, status in wrong.items() if status != 200} == {}
    pieces = [visitors[role].see(f"{path}{piece}").status_code for role, path in pages for piece in PIECES]
    assert set(pieces) == {200, 400}
    assert len(pages) >= 55
    assert len(further) >= 100
    assert pieces.count(200) >= 10


def _is_page(address: str) -> bool:
    return address.startswith("/") and not address.startswith(_NO_PAGES)


def test_the_daily_forms_of_a_gatekeeper(postgresql_served: Served, world: World) -> None:
    visitor = Visitor.of(postgresql_served, "gatekeeper")
    world.fund(cents=10_000_00, programme_id=world.programme_id)
    resident = f"/residents/{world.holder_id}"
    granting = f"{resident}/grant"
    typed = {"kind": "voucher", "programmeId": str(world.programme_id), "service": HOUSEHOLD}
    days = {"validFrom": "2026-06-01", "validUntil": "2026-12-31"}
    look = _sent(visitor, granting, granting, **typed, **days, reference="B-2026-7", amount="1.250,00")
    confirm = f"{granting}/confirm"
    right = visitor.send(confirm, **fields(look.text, confirm)).headers["location"].split("?")[0]
    page = visitor.done(f"{right}/codes", **fields(visitor.page(right), f"{right}/codes"))
    changed: dict[str, Any] = {"id": str(uuid7()), "at": world.now.isoformat(), "reason": "zo besloten"}
    visitor.done(f"{right}/changes", **changed, kind="amended", amount="1500")
    refused = {"law": "wmo", "asked": "Een traplift", "reason": "Er is een lift.", "decidedOn": "2026-06-10"}
    page += _done(visitor, resident, f"{resident}/refusals", **refused)
    for letter in (each for each in buttons(page) if each.endswith("/letter")):
        assert visitor.send(letter).content.startswith(b"%PDF-")
    found = visitor.send("/residents", surname="de Wit", birthDate="1944-03-09", purpose="aanvraag")
    assert str(world.holder_id) in f"{found.headers.get('location')} {found.text}"
    world.assert_books_agree()


def test_the_daily_forms_of_a_provider_and_a_resident(postgresql_served: Served, world: World) -> None:
    provider, holder = (Visitor.of(postgresql_served, each) for each in ("provider", "holder"))
    right = world.grant(restrictions=())
    scanned = provider.send("/scan", code=world.code(right.id).manual)
    quoted = provider.send("/scan/quote", **_of_service(scanned.text, HOUSEHOLD), hours="1")
    receipt = provider.done("/scan/confirm", **fields(quoted.text, "/scan/confirm"))
    assert world.left(right.id) == 100_00 - 31_15
    (undo,) = [each for each in buttons(receipt) if each.endswith("/undo")]
    provider.done(undo, **fields(receipt, undo))
    named = world.grant()
    claimed = (
        f"reference,entitlement,service,quantity,service_date\nR1,{named.id},{HOUSEHOLD},60,2026-06-09\n"
    )
    files = {"file": ("claim.csv", claimed.encode(), "text/csv")}
    asked = fields(provider.page("/claims"), "/claims") | {"mode": "try"}
    tried = provider.client.post("/claims", data=asked, files=files, headers=OWN_FORM).headers["location"]
    assert world.left(named.id) == 100_00
    provider.done(f"{tried}/keep")
    assert world.left(named.id) == 100_00 - 31_15
    use = world.redeemed(named.id).id
    said = {"id": str(uuid7()), "at": world.now.isoformat(), "kind": "disputed", "note": "Er kwam niemand."}
    holder.done(f"/uses/{use}", **said)
    _done(provider, f"/redemptions/{use}", f"/redemptions/{use}/reverse", reason="verkeerde dag")
    assert world.left(named.id) == 100_00 - 31_15
    holder.done(f"/my/{right.id}/block")
    holder.done(f"/my/{right.id}/ask", **fields(holder.page(f"/my/{right.id}"), f"/my/{right.id}/ask"))
    world.assert_books_agree()


def _done(visitor: Visitor, page: str, action: str, **typed: Any) -> str:
    answer = _sent(visitor, page, action, **typed)
    assert answer.status_code == 303, shown(answer.text)
    return visitor.page(answer.headers["location"])


def _sent(visitor: Visitor, page: str, action: str, **typed: Any) -> Any:
    """A form of a page, with what somebody typed."""
    return visitor.send(action, **fields(visitor.page(page), action) | typed)


def _of_service(page: str, service: str) -> dict[str, Any]:
    """The hidden fields of the one form that is about this service."""
    tree: Any = html.fromstring(page)
    (form,) = tree.xpath(f"//form[@action='/scan/quote'][.//input[@name='service'][@value='{service}']]")
    return {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}
