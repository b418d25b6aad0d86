# SPDX-License-Identifier: EUPL-1.2
"""The kinds of entitlements in the demo: what each gives, and how it is used."""

from dataclasses import dataclass
from random import Random
from typing import Any

from ledger.rules.facts import EntitlementKind, Law
from ledger.rules.periods import Per
from ledger.rules.restrictions import (
    AnyRestriction,
    Cap,
    Item,
    OnlyItems,
    OnlyProviders,
    OnlyServices,
    UsesMax,
)
from ledger.units import Unit

LINDE, AMSTEL, VAART, ANKER = "42420101", "42420102", "42420103", "42420104"
RIT, WINKEL, PLAS, OUDE_ZORG = "42420105", "42420106", "42420107", "42420108"
HELPERS = ("S. Bakker", "M. Yilmaz")

HOUSEHOLD, GUIDANCE, AMBULANT, STAY, DAY_CARE = "01A05", "02A03", "02A17", "04A04", "07A03"
RIDE, INTAKE, AID, MEAL, YOUTH, YOUTH_STAY = "08A03", "10A10", "11A02", "12A08", "45A48", "44A09"


@dataclass(frozen=True)
class Use:
    """One way of using an entitlement: from whom, what, how much, how many days a week."""

    provider: str
    service: str
    quantities: tuple[int, ...]
    days_a_week: int


@dataclass(frozen=True)
class Plan:
    """One kind of entitlement."""

    name: str
    programme: str
    uses: tuple[Use, ...]
    weight: int
    law: Law = Law.WMO
    kind: EntitlementKind = EntitlementKind.VOUCHER
    rules: tuple[AnyRestriction, ...] = ()
    euros: tuple[int, int] | None = None
    """The least and the most of the amount."""
    quantity: int | None = None
    unit: Unit | None = None
    note: str | None = None
    reserves: bool = False
    """Whether its care is reserved some days ahead."""

    @property
    def needs_code(self) -> bool:
        """A drawing right is spent on agreements, without a code."""
        return self.kind is not EntitlementKind.DRAWING_RIGHT

    def content(self, random: Random) -> dict[str, Any]:
        """The terms of a grant of this kind, but for whom and when."""
        amount = random.randrange(self.euros[0], self.euros[1] + 1) * 100 if self.euros else None
        return {
            "kind": self.kind,
            "law": self.law,
            "amount_cents": amount,
            "quantity": self.quantity,
            "quantity_unit": self.unit,
            "restrictions": self.rules,
            "note": self.note,
        }


def _only(*services: str) -> OnlyServices:
    return OnlyServices(services=frozenset(services))


def _at(*providers: str) -> OnlyProviders:
    return OnlyProviders(providers=frozenset(providers))


PLANS: tuple[Plan, ...] = (
    Plan(
        name="open voucher",
        programme="Wmo",
        euros=(300, 900),
        weight=8,
        uses=(Use(WINKEL, MEAL, (1, 2, 3), 2), Use(WINKEL, AID, (1250, 3999, 8950), 1)),
    ),
    Plan(
        name="menu",
        programme="Wmo",
        euros=(250, 600),
        weight=8,
        rules=(_only(HOUSEHOLD, MEAL, RIDE),),
        uses=(Use(LINDE, HOUSEHOLD, (60, 90), 1), Use(RIT, RIDE, (1, 2), 2)),
    ),
    Plan(
        name="hours, capped per week",
        programme="Hulp bij het huishouden",
        quantity=9000,
        unit=Unit.MINUTE,
        weight=18,
        rules=(_only(HOUSEHOLD), Cap(per=Per.WEEK, unit=Unit.MINUTE, most=180)),
        uses=(Use(LINDE, HOUSEHOLD, (60, 90, 90), 2),),
    ),
    Plan(
        name="hours, with carry-over",
        programme="Begeleiding en dagbesteding",
        quantity=6000,
        unit=Unit.MINUTE,
        weight=9,
        rules=(_only(GUIDANCE), Cap(per=Per.WEEK, unit=Unit.MINUTE, most=120, carry_over=True)),
        uses=(Use(VAART, GUIDANCE, (45, 60, 90), 2),),
    ),
    Plan(
        name="euros and hours",
        programme="Begeleiding en dagbesteding",
        euros=(1200, 2400),
        quantity=1500,
        unit=Unit.MINUTE,
        weight=6,
        rules=(_only(GUIDANCE), _at(VAART, LINDE)),
        uses=(Use(VAART, GUIDANCE, (60, 75), 1), Use(LINDE, GUIDANCE, (60,), 1)),
    ),
    Plan(
        name="guidance by the minute",
        programme="Begeleiding en dagbesteding",
        quantity=3000,
        unit=Unit.MINUTE,
        weight=6,
        rules=(_only(AMBULANT), Cap(per=Per.DAY, unit=Unit.MINUTE, most=120)),
        uses=(Use(VAART, AMBULANT, (35, 50, 65), 2),),
    ),
    Plan(
        name="rides, so many times",
        programme="Vervoer",
        quantity=60,
        unit=Unit.PIECE,
        weight=7,
        rules=(_only(RIDE), UsesMax(most=12)),
        uses=(Use(RIT, RIDE, (1, 2), 3),),
    ),
    Plan(
        name="day-parts, capped per month",
        programme="Begeleiding en dagbesteding",
        quantity=120,
        unit=Unit.DAY_PART,
        weight=10,
        rules=(_only(DAY_CARE), Cap(per=Per.MONTH, unit=Unit.DAY_PART, most=16)),
        uses=(Use(ANKER, DAY_CARE, (1, 2), 3),),
        reserves=True,
    ),
    Plan(
        name="days away from home",
        programme="Begeleiding en dagbesteding",
        quantity=14,
        unit=Unit.DAY,
        weight=4,
        rules=(_only(STAY),),
        uses=(Use(VAART, STAY, (1, 2), 1),),
        reserves=True,
    ),
    Plan(
        name="drawing right",
        programme="Begeleiding en dagbesteding",
        kind=EntitlementKind.DRAWING_RIGHT,
        euros=(2400, 4200),
        weight=8,
        rules=(_only(GUIDANCE), Cap(per=Per.MONTH, unit=Unit.EUROCENT, most=400_00)),
        uses=(Use("helper", GUIDANCE, (60, 90, 120), 2),),
    ),
    Plan(
        name="arrangement",
        programme="Wmo",
        kind=EntitlementKind.ARRANGEMENT,
        euros=(1800, 3000),
        weight=6,
        rules=(
            OnlyItems(
                items=(
                    Item(service=DAY_CARE, providers=frozenset({ANKER})),
                    Item(service=RIDE),
                    Item(service=GUIDANCE, providers=frozenset({VAART})),
                )
            ),
        ),
        note="Uw dochter doet de boodschappen. Op donderdag gaat u naar het open huis in de buurt.",
        uses=(Use(ANKER, DAY_CARE, (1, 2), 2), Use(RIT, RIDE, (2,), 2), Use(VAART, GUIDANCE, (60,), 1)),
    ),
    Plan(
        name="youth, minutes",
        programme="Jeugdwet",
        law=Law.JW,
        quantity=3600,
        unit=Unit.MINUTE,
        weight=7,
        rules=(_only(YOUTH), Cap(per=Per.MONTH, unit=Unit.MINUTE, most=480)),
        uses=(Use(PLAS, YOUTH, (45, 60, 90), 2),),
    ),
    Plan(
        name="youth, hard budget",
        programme="Jeugd in de wijk",
        law=Law.JW,
        euros=(4500, 9000),
        weight=5,
        rules=(_only(YOUTH, YOUTH_STAY),),
        uses=(Use(PLAS, YOUTH, (60, 90), 1), Use(PLAS, YOUTH_STAY, (1,), 1)),
    ),
)
"""Every kind; the weight says how often it is given."""
