# SPDX-License-Identifier: EUPL-1.2
"""Proposing a care agreement under a drawing right: with whom, for what, at which rate."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, model_validator

from api.deps import Desk, PathId, accepted
from api.pages.amounts import Cents
from api.pages.faults import Told
from api.pages.paths import Audience
from api.pages.resident.overview import own_right
from api.pages.visit import AForm, Sent, Visit, typed, visit
from ledger import care, db, providers
from ledger.care import Agreement, NotADrawingRight
from ledger.clock import dutch_day
from ledger.ids import uuid7
from ledger.roles import Action
from ledger.rules.facts import EntitlementKind
from ledger.tables import Entitlement, Provider, ProviderKind

router = APIRouter(include_in_schema=False)

Entering = Annotated[Visit, visit(Action.ENTER_CARE_AGREEMENT, Audience.HOLDER)]

_TYPED: Final = ("helper", "helperCode", "what", "euros", "validFrom", "validUntil")


class _Rate(BaseModel):
    """What was agreed, in euros."""

    euros: Cents


class _Helper(BaseModel):
    """Who helps: chosen from the list, or named."""

    chosen: str
    named: str

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.chosen) == bool(self.named):
            raise ValueError("choose one helper, from the list or by name")
        return self


@router.get("/my/{id}/agreement")
def get_agreement(id: PathId, visit: Entering) -> Response:
    """The form."""
    return _form(visit, id)


@router.post("/my/{id}/agreement")
def post_agreement(id: PathId, visit: Entering, form: AForm) -> Response:
    """Enter it; it pays nothing until the municipality and the paying agent approve it."""

    def act(desk: Desk) -> str:
        _drawing_right(desk, id)
        whom = _Helper(chosen=form.one("helper"), named=form.one("helperCode"))
        service, _, rate_class = form.one("what").partition(" ")
        asked = {
            "id": form.one("id"),
            "entitlementId": id,
            "providerId": care.helper(desk.work, whom.chosen or whom.named),
            "service": service,
            "rateClass": rate_class,
            "rateCents": _Rate.model_validate({"euros": form.one("euros")}).euros,
            "validFrom": form.one("validFrom"),
            "validUntil": form.maybe("validUntil"),
            "at": form.one("at"),
        }
        accepted(care.agree(desk.work, [Agreement.model_validate(asked)])[0])
        return f"/my/{id}"

    return visit.acted(act, done="agreement", otherwise=lambda why: _form(visit, id, refusal=why, form=form))


def _form(visit: Visit, id: UUID, *, refusal: Told | None = None, form: Sent | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        right = _drawing_right(desk, id)
        known = {each.provider_id for each in care.of_entitlement(desk.work, id)}
        return {
            "right": right,
            "agreeable": care.agreeable(desk.work, right),
            "known": sorted(db.rows(desk.work, Provider, known).values(), key=lambda row: row.trade_name),
            "organisations": [
                each
                for each in providers.listed(desk.work)
                if each.kind is ProviderKind.ORGANISATION and each.id not in known
            ],
            "new_id": (form.maybe("id") if form else None) or uuid7(),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "typed": typed(form, *_TYPED) if form else _to_begin_with(right, dutch_day(desk.work.now)),
        }

    return visit.shown("resident/agreement.html", content, refusal=refusal)


def _to_begin_with(right: Entitlement, today: date) -> dict[str, str]:
    """From today until the last day of the right."""
    days = {"validFrom": max(right.valid_from, today), "validUntil": right.valid_until or ""}
    return typed(None, *_TYPED) | {name: str(day) for name, day in days.items()}


def _drawing_right(desk: Desk, id: UUID) -> Entitlement:
    """Raises EntitlementNotFound, NotADrawingRight."""
    right = own_right(desk, id)
    if right.kind is not EntitlementKind.DRAWING_RIGHT:
        raise NotADrawingRight()
    return right
