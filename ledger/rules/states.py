# SPDX-License-Identifier: EUPL-1.2
"""What settlement runs and payments can be, and what may happen to them next: two tables, no code.

Whatever a table does not allow is refused. Knows no database.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class RunState(StrEnum):
    """How far a settlement run is."""

    DRAFTED = "drafted"
    """Its lines are set apart; nothing is booked."""
    UNDER_REVIEW = "under_review"
    """Somebody else looks at it."""
    WITHDRAWN = "withdrawn"
    """It was given up before any money moved; its lines are free again."""
    RELEASED = "released"
    """Booked, and its files for the bank are fixed. From here on nothing of it changes."""
    EXPORTED = "exported"
    """A file for the bank was taken out."""
    ACCEPTED = "accepted"
    """The bank took all payments; that is no word that they were made."""
    PARTLY_ACCEPTED = "partly_accepted"
    """The bank refused some payments."""
    REJECTED = "rejected"
    """The bank refused all payments."""
    BOOKED = "booked"
    """Of every payment the bank's last word is known, and some were made; or none were to be made."""


class RunCommand(StrEnum):
    """What people do to a run."""

    SUBMIT = "submit"
    """Hand it over for review."""
    MARK = "mark"
    """Hold, free, reject or look at a line."""
    WITHDRAW = "withdraw"
    """Give it up."""
    RELEASE = "release"
    """Let the money go."""
    EXPORT = "export"
    """Take out a file for the bank."""


class PaymentState(StrEnum):
    """How far one payment is. Paid is only what the bank has booked."""

    RELEASED = "released"
    """Booked by us; the bank was told nothing."""
    EXPORTED = "exported"
    """In a file that was taken out."""
    ACCEPTED = "accepted"
    """The bank took it; that is no word that it was made."""
    REJECTED = "rejected"
    """The bank refused it: what it was for is owed again."""
    BOOKED = "booked"
    """The bank has paid it."""
    RETURNED = "returned"
    """It came back after it was paid: what it was for is owed again."""


class News(StrEnum):
    """What a bank says about one payment."""

    ACCEPT = "accept"
    """It was taken."""
    REJECT = "reject"
    """It was refused."""
    BOOK = "book"
    """It left our account."""
    RETURN = "return"
    """It came back."""


SENT: Final = frozenset(
    {RunState.EXPORTED, RunState.ACCEPTED, RunState.PARTLY_ACCEPTED, RunState.REJECTED, RunState.BOOKED}
)
"""Runs whose files the bank may have."""

OPEN: Final = frozenset({RunState.DRAFTED, RunState.UNDER_REVIEW})
"""Runs that hold lines of which nothing is booked."""

RUNS: Final[Mapping[tuple[RunState, RunCommand], RunState]] = MappingProxyType(
    {
        (RunState.DRAFTED, RunCommand.SUBMIT): RunState.UNDER_REVIEW,
        (RunState.DRAFTED, RunCommand.MARK): RunState.DRAFTED,
        (RunState.DRAFTED, RunCommand.WITHDRAW): RunState.WITHDRAWN,
        (RunState.UNDER_REVIEW, RunCommand.MARK): RunState.UNDER_REVIEW,
        (RunState.UNDER_REVIEW, RunCommand.WITHDRAW): RunState.WITHDRAWN,
        (RunState.UNDER_REVIEW, RunCommand.RELEASE): RunState.RELEASED,
        (RunState.RELEASED, RunCommand.EXPORT): RunState.EXPORTED,
        **{(state, RunCommand.EXPORT): state for state in SENT},
    }
)
"""What a run becomes by a command; what is not here is refused."""

PAYMENTS: Final[Mapping[tuple[PaymentState, News], PaymentState]] = MappingProxyType(
    {
        (PaymentState.EXPORTED, News.ACCEPT): PaymentState.ACCEPTED,
        (PaymentState.EXPORTED, News.REJECT): PaymentState.REJECTED,
        (PaymentState.EXPORTED, News.BOOK): PaymentState.BOOKED,
        (PaymentState.ACCEPTED, News.ACCEPT): PaymentState.ACCEPTED,
        (PaymentState.ACCEPTED, News.REJECT): PaymentState.REJECTED,
        (PaymentState.ACCEPTED, News.BOOK): PaymentState.BOOKED,
        (PaymentState.REJECTED, News.REJECT): PaymentState.REJECTED,
        (PaymentState.BOOKED, News.ACCEPT): PaymentState.BOOKED,
        (PaymentState.BOOKED, News.RETURN): PaymentState.RETURNED,
        (PaymentState.RETURNED, News.ACCEPT): PaymentState.RETURNED,
    }
)
"""What a payment becomes by news; the same state: nothing new was said. What is not here contradicts what
is known, and is shown to people: a payment that is booked twice, or booked after it was refused.
"""


def run_after(counted: Mapping[PaymentState, int]) -> RunState:
    """What a run that was sent is, from how many of its payments are in each state."""
    total = sum(counted.values())
    rejected = counted.get(PaymentState.REJECTED, 0)
    waiting = counted.get(PaymentState.RELEASED, 0) + counted.get(PaymentState.EXPORTED, 0)
    accepted = counted.get(PaymentState.ACCEPTED, 0)
    if total and rejected == total:
        return RunState.REJECTED
    if not waiting and not accepted:
        return RunState.BOOKED
    if rejected:
        return RunState.PARTLY_ACCEPTED
    return RunState.EXPORTED if waiting else RunState.ACCEPTED
