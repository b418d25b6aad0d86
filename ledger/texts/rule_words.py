# SPDX-License-Identifier: EUPL-1.2
"""Rules of programmes and terms of contracts as sentences, for who puts them in force and who checks them.

Every number of a rule stands in its sentence; a test holds every kind there is against these. What a
resident gets is told otherwise, in texts/given.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from ledger.rules.confirmations import AnyConfirmation, Consent, NotAsked, Objection
from ledger.rules.restrictions import (
    AnyRestriction,
    Cap,
    ClaimWithin,
    OnlyCategories,
    OnlyItems,
    OnlyProviders,
    OnlyServices,
    UsesMax,
)
from ledger.rules.terms import AnyTerm
from ledger.rules.terms_availability import Availability, Minimum
from ledger.rules.terms_basis import AnyBasis, AvailableMeans, Fixed, HistoricalCost, Population
from ledger.rules.terms_ceiling import Ceiling
from ledger.rules.terms_schedule import AnySchedule, EqualParts
from ledger.texts import Language, forms, words_en, words_nl
from ledger.units import Unit

_WORDS: Final = {Language.NL: words_nl.WORDS, Language.EN: words_en.WORDS}

SENTENCES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.NL: {
        "only_services": "Alleen voor: {services}.",
        "only_categories": "Alleen voor diensten waarvan de code begint met {codes}.",
        "only_providers": "Alleen bij: {providers}.",
        "only_items": "Alleen: {items}.",
        "item": "{service} bij {providers}",
        "item_anybody": "{service} bij elke aanbieder met een contract",
        "cap": "Hoogstens {most} {per}.",
        "cap_unit": "{cap} Wat in een andere eenheid wordt gerekend, wordt geweigerd.",
        "no_service": "geen enkele dienst",
        "no_provider": "geen enkele aanbieder",
        "cap_of": "Hoogstens {most} {per} van: {services}.",
        "carry": "{cap} Wat overblijft, mag later.",
        "uses_max": "Hoogstens {most} keer.",
        "uses_max_one": "Hoogstens 1 keer.",
        "claim_within": "Declareren kan tot en met {days} dagen na de zorg.",
        "none": "De inwoner hoeft niets te zeggen. Wat de inwoner zelf betwist, wordt niet betaald.",
        "objection": "De inwoner ziet wat er wordt betaald. Wat de inwoner betwist, wordt niet betaald.",
        "consent": "Er wordt pas betaald als de inwoner bevestigt.",
        "consent_silence": "Er wordt pas betaald als de inwoner bevestigt, of {days} dagen niets zegt.",
        "availability": "Voor het beschikbaar zijn: {basis}, {schedule}.",
        "fixed": "{cents} per jaar",
        "cost_average": "de gemiddelde kosten van {years}, × index {index}",
        "cost_last": "de kosten van {years}, × index {index}",
        "means": "een deel van {cents} per jaar, naar gewicht {weight} van {total} (na {before})",
        "population_inhabitants": "{cents} per inwoner per jaar, × weging {weight}, van {back} jaar eerder",
        "population_youths": "{cents} per jeugdige per jaar, × weging {weight}, van {back} jaar eerder",
        "monthly": "elke maand",
        "four_weekly": "elke vier weken",
        "quarterly": "elk kwartaal",
        "in_advance": "{when} vooraf",
        "in_arrears": "{when} achteraf",
        "named_days": "elk jaar op {days}",
        "share": "{day} {share}",
        "minimum": "Er moet minstens {share} beschikbaar zijn van {agreed} per {days} dagen.",
        "in_proportion": "{minimum} Is het minder, dan wordt naar verhouding betaald.",
        "refuse": "{minimum} Is het minder, dan wordt die termijn niet betaald.",
        "ceiling_contract": "Plafond van het hele contract: {amounts}.",
        "ceiling_product_group": "Plafond van productgroep {code}: {amounts}.",
        "ceiling_segment": "Plafond van segment {code}: {amounts}.",
        "year": "{year}: {cents}",
        "beyond_nothing": "Wat daarboven komt, wordt niet betaald.",
        "beyond": "Van wat daarboven komt, wordt {share} betaald.",
        "signals": "Er komt een melding bij {shares} van het plafond.",
    },
    Language.EN: {
        "only_services": "Only for: {services}.",
        "only_categories": "Only for services whose code begins with {codes}.",
        "only_providers": "Only at: {providers}.",
        "only_items": "Only: {items}.",
        "item": "{service} at {providers}",
        "item_anybody": "{service} at every provider with a contract",
        "cap": "At most {most} {per}.",
        "cap_unit": "{cap} What is counted in another unit is refused.",
        "no_service": "no service at all",
        "no_provider": "no provider at all",
        "cap_of": "At most {most} {per} of: {services}.",
        "carry": "{cap} What is left over may be used later.",
        "uses_max": "At most {most} times.",
        "uses_max_one": "At most once.",
        "claim_within": "Claims are taken up to and including {days} days after the care.",
        "none": "The resident need not say anything. What they dispute of their own accord is not paid.",
        "objection": "The resident is shown what will be paid. What they dispute is not paid.",
        "consent": "Nothing is paid before the resident confirms it.",
        "consent_silence": "Nothing is paid before the resident confirms, or keeps silent for {days} days.",
        "availability": "For being available: {basis}, {schedule}.",
        "fixed": "{cents} per year",
        "cost_average": "the average cost of {years}, × index {index}",
        "cost_last": "the cost of {years}, × index {index}",
        "means": "a part of {cents} per year, by weight {weight} of {total} (after {before})",
        "population_inhabitants": "{cents} per inhabitant a year, × weight {weight}, of {back} years before",
        "population_youths": "{cents} per youth a year, × weight {weight}, of {back} years before",
        "monthly": "every month",
        "four_weekly": "every four weeks",
        "quarterly": "every quarter",
        "in_advance": "{when} in advance",
        "in_arrears": "{when} in arrears",
        "named_days": "every year on {days}",
        "share": "{day} {share}",
        "minimum": "At least {share} must be available of {agreed} per {days} days.",
        "in_proportion": "{minimum} Where it is less, payment is in proportion.",
        "refuse": "{minimum} Where it is less, that instalment is not paid.",
        "ceiling_contract": "Ceiling of the whole contract: {amounts}.",
        "ceiling_product_group": "Ceiling of product group {code}: {amounts}.",
        "ceiling_segment": "Ceiling of segment {code}: {amounts}.",
        "year": "{year}: {cents}",
        "beyond_nothing": "What lies beyond it is not paid.",
        "beyond": "Of what lies beyond it {share} is paid.",
        "signals": "It is told when {shares} of the ceiling is reached.",
    },
}
"""By kind, or by part of a kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """What things are called that a rule names by their code; what is not here is told by its code."""

    services: Mapping[str, str] = field(default_factory=dict)
    """By product code."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """By AGB code."""


def of_restriction(rule: AnyRestriction, language: Language, called: Called) -> str:
    """A restriction, as one sentence or two."""
    teller = _Teller(language, called)
    match rule:
        case OnlyServices():
            return teller.say("only_services", services=teller.services(rule.services))
        case OnlyCategories():
            return teller.say("only_categories", codes=teller.listed(sorted(rule.categories)))
        case OnlyProviders():
            return teller.say("only_providers", providers=teller.providers(rule.providers))
        case OnlyItems():
            return teller.say("only_items", items="; ".join(teller.items(rule)))
        case Cap():
            return teller.cap(rule)
        case UsesMax():
            return teller.say("uses_max" if rule.most > 1 else "uses_max_one", most=teller.count(rule.most))
        case ClaimWithin():
            return teller.say("claim_within", days=teller.count(rule.days))
        case _:
            assert_never(rule)


def of_confirmation(asked: AnyConfirmation, language: Language) -> str:
    """What a programme asks of the resident."""
    teller = _Teller(language, Called())
    match asked:
        case NotAsked() | Objection():
            return teller.say(asked.kind)
        case Consent(silence_days=None):
            return teller.say("consent")
        case Consent(silence_days=days):
            return teller.say("consent_silence", days=str(days))
        case _:
            assert_never(asked)


def of_term(term: AnyTerm, language: Language) -> tuple[str, ...]:
    """A term of a contract, as sentences."""
    teller = _Teller(language, Called())
    match term:
        case Availability():
            basis, schedule = teller.basis(term.basis), teller.schedule(term.schedule)
            first = teller.say("availability", basis=basis, schedule=schedule)
            return (first, teller.minimum(term.minimum)) if term.minimum else (first,)
        case Ceiling():
            return tuple(teller.ceiling(term))
        case _:
            assert_never(term)


@dataclass(frozen=True, slots=True)
class _Teller:
    language: Language
    called: Called

    def say(self, name: str, **facts: str) -> str:
        return SENTENCES[self.language][name].format(**facts)

    def count(self, number: int) -> str:
        return forms.grouped(number, _WORDS[self.language])

    def cents(self, cents: int) -> str:
        return forms.euros(cents, _WORDS[self.language])

    def share(self, basis_points: int) -> str:
        whole, part = divmod(basis_points, 100)
        mark = "," if self.language is Language.NL else "."
        digits = f"{part:02}".rstrip("0")
        return f"{self.count(whole)}{mark + digits if digits else ''}%"

    def listed(self, names: Collection[str]) -> str:
        return forms.listed(list(names), _WORDS[self.language].both)

    def services(self, codes: Collection[str]) -> str:
        return self.listed([self.service(code) for code in sorted(codes)]) or self.say("no_service")

    def service(self, code: str) -> str:
        return f"{self.called.services[code]} ({code})" if code in self.called.services else code

    def providers(self, agbs: Collection[str]) -> str:
        return self.listed(sorted(self.provider(agb) for agb in agbs)) or self.say("no_provider")

    def provider(self, agb: str) -> str:
        """With its code: two of one name are not told apart otherwise."""
        return f"{self.called.providers[agb]} (AGB {agb})" if agb in self.called.providers else f"AGB {agb}"

    def items(self, rule: OnlyItems) -> Iterator[str]:
        for each in rule.items:
            service = self.service(each.service)
            if each.providers is None:
                yield self.say("item_anybody", service=service)
            else:
                yield self.say("item", service=service, providers=self.providers(each.providers))

    def cap(self, rule: Cap) -> str:
        words = _WORDS[self.language]
        facts = {"most": forms.amount(rule.most, rule.unit, words), "per": words.names["per"][rule.per]}
        if rule.services is None:
            said = self.say("cap", **facts)
        else:
            said = self.say("cap_of", services=self.services(rule.services), **facts)
        said = self.say("carry", cap=said) if rule.carry_over else said
        return said if rule.unit is Unit.EUROCENT else self.say("cap_unit", cap=said)

    def basis(self, basis: AnyBasis) -> str:
        match basis:
            case Fixed():
                return self.say("fixed", cents=self.cents(basis.yearly_cents))
            case HistoricalCost():
                counted = basis.years if basis.take == "average" else basis.years[-1:]
                years = self.listed([str(year) for year in counted])
                return self.say(f"cost_{basis.take}", years=years, index=self.share(basis.index_basis_points))
            case AvailableMeans():
                weights = {
                    "weight": basis.weight,
                    "total": basis.weight_total,
                    "before": basis.weight_before,
                }
                told = {name: self.count(value) for name, value in weights.items()}
                return self.say("means", cents=self.cents(basis.available_cents), **told)
            case Population():
                return self.say(
                    f"population_{basis.group}",
                    cents=self.cents(basis.per_person_cents),
                    weight=self.share(basis.weight_basis_points),
                    back=str(basis.years_back),
                )
            case _:
                assert_never(basis)

    def schedule(self, schedule: AnySchedule) -> str:
        if isinstance(schedule, EqualParts):
            return self.say(schedule.pays, when=self.say(schedule.kind))
        months = _WORDS[self.language].months
        days = [
            self.say("share", day=f"{each.day} {months[each.month - 1]}", share=self.share(each.basis_points))
            for each in schedule.shares
        ]
        return self.say("named_days", days=self.listed(days))

    def minimum(self, minimum: Minimum) -> str:
        said = self.say(
            "minimum",
            share=self.share(minimum.basis_points),
            agreed=self.count(minimum.agreed),
            days=self.count(minimum.agreed_per_days),
        )
        return self.say(minimum.below, minimum=said)

    def ceiling(self, term: Ceiling) -> Iterator[str]:
        amounts = [
            self.say("year", year=str(each.year), cents=self.cents(each.cents)) for each in term.amounts
        ]
        yield self.say(f"ceiling_{term.scope}", code=term.scope_code or "", amounts="; ".join(amounts))
        beyond = term.paid_beyond_basis_points
        yield self.say("beyond", share=self.share(beyond)) if beyond else self.say("beyond_nothing")
        if term.signals_at:
            yield self.say("signals", shares=self.listed([self.share(each) for each in term.signals_at]))
