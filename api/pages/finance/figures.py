# SPDX-License-Identifier: EUPL-1.2
"""What people enter for terms of contracts (evidence, costs, numbers of people) and the statutory rates."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.deps import Desk, PathId
from api.pages.amounts import BasisPoints, CentsOrZero, Whole
from api.pages.faults import Told
from api.pages.visit import AForm, Done, Sent, Some, Visit, names, typed, visit
from ledger import lists, statutory_rates, term_figures
from ledger.contracts import ContractUnknown
from ledger.ids import uuid7
from ledger.inputs import Day
from ledger.roles import Action
from ledger.rules.terms_facts import PopulationGroup
from ledger.statutory_rates import RateAdded
from ledger.tables import Contract, HistoricalCost, PopulationFigure, StatutoryRates, TermEvidence
from ledger.term_figures import CostInput, EvidenceInput, PopulationInput

router = APIRouter(include_in_schema=False)

EACH_MAX: Final = 50
"""How many figures of each kind are shown, the newest first."""

_TYPED: Final = ("number", "first", "last", "available", "costYear", "cost", "group", "year", "persons")

Seeing = Annotated[Visit, visit(Action.SEE_TERM_FIGURES)]
Entering = Annotated[Visit, visit(Action.ENTER_TERM_FIGURES)]


class _Numbers(BaseModel):
    """What is typed as a number; only what its form asks."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    number: Whole = 1
    available: Whole = 0
    year: Whole = 2000
    persons: Whole = 0


class _Cost(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    cost_year: Annotated[Whole, Field(ge=2000, le=2099)]
    """Judged here too, so that what is wrong is told at the year of a cost."""
    cost: CentsOrZero


class _Rate(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    from_day: Day
    rate: BasisPoints


@router.get("/contracts/{id}/figures")
def get_figures(id: PathId, visit: Seeing, done: Done = None) -> Response:
    """What was entered, the newest first; of one period, year or group the newest counts."""
    return _figures(visit, id, done=done)


@router.post("/contracts/{id}/figures/evidence")
def post_evidence(id: PathId, visit: Entering, form: AForm) -> Response:
    """What was shown to be available in an instalment."""

    def act(desk: Desk) -> str:
        numbers = _Numbers.model_validate({name: form.one(name) for name in ("number", "available")})
        content = {"id": form.one("id"), "contractId": id, "number": numbers.number}
        content |= {"first": form.one("first"), "last": form.one("last"), "available": numbers.available}
        term_figures.put_evidence(desk.work, [EvidenceInput.model_validate(content)])
        return f"/contracts/{id}/figures"

    return _entered(visit, id, form, act)


@router.post("/contracts/{id}/figures/costs")
def post_cost(id: PathId, visit: Entering, form: AForm) -> Response:
    """What the function of the contract cost in a year."""

    def act(desk: Desk) -> str:
        asked = _Cost.model_validate({name: form.one(name) for name in ("costYear", "cost")})
        content = {"id": form.one("id"), "contractId": id, "year": asked.cost_year, "cents": asked.cost}
        term_figures.put_historical_cost(desk.work, [CostInput.model_validate(content)])
        return f"/contracts/{id}/figures"

    return _entered(visit, id, form, act)


@router.post("/contracts/{id}/figures/population")
def post_population(id: PathId, visit: Entering, form: AForm) -> Response:
    """How many people of a group there are: of the municipality, whatever the contract."""

    def act(desk: Desk) -> str:
        numbers = _Numbers.model_validate({name: form.one(name) for name in ("year", "persons")})
        content = {"id": form.one("id"), "group": form.one("group"), "year": numbers.year}
        given = PopulationInput.model_validate(content | {"persons": numbers.persons})
        term_figures.put_population(desk.work, [given])
        return f"/contracts/{id}/figures"

    return _entered(visit, id, form, act)


@router.get("/demands/rates")
def get_rates(visit: Annotated[Visit, visit(Action.SEE_SETTLEMENTS)], done: Done = None) -> Response:
    """The statutory rates that were entered, those that count first."""
    return _rates(visit, done=done)


@router.post("/demands/rates")
def post_rates(visit: Annotated[Visit, visit(Action.DEMAND)], form: AForm) -> Response:
    """A rate from a day on, after those that are known."""

    def act(desk: Desk) -> str:
        asked = _Rate.model_validate({name: form.one(name) for name in ("fromDay", "rate")})
        content: dict[str, Any] = {name: form.one(name) for name in ("id", "knownUntil", "source")}
        content |= {"fromDay": asked.from_day, "basisPoints": asked.rate}
        statutory_rates.add(desk.work, RateAdded.model_validate(content))
        return "/demands/rates"

    return visit.acted(act, done="figure", otherwise=lambda why: _rates(visit, refusal=why, form=form))


def _entered(visit: Visit, id: UUID, form: Sent, act: Any) -> Response:
    return visit.acted(act, done="figure", otherwise=lambda why: _figures(visit, id, refusal=why, form=form))


def _figures(
    visit: Visit,
    id: UUID,
    *,
    done: str | None = None,
    refusal: Told | None = None,
    form: Sent | None = None,
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        contract = desk.find(Contract, id, ContractUnknown(id=id))
        evidence = _newest(desk, TermEvidence, contract_id=id)
        costs = _newest(desk, HistoricalCost, contract_id=id)
        people = _newest(desk, PopulationFigure)
        who = {row.actor_id for each in (evidence, costs, people) for row in each.rows}
        return {
            "contract": contract,
            "evidence": evidence,
            "costs": costs,
            "people": people,
            "names": names(desk, who),
            "groups": list(PopulationGroup),
            # An id that was used for another figure is of no more use.
            "new_ids": [form.one("id")] * 3
            if form and not _is_taken(refusal)
            else [uuid7() for _ in range(3)],
            "typed": typed(form, *_TYPED),
        }

    return visit.shown("finance/figures.html", content, refusal=refusal, done=done)


def _is_taken(refusal: Told | None) -> bool:
    return refusal is not None and refusal.status == HTTPStatus.CONFLICT


def _newest(desk: Desk, table: type[Any], **wanted: object) -> Some:
    """Of the newest forms, what was entered last first: that is what counts, whenever its form was opened."""
    found = lists.newest(desk.work, table, limit=EACH_MAX + 1, **wanted)
    entered = sorted(found, key=lambda row: (row.recorded_at, row.id), reverse=True)
    return Some.of(entered, EACH_MAX)


def _rates(
    visit: Visit, *, done: str | None = None, refusal: Told | None = None, form: Sent | None = None
) -> Response:
    def content(desk: Desk) -> Mapping[str, Any]:
        found: list[StatutoryRates] = statutory_rates.listed(desk.work)
        return {
            "rates": found[0] if found else None,
            "names": names(desk, {each.actor_id for each in found[:1]}),
            "new_id": (form.one("id") if form and not _is_taken(refusal) else "") or uuid7(),
            "typed": typed(form, "fromDay", "rate", "knownUntil", "source"),
        }

    return visit.shown("finance/rates.html", content, refusal=refusal, done=done)
