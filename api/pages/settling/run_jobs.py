# SPDX-License-Identifier: EUPL-1.2
"""What takes long of a settlement run, as jobs: drafting it, releasing it, making its files ready."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import RedirectResponse

from api.deps import Desk
from api.jobs import Doer, Piece, Standing, Tell
from api.pages.faults import Told, told
from api.pages.visit import Visit, names, while_busy
from ledger import db, jobs, payment_files, releases, runs
from ledger.errors import LedgerError
from ledger.jobs import JobOrder
from ledger.roles import Action
from ledger.rules.states import RUNS, RunCommand
from ledger.runs import DraftOrder, Run
from ledger.tables import Job, JobKind, SettlementRun

_COMMANDS: Final = {JobKind.RELEASE: RunCommand.RELEASE, JobKind.EXPORT: RunCommand.EXPORT}

_DONE: Final = Piece(outcome={})
"""What came of it, the run itself says."""


def asked(visit: Visit, order: JobOrder, otherwise: Callable[[Told], Response]) -> Response:
    """Ask for it; to the page of the run, or, when it is refused within a moment, the form again with why."""
    try:
        found = visit.queued(order)
    except LedgerError as error:
        return otherwise(told(error, visit.language))
    if found.refusal:
        visit.forget(order.id, order.kind)
        return otherwise(found.refusal)
    done = "" if found.is_open else f"?done={order.kind}"
    return RedirectResponse(f"/runs/{order.subject_id}{done}", status_code=303)


def drafting(order: DraftOrder) -> JobOrder:
    """The job bears the id of the run: the same form sent twice is one."""
    return JobOrder(id=order.id, kind=JobKind.DRAFT, subject_id=order.id, asked=order.model_dump(mode="json"))


def drafted(visit: Visit, id: UUID) -> Response | None:
    """The page of a run that is being drafted, or was refused then; None: it is there, or never was asked."""
    with visit.house.reading(visit.acting) as desk:
        job = jobs.newest_of(desk.work, id)
        if job is None or job.kind is not JobKind.DRAFT or db.rows(desk.work, SettlementRun, {id}):
            return None
    found = visit.standing(job)

    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "standing": found,
            "order": DraftOrder.model_validate(job.asked),
            "names": names(desk, askers(found)),
        }

    return visit.shown("settling/drafting.html", content, uses=while_busy)


def standing(visit: Visit, desk: Desk, run: Run) -> Standing | None:
    """What is being done with it, or was refused since anything last happened to it; None: nothing."""
    job = jobs.newest_of(desk.work, run.id)
    if job is None or (job.finished_at is not None and job.refusal is None):
        return None
    is_past = job.finished_at is not None and (
        job.finished_at < run.steps[-1].recorded_at
        or (run.state, _COMMANDS.get(job.kind)) not in RUNS  # it was done after all, when asked twice
    )
    return None if is_past else visit.standing(job)


def askers(found: Standing | None) -> set[UUID]:
    """Who asked for it."""
    return {found.job.actor_id} if found else set()


def _draft(desk: Desk, job: Job, tell: Tell) -> Piece:
    runs.draft(desk.work, DraftOrder.model_validate(job.asked))
    return _DONE


def _release(desk: Desk, job: Job, tell: Tell) -> Piece:
    releases.release(desk.work, job.subject_id, tell)
    return _DONE


def _export(desk: Desk, job: Job, tell: Tell) -> Piece:
    payment_files.export(desk.work, job.subject_id)
    return _DONE


DOERS: Final[dict[JobKind, Doer]] = {
    JobKind.DRAFT: Doer(action=Action.SETTLE, do=_draft),
    JobKind.RELEASE: Doer(action=Action.RELEASE_SETTLEMENTS, do=_release),
    JobKind.EXPORT: Doer(action=Action.EXPORT_PAYMENT_FILE, do=_export),
}
"""How each is done."""
