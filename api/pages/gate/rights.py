# SPDX-License-Identifier: EUPL-1.2
"""Entitlements: one with its history and uses, changed in every way the law knows, and its letters."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told, told
from api.pages.gate.extents import Extent
from api.pages.visit import (
    PAGE,
    AForm,
    Done,
    Sent,
    Some,
    Visit,
    names,
    piece,
    typed,
    visit,
    written_in,
)
from api.routes.care_agreements import DeclineBody
from ledger import (
    approvals,
    care,
    catalogue,
    codes,
    db,
    decision_letters,
    histories,
    letters,
    standing_rights,
)
from ledger.clock import dutch_day
from ledger.codes import CodeNotFound, IssueOrder
from ledger.entitlements import EntitlementNotFound
from ledger.errors import LedgerError
from ledger.formats import letter
from ledger.ids import uuid7
from ledger.roles import Action
from ledger.rules.facts import EntitlementKind
from ledger.tables import Approver, CareAgreement, Code, Entitlement, Provider
from ledger.texts import given

router = APIRouter(include_in_schema=False)

HISTORY_MAX: Final = 100
"""How many changes of one entitlement are shown: the last of them, and it is said that there were more."""

Seeing = Annotated[Visit, visit(Action.SEE_ENTITLEMENTS)]
Issuing = Annotated[Visit, visit(Action.ISSUE_CODES)]


@router.get("/entitlements")
def get_rights(visit: Seeing, before: QueryId = None) -> Response:
    """All of them, the newest first."""

    def content(desk: Desk) -> Mapping[str, Any]:
        rows, last = piece(
            standing_rights.newest(desk.work, before=before, limit=PAGE + 1), lambda row: row.id
        )
        return {
            "held": standing_rights.held(desk.work, rows),
            "today": dutch_day(desk.work.now),
            "page_size": PAGE,
            "first": "/entitlements" if before else "",
            "following": f"/entitlements?before={last}" if last else "",
        }

    return visit.shown("gate/rights.html", content)


@router.get("/entitlements/{id}")
def get_right(id: PathId, visit: Seeing, before: QueryId = None, done: Done = None) -> Response:
    """One of them."""
    return right_page(visit, id, before=before, done=done)


@router.post("/entitlements/{id}/codes")
def post_code(id: PathId, visit: Issuing, form: AForm) -> Response:
    """A new code; with replace the earlier ones open nothing from now on."""

    def act(desk: Desk) -> str:
        asked = {"id": form.one("id"), "entitlementId": id, "replace": form.one("replace") == "true"}
        (outcome,) = codes.issue(desk.work, desk.keys, [IssueOrder.model_validate(asked)])
        if isinstance(outcome, LedgerError):
            raise outcome
        return f"/entitlements/{id}"

    return visit.acted(act, done="code", otherwise=lambda why: right_page(visit, id, refusal=why))


@router.post("/entitlements/{id}/codes/{codeId}/letter")
def post_letter(
    id: PathId,
    codeId: PathId,
    visit: Issuing,
    form: AForm,
) -> Response:
    """The letter as PDF, noted as a look at the resident: therefore a form and not a link."""
    try:
        with visit.house.writing(visit.acting) as desk:
            row = desk.find(Code, codeId, CodeNotFound(id=codeId))
            if row.entitlement_id != id:
                raise CodeNotFound(id=codeId)
            page = letters.compose(desk.work, desk.keys, codeId, written_in(form))
        printed = letter.pdf(page)
    except LedgerError as error:
        return right_page(visit, id, refusal=told(error, visit.language))
    # the reference of a decision is free text, and a header is not
    headers = {"Content-Disposition": f'inline; filename="{codeId}.pdf"', "Cache-Control": "no-store"}
    return Response(printed, media_type="application/pdf", headers=headers)


@router.post("/entitlements/{id}/care/{agreementId}")
def post_approval(
    id: PathId,
    agreementId: PathId,
    visit: Annotated[Visit, visit(Action.APPROVE_CARE)],
) -> Response:
    """The municipality's approval of a care agreement."""

    def act(desk: Desk) -> str:
        _require_agreement(desk, id, agreementId)
        care.approve(desk.work, agreementId, Approver.GATEKEEPER)
        return f"/entitlements/{id}"

    return visit.acted(act, done="care_approved", otherwise=lambda why: right_page(visit, id, refusal=why))


@router.post("/entitlements/{id}/care/{agreementId}/decline")
def post_decline(
    id: PathId,
    agreementId: PathId,
    visit: Annotated[Visit, visit(Action.APPROVE_CARE)],
    form: AForm,
) -> Response:
    """The municipality says no, with why."""

    def act(desk: Desk) -> str:
        _require_agreement(desk, id, agreementId)
        reason = DeclineBody(reason=form.line("reason")).reason
        care.decline(desk.work, agreementId, Approver.GATEKEEPER, reason)
        return f"/entitlements/{id}"

    def otherwise(why: Told) -> Response:
        return right_page(visit, id, refusal=why, form=form, declining=agreementId)

    return visit.acted(act, done="care_declined", otherwise=otherwise)


def _require_agreement(desk: Desk, id: UUID, agreement_id: UUID) -> None:
    """Raises AgreementNotFound for one of another entitlement."""
    otherwise = care.AgreementNotFound(id=agreement_id)
    if desk.find(CareAgreement, agreement_id, otherwise).entitlement_id != id:
        raise otherwise


TYPED: Final = (
    *("amount", "quantity", "hours", "minutes", "validUntil"),
    *("fromDay", "untilDay", "firstDay", "lastDay", "reason"),
)
"""What is typed in the forms of a change, and stands there again when it is refused."""


def right_page(
    visit: Visit,
    id: UUID,
    *,
    before: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    form: Sent | None = None,
    declining: UUID | None = None,
) -> Response:
    """The page of an entitlement; declining is the agreement that the form that was refused is of."""

    def content(desk: Desk) -> Mapping[str, Any]:
        right = desk.find(Entitlement, id, EntitlementNotFound(id=id))
        (held,) = standing_rights.held(desk.work, [right])
        rows, last = piece(
            standing_rights.uses(desk.work, id, before=before, limit=PAGE + 1), lambda row: row.id
        )
        changes = standing_rights.changes(desk.work, id, limit=HISTORY_MAX + 1)
        issued = codes.of_entitlement(desk.work, id)
        can_see = visit.may(Action.SEE_APPROVALS)
        second = approvals.decisions(desk.work, [each.id for each in changes]) if can_see else {}
        is_drawing = right.kind is EntitlementKind.DRAWING_RIGHT
        agreements = care.of_entitlement(desk.work, id) if is_drawing else []
        who = {row.provider_id for row in rows} | {each.provider_id for each in agreements}
        services = [row for row in catalogue.listed(desk.work) if row.law == right.law]
        return {
            "held": held,
            "lines": given.lines(held.given, visit.language),
            "redeemed": histories.of_redemptions(desk.work, [row.id for row in rows])
            if visit.may(Action.SEE_REDEMPTIONS)
            else [],
            "changes": Some(rows=changes[-HISTORY_MAX:], has_more=len(changes) > HISTORY_MAX),
            "became_of": {
                each.id: (Extent.after(one), Extent.after(each)) for one, each in pairwise(changes)
            },
            "second": second,
            "names": names(
                desk, {each.actor_id for each in changes} | {each.actor_id for each in second.values()}
            ),
            "codes": issued,
            "last_days": {each.id: codes.last_day(each, right) for each in issued},
            "working": {each.id for each in issued if codes.works(each, right, desk.work.now)},
            "is_over": codes.over(right, dutch_day(desk.work.now)) is not None,
            "is_ended": decision_letters.is_ended(desk.work, right),
            "agreements": agreements,
            "approved": care.approved(desk.work, [each.id for each in agreements]),
            "declined": care.declined(desk.work, [each.id for each in agreements]),
            "providers": db.rows(desk.work, Provider, who),
            "services": {row.code: row.name for row in services},
            "measures": {row.code: row.measure for row in services},
            "today": dutch_day(desk.work.now),
            "now": desk.work.now,
            "new_id": uuid7(),
            "at": desk.work.now.isoformat(),
            "asked": form.one("kind") if form else "",
            "typed": typed(form, *TYPED),
            "declining": declining,
            "page_size": PAGE,
            "first": f"/entitlements/{id}" if before else "",
            "following": f"/entitlements/{id}?before={last}" if last else "",
        }

    return visit.shown("gate/right.html", content, refusal=refusal, done=done)
