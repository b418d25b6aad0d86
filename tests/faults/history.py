# SPDX-License-Identifier: EUPL-1.2
"""A history: what every client asked and was answered, when, and what the books then held.

Plain values that share nothing with the ledger, so that a checker can read them and a test can make them up.
A call is one transaction. Its stamp is the instant the ledger records it at, in microseconds after the
start, and no two calls have the same: so every row tells which call wrote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

Fact: TypeAlias = str | int | UUID | None


class Pot(StrEnum):
    """The two accounts of a right that are followed one by one."""

    ENTITLEMENT = "entitlement"
    RESERVED = "reserved"


CENT, MINUTE = "eurocent", "minute"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one order: a word, the facts that go with it, and reasons where it was refused."""

    word: str
    facts: tuple[Fact, ...] = ()
    reasons: tuple["Answer", ...] = ()


@dataclass(frozen=True, slots=True)
class Redeem:
    """Use a right, or set something of it aside. Lines are (service, quantity)."""

    id: UUID
    right: UUID
    provider: UUID
    lines: tuple[tuple[str, int], ...]
    reserve: bool = False


@dataclass(frozen=True, slots=True)
class Follow:
    """Capture, release or reverse a redemption. Parts are (line, quantity); none means all."""

    id: UUID
    right: UUID
    redemption: UUID
    kind: str
    parts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Amend:
    """Another amount, and another quantity where minutes is given."""

    id: UUID
    right: UUID
    cents: int
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What does a right hold?"""

    right: UUID


Order: TypeAlias = Redeem | Follow | Amend | Look


class Kind(StrEnum):
    """What a call does with its orders."""

    REDEEM = "redeem"
    QUOTE = "quote"
    FOLLOW_UP = "follow_up"
    AMEND = "amend"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one client: orders and answers in the same order, between two readings of one clock."""

    kind: Kind
    stamp: int
    client: int
    orders: tuple[Order, ...]
    invoked: int
    """Nanoseconds on the monotonic clock, before the transaction began."""
    answered: int
    """The same, after it was committed."""
    answers: tuple[Answer, ...] = ()
    fault: str | None = None
    """What was raised instead of an answer."""


@dataclass(frozen=True, slots=True)
class Row:
    """A redemption, follow-up or amendment as the books hold it."""

    id: UUID
    right: UUID
    stamp: int
    says: Answer
    """The answer that the row states."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry, where it touches an account of a right."""

    entry: int
    """The entry's id as a number: the order the ledger claims."""
    cause: UUID
    stamp: int
    right: UUID
    pot: Pot
    unit: str
    amount: int
    """Above zero: it came in."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the accounts of one kind, owner and unit hold together."""

    kind: str
    owner: UUID
    unit: str
    balance: int


@dataclass(frozen=True)
class Books:
    """What the database holds when all is done."""

    rows: tuple[Row, ...]
    legs: tuple[Leg, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """A right as it is granted: its amount, and minutes where they set a limit."""

    cents: int
    minutes: int | None = None


@dataclass(frozen=True)
class History:
    """All of it."""

    rights: Mapping[UUID, Start]
    calls: tuple[Call, ...]
    books: Books
    seed: int = field(default=0)

    @property
    def operations(self) -> int:
        """How many orders were sent."""
        return sum(len(call.orders) for call in self.calls)
