# SPDX-License-Identifier: EUPL-1.2
"""Dutch words for the forms: months, units, the names of stored values, and faults in files.

Faults are noted in English where a file is read. The ones people meet are told in Dutch; of any other
the English words are shown as they are, and named as such.
"""

from typing import Final

from ledger.texts.forms import Words
from ledger.units import Unit

_UNITS: Final = {
    "eurocent": "euro's",
    "minute": "minuten",
    "day_part": "dagdelen",
    "day": "etmalen",
    "piece": "stuks",
    "None": "een onbekende eenheid",
}

_ROLES: Final = {
    "administrator": "beheerder",
    "gatekeeper": "poortwachter",
    "contract_manager": "contractmanager",
    "finance": "financiën",
    "paying_agent": "betaalkantoor",
    "auditor": "controleur",
    "provider": "aanbieder",
    "holder": "inwoner",
}

_ACTIONS: Final = {
    "manage_accounts": "accounts, rollen en sleutels beheren",
    "see_accounts": "zien wie welke rollen heeft",
    "see_catalogue": "diensten en regelingen bekijken",
    "edit_catalogue": "diensten wijzigen",
    "edit_programmes": "regelingen wijzigen en vaststellen",
    "see_contracts": "aanbieders en contracten bekijken",
    "edit_providers": "aanbieders wijzigen",
    "edit_contracts": "contracten en tarieven wijzigen",
    "set_paying_account": "de rekening wijzigen waarvan de gemeente betaalt",
    "see_budgets": "budgetten bekijken",
    "fund_budgets": "budgetten maken, verhogen en verlagen",
    "find_people": "inwoners zoeken en hun gegevens bekijken",
    "register_people": "inwoners en machtigingen registreren",
    "see_access_log": "zien wie gegevens heeft bekeken",
    "see_entitlements": "tegoeden bekijken",
    "grant": "tegoeden geven en wijzigen",
    "issue_codes": "codes geven en intrekken",
    "see_care_agreements": "zorgovereenkomsten bekijken",
    "enter_care_agreement": "een zorgovereenkomst invoeren",
    "approve_care": "een zorgovereenkomst goedkeuren voor de gemeente",
    "approve_care_paying": "een zorgovereenkomst goedkeuren voor het betaalkantoor",
    "quote": "vragen wat een verzilvering oplevert",
    "redeem": "een code verzilveren",
    "claim": "declareren",
    "reverse": "een verzilvering terugdraaien",
    "see_redemptions": "verzilveringen bekijken",
    "settle": "afrekenen met aanbieders",
    "see_settlements": "afrekeningen en betalingen bekijken",
    "export_payment_file": "het betaalbestand ophalen",
    "record_bank_answers": "antwoorden van de bank verwerken",
    "see_entries": "rekeningen en boekingen bekijken",
    "check_books": "de boeken controleren",
}

_FAULTS: Final = (
    (r"is not (\d+) digits", r"het moeten \1 cijfers zijn"),
    (r"does not pass the 11-test", "het getal voldoet niet aan de 11-proef"),
    (r"does not have the form of an IBAN", "dit heeft niet de vorm van een IBAN"),
    (r"its check digits are wrong", "de controlecijfers kloppen niet"),
    (r"is not four digits and two letters, or four digits", "het moeten 4 cijfers en 2 letters zijn"),
    (r"is not five digits or capitals", "het moeten 5 cijfers of hoofdletters zijn"),
    (r"is empty( \(\w+\))?", r"dit is leeg\1"),
    (r"is blank", "dit is leeg"),
    (r"is larger than (\d+) bytes( \(\w+\))?", r"dit is groter dan \1 bytes\2"),
    (r"has more than (\d+) tags", r"dit heeft meer dan \1 elementen"),
    (r"is not UTF-8( \(\w+\))?", r"dit is geen UTF-8\1"),
    (
        r"is not well-formed XML, .*",
        "dit is geen goede XML, of veel dieper of langer dan een bericht mag zijn",
    ),
    (r"begins with a byte order mark( \(\w+\))?", r"dit begint met een byte order mark; laat dat weg\1"),
    (r"declares another encoding than UTF-8( \(\w+\))?", r"hier staat een andere codering dan UTF-8\1"),
    (r"declares a document type, .*", "hier staat een documenttype (DOCTYPE), en dat mag niet"),
    (r"lacks element (\S+)", r"het element \1 ontbreekt"),
    (r"is out of order or doubled", "dit staat dubbel of niet in de goede volgorde"),
    (r"is doubled", "dit staat dubbel"),
    (r"is not known at this place", "dit hoort niet op deze plaats"),
    (r"holds text between its elements", "er staat tekst tussen de elementen"),
    (r"holds elements where text is expected", "hier moet tekst staan, geen elementen"),
    (r"has an attribute, .*", "hier staat een attribuut, en dat mag niet"),
    (r"is in namespace (\S+), expected (.+)", r"de namespace is \1 en moet \2 zijn"),
    (r"is not (\d+) to (\d+) characters", r"het moeten \1 tot en met \2 tekens zijn"),
    (r"must be one line of (\d+) to (\d+) characters", r"het moet 1 regel van \1 tot en met \2 tekens zijn"),
    (r"must be one of (.+)", r"het moet een van deze zijn: \1"),
    (r"must be a whole number from 0 to (\d+)", r"het moet een heel getal van 0 tot en met \1 zijn"),
    (r"must be an existing day as (\S+), without zone", r"het moet een bestaande dag zijn, zoals \1"),
    (r"must be a time as (\S+), without zone", r"het moet een tijd zijn, zoals \1"),
    (
        r"must be (\d+) digits that pass the 11-test.*",
        r"het moeten \1 cijfers zijn die aan de 11-proef voldoen",
    ),
    (r"must be (\d+) digits", r"het moeten \1 cijfers zijn"),
    (r"must be text that is not blank", "hier moet tekst staan"),
)

_PLACES: Final = (
    (r"file", "het hele bestand"),
    (r"line (\d+)", r"regel \1"),
    (r"line (\d+), column (\d+)", r"regel \1, kolom \2"),
    (r"line (\d+), element (\S+)", r"regel \1, element \2"),
    (r"element (\S+)", r"element \1"),
    (r"allocation (\d+), element (\S+)", r"toewijzing \1, element \2"),
    (r"transfer (\d+)", r"overboeking \1"),
    (r"transfer (\d+), (.+)", r"overboeking \1, \2"),
    (r"(.+)", r"\1"),
)

WORDS: Final = Words(
    months=(
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ),
    euro="€ ",
    thousands=".",
    cents=",",
    units={
        Unit.MINUTE: ("minuut", "minuten"),
        Unit.DAY_PART: ("dagdeel", "dagdelen"),
        Unit.DAY: ("etmaal", "etmalen"),
        Unit.PIECE: ("stuk", "stuks"),
    },
    hours=("uur", "uur"),
    both="en",
    either="of",
    yes="ja",
    no="nee",
    at="om",
    names={
        "unit": _UNITS,
        "covered": _UNITS,
        "per": {
            "day": "per dag",
            "week": "per week",
            "month": "per maand",
            "year": "per jaar",
            "total": "in totaal",
        },
        "law": {"wmo": "Wmo", "jw": "Jeugdwet"},
        "measure": {
            "minute": "minuut",
            "hour": "uur",
            "day_part": "dagdeel",
            "day": "etmaal",
            "piece": "stuk",
            "euro": "bedrag",
        },
        "kind": {
            "bsn": "het burgerservicenummer (BSN)",
            "agb": "de AGB-code",
            "kvk": "het KvK-nummer",
            "iban": "het rekeningnummer (IBAN)",
            "postcode": "de postcode",
            "municipality": "de gemeentecode",
            "product_code": "de productcode",
        },
        "role": _ROLES,
        "other_role": _ROLES,
        "rate_class": {"formal": "professionele", "informal": "niet-professionele"},
        "action": _ACTIONS,
        "waits_for": {"gatekeeper": "de gemeente", "paying_agent": "het betaalkantoor"},
    },
    phrases={"fault": _FAULTS, "place": _PLACES},
    foreign="“{}” (dit is een technische melding in het Engels)",
)
