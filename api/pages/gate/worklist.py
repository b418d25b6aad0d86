# SPDX-License-Identifier: EUPL-1.2
"""What waits for a gatekeeper; and deciding on what a colleague asked."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, names, typed, visit
from ledger import approvals, worklist
from ledger.approvals import DecisionInput
from ledger.roles import Action
from ledger.tables import Approver

router = APIRouter(include_in_schema=False)

EACH_MAX: Final = 25
"""How many of each are shown; what is done makes room for the next."""


@router.get("/worklist")
def get_worklist(visit: Annotated[Visit, visit(Action.SEE_APPROVALS)], done: Done = None) -> Response:
    """Everything that waits, by kind."""
    return _worklist(visit, done=done)


@router.post("/worklist/approvals/{id}")
def post_decision(id: PathId, visit: Annotated[Visit, visit(Action.GRANT)], form: AForm) -> Response:
    """Approve, and so carry out, or refuse what a colleague asked."""

    def act(desk: Desk) -> str:
        asked = {"approved": form.one("approved") == "true", "reason": form.one("reason")}
        approvals.decide(desk.work, id, DecisionInput.model_validate(asked))
        return "/worklist"

    return visit.acted(
        act, done="approval", otherwise=lambda why: _worklist(visit, refusal=why, asked=id, form=form)
    )


def _worklist(
    visit: Visit,
    *,
    done: str | None = None,
    refusal: Told | None = None,
    asked: UUID | None = None,
    form: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        waiting = approvals.listed(desk.work, waiting=True, limit=EACH_MAX)
        return {
            "approvals": waiting,
            "names": names(desk, {each.approval.actor_id for each in waiting}),
            "own_id": desk.acting.actor_id,
            "care": worklist.unapproved_care(desk.work, Approver.GATEKEEPER, limit=EACH_MAX),
            "ending": worklist.ending(desk.work, limit=EACH_MAX),
            "blocked": worklist.blocked(desk.work, limit=EACH_MAX),
            "asked_codes": worklist.asked_codes(desk.work, limit=EACH_MAX),
            "asked": asked,
            "typed": typed(form, "reason"),
        }

    return visit.shown("gate/worklist.html", content, refusal=refusal, done=done)
