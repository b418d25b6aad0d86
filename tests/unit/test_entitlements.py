# SPDX-License-Identifier: EUPL-1.2
"""Granting: the commitment is on the budget at once, a hard budget refuses, and a grant is granted once."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from ledger import db, entitlement_changes, entitlements
from ledger.entitlement_changes import Suspension
from ledger.entitlements import EntitlementExists, Grant, HolderNotFound, ProgrammeNotInForce
from ledger.ids import NOBODY, uuid7
from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.funding import AccountKind
from ledger.rules.periods import Per
from ledger.rules.refusals import BudgetTooLow
from ledger.rules.restrictions import Cap, Item, OnlyCategories, OnlyItems, OnlyProviders, OnlyServices
from ledger.tables import ChangeKind, Entitlement, EntitlementChange
from ledger.units import AMOUNT_MAX, Unit
from tests.world import GUIDANCE, HOUSEHOLD, NOON, RIDES, World

WEEKLY = Cap(per=Per.WEEK, unit=Unit.MINUTE, most=180)
MENU = OnlyServices(services=frozenset({HOUSEHOLD, GUIDANCE}))
HELP = OnlyServices(services=frozenset({HOUSEHOLD}))
CATEGORY = OnlyCategories(categories=frozenset({"02"}))
NOBODY_HERE = OnlyProviders(providers=frozenset({"42420009"}))


def granted(world: World, *grants: Grant) -> list[entitlements.Outcome]:
    with world.work() as work:
        return entitlements.grant(work, grants)


def budget(world: World, right: Entitlement) -> int:
    return world.balance(AccountKind.BUDGET, right.budget_id)


def test_a_grant_commits_its_amount(world: World) -> None:
    right = world.grant(quantity=240, quantity_unit=Unit.MINUTE)
    assert (world.left(right.id), world.left(right.id, Unit.MINUTE)) == (100_00, 240)
    assert (budget(world, right), right.committed_cents) == (-100_00, 100_00)
    assert world.balance(AccountKind.TREASURY, NOBODY, Unit.MINUTE) == -240
    assert world.entries() == 2
    world.assert_books_agree()


def test_a_grant_is_the_first_version_of_its_history(world: World) -> None:
    right = world.grant(reference="B-1")
    with db.reading(world.engine) as session:
        (change,) = session.scalars(select(EntitlementChange))
        found = change.model_dump()
    expected = {
        "id": right.id,
        "entitlement_id": right.id,
        "version": 1,
        "kind": ChangeKind.GRANTED,
        "reason": "B-1",
        "actor_id": world.actor_id,
        "recorded_at": NOON,
    }
    assert found | expected == found


def test_a_hard_budget_refuses_one_cent_more_than_it_has(world: World) -> None:
    world.fund(cents=150_00)
    hard = {"programme_id": world.hard_programme_id}
    right = world.grant(**hard)
    before = world.entries()
    refusal = world.try_grant(amount_cents=50_01, **hard)
    assert isinstance(refusal, BudgetTooLow)
    assert (refusal.asked_cents, refusal.left_cents) == (50_01, 50_00)
    assert (world.entries(), budget(world, right)) == (before, 50_00)
    world.grant(amount_cents=50_00, **hard)
    assert budget(world, right) == 0
    world.assert_books_agree()


def test_grants_in_one_batch_share_the_budget(world: World) -> None:
    world.fund(cents=150_00)
    grants = [world.grant_of(programme_id=world.hard_programme_id) for _ in range(2)]
    small = world.grant_of(programme_id=world.hard_programme_id, amount_cents=50_00)
    outcomes = granted(world, *grants, small)
    assert [isinstance(each, Entitlement) for each in outcomes] == [True, False, True]
    assert world.left(grants[1].id) == 0
    world.assert_books_agree()


def test_the_budget_is_that_of_the_year_it_begins_in(world: World) -> None:
    world.fund(cents=150_00, year=2026)
    next_year = {"valid_from": date(2027, 1, 1), "valid_until": date(2027, 12, 31)}
    refusal = world.try_grant(programme_id=world.hard_programme_id, **next_year)
    assert isinstance(refusal, BudgetTooLow)
    assert refusal.left_cents == 0
    over_new_year = {"valid_from": date(2026, 12, 31), "valid_until": date(2027, 12, 31)}
    right = world.grant(programme_id=world.hard_programme_id, **over_new_year)
    assert budget(world, right) == 50_00


def test_a_soft_budget_goes_below_zero(world: World) -> None:
    right = world.grant(amount_cents=AMOUNT_MAX)
    assert budget(world, right) == -AMOUNT_MAX
    world.assert_books_agree()


ESTIMATES: list[tuple[str, dict[str, Any], int]] = [
    ("the dearest of its services", {"quantity": 60, "restrictions": (MENU,)}, 60_00),
    ("the one service", {"quantity": 60, "restrictions": (HELP,)}, 31_15),
    ("nobody who may deliver", {"quantity": 60, "restrictions": (MENU, NOBODY_HERE)}, 0),
    ("no services named", {"quantity": 60, "restrictions": ()}, 0),
    ("a category has no tariff yet", {"quantity": 60, "restrictions": (CATEGORY,)}, 0),
    ("what is expected of a cap", {"expected_quantity": 120, "restrictions": (MENU, WEEKLY)}, 120_00),
    ("a cap alone", {"restrictions": (MENU, WEEKLY)}, 0),
    ("never more than an amount can be", {"quantity": AMOUNT_MAX, "restrictions": (MENU,)}, AMOUNT_MAX),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "cents"), [row[1:] for row in ESTIMATES], ids=[row[0] for row in ESTIMATES]
)
def test_what_has_no_amount_commits_an_estimate(
    sqlite_world: World, changes: dict[str, Any], cents: int
) -> None:
    unit = {"quantity_unit": Unit.MINUTE} if "quantity" in changes else {}
    right = sqlite_world.grant(amount_cents=None, **unit, **changes)
    assert (right.committed_cents, sqlite_world.left(right.id)) == (cents, cents)
    sqlite_world.assert_books_agree()


def test_the_same_grant_twice_is_one_entitlement(world: World) -> None:
    grant = world.grant_of(restrictions=(MENU, WEEKLY))
    first, second = granted(world, grant, grant)
    assert first is second
    assert isinstance(first, Entitlement)
    world.later(days=1)
    (again,) = granted(world, grant)
    assert isinstance(again, Entitlement)
    assert (again.id, again.recorded_at, world.entries()) == (grant.id, NOON, 1)
    world.assert_books_agree()


def test_the_same_grant_after_changes_is_still_granted_once(world: World) -> None:
    grant = world.grant_of()
    granted(world, grant)
    world.change(grant.id, Suspension(from_day=date(2026, 7, 1), reason="opname", at=NOON))
    (again,) = granted(world, grant)
    assert isinstance(again, Entitlement)
    assert (again.version, world.entries()) == (2, 1)


def test_the_same_id_with_other_content_is_a_conflict(world: World) -> None:
    grant = world.grant_of()
    others = [grant.model_copy(update={"amount_cents": 1}), grant.model_copy(update={"area": "1112"})]
    first, *rest = granted(world, grant, *others)
    assert isinstance(first, Entitlement)
    for outcome in (*rest, *granted(world, *others)):
        assert isinstance(outcome, EntitlementExists)
        assert outcome.id == grant.id
    assert (world.left(grant.id), world.entries()) == (100_00, 1)


def test_an_id_that_was_used_for_a_change_is_a_conflict(world: World) -> None:
    right = world.grant()
    order = entitlement_changes.Order(
        id=uuid7(), entitlement_id=right.id, change=Suspension(from_day=NOON.date(), reason="x", at=NOON)
    )
    with world.work() as work:
        entitlement_changes.change(work, [order])
    assert isinstance(world.try_grant(id=order.id), EntitlementExists)


def test_an_allocation_number_is_granted_once_under_a_law(world: World) -> None:
    right = world.grant(allocation_number=7)
    batch = granted(
        world,
        world.grant_of(allocation_number=7),
        world.grant_of(allocation_number=8),
        world.grant_of(allocation_number=8),
    )
    assert [type(each) for each in batch] == [EntitlementExists, Entitlement, EntitlementExists]
    assert isinstance(batch[0], EntitlementExists)
    assert batch[0].id == right.id
    world.assert_books_agree()


def test_what_it_needs_must_be_there(world: World) -> None:
    unknown, of_jw = world.try_grant(programme_id=uuid7()), world.try_grant(law=Law.JW)
    assert isinstance(unknown, ProgrammeNotInForce)
    assert isinstance(of_jw, ProgrammeNotInForce)
    assert isinstance(world.try_grant(holder_id=uuid7()), HolderNotFound)
    assert world.entries() == 0
    world.assert_books_agree()


def test_a_refused_grant_leaves_no_trace_on_its_neighbours(world: World) -> None:
    good, bad = world.grant_of(), world.grant_of(holder_id=uuid7())
    outcomes = granted(world, bad, good, bad)
    assert [isinstance(each, Entitlement) for each in outcomes] == [False, True, False]
    assert (world.entries(), world.left(bad.id), world.left(good.id)) == (1, 0, 100_00)
    world.assert_books_agree()


PLAN = OnlyItems(items=(Item(service=RIDES),))
UNCLEAR: list[tuple[str, dict[str, Any]]] = [
    ("nothing sets a limit", {"amount_cents": None, "restrictions": (MENU,)}),
    ("a quantity without a unit", {"quantity": 1}),
    ("a unit without a quantity", {"quantity_unit": Unit.MINUTE}),
    ("money as a quantity", {"quantity": 1, "quantity_unit": Unit.EUROCENT}),
    (
        "a drawing right without an amount",
        {"kind": EntitlementKind.DRAWING_RIGHT, "amount_cents": None, "restrictions": (WEEKLY,)},
    ),
    ("an arrangement without a plan", {"kind": EntitlementKind.ARRANGEMENT}),
    (
        "an arrangement without an amount",
        {"kind": EntitlementKind.ARRANGEMENT, "amount_cents": None, "restrictions": (PLAN, WEEKLY)},
    ),
    ("an end before its start", {"valid_until": date(2025, 12, 31)}),
    ("an amount of nothing", {"amount_cents": 0}),
    ("an amount below nothing", {"amount_cents": -1}),
    ("a fraction", {"amount_cents": 1.5}),
    ("true", {"amount_cents": True}),
    ("more than there is", {"amount_cents": AMOUNT_MAX + 1}),
    ("an id of another version", {"id": NOBODY}),
    ("a moment without a zone", {"at": NOON.replace(tzinfo=None)}),
    ("an area that is no postcode", {"area": "0112"}),
    ("an unknown word", {"surprise": 1}),
]


@pytest.mark.parametrize("changes", [row[1] for row in UNCLEAR], ids=[row[0] for row in UNCLEAR])
def test_a_grant_that_is_not_clear_is_refused(changes: dict[str, Any]) -> None:
    content: dict[str, Any] = {
        "id": uuid7(),
        "kind": EntitlementKind.VOUCHER,
        "law": Law.WMO,
        "programme_id": uuid7(),
        "holder_id": uuid7(),
        "valid_from": date(2026, 1, 1),
        "amount_cents": 1,
        "at": NOON,
    }
    Grant.model_validate(content)
    with pytest.raises(ValidationError):
        Grant.model_validate(content | changes)
