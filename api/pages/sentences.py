# SPDX-License-Identifier: EUPL-1.2
"""Rules in words on pages: with what services and providers are called here."""

from collections.abc import Sequence

from api.deps import Desk
from ledger import catalogue, providers
from ledger.rules.restrictions import AnyRestriction
from ledger.texts import Language, rule_words
from ledger.texts.rule_words import Called


def called(desk: Desk) -> Called:
    """What every service and provider is called."""
    return Called(
        services={each.code: each.name for each in catalogue.listed(desk.work)},
        providers={each.agb: each.trade_name for each in providers.listed(desk.work) if each.agb},
    )


def of_rules(rules: Sequence[AnyRestriction], language: Language, known: Called) -> list[str]:
    """Each rule, in the order given."""
    return [rule_words.of_restriction(rule, language, known) for rule in rules]
