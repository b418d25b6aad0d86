# SPDX-License-Identifier: EUPL-1.2
"""The reference of the API: the OpenAPI document as a page. Works offline and without scripts."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt

from api.pages.html import page
from ledger.texts import Language

router = APIRouter(include_in_schema=False)

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})
"""Descriptions in an OpenAPI document are CommonMark; HTML inside them stays text."""

_REF: Final = "#/components/schemas/"


@router.get("/v1/docs", response_class=HTMLResponse)
def get_reference(request: Request) -> HTMLResponse:
    """In Dutch, as the document is."""
    document = request.app.openapi()
    return page("De API van Tegoed", "".join(_parts(document)), Language.NL)


def _parts(document: dict[str, Any]) -> Iterator[str]:
    yield f"<p>Versie {escape(document['info']['version'])}. "
    yield '<a href="/v1/openapi.json">Als OpenAPI-document</a>.</p>'
    yield _MARKDOWN.render(document["info"]["description"])
    yield from _index(document)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield from _operation(document, method.upper(), path, operation)
    yield '<h2 id="vormen">Vormen</h2>'
    for name, shape in sorted(document["components"]["schemas"].items()):
        text = json.dumps(shape, indent=2, ensure_ascii=False)
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3><pre>{escape(text)}</pre>'


def _index(document: dict[str, Any]) -> Iterator[str]:
    """Every operation in a line, so that a reader finds one among many."""
    yield '<nav aria-label="Inhoud"><ul>'
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = f"<code>{method.upper()} {escape(path)}</code>"
            target = f'<a href="#{escape(operation["operationId"])}">{escape(operation["summary"])}</a>'
            yield f"<li>{target} {name}</li>"
    yield '<li><a href="#vormen">Vormen</a></li></ul></nav>'


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<section id="{escape(operation["operationId"])}"><h2>{escape(operation["summary"])}</h2>'
    yield f"<p><code>{method} {escape(path)}</code></p><p>{escape(operation['description'])}</p><table>"
    for each in operation.get("parameters", ()):
        yield _row(f"{each['name']} ({each['in']})", escape(each.get("description", "")))
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield _row("inhoud", f"{escape(media_type)} {_shape(content['schema'])}")
    for status, answer in operation["responses"].items():
        answer = _resolved(document, answer)
        shapes = [_shape(each["schema"]) for each in answer.get("content", {}).values() if "schema" in each]
        yield _row(status, f"{escape(answer['description'])} {' '.join(shapes)}")
    yield "</table></section>"


def _resolved(document: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """An answer, or the one in the components that it refers to."""
    name = answer.get("$ref", "").removeprefix("#/components/responses/")
    found: dict[str, Any] = document["components"]["responses"][name] if name else answer
    return found


def _row(name: str, html: str) -> str:
    return f"<tr><th>{escape(name)}</th><td>{html}</td></tr>"


def _shape(schema: dict[str, Any]) -> str:
    """Links to the shapes a schema names."""
    refs = [schema.get("$ref")] + [each.get("$ref") for each in schema.get("anyOf", schema.get("oneOf", ()))]
    names = [ref.removeprefix(_REF) for ref in refs if ref]
    return ", ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in names)
