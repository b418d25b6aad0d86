# SPDX-License-Identifier: EUPL-1.2
"""Contract terms: what a period is worth besides the price of each use. Closed, versioned with a contract.

What a kind owes, whether it is one of these or one that comes later (outcome payment, population
funding, bonus and malus, shared savings, a true-up at the end of a year):

* It is a frozen Term with a literal `kind` and one pure method, `statement(facts)`. It sees only
  TermFacts; what it needs more becomes a field there, in whole numbers.
* Every line names its formula, a member of Formula whose function in terms_lines makes the result of
  the line's own inputs, and of nothing else. A share or a ratio is an input, not a result; money is
  rounded by units.share_cents, on amounts that are not below zero.
* What it does not know, it refuses by name in a TermRefused. It never guesses and never says 0 for
  what it cannot tell: a line of 0 cents means that it is 0.
* Windows that join without a gap sum to the window that holds them all. Seen again, a period gives
  the difference with `facts.earlier`; where that is nothing, it gives no line.
* It takes nothing off that another term takes off: terms that touch the same money are told together,
  as ceilings are in terms_ceiling.cascade.
"""

from collections.abc import Sequence
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import BaseModel, Field

from ledger.rules.tariffs import RULE
from ledger.rules.terms_availability import Availability
from ledger.rules.terms_ceiling import Ceiling, cascade
from ledger.rules.terms_facts import TermFacts
from ledger.rules.terms_lines import TermStatement

AnyTerm: TypeAlias = Annotated[Availability | Ceiling, Field(discriminator="kind")]
"""Every term a contract may hold."""


class ContractTerm(BaseModel):
    """A term as a contract holds it: under its number, paid by a programme."""

    model_config = RULE

    number: Annotated[int, Field(ge=1, le=99, strict=True)]
    """Which term of the contract it is, the same in every version of it."""
    programme_id: UUID
    """Whose budget of the calendar year of a period bears what the term is worth in it."""
    term: AnyTerm


def statements(terms: Sequence[AnyTerm], facts: Sequence[TermFacts]) -> list[TermStatement]:
    """What all terms of one contract say, each with its own facts, in the order given."""
    pairs = list(zip(terms, facts, strict=True))
    ceilings = [(term, known) for term, known in pairs if isinstance(term, Ceiling)]
    together = iter(cascade([term for term, _ in ceilings], [known for _, known in ceilings]))
    return [next(together) if isinstance(term, Ceiling) else term.statement(known) for term, known in pairs]
