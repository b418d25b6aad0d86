# SPDX-License-Identifier: EUPL-1.2
"""What was redeemed today, one of it as a receipt, and undoing it within minutes."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.paths import Audience
from api.pages.visit import AForm, Done, Some, Visit, names, visit
from ledger import catalogue, histories, undo
from ledger.ids import uuid7
from ledger.inputs import Id7, Input
from ledger.roles import Action
from ledger.scans import RedemptionNotFound
from ledger.tables import Redemption

router = APIRouter(include_in_schema=False)

SHOWN_MAX: Final = 100
"""The newest of today; what was redeemed earlier is read over the API, or by its claim at the desk."""


class _Undo(Input):
    """The id of the follow-up."""

    id: Id7


@router.get("/today")
def get_today(
    visit: Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.PROVIDER)], done: Done = None
) -> Response:
    """The newest first, with what stands of each."""

    def content(desk: Desk) -> Mapping[str, Any]:
        assert desk.acting.provider_id is not None, "the door is for providers"
        rows = undo.today(desk.work, desk.acting.provider_id, limit=SHOWN_MAX + 1)
        some = Some.of(rows, SHOWN_MAX)
        found = histories.of_redemptions(desk.work, [row.id for row in some.rows])
        can_undo = [
            each.redemption.id
            for each in found
            if not each.follow_ups and undo.may_undo(desk.work, each.redemption)
        ]
        return {
            "found": found,
            "undo_ids": {id_: uuid7() for id_ in can_undo},
            "minutes": int(undo.WITHIN.total_seconds()) // 60,
            "some": some,
            "standing_cents": sum(each.standing_cents for each in found),
            "services": _services(desk),
            "names": names(desk, {row.actor_id for row in some.rows}),
        }

    return visit.shown("door/today.html", content, done=done)


@router.get("/today/{id}")
def get_receipt(
    id: PathId, visit: Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.PROVIDER)], done: Done = None
) -> Response:
    """One redemption, and while it can be undone a button for it."""
    return _receipt(visit, id, done=done)


@router.post("/today/{id}/undo")
def post_undo(
    id: PathId, visit: Annotated[Visit, visit(Action.REVERSE, Audience.PROVIDER)], form: AForm
) -> Response:
    """Take it back."""

    def act(desk: Desk) -> str:
        _own(desk, id)
        undo.undo(desk.work, id, id=_Undo.model_validate({"id": form.one("id")}).id)
        return f"/today/{id}"

    return visit.acted(act, done="undone", otherwise=lambda why: _receipt(visit, id, refusal=why))


def _receipt(visit: Visit, id: UUID, *, done: str | None = None, refusal: Told | None = None) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        row = _own(desk, id)
        (history,) = histories.of_redemptions(desk.work, [id])
        return {
            "history": history,
            "services": _services(desk),
            "can_undo": not history.follow_ups and undo.may_undo(desk.work, row),
            "minutes": int(undo.WITHIN.total_seconds()) // 60,
            "undo_id": uuid7(),
        }

    return visit.shown("door/receipt.html", content, refusal=refusal, done=done)


def _own(desk: Desk, id: UUID) -> Redemption:
    """Raises RedemptionNotFound, also for what is another provider's."""
    otherwise = RedemptionNotFound(id=id)
    row = desk.find(Redemption, id, otherwise)
    desk.acting.require_provider(row.provider_id, otherwise=otherwise)
    return row


def _services(desk: Desk) -> dict[str, str]:
    """What services are called, by code."""
    return {row.code: row.name for row in catalogue.listed(desk.work)}
