# SPDX-License-Identifier: EUPL-1.2
"""A provider's own contracts with their tariffs, its care agreements, and who works for it here."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response

from api.deps import Desk, QueryId
from api.pages.paths import Audience
from api.pages.visit import PAGE, Some, Visit, piece, visit
from ledger import actors, care, catalogue, contract_standing, contract_versions, lists
from ledger.clock import dutch_day
from ledger.roles import Action
from ledger.tables import Actor, CareAgreement, Contract

router = APIRouter(include_in_schema=False)

MOST: Final = 200
"""How many contracts and care agreements are shown."""


@router.get("/agreements")
def get_agreements(visit: Annotated[Visit, visit(Action.SEE_CONTRACTS, Audience.PROVIDER)]) -> Response:
    """What is in force; drafts of the municipality are not shown."""

    def content(desk: Desk) -> Mapping[str, Any]:
        provider_id = desk.acting.provider_id
        own = Some.of(lists.newest(desk.work, Contract, limit=MOST + 1, provider_id=provider_id), MOST)
        in_force = {row.id for row in own.rows if row.published_version is not None}
        held, today = contract_versions.in_force(desk.work, in_force), dutch_day(desk.work.now)
        care_agreed = lists.newest(desk.work, CareAgreement, limit=MOST + 1, provider_id=provider_id)
        agreed, services = Some.of(care_agreed, MOST), catalogue.listed(desk.work)
        return {
            "own": own,
            "contracts": held,
            "standings": {each.content.id: contract_standing.of_newest(each, today) for each in held},
            "agreements": agreed,
            "approved": care.approved(desk.work, [each.id for each in agreed.rows]),
            "declined": care.declined(desk.work, [each.id for each in agreed.rows]),
            "services": {(each.law, each.code): each for each in services},
            "names": {each.code: each.name for each in services},
            "measures": {each.code: each.measure for each in services},
        }

    return visit.shown("desk/agreements.html", content)


@router.get("/staff")
def get_staff(
    visit: Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.PROVIDER)], after: QueryId = None
) -> Response:
    """The accounts that act for this provider; the municipality makes and ends them."""

    def content(desk: Desk) -> Mapping[str, Any]:
        own, last = piece(
            lists.page(desk.work, Actor, after=after, limit=PAGE + 1, provider_id=desk.acting.provider_id),
            lambda row: row.id,
        )
        return {
            "staff": actors.listed(desk.work, [row.id for row in own]),
            "page_size": PAGE,
            "first": "/staff" if after else "",
            "following": f"/staff?after={last}" if last else "",
        }

    return visit.shown("desk/staff.html", content)
