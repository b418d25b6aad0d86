# SPDX-License-Identifier: EUPL-1.2
"""A small model of the ledger in plain Python: what must be accepted, and what every account then holds.

It shares no code with the ledger but the names of units and accounts, so that a mistake there is not
made here again. Amounts are whole; days are Dutch calendar days.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from uuid import UUID

from ledger.rules.funding import AccountKind as Kind
from ledger.units import Unit

CENT = Unit.EUROCENT
NOBODY = UUID(int=0)
HORIZON = date(2029, 1, 1)
Pot = tuple[Kind, object, Unit]


def half_up(top: int, bottom: int) -> int:
    """A fraction, half a cent rounded up."""
    return floor(Fraction(top, bottom) + Fraction(1, 2))


@dataclass(frozen=True)
class Sold:
    """A service as it is sold: its unit, and its price per so many units; no price is by amount."""

    unit: Unit
    cents: int | None
    per: int = 1

    def most(self, quantity: int, at_cost: int) -> int:
        """The tariff of a quantity; by amount at most at_cost."""
        return min(quantity, at_cost) if self.cents is None else half_up(self.cents * quantity, self.per)


@dataclass(frozen=True)
class Deal:
    """What a provider may deliver: services until a last day, and whose payable account it is."""

    owner: UUID
    services: frozenset[str]
    until: date
    rate: int | None = None
    """Another price per hour than the catalogue's."""


@dataclass(frozen=True)
class Cap:
    """At most so much of a unit per period."""

    per: str
    unit: Unit
    most: int
    carry_over: bool


@dataclass(frozen=True)
class Asked:
    """One line of a scan."""

    service: str
    quantity: int
    cents: int | None = None


@dataclass(frozen=True)
class Scan:
    """What is asked at the door."""

    id: UUID
    right: UUID
    provider: UUID
    lines: tuple[Asked, ...]
    day: date
    reserve: bool = False


@dataclass
class Owed:
    """One line on a payable account: below zero when taken back."""

    provider: UUID
    owner: UUID
    day: date
    cents: int
    settled: bool = False


@dataclass
class Line:
    """One accepted line, and what of it still stands."""

    unit: Unit
    quantity: int
    cents: int
    owner: UUID
    source: Pot
    """Where its quantity came from."""
    owed: Owed | None = None
    is_reversed: bool = False


@dataclass
class Use:
    """An accepted scan."""

    scan: Scan
    lines: list[Line]
    is_open: bool
    """Set aside, not captured or released yet."""
    was_released: bool = False


@dataclass
class Right:
    """An entitlement."""

    id: UUID
    budget: str
    is_hard: bool
    """Whether its budget refuses what it cannot carry."""
    amount: int | None
    quantity: int | None
    unit: Unit | None
    committed: int
    first: date
    last: date
    """HORIZON is without end."""
    services: frozenset[str] | None = None
    caps: tuple[Cap, ...] = ()
    uses_max: int | None = None
    deals: dict[UUID, Deal] | None = None
    """Care agreements by provider, for a drawing right; else the contracts count."""
    suspended: set[date] = field(default_factory=set)
    is_closed: bool = False

    @property
    def money(self) -> Pot:
        """Its money."""
        return (Kind.ENTITLEMENT, self.id, CENT)


@dataclass
class Model:
    """One municipality."""

    catalogue: dict[str, Sold]
    contracts: dict[UUID, Deal]
    at_cost: int
    today: date
    pots: Counter[Pot] = field(default_factory=Counter)
    rights: dict[UUID, Right] = field(default_factory=dict)
    uses: dict[UUID, Use] = field(default_factory=dict)
    owed: list[Owed] = field(default_factory=list)

    def move(self, source: Pot, target: Pot, amount: int) -> None:
        """From one pot to another."""
        self.pots[source] -= amount
        self.pots[target] += amount

    # ------------------------------------------------------------------------- rights

    def fund(self, budget: str, cents: int) -> None:
        """Make money available."""
        self.move((Kind.TREASURY, NOBODY, CENT), (Kind.BUDGET, budget, CENT), cents)

    def carries(self, right: Right, cents: int) -> bool:
        """Whether its budget can carry so much more."""
        return not right.is_hard or cents <= self.pots[Kind.BUDGET, right.budget, CENT]

    def grant(self, right: Right) -> bool:
        """Whether it is granted."""
        if not self.carries(right, right.committed):
            return False
        self.rights[right.id] = right
        self._commit(right, right.committed)
        self._count(right, right.quantity or 0)
        return True

    def _commit(self, right: Right, cents: int) -> None:
        self.move((Kind.BUDGET, right.budget, CENT), right.money, cents)

    def _count(self, right: Right, quantity: int) -> None:
        if right.unit is not None:
            counted = (Kind.ENTITLEMENT, right.id, right.unit)
            self.move((Kind.TREASURY, NOBODY, right.unit), counted, quantity)

    def left(self, right: Right, unit: Unit) -> int:
        """What it still holds."""
        return self.pots[Kind.ENTITLEMENT, right.id, unit]

    def last_used(self, right: Right) -> date:
        """The last service day, taken back or not."""
        return max((u.scan.day for u in self.uses.values() if u.scan.right == right.id), default=date.min)

    def may_end(self, right: Right, last: date) -> bool:
        """Whether its last day may be this."""
        return right.first <= last and self.last_used(right) <= last

    def amend(self, right: Right, amount: int | None, quantity: int | None, last: date | None) -> bool:
        """Whether another amount, quantity or last day is accepted."""
        if right.is_closed:
            return False
        if (amount is not None and right.amount is None) or (quantity is not None and right.quantity is None):
            return False
        wanted = right.committed if amount is None else amount
        if amount is None and right.amount is None and quantity is not None:
            estimate = half_up(right.committed * quantity, right.quantity or 1)
            wanted = max(estimate, right.committed - self.left(right, CENT))
        more = wanted - right.committed
        extra = 0 if quantity is None else quantity - (right.quantity or 0)
        if self.left(right, CENT) + more < 0 and more < 0:
            return False
        if right.unit is not None and extra < 0 and self.left(right, right.unit) + extra < 0:
            return False
        if not self.carries(right, more) or (last is not None and not self.may_end(right, last)):
            return False
        self._commit(right, more)
        self._count(right, extra)
        right.committed = wanted
        right.amount = right.amount if amount is None else amount
        right.quantity = right.quantity if quantity is None else quantity
        right.last = right.last if last is None else last
        return True

    def suspend(self, right: Right, first: date, last: date | None) -> bool:
        """Nothing may be used from first up to and including last."""
        if right.is_closed:
            return False
        right.suspended |= set(days(first, last or HORIZON))
        return True

    def resume(self, right: Right, first: date) -> bool:
        """It may be used again from this day; refused when it was not suspended then or later."""
        kept = {day for day in right.suspended if day < first}
        if right.is_closed or kept == right.suspended:
            return False
        right.suspended = kept
        return True

    def end(self, right: Right, last: date) -> bool:
        """Set an earlier last day."""
        if right.is_closed or last > right.last or not self.may_end(right, last):
            return False
        right.last = last
        return True

    def expire(self, claim_days: int) -> set[UUID]:
        """Close what ended so long ago and has nothing set aside; what is left returns."""
        closing = [
            right
            for right in self.rights.values()
            if right.last < min(self.today - timedelta(days=claim_days), HORIZON)
            and not right.is_closed
            and not any(self.pots[Kind.RESERVED, right.id, unit] for unit in Unit)
        ]
        for right in closing:
            right.is_closed = True
            self._sweep(right)
        return {right.id for right in closing}

    def _sweep(self, right: Right) -> None:
        """All that a closed right holds goes back to where it came from."""
        self._commit(right, -self.left(right, CENT))
        if right.unit is not None:
            self._count(right, -self.left(right, right.unit))

    # ------------------------------------------------------------------------ redeeming

    def redeem(self, scan: Scan) -> Use | None:
        """The accepted scan, booked; None when it must be refused."""
        right = self.rights[scan.right]
        pots, use = self.pots.copy(), Use(scan=scan, lines=[], is_open=scan.reserve)
        limit = right.uses_max
        if not self._is_open_on(right, scan) or (limit is not None and self._times(right) >= limit):
            return None
        self.uses[scan.id] = use
        if all(self._take(right, use, asked) for asked in scan.lines):
            self.owed += [line.owed for line in use.lines if line.owed]
            return use
        del self.uses[scan.id]
        self.pots = pots
        return None

    def _is_open_on(self, right: Right, scan: Scan) -> bool:
        is_valid = right.first <= scan.day <= right.last and not right.is_closed
        return is_valid and scan.day not in right.suspended and (scan.reserve or scan.day <= self.today)

    def _times(self, right: Right) -> int:
        return sum(
            any(line.quantity for line in use.lines)
            for use in self.uses.values()
            if use.scan.right == right.id
        )

    def _take(self, right: Right, use: Use, asked: Asked) -> bool:
        """Book one line on the pots; False when it does not pass."""
        scan, sold = use.scan, self.catalogue[asked.service]
        deal = (self.contracts if right.deals is None else right.deals).get(scan.provider)
        if deal is None or asked.service not in deal.services or scan.day > deal.until:
            return False
        if right.services is not None and asked.service not in right.services:
            return False
        if right.unit not in (None, sold.unit):
            return False
        tariff = Sold(sold.unit, deal.rate, sold.per) if deal.rate is not None else sold
        most = tariff.most(asked.quantity, self.at_cost)
        cents = asked.quantity if sold.cents is None else most if asked.cents is None else asked.cents
        if cents > most or not self._within_caps(right, scan.day, sold.unit, asked.quantity, cents):
            return False
        lacking = max(cents - self.left(right, CENT), 0)
        if lacking and (right.amount is not None or not self.carries(right, lacking)):
            return False
        if right.unit is not None and asked.quantity > self.left(right, right.unit):
            return False
        self._commit(right, lacking)
        holder = right.money if right.unit is None else (Kind.ENTITLEMENT, right.id, sold.unit)
        source = (Kind.TREASURY, NOBODY, sold.unit) if right.unit is None else holder
        line = Line(sold.unit, asked.quantity, cents, deal.owner, source)
        use.lines.append(line)
        if scan.reserve:
            self._set_aside(right, line, 1)
        else:
            self._deliver(scan, line, right.money, line.source)
        return True

    def _set_aside(self, right: Right, line: Line, sign: int) -> None:
        """Into (1) or out of (-1) what is reserved, to and from where it came."""
        self.move(right.money, (Kind.RESERVED, right.id, CENT), sign * line.cents)
        if line.unit is not CENT:
            self.move(line.source, (Kind.RESERVED, right.id, line.unit), sign * line.quantity)

    def _deliver(self, scan: Scan, line: Line, money: Pot, counted: Pot) -> None:
        """Owe the money, count the quantity."""
        if line.cents:
            self.move(money, (Kind.PAYABLE, line.owner, CENT), line.cents)
            line.owed = Owed(scan.provider, line.owner, scan.day, line.cents)
        if line.unit is not CENT:
            self.move(counted, (Kind.DELIVERED, scan.provider, line.unit), line.quantity)

    def _within_caps(self, right: Right, day: date, unit: Unit, quantity: int, cents: int) -> bool:
        used = [
            (use.scan.day, line)
            for use in self.uses.values()
            if use.scan.right == right.id
            for line in use.lines
        ]
        for cap in right.caps:
            if cap.unit not in (CENT, unit):
                return False
            wanted = cents if cap.unit is CENT else quantity
            amounts = [
                (on, line.cents if cap.unit is CENT else line.quantity)
                for on, line in used
                if cap.unit in (CENT, line.unit)
            ]
            if wanted > _room(cap, right, day, amounts):
                return False
        return True

    # ------------------------------------------------------------------------ afterwards

    def capture(self, use: Use, parts: dict[int, int]) -> bool:
        """Owe these quantities by line (none: all), give the rest back; never before the day of the care."""
        if not use.is_open or use.scan.day > self.today or not _fits(use, parts):
            return False
        right = self.rights[use.scan.right]
        use.is_open = False
        for number, line in enumerate(use.lines, 1):
            self._set_aside(right, line, -1)
            quantity = parts.get(number, 0) if parts else line.quantity
            line.cents = half_up(line.cents * quantity, line.quantity)
            line.quantity = quantity
            self._deliver(use.scan, line, right.money, line.source)
            if line.owed:
                self.owed.append(line.owed)
        if right.is_closed:
            self._sweep(right)
        return True

    def release(self, use: Use, parts: dict[int, int]) -> bool:
        """Give all of it back; a part is refused, for the rest would be set aside for good."""
        whole = {number: line.quantity for number, line in enumerate(use.lines, 1)}
        if not use.is_open or parts not in ({}, whole):
            return False
        right = self.rights[use.scan.right]
        use.is_open, use.was_released = False, True
        for line in use.lines:
            self._set_aside(right, line, -1)
            line.quantity = line.cents = 0
        if right.is_closed:
            self._sweep(right)
        return True

    def reverse(self, use: Use, parts: dict[int, int]) -> bool:
        """Take these quantities back (none: all that stands); each line at most once."""
        asked = parts or {n: line.quantity for n, line in enumerate(use.lines, 1) if line.quantity}
        if use.is_open or use.was_released or not asked or not _fits(use, asked):
            return False
        if any(use.lines[number - 1].is_reversed for number in asked):
            return False
        right = self.rights[use.scan.right]
        for number, quantity in asked.items():
            self._undo(use, use.lines[number - 1], right, quantity)
        if right.is_closed:
            self._sweep(right)
        return True

    def _undo(self, use: Use, line: Line, right: Right, quantity: int) -> None:
        cents = half_up(line.cents * quantity, line.quantity)
        line.quantity, line.cents, line.is_reversed = line.quantity - quantity, line.cents - cents, True
        if line.unit is not CENT:
            self.move((Kind.DELIVERED, use.scan.provider, line.unit), line.source, quantity)
        if not cents or line.owed is None:
            return
        if line.owed.settled:
            self.move((Kind.RECEIVABLE, use.scan.provider, CENT), right.money, cents)
            return
        self.move((Kind.PAYABLE, line.owner, CENT), right.money, cents)
        self.owed.append(Owed(use.scan.provider, line.owner, line.owed.day, -cents))

    def settle(self, until: date) -> dict[UUID, int]:
        """What each provider is paid; 0 where all of it was set off."""
        paid = {}
        for provider in sorted({owed.provider for owed in self.owed}):
            due = [o for o in self.owed if o.provider == provider and o.day <= until and not o.settled]
            gross = sum(owed.cents for owed in due)
            if gross <= 0:
                continue
            owes = -self.pots[Kind.RECEIVABLE, provider, CENT]
            set_off = min(gross, owes)
            for owed in due:
                owed.settled = True
                self.pots[Kind.PAYABLE, owed.owner, CENT] -= owed.cents
            self.pots[Kind.RECEIVABLE, provider, CENT] += set_off
            self.pots[Kind.IN_PAYMENT, provider, CENT] += gross - set_off
            paid[provider] = gross - set_off
        return paid


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first up to and including last."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _fits(use: Use, parts: dict[int, int]) -> bool:
    """Whether every part names a line that holds that much."""
    return all(n <= len(use.lines) and quantity <= use.lines[n - 1].quantity for n, quantity in parts.items())


def _period(day: date, per: str) -> object:
    return {
        "day": day,
        "week": day.isocalendar()[:2],
        "month": (day.year, day.month),
        "year": day.year,
        "total": None,
    }[per]


def _room(cap: Cap, right: Right, day: date, amounts: Iterable[tuple[date, int]]) -> int:
    """What of a cap is left on a day; with carry-over all later periods in use must stay in bounds too."""
    uses = list(amounts)
    if not cap.carry_over:
        own = _period(day, cap.per)
        return cap.most - sum(amount for on, amount in uses if _period(on, cap.per) == own)
    rooms = []
    for end in {on for on, _ in uses if on >= day} | {day}:
        touched = {_period(each, cap.per) for each in days(right.first, end)}
        used = sum(amount for on, amount in uses if on <= end or _period(on, cap.per) in touched)
        rooms.append(cap.most * len(touched) - used)
    return min(rooms)
