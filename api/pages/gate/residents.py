# SPDX-License-Identifier: EUPL-1.2
"""Residents: found or entered, who they are (each look noted, with why), and what they have."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.visit import PAGE, AForm, Done, Sent, Some, Visit, piece, typed, visit
from ledger import letter_logins, lists, people, refusals, standing_rights
from ledger.access_log import Purpose
from ledger.clock import dutch_day
from ledger.ids import uuid7
from ledger.inputs import Input
from ledger.people import MandateNotFound, PersonInput, PersonNotFound, SearchBsn, SearchName
from ledger.roles import Action
from ledger.rules.facts import Law
from ledger.tables import Mandate, Person
from ledger.vault import Identity

router = APIRouter(include_in_schema=False)

REFUSALS_MAX: Final = 50
"""The newest refusals of one resident that are shown; all are in the API."""

MANDATES_MAX: Final = 200
"""The most mandates of one resident that are shown."""

CORRECTED: Final = (
    "bsn",
    "initials",
    "givenNames",
    "prefix",
    "surname",
    "birthDate",
    "street",
    "houseNumber",
    "houseLetter",
    "houseAddition",
    "postcode",
    "city",
    "country",
    "phone",
    "email",
)
"""What can be corrected, in the order of the form; the number is never shown, and stays where it is empty."""

IDENTITY: Final = tuple(name for name in CORRECTED if name not in ("givenNames", "country"))
"""What is asked of somebody who is entered, in the order of the form."""

_DIGITS_MAX: Final = 9
"""Of a house number; of thousands of digits Python makes no number."""

Finding = Annotated[Visit, visit(Action.FIND_PEOPLE)]
Registering = Annotated[Visit, visit(Action.REGISTER_PEOPLE)]
Correcting = Annotated[Visit, visit(Action.CORRECT_PEOPLE)]
Seeing = Annotated[Visit, visit(Action.SEE_ENTITLEMENTS)]


class _ByNumber(SearchBsn):
    """By the personal number, and why."""

    purpose: Purpose


class _ByName(SearchName):
    """By name and day of birth, and why."""

    purpose: Purpose


class _Look(Input):
    """Why somebody looks, or corrects."""

    purpose: Purpose


@router.get("/residents")
def get_search(visit: Finding) -> Response:
    """By number, or by name and day of birth; both exactly."""
    return _search(visit)


@router.post("/residents")
def post_search(visit: Finding, form: AForm) -> Response:
    """Whom it found; noted with why, also when nobody was found. Of several each is shown by name, to choose
    from: that is a look at each of them.
    """
    found: list[UUID] = []
    named: dict[UUID, Identity] = {}

    def act(desk: Desk) -> str:
        asked = search_asked(form)
        found.extend(people.search(desk.work, desk.keys, asked, asked.purpose))
        if len(found) > 1:
            named.update(people.read(desk.work, desk.keys, found, asked.purpose))
        return f"/residents/{found[0]}" if len(found) == 1 else "/residents"

    answer = visit.acted(act, done="found", otherwise=lambda why: _search(visit, refusal=why, form=form))
    return answer if answer.status_code != 303 or len(found) == 1 else _search(visit, form=form, found=named)


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
def get_resident(id: PathId, visit: Seeing, before: QueryId = None, done: Done = None) -> Response:
    """What this resident has; who it is stays closed until somebody says why they look."""
    return resident_page(visit, id, before=before, done=done)


@router.post("/residents/{id}")
def post_look(id: PathId, visit: Finding, form: AForm) -> Response:
    """The same with who it is: noted, with why."""
    found: list[Identity] = []
    seen: list[str] = []

    def act(desk: Desk) -> str:
        asked = _Look.model_validate({"purpose": form.one("purpose")})
        found.extend(people.read(desk.work, desk.keys, [id], asked.purpose).values())
        seen.append(people.mark(desk.work, id))
        return f"/residents/{id}"

    answer = visit.acted(act, done="looked", otherwise=lambda why: resident_page(visit, id, refusal=why))
    if answer.status_code != 303:
        return answer
    if not found:
        return resident_page(visit, id, is_open=True)
    correcting = _as_typed(found[0]) | {"seen": seen[0]}
    return resident_page(visit, id, identity=found[0], is_open=True, correcting=correcting)


@router.post("/residents/{id}/correct")
def post_correction(id: PathId, visit: Correcting, form: AForm) -> Response:
    """Put right who this is, with why; not over what a colleague put right after it was shown."""

    def act(desk: Desk) -> str:
        asked = _Look.model_validate({"purpose": form.one("purpose")})
        changes = _identity(form, CORRECTED)
        if changes["bsn"] is None:
            del changes["bsn"]
        person = people.corrected(desk.work, desk.keys, id, changes, seen=form.one("seen"))
        people.correct(desk.work, desk.keys, [person], asked.purpose)
        return f"/residents/{id}"

    def otherwise(why: Told) -> Response:
        return resident_page(visit, id, refusal=why, correcting=typed(form, *CORRECTED, "purpose", "seen"))

    return visit.acted(act, done="corrected", otherwise=otherwise)


@router.post("/residents/{id}/mandates/{mandateId}")
def post_end_mandate(
    id: PathId,
    mandateId: PathId,
    visit: Registering,
) -> Response:
    """From tomorrow on nobody acts by it."""

    def act(desk: Desk) -> str:
        row = desk.find(Mandate, mandateId, MandateNotFound(mandate_id=mandateId))
        if row.holder_id != id:
            raise MandateNotFound(mandate_id=mandateId)
        people.end_mandate(desk.work, mandateId, dutch_day(desk.work.now))
        return f"/residents/{id}"

    return visit.acted(act, done="mandate_ended", otherwise=lambda why: resident_page(visit, id, refusal=why))


def search_asked(form: Sent) -> _ByNumber | _ByName:
    """By the number where one is filled in. Raises ValidationError, of the fields of that way alone."""
    if form.maybe("bsn"):
        return _ByNumber.model_validate({name: form.one(name) for name in ("bsn", "purpose")})
    return _ByName.model_validate({name: form.one(name) for name in ("surname", "birthDate", "purpose")})


def _person(form: Sent) -> PersonInput:
    """Raises ValidationError."""
    identity = {name: value for name, value in _identity(form, IDENTITY).items() if value is not None}
    return PersonInput.model_validate({"id": form.one("id"), "identity": identity})


def _identity(form: Sent, names: Sequence[str]) -> dict[str, Any]:
    """What was filled in under these names, the number of the house as a number; None where nothing was."""
    given: dict[str, Any] = {name: form.maybe(name) for name in names}
    number = given["houseNumber"]
    is_number = number and number.isascii() and number.isdigit() and len(number) <= _DIGITS_MAX
    given["houseNumber"] = int(number) if number and is_number else number
    return given


def _as_typed(identity: Identity) -> dict[str, str]:
    """As a form shows it; the personal number is not shown."""
    known = identity.model_dump(mode="json", by_alias=True)
    found = {name: "" if known[name] is None else str(known[name]) for name in CORRECTED}
    return found | {"bsn": "", "purpose": ""}


def _search(
    visit: Visit,
    *,
    refusal: Told | None = None,
    form: Sent | None = None,
    found: Mapping[UUID, Identity] | None = None,
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
    before: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    form: Sent | None = None,
    identity: Identity | None = None,
    is_open: bool = False,
    correcting: Mapping[str, str] | None = None,
) -> Response:
    """The page of a resident, with who it is where somebody said why they look.

    correcting is what the form that corrects it holds; None: nobody looked, and so nobody corrects.
    """

    def content(desk: Desk) -> Mapping[str, Any]:
        desk.find(Person, id, PersonNotFound(person_id=id))
        rights, last = piece(
            standing_rights.of_holders(desk.work, {id}, before=before, limit=PAGE + 1), lambda row: row.id
        )
        mandates = lists.newest(desk.work, Mandate, limit=MANDATES_MAX + 1, holder_id=id)
        refused = refusals.of_holder(desk.work, id, limit=REFUSALS_MAX + 1)
        return {
            "person_id": id,
            "identity": identity,
            "is_open": is_open,
            "correcting": correcting,
            "corrected": CORRECTED,
            "held": standing_rights.held(desk.work, rights),
            "mandates": Some.of(mandates, MANDATES_MAX),
            "letter_login": letter_logins.of_person(desk.work, id),
            "refusals": Some.of(refused, REFUSALS_MAX),
            "laws": list(Law),
            "refusal_id": form.one("id") if form and form.maybe("asked") else uuid7(),
            "today": dutch_day(desk.work.now),
            "page_size": PAGE,
            "first": f"/residents/{id}" if before else "",
            "following": f"/residents/{id}?before={last}" if last else "",
            "typed": typed(form, "how", *_REFUSING),
        }

    return visit.shown("gate/resident.html", content, refusal=refusal, done=done)
