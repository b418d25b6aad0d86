# SPDX-License-Identifier: EUPL-1.2
"""A provider at the door, by pages without scripts: code, service, quantity, yes; and taking it back."""

import base64
import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from lxml import html

from ledger import redemptions, token, undo
from ledger.ids import uuid7
from ledger.scans import Redeemed
from ledger.tables import Redemption, Role
from ledger.token import Flag
from ledger.undo import WITHIN
from tests.api.browsing import Visitor, buttons, fields, shown
from tests.api.served import Served
from tests.world import AIDS, DAY_CARE, HOUSEHOLD, World


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "provider")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def _tree(page: str) -> Any:
    return html.fromstring(page)


def _hidden(page: str, service: str) -> dict[str, Any]:
    """What the form for a service would send without anything typed."""
    (form,) = [
        each
        for each in _tree(page).xpath("//form[@action='/scan/quote']")
        if each.xpath("string(.//input[@name='service']/@value)") == service
    ]
    return {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}


def _confirming(page: str) -> dict[str, Any]:
    (form,) = _tree(page).xpath("//form[@action='/scan/confirm']")
    return {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}


def _asked(visitor: Visitor, code: str, **typed: Any) -> Any:
    """The answer to a quantity of household help."""
    page = visitor.send("/scan", code=code)
    assert page.status_code == 200, shown(page.text)
    return visitor.send("/scan/quote", **_hidden(page.text, HOUSEHOLD) | typed)


def test_a_manual_code_is_redeemed_and_undone(visitor: Visitor, world: World) -> None:
    right = world.grant(restrictions=())
    code = world.code(right.id)
    page = visitor.send("/scan", code=code.manual.lower())
    assert "Hulp bij het huishouden" in page.text
    assert "€ 100,00" in shown(page.text)
    quote = visitor.send("/scan/quote", **_hidden(page.text, HOUSEHOLD), hours="1", minutes="30")
    assert "€ 46,73" in shown(quote.text)
    assert world.left(right.id) == 100_00, "nothing is booked by a quote"
    receipt = visitor.done("/scan/confirm", **_confirming(quote.text))
    assert "Gelukt" in receipt
    assert world.left(right.id) == 100_00 - 46_73
    (undone,) = _tree(receipt).xpath("//form[contains(@action, '/undo')]")
    told = visitor.done(undone.get("action"), id=undone.xpath("string(.//input[@name='id']/@value)"))
    assert "<h1>Ongedaan gemaakt</h1>" in told
    assert "Daarvan blijft over" not in told
    assert "Ongedaan gemaakt" in told
    assert world.left(right.id) == 100_00
    assert "teruggedraaid" in visitor.page("/today")
    desk = shown(visitor.page(undone.get("action").replace("/today", "/redemptions").removesuffix("/undo")))
    assert "ongedaan gemaakt aan de deur" in desk
    world.assert_books_agree()


def test_a_double_tap_and_going_back_redeem_once(visitor: Visitor, world: World) -> None:
    right = world.grant(restrictions=())
    asked = _confirming(_asked(visitor, world.code(right.id).token, hours="1").text)
    first, second = visitor.send("/scan/confirm", **asked), visitor.send("/scan/confirm", **asked)
    assert first.headers["location"] == second.headers["location"]
    assert world.left(right.id) == 100_00 - 31_15
    changed = visitor.send("/scan/confirm", **asked | {"hours": "2"})
    assert changed.status_code == 409, "the same id for something else is refused"


def test_from_when_until_when_also_over_midnight(visitor: Visitor, world: World) -> None:
    code = world.code(world.grant(restrictions=()).id).token
    assert "31,15" in _asked(visitor, code, begin="23:30", end="00:30").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"hours": ""}, ""),
        ({"hours": "-1"}, "hours"),
        ({"hours": "een"}, "hours"),
        ({"begin": "10:00"}, ""),
        ({"begin": "09:00", "end": "10:00", "hours": "2"}, ""),
        ({"begin": "25:00", "end": "26:00"}, "begin"),
        ({"minutes": "9" * 30}, "minutes"),
        ({"hours": "1", "at": "gisteren"}, ""),
        ({"hours": "1", "id": "geen"}, ""),
    ],
)
def test_what_is_no_quantity_is_told_and_kept(
    visitor: Visitor, world: World, typed: dict[str, Any], field: str
) -> None:
    right = world.grant(restrictions=())
    answer = _asked(visitor, world.code(right.id).token, **typed)
    assert answer.status_code == 400
    assert "dit formulier klopt nog niet" in shown(answer.text).lower()
    if field:
        assert f'aria-describedby="{field}-fault"' in answer.text
        assert typed[field] in answer.text
    assert world.left(right.id) == 100_00


def test_amounts_counts_and_prices(visitor: Visitor, world: World) -> None:
    code = world.code(world.grant(restrictions=(), amount_cents=500_00).id).token
    page = visitor.send("/scan", code=code).text
    aids = visitor.send("/scan/quote", **_hidden(page, AIDS), euros="12,50")
    assert "12,50" in shown(aids.text)
    care = visitor.send("/scan/quote", **_hidden(page, DAY_CARE), count="2")
    assert "91,00" in shown(care.text)
    assert visitor.send("/scan/quote", **_hidden(page, AIDS), euros="12,5").status_code == 400


def test_a_refusal_tells_every_reason_and_what_would_pass(visitor: Visitor, world: World) -> None:
    code = world.code(world.grant(restrictions=()).id).token
    answer = _asked(visitor, code, hours="9")
    assert answer.status_code == 409
    assert "te weinig" in shown(answer.text)
    assert 'value="9"' in answer.text, "what was typed is kept"


@pytest.mark.parametrize("code", ["TR1:nonsense", "AAAA-BBBBB-CCCCC", "x", "", "9" * 700])
def test_what_is_no_code_of_ours_is_one_answer(visitor: Visitor, code: str) -> None:
    answer = visitor.send("/scan", code=code)
    assert answer.status_code in {400, 409}
    assert 'id="code"' in answer.text
    assert len(code) < 2 or code[:500] not in answer.text, "a code is not shown again"


def test_a_code_that_is_withdrawn_or_of_an_ended_right_says_so(visitor: Visitor, world: World) -> None:
    right = world.grant(restrictions=())
    old = world.code(right.id)
    world.code(right.id, replace=True)
    assert "ingetrokken" in shown(visitor.send("/scan", code=old.token).text)


def test_undoing_is_for_who_did_it_and_for_minutes(sqlite_served: Served, visitor: Visitor) -> None:
    world = sqlite_served.world
    right = world.grant(restrictions=())
    asked = _confirming(_asked(visitor, world.code(right.id).token, hours="1").text)
    where = visitor.send("/scan/confirm", **asked).headers["location"].split("?")[0]
    sqlite_served.account("colleague", Role.PROVIDER)
    colleague = Visitor.of(sqlite_served, "colleague")
    assert "/undo" not in colleague.page(where)
    assert colleague.send(f"{where}/undo", id=str(uuid7())).status_code == 409
    world.now += WITHIN
    assert "/undo" not in visitor.page(where)
    late = visitor.send(f"{where}/undo", id=str(uuid7()))
    assert late.status_code == 409
    assert "10 minuten" in shown(late.text)
    assert world.left(right.id) == 100_00 - 31_15


def test_another_providers_receipt_is_not_there(sqlite_served: Served, visitor: Visitor) -> None:
    world = sqlite_served.world
    theirs = world.redeemed(world.grant().id, provider_id=world.other_provider_id).id
    for path in (f"/today/{theirs}", f"/today/{uuid7()}"):
        assert visitor.see(path).status_code == 404
    assert visitor.send(f"/today/{theirs}/undo", id=str(uuid7())).status_code == 404
    assert str(theirs) not in visitor.page("/today")


def test_today_is_the_dutch_day_and_has_no_claims(world: World, visitor: Visitor) -> None:
    first = world.redeemed(world.grant().id)
    assert str(first.id) in visitor.page("/today")
    world.later(hours=14)
    with world.work() as work:
        assert undo.today(work, world.provider_id, limit=10) == []
        row = work.session.get(Redemption, (world.municipality_id, UUID(str(first.id))))
        assert row is not None
        assert not undo.may_undo(work, row)


def test_a_code_is_in_no_address_and_pages_are_not_kept(visitor: Visitor, world: World) -> None:
    code = world.code(world.grant(restrictions=()).id).token
    page = visitor.send("/scan", code=code)
    assert page.headers["cache-control"] == "no-store"
    assert code not in "".join(str(each) for each in _tree(page.text).xpath("//@href | //@action"))


def test_nobody_is_named_at_the_door(visitor: Visitor, world: World) -> None:
    code = world.code(world.grant(restrictions=()).id).token
    quote = _asked(visitor, code, hours="1").text
    receipt = visitor.done("/scan/confirm", **_confirming(quote))
    assert "de Wit" not in visitor.send("/scan", code=code).text + quote + receipt + visitor.page("/today")


def test_all_of_it_in_english(sqlite_served: Served, world: World) -> None:
    visitor = Visitor.of(sqlite_served, "provider", language="en")
    code = world.code(world.grant(restrictions=()).id).token
    quote = _asked(visitor, code, hours="1")
    assert "Is this right?" in quote.text
    assert "script-src 'self'" in quote.headers["content-security-policy"]
    assert "What did you do?" in visitor.send("/scan", code=code).text
    assert "Undo" in visitor.done("/scan/confirm", **_confirming(quote.text))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_it_would_cost_is_told_in_a_piece_of_a_page_that_books_nothing(
    sqlite_served: Served, world: World, language: str
) -> None:
    right = world.grant(amount_cents=100_00, restrictions=())
    visitor = Visitor.of(sqlite_served, "provider", language=language)
    asked: dict[str, Any] = {
        "code": world.code(right.id).manual,
        "service": HOUSEHOLD,
        "measure": "hour",
        "id": str(uuid7()),
        "at": world.now.isoformat(),
    }
    told = visitor.send("/scan/price", **asked, hours="2")
    assert told.status_code == 200
    assert "<html" not in told.text
    assert ("62,30" if language == "nl" else "62.30") in told.text
    too_much = visitor.send("/scan/price", **asked, hours="9").text
    assert ("100,00" if language == "nl" else "100.00") in too_much, "what would pass"
    unready: tuple[dict[str, Any], ...] = ({}, {"hours": "x"}, {"hours": "-1"}, {"begin": "10:00"})
    for each in unready:
        answer = visitor.send("/scan/price", **asked, **each)
        assert (answer.status_code, "<p>" in answer.text) == (200, False), "nobody is scolded while typing"
    assert visitor.send("/scan/price", **asked | {"code": "nonsense"}, hours="2").status_code == 200
    assert world.left(right.id) == 100_00


def test_a_code_that_demands_a_pin_or_a_confirmation_opens_nothing(
    sqlite_served: Served, world: World
) -> None:
    right = world.grant(restrictions=())
    issued = world.code(right.id)
    read = token.read(issued.token, world.keys.public_keys)
    visitor = Visitor.of(sqlite_served, "provider")
    for flags, says in ((Flag.PIN_NEEDED, True), (Flag.CONFIRM_NEEDED, True), (Flag.SPECIMEN, False)):
        text = token.sign(replace(read, flags=flags), world.keys.signing)
        answer = visitor.send("/scan", code=text)
        assert ("vraagt een pincode" in shown(answer.text)) is says
        reasons = ["code_asks_more"] if says else None
        assert reasons is None or world.reasons(code=text) == reasons


def test_today_holds_the_undo_of_who_redeemed_it_for_ten_minutes(sqlite_served: Served, world: World) -> None:
    right = world.grant(restrictions=())
    sqlite_served.account("colleague", Role.PROVIDER)
    mine = Visitor.of(sqlite_served, "provider")
    actor_id = sqlite_served.actor_ids["provider"]
    code = world.code(right.id).manual
    with world.work(actor_id=actor_id) as work:
        (done,) = redemptions.redeem(work, [world.scan(code=code)])
    assert isinstance(done, Redeemed)
    where = f"/today/{done.id}/undo"
    assert where in buttons(mine.page("/today"))
    assert where not in buttons(Visitor.of(sqlite_served, "colleague").page("/today"))
    mine.done(where, **fields(mine.page("/today"), where))
    assert where not in buttons(mine.page("/today"))
    assert world.left(right.id) == 100_00
    with world.work(actor_id=actor_id) as work:
        (late,) = redemptions.redeem(work, [world.scan(code=code)])
    assert isinstance(late, Redeemed)
    world.later(minutes=10)
    assert f"/today/{late.id}/undo" not in buttons(mine.page("/today"))


def test_the_page_for_no_network_is_everybodys_and_holds_nothing(sqlite_served: Served) -> None:
    stranger = Visitor(served=sqlite_served)
    answer = stranger.see("/offline")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    style = answer.text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    worker = stranger.see("/worker.js")
    assert "@VERSION@" not in worker.text
    assert worker.headers["content-security-policy"].startswith("default-src 'none'; connect-src 'self';")
