# SPDX-License-Identifier: EUPL-1.2
"""Demands: what providers must pay back, with why, the interest, and giving one up."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.deps import Desk, PathId, QueryId
from api.pages.amounts import Cents
from api.pages.faults import Told
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, names, piece, typed, visit
from api.routes.demands import ChargeBody, WithdrawBody
from ledger import demands, providers, recoveries
from ledger.clock import dutch_day
from ledger.demands import DemandInput
from ledger.ids import uuid7
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

Seeing = Annotated[Visit, visit(Action.SEE_SETTLEMENTS)]
Demanding = Annotated[Visit, visit(Action.DEMAND)]


class _Typed(BaseModel):
    """How much."""

    amount: Cents


@router.get("/demands")
def get_demands(visit: Seeing, after: QueryId = None, done: Done = None) -> Response:
    """The oldest first."""
    return _demands(visit, after=after, done=done)


@router.post("/demands")
def post_demand(visit: Demanding, form: AForm) -> Response:
    """Demand what a provider owes and nobody demanded yet."""

    def act(desk: Desk) -> str:
        asked = {
            "id": form.one("id"),
            "providerId": form.one("providerId"),
            "cents": _Typed.model_validate({"amount": form.one("amount")}).amount,
            "sentOn": form.one("sentOn"),
            "dueOn": form.maybe("dueOn"),
            "reason": form.one("reason"),
        }
        return f"/demands/{demands.make(desk.work, DemandInput.model_validate(asked)).demand.id}"

    return visit.acted(act, done="demanded", otherwise=lambda why: _demands(visit, refusal=why, form=form))


@router.get("/demands/{id}")
def get_demand(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """One, with all that happened to it."""
    return _demand(visit, id, done=done)


@router.post("/demands/{id}/charge")
def post_charge(id: PathId, visit: Demanding, form: AForm) -> Response:
    """Charge statutory interest up to and including a day."""

    def act(desk: Desk) -> str:
        asked = ChargeBody.model_validate({"until": form.one("until")})
        recoveries.charge_interest(desk.work, id, asked.until)
        return f"/demands/{id}"

    return visit.acted(act, done="charged", otherwise=lambda why: _demand(visit, id, refusal=why, form=form))


@router.post("/demands/{id}/withdraw")
def post_withdraw(
    id: PathId, visit: Annotated[Visit, visit(Action.WITHDRAW_DEMANDS)], form: AForm
) -> Response:
    """Give it up; never by who made it."""

    def act(desk: Desk) -> str:
        recoveries.withdraw(desk.work, id, WithdrawBody.model_validate({"reason": form.one("reason")}).reason)
        return f"/demands/{id}"

    return visit.acted(
        act, done="demand_withdrawn", otherwise=lambda why: _demand(visit, id, refusal=why, form=form)
    )


def _demands(
    visit: Visit,
    *,
    after: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    form: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found, last = piece(
            demands.listed(desk.work, after=after, limit=PAGE + 1), lambda each: each.demand.id
        )
        return {
            "demands": found,
            "providers": providers.listed(desk.work),
            "new_id": form.maybe("id") if form else uuid7(),
            "today": dutch_day(desk.work.now),
            "typed": typed(form, "providerId", "amount", "sentOn", "dueOn", "reason"),
            "page_size": PAGE,
            "first": "/demands" if after else "",
            "following": f"/demands?after={last}" if last else "",
        }

    return visit.shown("finance/demands.html", content, refusal=refusal, done=done)


def _demand(
    visit: Visit, id: UUID, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found = demands.get(desk.work, id)
        return {
            "found": found,
            "debts": demands.why(desk.work, found.demand),
            "interest": demands.interest_lines(desk.work, id),
            "provider": providers.get(desk.work, [found.demand.provider_id])[0],
            "names": names(desk, {each.actor_id for each in found.steps}),
            "today": dutch_day(desk.work.now),
            "typed": typed(form, "until", "reason"),
        }

    return visit.shown("finance/demand.html", content, refusal=refusal, done=done)
