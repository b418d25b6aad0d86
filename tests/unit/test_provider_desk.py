# SPDX-License-Identifier: EUPL-1.2
"""What a provider sees at its desk, on both databases: sums are whole cents whatever a database makes."""

from datetime import timedelta

from ledger import provider_desk
from ledger.provider_desk import Total, Wanted
from ledger.tables import FollowUpKind
from tests.world import AIDS, HOUSEHOLD, World


def test_what_was_redeemed_is_found_and_summed_in_whole_cents(world: World) -> None:
    right = world.grant(amount_cents=1_000_00)
    kept, taken_back = (world.redeemed(right.id) for _ in range(2))
    world.follow_up(taken_back.id, FollowUpKind.REVERSAL)
    today = world.now.date()
    asked = {
        Wanted(): Total(count=2, standing_cents=31_15),
        Wanted(first=today, last=today, service=HOUSEHOLD): Total(count=2, standing_cents=31_15),
        Wanted(service=AIDS): Total(count=0, standing_cents=0),
        Wanted(first=today + timedelta(days=1)): Total(count=0, standing_cents=0),
    }
    with world.work() as work:
        for wanted, expected in asked.items():
            found = provider_desk.total(work, world.provider_id, wanted)
            assert found == expected
            assert type(found.standing_cents) is int
        rows = provider_desk.redemptions(work, world.provider_id, Wanted(), before=None, limit=5)
        assert {row.id for row in rows} == {kept.id, taken_back.id}
        assert provider_desk.total(work, world.other_provider_id, Wanted()).count == 0
        assert provider_desk.settled(work, [kept.id]) == []
