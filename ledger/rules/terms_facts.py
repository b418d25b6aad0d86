# SPDX-License-Identifier: EUPL-1.2
"""Facts of contract terms: all that a term may know, in whole numbers, and what every kind owes for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel

from ledger.rules.facts import Day, Period
from ledger.rules.tariffs import RULE
from ledger.rules.terms_lines import TermStatement
from ledger.units import Unit


class PopulationGroup(StrEnum):
    """Who is counted."""

    INHABITANTS = "inhabitants"
    """Everybody who lives in the area of the contract."""
    YOUTHS = "youths"
    """Who lives there and is under eighteen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What one provider delivered under one contract of one service in one month, take-backs deducted."""

    month: Day
    """The first day of the calendar month in which the care was given."""
    service: str
    product_group: str | None = None
    """None: not known."""
    segment: str | None = None
    """None: not known."""
    unit: Unit
    quantity: int
    """In the unit; below zero where more was taken back than delivered."""
    cents: int
    """What it costs by its tariff; below zero as above."""
    cut_cents: int = 0
    """What other ceilings cut of it already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TermFacts:
    """One window of one term of one contract version, with all that is known around it."""

    first: Day
    last: Day
    """Inclusive. A wider window looks again at what was computed before, and gives the difference."""
    validity: Period
    """When this version of the contract is in force."""
    earlier: Mapping[Day, int] = field(default_factory=dict)
    """What was computed for this term before: the first day of a line's period to the sum in cents.

    A period that was computed is in it, also where the sum was zero.
    """
    evidence: Mapping[Period, int] = field(default_factory=dict)
    """What is shown to have been available, for exactly the days of an instalment that are in force."""
    delivered: Sequence[Delivered] | None = None
    """Everything of the calendar years of the window; None: not known. Empty: nothing was delivered."""
    population: Mapping[tuple[PopulationGroup, int], int] = field(default_factory=dict)
    """How many people of a group there are, by calendar year."""
    historical_cost_cents: Mapping[int, int] = field(default_factory=dict)
    """What the function cost, by calendar year."""

    def __post_init__(self) -> None:
        assert self.first <= self.last, "a window has a first and a last day"
        known = (*self.evidence.values(), *self.population.values(), *self.historical_cost_cents.values())
        assert min(known, default=0) >= 0, "what is counted is not below zero"


class Term(BaseModel):
    """One contract term: its parameters, and statement()."""

    model_config = RULE

    def statement(self, facts: TermFacts) -> TermStatement:
        """What this term is worth in the window: lines, and what is refused because it cannot be told."""
        raise NotImplementedError
