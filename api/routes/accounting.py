# SPDX-License-Identifier: EUPL-1.2
"""Accounting: the books of a period as files for accountants, and the close of a year."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api import spooled
from api.answers import file
from api.deps import Desk, TheHouse, may, reading
from api.schemas import Answer, Instant
from ledger import accounting, year_close
from ledger.db import Work
from ledger.inputs import Day, Moment
from ledger.roles import ActingAs, Action
from ledger.rules.facts import Law

router = APIRouter(tags=["accounting"])

XML, CSV = "application/xml", "text/csv"

First: TypeAlias = Annotated[
    Day, Query(alias="from", description="Eerste dag; het gaat om de dag van boeken.")
]
Last: TypeAlias = Annotated[Day, Query(description="Laatste dag, inclusief.")]


class Figures(Answer):
    """Where money is. funded = left + committed + reserved + used; used = payable + settled - receivable."""

    funded_cents: int
    left_cents: int
    committed_cents: int
    reserved_cents: int
    used_cents: int
    settled_cents: int
    payable_cents: int
    in_payment_cents: int
    paid_cents: int
    receivable_cents: int


class BudgetClose(Answer):
    """One budget of the year."""

    budget_id: UUID
    programme: str
    law: Law
    figures: Figures


class Proof(Answer):
    """One figure of this year's and all other budgets, against the accounts of the books."""

    figure: str
    this_year_cents: int
    other_years_cents: int
    books_cents: int
    agrees: bool


class YearClose(Answer):
    """A year as known at an instant, and whether it agrees with the books."""

    year: int
    at: Instant
    agrees: bool
    rows: tuple[BudgetClose, ...]
    total: Figures
    proofs: tuple[Proof, ...]


@router.get(
    "/audit-file",
    summary="Haal de auditfile van een periode op",
    description="XML Auditfile Financieel 3.2 van een periode binnen één kalenderjaar. Alleen geld, per "
    "budget en per aanbieder; nooit per inwoner.",
    response_class=Response,
    **file(XML, description="De auditfile."),
)
def get_audit_file(
    first_day: First, until: Last, house: TheHouse, acting: Annotated[ActingAs, may(Action.SEE_ENTRIES)]
) -> Response:
    made = _pieces(accounting.audit_file, first_day, until)
    return spooled.sent(house, acting, made, media_type=XML, name=f"auditfile-{first_day}-{until}.xaf")


@router.get(
    "/journal",
    summary="Haal het journaal van een periode op",
    description="CSV met een regel voor elke debet- en creditzijde, in hele centen.",
    response_class=Response,
    **file(CSV, description="Het journaal."),
)
def get_journal(
    first_day: First, until: Last, house: TheHouse, acting: Annotated[ActingAs, may(Action.SEE_ENTRIES)]
) -> Response:
    made = _pieces(accounting.journal, first_day, until)
    return spooled.sent(house, acting, made, media_type=CSV, name=f"journaal-{first_day}-{until}.csv")


@router.get(
    "/year-close/{year}",
    summary="Toon de jaarafsluiting",
    description="Per budget van een jaar waar het geld is, zoals bekend op een moment, met de aansluiting op "
    "de boeken.",
    response_model=YearClose,
)
def get_year_close(
    year: Annotated[int, Path(ge=1800, le=2999, description="Kalenderjaar van de budgetten.")],
    desk: Annotated[Desk, reading(Action.SEE_ENTRIES)],
    at: Annotated[Moment | None, Query(description="Zoals toen bekend; zonder: nu.")] = None,
) -> Any:
    return year_close.close(desk.work, year, at=at)


def _pieces(
    made: Callable[[Work, date, date], Iterator[bytes]], first_day: date, last_day: date
) -> Callable[[Desk, Any], None]:
    """What writes these pieces of a period."""

    def write(desk: Desk, target: Any) -> None:
        for piece in made(desk.work, first_day, last_day):
            target.write(piece)

    return write
