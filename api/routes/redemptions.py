# SPDX-License-Identifier: EUPL-1.2
"""Redemptions: asked about, done, many at once, and what happens to them later."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api import problems, schemas
from api.answers import made
from api.deps import AWindow, Desk, PathId, QueryId, accepted, joined, reading, told, writing
from ledger import codes, follow_ups, histories, lists, redemptions
from ledger.errors import LedgerError
from ledger.histories import History
from ledger.ids import uuid7
from ledger.inputs import Day, Id7, Input
from ledger.redemptions import SCANS_MAX
from ledger.roles import Action
from ledger.scans import Outcome, RedemptionNotFound, Scan, ScanContent, ScanTerms
from ledger.standing import Order, Terms
from ledger.tables import Entitlement, FollowUp, FollowUpKind, Redemption

router = APIRouter(tags=["redemptions"])


class ScanBody(ScanContent):
    """A scan; a provider may leave out that it is itself."""

    provider_id: UUID | None = None


class QuoteBody(ScanBody):
    """The same scan, and on which day it would be sent; None is today."""

    today: Day | None = None


class BatchScan(ScanBody):
    """A scan with its id."""

    id: Id7


class BatchBody(Input):
    """Scans in the order in which they are to be judged."""

    scans: Annotated[tuple[BatchScan, ...], Field(min_length=1, max_length=SCANS_MAX)]


@router.put(
    "/redemptions/{id}",
    summary="Verzilver",
    description="Verzilvert een code, of een tegoed waarin u bij naam staat. Alle regels gaan door of geen. "
    "Een weigering noemt elke reden, met wat wel zou kunnen. Met reserve wordt het opzijgezet. Hetzelfde "
    "verzoek opnieuw geeft hetzelfde antwoord.",
    **made(schemas.Redeemed),
)
def put_redemption(
    id: PathId, body: ScanBody, response: Response, desk: Annotated[Desk, writing(Action.REDEEM)]
) -> Any:
    (outcome,) = redemptions.redeem(desk.work, [_scan(desk, id, body)])
    redeemed = accepted(outcome)
    told(response, is_new=desk.is_new(redeemed))
    return redeemed


@router.post(
    "/redemptions/_quote",
    summary="Vraag wat een verzilvering zou geven",
    description="Hetzelfde antwoord als bij verzilveren, zonder dat er iets wordt geboekt; met today alsof "
    "het die dag is.",
    response_model=schemas.Redeemed,
)
def quote_redemption(body: QuoteBody, desk: Annotated[Desk, reading(Action.QUOTE)]) -> Any:
    (outcome,) = redemptions.quote(desk.work, [_scan(desk, uuid7(), body)], today=body.today)
    return accepted(outcome)


@router.post(
    "/redemptions/_batch",
    summary="Verzilver er veel tegelijk",
    description="Beoordeelt de scans in deze volgorde. Elke scan krijgt een eigen uitkomst: een geweigerde "
    "raakt de andere niet.",
    response_model=schemas.BatchOutcomes,
)
def redeem_batch(body: BatchBody, request: Request, desk: Annotated[Desk, writing(Action.REDEEM)]) -> Any:
    scans = [_scan_or_error(desk, each) for each in body.scans]
    judged = iter(redemptions.redeem(desk.work, [each for each in scans if isinstance(each, Scan)]))
    outcomes = [next(judged) if isinstance(each, Scan) else each for each in scans]
    told_apart = zip(body.scans, outcomes, strict=True)
    return {"outcomes": [_outcome(desk, request, scan.id, outcome) for scan, outcome in told_apart]}


@router.get(
    "/redemptions",
    summary="Toon de verzilveringen",
    description="Een aanbieder ziet de zijne, een inwoner die van zijn eigen tegoeden.",
    response_model=schemas.Page[schemas.Redemption],
)
def list_redemptions(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.SEE_REDEMPTIONS)],
    provider_id: Annotated[QueryId, Query(alias="providerId")] = None,
    entitlement_id: Annotated[QueryId, Query(alias="entitlementId")] = None,
    claim_id: Annotated[QueryId, Query(alias="claimId")] = None,
) -> Any:
    rights = desk.own_rights()
    if entitlement_id is not None:
        rights = frozenset({entitlement_id}) if rights is None else rights & {entitlement_id}
    found = {
        "provider_id": desk.own_provider(provider_id),
        "entitlement_id": rights,
        "claim_id": claim_id,
    }
    rows = lists.page(desk.work, Redemption, after=window.after, limit=window.take, **found)
    return window.page(rows)


@router.get(
    "/redemptions/{id}",
    summary="Toon een verzilvering",
    description="Met haar regels en alles wat er later mee gebeurde.",
    response_model=schemas.RedemptionState,
)
def get_redemption(id: PathId, desk: Annotated[Desk, reading(Action.SEE_REDEMPTIONS)]) -> Any:
    _visible(desk, id)
    (history,) = histories.of_redemptions(desk.work, [id])
    return _state(history)


@router.put(
    "/redemptions/{id}/captures/{followUpId}",
    summary="Rond een reservering af",
    description="Alles, of een deel; wat niet is gebruikt gaat terug naar het tegoed.",
    **made(schemas.FollowUp),
)
def put_capture(
    id: PathId,
    follow_up_id: Annotated[PathId, Path(alias="followUpId")],
    body: Terms,
    response: Response,
    desk: Annotated[Desk, writing(Action.REDEEM)],
) -> Any:
    return _followed(desk, response, FollowUpKind.CAPTURE, redemption_id=id, id=follow_up_id, body=body)


@router.put(
    "/redemptions/{id}/releases/{followUpId}",
    summary="Geef een reservering vrij",
    description="Alles gaat terug naar het tegoed.",
    **made(schemas.FollowUp),
)
def put_release(
    id: PathId,
    follow_up_id: Annotated[PathId, Path(alias="followUpId")],
    body: Terms,
    response: Response,
    desk: Annotated[Desk, writing(Action.REDEEM)],
) -> Any:
    return _followed(desk, response, FollowUpKind.RELEASE, redemption_id=id, id=follow_up_id, body=body)


@router.put(
    "/redemptions/{id}/reversals/{followUpId}",
    summary="Draai een verzilvering terug",
    description="Geheel of per regel een deel; elke regel hoogstens één keer.",
    **made(schemas.FollowUp),
)
def put_reversal(
    id: PathId,
    follow_up_id: Annotated[PathId, Path(alias="followUpId")],
    body: Terms,
    response: Response,
    desk: Annotated[Desk, writing(Action.REVERSE)],
) -> Any:
    return _followed(desk, response, FollowUpKind.REVERSAL, redemption_id=id, id=follow_up_id, body=body)


def _scan(desk: Desk, id: UUID, body: ScanBody) -> Scan:
    """The scan with its code read: pure, and before the first statement of the transaction."""
    content = ScanContent.model_construct(**{name: getattr(body, name) for name in ScanContent.model_fields})
    terms = joined(ScanTerms, content, provider_id=desk.own_provider(body.provider_id))
    reader = codes.reader(desk.acting.municipality_id, desk.keys)
    return Scan(id=id, terms=terms, shown=reader.read(body.code) if body.code is not None else None)


def _scan_or_error(desk: Desk, body: BatchScan) -> Scan | LedgerError:
    try:
        return _scan(desk, body.id, body)
    except LedgerError as error:  # another provider's: this scan only
        return error


def _outcome(desk: Desk, request: Request, id: UUID, outcome: Outcome) -> schemas.BatchOutcome:
    if isinstance(outcome, LedgerError):
        problem = problems.of_error(outcome, problems.language_of_request(request))
        return schemas.BatchOutcome(id=id, status=problem.status, problem=problem)
    status = 201 if desk.is_new(outcome) else 200
    return schemas.BatchOutcome(id=id, status=status, redemption=schemas.Redeemed.model_validate(outcome))


def _followed(
    desk: Desk, response: Response, kind: FollowUpKind, *, redemption_id: UUID, id: UUID, body: Terms
) -> Any:
    _visible(desk, redemption_id)
    order = joined(Order, body, id=id, kind=kind, redemption_id=redemption_id)
    (outcome,) = follow_ups.follow_up(desk.work, [order])
    followed = accepted(outcome)
    told(response, is_new=desk.is_new(desk.find(FollowUp, id, RedemptionNotFound(id=redemption_id))))
    return followed


def _visible(desk: Desk, id: UUID) -> Redemption:
    """The redemption, when it is there and not a stranger's. Raises RedemptionNotFound."""
    otherwise = RedemptionNotFound(id=id)
    row = desk.find(Redemption, id, otherwise)
    if desk.acting.person_id is not None:
        right = desk.find(Entitlement, row.entitlement_id, otherwise)
        desk.require_person(right.holder_id, otherwise)
    else:
        desk.acting.require_provider(row.provider_id, otherwise=otherwise)
    return row


def _state(history: History) -> dict[str, Any]:
    return {
        **history.redemption.model_dump(),
        "lines": history.lines,
        "follow_ups": history.follow_ups,
        "standing_cents": history.standing_cents,
    }
