# SPDX-License-Identifier: EUPL-1.2
"""Claims by file: first judged without booking anything, then booked whole; and what was claimed before."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import Desk, PathId, QueryId
from api.jobs import Standing
from api.pages.desk.claim_jobs import Came
from api.pages.faults import Told, told
from api.pages.paths import Audience
from api.pages.visit import PAGE, AForm, Done, Visit, of_form, piece, visit, while_busy
from ledger import catalogue, histories, jobs, provider_desk
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.jobs import File, JobOrder
from ledger.roles import Action, NotYours
from ledger.tables import Claim, JobKind

router = APIRouter(include_in_schema=False)

TRIED: Final = 5
"""How many files that did not become a claim are listed."""

Claiming = Annotated[Visit, visit(Action.CLAIM, Audience.PROVIDER)]
Seeing = Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.PROVIDER)]


@router.get("/claims")
def get_claims(visit: Seeing, before: QueryId = None) -> Response:
    """Where a file is chosen, and what was claimed before."""
    return _claims(visit, before=before)


@router.post("/claims")
def post_claim(visit: Claiming, form: AForm) -> Response:
    """Judge a file, or book it; the same file is the same claim, and is booked once."""
    try:
        asked = {"id": form.one("id"), "subject_id": form.one("id"), "kind": JobKind.CLAIM}
        order = JobOrder.model_validate(asked | {"is_trial": form.one("mode") != "keep"})
        standing = visit.queued(order, form.files[:1] or (File(name="", content=b""),))
    except ValidationError as error:
        return _claims(visit, refusal=of_form(error, visit.language))
    except LedgerError as error:
        return _claims(visit, refusal=told(error, visit.language))
    if standing.refusal and not standing.job.outcome:
        visit.forget(order.id, order.kind)
        return _claims(visit, refusal=standing.refusal)
    return _on(standing)


@router.get("/claims/files/{id}")
def get_file(id: PathId, visit: Claiming) -> Response:
    """What came of a file, or how far it is."""
    return _file(visit, id)


@router.post("/claims/files/{id}/keep")
def post_keep(id: PathId, visit: Claiming) -> Response:
    """Book what was judged; it is judged anew."""
    try:
        with visit.house.writing(visit.acting) as desk:
            jobs.keep(desk.work, id, JobKind.CLAIM)
        return _on(visit.waited(id, JobKind.CLAIM))
    except LedgerError as error:
        return _file(visit, id, refusal=told(error, visit.language))


@router.get("/claims/{id}")
def get_claim(id: PathId, visit: Seeing, after: QueryId = None, done: Done = None) -> Response:
    """One claim with its lines."""

    def content(desk: Desk) -> Mapping[str, Any]:
        row = desk.find(Claim, id, NotYours())
        desk.acting.require_provider(row.provider_id)
        found, last = piece(
            provider_desk.of_claim(desk.work, id, after=after, limit=PAGE + 1), lambda each: each.id
        )
        return {
            "claim": row,
            "redeemed": histories.of_redemptions(desk.work, [each.id for each in found]),
            "services": {each.code: each.name for each in catalogue.listed(desk.work)},
            "page_size": PAGE,
            "first": f"/claims/{id}" if after else "",
            "following": f"/claims/{id}?after={last}" if last else "",
        }

    return visit.shown("desk/claim.html", content, done=done)


def _on(standing: Standing) -> Response:
    """To the claim when it is booked, else to what came of the file."""
    booked = standing.job.outcome.get("claim_id")
    to = f"/claims/{booked}?done=claimed" if booked else f"/claims/files/{standing.job.id}"
    return RedirectResponse(to, status_code=303)


def _file(visit: Visit, id: UUID, *, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        standing = visit.standing(jobs.mine(desk.work, id, JobKind.CLAIM))
        came = Came(**standing.job.outcome)
        return {"standing": standing, "came": came, "bad": came.faults.get(visit.language.value, [])}

    return visit.shown("desk/claim_file.html", content, refusal=refusal, uses=while_busy)


def _claims(visit: Visit, *, before: UUID | None = None, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        assert desk.acting.provider_id is not None, "the desk is for providers"
        rows, last = piece(
            provider_desk.claims(desk.work, desk.acting.provider_id, before=before, limit=PAGE + 1),
            lambda row: row.id,
        )
        tried = [] if before else jobs.own(desk.work, JobKind.CLAIM, limit=TRIED)
        return {
            "claims": rows,
            "tried": [visit.standing(job) for job in tried if not job.outcome.get("claim_id")],
            "new_id": uuid7(),
            "page_size": PAGE,
            "first": "/claims" if before else "",
            "following": f"/claims?before={last}" if last else "",
        }

    return visit.shown("desk/claims.html", content, refusal=refusal)
