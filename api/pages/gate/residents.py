# SPDX-License-Identifier: EUPL-1.2
"""Residents: found or entered, who they are (each look noted, with why), and what they have."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, typed, visit
from ledger import letter_logins, lists, people, refusals, standing_rights
from ledger.clock import dutch_day
from ledger.ids import uuid7
from ledger.inputs import Input, Text
from ledger.people import MandateInput, PersonInput, PersonNotFound, SearchBsn, SearchName
from ledger.roles import Action
from ledger.rules.facts import Law
from ledger.tables import Entitlement, Mandate, MandateKind, Person
from ledger.vault import Hidden, Identity

router = APIRouter(include_in_schema=False)

RIGHTS_MAX: Final = 200
"""The most entitlements of one resident that are shown."""

IDENTITY: Final = (
    "bsn",
    "initials",
    "prefix",
    "surname",
    "birthDate",
    "street",
    "houseNumber",
    "houseLetter",
    "houseAddition",
    "postcode",
    "city",
    "phone",
    "email",
)
"""What is asked of somebody who is entered, in the order of the form."""

Finding = Annotated[Visit, visit(Action.FIND_PEOPLE)]
Registering = Annotated[Visit, visit(Action.REGISTER_PEOPLE)]
Seeing = Annotated[Visit, visit(Action.SEE_ENTITLEMENTS)]


class _Search(Hidden):
    """By what, and why."""

    by: SearchBsn | SearchName
    purpose: Text


class _Look(Input):
    """Why somebody looks."""

    purpose: Text


@router.get("/residents")
def get_search(visit: Finding) -> Response:
    """By number, or by name and day of birth; both exactly."""
    return _search(visit)


@router.post("/residents")
def post_search(visit: Finding, form: AForm) -> Response:
    """Whom it found; noted with why, also when nobody was found."""
    found: list[UUID] = []

    def act(desk: Desk) -> str:
        by = (
            {"bsn": form.one("bsn")}
            if form.maybe("bsn")
            else {"surname": form.one("surname"), "birthDate": form.one("birthDate")}
        )
        asked = _Search.model_validate({"by": by, "purpose": form.one("purpose")})
        found.extend(people.search(desk.work, desk.keys, asked.by, asked.purpose))
        return f"/residents/{found[0]}" if len(found) == 1 else "/residents"

    answer = visit.acted(act, done="found", otherwise=lambda why: _search(visit, refusal=why, form=form))
    return answer if answer.status_code != 303 or len(found) == 1 else _search(visit, form=form, found=found)


@router.get("/residents/new")
def get_new(visit: Registering) -> Response:
    """A form for who is not known yet."""
    return _new(visit)


@router.post("/residents/new")
def post_new(visit: Registering, form: AForm) -> Response:
    """Enter somebody; sent twice it is once."""

    def act(desk: Desk) -> str:
        (made,) = people.register(desk.work, desk.keys, [_person(form)])
        return f"/residents/{made.person_id}"

    return visit.acted(act, done="registered", otherwise=lambda why: _new(visit, refusal=why, form=form))


@router.get("/residents/{id}")
def get_resident(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """What this resident has; who it is stays closed until somebody says why they look."""
    return resident_page(visit, id, done=done)


@router.post("/residents/{id}")
def post_look(id: PathId, visit: Finding, form: AForm) -> Response:
    """The same with who it is: noted, with why."""
    found: list[Identity] = []

    def act(desk: Desk) -> str:
        asked = _Look.model_validate({"purpose": form.one("purpose")})
        found.extend(people.read(desk.work, desk.keys, [id], asked.purpose).values())
        return f"/residents/{id}"

    answer = visit.acted(act, done="looked", otherwise=lambda why: resident_page(visit, id, refusal=why))
    if answer.status_code != 303:
        return answer
    return resident_page(visit, id, identity=found[0] if found else None, is_open=True)


@router.post("/residents/{id}/mandates")
def post_mandate(id: PathId, visit: Registering, form: AForm) -> Response:
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

    return visit.acted(
        act, done="mandate", otherwise=lambda why: resident_page(visit, id, refusal=why, form=form)
    )


@router.post("/residents/{id}/mandates/{mandateId}")
def post_end_mandate(
    id: PathId,
    mandateId: PathId,
    visit: Registering,
) -> Response:
    """From tomorrow on nobody acts by it."""

    def act(desk: Desk) -> str:
        people.end_mandate(desk.work, mandateId, dutch_day(desk.work.now))
        return f"/residents/{id}"

    return visit.acted(act, done="mandate_ended", otherwise=lambda why: resident_page(visit, id, refusal=why))


def _person(form: Sent) -> PersonInput:
    """Raises ValidationError."""
    given: dict[str, Any] = {name: form.maybe(name) for name in IDENTITY}
    number = given["houseNumber"]
    given["houseNumber"] = int(number) if number and number.isascii() and number.isdigit() else number
    identity = {name: value for name, value in given.items() if value is not None}
    return PersonInput.model_validate({"id": form.one("id"), "identity": identity})


def _search(
    visit: Visit,
    *,
    refusal: Told | None = None,
    form: Sent | None = None,
    found: list[UUID] | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        return {"found": found, "typed": typed(form, "bsn", "surname", "birthDate", "purpose")}

    return visit.shown("gate/search.html", content, refusal=refusal)


def _new(visit: Visit, *, refusal: Told | None = None, form: Sent | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        new_id = form.maybe("id") if form else uuid7()
        return {"new_id": new_id, "typed": typed(form, *IDENTITY), "asked": IDENTITY}

    return visit.shown("gate/new.html", content, refusal=refusal)


_REFUSING: Final = ("law", "reference", "asked", "reason", "decidedOn")
"""What is asked of a request that is refused."""


def resident_page(
    visit: Visit,
    id: UUID,
    *,
    done: str | None = None,
    refusal: Told | None = None,
    form: Sent | None = None,
    identity: Identity | None = None,
    is_open: bool = False,
) -> Response:
    """The page of a resident, with who it is where somebody said why they look."""

    def content(desk: Desk) -> Mapping[str, Any]:
        desk.find(Person, id, PersonNotFound(person_id=id))
        rights = lists.page(desk.work, Entitlement, after=None, limit=RIGHTS_MAX, holder_id=id)[::-1]
        mandates = lists.page(desk.work, Mandate, after=None, limit=RIGHTS_MAX, holder_id=id)
        return {
            "person_id": id,
            "identity": identity,
            "is_open": is_open,
            "held": standing_rights.held(desk.work, rights),
            "mandates": mandates,
            "mandate_kinds": list(MandateKind),
            "mandate_id": uuid7(),
            "letter_login": letter_logins.of_person(desk.work, id),
            "refusals": refusals.of_holder(desk.work, id, limit=RIGHTS_MAX),
            "laws": list(Law),
            "refusal_id": form.one("id") if form and form.maybe("asked") else uuid7(),
            "today": dutch_day(desk.work.now),
            "typed": typed(form, "representativeId", "kind", "validFrom", "validUntil", "how", *_REFUSING),
        }

    return visit.shown("gate/resident.html", content, refusal=refusal, done=done)
