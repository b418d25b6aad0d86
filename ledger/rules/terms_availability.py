# SPDX-License-Identifier: EUPL-1.2
"""Availability: a lump sum for a function that is there (functiebekostiging), paid by a schedule.

Source: the handbook on funding models for the Wmo names three bases (historical cost, available
means, population) and a minimum availability that the contract describes.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ledger.rules.facts import Day
from ledger.rules.tariffs import RULE
from ledger.rules.terms_basis import AnyBasis, Lacking, Yearly
from ledger.rules.terms_facts import Term, TermFacts
from ledger.rules.terms_lines import (
    WHOLE,
    Formula,
    Input,
    InputUnit,
    Refusal,
    TermLine,
    TermRefused,
    TermStatement,
    basis_points,
    cents,
    days,
    falls_short,
    line,
    parts,
)
from ledger.rules.terms_schedule import AnySchedule, Instalment, instalments
from ledger.units import AMOUNT_MAX


class Minimum(BaseModel):
    """How much must have been available, and what follows where it was less."""

    model_config = RULE

    basis_points: Annotated[int, Field(gt=0, le=WHOLE, strict=True)]
    """The share of what was agreed that must be shown; 9500 is 95.00%."""
    agreed: Annotated[int, Field(gt=0, le=AMOUNT_MAX, strict=True)]
    """Hours, beds, minutes: evidence counts the same."""
    agreed_per_days: Annotated[int, Field(gt=0, le=366, strict=True)]
    """agreed is for so many days: 4 bed-days per 1 day, 2400 minutes per 7 days."""
    below: Literal["in_proportion", "refuse"]
    """in_proportion: paid is what was shown / what was agreed. refuse: nothing is paid."""


class Availability(Term):
    """A yearly amount for being available, in instalments that sum to it exactly.

    A calendar year has its amount whole; of an instalment that is only partly in force its days are
    paid: days in force / days of the instalment.
    """

    kind: Literal["availability"] = "availability"
    basis: AnyBasis
    schedule: AnySchedule
    minimum: Minimum | None = None
    """None: no evidence is asked."""

    def statement(self, facts: TermFacts) -> TermStatement:
        """See Term. The instalments that fall due in the window."""
        lines: list[TermLine] = []
        refusals: list[TermRefused] = []
        for each in instalments(self.schedule, facts.validity, first=facts.first, last=facts.last):
            said = self._of(each, facts)
            lines += said.lines
            refusals += said.refusals
        return TermStatement(lines=(*lines, *self._ended(facts)), refusals=tuple(refusals))

    def _ended(self, facts: TermFacts) -> Iterable[TermLine]:
        """What was computed for a period that is no instalment any more, as the contract ended sooner."""
        begin, end = date(facts.first.year, 1, 1), date(facts.last.year, 12, 31)
        owed = {each.first for each in instalments(self.schedule, facts.validity, first=begin, last=end)}
        for first, earlier in sorted(facts.earlier.items()):
            if facts.first <= first <= facts.last and first not in owed and earlier:
                last = next(each.last for each in self.schedule.slots(first.year) if first <= each.last)
                yield _earlier(first, last, earlier)

    def _of(self, each: Instalment, facts: TermFacts) -> TermStatement:
        total = self.basis.yearly(each.slot.first.year, facts)
        if isinstance(total, Yearly) and total.cents > AMOUNT_MAX:
            total = Lacking(reason=Refusal.AMOUNT_TOO_LARGE)
        if isinstance(total, Lacking):
            return _refused(each, total.reason, total.missing)
        whole = line(each.first, each.last, total.formula, (*total.inputs, *_slices(each)))
        if self.minimum is None:
            return TermStatement(lines=_new(facts, (whole,)))
        shown = facts.evidence.get(each.period)
        if shown is None:
            return _refused(each, Refusal.EVIDENCE_MISSING, (f"{each.first}/{each.last}",))
        return _measured(self.minimum, whole, shown, facts)


def _refused(each: Instalment, reason: Refusal, missing: tuple[str, ...]) -> TermStatement:
    refusal = TermRefused(first=each.first, last=each.last, reason=reason, missing=missing)
    return TermStatement(refusals=(refusal,))


def _slices(each: Instalment) -> Iterable[Input]:
    """Which part of the year the instalment is, and which of its days are in force."""
    slot = each.slot
    return (
        parts("parts_before", slot.parts_before),
        parts("parts_through", slot.parts_through),
        parts("parts_of_year", slot.parts_of_year),
        days("days_before", (each.first - slot.first).days),
        days("days_through", _count(slot.first, each.last)),
        days("days_of_period", _count(slot.first, slot.last)),
    )


def _count(first: Day, last: Day) -> int:
    return (last - first).days + 1


def _measured(minimum: Minimum, whole: TermLine, shown: int, facts: TermFacts) -> TermStatement:
    """The instalment, and beside it the line that keeps back where too little was available."""
    refuses = minimum.below == "refuse"
    formula = Formula.AVAILABILITY_WITHHELD if refuses else Formula.AVAILABILITY_LOWERED
    kept = line(whole.first, whole.last, formula, _evidence(minimum, whole, shown))
    if not falls_short(kept):
        return TermStatement(lines=_new(facts, (whole,)))
    lines = _new(facts, (whole, kept))
    if not refuses:
        return TermStatement(lines=lines)
    refusal = TermRefused(first=whole.first, last=whole.last, reason=Refusal.AVAILABILITY_TOO_LOW)
    return TermStatement(lines=lines, refusals=(refusal,))


def _evidence(minimum: Minimum, whole: TermLine, shown: int) -> Iterable[Input]:
    return (
        cents("instalment_cents", whole.result_cents),
        Input(name="shown", value=shown, unit=InputUnit.AVAILABLE),
        Input(name="agreed", value=minimum.agreed, unit=InputUnit.AVAILABLE),
        days("agreed_per_days", minimum.agreed_per_days),
        days("days_in_force", _count(whole.first, whole.last)),
        basis_points("minimum_basis_points", minimum.basis_points),
    )


def _new(facts: TermFacts, lines: tuple[TermLine, ...]) -> tuple[TermLine, ...]:
    """The lines and, where the period was computed before, a line that takes that off; none if equal."""
    first, last = lines[0].first, lines[0].last
    earlier = facts.earlier.get(first)
    if earlier is None:
        return lines
    if earlier == sum(each.result_cents for each in lines):
        return ()
    return (*lines, _earlier(first, last, earlier))


def _earlier(first: Day, last: Day, earlier_cents: int) -> TermLine:
    return line(first, last, Formula.EARLIER, (cents("earlier_cents", earlier_cents),))
