# SPDX-License-Identifier: EUPL-1.2
"""Run plans at work: the run that is due by a municipality's plan is drafted, once, by whoever comes first.

It is drafted for nobody in particular (a timer): a person submits it, and another person releases it.
"""

from dataclasses import dataclass, replace

from ledger import municipalities, runs
from ledger.clock import dutch_day
from ledger.db import Work
from ledger.rules import run_plan
from ledger.rules.run_plan import AnyRunPlan, Planned
from ledger.runs import DraftOrder, Run
from ledger.tables import SettlementRun


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What the plan of a municipality says today."""

    plan: AnyRunPlan
    due: Planned | None
    """The run that was due last and is not drafted; None: there is none."""
    following: Planned | None
    """The first run after today; None: nothing is planned."""


def draft(work: Work) -> Run | None:
    """Draft the run that is due and was not drafted yet; None where there is none.

    Of several that were missed only the last is drafted: it settles all that is open up to its day. One that
    was withdrawn is not drafted again: people decide about it. Raises MunicipalityNotSetUp.
    """
    municipalities.get(work)
    due = _due(work, runs.locked(work).run_plan)
    if due is None:
        return None
    id_ = run_plan.run_id(work.municipality_id, due.until)
    return runs.draft(work, DraftOrder(id=id_, until=due.until, requested_on=due.requested_on))


def ahead(work: Work) -> Ahead:
    """What is due and what comes next. Raises MunicipalityNotSetUp."""
    plan = municipalities.get(work).run_plan
    return Ahead(plan=plan, due=_due(work, plan), following=plan.following(dutch_day(work.now)))


def _due(work: Work, plan: AnyRunPlan) -> Planned | None:
    """Paid so many working days after today, also where it was due before."""
    today = dutch_day(work.now)
    last = plan.last(today)
    if last is None:
        return None
    id_ = run_plan.run_id(work.municipality_id, last.until)
    if work.session.get(SettlementRun, (work.municipality_id, id_)) is not None:
        return None
    return replace(last, requested_on=plan.paid_on(today))
