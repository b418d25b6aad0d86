# SPDX-License-Identifier: EUPL-1.2
"""Claims: booked whole or not at all, every bad line told, nothing paid twice, 10,000 lines in one go."""

import tracemalloc
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlmodel import col

from ledger import claims, db
from ledger.claims import (
    LINES_MAX,
    BadLine,
    ClaimEmpty,
    ClaimExists,
    ClaimLine,
    ClaimOrder,
    ClaimRefused,
    ClaimTerms,
)
from ledger.errors import MalformedFile
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind
from ledger.scans import RedemptionRefused
from ledger.tables import Claim, FollowUpKind, Redemption
from ledger.units import AMOUNT_MAX
from tests.world import HOUSEHOLD, RIDES, World

HEADER = "reference,service,quantity,service_date,entitlement,price_cents"


def file(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def row(reference: str, right: UUID, quantity: int = 60, *, day: str = "2026-06-10", price: str = "") -> str:
    return f"{reference},{HOUSEHOLD},{quantity},{day},{right},{price}"


def order(world: World, source: bytes) -> ClaimOrder:
    return claims.of_file(world.provider_id, source)


def claim(world: World, source: bytes) -> Claim:
    with world.work() as work:
        return claims.claim(work, order(world, source))


def bad(world: World, source: bytes) -> list[tuple[int, str]]:
    """Line numbers and codes of what is wrong, by a dry run and by the real one: they agree."""
    before = world.entries(), counted(world)
    with world.work() as work:
        dry = claims.judge(work, order(world, source)).bad
    assert (world.entries(), counted(world)) == before
    if not dry:
        return []
    with pytest.raises(ClaimRefused) as caught:
        claim(world, source)
    assert (world.entries(), counted(world)) == before
    real = list(caught.value.lines)
    assert [(each.line, codes(each)) for each in real] == [(each.line, codes(each)) for each in dry]
    return [(each.line, codes(each)) for each in real]


def codes(line: BadLine) -> str:
    if isinstance(line.error, RedemptionRefused):
        return " ".join(reason.code for reason in line.error.reasons)
    return line.error.code


def counted(world: World) -> tuple[int, int]:
    """Claims and redemptions."""
    with db.reading(world.engine) as session:
        numbers = [
            session.scalars(select(func.count()).select_from(table)).one() for table in (Claim, Redemption)
        ]
    return numbers[0], numbers[1]


def test_a_claim_is_booked_line_by_line_at_the_tariff(world: World) -> None:
    right, other = world.grant().id, world.grant(allocation_number=7).id
    booked = claim(world, file(row("A1", right), row("A2", right, 30, price="1500"), row("A3", other)))
    assert (booked.lines, booked.price_cents, booked.provider_id) == (3, 77_30, world.provider_id)
    assert (world.left(right), world.left(other), world.payable()) == (53_85, 68_85, 77_30)
    with db.reading(world.engine) as session:
        found = session.execute(
            select(col(Redemption.claim_id), col(Redemption.claim_line), col(Redemption.service_day))
        ).all()
    assert sorted(tuple(each) for each in found) == [(booked.id, n, date(2026, 6, 10)) for n in (2, 3, 4)]
    world.assert_books_agree()


def test_a_line_may_name_its_allocation(world: World) -> None:
    right = world.grant(allocation_number=7).id
    header = "reference;service;quantity;service_date;law;allocation_number"
    booked = claim(world, file(f"A1;{RIDES};2;2026-06-10;wmo;7", header=header))
    assert booked.price_cents == 14_50
    assert world.left(right) == 85_50
    wrong = [
        f"A{n};{RIDES};2;2026-06-10;{named}" for n, named in enumerate(("jw;7", "wmo;8", "zzz;7", "wmo;x"), 2)
    ]
    assert bad(world, file(*wrong, header=header)) == [
        (2, "entitlement_not_found"),
        (3, "entitlement_not_found"),
        (4, "malformed_file"),
        (5, "malformed_file"),
    ]


def test_every_bad_line_is_told_and_nothing_is_booked(world: World) -> None:
    right, small = world.grant().id, world.grant(amount_cents=1).id
    source = file(
        row("A1", right),
        row("A2", uuid7()),
        row("A3", small),
        row("A1", right),
        row("A5", right, day="2026-06-11"),
        row("A6", right, day="2026-02-30"),
        row("A7", right, 0),
        row("A8", right, -5),
        f"A9,{HOUSEHOLD},1.5,2026-06-10,{right},",
        row("A10", right, price="31.15"),
        row("A11", right, price="3116"),
        row("A12", right, AMOUNT_MAX + 1),
        row("te lang, met leesteken", right),
        f"A14,{HOUSEHOLD}",
        f"A15,01A0,60,2026-06-10,{right},",
        row("A16", right, day="0001-01-01"),
        row("A17", right, day="2025-12-31"),
        f"A18,99X99,60,2026-06-10,{right},",
    )
    assert bad(world, source) == [
        (3, "entitlement_not_found"),
        (4, "balance_too_low"),
        (5, "reference_twice"),
        (6, "service_day_in_future"),
        (7, "malformed_file"),
        (8, "malformed_file"),
        (9, "malformed_file"),
        (10, "malformed_file"),
        (11, "malformed_file"),
        (12, "price_above_tariff"),
        (13, "malformed_file"),
        (14, "malformed_file"),
        (15, "malformed_file"),
        (16, "malformed_file"),
        (17, "malformed_file"),
        (18, "entitlement_not_yet_valid contract_not_in_force"),
        (19, "service_unknown service_not_contracted"),
    ]
    assert (world.left(right), world.payable(), counted(world)) == (100_00, 0, (0, 0))
    world.assert_books_agree()


def test_lines_see_what_the_lines_before_them_took(world: World) -> None:
    right = world.grant().id
    source = file(*(row(f"A{n}", right) for n in range(1, 6)))
    assert bad(world, source) == [(5, "balance_too_low"), (6, "balance_too_low")]


def test_a_dry_run_of_a_good_claim_books_nothing(world: World) -> None:
    right = world.grant().id
    source = file(row("A1", right))
    assert bad(world, source) == []
    assert (world.left(right), counted(world), world.entries()) == (100_00, (0, 0), 1)
    assert claim(world, source).price_cents == 31_15
    world.assert_books_agree()


def test_the_same_file_again_is_the_same_claim(world: World) -> None:
    right = world.grant().id
    source = file(row("A1", right))
    first = claim(world, source)
    world.later(days=9)
    second = claim(world, source)
    assert (first.id, first.recorded_at) == (second.id, second.recorded_at)
    assert bad(world, source) == []
    assert (world.left(right), counted(world)) == (68_85, (1, 1))
    world.assert_books_agree()


def test_a_reference_is_paid_once_in_whichever_file_it_comes(world: World) -> None:
    """Also at the same instant, with the same content or other content, and after it was reversed."""
    right = world.grant().id
    claim(world, file(row("A1", right)))
    later = file(row("A2", right), row("A1", right))
    other = file(row("A1", right, 30), row("A3", right))
    for source, line in ((later, 3), (other, 2)):
        assert bad(world, source) == [(line, "reference_claimed")]
    world.later(days=1)
    for source, line in ((later, 3), (other, 2)):
        assert bad(world, source) == [(line, "reference_claimed")]
    with db.reading(world.engine) as session:
        (redemption_id,) = session.scalars(select(col(Redemption.id)))
    world.follow_up(redemption_id, FollowUpKind.REVERSAL)
    assert bad(world, later) == [(3, "reference_claimed")]
    assert claim(world, file(row("A1-2", right))).price_cents == 31_15
    world.assert_books_agree()


def test_two_files_in_one_transaction_do_not_share_a_reference(world: World) -> None:
    right = world.grant().id
    with world.work() as work:
        claims.claim(work, order(world, file(row("A1", right))))
        again = order(world, file(row("A1", right), row("A2", right)))
        assert [codes(each) for each in claims.judge(work, again).bad] == ["reference_claimed"]


def test_references_of_two_providers_are_apart(world: World) -> None:
    right = world.grant().id
    source = file(row("A1", right))
    first = claim(world, source)
    with world.work() as work:
        second = claims.claim(work, claims.of_file(world.other_provider_id, source))
    assert first.id != second.id
    assert (world.payable(), world.payable(world.other_contract_id)) == (31_15, 31_15)
    world.assert_books_agree()


def test_a_file_without_lines_is_no_claim(world: World) -> None:
    with pytest.raises(ClaimEmpty):
        claim(world, file())
    assert counted(world) == (0, 0)


def test_a_file_with_too_many_lines_is_refused_whole(sqlite_world: World) -> None:
    world = sqlite_world
    with pytest.raises(MalformedFile, match=str(LINES_MAX)):
        order(world, file(*("x" for _ in range(LINES_MAX + 1))))


def line(**changes: Any) -> dict[str, Any]:
    content = {"reference": "A1", "service": HOUSEHOLD, "quantity": 60, "service_date": "2026-06-10"}
    return content | changes


def test_a_resident_claims_a_single_line_under_a_drawing_right(world: World) -> None:
    """It takes the same path: without a care agreement nothing is paid."""
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, restrictions=()).id
    terms = ClaimTerms(provider_id=world.helper_id, lines=(ClaimLine(**line(entitlement_id=right)),))
    with pytest.raises(ClaimRefused) as caught, world.work() as work:
        claims.claim(work, claims.of_terms(uuid7(), terms))
    assert [(each.line, codes(each)) for each in caught.value.lines] == [(1, "care_agreement_missing")]


def test_the_same_claim_by_its_id_is_one_and_with_other_lines_a_conflict(world: World) -> None:
    right = world.grant().id
    claim_id = uuid7()
    one = ClaimTerms(provider_id=world.provider_id, lines=(ClaimLine(**line(entitlement_id=right)),))
    two = ClaimTerms(
        provider_id=world.provider_id, lines=(ClaimLine(**line(entitlement_id=right, reference="A2")),)
    )
    for _ in range(2):
        with world.work() as work:
            assert claims.claim(work, claims.of_terms(claim_id, one)).id == claim_id
    with pytest.raises(ClaimExists), world.work() as work:
        claims.claim(work, claims.of_terms(claim_id, two))
    elsewhere = two.model_copy(update={"provider_id": world.other_provider_id})
    with pytest.raises(ClaimExists), world.work() as work:
        claims.claim(work, claims.of_terms(claim_id, elsewhere))
    assert counted(world) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"entitlement_id": None},
        {"allocation": {"law": "wmo", "number": 1}},
        {"reference": ""},
        {"reference": "A" * 21},
        {"reference": "A 1"},
        {"reference": "=cmd()"},
        {"quantity": True},
        {"price_cents": -1},
        {"surprise": 1},
    ],
)
def test_a_line_that_is_not_clear_is_refused(wrong: dict[str, Any]) -> None:
    ClaimLine.model_validate(line(entitlement_id=uuid7()))
    with pytest.raises(ValidationError):
        ClaimLine.model_validate(line(entitlement_id=uuid7()) | wrong)


def test_ten_thousand_lines_are_one_claim_in_memory_that_stays_flat(sqlite_world: World) -> None:
    """Only the lines are held, two kilobytes each at most: one piece at a time is judged and booked."""
    world = sqlite_world
    rights = [world.grant(amount_cents=100_000_00).id for _ in range(20)]

    def peak(first: int, lines: int) -> int:
        source = file(*(row(f"A{n}", rights[n % 20], 1) for n in range(first, first + lines)))
        tracemalloc.start()
        booked = claim(world, source)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (booked.lines, booked.price_cents) == (lines, lines * 52)
        return most

    small, large = peak(0, 2000), peak(2000, 10_000)
    assert large - small < 8_000 * 2_000
    assert world.payable() == 12_000 * 52
    world.assert_books_agree()
