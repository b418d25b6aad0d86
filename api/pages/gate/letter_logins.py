# SPDX-License-Identifier: EUPL-1.2
"""How a resident logs in with their letter: a one-time code told by telephone, and blocking a lost letter."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.gate.residents import resident_page
from api.pages.visit import AForm, Visit, visit
from ledger import letter_logins
from ledger.inputs import Input, Text
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

Issuing = Annotated[Visit, visit(Action.ISSUE_CODES)]


class _Told(Input):
    """Nobody is told a code whom one does not know: how one knew is asked, and noted."""

    how: Text


@router.post("/residents/{id}/letter-login/tell")
def post_tell(id: PathId, visit: Issuing, form: AForm) -> Response:
    """A one-time code to be told by telephone; shown now and never again."""
    told: list[str] = []

    def act(desk: Desk) -> str:
        asked = _Told.model_validate({"how": form.one("how")})
        told.append(letter_logins.tell(desk.work, desk.keys, id, asked.how))
        return f"/residents/{id}"

    answer = visit.acted(
        act, done="told", otherwise=lambda why: resident_page(visit, id, refusal=why, form=form)
    )
    if answer.status_code != 303:
        return answer

    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "person_id": id,
            "one_time": told[0],
            "minutes": int(letter_logins.ONE_TIME.total_seconds()) // 60,
        }

    return visit.shown("gate/one_time.html", content)


@router.post("/residents/{id}/letter-login/block")
def post_block(id: PathId, visit: Issuing) -> Response:
    """No letter of theirs opens anything any more; the next one that is printed carries a new code."""

    def act(desk: Desk) -> str:
        letter_logins.block(desk.work, id)
        return f"/residents/{id}"

    return visit.acted(act, done="login_blocked", otherwise=lambda why: resident_page(visit, id, refusal=why))
