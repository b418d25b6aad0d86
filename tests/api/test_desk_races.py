# SPDX-License-Identifier: EUPL-1.2
"""A claim is tried while others redeem from the same rights, on both databases."""

from threading import Thread, current_thread
from typing import Any

from sqlalchemy import event

from tests.api.browsing import Visitor, shown
from tests.api.served import Served
from tests.api.test_desk_pages import HEAD, _line, _send


def test_a_file_is_checked_while_another_redeems_from_the_same_right(served: Served) -> None:
    world, visitor = served.world, Visitor.of(served, "provider")
    right = world.grant(amount_cents=100_00)
    other = Thread(target=lambda: world.redeemed(right.id))

    def meanwhile(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "FROM claim" in statement and other.ident is None and current_thread() is not other:
            other.start()
            other.join(timeout=1.5)

    event.listen(world.engine, "after_cursor_execute", meanwhile)
    answer = _send(visitor, (HEAD + _line(1, right.id, 60, "2026-06-09")).encode(), "try")
    other.join()
    assert answer.status_code == 200, shown(answer.text)[-600:]
    assert world.left(right.id) == 100_00 - 31_15
