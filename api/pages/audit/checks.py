# SPDX-License-Identifier: EUPL-1.2
"""Proving the books, and who looked at whom."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response

from api.deps import Desk, QueryId
from api.pages.visit import PAGE, Some, Visit, names, piece, visit
from ledger import access_log, audit
from ledger.audit import Report
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

FINDINGS_MAX: Final = 200
"""How many findings a page tells of."""


@router.get("/checks")
def get_checks(visit: Annotated[Visit, visit(Action.CHECK_BOOKS)]) -> Response:
    """Where one lets the books be proven: it reads everything, and so is asked for."""
    return _checks(visit)


@router.post("/checks")
def post_check(visit: Annotated[Visit, visit(Action.CHECK_BOOKS)]) -> Response:
    """Everything that is written down twice is computed again, in one state of the books; nothing changes."""
    with visit.house.reading(visit.acting) as desk:
        report = audit.check(desk.work)
        at = desk.work.now
    return _checks(visit, report=report, at=at)


@router.get("/access")
def get_access(visit: Annotated[Visit, visit(Action.SEE_ACCESS_LOG)], before: QueryId = None) -> Response:
    """Who looked at whom, when and why, the latest first; nobody is named by it."""

    def content(desk: Desk) -> Mapping[str, Any]:
        rows, last = piece(access_log.newest(desk.work, before=before, limit=PAGE + 1), lambda row: row.id)
        return {
            "looks": rows,
            "names": names(desk, {row.actor_id for row in rows}),
            "page_size": PAGE,
            "first": "/access" if before else "",
            "following": f"/access?before={last}" if last else "",
        }

    return visit.shown("audit/access.html", content)


def _checks(visit: Visit, *, report: Report | None = None, at: Any = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        return {
            "report": report,
            "at": at,
            "findings": Some.of(report.findings if report else (), FINDINGS_MAX),
        }

    return visit.shown("audit/checks.html", content)
