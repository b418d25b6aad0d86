# SPDX-License-Identifier: EUPL-1.2
"""Clients that make a history: threads with connections of their own, on a few rights that all want.

What a client draws follows from the seed and its number; who comes first is up to the threads, so no two
histories of one seed are alike. That is meant: the checker needs no repetition, the history itself tells.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Engine

from ledger import balances, db, entitlement_changes, follow_ups, redemptions, standing
from ledger.balances import Balance
from ledger.db import Work
from ledger.entitlement_changes import Amendment
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.scans import Redeemed, RedemptionRefused, Scan, ScanLine, ScanTerms
from ledger.tables import Entitlement, FollowUpKind
from ledger.units import Unit
from tests.faults.at_once import Crowd, retried
from tests.faults.history import Amend, Answer, Call, Follow, History, Kind, Look, Redeem, Start
from tests.faults.reference import AIDS, HOUSEHOLD
from tests.faults.written import books_of
from tests.world import NOON, World

ROUND_MAX = 500
"""Orders sent to one crowd; after them all connections are made anew."""
SIZES = {1: 52, 8: 40, 60: 6, 200: 2}
"""Batches of up to so many scans, and how often of a hundred."""


@dataclass
class Company(Crowd):
    """A crowd of which eight share an engine: a connection each, but statements compiled once."""

    def __post_init__(self) -> None:
        self.engines: list[Engine] = []
        self.asked = 0

    def _engine(self) -> Engine:
        if self.asked % 8 == 0:
            self.engines.append(super()._engine())
        self.asked += 1
        return self.engines[-1]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How large a history is."""

    seed: int
    clients: int
    rights: int
    operations: int
    """Orders sent; a little more, for a batch is sent whole."""


@dataclass(kw_only=True)
class Shared:
    """What clients know of one another: rights, what was sent, what was acknowledged, and every call."""

    plan: Plan
    rights: dict[UUID, Start]
    cents: dict[UUID, int]
    """The amount of each right as last heard."""
    sent: list[Redeem] = field(default_factory=list)
    accepted: list[Redeem] = field(default_factory=list)
    followed: list[Follow] = field(default_factory=list)
    amended: list[Amend] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    operations: int = 0
    stamps: "count[int]" = field(default_factory=lambda: count(1))


def make_history(
    world: World,
    plan: Plan,
    *,
    crowd: Company | None = None,
    client: "type[Client] | None" = None,
    granted: Callable[[], None] = lambda: None,
) -> History:
    """Grant the rights, let the clients at them, and read the books.

    For negative controls: another crowd, another client, and what is done once the rights are granted.
    """
    starts = {}
    for number in range(plan.rights):
        share = plan.operations // plan.rights
        start = Start(share * 16 // 1000 * 10_000 + 9_999, share * 9 if number % 2 else None)
        unit = Unit.MINUTE if start.minutes else None
        right = world.grant(amount_cents=start.cents, quantity=start.minutes, quantity_unit=unit)
        starts[right.id] = start
    granted()
    shared = Shared(plan=plan, rights=starts, cents={right: each.cents for right, each in starts.items()})
    threads = [(client or Client)(shared, number, world.provider_id) for number in range(plan.clients)]
    rounds = -(-plan.operations // ROUND_MAX)
    for number in range(rounds):
        most = plan.operations * (number + 1) // rounds
        ended = (crowd or Company(world)).at_once([each.until(most) for each in threads])
        assert ended == [None] * len(threads), ended  # a client notes what is raised, and goes on
    return History(starts, tuple(shared.calls), books_of(world, starts), plan.seed)


class Client:
    """One thread: draws an order, calls, and notes what it was answered. Controls change how it calls."""

    kinds: ClassVar = {Kind.REDEEM: 44, Kind.FOLLOW_UP: 22, Kind.LOOK: 14, Kind.QUOTE: 10, Kind.AMEND: 10}
    """How often each kind is called, of a hundred."""

    def __init__(self, shared: Shared, number: int, provider_id: UUID) -> None:
        self.shared, self.number, self.provider_id = shared, number, provider_id
        self.draw = Random(f"{shared.plan.seed}/{number}")
        self.amendments = count(number * 100)

    def until(self, most: int) -> Callable[[World], None]:
        """Call until all clients together sent so many orders; at least once."""

        def run(world: World) -> None:
            self.call(world)
            while self.shared.operations < most:
                self.call(world)

        return run

    def call(self, world: World) -> None:
        """Once: a transaction, and what came of it."""
        kind, orders = self.wish()
        self.shared.operations += len(orders)
        stamp = next(self.shared.stamps)
        outcomes, fault = list[Any](), None
        invoked = time.monotonic_ns()
        try:
            outcomes = list(retried(lambda: self.send(world, kind, orders, stamp)))
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        answered = time.monotonic_ns()
        answers = tuple(said(outcome) for outcome in outcomes)
        call = Call(kind, stamp, self.number, tuple(orders), invoked, answered, answers, fault)
        self.remember(call)
        self.shared.calls.append(call)

    # ----------------------------------------------------------------------------- what is sent

    def send(self, world: World, kind: Kind, orders: Sequence[Any], stamp: int) -> Sequence[Any]:
        """One transaction that is recorded at an instant of its own."""
        now = NOON + timedelta(microseconds=stamp)
        if kind in (Kind.LOOK, Kind.QUOTE):
            return self.read(world, kind, orders, now)
        with world.work(now=now) as work:
            return self.write(work, kind, orders)

    def write(self, work: Work, kind: Kind, orders: Sequence[Any]) -> Sequence[Any]:
        """Inside the transaction."""
        if kind is Kind.REDEEM:
            return redemptions.redeem(work, [scan(order) for order in orders])
        if kind is Kind.FOLLOW_UP:
            return follow_ups.follow_up(work, [follow_up(order) for order in orders])
        outcomes = entitlement_changes.change(work, [change(order) for order in orders])
        return [said(each) for each in outcomes]  # a right goes on changing, so it is noted at once

    def read(self, world: World, kind: Kind, orders: Sequence[Any], now: Any) -> Sequence[Any]:
        """As the API reads: from one state, and nothing is kept."""
        with db.reading(world.engine) as session:
            actor, town = world.actor_id, world.municipality_id
            work = Work(session=session, municipality_id=town, actor_id=actor, now=now)
            if kind is Kind.QUOTE:
                return redemptions.quote(work, [scan(order) for order in orders])
            return balances.of_entitlements(work, [order.right for order in orders])

    # ---------------------------------------------------------------------------- what is drawn

    def wish(self) -> tuple[Kind, list[Any]]:
        """What to call next; before anything was accepted only redemptions."""
        draw, shared = self.draw, self.shared
        (kind,) = draw.choices(list(self.kinds), weights=list(self.kinds.values()))
        if kind is Kind.FOLLOW_UP and shared.accepted:
            return kind, self._follows()
        if kind is Kind.LOOK:
            return kind, [Look(right) for right in self._some_rights()]
        if kind is Kind.AMEND:
            return kind, [self._amend(right) for right in self._some_rights()]
        if kind is Kind.QUOTE:
            drawn = [self._redeem() for _ in range(draw.randint(1, 6))]
            return kind, list({each.id: each for each in drawn}.values())  # what it takes is not kept
        (most,) = draw.choices(list(SIZES), weights=list(SIZES.values()))
        return Kind.REDEEM, [self._redeem() for _ in range(draw.randint(most // 3 + 1, most))]

    def _some_rights(self) -> list[UUID]:
        rights = list(self.shared.rights)
        return self.draw.sample(rights, self.draw.randint(1, min(3, len(rights))))

    def _redeem(self) -> Redeem:
        """Mostly a new scan; sometimes one that was sent before, as it was or with other content."""
        draw, sent = self.draw, self.shared.sent
        chance = draw.random()
        if sent and chance < 0.08:
            return draw.choice(sent[-60:])
        id_ = draw.choice(sent[-60:]).id if sent and chance < 0.11 else uuid7()
        right = draw.choice(list(self.shared.rights))
        lines = tuple(self._line(right) for _ in range(draw.choice((1, 1, 1, 2, 3))))
        redeem = Redeem(id_, right, self.provider_id, lines, draw.random() < 0.25)
        sent.append(redeem)
        return redeem

    def _line(self, right: UUID) -> tuple[str, int]:
        """A right that counts minutes is for what is counted in minutes only."""
        if self.shared.rights[right].minutes or self.draw.random() < 0.4:
            return HOUSEHOLD, self.draw.randint(1, 20)
        return AIDS, self.draw.randint(1, 600)

    def _follows(self) -> list[Follow]:
        """Orders for redemptions that were acknowledged, each once in a batch."""
        draw, known = self.draw, self.shared.followed
        if known and draw.random() < 0.1:
            return [draw.choice(known[-60:])]
        recent = self.shared.accepted[-120:]
        chosen = {each.id: each for each in draw.choices(recent, k=draw.choice((1, 1, 2, 5, 12)))}
        orders = [self._follow(each) for each in chosen.values()]
        if known and draw.random() < 0.06:
            orders = [Follow(draw.choice(known[-60:]).id, *_named(orders[0]))]
        known += orders
        return orders

    def _follow(self, redeem: Redeem) -> Follow:
        kinds = ("capture", "release", "reversal") if redeem.reserve else ("reversal",)
        parts: tuple[tuple[int, int], ...] = ()
        if self.draw.random() < 0.4:
            number = self.draw.randint(1, len(redeem.lines))
            parts = ((number, self.draw.randint(1, redeem.lines[number - 1][1])),)
        kind = self.draw.choice(kinds) if self.draw.random() < 0.95 else "capture"
        return Follow(uuid7(), redeem.right, redeem.id, kind, parts)

    def _amend(self, right: UUID) -> Amend:
        """Up or down. No two ask for the same amount, so that every amendment moves something."""
        draw, known = self.draw, self.shared.amended
        if known and draw.random() < 0.12:
            earlier = draw.choice(known[-20:])
            if earlier.right == right:
                return earlier
        wanted = int(self.shared.cents[right] * draw.uniform(0.3, 1.7))
        cents = wanted // 10_000 * 10_000 + 10_000 + next(self.amendments) % 10_000
        start = self.shared.rights[right].minutes
        minutes = draw.randint(1, 2 * start) if start and draw.random() < 0.5 else None
        same = known and draw.random() < 0.05 and known[-1].right == right
        order = Amend(known[-1].id if same else uuid7(), right, cents, minutes)
        known.append(order)
        return order

    def remember(self, call: Call) -> None:
        """What others may build on: only what was acknowledged."""
        if call.kind is Kind.QUOTE:
            return
        for order, answer in zip(call.orders, call.answers, strict=False):
            if isinstance(order, Redeem) and answer.word == "redeemed":
                self.shared.accepted.append(order)
            if isinstance(order, Amend) and answer.word == "amended":
                self.shared.cents[order.right] = order.cents


def _named(order: Follow) -> tuple[UUID, UUID, str, tuple[tuple[int, int], ...]]:
    return order.right, order.redemption, order.kind, order.parts


# --------------------------------------------------------------------------- to the ledger and back


def scan(order: Redeem) -> Scan:
    """As a device sends it."""
    terms = ScanTerms(
        entitlement_id=order.right,
        provider_id=order.provider,
        lines=tuple(ScanLine(service=service, quantity=quantity) for service, quantity in order.lines),
        at=NOON,
        reserve=order.reserve,
    )
    return Scan(id=order.id, terms=terms)


def follow_up(order: Follow) -> standing.Order:
    """As the API hands it on."""
    return standing.Order(
        id=order.id,
        kind=FollowUpKind(order.kind),
        redemption_id=order.redemption,
        parts=tuple(standing.Part(line=line, quantity=quantity) for line, quantity in order.parts),
        reason="history",
        at=NOON,
    )


def change(order: Amend) -> entitlement_changes.Order:
    """As the API hands it on."""
    amendment = Amendment(amount_cents=order.cents, quantity=order.minutes, reason="history", at=NOON)
    return entitlement_changes.Order(id=order.id, entitlement_id=order.right, change=amendment)


def said(outcome: Any) -> Answer:
    """An outcome as the plain answer that a history holds."""
    match outcome:
        case Answer():
            return outcome
        case Redeemed():
            return redeemed(outcome)
        case standing.Followed():
            return Answer("followed", (outcome.taken_back_cents, outcome.standing_cents))
        case Entitlement():
            return Answer("amended", (outcome.version, outcome.amount_cents, outcome.quantity))
        case Balance():
            return _holds(outcome)
        case RedemptionRefused():
            return Answer(outcome.code, (), tuple(said(reason) for reason in outcome.reasons))
        case LedgerError():
            plain = outcome.facts.values()
            return Answer(outcome.code, tuple(n if isinstance(n, int | UUID) else str(n) for n in plain))
    raise TypeError(repr(outcome))


def redeemed(done: Redeemed) -> Answer:
    """The whole body of an accepted scan."""
    body = [fact for line in done.lines for fact in (line.service, line.quantity, line.price_cents)]
    stamp = (done.recorded_at - NOON) // timedelta(microseconds=1)
    who = (done.id, done.entitlement_id, done.provider_id, done.reserved)
    left = (done.remaining_cents, done.remaining_quantity)
    return Answer("redeemed", (*who, done.price_cents, *left, stamp, *body))


def _holds(balance: Balance) -> Answer:
    cents = (balance.amount_cents, balance.left_cents, balance.reserved_cents)
    return Answer("holds", (*cents, balance.quantity, balance.left_quantity, balance.reserved_quantity))
