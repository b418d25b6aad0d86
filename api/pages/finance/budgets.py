# SPDX-License-Identifier: EUPL-1.2
"""Budgets: what there is, what was committed and used of it over the year, and making more available."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from api.deps import Desk, PathId
from api.pages import charts
from api.pages.amounts import Cents
from api.pages.charts import Line
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, typed, visit
from api.pages.words import Teller
from ledger import budget_months, budgets
from ledger.budgets import BudgetState, Funding
from ledger.ids import uuid7
from ledger.programmes import ProgrammeUnknown
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

Seeing = Annotated[Visit, visit(Action.SEE_BUDGETS)]


class _Typed(BaseModel):
    """How much."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    amount: Cents


@router.get("/budgets")
def get_budgets(visit: Seeing) -> Response:
    """Each of a programme and a year."""

    def content(desk: Desk) -> Mapping[str, Any]:
        return {"budgets": budgets.listed(desk.work)}

    return visit.shown("finance/budgets.html", content)


@router.get("/budgets/{id}")
def get_budget(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """One, through its year."""
    return _budget(visit, id, done=done)


@router.post("/budgets/{id}")
def post_funding(id: PathId, visit: Annotated[Visit, visit(Action.FUND_BUDGETS)], form: AForm) -> Response:
    """Make more available; sent twice it is once."""

    def act(desk: Desk) -> str:
        budget = _found(desk, id)
        asked = {
            "id": form.one("id"),
            "programmeId": budget.programme_id,
            "year": budget.year,
            "cents": _Typed.model_validate({"amount": form.one("amount")}).amount,
            "at": form.one("at"),
        }
        budgets.fund(desk.work, [Funding.model_validate(asked)])
        return f"/budgets/{id}"

    return visit.acted(act, done="funded", otherwise=lambda why: _budget(visit, id, refusal=why, form=form))


def _found(desk: Desk, id: UUID) -> BudgetState:
    for each in budgets.listed(desk.work):
        if each.id == id:
            return each
    raise ProgrammeUnknown(id=id)


def _budget(
    visit: Visit, id: UUID, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        budget = _found(desk, id)
        found, say = budget_months.months(desk.work, id, budget.year), Teller(visit.language).say
        lines = (
            Line(name=say("budget.funded"), values=[budget.funded_cents] * 12, style="line-1"),
            Line(name=say("budget.committed"), values=[m.committed_cents for m in found], style="line-2"),
            Line(name=say("budget.used"), values=[m.used_cents for m in found], style="line-3"),
        )
        return {
            "budget": budget,
            "months": found,
            "chart": charts.drawn(lines, [say(f"month.{m.first_day.month}") for m in found]),
            "new_id": form.maybe("id") if form else uuid7(),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "typed": typed(form, "amount"),
        }

    return visit.shown("finance/budget.html", content, refusal=refusal, done=done)
