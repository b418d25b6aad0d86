# SPDX-License-Identifier: EUPL-1.2
"""How computed amounts of contract terms are told in plain Dutch and English, so that anybody can redo them.

What each formula does is in rules/terms_lines; a test holds every formula and every input against these.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from ledger.rules.terms_lines import Formula

Language: TypeAlias = Literal["nl", "en"]

_NL_INSTALMENT: Final = (
    "Van het jaarbedrag nemen wij een termijn: jaarbedrag × delen tot en met deze termijn ÷ delen in "
    "het jaar, min jaarbedrag × delen vóór deze termijn ÷ delen in het jaar. Van die termijn nemen wij "
    "de dagen waarop de afspraak geldt: termijn × dagen tot en met de laatste dag ÷ dagen in de "
    "termijn, min termijn × dagen vóór de eerste dag ÷ dagen in de termijn. Elk bedrag ronden wij af op "
    "hele centen, een halve cent naar boven."
)
_EN_INSTALMENT: Final = (
    "Of the yearly amount we take an instalment: yearly amount × parts through this instalment ÷ parts "
    "in the year, less yearly amount × parts before this instalment ÷ parts in the year. Of that "
    "instalment we take the days on which the term is in force: instalment × days through the last day "
    "÷ days in the instalment, less instalment × days before the first day ÷ days in the instalment. "
    "Each amount is rounded to whole cents, half a cent up."
)

FORMULAS: Final[Mapping[Language, Mapping[Formula, str]]] = {
    "nl": {
        Formula.INSTALMENT_FIXED: _NL_INSTALMENT,
        Formula.INSTALMENT_HISTORICAL_COST: (
            f"Het jaarbedrag is het gemiddelde van de kosten van deze jaren × de index. {_NL_INSTALMENT}"
        ),
        Formula.INSTALMENT_AVAILABLE_MEANS: (
            "Het jaarbedrag is uw deel van het bedrag: bedrag × (gewichten vóór u + uw gewicht) ÷ "
            "alle gewichten, min bedrag × gewichten vóór u ÷ alle gewichten. "
            f"{_NL_INSTALMENT}"
        ),
        Formula.INSTALMENT_POPULATION: (
            f"Het jaarbedrag is het aantal mensen × het bedrag per persoon × de weging. {_NL_INSTALMENT}"
        ),
        Formula.AVAILABILITY_LOWERED: (
            "Er was minder beschikbaar dan het minimum. U krijgt de termijn × (aangetoond × "
            "aantal dagen van de afspraak) ÷ (afgesproken × dagen in deze periode). Wat er aan de "
            "termijn ontbreekt, halen wij eraf."
        ),
        Formula.AVAILABILITY_WITHHELD: (
            "Er was minder beschikbaar dan het minimum. Daarom vervalt de hele termijn."
        ),
        Formula.EARLIER: ("Dit hadden wij voor dezelfde periode al berekend. Wij halen het eraf."),
        Formula.CEILING: (
            "Wij nemen wat u leverde, min wat een ander plafond daarvan afhaalde. Van wat boven "
            "het plafond ligt betalen wij het afgesproken deel; de rest houden wij in. Daar gaat "
            "af wat wij voor dit jaar eerder hadden berekend."
        ),
    },
    "en": {
        Formula.INSTALMENT_FIXED: _EN_INSTALMENT,
        Formula.INSTALMENT_HISTORICAL_COST: (
            f"The yearly amount is the average cost of these years × the index. {_EN_INSTALMENT}"
        ),
        Formula.INSTALMENT_AVAILABLE_MEANS: (
            "The yearly amount is your share: amount × (weights before yours + your weight) ÷ all "
            "weights, less amount × weights before yours ÷ all weights. "
            f"{_EN_INSTALMENT}"
        ),
        Formula.INSTALMENT_POPULATION: (
            "The yearly amount is the number of people × the amount per person × the weight. "
            f"{_EN_INSTALMENT}"
        ),
        Formula.AVAILABILITY_LOWERED: (
            "Less was available than the minimum. You get the instalment × (shown × number of "
            "days of the agreement) ÷ (agreed × days in this period). What the instalment lacks, "
            "we take off."
        ),
        Formula.AVAILABILITY_WITHHELD: (
            "Less was available than the minimum. So the whole instalment lapses."
        ),
        Formula.EARLIER: "This was computed for the same period before. We take it off.",
        Formula.CEILING: (
            "We take what you delivered, less what another ceiling took off it. Of what lies "
            "beyond the ceiling we pay the agreed share; the rest we keep back. From that goes "
            "what was computed for this year before."
        ),
    },
}

_INPUTS: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "yearly_cents": "Bedrag per jaar",
        "cost_cents": "Kosten van {year}",
        "index_basis_points": "Index",
        "available_cents": "Bedrag dat wordt verdeeld",
        "weight_before": "Gewichten vóór u",
        "weight": "Uw gewicht",
        "weight_total": "Alle gewichten",
        "persons_inhabitants": "Inwoners in {year}",
        "persons_youths": "Jeugdigen in {year}",
        "per_person_cents": "Bedrag per persoon",
        "weight_basis_points": "Weging",
        "parts_before": "Delen vóór deze termijn",
        "parts_through": "Delen tot en met deze termijn",
        "parts_of_year": "Delen in het jaar",
        "days_before": "Dagen vóór de eerste dag",
        "days_through": "Dagen tot en met de laatste dag",
        "days_of_period": "Dagen in de termijn",
        "instalment_cents": "Termijn",
        "shown": "Aangetoond",
        "agreed": "Afgesproken",
        "agreed_per_days": "Aantal dagen van de afspraak",
        "days_in_force": "Dagen in deze periode",
        "minimum_basis_points": "Minimum",
        "earlier_cents": "Eerder berekend",
        "delivered_cents": "Geleverd",
        "cut_cents": "Al afgehaald door een ander plafond",
        "ceiling_cents": "Plafond",
        "paid_beyond_basis_points": "Wat wij boven het plafond betalen",
    },
    "en": {
        "yearly_cents": "Amount per year",
        "cost_cents": "Cost of {year}",
        "index_basis_points": "Index",
        "available_cents": "Amount that is shared",
        "weight_before": "Weights before yours",
        "weight": "Your weight",
        "weight_total": "All weights",
        "persons_inhabitants": "Inhabitants in {year}",
        "persons_youths": "Youths in {year}",
        "per_person_cents": "Amount per person",
        "weight_basis_points": "Weight",
        "parts_before": "Parts before this instalment",
        "parts_through": "Parts through this instalment",
        "parts_of_year": "Parts in the year",
        "days_before": "Days before the first day",
        "days_through": "Days through the last day",
        "days_of_period": "Days in the instalment",
        "instalment_cents": "Instalment",
        "shown": "Shown",
        "agreed": "Agreed",
        "agreed_per_days": "Number of days of the agreement",
        "days_in_force": "Days in this period",
        "minimum_basis_points": "Minimum",
        "earlier_cents": "Computed before",
        "delivered_cents": "Delivered",
        "cut_cents": "Taken off by another ceiling",
        "ceiling_cents": "Ceiling",
        "paid_beyond_basis_points": "What we pay beyond the ceiling",
    },
}

TITLES: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "availability": "Afspraak {number}: bedrag voor beschikbaarheid",
        "ceiling": "Afspraak {number}: plafond in een jaar",
        "own_ceiling": "Plafond van het contract in een jaar",
        "back": "{title}, {first} tot en met {last}",
    },
    "en": {
        "availability": "Term {number}: amount for being available",
        "ceiling": "Term {number}: ceiling in a year",
        "own_ceiling": "Ceiling of the contract in a year",
        "back": "{title}, {first} up to and including {last}",
    },
}
"""By kind of term; back is how an amount that is set off is called."""

DAYS: Final[Mapping[Language, tuple[str, str]]] = {"nl": ("dag", "dagen"), "en": ("day", "days")}
POINT: Final[Mapping[Language, str]] = {"nl": ",", "en": "."}

_WITH_YEAR = re.compile(r"(cost|persons_[a-z]+)_([0-9]{4})(_cents)?")


def input_name(name: str, language: Language) -> str:
    """What an input of a line is called. Raises KeyError for one that no formula has."""
    found = _WITH_YEAR.fullmatch(name)
    if found is None:
        return _INPUTS[language][name]
    return _INPUTS[language][f"{found[1]}{found[3] or ''}"].format(year=found[2])
