# SPDX-License-Identifier: EUPL-1.2
"""One use as the municipality sees it: what was given, what became of it, what its resident says."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Visit, names, typed, visit
from ledger import catalogue, confirmations, db, histories
from ledger.confirmations import WordOrder
from ledger.ids import uuid7
from ledger.roles import Action
from ledger.rules.confirmations import WordKind
from ledger.scans import RedemptionNotFound
from ledger.tables import Entitlement, Provider, Redemption

router = APIRouter(include_in_schema=False)

_TYPED: Final = ("kind", "note", "toldBy")


@router.get("/entitlements/uses/{id}")
def get_use(
    id: PathId, visit: Annotated[Visit, visit(Action.SEE_REDEMPTIONS)], done: Done = None
) -> Response:
    """Nothing on it says who the resident is."""
    return _use(visit, id, done=done)


@router.post("/entitlements/uses/{id}")
def post_word(id: PathId, visit: Annotated[Visit, visit(Action.CONFIRM_USE)], form: AForm) -> Response:
    """Write down what a resident told, by telephone or in a letter."""

    def act(desk: Desk) -> str:
        desk.find(Redemption, id, RedemptionNotFound(id=id))
        asked = {
            "id": form.one("id"),
            "redemptionId": id,
            "kind": form.one("kind"),
            "note": form.line("note") or None,
            "toldBy": form.maybe("toldBy"),
            "at": form.one("at"),
        }
        confirmations.say(desk.work, WordOrder.model_validate(asked))
        return f"/entitlements/uses/{id}"

    return visit.acted(act, done="told", otherwise=lambda why: _use(visit, id, refusal=why, form=form))


def _use(
    visit: Visit,
    id: PathId,
    *,
    done: str | None = None,
    refusal: Told | None = None,
    form: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        row = desk.find(Redemption, id, RedemptionNotFound(id=id))
        right = db.rows(desk.work, Entitlement, {row.entitlement_id})[row.entitlement_id]
        (history,) = histories.of_redemptions(desk.work, [id])
        said = confirmations.words(desk.work, id)
        is_disputed = WordKind.DISPUTED in confirmations.last_words(said)
        actors = (
            {row.actor_id} | {each.actor_id for each in said} | {each.actor_id for each in history.follow_ups}
        )
        return {
            "history": history,
            "said": said,
            "sayable": [WordKind.WITHDRAWN, WordKind.DISPUTED]
            if is_disputed
            else [WordKind.DISPUTED, WordKind.CONFIRMED],
            "names": names(desk, actors),
            "provider": db.rows(desk.work, Provider, {row.provider_id})[row.provider_id],
            "services": {
                each.code: each.name for each in catalogue.listed(desk.work) if each.law == right.law
            },
            "word_id": form.maybe("id") if form else uuid7(),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "typed": typed(form, *_TYPED),
        }

    return visit.shown("gate/use.html", content, refusal=refusal, done=done)
