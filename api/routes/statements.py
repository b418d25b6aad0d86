# SPDX-License-Identifier: EUPL-1.2
"""The statement of a settlement: what a provider was paid for, as a document, a workbook or CSV."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api import schemas, schemas_settling, spooled
from api.answers import file
from api.deps import AWindow, Desk, House, PathId, TheHouse, may, reading
from api.problems import language_of_request
from ledger import statements, unsettled
from ledger.inputs import Id7
from ledger.providers import ProviderUnknown
from ledger.roles import ActingAs, Action
from ledger.statements import Composed, Form, SettlementNotFound, StatementNotFound
from ledger.tables import Provider

router = APIRouter(tags=["settlements"])

PDF, CSV = "application/pdf", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_SENT_AS: Final = {
    Form.PDF: (PDF, "afrekening-{id}.pdf"),
    Form.CSV: (CSV, "afrekening-{id}.csv"),
    Form.HELD_CSV: (CSV, "afrekening-{id}-aangehouden.csv"),
    Form.COMPUTED_CSV: (CSV, "afrekening-{id}-berekend.csv"),
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
        Query(
            alias="format",
            description="Gaat voor de kop Accept; held-csv is wat is aangehouden, computed-csv "
            "wat is berekend.",
        ),
    ] = None,
    accept: Annotated[str, Header(description=f"{PDF}, {CSV} of {XLSX}")] = PDF,
) -> Response:
    language = language_of_request(request)

    def composed(desk: Desk) -> Composed:
        provider_id = statements.get(desk.work, id).provider_id
        acting.require_provider(provider_id, otherwise=SettlementNotFound(id=id))
        return statements.compose(desk.work, id, language)

    return _sent(house, acting, composed, asked or _accepted(accept), name=id)


@router.get(
    "/settlement-runs/{id}/statements/{providerId}",
    summary="Haal de specificatie van een aanbieder in een betaalrun op",
    description="Ook waar de run niets met de aanbieder heeft afgerekend: dan staat er waarom, en wat er nog "
    "openstaat. Vormen en taal als bij een afrekening. Een aanbieder ziet alleen de zijne.",
    response_class=Response,
    **file(PDF, CSV, XLSX, description="De specificatie."),
)
def get_statement_in_run(
    id: PathId,
    provider_id: Annotated[Id7, Path(alias="providerId")],
    request: Request,
    house: TheHouse,
    acting: Annotated[ActingAs, may(Action.SEE_SETTLEMENTS)],
    asked: Annotated[
        Form | None,
        Query(alias="format", description="Gaat voor de kop Accept; held-csv is wat is aangehouden."),
    ] = None,
    accept: Annotated[str, Header(description=f"{PDF}, {CSV} of {XLSX}")] = PDF,
) -> Response:
    acting.require_provider(provider_id, otherwise=StatementNotFound(run_id=id, provider_id=provider_id))
    language = language_of_request(request)

    def composed(desk: Desk) -> Composed:
        return statements.compose_in_run(desk.work, id, provider_id, language)

    return _sent(house, acting, composed, asked or _accepted(accept), name=f"{id}-{provider_id}")


@router.get(
    "/providers/{id}/unsettled-runs",
    summary="Toon welke betaalruns niets met een aanbieder afrekenden",
    description="Terwijl er wel iets openstond; met waarom. De nieuwste eerst. Een aanbieder ziet de zijne.",
    response_model=schemas.Page[schemas_settling.Unsettled],
)
def list_unsettled_runs(
    id: PathId, window: AWindow, desk: Annotated[Desk, reading(Action.SEE_SETTLEMENTS)]
) -> Any:
    otherwise = ProviderUnknown(id=id)
    desk.acting.require_provider(id, otherwise=otherwise)
    desk.find(Provider, id, otherwise)
    rows = unsettled.of_provider(desk.work, id, before=window.after, limit=window.take)
    return window.page(rows, by=lambda row: row.run_id)


def _sent(
    house: House, acting: ActingAs, composed: Callable[[Desk], Composed], form: Form, *, name: object
) -> Response:
    media_type, file_name = _SENT_AS[form]

    def made(desk: Desk, target: Any) -> None:
        statements.write(composed(desk), form, target)

    return spooled.sent(house, acting, made, media_type=media_type, name=file_name.format(id=name))


def _accepted(accept: str) -> Form:
    """What the Accept header names; a document where it names none of them."""
    for media_type, form in ((PDF, Form.PDF), (XLSX, Form.XLSX), (CSV, Form.CSV)):
        if media_type in accept:
            return form
    return Form.PDF
