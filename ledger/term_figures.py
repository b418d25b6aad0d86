# SPDX-License-Identifier: EUPL-1.2
"""Figures of contract terms: evidence, numbers of people and costs, entered by people and kept for ever.

Of one period, group or year the figure that was entered last counts; those before it stay to be seen.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Self, TypeAlias, TypeVar
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlmodel import col

from ledger import db
from ledger.contracts import ContractUnknown
from ledger.db import Work
from ledger.errors import Conflict
from ledger.inputs import Day, Id7, Input
from ledger.rules.terms_facts import PopulationGroup
from ledger.rules.terms_lines import Formula
from ledger.tables import (
    Contract,
    HistoricalCost,
    PopulationFigure,
    TermAmount,
    TermEvidence,
    TermLine,
)
from ledger.tables.base import linked
from ledger.units import AMOUNT_MAX

AMOUNTS_AT_ONCE: Final = 500
"""How many amounts one question is about."""

Counted: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX)]
"""A whole number, zero or more."""
_Year: TypeAlias = Annotated[int, Field(strict=True, ge=2000, le=2099)]


@dataclass(kw_only=True, eq=False)
class TermFigureExists(Conflict):
    """This id was used for another figure."""

    code = "term_figure_exists_with_other_content"
    id: UUID


class EvidenceTerms(Input):
    """What is shown to have been available, on exactly the days of an instalment that are in force."""

    contract_id: Id7
    number: Annotated[int, Field(strict=True, ge=1, le=99)]
    """Of the term."""
    first: Day
    last: Day
    """Inclusive."""
    available: Counted
    """In what the term agreed on: hours, beds, minutes."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("the last day lies before the first")
        return self


class EvidenceInput(EvidenceTerms):
    """Evidence under the id that who enters it minted."""

    id: Id7


class PopulationTerms(Input):
    """How many people of a group there are in a calendar year."""

    group: PopulationGroup
    year: _Year
    persons: Counted


class PopulationInput(PopulationTerms):
    """A number of people under the id that who enters it minted."""

    id: Id7


class CostTerms(Input):
    """What the function of a contract cost in a calendar year, in eurocents."""

    contract_id: Id7
    year: _Year
    cents: Counted


class CostInput(CostTerms):
    """A cost under the id that who enters it minted."""

    id: Id7


_Figure = TypeVar("_Figure", TermEvidence, PopulationFigure, HistoricalCost)


def put_evidence(work: Work, evidence: Sequence[EvidenceInput]) -> list[TermEvidence]:
    """Enter evidence; of one period the last that was entered counts. rows[i] answers evidence[i].

    Raises ContractUnknown, TermFigureExists; then nothing of the batch may be kept.
    """
    _require_contracts(work, {each.contract_id for each in evidence})
    return _put(work, TermEvidence, evidence)


def put_population(work: Work, figures: Sequence[PopulationInput]) -> list[PopulationFigure]:
    """Enter population figures; of one group and year the last counts. rows[i] answers figures[i].

    Raises TermFigureExists; then nothing of the batch may be kept.
    """
    return _put(work, PopulationFigure, figures)


def put_historical_cost(work: Work, costs: Sequence[CostInput]) -> list[HistoricalCost]:
    """Enter what years cost; of one contract and year the last counts. rows[i] answers costs[i].

    Raises ContractUnknown, TermFigureExists; then nothing of the batch may be kept.
    """
    _require_contracts(work, {each.contract_id for each in costs})
    return _put(work, HistoricalCost, costs)


def _require_contracts(work: Work, contract_ids: set[UUID]) -> None:
    known = db.rows(work, Contract, contract_ids)
    for contract_id in sorted(contract_ids - known.keys()):
        raise ContractUnknown(id=contract_id)


def _put(
    work: Work,
    table: type[_Figure],
    given: Sequence[EvidenceInput] | Sequence[PopulationInput] | Sequence[CostInput],
) -> list[_Figure]:
    rows = db.rows(work, table, {each.id for each in given})
    fresh: dict[UUID, _Figure] = {}
    for each in given:
        content = each.model_dump()
        known = rows.get(each.id)
        if known is None:
            row = table(
                municipality_id=work.municipality_id,
                actor_id=work.actor_id,
                recorded_at=work.now,
                **content,
            )
            rows[each.id] = fresh[each.id] = row
        elif known.model_dump(include=set(content)) != content:
            raise TermFigureExists(id=each.id)
    # After this point only writes.
    work.session.add_all(fresh[id_] for id_ in sorted(fresh))
    work.session.flush()
    return [rows[each.id] for each in given]


# ----------------------------------------------------------------------------- whose hand is in an amount


def resting_on(work: Work, amount_ids: Collection[UUID], actor_ids: Collection[UUID]) -> int:
    """How many of these computed amounts rest on a figure that one of these accounts entered.

    Those that were entered when the amount was computed, also where a later one replaced them: what was
    computed before is part of what is computed now.
    """
    ids, many = sorted(amount_ids), 0
    for start in range(0, len(ids), AMOUNTS_AT_ONCE):
        many += _resting_on(work, ids[start : start + AMOUNTS_AT_ONCE], actor_ids)
    return many


_Claims: TypeAlias = dict[UUID, tuple[datetime, set[Any]]]
"""By amount: when it was computed, and which figures it rests on as _key names them."""


def _resting_on(work: Work, amount_ids: Sequence[UUID], actor_ids: Collection[UUID]) -> int:
    claims = _claims(work, amount_ids)
    wanted = {key for _, keys in claims.values() for key in keys}
    entered: dict[Any, datetime] = {}
    for key, recorded_at in _entered_by(work, wanted, actor_ids):
        entered[key] = min(recorded_at, entered.get(key, recorded_at))
    return sum(
        any(key in entered and entered[key] <= computed_at for key in keys)
        for computed_at, keys in claims.values()
    )


def _claims(work: Work, amount_ids: Sequence[UUID]) -> _Claims:
    statement = (
        select(TermAmount, TermLine)
        .join(TermLine, linked(TermLine, TermAmount, col(TermLine.amount_id) == col(TermAmount.id)))
        .where(col(TermAmount.municipality_id) == work.municipality_id, col(TermAmount.id).in_(amount_ids))
    )
    found: _Claims = {}
    for amount, line in work.session.execute(statement):
        evidence = ("evidence", amount.contract_id, amount.number, amount.first, amount.last)
        _, keys = found.setdefault(amount.id, (amount.recorded_at, {evidence}))
        keys |= set(_figures_of(amount, line))
    return found


def _figures_of(amount: TermAmount, line: TermLine) -> Iterator[tuple[Any, ...]]:
    """The figures that the inputs of a line are named after; see rules/terms_basis."""
    for each in line.inputs:
        parts = each.name.split("_")
        if line.formula is Formula.INSTALMENT_POPULATION and parts[0] == "persons":
            yield "population", PopulationGroup(parts[1]), int(parts[2])
        if line.formula is Formula.INSTALMENT_HISTORICAL_COST and parts[0] == "cost":
            yield "cost", amount.contract_id, int(parts[1])


_COLUMNS: Final[Mapping[str, tuple[Any, tuple[str, ...]]]] = {
    "evidence": (TermEvidence, ("contract_id", "number", "first", "last")),
    "population": (PopulationFigure, ("group", "year")),
    "cost": (HistoricalCost, ("contract_id", "year")),
}
"""The table of each kind of figure, and the columns that say of what it is."""


def _entered_by(
    work: Work, wanted: Collection[tuple[Any, ...]], actor_ids: Collection[UUID]
) -> Iterator[tuple[tuple[Any, ...], datetime]]:
    for kind, (table, names) in _COLUMNS.items():
        if not any(key[0] == kind for key in wanted):
            continue
        statement = select(table).where(
            col(table.municipality_id) == work.municipality_id, col(table.actor_id).in_(actor_ids)
        )
        for row in work.session.scalars(statement):
            key = (kind, *(getattr(row, name) for name in names))
            if key in wanted:
                yield key, row.recorded_at
