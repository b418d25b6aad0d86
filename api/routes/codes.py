# SPDX-License-Identifier: EUPL-1.2
"""Codes: issued, printed, revoked; and the public keys that check them offline."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api import schemas, schemas_rights
from api.answers import file, made
from api.deps import (
    AWindow,
    Desk,
    PathId,
    TheHouse,
    accepted,
    everything,
    joined,
    may,
    reading,
    told,
    writing,
)
from api.problems import language_of_request
from ledger import codes, letters, lists
from ledger.codes import CodeNotFound, IssueOrder, IssueTerms, RequestOrder, RequestTerms
from ledger.entitlements import EntitlementNotFound
from ledger.formats import letter, qr
from ledger.roles import ActingAs, Action
from ledger.tables import Code, Entitlement

router = APIRouter(tags=["codes"])

PNG, SVG = "image/png", "image/svg+xml"


@router.put(
    "/codes/{id}",
    summary="Geef een code uit",
    description="De tekst van de QR-code en de code om over te typen. Met replace worden eerdere codes van "
    "het tegoed ingetrokken; het saldo blijft gelijk.",
    **made(schemas_rights.IssuedCode),
)
def put_code(
    id: PathId, body: IssueTerms, response: Response, desk: Annotated[Desk, writing(Action.ISSUE_CODES)]
) -> Any:
    (outcome,) = codes.issue(desk.work, desk.keys, [joined(IssueOrder, body, id=id)])
    issued = accepted(outcome)
    told(response, is_new=desk.is_new(codes.get(desk.work, id)))
    return issued


@router.get(
    "/codes/{id}",
    summary="Toon een code",
    description="Wanneer hij is uitgegeven, verloopt en is ingetrokken; niet wat hem opent.",
    response_model=schemas_rights.Code,
)
def get_code(id: PathId, desk: Annotated[Desk, reading(Action.ISSUE_CODES)]) -> Any:
    return codes.get(desk.work, id)


@router.get(
    "/entitlements/{id}/codes",
    summary="Toon de codes van een tegoed",
    description="Ook de ingetrokken en de verlopen codes, de oudste eerst.",
    response_model=schemas.Page[schemas_rights.Code],
)
def list_codes(id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.ISSUE_CODES)]) -> Any:
    desk.find(Entitlement, id, EntitlementNotFound(id=id))
    rows = lists.page(desk.work, Code, after=window.after, limit=window.take, entitlement_id=id)
    return window.page(rows)


@router.get(
    "/codes/{id}/qr",
    summary="Toon een code als QR",
    description="Een tekening (SVG), of een foto (PNG) als de kop Accept daarom vraagt.",
    response_class=Response,
    **file(SVG, PNG, description="De QR-code."),
)
def get_qr(
    id: PathId,
    desk: Annotated[Desk, reading(Action.ISSUE_CODES)],
    accept: Annotated[str, Header(description="image/svg+xml of image/png")] = SVG,
) -> Response:
    row = codes.get(desk.work, id)
    right = desk.find(Entitlement, row.entitlement_id, CodeNotFound(id=id))
    text = codes.printed(row, right, desk.keys).token
    if PNG in accept:
        return Response(qr.png(text, module_px=8), media_type=PNG)
    return Response(qr.svg(text), media_type=SVG)


@router.get(
    "/codes/{id}/letter",
    summary="Druk de brief met een code af",
    description="Een A4 in pdf, in de taal van Accept-Language. Wordt genoteerd als een blik op de inwoner.",
    response_class=Response,
    **file("application/pdf", description="De brief."),
)
def get_letter(
    id: PathId, request: Request, house: TheHouse, acting: Annotated[ActingAs, may(Action.ISSUE_CODES)]
) -> Response:
    with house.writing(acting) as desk:
        page = letters.compose(desk.work, desk.keys, id, language_of_request(request))
    return Response(letter.pdf(page), media_type="application/pdf")


@router.post(
    "/codes/{id}/_revoke",
    summary="Trek een code in",
    description="De code opent niets meer; het saldo blijft. Opnieuw intrekken wijzigt niets.",
    response_model=schemas_rights.Code,
)
def revoke_code(id: PathId, desk: Annotated[Desk, writing(Action.ISSUE_CODES)]) -> Any:
    (row,) = codes.revoke(desk.work, [id])
    return row


@router.post(
    "/entitlements/{id}/_block-codes",
    summary="Blokkeer de codes van een tegoed",
    description="Voor de inwoner, of wie voor hem mag handelen, als de brief kwijt is. Geen code opent het "
    "tegoed meer tot de gemeente een nieuwe uitgeeft; het saldo blijft. Opnieuw blokkeren wijzigt niets.",
    response_model=schemas.Page[schemas_rights.Code],
)
def block_codes(id: PathId, desk: Annotated[Desk, writing(Action.BLOCK_CODES)]) -> Any:
    right = desk.find(Entitlement, id, EntitlementNotFound(id=id))
    desk.require_person(right.holder_id, EntitlementNotFound(id=id))
    codes.block(desk.work, id)
    return everything(codes.of_entitlement(desk.work, id))


@router.put(
    "/code-requests/{id}",
    summary="Vraag om een nieuwe code",
    description="Voor de inwoner, of wie voor hem mag handelen, als geen code meer werkt. De vraag staat bij "
    "de poortwachters tot er een nieuwe code is.",
    **made(schemas.CodeRequest),
)
def put_code_request(
    id: PathId, body: RequestTerms, response: Response, desk: Annotated[Desk, writing(Action.ASK_FOR_CODE)]
) -> Any:
    right = desk.find(Entitlement, body.entitlement_id, EntitlementNotFound(id=body.entitlement_id))
    desk.require_person(right.holder_id, EntitlementNotFound(id=right.id))
    row = codes.ask(desk.work, joined(RequestOrder, body, id=id))
    told(response, is_new=desk.is_new(row))
    return row


@router.get(
    "/code-keys",
    summary="Toon de openbare sleutels van codes",
    description="Hiermee kan een scanner zonder netwerk zien of een code van deze gemeente is.",
    response_model=schemas.Page[schemas_rights.CodeKey],
    tags=["code-keys"],
)
def list_code_keys(house: TheHouse, acting: Annotated[ActingAs, may(Action.SEE_CATALOGUE)]) -> Any:
    keys = house.keys_of(acting)
    return everything(
        [
            schemas_rights.CodeKey(
                key_id=each.key_id.hex(),
                public_key=base64.b64encode(each.point).decode(),
                signs=each.key_id == keys.signing.public.key_id,
            )
            for each in keys.public_keys
        ]
    )
