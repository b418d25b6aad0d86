# SPDX-License-Identifier: EUPL-1.2
"""One use of an entitlement, and what the resident says of it; and who looked at the resident's data."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.paths import Audience
from api.pages.resident.overview import own_right
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, names, piece, typed, visit
from ledger import access_log, catalogue, confirmations, db, histories
from ledger.confirmations import WordOrder
from ledger.entitlements import EntitlementNotFound
from ledger.ids import uuid7
from ledger.roles import Action
from ledger.rules.confirmations import WordKind
from ledger.scans import RedemptionNotFound
from ledger.tables import Entitlement, Provider, Redemption

router = APIRouter(include_in_schema=False)


@router.get("/uses")
def get_waiting(
    visit: Annotated[Visit, visit(Action.CONFIRM_USE, Audience.HOLDER)],
    after: QueryId = None,
    done: Done = None,
) -> Response:
    """What the resident is asked to look at, and said nothing of yet."""

    def content(desk: Desk) -> Mapping[str, Any]:
        found, last = piece(
            confirmations.waiting(desk.work, rights=desk.own_rights(), after=after, limit=PAGE + 1),
            lambda each: each.id,
        )
        return {
            "waiting": found,
            "providers": db.rows(desk.work, Provider, {each.provider_id for each in found}),
            "services": {(row.law, row.code): row.name for row in catalogue.listed(desk.work)},
            "rights": db.rows(desk.work, Entitlement, {each.entitlement_id for each in found}),
            "page_size": PAGE,
            "first": "/uses" if after else "",
            "following": f"/uses?after={last}" if last else "",
        }

    return visit.shown("resident/waiting.html", content, done=done)


@router.get("/uses/{id}")
def get_use(
    id: PathId, visit: Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.HOLDER)], done: Done = None
) -> Response:
    """What was used, when and by whom it was given, and what was said of it."""
    return _use(visit, id, done=done)


@router.post("/uses/{id}")
def post_word(
    id: PathId, visit: Annotated[Visit, visit(Action.CONFIRM_USE, Audience.HOLDER)], form: AForm
) -> Response:
    """It was so, it was not so, or the objection is taken back; lines that were typed become one."""

    def act(desk: Desk) -> str:
        _own_use(desk, id)
        asked = {
            "id": form.one("id"),
            "redemptionId": id,
            "kind": form.one("kind"),
            "note": " ".join(form.one("note").split()) or None,
            "at": form.one("at"),
        }
        confirmations.say(desk.work, WordOrder.model_validate(asked))
        return f"/uses/{id}"

    kind = form.one("kind") if form.one("kind") in set(WordKind) else "confirmed"
    return visit.acted(
        act, done=f"word_{kind}", otherwise=lambda why: _use(visit, id, refusal=why, form=form)
    )


@router.get("/looks")
def get_looks(
    visit: Annotated[Visit, visit(Action.SEE_ACCESS_LOG, Audience.HOLDER)], before: QueryId = None
) -> Response:
    """Who looked at who the resident is, when and why."""

    def content(desk: Desk) -> Mapping[str, Any]:
        assert desk.acting.person_id is not None, "these pages are for residents"
        rows, last = piece(
            access_log.of_person(desk.work, desk.acting.person_id, before=before, limit=PAGE + 1),
            lambda row: row.id,
        )
        return {
            "looks": rows,
            "names": names(desk, {row.actor_id for row in rows}),
            "page_size": PAGE,
            "first": "/looks" if before else "",
            "following": f"/looks?before={last}" if last else "",
        }

    return visit.shown("resident/looks.html", content)


def _use(
    visit: Visit, id: UUID, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        row, right = _own_use(desk, id)
        (history,) = histories.of_redemptions(desk.work, [id])
        said = confirmations.words(desk.work, id)
        return {
            "history": history,
            "said": said,
            "is_disputed": WordKind.DISPUTED in confirmations.last_words(said),
            "is_confirmed": confirmations.last_words(said) == {WordKind.CONFIRMED},
            "was_settled": bool(said) and any(line.was_settled for line in said[-1].lines),
            "names": names(desk, {each.actor_id for each in said}),
            "provider": db.rows(desk.work, Provider, {row.provider_id})[row.provider_id],
            "services": {
                each.code: each.name for each in catalogue.listed(desk.work) if each.law == right.law
            },
            "word_id": form.maybe("id") if form else uuid7(),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "typed": typed(form, "note"),
        }

    return visit.shown("resident/use.html", content, refusal=refusal, done=done)


def _own_use(desk: Desk, id: UUID) -> tuple[Redemption, Entitlement]:
    """The use, and of what. Raises RedemptionNotFound, also for what is a stranger's."""
    row = desk.find(Redemption, id, RedemptionNotFound(id=id))
    try:
        return row, own_right(desk, row.entitlement_id)
    except EntitlementNotFound:
        raise RedemptionNotFound(id=id) from None
