# SPDX-License-Identifier: EUPL-1.2
"""Every day, cap, tariff, last day and expiry agrees with the almanac, at any instant and by any clock.

A sweep drawn from a seed beside tests/faults/test_time.py, whose cases were chosen by hand. The almanac
(tests/faults/almanac.py) is reckoned from the European rule itself; nothing of ours is in it.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from ledger import clock, codes, redemptions, scans
from ledger.scans import Scan
from tests import figures
from tests.conftest import postgresql_copy, sqlite_copy
from tests.faults import almanac, instants
from tests.faults.instants import Chance, disagreements, made_of, redeemed_otherwise
from tests.faults.jumps import Story, by_the_clock
from tests.world import World

SEED = 20_380_119
INSTANTS = 2_000
HOURS = timedelta(hours=1)


@pytest.fixture(scope="module")
def turning(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose tariff turns at all the days that matter; every test has rights of its own in it."""
    for engine in sqlite_copy(sqlite_template, tmp_path_factory.mktemp("clock")):
        yield instants.with_turning_tariffs(World.build(engine))


def test_the_almanac_knows_the_days_that_everybody_knows() -> None:
    """The reckoning itself, beside dates anybody can look up."""
    assert almanac.civil(0) == (1970, 1, 1)
    assert almanac.as_instant(almanac.change(2026, 3)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert almanac.as_instant(almanac.change(2026, 10)) == datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert almanac.as_instant(almanac.change(2000, 10)) == datetime(2000, 10, 29, 1, tzinfo=UTC)
    assert almanac.day_of(almanac.as_instant(2**31 - 1)) == almanac.number_of(2038, 1, 19)
    for number in range(almanac.number_of(1999, 12, 1), almanac.number_of(2101, 1, 1)):
        assert number == almanac.number_of(*almanac.civil(number)) == (almanac.as_date(number) - DAY_0).days
        assert almanac.weekday(number) == almanac.as_date(number).weekday()


DAY_0 = date(1970, 1, 1)


def test_every_instant_has_its_day_and_its_periods() -> None:
    assert list(disagreements(Chance(SEED), INSTANTS)) == []


def test_caps_tariffs_and_last_days_are_those_of_the_service_day(turning: World) -> None:
    """In the order of arrival, whatever the devices' clocks say: eight scans to a right, all mixed."""
    chance = Chance(SEED)
    for _ in range(INSTANTS // 200):
        assert redeemed_otherwise(chance, turning) == []
    turning.assert_books_agree()


def test_a_device_decides_only_what_day_it_says_never_what_lies_ahead(turning: World) -> None:
    chance = Chance(SEED)
    assert [each for _ in range(40) for each in drifted(chance, turning)] == []


def test_a_code_opens_to_the_last_microsecond_of_its_last_day(turning: World) -> None:
    chance = Chance(SEED)
    assert [each for _ in range(40) for each in expired_otherwise(chance, turning)] == []


def test_a_clock_that_jumps_back_loses_nothing_and_doubles_nothing(turning: World) -> None:
    for seed in range(8):
        assert Story(turning, Chance(seed)).told() == []
    turning.assert_books_agree()


def drifted(chance: Chance, world: World) -> list[str]:
    """At one instant of the server eight devices scan, up to 36 hours off: where one is judged otherwise."""
    world.now = instants.near(chance, chance.choice(instants.SPOTS))
    today = almanac.day_of(world.now)
    right = world.grant(
        amount_cents=900_00, valid_from=almanac.as_date(today - 9), valid_until=almanac.as_date(today)
    )
    drifts = [*(chance.uniform(-36, 36) * HOURS for _ in range(6)), 300 * S, 300 * S + timedelta.resolution]
    sent = [world.scan(right.id, quantity=60, at=world.now + drift) for drift in drifts]
    with world.work() as work:
        outcomes = redemptions.quote(work, sent)
    found = []
    for drift, scan, outcome in zip(drifts, sent, outcomes, strict=True):
        number = almanac.day_of(scan.terms.at)
        wanted = {"service_day_in_future"} if drift > 300 * S or number > today else set[str]()
        if number > today:
            wanted.add("entitlement_ended")
        ours = set(made_of(outcome)) - {"day", "price"}
        if ours != wanted:
            found.append(f"{world.now} with {drift}: {ours} in place of {wanted}")
    world.now = instants.LONG_AFTER
    return found


S = timedelta(seconds=1)


def expired_otherwise(chance: Chance, world: World) -> list[str]:
    """A code of a right that ends near a spot: where it opens a moment too long or too short."""
    last = almanac.day_of(instants.near(chance, chance.choice(instants.SPOTS)))
    end = almanac.as_instant(almanac.start_of(last + 1))
    world.now = end - chance.randint(1, 170 * 24) * HOURS
    right = world.grant(valid_from=almanac.as_date(last - 400), valid_until=almanac.as_date(last)).id
    issued = world.code(right)
    found = [] if issued.expires_at == end else [f"expires at {issued.expires_at} in place of {end}"]
    for now, wanted in ((end - timedelta.resolution, set[str]()), (end, {"code_expired"})):
        world.now = now
        with world.work() as work:
            (outcome,) = redemptions.quote(work, [world.scan(code=issued.token, at=end - HOURS)])
        ours = set(made_of(outcome)) - {"day", "price"}
        if ours != wanted:
            found.append(f"at {now}: {ours} in place of {wanted}")
    world.now = instants.LONG_AFTER
    return found


# ------------------------------------------------------------------------------------------ the long tier


@pytest.mark.prove
def test_the_calendar_for_long() -> None:
    count, started, seed = round(50_000 * figures.scale()), monotonic(), random.randrange(2**32)
    found = list(disagreements(Chance(seed), count))
    _note("none", count, found, started, seed, what="days and periods")
    assert found == [], f"seed {seed}"


@pytest.mark.prove
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_ledger_by_every_clock_for_long(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Rounds of 200 scans, 160 by drifting devices, 40 about codes and 120 by a clock that jumps."""
    template = request.getfixturevalue(f"{database}_template")
    engines = sqlite_copy(template, tmp_path) if database == "sqlite" else postgresql_copy(template)
    for engine in engines:
        world = instants.with_turning_tariffs(World.build(engine))
        seed, started, found, count = random.randrange(2**32), monotonic(), list[str](), 0
        chance = Chance(seed)
        for _ in range(round((40 if database == "sqlite" else 10) * figures.scale())):
            found += redeemed_otherwise(chance, world)
            found += [each for _ in range(20) for each in drifted(chance, world)]
            found += [each for _ in range(20) for each in expired_otherwise(chance, world)]
            stories = [Story(world, chance) for _ in range(10)]
            found += [each for story in stories for each in story.told()]
            count += 200 + 160 + 40 + sum(story.seen for story in stories)
        world.assert_books_agree()
        _note(database, count, found, started, seed, what="caps, tariffs, last days, codes, jumps")
        assert found == [], f"seed {seed}"


def _note(database: str, count: int, found: list[str], started: float, seed: int, *, what: str) -> None:
    figures.note(
        "T11 clock",
        database=database,
        trials=count,
        failures=len(found),
        of="instants",
        seconds=monotonic() - started,
        what=what,
        seed=seed,
    )


# ------------------------------------------------------------------------------------- negative controls

Patch = pytest.MonkeyPatch


def naive(hours: int) -> Callable[[datetime], date]:
    """A day by a clock that is always so many hours ahead of UTC."""
    return lambda instant: (instant.astimezone(UTC) + hours * HOURS).date()


@pytest.mark.parametrize("hours", [0, 1, 2])
def test_days_of_utc_or_of_a_fixed_offset_are_seen(hours: int, turning: World, monkeypatch: Patch) -> None:
    monkeypatch.setattr(scans, "dutch_day", naive(hours))
    found = list(disagreements(Chance(SEED), INSTANTS))
    assert len(found) > 50
    assert all("service day is" in each for each in found)
    assert len(redeemed_otherwise(Chance(SEED), turning)) > 5


def test_days_that_are_always_24_hours_are_seen(turning: World, monkeypatch: Patch) -> None:
    """Midnight of the next day as 24 hours after midnight: wrong in the two nights of the clock only."""

    def start(day: date) -> datetime:
        return clock.day_start(clock.day_before(day)) + 24 * HOURS

    monkeypatch.setattr(codes, "day_start", start)
    monkeypatch.setattr(instants, "SPOTS", [almanac.change(2026, 3), almanac.change(2026, 10)])
    chance = Chance(SEED)
    found = [each for _ in range(12) for each in expired_otherwise(chance, turning)]
    assert any("expires at" in each for each in found)


def test_a_day_that_ends_a_second_early_is_seen(turning: World, monkeypatch: Patch) -> None:
    midnight = clock.day_start
    monkeypatch.setattr(codes, "day_start", lambda day: midnight(day) - S)
    chance = Chance(SEED)
    assert any("code_expired" in each for _ in range(5) for each in expired_otherwise(chance, turning))


def test_the_clock_of_the_device_taken_for_priority_is_seen(turning: World) -> None:
    def by_device(arriving: list[Scan]) -> list[Scan]:
        return sorted(arriving, key=lambda scan: scan.terms.at)

    assert len(redeemed_otherwise(Chance(SEED), turning, order=by_device)) > 5


def test_requests_known_by_the_clock_are_seen_to_double(turning: World) -> None:
    found = [each for seed in range(4) for each in Story(turning, Chance(seed), send=by_the_clock).told()]
    assert any("was answered" in each for each in found)
    assert any("was redeemed; left, settled" in each for each in found)
