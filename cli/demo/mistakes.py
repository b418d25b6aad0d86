# SPDX-License-Identifier: EUPL-1.2
"""What must be refused: every kind of mistake and fraud the demo shows, made from what would be right."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, TypeAlias

from cli.demo.days import at
from cli.demo.plans import AMSTEL, HOUSEHOLD, INTAKE, OUDE_ZORG, PLAS, VAART, Use
from cli.demo.town import Right, Town, Try
from ledger.rules.facts import EntitlementKind, Law


@dataclass(frozen=True)
class Chance:
    """A right, a way of using it, and the day on which somebody tries something else."""

    town: Town
    neighbour: Town
    right: Right
    use: Use
    day: date

    @property
    def usual(self) -> Try:
        """What would be right."""
        return Try(
            provider=self.right.helper or self.use.provider,
            service=self.use.service,
            quantity=self.use.quantities[0],
            at=at(self.day, 15, 30),
        )


Mistake: TypeAlias = Callable[[Chance], Try | None]
"""What is tried; None where the right does not lend itself to it."""


def other_service(chance: Chance) -> Try | None:
    """A service that was not given."""
    if not chance.right.plan.rules:
        return None
    return replace(chance.usual, service=INTAKE, quantity=1, provider=VAART)


def other_provider(chance: Chance) -> Try | None:
    """A provider without a contract under this law."""
    return replace(chance.usual, provider=PLAS) if chance.right.plan.law is Law.WMO else None


def contract_ended(chance: Chance) -> Try | None:
    """A provider whose contract has ended."""
    return replace(chance.usual, provider=OUDE_ZORG) if chance.use.service == HOUSEHOLD else None


def other_area(chance: Chance) -> Try | None:
    """A provider that does not come where the resident lives."""
    agreed = next(each for each in chance.town.part.contracts if each.number.startswith("HH2-"))
    lives_there = chance.right.holder.identity.area in agreed.areas
    if chance.use.service != HOUSEHOLD or lives_there:
        return None
    return replace(chance.usual, provider=AMSTEL)


def too_much(chance: Chance) -> Try:
    """Far more than there is."""
    return replace(chance.usual, quantity=400_000)


def above_tariff(chance: Chance) -> Try:
    """A price above the tariff of that day."""
    return replace(chance.usual, price_cents=2_500_00)


def altered_code(chance: Chance) -> Try | None:
    """A code of which one character was changed."""
    code = chance.right.code
    if code is None:
        return None
    return replace(chance.usual, code=code[:-9] + ("0" if code[-9] != "0" else "1") + code[-8:])


def code_of_neighbour(chance: Chance) -> Try | None:
    """A code that another municipality issued."""
    code = next((each.code for each in chance.neighbour.rights if each.code), None)
    return replace(chance.usual, code=code) if chance.right.code and code else None


def old_letter(chance: Chance) -> Try | None:
    """The code of a letter that was replaced."""
    old = next((each.old_code for each in chance.town.rights if each.old_code), None)
    return replace(chance.usual, code=old) if chance.right.code and old else None


def tomorrow(chance: Chance) -> Try:
    """Care that was not given yet."""
    return replace(chance.usual, at=at(chance.day + timedelta(days=1), 9))


def before_the_start(chance: Chance) -> Try:
    """Care from before the entitlement."""
    return replace(chance.usual, at=at(chance.town.days.granted - timedelta(days=6), 9))


def unknown_service(chance: Chance) -> Try:
    """A product code that is in no catalogue."""
    return replace(chance.usual, service="99Z99")


def without_mandate(chance: Chance) -> Try:
    """Somebody acts for the resident whom nobody authorised."""
    stranger = next(each for each in chance.town.rights if each is not chance.right)
    return replace(chance.usual, acting=stranger.holder.id)


def not_agreed(chance: Chance) -> Try | None:
    """A drawing right spent at a helper with whom there is no agreement."""
    if chance.right.plan.kind is not EntitlementKind.DRAWING_RIGHT:
        return None
    return replace(chance.usual, provider=VAART)


MISTAKES: Final[tuple[Mistake, ...]] = (
    other_service,
    other_provider,
    contract_ended,
    other_area,
    too_much,
    above_tariff,
    altered_code,
    code_of_neighbour,
    old_letter,
    tomorrow,
    before_the_start,
    unknown_service,
    without_mandate,
    not_agreed,
)
"""Every kind; some fit every right, some only a few."""
