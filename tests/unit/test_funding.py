# SPDX-License-Identifier: EUPL-1.2
"""Funding: which entries follow from one line, in money and in quantity, redeemed or reserved."""

from typing import Any

import pytest

from ledger.entries import BOUNDS
from ledger.rules.funding import AccountKind, Draft, EntryKind, Production
from ledger.rules.tariffs import AtCost, PerMeasure
from ledger.tables import Bound
from ledger.units import Measure, Unit
from tests.unit.test_rules import facts, offer

OWED = (AccountKind.ENTITLEMENT, AccountKind.PAYABLE, Unit.EUROCENT)
EURO: dict[str, Any] = {
    "measure": Measure.EURO,
    "quantity": 12_34,
    "offer": offer(tariff=AtCost(up_to_cents=500_00)),
}


def drafts(left_cents: int | None = None, **changes: Any) -> list[tuple[object, ...]]:
    found = Production().drafts(facts(**changes), left_cents=left_cents)
    return [(d.kind, d.debit, d.credit, d.unit, d.amount) for d in found]


def test_an_hour_is_owed_at_its_price_and_counted_as_delivered() -> None:
    outside = (AccountKind.TREASURY, AccountKind.DELIVERED, Unit.MINUTE)
    assert drafts() == [(EntryKind.REDEEM, *OWED, 31_15), (EntryKind.REDEEM, *outside, 60)]


def test_a_quantity_is_taken_from_the_entitlement_that_holds_it() -> None:
    own = (AccountKind.ENTITLEMENT, AccountKind.DELIVERED, Unit.MINUTE)
    assert drafts(quantity_unit=Unit.MINUTE)[-1] == (EntryKind.REDEEM, *own, 60)


def test_what_is_reserved_is_set_aside_on_the_entitlement() -> None:
    assert drafts(reserving=True, quantity_unit=Unit.MINUTE) == [
        (EntryKind.RESERVE, AccountKind.ENTITLEMENT, AccountKind.RESERVED, Unit.EUROCENT, 31_15),
        (EntryKind.RESERVE, AccountKind.ENTITLEMENT, AccountKind.RESERVED, Unit.MINUTE, 60),
    ]


@pytest.mark.parametrize(("left", "lacking"), [(0, 31_15), (31_14, 1), (-5, 31_20)])
def test_what_lacks_is_committed_from_the_budget_first(left: int, lacking: int) -> None:
    commit = (EntryKind.GRANT, AccountKind.BUDGET, AccountKind.ENTITLEMENT, Unit.EUROCENT, lacking)
    assert drafts(left)[:2] == [commit, (EntryKind.REDEEM, *OWED, 31_15)]


def test_nothing_is_committed_while_enough_is_left() -> None:
    assert [row[0] for row in drafts(31_15)] == [EntryKind.REDEEM, EntryKind.REDEEM]


def test_a_price_of_nothing_makes_no_entry_in_money() -> None:
    assert [row[3] for row in drafts(0, offer=offer(tariff=PerMeasure(rate_cents=0)))] == [Unit.MINUTE]
    assert [row[3] for row in drafts(0, asked_cents=0)] == [Unit.MINUTE]


def test_a_service_sold_by_amount_makes_no_entry_in_quantity() -> None:
    assert drafts(**EURO) == [(EntryKind.REDEEM, *OWED, 12_34)]
    assert drafts(12_00, **EURO)[0][-1] == 34


def test_no_draft_is_empty() -> None:
    found: list[Draft] = []
    for left in (None, 0, 10_00, 10**6):
        found += Production().drafts(facts(), left_cents=left)
    assert all(draft.amount > 0 for draft in found)


def test_only_the_outside_world_is_free_and_a_receivable_is_never_above_zero() -> None:
    assert {kind: BOUNDS.get(kind, Bound.AT_LEAST_ZERO) for kind in AccountKind} == {
        AccountKind.TREASURY: Bound.FREE,
        AccountKind.BUDGET: Bound.AT_LEAST_ZERO,
        AccountKind.ENTITLEMENT: Bound.AT_LEAST_ZERO,
        AccountKind.RESERVED: Bound.AT_LEAST_ZERO,
        AccountKind.PAYABLE: Bound.AT_LEAST_ZERO,
        AccountKind.RECEIVABLE: Bound.AT_MOST_ZERO,
        AccountKind.IN_PAYMENT: Bound.AT_LEAST_ZERO,
        AccountKind.DELIVERED: Bound.AT_LEAST_ZERO,
    }
