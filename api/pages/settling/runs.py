# SPDX-License-Identifier: EUPL-1.2
"""Settlement runs: all of them, one of them, and what is done with one as a whole."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.settling import run_jobs
from api.pages.visit import (
    PAGE,
    AForm,
    Done,
    Sent,
    Some,
    Visit,
    names,
    of_form,
    piece,
    visit,
    while_busy,
)
from api.routes.settlement_runs import WithdrawBody
from ledger import (
    ceiling_uses,
    db,
    jobs,
    lists,
    overviews,
    payment_files,
    payments,
    runs,
    separation,
    settlements,
    unsettled,
)
from ledger.ids import uuid7
from ledger.jobs import JobOrder
from ledger.roles import Action
from ledger.rules.states import OPEN, RUNS, SENT, PaymentState, RunCommand, RunState
from ledger.runs import DraftOrder, Run
from ledger.tables import JobKind, Payment, Provider, Settlement

router = APIRouter(include_in_schema=False)

COMMANDS: Final[Mapping[RunCommand, Action]] = {
    RunCommand.SUBMIT: Action.SETTLE,
    RunCommand.RELEASE: Action.RELEASE_SETTLEMENTS,
    RunCommand.EXPORT: Action.EXPORT_PAYMENT_FILE,
    RunCommand.WITHDRAW: Action.SETTLE,
}
"""What a button asks for; a run that is sent needs no second export."""

EARLIER: Final = 3
"""Beside how many earlier runs the present one is shown."""

_LOOKED_BACK: Final = 20
"""Among how many earlier runs these are sought: most were released."""


@router.get("/runs")
def get_runs(
    visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)], before: QueryId = None, done: Done = None
) -> Response:
    return _runs(visit, before=before, done=done)


@router.post("/runs")
def post_run(visit: Annotated[Visit, visit(Action.SETTLE)], form: AForm) -> Response:
    def otherwise(why: Told) -> Response:
        return _runs(visit, refusal=why, typed=form)

    try:
        asked = {name: form.one(name) for name in ("id", "until", "requestedOn")}
        order = DraftOrder.model_validate(asked)
    except ValidationError as error:
        return otherwise(of_form(error, visit.language))
    return run_jobs.asked(visit, run_jobs.drafting(order), otherwise)


@router.get("/runs/{id}")
def get_run(
    id: PathId,
    visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)],
    after: QueryId = None,
    state: Annotated[PaymentState | None, Query()] = None,
    done: Done = None,
) -> Response:
    return run_jobs.drafted(visit, id) or _run(visit, id, after=after, state=state, done=done)


@router.post("/runs/{id}/submit")
def post_submit(id: PathId, visit: Annotated[Visit, visit(Action.SETTLE)]) -> Response:
    def act(desk: Desk) -> str:
        runs.submit(desk.work, id)
        return f"/runs/{id}"

    return visit.acted(act, done="submit", otherwise=lambda why: _run(visit, id, refusal=why))


@router.post("/runs/{id}/withdraw")
def post_withdraw(id: PathId, visit: Annotated[Visit, visit(Action.SETTLE)], form: AForm) -> Response:
    def act(desk: Desk) -> str:
        runs.withdraw(desk.work, id, WithdrawBody(reason=form.one("reason")).reason)
        return f"/runs/{id}"

    return visit.acted(act, done="withdraw", otherwise=lambda why: _run(visit, id, refusal=why, typed=form))


@router.post("/runs/{id}/release")
def post_release(id: PathId, visit: Annotated[Visit, visit(Action.RELEASE_SETTLEMENTS)]) -> Response:
    return _asked(visit, id, JobKind.RELEASE)


@router.post("/runs/{id}/export")
def post_export(id: PathId, visit: Annotated[Visit, visit(Action.EXPORT_PAYMENT_FILE)]) -> Response:
    return _asked(visit, id, JobKind.EXPORT)


def _asked(visit: Visit, id: UUID, kind: JobKind) -> Response:
    """Asked twice at once is asked once: the page tells that it is being done."""
    with visit.house.reading(visit.acting) as desk:
        before = jobs.newest_of(desk.work, id)
    if before is not None and before.kind is kind and before.finished_at is None:
        return RedirectResponse(f"/runs/{id}", status_code=303)
    order = JobOrder(id=uuid7(), kind=kind, subject_id=id)
    return run_jobs.asked(visit, order, lambda why: _run(visit, id, refusal=why))


def _runs(
    visit: Visit,
    *,
    before: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    typed: Sent | None = None,
) -> Response:
    """All runs, and the form for a new one under the id that it will have: sent twice it makes one."""

    def content(desk: Desk) -> Mapping[str, Any]:
        shown, last = piece(runs.listed(desk.work, before=before, limit=PAGE + 1), lambda run: run.id)
        return {
            "runs": shown,
            "page_size": PAGE,
            "first": "/runs" if before else "",
            "following": f"/runs?before={last}" if last else "",
            "new_id": typed.one("id") if typed else uuid7(),
            "typed": {name: typed.one(name) if typed else "" for name in ("until", "requestedOn")},
        }

    return visit.shown("settling/runs.html", content, refusal=refusal, done=done)


def _run(
    visit: Visit,
    id: UUID,
    *,
    after: UUID | None = None,
    state: PaymentState | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    typed: Sent | None = None,
) -> Response:
    """One run: while it is open what it comes to, after its release what became of it."""

    def content(desk: Desk) -> Mapping[str, Any]:
        run = runs.get(desk.work, id)
        found = _open(desk, run, after) if run.state in OPEN else _closed(desk, run, after, state)
        standing = run_jobs.standing(visit, desk, run)
        is_busy = standing is not None and standing.is_open
        able = [] if is_busy else [name for name, action in _possible(run.state) if visit.may(action)]
        is_own = RunCommand.RELEASE in able and separation.own_run(desk.work, run) is not None
        return {
            "run": run,
            "standing": standing,
            "names": names(desk, {step.actor_id for step in run.steps} | run_jobs.askers(standing)),
            "actions": [each for each in able if not (is_own and each is RunCommand.RELEASE)],
            "is_own": is_own,
            "can_fetch": run.state in SENT and visit.may(Action.EXPORT_PAYMENT_FILE),
            "typed": {"reason": typed.one("reason") if typed else ""},
            "page_size": PAGE,
            "first": f"/runs/{id}" if after else "",
            **found,
        }

    return visit.shown("settling/run.html", content, refusal=refusal, done=done, uses=while_busy)


def _possible(state: RunState) -> list[tuple[RunCommand, Action]]:
    """What the tables of states allow, and changes something."""
    return [
        (command, action)
        for command, action in COMMANDS.items()
        if RUNS.get((state, command), state) is not state
    ]


def _open(desk: Desk, run: Run, after: UUID | None) -> dict[str, Any]:
    rows = overviews.shares(desk.work, run.id, after=after, limit=PAGE + 1)
    shown, last = piece(rows, lambda share: share.provider_id)
    before = runs.listed(desk.work, before=run.id, limit=_LOOKED_BACK)
    ceilings = ceiling_uses.of_run(desk.work, run.id)
    return {
        "totals": overviews.totals(desk.work, run.id),
        "stayed": None,
        "ceilings": ceilings,
        "names_of_providers": db.rows(desk.work, Provider, {each.provider_id for each in ceilings}),
        "earlier": list(islice((each for each in before if each.release), EARLIER)),
        "shares": shown,
        "following": f"/runs/{run.id}?after={last}#shares" if last else "",
    }


def _closed(desk: Desk, run: Run, after: UUID | None, state: PaymentState | None) -> dict[str, Any]:
    rows = _settled(desk, run.id, after, state)
    shown, last = piece(rows, lambda row: row[0])
    query = f"state={state}&" if state else ""
    counted = payments.counted(desk.work, run.id) if run.state in SENT else {}
    is_first = run.release is not None and state is None and after is None
    stayed = Some.of(unsettled.stayed(desk.work, run.id, limit=PAGE + 1), PAGE) if is_first else None
    providers = {each.provider_id for each in stayed.rows} if stayed else set()
    return {
        "totals": None,
        "ceilings": (),
        "stayed": stayed,
        "names_of_providers": db.rows(desk.work, Provider, providers),
        "state": state,
        "files": payment_files.listed(desk.work, run.id),
        "counted": [(each, counted[each]) for each in PaymentState if each in counted],
        "settlements": _shown(desk, [row for _, row in shown]),
        "following": f"/runs/{run.id}?{query}after={last}#settlements" if last else "",
    }


def _settled(
    desk: Desk, run_id: UUID, after: UUID | None, state: PaymentState | None
) -> list[tuple[UUID, Settlement]]:
    """Settlements with the id they are in the order of: their own, or that of the payment in this state."""
    if state is None:
        rows = lists.page(desk.work, Settlement, after=after, limit=PAGE + 1, run_id=run_id)
        return [(row.id, row) for row in rows]
    paid = payments.of_state(desk.work, run_id, state, after=after, limit=PAGE + 1)
    found = db.rows(desk.work, Settlement, {each.settlement_id for each in paid})
    return [(each.id, found[each.settlement_id]) for each in paid]


def _shown(desk: Desk, rows: Sequence[Settlement]) -> list[dict[str, Any]]:
    """Settlements with the name of the provider, their payment and how far it is."""
    paid: Mapping[UUID, Payment] = settlements.payments(desk.work, {row.id for row in rows})
    states = payments.states(desk.work, paid.values())
    providers = db.rows(desk.work, Provider, {row.provider_id for row in rows})
    return [
        {
            "row": row,
            "name": providers[row.provider_id].trade_name,
            "payment": paid.get(row.id),
            "state": states[paid[row.id].id] if row.id in paid else None,
        }
        for row in rows
    ]
