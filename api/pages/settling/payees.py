# SPDX-License-Identifier: EUPL-1.2
"""Accounts of providers: changes that wait for somebody else's decision, and who is not paid now."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, names, visit
from api.routes.payees import OverrideBody
from ledger import payee_overviews, payees
from ledger.payees import DecisionInput
from ledger.roles import Action

router = APIRouter(include_in_schema=False)


@router.get("/payees")
def get_payees(visit: Annotated[Visit, visit(Action.SEE_CONTRACTS)], done: Done = None) -> Response:
    return _payees(visit, done=done)


@router.post("/payees/changes/{id}")
def post_decision(
    id: PathId, visit: Annotated[Visit, visit(Action.DECIDE_ACCOUNTS)], form: AForm
) -> Response:
    def act(desk: Desk) -> str:
        asked = {
            "approved": form.maybe("approved"),
            "reason": form.one("reason"),
            "toldOtherwise": form.maybe("toldOtherwise"),
        }
        payees.decide(desk.work, id, DecisionInput.model_validate(asked))
        return "/payees"

    return visit.acted(
        act, done="decide", otherwise=lambda why: _payees(visit, refusal=why, asked=id, typed=form)
    )


@router.post("/payees/checks/{id}")
def post_override(
    id: PathId, visit: Annotated[Visit, visit(Action.DECIDE_ACCOUNTS)], form: AForm
) -> Response:
    def act(desk: Desk) -> str:
        payees.override(desk.work, id, OverrideBody(reason=form.one("reason")).reason)
        return "/payees"

    return visit.acted(
        act, done="override", otherwise=lambda why: _payees(visit, refusal=why, asked=id, typed=form)
    )


def _payees(
    visit: Visit,
    *,
    done: str | None = None,
    refusal: Told | None = None,
    asked: UUID | None = None,
    typed: Sent | None = None,
) -> Response:
    """asked is what the form was about that was refused; what was typed is shown there again."""

    def content(desk: Desk) -> Mapping[str, Any]:
        pending = payee_overviews.pending(desk.work)
        blocked = payee_overviews.blocked(desk.work)
        who = {each.found.change.actor_id for each in pending}
        who |= {override.actor_id for each in blocked for override in each.overrides}
        return {
            "waiting": [each for each in pending if each.found.decision is None],
            "coming": [each for each in pending if each.found.decision is not None],
            "blocked": blocked,
            "names": names(desk, who),
            "asked": asked,
            "typed": {name: typed.one(name) if typed else "" for name in ("reason", "toldOtherwise")},
        }

    return visit.shown("settling/payees.html", content, refusal=refusal, done=done)
