# SPDX-License-Identifier: EUPL-1.2
"""Many at once: exactly what fits is accepted, nobody waits for ever, and without the locks it shows."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from ledger import budgets, codes, contracts, entitlement_changes, entitlements, providers, redemptions, runs
from ledger.budgets import LoweredTooFar, Lowering
from ledger.entitlements import Grant
from ledger.ids import uuid7
from ledger.rules.facts import Law
from ledger.rules.funding import AccountKind
from ledger.rules.refusals import BalanceTooLow
from ledger.rules.restrictions import OnlyProviders
from ledger.rules.tariffs import PerMeasure
from ledger.scans import Outcome, Redeemed, RedemptionExists, RedemptionRefused, Scan
from ledger.tables import Entitlement, FollowUpKind, ProviderKind
from tests import settling
from tests.faults.at_once import Crowd
from tests.world import AIDS, HOUSEHOLD, NOON, World, by_another

THREADS = 32


def redeeming(scan: Scan) -> Callable[[World], Outcome]:
    """A call that redeems one scan."""
    return lambda world: world.redeem(scan)[0]


def kinds(outcomes: list[Any]) -> Counter[str]:
    """How many of each kind of answer; what is neither yes nor no is a failure."""
    for each in outcomes:
        assert isinstance(each, Redeemed | RedemptionRefused | RedemptionExists), repr(each)
    return Counter(type(each).__name__ for each in outcomes)


# --------------------------------------------------------------------------- one entitlement


def test_of_32_at_once_exactly_what_fits_is_accepted(world: World) -> None:
    right = world.grant(amount_cents=100_00)
    scans = [world.scan(right.id, service=AIDS, quantity=7_00) for _ in range(THREADS)]
    outcomes = Crowd(world).at_once([redeeming(scan) for scan in scans])
    assert kinds(outcomes) == {"Redeemed": 14, "RedemptionRefused": 18}
    reasons = {type(r) for each in outcomes if isinstance(each, RedemptionRefused) for r in each.reasons}
    assert reasons == {BalanceTooLow}
    assert (world.left(right.id), world.payable()) == (2_00, 98_00)
    world.assert_books_agree()


def test_batches_of_32_at_once_spend_to_the_last_scan_that_fits(world: World) -> None:
    right = world.grant(amount_cents=100_00)
    batches = [[world.scan(right.id, service=AIDS, quantity=63) for _ in range(10)] for _ in range(THREADS)]

    def redeeming_all(batch: list[Scan]) -> Callable[[World], list[Outcome]]:
        return lambda own: own.redeem(*batch)

    answers = Crowd(world).at_once([redeeming_all(batch) for batch in batches])
    outcomes = [each for answer in answers if isinstance(answer, list) for each in answer]
    assert kinds(outcomes)["Redeemed"] == 100_00 // 63
    assert len(outcomes) == THREADS * 10
    assert world.left(right.id) == 100_00 % 63
    world.assert_books_agree()


def test_one_scan_sent_32_times_at_once_is_one_redemption_with_one_answer(world: World) -> None:
    right = world.grant()
    scan = world.scan(right.id)
    outcomes = Crowd(world).at_once([redeeming(scan)] * THREADS)
    assert kinds(outcomes) == {"Redeemed": THREADS}
    assert all(each == outcomes[0] for each in outcomes)
    assert world.left(right.id) == 100_00 - 31_15
    world.assert_books_agree()


def test_one_id_for_two_rights_at_once_is_one_redemption_and_a_conflict(world: World) -> None:
    """No lock is shared: here the primary key refuses, and the second try finds the first."""
    scan_id = uuid7()
    scans = [world.scan(world.grant().id, id=scan_id) for _ in range(8)]
    outcomes = Crowd(world).at_once([redeeming(scan) for scan in scans])
    assert kinds(outcomes) == {"Redeemed": 1, "RedemptionExists": 7}
    world.assert_books_agree()


def test_one_grant_sent_8_times_at_once_is_one_grant(world: World) -> None:
    """In a year that has no budget yet: that is made once too."""
    grant_id = uuid7()

    def granting(own: World) -> UUID:
        return own.grant(id=grant_id, valid_from=date(2027, 1, 1), valid_until=None).id

    assert Crowd(world).at_once([granting] * 8) == [grant_id] * 8
    assert world.left(grant_id) == 100_00
    world.assert_books_agree()


# ---------------------------------------------------------------------- opposite batches


def with_third_provider(world: World) -> list[UUID]:
    """Three providers with contracts; the third is made here."""
    provider_id, contract_id = uuid7(), uuid7()
    third = providers.ProviderInput(
        id=provider_id,
        kind=ProviderKind.ORGANISATION,
        agb="42420003",
        kvk="12345678",
        trade_name="Drie",
        account_holder_name="Drie B.V.",
        iban="NL20INGB0001234567",
    )
    first_day = date(2026, 1, 1)
    line = contracts.LineInput(service=HOUSEHOLD, tariff=PerMeasure(rate_cents=31_15), valid_from=first_day)
    contract = contracts.ContractInput(
        id=contract_id,
        provider_id=provider_id,
        law=Law.WMO,
        number="C-3",
        valid_from=first_day,
        lines=(line,),
    )
    with world.work() as work:
        providers.put(work, [third])
        contracts.draft(work, [contract])
        contracts.publish(by_another(work), [contract_id])
    return [world.provider_id, world.other_provider_id, provider_id]


def opposite(world: World, *, rights: int, callers: int) -> list[Callable[[World], list[Outcome]]]:
    """Batches over the same rights and providers, every second one in the opposite order."""
    named = OnlyProviders(providers=frozenset({World.AGB, World.OTHER_AGB, "42420003"}))
    right_ids = [world.grant(amount_cents=900_00, restrictions=(named,)).id for _ in range(rights)]
    provider_ids = with_third_provider(world)

    def redeeming_all(number: int) -> Callable[[World], list[Outcome]]:
        scans = [
            world.scan(right_id, provider_id=provider_ids[(number + at) % 3], quantity=1)
            for at, right_id in enumerate(right_ids)
        ]
        batch = scans if number % 2 else scans[::-1]
        return lambda own: own.redeem(*batch)

    return [redeeming_all(number) for number in range(callers)]


def test_opposite_batches_over_40_rights_and_3_providers_all_pass(world: World) -> None:
    calls = opposite(world, rights=40, callers=12)
    answers = Crowd(world).at_once(calls)
    outcomes = [each for answer in answers if isinstance(answer, list) for each in answer]
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert kinds(outcomes) == {"Redeemed": 40 * 12}
    world.assert_books_agree()


def test_locks_taken_in_no_order_are_seen_to_deadlock(postgresql_engine: Engine) -> None:
    """Negative control: the same batches, but each locks its entitlements in a random order."""
    world = World.build(postgresql_engine)
    with postgresql_engine.begin() as connection:
        connection.execute(text("ALTER DATABASE ledger_test SET deadlock_timeout = '50ms'"))
    calls = opposite(world, rights=40, callers=12)
    unsorted = Crowd(
        world, say_instead=("ORDER BY entitlement.id FOR UPDATE", "ORDER BY random() FOR UPDATE")
    )
    for _ in range(10):
        answers = unsorted.at_once(calls)
        if any(isinstance(each, OperationalError) and "deadlock" in str(each) for each in answers):
            return
    pytest.fail("ten times no deadlock: the test above cannot see one")


# ----------------------------------------------------------- negative controls: without the lock


def broken(crowd: Crowd) -> bool:
    """Whether 32 at once are seen to go wrong: an error that is no refusal, or a wrong number accepted."""
    for _ in range(5):
        right = crowd.world.grant(amount_cents=100_00)
        scans = [crowd.world.scan(right.id, service=AIDS, quantity=7_00) for _ in range(THREADS)]
        outcomes = crowd.at_once([redeeming(scan) for scan in scans])
        accepted = sum(isinstance(each, Redeemed) for each in outcomes)
        stopped = [e for e in outcomes if isinstance(e, AssertionError | IntegrityError | OperationalError)]
        if stopped or accepted != 14:
            return True
    return False


def test_without_row_locks_the_guard_is_seen_to_stop_overspending(postgresql_engine: Engine) -> None:
    world = World.build(postgresql_engine)
    assert broken(Crowd(world, say_instead=(" FOR UPDATE", "")))
    world.assert_books_agree()


def test_without_begin_immediate_writers_are_seen_to_fail(sqlite_world: World) -> None:
    assert broken(Crowd(sqlite_world, options={"sqlite_begin": "DEFERRED"}))
    sqlite_world.assert_books_agree()


# -------------------------------------------------------------------------- a new year's budget


def test_who_waits_for_another_who_makes_the_budget_of_a_new_year_makes_no_second(
    postgresql_engine: Engine,
) -> None:
    """It was looked for before the wait for the lock, and is looked for once more after it."""
    world = World.build(postgresql_engine)
    has_made, fault = Event(), list[Exception]()
    key = (world.hard_programme_id, 2031)

    def second() -> None:
        try:
            with world.work() as work:
                has_made.wait(10)
                budgets.opened(work, [key])
        except Exception as error:
            fault.append(error)

    thread = Thread(target=second)
    with world.work() as work:
        budgets.opened(work, [key])
        thread.start()
        has_made.set()
        time.sleep(0.3)  # the other waits for the programme by now
    thread.join(10)
    assert fault == []
    with world.work() as work:
        assert len([each for each in budgets.listed(work) if each.year == 2031]) == 1


# ------------------------------------------------------------------------------ settling


def run_of(world: World) -> Callable[[World], settling.Settled]:
    """A call that settles all until today, as a run of its own."""
    order = runs.DraftOrder(id=uuid7(), until=NOON.date(), requested_on=NOON.date())

    def settle(own: World) -> settling.Settled:
        with own.work() as work:
            return settling.settle(work, order)

    return settle


def test_two_settlements_at_once_pay_everything_once(world: World) -> None:
    right = world.grant(amount_cents=900_00)
    for _ in range(12):
        world.redeemed(right.id, service=AIDS, quantity=10_00)
    done = Crowd(world).at_once([run_of(world) for _ in range(4)])
    totals = [run.total_cents if isinstance(run, settling.Settled) else repr(run) for run in done]
    assert sorted(totals, key=str) == [0, 0, 0, 120_00]
    assert world.payable() == 0
    world.assert_books_agree()


def test_settling_while_lines_are_redeemed_and_reversed_loses_nothing(world: World) -> None:
    right = world.grant(amount_cents=900_00)
    done = [world.redeemed(right.id, service=AIDS, quantity=10_00).id for _ in range(12)]

    def reversing(redemption_id: UUID) -> Callable[[World], Any]:
        return lambda own: own.follow_up(redemption_id, FollowUpKind.REVERSAL)

    scans = [world.scan(right.id, service=AIDS, quantity=5_00) for _ in range(6)]
    calls: list[Callable[[World], Any]] = [run_of(world), run_of(world)]
    calls += [reversing(each) for each in done] + [redeeming(scan) for scan in scans]
    answers = Crowd(world).at_once(calls)
    assert [each for each in answers if isinstance(each, Exception)] == []
    paid = sum(each.total_cents for each in answers if isinstance(each, settling.Settled))
    owes = world.balance(AccountKind.RECEIVABLE, world.provider_id)
    assert world.left(right.id) == 900_00 - 30_00
    assert paid + world.payable() + owes == 30_00
    world.assert_books_agree()


# ----------------------------------------------------------------- rights that change meanwhile


def test_once_a_revocation_has_answered_no_later_redemption_passes(world: World) -> None:
    right = world.grant(amount_cents=900_00)
    issued, started, revoked = world.code(right.id), time.monotonic(), Event()
    late: list[Outcome] = []
    passed: list[Outcome] = []

    def instant() -> Any:
        return world.now + timedelta(seconds=time.monotonic() - started)

    def redeem_on(own: World) -> None:
        for _ in range(400):
            is_late = revoked.is_set()
            with own.work(now=instant()) as work:
                (outcome,) = redemptions.redeem(work, [own.scan(code=issued.token, service=AIDS, quantity=1)])
            (late if is_late else passed).append(outcome)
            if len(late) >= 3:
                return

    def revoke(own: World) -> None:
        while len(passed) < 10:
            time.sleep(0.001)
        with own.work(now=instant()) as work:
            codes.revoke(work, [issued.id])
        revoked.set()

    answers = Crowd(world).at_once([redeem_on, redeem_on, redeem_on, revoke])
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert len(late) >= 3
    assert [each for each in late if isinstance(each, Redeemed)] == []
    world.assert_books_agree()


def test_a_revoked_code_opens_nothing_for_a_server_whose_clock_is_behind(world: World) -> None:
    right = world.grant()
    issued = world.code(right.id)
    world.later(minutes=5)
    with world.work() as work:
        codes.revoke(work, [issued.id])
    world.later(seconds=-2)
    assert world.reasons(code=issued.token) == ["code_revoked"]


def test_lowering_while_it_is_redeemed_never_takes_what_was_used(world: World) -> None:
    right = world.grant(amount_cents=100_00)

    def lowering(own: World) -> Any:
        change = entitlement_changes.Amendment(amount_cents=40_00, reason="minder nodig", at=own.now)
        return own.change(right.id, change)

    scans = [world.scan(right.id, service=AIDS, quantity=10_00) for _ in range(12)]
    lowered, *outcomes = Crowd(world).at_once([lowering, *(redeeming(scan) for scan in scans)])
    accepted = kinds(outcomes)["Redeemed"]
    amount = 40_00 if isinstance(lowered, Entitlement) else 100_00
    assert isinstance(lowered, Entitlement | entitlement_changes.BelowUsed), lowered
    assert accepted == amount // 10_00
    assert world.left(right.id) == 0
    world.assert_books_agree()


def test_a_budget_lowered_while_it_is_granted_from_keeps_what_is_committed(world: World) -> None:
    world.fund(cents=400_00)
    rights = [world.grant_of(programme_id=world.hard_programme_id, amount_cents=100_00) for _ in range(6)]
    asked = {"programme_id": world.hard_programme_id, "year": 2026, "cents": 100_00, "at": world.now}
    lowerings = [Lowering.model_validate(asked | {"id": uuid7()}) for _ in range(6)]

    def granting(right: Grant) -> Callable[[World], bool]:
        def send(own: World) -> bool:
            with own.work() as work:
                (outcome,) = entitlements.grant(work, [right])
            return isinstance(outcome, Entitlement)

        return send

    def lowering(order: Lowering) -> Callable[[World], bool]:
        def send(own: World) -> bool:
            try:
                with own.work() as work:
                    budgets.lower(work, [order])
            except LoweredTooFar:
                return False
            return True

        return send

    calls = [
        call for pair in zip(map(granting, rights), map(lowering, lowerings), strict=True) for call in pair
    ]
    answers = Crowd(world).at_once(calls)
    assert Counter(answers) == {True: 4, False: 8}
    with world.work() as work:
        (state,) = [each for each in budgets.listed(work) if each.programme_id == world.hard_programme_id]
    assert state.left_cents == 0
    assert state.funded_cents == state.committed_cents == 100_00 * answers[::2].count(True)
    world.assert_books_agree()


def test_a_right_is_not_closed_while_something_of_it_is_set_aside(world: World) -> None:
    """The expiry waits for the reservation's lock, and must look again when it has it."""
    right = world.grant(valid_until=NOON.date() - timedelta(days=1))
    yesterday = world.now - timedelta(days=1)
    closed: list[list[UUID]] = []

    def expire() -> None:
        with world.work() as work:
            closed.append(entitlement_changes.expire(work, today=NOON.date(), claim_days=0))

    expiring = Thread(target=expire)
    with world.work() as work:
        redemptions.redeem(work, [world.scan(right.id, at=yesterday, reserve=True)])
        expiring.start()
        expiring.join(0.5)
    expiring.join(60)
    assert closed == [[]]
    world.assert_books_agree()
