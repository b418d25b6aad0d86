# SPDX-License-Identifier: EUPL-1.2
"""A budget through its year: the months say what the budget says, whatever happened to its entitlements."""

from datetime import date, timedelta

from ledger import budget_months, budgets, entitlement_changes
from ledger.budget_months import Month
from ledger.budgets import BudgetState
from ledger.change_orders import Amendment
from ledger.tables import FollowUpKind
from ledger.units import Unit
from tests.world import NOON, World

HOUR = 31_15


def looked_at(world: World) -> tuple[BudgetState, list[Month]]:
    """The budget of the year, which is soft, and its months."""
    with world.work() as work:
        (budget,) = [
            each
            for each in budgets.listed(work)
            if each.programme_id == world.programme_id and each.year == 2026
        ]
        return budget, budget_months.months(work, budget.id, 2026)


def test_december_says_what_the_budget_says(world: World) -> None:
    """What went back when it expired is not committed any more; what is paid on use is committed by it."""
    early = world.grant(valid_until=date(2026, 3, 31))
    late = world.grant(valid_from=date(2026, 5, 1), amount_cents=200_00)
    counted = world.grant(amount_cents=None, quantity=600, quantity_unit=Unit.MINUTE)
    lowered = world.grant()
    world.redeemed(late.id)
    world.redeemed(counted.id)
    used = world.redeemed(lowered.id)
    world.follow_up(used.id, FollowUpKind.REVERSAL, line_1=30)
    world.change(lowered.id, Amendment(amount_cents=50_00, at=world.now, reason="minder"))
    with world.work() as work:
        assert entitlement_changes.expire(work, today=date(2026, 6, 10), claim_days=1) == [early.id]
    budget, months = looked_at(world)
    assert months[-1].committed_cents == budget.committed_cents == 200_00 + HOUR + 50_00
    assert [each.committed_cents for each in months[:5]] == [HOUR + 50_00] * 4 + [200_00 + HOUR + 50_00]
    assert months[4].used_cents == 0
    assert months[5].used_cents == months[-1].used_cents == 2 * HOUR + 15_57


def test_what_is_set_aside_is_committed_and_not_used(world: World) -> None:
    right = world.grant()
    kept, freed = (world.redeemed(right.id, reserve=True) for _ in range(2))
    assert _last(world) == (100_00, 0)
    world.follow_up(freed.id, FollowUpKind.RELEASE)
    assert _last(world) == (100_00, 0)
    world.follow_up(kept.id, FollowUpKind.CAPTURE, line_1=30)
    assert _last(world) == (100_00, 15_58)


def test_care_of_an_earlier_year_counts_before_january_and_of_a_later_one_nowhere(world: World) -> None:
    right = world.grant(valid_until=date(2027, 12, 31))
    world.now = NOON + timedelta(days=365)
    world.redeemed(right.id)
    assert _last(world) == (100_00, 0)


def _last(world: World) -> tuple[int, int]:
    budget, months = looked_at(world)
    assert months[-1].committed_cents == budget.committed_cents
    return months[-1].committed_cents, months[-1].used_cents
