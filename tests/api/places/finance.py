# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages in api/pages/finance."""

from ledger import budgets, demands
from ledger.clock import dutch_day
from ledger.demands import DemandInput
from ledger.ids import uuid7
from ledger.tables import FollowUpKind
from tests.api.browsing import Scene


def addresses(scene: Scene) -> dict[str, str]:
    """By the path of the route; what needs no id may be left out. A provider owes something after a run."""
    world, served = scene.served.world, scene.served
    use = world.redeemed(world.grant().id)
    served.released(world.now.date().isoformat())
    world.follow_up(use.id, FollowUpKind.REVERSAL)
    asked = DemandInput(
        id=uuid7(),
        provider_id=world.provider_id,
        cents=1_00,
        sent_on=dutch_day(world.now),
        reason="te veel betaald",
    )
    with world.work() as work:
        demands.make(work, asked)
        (budget, *_) = budgets.listed(work)
    contract, demand = f"/contracts/{world.contract_id}", f"/demands/{asked.id}"
    return {
        "/budgets/{id}": f"/budgets/{budget.id}",
        "/budgets/{id}/lower": f"/budgets/{budget.id}/lower",
        "/contracts/{id}": contract,
        "/contracts/{id}/draft": f"{contract}/draft",
        "/contracts/{id}/figures": f"{contract}/figures",
        "/contracts/{id}/figures/evidence": f"{contract}/figures/evidence",
        "/contracts/{id}/figures/costs": f"{contract}/figures/costs",
        "/contracts/{id}/figures/population": f"{contract}/figures/population",
        "/contracts/{id}/terms": f"{contract}/terms",
        "/agreements/{id}/terms": f"/agreements/{world.contract_id}/terms",
        "/contracts/{id}/publish": f"{contract}/publish",
        "/contracts/{id}/versions/{version}": f"{contract}/versions/1",
        "/contracts/{id}/withdraw": f"{contract}/withdraw",
        "/programmes/{id}/publish": f"/programmes/{world.programme_id}/publish",
        "/demands/{id}": demand,
        "/demands/{id}/charge": f"{demand}/charge",
        "/demands/{id}/withdraw": f"{demand}/withdraw",
    }
