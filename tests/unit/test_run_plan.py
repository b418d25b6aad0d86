# SPDX-License-Identifier: EUPL-1.2
"""Run plans: which run is due on which Dutch day; no run is skipped and none is planned twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.clock import dutch_day
from ledger.rules.run_plan import AnyRunPlan, Monthly, NoPlan, Planned, Weekly, run_id, working_day

MONDAYS, FRIDAYS, FIFTH = Weekly(weekday=1), Weekly(weekday=5, pays_after=0), Monthly(day=5)
LATE = Monthly(day=28, periods_back=2, pays_after=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("plan", "today", "planned_on", "until", "requested_on"),
    [
        (MONDAYS, "2026-06-10", "2026-06-08", "2026-06-07", "2026-06-10"),
        (MONDAYS, "2026-06-08", "2026-06-08", "2026-06-07", "2026-06-10"),
        (MONDAYS, "2026-06-07", "2026-06-01", "2026-05-31", "2026-06-03"),
        (FRIDAYS, "2027-01-01", "2027-01-01", "2026-12-27", "2027-01-01"),
        (FRIDAYS, "2026-12-31", "2026-12-25", "2026-12-20", "2026-12-25"),
        (Weekly(weekday=7, pays_after=0), "2026-06-14", "2026-06-14", "2026-06-07", "2026-06-15"),
        (Weekly(weekday=1, periods_back=3), "2026-01-05", "2026-01-05", "2025-12-21", "2026-01-07"),
        (FIFTH, "2026-06-05", "2026-06-05", "2026-05-31", "2026-06-09"),
        (FIFTH, "2026-06-04", "2026-05-05", "2026-04-30", "2026-05-07"),
        (FIFTH, "2026-01-04", "2025-12-05", "2025-11-30", "2025-12-09"),
        (FIFTH, "2026-01-05", "2026-01-05", "2025-12-31", "2026-01-07"),
        (FIFTH, "2028-03-05", "2028-03-05", "2028-02-29", "2028-03-07"),
        (FIFTH, "2027-03-31", "2027-03-05", "2027-02-28", "2027-03-09"),
        (LATE, "2028-02-29", "2028-02-28", "2027-12-31", "2028-02-29"),
        (LATE, "2028-04-28", "2028-04-28", "2028-02-29", "2028-05-01"),
    ],
)
def test_the_run_that_was_due_last(
    plan: AnyRunPlan, today: str, planned_on: str, until: str, requested_on: str
) -> None:
    expected = Planned(planned_on=day(planned_on), until=day(until), requested_on=day(requested_on))
    assert plan.last(day(today)) == expected


@pytest.mark.parametrize(
    ("instant", "until"),
    [
        # The clock goes forward on Sunday 29 March 2026, and back on Sunday 25 October.
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "2026-03-22"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "2026-03-29"),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "2026-10-18"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "2026-10-25"),
    ],
)
def test_a_week_ends_when_the_dutch_sunday_does(instant: datetime, until: str) -> None:
    last = MONDAYS.last(dutch_day(instant))
    assert last is not None
    assert last.until == day(until)


def test_without_a_plan_nothing_is_due() -> None:
    assert (NoPlan().last(day("2026-06-10")), NoPlan().following(day("2026-06-10"))) == (None, None)


PLANS = st.one_of(
    st.builds(Weekly, weekday=st.integers(1, 7), periods_back=st.integers(1, 3)),
    st.builds(Monthly, day=st.integers(1, 28), periods_back=st.integers(1, 3)),
)


@given(PLANS, st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_every_run_is_followed_by_the_next_and_none_lies_between(plan: Weekly | Monthly, today: date) -> None:
    last, following = plan.last(today), plan.following(today)
    assert last is not None
    assert following is not None
    assert last.until < last.planned_on <= today < following.planned_on
    assert plan.last(following.planned_on) == following
    assert plan.last(following.planned_on - timedelta(days=1)) == last
    assert last.planned_on <= last.requested_on
    assert last.requested_on.isoweekday() <= 5
    assert following.until > last.until


@pytest.mark.parametrize(
    ("start", "after", "paid"),
    [
        ("2026-06-10", 0, "2026-06-10"),
        ("2026-06-12", 1, "2026-06-15"),
        ("2026-06-13", 0, "2026-06-15"),
        ("2026-06-13", 1, "2026-06-15"),
        ("2026-12-31", 1, "2027-01-01"),
        ("2026-06-10", 30, "2026-07-22"),
    ],
)
def test_working_days_are_monday_to_friday(start: str, after: int, paid: str) -> None:
    assert working_day(day(start), after=after) == day(paid)


def test_a_period_of_a_municipality_has_one_id() -> None:
    one = run_id("0384", day("2026-05-31"))
    assert one == run_id("0384", day("2026-05-31"))
    assert one.version == 7
    others = {run_id("0384", day("2026-06-30")), run_id("0344", day("2026-05-31"))}
    assert len({one, *others}) == 3


@pytest.mark.parametrize(
    "wrong",
    [{"weekday": 0}, {"weekday": 8}, {"weekday": 1, "periods_back": 0}, {"weekday": 1, "pays_after": -1}],
)
def test_no_plan_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Weekly.model_validate(wrong)
    with pytest.raises(ValidationError):
        Monthly(day=29)


def test_a_run_of_long_ago_has_an_id_too() -> None:
    """A page takes days from 1800 on; a time before 1970 fits in no id."""
    assert run_id("0384", day("1800-01-01")).version == 7
    assert run_id("0384", day("1800-01-01")) != run_id("0384", day("1800-01-02"))
