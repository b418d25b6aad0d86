# SPDX-License-Identifier: EUPL-1.2
"""What the terms of a contract came to, with every step, for who pays it and for who is paid."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId, QueryId
from api.pages.paths import Audience
from api.pages.visit import PAGE, Visit, piece, visit
from ledger import statement_terms, term_amounts
from ledger.contracts import ContractUnknown
from ledger.roles import Action
from ledger.tables import Contract

router = APIRouter(include_in_schema=False)


@router.get("/contracts/{id}/terms")
def get_terms(
    id: PathId, visit: Annotated[Visit, visit(Action.SEE_TERM_AMOUNTS)], after: QueryId = None
) -> Response:
    """For the municipality."""
    return _terms(visit, f"/contracts/{id}", id, after)


@router.get("/agreements/{id}/terms")
def get_own_terms(
    id: PathId,
    visit: Annotated[Visit, visit(Action.SEE_TERM_AMOUNTS, Audience.PROVIDER)],
    after: QueryId = None,
) -> Response:
    """For the provider whose contract it is."""
    return _terms(visit, "/agreements", id, after)


def _terms(visit: Visit, above: str, id: UUID, after: UUID | None) -> Response:
    """The oldest first: a later amount of the same period is the difference with those before."""

    def content(desk: Desk) -> Mapping[str, Any]:
        otherwise = ContractUnknown(id=id)
        contract = desk.find(Contract, id, otherwise)
        desk.acting.require_provider(contract.provider_id, otherwise=otherwise)
        found = term_amounts.of_contract(desk.work, id, after=after, limit=PAGE + 1)
        shown, last = piece(found, lambda each: each.amount.id)
        ids = [each.amount.id for each in shown]
        steps: dict[UUID, list[Any]] = {each: [] for each in ids}
        for line in statement_terms.told(desk.work, ids, visit.language):
            steps[line.amount_id].append(line)
        here = f"{above}/terms" if above.endswith(str(id)) else f"{above}/{id}/terms"
        return {
            "contract": contract,
            "above": above,
            "amounts": [each.amount for each in shown],
            "steps": steps,
            "page_size": PAGE,
            "first": here if after else "",
            "following": f"{here}?after={last}" if last else "",
        }

    return visit.shown("finance/terms.html", content)
