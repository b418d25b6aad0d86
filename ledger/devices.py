# SPDX-License-Identifier: EUPL-1.2
"""Devices: with which telephones and computers a provider's people redeem at doors.

One enrols the device one holds, another approves it, anybody of the provider revokes it at once. A provider
that says so redeems at doors with approved devices only: who learned a password redeems nothing elsewhere.
Systems that redeem over the API prove themselves with their keys, and claims are sent from desks.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import col

from ledger import actors, db
from ledger.db import Work
from ledger.errors import Conflict, Forbidden, NotFound, Refused
from ledger.inputs import Id7, Input, ShortText
from ledger.tables import Device, DeviceRule


@dataclass(kw_only=True, eq=False)
class DeviceNotFound(NotFound):
    """The provider has no such device."""

    code = "device_not_found"
    id: UUID


@dataclass(kw_only=True, eq=False)
class DeviceExists(Conflict):
    """This id was used for another device."""

    code = "device_exists"
    id: UUID


@dataclass(kw_only=True, eq=False)
class OwnDevice(Forbidden):
    """Who enrolled a device does not approve it, also with another account."""

    code = "own_device"
    id: UUID


@dataclass(kw_only=True, eq=False)
class DeviceNeeded(Refused):
    """The provider redeems at doors with approved devices only, and this is none."""

    code = "device_needed"


@dataclass(kw_only=True, eq=False)
class NoDeviceApproved(Refused):
    """No device is approved: asking for one would let nobody redeem."""

    code = "no_device_approved"


class DeviceInput(Input):
    """The device one holds."""

    id: Id7
    name: ShortText


def enrol(work: Work, provider_id: UUID, asked: DeviceInput) -> str:
    """The secret of this device, for its browser; shown now and never again. Raises DeviceExists."""
    if asked.id in db.rows(work, Device, [asked.id]):
        raise DeviceExists(id=asked.id)
    secret = secrets.token_urlsafe(32)
    row = Device(
        municipality_id=work.municipality_id,
        id=asked.id,
        provider_id=provider_id,
        name=asked.name,
        digest=actors.digest(secret),
        recorded_by=work.actor_id,
        recorded_at=work.now,
    )
    # -- judged; from here on only writes --
    work.session.connection().execute(insert(Device), [row.model_dump()])
    return secret


def approve(work: Work, device_id: UUID) -> Device:
    """From now on it counts. Approving again changes nothing. Raises DeviceNotFound, OwnDevice."""
    row = _locked(work, device_id)
    if row.revoked_at is not None:
        raise DeviceNotFound(id=device_id)
    if work.actor_id in actors.faces(work, [row.recorded_by]):
        raise OwnDevice(id=device_id)
    if row.approved_at is None:
        row.approved_by, row.approved_at = work.actor_id, work.now
        work.session.flush()
    return row


def revoke(work: Work, device_id: UUID) -> Device:
    """From now on nothing is redeemed with it. Again changes nothing. Raises DeviceNotFound."""
    row = _locked(work, device_id)
    if row.revoked_at is None:
        row.revoked_by, row.revoked_at = work.actor_id, work.now
        work.session.flush()
    return row


def listed(work: Work, provider_id: UUID) -> Sequence[Device]:
    """The devices of a provider, the newest first, also those that were revoked."""
    statement = select(Device).where(
        col(Device.municipality_id) == work.municipality_id, col(Device.provider_id) == provider_id
    )
    return work.session.scalars(statement.order_by(col(Device.id).desc())).all()


def of_secret(work: Work, provider_id: UUID, secret: str) -> Device | None:
    """Which device of this provider it is; None: none, or one that was revoked."""
    statement = select(Device).where(
        col(Device.municipality_id) == work.municipality_id,
        col(Device.provider_id) == provider_id,
        col(Device.digest) == actors.digest(secret),
        col(Device.revoked_at).is_(None),
    )
    return work.session.scalars(statement).one_or_none() if secret else None


def is_needed(work: Work, provider_id: UUID) -> bool:
    """Whether its people redeem at doors with approved devices only."""
    rule = work.session.get(DeviceRule, (work.municipality_id, provider_id))
    return rule is not None and rule.is_needed


def need(work: Work, provider_id: UUID, is_needed: bool) -> None:
    """Decide whether a device is asked from now on. Raises NoDeviceApproved."""
    approved = [each for each in listed(work, provider_id) if each.approved_at and not each.revoked_at]
    if is_needed and not approved:
        raise NoDeviceApproved()
    work.session.merge(
        DeviceRule(
            municipality_id=work.municipality_id,
            provider_id=provider_id,
            is_needed=is_needed,
            recorded_by=work.actor_id,
            recorded_at=work.now,
        )
    )
    work.session.flush()


def require(work: Work, provider_id: UUID, secret: str) -> Device | None:
    """Which device it is; None: none, where none is asked. Raises DeviceNeeded where an approved one is."""
    device = of_secret(work, provider_id, secret)
    is_approved = device is not None and device.approved_at is not None
    if not is_approved and is_needed(work, provider_id):
        raise DeviceNeeded()
    return device


def note_use(work: Work, device: Device) -> None:
    """Something was redeemed with it just now."""
    device.used_at = work.now
    work.session.flush()


def _locked(work: Work, device_id: UUID) -> Device:
    row = db.rows(work, Device, [device_id], lock=True).get(device_id)
    if row is None:
        raise DeviceNotFound(id=device_id)
    return row
