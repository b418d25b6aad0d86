# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/gate."""

from dataclasses import asdict
from datetime import date

from api.pages.gate.messages import Tally
from ledger import care, jobs, letter_logins, people, refusals
from ledger.care import Agreement
from ledger.ids import uuid7
from ledger.jobs import File, JobOrder
from ledger.people import MandateInput
from ledger.refusals import RefusalInput
from ledger.rules.facts import EntitlementKind, Law
from ledger.tables import JobKind, MandateKind, RateClass, Role
from tests.api.browsing import Scene
from tests.world import GUIDANCE


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    world = scene.served.world
    right = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    use = world.redeemed(world.grant().id).id
    code, helper = world.code(right.id), world.person(surname="Helper")
    mandate = MandateInput(
        id=uuid7(),
        holder_id=world.holder_id,
        representative_id=helper,
        kind=MandateKind.AUTHORISED,
        valid_from=date(2026, 1, 1),
    )
    agreement = Agreement(
        id=uuid7(),
        entitlement_id=right.id,
        provider_id=world.helper_id,
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=20_00,
        valid_from=right.valid_from,
        valid_until=right.valid_until,
        at=world.now,
    )
    refused = RefusalInput(
        id=uuid7(),
        holder_id=world.holder_id,
        law=Law.WMO,
        asked="Een traplift",
        reason="U kunt op de begane grond wonen.",
        decided_on=world.now.date(),
    )
    with world.work() as work:
        letter_logins.printed(work, world.keys, [world.holder_id])
        people.give(work, [mandate])
        refusals.refuse(work, [refused])
        care.agree(work, [agreement])
    batch = JobOrder(id=(id_ := uuid7()), kind=JobKind.ALLOCATIONS, subject_id=id_, is_trial=True)
    with world.work(actor_id=scene.served.actor_ids[Role.GATEKEEPER]) as work:
        job = jobs.ask(work, world.keys, batch, [File(name="301.xml", content=b"")])
        tally = Tally(messages=1, granted=1, signals={"provider_unknown": 1})
        jobs.get_on(work, job, 1, asdict(tally))
    resident, entitlement = f"/residents/{world.holder_id}", f"/entitlements/{right.id}"
    return {
        "/residents/{id}": resident,
        "/residents/{id}/grant": f"{resident}/grant",
        "/residents/{id}/grant/confirm": f"{resident}/grant/confirm",
        "/residents/{id}/correct": f"{resident}/correct",
        "/residents/{id}/representative": f"{resident}/representative",
        "/residents/{id}/representative/look": f"{resident}/representative/look",
        "/residents/{id}/mandates": f"{resident}/mandates",
        "/residents/{id}/mandates/{mandateId}": f"{resident}/mandates/{mandate.id}",
        "/residents/{id}/letter-login/tell": f"{resident}/letter-login/tell",
        "/residents/{id}/letter-login/block": f"{resident}/letter-login/block",
        "/residents/{id}/refusals": f"{resident}/refusals",
        "/residents/{id}/refusals/{refusalId}/letter": f"{resident}/refusals/{refused.id}/letter",
        "/entitlements/{id}/end-letter": f"{entitlement}/end-letter",
        "/entitlements/{id}": entitlement,
        "/entitlements/{id}/changes": f"{entitlement}/changes",
        "/entitlements/{id}/changes/look": f"{entitlement}/changes/look",
        "/entitlements/uses/{id}": f"/entitlements/uses/{use}",
        "/entitlements/{id}/codes": f"{entitlement}/codes",
        "/entitlements/{id}/codes/{codeId}/letter": f"{entitlement}/codes/{code.id}/letter",
        "/entitlements/{id}/care/{agreementId}": f"{entitlement}/care/{agreement.id}",
        "/batches/{id}": f"/batches/{batch.id}",
        "/batches/{id}/keep": f"/batches/{batch.id}/keep",
        "/entitlements/{id}/care/{agreementId}/decline": f"{entitlement}/care/{agreement.id}/decline",
        "/care/{id}/decline": f"/care/{agreement.id}/decline",
        "/care/{id}": f"/care/{agreement.id}",
        "/worklist/approvals/{id}": f"/worklist/approvals/{uuid7()}",
    }
