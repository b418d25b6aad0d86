# SPDX-License-Identifier: EUPL-1.2
"""Lines of contract terms: each can be computed again from its own inputs, by whoever reads it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ledger.rules.facts import Day
from ledger.units import share_cents

WHOLE = 10_000
"""Basis points in a whole: 9500 is 95.00%."""


class InputUnit(StrEnum):
    """What an input counts."""

    CENTS = "cents"
    """Eurocents."""
    DAYS = "days"
    """Calendar days."""
    BASIS_POINTS = "basis_points"
    """Hundredths of a percent."""
    PARTS = "parts"
    """Parts of a whole that another input of the line names."""
    PERSONS = "persons"
    """People who are counted."""
    AVAILABLE = "available"
    """Hours, beds or whatever else the term agreed to have available."""


class Formula(StrEnum):
    """How a line is computed; recompute does it, a catalogue of texts says it."""

    INSTALMENT_FIXED = "instalment_fixed"
    """An instalment of a yearly amount that the contract names."""
    INSTALMENT_HISTORICAL_COST = "instalment_historical_cost"
    """An instalment of the indexed average of the cost of years."""
    INSTALMENT_AVAILABLE_MEANS = "instalment_available_means"
    """An instalment of this provider's share in an amount."""
    INSTALMENT_POPULATION = "instalment_population"
    """An instalment of heads times an amount per head."""
    AVAILABILITY_LOWERED = "availability_lowered"
    """Kept back in proportion, because less was available than the minimum."""
    AVAILABILITY_WITHHELD = "availability_withheld"
    """Kept back as a whole, because less was available than the minimum."""
    EARLIER = "earlier"
    """What was computed for the same period before."""
    CEILING = "ceiling"
    """Kept back (or given back again) of what was delivered beyond a ceiling in a calendar year."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One number a line is computed from."""

    name: str
    value: int
    unit: InputUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class TermLine:
    """What a term is worth in one run of days; above zero is paid to the provider, below is kept back."""

    first: Day
    last: Day
    """Inclusive."""
    formula: Formula
    inputs: tuple[Input, ...]
    """In the order in which a person would use them; no name twice."""
    result_cents: int


class Refusal(StrEnum):
    """Why a run of days got no amount."""

    EVIDENCE_MISSING = "evidence_missing"
    """Nothing shows what was available."""
    AVAILABILITY_TOO_LOW = "availability_too_low"
    """What is shown is below the minimum, and the term then pays nothing."""
    COST_MISSING = "cost_missing"
    """The cost of a year is not known."""
    POPULATION_MISSING = "population_missing"
    """The number of people of a year is not known."""
    DELIVERIES_MISSING = "deliveries_missing"
    """It is not known what was delivered; nothing delivered would be an empty list."""
    SCOPE_UNKNOWN = "scope_unknown"
    """A delivery does not say to which product group or segment it belongs."""
    CEILING_MISSING = "ceiling_missing"
    """The term names no ceiling for a year."""
    CEILING_BEFORE_REFUSED = "ceiling_before_refused"
    """A ceiling that is counted first is refused, so what is left for this one is not known."""
    AMOUNT_TOO_LARGE = "amount_too_large"
    """The amount is larger than any amount may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TermRefused:
    """A run of days that got no amount, and everything that would have to be known first."""

    first: Day
    last: Day
    """Inclusive."""
    reason: Refusal
    missing: tuple[str, ...] = ()
    """Names of what is missing: years, groups of people, services."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TermSignal:
    """A share of a ceiling that was reached; given every time it is computed, as long as it is so."""

    year: int
    at_basis_points: int
    counted_cents: int
    """What counts towards the ceiling in that year so far."""
    ceiling_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CeilingUse:
    """How much of the ceiling of a calendar year is used so far; given every time it is computed."""

    year: int
    counted_cents: int
    """What counts towards it, less what another ceiling cut; below zero where more was taken back."""
    ceiling_cents: int
    kept_back_cents: int
    """What is not paid of what lies beyond it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TermStatement:
    """All that one term says of one window. Lines hold also where another run of days is refused."""

    lines: tuple[TermLine, ...] = ()
    refusals: tuple[TermRefused, ...] = ()
    signals: tuple[TermSignal, ...] = ()
    uses: tuple[CeilingUse, ...] = ()

    @property
    def result_cents(self) -> int:
        """What the lines sum to."""
        return sum(each.result_cents for each in self.lines)


def line(first: Day, last: Day, formula: Formula, inputs: Iterable[Input]) -> TermLine:
    """The line that its formula makes of these inputs."""
    given = tuple(inputs)
    result = _FORMULAS[formula](_values(given))
    return TermLine(first=first, last=last, formula=formula, inputs=given, result_cents=result)


def recompute(given: TermLine) -> int:
    """What the line's own inputs make by its formula; a line that was written well has this result."""
    return _FORMULAS[given.formula](_values(given.inputs))


def cents(name: str, value: int) -> Input:
    """An input in eurocents."""
    return Input(name=name, value=value, unit=InputUnit.CENTS)


def days(name: str, value: int) -> Input:
    """An input in calendar days."""
    return Input(name=name, value=value, unit=InputUnit.DAYS)


def parts(name: str, value: int) -> Input:
    """An input in parts of a whole."""
    return Input(name=name, value=value, unit=InputUnit.PARTS)


def basis_points(name: str, value: int) -> Input:
    """An input in basis points."""
    return Input(name=name, value=value, unit=InputUnit.BASIS_POINTS)


def slice_cents(whole_cents: int, before: int, through: int, whole: int) -> int:
    """The cents of the parts after before up to and including through.

    Slices that join without a gap sum to the cents of what they cover, to the cent: it is the
    running total that is rounded, not the slice.
    """
    return share_cents(whole_cents, through, whole) - share_cents(whole_cents, before, whole)


# ------------------------------------------------------------------------------------ the formulas

Values: TypeAlias = Mapping[str, int]


def _values(inputs: tuple[Input, ...]) -> Values:
    values = {each.name: each.value for each in inputs}
    assert len(values) == len(inputs), "no name twice"
    return values


def yearly_cents(formula: Formula, values: Values) -> int:
    """The yearly amount of an instalment formula, rounded once."""
    return _YEARLY[formula](values)


def _historical(values: Values) -> int:
    known = [value for name, value in values.items() if name.startswith("cost_")]
    return share_cents(sum(known), values["index_basis_points"], WHOLE * len(known))


def _means(values: Values) -> int:
    before = values["weight_before"]
    through = before + values["weight"]
    return slice_cents(values["available_cents"], before, through, values["weight_total"])


def _population(values: Values) -> int:
    persons = sum(value for name, value in values.items() if name.startswith("persons_"))
    return share_cents(persons * values["per_person_cents"], values["weight_basis_points"], WHOLE)


_YEARLY: dict[Formula, Callable[[Values], int]] = {
    Formula.INSTALMENT_FIXED: lambda values: values["yearly_cents"],
    Formula.INSTALMENT_HISTORICAL_COST: _historical,
    Formula.INSTALMENT_AVAILABLE_MEANS: _means,
    Formula.INSTALMENT_POPULATION: _population,
}


def _instalment(yearly: Callable[[Values], int]) -> Callable[[Values], int]:
    """The instalment's slice of the year, and of that the slice of the days in force."""

    def computed(values: Values) -> int:
        before, through = values["parts_before"], values["parts_through"]
        whole = slice_cents(yearly(values), before, through, values["parts_of_year"])
        return slice_cents(whole, values["days_before"], values["days_through"], values["days_of_period"])

    return computed


def falls_short(given: TermLine) -> bool:
    """Whether a line of availability says that less was shown than the minimum; nothing is rounded."""
    return _is_below(_values(given.inputs))


def _is_below(values: Values) -> bool:
    shown = values["shown"] * values["agreed_per_days"] * WHOLE
    return shown < values["minimum_basis_points"] * values["agreed"] * values["days_in_force"]


def _lowered(values: Values) -> int:
    whole = values["instalment_cents"]
    if not _is_below(values):
        return 0
    shown = values["shown"] * values["agreed_per_days"]
    return share_cents(whole, shown, values["agreed"] * values["days_in_force"]) - whole


def _withheld(values: Values) -> int:
    return -values["instalment_cents"] if _is_below(values) else 0


def _ceiling(values: Values) -> int:
    counted = values["delivered_cents"] - values["cut_cents"]
    kept = kept_back_cents(counted, values["ceiling_cents"], values["paid_beyond_basis_points"])
    return -kept - values["earlier_cents"]


def kept_back_cents(counted_cents: int, ceiling_cents: int, paid_beyond_basis_points: int) -> int:
    """What is not paid of what counts towards a ceiling; zero or more."""
    beyond = max(counted_cents - ceiling_cents, 0)
    return beyond - share_cents(beyond, paid_beyond_basis_points, WHOLE)


_FORMULAS: dict[Formula, Callable[[Values], int]] = {
    **{formula: _instalment(yearly) for formula, yearly in _YEARLY.items()},
    Formula.AVAILABILITY_LOWERED: _lowered,
    Formula.AVAILABILITY_WITHHELD: _withheld,
    Formula.EARLIER: lambda values: -values["earlier_cents"],
    Formula.CEILING: _ceiling,
}
