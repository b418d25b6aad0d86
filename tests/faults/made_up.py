# SPDX-License-Identifier: EUPL-1.2
"""Made-up histories: what clients would see of a ledger without a fault, for tests that then put one in.

Each call happens at one instant; its question and its answer lie around it, so that calls overlap. The
answers are those of the reference, and the books are written as the ledger writes them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from uuid import UUID

from tests.faults.certificate import DONE
from tests.faults.history import (
    Amend,
    Books,
    Call,
    Follow,
    Held,
    History,
    Kind,
    Leg,
    Look,
    Order,
    Redeem,
    Row,
    Start,
)
from tests.faults.reference import AIDS, HOUSEHOLD, Right

PROVIDER = UUID(int=9)
STEP = 1_000
"""Between the instants of two calls."""


@dataclass(kw_only=True)
class Scribe:
    """Carries calls out one after the other, and writes the history down."""

    starts: dict[UUID, Start]
    overlap: int = 4
    """How many steps before and after its instant a call may be asked and answered."""
    draw: Random = field(default_factory=lambda: Random(0))
    calls: list[Call] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rights = {id_: Right.of(start) for id_, start in self.starts.items()}
        self.ids = iter(range(1000, 10**9))

    def id(self) -> UUID:
        """A new one."""
        return UUID(int=next(self.ids))

    def call(self, kind: Kind, *orders: Order) -> Call:
        """At the next instant."""
        stamp = len(self.calls) + 1
        trial = {id_: right.trial() for id_, right in self.rights.items()}
        asked = trial if kind is Kind.QUOTE else self.rights
        answers = []
        for order in orders:
            right = asked[order.right]
            before, known = dict(right.pots), _known(right)
            answers.append(right.judge(order, stamp))
            if not isinstance(order, Look) and kind is not Kind.QUOTE and _known(right) > known:
                self._write(Row(order.id, order.right, stamp, answers[-1]), before)
        span = self.overlap * STEP
        invoked, answered = (
            stamp * STEP - self.draw.randint(1, span),
            stamp * STEP + self.draw.randint(1, span),
        )
        call = Call(kind, stamp, 0, orders, invoked, answered, tuple(answers))
        self.calls.append(call)
        return call

    def _write(self, row: Row, before: dict[Any, int]) -> None:
        assert row.says.word in DONE
        self.rows.append(row)
        for (pot, unit), amount in self.rights[row.right].pots.items():
            if moved := amount - before[pot, unit]:
                self.legs.append(Leg(next(self.ids), row.id, row.stamp, row.right, pot, unit, moved))

    def history(self) -> History:
        """With one account more for the other side of everything."""
        held = [
            Held(str(pot), id_, unit, amount)
            for id_, right in self.rights.items()
            for (pot, unit), amount in right.pots.items()
        ]
        for unit in ("eurocent", "minute"):
            total = sum(each.balance for each in held if each.unit == unit)
            held.append(Held("treasury", UUID(int=0), unit, -total))
        books = Books(tuple(self.rows), tuple(self.legs), tuple(held))
        return History(dict(self.starts), tuple(self.calls), books)


def _known(right: Right) -> int:
    return len(right.uses) + len(right.follows) + len(right.amended)


def made_up(seed: int, *, calls: int = 60, rights: int = 2) -> History:
    """Random calls of every kind, with resends and changed resends."""
    draw = Random(seed)
    starts = {UUID(int=100 + n): Start(9_000, 300 if n % 2 else None) for n in range(rights)}
    scribe = Scribe(starts=starts, draw=draw)
    while len(scribe.calls) < calls:
        _step(scribe, draw)
    return scribe.history()


def _step(scribe: Scribe, draw: Random) -> None:
    kind, rights = draw.choice([*Kind, Kind.REDEEM]), list(scribe.starts)
    if kind is Kind.LOOK:
        scribe.call(kind, *(Look(right) for right in rights))
    elif kind is Kind.AMEND:
        scribe.call(kind, Amend(scribe.id(), draw.choice(rights), draw.randint(2_000, 20_000) * 7))
    elif kind is Kind.FOLLOW_UP:
        if orders := _follows(scribe, draw):
            scribe.call(kind, *orders)
    else:
        drawn = [_redeem(scribe, draw, rights) for _ in range(draw.randint(1, 4))]
        scribe.call(kind, *({each.id: each for each in drawn}.values()))


def _redeem(scribe: Scribe, draw: Random, rights: Sequence[UUID]) -> Redeem:
    uses = [use.asked for right in scribe.rights.values() for use in right.uses.values()]
    if uses and draw.random() < 0.2:
        known = draw.choice(uses)
        return replace(known, reserve=not known.reserve) if draw.random() < 0.4 else known
    right = draw.choice(rights)
    line = (
        (HOUSEHOLD, draw.randint(2, 60)) if scribe.starts[right].minutes else (AIDS, draw.randint(2, 2_500))
    )
    return Redeem(scribe.id(), right, PROVIDER, (line,) * draw.choice((1, 1, 2)), draw.random() < 0.4)


def _follows(scribe: Scribe, draw: Random) -> list[Follow]:
    uses = [use.asked for right in scribe.rights.values() for use in right.uses.values()]
    if not uses:
        return []
    use = draw.choice(uses)
    kind = draw.choice(("capture", "release", "reversal")) if use.reserve else "reversal"
    parts = ((1, draw.randint(1, use.lines[0][1])),) if draw.random() < 0.4 else ()
    return [Follow(scribe.id(), use.right, use.id, kind, parts)]


def altered(history: History, call: Call, **changes: Any) -> History:
    """The same history with one call changed."""
    calls = tuple(replace(each, **changes) if each.stamp == call.stamp else each for each in history.calls)
    return replace(history, calls=calls)


def rewritten(history: History, change: Callable[[Books], Books]) -> History:
    """The same history with other books."""
    return replace(history, books=change(history.books))
