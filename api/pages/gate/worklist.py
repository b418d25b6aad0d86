# SPDX-License-Identifier: EUPL-1.2
"""What waits for a gatekeeper; and deciding on what a colleague asked."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import Desk, PathId, QueryId
from api.pages import sentences
from api.pages.faults import Told
from api.pages.gate.grants import as_right
from api.pages.visit import AForm, Done, Sent, Visit, names, typed, visit
from ledger import approvals, catalogue, codes, db, gates, letters, worklist
from ledger.approvals import Asked, DecisionInput
from ledger.change_orders import Amendment
from ledger.roles import Action
from ledger.tables import Approver, Entitlement, Provider, Redemption
from ledger.texts import Language, given

router = APIRouter(include_in_schema=False)

EACH_MAX: Final = 25
"""How many of each are shown; what is done makes room for the next, and it is said that there are more."""


@router.get("/worklist")
def get_worklist(
    visit: Annotated[Visit, visit(Action.SEE_APPROVALS)], after: QueryId = None, done: Done = None
) -> Response:
    """Everything that waits, by kind; of what ends, where nothing makes room, also what comes after one."""
    return _worklist(visit, after=after, done=done)


@router.post("/worklist/approvals/{id}")
def post_decision(id: PathId, visit: Annotated[Visit, visit(Action.GRANT)], form: AForm) -> Response:
    """Approve, and so carry out, or refuse what a colleague asked; what was approved is shown: it may need a
    letter.
    """

    def act(desk: Desk) -> str:
        approved = {"true": True, "false": False}.get(form.one("approved"))  # what says neither is no refusal
        asked = {"approved": approved, "reason": form.one("reason")}
        decided = approvals.decide(desk.work, id, DecisionInput.model_validate(asked))
        return f"/entitlements/{decided.approval.entitlement_id}" if approved else "/worklist"

    return visit.acted(
        act, done="approval", otherwise=lambda why: _worklist(visit, refusal=why, asked=id, form=form)
    )


def _worklist(
    visit: Visit,
    *,
    after: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    asked: UUID | None = None,
    form: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        most = EACH_MAX + 1
        waiting = approvals.listed(desk.work, waiting=True, limit=most)
        care = worklist.unapproved_care(desk.work, Approver.GATEKEEPER, limit=most)
        changed = db.rows(
            desk.work, Entitlement, {each.order.entitlement_id for each in waiting if each.order}
        )
        ending = worklist.ending(desk.work, after=after, limit=most)
        disputes = gates.standing_disputes(desk.work, limit=most)
        disputed = db.rows(desk.work, Redemption, {redemption_id for redemption_id, _ in disputes})
        who = {each.provider_id for each in disputed.values()} | {each.provider_id for each in care}
        lacking = worklist.lacking_letters(desk.work, limit=most)
        newest = worklist.newest_codes(desk.work, lacking)
        return {
            "approvals": waiting,
            "names": names(desk, {each.approval.actor_id for each in waiting}),
            "own_id": desk.acting.actor_id,
            "asked_for": _asked_for(desk, waiting, visit.language),
            "changed": changed,
            "disputes": disputes,
            "disputed": disputed,
            "providers": db.rows(desk.work, Provider, who),
            "care_rights": db.rows(desk.work, Entitlement, {each.entitlement_id for each in care}),
            "care": care,
            "measures": {row.code: row.measure for row in catalogue.listed(desk.work)} if care else {},
            "ending": ending,
            "lacking": lacking,
            "codes": newest,
            "last_days": {
                each.id: codes.last_day(newest[each.id], each) for each in lacking if each.id in newest
            },
            "now": desk.work.now,
            "asked_codes": worklist.asked_codes(desk.work, limit=most),
            "page_size": EACH_MAX,
            "first": "/worklist" if after else "",
            "following": f"/worklist?after={ending[EACH_MAX - 1].id}" if len(ending) > EACH_MAX else "",
            "rules": _rules(desk, waiting, changed, visit.language),
            "asked": asked,
            "typed": typed(form, "reason"),
        }

    return visit.shown("gate/worklist.html", content, refusal=refusal, done=done)


def _asked_for(desk: Desk, waiting: Sequence[Asked], language: Language) -> dict[UUID, tuple[str, ...]]:
    """What each grant that waits would give, in the words of the letter; by the id of the grant."""
    rights = [as_right(each.grant) for each in waiting if each.grant]
    found = letters.given(desk.work, rights)
    return {id_: given.lines(each, language) for id_, each in found.items()}


def _rules(
    desk: Desk, waiting: Sequence[Asked], rights: Mapping[UUID, Entitlement], language: Language
) -> dict[UUID, list[str]]:
    """The other rules of each change that waits and has some; by the id of the change."""
    asked = {
        each.order.id: (rights[each.order.entitlement_id].law, each.order.change.restrictions)
        for each in waiting
        if each.order and isinstance(each.order.change, Amendment) and each.order.change.restrictions
    }
    known = sentences.called(desk) if asked else {}
    return {id_: sentences.of_rules(rules, language, known[law]) for id_, (law, rules) in asked.items()}
