# SPDX-License-Identifier: EUPL-1.2
"""Requests that are refused, and the letters that tell a decision."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import told
from api.pages.gate.residents import resident_page
from api.pages.gate.rights import right_page
from api.pages.visit import AForm, Visit, visit, written_in
from ledger import decision_letters, refusals
from ledger.errors import LedgerError
from ledger.formats import decision_letter
from ledger.formats.decision_letter import DecisionLetter
from ledger.refusals import RefusalInput, RefusalNotFound
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

Granting = Annotated[Visit, visit(Action.GRANT)]


@router.post("/residents/{id}/refusals")
def post_refusal(id: PathId, visit: Granting, form: AForm) -> Response:
    """Refuse a request; sent twice it is once."""

    def act(desk: Desk) -> str:
        asked = {
            "id": form.one("id"),
            "holderId": id,
            "law": form.one("law"),
            "reference": form.maybe("reference"),
            "asked": form.one("asked"),
            "reason": form.one("reason"),
            "decidedOn": form.one("decidedOn"),
        }
        refusals.refuse(desk.work, [RefusalInput.model_validate(asked)])
        return f"/residents/{id}"

    return visit.acted(
        act, done="refused", otherwise=lambda why: resident_page(visit, id, refusal=why, form=form)
    )


@router.post("/residents/{id}/refusals/{refusalId}/letter")
def post_refusal_letter(id: PathId, refusalId: PathId, visit: Granting, form: AForm) -> Response:
    """The letter as PDF, noted as a look at the resident: therefore a form and not a link."""

    def compose(desk: Desk) -> DecisionLetter:
        if refusals.get(desk.work, refusalId).holder_id != id:
            raise RefusalNotFound(id=refusalId)
        return decision_letters.of_refusal(desk.work, desk.keys, refusalId, written_in(form))

    return _printed(
        visit, compose, lambda error: resident_page(visit, id, refusal=told(error, visit.language))
    )


@router.post("/entitlements/{id}/end-letter")
def post_end_letter(id: PathId, visit: Granting, form: AForm) -> Response:
    """The letter that tells that an entitlement ends; noted in the same way."""

    def compose(desk: Desk) -> DecisionLetter:
        return decision_letters.of_end(desk.work, desk.keys, id, written_in(form))

    return _printed(visit, compose, lambda error: right_page(visit, id, refusal=told(error, visit.language)))


def _printed(
    visit: Visit,
    compose: Callable[[Desk], DecisionLetter],
    otherwise: Callable[[LedgerError], Response],
) -> Response:
    try:
        with visit.house.writing(visit.acting) as desk:
            page = compose(desk)
            made = decision_letter.pdf(page)  # before the commit: what cannot be printed is no look
    except LedgerError as error:
        return otherwise(error)
    headers = {"Content-Disposition": f'inline; filename="{page.kind}.pdf"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)
