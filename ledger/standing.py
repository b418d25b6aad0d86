# SPDX-License-Identifier: EUPL-1.2
"""What stands of redemptions, and the judging of orders against it: capture, release, reversal.

Pure: no session. follow_ups loads and writes; mirrors turns decisions into postings.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from ledger.errors import Conflict, LedgerError, Refused
from ledger.inputs import Amount, Id7, Input, LineNumber, Moment, Text, fingerprint
from ledger.rules.refusals import ServiceDayInFuture
from ledger.scans import RedemptionNotFound
from ledger.tables import Entitlement, FollowUpKind, Redemption, RedemptionLine
from ledger.units import share_cents


@dataclass(kw_only=True, eq=False)
class FollowUpExists(Conflict):
    """This id was used for a follow-up with other content."""

    code: ClassVar[str] = "follow_up_exists_with_other_content"
    id: UUID


@dataclass(kw_only=True, eq=False)
class NotReserved(Refused):
    """It was redeemed at once: there is nothing to capture or release."""

    code: ClassVar[str] = "redemption_not_reserved"
    id: UUID


@dataclass(kw_only=True, eq=False)
class AlreadyResolved(Refused):
    """The reservation was captured or released before."""

    code: ClassVar[str] = "reservation_already_resolved"
    id: UUID


@dataclass(kw_only=True, eq=False)
class NotCaptured(Refused):
    """A reservation that was not captured is released, not reversed."""

    code: ClassVar[str] = "reservation_not_captured"
    id: UUID


@dataclass(kw_only=True, eq=False)
class ReleaseIsWhole(Refused):
    """A release gives all back; who used a part captures that part."""

    code: ClassVar[str] = "release_is_whole"
    id: UUID


@dataclass(kw_only=True, eq=False)
class LineNotFound(Refused):
    """The redemption has no such line."""

    code: ClassVar[str] = "redemption_line_not_found"
    line: int


@dataclass(kw_only=True, eq=False)
class LineAlreadyReversed(Refused):
    """A line is reversed at most once; what is left of it is taken back only where a review rejects it."""

    code: ClassVar[str] = "line_already_reversed"
    line: int


@dataclass(kw_only=True, eq=False)
class MoreThanRedeemed(Refused):
    """More is asked than the line holds."""

    code: ClassVar[str] = "more_than_redeemed"
    line: int
    asked: int
    left: int


class Part(Input):
    """A quantity of one line, in the line's unit."""

    line: LineNumber
    quantity: Amount


class Terms(Input):
    """What is asked of a redemption. Without parts all of it is meant."""

    parts: Annotated[tuple[Part, ...], Field(max_length=30)] = ()
    reason: Text
    at: Moment


class Order(Terms):
    """Terms with their id, their kind and their redemption."""

    id: Id7
    kind: Literal[FollowUpKind.CAPTURE, FollowUpKind.RELEASE, FollowUpKind.REVERSAL]
    redemption_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """A follow-up that was booked, with what the redemption is worth after it."""

    id: UUID
    redemption_id: UUID
    kind: FollowUpKind
    taken_back_cents: int
    """What this follow-up took back."""
    standing_cents: int
    """What of the redemption's price stands after it."""


Outcome: TypeAlias = Followed | LedgerError
"""The follow-up, or why it was refused."""


@dataclass(kw_only=True)
class Line:
    """One line of a redemption as it stands: what was taken back is off."""

    row: RedemptionLine
    quantity: int
    cents: int
    reversals: int = 0
    """How often a part of it was reversed."""

    def share(self, quantity: int) -> int:
        """The price of a part of what stands, in eurocents; the whole is the whole."""
        return share_cents(self.cents, quantity, self.quantity) if quantity else 0


@dataclass(kw_only=True)
class Case:
    """One redemption with its lines and its history."""

    redemption: Redemption
    entitlement: Entitlement
    lines: dict[int, Line]
    resolved: FollowUpKind | None = None

    @property
    def standing_cents(self) -> int:
        """What of its price stands."""
        return sum(line.cents for line in self.lines.values())


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of one line: a quantity and its price."""

    line: Line
    quantity: int
    cents: int


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An accepted order: what it takes off each line, and what it captures."""

    order: Order
    case: Case
    offs: tuple[Share, ...]
    captured: tuple[Share, ...]
    standing_cents: int = 0


@dataclass(kw_only=True)
class Desk:
    """All that a batch of orders may touch. Judging moves these numbers only."""

    known: dict[UUID, tuple[bytes, Followed]]
    cases: Mapping[UUID, Case]
    today: date
    """The Dutch day it is judged on."""
    again: bool = False
    """Whether what is left of a line may be reversed after a part of it was."""
    decided: list[Decision] = field(default_factory=list)

    def judge(self, order: Order) -> Outcome:
        """Order: known id, redemption, its state, then its lines."""
        mark = fingerprint(order)
        if earlier := self.known.get(order.id):
            return earlier[1] if earlier[0] == mark else FollowUpExists(id=order.id)
        case = self.cases.get(order.redemption_id)
        if case is None:
            return RedemptionNotFound(id=order.redemption_id)
        refusal = _state_refusal(order, case, self.today) or _parts_refusal(order, case, self.again)
        return refusal or self._take(order, case, mark)

    def _take(self, order: Order, case: Case, mark: bytes) -> Followed:
        decision = _decide(order, case)
        for off in decision.offs:
            off.line.quantity -= off.quantity
            off.line.cents -= off.cents
            off.line.reversals += order.kind is FollowUpKind.REVERSAL
        if order.kind is not FollowUpKind.REVERSAL:
            case.resolved = order.kind
        followed = Followed(
            id=order.id,
            redemption_id=order.redemption_id,
            kind=order.kind,
            taken_back_cents=sum(off.cents for off in decision.offs),
            standing_cents=case.standing_cents,
        )
        self.known[order.id] = (mark, followed)
        self.decided.append(replace(decision, standing_cents=case.standing_cents))
        return followed


def _state_refusal(order: Order, case: Case, today: date) -> Refused | None:
    """Whether the redemption is in a state that this kind of order needs; care ahead is not captured."""
    if order.kind is FollowUpKind.REVERSAL:
        waits = case.redemption.reserved and case.resolved is not FollowUpKind.CAPTURE
        return NotCaptured(id=case.redemption.id) if waits else None
    if not case.redemption.reserved:
        return NotReserved(id=case.redemption.id)
    if case.resolved:
        return AlreadyResolved(id=case.redemption.id)
    day = case.redemption.service_day
    is_ahead = order.kind is FollowUpKind.CAPTURE and day > today
    return ServiceDayInFuture(service_day=day, first_day=day) if is_ahead else None


def _parts_refusal(order: Order, case: Case, again: bool) -> Refused | None:
    """Whether every part names a line that holds that much."""
    asked: defaultdict[int, int] = defaultdict(int)
    for part in order.parts or _everything(case):
        asked[part.line] += part.quantity
    for number, quantity in asked.items():
        line = case.lines.get(number)
        if line is None:
            return LineNotFound(line=number)
        if order.kind is FollowUpKind.REVERSAL and line.reversals and not again:
            return LineAlreadyReversed(line=number)
        if quantity > line.quantity:
            return MoreThanRedeemed(line=number, asked=quantity, left=line.quantity)
    if order.kind is FollowUpKind.RELEASE and any(asked[n] < each.quantity for n, each in case.lines.items()):
        return ReleaseIsWhole(id=case.redemption.id)
    if order.kind is FollowUpKind.REVERSAL and not asked:
        return LineAlreadyReversed(line=min(case.lines))
    return None


def _everything(case: Case) -> list[Part]:
    return [Part(line=n, quantity=line.quantity) for n, line in case.lines.items() if line.quantity]


def _decide(order: Order, case: Case) -> Decision:
    """What comes off each line and what is captured: a capture takes off what was not asked for."""
    asked: defaultdict[int, int] = defaultdict(int)
    for part in order.parts or _everything(case):
        asked[part.line] += part.quantity
    offs, captured = [], []
    for number, line in case.lines.items():
        named = Share(line=line, quantity=asked[number], cents=line.share(asked[number]))
        rest = Share(line=line, quantity=line.quantity - named.quantity, cents=line.cents - named.cents)
        is_capture = order.kind is FollowUpKind.CAPTURE
        offs.append(rest if is_capture else named)
        captured += [named] if is_capture else []
    return Decision(
        order=order,
        case=case,
        offs=tuple(off for off in offs if off.quantity),
        captured=tuple(each for each in captured if each.quantity),
    )
