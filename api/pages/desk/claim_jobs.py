# SPDX-License-Identifier: EUPL-1.2
"""How a claims file is judged, or booked, as a job; and what came of it, line by line."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from api import problems
from api.deps import Desk
from api.jobs import Doer, Piece, Stopped, Tell
from ledger import claims, jobs
from ledger.claims import BadLine, ClaimOrder, ClaimRefused
from ledger.roles import Action
from ledger.tables import Job
from ledger.texts import Language
from ledger.units import Unit

BAD_MAX: Final = 200
"""How many bad lines a page tells of."""


@dataclass(kw_only=True)
class Came:
    """What came of a file, in terms of JSON."""

    lines: int = 0
    """How many it has."""
    good: int = 0
    price_cents: int = 0
    """Of the good lines together."""
    quantities: dict[str, int] = field(default_factory=dict)
    """Of the good lines together, by unit."""
    bad: int = 0
    faults: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The first bad lines with every reason, in each language."""
    claim_id: str = ""
    """The claim that was booked."""

    @property
    def units(self) -> list[tuple[Unit, int]]:
        """The sums by unit."""
        return [(Unit(unit), quantity) for unit, quantity in sorted(self.quantities.items())]


def _read(desk: Desk, job: Job, tell: Tell) -> Piece:
    """Nothing of a claim with a bad line is booked."""
    assert desk.acting.provider_id is not None, "the desk is for providers"
    (file,) = jobs.files(desk.work, desk.keys, job, 1)
    order = claims.of_file(desk.acting.provider_id, file.content)
    if job.is_trial:
        return _judged(desk, order, tell)
    try:
        row = claims.claim(desk.work, order, tell)
    except ClaimRefused as refused:
        raise Stopped(error=refused, outcome=_bad(order, refused.lines)) from None
    came = Came(lines=row.lines, good=row.lines, price_cents=row.price_cents, claim_id=str(row.id))
    return Piece(outcome=asdict(came))


def _judged(desk: Desk, order: ClaimOrder, tell: Tell) -> Piece:
    verdict = claims.judge(desk.work, order, tell)
    sums = {
        "good": verdict.good,
        "price_cents": verdict.price_cents,
        "quantities": {unit.value: quantity for unit, quantity in verdict.quantities.items()},
    }
    return Piece(outcome=_bad(order, verdict.bad) | sums)


def _bad(order: ClaimOrder, bad: Sequence[BadLine]) -> dict[str, Any]:
    faults = {
        language.value: [problems.line(each, language).model_dump(mode="json") for each in bad[:BAD_MAX]]
        for language in Language
    }
    return asdict(Came(lines=len(order.lines), bad=len(bad), faults=faults))


CLAIMING: Final = Doer(action=Action.CLAIM, do=_read)
"""How the job is done."""
