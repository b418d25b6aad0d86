# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document: what FastAPI finds, with the answers every route can give and the words we owe.

`python -m api.openapi` rewrites docs/openapi.json; a test compares them.
"""

import json
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from api import schemas

FILE: Final = Path(__file__).parents[1] / "docs" / "openapi.json"

router = APIRouter(include_in_schema=False)

_DESCRIPTION: Final = """\
Grootboek van vouchers, trekkingsrechten (pgb) en arrangementen van een gemeente.

* **Wie**: `Authorization: Bearer tgd_…`. Elke sleutel hoort bij één account van één gemeente; wat van een \
ander is bestaat niet (404).
* **Feiten**: `PUT` met een id (UUID versie 7) dat de maker van het feit maakt. De eerste keer 201, opnieuw \
met dezelfde inhoud 200 en hetzelfde antwoord, met andere inhoud 409.
* **Weigeringen**: `application/problem+json` met een vaste `code` en bij een verzilvering elke reden. De \
taal volgt `Accept-Language` (nl, en).
* **Bedragen** zijn hele eurocenten, hoeveelheden hele eenheden. Momenten hebben een tijdzone en komen terug \
in UTC; dagen zijn Nederlandse kalenderdagen, de laatste telt mee.
* **Lijsten**: `limit` en `after`; `next` is het adres van het volgende deel.
* **Namen** van velden zijn Engels; de woordenlijst staat in docs/glossary.md.
"""

_CONTACT: Final = {"name": "Tegoed", "url": "https://example.org/placeholder/tegoed"}
_LICENCE: Final = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}

_PROBLEMS: Final = {
    "400": "De invoer klopt niet; errors noemt elke plaats.",
    "401": "Geen sleutel, of een die niets opent.",
    "403": "Uw rol mag dit niet.",
    "404": "Dit bestaat niet, of is niet van u.",
    "409": "Geweigerd door een regel, of er is al iets anders onder dit id.",
    "412": "Intussen gewijzigd: de ETag is een andere.",
    "413": "De inhoud is te groot.",
    "500": "Er ging bij ons iets mis.",
    "503": "De database is even niet bereikbaar; stuur hetzelfde opnieuw.",
}
_WITHOUT_KEY: Final = ("500", "503")
_SUCCESS: Final = "Gelukt."
_VERSION: Final = {"$ref": "#/components/headers/API-Version"}


@router.get("/v1/openapi.json")
def get_openapi_document(request: Request) -> JSONResponse:
    """Public, and readable by any web page."""
    return JSONResponse(request.app.openapi(), headers={"Access-Control-Allow-Origin": "*"})


class Documented(FastAPI):
    """An application that gives our document; it is made once."""

    def openapi(self) -> dict[str, Any]:
        """The whole document."""
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        routes=app.routes,
        description=_DESCRIPTION,
        contact=_CONTACT,
        license_info=_LICENCE,
        servers=[{"url": "/", "description": "Deze installatie."}],
        separate_input_output_schemas=False,
    )
    shapes = found["components"]["schemas"]
    _add_problem(shapes)
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    for shape in shapes.values():
        _without_english(shape)
    found["components"]["headers"] = {
        "API-Version": {
            "description": "De versie van de API.",
            "required": True,
            "schema": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        }
    }
    found["components"]["responses"] = {f"Problem{each}": _refusal(each) for each in _PROBLEMS}
    for path in found["paths"].values():
        for operation in path.values():
            _complete(operation)
    return found


def _add_problem(shapes: dict[str, Any]) -> None:
    """The shape of every refusal, which no route names itself."""
    shape = schemas.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes |= shape.pop("$defs")
    shapes["Problem"] = shape


def _without_english(shape: Any) -> None:
    """Docstrings are for programmers; the document speaks Dutch."""
    if isinstance(shape, dict):
        if isinstance(shape.get("description"), str):
            del shape["description"]
        for inner in shape.values():
            _without_english(inner)
    if isinstance(shape, list):
        for inner in shape:
            _without_english(inner)


def _refusal(status: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": _PROBLEMS[status], "content": content, "headers": {"API-Version": _VERSION}}


def _complete(operation: dict[str, Any]) -> None:
    """Every answer an operation can give, each with our headers."""
    answers = operation["responses"]
    answers.pop("422", None)
    for answer in answers.values():
        if answer.get("description", "Successful Response") == "Successful Response":
            answer["description"] = _SUCCESS
    wanted = set(_PROBLEMS if operation.get("security") else _WITHOUT_KEY)
    if "requestBody" not in operation:
        wanted -= {"413"}
    if "412" not in answers:
        wanted -= {"412"}
    for status in sorted(wanted):
        answers[status] = {"$ref": f"#/components/responses/Problem{status}"}
    for answer in answers.values():
        if "$ref" not in answer:
            answer.setdefault("headers", {})["API-Version"] = _VERSION


def text() -> str:
    """The document as it is in docs."""
    from api.app import build
    from api.deps import House
    from ledger import db

    app = build(House(engine=db.connect("sqlite://"), keyring={}))
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
