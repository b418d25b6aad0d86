# SPDX-License-Identifier: EUPL-1.2
"""The reference: what one right answers to orders that come one after the other, in plain Python.

It shares no code with the ledger. What a history may ask is small on purpose (two services, no caps, no
settlement, a budget that sets no limit): what is checked is the order, not the rules.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from tests.faults.history import CENT, MINUTE, Amend, Answer, Follow, Look, Order, Pot, Redeem, Start

AIDS, HOUSEHOLD = "11X01", "01A04"
"""Sold by amount; and by the hour, counted in minutes."""
CENTS_PER_HOUR = 31_15


def half_up(cents: int, part: int, whole: int) -> int:
    """A share, half a cent rounded up."""
    return (2 * cents * part + whole) // (2 * whole)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a redemption as it stands."""

    quantity: int
    cents: int
    is_timed: bool
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """An accepted redemption, and what of it stands."""

    asked: Redeem
    answer: Answer
    lines: tuple[Line, ...]
    resolved: str | None = None


@dataclass(kw_only=True)
class Right:
    """A right and all that happened to it. judge moves it; a trial of it moves a copy."""

    cents: int
    minutes: int | None
    pots: MutableMapping[tuple[Pot, str], int]
    version: int = 1
    uses: MutableMapping[UUID, Use] = field(default_factory=dict)
    follows: MutableMapping[UUID, tuple[Follow, Answer]] = field(default_factory=dict)
    amended: MutableMapping[UUID, Amend] = field(default_factory=dict)

    @classmethod
    def of(cls, start: Start) -> "Right":
        """As it is granted."""
        pots = dict.fromkeys(((pot, unit) for pot in Pot for unit in (CENT, MINUTE)), 0)
        pots[Pot.ENTITLEMENT, CENT], pots[Pot.ENTITLEMENT, MINUTE] = start.cents, start.minutes or 0
        return cls(cents=start.cents, minutes=start.minutes, pots=pots)

    def trial(self) -> "Right":
        """A copy: what is done to it leaves this one as it is."""
        return replace(
            self,
            pots=dict(self.pots),
            uses=ChainMap({}, self.uses),
            follows=ChainMap({}, self.follows),
            amended=ChainMap({}, self.amended),
        )

    def judge(self, order: Order, stamp: int) -> Answer:
        """What must be answered now, and it is done."""
        match order:
            case Redeem():
                return self._redeem(order, stamp)
            case Follow():
                return self._follow(order)
            case Amend():
                return self._amend(order)
            case Look():
                return self._holds()

    def limits(self, unit: str) -> bool:
        """Whether something of this unit is held at all."""
        return unit == CENT or self.minutes is not None

    # ------------------------------------------------------------------------------ redeeming

    def _redeem(self, order: Redeem, stamp: int) -> Answer:
        if known := self.uses.get(order.id):
            same = known.asked == order
            return known.answer if same else Answer("redemption_exists_with_other_content", (order.id,))
        left = {unit: self.pots[Pot.ENTITLEMENT, unit] for unit in (CENT, MINUTE)}
        lines, reasons = [], []
        for service, quantity in order.lines:
            timed = service == HOUSEHOLD
            line = Line(quantity, half_up(CENTS_PER_HOUR, quantity, 60) if timed else quantity, timed)
            wanted = self._wanted(line)
            lacking = [_too_low(unit, n, left[unit]) for unit, n in wanted.items() if n > left[unit]]
            reasons += [each for each in lacking if each not in reasons]
            if not lacking:
                lines.append(line)
                left |= {unit: left[unit] - amount for unit, amount in wanted.items()}
        if reasons:
            return Answer("redemption_refused", (), tuple(reasons))
        return self._take(order, tuple(lines), stamp)

    def _wanted(self, line: Line) -> dict[str, int]:
        """What a line takes from this right, by unit; money first."""
        timed = line.is_timed and self.minutes is not None
        return {CENT: line.cents} | ({MINUTE: line.quantity} if timed else {})

    def _take(self, order: Redeem, lines: tuple[Line, ...], stamp: int) -> Answer:
        for line in lines:
            for unit, amount in self._wanted(line).items():
                self.pots[Pot.ENTITLEMENT, unit] -= amount
            if order.reserve:
                self._set_aside(line, 1)
        left = self.pots[Pot.ENTITLEMENT, MINUTE] if self.minutes is not None else None
        priced = zip(order.lines, lines, strict=True)
        body = [fact for asked, line in priced for fact in (*asked, line.cents)]
        left_cents, price = self.pots[Pot.ENTITLEMENT, CENT], sum(line.cents for line in lines)
        who = (order.id, order.right, order.provider, order.reserve)
        answer = Answer("redeemed", (*who, price, left_cents, left, stamp, *body))
        self.uses[order.id] = Use(order, answer, lines)
        return answer

    def _set_aside(self, part: Line, sign: int) -> None:
        """Into the reserved accounts, or out of them; minutes also where the right sets none."""
        self.pots[Pot.RESERVED, CENT] += sign * part.cents
        if part.is_timed:
            self.pots[Pot.RESERVED, MINUTE] += sign * part.quantity

    # --------------------------------------------------------------------------- following up

    def _follow(self, order: Follow) -> Answer:
        if known := self.follows.get(order.id):
            same = known[0] == order
            return known[1] if same else Answer("follow_up_exists_with_other_content", (order.id,))
        use = self.uses.get(order.redemption)
        if use is None:
            return Answer("redemption_not_found", (order.redemption,))
        asked = dict(order.parts) or {n: x.quantity for n, x in enumerate(use.lines, 1) if x.quantity}
        refusal = _state(order, use) or _parts(order, use, asked)
        return refusal or self._carry_out(order, use, asked)

    def _carry_out(self, order: Follow, use: Use, asked: Mapping[int, int]) -> Answer:
        back, lines = 0, []
        for number, line in enumerate(use.lines, 1):
            named = _part(line, asked.get(number, 0))
            rest = Line(line.quantity - named.quantity, line.cents - named.cents, line.is_timed)
            off, stays = (rest, named) if order.kind == "capture" else (named, rest)
            self._give_back(off)
            if order.kind != "reversal":
                self._set_aside(line, -1)
            back += off.cents
            was = line.is_reversed or (order.kind == "reversal" and off.quantity > 0)
            lines.append(replace(stays, is_reversed=was))
        resolved = use.resolved if order.kind == "reversal" else order.kind
        self.uses[order.redemption] = replace(use, lines=tuple(lines), resolved=resolved)
        answer = Answer("followed", (back, sum(line.cents for line in lines)))
        self.follows[order.id] = (order, answer)
        return answer

    def _give_back(self, off: Line) -> None:
        for unit, amount in self._wanted(off).items():
            self.pots[Pot.ENTITLEMENT, unit] += amount

    # ------------------------------------------------------------------------------- amending

    def _amend(self, order: Amend) -> Answer:
        if known := self.amended.get(order.id):
            same = known == order
            return self._version() if same else Answer("change_exists_with_other_content", (order.id,))
        now = {CENT: self.cents, MINUTE: self.minutes or 0}
        then = {CENT: order.cents, MINUTE: now[MINUTE] if order.minutes is None else order.minutes}
        for unit in (CENT, MINUTE):
            left = self.pots[Pot.ENTITLEMENT, unit]
            if now[unit] - then[unit] > left:
                return Answer("below_used", (unit, now[unit] - left))
        for unit in (CENT, MINUTE):
            self.pots[Pot.ENTITLEMENT, unit] += then[unit] - now[unit]
        self.cents = order.cents
        self.minutes = self.minutes if order.minutes is None else order.minutes
        self.version += 1
        self.amended[order.id] = order
        return self._version()

    def _version(self) -> Answer:
        return Answer("amended", (self.version, self.cents, self.minutes))

    def _holds(self) -> Answer:
        timed = self.minutes is not None
        left, aside = (self.pots[pot, MINUTE] if timed else None for pot in Pot)
        cents = (self.cents, self.pots[Pot.ENTITLEMENT, CENT], self.pots[Pot.RESERVED, CENT])
        return Answer("holds", (*cents, self.minutes, left, aside))


def _too_low(unit: str, asked: int, left: int) -> Answer:
    return Answer("balance_too_low", (unit, asked, left))


def _part(line: Line, quantity: int) -> Line:
    cents = half_up(line.cents, quantity, line.quantity) if quantity else 0
    return Line(quantity, cents, line.is_timed)


def _state(order: Follow, use: Use) -> Answer | None:
    """Whether the redemption is in a state that the order needs."""
    name = (order.redemption,)
    if order.kind == "reversal":
        waits = use.asked.reserve and use.resolved != "capture"
        return Answer("reservation_not_captured", name) if waits else None
    if not use.asked.reserve:
        return Answer("redemption_not_reserved", name)
    return Answer("reservation_already_resolved", name) if use.resolved else None


def _parts(order: Follow, use: Use, asked: Mapping[int, int]) -> Answer | None:
    """Whether every part names a line that holds that much."""
    for number, quantity in asked.items():
        if number > len(use.lines):
            return Answer("redemption_line_not_found", (number,))
        line = use.lines[number - 1]
        if order.kind == "reversal" and line.is_reversed:
            return Answer("line_already_reversed", (number,))
        if quantity > line.quantity:
            return Answer("more_than_redeemed", (number, quantity, line.quantity))
    if order.kind == "release" and any(asked.get(n, 0) < x.quantity for n, x in enumerate(use.lines, 1)):
        return Answer("release_is_whole", (order.redemption,))
    return Answer("line_already_reversed", (1,)) if order.kind == "reversal" and not asked else None
