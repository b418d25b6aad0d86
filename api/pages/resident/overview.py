# SPDX-License-Identifier: EUPL-1.2
"""What a resident, or who represents one, has: what is left, where it can be used, and by whom it was."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.paths import Audience
from api.pages.visit import PAGE, AForm, Done, Visit, piece, visit
from ledger import care, catalogue, codes, confirmations, db, histories, standing_rights
from ledger.clock import dutch_day
from ledger.codes import RequestOrder
from ledger.entitlements import EntitlementNotFound
from ledger.ids import uuid7
from ledger.roles import Action
from ledger.rules.facts import EntitlementKind
from ledger.tables import Entitlement, Provider
from ledger.texts import Language, given

router = APIRouter(include_in_schema=False)

Seeing = Annotated[Visit, visit(Action.SEE_ENTITLEMENTS, Audience.HOLDER)]


@router.get("/my")
def get_overview(visit: Seeing, before: QueryId = None, done: Done = None) -> Response:
    """Everything, the newest first; above it what waits for a word."""

    def content(desk: Desk) -> Mapping[str, Any]:
        own = desk.own_people() or frozenset()
        rights, last = piece(
            standing_rights.of_holders(desk.work, own, before=before, limit=PAGE + 1), lambda row: row.id
        )
        waiting = confirmations.waiting(desk.work, rights=desk.own_rights(), limit=PAGE + 1)
        return {
            "held": standing_rights.held(desk.work, rights),
            "own_id": desk.acting.person_id,
            "waiting": len({each.use.redemption_id for each in waiting}),
            "has_more": len(waiting) > PAGE,
            "today": dutch_day(desk.work.now),
            "lines": _lines(visit.language),
            "page_size": PAGE,
            "first": "/my" if before else "",
            "following": f"/my?before={last}" if last else "",
        }

    return visit.shown("resident/overview.html", content, done=done)


@router.get("/my/{id}")
def get_right(id: PathId, visit: Seeing, before: QueryId = None, done: Done = None) -> Response:
    """One entitlement: what is left, where it can be used, and what was used."""
    return _right(visit, id, before=before, done=done)


@router.post("/my/{id}/block")
def post_block(id: PathId, visit: Annotated[Visit, visit(Action.BLOCK_CODES, Audience.HOLDER)]) -> Response:
    """No code opens it any more; the municipality sees that a new letter is needed."""

    def act(desk: Desk) -> str:
        own_right(desk, id)
        codes.block(desk.work, id)
        return f"/my/{id}"

    return visit.acted(act, done="blocked", otherwise=lambda why: _right(visit, id, refusal=why))


@router.post("/my/{id}/ask")
def post_ask(
    id: PathId, visit: Annotated[Visit, visit(Action.ASK_FOR_CODE, Audience.HOLDER)], form: AForm
) -> Response:
    """The gatekeepers see on their worklist that a new letter is asked for."""

    def act(desk: Desk) -> str:
        own_right(desk, id)
        codes.ask(desk.work, RequestOrder.model_validate({"id": form.one("id"), "entitlementId": id}))
        return f"/my/{id}"

    return visit.acted(act, done="asked_code", otherwise=lambda why: _right(visit, id, refusal=why))


def own_right(desk: Desk, id: UUID) -> Entitlement:
    """The entitlement, when it is there and of who asks. Raises EntitlementNotFound."""
    otherwise = EntitlementNotFound(id=id)
    row = desk.find(Entitlement, id, otherwise)
    desk.require_person(row.holder_id, otherwise)
    return row


def _right(
    visit: Visit,
    id: UUID,
    *,
    before: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        right = own_right(desk, id)
        (held,) = standing_rights.held(desk.work, [right])
        rows, last = piece(
            standing_rights.uses(desk.work, id, before=before, limit=PAGE + 1), lambda row: row.id
        )
        agreements = care.of_entitlement(desk.work, id) if right.kind is EntitlementKind.DRAWING_RIGHT else []
        who = {row.provider_id for row in rows} | {each.provider_id for each in agreements}
        services = [row for row in catalogue.listed(desk.work) if row.law == right.law]
        return {
            "held": held,
            "is_own": right.holder_id == desk.acting.person_id,
            "where": standing_rights.where(desk.work, right),
            "redeemed": histories.of_redemptions(desk.work, [row.id for row in rows]),
            "agreements": agreements,
            "approved": care.approved(desk.work, [each.id for each in agreements]),
            "declined": care.declined(desk.work, [each.id for each in agreements]),
            "providers": db.rows(desk.work, Provider, who),
            "services": {row.code: row.name for row in services},
            "measures": {row.code: row.measure for row in services},
            "has_code": id in standing_rights.live_codes(desk.work, [id]),
            "asked_at": codes.asked_at(desk.work, id),
            "request_id": uuid7(),
            "today": dutch_day(desk.work.now),
            "lines": _lines(visit.language),
            "page_size": PAGE,
            "first": f"/my/{id}" if before else "",
            "following": f"/my/{id}?before={last}" if last else "",
        }

    return visit.shown("resident/right.html", content, refusal=refusal, done=done)


def _lines(language: Language) -> Any:
    """For templates: what an entitlement gives, in sentences."""
    return lambda held: given.lines(held.given, language)
