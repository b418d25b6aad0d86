# SPDX-License-Identifier: EUPL-1.2
"""Runs: every command in every state, what never changes again, and whose a line is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from ledger import contracts, payment_files, redemptions, releases, reviews, runs
from ledger.contracts import ContractInput, LineInput
from ledger.db import Work
from ledger.ids import uuid7
from ledger.reviews import Mark, Marks
from ledger.rules.facts import Law
from ledger.rules.states import PaymentState, RunCommand, RunState
from ledger.rules.tariffs import AtCost
from ledger.runs import DraftOrder, RequestedInPast, RunExists, RunNotFound, RunNotReady, UntilInFuture
from ledger.scans import Redeemed, Scan, ScanLine, ScanTerms
from ledger.tables import APPEND_ONLY, MarkKind, MarkReason, OpenItem, metadata
from tests import settling
from tests.banking import TODAY, BankTown, iban
from tests.settling import CHECKER
from tests.town import END_OF_MARCH, EUROS, MARCH, PAY_DAY
from tests.world import by_another


@pytest.fixture
def town(engine: Engine) -> BankTown:
    return BankTown(engine=engine)


def draft(town: BankTown, until: date = TODAY, **changes: Any) -> UUID:
    order = DraftOrder(**{"id": uuid7(), "until": until, "requested_on": PAY_DAY} | changes)
    with town.work() as work:
        return runs.draft(work, order).id


def release(town: BankTown, run_id: UUID) -> runs.Run:
    with town.work() as work:
        return settling.release(work, run_id)


def cents(town: BankTown, run_id: UUID) -> list[int]:
    """All items that a run has set apart."""
    statement = select(col(OpenItem.cents)).where(col(OpenItem.run_id) == run_id)
    with town.work() as work:
        return sorted(work.session.scalars(statement))


# ------------------------------------------------------------------------- every command in every state


def to_drafted(town: BankTown) -> UUID:
    town.owed(10_00, 20_00)
    return draft(town)


def to_under_review(town: BankTown) -> UUID:
    run = to_drafted(town)
    with town.work() as work:
        runs.submit(work, run)
    with town.work(actor_id=CHECKER) as work:
        settling.look(work, run, reviews.sample(work, run))
    return run


def to_withdrawn(town: BankTown) -> UUID:
    run = to_drafted(town)
    with town.work() as work:
        runs.withdraw(work, run, "vergissing")
    return run


def to_released(town: BankTown) -> UUID:
    town.owed(10_00, 20_00)
    return town.settle(TODAY).id


def to_exported(town: BankTown) -> UUID:
    return town.paying(10_00, 20_00).id


def sent(**script: Any) -> Callable[[BankTown], UUID]:
    def bring(town: BankTown) -> UUID:
        town.banks(**script)
        run = town.paying(10_00, 20_00)
        town.submit(run)
        return run.id

    return bring


def to_booked(town: BankTown) -> UUID:
    run = sent()(town)
    town.days()
    return run


BRING = {
    RunState.DRAFTED: to_drafted,
    RunState.UNDER_REVIEW: to_under_review,
    RunState.WITHDRAWN: to_withdrawn,
    RunState.RELEASED: to_released,
    RunState.EXPORTED: to_exported,
    RunState.ACCEPTED: sent(),
    RunState.PARTLY_ACCEPTED: sent(reject={iban(0): "AC01"}),
    RunState.REJECTED: sent(reject={iban(0): "AC01", iban(1): "AC01"}),
    RunState.BOOKED: to_booked,
}
AFTER = {
    (RunState.DRAFTED, RunCommand.SUBMIT): RunState.UNDER_REVIEW,
    (RunState.DRAFTED, RunCommand.MARK): RunState.DRAFTED,
    (RunState.DRAFTED, RunCommand.WITHDRAW): RunState.WITHDRAWN,
    (RunState.UNDER_REVIEW, RunCommand.MARK): RunState.UNDER_REVIEW,
    (RunState.UNDER_REVIEW, RunCommand.WITHDRAW): RunState.WITHDRAWN,
    (RunState.UNDER_REVIEW, RunCommand.RELEASE): RunState.RELEASED,
    (RunState.RELEASED, RunCommand.EXPORT): RunState.EXPORTED,
    **{(state, RunCommand.EXPORT): state for state in list(BRING)[4:]},
}


def do(work: Work, run_id: UUID, command: RunCommand) -> None:
    match command:
        case RunCommand.SUBMIT:
            runs.submit(work, run_id)
        case RunCommand.MARK:
            entry_id = next((each.entry_id for each in reviews.lines(work, run_id)), uuid7())
            asked = Mark(entry_id=entry_id, kind=MarkKind.HELD, reason=MarkReason.OTHER, note="uitzoeken")
            reviews.mark(work, run_id, Marks(marks=(asked,)))
        case RunCommand.WITHDRAW:
            runs.withdraw(work, run_id, "toch niet")
        case RunCommand.RELEASE:
            releases.release(work, run_id)
        case RunCommand.EXPORT:
            payment_files.export(work, run_id)


@pytest.mark.parametrize("state", BRING, ids=str)
def test_every_command_does_what_the_state_allows_or_is_refused_and_changes_nothing(
    town: BankTown, state: RunState
) -> None:
    """The refused ones first, as they change nothing; of the others the one that keeps the state."""
    run = BRING[state](town)
    allowed = [command for command in RunCommand if (state, command) in AFTER]
    rows = town.rows()
    for command in RunCommand:
        if command in allowed:
            continue
        with town.work(actor_id=CHECKER) as work, pytest.raises(RunNotReady) as refused:
            do(work, run, command)
        assert refused.value.facts == {"id": run, "state": state, "command": command}
        assert town.rows() == rows
    for command in sorted(allowed, key=lambda each: AFTER[state, each] is not state):
        with town.work(actor_id=CHECKER) as work:
            do(work, run, command)
            assert runs.get(work, run).state is AFTER[state, command]
        if AFTER[state, command] is not state:
            break
    assert town.report().findings == ()


def test_a_submitted_run_can_be_released_and_withdrawn_once(town: BankTown) -> None:
    run = to_under_review(town)
    release_or = [RunCommand.RELEASE, RunCommand.WITHDRAW]
    with town.work(actor_id=CHECKER) as work:
        do(work, run, release_or[0])
    for command in release_or:
        with town.work(actor_id=CHECKER) as work, pytest.raises(RunNotReady):
            do(work, run, command)


def test_of_a_run_that_is_not_there_no_command_is_done(town: BankTown) -> None:
    for command in RunCommand:
        with town.work() as work, pytest.raises(RunNotFound):
            do(work, uuid7(), command)


def test_every_state_is_brought_about(town: BankTown) -> None:
    assert list(BRING) == list(RunState)
    assert not set(AFTER) - set(product(RunState, RunCommand))


# --------------------------------------------------------------------------- what never changes again


WITHOUT_A_RUN = (
    *("term_", "historical", "population", "account_", "payee_", "approval", "demand", "statutory"),
    *("resident_word", "contact", "notice", "refusal"),
)
"""What happens beside a run, by the beginnings of its tables."""


def test_no_row_of_a_run_that_was_released_can_be_changed_or_deleted_by_sql(town: BankTown) -> None:
    town.banks(return_after_days={iban(0): (0, "AC04")})
    town.owed(10_00, 20_00, 30_00)
    run = to_held(town)
    town.submit(settled := _settled(town, run))
    town.days(1)
    assert PaymentState.RETURNED in town.states(settled)
    rows = town.rows()
    written = [name for name in APPEND_ONLY if rows[name]]
    assert set(APPEND_ONLY) - set(written) <= {
        *("follow_up", "taken_back", "claim", "care_approval", "care_decline", "access_log"),
        *(name for name in APPEND_ONLY if name.startswith(WITHOUT_A_RUN)),
    }
    for name in written:
        table = metadata.tables[name]
        last = list(table.columns)[-1]
        for change in (update(table).values({last.name: last}), delete(table)):
            with pytest.raises(DBAPIError), town.work() as work:
                work.session.execute(change)
    assert town.rows() == rows
    assert town.report().findings == ()


def to_held(town: BankTown) -> UUID:
    """A run with a line that was held, released."""
    run = draft(town)
    with town.work(actor_id=CHECKER) as work:
        held = next(each for each in reviews.lines(work, run) if each.cents == 30_00)
        asked = Mark(entry_id=held.entry_id, kind=MarkKind.HELD, reason=MarkReason.OTHER, note="uitzoeken")
        reviews.mark(work, run, Marks(marks=(asked,)))
    release(town, run)
    return run


def _settled(town: BankTown, run_id: UUID) -> settling.Settled:
    with town.work() as work:
        return settling.settled(work, run_id)


def test_a_released_run_asked_for_again_with_other_content_is_a_conflict(town: BankTown) -> None:
    run = to_released(town)
    rows = town.rows()
    for until, requested_on in ((END_OF_MARCH, PAY_DAY), (TODAY, PAY_DAY + timedelta(days=1))):
        with pytest.raises(RunExists):
            draft(town, until, id=run, requested_on=requested_on)
    assert draft(town, id=run) == run
    assert town.rows() == rows


# ------------------------------------------------------------------------------------- whose a line is


def test_what_a_withdrawn_run_held_goes_to_the_next(town: BankTown) -> None:
    town.owed(10_00, 20_00)
    first = draft(town)
    second = draft(town)
    assert (cents(town, first), cents(town, second)) == ([10_00, 20_00], [])
    with town.work() as work:
        withdrawn = runs.withdraw(work, first, "verkeerde dag")
    assert (withdrawn.state, withdrawn.steps[-1].reason) == (RunState.WITHDRAWN, "verkeerde dag")
    third = draft(town)
    assert (cents(town, first), cents(town, third)) == ([], [10_00, 20_00])
    assert (release(town, second).count, release(town, third).count) == (0, 2)
    assert town.report().findings == ()


def test_two_open_runs_share_no_line_and_each_pays_its_own(town: BankTown) -> None:
    payees = town.owed(10_00, 20_00)
    first = draft(town)
    town.redeem(town.right(payees[0]), payees[0], cents=5_00)
    second = draft(town)
    assert (cents(town, first), cents(town, second)) == ([10_00, 20_00], [5_00])
    assert release(town, second).total_cents == 5_00
    assert release(town, first).total_cents == 30_00
    assert town.report().findings == ()


def test_what_is_taken_back_after_the_draft_is_not_paid(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    redeemed = town.redeem(right, payee, cents=40_00)
    town.redeem(right, payee, cents=3_00)
    run = draft(town)
    town.reverse(redeemed)
    assert cents(town, run) == [3_00, 40_00]
    assert release(town, run).total_cents == 3_00
    assert town.report().findings == ()


def test_what_takes_back_a_line_of_another_open_run_waits_for_that_run(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    redeemed = town.redeem(right, payee, cents=40_00)
    first = draft(town)
    town.reverse(redeemed)
    town.redeem(right, payee, cents=50_00)
    second = draft(town)
    assert cents(town, second) == [50_00]
    assert release(town, second).total_cents == 50_00
    assert release(town, first).count == 0
    assert town.report().findings == ()


def test_what_takes_back_a_line_of_a_run_that_is_withdrawn_goes_with_it_to_the_next(town: BankTown) -> None:
    payee = town.payee(0)
    right = town.right(payee)
    redeemed = town.redeem(right, payee, cents=40_00)
    first = draft(town)
    town.reverse(redeemed)
    second = draft(town)
    with town.work() as work:
        runs.withdraw(work, first, "opnieuw")
    town.redeem(right, payee, cents=2_00)
    third = draft(town)
    assert (cents(town, second), cents(town, third)) == ([], [-40_00, 2_00, 40_00])
    assert release(town, third).total_cents == 2_00
    assert town.report().findings == ()


# --------------------------------------------------------------------------------------- days and ends


def test_a_run_of_no_lines_is_over_at_its_release(town: BankTown) -> None:
    run = release(town, draft(town))
    assert [each.state for each in run.steps] == [
        RunState.DRAFTED,
        RunState.UNDER_REVIEW,
        RunState.RELEASED,
        RunState.BOOKED,
    ]
    with town.work() as work:
        assert payment_files.export(work, run.id) == []
    assert town.report().findings == ()


def test_tomorrow_is_not_settled_and_nothing_is_kept_of_it(town: BankTown) -> None:
    rows = town.rows()
    with pytest.raises(RequestedInPast):
        draft(town, requested_on=TODAY - timedelta(days=1))
    with pytest.raises(UntilInFuture):
        draft(town, TODAY + timedelta(days=1))
    assert town.rows() == rows


def test_a_provider_whose_contract_ended_inside_the_period_is_paid_what_it_did(town: BankTown) -> None:
    payee = town.provider()
    first, last = date(2026, 1, 1), date(2026, 3, 15)
    content = ContractInput(
        id=uuid7(),
        provider_id=payee,
        law=Law.WMO,
        number="tijdelijk",
        valid_from=first,
        valid_until=last,
        lines=(
            LineInput(service=EUROS, tariff=AtCost(up_to_cents=10**9), valid_from=first, valid_until=last),
        ),
    )
    with town.work() as work:
        contracts.draft(work, [content])
        contracts.publish(by_another(work), [content.id])
    redeemed = town.redeem(town.right(payee), payee, cents=10_00, at=MARCH)
    run = draft(town)
    assert cents(town, run) == [10_00]
    town.reverse(redeemed)
    assert release(town, run).total_cents == 0
    assert town.report().findings == ()


def test_the_last_day_of_february_in_a_leap_year_is_a_day(town: BankTown) -> None:
    """Settled in 2028, up to the 29th at midnight."""
    then = datetime(2028, 3, 2, 10, tzinfo=UTC)
    payee = town.payee(0)
    right = town.right(payee)
    for amount, at in (
        (1_00, datetime(2028, 2, 29, 22, 59, 59, tzinfo=UTC)),
        (20_00, datetime(2028, 2, 29, 23, tzinfo=UTC)),
    ):
        _redeem(town, right, payee, amount, at)
    order = DraftOrder(id=uuid7(), until=date(2028, 2, 29), requested_on=date(2028, 3, 3))
    with town.work(now=then) as work:
        runs.draft(work, order)
    assert cents(town, order.id) == [1_00]


def _redeem(town: BankTown, right: UUID, payee: UUID, amount: int, at: datetime) -> None:
    terms = ScanTerms(
        entitlement_id=right, provider_id=payee, lines=(ScanLine(service=EUROS, quantity=amount),), at=at
    )
    with town.work(now=at) as work:
        (outcome,) = redemptions.redeem(work, [Scan(id=uuid7(), terms=terms)])
    assert isinstance(outcome, Redeemed), outcome


def test_a_run_in_which_lines_were_withdrawn_leaves_none_behind(town: BankTown) -> None:
    town.owed(10_00)
    run = to_withdrawn_of(town)
    with town.work() as work:
        left = work.session.scalar(select(func.count()).where(col(OpenItem.run_id).is_not(None)))
        assert reviews.lines(work, run) == []
        assert reviews.sample(work, run) == []
    assert left == 0


def to_withdrawn_of(town: BankTown) -> UUID:
    run = draft(town)
    with town.work() as work:
        runs.withdraw(work, run, "toch niet")
    return run
