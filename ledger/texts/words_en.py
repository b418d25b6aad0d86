# SPDX-License-Identifier: EUPL-1.2
"""English words for the forms: months, units and the names of stored values."""

from typing import Final

from ledger.texts.forms import Words
from ledger.units import Unit

_UNITS: Final = {
    "eurocent": "euros",
    "minute": "minutes",
    "day_part": "day-parts",
    "day": "days",
    "piece": "pieces",
    "None": "an unknown unit",
}

_ROLES: Final = {
    "administrator": "administrator",
    "gatekeeper": "gatekeeper",
    "contract_manager": "contract manager",
    "finance": "finance",
    "paying_agent": "paying agent",
    "auditor": "auditor",
    "provider": "provider",
    "holder": "resident",
}

_ACTIONS: Final = {
    "manage_accounts": "manage accounts, roles and keys",
    "see_accounts": "see who has which roles",
    "see_catalogue": "see services and programmes",
    "edit_catalogue": "change services",
    "edit_programmes": "write and publish programmes",
    "see_contracts": "see providers and contracts",
    "edit_providers": "change providers",
    "edit_contracts": "make and change contracts and tariffs",
    "set_paying_account": "change the account the municipality pays from",
    "see_budgets": "see budgets",
    "fund_budgets": "make, raise and lower budgets",
    "find_people": "find residents and see who they are",
    "register_people": "register residents and mandates",
    "see_access_log": "see who looked at whose details",
    "see_entitlements": "see entitlements",
    "grant": "grant and change entitlements",
    "issue_codes": "issue and revoke codes",
    "see_care_agreements": "see care agreements",
    "enter_care_agreement": "enter a care agreement",
    "approve_care": "approve a care agreement for the municipality",
    "approve_care_paying": "approve a care agreement for the paying agent",
    "quote": "ask what a redemption would give",
    "redeem": "redeem a code",
    "claim": "send claims",
    "reverse": "reverse a redemption",
    "see_redemptions": "see redemptions",
    "settle": "settle with providers",
    "see_settlements": "see settlements and payments",
    "export_payment_file": "take out the payment file",
    "record_bank_answers": "record what the bank answered",
    "see_entries": "see accounts and entries",
    "check_books": "check the books",
}

WORDS: Final = Words(
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    money="{sign}€{euros}.{cents}",
    thousands=",",
    units={
        Unit.MINUTE: ("minute", "minutes"),
        Unit.DAY_PART: ("day-part", "day-parts"),
        Unit.DAY: ("day", "days"),
        Unit.PIECE: ("piece", "pieces"),
    },
    hours=("hour", "hours"),
    both="and",
    either="or",
    yes="yes",
    no="no",
    at="at",
    names={
        "unit": _UNITS,
        "covered": _UNITS,
        "per": {
            "day": "per day",
            "week": "per week",
            "month": "per month",
            "year": "per year",
            "total": "in total",
        },
        "law": {"wmo": "Wmo", "jw": "Youth Act"},
        "measure": {
            "minute": "minute",
            "hour": "hour",
            "day_part": "day-part",
            "day": "day",
            "piece": "piece",
            "euro": "amount",
        },
        "kind": {
            "bsn": "citizen service number (BSN)",
            "agb": "AGB code",
            "kvk": "trade register number (KvK)",
            "iban": "account number (IBAN)",
            "postcode": "postcode",
            "municipality": "municipality code",
            "product_code": "product code",
        },
        "role": _ROLES,
        "other_role": _ROLES,
        "rate_class": {"formal": "a professional", "informal": "somebody of the resident’s own network"},
        "action": _ACTIONS,
        "waits_for": {"gatekeeper": "the municipality", "paying_agent": "the paying agent"},
    },
    phrases={"fault": ((r"([\w.]+): Value error, (.+)", r"\1: \2"),)},
    foreign="{}",
)
