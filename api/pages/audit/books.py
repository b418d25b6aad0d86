# SPDX-License-Identifier: EUPL-1.2
"""The books: what all accounts hold, every entry with its story, and samples that anybody can draw again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.visit import PAGE, AForm, Sent, Some, Visit, names, of_form, piece, typed, visit
from ledger import balances, entry_story, payments, samples, standing_rights
from ledger.clock import dutch_day
from ledger.entry_story import SIDE_MAX
from ledger.inputs import Day, Text
from ledger.roles import Action, NotYours
from ledger.rules.funding import EntryKind
from ledger.samples import SIZE_MAX
from ledger.tables import Entitlement, Entry, Payment

router = APIRouter(include_in_schema=False)

Seeing = Annotated[Visit, visit(Action.SEE_ENTRIES)]


class _Sampling(BaseModel):
    """What a sample is drawn from."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    kind: EntryKind
    first_day: Day
    last_day: Day
    seed: Annotated[str, Field(min_length=1, max_length=100)]
    size: Annotated[int, Field(ge=1, le=SIZE_MAX)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("the last day lies before the first")
        return self


class _Searching(BaseModel):
    """By what is sought."""

    id: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """Something a reference leads to, and the page that shows it."""

    where: str
    right: Entitlement | None = None
    payment: Payment | None = None


@router.get("/books")
def get_books(
    visit: Seeing, before: QueryId = None, found: Annotated[str | None, Query(max_length=40)] = None
) -> Response:
    """What all accounts hold by kind, and the entries, the latest first."""
    return _books(visit, before=before, nothing=found == "no")


@router.post("/books")
def post_search(visit: Seeing, form: AForm) -> Response:
    """To the entry of any id (of an entry, a redemption, a change, a settlement, a payment), to what a
    decision of this number granted, or to the payment that the bank knows by this; a list where there are
    several.
    """
    try:
        asked = _Searching.model_validate({"id": form.one("id")}).id
    except ValidationError:
        return RedirectResponse("/books?found=no", status_code=303)
    with visit.house.reading(visit.acting) as desk:
        found = _of_id(desk, asked) or [*_of_decision(desk, asked), *_of_bank(desk, asked)]
    if len(found) > 1:
        return _books(visit, found=found, asked=asked)
    return RedirectResponse(found[0].where if found else "/books?found=no", status_code=303)


@router.get("/books/samples")
def get_samples(visit: Seeing) -> Response:
    """Where a sample is described."""
    return _sampled(visit)


@router.post("/books/samples")
def post_sample(visit: Seeing, form: AForm) -> Response:
    """The entries that are drawn; the same description draws the same."""
    asked = {name: form.one(name) for name in ("kind", "firstDay", "lastDay", "seed", "size")}
    try:
        sampling = _Sampling.model_validate(asked)
    except ValidationError as error:
        return _sampled(visit, refusal=of_form(error, visit.language), form=form)
    return _sampled(visit, form=form, sampling=sampling)


@router.get("/books/{id}")
def get_entry(id: PathId, visit: Seeing) -> Response:
    """One entry and everything that is known of it."""

    def content(desk: Desk) -> Mapping[str, Any]:
        story = entry_story.story(desk.work, desk.find(Entry, id, NotYours()))
        who = {each.actor_id for each in story.beside}
        who |= {story.approval.actor_id} if story.approval else set()
        who |= {story.redemption.actor_id} if story.redemption else set()
        return {
            "story": story,
            "beside": Some.of(story.beside, SIDE_MAX),
            "reversed_by": Some.of(story.reversed_by, SIDE_MAX),
            "names": names(desk, who),
        }

    return visit.shown("audit/entry.html", content)


def _of_id(desk: Desk, asked: str) -> list[_Found]:
    """The entry that an id leads to; none where it is no id, or of nothing."""
    try:
        found = entry_story.find(desk.work, UUID(asked))
    except ValueError:
        return []
    return [_Found(where=f"/books/{found}")] if found else []


def _of_decision(desk: Desk, asked: str) -> list[_Found]:
    """The entitlements of a decision; for who may not see these, the entry of each commitment."""
    rights = standing_rights.of_reference(desk.work, asked, limit=PAGE + 1)
    if desk.acting.may(Action.SEE_ENTITLEMENTS):
        return [_Found(where=f"/entitlements/{each.id}", right=each) for each in rights]
    entries = entry_story.first(desk.work, {each.id for each in rights})
    return [_Found(where=f"/books/{entries[each.id]}", right=each) for each in rights if each.id in entries]


def _of_bank(desk: Desk, asked: str) -> list[_Found]:
    """The payments that the bank was told of by this reference."""
    found = payments.of_reference(desk.work, asked, limit=PAGE + 1)
    return [_Found(where=f"/bank/payments/{each.id}", payment=each) for each in found]


def _books(
    visit: Visit,
    *,
    before: UUID | None = None,
    nothing: bool = False,
    found: Sequence[_Found] = (),
    asked: str = "",
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        rows, last = piece(entry_story.newest(desk.work, before=before, limit=PAGE + 1), lambda row: row.id)
        return {
            "totals": () if before or found else balances.totals(desk.work),
            "entries": rows,
            "nothing": nothing,
            "found": Some.of(found, PAGE),
            "asked": asked,
            "page_size": PAGE,
            "first": "/books" if before else "",
            "following": f"/books?before={last}" if last else "",
        }

    return visit.shown("audit/books.html", content)


def _sampled(
    visit: Visit,
    *,
    refusal: Told | None = None,
    form: Sent | None = None,
    sampling: _Sampling | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        today = dutch_day(desk.work.now)
        return {
            "kinds": list(EntryKind),
            "drawn": _drawn(desk, sampling) if sampling else None,
            "typed": typed(form, "kind", "firstDay", "lastDay", "seed", "size")
            if form
            else {
                "kind": EntryKind.REDEEM,
                "firstDay": today.replace(month=1, day=1),
                "lastDay": today,
                "seed": "",
                "size": 25,
            },
        }

    return visit.shown("audit/samples.html", content, refusal=refusal)


def _drawn(desk: Desk, asked: _Sampling) -> Any:
    return samples.entries(
        desk.work, asked.kind, asked.first_day, asked.last_day, seed=asked.seed, size=asked.size
    )
