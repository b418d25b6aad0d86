# SPDX-License-Identifier: EUPL-1.2
"""The devices a provider redeems with at doors: enrolled on the device itself, approved by a colleague."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.deps import Desk, PathId
from api.pages import cookies
from api.pages.faults import PageFault, Told
from api.pages.paths import Audience
from api.pages.visit import AForm, Done, Sent, Visit, names, typed, visit
from ledger import devices
from ledger.devices import DeviceInput, DeviceNotFound
from ledger.ids import uuid7
from ledger.roles import Action
from ledger.tables import Device

router = APIRouter(include_in_schema=False)

Managing = Annotated[Visit, visit(Action.MANAGE_DEVICES, Audience.PROVIDER)]


@router.get("/devices")
def get_devices(visit: Managing, done: Done = None) -> Response:
    """All of them, and which of them this is."""
    return _devices(visit, done=done)


@router.post("/devices")
def post_device(visit: Managing, request: Request, form: AForm) -> Response:
    """Enrol this very device: its browser keeps a secret."""
    if cookies.name(request) is None:
        raise PageFault("form_unreadable", 400)
    secret: list[str] = []

    def act(desk: Desk) -> str:
        asked = DeviceInput.model_validate({name: form.one(name) for name in ("id", "name")})
        secret.append(devices.enrol(desk.work, _provider(desk), asked))
        return "/devices"

    answer = visit.acted(act, done="enrolled", otherwise=lambda why: _devices(visit, refusal=why, form=form))
    if answer.status_code == 303:
        cookies.give_device(request, answer, secret[0])
    return answer


@router.post("/devices/{id}/approve")
def post_approve(id: PathId, visit: Managing) -> Response:
    """A colleague says that it is one of ours."""

    def act(desk: Desk) -> str:
        _own(desk, id)
        devices.approve(desk.work, id)
        return "/devices"

    return visit.acted(act, done="device_approved", otherwise=lambda why: _devices(visit, refusal=why))


@router.post("/devices/{id}/revoke")
def post_revoke(id: PathId, visit: Managing) -> Response:
    """It is lost, or not used any more."""

    def act(desk: Desk) -> str:
        _own(desk, id)
        devices.revoke(desk.work, id)
        return "/devices"

    return visit.acted(act, done="device_revoked", otherwise=lambda why: _devices(visit, refusal=why))


@router.post("/devices/rule")
def post_rule(visit: Managing, form: AForm) -> Response:
    """Whether a device is asked at doors."""

    def act(desk: Desk) -> str:
        devices.need(desk.work, _provider(desk), form.one("needed") == "true")
        return "/devices"

    return visit.acted(act, done="device_rule", otherwise=lambda why: _devices(visit, refusal=why))


def _devices(
    visit: Visit, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found = devices.listed(desk.work, _provider(desk))
        here = devices.of_secret(desk.work, _provider(desk), visit.device)
        return {
            "devices": found,
            "here_id": here.id if here else None,
            "is_needed": devices.is_needed(desk.work, _provider(desk)),
            "names": names(desk, {each.recorded_by for each in found}),
            "own_id": desk.acting.actor_id,
            "new_id": form.one("id") if form else uuid7(),
            "typed": typed(form, "name"),
        }

    return visit.shown("desk/devices.html", content, refusal=refusal, done=done)


def _own(desk: Desk, id: UUID) -> None:
    """Raises DeviceNotFound, also for what is another provider's."""
    otherwise = DeviceNotFound(id=id)
    desk.acting.require_provider(desk.find(Device, id, otherwise).provider_id, otherwise=otherwise)


def _provider(desk: Desk) -> UUID:
    assert desk.acting.provider_id is not None, "the desk is for providers"
    return desk.acting.provider_id
