# SPDX-License-Identifier: EUPL-1.2
"""Bases: where the yearly amount of a lump sum comes from, with every number it was made of."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, Field, model_validator

from ledger.rules.tariffs import RULE, Cents
from ledger.rules.terms_facts import PopulationGroup, TermFacts
from ledger.rules.terms_lines import (
    Formula,
    Input,
    InputUnit,
    Refusal,
    basis_points,
    cents,
    parts,
    yearly_cents,
)
from ledger.units import AMOUNT_MAX

Year: TypeAlias = Annotated[int, Field(ge=2000, le=9998, strict=True)]
Factor: TypeAlias = Annotated[int, Field(gt=0, le=1_000_000, strict=True)]
"""In basis points; 10250 is 102.50%."""
Weight: TypeAlias = Annotated[int, Field(ge=0, le=AMOUNT_MAX, strict=True)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Yearly:
    """The inputs of a yearly amount, and the formula of its instalments."""

    formula: Formula
    inputs: tuple[Input, ...]

    @property
    def cents(self) -> int:
        """The yearly amount."""
        return yearly_cents(self.formula, {each.name: each.value for each in self.inputs})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lacking:
    """Why there is no yearly amount."""

    reason: Refusal
    missing: tuple[str, ...] = ()


class Basis(BaseModel):
    """One way to come to a yearly amount: its parameters, and yearly()."""

    model_config = RULE

    def yearly(self, year: int, facts: TermFacts) -> Yearly | Lacking:
        """The yearly amount of a calendar year, or what is not known."""
        raise NotImplementedError


class Fixed(Basis):
    """An amount that the contract names."""

    kind: Literal["fixed"] = "fixed"
    yearly_cents: Cents

    def yearly(self, year: int, facts: TermFacts) -> Yearly | Lacking:
        """See Basis."""
        return Yearly(formula=Formula.INSTALMENT_FIXED, inputs=(cents("yearly_cents", self.yearly_cents),))


class HistoricalCost(Basis):
    """What the function cost in earlier years, indexed."""

    kind: Literal["historical_cost"] = "historical_cost"
    years: Annotated[tuple[Year, ...], Field(min_length=1, max_length=10)]
    take: Literal["average", "last"]
    """last: only the latest of the years counts."""
    index_basis_points: Factor

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(one >= other for one, other in pairwise(self.years)):
            raise ValueError("the years are in order, none twice")
        return self

    def yearly(self, year: int, facts: TermFacts) -> Yearly | Lacking:
        """See Basis."""
        years = self.years if self.take == "average" else self.years[-1:]
        known = facts.historical_cost_cents
        if missing := tuple(str(each) for each in years if each not in known):
            return Lacking(reason=Refusal.COST_MISSING, missing=missing)
        costs = [cents(f"cost_{each}_cents", known[each]) for each in years]
        index = basis_points("index_basis_points", self.index_basis_points)
        return Yearly(formula=Formula.INSTALMENT_HISTORICAL_COST, inputs=(*costs, index))


class AvailableMeans(Basis):
    """A part of an amount that is shared over providers by weights.

    Where every provider's weight_before is the sum of the weights listed before it, the shares of
    all sum to the amount, to the cent.
    """

    kind: Literal["available_means"] = "available_means"
    available_cents: Cents
    weight: Weight
    weight_total: Annotated[int, Field(gt=0, le=AMOUNT_MAX, strict=True)]
    weight_before: Weight = 0

    @model_validator(mode="after")
    def _part_of_the_whole(self) -> Self:
        if self.weight_before + self.weight > self.weight_total:
            raise ValueError("a weight is a part of the total")
        return self

    def yearly(self, year: int, facts: TermFacts) -> Yearly | Lacking:
        """See Basis."""
        inputs = (
            cents("available_cents", self.available_cents),
            parts("weight_before", self.weight_before),
            parts("weight", self.weight),
            parts("weight_total", self.weight_total),
        )
        return Yearly(formula=Formula.INSTALMENT_AVAILABLE_MEANS, inputs=inputs)


class Population(Basis):
    """An amount for every inhabitant or youth, with a weight."""

    kind: Literal["population"] = "population"
    group: PopulationGroup
    per_person_cents: Cents
    weight_basis_points: Factor = 10_000
    years_back: Annotated[int, Field(ge=0, le=10, strict=True)] = 0
    """The figure of so many years before the year that is paid."""

    def yearly(self, year: int, facts: TermFacts) -> Yearly | Lacking:
        """See Basis."""
        counted_in = year - self.years_back
        persons = facts.population.get((self.group, counted_in))
        if persons is None:
            missing = (f"{self.group} {counted_in}",)
            return Lacking(reason=Refusal.POPULATION_MISSING, missing=missing)
        inputs = (
            Input(name=f"persons_{self.group}_{counted_in}", value=persons, unit=InputUnit.PERSONS),
            cents("per_person_cents", self.per_person_cents),
            basis_points("weight_basis_points", self.weight_basis_points),
        )
        return Yearly(formula=Formula.INSTALMENT_POPULATION, inputs=inputs)


AnyBasis: TypeAlias = Annotated[
    Fixed | HistoricalCost | AvailableMeans | Population, Field(discriminator="kind")
]
"""Every basis a lump sum may have."""
