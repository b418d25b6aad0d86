# SPDX-License-Identifier: EUPL-1.2
"""The certificate: a history is right because the ledger's own order explains it. Nothing is searched.

**The claimed order.** Every write of money is an entry, and the ledger mints its id (UUIDv7, ascending in
a process) while the rights of the call are locked. So the entries that touch a right, in the order of
their ids, are the order in which the ledger says that right was used; a call stands where its entries
stand. The order is not taken on trust: every redemption row states what was left after it, every
amendment its version, every other write moves pots by its entries, and all of it must follow from the
reference when the calls are carried out in that order. A Merkle leaf index, once there is one, claims the
same over several processes; only `_claimed` would change.

**What is checked**, in O(n log n):

1. each call stands once on each right, and all rights tell one order (`INTERLEAVED`);
2. real time: what was answered before another was asked stands before it (`REAL_TIME`);
3. every acknowledgement is a row that says the same (`LOST`), every row was asked for by the call that it
   names (`UNASKED`) and has one id (`TWICE`);
4. replay: each call that wrote, carried out at its place, gets the very answers it got (`ANSWER`), and its
   entries move what the reference moves (`MOVED`);
5. what wrote nothing (reads, quotes, refusals, resends, conflicts) is what the reference answers at some
   place between its question and its answer, all its orders for one right at one place (`READ`); over
   several rights no other call is seen on one and missed on another (`TORN`);
6. at the end every pot holds what the reference holds (`ENDS`); per unit all accounts sum to zero (`SUM`);
   nothing that cannot be below zero is (`BELOW_ZERO`);
7. every call got an answer (`NO_ANSWER`).
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate, groupby, pairwise
from uuid import UUID

from tests.faults.history import (
    Amend,
    Answer,
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
)
from tests.faults.reference import Right

FREE = {"treasury", "budget", "receivable"}
"""Kinds of accounts that may hold less than nothing (here budgets are soft)."""
DONE = {"redeemed", "followed", "amended"}
"""Words of answers that acknowledge a write."""


class Flaw(StrEnum):
    """What can be wrong with a history."""

    NO_ANSWER = "a call got no answer"
    LOST = "acknowledged, and not in the books as it was"
    UNASKED = "in the books, and no call says so"
    TWICE = "in the books more than once"
    INTERLEAVED = "rights do not tell one order of calls"
    REAL_TIME = "stands after what was asked once it had been answered"
    ANSWER = "another answer than at its place in the order"
    MOVED = "its entries move something else"
    READ = "an answer that was right at no moment between question and answer"
    TORN = "saw another call on one right and missed it on another"
    ENDS = "a pot holds something else in the end"
    SUM = "the accounts of a unit do not sum to zero"
    BELOW_ZERO = "an account holds less than nothing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw, and where."""

    flaw: Flaw
    where: str


def check(history: History) -> list[Finding]:
    """Everything that is wrong with a history; empty when its own order explains it."""
    claimed = _claimed(history)
    found = [*_answered(history.calls), *_kept(history), *_sums(history.books.held)]
    found += [*_one_order(history.books.legs), *_real_time(claimed)]
    for right_id in history.rights:
        found += _Replay(history, claimed, right_id).run()
    return found + list(_torn(claimed))


# --------------------------------------------------------------------------------- the claimed order


@dataclass(frozen=True)
class _Claimed:
    """The calls that wrote, right by right in the order of their entries; and where each stands."""

    order: Mapping[UUID, Sequence[Call]]
    whole: Sequence[Call]
    """The same over all rights: in the order of their first entries."""
    place: Mapping[UUID, Mapping[int, int]]
    """By right and stamp."""
    by_stamp: Mapping[int, Call]
    rows: Mapping[UUID, Row]
    """By the id of the redemption, follow-up or amendment."""
    seen: dict[int, dict[UUID, tuple[int, int]]]
    """By stamp and right: the first and the last place whose state explains the call's answers."""


def _claimed(history: History) -> _Claimed:
    by_stamp = {call.stamp: call for call in history.calls}
    whole: dict[int, None] = {}
    stamps: defaultdict[UUID, dict[int, None]] = defaultdict(dict)
    for leg in sorted(history.books.legs, key=lambda leg: leg.entry):
        if leg.stamp in by_stamp:
            stamps[leg.right][leg.stamp] = whole[leg.stamp] = None
    return _Claimed(
        whole=[by_stamp[stamp] for stamp in whole],
        order={right: [by_stamp[stamp] for stamp in stamps[right]] for right in history.rights},
        place={right: {stamp: n for n, stamp in enumerate(stamps[right])} for right in history.rights},
        by_stamp=by_stamp,
        rows={row.id: row for row in history.books.rows},
        seen=defaultdict(dict),
    )


def _one_order(legs: Iterable[Leg]) -> Iterator[Finding]:
    """On each right the entries of one call lie together, and calls follow as their first entries do."""
    first: dict[int, int] = {}
    told: defaultdict[UUID, list[int]] = defaultdict(list)
    for leg in sorted(legs, key=lambda leg: leg.entry):
        first.setdefault(leg.stamp, leg.entry)
        told[leg.right].append(leg.stamp)
    for right, stamps in told.items():
        runs = [stamp for stamp, _ in groupby(stamps)]
        for stamp, times in Counter(runs).items():
            if times > 1:
                yield Finding(Flaw.INTERLEAVED, f"call {stamp} in {times} pieces on {right}")
        for one, other in pairwise(runs):
            if first[one] > first[other]:
                yield Finding(Flaw.INTERLEAVED, f"{other} after {one} on {right}, before it elsewhere")


def _real_time(claimed: _Claimed) -> Iterator[Finding]:
    """On each right, and over all of them by first entries."""
    for calls in (*claimed.order.values(), claimed.whole):
        latest = accumulate((call.invoked for call in calls), max)
        for before, call in zip(latest, calls[1:], strict=False):
            if call.answered < before:
                yield Finding(Flaw.REAL_TIME, f"call {call.stamp}")


# ------------------------------------------------------------------------- acknowledgements and sums


def _answered(calls: Iterable[Call]) -> Iterator[Finding]:
    for call in calls:
        if call.fault or len(call.answers) != len(call.orders):
            yield Finding(Flaw.NO_ANSWER, f"call {call.stamp}: {call.fault}")


def _kept(history: History) -> Iterator[Finding]:
    """Acknowledgements against rows, and rows against calls."""
    rows = {row.id: row for row in history.books.rows}
    asked: set[tuple[int, UUID]] = set()
    for call in history.calls:
        if call.kind in (Kind.QUOTE, Kind.LOOK):
            continue
        for order, answer in zip(call.orders, call.answers, strict=False):
            if isinstance(order, Look) or answer.word not in DONE:
                continue
            asked.add((call.stamp, order.id))
            row = rows.get(order.id)
            again = isinstance(order, Amend) and row is not None and row.stamp != call.stamp
            if row is None or (row.says != answer and not again):  # again: it is told how it is now
                yield Finding(Flaw.LOST, f"call {call.stamp}, id {order.id}: {answer}")
    faulty = {call.stamp for call in history.calls if call.fault}
    for row in history.books.rows:
        if (row.stamp, row.id) not in asked and row.stamp not in faulty:
            yield Finding(Flaw.UNASKED, f"id {row.id} of call {row.stamp}")
    yield from _accounted(history)


def _accounted(history: History) -> Iterator[Finding]:
    """Each row once, with entries of its own call; each entry with a row."""
    for row_id, times in Counter(row.id for row in history.books.rows).items():
        if times > 1:
            yield Finding(Flaw.TWICE, f"id {row_id}")
    causes = {(leg.cause, leg.stamp, leg.right) for leg in history.books.legs}
    wrote = {(row.id, row.stamp, row.right) for row in history.books.rows}
    for cause, stamp, _ in causes ^ wrote:
        yield Finding(Flaw.UNASKED, f"id {cause} of call {stamp}: a row without entries, or the reverse")


def _sums(held: Iterable[Held]) -> Iterator[Finding]:
    total: Counter[str] = Counter()
    for each in held:
        total[each.unit] += each.balance
        if each.balance < 0 and each.kind not in FREE:
            yield Finding(Flaw.BELOW_ZERO, f"{each.kind} {each.unit} of {each.owner}: {each.balance}")
    yield from (Finding(Flaw.SUM, f"{unit}: {amount}") for unit, amount in total.items() if amount)


# --------------------------------------------------------------------------------------------- replay


@dataclass
class _Asked:
    """What one call asked of one right; and between which places it can have been answered."""

    call: Call
    pairs: list[tuple[Order, Answer]]
    first: int
    last: int
    fits: list[int] = field(default_factory=list)


@dataclass
class _Replay:
    """One right, from its grant to its end."""

    history: History
    claimed: _Claimed
    right_id: UUID

    def run(self) -> list[Finding]:
        """Carry the calls out in their order; between two, ask what wrote nothing."""
        self.right = Right.of(self.history.rights[self.right_id])
        self.legs = self._legs()
        order = self.claimed.order[self.right_id]
        waiting, asked = self._sorted()
        found: list[Finding] = []
        afoot: list[_Asked] = []
        for place in range(len(order) + 1):
            afoot += waiting.get(place, [])
            found += self._ask(afoot, place)
            afoot = [each for each in afoot if each.last > place]
            if place == len(order):
                break
            wrong = list(self._carry_out(asked.get(order[place].stamp), order[place], place))
            if wrong:
                return found + wrong[:1]  # all that follows would be wrong as well
        return found + list(self._ends())

    def _legs(self) -> dict[tuple[UUID, int], Counter[tuple[str, str]]]:
        """What the entries of each row move on this right, by cause and stamp."""
        legs: defaultdict[tuple[UUID, int], Counter[tuple[str, str]]] = defaultdict(Counter)
        for leg in self.history.books.legs:
            if leg.right == self.right_id:
                legs[leg.cause, leg.stamp][leg.pot, leg.unit] += leg.amount
        return legs

    def _sorted(self) -> tuple[dict[int, list[_Asked]], dict[int, _Asked]]:
        """What wrote nothing by the first place it can have had; what wrote by its stamp."""
        between = _Between(self.claimed.order[self.right_id])
        place = self.claimed.place[self.right_id]
        waiting: defaultdict[int, list[_Asked]] = defaultdict(list)
        wrote: dict[int, _Asked] = {}
        for call in self.history.calls:
            both = zip(call.orders, call.answers, strict=False)
            pairs = [pair for pair in both if pair[0].right == self.right_id]
            if not pairs:
                continue
            each = _Asked(call, pairs, *between.places(call))
            if call.stamp in place:
                wrote[call.stamp] = each
            else:
                waiting[each.first].append(each)
                if each.first > each.last:
                    each.last = each.first  # out of real time: asked once, and found there
        return waiting, wrote

    def _ask(self, afoot: Iterable[_Asked], place: int) -> Iterator[Finding]:
        """A call that wrote nothing fits here, or later, or is a finding at its last place."""
        for each in afoot:
            several = len({order.right for order in each.call.orders}) > 1
            if (several or not each.fits) and self._fits(each):
                each.fits.append(place)
            if place < each.last:
                continue
            if each.fits:
                self.claimed.seen[each.call.stamp][self.right_id] = (each.fits[0], each.fits[-1])
            else:
                yield Finding(Flaw.READ, f"call {each.call.stamp} on {self.right_id}: {each.pairs[0]}")

    def _fits(self, each: _Asked) -> bool:
        trial = self.right.trial()
        return all(self._due(trial, each.call, order, answer) == answer for order, answer in each.pairs)

    def _carry_out(self, each: _Asked | None, call: Call, place: int) -> Iterator[Finding]:
        """A call that wrote, at its place: its answers, and what its entries move."""
        if each is None:
            yield Finding(Flaw.ANSWER, f"call {call.stamp} wrote on {self.right_id}, unasked or unanswered")
            return
        self.claimed.seen[call.stamp][self.right_id] = (place, place)
        for order, answer in each.pairs:
            before = dict(self.right.pots)
            due = self._due(self.right, call, order, answer)
            if due != answer:
                yield Finding(Flaw.ANSWER, f"call {call.stamp}, {order}: got {answer}, not {due}")
                return
            moved = {pot: self.right.pots[pot] - n for pot, n in before.items() if self.right.pots[pot] != n}
            booked = Counter[tuple[str, str]]()
            if not isinstance(order, Look) and moved:
                booked = self.legs.pop((order.id, call.stamp), booked)
            if moved != {pot: n for pot, n in booked.items() if n}:
                yield Finding(Flaw.MOVED, f"call {call.stamp}, {order}: {dict(booked)}, not {moved}")

    def _due(self, right: Right, call: Call, order: Order, answer: Answer) -> Answer:
        """What must be answered now. An id that another right has is a conflict from then on."""
        row = None if isinstance(order, Look) else self.claimed.rows.get(order.id)
        taker = self.claimed.by_stamp.get(row.stamp) if row else None
        if row is None or taker is None or row.right == self.right_id:
            return right.judge(order, call.stamp)
        conflict = Answer(_CONFLICTS[type(order)], (row.id,))
        may_be_taken, may_be_free = taker.invoked < call.answered, call.invoked < taker.answered
        if may_be_taken and (answer == conflict or not may_be_free):
            return conflict
        return right.judge(order, call.stamp)

    def _ends(self) -> Iterator[Finding]:
        held = {(each.kind, each.owner, each.unit): each.balance for each in self.history.books.held}
        for (pot, unit), amount in self.right.pots.items():
            if held.get((pot, self.right_id, unit), 0) != amount:
                has = held.get((pot, self.right_id, unit), 0)
                yield Finding(Flaw.ENDS, f"{pot} {unit} of {self.right_id} is {has}, not {amount}")


_CONFLICTS = {
    Redeem: "redemption_exists_with_other_content",
    Follow: "follow_up_exists_with_other_content",
    Amend: "change_exists_with_other_content",
}


class _Between:
    """Between which places of a right's order a call can have been answered, by real time."""

    def __init__(self, order: Sequence[Call]) -> None:
        numbered = list(enumerate(order))
        by_answer = sorted(numbered, key=lambda each: each[1].answered)
        self._answered = [call.answered for _, call in by_answer]
        self._after = list(accumulate((place + 1 for place, _ in by_answer), max))
        by_question = sorted(numbered, key=lambda each: -each[1].invoked)
        self._invoked = [-call.invoked for _, call in by_question]
        self._before = list(accumulate((place for place, _ in by_question), min))
        self._end = len(order)

    def places(self, call: Call) -> tuple[int, int]:
        """After all that was answered before it was asked; before all that was asked after its answer."""
        past = bisect_left(self._answered, call.invoked)
        to_come = bisect_left(self._invoked, -call.answered)
        first = self._after[past - 1] if past else 0
        last = self._before[to_come - 1] if to_come else self._end
        return first, last


# ------------------------------------------------------------------------------------ several rights


def _torn(claimed: _Claimed) -> Iterator[Finding]:
    """No call sees another on one right and misses it on another.

    Seen on a right: it stands before the first place that explains the answers. Missed: it stands at or
    after the last.
    """
    windows = {right: _Between(order) for right, order in claimed.order.items()}
    for stamp, seen in claimed.seen.items():
        if len(seen) < 2:
            continue
        for right, (_, last) in seen.items():
            _, end = windows[right].places(claimed.by_stamp[stamp])
            missed = [call.stamp for call in claimed.order[right][last:end] if call.stamp != stamp]
            if torn := next((each for each in missed if _is_seen(claimed, seen, each)), None):
                yield Finding(Flaw.TORN, f"call {stamp} missed call {torn} on {right}, saw it elsewhere")


def _is_seen(claimed: _Claimed, seen: Mapping[UUID, tuple[int, int]], other: int) -> bool:
    return any(claimed.place[right].get(other, first) < first for right, (first, _) in seen.items())
