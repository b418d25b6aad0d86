# SPDX-License-Identifier: EUPL-1.2
"""What was typed in a form is kept over logging in: hidden on the page where one does, and asked again after.

It travels with the browser alone, so that nothing of it is kept here of somebody whom nobody knows yet. It is
never sent on by itself: whoever logged in, perhaps somebody else, presses the button. Files are not kept.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import quote_plus

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.exceptions import HTTPException

from api.pages import paths

FIELDS_MAX: Final = 2100
"""More than the fields of the largest form: a thousand lines to mark."""

LONGEST: Final = 50_000
"""How many bytes are kept, as a form sends them: fewer than the page where one logs in may be sent. Of a
longer form nothing is kept."""


def _local(path: str) -> str:
    if paths.local(path) is None:
        raise ValueError("is no page of ours")
    return path


class Kept(BaseModel):
    """A form that waits until somebody has logged in."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    path: Annotated[str, StringConstraints(max_length=500), AfterValidator(_local)]
    """Where it goes: always a page of ours."""
    fields: Annotated[tuple[tuple[str, str], ...], Field(max_length=FIELDS_MAX)]


def read(text: str) -> Kept | None:
    """What a page of ours holds; None: nothing, or nothing that we can have written."""
    if not text or not _fits(text):
        return None
    try:
        return Kept.model_validate_json(text)
    except ValidationError:
        return None


async def of_request(request: Request) -> Kept | None:
    """The form that came too late; None where it holds nothing that somebody typed."""
    if request.method != "POST":
        return None
    try:
        async with request.form(max_files=1, max_fields=FIELDS_MAX) as form:
            fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    except HTTPException:
        return None
    return _whole(_asked(request), fields)


def bare(request: Request) -> Kept:
    """A button without a field, at an address that was judged to be ours."""
    return Kept(path=paths.local(_asked(request)) or request.url.path, fields=())


def _whole(path: str, fields: Sequence[tuple[str, str]]) -> Kept | None:
    if not fields:
        return None
    kept: dict[str, Any] = {"path": path, "fields": tuple(fields)}
    try:
        found = Kept.model_validate(kept)
    except ValidationError:
        return None
    return found if _fits(found.model_dump_json()) else None


def _fits(text: str) -> bool:
    return len(text) <= LONGEST and len(quote_plus(text)) <= LONGEST


def _asked(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
