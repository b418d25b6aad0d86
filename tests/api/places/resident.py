# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/resident."""

from datetime import date
from uuid import UUID

from ledger import care, people
from ledger.ids import uuid7
from ledger.rules.facts import EntitlementKind
from ledger.tables import Approver, CareAgreement, MandateKind, RateClass
from tests.api.browsing import Scene
from tests.world import GUIDANCE, World


def approved_agreement(world: World, right_id: UUID) -> UUID:
    """Guidance by the helper at 20 euros an hour, approved by two people."""
    terms = care.Agreement(
        id=uuid7(),
        entitlement_id=right_id,
        provider_id=world.helper_id,
        service=GUIDANCE,
        rate_class=RateClass.INFORMAL,
        rate_cents=20_00,
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        at=world.now,
    )
    with world.work() as work:
        assert isinstance(care.agree(work, [terms])[0], CareAgreement)
    for approver in Approver:
        with world.work(actor_id=uuid7()) as work:
            care.approve(work, terms.id, approver)
    return terms.id


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out."""
    world = scene.served.world
    right = world.grant()
    world.code(right.id)
    use = world.redeemed(right.id).id
    mandate = people.MandateInput(
        id=uuid7(),
        holder_id=world.holder_id,
        representative_id=world.person(surname="Helper"),
        kind=MandateKind.AUTHORISED,
        valid_from=date(2026, 1, 1),
    )
    with world.work() as work:
        people.give(work, [mandate])
    drawing = world.grant(kind=EntitlementKind.DRAWING_RIGHT, amount_cents=500_00, restrictions=())
    agreement = approved_agreement(world, drawing.id)
    return {
        "/my/{id}/agreement": f"/my/{drawing.id}/agreement",
        "/my/{id}/claims/{agreementId}": f"/my/{drawing.id}/claims/{agreement}",
        "/my/{id}/claims/{agreementId}/look": f"/my/{drawing.id}/claims/{agreement}/look",
        "/my/{id}/ask": f"/my/{drawing.id}/ask",
        "/mandates/{id}/end": f"/mandates/{mandate.id}/end",
        "/my/{id}": f"/my/{right.id}",
        "/my/{id}/block": f"/my/{right.id}/block",
        "/uses/{id}": f"/uses/{use}",
    }
