# SPDX-License-Identifier: EUPL-1.2
"""The lines of a run that is open: looked at, held, freed and rejected, several at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, names, piece, visit
from ledger import catalogue, db, reviews, runs
from ledger.reviews import Line, Marks
from ledger.roles import Action
from ledger.rules.states import RUNS, RunCommand
from ledger.tables import MarkReason, Provider

router = APIRouter(include_in_schema=False)


class Show(StrEnum):
    """Which lines are shown."""

    ALL = "all"
    """Every line of the run."""
    SAMPLE = "sample"
    """Those that must be looked at."""
    UNSEEN = "unseen"
    """Those of the sample that nobody else has looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Which piece of the lines somebody looks at."""

    run_id: UUID
    show: Show
    provider_id: UUID | None
    after: UUID | None

    @property
    def address(self) -> str:
        """Where the same piece is shown."""
        return self.at(self.after)

    def at(self, after: UUID | None) -> str:
        """Where the piece after a line is shown."""
        asked = {"show": self.show, "providerId": self.provider_id, "after": after}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"/runs/{self.run_id}/lines?{query}"


def _view(
    id: PathId,
    show: Annotated[Show, Query()] = Show.ALL,
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
    after: QueryId = None,
) -> View:
    return View(run_id=id, show=show, provider_id=provider_id, after=after)


AView = Annotated[View, Depends(_view)]


@router.get("/runs/{id}/lines")
def get_lines(
    visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)],
    view: AView,
    pick: Annotated[str, Query(max_length=10)] = "",
    done: Done = None,
) -> Response:
    return _lines(visit, view, is_all=pick == "all", done=done)


@router.post("/runs/{id}/lines")
def post_marks(
    visit: Annotated[Visit, visit(Action.REVIEW_SETTLEMENTS)], view: AView, form: AForm
) -> Response:
    """All of it or nothing; the same again changes nothing."""

    def act(desk: Desk) -> str:
        reviews.mark(desk.work, view.run_id, _marks(form))
        return view.address

    return visit.acted(act, done="mark", otherwise=lambda why: _lines(visit, view, refusal=why, typed=form))


@router.get("/runs/{id}/lines/{entryId}")
def get_line(
    id: PathId,
    entry_id: Annotated[UUID, Path(alias="entryId")],
    visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)],
) -> Response:
    """What was done with a line, over all runs."""

    def content(desk: Desk) -> Mapping[str, Any]:
        run, marks = runs.get(desk.work, id), reviews.history(desk.work, entry_id)
        found = names(desk, {mark.actor_id for mark in marks})
        return {"run": run, "entry_id": entry_id, "marks": marks, "names": found}

    return visit.shown("settling/line.html", content)


def _marks(form: Sent) -> Marks:
    """What a form asks for each line that was ticked. Raises ValidationError."""
    asked = {"kind": form.one("kind"), "reason": form.maybe("reason"), "note": form.maybe("note")}
    return Marks.model_validate({"marks": [{"entry_id": each, **asked} for each in form.all("line")]})


def _lines(
    visit: Visit,
    view: View,
    *,
    is_all: bool = False,
    done: str | None = None,
    refusal: Told | None = None,
    typed: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        run = runs.get(desk.work, view.run_id)
        shown, last = piece(_found(desk, view), lambda line: line.entry_id)
        wanted = {line.provider_id for line in shown} | ({view.provider_id} if view.provider_id else set())
        providers = db.rows(desk.work, Provider, wanted)
        return {
            "run": run,
            "show": view.show,
            "provider": providers.get(view.provider_id) if view.provider_id else None,
            "lines": shown,
            "providers": providers,
            "services": {row.code: row.name for row in catalogue.listed(desk.work)},
            "can_mark": (run.state, RunCommand.MARK) in RUNS and visit.may(Action.REVIEW_SETTLEMENTS),
            "is_all": is_all,
            "has_disputes": any(line.waits or line.dispute for line in shown),
            "picked": set(typed.all("line")) if typed else set(),
            "reasons": list(MarkReason),
            "typed": {name: typed.one(name) if typed else "" for name in ("reason", "note")},
            "self_address": view.address,
            "page_size": PAGE,
            "first": view.at(None) if view.after else "",
            "following": view.at(last) if last else "",
        }

    return visit.shown("settling/lines.html", content, refusal=refusal, done=done)


def _found(desk: Desk, view: View) -> list[Line]:
    """One more than a page shows."""
    only: list[UUID] | None = None
    if view.show is Show.SAMPLE:
        only = reviews.sample(desk.work, view.run_id)
    if view.show is Show.UNSEEN:
        only = reviews.unseen(desk.work, view.run_id)
    return reviews.lines(
        desk.work, view.run_id, only=only, provider_id=view.provider_id, after=view.after, limit=PAGE + 1
    )
