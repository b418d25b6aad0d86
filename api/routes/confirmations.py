# SPDX-License-Identifier: EUPL-1.2
"""What residents say of what was used, and what they are asked."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api import schemas, schemas_confirmations
from api.answers import made
from api.deps import AWindow, Desk, PathId, QueryId, everything, joined, reading, told, writing
from ledger import confirmations
from ledger.confirmations import WordOrder, WordTerms
from ledger.roles import Action
from ledger.scans import RedemptionNotFound
from ledger.tables import Entitlement, Redemption

router = APIRouter(tags=["confirmations"])


@router.put(
    "/redemptions/{id}/words/{wordId}",
    summary="Bevestig of betwist een verzilvering",
    description="Door de inwoner, of wie voor hem mag handelen; een medewerker schrijft op wat er is verteld "
    "en door wie (toldBy). Zonder regels gaat het over alle regels. Een betwiste regel wordt niet betaald "
    "tot de inwoner dat terugneemt of een ander erover beslist. Wat al is afgerekend, wordt niet vanzelf "
    "teruggehaald.",
    **made(schemas_confirmations.Word),
)
def put_word(
    id: PathId,
    word_id: Annotated[PathId, Path(alias="wordId")],
    body: WordTerms,
    response: Response,
    desk: Annotated[Desk, writing(Action.CONFIRM_USE)],
) -> Any:
    _require_visible(desk, id)
    said = confirmations.say(desk.work, joined(WordOrder, body, id=word_id, redemption_id=id))
    told(response, is_new=desk.is_new(said))
    return said


@router.get(
    "/redemptions/{id}/words",
    summary="Toon wat de inwoner van een verzilvering zegt",
    description="Alles, het oudste eerst. Niet voor de aanbieder.",
    response_model=schemas.Page[schemas_confirmations.Word],
)
def list_words(id: PathId, desk: Annotated[Desk, reading(Action.SEE_REDEMPTIONS)]) -> Any:
    _require_visible(desk, id)
    return everything(confirmations.words(desk.work, id))


@router.get(
    "/unconfirmed-lines",
    summary="Toon wat een inwoner nog moet bekijken",
    description="Regels die niet zijn afgerekend en waarvan de inwoner nog niets zei, onder een regeling die "
    "daarom vraagt; mayBePaid zegt of zo'n regel ook zonder antwoord wordt betaald.",
    response_model=schemas.Page[schemas_confirmations.UnconfirmedLine],
)
def list_unconfirmed_lines(
    window: AWindow,
    desk: Annotated[Desk, reading(Action.CONFIRM_USE)],
    entitlement_id: Annotated[QueryId, Query(alias="entitlementId")] = None,
) -> Any:
    rights = desk.own_rights()
    if entitlement_id is not None:
        rights = frozenset({entitlement_id}) if rights is None else rights & {entitlement_id}
    return window.page(confirmations.waiting(desk.work, rights=rights, after=window.after, limit=window.take))


def _require_visible(desk: Desk, id: UUID) -> None:
    """The redemption is there, and not a stranger's; to a provider it is not. Raises RedemptionNotFound."""
    otherwise = RedemptionNotFound(id=id)
    redemption = desk.find(Redemption, id, otherwise)
    right = desk.find(Entitlement, redemption.entitlement_id, otherwise)
    desk.require_person(right.holder_id, otherwise)
