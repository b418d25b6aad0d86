# SPDX-License-Identifier: EUPL-1.2
"""What a redemption promises, on SQLite and on PostgreSQL."""

from tests.world import World


def test_an_hour_is_booked_at_the_tariff(world: World) -> None:
    right = world.grant()
    done = world.redeemed(right.id, quantity=90)
    assert done.price_cents == 46_73  # 31.15 x 1.5 = 46.725, half a cent up
    assert done.remaining_cents == 100_00 - 46_73
    assert (world.left(right.id), world.payable()) == (53_27, 46_73)
    world.assert_books_agree()
