# SPDX-License-Identifier: EUPL-1.2
"""Entitlements: granted, changed, and what is left of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response

from api import schemas, schemas_rights
from api.answers import may_wait
from api.deps import AWindow, Desk, PathId, QueryId, accepted, joined, reading, told, waits, writing
from ledger import entitlement_changes, entitlements, entries, lists
from ledger.entitlement_changes import Amendment, Ending, Order, Resumption, Suspension
from ledger.entitlements import EntitlementNotFound, Grant, GrantTerms
from ledger.four_eyes import Waiting
from ledger.roles import Action
from ledger.rules.funding import AccountKind
from ledger.tables import Entitlement, EntitlementChange
from ledger.units import Unit

router = APIRouter(tags=["entitlements"])


@router.get(
    "/entitlements",
    summary="Toon de tegoeden",
    description="Een inwoner ziet die van zichzelf en van wie hij vertegenwoordigt.",
    response_model=schemas.Page[schemas_rights.Entitlement],
)
def list_entitlements(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_ENTITLEMENTS)],
    holder_id: Annotated[QueryId, Query(alias="holderId")] = None,
) -> Any:
    own, wanted = desk.own_people(), frozenset({holder_id}) if holder_id else None
    holders = own & wanted if own is not None and wanted is not None else own if wanted is None else wanted
    rows = lists.page(desk.work, Entitlement, after=window.after, limit=window.take, holder_id=holders)
    return window.page(rows)


@router.get(
    "/entitlements/{id}",
    summary="Toon een tegoed",
    description="Zoals het nu is, na de laatste wijziging.",
    response_model=schemas_rights.Entitlement,
)
def get_entitlement(id: PathId, desk: Annotated[Desk, reading(Action.SEE_ENTITLEMENTS)]) -> Any:
    return visible(desk, id)


@router.put(
    "/entitlements/{id}",
    summary="Geef een tegoed",
    description="Een voucher, een trekkingsrecht (pgb) of een arrangement. Het bedrag wordt vastgelegd op "
    "het budget van het jaar waarin het begint; een hard budget weigert wat het niet kan dragen. Boven de "
    "grens van de gemeente wacht het op een tweede persoon (202).",
    **may_wait(schemas_rights.Entitlement, schemas_rights.Waiting),
)
def put_entitlement(
    id: PathId, body: GrantTerms, response: Response, desk: Annotated[Desk, writing(Action.GRANT)]
) -> Any:
    (outcome,) = entitlements.grant(desk.work, [joined(Grant, body, id=id)])
    if isinstance(outcome, Waiting):
        return waits(outcome)
    granted = accepted(outcome)
    told(response, is_new=desk.is_new(granted))
    return granted


@router.put(
    "/entitlements/{id}/changes/{changeId}",
    summary="Wijzig een tegoed",
    description="Verhoog, verlaag, verleng, schors, hervat of beëindig. Elke wijziging is een nieuwe versie. "
    "Wat boven de grens van de gemeente komt, wacht op een tweede persoon (202).",
    **may_wait(schemas_rights.Entitlement, schemas_rights.Waiting),
)
def put_change(
    id: PathId,
    change_id: Annotated[PathId, Path(alias="changeId")],
    body: Annotated[Amendment | Suspension | Resumption | Ending, Body(discriminator="kind")],
    response: Response,
    desk: Annotated[Desk, writing(Action.GRANT)],
) -> Any:
    order = Order(id=change_id, entitlement_id=id, change=body)
    (outcome,) = entitlement_changes.change(desk.work, [order])
    if isinstance(outcome, Waiting):
        return waits(outcome)
    changed = accepted(outcome)
    told(response, is_new=desk.is_new(desk.find(EntitlementChange, change_id, EntitlementNotFound(id=id))))
    return changed


@router.get(
    "/entitlements/{id}/history",
    summary="Toon de geschiedenis van een tegoed",
    description="Elke wijziging, de oudste eerst, met wat het tegoed daarna was.",
    response_model=schemas.Page[schemas_rights.EntitlementChange],
)
def list_changes(id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_ENTITLEMENTS)]) -> Any:
    visible(desk, id)
    rows = lists.page(desk.work, EntitlementChange, after=window.after, limit=window.take, entitlement_id=id)
    return window.page(rows)


@router.get(
    "/entitlements/{id}/balance",
    summary="Toon wat er over is van een tegoed",
    description="Per eenheid: de grens, wat er over is en wat er gereserveerd is.",
    response_model=schemas_rights.Balance,
)
def get_balance(id: PathId, desk: Annotated[Desk, reading(Action.SEE_ENTITLEMENTS)]) -> Any:
    right = visible(desk, id)
    held = {(each.kind, each.unit): each.balance for each in entries.seen(desk.work, [id])}
    limits: dict[Unit, int | None] = {Unit.EUROCENT: right.amount_cents}
    if right.quantity_unit is not None:
        limits[right.quantity_unit] = right.quantity
    pots = [
        schemas_rights.Pot(
            unit=unit,
            limit=limit,
            left=None if limit is None else held.get((AccountKind.ENTITLEMENT, unit), 0),
            reserved=held.get((AccountKind.RESERVED, unit), 0),
        )
        for unit, limit in limits.items()
    ]
    return schemas_rights.Balance(entitlement_id=id, pots=tuple(pots))


def visible(desk: Desk, id: UUID) -> Entitlement:
    """The entitlement, when it is there and not a stranger's. Raises EntitlementNotFound."""
    otherwise = EntitlementNotFound(id=id)
    row = desk.find(Entitlement, id, otherwise)
    desk.require_person(row.holder_id, otherwise)
    return row
