# SPDX-License-Identifier: EUPL-1.2
"""Drafting a version of a contract: filled in from the one before, looked at beside it, and then drafted.

Who drafts it does not put it in force. What somebody else drafted meanwhile is never overwritten unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import Desk, PathId
from api.pages.faults import Told
from api.pages.faults import told as told_of
from api.pages.finance import changes
from api.pages.finance.draft_form import (
    BLANK,
    HEAD,
    MORE,
    ROWS_MAX,
    Row,
    content_of,
    padded,
    rows_of,
    rows_sent,
    told,
    typed_of,
)
from api.pages.visit import AForm, Sent, Visit, typed, visit
from ledger import catalogue, contract_versions, contracts, providers
from ledger.contracts import ContractDraft, ContractInput, ContractUnknown
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.inputs import fingerprint
from ledger.roles import Action
from ledger.rules.facts import Law

router = APIRouter(include_in_schema=False)

Drafting = Annotated[Visit, visit(Action.EDIT_CONTRACTS)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filled:
    """The form as it stands."""

    id: UUID
    typed: Mapping[str, str]
    rows: list[Row]
    mark: str
    """Of the newest version when the form was opened; empty where there was none."""
    looked: str = ""
    """Of the content that is shown beside the version in force."""
    before: ContractInput | None = None
    after: ContractInput | None = None


@router.get("/contracts/new")
def get_new(visit: Drafting) -> Response:
    """The form of a contract that is not there yet."""
    filled = _Filled(id=uuid7(), typed=typed_of(None), rows=rows_of(None), mark="")
    return _form(visit, filled, known=None)


@router.get("/contracts/{id}/draft")
def get_draft(id: PathId, visit: Drafting) -> Response:
    """The form, as the newest version is."""
    with visit.house.reading(visit.acting) as desk:
        known = _known(desk, id)
    if known is None:
        raise ContractUnknown(id=id)
    if len(known.content.lines) > ROWS_MAX:
        return _form(visit, _Filled(id=id, typed=typed_of(known.content), rows=[], mark=""), known=known)
    filled = _Filled(id=id, typed=typed_of(known.content), rows=rows_of(known.content), mark=known.mark)
    return _form(visit, filled, known=known)


@router.post("/contracts/{id}/draft")
def post_draft(id: PathId, visit: Drafting, form: AForm) -> Response:
    """More rows, a look at what it would change, or the draft itself: never other than what was looked at."""
    rows = rows_sent(form)
    blank = MORE if form.one("step") == "more" else BLANK
    filled = _Filled(id=id, typed=typed(form, *HEAD), rows=padded(rows, blank), mark=form.one("mark"))
    with visit.house.reading(visit.acting) as desk:
        known = _known(desk, id)
    if form.one("step") == "more":
        return _form(visit, filled, known=known)
    try:
        return _looked_or_drafted(visit, form, filled, rows, known)
    except ValidationError as error:
        return _form(visit, filled, known=known, refusal=told(error, visit.language))
    except LedgerError as error:
        return _form(visit, filled, known=known, refusal=told_of(error, visit.language))


def _looked_or_drafted(
    visit: Visit, form: Sent, filled: _Filled, rows: list[Row], known: ContractDraft | None
) -> Response:
    content = content_of(form, filled.id, rows, known.content if known else None)
    looked, seen = fingerprint(content).hex(), {filled.id: filled.mark}
    if form.one("step") == "draft" and form.one("looked") == looked:
        with visit.house.writing(visit.acting) as desk:
            contracts.draft(desk.work, [content], seen=seen)
        return RedirectResponse(f"/contracts/{filled.id}?done=drafted", status_code=303)

    def tried(desk: Desk) -> ContractInput | None:
        contracts.draft(desk.work, [content], seen=seen)
        return next((each.content for each in contract_versions.in_force(desk.work, [filled.id])), None)

    shown = _Filled(
        id=filled.id,
        typed=filled.typed,
        rows=filled.rows,
        mark=filled.mark,
        looked=looked,
        before=visit.tried(tried),
        after=content,
    )
    return _form(visit, shown, known=known)


def _known(desk: Desk, id: UUID) -> ContractDraft | None:
    return next(iter(contract_versions.newest(desk.work, [id])), None)


def _form(
    visit: Visit, filled: _Filled, *, known: ContractDraft | None, refusal: Told | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        law = known.content.law if known else None
        services = [each for each in catalogue.listed(desk.work) if law in {None, each.law}]
        return {
            "filled": filled,
            "known": known,
            "is_in_force": bool(contract_versions.in_force(desk.work, [filled.id])),
            "changes": changes.between(desk, visit.language, filled.before, filled.after),
            "services": services,
            "called": {each.code: each.name for each in services},
            "providers": providers.listed(desk.work),
            "laws": list(Law),
            "rows_max": ROWS_MAX,
        }

    return visit.shown("finance/draft.html", content, refusal=refusal)
