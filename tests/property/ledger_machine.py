# SPDX-License-Identifier: EUPL-1.2
"""The machine: random work on the real ledger and on the model, compared after every step."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select
from sqlmodel import col

from ledger import (
    audit,
    db,
    entitlement_changes,
    entitlements,
    follow_ups,
    redemptions,
    runs,
    standing,
)
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.errors import Conflict, LedgerError, Refused
from ledger.ids import uuid7
from ledger.rules import restrictions as rules
from ledger.rules.facts import EntitlementKind
from ledger.rules.funding import AccountKind
from ledger.rules.periods import Per
from ledger.scans import Outcome, Redeemed, RedemptionExists, RedemptionRefused, ScanLine, ScanTerms
from ledger.scans import Scan as LedgerScan
from ledger.tables import (
    Account,
    Approver,
    CareAgreement,
    CareApproval,
    Entitlement,
    FollowUpKind,
    RateClass,
    Redemption,
)
from ledger.units import Unit
from tests import settling
from tests.property.model import HORIZON, Asked, Cap, Deal, Model, Right, Scan, Sold, Use
from tests.property.scenery import Scenery
from tests.world import AIDS, DAY_CARE, GUIDANCE, HOUSEHOLD, RATES, RIDES, World

CATALOGUE = {
    HOUSEHOLD: Sold(Unit.MINUTE, RATES[HOUSEHOLD], 60),
    GUIDANCE: Sold(Unit.MINUTE, RATES[GUIDANCE], 60),
    DAY_CARE: Sold(Unit.DAY_PART, RATES[DAY_CARE]),
    RIDES: Sold(Unit.PIECE, RATES[RIDES]),
    AIDS: Sold(Unit.EUROCENT, None),
}
SERVICES = list(CATALOGUE)
CARE_RATE = 40_00
BOUNDLESS = {AccountKind.TREASURY, AccountKind.BUDGET, AccountKind.RECEIVABLE}
PLAN = tuple(rules.Item(service=each) for each in (HOUSEHOLD, AIDS, RIDES))

SEEDS = st.integers(0, 2**32 - 1)
"""What a step asks is drawn from its own seed: evenly, where a strategy would prefer what is small."""


class LedgerMachine(RuleBasedStateMachine):
    """Every rule does one thing to both and compares what is answered."""

    scenery: ClassVar[Scenery]
    tally: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.world: World = self.scenery.fresh()
        self.tally["runs"] += 1
        world = self.world
        self.providers = [world.provider_id, world.other_provider_id, world.helper_id]
        self.model = Model(
            catalogue=CATALOGUE,
            contracts={
                world.provider_id: Deal(world.contract_id, frozenset(SERVICES), HORIZON),
                world.other_provider_id: Deal(
                    world.other_contract_id, frozenset({HOUSEHOLD, GUIDANCE}), date(2026, 6, 30)
                ),
            },
            at_cost=500_00,
            today=dutch_day(world.now),
        )
        for year in self.scenery.funded:
            self.model.fund(f"hard-{year}", self.scenery.cents)
        self.scans: dict[UUID, tuple[Scan, LedgerScan, Redeemed | None]] = {}
        self.resends: list[Callable[[], None]] = []
        self.thrown = 0
        self.owners: dict[UUID, object] = {id_: f"hard-{y}" for y, id_ in self.scenery.funded.items()}
        """What the owner of an account is called in the model, where it has another name there."""

    # ------------------------------------------------------------------------ rights

    @initialize(seed=SEEDS)
    def first_rights(self, seed: int) -> None:
        """There is something to redeem from the start."""
        draw = self._dice(seed)
        for _ in range(3):
            self._grant(draw)

    @rule(seed=SEEDS)
    def grant(self, seed: int) -> None:
        """A right of any kind, with any limits."""
        self._grant(self._dice(seed))

    def _grant(self, draw: Random) -> None:
        kind = draw.choice([*EntitlementKind, EntitlementKind.VOUCHER])
        has_money = kind is not EntitlementKind.VOUCHER or draw.random() < 0.7
        cents = _cents(draw) if has_money else None
        quantity = _quantity(draw) if draw.random() < (0.3 if has_money else 0.6) else None
        unit = draw.choice([Unit.MINUTE, Unit.MINUTE, Unit.DAY_PART, Unit.PIECE])
        if kind is EntitlementKind.DRAWING_RIGHT or (
            kind is EntitlementKind.ARRANGEMENT and unit is Unit.DAY_PART
        ):
            unit = Unit.MINUTE
        caps = [_cap(draw, unit) for _ in range(draw.choice([0, 0, 1, 2]))]
        uses = draw.choice([None, None, None, 12, 4, 2])
        hard = draw.random() < 0.4
        length = draw.choice([None, None, 150, 60, 40, 20])
        first = self.model.today + timedelta(days=draw.choice([-60, -30, -30, -14, -7, -3, 2]))
        grant = self.world.grant_of(
            kind=kind,
            programme_id=self.world.hard_programme_id if hard else self.world.programme_id,
            amount_cents=cents,
            quantity=quantity,
            quantity_unit=unit if quantity else None,
            restrictions=(*self._own_rules(kind), *_caps(caps), *_uses(uses)),
            valid_from=first,
            valid_until=None if length is None else first + timedelta(days=length),
        )
        right = Right(
            id=grant.id,
            budget=f"{'hard' if hard else 'soft'}-{first.year}",
            is_hard=hard,
            amount=cents,
            quantity=quantity,
            unit=unit if quantity else None,
            committed=cents or 0,
            first=first,
            last=grant.valid_until or HORIZON,
            services=frozenset(each.service for each in PLAN)
            if kind is EntitlementKind.ARRANGEMENT
            else None,
            caps=tuple(caps),
            uses_max=uses,
        )
        with self.world.work() as work:
            (outcome,) = entitlements.grant(work, [grant])
        if isinstance(outcome, Entitlement):
            right.committed = outcome.committed_cents  # an estimate where no amount was given
            self.owners[outcome.budget_id] = right.budget
        elif cents is None:
            return  # what was estimated is not told
        assert self.model.grant(right) is isinstance(outcome, Entitlement), outcome
        self._count("grant", isinstance(outcome, Entitlement))
        if isinstance(outcome, LedgerError):
            return
        if kind is EntitlementKind.DRAWING_RIGHT:
            right.deals = {self.world.helper_id: self._agreement(right)}
        self._note(
            lambda work, changed: entitlements.grant(
                work, [grant.model_copy(update={"note": "anders"}) if changed else grant]
            )[0]
        )

    def _own_rules(self, kind: EntitlementKind) -> tuple[rules.AnyRestriction, ...]:
        if kind is EntitlementKind.DRAWING_RIGHT:
            return ()
        if kind is EntitlementKind.VOUCHER:
            return (self.world.named(),)
        named = frozenset({World.AGB, World.OTHER_AGB})
        return (
            rules.OnlyItems(items=tuple(rules.Item(service=each.service, providers=named) for each in PLAN)),
        )

    def _agreement(self, right: Right) -> Deal:
        """A care agreement for guidance with both approvals."""
        own: dict[str, Any] = {
            "municipality_id": self.world.municipality_id,
            "recorded_at": self.world.now,
        }
        agreement = CareAgreement(
            id=uuid7(),
            entitlement_id=right.id,
            provider_id=self.world.helper_id,
            service=GUIDANCE,
            rate_class=RateClass.FORMAL,
            rate_cents=CARE_RATE,
            ceiling_cents=50_00,
            valid_from=right.first,
            fingerprint=b"",
            actor_id=self.world.actor_id,
            at=self.world.now,
            **own,
        )
        with self.world.work() as work:
            work.session.add(agreement)
            work.session.flush()
            for approver in Approver:
                work.session.add(
                    CareApproval(agreement_id=agreement.id, approver=approver, actor_id=uuid7(), **own)
                )
            work.session.flush()
        return Deal(agreement.id, frozenset({GUIDANCE}), HORIZON, CARE_RATE)

    @rule(seed=SEEDS)
    def change(self, seed: int) -> None:
        """Amend, suspend, resume or end."""
        draw = self._dice(seed)
        draw.choice([self._amend, self._amend, self._suspend, self._resume, self._end])(draw)

    def _amend(self, draw: Random) -> None:
        """Raise, lower, extend or shorten."""
        right = self._right(draw)
        cents = _cents(draw) if right.amount is not None and draw.random() < 0.8 else None
        quantity = _quantity(draw) if right.quantity is not None and draw.random() < 0.8 else None
        if draw.random() < 0.1:
            cents, quantity = _cents(draw), _quantity(draw)
        day = self._day(draw, 0, 120) if draw.random() < 0.3 else None
        is_open = day is None and draw.random() < 0.2
        asks_nothing = cents is None and quantity is None and day is None
        change = entitlement_changes.Amendment(
            amount_cents=cents,
            quantity=quantity,
            valid_until=day,
            open_ended=is_open or asks_nothing,  # an amendment asks for something
            reason="anders nodig",
            at=self.world.now,
        )
        until = HORIZON if change.open_ended else day
        self._change(right, change, lambda: self.model.amend(right, cents, quantity, until))

    def _suspend(self, draw: Random) -> None:
        """Nothing from a day on."""
        right, day = self._right(draw), self._day(draw, -5, 10)
        until = None if draw.random() < 0.2 else day + timedelta(days=draw.randint(0, 6))
        change = entitlement_changes.Suspension(
            from_day=day, until_day=until, reason="opname", at=self.world.now
        )
        self._change(right, change, lambda: self.model.suspend(right, day, until))

    def _resume(self, draw: Random) -> None:
        """Again from a day on."""
        right, day = self._right(draw), self._day(draw, -5, 3)
        if not right.suspended:
            right = next((each for each in self.model.rights.values() if each.suspended), right)
        change = entitlement_changes.Resumption(first_day=day, reason="weer thuis", at=self.world.now)
        self._change(right, change, lambda: self.model.resume(right, day))

    def _end(self, draw: Random) -> None:
        """Set the last day."""
        right, day = self._right(draw), self._day(draw, -3, 20)
        change = entitlement_changes.Ending(last_day=day, reason="verhuisd", at=self.world.now)
        self._change(right, change, lambda: self.model.end(right, day))

    def _change(
        self, right: Right, change: entitlement_changes.AnyChange, expected: Callable[[], bool]
    ) -> None:
        order = entitlement_changes.Order(id=uuid7(), entitlement_id=right.id, change=change)
        with self.world.work() as work:
            (outcome,) = entitlement_changes.change(work, [order])
        assert expected() is isinstance(outcome, Entitlement), outcome
        self._count(change.kind, isinstance(outcome, Entitlement))
        if isinstance(outcome, LedgerError):
            assert isinstance(outcome, Refused), outcome
            return
        other = order.model_copy(
            update={"change": change.model_copy(update={"reason": "om een andere reden"})}
        )

        def again(work: Work, changed: bool) -> Any:
            (answer,) = entitlement_changes.change(work, [other if changed else order])
            return answer if changed or isinstance(answer, LedgerError) else answer.id

        self._note(again)

    @rule(seed=SEEDS)
    def expire(self, seed: int) -> None:
        """Close what ended long enough ago."""
        claim_days = self._dice(seed).choice([0, 10, 30])
        with self.world.work() as work:
            closed = entitlement_changes.expire(work, today=self.model.today, claim_days=claim_days)
        assert set(closed) == self.model.expire(claim_days)
        self._count("expired", bool(closed))

    # --------------------------------------------------------------------- redeeming

    @rule(seed=SEEDS)
    def redeem_one(self, seed: int) -> None:
        """One scan."""
        self._redeem(self._dice(seed), 1)

    @rule(seed=SEEDS)
    def redeem_few(self, seed: int) -> None:
        """Two or three scans."""
        draw = self._dice(seed)
        self._redeem(draw, draw.randint(2, 3))

    @rule(seed=SEEDS)
    def redeem_many(self, seed: int) -> None:
        """A batch of new scans, resent scans and changed resends; each is judged after the ones before."""
        draw = self._dice(seed)
        self._redeem(draw, draw.randint(4, 8))

    def _redeem(self, draw: Random, number: int) -> None:
        pairs: list[tuple[Scan, LedgerScan]] = []
        for _ in range(number):
            pairs.append(self._asked(draw, pairs))
        with self.world.work() as work:
            outcomes = redemptions.redeem(work, [theirs for _, theirs in pairs])
        for (ours, theirs), outcome in zip(pairs, outcomes, strict=True):
            self._compare(ours, theirs, outcome)

    def _compare(self, ours: Scan, theirs: LedgerScan, outcome: Outcome) -> None:
        earlier = self.scans.get(ours.id)
        if earlier is not None and earlier[2] is not None:
            if earlier[1].fingerprint == theirs.fingerprint:
                assert outcome == earlier[2], outcome
            else:
                assert isinstance(outcome, RedemptionExists), outcome
            self._count("resent scan", isinstance(outcome, Redeemed))
            return
        use = self.model.redeem(ours)
        assert (use is not None) is isinstance(outcome, Redeemed), f"{outcome} for {ours}"
        self._count("reserve" if ours.reserve else "redeem", use is not None)
        if isinstance(outcome, Redeemed):
            assert use is not None
            self._compare_answer(use, outcome)
            self.scans[ours.id] = (ours, theirs, outcome)
        else:
            assert isinstance(outcome, RedemptionRefused), outcome
            assert outcome.reasons
            self.tally.update(f"no: {each.code}" for each in outcome.reasons)
            self.scans.setdefault(ours.id, (ours, theirs, None))

    def _compare_answer(self, use: Use, outcome: Redeemed) -> None:
        right = self.model.rights[use.scan.right]
        assert [(each.unit, each.quantity, each.price_cents) for each in outcome.lines] == [
            (line.unit, line.quantity, line.cents) for line in use.lines
        ]
        money, counted = self.model.left(right, Unit.EUROCENT), right.unit
        assert outcome.remaining_cents == (None if right.amount is None else money)
        assert outcome.remaining_quantity == (self.model.left(right, counted) if counted else None)

    def _asked(self, draw: Random, batch: Sequence[tuple[Scan, LedgerScan]]) -> tuple[Scan, LedgerScan]:
        """A new scan; or one of this batch or before again, as it was or with a line more."""
        sent = [*batch, *((ours, theirs) for ours, theirs, _ in self.scans.values())]
        if sent and draw.random() < 0.15:
            ours, theirs = draw.choice(sent)
            if draw.random() < 0.6:
                return ours, theirs
            ours = replace(ours, lines=(*ours.lines, Asked(HOUSEHOLD, 1)))
            return ours, self._sent(ours)
        right = self._right(draw)
        usual = [self.world.provider_id if right.deals is None else self.world.helper_id] * 17
        day = self._day(draw, -1 if draw.random() < 0.5 else -20, 1 if draw.random() < 0.1 else 0)
        ours = Scan(
            id=uuid7(),
            right=right.id,
            provider=draw.choice([*usual, *self.providers]),
            lines=tuple(self._line(draw, right) for _ in range(draw.choice([1, 1, 2, 3]))),
            day=day if draw.random() < 0.1 else max(day, right.first),
            reserve=draw.random() < 0.3,
        )
        return ours, self._sent(ours)

    def _line(self, draw: Random, right: Right) -> Asked:
        """Mostly a service that the right can pay, without a price."""
        fitting = [code for code in SERVICES if draw.random() < 0.03 or _may_be(right, code)] or SERVICES
        code = draw.choice(fitting)
        sold = CATALOGUE[code]
        quantity = draw.choice([draw.randint(1, 30), draw.randint(1, 120)])
        if sold.unit is not Unit.MINUTE:
            quantity = quantity * 31 if sold.cents is None else quantity % 3 + 1
        most = sold.most(quantity, 500_00)
        return Asked(code, quantity, draw.choice([*([None] * 20), 0, most // 2, most, most + 1]))

    def _sent(self, scan: Scan) -> LedgerScan:
        terms = ScanTerms(
            entitlement_id=scan.right,
            provider_id=scan.provider,
            lines=tuple(
                ScanLine(service=each.service, quantity=each.quantity, price_cents=each.cents)
                for each in scan.lines
            ),
            at=self._at(scan.day),
            reserve=scan.reserve,
        )
        return LedgerScan(id=scan.id, terms=terms)

    def _at(self, day: date) -> datetime:
        """The same time of day as now; on the day itself that is now."""
        return self.world.now + (day - self.model.today)

    # -------------------------------------------------------------------- afterwards

    @precondition(lambda self: self.model.uses)
    @rule(seed=SEEDS)
    def follow_up(self, seed: int) -> None:
        """A batch of captures, releases and reversals of a part or of all."""
        draw = self._dice(seed)
        orders = [self._order(draw) for _ in range(draw.choice([1, 1, 2, 3]))]
        with self.world.work() as work:
            outcomes = follow_ups.follow_up(work, orders)
        for order, outcome in zip(orders, outcomes, strict=True):
            self._compare_follow_up(order, outcome)

    def _order(self, draw: Random) -> standing.Order:
        use = draw.choice(list(self.model.uses.values()))
        parts = {}
        if draw.random() < 0.5:
            for number in draw.sample(range(1, len(use.lines) + 1), draw.randint(1, len(use.lines))):
                parts[number] = draw.randint(1, max(use.lines[number - 1].quantity, 1))
        if draw.random() < 0.1:
            parts[draw.randint(1, 3)] = draw.randint(1, 200)
        return standing.Order(
            id=uuid7(),
            kind=self._fitting(use, draw.choice([*FollowUpKind])),
            redemption_id=use.scan.id,
            parts=tuple(standing.Part(line=n, quantity=q) for n, q in parts.items()),
            reason="zo was het",
            at=self.world.now - timedelta(days=draw.randint(0, 9)),
        )

    @staticmethod
    def _fitting(use: Use, kind: FollowUpKind) -> FollowUpKind:
        """Mostly one that can pass: a reservation is captured, the rest is reversed."""
        if kind is FollowUpKind.REVERSAL and use.is_open:
            return FollowUpKind.CAPTURE
        return FollowUpKind.REVERSAL if not use.is_open and kind is FollowUpKind.CAPTURE else kind

    def _compare_follow_up(self, order: standing.Order, outcome: standing.Outcome) -> None:
        use = self.model.uses[order.redemption_id]
        before = sum(line.cents for line in use.lines)
        taken = {part.line: part.quantity for part in order.parts}
        match order.kind:
            case FollowUpKind.CAPTURE:
                passes = self.model.capture(use, taken)
            case FollowUpKind.RELEASE:
                passes = self.model.release(use, taken)
            case FollowUpKind.REVERSAL:
                passes = self.model.reverse(use, taken)
        assert passes is isinstance(outcome, standing.Followed), f"{outcome} for {order}"
        self._count(order.kind, passes)
        if isinstance(outcome, LedgerError):
            assert isinstance(outcome, Refused), outcome
            return
        stands = sum(line.cents for line in use.lines)
        assert (outcome.standing_cents, outcome.taken_back_cents) == (stands, before - stands)
        other = order.model_copy(update={"reason": "zo was het niet"})
        self._note(
            lambda work, changed: follow_ups.follow_up(work, [other if changed else order])[0], outcome
        )

    @precondition(lambda self: any(not owed.settled for owed in self.model.owed))
    @rule(seed=SEEDS)
    def settle(self, seed: int) -> None:
        """Settle until a day; a day to come is refused."""
        self._settle(seed)

    @precondition(lambda self: any(not owed.settled for owed in self.model.owed))
    @rule(seed=SEEDS)
    def settle_as_often(self, seed: int) -> None:
        """The same: what must be given back is set off only where runs are many."""
        self._settle(seed)

    @precondition(lambda self: self._receivable() < 0 and any(not o.settled for o in self.model.owed))
    @rule(seed=SEEDS)
    def settle_with_who_owes(self, seed: int) -> None:
        """The same, where somebody has to give back."""
        self._settle(seed)

    def _settle(self, seed: int) -> None:
        ago = self._dice(seed).choice([0, 0, 0, 1, 2, 5, 13, -1])
        until = self.model.today - timedelta(days=ago)
        order = runs.DraftOrder(id=uuid7(), until=until, requested_on=self.model.today)
        try:
            with self.world.work() as work:
                run = settling.settle(work, order)
        except runs.UntilInFuture:
            assert ago < 0
            return
        assert ago >= 0
        provider_of = {each.id: each.provider_id for each in run.settlements}
        paid = {each.provider_id: each.net_cents for each in run.settlements}
        receivable = self._receivable()
        assert paid == self.model.settle(until)
        self._count("settle", bool(paid))
        self.tally["set off"] += self._receivable() != receivable
        for payment in run.payments:
            self.owners[payment.id] = provider_of[payment.settlement_id]
        other = order.model_copy(update={"requested_on": order.requested_on + timedelta(days=1)})

        def again(work: Work, changed: bool) -> Any:
            try:
                return settling.settle(work, other if changed else order).file_sha256
            except Conflict as error:
                return error

        self._note(again, run.file_sha256)

    def _receivable(self) -> int:
        """What all providers have to give back, below zero."""
        return sum(amount for (kind, *_), amount in self.model.pots.items() if kind is AccountKind.RECEIVABLE)

    # -------------------------------------------------------------------- time, resends

    @rule(seed=SEEDS)
    def pass_time(self, seed: int) -> None:
        """Days go by."""
        passing = self._dice(seed).randint(1, 9)
        self.world.later(days=passing)
        self.model.today = dutch_day(self.world.now)

    def _count(self, what: str, passed: bool) -> None:
        self.tally[f"{what} {'passed' if passed else 'refused'}"] += 1

    def _note(self, send: Callable[[Work, bool], Any], answer: Any = None) -> None:
        """Remember how to send it again: the same is answered the same, other content is a conflict."""

        def resend() -> None:
            with self.world.work() as work:
                outcome = send(work, False)
            assert not isinstance(outcome, LedgerError), outcome
            assert answer is None or outcome == answer, outcome
            with self.world.work() as work:
                outcome = send(work, True)
            assert isinstance(outcome, Conflict), outcome

        self.resends.append(resend)

    @precondition(lambda self: self.resends)
    @rule(seed=SEEDS)
    def resend(self, seed: int) -> None:
        """Something that was booked, once more."""
        self._dice(seed).choice(self.resends)()

    # ---------------------------------------------------------------------- comparing

    @invariant()
    def accounts_are_as_the_model_says(self) -> None:
        """Every account, the sum per unit, and nothing below zero."""
        self.tally["steps"] += 1
        found: Counter[Any] = Counter()
        sums: defaultdict[Unit, int] = defaultdict(int)
        balance_of = col(Account.credits) - col(Account.debits)
        statement = select(col(Account.kind), col(Account.owner_id), col(Account.unit), balance_of)
        with db.reading(self.world.engine) as session:
            rows = session.execute(
                statement.where(col(Account.municipality_id) == self.world.municipality_id)
            ).all()
        for kind, owner, unit, balance in rows:
            assert balance >= 0 or kind in BOUNDLESS, (kind, owner, unit, balance)
            assert balance <= 0 or kind is not AccountKind.RECEIVABLE, (kind, owner, unit, balance)
            sums[unit] += balance
            found[kind, self.owners.get(owner, owner), unit] += balance
        assert not any(sums.values()), sums
        expected = {pot: amount for pot, amount in self.model.pots.items() if amount}
        assert {pot: amount for pot, amount in found.items() if amount} == expected

    def teardown(self) -> None:
        """The ledger's own proof agrees, and every accepted scan is there once."""
        with db.reading(self.world.engine) as session:
            work = Work(
                session=session,
                municipality_id=self.world.municipality_id,
                actor_id=self.world.actor_id,
                now=self.world.now,
            )
            report = audit.check(work)
            own = col(Redemption.municipality_id) == self.world.municipality_id
            number = session.scalar(select(func.count()).select_from(Redemption).where(own))
        assert report.agrees, report.findings
        assert number == len(self.model.uses)

    def _dice(self, seed: int) -> Random:
        """Another one at every step, for the same seed comes back often."""
        self.thrown += 1
        return Random(seed * 1_000 + self.thrown)

    def _right(self, draw: Random) -> Right:
        """One of the rights, mostly one that is not closed."""
        rights = list(self.model.rights.values())
        return draw.choice([each for each in rights if not each.is_closed or draw.random() < 0.1] or rights)

    def _day(self, draw: Random, first: int, last: int) -> date:
        """So many days from today."""
        return self.model.today + timedelta(days=draw.randint(first, last))


def _cents(draw: Random) -> int:
    return draw.choice([1, 60_00, 200_00, draw.randint(100_00, 400_00), 300_00, 400_00])


def _quantity(draw: Random) -> int:
    return draw.choice([2, 30, 240, draw.randint(60, 900), 900, 900])


def _cap(draw: Random, unit: Unit) -> Cap:
    """A cap in money or in this unit."""
    is_money = draw.random() < 0.6
    most = draw.choice([60_00, 120_00, 300_00] if is_money else [12, 120, 480])
    per = draw.choice(["day", "week", "month", "year", "total"])
    return Cap(per, Unit.EUROCENT if is_money else unit, most, draw.random() < 0.5)


def _may_be(right: Right, code: str) -> bool:
    """Whether a service is of a kind that this right can pay."""
    if right.deals is not None:
        return code == GUIDANCE and right.unit in (None, Unit.MINUTE)
    unit, units = CATALOGUE[code].unit, {cap.unit for cap in right.caps} - {Unit.EUROCENT}
    return right.unit in (None, unit) and units <= {unit} and code in (right.services or SERVICES)


def _caps(caps: Sequence[Cap]) -> tuple[rules.Cap, ...]:
    return tuple(
        rules.Cap(per=Per(cap.per), unit=cap.unit, most=cap.most, carry_over=cap.carry_over) for cap in caps
    )


def _uses(most: int | None) -> tuple[rules.UsesMax, ...]:
    return () if most is None else (rules.UsesMax(most=most),)


def machine_on(scenery: Scenery) -> type[LedgerMachine]:
    """The machine on this database, with a tally of its own."""
    return type("Bound", (LedgerMachine,), {"scenery": scenery, "tally": Counter()})
