# SPDX-License-Identifier: EUPL-1.2
"""What a day at the ledger asks for, as orders with ids of their own: each may be sent again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, TypeAlias

from sqlalchemy import Engine, event
from sqlmodel import Session

from ledger import budgets, db, entitlements, redemptions, runs
from ledger.clock import dutch_day
from ledger.ids import uuid7
from ledger.scans import Redeemed, RedemptionRefused
from ledger.standing import Followed
from ledger.tables import Entitlement, FollowUpKind
from tests import settling
from tests.faults import vfs
from tests.faults.cuts import digest_of
from tests.faults.storage import Acknowledged, Storage
from tests.world import AIDS, World

Send: TypeAlias = Callable[[World], None]
"""Sends one order, always the same, and sees it accepted."""


def redeem(world: World) -> Send:
    """One scan."""
    scan = world.scan(world.grant().id)

    def send(there: World) -> None:
        (outcome,) = there.redeem(scan)
        assert isinstance(outcome, Redeemed), outcome

    return send


def redeem_many(world: World) -> Send:
    """Twenty scans over two rights in one batch, one of them refused."""
    rights = [world.grant(amount_cents=10).id for _ in range(2)]
    scans = [world.scan(rights[n % 2], service=AIDS, quantity=1) for n in range(19)]
    scans.append(world.scan(rights[1], service=AIDS, quantity=2))

    def send(there: World) -> None:
        *accepted, refused = there.redeem(*scans)
        assert all(isinstance(each, Redeemed) for each in accepted), accepted
        assert isinstance(refused, RedemptionRefused), refused

    return send


def reserve(world: World) -> Send:
    """One scan that sets aside."""
    scan = world.scan(world.grant().id, reserve=True)

    def send(there: World) -> None:
        (outcome,) = there.redeem(scan)
        assert isinstance(outcome, Redeemed), outcome
        assert outcome.reserved

    return send


def _followed(world: World, kind: FollowUpKind, *, reserved: bool) -> Send:
    earlier, follow_up_id = world.redeemed(world.grant().id, reserve=reserved), uuid7()

    def send(there: World) -> None:
        outcome = there.follow_up(earlier.id, kind, id=follow_up_id)
        assert isinstance(outcome, Followed), outcome

    return send


def capture(world: World) -> Send:
    """What was set aside becomes owed."""
    return _followed(world, FollowUpKind.CAPTURE, reserved=True)


def release(world: World) -> Send:
    """What was set aside goes back."""
    return _followed(world, FollowUpKind.RELEASE, reserved=True)


def reverse(world: World) -> Send:
    """What was redeemed is taken back."""
    return _followed(world, FollowUpKind.REVERSAL, reserved=False)


def grant(world: World) -> Send:
    """A right on a budget with a limit."""
    world.fund(cents=100_00)
    order = world.grant_of(programme_id=world.hard_programme_id)

    def send(there: World) -> None:
        with there.work() as work:
            (outcome,) = entitlements.grant(work, [order])
        assert isinstance(outcome, Entitlement), outcome

    return send


def fund(world: World) -> Send:
    """Money on a budget."""
    order = budgets.Funding(
        id=uuid7(), programme_id=world.hard_programme_id, year=2026, cents=500_00, at=world.now
    )

    def send(there: World) -> None:
        with there.work() as work:
            budgets.fund(work, [order])

    return send


def settle(world: World) -> Send:
    """All that is owed goes into payment."""
    world.redeemed(world.grant().id)
    today = dutch_day(world.now)
    order = runs.DraftOrder(id=uuid7(), until=today, requested_on=today)

    def send(there: World) -> None:
        with there.work() as work:
            assert settling.settle(work, order).count == 1

    return send


def redeem_for_each(world: World) -> Send:
    """Five transactions after one another."""
    right = world.grant()
    scans = [world.scan(right.id, service=AIDS, quantity=1) for _ in range(5)]

    def send(there: World) -> None:
        for scan in scans:
            with there.work() as work:
                (outcome,) = redemptions.redeem(work, [scan])
            assert isinstance(outcome, Redeemed), outcome

    return send


ERRANDS: Final = (
    redeem,
    redeem_many,
    reserve,
    capture,
    release,
    reverse,
    grant,
    fund,
    settle,
    redeem_for_each,
)


@contextmanager
def on_watched_disk(storage: Storage) -> Iterator[Engine]:
    """The product's engine on this storage, which notes each acknowledgement; closed at the end.

    A connection that opens is one too: the making of the database is to last like any other work.
    """
    path = storage.folder / "ledger.db"
    with vfs.watched(storage) as name:
        engine = db.connect(vfs.url(path, name))

        def acknowledge(*_: object) -> None:
            with storage.sound():
                storage.events.append(Acknowledged(digest_of(f"file:{path}?vfs={name}")))

        def committed(session: Session) -> None:
            if session.get_bind() is engine:
                acknowledge()

        event.listen(engine, "connect", acknowledge)
        event.listen(Session, "after_commit", committed)
        try:
            yield engine
        finally:
            event.remove(Session, "after_commit", committed)
            engine.dispose()


Errand: TypeAlias = Callable[[World], Send]
"""Prepares an order, and answers how it is sent."""


def moved(world: World, engine: Engine) -> World:
    """The same municipality over another engine."""
    return replace(world, engine=engine)
