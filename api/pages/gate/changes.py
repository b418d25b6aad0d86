# SPDX-License-Identifier: EUPL-1.2
"""Changes of an entitlement: looked at with what they make of it and of its budget, and then kept.

The look is judged by the ledger itself, in a transaction of which nothing is kept.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from api.deps import Desk, PathId
from api.pages.amounts import MaybeCents, MaybeCount, MaybeWhole
from api.pages.faults import told
from api.pages.gate.extents import Extent
from api.pages.gate.rights import TYPED, right_page
from api.pages.visit import AForm, Sent, Visit, of_form, visit
from ledger import budgets, entitlement_changes
from ledger.budgets import BudgetState
from ledger.change_orders import Amendment, Order
from ledger.entitlements import EntitlementNotFound
from ledger.errors import LedgerError
from ledger.four_eyes import Waiting
from ledger.roles import Action
from ledger.tables import Entitlement

router = APIRouter(include_in_schema=False)

Granting = Annotated[Visit, visit(Action.GRANT)]


class _Numbers(BaseModel):
    """The numbers of a change."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    amount: MaybeCents = None
    quantity: MaybeCount = None
    hours: MaybeWhole = None
    minutes: MaybeWhole = None

    @property
    def whole_quantity(self) -> int | None:
        """Minutes where these were asked as hours and minutes; None: it stays as it is."""
        if self.hours is None and self.minutes is None:
            return self.quantity
        return (self.hours or 0) * 60 + (self.minutes or 0)


@router.post("/entitlements/{id}/changes")
def post_change(id: PathId, visit: Granting, form: AForm) -> Response:
    """Raise, lower, extend, suspend, resume or end it; what adds too much for one person waits."""
    try:
        order = _order(id, form)
        with visit.house.writing(visit.acting) as desk:
            desk.find(Entitlement, id, EntitlementNotFound(id=id))
            (outcome,) = entitlement_changes.change(desk.work, [order])
            if isinstance(outcome, LedgerError):
                raise outcome
    except ValidationError as error:
        return right_page(visit, id, refusal=of_form(error, visit.language), form=form)
    except LedgerError as error:
        return right_page(visit, id, refusal=told(error, visit.language), form=form)
    if isinstance(outcome, Waiting):
        return RedirectResponse("/worklist?done=waits", status_code=303)
    return RedirectResponse(f"/entitlements/{id}?done=changed", status_code=303)


@router.post("/entitlements/{id}/changes/look")
def post_look(id: PathId, visit: Granting, form: AForm) -> Response:
    """What a change would do, judged by the ledger itself; nothing is kept. Whoever wants something else gets
    the form again as it was filled in.
    """
    if form.one("step") == "edit":
        return right_page(visit, id, form=form)
    try:
        found = visit.tried(lambda desk: _tried(desk, id, form))
    except ValidationError as error:
        return right_page(visit, id, refusal=of_form(error, visit.language), form=form)
    except LedgerError as error:
        return right_page(visit, id, refusal=told(error, visit.language), form=form)
    hidden = [(name, value) for name in ("id", "at", "kind", *TYPED) if (value := form.one(name))]
    return visit.shown("gate/change.html", lambda desk: {**found, "hidden": hidden})


def _tried(desk: Desk, id: UUID, form: Sent) -> dict[str, Any]:
    """What the entitlement and its budget are before and after it. Raises what refuses it."""
    order = _order(id, form)
    right = desk.find(Entitlement, id, EntitlementNotFound(id=id))
    was, committed = Extent.of(right), right.committed_cents
    (outcome,) = entitlement_changes.change(desk.work, [order])
    if isinstance(outcome, LedgerError):
        raise outcome
    return {
        "right_id": id,
        "right_kind": right.kind,
        "reference": right.reference,
        "kind": order.change.kind,
        "change": order.change,
        "unit": right.quantity_unit,
        "was": was,
        "becomes": was.amended(order.change) if isinstance(order.change, Amendment) else Extent.of(right),
        "waits": outcome if isinstance(outcome, Waiting) else None,
        "budget": None if committed == right.committed_cents else _budget(desk, right),
    }


def _budget(desk: Desk, right: Entitlement) -> BudgetState:
    (found,) = [each for each in budgets.listed(desk.work) if each.id == right.budget_id]
    return found


def _order(id: UUID, form: Sent) -> Order:
    """What is asked of it. Raises ValidationError."""
    numbers = _Numbers.model_validate({name: form.one(name) for name in _Numbers.model_fields})
    kind, at = form.one("kind"), form.one("at")
    asked: dict[str, Any] = {"kind": kind, "at": at, "reason": form.one("reason")}
    match kind:
        case "amended":
            asked |= {"amountCents": numbers.amount, "quantity": numbers.whole_quantity}
            asked |= {"validUntil": form.maybe("validUntil")}
        case "suspended":
            asked |= {"fromDay": form.one("fromDay"), "untilDay": form.maybe("untilDay")}
        case "resumed":
            asked |= {"firstDay": form.one("firstDay")}
        case "ended":
            asked |= {"lastDay": form.one("lastDay")}
    return Order.model_validate({"id": form.one("id"), "entitlementId": id, "change": asked})
