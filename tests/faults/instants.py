# SPDX-License-Identifier: EUPL-1.2
"""Instants at which calendars go wrong, and what the ledger makes of them beside the almanac.

Drawn from a seed: both nights of the clock change, the leap day, ends of weeks, months, quarters and years,
the last second of 32 bits (19 January 2038), and any instant within two years; each a little or up to a day
and a half off.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

from ledger import clock, contracts, entitlements, redemptions
from ledger.rules.facts import Law, Period
from ledger.rules.periods import Per, period_of
from ledger.rules.refusals import CapReached
from ledger.rules.restrictions import Cap
from ledger.rules.tariffs import PerMeasure
from ledger.scans import Outcome, Redeemed, RedemptionRefused, Scan, ScanLine, ScanTerms
from ledger.tables import Entitlement
from ledger.units import Unit
from tests.faults import almanac
from tests.world import HOUSEHOLD, World, by_another

YEARS: Final = range(2024, 2041)
LONG_AFTER: Final = datetime(2043, 6, 1, 10, tzinfo=UTC)
CALENDAR: Final = (Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR)
END_OF_32_BITS: Final = 2**31 - 1

Chance = random.Random


def spots() -> list[int]:
    """The seconds around which instants are drawn."""
    found = [END_OF_32_BITS, almanac.second_of(datetime(2026, 6, 10, 10, tzinfo=UTC))]
    for year in YEARS:
        found += [almanac.change(year, 3), almanac.change(year, 10)] * 4
        days = [almanac.number_of(year, month, 1) for month in range(1, 13)]
        days += [almanac.number_of(year, month, 1) for month in (1, 4, 7, 10)]  # quarters once more
        days += [almanac.number_of(year, 3, 1) - 1] * 3  # 28 or 29 February
        monday = days[0] - almanac.weekday(days[0])
        days += [monday, monday + 7, monday + 7 * 26]
        found += [almanac.start_of(day) for day in days]
    return found


SPOTS: Final = spots()
NEAR: Final = (0, 1, -1, 60, -60, 3_599, 3_600, 7_199, 7_200, -3_600, -7_200, 82_800, 86_400, 90_000)
"""Seconds from a spot; 82,800 and 90,000 are the days of 23 and 25 hours."""


def near(chance: Chance, spot: int) -> datetime:
    """An instant about a spot."""
    off = chance.choice(NEAR) if chance.random() < 0.7 else chance.randint(-36 * 3_600, 36 * 3_600)
    micros = chance.choice((0, 0, -1, 1, 999_999))
    return almanac.as_instant(spot + off) + timedelta(microseconds=micros)


def drawn(chance: Chance) -> datetime:
    """One instant: near a spot, or any within two years of one."""
    spot = chance.choice(SPOTS)
    if chance.random() < 0.15:
        spot += chance.randint(-2 * 366 * 86_400, 2 * 366 * 86_400)
    return near(chance, spot)


def written(chance: Chance, instant: datetime) -> datetime:
    """The same instant as some device writes it: with any offset."""
    return instant.astimezone(timezone(timedelta(minutes=15 * chance.randint(-48, 56))))


# ------------------------------------------------------------------------------------- without a database


def disagreements(chance: Chance, count: int) -> Iterator[str]:
    """Where the ledger's calendar and the almanac differ, over so many instants."""
    for _ in range(count):
        instant = drawn(chance)
        number = almanac.day_of(instant)
        day, start, end = (almanac.as_date(number), *map(almanac.start_of, (number, number + 1)))
        told: dict[str, tuple[object, object]] = {
            "day": (clock.dutch_day(written(chance, instant)), day),
            "service day": (_terms_day(written(chance, instant)), day),
            "start": (clock.day_start(day), almanac.as_instant(start)),
            "end": (clock.day_start(clock.day_after(day)), almanac.as_instant(end)),
            "hours": ((end - start) // 3_600 in (23, 24, 25), True),
            **{str(per): (_period(day, per), almanac.period_of(number, per)) for per in CALENDAR},
        }
        for what, (ours, theirs) in told.items():
            if ours != theirs:
                yield f"{instant.isoformat()}: {what} is {ours}, the almanac says {theirs}"


def _terms_day(at: datetime) -> date:
    terms = ScanTerms(
        entitlement_id=UUID(int=1),
        provider_id=UUID(int=2),
        lines=(ScanLine(service=HOUSEHOLD, quantity=1),),
        at=at,
    )
    return Scan(id=UUID(int=3), terms=terms).service_day


def _period(day: date, per: Per) -> tuple[int, int]:
    found = period_of(day, per, Period(start=day))
    assert found.until is not None, "calendar periods end"
    return _number(found.start), _number(found.until)


def _number(day: date) -> int:
    return almanac.number_of(day.year, day.month, day.day)


# --------------------------------------------------------------------------------- tariffs that change


def turns() -> list[int]:
    """The days on which the tariff changes: quarters, leap days, Sundays of the clock and their Mondays."""
    found = {almanac.number_of(YEARS[0] - 3, 1, 1)}
    for year in range(YEARS[0] - 2, YEARS[-1] + 3):
        sundays = [almanac.change(year, month) // almanac.SECONDS for month in (3, 10)]
        firsts = [almanac.number_of(year, month, 1) for month in (1, 3, 4, 7, 10)]
        found |= {*firsts, almanac.number_of(year, 3, 1) - 1, *sundays, *(day + 1 for day in sundays)}
    return sorted(found)


TURNS: Final = turns()


def rate_on(number: int) -> int:
    """The tariff of a day in eurocents an hour: another in each stretch between two turns."""
    return 2_000 + sum(1 for turn in TURNS if turn <= number)


def with_turning_tariffs(world: World) -> World:
    """The world with a contract whose tariff turns, in a time at which all of it has passed."""
    ends: list[date | None] = [almanac.as_date(turn - 1) for turn in TURNS[1:]]
    lines = tuple(
        contracts.LineInput(
            service=HOUSEHOLD,
            tariff=PerMeasure(rate_cents=rate_on(turn)),
            valid_from=almanac.as_date(turn),
            valid_until=end,
        )
        for turn, end in zip(TURNS, [*ends, None], strict=True)
    )
    contract = contracts.ContractInput(
        id=world.contract_id,
        provider_id=world.provider_id,
        law=Law.WMO,
        number="C-1",
        valid_from=almanac.as_date(TURNS[0]),
        lines=lines,
    )
    with world.work() as work:
        contracts.draft(work, [contract])
        contracts.publish(by_another(work), [contract.id])
    world.now = LONG_AFTER
    return world


# ---------------------------------------------------------------------------------------- with a database


@dataclass(frozen=True, kw_only=True)
class Wished:
    """A right, and the scans under it in the order in which they arrive."""

    grant: entitlements.Grant
    cap: Cap
    scans: tuple[Scan, ...]


def wished(chance: Chance, world: World, scans: int) -> Wished:
    """A right about a spot, with a cap and perhaps an end, scanned by clocks that run all over the place."""
    spot = chance.choice(SPOTS)
    middle = almanac.day_of(almanac.as_instant(spot))
    first = middle - chance.choice((0, 1, 2, 40, 400))
    last = middle + chance.choice((0, 0, 1, 2)) if chance.random() < 0.5 else None
    cap = Cap(per=chance.choice(CALENDAR), unit=Unit.EUROCENT, most=chance.choice((4_300, 6_500, 50_000)))
    grant = world.grant_of(
        amount_cents=chance.choice((9_000, 900_00)),
        valid_from=almanac.as_date(first),
        valid_until=None if last is None else almanac.as_date(last),
        restrictions=(world.named(), cap),
    )
    sent = tuple(
        world.scan(grant.id, quantity=60, at=written(chance, near(chance, spot))) for _ in range(scans)
    )
    return Wished(grant=grant, cap=cap, scans=sent)


@dataclass
class Reckoned:
    """What must become of the scans of one right, one after another as they arrive."""

    wished: Wished
    left: int = field(init=False)
    used: defaultdict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        assert self.wished.grant.amount_cents is not None
        self.left = self.wished.grant.amount_cents

    def judge(self, scan: Scan) -> dict[str, Any]:
        """Every reason that says no with its facts; or the day and the price."""
        number = almanac.day_of(scan.terms.at.astimezone(UTC))
        price, period = rate_on(number), almanac.period_of(number, self.wished.cap.per)
        reasons = {**self._validity(number), **self._cap(period, price)}
        if price > self.left:
            reasons["balance_too_low"] = None
        if reasons:
            return reasons
        self.left -= price
        self.used[period] += price
        return {"day": almanac.as_date(number), "price": price}

    def _validity(self, number: int) -> dict[str, Any]:
        first, last = self.wished.grant.valid_from, self.wished.grant.valid_until
        if number < _number(first):
            return {"entitlement_not_yet_valid": None}
        return {"entitlement_ended": None} if last and number > _number(last) else {}

    def _cap(self, period: tuple[int, int], price: int) -> dict[str, Any]:
        left = self.wished.cap.most - self.used[period]
        if price <= left:
            return {}
        following, last = period[1] + 1, self.wished.grant.valid_until
        lies_within = following >= _number(self.wished.grant.valid_from) and (
            last is None or following <= _number(last)
        )
        return {"cap_reached": (left, almanac.as_date(following) if lies_within else None)}


def made_of(outcome: Outcome) -> dict[str, Any]:
    """What the ledger answered, in the words of Reckoned."""
    if isinstance(outcome, Redeemed):
        return {"day": outcome.service_day, "price": outcome.price_cents}
    assert isinstance(outcome, RedemptionRefused), outcome
    return {
        each.code: (each.left, each.first_day) if isinstance(each, CapReached) else None
        for each in outcome.reasons
    }


def as_they_came(scans: list[Scan]) -> list[Scan]:
    """The order in which they arrived."""
    return scans


def redeemed_otherwise(
    chance: Chance,
    world: World,
    *,
    rights: int = 25,
    scans: int = 8,
    order: Callable[[list[Scan]], list[Scan]] = as_they_came,
) -> list[str]:
    """Grants so many rights, redeems their scans as one batch, mixed; where it differs from what must be."""
    wishes = [wished(chance, world, scans) for _ in range(rights)]
    with world.work() as work:
        granted = entitlements.grant(work, [each.grant for each in wishes])
    assert all(isinstance(each, Entitlement) for each in granted), granted
    reckoned = {each.grant.id: Reckoned(each) for each in wishes}
    arriving = [scan for each in wishes for scan in each.scans]
    chance.shuffle(arriving)
    with world.work() as work:
        sent = order(arriving)
        outcomes = dict(zip((each.id for each in sent), redemptions.redeem(work, sent), strict=True))
    found = []
    for scan in arriving:
        right = scan.terms.entitlement_id
        assert right is not None
        wanted, ours = reckoned[right].judge(scan), made_of(outcomes[scan.id])
        if ours != wanted:
            found.append(f"{scan.terms.at.isoformat()}: {ours} in place of {wanted}")
    return found
