# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/desk."""

from dataclasses import asdict, replace

from sqlmodel import col, select

from api.pages.desk.claim_jobs import Came
from ledger import claims, devices, jobs
from ledger.devices import DeviceInput
from ledger.ids import uuid7
from ledger.jobs import File, JobOrder
from ledger.tables import JobKind, Redemption, Role, Settlement
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
        provider = replace(work, actor_id=scene.served.actor_ids[Role.PROVIDER])
        asked = JobOrder(id=(id_ := uuid7()), kind=JobKind.CLAIM, subject_id=id_, is_trial=True)
        job = jobs.ask(provider, world.keys, asked, [File(name="claim.csv", content=b"")])
        jobs.get_on(provider, job, 1, asdict(Came(lines=2, good=2, quantities={"minute": 60})))
        device = DeviceInput(id=uuid7(), name="Telefoon")
        devices.enrol(work, world.provider_id, device)
        paths = {
            "/devices/{id}/approve": f"/devices/{device.id}/approve",
            "/devices/{id}/revoke": f"/devices/{device.id}/revoke",
            "/redemptions/{id}": f"/redemptions/{used}",
            "/redemptions/{id}/reverse": f"/redemptions/{used}/reverse",
            "/redemptions/list/{form}": "/redemptions/list/csv",
            "/claims/{id}": f"/claims/{claim.id}",
            "/claims/files/{id}": f"/claims/files/{job.id}",
            "/claims/files/{id}/keep": f"/claims/files/{job.id}/keep",
            "/payable/{id}/{form}": f"/payable/{settlement.id}/csv",
        }
    return paths
