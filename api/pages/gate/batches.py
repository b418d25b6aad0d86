# SPDX-License-Identifier: EUPL-1.2
"""Allocations by file: message 301 of iWmo and iJw, first tried without keeping anything, then read."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Response

from api.deps import Desk
from api.pages.faults import Told, told
from api.pages.visit import AForm, Sent, Visit, visit
from ledger import allocations
from ledger.allocations import Imported
from ledger.errors import LedgerError
from ledger.formats import iwmo301
from ledger.roles import Action

router = APIRouter(include_in_schema=False)

Granting = Annotated[Visit, visit(Action.GRANT)]


@router.get("/batches")
def get_batches(visit: Granting) -> Response:
    """Where a file is chosen."""
    return _batches(visit)


@router.post("/batches")
def post_batch(visit: Granting, form: AForm) -> Response:
    """What the message does, or would do; it is read whole or not at all, and twice is once."""
    is_trial = form.one("mode") != "keep"
    try:
        if is_trial:
            outcome = visit.tried(lambda desk: _read(desk, form))
        else:
            with visit.house.writing(visit.acting) as desk:
                outcome = _read(desk, form)
    except LedgerError as error:
        return _batches(visit, refusal=told(error, visit.language))
    return _batches(visit, outcome=outcome, is_trial=is_trial)


def _read(desk: Desk, form: Sent) -> Imported:
    """Raises what is wrong with the file, and what refuses the message."""
    (outcome,) = allocations.import_messages(desk.work, desk.keys, [iwmo301.read(form.file)])
    if isinstance(outcome, LedgerError):
        raise outcome
    return outcome


def _batches(
    visit: Visit,
    *,
    refusal: Told | None = None,
    outcome: Imported | None = None,
    is_trial: bool = False,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        return {"outcome": outcome, "is_trial": is_trial}

    return visit.shown("gate/batches.html", content, refusal=refusal)
