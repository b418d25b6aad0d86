# SPDX-License-Identifier: EUPL-1.2
"""The machine: random work on the real ledger and on the model, compared after every step."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select
from sqlmodel import col

from ledger import (
    audit,
    db,
    entitlement_changes,
    entitlements,
    follow_ups,
    redemptions,
    settlements,
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
from ledger.scans import Outcome, Redeemed, RedemptionExists, RedemptionRefused
from ledger.scans import Scan as LedgerScan
from ledger.scans import ScanLine, ScanTerms
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
from tests.property.model import HORIZON, Asked, Cap, Deal, Model, Owed, Right, Scan, Sold, Use
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
RIGHTS_MOST = 6
BOUNDLESS = {AccountKind.TREASURY, AccountKind.BUDGET, AccountKind.RECEIVABLE}
PLAN = tuple(rules.Item(service=each) for each in (HOUSEHOLD, AIDS, RIDES))

caps = st.builds(
    Cap,
    st.sampled_from(["day", "week", "month", "year", "total"]),
    st.sampled_from([Unit.EUROCENT, Unit.EUROCENT, Unit.MINUTE, Unit.PIECE]),
    st.sampled_from([500_00, 120_00, 40_00, 240, 8]),
    st.booleans(),
)
cents = st.sampled_from([400_00, 300_00, 200_00, 100_00, 31_15, 1]) | st.integers(100_00, 300_00)
quantities = st.sampled_from([900, 600, 240, 60, 12, 1]) | st.integers(60, 600)
asked_lines = st.tuples(
    st.integers(0, 4),  # which service that fits
    st.sampled_from([False] * 7 + [True]),  # or any service
    st.integers(1, 30) | st.integers(1, 180),  # how much
    st.sampled_from([None] * 6 + [0, 1, 2, 3]),  # without price; free, the tariff, above it, half of it
)
asked_scans = st.tuples(
    st.integers(0, RIGHTS_MOST - 1),
    st.sampled_from([0, 0, 0, 0, 0, 1, 2]),  # which provider
    st.lists(asked_lines, min_size=1, max_size=3),
    st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, 8, 13, 21, -1]),  # days ago
    st.sampled_from([False, False, True]),
    st.sampled_from(["new"] * 8 + ["again", "changed"]),
)
parts = st.just({}) | st.dictionaries(st.integers(1, 3), st.integers(1, 60), max_size=2)


class LedgerMachine(RuleBasedStateMachine):
    """Every rule does one thing to both and compares what is answered."""

    scenery: ClassVar[Scenery]
    steps: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.world: World = self.scenery.fresh()
        self.steps["runs"] += 1
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
        self.right_ids: list[UUID] = []
        self.scans: dict[UUID, tuple[Scan, LedgerScan, Redeemed | None]] = {}
        self.resends: list[Callable[[], None]] = []
        self.owners: dict[UUID, object] = {id_: f"hard-{y}" for y, id_ in self.scenery.funded.items()}
        """What the owner of an account is called in the model, where it has another name there."""

    # ------------------------------------------------------------------------ rights

    @precondition(lambda self: len(self.right_ids) < RIGHTS_MOST or self._right(0).is_closed)
    @rule(
        kind=st.sampled_from([*EntitlementKind, EntitlementKind.VOUCHER]),
        cents=st.none() | cents,
        quantity=st.none() | st.none() | quantities,
        unit=st.sampled_from([Unit.MINUTE, Unit.MINUTE, Unit.DAY_PART, Unit.PIECE]),
        caps=st.just([]) | st.just([]) | st.lists(caps, max_size=2),
        uses=st.sampled_from([None, None, None, 20, 5, 2]),
        starts=st.sampled_from([-60, -30, -30, -14, -7, 0, 2]),
        length=st.sampled_from([None, None, 90, 60, 30, 7, 0]),
        hard=st.booleans(),
    )
    def grant(
        self,
        kind: EntitlementKind,
        cents: int | None,
        quantity: int | None,
        unit: Unit,
        caps: list[Cap],
        uses: int | None,
        starts: int,
        length: int | None,
        hard: bool,
    ) -> None:
        """A right of any kind, with any limits."""
        if kind is not EntitlementKind.VOUCHER and cents is None:
            cents = 150_00
        first = self.model.today + timedelta(days=starts)
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
            services=frozenset(each.service for each in PLAN) if kind is EntitlementKind.ARRANGEMENT else None,
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
        self.right_ids.append(right.id)
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
            rules.OnlyItems(
                items=tuple(rules.Item(service=each.service, providers=named) for each in PLAN)
            ),
        )

    def _agreement(self, right: Right) -> Deal:
        """A care agreement for guidance with both approvals."""
        own = {"municipality_id": self.world.municipality_id, "recorded_at": self.world.now}
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

    @precondition(lambda self: self.right_ids)
    @rule(
        which=st.integers(0, RIGHTS_MOST - 1),
        cents=st.none() | cents,
        quantity=st.none() | quantities,
        last=st.none() | st.integers(-5, 90),
        unending=st.booleans(),
    )
    def amend(
        self, which: int, cents: int | None, quantity: int | None, last: int | None, unending: bool
    ) -> None:
        """Raise, lower, extend or shorten."""
        right = self._right(which)
        day = None if last is None else self.model.today + timedelta(days=last)
        change = entitlement_changes.Amendment(
            amount_cents=cents,
            quantity=quantity,
            valid_until=day,
            open_ended=unending and day is None,
            reason="anders nodig",
            at=self.world.now,
        )
        until = HORIZON if change.open_ended else day
        self._change(right, change, lambda: self.model.amend(right, cents, quantity, until))

    @precondition(lambda self: self.right_ids)
    @rule(
        which=st.integers(0, RIGHTS_MOST - 1), first=st.integers(-3, 10), length=st.sampled_from([0, 1, 3, 9, None])
    )
    def suspend(self, which: int, first: int, length: int | None) -> None:
        """Nothing from a day on."""
        right, day = self._right(which), self.model.today + timedelta(days=first)
        until = None if length is None else day + timedelta(days=length)
        change = entitlement_changes.Suspension(
            from_day=day, until_day=until, reason="opname", at=self.world.now
        )
        self._change(right, change, lambda: self.model.suspend(right, day, until))

    @precondition(lambda self: self.right_ids)
    @rule(which=st.integers(0, RIGHTS_MOST - 1), first=st.integers(-10, 3))
    def resume(self, which: int, first: int) -> None:
        """Again from a day on."""
        right, day = self._right(which), self.model.today + timedelta(days=first)
        change = entitlement_changes.Resumption(first_day=day, reason="weer thuis", at=self.world.now)
        self._change(right, change, lambda: self.model.resume(right, day))

    @precondition(lambda self: self.right_ids)
    @rule(which=st.integers(0, RIGHTS_MOST - 1), last=st.integers(-3, 30))
    def end(self, which: int, last: int) -> None:
        """Set the last day."""
        right, day = self._right(which), self.model.today + timedelta(days=last)
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
        other = order.model_copy(update={"change": change.model_copy(update={"reason": "om een andere reden"})})

        def again(work: Work, changed: bool) -> Any:
            (answer,) = entitlement_changes.change(work, [other if changed else order])
            return answer if changed else answer.id

        self._note(again)

    @precondition(lambda self: any(right.last < HORIZON for right in self.model.rights.values()))
    @rule(claim_days=st.sampled_from([0, 10, 30]))
    def expire(self, claim_days: int) -> None:
        """Close what ended long enough ago."""
        with self.world.work() as work:
            closed = entitlement_changes.expire(work, today=self.model.today, claim_days=claim_days)
        assert set(closed) == self.model.expire(claim_days)
        self._count("expired", bool(closed))

    # --------------------------------------------------------------------- redeeming

    @precondition(lambda self: self.right_ids)
    @rule(wanted=asked_scans)
    def redeem_one(self, wanted: tuple[Any, ...]) -> None:
        """One scan."""
        self._redeem([wanted])

    @precondition(lambda self: self.right_ids)
    @rule(wanted=st.lists(asked_scans, min_size=2, max_size=6))
    def redeem_many(self, wanted: list[tuple[Any, ...]]) -> None:
        """A batch of new scans, resent scans and changed resends; each is judged after the ones before."""
        self._redeem(wanted)

    def _redeem(self, wanted: list[tuple[Any, ...]]) -> None:
        pairs = [self._asked(*each) for each in wanted]
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
            self.steps.update(f"no: {each.code}" for each in outcome.reasons)
            self.scans.setdefault(ours.id, (ours, theirs, None))

    def _compare_answer(self, use: Use, outcome: Redeemed) -> None:
        right = self.model.rights[use.scan.right]
        assert [(each.unit, each.quantity, each.price_cents) for each in outcome.lines] == [
            (line.unit, line.quantity, line.cents) for line in use.lines
        ]
        money, counted = self.model.left(right, Unit.EUROCENT), right.unit
        assert outcome.remaining_cents == (None if right.amount is None else money)
        assert outcome.remaining_quantity == (self.model.left(right, counted) if counted else None)

    def _asked(
        self, which: int, provider: int, lines: list[tuple[int, bool, int, int | None]], ago: int, reserve: bool, how: str
    ) -> tuple[Scan, LedgerScan]:
        right = self._right(which)
        if how != "new" and self.scans:
            ours, theirs, _ = list(self.scans.values())[which % len(self.scans)]
            if how == "again":
                return ours, theirs
            ours = replace(ours, lines=(*ours.lines, Asked(HOUSEHOLD, 1)))
            return ours, self._sent(ours)
        if right.deals is not None and provider == 0:
            provider = 2
        ours = Scan(
            id=uuid7(),
            right=right.id,
            provider=self.providers[provider],
            lines=tuple(self._line(right, *each) for each in lines),
            day=self.model.today - timedelta(days=ago),
            reserve=reserve,
        )
        return ours, self._sent(ours)

    def _line(self, right: Right, service: int, is_any: bool, size: int, price: int | None) -> Asked:
        fitting = [code for code in SERVICES if is_any or _may_be(right, code)] or SERVICES
        code = fitting[service % len(fitting)]
        sold = CATALOGUE[code]
        quantity = size if sold.unit is Unit.MINUTE else size * 31 if sold.cents is None else size % 3 + 1
        most = sold.most(quantity, 500_00)
        return Asked(code, quantity, None if price is None else (0, most, most + 1, most // 2)[price])

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
    @rule(
        asked=st.lists(
            st.tuples(st.integers(0, 40), st.sampled_from([*FollowUpKind]), parts, st.integers(0, 9)),
            min_size=1,
            max_size=3,
        )
    )
    def follow_up(self, asked: list[tuple[int, FollowUpKind, dict[int, int], int]]) -> None:
        """A batch of captures, releases and reversals of a part or of all."""
        uses = list(self.model.uses.values())
        orders = [
            standing.Order(
                id=uuid7(),
                kind=self._fitting(uses[-1 - which % len(uses)], kind),
                redemption_id=uses[-1 - which % len(uses)].scan.id,
                parts=tuple(standing.Part(line=n, quantity=q) for n, q in sorted(taken.items())),
                reason="zo was het",
                at=self.world.now - timedelta(days=ago),
            )
            for which, kind, taken, ago in asked
        ]
        with self.world.work() as work:
            outcomes = follow_ups.follow_up(work, orders)
        for order, outcome in zip(orders, outcomes, strict=True):
            self._compare_follow_up(order, outcome)

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
                passes = self.model.capture(use, taken, dutch_day(order.at))
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
        self._note(lambda work, changed: follow_ups.follow_up(work, [other if changed else order])[0], outcome)

    @precondition(lambda self: any(not owed.settled for owed in self.model.owed))
    @rule(ago=st.sampled_from([0, 0, 1, 2, 5, 13, -1]))
    def settle(self, ago: int) -> None:
        """Settle until a day; a day to come is refused."""
        until = self.model.today - timedelta(days=ago)
        order = settlements.SettleOrder(id=uuid7(), until=until, requested_on=self.model.today)
        try:
            with self.world.work() as work:
                run = settlements.settle(work, order)
        except settlements.UntilInFuture:
            assert ago < 0
            return
        assert ago >= 0
        provider_of = {each.id: each.provider_id for each in run.settlements}
        paid = {each.provider_id: each.net_cents for each in run.settlements}
        receivable = self._receivable()
        assert paid == self.model.settle(until)
        self._count("settle", bool(paid))
        self.steps["set off"] += self._receivable() != receivable
        for payment in run.payments:
            self.owners[payment.id] = provider_of[payment.settlement_id]
        other = order.model_copy(update={"requested_on": order.requested_on + timedelta(days=1)})

        def again(work: Work, changed: bool) -> Any:
            try:
                return settlements.settle(work, other if changed else order).file_sha256
            except Conflict as error:
                return error

        self._note(again, run.file_sha256)

    def _receivable(self) -> int:
        """What all providers have to give back, below zero."""
        return sum(amount for (kind, *_), amount in self.model.pots.items() if kind is AccountKind.RECEIVABLE)

    # -------------------------------------------------------------------- time, resends

    @rule(passing=st.integers(1, 12))
    def pass_time(self, passing: int) -> None:
        """Days go by."""
        self.world.later(days=passing)
        self.model.today = dutch_day(self.world.now)

    def _count(self, what: str, passed: bool) -> None:
        self.steps[f"{what} {'passed' if passed else 'refused'}"] += 1

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
    @rule(which=st.integers(0, 100))
    def resend(self, which: int) -> None:
        """Something that was booked, once more."""
        self.resends[-1 - which % len(self.resends)]()

    # ---------------------------------------------------------------------- comparing

    @invariant()
    def accounts_are_as_the_model_says(self) -> None:
        """Every account, the sum per unit, and nothing below zero."""
        self.steps["steps"] += 1
        found: Counter[Any] = Counter()
        sums: defaultdict[Unit, int] = defaultdict(int)
        statement = select(Account.kind, Account.owner_id, Account.unit, Account.credits - Account.debits)
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

    def _right(self, which: int) -> Right:
        """One of the newest, the oldest of them first."""
        newest = self.right_ids[-RIGHTS_MOST:]
        return self.model.rights[newest[which % len(newest)]]


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
    return type("Bound", (LedgerMachine,), {"scenery": scenery, "steps": Counter()})
