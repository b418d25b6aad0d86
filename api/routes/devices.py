# SPDX-License-Identifier: EUPL-1.2
"""The devices that a provider redeems with at doors. They are enrolled on the device itself, on the pages."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from api import schemas_devices
from api.deps import Desk, PathId, everything, reading, writing
from api.schemas import Page
from ledger import devices
from ledger.devices import DeviceNotFound
from ledger.providers import ProviderUnknown
from ledger.roles import Action
from ledger.tables import Device, Provider

router = APIRouter(tags=["devices"])


@router.get(
    "/providers/{id}/devices",
    summary="Toon de apparaten van een aanbieder",
    description="Waarmee aan de deur wordt verzilverd, het nieuwste eerst; ook wat is ingetrokken.",
    response_model=Page[schemas_devices.Device],
)
def list_devices(id: PathId, desk: Annotated[Desk, reading(Action.MANAGE_DEVICES)]) -> Any:
    otherwise = ProviderUnknown(id=id)
    desk.acting.require_provider(id, otherwise=otherwise)
    desk.find(Provider, id, otherwise)
    return everything(devices.listed(desk.work, id))


@router.post(
    "/devices/{id}/_approve",
    summary="Keur een apparaat goed",
    description="Nooit door wie het aanmeldde. Opnieuw goedkeuren wijzigt niets.",
    response_model=schemas_devices.Device,
)
def approve_device(id: PathId, desk: Annotated[Desk, writing(Action.MANAGE_DEVICES)]) -> Any:
    _own(desk, id)
    return devices.approve(desk.work, id)


@router.post(
    "/devices/{id}/_revoke",
    summary="Trek een apparaat in",
    description="Er wordt niets meer mee verzilverd. Opnieuw intrekken wijzigt niets.",
    response_model=schemas_devices.Device,
)
def revoke_device(id: PathId, desk: Annotated[Desk, writing(Action.MANAGE_DEVICES)]) -> Any:
    _own(desk, id)
    return devices.revoke(desk.work, id)


def _own(desk: Desk, id: UUID) -> None:
    otherwise = DeviceNotFound(id=id)
    desk.acting.require_provider(desk.find(Device, id, otherwise).provider_id, otherwise=otherwise)
