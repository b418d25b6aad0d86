# SPDX-License-Identifier: EUPL-1.2
"""What people read, word for word: amounts, days, lists, and the sentences that matter most."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from ledger import identifiers, manual_code
from ledger.errors import ChangedMeanwhile, InvalidIdentifier, LedgerError, MalformedFile
from ledger.formats import xml_safe
from ledger.rules import refusals as no
from ledger.scans import NoSuchRight, RedemptionRefused
from ledger.texts import Language, Sentence, forms, language_of, reasons, say, words_en, words_nl
from ledger.units import Unit

NL, EN = words_nl.WORDS, words_en.WORDS
MONDAY = date(2026, 3, 9)
NEXT_MONDAY = date(2026, 3, 16)


# ------------------------------------------------------------------------------------------- the forms


@pytest.mark.parametrize(
    ("cents", "dutch", "english"),
    [
        (0, "€ 0,00", "€0.00"),
        (1, "€ 0,01", "€0.01"),
        (99, "€ 0,99", "€0.99"),
        (100, "€ 1,00", "€1.00"),
        (3115, "€ 31,15", "€31.15"),
        (99_999, "€ 999,99", "€999.99"),
        (100_000, "€ 1.000,00", "€1,000.00"),
        (1_234_567, "€ 12.345,67", "€12,345.67"),
        (123_456_789_01, "€ 123.456.789,01", "€123,456,789.01"),
        (-1, "€ -0,01", "-€0.01"),
        (-3115, "€ -31,15", "-€31.15"),
    ],
)
def test_money_is_exact_to_the_cent(cents: int, dutch: str, english: str) -> None:
    assert (forms.euros(cents, NL), forms.euros(cents, EN)) == (dutch, english)


@pytest.mark.parametrize(
    ("minutes", "dutch", "english"),
    [
        (0, "0 minuten", "0 minutes"),
        (1, "1 minuut", "1 minute"),
        (59, "59 minuten", "59 minutes"),
        (60, "1 uur", "1 hour"),
        (61, "1 uur en 1 minuut", "1 hour and 1 minute"),
        (90, "1 uur en 30 minuten", "1 hour and 30 minutes"),
        (120, "2 uur", "2 hours"),
        (60_061, "1.001 uur en 1 minuut", "1,001 hours and 1 minute"),
    ],
)
def test_minutes_are_told_as_hours_and_minutes(minutes: int, dutch: str, english: str) -> None:
    assert (forms.duration(minutes, NL), forms.duration(minutes, EN)) == (dutch, english)


@pytest.mark.parametrize(
    ("quantity", "unit", "dutch", "english"),
    [
        (1, Unit.DAY_PART, "1 dagdeel", "1 day-part"),
        (2, Unit.DAY_PART, "2 dagdelen", "2 day-parts"),
        (0, Unit.DAY, "0 etmalen", "0 days"),
        (1, Unit.DAY, "1 etmaal", "1 day"),
        (1, Unit.PIECE, "1 stuk", "1 piece"),
        (1_000, Unit.PIECE, "1.000 stuks", "1,000 pieces"),
        (61, Unit.MINUTE, "1 uur en 1 minuut", "1 hour and 1 minute"),
        (1, Unit.EUROCENT, "€ 0,01", "€0.01"),
    ],
)
def test_one_is_singular_and_all_else_plural(quantity: int, unit: Unit, dutch: str, english: str) -> None:
    assert (forms.amount(quantity, unit, NL), forms.amount(quantity, unit, EN)) == (dutch, english)


def test_a_day_has_its_month_in_full() -> None:
    assert [forms.day(MONDAY, words) for words in (NL, EN)] == ["9 maart 2026", "9 March 2026"]


def test_an_instant_is_told_in_dutch_time() -> None:
    summer = datetime(2026, 6, 30, 22, 5, tzinfo=UTC)
    assert [forms.moment(summer, words) for words in (NL, EN)] == [
        "1 juli 2026 om 00:05",
        "1 July 2026 at 00:05",
    ]


@pytest.mark.parametrize(
    ("items", "told"), [([], ""), (["a"], "a"), (["a", "b"], "a of b"), (["a", "b", "c"], "a, b of c")]
)
def test_a_list_has_the_joint_before_the_last(items: list[str], told: str) -> None:
    assert forms.listed(items, "of") == told


def test_a_fact_is_never_read_as_a_template() -> None:
    facts = {"name": "{id} {0}", "id": "secret"}
    assert forms.said("De naam {name}.", facts, NL) == "De naam {id} {0}."


def test_a_template_that_asks_for_no_fact_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="least"):
        forms.said("Hoogstens {least}.", {"most": 1}, NL)


# --------------------------------------------------------------------------------------- the sentences

SAID: list[tuple[LedgerError, Sentence, Sentence]] = [
    (
        no.BalanceTooLow(unit="eurocent", asked=2, left=1),
        Sentence(
            title="Er is te weinig tegoed over",
            detail="U vraagt € 0,02. U kunt nog hoogstens € 0,01 verzilveren.",
        ),
        Sentence(
            title="Too little is left",
            detail="You ask for €0.02. At most €0.01 can still be redeemed.",
        ),
    ),
    (
        no.BalanceTooLow(unit="minute", asked=90, left=0),
        Sentence(
            title="Er is te weinig tegoed over",
            detail="U vraagt 1 uur en 30 minuten, maar het tegoed is op.",
        ),
        Sentence(
            title="Too little is left",
            detail="You ask for 1 hour and 30 minutes, but nothing is left of the entitlement.",
        ),
    ),
    (
        no.CapReached(per="week", unit="minute", most=180, left=40, first_day=NEXT_MONDAY),
        Sentence(
            title="Dit is meer dan het maximum",
            detail="Het maximum is 3 uur per week. Daarvan kunt u nog 40 minuten verzilveren. "
            "Op 16 maart 2026 begint een nieuwe periode.",
        ),
        Sentence(
            title="This is more than the maximum",
            detail="The maximum is 3 hours per week. Of that, 40 minutes can still be redeemed. "
            "A new period begins on 16 March 2026.",
        ),
    ),
    (
        no.CapReached(per="total", unit="eurocent", most=1_234_567, left=0, first_day=None),
        Sentence(
            title="Dit is meer dan het maximum",
            detail="Het maximum is € 12.345,67 in totaal. Daarvan is niets meer over. "
            "Er komt geen nieuwe periode meer.",
        ),
        Sentence(
            title="This is more than the maximum",
            detail="The maximum is €12,345.67 in total. Nothing is left of it. "
            "There is no new period after this one.",
        ),
    ),
    (
        no.Suspended(from_day=MONDAY, first_day=None),
        Sentence(
            title="Het tegoed is tijdelijk gestopt",
            detail="Vanaf 9 maart 2026 is het tegoed tijdelijk gestopt. Wij weten nog niet wanneer het weer "
            "geldt. Vraag het aan de gemeente.",
        ),
        Sentence(
            title="The entitlement is suspended",
            detail="The entitlement is suspended from 9 March 2026. We do not know yet when it will hold "
            "again. Ask the municipality.",
        ),
    ),
    (
        no.CodeRevoked(),
        Sentence(
            title="Deze code werkt niet meer",
            detail="De code is ingetrokken of vervangen. Gebruik de code uit de nieuwste brief. Is er geen "
            "nieuwere brief? Bel dan de gemeente.",
        ),
        Sentence(
            title="This code no longer works",
            detail="The code was withdrawn or replaced. Use the code in the newest letter. If there is no "
            "newer letter, call the municipality.",
        ),
    ),
    (
        no.UsesExhausted(most=1),
        Sentence(
            title="Het tegoed is vaak genoeg gebruikt",
            detail="U kunt het tegoed 1 keer gebruiken. Dat is al gebeurd. Vraag de gemeente wat mogelijk "
            "is.",
        ),
        Sentence(
            title="The entitlement has been used often enough",
            detail="The entitlement can be used once. That has been done. Ask the municipality what is "
            "possible.",
        ),
    ),
    (
        no.ServiceNotCovered(service="02A04", covered=("01", "03")),
        Sentence(
            title="Het tegoed is niet voor deze dienst",
            detail="Het tegoed is niet voor productcode 02A04. Het is voor productcodes die beginnen met 01 "
            "of 03.",
        ),
        Sentence(
            title="The entitlement is not for this service",
            detail="The entitlement is not for product code 02A04. It is for product codes that begin with "
            "01 or 03.",
        ),
    ),
    (
        no.CareAgreementNotApproved(waits_for=("gatekeeper", "paying_agent")),
        Sentence(
            title="De zorgovereenkomst is nog niet goedgekeurd",
            detail="De goedkeuring van de gemeente en het betaalkantoor is nog nodig. Daarna kunt u "
            "verzilveren.",
        ),
        Sentence(
            title="The care agreement is not approved yet",
            detail="The approval of the municipality and the paying agent is still needed. "
            "After that it can be redeemed.",
        ),
    ),
    (
        ChangedMeanwhile(id=UUID(int=7), version=0),
        Sentence(
            title="Iemand anders heeft dit intussen veranderd",
            detail="Uw wijziging is niet opgeslagen. Dit bestaat nog niet. Stuur het opnieuw, zonder versie.",
        ),
        Sentence(
            title="Somebody else changed this meanwhile",
            detail="Your change was not saved. This does not exist yet. Send it again, without a version.",
        ),
    ),
]


@pytest.mark.parametrize(("error", "dutch", "english"), SAID, ids=[f"{error}"[:60] for error, _, _ in SAID])
def test_what_is_said(error: LedgerError, dutch: Sentence, english: Sentence) -> None:
    assert say(error, Language.NL) == dutch
    assert say(error, Language.EN) == english


def test_a_refusal_tells_every_reason_in_its_order() -> None:
    refused = RedemptionRefused(reasons=[no.AfterEnd(last_day=MONDAY), no.Closed()])
    told = reasons(refused, Language.NL)
    assert [each.title for each in told] == ["Het tegoed is afgelopen", "Het tegoed is afgesloten"]
    assert say(refused, Language.NL).detail == f"Er zijn 2 redenen. 1. {told[0].detail} 2. {told[1].detail}"


def test_a_refusal_for_one_reason_tells_just_that() -> None:
    reason = no.BalanceTooLow(unit="eurocent", asked=2, left=1)
    refused = RedemptionRefused(reasons=[reason])
    assert say(refused, Language.EN) == Sentence(
        title="This cannot be redeemed", detail=say(reason, Language.EN).detail
    )


def test_other_errors_have_no_reasons() -> None:
    assert reasons(NoSuchRight(), Language.NL) == []


# --------------------------------------------------------------------------------- faults in what came in


@pytest.mark.parametrize(
    ("check", "value", "told"),
    [
        (identifiers.agb, "1", "Controleer de AGB-code: het moeten 8 cijfers zijn."),
        (
            identifiers.bsn,
            "123456789",
            "Controleer het burgerservicenummer (BSN): het getal voldoet niet aan de 11-proef.",
        ),
        (
            identifiers.iban,
            "NL00BANK0123456789",
            "Controleer het rekeningnummer (IBAN): de controlecijfers kloppen niet.",
        ),
        (identifiers.postcode, "0000", "Controleer de postcode: het moeten 4 cijfers en 2 letters zijn."),
    ],
)
def test_a_wrong_number_is_told_in_dutch(check: object, value: str, told: str) -> None:
    assert callable(check)
    with pytest.raises(InvalidIdentifier) as refused:
        check(value)
    assert say(refused.value, Language.NL).detail == told


def test_a_wrong_file_is_told_in_dutch_with_its_place() -> None:
    with pytest.raises(MalformedFile) as refused:
        xml_safe.parse(b"\n\n<a>\xff</a>")
    assert say(refused.value, Language.NL).detail.startswith(
        "De fout zit hier: regel 3. Wat er mis is: dit is geen UTF-8 (OP192). Er is niets geboekt."
    )


def test_a_fault_without_dutch_words_is_shown_as_english() -> None:
    error = MalformedFile(place="line 2", fault="is purple")
    assert "Wat er mis is: “is purple” (in het Engels)." in (say(error, Language.NL).detail)


def test_each_fault_of_a_line_is_told_by_itself() -> None:
    error = MalformedFile(place="line 2", fault="missing columns: reference; is purple; unknown columns: x")
    assert forms.form("fault", error.facts, NL) == (
        "deze kolommen ontbreken: reference; “is purple” (in het Engels); deze kolommen kennen wij niet: x"
    )


def test_the_letters_that_no_code_has_are_those_we_name() -> None:
    with pytest.raises(manual_code.ManualCodeUnreadable) as refused:
        manual_code.normal("UUUU-UUUUU-UUUUU")
    assert "nooit de letter U" in say(refused.value, Language.NL).detail
    assert len(manual_code.new().replace("-", "")) == 14


# ---------------------------------------------------------------------------------------- which language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.NL),
        ("", Language.NL),
        ("nl", Language.NL),
        ("en", Language.EN),
        ("EN-gb", Language.EN),
        ("en-US,en;q=0.9,nl;q=0.8", Language.EN),
        ("en;q=0.8, nl;q=0.9", Language.NL),
        ("en, nl", Language.EN),
        ("nl, en", Language.NL),
        ("de, fr;q=0.5", Language.NL),
        ("de, en;q=0.1", Language.EN),
        ("*", Language.NL),
        ("*;q=0.5, en", Language.EN),
        ("nl;q=0, *", Language.EN),
        ("en;q=0", Language.NL),
        ("en;q=0.001, nl;q=0.002", Language.NL),
        ("en;q=1.000, nl;q=0.999", Language.EN),
        ("en;q=7, nl;q=0.1", Language.NL),
        ("english please", Language.NL),
        ("en" * 10_000, Language.NL),
        (",;=,q", Language.NL),
    ],
)
def test_the_language_is_the_one_liked_best(header: str | None, language: Language) -> None:
    assert language_of(header) is language
