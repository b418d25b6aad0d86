# SPDX-License-Identifier: EUPL-1.2
"""What settling must come to, in plain sums: written from the promises, blind to how the ledger keeps them.

Amounts are eurocents. A run, a payment and an item are named by the ids that the ledger gave them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass
class Item:
    """One thing that is owed, less what was taken back of it before it was settled."""

    provider: UUID
    cents: int
    day: date
    use: tuple[UUID, int] | None = None
    """The redemption and its line; None: a payment that came back."""
    quantity: int = 0
    """Of the use, in its own unit."""
    run: UUID | None = None
    """The open run that has it."""
    held: bool = False
    settled: bool = False
    taken_back: bool = False


@dataclass
class Pay:
    """One payment."""

    provider: UUID
    run: UUID
    cents: int
    state: str = "released"
    """released, exported, accepted, rejected, booked or returned."""


@dataclass
class Run:
    """One run."""

    until: date
    state: str = "drafted"


OPEN = ("drafted", "under_review")
SENT = ("exported", "accepted", "partly_accepted", "rejected", "booked")


@dataclass
class Model:
    """All of one municipality."""

    items: dict[UUID, Item] = field(default_factory=dict)
    """By the entry that made it owed."""
    runs: dict[UUID, Run] = field(default_factory=dict)
    payments: dict[UUID, Pay] = field(default_factory=dict)
    blocked: set[UUID] = field(default_factory=set)
    """Providers of whom the bank said that their account cannot be paid."""
    redeemed: Counter[UUID] = field(default_factory=Counter)
    taken_back: Counter[UUID] = field(default_factory=Counter)
    """Before it was settled."""
    owes: Counter[UUID] = field(default_factory=Counter)
    """Taken back after it was settled, and not set off yet."""
    set_off: Counter[UUID] = field(default_factory=Counter)
    paid: Counter[UUID] = field(default_factory=Counter)
    """What the bank has booked, less what came back."""

    def redeem(self, entry: UUID, item: Item) -> None:
        """Something is owed."""
        self.items[entry] = item
        self.redeemed[item.provider] += item.cents

    def take_back(self, item: Item, cents: int) -> None:
        """Of what was settled it becomes a debt, of what was not it is owed no more."""
        item.taken_back = True
        if item.settled:
            self.owes[item.provider] += cents
        else:
            item.cents -= cents
            self.taken_back[item.provider] += cents

    def draft(self, run: UUID, until: date) -> None:
        """It takes all that is free up to a day."""
        self.runs[run] = Run(until)
        for item in self.items.values():
            if item.run is None and not item.settled and item.day <= until:
                item.run = run

    def of(self, run: UUID) -> list[Item]:
        """What an open run has set apart."""
        return [item for item in self.items.values() if item.run == run]

    def let_go(self, run: UUID) -> None:
        """What the run still has is free."""
        for item in self.of(run):
            item.run = None

    def release(self, run: UUID) -> dict[UUID, tuple[int, int]]:
        """Gross and set-off of every provider with whom something is settled."""
        theirs: defaultdict[UUID, list[Item]] = defaultdict(list)
        for item in self.of(run):
            if not item.held and item.provider not in self.blocked:
                theirs[item.provider].append(item)
        settled = {}
        for provider, items in theirs.items():
            gross = sum(item.cents for item in items)
            if gross <= 0:
                continue
            kept = min(gross, self.owes[provider])
            self.owes[provider] -= kept
            self.set_off[provider] += kept
            settled[provider] = (gross, kept)
            for item in items:
                item.settled, item.run = True, None
        self.let_go(run)
        self.runs[run].state = "released" if any(g > k for g, k in settled.values()) else "booked"
        return settled

    def export(self, run: UUID) -> None:
        """Its files go to the bank."""
        if self.runs[run].state == "released":
            self.runs[run].state = "exported"
            for pay in self.of_run(run):
                pay.state = "exported"

    def of_run(self, run: UUID) -> list[Pay]:
        """The payments of a run."""
        return [pay for pay in self.payments.values() if pay.run == run]

    def hear(self, words: Iterable[tuple[UUID, str]]) -> list[UUID]:
        """What the bank says: accept, reject, book or return, in this order; what is owed again by it."""
        again, runs = [], set()
        for payment, word in words:
            pay = self.payments[payment]
            runs.add(pay.run)
            match (pay.state, word):
                case ("exported", "accept"):
                    pay.state = "accepted"
                case ("exported" | "accepted", "reject"):
                    pay.state = "rejected"
                    again.append(payment)
                case ("exported" | "accepted", "book"):
                    pay.state = "booked"
                    self.paid[pay.provider] += pay.cents
                case ("booked", "return"):
                    pay.state = "returned"
                    self.paid[pay.provider] -= pay.cents
                    again.append(payment)
                case _:
                    raise AssertionError(f"the bank of the tests never says {word} of what is {pay.state}")
        for run in runs:
            self._tell(run)
        return again

    def _tell(self, run: UUID) -> None:
        states = [pay.state for pay in self.of_run(run)]
        if all(state == "rejected" for state in states):
            self.runs[run].state = "rejected"
        elif not {"exported", "accepted"} & set(states):
            self.runs[run].state = "booked"
        elif "rejected" in states:
            self.runs[run].state = "partly_accepted"
        else:
            self.runs[run].state = "exported" if "exported" in states else "accepted"

    def payable(self, provider: UUID) -> int:
        """Owed and not settled, what is held included."""
        return sum(i.cents for i in self.items.values() if i.provider == provider and not i.settled)

    def in_payment(self, provider: UUID) -> int:
        """Settled, and the bank's last word is not known."""
        on_its_way = {"released", "exported", "accepted"}
        return sum(
            each.cents
            for each in self.payments.values()
            if each.provider == provider and each.state in on_its_way
        )

    def in_states(self, states: Collection[str]) -> list[UUID]:
        """Runs that are in one of these."""
        return [id_ for id_, run in self.runs.items() if run.state in states]
