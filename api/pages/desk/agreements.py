# SPDX-License-Identifier: EUPL-1.2
"""A provider's own contracts with their tariffs, its care agreements, and who works for it here."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response

from api.deps import Desk
from api.pages.paths import Audience
from api.pages.visit import Visit, visit
from ledger import actors, care, catalogue, contracts, lists
from ledger.roles import Action
from ledger.tables import Actor, CareAgreement, Contract

router = APIRouter(include_in_schema=False)

MOST: Final = 200
"""How many contracts, agreements and accounts are shown."""


@router.get("/agreements")
def get_agreements(visit: Annotated[Visit, visit(Action.SEE_CONTRACTS, Audience.PROVIDER)]) -> Response:
    """What is in force; drafts of the municipality are not shown."""

    def content(desk: Desk) -> Mapping[str, Any]:
        own = lists.page(desk.work, Contract, after=None, limit=MOST, provider_id=desk.acting.provider_id)
        in_force = {row.id for row in own if row.published_version is not None}
        agreed = lists.page(
            desk.work, CareAgreement, after=None, limit=MOST, provider_id=desk.acting.provider_id
        )
        return {
            "contracts": contracts.in_force(desk.work, in_force),
            "agreements": agreed,
            "approved": care.approved(desk.work, [each.id for each in agreed]),
            "services": {(each.law, each.code): each for each in catalogue.listed(desk.work)},
            "names": {each.code: each.name for each in catalogue.listed(desk.work)},
        }

    return visit.shown("desk/agreements.html", content)


@router.get("/staff")
def get_staff(visit: Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.PROVIDER)]) -> Response:
    """The accounts that act for this provider; the municipality makes and ends them."""

    def content(desk: Desk) -> Mapping[str, Any]:
        own = lists.page(desk.work, Actor, after=None, limit=MOST, provider_id=desk.acting.provider_id)
        return {"staff": actors.listed(desk.work, [row.id for row in own])}

    return visit.shown("desk/staff.html", content)
