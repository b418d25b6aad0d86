# SPDX-License-Identifier: EUPL-1.2
"""A provider at its desk: claims tried and sent in, what it gets, statements, contracts in force, staff."""

from typing import Any

import pytest

from ledger import claims, contracts
from ledger.contracts import ContractInput
from ledger.ids import uuid7
from tests.api.browsing import OWN_FORM, Visitor, links, shown
from tests.api.served import PROVIDER_2, Served
from tests.world import HOUSEHOLD, World

HEAD = "reference,entitlement,service,quantity,service_date\n"


@pytest.fixture
def visitor(sqlite_served: Served) -> Visitor:
    return Visitor.of(sqlite_served, "provider")


@pytest.fixture
def world(sqlite_served: Served) -> World:
    return sqlite_served.world


def _send(visitor: Visitor, content: bytes, mode: str) -> Any:
    files = {"file": ("claim.csv", content, "text/csv")}
    return visitor.client.post("/claims", data={"mode": mode}, files=files, headers=OWN_FORM)


def _line(number: int, right: object, quantity: int, day: object) -> str:
    return f"R{number},{right},{HOUSEHOLD},{quantity},{day}\n"


def test_a_file_is_checked_without_booking_and_then_sent_in_once(visitor: Visitor, world: World) -> None:
    right = world.grant(amount_cents=100_00)
    content = (HEAD + _line(1, right.id, 60, "2026-06-09") + _line(2, right.id, 30, "2026-06-10")).encode()
    told = shown(_send(visitor, content, "try").text)
    assert "Alle 2 regels kunnen" in told
    assert world.left(right.id) == 100_00
    first, second = _send(visitor, content, "keep"), _send(visitor, content, "keep")
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert world.left(right.id) == 100_00 - 31_15 - 15_58
    page = visitor.page(first.headers["location"])
    assert "9 juni 2026" in page
    assert first.headers["location"].split("?")[0] in visitor.page("/claims")
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
        assert answer.status_code == (200 if mode == "try" else 409)
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
        (newest,) = contracts.newest(work, [world.contract_id])
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
