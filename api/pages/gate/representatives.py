# SPDX-License-Identifier: EUPL-1.2
"""Letting somebody act for a resident: found as residents are, shown by name, and only then recorded."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.gate.residents import search_asked
from api.pages.visit import AForm, Sent, Visit, typed, visit
from ledger import people
from ledger.access_log import Purpose
from ledger.clock import dutch_day
from ledger.ids import uuid7
from ledger.inputs import Id7, Input
from ledger.people import MandateInput, PersonNotFound
from ledger.roles import Action
from ledger.tables import MandateKind, Person
from ledger.vault import Identity

router = APIRouter(include_in_schema=False)

Finding = Annotated[Visit, visit(Action.FIND_PEOPLE)]
Naming = Annotated[Visit, visit(Action.CORRECT_PEOPLE)]


class _Chosen(Input):
    """Who of those that were found, and why they were looked for."""

    representative_id: Id7
    purpose: Purpose


@router.get("/residents/{id}/representative")
def get_search(id: PathId, visit: Naming) -> Response:
    """By number, or by name and day of birth, as residents are found."""
    return _search(visit, id)


@router.post("/residents/{id}/representative")
def post_search(id: PathId, visit: Finding, form: AForm) -> Response:
    """Whom it found, by initials, to choose from: a look at each of them, noted with why as the search is."""
    found: dict[UUID, Identity] = {}

    def act(desk: Desk) -> str:
        asked = search_asked(form)
        ids = people.search(desk.work, desk.keys, asked, asked.purpose)
        found.update(people.read(desk.work, desk.keys, ids, asked.purpose))
        return f"/residents/{id}/representative"

    answer = visit.acted(act, done="found", otherwise=lambda why: _search(visit, id, refusal=why, form=form))
    return _search(visit, id, form=form, found=found) if answer.status_code == 303 else answer


@router.post("/residents/{id}/representative/look")
def post_look(id: PathId, visit: Finding, form: AForm) -> Response:
    """Who would act for whom, by name, before anything is recorded."""
    return _asked(visit, id, form)


@router.post("/residents/{id}/mandates")
def post_mandate(id: PathId, visit: Naming, form: AForm) -> Response:
    """Let somebody act for this resident."""

    def act(desk: Desk) -> str:
        asked = {
            "id": form.one("id"),
            "holderId": id,
            "representativeId": form.one("representativeId"),
            "kind": form.one("kind"),
            "validFrom": form.one("validFrom"),
            "validUntil": form.maybe("validUntil"),
        }
        people.give(desk.work, [MandateInput.model_validate(asked)])
        return f"/residents/{id}"

    return visit.acted(act, done="mandate", otherwise=lambda why: _asked(visit, id, form, refusal=why))


def _asked(visit: Visit, id: UUID, form: Sent, *, refusal: Told | None = None) -> Response:
    """Both by name, each look noted; the search again where nobody was chosen from it."""
    who: dict[UUID, Identity] = {}

    def act(desk: Desk) -> str:
        desk.acting.require(Action.FIND_PEOPLE)
        chosen = {name: form.one(name) for name in ("representativeId", "purpose")}
        asked = _Chosen.model_validate(chosen)
        who.update(people.read(desk.work, desk.keys, {id, asked.representative_id}, asked.purpose))
        return f"/residents/{id}"

    def otherwise(why: Told) -> Response:
        return _search(visit, id, refusal=refusal or why, form=form)

    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "person_id": id,
            "holder": who.get(id),
            "representative": who.get(UUID(form.one("representativeId"))),
            "mandate_id": form.maybe("id") or uuid7(),
            "mandate_kinds": list(MandateKind),
            "today": dutch_day(desk.work.now),
            "typed": typed(form, "representativeId", "purpose", "kind", "validFrom", "validUntil"),
        }

    answer = visit.acted(act, done="looked", otherwise=otherwise)
    if answer.status_code != 303:
        return answer
    return visit.shown("gate/representative.html", content, refusal=refusal)


def _search(
    visit: Visit,
    id: UUID,
    *,
    refusal: Told | None = None,
    form: Sent | None = None,
    found: Mapping[UUID, Identity] | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        desk.find(Person, id, PersonNotFound(person_id=id))
        return {
            "person_id": id,
            "found": found,
            "typed": typed(form, "surname", "birthDate", "purpose"),
        }

    return visit.shown("gate/representatives.html", content, refusal=refusal)
