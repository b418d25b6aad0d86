# SPDX-License-Identifier: EUPL-1.2
"""The words of a statement in plain Dutch and English, and how its money, days and quantities are written."""

import unicodedata
from datetime import date
from typing import Final

from ledger.formats.statement import Language
from ledger.units import Unit

TEXT_LENGTH_MAX: Final = 1000
"""Longer texts are cut, and end in an ellipsis."""

SENTENCES: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "title": "Afrekening",
        "until": "tot en met {day}",
        "provider": "Aanbieder",
        "agb": "AGB-code",
        "kvk": "KvK-nummer",
        "made_on": "Datum",
        "reference": "Betalingskenmerk",
        "settlement": "Nummer van de afrekening",
        "run": "Nummer van de betaalrun",
        "what": "Hiermee rekenen wij af wat u tot en met {until} leverde en wat nog niet was afgerekend.",
        "amounts": "Wat wij u betalen",
        "previous_owed": "Wat u ons vóór deze afrekening moest terugbetalen",
        "lines_part": "Geleverde diensten",
        "gross": "Bedrag van deze afrekening",
        "set_off": "Verrekend met wat u moest terugbetalen",
        "net": "Wij betalen u",
        "still_owed": "Wat u ons hierna nog moet terugbetalen",
        "paid": "Wij vragen de bank om {net} te betalen op {requested_on}, op rekening {iban} "
        "op naam van {creditor}, met betalingskenmerk {reference}. Dat ziet u op uw bankafschrift.",
        "not_paid": "Wij betalen nu niets. Het hele bedrag is verrekend met wat u moest terugbetalen.",
        "nothing_due": "Wij betalen nu niets. Het bedrag van deze afrekening is nul.",
        "blocked": "Wij betalen nu niets. Wij zoeken eerst uit of uw rekeningnummer klopt. Wat u van ons "
        "krijgt, blijft staan.",
        "carried_over": "Wij betalen nu niets. Alles bij elkaar is wat u van ons krijgt niet meer dan nul. "
        "Deze regels gaan mee met een volgende afrekening.",
        "waiting": "Wij betalen nu niets. Al uw regels wachten nog. Bij elke regel staat waarop.",
        "open": "Wat nog openstaat",
        "summary": "Totaal per contract en dienst",
        "contract": "Contract",
        "service": "Dienst",
        "service_code": "Code",
        "service_name": "Dienst",
        "line_count": "Regels",
        "quantity": "Hoeveelheid",
        "unit": "Eenheid",
        "amount": "Bedrag",
        "amount_euros": "Bedrag (euro)",
        "total": "Totaal",
        "computed": "Berekende bedragen",
        "computed_why": "Deze bedragen volgen uit afspraken in uw contract. U kunt ze zelf narekenen.",
        "period": "{first} tot en met {last}",
        "first_day": "Eerste dag",
        "last_day": "Laatste dag",
        "term": "Afspraak",
        "inputs": "Hiermee is gerekend",
        "formula": "Zo is gerekend",
        "result": "Uitkomst",
        "set_offs": "Wat wij verrekenen",
        "computed_back": "Hoe correcties zijn berekend",
        "computed_back_why": "Zo zijn de correcties berekend die wij verrekenen. Een bedrag onder nul gaat "
        "van u naar ons.",
        "set_offs_why": "Dit moest u ons terugbetalen. Wij halen het af van het bedrag van deze afrekening.",
        "why": "Waarom",
        "from": "Hoort bij",
        "from_run": "betaalrun {id}",
        "from_redemption": "verzilvering {id}",
        "held": "Wat wij nog niet betalen",
        "held_why": "Deze regels houden wij vast. Ze tellen in deze afrekening niet mee.",
        "held_more": "Hier staan de eerste {shown} van {count} regels. Alle regels staan in het "
        "Excel-bestand en in het CSV-bestand. Het totaal is van alle regels.",
        "reason_code": "Code van de reden",
        "reason": "Reden",
        "since": "Sinds",
        "since_day": "sinds {day}",
        "lines": "Alle regels",
        "lines_why": "Onder Verzilvering staat het laatste deel van het nummer.",
        "no_lines": "In deze afrekening zijn geen regels.",
        "too_many": "Deze afrekening heeft {count} regels. Dat is te veel voor dit document. U vindt ze "
        "allemaal in het Excel-bestand en in het CSV-bestand. De totalen hierboven zijn van alle regels.",
        "day": "Datum",
        "client": "Kenmerk cliënt",
        "redemption": "Verzilvering",
        "corrected": "Correctie",
        "remark": "Opmerking",
        "yes": "ja",
        "unprintable": "Ziet u ergens □? Dat teken kunnen wij hier niet afdrukken. In het Excel-bestand en "
        "in het CSV-bestand staat het wel.",
        "page": "Pagina",
        "of": "van",
    },
    "en": {
        "title": "Statement",
        "until": "up to and including {day}",
        "provider": "Provider",
        "agb": "AGB code",
        "kvk": "KvK number",
        "made_on": "Date",
        "reference": "Payment reference",
        "settlement": "Statement number",
        "run": "Number of the payment run",
        "what": "This settles what you delivered up to and including {until} that was not settled before.",
        "amounts": "What we pay you",
        "previous_owed": "What you had to pay back before this statement",
        "lines_part": "Services delivered",
        "gross": "Amount of this statement",
        "set_off": "Set off against what you had to pay back",
        "net": "We pay you",
        "still_owed": "What you still have to pay back after this",
        "paid": "We ask the bank to pay {net} on {requested_on}, to account {iban} in the name of "
        "{creditor}, with the payment reference {reference}. Your bank statement will show it.",
        "not_paid": "We pay nothing now. The whole amount is set off against what you had to pay back.",
        "nothing_due": "We pay nothing now. The amount of this statement is zero.",
        "blocked": "We pay nothing now. First we find out whether your account number is right. What you "
        "are owed stays.",
        "carried_over": "We pay nothing now. All together, what you are owed is not more than zero. These "
        "lines go with a later statement.",
        "waiting": "We pay nothing now. All your lines still wait. Each line says for what.",
        "open": "What is open",
        "summary": "Total per contract and service",
        "contract": "Contract",
        "service": "Service",
        "service_code": "Code",
        "service_name": "Service",
        "line_count": "Lines",
        "quantity": "Quantity",
        "unit": "Unit",
        "amount": "Amount",
        "amount_euros": "Amount (euro)",
        "total": "Total",
        "computed": "Computed amounts",
        "computed_why": "These amounts follow from terms in your contract. You can do the sums yourself.",
        "period": "{first} up to and including {last}",
        "first_day": "First day",
        "last_day": "Last day",
        "term": "Term",
        "inputs": "Used in the sum",
        "formula": "How it is worked out",
        "result": "Result",
        "set_offs": "What we set off",
        "computed_back": "How corrections were computed",
        "computed_back_why": "This is how the corrections were computed that we set off. An amount below "
        "zero goes from you to us.",
        "set_offs_why": "You had to pay this back to us. We take it off the amount of this statement.",
        "why": "Why",
        "from": "Belongs to",
        "from_run": "payment run {id}",
        "from_redemption": "redemption {id}",
        "held": "What we do not pay yet",
        "held_why": "We hold these lines. They do not count in this statement.",
        "held_more": "These are the first {shown} of {count} lines. All lines are in the Excel file and in "
        "the CSV file. The total is of all lines.",
        "reason_code": "Code of the reason",
        "reason": "Reason",
        "since": "Since",
        "since_day": "since {day}",
        "lines": "All lines",
        "lines_why": "Under Redemption you see the last part of its number.",
        "no_lines": "There are no lines in this statement.",
        "too_many": "This statement has {count} lines. That is too many for this document. You find them "
        "all in the Excel file and in the CSV file. The totals above are of all lines.",
        "day": "Date",
        "client": "Client reference",
        "redemption": "Redemption",
        "corrected": "Correction",
        "remark": "Remark",
        "yes": "yes",
        "unprintable": "Do you see □ anywhere? We cannot print that character here. The Excel file and the "
        "CSV file do have it.",
        "page": "Page",
        "of": "of",
    },
}

_MONTHS: Final[dict[Language, str]] = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}

_UNITS: Final[dict[Language, dict[Unit, tuple[str, str]]]] = {
    "nl": {
        Unit.EUROCENT: ("eurocent", "eurocent"),
        Unit.MINUTE: ("minuut", "minuten"),
        Unit.DAY_PART: ("dagdeel", "dagdelen"),
        Unit.DAY: ("etmaal", "etmalen"),
        Unit.PIECE: ("stuk", "stuks"),
    },
    "en": {
        Unit.EUROCENT: ("eurocent", "eurocents"),
        Unit.MINUTE: ("minute", "minutes"),
        Unit.DAY_PART: ("day part", "day parts"),
        Unit.DAY: ("day and night", "days and nights"),
        Unit.PIECE: ("piece", "pieces"),
    },
}

_HOURS: Final[dict[Language, str]] = {"nl": "uur", "en": "h"}
_THOUSANDS: Final[dict[Language, str]] = {"nl": ".", "en": ","}
_POINT: Final[dict[Language, str]] = {"nl": ",", "en": "."}
_MINUS: Final = "\u2212"
_HARD_SPACE: Final = "\u00a0"


def euros(cents: int, language: Language) -> str:
    """Eurocents as money that is never broken over two lines."""
    whole, rest = divmod(abs(cents), 100)
    sign = _MINUS if cents < 0 else ""
    return f"€{_HARD_SPACE}{sign}{count(whole, language)}{_POINT[language]}{rest:02d}"


def count(number: int, language: Language) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}".replace(",", _THOUSANDS[language]).replace("-", _MINUS)


def quantity(amount: int, unit: Unit, language: Language) -> str:
    """A quantity with its unit: money as euros, an hour or more as hours and minutes."""
    if unit is Unit.EUROCENT:
        return euros(amount, language)
    hours, minutes = divmod(abs(amount), 60)
    if unit is not Unit.MINUTE or not hours:
        return f"{count(amount, language)} {unit_word(unit, language, amount=amount)}"
    sign = _MINUS if amount < 0 else ""
    rest = f" {minutes} min" if minutes else ""
    return f"{sign}{count(hours, language)} {_HOURS[language]}{rest}"


def unit_word(unit: Unit, language: Language, *, amount: int = 2) -> str:
    """The unit as it stands behind an amount; the plural unless the amount is one."""
    return _UNITS[language][unit][abs(amount) != 1]


def day(value: date, language: Language) -> str:
    """A day with its month in full."""
    return f"{value.day} {_MONTHS[language].split()[value.month - 1]} {value.year}"


def short_day(value: date, language: Language) -> str:
    """A day for a narrow column: 23-11-2026, or 23 Nov 2026."""
    if language == "nl":
        return f"{value:%d-%m-%Y}"
    return f"{value.day} {_MONTHS[language].split()[value.month - 1][:3]} {value.year}"


def plain(text: str) -> str:
    """One line of composed characters without control and direction characters, bounded in length."""
    composed = unicodedata.normalize("NFC", text[: 2 * TEXT_LENGTH_MAX])
    if not composed.isprintable():  # as a rule it is, and then it has nothing that is to go
        composed = "".join(c for c in composed if c.isspace() or not unicodedata.category(c).startswith("C"))
    line = " ".join(composed.split())
    return line if len(line) <= TEXT_LENGTH_MAX else f"{line[: TEXT_LENGTH_MAX - 1]}…"
