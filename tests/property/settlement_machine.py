# SPDX-License-Identifier: EUPL-1.2
"""The settlement machine: random histories from a redemption to the bank's last word, beside the model.

The bank is that of tests/bank, with its real files. Any step may first break off at a random statement or at
its commit, and any step may be sent again because its answer was lost.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import note
from hypothesis.stateful import initialize, rule
from sqlalchemy import select, update
from sqlmodel import col

from ledger import (
    bank_word,
    follow_ups,
    payees,
    payment_files,
    redemptions,
    releases,
    reviews,
    runs,
    standing,
)
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.ids import uuid7
from ledger.releases import ReleaseRefused, SampleUnseen
from ledger.reviews import Mark, Marks
from ledger.rules.funding import EntryKind
from ledger.rules.restrictions import OnlyProviders
from ledger.runs import DraftOrder
from ledger.scans import Redeemed, ScanLine
from ledger.separation import ReleaserDrafted
from ledger.tables import (
    Entry,
    FollowUpKind,
    MarkKind,
    MarkReason,
    Municipality,
    PayeeCheck,
    PaymentEvent,
)
from tests import settling
from tests.bank import Bank, Script, mutations, reading
from tests.bank.script import Details
from tests.banking import OURS
from tests.property.ledger_machine import SEEDS
from tests.property.settlement_compared import ComparedMachine
from tests.property.settlement_model import OPEN, SENT, Item, Pay
from tests.property.settlement_scenery import DETAILS, OPENING, Branch, Stage
from tests.settling import CHECKER
from tests.world import AIDS, RIDES


class SettlementMachine(ComparedMachine):
    """Every rule does one thing to both; after each of them all is compared, to the cent."""

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        """A bank with its habits, files of at most so many payments, and something that is owed."""
        draw = self._dice(seed)
        details: Details = draw.choice(DETAILS)
        habits = Script(
            status_version=draw.choice(["03", "10"]),
            camt_version=draw.choice(["02", "08"]),
            list_accepted=draw.random() < 0.5,
            batch_booked=draw.choice([None, None, False]),
            batch_details=details,
            settle_after_days=draw.choice([0, 0, 1]),
            split_days=1 if details == "none" else draw.choice([1, 1, 2]),
            omit_end_to_end=details != "none" and draw.random() < 0.2,
        )
        today = dutch_day(self.world.now)
        bank = Bank(
            iban=OURS, name="Diemen", opening_cents=OPENING, first_day=today, seed=seed, script=habits
        )
        self.branch = Branch(bank=bank, habits=habits)
        with self.world.work() as work:
            own = col(Municipality.municipality_id) == self.world.municipality_id
            values = {"payments_per_file": draw.choice([1, 2, 3, 3]), "sample_bps": draw.choice([1500, 5000])}
            work.session.execute(update(Municipality).where(own).values(**values))
        named = (OnlyProviders(providers=self.stage.agbs),)
        right = self.world.grant(amount_cents=100_000_00, restrictions=named, valid_until=None)
        self.right_id = right.id
        self._redeem(draw, 8)

    @rule(seed=SEEDS)
    def bring_on(self, seed: int) -> None:
        """Something goes one step further on its way to the bank and back."""
        draw = self._dice(seed)
        self._one_of(
            draw,
            [
                (self._redeem, 1),
                (self._draft, 6 if self._waits() and not self.model.in_states(OPEN) else 1),
                (self._submit, 4 * len(self.model.in_states(["drafted"]))),
                (self._release, 4 * len(self.model.in_states(["under_review"]))),
                (self._send, 6 * len(self._unsent())),
                (self._read, 8 * len(self.branch.unread)),
                (self._pass_a_day, 8 * any(self.branch.bank._agenda.values())),
            ],
        )

    @rule(seed=SEEDS)
    def disturb(self, seed: int) -> None:
        """Something happens beside the way."""
        draw = self._dice(seed)
        self._one_of(
            draw,
            [
                (self._redeem, 4),
                (self._reverse, 4 * bool(self._reversible())),
                (self._mark, 5 * any(map(self.model.of, self.model.in_states(OPEN)))),
                (self._withdraw, 1 * bool(self.model.in_states(OPEN))),
                (self._read_again, 2 * bool(self.branch.read)),
                (self._let_pass, 10 * bool(self.model.blocked)),
                (self._pass_a_day, 1),
            ],
        )

    def _waits(self) -> bool:
        return any(not each.settled and each.cents for each in self.model.items.values())

    def _one_of(self, draw: Random, steps: Sequence[tuple[Callable[[Random], None], int]]) -> None:
        """One of them, as often as it weighs."""
        (step,) = draw.choices([each for each, _ in steps], [weight for _, weight in steps])
        note(step.__name__)
        step(draw)

    # ------------------------------------------------------------------------------- what is owed

    def _redeem(self, draw: Random, many: int = 0) -> None:
        """A few redemptions on some days."""
        scans = []
        for _ in range(many or draw.randint(1, 3)):
            provider = draw.choice(list(self.stage.payees))
            lines = [ScanLine(service=AIDS, quantity=draw.randint(1, 90_00))]
            if provider == next(iter(self.stage.payees)) and draw.random() < 0.5:
                lines.append(ScanLine(service=RIDES, quantity=draw.randint(1, 4)))
            at = self.world.now - timedelta(days=draw.choice([0, 0, 1, 2, 5]))
            scans.append(self.world.scan(self.right_id, lines=tuple(lines), provider_id=provider, at=at))
        outcomes = self._do(draw, lambda work: redemptions.redeem(work, scans))
        for scan, outcome in zip(scans, outcomes, strict=True):
            assert isinstance(outcome, Redeemed), outcome
            for entry in self._entries_of(scan.id):
                asked = scan.terms.lines[entry.line - 1]
                item = Item(
                    provider=scan.terms.provider_id,
                    cents=entry.amount,
                    day=dutch_day(scan.terms.at),
                    use=(scan.id, entry.line),
                    quantity=asked.quantity,
                )
                self.model.redeem(entry.id, item)

    def _reverse(self, draw: Random) -> None:
        """A line is taken back, wholly or in part, settled or not."""
        settled = draw.random() < 0.8
        found = self._reversible()
        item = draw.choice([each for each in found if each.settled is settled] or found)
        assert item.use is not None
        is_whole = item.cents != item.quantity or draw.random() < 0.6
        quantity = item.quantity if is_whole else draw.randint(1, item.quantity)
        order = standing.Order(
            id=uuid7(),
            kind=FollowUpKind.REVERSAL,
            redemption_id=item.use[0],
            parts=(standing.Part(line=item.use[1], quantity=quantity),),
            reason="zo was het niet",
            at=self.world.now,
        )
        (outcome,) = self._do(draw, lambda work: follow_ups.follow_up(work, [order]))
        assert isinstance(outcome, standing.Followed), outcome
        self.tally["reversed settled" if item.settled else "reversed open"] += 1
        self.model.take_back(item, item.cents if is_whole else quantity)

    def _reversible(self) -> list[Item]:
        return [each for each in self.model.items.values() if each.use and not each.taken_back]

    # ------------------------------------------------------------------------------------- runs

    def _draft(self, draw: Random) -> None:
        """A run up to today, or some days ago."""
        today = dutch_day(self.world.now)
        until = today - timedelta(days=draw.choice([0, 0, 0, 1, 4]))
        order = DraftOrder(id=uuid7(), until=until, requested_on=today)
        self._do(draw, lambda work: runs.draft(work, order))
        self.model.draft(order.id, until)
        with self._looking() as work:
            lines = {each.entry_id for each in reviews.lines(work, order.id, limit=1000)}
        assert lines == {id_ for id_, item in self.model.items.items() if item.run == order.id}
        self.tally["drafted"] += 1

    def _submit(self, draw: Random) -> None:
        """A draft goes to the reviewers."""
        run_id = draw.choice(self.model.in_states(["drafted"]))
        self._do(draw, lambda work: runs.submit(work, run_id))
        self.model.runs[run_id].state = "under_review"

    def _mark(self, draw: Random) -> None:
        """Lines are held, freed, rejected or looked at."""
        run_id = draw.choice([each for each in self.model.in_states(OPEN) if self.model.of(each)])
        theirs = {id_: item for id_, item in self.model.items.items() if item.run == run_id}
        asked = {id_: self._kind(draw, theirs[id_]) for id_ in draw.sample(list(theirs), min(2, len(theirs)))}
        marks = Marks(marks=tuple(_asked(id_, kind) for id_, kind in asked.items()))
        self._do(draw, lambda work: reviews.mark(work, run_id, marks), actor_id=CHECKER)
        for id_, kind in asked.items():
            item = theirs[id_]
            item.held = kind is MarkKind.HELD or (item.held and kind is MarkKind.SEEN)
            self.tally[kind] += 1
            if kind is MarkKind.REJECTED:
                self.model.take_back(item, item.cents)

    @staticmethod
    def _kind(draw: Random, item: Item) -> MarkKind:
        if item.held and draw.random() < 0.5:
            return MarkKind.FREED
        kinds = [MarkKind.HELD, MarkKind.HELD, MarkKind.SEEN, MarkKind.FREED]
        return draw.choice([*kinds, MarkKind.REJECTED] if item.use and not item.taken_back else kinds)

    def _withdraw(self, draw: Random) -> None:
        """Now and then a run is given up."""
        run_id = draw.choice(self.model.in_states(OPEN))
        self._do(draw, lambda work: runs.withdraw(work, run_id, "toch niet"))
        self.model.let_go(run_id)
        self.model.runs[run_id].state = "withdrawn"
        self.tally["withdrawn"] += 1

    def _release(self, draw: Random) -> None:
        """By somebody else, who has looked at the sample; else it is refused."""
        run_id = draw.choice(self.model.in_states(["under_review"]))
        if draw.random() < 0.15:
            self._release_refused(run_id)
        self._do(
            draw, lambda work: settling.look(work, run_id, reviews.unseen(work, run_id)), actor_id=CHECKER
        )
        self._do(draw, lambda work: releases.release(work, run_id), actor_id=CHECKER)
        expected = self.model.release(run_id)
        with self._looking() as work:
            done = settling.settled(work, run_id)
        found = {each.provider_id: (each.gross_cents, each.set_off_cents) for each in done.settlements}
        assert found == expected
        provider_of = {each.id: each.provider_id for each in done.settlements}
        for each in done.payments:
            provider = provider_of[each.settlement_id]
            gross, kept = expected[provider]
            assert (each.amount_cents, each.creditor_iban) == (gross - kept, self.stage.payees[provider])
            self.model.payments[each.id] = Pay(provider=provider, run=run_id, cents=gross - kept)
        self.tally["released"] += 1
        self.tally["paid"] += len(done.payments)
        self.tally["several files"] += len(done.files) > 1
        self.tally["set off"] += any(kept for _, kept in expected.values())

    def _release_refused(self, run_id: UUID) -> None:
        with self._looking() as work:
            unseen = reviews.unseen(work, run_id)
        for actor_id, reason in ((self.world.actor_id, ReleaserDrafted), (CHECKER, SampleUnseen)):
            if reason is SampleUnseen and not unseen:
                continue
            with pytest.raises(ReleaseRefused) as refusal:
                self._once(lambda work: releases.release(work, run_id), actor_id)
            assert reason in map(type, refusal.value.reasons)
        self.tally["release refused"] += 1

    # ------------------------------------------------------------------------------------- the bank

    def _send(self, draw: Random) -> None:
        """The files of a run are taken out and brought to the bank."""
        run_id = draw.choice(self._unsent())
        files = self._do(draw, lambda work: settling.bank_files(work, run_id))
        self.model.export(run_id)
        self.sent.add(run_id)
        with self._looking() as work:
            rows = payment_files.listed(work, run_id)
            paid = settling.settled(work, run_id).payments
        assert [sha256(each).digest() for each in files] == [row.sha256 for row in rows]
        for row, file in zip(rows, files, strict=True):
            self.branch.bring(draw, file, [each for each in paid if each.file == row.number])

    def _unsent(self) -> list[UUID]:
        return [each for each in self.model.in_states(("released", *SENT)) if each not in self.sent]

    def _pass_a_day(self, draw: Random) -> None:
        """It is tomorrow, and what the bank said today waits to be read."""
        if draw.random() < 0.5 and not any(self.branch.bank._agenda.values()):
            return
        self.branch.next_day()
        self.world.later(days=1)

    def _read(self, draw: Random) -> None:
        """The oldest message of the bank is read."""
        message, words = self.branch.unread.pop(0)
        self._do(draw, lambda work: bank_word.read(work, BytesIO(message)))
        self.branch.read.append(message)
        again = self.model.hear((payment, word) for payment, word, _ in words)
        for payment, word, code in words:
            self.tally[word] += 1
            if code == "AC04" and word in {"reject", "return"}:
                self.model.blocked.add(self.model.payments[payment].provider)
        self._owed_again(again)
        self._compare_payments()
        if b"camt.053" in message[:200]:
            closing = reading.balances(reading.root(message))[1]
            assert closing == OPENING - sum(self.model.paid.values())

    def _owed_again(self, again: Sequence[UUID]) -> None:
        """Entry by entry, as one payment may have come from two accounts; together they are the payment."""
        fresh: Counter[UUID] = Counter()
        statement = (
            select(Entry, col(PaymentEvent.payment_id))
            .join(PaymentEvent, col(PaymentEvent.id) == col(Entry.cause_id))
            .where(
                col(Entry.municipality_id) == self.world.municipality_id,
                col(PaymentEvent.municipality_id) == self.world.municipality_id,
                col(Entry.kind).in_([EntryKind.REOPEN, EntryKind.RETURN]),
                col(Entry.id).not_in(self.model.items),
            )
        )
        with self._looking() as work:
            for entry, payment in work.session.execute(statement):
                provider = self.model.payments[payment].provider
                item = Item(provider=provider, cents=entry.amount, day=dutch_day(entry.at))
                self.model.items[entry.id] = item
                fresh[payment] += entry.amount
        assert fresh == {each: self.model.payments[each].cents for each in again}

    def _read_again(self, draw: Random) -> None:
        """A message that was read, once more; sometimes in a file of another name."""
        message = draw.choice(self.branch.read)
        if b"camt.05" in message[:200] and draw.random() < 0.5:
            message = mutations.renamed(message, f"ANDERS-{self.thrown}")
        self._do(draw, lambda work: bank_word.read(work, BytesIO(message)))
        self.tally["read again"] += 1

    def _let_pass(self, draw: Random) -> None:
        """One person is not enough, two say that all may be paid again."""
        statement = select(col(PayeeCheck.id)).where(
            col(PayeeCheck.municipality_id) == self.world.municipality_id
        )
        with self._looking() as work:
            checks = work.session.scalars(statement).all()
        for people, blocked in ((1, set(self.model.blocked)), (2, set())):
            actor_id = uuid7()

            def override(work: Work) -> None:
                for each in checks:
                    payees.override(work, each, "rekening is weer open")

            self._do(draw, override, actor_id=actor_id)
            with self._looking() as work:
                found = set(payees.blocked(work, list(self.stage.payees)))
            assert found <= blocked if people == 1 else not found
        self.model.blocked.clear()
        self.tally["let pass"] += 1


def _asked(entry_id: UUID, kind: MarkKind) -> Mark:
    needs = kind in {MarkKind.HELD, MarkKind.REJECTED}
    why: dict[str, Any] = {"reason": MarkReason.OTHER, "note": "uitzoeken"} if needs else {}
    return Mark(entry_id=entry_id, kind=kind, **why)


def machine_on(stage: Stage) -> type[SettlementMachine]:
    """The machine on this database, with a tally of its own."""
    return type("Bound", (SettlementMachine,), {"stage": stage, "tally": Counter()})
