# SPDX-License-Identifier: EUPL-1.2
"""What routes say about their answers in the OpenAPI document."""

from typing import Any, Final

JSON: Final = "application/json"


def made(model: Any) -> dict[str, Any]:
    """A PUT: 201 the first time, 200 for the same again or an edit."""
    return {
        "response_model": model,
        "responses": {
            200: {"description": "Was al zo vastgelegd, of is nu gewijzigd."},
            201: {"description": "Voor het eerst vastgelegd.", "model": model},
        },
    }


def may_wait(model: Any, waiting: Any) -> dict[str, Any]:
    """As made; 202 where somebody else must approve it first."""
    words = made(model)
    words["responses"][202] = {
        "description": "Wacht op een tweede persoon; er is nog niets gedaan.",
        "model": waiting,
    }
    return words


def tagged(model: Any, *, is_put: bool = False, is_edit: bool = False) -> dict[str, Any]:
    """As made, or a plain answer, with the ETag of reference data."""
    etag = {"headers": {"ETag": {"description": "De versie.", "schema": {"type": "string"}}}}
    words = made(model) if is_put else {"response_model": model, "responses": {200: {}}}
    for answer in words["responses"].values():
        answer |= etag
    if is_put or is_edit:
        words["responses"][412] = {"description": "Intussen gewijzigd: de ETag is een andere."}
    return words


def body(media_type: str, description: str) -> dict[str, Any]:
    """A body that is a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


def file(*media_types: str, description: str) -> dict[str, Any]:
    """An answer that is a file."""
    content: dict[str, Any] = {
        each: {"schema": {"type": "string", "format": "binary"}} for each in media_types
    }
    return {"responses": {200: {"description": description, "content": content}}}
