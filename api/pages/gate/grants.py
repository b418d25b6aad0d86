# SPDX-License-Identifier: EUPL-1.2
"""Granting: what is decided is filled in, looked at with what it does to the budget, and then granted.

The look is judged by the ledger itself, in a transaction of which nothing is kept.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from api.deps import Desk, PathId
from api.pages.amounts import MaybeCents, MaybeCount
from api.pages.faults import Told, told
from api.pages.visit import AForm, Sent, Visit, of_form, typed, visit
from ledger import budgets, catalogue, entitlements, letters, lists, municipalities, providers
from ledger.budgets import BudgetState
from ledger.clock import dutch_day
from ledger.entitlements import Grant
from ledger.errors import LedgerError
from ledger.four_eyes import Waiting
from ledger.ids import uuid7
from ledger.people import PersonNotFound
from ledger.programmes import ProgrammeUnknown
from ledger.roles import Action
from ledger.rules.facts import EntitlementKind
from ledger.rules.periods import Per
from ledger.tables import Entitlement, Person, Programme
from ledger.texts import given
from ledger.units import Unit

router = APIRouter(include_in_schema=False)

ASKED: Final = (
    "kind",
    "programmeId",
    "reference",
    "note",
    "validFrom",
    "validUntil",
    "amount",
    "quantity",
    "hours",
    "quantityUnit",
    "capMost",
    "capPer",
    "usesMax",
)
"""What is asked with one answer; services and providers are ticked, any number of them."""

Granting = Annotated[Visit, visit(Action.GRANT)]


class _Numbers(BaseModel):
    """The numbers of the form."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    amount: MaybeCents = None
    quantity: MaybeCount = None
    hours: MaybeCount = None
    cap_most: MaybeCents = None
    uses_max: MaybeCount = None


class _Chosen(BaseModel):
    """Which programme."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    programme_id: UUID


@router.get("/residents/{id}/grant")
def get_grant(id: PathId, visit: Granting) -> Response:
    """The form, with what the budgets still hold."""
    return _form(visit, id)


@router.post("/residents/{id}/grant")
def post_look(id: PathId, visit: Granting, form: AForm) -> Response:
    """What would be granted, in the words of the letter, what it sets aside, and the budget after it; nothing
    is kept. Whoever
    wants something else gets the form again as it was filled in: a browser that goes back has forgotten it.
    """
    if form.one("step") == "edit":
        return _form(visit, id, form=form)
    try:
        outcome, after = visit.tried(lambda desk: _judged(desk, id, form))
    except ValidationError as error:
        return _form(visit, id, refusal=of_form(error, visit.language), form=form)
    except LedgerError as error:
        return _form(visit, id, refusal=told(error, visit.language), form=form)

    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "person_id": id,
            "waits": outcome if isinstance(outcome, Waiting) else None,
            "committed_cents": outcome.cents if isinstance(outcome, Waiting) else outcome.committed_cents,
            "lines": given.lines(after["given"], visit.language),
            "hidden": [(name, value) for name in (*ASKED, "id", "at") if (value := form.one(name))]
            + [(name, value) for name in ("service", "provider") for value in form.all(name)],
            "typed": typed(form, *ASKED),
            "municipality": municipalities.get(desk.work).name,
            **after,
        }

    return visit.shown("gate/look.html", content)


@router.post("/residents/{id}/grant/confirm")
def post_grant(id: PathId, visit: Granting, form: AForm) -> Response:
    """Grant it; what is above the limit of one person waits for a colleague."""
    try:
        with visit.house.writing(visit.acting) as desk:
            (outcome,) = entitlements.grant(desk.work, [_grant(desk, id, form)])
            if isinstance(outcome, LedgerError):
                raise outcome
    except ValidationError as error:
        return _form(visit, id, refusal=of_form(error, visit.language), form=form)
    except LedgerError as error:
        return _form(visit, id, refusal=told(error, visit.language), form=form)
    if isinstance(outcome, Waiting):
        return RedirectResponse("/worklist?done=waits", status_code=303)
    return RedirectResponse(f"/entitlements/{outcome.id}?done=granted", status_code=303)


def _judged(desk: Desk, id: UUID, form: Sent) -> tuple[Entitlement | Waiting, dict[str, Any]]:
    """The outcome with the budget after it. Raises what refuses it."""
    grant = _grant(desk, id, form)
    (outcome,) = entitlements.grant(desk.work, [grant])
    if isinstance(outcome, LedgerError):
        raise outcome
    begins = grant.valid_from.year
    ends = grant.valid_until.year if grant.valid_until else None
    own = [each for each in budgets.listed(desk.work) if each.programme_id == grant.programme_id]
    later = [each for each in own if each.year > begins and (ends is None or each.year <= ends)]
    lacking = set(range(begins + 1, (ends or begins) + 1)) - {each.year for each in later}
    right = as_right(grant)
    words = letters.given(desk.work, [right])[grant.id]
    return outcome, {
        "budget": next((each for each in own if each.year == begins), None),
        "later": later,
        "lacking": min(lacking, default=None),
        "given": words,
        "right": right,
        "note": grant.note,
        "programme": _programme(desk, form).name,
    }


def as_right(grant: Grant) -> Entitlement:
    """For the letter's words; it is never stored."""
    return Entitlement(**{name: getattr(grant, name) for name in _SHARED}, version=1)


_SHARED: Final = (
    "id",
    "kind",
    "law",
    "programme_id",
    "holder_id",
    "valid_from",
    "valid_until",
    "amount_cents",
    "quantity",
    "quantity_unit",
    "restrictions",
    "reference",
)


def _grant(desk: Desk, id: UUID, form: Sent) -> Grant:
    """What the form asks. Raises ValidationError and ProgrammeUnknown."""
    numbers = _Numbers.model_validate(
        {name: form.one(name) for name in ("amount", "quantity", "hours", "capMost", "usesMax")}
    )
    programme = _programme(desk, form)
    unit, quantity = form.maybe("quantityUnit"), numbers.quantity
    if numbers.hours is not None:
        unit, quantity = Unit.MINUTE, numbers.hours * 60
    asked = {
        "id": form.one("id"),
        "at": form.one("at"),
        "kind": form.one("kind"),
        "law": programme.law,
        "programmeId": programme.id,
        "holderId": id,
        "validFrom": form.one("validFrom"),
        "validUntil": form.maybe("validUntil"),
        "amountCents": numbers.amount,
        "quantity": quantity,
        "quantityUnit": unit if quantity is not None else None,
        "restrictions": _restrictions(form, numbers),
        "reference": form.maybe("reference"),
        "note": form.maybe("note"),
    }
    return Grant.model_validate(asked)


def _programme(desk: Desk, form: Sent) -> Programme:
    """Raises ValidationError and ProgrammeUnknown."""
    wanted = _Chosen.model_validate({"programmeId": form.one("programmeId")}).programme_id
    return desk.find(Programme, wanted, ProgrammeUnknown(id=wanted))


def _programmes(desk: Desk) -> list[Programme]:
    return lists.page(desk.work, Programme, after=None, limit=_PROGRAMMES_MAX)


_PROGRAMMES_MAX: Final = 500
"""More than a municipality has."""


def _restrictions(form: Sent, numbers: _Numbers) -> list[dict[str, Any]]:
    services, agbs = sorted(form.all("service")), sorted(form.all("provider"))
    found: list[dict[str, Any]] = []
    if form.one("kind") == EntitlementKind.ARRANGEMENT and services:
        items = [{"service": each, "providers": agbs or None} for each in services]
        found.append({"kind": "only_items", "items": items})
    else:
        found += [{"kind": "only_services", "services": services}] if services else []
        found += [{"kind": "only_providers", "providers": agbs}] if agbs else []
    if numbers.cap_most is not None:
        per = form.one("capPer") or Per.MONTH
        found.append({"kind": "cap", "per": per, "unit": Unit.EUROCENT, "most": numbers.cap_most})
    if numbers.uses_max is not None:
        found.append({"kind": "uses_max", "most": numbers.uses_max})
    return found


def _form(visit: Visit, id: UUID, *, refusal: Told | None = None, form: Sent | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        desk.find(Person, id, PersonNotFound(person_id=id))
        today = dutch_day(desk.work.now)
        rooms: defaultdict[UUID, list[BudgetState]] = defaultdict(list)
        for room in budgets.listed(desk.work):
            if room.year >= today.year:
                rooms[room.programme_id].append(room)
        found = [each for each in _programmes(desk) if each.published_version]
        laws = {each.law for each in found}
        return {
            "person_id": id,
            "new_id": form.maybe("id") if form else uuid7(),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "programmes": [(each, rooms[each.id]) for each in found],
            "services": [each for each in catalogue.listed(desk.work) if each.law in laws],
            "is_of_many_laws": len(laws) > 1,
            "providers": [each for each in providers.listed(desk.work) if each.agb],
            "kinds": list(EntitlementKind),
            "units": [each for each in Unit if each is not Unit.EUROCENT],
            "pers": list(Per),
            "typed": typed(form, *ASKED),
            "ticked": {"service": form.all("service"), "provider": form.all("provider")}
            if form
            else {"service": (), "provider": ()},
        }

    return visit.shown("gate/grant.html", content, refusal=refusal)
