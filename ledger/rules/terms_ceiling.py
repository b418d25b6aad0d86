# SPDX-License-Identifier: EUPL-1.2
"""Ceilings: what is kept back of what was delivered beyond an amount in a calendar year.

Several ceilings may hold for the same care. They are counted one after the other, and what one cut
no longer counts for the next, so no euro is cut twice. The narrowest goes first (product group,
segment, contract): only so does the wider one see what its parts still cost, and cut no more than
its own excess. Of two for the same care the most strict goes first: the lowest share that is paid
beyond, then the lowest amount.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from ledger.rules.facts import Day
from ledger.rules.tariffs import RULE, Cents
from ledger.rules.terms_basis import Year
from ledger.rules.terms_facts import Delivered, Term, TermFacts
from ledger.rules.terms_lines import (
    WHOLE,
    CeilingUse,
    Formula,
    Refusal,
    TermLine,
    TermRefused,
    TermSignal,
    TermStatement,
    basis_points,
    cents,
    kept_back_cents,
    line,
)

SCOPES = ("product_group", "segment", "contract")
"""Narrowest first."""


class YearAmount(BaseModel):
    """The ceiling of one calendar year, also where the contract is in force for a part of it."""

    model_config = RULE

    year: Year
    cents: Cents


class Ceiling(Term):
    """At most an amount in a calendar year; beyond it nothing is paid, or a share.

    A ceiling counts by the month of the care and from 1 January, whichever version of the contract
    was in force: the window only says which years are looked at, and up to which month. Where it
    refuses, nothing was cut, so the caller holds the payments it would have judged.
    """

    kind: Literal["ceiling"] = "ceiling"
    scope: Literal["contract", "product_group", "segment"]
    scope_code: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """Which product group or segment; None for the whole contract."""
    amounts: Annotated[tuple[YearAmount, ...], Field(min_length=1, max_length=30)]
    paid_beyond_basis_points: Annotated[int, Field(ge=0, lt=WHOLE, strict=True)] = 0
    """The share that is paid of what lies beyond; 0 refuses it."""
    signals_at: Annotated[
        tuple[Annotated[int, Field(gt=0, le=2 * WHOLE, strict=True)], ...], Field(max_length=10)
    ] = ()
    """Shares of the ceiling, in basis points, that are told when they are reached."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.scope == "contract") != (self.scope_code is None):
            raise ValueError("a product group or segment has a code, a contract has none")
        if any(one.year >= other.year for one, other in pairwise(self.amounts)):
            raise ValueError("the years are in order, none twice")
        if any(one >= other for one, other in pairwise(self.signals_at)):
            raise ValueError("the signals are in order, none twice")
        return self

    def statement(self, facts: TermFacts) -> TermStatement:
        """See Term. Of several ceilings, use cascade."""
        first = max(facts.first, facts.validity.start)
        last = _until(facts)
        years = range(first.year, last.year + 1) if first <= last else range(0)
        said = [self._of(year, min(last, date(year, 12, 31)), facts) for year in years]
        return TermStatement(
            lines=tuple(each for one in said for each in one.lines),
            refusals=tuple(each for one in said for each in one.refusals),
            signals=tuple(each for one in said for each in one.signals),
            uses=tuple(each for one in said for each in one.uses),
        )

    def left(self, facts: TermFacts) -> tuple[Delivered, ...]:
        """What was delivered, with what this ceiling cuts marked as cut; to be used where it refused nothing.

        The latest care is cut first; within a month by service.
        """
        last = _until(facts)
        counted = {each.year: 0 for each in self.amounts}
        marked = []
        for each in sorted(facts.delivered or (), key=_place):
            year = each.month.year
            if year in counted and self._counts(each, last):
                before, counted[year] = counted[year], counted[year] + each.cents - each.cut_cents
                cut = self._kept(year, counted[year]) - self._kept(year, before)
                marked.append(replace(each, cut_cents=each.cut_cents + cut))
            else:
                marked.append(each)
        return tuple(marked)

    def strictness(self) -> tuple[int, str, int, tuple[int, ...]]:
        """Where this ceiling stands among others: the lowest is counted first."""
        amounts = tuple(each.cents for each in self.amounts)
        return SCOPES.index(self.scope), self.scope_code or "", self.paid_beyond_basis_points, amounts

    def _of(self, year: int, last: Day, facts: TermFacts) -> TermStatement:
        """One calendar year, up to and including the month of its last day."""
        first = date(year, 1, 1)
        ceiling = self._amount(year)
        if facts.delivered is None:
            return _refused(first, last, Refusal.DELIVERIES_MISSING)
        if ceiling is None:
            return _refused(first, last, Refusal.CEILING_MISSING, (str(year),))
        of_year = [each for each in facts.delivered if first <= each.month <= last]
        if unknown := sorted({each.service for each in of_year if self._is_unknown(each)}):
            return _refused(first, last, Refusal.SCOPE_UNKNOWN, tuple(unknown))
        counting = [each for each in of_year if self._counts(each, last)]
        computed = self._line(first, last, ceiling, counting, facts.earlier.get(first))
        return TermStatement(
            lines=(computed,) if computed.result_cents or first not in facts.earlier else (),
            signals=tuple(self._signals(year, ceiling, counting)),
            uses=(self._use(year, ceiling, counting),),
        )

    def _use(self, year: int, ceiling: int, counting: Sequence[Delivered]) -> CeilingUse:
        counted = sum(each.cents - each.cut_cents for each in counting)
        kept = kept_back_cents(counted, ceiling, self.paid_beyond_basis_points)
        return CeilingUse(year=year, counted_cents=counted, ceiling_cents=ceiling, kept_back_cents=kept)

    def _line(
        self, first: Day, last: Day, ceiling_cents: int, counting: Sequence[Delivered], earlier: int | None
    ) -> TermLine:
        inputs = (
            cents("delivered_cents", sum(each.cents for each in counting)),
            cents("cut_cents", sum(each.cut_cents for each in counting)),
            cents("ceiling_cents", ceiling_cents),
            basis_points("paid_beyond_basis_points", self.paid_beyond_basis_points),
            cents("earlier_cents", earlier or 0),
        )
        return line(first, last, Formula.CEILING, inputs)

    def _signals(self, year: int, ceiling: int, counting: Sequence[Delivered]) -> Iterable[TermSignal]:
        counted = sum(each.cents - each.cut_cents for each in counting)
        for at in self.signals_at:
            if counted > 0 and counted * WHOLE >= ceiling * at:
                yield TermSignal(year=year, at_basis_points=at, counted_cents=counted, ceiling_cents=ceiling)

    def _amount(self, year: int) -> int | None:
        return next((each.cents for each in self.amounts if each.year == year), None)

    def _kept(self, year: int, counted_cents: int) -> int:
        return kept_back_cents(counted_cents, self._amount(year) or 0, self.paid_beyond_basis_points)

    def _counts(self, each: Delivered, last: Day) -> bool:
        return each.month <= last and self._code_in(each) == self.scope_code

    def _is_unknown(self, each: Delivered) -> bool:
        return self.scope != "contract" and self._code_in(each) is None

    def _code_in(self, each: Delivered) -> str | None:
        if self.scope == "contract":
            return None
        return each.product_group if self.scope == "product_group" else each.segment


def cascade(ceilings: Sequence[Ceiling], facts: Sequence[TermFacts]) -> list[TermStatement]:
    """The statement of every ceiling of one contract, in the order given; none cuts what another cut.

    facts differ only in what was computed earlier. After a ceiling that refuses, those that are
    counted later refuse too.
    """
    told: dict[int, TermStatement] = {}
    delivered = facts[0].delivered if facts else None
    assert all(each.delivered == delivered for each in facts), "ceilings of one contract see the same care"
    refused = False
    for place in sorted(range(len(ceilings)), key=lambda each: ceilings[each].strictness()):
        own = replace(facts[place], delivered=delivered)
        if refused:
            told[place] = _refused(own.first, own.last, Refusal.CEILING_BEFORE_REFUSED)
            continue
        told[place] = ceilings[place].statement(own)
        refused = bool(told[place].refusals)
        delivered = ceilings[place].left(own) if delivered is not None else None
    return [told[place] for place in range(len(ceilings))]


def _until(facts: TermFacts) -> Day:
    """The last day that is looked at."""
    return min(facts.last, facts.validity.until or facts.last)


def _place(each: Delivered) -> tuple[Day, str, str, str]:
    return each.month, each.service, each.product_group or "", each.segment or ""


def _refused(first: Day, last: Day, reason: Refusal, missing: tuple[str, ...] = ()) -> TermStatement:
    return TermStatement(refusals=(TermRefused(first=first, last=last, reason=reason, missing=missing),))
