# SPDX-License-Identifier: EUPL-1.2
"""Days are Dutch calendar days: on the nights the clock changes, on 29 February, in week 53, at New Year.

Instants are written in UTC, so that each test says itself what the offset is.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger import codes, db, runs
from ledger.clock import dutch_day
from ledger.ids import uuid7
from ledger.rules.periods import Per
from ledger.rules.refusals import CapReached
from ledger.rules.restrictions import Cap
from ledger.scans import ScanLine, ScanTerms
from ledger.units import Unit
from tests import settling
from tests.world import AIDS, World

LONG_AFTER = datetime(2029, 6, 1, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def later(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which all the days of these tests have passed; each test has a right of its own in it."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("later"))
    world = World.build(db.connect(f"sqlite:///{path}"))
    world.now = LONG_AFTER
    yield world
    world.engine.dispose()


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def right(
    world: World, *, first: str = "2026-01-01", last: str | None = None, cap: Cap | None = None
) -> UUID:
    """A right of 900 euros."""
    limits = (world.named(), cap) if cap else (world.named(),)
    return world.grant(
        amount_cents=900_00,
        valid_from=date.fromisoformat(first),
        valid_until=date.fromisoformat(last) if last else None,
        restrictions=limits,
    ).id


def cap(per: Per, **more: Any) -> Cap:
    """At most 10 euros per period."""
    return Cap(per=per, unit=Unit.EUROCENT, most=10_00, **more)


SAME_NIGHT = [
    ("2026-01-31T22:59:59", "2026-01-31"),  # winter: an hour ahead of UTC
    ("2026-01-31T23:00:00", "2026-02-01"),
    ("2026-07-31T21:59:59", "2026-07-31"),  # summer: two hours
    ("2026-07-31T22:00:00", "2026-08-01"),
    ("2026-03-28T23:00:00", "2026-03-29"),  # the night of 23 hours begins in winter
    ("2026-03-29T00:59:59", "2026-03-29"),  # 01:59:59, and a second later it is 03:00:00
    ("2026-03-29T01:00:00", "2026-03-29"),
    ("2026-03-29T21:59:59", "2026-03-29"),  # and ends in summer
    ("2026-03-29T22:00:00", "2026-03-30"),
    ("2026-10-24T22:00:00", "2026-10-25"),  # the night of 25 hours
    ("2026-10-25T00:30:00", "2026-10-25"),  # 02:30 for the first time
    ("2026-10-25T01:30:00", "2026-10-25"),  # 02:30 for the second time
    ("2026-10-25T22:59:59", "2026-10-25"),
    ("2026-10-25T23:00:00", "2026-10-26"),
    ("2028-02-28T23:00:00", "2028-02-29"),
    ("2028-02-29T22:59:59", "2028-02-29"),
    ("2028-02-29T23:00:00", "2028-03-01"),
    ("2026-12-31T22:59:59", "2026-12-31"),
    ("2026-12-31T23:00:00", "2027-01-01"),
]


@pytest.mark.parametrize(("instant", "day"), SAME_NIGHT)
def test_the_service_day_is_the_dutch_day_of_the_instant(later: World, instant: str, day: str) -> None:
    done = later.redeemed(right(later), service=AIDS, quantity=1, at=at(instant))
    assert done.service_day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("last", "last_second", "next_second"),
    [
        ("2026-01-31", "2026-01-31T22:59:59", "2026-01-31T23:00:00"),
        ("2026-07-31", "2026-07-31T21:59:59", "2026-07-31T22:00:00"),
        ("2026-03-28", "2026-03-28T22:59:59", "2026-03-28T23:00:00"),
        ("2026-03-29", "2026-03-29T21:59:59", "2026-03-29T22:00:00"),
        ("2026-10-25", "2026-10-25T22:59:59", "2026-10-25T23:00:00"),
        ("2028-02-29", "2028-02-29T22:59:59", "2028-02-29T23:00:00"),
        ("2026-12-31", "2026-12-31T22:59:59", "2026-12-31T23:00:00"),
    ],
)
def test_the_last_day_is_whole(later: World, last: str, last_second: str, next_second: str) -> None:
    right_id = right(later, last=last)
    later.redeemed(right_id, service=AIDS, quantity=1, at=at(last_second))
    assert later.reasons(right_id, service=AIDS, quantity=1, at=at(next_second)) == ["entitlement_ended"]


@pytest.mark.parametrize(
    ("first", "second_before", "first_second"),
    [
        ("2026-03-29", "2026-03-28T22:59:59", "2026-03-28T23:00:00"),
        ("2026-03-30", "2026-03-29T21:59:59", "2026-03-29T22:00:00"),
        ("2026-10-25", "2026-10-24T21:59:59", "2026-10-24T22:00:00"),
        ("2027-01-01", "2026-12-31T22:59:59", "2026-12-31T23:00:00"),
    ],
)
def test_the_first_day_is_whole(later: World, first: str, second_before: str, first_second: str) -> None:
    right_id = right(later, first=first)
    reasons = later.reasons(right_id, service=AIDS, quantity=1, at=at(second_before))
    assert reasons == ["entitlement_not_yet_valid"]
    later.redeemed(right_id, service=AIDS, quantity=1, at=at(first_second))


# -------------------------------------------------------------------------------------------- caps

ONE_PERIOD = [
    (Per.DAY, "2026-10-24T22:00:00", "2026-10-25T22:59:59", "2026-10-25T23:00:00"),  # 25 hours
    (Per.DAY, "2026-03-28T23:00:00", "2026-03-29T21:59:59", "2026-03-29T22:00:00"),  # 23 hours
    (Per.WEEK, "2026-03-22T23:00:00", "2026-03-29T21:59:59", "2026-03-29T22:00:00"),
    (Per.WEEK, "2026-12-27T23:00:00", "2027-01-03T22:59:59", "2027-01-03T23:00:00"),  # week 53 of 2026
    (Per.MONTH, "2028-01-31T23:00:00", "2028-02-29T22:59:59", "2028-02-29T23:00:00"),
    (Per.MONTH, "2026-02-28T23:00:00", "2026-03-31T21:59:59", "2026-03-31T22:00:00"),
    (Per.YEAR, "2026-12-31T23:00:00", "2027-12-31T22:59:59", "2027-12-31T23:00:00"),
]
"""The first and the last second of one period, and the first of the next."""


@pytest.mark.parametrize(("per", "first", "last", "following"), ONE_PERIOD)
def test_a_cap_holds_from_the_first_to_the_last_second_of_its_period(
    later: World, per: Per, first: str, last: str, following: str
) -> None:
    right_id = right(later, cap=cap(per))
    later.redeemed(right_id, service=AIDS, quantity=6_00, at=at(first))
    (refused,) = later.refused(right_id, service=AIDS, quantity=6_00, at=at(last)).reasons
    assert isinstance(refused, CapReached)
    next_day = at(following) + timedelta(hours=2)  # in the Netherlands it is that day already
    assert (refused.left, refused.first_day) == (4_00, next_day.date())
    later.redeemed(right_id, service=AIDS, quantity=4_00, at=at(last))
    later.redeemed(right_id, service=AIDS, quantity=10_00, at=at(following))
    later.assert_books_agree()


def test_the_second_before_a_period_is_in_the_one_before(later: World) -> None:
    right_id = right(later, cap=cap(Per.WEEK))
    for instant in ("2026-12-27T22:59:59", "2026-12-27T23:00:00", "2027-01-03T23:00:00"):
        later.redeemed(right_id, service=AIDS, quantity=10_00, at=at(instant))


def test_what_is_carried_over_counts_week_53_as_one_week(later: World) -> None:
    """From Monday 21 December 2026: weeks 52, 53 and 1 are three times ten euros."""
    right_id = right(later, first="2026-12-21", cap=cap(Per.WEEK, carry_over=True))
    on_monday_of_week_1 = at("2027-01-04T10:00:00")
    assert later.reasons(right_id, service=AIDS, quantity=30_01, at=on_monday_of_week_1) == ["cap_reached"]
    later.redeemed(right_id, service=AIDS, quantity=30_00, at=on_monday_of_week_1)


def test_what_is_carried_over_counts_a_leap_day(later: World) -> None:
    """28 and 29 February and 1 March 2028 are three days."""
    right_id = right(later, first="2028-02-28", cap=cap(Per.DAY, carry_over=True))
    on_1_march = at("2028-03-01T10:00:00")
    assert later.reasons(right_id, service=AIDS, quantity=30_01, at=on_1_march) == ["cap_reached"]
    later.redeemed(right_id, service=AIDS, quantity=30_00, at=on_1_march)


# --------------------------------------------------------------------- now, codes, settlement


@pytest.mark.parametrize(
    ("now", "instant"),
    [
        ("2026-10-25T00:30:00", "2026-10-25T01:30:00"),  # both 02:30 on the clock, an hour apart
        ("2026-12-31T22:59:00", "2026-12-31T23:05:00"),
        ("2026-06-10T10:00:00", "2026-06-10T10:05:01"),
    ],
)
def test_care_that_lies_ahead_is_refused_whatever_the_clock_on_the_wall_says(
    sqlite_world: World, now: str, instant: str
) -> None:
    sqlite_world.now = at(now)
    right_id = right(sqlite_world)
    reasons = sqlite_world.reasons(right_id, service=AIDS, quantity=1, at=at(instant))
    assert reasons == ["service_day_in_future"]


def test_a_device_that_is_five_minutes_ahead_is_not_refused(sqlite_world: World) -> None:
    slightly_ahead = sqlite_world.now + timedelta(minutes=5)
    sqlite_world.redeemed(right(sqlite_world), service=AIDS, quantity=1, at=slightly_ahead)


@pytest.mark.parametrize("offset_hours", [-11, 0, 2, 14])
def test_the_offset_an_instant_is_written_with_makes_no_difference(later: World, offset_hours: int) -> None:
    right_id, zone = right(later, last="2026-10-25"), timezone(timedelta(hours=offset_hours))
    last_second = at("2026-10-25T22:59:59").astimezone(zone)
    done = later.redeemed(right_id, service=AIDS, quantity=1, at=last_second)
    assert done.service_day == date(2026, 10, 25)


def test_an_instant_without_an_offset_is_no_instant(later: World) -> None:
    with pytest.raises(ValueError, match="timezone"):
        ScanTerms(
            entitlement_id=uuid7(),
            provider_id=uuid7(),
            lines=(ScanLine(service=AIDS, quantity=1),),
            at=at("2026-03-29T02:30:00").replace(tzinfo=None),
        )


def test_a_code_opens_until_the_last_second_of_the_last_day(sqlite_world: World) -> None:
    sqlite_world.now = at("2026-10-20T10:00:00")
    issued = sqlite_world.code(right(sqlite_world, last="2026-10-25"))
    assert isinstance(issued, codes.Issued)
    assert issued.expires_at == at("2026-10-25T23:00:00")  # a day of 25 hours
    sqlite_world.now = at("2026-10-25T22:59:59")
    sqlite_world.redeemed(code=issued.token, service=AIDS, quantity=1)
    sqlite_world.now = at("2026-10-25T23:00:00")
    care = at("2026-10-25T20:00:00")
    assert sqlite_world.reasons(code=issued.token, service=AIDS, quantity=1, at=care) == ["code_expired"]


@pytest.mark.parametrize(
    ("until", "last_second", "next_second"),
    [
        ("2026-03-29", "2026-03-29T21:59:59", "2026-03-29T22:00:00"),
        ("2026-10-25", "2026-10-25T22:59:59", "2026-10-25T23:00:00"),
        ("2026-12-31", "2026-12-31T22:59:59", "2026-12-31T23:00:00"),
        ("2028-02-29", "2028-02-29T22:59:59", "2028-02-29T23:00:00"),
    ],
)
def test_a_settlement_takes_its_last_day_whole_and_no_second_more(
    sqlite_world: World, until: str, last_second: str, next_second: str
) -> None:
    sqlite_world.now = LONG_AFTER
    right_id = right(sqlite_world)
    sqlite_world.redeemed(right_id, service=AIDS, quantity=7_00, at=at(last_second))
    sqlite_world.redeemed(right_id, service=AIDS, quantity=2_00, at=at(next_second))
    assert settled(sqlite_world, until) == 7_00
    assert settled(sqlite_world, until) == 0
    assert settled(sqlite_world, LONG_AFTER.date().isoformat()) == 2_00
    sqlite_world.assert_books_agree()


def settled(world: World, until: str) -> int:
    """What a run until this day pays."""
    order = runs.DraftOrder(id=uuid7(), until=date.fromisoformat(until), requested_on=dutch_day(world.now))
    with world.work() as work:
        return settling.settle(work, order).total_cents


def test_today_may_be_settled_from_dutch_midnight_on(sqlite_world: World) -> None:
    sqlite_world.now = at("2026-12-31T22:59:59")
    with pytest.raises(runs.UntilInFuture):
        settled(sqlite_world, "2027-01-01")
    sqlite_world.now = at("2026-12-31T23:00:00")
    assert settled(sqlite_world, "2027-01-01") == 0


def test_a_right_that_begins_on_new_years_day_is_committed_in_the_new_year(sqlite_world: World) -> None:
    sqlite_world.now = at("2026-12-31T23:30:00")  # New Year in the Netherlands, not in UTC
    sqlite_world.fund(cents=900_00, year=2027)
    first_day = date(2027, 1, 1)
    hard = sqlite_world.hard_programme_id
    sqlite_world.grant(programme_id=hard, amount_cents=900_00, valid_from=first_day, valid_until=None)
    sqlite_world.assert_books_agree()
