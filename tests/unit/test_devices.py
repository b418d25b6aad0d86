# SPDX-License-Identifier: EUPL-1.2
"""Devices: enrolled by one, approved by another, revoked by anybody; asked for where that was decided."""

from uuid import UUID

import pytest

from ledger import actors, devices
from ledger.actors import ActorInput
from ledger.devices import (
    DeviceExists,
    DeviceInput,
    DeviceNeeded,
    DeviceNotFound,
    NoDeviceApproved,
    OwnDevice,
)
from ledger.ids import uuid7
from ledger.tables import Role
from tests.world import World


def enrol(world: World, actor_id: UUID, provider_id: UUID | None = None) -> tuple[UUID, str]:
    asked = DeviceInput(id=uuid7(), name="Telefoon")
    with world.work(actor_id=actor_id) as work:
        return asked.id, devices.enrol(work, provider_id or world.provider_id, asked)


def account(world: World, identity: str | None = None) -> UUID:
    asked = ActorInput(
        id=uuid7(),
        name="iemand",
        roles=frozenset({Role.PROVIDER}),
        provider_id=world.provider_id,
        identity=identity,
    )
    with world.work() as work:
        actors.put(work, [asked])
    return asked.id


def passes(world: World, secret: str, provider_id: UUID | None = None) -> bool:
    with world.work() as work:
        try:
            devices.require(work, provider_id or world.provider_id, secret)
        except DeviceNeeded:
            return False
    return True


def test_a_device_counts_once_somebody_else_approved_it_and_until_it_is_revoked(world: World) -> None:
    one, other = account(world), account(world)
    id_, secret = enrol(world, one)
    assert passes(world, ""), "nothing is asked unless it was decided"
    with world.work(actor_id=one) as work, pytest.raises(NoDeviceApproved):
        devices.need(work, world.provider_id, True)
    with world.work(actor_id=one) as work, pytest.raises(OwnDevice):
        devices.approve(work, id_)
    with world.work(actor_id=other) as work:
        assert devices.approve(work, id_).approved_by == other
        devices.need(work, world.provider_id, True)
    assert passes(world, secret)
    assert not passes(world, "")
    assert not passes(world, secret + "x")
    with world.work() as work:
        (device,) = devices.listed(work, world.provider_id)
        assert device.used_at is None, "to be asked is no use"
        devices.note_use(work, device)
        assert devices.listed(work, world.provider_id)[0].used_at == world.now
        devices.revoke(work, id_)
        devices.revoke(work, id_)
    assert not passes(world, secret)
    with world.work(actor_id=other) as work, pytest.raises(DeviceNotFound):
        devices.approve(work, id_)
    with world.work() as work:
        devices.need(work, world.provider_id, False)
    assert passes(world, "")


def test_one_that_waits_opens_nothing_and_another_account_of_one_human_approves_nothing(world: World) -> None:
    one, same, other = account(world, "P-1"), account(world, "P-1"), account(world, "P-2")
    id_, secret = enrol(world, one)
    with world.work(actor_id=same) as work, pytest.raises(OwnDevice):
        devices.approve(work, id_)
    first, _ = enrol(world, one)
    with world.work(actor_id=other) as work:
        devices.approve(work, first)
        devices.need(work, world.provider_id, True)
    assert not passes(world, secret), "nobody approved this one yet"


def test_a_device_is_of_one_provider(world: World) -> None:
    id_, secret = enrol(world, account(world))
    with world.work() as work:
        devices.approve(work, id_)
        devices.need(work, world.provider_id, True)
        assert devices.of_secret(work, world.other_provider_id, secret) is None
    assert passes(world, "", world.other_provider_id), "the rule is of one provider too"
    with world.work() as work, pytest.raises(DeviceExists):
        devices.enrol(work, world.other_provider_id, DeviceInput(id=id_, name="Telefoon"))
    with world.work() as work, pytest.raises(DeviceNotFound):
        devices.revoke(work, uuid7())
    with world.work() as work:
        assert secret.encode() != devices.listed(work, world.provider_id)[0].digest
