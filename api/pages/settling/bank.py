# SPDX-License-Identifier: EUPL-1.2
"""The bank: reading in what it says, what nobody could place, and the story of one payment."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, names, piece, visit
from ledger import bank_messages, bank_word, db, entry_story, payments
from ledger.roles import Action
from ledger.tables import TO_LOOK_AT, BankLine, BankStatement, LineOutcome, Provider, Settlement

router = APIRouter(include_in_schema=False)

FEW = 10
"""How many lines to look at are shown above the messages; the others are on a page of their own."""


@router.get("/bank")
def get_bank(
    visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)], before: QueryId = None, done: Done = None
) -> Response:
    return _bank(visit, before=before, done=done)


@router.post("/bank")
def post_message(visit: Annotated[Visit, visit(Action.RECORD_BANK_ANSWERS)], form: AForm) -> Response:
    """A file is judged before anything of it is kept; the same file again leads to what it was before."""

    def act(desk: Desk) -> str:
        found = bank_word.read(desk.work, BytesIO(form.file), gap_accepted=form.one("gap") == "yes")
        return f"/bank/messages/{found.message.id}"

    return visit.acted(act, done="read", otherwise=lambda why: _bank(visit, refusal=why, typed=form))


@router.get("/bank/lines")
def get_doubts(
    visit: Annotated[Visit, visit(Action.RECORD_BANK_ANSWERS)],
    statement_id: Annotated[QueryId, Query(alias="statementId")] = None,
    number: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """All lines that nobody could place, a piece at a time."""
    after = (statement_id, number) if statement_id else None

    def content(desk: Desk) -> Mapping[str, Any]:
        found = bank_messages.to_look_at(desk.work, after=after, limit=PAGE + 1)
        return {"first": "/bank/lines" if after else "", "page_size": PAGE, **_doubts(found, PAGE)}

    return visit.shown("settling/doubts.html", content)


@router.get("/bank/messages/{id}")
def get_message(
    id: PathId, visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)], done: Done = None
) -> Response:
    """What became of a file."""

    def content(desk: Desk) -> Mapping[str, Any]:
        found = bank_messages.get(desk.work, id)
        return {
            "message": found.message,
            "statements": found.statements,
            "outcomes": [(each, found.outcomes[each]) for each in LineOutcome if each in found.outcomes],
            "to_look_at": TO_LOOK_AT,
            "names": names(desk, [found.message.actor_id]),
        }

    return visit.shown("settling/message.html", content, done=done)


@router.get("/bank/payments/{id}")
def get_payment(id: PathId, visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)]) -> Response:
    """A payment with all the bank said of it."""

    def content(desk: Desk) -> Mapping[str, Any]:
        payment = payments.get(desk.work, id)
        settlement = db.rows(desk.work, Settlement, [payment.settlement_id])[payment.settlement_id]
        providers = db.rows(desk.work, Provider, [settlement.provider_id])
        return {
            "payment": payment,
            "provider": providers[settlement.provider_id],
            "state": payments.states(desk.work, [payment])[id],
            "events": payments.events(desk.work, id),
            "entry_id": entry_story.find(desk.work, id) if visit.may(Action.SEE_ENTRIES) else None,
        }

    return visit.shown("settling/payment.html", content)


def _bank(
    visit: Visit,
    *,
    before: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    typed: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        rows = bank_messages.recent(desk.work, before=before, limit=PAGE + 1)
        shown, last = piece(rows, lambda message: message.id)
        doubts: list[tuple[BankStatement, BankLine]] = []
        if visit.may(Action.RECORD_BANK_ANSWERS):
            doubts = bank_messages.to_look_at(desk.work, limit=FEW + 1)
        return {
            "messages": shown,
            "first": "/bank" if before else "",
            "following": f"/bank?before={last}" if last else "",
            "page_size": PAGE,
            "typed": {"gap": bool(typed and typed.one("gap"))},
            **_doubts(doubts, FEW),
        }

    return visit.shown("settling/bank.html", content, refusal=refusal, done=done)


def _doubts(found: Sequence[tuple[BankStatement, BankLine]], most: int) -> dict[str, Any]:
    """At most so many, and where the others are."""
    shown = found[:most]
    if len(found) <= most:
        return {"doubts": shown, "more_doubts": ""}
    last = shown[-1][1]
    return {
        "doubts": shown,
        "more_doubts": f"/bank/lines?statementId={last.statement_id}&number={last.number}",
    }
