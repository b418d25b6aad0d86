# SPDX-License-Identifier: EUPL-1.2
"""Budgets: what there is, what was committed and used of it over the year, making more available and less."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.deps import Desk, PathId
from api.pages import charts
from api.pages.amounts import Cents, Whole
from api.pages.charts import Line
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, typed, visit
from api.pages.words import Teller
from ledger import budget_months, budgets, lists
from ledger.budgets import BudgetState, Funding, Lowering
from ledger.clock import dutch_day
from ledger.ids import uuid7
from ledger.programmes import ProgrammeUnknown
from ledger.roles import Action
from ledger.tables import Programme

router = APIRouter(include_in_schema=False)

Seeing = Annotated[Visit, visit(Action.SEE_BUDGETS)]


Funds = Annotated[Visit, visit(Action.FUND_BUDGETS)]

PROGRAMMES_MAX: Final = 500
"""More than a municipality has."""


class _Typed(BaseModel):
    """How much."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    amount: Cents


class _Less(BaseModel):
    """How much less."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    lower_by: Cents


class _New(_Typed):
    """How much, of what and for when."""

    programme_id: UUID
    year: Annotated[Whole, Field(ge=2000, le=2099)]


@router.get("/budgets")
def get_budgets(visit: Seeing) -> Response:
    """Each of a programme and a year."""
    return _budgets(visit)


@router.post("/budgets")
def post_budget(visit: Funds, form: AForm) -> Response:
    """Make a budget for a year, or more available of one that is there; sent twice it is once."""

    def act(desk: Desk) -> str:
        asked = {name: form.one(name) for name in ("programmeId", "year", "amount")}
        typed_ = _New.model_validate(asked)
        place = typed_.programme_id, typed_.year
        found = budgets.opened(desk.work, [place])
        funding = {"programmeId": typed_.programme_id, "year": typed_.year, "cents": typed_.amount}
        budgets.fund(desk.work, [Funding.model_validate(_when(form) | funding)])
        return f"/budgets/{found[place].id}"

    return visit.acted(act, done="funded", otherwise=lambda why: _budgets(visit, refusal=why, form=form))


@router.get("/budgets/{id}")
def get_budget(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """One, through its year."""
    return _budget(visit, id, done=done)


@router.post("/budgets/{id}")
def post_funding(id: PathId, visit: Funds, form: AForm) -> Response:
    """Make more available; sent twice it is once."""

    def act(desk: Desk) -> str:
        budget = _found(desk, id)
        more = _Typed.model_validate({"amount": form.one("amount")}).amount
        budgets.fund(desk.work, [Funding.model_validate(_when(form) | _place(budget) | {"cents": more})])
        return f"/budgets/{id}"

    return visit.acted(act, done="funded", otherwise=lambda why: _budget(visit, id, refusal=why, form=form))


@router.post("/budgets/{id}/lower")
def post_lowering(id: PathId, visit: Funds, form: AForm) -> Response:
    """Make less available; sent twice it is once."""

    def act(desk: Desk) -> str:
        budget = _found(desk, id)
        less = _Less.model_validate({"lowerBy": form.one("lowerBy")}).lower_by
        budgets.lower(desk.work, [Lowering.model_validate(_when(form) | _place(budget) | {"cents": less})])
        return f"/budgets/{id}"

    return visit.acted(act, done="lowered", otherwise=lambda why: _budget(visit, id, refusal=why, form=form))


def _when(form: Sent) -> dict[str, Any]:
    """Under which id, and when; both from when the form was opened."""
    return {"id": form.one("id"), "at": form.one("at")}


def _place(budget: BudgetState) -> dict[str, Any]:
    return {"programmeId": budget.programme_id, "year": budget.year}


def _budgets(visit: Visit, *, refusal: Told | None = None, form: Sent | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found = lists.page(desk.work, Programme, after=None, limit=PROGRAMMES_MAX)
        filled = typed(form, "programmeId", "year", "amount")
        return {
            "budgets": budgets.listed(desk.work),
            "programmes": sorted(((each.id, each.name) for each in found), key=lambda pair: pair[1]),
            "new_id": form.maybe("id") if form else uuid7(),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "typed": filled if form else filled | {"year": str(dutch_day(desk.work.now).year + 1)},
        }

    return visit.shown("finance/budgets.html", content, refusal=refusal)


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
            # a form that was refused keeps its id; the other one on the page has its own
            "new_id": (form.maybe("id") if form and form.one("amount") else None) or uuid7(),
            "lower_id": (form.maybe("id") if form and form.one("lowerBy") else None) or uuid7(),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "typed": typed(form, "amount", "lowerBy"),
        }

    return visit.shown("finance/budget.html", content, refusal=refusal, done=done)
