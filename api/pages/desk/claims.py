# SPDX-License-Identifier: EUPL-1.2
"""Claims by file: first judged without booking anything, then booked whole; and what was claimed before."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api import problems
from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told, told
from api.pages.paths import Audience
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, piece, visit
from ledger import catalogue, claims, histories, provider_desk
from ledger.claims import BadLine, ClaimOrder, ClaimRefused
from ledger.errors import LedgerError
from ledger.roles import Action, NotYours
from ledger.tables import Claim

router = APIRouter(include_in_schema=False)

BAD_MAX: Final = 200
"""How many bad lines a page tells of."""

Claiming = Annotated[Visit, visit(Action.CLAIM, Audience.PROVIDER)]
Seeing = Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.PROVIDER)]


@router.get("/claims")
def get_claims(visit: Seeing, before: QueryId = None) -> Response:
    """Where a file is chosen, and what was claimed before."""
    return _claims(visit, before=before)


@router.post("/claims")
def post_claim(visit: Claiming, form: AForm) -> Response:
    """Judge a file, or book it; the same file is the same claim, and is booked once."""
    is_trial = form.one("mode") != "keep"
    try:
        if is_trial:
            order, bad = visit.tried(lambda desk: _judged(desk, form))
            return _claims(visit, order=order, bad=bad)
        with visit.house.writing(visit.acting) as desk:
            order = _order(desk, form)
            row = claims.claim(desk.work, order)
    except ClaimRefused as error:
        return _claims(visit, order=order, bad=error.lines, refusal=_title(visit, error))
    except LedgerError as error:
        return _claims(visit, refusal=told(error, visit.language))
    return RedirectResponse(f"/claims/{row.id}?done=claimed", status_code=303)


@router.get("/claims/{id}")
def get_claim(id: PathId, visit: Seeing, after: QueryId = None, done: Done = None) -> Response:
    """One claim with its lines."""

    def content(desk: Desk) -> Mapping[str, Any]:
        row = desk.find(Claim, id, NotYours())
        desk.acting.require_provider(row.provider_id)
        found, last = piece(
            provider_desk.of_claim(desk.work, id, after=after, limit=PAGE + 1), lambda each: each.id
        )
        return {
            "claim": row,
            "redeemed": histories.of_redemptions(desk.work, [each.id for each in found]),
            "services": {each.code: each.name for each in catalogue.listed(desk.work)},
            "page_size": PAGE,
            "first": f"/claims/{id}" if after else "",
            "following": f"/claims/{id}?after={last}" if last else "",
        }

    return visit.shown("desk/claim.html", content, done=done)


def _judged(desk: Desk, form: Sent) -> tuple[ClaimOrder, list[BadLine]]:
    """Judging locks as booking does: a desk that only reads would fail when another redeems meanwhile."""
    order = _order(desk, form)
    return order, claims.judge(desk.work, order)


def _order(desk: Desk, form: Sent) -> ClaimOrder:
    """Raises what is wrong with the file."""
    assert desk.acting.provider_id is not None, "the desk is for providers"
    return claims.of_file(desk.acting.provider_id, form.file)


def _title(visit: Visit, error: ClaimRefused) -> Told:
    """Its lines are told below, one by one."""
    found = told(error, visit.language)
    return Told(status=found.status, title=found.title, detail=found.detail)


def _claims(
    visit: Visit,
    *,
    before: UUID | None = None,
    refusal: Told | None = None,
    order: ClaimOrder | None = None,
    bad: Any = (),
) -> Response:
    """order is what was judged just now."""
    lines: list[BadLine] = list(bad)

    def content(desk: Desk) -> Mapping[str, Any]:
        assert desk.acting.provider_id is not None, "the desk is for providers"
        rows, last = piece(
            provider_desk.claims(desk.work, desk.acting.provider_id, before=before, limit=PAGE + 1),
            lambda row: row.id,
        )
        return {
            "claims": rows,
            "judged": len(order.lines) if order else None,
            "bad": [problems.line(each, visit.language) for each in lines[:BAD_MAX]],
            "bad_count": len(lines),
            "page_size": PAGE,
            "first": "/claims" if before else "",
            "following": f"/claims?before={last}" if last else "",
        }

    return visit.shown("desk/claims.html", content, refusal=refusal)
