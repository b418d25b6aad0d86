# SPDX-License-Identifier: EUPL-1.2
"""Dutch words for the forms: months, units and the names of stored values; faults are in faults_nl."""

from typing import Final

from ledger.texts.faults_nl import FAULTS, PLACES
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
    money="€ {sign}{euros},{cents}",
    thousands=".",
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
    phrases={"fault": FAULTS, "place": PLACES},
    foreign="“{}” (in het Engels)",
)
