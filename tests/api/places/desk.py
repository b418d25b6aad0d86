# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/desk."""

from sqlmodel import col, select

from ledger import claims, devices
from ledger.devices import DeviceInput
from ledger.ids import uuid7
from ledger.tables import Redemption, Settlement
from tests.api.browsing import Scene
from tests.world import HOUSEHOLD

HEAD = "reference,entitlement,service,quantity,service_date\n"


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    world = scene.served.world
    right = world.grant()
    line = f"R1,{right.id},{HOUSEHOLD},60,{world.now.date()}\n"
    with world.work() as work:
        claim = claims.claim(work, claims.of_file(world.provider_id, (HEAD + line).encode()))
        wanted = select(Settlement).where(col(Settlement.provider_id) == world.provider_id)
        settlement = work.session.exec(wanted).first()
        assert settlement is not None
        used = work.session.scalars(
            select(col(Redemption.id)).where(col(Redemption.provider_id) == world.provider_id)
        ).first()
        device = DeviceInput(id=uuid7(), name="Telefoon")
        devices.enrol(work, world.provider_id, device)
        paths = {
            "/devices/{id}/approve": f"/devices/{device.id}/approve",
            "/devices/{id}/revoke": f"/devices/{device.id}/revoke",
            "/redemptions/{id}": f"/redemptions/{used}",
            "/redemptions/{id}/reverse": f"/redemptions/{used}/reverse",
            "/redemptions/list/{form}": "/redemptions/list/csv",
            "/claims/{id}": f"/claims/{claim.id}",
            "/payable/{id}/{form}": f"/payable/{settlement.id}/csv",
        }
    return paths
