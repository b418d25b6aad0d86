# SPDX-License-Identifier: EUPL-1.2
"""Allocations by file: messages 301 of iWmo and iJw, first tried without keeping anything, then read."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import Desk, PathId
from api.jobs import of_words
from api.pages.faults import Told, told
from api.pages.gate.messages import Tally
from api.pages.visit import AForm, Visit, of_form, visit, while_busy
from ledger import jobs
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.jobs import File, JobOrder
from ledger.roles import Action
from ledger.tables import JobKind

router = APIRouter(include_in_schema=False)

EARLIER: Final = 10
"""How many earlier batches of who looks are listed."""

Granting = Annotated[Visit, visit(Action.GRANT)]


@router.get("/batches")
def get_batches(visit: Granting) -> Response:
    """Where files are chosen, and what they had read before."""
    return _batches(visit)


@router.post("/batches")
def post_batch(visit: Granting, form: AForm) -> Response:
    """Read the messages, or try; each is read whole or not at all, and twice is once."""
    try:
        asked = {"id": form.one("id"), "subject_id": form.one("id"), "kind": JobKind.ALLOCATIONS}
        order = JobOrder.model_validate(asked | {"is_trial": form.one("mode") != "keep"})
        standing = visit.queued(order, form.files or (File(name="", content=b""),))
    except ValidationError as error:
        return _batches(visit, refusal=of_form(error, visit.language))
    except LedgerError as error:
        return _batches(visit, refusal=told(error, visit.language))
    if standing.refusal and not standing.job.done_count:
        visit.forget(order.id, order.kind)
        return _batches(visit, refusal=standing.refusal)
    return RedirectResponse(f"/batches/{order.id}", status_code=303)


@router.get("/batches/{id}")
def get_batch(id: PathId, visit: Granting) -> Response:
    """What came of it, or how far it is."""
    return _batch(visit, id)


@router.post("/batches/{id}/keep")
def post_keep(id: PathId, visit: Granting) -> Response:
    """Read for good what was tried."""
    try:
        with visit.house.writing(visit.acting) as desk:
            jobs.keep(desk.work, id, JobKind.ALLOCATIONS)
        visit.waited(id, JobKind.ALLOCATIONS)
    except LedgerError as error:
        return _batch(visit, id, refusal=told(error, visit.language))
    return RedirectResponse(f"/batches/{id}", status_code=303)


def _batch(visit: Visit, id: UUID, *, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        standing = visit.standing(jobs.mine(desk.work, id, JobKind.ALLOCATIONS))
        tally = Tally(**standing.job.outcome)
        return {
            "standing": standing,
            "tally": tally,
            "refusals": [
                (jobs.name_of(desk.work, desk.keys, id, each["file"]), of_words(each["told"], visit.language))
                for each in tally.refusals
            ],
            "refusal": refusal or standing.refusal,
        }

    return visit.shown("gate/batch.html", content, refusal=refusal, uses=while_busy)


def _batches(visit: Visit, *, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        earlier = jobs.own(desk.work, JobKind.ALLOCATIONS, limit=EARLIER)
        return {"earlier": [visit.standing(job) for job in earlier], "new_id": uuid7()}

    return visit.shown("gate/batches.html", content, refusal=refusal)
