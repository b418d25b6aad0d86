# SPDX-License-Identifier: EUPL-1.2
"""Who acts for a resident: naming somebody by their linking code, and ending it; and showing such a code."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told, told
from api.pages.paths import Audience
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, of_form, piece, visit
from ledger import own_mandates
from ledger.clock import dutch_day
from ledger.errors import LedgerError
from ledger.ids import uuid7
from ledger.own_mandates import Naming, NamingTerms
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

Giving = Annotated[Visit, visit(Action.GIVE_MANDATES, Audience.HOLDER)]


@router.get("/mandates")
def get_mandates(
    visit: Annotated[Visit, visit(Action.SEE_MANDATES, Audience.HOLDER)],
    before: QueryId = None,
    done: Done = None,
) -> Response:
    """Who may act for the resident and since when, and for whom they act."""
    return _mandates(visit, before=before, done=done)


@router.post("/mandates/code")
def post_code(visit: Annotated[Visit, visit(Action.SHOW_LINK_CODE, Audience.HOLDER)]) -> Response:
    """A linking code, on an answer that no browser keeps."""
    with visit.house.writing(visit.acting) as desk:
        shown = own_mandates.show_code(desk.work, desk.keys, _own(desk))
    return visit.shown("resident/link_code.html", lambda desk: {"shown": shown})


@router.post("/mandates/names")
def post_names(visit: Annotated[Visit, visit(Action.SEE_MANDATES, Audience.HOLDER)], form: AForm) -> Response:
    """The same page with the names of who stand on it; that is a look at each of them, and noted."""
    try:
        before = UUID(form.one("before"))
    except ValueError:
        before = None  # the first page
    with visit.house.writing(visit.acting) as desk:
        names = own_mandates.names(
            desk.work, desk.keys, _own(desk), visit.language, before=before, limit=PAGE
        )
    return _mandates(visit, before=before, names=names)


@router.post("/mandates/look")
def post_look(visit: Giving, form: AForm) -> Response:
    """Whose code this is, and what they could do, before anything is given."""

    def look(desk: Desk) -> str | LedgerError:
        code = NamingTerms.model_validate({"code": form.one("code")}).code
        return own_mandates.named(desk.work, desk.keys, _own(desk), code, visit.language)

    def asked(name: str) -> Response:
        content = {"name": name, "code": form.one("code"), "mandate_id": form.maybe("id") or uuid7()}
        return visit.shown("resident/mandate_ask.html", lambda desk: content)

    return _judged(visit, form, look, asked)


@router.post("/mandates")
def post_mandate(visit: Giving, form: AForm) -> Response:
    """Who showed this code acts for the resident from today."""

    def give(desk: Desk) -> object | LedgerError:
        naming = Naming.model_validate({"id": form.one("id"), "code": form.one("code")})
        return own_mandates.give(desk.work, desk.keys, _own(desk), naming)

    return _judged(visit, form, give, lambda given: _after("own_mandate_given"))


@router.post("/mandates/{id}/end")
def post_end(id: PathId, visit: Annotated[Visit, visit(Action.END_MANDATES, Audience.HOLDER)]) -> Response:
    """From now on nobody acts by this mandate."""

    def act(desk: Desk) -> str:
        own_mandates.end(desk.work, _own(desk), id)
        return "/mandates"

    return visit.acted(act, done="own_mandate_ended", otherwise=lambda why: _mandates(visit, refusal=why))


def _judged(
    visit: Visit, form: Sent, act: Callable[[Desk], Any], answer: Callable[[Any], Response]
) -> Response:
    """A refusal that act answers is kept, and with it the count of wrong tries; one that it raises is not."""
    try:
        with visit.house.writing(visit.acting) as desk:
            outcome = act(desk)
    except LedgerError as error:
        outcome = error
    except ValidationError as error:
        return _mandates(visit, refusal=of_form(error, visit.language))
    if isinstance(outcome, LedgerError):
        return _mandates(visit, refusal=told(outcome, visit.language))
    return answer(outcome)


def _after(done: str) -> Response:
    return RedirectResponse(f"/mandates?done={done}", status_code=303)


def _mandates(
    visit: Visit,
    *,
    before: UUID | None = None,
    done: str | None = None,
    refusal: Told | None = None,
    names: Mapping[UUID, str] | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found, last = piece(
            own_mandates.for_holder(desk.work, _own(desk), before=before, limit=PAGE + 1),
            lambda each: each.mandate.id,
        )
        whom, last_whom = piece(
            own_mandates.for_representative(desk.work, _own(desk), limit=PAGE + 1),
            lambda each: each.mandate.id,
        )
        today = dutch_day(desk.work.now)
        return {
            "standing": [each for each in found if not each.is_over(today)],
            "over": [each for each in found if each.is_over(today)],
            "whom": whom,
            "more_whom": last_whom is not None,
            "names": names or {},
            "has_names": names is not None,
            "today": today,
            "mandate_id": uuid7(),
            "page_size": PAGE,
            "before": before or "",
            "first": "/mandates" if before else "",
            "following": f"/mandates?before={last}" if last else "",
        }

    return visit.shown("resident/mandates.html", content, refusal=refusal, done=done)


def _own(desk: Desk) -> UUID:
    assert desk.acting.person_id is not None, "these pages are for residents"
    return desk.acting.person_id
