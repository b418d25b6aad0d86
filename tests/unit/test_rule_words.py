# SPDX-License-Identifier: EUPL-1.2
"""Rules and terms as sentences: every kind there is, in both languages, with every number that it holds."""

import re
from typing import Any, get_args
from uuid import uuid4

import pytest
from pydantic import TypeAdapter

from ledger.rules.confirmations import AnyConfirmation
from ledger.rules.restrictions import AnyRestriction
from ledger.rules.terms import AnyTerm
from ledger.rules.terms_basis import AnyBasis
from ledger.texts import Language
from ledger.texts.rule_words import SENTENCES, Called, of_confirmation, of_restriction, of_term

CALLED = Called(services={"01A04": "Hulp bij het huishouden"}, providers={"01234567": "Thuis Goed"})

RESTRICTIONS: list[tuple[dict[str, Any], str]] = [
    (
        {"kind": "only_services", "services": ["01A04", "02A03"]},
        "Alleen voor: Hulp bij het huishouden (01A04) en 02A03.",
    ),
    ({"kind": "only_categories", "categories": ["01"]}, "de code begint met 01."),
    (
        {"kind": "only_providers", "providers": ["01234567", "76543210"]},
        "AGB 76543210 en Thuis Goed (AGB 01234567).",
    ),
    (
        {"kind": "only_items", "items": [{"service": "02A03", "providers": []}]},
        "Alleen: 02A03 bij geen enkele aanbieder.",
    ),
    (
        {
            "kind": "only_items",
            "items": [{"service": "01A04", "providers": ["01234567"]}, {"service": "02A03"}],
        },
        "Alleen: Hulp bij het huishouden (01A04) bij Thuis Goed (AGB 01234567); "
        "02A03 bij elke aanbieder met een contract.",
    ),
    (
        {"kind": "cap", "per": "week", "unit": "minute", "most": 180},
        "Hoogstens 3 uur per week. Wat in een andere eenheid wordt gerekend, wordt geweigerd.",
    ),
    (
        {"kind": "cap", "per": "week", "unit": "minute", "most": 60, "services": []},
        "Hoogstens 1 uur per week van: geen enkele dienst.",
    ),
    (
        {
            "kind": "cap",
            "per": "month",
            "unit": "eurocent",
            "most": 50_000,
            "services": ["01A04"],
            "carryOver": True,
        },
        "Hoogstens € 500,00 per maand van: Hulp bij het huishouden (01A04). Wat overblijft, mag later.",
    ),
    ({"kind": "uses_max", "most": 12}, "Hoogstens 12 keer."),
    ({"kind": "uses_max", "most": 1}, "Hoogstens 1 keer."),
    ({"kind": "claim_within", "days": 60}, "tot en met 60 dagen na de zorg."),
]
CONFIRMATIONS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "none"}, "hoeft niets te zeggen"),
    ({"kind": "objection"}, "ziet wat er wordt betaald"),
    ({"kind": "consent"}, "pas betaald als de inwoner bevestigt."),
    ({"kind": "consent", "silenceDays": 14}, "of 14 dagen niets zegt."),
]
MONTHLY = {"kind": "monthly", "pays": "in_advance"}
TERMS: list[tuple[dict[str, Any], str]] = [
    (
        {
            "kind": "availability",
            "basis": {"kind": "fixed", "yearlyCents": 1_200_00},
            "schedule": MONTHLY,
            "minimum": {"basisPoints": 9550, "agreed": 4, "agreedPerDays": 1, "below": "refuse"},
        },
        "Voor het beschikbaar zijn: € 1.200,00 per jaar, elke maand vooraf. Er moet minstens 95,5% "
        "beschikbaar zijn van 4 per 1 dagen. Is het minder, dan wordt die termijn niet betaald.",
    ),
    (
        {
            "kind": "availability",
            "basis": {
                "kind": "historical_cost",
                "years": [2023, 2024],
                "take": "average",
                "indexBasisPoints": 10_250,
            },
            "schedule": {"kind": "quarterly"},
        },
        "de gemiddelde kosten van 2023 en 2024, × index 102,5%, elk kwartaal achteraf.",
    ),
    (
        {
            "kind": "availability",
            "basis": {
                "kind": "historical_cost",
                "years": [2023, 2024],
                "take": "last",
                "indexBasisPoints": 10_250,
            },
            "schedule": MONTHLY,
        },
        "Voor het beschikbaar zijn: de kosten van 2024, × index 102,5%, elke maand vooraf.",
    ),
    (
        {
            "kind": "availability",
            "basis": {
                "kind": "available_means",
                "availableCents": 90_000_00,
                "weight": 20,
                "weightTotal": 100,
                "weightBefore": 30,
            },
            "schedule": {
                "kind": "named_days",
                "shares": [
                    {"month": 2, "day": 1, "basisPoints": 4_000},
                    {"month": 8, "day": 1, "basisPoints": 6_000},
                ],
            },
        },
        "naar gewicht 20 van 100 (na 30), elk jaar op 1 februari 40% en 1 augustus 60%.",
    ),
    (
        {
            "kind": "availability",
            "basis": {"kind": "population", "group": "youths", "perPersonCents": 12_34, "yearsBack": 1},
            "schedule": {"kind": "four_weekly"},
        },
        "€ 12,34 per jeugdige per jaar, × weging 100%, van 1 jaar eerder, elke vier weken achteraf.",
    ),
    (
        {
            "kind": "ceiling",
            "scope": "segment",
            "scopeCode": "S1",
            "amounts": [{"year": 2026, "cents": 10_000_00}, {"year": 2027, "cents": 11_000_00}],
            "paidBeyondBasisPoints": 2_500,
            "signalsAt": [8_000, 9_500],
        },
        "Plafond van segment S1: 2026: € 10.000,00; 2027: € 11.000,00. Van wat daarboven komt, wordt "
        "25% betaald. Er komt een melding bij 80% en 95% van het plafond.",
    ),
    (
        {"kind": "ceiling", "scope": "contract", "amounts": [{"year": 2026, "cents": 1}]},
        "Plafond van het hele contract: 2026: € 0,01. Wat daarboven komt, wordt niet betaald.",
    ),
]


def kinds(union: Any) -> set[str]:
    members = get_args(get_args(union)[0])
    return {kind for each in members for kind in get_args(each.model_fields["kind"].annotation)}


@pytest.mark.parametrize(("rule", "words"), RESTRICTIONS)
def test_a_restriction_in_words(rule: dict[str, Any], words: str) -> None:
    made: AnyRestriction = TypeAdapter(AnyRestriction).validate_python(rule)
    assert words in plain(of_restriction(made, Language.NL, CALLED))
    assert said(of_restriction(made, Language.EN, CALLED))


@pytest.mark.parametrize(("asked", "words"), CONFIRMATIONS)
def test_what_is_asked_of_the_resident_in_words(asked: dict[str, Any], words: str) -> None:
    made: AnyConfirmation = TypeAdapter(AnyConfirmation).validate_python(asked)
    assert words in of_confirmation(made, Language.NL)
    assert said(of_confirmation(made, Language.EN))


@pytest.mark.parametrize(("term", "words"), TERMS)
def test_a_term_in_words(term: dict[str, Any], words: str) -> None:
    made: AnyTerm = TypeAdapter(AnyTerm).validate_python(term)
    assert words in plain(" ".join(of_term(made, Language.NL)))
    assert said(" ".join(of_term(made, Language.EN)))


def test_every_kind_there_is_stands_in_these_tests() -> None:
    assert {rule["kind"] for rule, _ in RESTRICTIONS} == kinds(AnyRestriction)
    assert {asked["kind"] for asked, _ in CONFIRMATIONS} == kinds(AnyConfirmation)
    assert {term["kind"] for term, _ in TERMS} == kinds(AnyTerm)
    assert {term["basis"]["kind"] for term, _ in TERMS if "basis" in term} == kinds(AnyBasis)


def test_both_languages_say_the_same_things_with_the_same_facts() -> None:
    dutch, english = SENTENCES[Language.NL], SENTENCES[Language.EN]
    assert dutch.keys() == english.keys()
    for name, text in dutch.items():
        facts = [sorted(re.findall(r"\{(\w+)\}", each)) for each in (text, english[name])]
        assert facts[0] == facts[1], name


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def said(text: str) -> bool:
    """Nothing is left unfilled, and no code of an unknown thing got lost."""
    return text.endswith(".") and "{" not in text and str(uuid4()) not in text
