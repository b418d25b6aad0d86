# SPDX-License-Identifier: EUPL-1.2
"""What a resident has got, in plain words: the lines of the letter with the code, in Dutch and English.

Knows no rows: whoever prints the letter looks up the names of services and providers first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ledger.rules.facts import EntitlementKind
from ledger.rules.periods import Per
from ledger.rules.restrictions import (
    AnyRestriction,
    Cap,
    OnlyCategories,
    OnlyItems,
    OnlyProviders,
    OnlyServices,
    UsesMax,
)
from ledger.texts import Language, forms, words_en, words_nl
from ledger.units import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """An entitlement as a resident should understand it."""

    kind: EntitlementKind
    amount_cents: int | None
    quantity: int | None
    quantity_unit: Unit | None
    restrictions: tuple[AnyRestriction, ...]
    services: Mapping[str, str]
    """Names of services by product code; of all codes that are named, at least."""
    providers: Mapping[str, str]
    """Trade names by AGB code."""
    helpers: tuple[str, ...] = ()
    """Under a drawing right: whom the approved care agreements are with."""


_WORDS: Final = {Language.NL: words_nl.WORDS, Language.EN: words_en.WORDS}

_LINES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.NL: {
        "amount": "in totaal {limit}",
        "both": "in totaal {limit}, voor ten hoogste {money}",
        "any": "elke dienst waarvoor uw gemeente een contract heeft",
        "choose": "een dienst naar keuze: {services}",
        "category": "diensten waarvan de code begint met {services}",
        "cap": "ten hoogste {most} {per}",
        "cap_of": "{services}: ten hoogste {most} {per}",
        "carry": "{cap} (wat u overhoudt, mag u later gebruiken)",
        "uses_one": "te gebruiken: 1 keer",
        "uses": "te gebruiken: ten hoogste {most} keer",
        "item": "{services}, bij {providers}",
        "at": "bij {providers}",
        "at_any": "bij elke aanbieder die een contract heeft met uw gemeente",
        "any_contracted": "elke aanbieder met een contract",
        "agreed": "bij wie u een goedgekeurde zorgovereenkomst heeft",
        "agreed_with": "bij wie u een goedgekeurde zorgovereenkomst heeft: {providers}",
    },
    Language.EN: {
        "amount": "in total {limit}",
        "both": "in total {limit}, for at most {money}",
        "any": "every service for which your municipality has a contract",
        "choose": "a service of your choice: {services}",
        "category": "services whose code begins with {services}",
        "cap": "at most {most} {per}",
        "cap_of": "{services}: at most {most} {per}",
        "carry": "{cap} (what you have left over, you may use later)",
        "uses_one": "to be used: once",
        "uses": "to be used: at most {most} times",
        "item": "{services}, at {providers}",
        "at": "at {providers}",
        "at_any": "at every provider that has a contract with your municipality",
        "any_contracted": "every provider with a contract",
        "agreed": "with whom you have an approved care agreement",
        "agreed_with": "with whom you have an approved care agreement: {providers}",
    },
}
"""Phrases, not sentences: they stand in a list."""


def lines(given: Given, language: Language) -> tuple[str, ...]:
    """What it is for, how much, how often, and where; each a phrase that begins with a capital."""
    teller = _Teller(given, language)
    return tuple(line[:1].upper() + line[1:] for line in teller.lines())


class _Teller:
    def __init__(self, given: Given, language: Language) -> None:
        self.given, self.words, self._lines = given, _WORDS[language], _LINES[language]

    def lines(self) -> Iterator[str]:
        """Every phrase, in the order of the letter."""
        yield from self._what()
        yield from self._how_much()
        for rule in self.given.restrictions:
            if isinstance(rule, Cap):
                yield self._cap(rule)
            if isinstance(rule, UsesMax):
                yield self._uses(rule.most)
        yield from self._where()

    def _say(self, name: str, **facts: str) -> str:
        return self._lines[name].format(**facts)

    def _what(self) -> Iterator[str]:
        for rule in self.given.restrictions:
            match rule:
                case OnlyServices(services=codes):
                    names = self._services(codes)
                    yield names if len(codes) == 1 else self._say("choose", services=names)
                    return
                case OnlyCategories(categories=codes):
                    yield self._say(
                        "category", services=forms.listed(tuple(sorted(codes)), self.words.either)
                    )
                    return
                case OnlyItems(items=items):
                    for item in items:
                        services = self._services(frozenset({item.service}))
                        yield self._say("item", services=services, providers=self._providers(item.providers))
                    return
        yield self._say("any")

    def _how_much(self) -> Iterator[str]:
        cents, quantity, unit = self.given.amount_cents, self.given.quantity, self.given.quantity_unit
        money = forms.euros(cents, self.words) if cents is not None else ""
        if quantity is not None and unit is not None:
            limit = forms.amount(quantity, unit, self.words)
            yield self._say("both" if money else "amount", limit=limit, money=money)
        elif money:
            yield self._say("amount", limit=money)

    def _cap(self, cap: Cap) -> str:
        most, per = forms.amount(cap.most, cap.unit, self.words), self._per(cap.per)
        said = self._say("cap", most=most, per=per)
        if cap.services is not None:
            said = self._say("cap_of", most=most, per=per, services=self._services(cap.services))
        return self._say("carry", cap=said) if cap.carry_over else said

    def _per(self, per: Per) -> str:
        return self.words.names["per"][per]

    def _uses(self, most: int) -> str:
        return self._say("uses_one") if most == 1 else self._say("uses", most=str(most))

    def _where(self) -> Iterator[str]:
        if self.given.kind is EntitlementKind.DRAWING_RIGHT:
            helpers = forms.listed(self.given.helpers, self.words.both)
            yield self._say("agreed_with", providers=helpers) if helpers else self._say("agreed")
            return
        if any(isinstance(rule, OnlyItems) for rule in self.given.restrictions):
            return
        named = [rule.providers for rule in self.given.restrictions if isinstance(rule, OnlyProviders)]
        yield self._say("at", providers=self._providers(named[0])) if named else self._say("at_any")

    def _services(self, codes: frozenset[str]) -> str:
        names = sorted(self.given.services.get(code, code) for code in codes)
        return forms.listed(names, self.words.either)

    def _providers(self, agbs: frozenset[str] | None) -> str:
        if agbs is None:
            return self._say("any_contracted")
        names = sorted(self.given.providers.get(agb, f"AGB {agb}") for agb in agbs)
        return forms.listed(names, self.words.either)
