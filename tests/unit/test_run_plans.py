# SPDX-License-Identifier: EUPL-1.2
"""Run plans at work: what is due is drafted once, whoever plans; a person submits, another releases."""

from datetime import UTC, date, datetime
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import Engine

from ledger import releases, reviews, run_plans, runs, settings
from ledger.ids import uuid7
from ledger.releases import ReleaseRefused
from ledger.rules import run_plan
from ledger.rules.run_plan import AnyRunPlan, Monthly, Weekly
from ledger.rules.states import RunState
from ledger.runs import Run, SubmitterPlanned
from ledger.separation import ReleaserDrafted
from ledger.settings import Settings
from tests import settling
from tests.settling import CHECKER
from tests.town import BORNE, Town

TIMER = uuid7()
FIFTH_OF_MAY = datetime(2026, 5, 5, 6, tzinfo=UTC)


@pytest.fixture
def town(engine: Engine) -> Town:
    town = Town(engine=engine)
    provider = town.contracted()
    town.redeem(town.right(provider), provider, cents=25_00)
    return town


def chosen(town: Town, plan: AnyRunPlan) -> None:
    asked = Settings(
        sample_bps=1500,
        account_wait_days=5,
        payments_per_file=100,
        payment_file_version="pain.001.001.09",
        run_plan=plan,
        grant_alone_cents=None,
    )
    with town.work() as work:
        assert settings.put(work, asked).run_plan == plan


def planned(town: Town, now: datetime = FIFTH_OF_MAY) -> Run | None:
    with town.work(now=now, actor_id=TIMER) as work:
        return run_plans.draft(work)


def test_what_is_due_is_drafted_once_submitted_by_a_person_and_released_by_another(town: Town) -> None:
    assert planned(town) is None, "no municipality has a plan before it chose one"
    chosen(town, Monthly(day=5, pays_after=3))
    with town.work(now=FIFTH_OF_MAY) as work:
        ahead = run_plans.ahead(work)
    assert ahead.due is not None
    assert (ahead.due.until, ahead.due.requested_on) == (date(2026, 4, 30), date(2026, 5, 8))

    drafted, again = planned(town), planned(town)

    assert drafted is not None
    assert again is None
    assert (drafted.state, drafted.is_planned, drafted.actor_id) == (RunState.DRAFTED, True, TIMER)
    assert (drafted.until, drafted.requested_on) == (date(2026, 4, 30), date(2026, 5, 8))
    with town.work(now=FIFTH_OF_MAY) as work:
        ahead = run_plans.ahead(work)
    assert ahead.due is None
    assert ahead.following is not None
    assert ahead.following.planned_on == date(2026, 6, 5)

    with pytest.raises(SubmitterPlanned), town.work(actor_id=TIMER) as work:
        runs.submit(work, drafted.id)
    submitter = uuid7()
    with town.work(actor_id=submitter) as work:
        runs.submit(work, drafted.id)
    with town.work(actor_id=CHECKER) as work:
        settling.look(work, drafted.id, reviews.sample(work, drafted.id))
    for drafter in (TIMER, submitter):
        with town.work(actor_id=drafter) as work, pytest.raises(ReleaseRefused) as refusal:
            releases.release(work, drafted.id)
        assert [type(each) for each in refusal.value.reasons] == [ReleaserDrafted]
    with town.work(actor_id=CHECKER) as work:
        assert releases.release(work, drafted.id).total_cents == 25_00
    assert planned(town) is None
    assert town.report().findings == ()


def test_of_what_was_missed_the_last_is_drafted_and_what_was_withdrawn_is_not_again(town: Town) -> None:
    chosen(town, Weekly(weekday=1, pays_after=2))
    late = datetime(2026, 7, 1, 6, tzinfo=UTC)  # a Wednesday, many weeks after the first that was due
    run = planned(town, late)
    assert run is not None
    assert (run.until, run.requested_on) == (date(2026, 6, 28), date(2026, 7, 3))
    with town.work() as work:
        assert len(runs.listed(work)) == 1
        runs.withdraw(work, run.id, "met de hand")
    assert planned(town, late) is None
    chosen(town, Weekly(weekday=3, pays_after=0))
    assert planned(town, late) is None, "the same period on another day is the same run"
    following = planned(town, datetime(2026, 7, 8, 6, tzinfo=UTC))
    assert following is not None
    assert following.until == date(2026, 7, 5)
    by_hand = runs.DraftOrder(id=uuid7(), until=date(2026, 7, 5), requested_on=date(2026, 7, 9))
    with town.work(now=datetime(2026, 7, 8, 6, tzinfo=UTC)) as work:
        assert not runs.draft(work, by_hand).is_planned


def _at_once(town: Town) -> list[UUID | None]:
    start, found = Barrier(2), []

    def plan() -> None:
        start.wait()
        run = planned(town)
        found.append(run.id if run else None)

    threads = [Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_two_planners_at_once_draft_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen(town, Monthly(day=5))
    expected = run_plan.run_id(BORNE, date(2026, 4, 30))
    assert set(_at_once(town)) == {expected, None}
    with town.work() as work:
        assert [run.id for run in runs.listed(work)] == [expected]
    # Negative control: with an id of its own for each of them, both draft.
    monkeypatch.setattr(run_plan, "run_id", lambda *_: uuid7())
    assert len({*_at_once(town)} - {None}) == 2
