# SPDX-License-Identifier: EUPL-1.2
"""The statement of a settlement: what a provider was paid for, as a document, a workbook or CSV."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response

from api import spooled
from api.answers import file
from api.deps import Desk, PathId, TheHouse, may
from api.problems import language_of_request
from ledger import statements
from ledger.roles import ActingAs, Action
from ledger.statements import Form, SettlementNotFound

router = APIRouter(tags=["settlements"])

PDF, CSV = "application/pdf", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_SENT_AS: Final = {
    Form.PDF: (PDF, "afrekening-{id}.pdf"),
    Form.CSV: (CSV, "afrekening-{id}.csv"),
    Form.HELD_CSV: (CSV, "afrekening-{id}-aangehouden.csv"),
    Form.XLSX: (XLSX, "afrekening-{id}.xlsx"),
}
"""Media type and name of each form."""


@router.get(
    "/settlements/{id}/statement",
    summary="Haal de specificatie van een afrekening op",
    description="Elke regel met haar verzilvering, correcties, verrekeningen en wat is aangehouden. Een pdf, "
    "of wat format of de kop Accept vraagt, in de taal van Accept-Language. De pdf noemt hoogstens 2000 "
    "regels; csv en xlsx noemen ze alle. Een aanbieder ziet alleen de zijne.",
    response_class=Response,
    **file(PDF, CSV, XLSX, description="De specificatie."),
)
def get_statement(
    id: PathId,
    request: Request,
    house: TheHouse,
    acting: Annotated[ActingAs, may(Action.SEE_SETTLEMENTS)],
    asked: Annotated[
        Form | None,
        Query(alias="format", description="Gaat voor de kop Accept; held-csv is wat is aangehouden."),
    ] = None,
    accept: Annotated[str, Header(description=f"{PDF}, {CSV} of {XLSX}")] = PDF,
) -> Response:
    form = asked or _accepted(accept)
    media_type, name = _SENT_AS[form]

    def made(desk: Desk, target: Any) -> None:
        provider_id = statements.get(desk.work, id).provider_id
        acting.require_provider(provider_id, otherwise=SettlementNotFound(id=id))
        statements.write(statements.compose(desk.work, id, language_of_request(request)), form, target)

    return spooled.sent(house, acting, made, media_type=media_type, name=name.format(id=id))


def _accepted(accept: str) -> Form:
    """What the Accept header names; a document where it names none of them."""
    for media_type, form in ((PDF, Form.PDF), (XLSX, Form.XLSX), (CSV, Form.CSV)):
        if media_type in accept:
            return form
    return Form.PDF
