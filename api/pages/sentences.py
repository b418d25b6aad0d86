# SPDX-License-Identifier: EUPL-1.2
"""Rules in words on pages: with what services and providers are called here."""

from collections.abc import Mapping, Sequence

from api.deps import Desk
from ledger import catalogue, providers
from ledger.rules.facts import Law
from ledger.rules.restrictions import AnyRestriction
from ledger.texts import Language, rule_words
from ledger.texts.rule_words import Called


def called(desk: Desk) -> Mapping[Law, Called]:
    """What every service and provider is called, by law: two laws may give one code to two services."""
    services: dict[Law, dict[str, str]] = {law: {} for law in Law}
    for each in catalogue.listed(desk.work):
        services[each.law][each.code] = each.name
    named = {each.agb: each.trade_name for each in providers.listed(desk.work) if each.agb}
    return {law: Called(services=found, providers=named) for law, found in services.items()}


def of_rules(rules: Sequence[AnyRestriction], language: Language, known: Called) -> list[str]:
    """Each rule, in the order given."""
    return [rule_words.of_restriction(rule, language, known) for rule in rules]
