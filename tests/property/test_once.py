# SPDX-License-Identifier: EUPL-1.2
"""What happens once: directed tests beside the random ones, for what a batch may hold twice."""

from ledger import codes, entitlement_changes
from ledger.ids import uuid7
from ledger.rules.funding import AccountKind
from ledger.rules.refusals import CodeRevoked
from ledger.scans import RedemptionRefused
from ledger.standing import Followed, ReleaseIsWhole
from ledger.tables import Entitlement, FollowUpKind
from tests.world import World


def test_a_release_of_a_part_is_refused_because_the_rest_could_never_come_back(world: World) -> None:
    right = world.grant()
    reserved = world.redeemed(right.id, quantity=60, reserve=True)
    part = world.follow_up(reserved.id, FollowUpKind.RELEASE, line_1=30)
    assert isinstance(part, ReleaseIsWhole), part
    assert world.balance(AccountKind.RESERVED, right.id) == reserved.price_cents
    whole = world.follow_up(reserved.id, FollowUpKind.RELEASE, line_1=60)
    assert isinstance(whole, Followed), whole
    assert (world.balance(AccountKind.RESERVED, right.id), world.left(right.id)) == (0, 100_00)
    world.assert_books_agree()


def test_one_change_twice_in_one_batch_is_one_change(world: World) -> None:
    right = world.grant()
    change = entitlement_changes.Amendment(amount_cents=120_00, reason="meer nodig", at=world.now)
    order = entitlement_changes.Order(id=uuid7(), entitlement_id=right.id, change=change)
    other = order.model_copy(update={"change": change.model_copy(update={"amount_cents": 130_00})})
    with world.work() as work:
        first, again, conflict = entitlement_changes.change(work, [order, order, other])
    assert isinstance(first, Entitlement)
    assert isinstance(again, Entitlement)
    assert (again.version, again.amount_cents, world.left(right.id)) == (2, 120_00, 120_00)
    assert isinstance(conflict, entitlement_changes.ChangeExists)
    world.assert_books_agree()


def test_a_replacement_revokes_the_code_issued_before_it_in_the_same_batch(world: World) -> None:
    right = world.grant()
    first, second = (codes.IssueOrder(id=uuid7(), entitlement_id=right.id, replace=r) for r in (False, True))
    with world.work() as work:
        issued = codes.issue(work, world.keys, [first, second])
    old, new = (each.token for each in issued if isinstance(each, codes.Issued))
    world.later(minutes=1)
    refused, accepted = world.redeem(world.scan(code=old), world.scan(code=new))
    assert isinstance(refused, RedemptionRefused)
    assert [type(each) for each in refused.reasons] == [CodeRevoked]
    assert not isinstance(accepted, Exception), accepted
