# SPDX-License-Identifier: EUPL-1.2
"""Sentences for what only HTTP can get wrong, in Dutch and English; all others are in ledger/texts.

Faults in values are told by their kind and never with the value itself: it may be a personal number.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from ledger.texts import Language, Sentence
from ledger.texts.forms import form
from ledger.texts.words_nl import WORDS

PROBLEMS: Final[Mapping[str, Mapping[Language, tuple[str, str]]]] = {
    "invalid_input": {
        Language.NL: ("De invoer klopt niet", "Onder errors staat per plaats wat er niet klopt."),
        Language.EN: ("The input is not right", "Under errors is told what is wrong at each place."),
    },
    "body_unreadable": {
        Language.NL: ("De inhoud is niet te lezen", "Stuur geldige JSON met de juiste Content-Type."),
        Language.EN: ("The body cannot be read", "Send valid JSON with the right Content-Type."),
    },
    "path_unknown": {
        Language.NL: ("Dit adres bestaat niet", "Kijk in /v1/openapi.json welke adressen er zijn."),
        Language.EN: ("This address does not exist", "See /v1/openapi.json for the addresses there are."),
    },
    "method_not_allowed": {
        Language.NL: ("Dat kan hier niet", "In de kop Allow staat wat op dit adres wel kan."),
        Language.EN: ("That cannot be done here", "The header Allow says what can be done at this address."),
    },
    "body_too_large": {
        Language.NL: ("De inhoud is te groot", "Op dit adres mag dat hoogstens {most} bytes zijn."),
        Language.EN: ("The body is too large", "At this address it may be at most {most} bytes."),
    },
    "database_unavailable": {
        Language.NL: (
            "Even niet bereikbaar",
            "Wij weten niet of uw opdracht is vastgelegd. Stuur dezelfde opdracht met hetzelfde id opnieuw.",
        ),
        Language.EN: (
            "Not available for a moment",
            "We do not know whether your order was recorded. Send the same order with the same id again.",
        ),
    },
    "too_busy": {
        Language.NL: (
            "Het is even te druk",
            "Er is niets vastgelegd. Stuur dezelfde opdracht met hetzelfde id over een paar tellen opnieuw.",
        ),
        Language.EN: (
            "Too busy for a moment",
            "Nothing was recorded. Send the same order with the same id again in a few seconds.",
        ),
    },
    "internal_error": {
        Language.NL: (
            "Er ging bij ons iets mis",
            "Het ligt niet aan u. Stuur dezelfde opdracht met hetzelfde id later opnieuw.",
        ),
        Language.EN: (
            "Something went wrong on our side",
            "You did nothing wrong. Send the same order with the same id again later.",
        ),
    },
    "http_error": {
        Language.NL: ("Dit verzoek kan niet", "Kijk in /v1/openapi.json wat er kan."),
        Language.EN: ("This request cannot be answered", "See /v1/openapi.json for what can."),
    },
}
"""Title and detail by code. The codes are public and never reused."""

_FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("dit ontbreekt", "is missing"),
    "extra_forbidden": ("dit veld kennen wij niet", "is not a known field"),
    "json_invalid": ("dit is geen geldige JSON", "is not valid JSON"),
    "int_type": ("het moet een heel getal zijn", "must be a whole number"),
    "int_parsing": ("het moet een heel getal zijn", "must be a whole number"),
    "int_from_float": ("het moet een heel getal zijn", "must be a whole number"),
    "int_parsing_size": ("dit getal is te groot", "is too large a number"),
    "string_type": ("het moet tekst zijn", "must be text"),
    "string_unicode": ("deze tekst heeft tekens die niet bestaan", "has characters that do not exist"),
    "string_too_short": ("minstens {min_length} tekens", "must have at least {min_length} characters"),
    "string_too_long": ("hoogstens {max_length} tekens", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("de vorm moet zijn: {pattern}", "must have the form {pattern}"),
    "greater_than": ("het moet meer dan {gt} zijn", "must be more than {gt}"),
    "greater_than_equal": ("het moet minstens {ge} zijn", "must be at least {ge}"),
    "less_than": ("het moet minder dan {lt} zijn", "must be less than {lt}"),
    "less_than_equal": ("het mag hoogstens {le} zijn", "must be at most {le}"),
    "too_short": ("minstens {min_length} onderdelen", "must have at least {min_length} items"),
    "too_long": ("hoogstens {max_length} onderdelen", "must have at most {max_length} items"),
    "enum": ("kies uit {expected}", "must be {expected}"),
    "literal_error": ("kies uit {expected}", "must be {expected}"),
    "bool_type": ("het moet true of false zijn", "must be true or false"),
    "bool_parsing": ("het moet true of false zijn", "must be true or false"),
    "date_parsing": ("deze dag bestaat niet", "is not an existing day"),
    "date_from_datetime_parsing": ("deze dag bestaat niet", "is not an existing day"),
    "date_from_datetime_inexact": ("het moet een dag zijn, zonder tijd", "must be a day without a time"),
    "datetime_parsing": ("dit moment bestaat niet", "is not an existing instant"),
    "datetime_from_date_parsing": ("dit moment bestaat niet", "is not an existing instant"),
    "date_type": ("het moet een dag zijn, zoals 2026-01-31", "must be a day, such as 2026-01-31"),
    "datetime_type": (
        "het moet een moment zijn, zoals 2026-01-31T12:00:00Z",
        "must be an instant, such as 2026-01-31T12:00:00Z",
    ),
    "timezone_aware": ("noem ook de tijdzone, zoals Z of +02:00", "must name its time zone, Z or +02:00"),
    "uuid_type": ("het moet een UUID zijn", "must be a UUID"),
    "uuid_parsing": ("het moet een UUID zijn", "must be a UUID"),
    "union_tag_invalid": ("kies een kind uit {expected_tags}", "must have a kind of {expected_tags}"),
    "union_tag_not_found": ("hier hoort een kind bij", "must have a kind"),
    "model_type": ("het moet een groep velden zijn", "must be an object"),
    "model_attributes_type": ("het moet een groep velden zijn", "must be an object"),
    "dict_type": ("het moet een groep velden zijn", "must be an object"),
    "tuple_type": ("het moet een lijst zijn", "must be a list"),
    "list_type": ("het moet een lijst zijn", "must be a list"),
    "frozen_set_type": ("het moet een lijst zijn", "must be a list"),
}
"""What is wrong with a value, by pydantic's name for it: Dutch, then English; {…} is never the value."""

_RULES: Final[Mapping[str, str]] = {
    "must be a UUID of version 7 (RFC 9562)": "het moet een UUID van versie 7 zijn (RFC 9562)",
    "the last day lies before the first": "de laatste dag ligt voor de eerste",
    "nothing is changed: name what should become otherwise": (
        "er verandert niets: vul in wat anders moet worden"
    ),
    "holds a control character": "hier staat een stuurteken in",
    "name exactly one of code, entitlementId and allocation": (
        "noem precies een van code, entitlementId en allocation"
    ),
    "name either entitlementId or allocation": "noem entitlementId of allocation, en niet allebei",
    "a quantity and its unit come together": "een hoeveelheid en haar eenheid horen bij elkaar",
    "money is an amount, not a quantity": "geld is een bedrag en geen hoeveelheid",
    "an entitlement needs an amount, a quantity, a cap, or named providers": (
        "een tegoed heeft een bedrag, een hoeveelheid, een maximum of aanbieders bij naam nodig"
    ),
    "a drawing right and an arrangement need an amount": (
        "een trekkingsrecht en een arrangement hebben een bedrag nodig"
    ),
    "an arrangement needs a plan: choose at least one service that it is for": (
        "een arrangement heeft een plan nodig: kies minstens één dienst waarvoor het is"
    ),
    "debtor_name and debtor_iban are given together or not at all": (
        "debtorName en debtorIban horen bij elkaar"
    ),
    "the role provider and a provider_id go together": "de rol provider en een providerId horen bij elkaar",
    "the role holder and a person_id go together": "de rol holder en een personId horen bij elkaar",
    "a person cannot be their own representative": "niemand kan zichzelf vertegenwoordigen",
    "a house letter or addition needs a house number": (
        "een huisletter of toevoeging heeft een huisnummer nodig"
    ),
    "two rate ceilings for one service and class": "er staan twee plafonds voor één dienst en soort tarief",
    "a reason goes with holding and rejecting, and only with these": (
        "een reden hoort bij vasthouden en afkeuren, en alleen daarbij"
    ),
    "a line is marked once at a time": "een regel staat er twee keer in",
    "an organisation has agb and kvk": "een organisatie heeft een AGB-code en een KvK-nummer",
    "a dispute needs a note": "zeg erbij wat er niet klopt",
    "a line is named once": "noem elke regel één keer",
    "holding, rejecting and letting go need a note": (
        "vasthouden, afkeuren en toch betalen hebben een toelichting nodig"
    ),
    "choose one helper, from the list or by name": "kies één hulpverlener: uit de lijst, of met een naam",
    "a purpose is told in words of one's own": "schrijf in uw eigen woorden waarom u kijkt",
    "must be a percentage, such as 15 or 12.5": "het moet een percentage zijn, zoals 15 of 12,5",
    "must be an amount in euros, such as 12 or 12.50": (
        "het moet een bedrag in euro zijn, zoals 12 of 12,50"
    ),
    "must be a whole number, such as 12 or 1000": "het moet een heel getal zijn, zoals 12 of 1.000",
    "must be more than nothing": "het moet meer dan 0 zijn",
    "the time is filled in one way, not both": "vul de uren in, of van wanneer tot wanneer, en niet allebei",
    "both times are filled in, or none": "vul beide tijden in, of geen van beide",
    "a last day is set or taken away, not both": (
        "een laatste dag wordt bepaald of weggehaald, niet allebei"
    ),
    "the two passwords are not the same": "de twee wachtwoorden zijn niet gelijk",
    "the password is too easy to guess": "dit wachtwoord is te makkelijk te raden",
    "must not hold a citizen service number": "hier mag geen burgerservicenummer in staan",
    "must not be a citizen service number": "dit mag geen burgerservicenummer zijn",
    "identity must not be a citizen service number": "identity mag geen burgerservicenummer zijn",
    "two terms have one number": "twee afspraken hebben hetzelfde nummer",
    "the days are in order, none twice": "zet de dagen op volgorde, elke dag één keer",
    "the years are in order, none twice": "zet de jaren op volgorde, elk jaar één keer",
    "the signals are in order, none twice": "zet de signalen op volgorde, elk één keer",
    "a product group or segment has a code, a contract has none": (
        "een productgroep of segment heeft een code, een contract niet"
    ),
    "a weight is a part of the total": "een gewicht is een deel van het geheel",
    "an organisation has agb": "een organisatie heeft een AGB-code",
    "an organisation has kvk": "een organisatie heeft een KvK-nummer",
}
"""Our own rules about values: the English sentence, then the Dutch one."""

_EMPTY: Final[Mapping[str, tuple[str, str]]] = {
    "string_too_short": ("dit is nog leeg", "is still empty"),
    "too_short": ("er is nog niets gekozen", "nothing is chosen yet"),
}
"""What is told instead where one would be enough."""

_OTHERWISE: Final = ("deze waarde klopt niet", "is not right")


def problem(code: str, language: Language, **facts: object) -> Sentence:
    """What to tell about a problem of HTTP."""
    title, detail = PROBLEMS[code][language]
    return Sentence(title=title, detail=detail.format(**facts))


def fault(error: Mapping[str, Any], language: Language) -> str:
    """What to tell about one value that is wrong; error is one of pydantic's."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return _rule(str(context.get("error", "")), language)
    if context.get("min_length") == 1 and (empty := _EMPTY.get(error["type"])):
        return empty[0 if language is Language.NL else 1]
    template = _FAULTS.get(error["type"], _OTHERWISE)[0 if language is Language.NL else 1]
    return template.format(**context)


def _rule(sentence: str, language: Language) -> str:
    """Our own sentence; in Dutch where we have it, else named as English."""
    if language is Language.EN:
        return sentence
    if sentence in _RULES:
        return _RULES[sentence]
    for pattern, dutch in _RULES_WITH:
        if found := re.fullmatch(pattern, sentence):
            return found.expand(dutch)
    if found := re.fullmatch("not a valid [a-z_]+: (.+)", sentence):
        return form("fault", {"fault": found[1]}, WORDS)
    return f"deze waarde klopt niet (in het Engels: {sentence})"


_RULES_WITH: Final = (
    (r"must lie in the years (\d+) to (\d+)", r"het jaar moet van \1 tot en met \2 zijn"),
    (r"two lines of service (\w+) hold on one day", r"twee regels van dienst \1 gelden op dezelfde dag"),
    (
        r"lines\[(\d+)\] \((\w+)\) reaches outside the contract's validity",
        r"regel \1 (\2) valt buiten de looptijd van het contract",
    ),
    (
        r"the shares of a year sum to (\d+) basis points",
        r"de delen van een jaar zijn samen \1 basispunten",
    ),
)
"""The same for sentences that hold a number or a code."""
