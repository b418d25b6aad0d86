# SPDX-License-Identifier: EUPL-1.2
"""All that a provider redeemed: found by day and service, taken along as a file, one by one, taken back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import ValidationError

from api import spooled
from api.deps import Desk, PathId, QueryId
from api.pages.faults import Told
from api.pages.paths import Audience
from api.pages.visit import PAGE, AForm, Done, Sent, Visit, names, of_form, piece, typed, visit
from ledger import (
    catalogue,
    confirmations,
    follow_ups,
    gates,
    histories,
    payments,
    provider_desk,
    settlements,
    statement_reasons,
)
from ledger.errors import LedgerError
from ledger.formats import tables_csv
from ledger.histories import History
from ledger.ids import uuid7
from ledger.inputs import Day, Id7, Input, Moment, ShortText
from ledger.provider_desk import Wanted
from ledger.roles import Action
from ledger.scans import RedemptionNotFound
from ledger.standing import Order
from ledger.tables import FollowUpKind, LineMark, Redemption
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

PIECE: Final = 500
"""Rows of a file that are in memory together."""

COLUMNS: Final = (
    *("redemption", "service_day", "recorded_at", "service", "quantity", "unit"),
    *("price_cents", "standing_cents", "entitlement", "claim"),
)
"""Of the file: one row for each line; the money is of the whole redemption."""

Seeing = Annotated[Visit, visit(Action.SEE_REDEMPTIONS, Audience.PROVIDER)]
Asked = Annotated[str, Query(max_length=20)]


class _Asked(Input):
    """What somebody filled in to find redemptions."""

    first: Day | None = None
    last: Day | None = None
    service: ShortText | None = None

    @property
    def wanted(self) -> Wanted:
        """As the ledger asks it."""
        return Wanted(first=self.first, last=self.last, service=self.service)

    @property
    def query(self) -> str:
        """The same in an address."""
        given = {name: value for name, value in self.model_dump(mode="json").items() if value}
        return "".join(f"&{name}={value}" for name, value in given.items())


class _Reversal(Input):
    """Why it is taken back."""

    id: Id7
    reason: ShortText
    at: Moment
    """When the form was shown: the same for a form that is sent twice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """A hold as a provider may know it."""

    since: datetime
    reason: str

    @classmethod
    def of(cls, mark: LineMark, language: Language) -> "_Held":
        """In the words of the statement."""
        words = statement_reasons.reason(statement_reasons.reason_code(mark), mark, language)
        return cls(since=mark.recorded_at, reason=words)


@router.get("/redemptions")
def get_redemptions(
    visit: Seeing, before: QueryId = None, first: Asked = "", last: Asked = "", service: Asked = ""
) -> Response:
    """The newest first, with how many there are and what they come to."""
    given = {"first": first, "last": last, "service": service}
    refusal: Told | None = None
    try:
        asked = _read(given)
    except ValidationError as error:
        asked, refusal = _Asked(), of_form(error, visit.language)

    def content(desk: Desk) -> Mapping[str, Any]:
        rows, following = piece(
            provider_desk.redemptions(
                desk.work, _provider(desk), asked.wanted, before=before, limit=PAGE + 1
            ),
            lambda row: row.id,
        )
        return {
            "found": histories.of_redemptions(desk.work, [row.id for row in rows]),
            # it reads all of them: once, not again for each piece
            "total": None if before else provider_desk.total(desk.work, _provider(desk), asked.wanted),
            "services": _services(desk),
            "typed": given,
            "query": asked.query,
            "page_size": PAGE,
            "first": f"/redemptions?{asked.query[1:]}" if before else "",
            "following": f"/redemptions?before={following}{asked.query}" if following else "",
        }

    return visit.shown("desk/redemptions.html", content, refusal=refusal)


@router.get("/redemptions/list/{form}")
def get_file(
    form: Annotated[Literal["csv"], Path()],
    visit: Seeing,
    first: Asked = "",
    last: Asked = "",
    service: Asked = "",
) -> Response:
    """The same as a file for a spreadsheet, all of it."""
    try:
        asked = _read({"first": first, "last": last, "service": service})
    except ValidationError:
        return get_redemptions(visit, None, first, last, service)

    def made(desk: Desk, target: Any) -> None:
        for line in tables_csv.lines(COLUMNS, _rows(desk, asked.wanted)):
            target.write(line.encode())

    return spooled.sent(visit.house, visit.acting, made, media_type="text/csv", name=f"redemptions.{form}")


@router.get("/redemptions/{id}")
def get_redemption(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """One, with all that happened to it."""
    return _redemption(visit, id, done=done)


@router.post("/redemptions/{id}/reverse")
def post_reversal(
    id: PathId, visit: Annotated[Visit, visit(Action.REVERSE, Audience.PROVIDER)], form: AForm
) -> Response:
    """Take back all of it, with why; sent twice it is once."""

    def act(desk: Desk) -> str:
        _own(desk, id)
        asked = _Reversal.model_validate({name: form.one(name) for name in ("id", "reason", "at")})
        order = Order(
            id=asked.id,
            kind=FollowUpKind.REVERSAL,
            redemption_id=id,
            reason=asked.reason,
            at=asked.at,
        )
        (outcome,) = follow_ups.follow_up(desk.work, [order])
        if isinstance(outcome, LedgerError):
            raise outcome
        return f"/redemptions/{id}"

    return visit.acted(
        act, done="reversed", otherwise=lambda why: _redemption(visit, id, refusal=why, form=form)
    )


def _redemption(
    visit: Visit, id: UUID, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        _own(desk, id)
        (history,) = histories.of_redemptions(desk.work, [id])
        causes = {id, *(each.id for each in history.follow_ups)}
        settled = provider_desk.settled(desk.work, causes)
        said = confirmations.words(desk.work, id)
        paid = settlements.payments(desk.work, [settlement_id for settlement_id, _ in settled])
        return {
            "history": history,
            "services": _services(desk),
            "names": names(
                desk, {history.redemption.actor_id, *(each.actor_id for each in history.follow_ups)}
            ),
            "said": said,
            "settled": settled,
            "holds": [_Held.of(mark, visit.language) for mark in provider_desk.holds(desk.work, causes)],
            "is_disputed": bool(gates.standing_disputes(desk.work, only=[id], limit=1)),
            "paid": paid,
            "states": payments.states(desk.work, paid.values()),
            "can_reverse": history.standing_cents > 0 and _is_used(history),
            "at": (form.maybe("at") if form else None) or desk.work.now.isoformat(),
            "reverse_id": form.maybe("id") if form else uuid7(),
            "typed": typed(form, "reason"),
        }

    return visit.shown("desk/redemption.html", content, refusal=refusal, done=done)


def _is_used(history: History) -> bool:
    """A reservation that was not used yet is released, not reversed."""
    captured = any(each.kind is FollowUpKind.CAPTURE for each in history.follow_ups)
    return captured or not history.redemption.reserved


def _read(given: Mapping[str, str]) -> _Asked:
    """Raises ValidationError."""
    return _Asked.model_validate({name: value for name, value in given.items() if value})


def _rows(desk: Desk, wanted: Wanted) -> Iterator[tuple[object, ...]]:
    """Piece by piece, so that they are never in memory together."""
    before: UUID | None = None
    while found := provider_desk.redemptions(desk.work, _provider(desk), wanted, before=before, limit=PIECE):
        for each in histories.of_redemptions(desk.work, [row.id for row in found]):
            yield from _lines(each)
        before = found[-1].id
        desk.work.session.expunge_all()


def _lines(history: History) -> Iterator[tuple[object, ...]]:
    row = history.redemption
    for line in history.lines:
        yield (
            *(row.id, row.service_day, row.recorded_at, line.service, line.quantity, line.unit.value),
            *(row.price_cents, history.standing_cents, row.entitlement_id, row.claim_id),
        )


def _own(desk: Desk, id: UUID) -> Redemption:
    """Raises RedemptionNotFound, also for what is another provider's."""
    otherwise = RedemptionNotFound(id=id)
    row = desk.find(Redemption, id, otherwise)
    desk.acting.require_provider(row.provider_id, otherwise=otherwise)
    return row


def _provider(desk: Desk) -> UUID:
    assert desk.acting.provider_id is not None, "the desk is for providers"
    return desk.acting.provider_id


def _services(desk: Desk) -> dict[str, str]:
    return {row.code: row.name for row in catalogue.listed(desk.work)}
