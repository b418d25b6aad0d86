# SPDX-License-Identifier: EUPL-1.2
"""For the paying agent: care agreements of drawing rights that wait for its approval."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, typed, visit
from api.routes.care_agreements import DeclineBody
from ledger import care, catalogue, db, worklist
from ledger.roles import Action
from ledger.tables import Approver, CareAgreement, Provider

router = APIRouter(include_in_schema=False)

EACH_MAX: Final = 50
"""How many are shown; what is approved makes room for the next."""

Approving = Annotated[Visit, visit(Action.APPROVE_CARE_PAYING)]


@router.get("/care")
def get_care(visit: Approving, done: Done = None) -> Response:
    """What waits, the oldest first."""
    return _care(visit, done=done)


@router.post("/care/{id}")
def post_care(id: PathId, visit: Approving) -> Response:
    """The paying agent's approval."""

    def act(desk: Desk) -> str:
        desk.find(CareAgreement, id, care.AgreementNotFound(id=id))
        care.approve(desk.work, id, Approver.PAYING_AGENT)
        return "/care"

    return visit.acted(act, done="care_paying", otherwise=lambda why: _care(visit, refusal=why))


@router.post("/care/{id}/decline")
def post_decline(id: PathId, visit: Approving, form: AForm) -> Response:
    """The paying agent says no, with why."""

    def act(desk: Desk) -> str:
        reason = DeclineBody(reason=form.line("reason")).reason
        care.decline(desk.work, id, Approver.PAYING_AGENT, reason)
        return "/care"

    return visit.acted(
        act, done="care_declined", otherwise=lambda why: _care(visit, refusal=why, asked=id, form=form)
    )


def _care(
    visit: Visit,
    *,
    done: str | None = None,
    refusal: Told | None = None,
    asked: UUID | None = None,
    form: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found = worklist.unapproved_care(desk.work, Approver.PAYING_AGENT, limit=EACH_MAX + 1)
        shown, services = found[:EACH_MAX], catalogue.listed(desk.work)
        return {
            "agreements": shown,
            "is_cut": len(found) > EACH_MAX,
            "approved": care.approved(desk.work, [each.id for each in shown]),
            "providers": db.rows(desk.work, Provider, {each.provider_id for each in shown}),
            "services": {row.code: row.name for row in services},
            "measures": {row.code: row.measure for row in services},
            "asked": asked,
            "typed": typed(form, "reason"),
        }

    return visit.shown("gate/care.html", content, refusal=refusal, done=done)
